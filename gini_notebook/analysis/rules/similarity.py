"""How alike two strings are: M13 of the metrics (similarity) and M14 (ANLS)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from gini_notebook.analysis.rules.normal_text import lower_collapsed_many
from gini_notebook.errors import SettingError

FloatArray = npt.NDArray[np.float64]

# The edit distance of two long strings costs their product; beyond this many characters only few edits are counted.
_LONG = 20_000
_MOST_EDITS_OF_LONG = 2_000


def similarity(truth: str, extracted: str) -> float:
    """Return how alike two canonical strings are: 1 - edit distance / length of the longer one.

    The edit distance is Levenshtein's (insertions, deletions, substitutions). Strings of more than 20,000 characters
    that differ by more than 2,000 edits count as not alike (0.0).

    Parameters
    ----------
    truth, extracted
        Canonical strings (``Rule.canonical``).

    Returns
    -------
    float
        1.0 for equal strings, 0.0 if nothing agrees.

    Examples
    --------
    >>> similarity("müller gmbh", "muller gmbh")
    0.9090909090909091
    """
    longest = max(len(truth), len(extracted))
    cutoff = 1 - _MOST_EDITS_OF_LONG / longest if longest > _LONG else None
    return float(Levenshtein.normalized_similarity(truth, extracted, score_cutoff=cutoff))


def similarities(truth: Sequence[str], extracted: Sequence[str]) -> FloatArray:
    """Return :func:`similarity` of many pairs at once.

    Parameters
    ----------
    truth, extracted
        Canonical strings, pair by pair; of the same length.
    """
    if len(truth) == 0:
        return np.zeros(0)
    if max(map(len, truth)) > _LONG or max(map(len, extracted)) > _LONG:
        return np.array([similarity(a, b) for a, b in zip(truth, extracted, strict=True)])
    scores = cpdist(truth, extracted, scorer=Levenshtein.normalized_similarity, dtype=np.float64)
    return np.asarray(scores, dtype=np.float64)


def anls(truth: str, extracted: str, tau: float = 0.5) -> float:
    """Return the graded score of one pair of values: similarity after levelling case and blanks, 0 below ``tau``.

    Follows the average normalised Levenshtein similarity of Biten et al., "Scene Text Visual Question Answering"
    (ICCV 2019), with a similarity of exactly ``tau`` kept.

    Parameters
    ----------
    truth, extracted
        The values as they were delivered.
    tau
        Similarities below it count as 0; above 0, at most 1.

    Raises
    ------
    SettingError
        If ``tau`` is not above 0 and at most 1.
    """
    return float(anls_many([truth], [extracted], tau)[0])


def anls_many(truth: Sequence[str], extracted: Sequence[str], tau: float = 0.5) -> FloatArray:
    """Return :func:`anls` of many pairs at once; parameters and errors as there."""
    check_tau(tau)
    scores = similarities(lower_collapsed_many(truth), lower_collapsed_many(extracted))
    return np.where(scores >= tau - 1e-12, scores, 0.0)


def check_tau(tau: float) -> None:
    """Refuse a threshold that accepts everything or nothing."""
    if not 0 < tau <= 1:
        message = (
            f"tau is {tau!r}; it must be above 0 and at most 1. With 0 every pair of values would count as the same."
        )
        raise SettingError(message)
