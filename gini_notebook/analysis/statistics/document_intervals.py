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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import expm1, isnan, log

import numpy as np
import numpy.typing as npt
from scipy import optimize

from gini_notebook.analysis.statistics.limits import Question, Terms, answers, distinct
from gini_notebook.analysis.statistics.proportions import clopper_pearson
from gini_notebook.errors import SettingError

FloatArray = npt.NDArray[np.float64]
Limits = tuple[float, float]

FEW_UNITS = 10
"""Fewer documents (or clusters) than these, and the one not seen may have failed altogether.

Documents are counted in the largest of them: twenty of which one is as large as all others together are two.
"""

SMALLEST_LOSS = 0.7
"""The unseen document of many is at least so bad: the smallest value that covered in every simulated cell."""


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
    low, high = share_intervals([losses(loss, size, full)], level=level, assume_worst=assume_worst)
    return float(low[0]), float(high[0])


def share_intervals(
    given: Iterable[Losses], *, level: float = 0.95, assume_worst: bool = False
) -> tuple[FloatArray, FloatArray]:
    """Return the intervals of many scores at once, which costs a tenth of one after the other.

    Parameters
    ----------
    given
        What :func:`losses` returns, once per score.
    level, assume_worst
        As for :func:`share_interval`.

    Returns
    -------
    tuple of two arrays
        Lower and upper limits; NaN where there is nothing to lose.

    Raises
    ------
    SettingError
        If the level is not between 0 and 1.

    Examples
    --------
    >>> low, high = share_intervals([losses([0] * 50, [2] * 50), losses([1] + [0] * 49, [2] * 50)])
    >>> low.round(4).tolist()
    [0.9289, 0.9226]
    """
    low, high = _lost_shares(list(given), level, assume_worst=assume_worst)
    return np.maximum(0.0, 1 - high), 1 - low


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
    low, high = cost_intervals(values.reshape(-1, 1), [cap], documents=documents, level=level)
    return float(low[0]), float(high[0])


def cost_intervals(
    costs: FloatArray, caps: npt.ArrayLike, *, documents: npt.ArrayLike | None = None, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the intervals of many mean costs at once: documents × costs; see :func:`cost_interval`."""
    dearest = np.asarray(caps, dtype=np.float64)
    sizes = np.ones(len(costs)) if documents is None else documents
    some = np.flatnonzero(dearest)
    ends = np.full((2, len(dearest)), 0.0 if len(costs) else np.nan)
    ends[:, some] = _lost_shares([losses(costs[:, at] / dearest[at], sizes) for at in some], level, assume_worst=False)
    return dearest * ends[0], dearest * ends[1]


def difference_interval(
    influence: npt.ArrayLike, *, level: float = 0.95, assume_worst: bool = False, typical_weight: float = 1.0
) -> Limits:
    """Return the interval of a paired difference.

    Parameters
    ----------
    influence
        One entry per document (or cluster), their mean being the difference: what :func:`paired_influence` returns.
    level
        Confidence, between 0 and 1.
    assume_worst
        Take the unseen document for one that changed altogether.
    typical_weight
        How much the unseen document weighs, as a multiple of the mean; 1 where documents have no weights.

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
    values = np.asarray(influence, dtype=np.float64)
    low, high = difference_intervals([values], level=level, assume_worst=assume_worst, typical_weight=typical_weight)
    return float(low[0]), float(high[0])


def difference_intervals(
    influences: Sequence[FloatArray], *, level: float = 0.95, assume_worst: bool = False, typical_weight: float = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Return the intervals of many paired differences at once; see :func:`difference_interval`."""
    tail = _tail(level)
    if not all(np.isfinite(values).all() for values in influences):
        raise SettingError("Differences of documents must be finite numbers.")
    ends = np.full((2, len(influences)), np.nan)
    asked: list[tuple[tuple[int, int], Question]] = []
    for at, values in enumerate(influences):
        if not len(values):
            continue
        unseen = typical_weight if assume_worst else _unseen_change(values, typical_weight)
        for side, turned in enumerate((-values, values)):
            highest, mean = max(float(turned.max()), unseen), float(turned.mean())
            ends[side, at] = highest
            if mean < highest:
                terms = distinct(turned, np.ones(len(turned)))
                asked.append(((side, at), Question(terms, (unseen, 1.0), (mean, highest), tail)))
    _fill(ends, asked)
    return np.maximum(-1.0, -ends[0]), np.minimum(1.0, ends[1])


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
    weights = given.full if given.full.any() else given.size
    failed = given.loss.sum() / given.typical
    worst_seen = float(given.loss.max()) / given.typical
    # One document that is as large as all others together is no more to go by than few are.
    if weights.sum() / weights.max() < FEW_UNITS or not failed or worst_seen >= 1:
        return 1.0
    slope = min(_slope(sizes, given.typical, tail) for sizes in (weights, given.size))
    return max(SMALLEST_LOSS, float(1 - slope * failed), worst_seen)


def _slope(sizes: FloatArray, typical: float, tail: float) -> float:
    """Return how much less of itself the unseen document lost for every typical document that failed.

    Faster, and the limit would fall where a mistake is taken back: the unseen document would get worse by more than a
    document of those seen got better. At the first mistake, where it is closest, the fastest without that is
    1 / ((1 + largest u) · sum of u / (1 + u)), u being the odds of the limit times sizes through the typical one.
    """
    limit = _alone(sizes, typical, typical, tail)
    u = limit / (1 - limit) * sizes / typical
    return float(min(0.25, 0.75 / ((1 + u.max()) * (u / (1 + u)).sum())))


def _unseen_change(values: FloatArray, weight: float) -> float:
    """Return how much the unseen document may have changed."""
    size = float(np.abs(values).sum())
    if not size:
        return weight
    typical = float((values**2).sum()) / size
    return min(weight, max(typical, weight - size / 4))


def _lost_shares(given: Sequence[Losses], level: float, *, assume_worst: bool) -> FloatArray:
    """Return lower and upper limits of lost shares (two rows); NaN where there is nothing to lose."""
    tail = _tail(level)
    ends = np.full((2, len(given)), np.nan)
    closed = [at for at, one in enumerate(given) if len(one.loss) and one.one_trial_each]
    wrong, trials = (np.array([part(given[at].loss) for at in closed], dtype=np.float64) for part in (np.sum, len))
    # By what is right: a share of 1 minus a limit of the wrong ones would be another number in its last digit.
    ends[:, closed] = 1 - np.array(clopper_pearson(trials - wrong, trials, level=level))[::-1]
    asked: list[tuple[tuple[int, int], Question]] = []
    for at, one in enumerate(given):
        if isnan(one.share) or one.one_trial_each:
            continue
        worst = 1.0 if assume_worst else _unseen_loss(one, tail)
        if not one.loss.any():
            ends[:, at] = 0.0, _alone(one.size, worst * one.typical, one.typical, tail)
            continue
        terms = distinct(one.loss, one.size)
        asked.append(((1, at), _upper(one, terms, worst, tail)))
        if np.array_equal(one.loss, one.size):
            ends[0, at] = 1 - _alone(one.size, one.typical, one.typical, tail)
        else:
            asked.append(((0, at), Question(terms, (0.0, one.typical), (0.0, one.share), 1 - tail)))
    _fill(ends, asked)
    return ends


def _fill(ends: FloatArray, asked: Sequence[tuple[tuple[int, int], Question]]) -> None:
    """Put the answers of questions to where they belong."""
    for place, answer in zip(
        (place for place, _ in asked), answers([question for _, question in asked]).tolist(), strict=True
    ):
        ends[place] = answer


def _upper(given: Losses, terms: Terms, worst: float, tail: float) -> Question:
    """Ask for the upper limit of the lost share."""
    sized = terms[1] > 0
    highest = float(np.max(terms[0][sized] / terms[1][sized], initial=worst))
    return Question(terms, (worst * given.typical, given.typical), (given.share, highest), tail)


def _alone(sizes: FloatArray, unseen_loss: float, typical: float, tail: float) -> float:
    """Return the limit where only the unseen document lost something: the probability has a closed form."""
    if (sizes == sizes[0]).all():
        odds = expm1(-log(tail) / len(sizes))
        return float(odds * unseen_loss / (sizes[0] + odds * typical))

    def excess(t: float) -> float:
        return float(np.log1p(t * sizes / (unseen_loss - t * typical)).sum()) + log(tail)

    end = unseen_loss / typical
    return float(optimize.brentq(excess, 0.0, end * (1 - 1e-12), xtol=1e-14, rtol=1e-12))
