"""Intervals whose unit is the document: for averages over slots, means, costs and paired differences.

Values of one document fail together, so documents are what a run has many of. Each interval weighs the documents at
random (Dirichlet weights, as the Bayesian bootstrap does) *and one more document that was not seen*, which may be worse
than most: the idea of Learned-Miller and Thomas (arXiv:1905.06208) and of Phan, Thomas and Learned-Miller
(arXiv:2106.03163). With one slot a document the interval is exactly Clopper and Pearson's; without a mistake it is
the rule of three by documents. Nothing is drawn, so there is no seed: for up to 200 documents the probabilities are
integrals along the vertical line through the saddlepoint, for more they are Lugannani and Rice's approximation.

How bad the document is that was not seen, and how well the intervals cover, is the outcome of simulations: see "Which
interval" in the documentation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import copysign, expm1, isnan, log, pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from gini_notebook.analysis.statistics.proportions import clopper_pearson
from gini_notebook.errors import SettingError

FloatArray = npt.NDArray[np.float64]
Limits = tuple[float, float]

EXACT_UP_TO = 200
"""Up to so many documents the probability is integrated, beyond it is approximated."""

FEW_UNITS = 10
"""Fewer documents (or clusters) than these, and the one not seen may have failed altogether."""

SMALLEST_LOSS = 0.7
"""The unseen document of many is at least so bad: the smallest value that covered in every simulated cell."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_ANGLES = (_NODES + 1) * pi / 4
_SPREAD = (
    4.0  # In widths of the saddlepoint: with it, 96 nodes equal Clopper and Pearson to 2e-9 from 1 to 200 documents.
)
_TANGENTS = _SPREAD * np.tan(_ANGLES)
_SLOPES = _SPREAD * _WEIGHTS * (pi / 4) / np.cos(_ANGLES) ** 2
_FAR_PROBABILITY = 1e-300
_STEPS = 200
_FACTORS = 16


@dataclass(frozen=True, slots=True)
class Losses:
    """What each document lost, of how much; documents where nothing can be lost are left out.

    Attributes
    ----------
    loss
        Per document, what is wrong, in slots.
    size
        Per document, how much the loss is a share of. The score is 1 minus sum of losses through sum of sizes.
    full
        Per document, its size had every expected value been wrong.
    """

    loss: FloatArray
    size: FloatArray
    full: FloatArray

    @property
    def share(self) -> float:
        """The part of all that is lost; NaN without any size."""
        total = self.size.sum()
        return float(self.loss.sum() / total) if total else float("nan")

    @property
    def one_trial_each(self) -> bool:
        """Whether each document is either right or wrong: then Clopper and Pearson's closed form is the same."""
        return bool(((self.size == 1) & (self.full == 1) & ((self.loss == 0) | (self.loss == 1))).all())

    @property
    def typical(self) -> float:
        """The size of the document of a slot taken at random."""
        weights = self.full if self.full.any() else self.size
        return float((weights**2).sum() / weights.sum())


def losses(loss: npt.ArrayLike, size: npt.ArrayLike, full: npt.ArrayLike | None = None) -> Losses:
    """Return the losses of documents, those that have nothing to lose left out.

    Raises
    ------
    SettingError
        If the columns differ in length, or hold negative numbers or numbers that are not finite.
    """
    columns = [np.atleast_1d(np.asarray(one, dtype=np.float64)) for one in (loss, size, size if full is None else full)]
    if len({column.shape for column in columns}) != 1:
        raise SettingError("Losses, sizes and full sizes must have one entry per document each.")
    if any(not np.isfinite(column).all() or (column < 0).any() for column in columns):
        raise SettingError("Losses and sizes of documents must be finite and not negative.")
    counted = np.logical_or.reduce([column > 0 for column in columns])
    return Losses(*(column[counted] for column in columns))


def share_interval(
    loss: npt.ArrayLike,
    size: npt.ArrayLike,
    full: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    assume_worst: bool = False,
) -> Limits:
    """Return the interval of a score that is 1 minus a share of losses.

    Parameters
    ----------
    loss, size, full
        One entry per document (or cluster of documents), see :class:`Losses`: for recall ``loss`` is wrong + missing of
        ``size`` expected slots; for F1 ``loss`` is 2·wrong + missing + spurious of 2·correct + ``loss``. ``full`` is
        ``size`` unless given.
    level
        Confidence, between 0 and 1.
    assume_worst
        Take the unseen document for one that failed altogether, however many were seen.

    Returns
    -------
    tuple of two floats
        Lower and upper limit of the score; NaN where there is nothing to lose.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1, or the entries make no sense.

    Examples
    --------
    Fifty documents of two slots, all right: the lower limit is the rule of three by documents.

    >>> low, high = share_interval([0] * 50, [2] * 50)
    >>> f"{low:.4f} {high:.4f}"
    '0.9289 1.0000'
    """
    tail = _tail(level)
    given = losses(loss, size, full)
    if isnan(given.share):
        return given.share, given.share
    worst = 1.0 if assume_worst else _unseen_loss(given, tail)
    if given.one_trial_each:
        wrong, trials = given.loss.sum(), len(given.loss)
        low, high = clopper_pearson(trials - wrong, trials, level=level)
        return float(low), float(high)
    terms = _Terms.of(given.loss, given.size)
    return max(0.0, 1 - _upper(given, terms, worst, tail)), 1 - _lower(given, terms, tail)


def cost_interval(
    cost: npt.ArrayLike, cap: float, *, documents: npt.ArrayLike | None = None, level: float = 0.95
) -> Limits:
    """Return the interval of a mean cost per document.

    Parameters
    ----------
    cost
        What each document costs; or each cluster of documents, see ``documents``.
    cap
        What a document costs where every slot has the dearest mistake.
    documents
        How many documents each entry is about; 1 by default.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    tuple of two floats
        Limits in the unit of ``cost``. Without a mistake the upper one is above 0: further documents could fail.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1, or a cost is negative.

    Examples
    --------
    >>> low, high = cost_interval([0.0] * 50, 10.0)
    >>> f"{low:.2f} {high:.2f}"
    '0.00 0.71'
    """
    values = np.asarray(cost, dtype=np.float64)
    if not cap:
        _tail(level)
        return (0.0, 0.0) if len(values) else (float("nan"), float("nan"))
    tail = _tail(level)
    given = losses(values / cap, np.ones(len(values)) if documents is None else documents)
    if isnan(given.share):
        return given.share, given.share
    terms = _Terms.of(given.loss, given.size)
    return cap * _lower(given, terms, tail), cap * _upper(given, terms, _unseen_loss(given, tail), tail)


def difference_interval(influence: npt.ArrayLike, *, level: float = 0.95, assume_worst: bool = False) -> Limits:
    """Return the interval of a paired difference.

    Parameters
    ----------
    influence
        One entry per document (or cluster), their mean being the difference: what :func:`paired_influence` returns.
    level
        Confidence, between 0 and 1.
    assume_worst
        Take the unseen document for one that changed altogether.

    Returns
    -------
    tuple of two floats
        Limits between -1 and 1; NaN without documents.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1, or an entry is not finite.

    Examples
    --------
    Six documents got better and none worse, of 100: exact McNemar's p is .03, and the interval leaves 0 out.

    >>> low, high = difference_interval([1.0] * 6 + [0.0] * 94)
    >>> low > 0
    True
    """
    tail = _tail(level)
    values = np.asarray(influence, dtype=np.float64)
    if not np.isfinite(values).all():
        raise SettingError("Differences of documents must be finite numbers.")
    if not len(values):
        return float("nan"), float("nan")
    unseen = 1.0 if assume_worst else _unseen_change(values)
    low = -_upper_mean(-values, unseen, tail)
    return max(-1.0, low), min(1.0, _upper_mean(values, unseen, tail))


def paired_influence(first: tuple[FloatArray, FloatArray], second: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Return per document what it adds to the difference of two scores, second minus first; the mean is the difference.

    Parameters
    ----------
    first, second
        Per run what is right and the size, one entry per document, in the same order of documents.
    """
    scores = [right.sum() / size.sum() for right, size in (first, second)]
    lines = [(right - score * size) / size.mean() for score, (right, size) in zip(scores, (first, second), strict=True)]
    return np.asarray(scores[1] - scores[0] + lines[1] - lines[0], dtype=np.float64)


def _tail(level: float) -> float:
    if not 0 < level < 1:
        message = f"level must be between 0 and 1, not {level!r}."
        raise SettingError(message)
    return (1 - level) / 2


def _unseen_loss(given: Losses, tail: float) -> float:
    """Return how much of a typical document the unseen one may have lost."""
    if len(given.loss) < FEW_UNITS:
        return 1.0
    weights = given.full if given.full.any() else given.size
    documents = weights.sum() / weights.max()
    slope = min(0.25, 0.75 / (documents * expm1(-log(tail) / documents)))
    failed = given.loss.sum() / given.typical
    worst_seen = float(given.loss.max()) / given.typical
    return max(SMALLEST_LOSS, float(1 - slope * failed), min(1.0, worst_seen))


def _unseen_change(values: FloatArray) -> float:
    """Return how much the unseen document may have changed."""
    size = float(np.abs(values).sum())
    if not size:
        return 1.0
    typical = float((values**2).sum()) / size
    return min(1.0, max(typical, 1 - size / 4))


def _upper(given: Losses, terms: "_Terms", worst: float, tail: float) -> float:
    """Return the upper limit of the lost share."""
    share, typical = given.share, given.typical
    if not given.loss.any():
        return _alone(given.size, worst * typical, typical, tail)
    highest = float(np.max(given.loss[given.size > 0] / given.size[given.size > 0], initial=worst))
    return _root(lambda t: terms.above(t, worst * typical, typical), share, highest, tail)


def _lower(given: Losses, terms: "_Terms", tail: float) -> float:
    """Return the lower limit of the lost share."""
    if not given.loss.any():
        return 0.0
    typical = given.typical
    if np.array_equal(given.loss, given.size):
        return 1 - _alone(given.size, typical, typical, tail)
    return _root(lambda t: terms.above(t, 0.0, typical), 0.0, given.share, 1 - tail)


def _upper_mean(values: FloatArray, unseen: float, tail: float) -> float:
    """Return the upper limit of a mean, the unseen document having the value ``unseen``."""
    highest, mean = max(float(values.max()), unseen), float(values.mean())
    if mean >= highest:
        return highest
    terms = _Terms.of(values, np.ones(len(values)))
    return _root(lambda t: terms.above(t, unseen, 1.0), mean, highest, tail)


def _alone(sizes: FloatArray, unseen_loss: float, typical: float, tail: float) -> float:
    """Return the limit where only the unseen document lost something: the probability has a closed form."""

    def excess(t: float) -> float:
        return float(np.log1p(t * sizes / (unseen_loss - t * typical)).sum()) + log(tail)

    end = unseen_loss / typical
    return float(optimize.brentq(excess, 0.0, end * (1 - 1e-12), xtol=1e-14, rtol=1e-12))


def _root(probability: Callable[[float], float], low: float, high: float, wanted: float) -> float:
    """Return where a falling probability equals the one wanted, between two ends."""
    aim = float(special.ndtri(wanted))

    def distance(t: float) -> float:
        return float(special.ndtri(min(max(probability(t), _FAR_PROBABILITY), 1 - 1e-16))) - aim

    if distance(low) <= 0:
        return low
    if distance(high) >= 0:
        return high
    return float(optimize.brentq(distance, low, high, xtol=1e-12, rtol=1e-10))


@dataclass(frozen=True, slots=True)
class _Terms:
    """Distinct pairs of loss and size with how often each is there: the cost does not grow with documents."""

    loss: FloatArray
    size: FloatArray
    count: FloatArray

    @classmethod
    def of(cls, loss: FloatArray, size: FloatArray) -> "_Terms":
        order = np.lexsort((loss, size))
        loss, size = loss[order], size[order]
        starts = np.flatnonzero(np.append(True, (np.diff(loss) != 0) | (np.diff(size) != 0)))
        return cls(loss[starts], size[starts], np.diff(np.append(starts, len(order))).astype(np.float64))

    def above(self, t: float, unseen_loss: float, unseen_size: float) -> float:
        """Return the probability that the weighted losses exceed the share ``t`` of the weighted sizes."""
        c = np.append(self.loss - t * self.size, unseen_loss - t * unseen_size)
        return positive_probability(c, np.append(self.count, 1.0))


def positive_probability(c: FloatArray, count: FloatArray) -> float:
    """Return the probability that a weighted sum of exponential variables is above 0.

    Parameters
    ----------
    c
        Distinct weights, of both signs or not.
    count
        How many independent standard exponential variables have each weight.
    """
    scale = float(np.abs(c).max(initial=0.0))
    if not scale or (c <= scale * 1e-14).all():
        return 0.0
    if (c >= -scale * 1e-14).all():
        return 1.0
    sum_ = _ExponentialSum(c / scale, count)
    return sum_.integrated() if count.sum() <= EXACT_UP_TO + 1 else sum_.approximated()


@dataclass(frozen=True, slots=True)
class _ExponentialSum:
    """A weighted sum of exponential variables, by its cumulant generating function."""

    c: FloatArray
    count: FloatArray

    def _sum(self, values: FloatArray) -> float:
        # No matrix product: waking its threads costs a hundred times the sum itself.
        return float((self.count * values).sum())

    def approximated(self) -> float:
        """Return the saddlepoint approximation of the probability to be above 0."""
        s = self._saddlepoint()
        d = self.c / (1 - s * self.c)
        second = self._sum(d**2)
        r = copysign(sqrt(max(0.0, 2 * self._sum(np.log1p(-s * self.c)))), s)
        if abs(r) < 1e-3:
            return float(special.ndtr(2 * self._sum(d**3) / (6 * second**1.5)))
        return float(special.ndtr(-(r + log(s * sqrt(second) / r) / r)))

    def integrated(self) -> float:
        """Return the probability to be above 0 as an integral along the vertical line through the saddlepoint."""
        s = self._saddlepoint()
        d = self.c / (1 - s * self.c)
        width = 1 / sqrt(self._sum(d**2))
        if abs(s) < width / 2:  # The pole at 0 is too near: pass it by on the side where there is more room.
            s = self._beside_the_pole(width)
        z = np.asarray(s + 1j * width * _TANGENTS, dtype=np.complex128)
        integral = float(((np.exp(-self._logs(z)) / z).real * _SLOPES).sum()) * width / pi
        return min(1.0, max(0.0, integral if s > 0 else 1 + integral))

    def _logs(self, z: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
        """Return the logarithm of the product of all 1 - c z at each node; its imaginary part may be turned around."""
        single = self.count == 1
        repeated = np.log(1 - np.multiply.outer(self.c[~single], z))
        logs = (self.count[~single, None] * repeated).sum(axis=0)
        # Products first, a few at a time so that none overflows: they cost a tenth of as many logarithms.
        alone = self.c[single]
        blocks = np.append(alone, np.zeros(-len(alone) % _FACTORS)).reshape(-1, _FACTORS)
        product = np.ones((len(blocks), len(z)), dtype=np.complex128)
        for column in blocks.T:
            product *= 1 - np.multiply.outer(column, z)
        return np.asarray(logs + np.log(product).sum(axis=0), dtype=np.complex128)

    def _beside_the_pole(self, width: float) -> float:
        right, left = 1 / float(self.c.max()), 1 / float(self.c.min())
        return min(width, right / 2) if right >= -left else max(-width, left / 2)

    def _saddlepoint(self) -> float:
        """Return where the derivative of the cumulant generating function is 0: Newton's steps between the poles."""
        left, right = 1 / float(self.c.min()), 1 / float(self.c.max())
        low, high, s = left, right, 0.0
        for _ in range(_STEPS):
            d = self.c / (1 - s * self.c)
            slope = self._sum(d)
            low, high = (s, high) if slope < 0 else (low, s)
            step = slope / self._sum(d**2)
            following = s - step if low < s - step < high else (low + high) / 2
            if abs(following - s) <= 1e-13 * min(s - left, right - s):
                break
            s = following
        return s
