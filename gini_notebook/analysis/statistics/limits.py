"""Limits of shares and means under random weights: where a probability that falls has the value wanted.

The weights are exponential variables, so the probability is that of a weighted sum of these to be above 0: an integral
along the vertical line through its saddlepoint, or the approximation of Lugannani and Rice (1980). It is written as the
normal quantile that belongs to it, which neither loses small probabilities nor those near 1. Many limits are looked for
at once, since each look costs more in calls than in arithmetic, and a table of scores asks for dozens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Terms = tuple[FloatArray, FloatArray, FloatArray]

EXACT_UP_TO = 200
"""Up to so many documents the probability is integrated, beyond it is approximated."""

FAR = 37.0
"""The quantile that stands for a probability of 0 (negative) or 1."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_ANGLES = (_NODES + 1) * pi / 4
# In widths of the saddlepoint: with it, 96 nodes equal Clopper and Pearson to 2e-9 from 1 to 200 documents.
_SPREAD = 4.0
_TANGENTS = _SPREAD * np.tan(_ANGLES)
_SLOPES = _SPREAD * _WEIGHTS * (pi / 4) / np.cos(_ANGLES) ** 2
_SMALLEST_PROBABILITY = 1e-300
_NEAR_MEAN = 1e-3
_NEWTON_STEPS = 200
_SMALL_STEP = 1e-7
# So many weights are integrated at a time: with 96 nodes each they stay in the cache of a processor.
_AT_A_TIME = 1_000
# So many terms are looked at together at most: a few megabytes.
_MOST_TERMS = 200_000
_MOST_LOOKS = 200
_PLAIN_LOOKS = 8
_ABSOLUTE, _RELATIVE, _ROUGH = 1e-12, 1e-9, 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question: which share do the weighted losses exceed with the probability wanted.

    Attributes
    ----------
    terms
        Loss and size of documents that differ, and how often each is there; see :func:`distinct`.
    unseen
        Loss and size of the document that was not seen.
    between
        Two shares between which the one looked for lies; the nearer one is the answer if it does not.
    wanted
        The probability.
    """

    terms: Terms
    unseen: tuple[float, float]
    between: tuple[float, float]
    wanted: float

    @property
    def exact(self) -> bool:
        """Whether the probability is integrated."""
        return bool(self.terms[2].sum() <= EXACT_UP_TO)


def distinct(loss: FloatArray, size: FloatArray) -> Terms:
    """Return the distinct pairs of loss and size with how often each is there: cost does not grow with documents."""
    order = np.lexsort((loss, size))
    loss, size = loss[order], size[order]
    starts = np.flatnonzero(np.append(True, (np.diff(loss) != 0) | (np.diff(size) != 0)))
    return loss[starts], size[starts], np.diff(np.append(starts, len(order))).astype(np.float64)


def answers(questions: Sequence[Question]) -> FloatArray:
    """Return the answer of each question, those of a like size looked for together."""
    found = np.full(len(questions), np.nan)
    length = [len(question.terms[0]) for question in questions]
    for exact in (True, False):
        places = [at for at, question in enumerate(questions) if question.exact == exact]
        places.sort(key=length.__getitem__)
        while places:
            # The last one is the longest, to which the others are filled up.
            some = places[-max(1, _MOST_TERMS // (length[places[-1]] + 1)) :]
            del places[-len(some) :]
            found[some] = _Batch.of([questions[at] for at in some]).answers(exact=exact)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Questions as rows, filled up with terms of a count of 0."""

    loss: FloatArray
    size: FloatArray
    count: FloatArray
    low: FloatArray
    high: FloatArray
    aim: FloatArray

    @classmethod
    def of(cls, questions: Sequence[Question]) -> "_Batch":
        parts = np.zeros((3, len(questions), 1 + max(len(question.terms[0]) for question in questions)))
        for row, question in enumerate(questions):
            parts[:, row, : len(question.terms[0])] = question.terms
            parts[:, row, -1] = (*question.unseen, 1.0)
        low, high = np.array([question.between for question in questions], dtype=np.float64).T
        aim = special.ndtri([question.wanted for question in questions])
        return cls(parts[0], parts[1], parts[2], low, high, aim)

    def answers(self, *, exact: bool) -> FloatArray:
        """Start where a normal distribution puts the limits, then go to the approximation, then to the integral."""
        start, slope = self._normal()
        start, slope = falling_roots(
            self._distance(exact=False), (self.low, self.high), start, slope, close=_ROUGH if exact else _RELATIVE
        )
        if not exact:
            return start
        return falling_roots(self._distance(exact=True), (self.low, self.high), start, slope)[0]

    def _normal(self) -> tuple[FloatArray, FloatArray]:
        whole = (self.count * self.size).sum(axis=1)
        share = (self.count * self.loss).sum(axis=1) / whole
        spread = np.sqrt((self.count * (self.loss - share[:, None] * self.size) ** 2).sum(axis=1)) / whole
        with np.errstate(divide="ignore"):
            return share - self.aim * spread, -1 / spread

    def _distance(self, *, exact: bool) -> Callable[[FloatArray, IntArray], FloatArray]:
        def distance(t: FloatArray, rows: IntArray) -> FloatArray:
            c = self.loss[rows] - t[:, None] * self.size[rows]
            return positive_scores(c, self.count[rows], exact=exact) - self.aim[rows]

        return distance


def falling_roots(
    distance: Callable[[FloatArray, IntArray], FloatArray],
    between: tuple[FloatArray, FloatArray],
    start: FloatArray,
    slope: FloatArray,
    *,
    close: float = _RELATIVE,
) -> tuple[FloatArray, FloatArray]:
    """Return where falling functions are 0, and their slopes there: secants, kept between two ends.

    Parameters
    ----------
    distance
        Returns the values of some of the functions, named by their numbers, at one place each.
    between
        Lower and upper ends; where a function does not cross 0 between them, the nearer end is the answer.
    start, slope
        Where to begin, and how steep the functions are there, as far as is known.
    close
        A step that is a smaller part of the place is the last one.
    """
    low, high = (np.array(end, dtype=np.float64) for end in between)
    inside = (low < start) & (start < high)
    t, slope = np.where(inside, start, (low + high) / 2), slope.copy()
    last_t, last = np.full((2, len(t)), np.nan)
    rows = np.flatnonzero(low < high)
    for look in range(_MOST_LOOKS):
        if not len(rows):
            break
        here, at = distance(t[rows], rows), t[rows]
        low[rows], high[rows] = np.where(here > 0, at, low[rows]), np.where(here > 0, high[rows], at)
        with np.errstate(divide="ignore", invalid="ignore"):
            secant = (here - last[rows]) / (at - last_t[rows])
            slope[rows] = np.where(secant < 0, secant, slope[rows])
            following = at - here / slope[rows]
        # Where secants do not get there soon, every other step halves what is left.
        halved = look >= _PLAIN_LOOKS and look % 2 == 0
        good = (low[rows] < following) & (following < high[rows]) & ~halved
        following = np.where(good, following, (low[rows] + high[rows]) / 2)
        following = np.where(here == 0, at, following)
        last_t[rows], last[rows], t[rows] = at, here, following
        rows = rows[np.abs(following - at) > _ABSOLUTE + close * np.abs(following)]
    return t, slope


def positive_scores(c: FloatArray, count: FloatArray, *, exact: bool) -> FloatArray:
    """Return the normal quantiles of the probabilities that sums are above 0.

    Parameters
    ----------
    c
        Sums × weights.
    count
        How many variables have each weight. Rows are filled up with a weight and a count of 0.
    exact
        Whether to integrate, or to approximate.
    """
    scale = np.abs(c).max(axis=1, initial=0.0)
    never = c.max(axis=1, initial=0.0) <= scale * 1e-14
    always = ~never & (c.min(axis=1, initial=0.0) >= -scale * 1e-14)
    scores = np.where(never, -FAR, FAR)
    undecided = np.flatnonzero(~never & ~always)
    rows = max(1, _AT_A_TIME // max(c.shape[1], 1)) if exact else max(len(undecided), 1)
    for start in range(0, len(undecided), rows):
        some = undecided[start : start + rows]
        sums = _ExponentialSums(c[some] / scale[some, None], count[some])
        scores[some] = sums.integrated() if exact else sums.approximated()
    return np.clip(scores, -FAR, FAR)


@dataclass(frozen=True, slots=True)
class _ExponentialSums:
    """Sums by their cumulant generating functions; each has weights of both signs."""

    c: FloatArray
    count: FloatArray

    # No matrix products: waking their threads costs a hundred times the sums themselves.
    def _total(self, values: FloatArray) -> FloatArray:
        return np.asarray((self.count * values).sum(axis=1))

    def _tilted(self, s: FloatArray) -> FloatArray:
        return self.c / (1 - s[:, None] * self.c)

    def approximated(self) -> FloatArray:
        """Return the quantiles by the saddlepoint approximation."""
        s = self._saddlepoints()
        d = self._tilted(s)
        second = self._total(d**2)
        r = np.copysign(np.sqrt(np.maximum(0.0, 2 * self._total(np.log1p(-s[:, None] * self.c)))), s)
        near = np.abs(r) < _NEAR_MEAN
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = -(r + np.log(s * np.sqrt(second) / r) / r)
        return np.asarray(np.where(near, 2 * self._total(d**3) / (6 * second**1.5), scores))

    def integrated(self) -> FloatArray:
        """Return the quantiles by integrals along the vertical lines through the saddlepoints."""
        s = self._saddlepoints()
        width = 1 / np.sqrt(self._total(self._tilted(s) ** 2))
        # Where the pole at 0 is too near, pass it by on the side where there is more room.
        s = np.where(np.abs(s) < width / 2, self._beside_the_pole(width), s)
        height = width[:, None] * _TANGENTS
        # log(1 - c z) at z = s + i·height, in its length and angle: 1 - c s is above 0 between the poles.
        turned = self._tilted(s)[:, :, None] * height[:, None, :]
        angle = (self.count[:, :, None] * np.arctan(turned)).sum(axis=1)
        length = (self.count[:, :, None] * np.log(1 + turned**2)).sum(axis=1) / 2
        length += self._total(np.log1p(-s[:, None] * self.c))[:, None]
        wave = s[:, None] * np.cos(angle) + height * np.sin(angle)
        values = np.exp(-length) * wave / (s[:, None] ** 2 + height**2)
        integral = (values * _SLOPES).sum(axis=1) * width / pi
        # Right of the pole it is the probability, left of it minus the one of the opposite.
        quantile = special.ndtri(np.clip(np.copysign(1.0, s) * integral, _SMALLEST_PROBABILITY, 1.0))
        return np.asarray(np.copysign(1.0, s) * quantile)

    def _beside_the_pole(self, width: FloatArray) -> FloatArray:
        right, left = 1 / self.c.max(axis=1), 1 / self.c.min(axis=1)
        beside = np.where(right >= -left, np.minimum(width, right / 2), np.maximum(-width, left / 2))
        return np.asarray(beside, dtype=np.float64)

    def _saddlepoints(self) -> FloatArray:
        """Return where the derivatives of the cumulant generating functions are 0: Newton's steps between the poles."""
        left, right = 1 / self.c.min(axis=1), 1 / self.c.max(axis=1)
        low, high, s = left, right, np.zeros(len(self.c))
        done = np.zeros(len(self.c), dtype=bool)
        for _ in range(_NEWTON_STEPS):
            d = self._tilted(s)
            weighted = self.count * d
            slope = weighted.sum(axis=1)
            low, high = np.where(slope < 0, s, low), np.where(slope < 0, high, s)
            following = s - slope / (weighted * d).sum(axis=1)
            following = np.where((low < following) & (following < high), following, (low + high) / 2)
            # Steps become squares of the last one: the one after a small one would be too small to matter.
            last = np.abs(following - s) <= _SMALL_STEP * np.minimum(s - left, right - s)
            s = np.where(done, s, following)
            done |= last
            if done.all():
                break
        return s
