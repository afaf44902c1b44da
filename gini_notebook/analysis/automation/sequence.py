"""Bounds of what would slip through, and the order in which rules are tested: strict to lax, until one fails.

Rules that are written beforehand need no half of the documents to be chosen on. Ordered by how much they keep, which
no label decides, each is tested at the same level on all documents, and the first that fails ends the testing
("fixed-sequence testing"; as in Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then Test", arXiv:2110.01052).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from gini_notebook.analysis.statistics import clopper_pearson, losses, share_intervals, trials_needed

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

LEVEL = 0.95
"""How sure each bound is, on its one side."""

CERTIFIED, NOT_SHOWN, NOT_TESTED, TOO_FEW, NO_LABELS = STATUSES = (
    "certified",
    "not shown",
    "not tested",
    "too few",
    "no labels",
)


FEWEST_TO_PLAN = 5
"""Of a kind with fewer documents nothing is planned: each share would be that of a single document."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A rule on the documents of a slice: what it keeps, what would slip through, and whether the target is shown.

    Attributes
    ----------
    rule
        Its place in the list of rules.
    documents, kept
        All documents of the slice, and those that the rule lets through.
    labelled, wrong
        How many of these have a label for each required field, and how many of those a mistake.
    high
        Upper bound of the share with a mistake: of documents.
    clusters, clusters_wrong, cluster_high
        Clusters (issuers) of the labelled ones, how many have a mistake, and the bound whose unit is the cluster; 0, 0
        and NaN where nothing names clusters.
    picked_high
        The bound that decides, widened for a rule that is picked out of all of these after a look at mistakes.
    needed
        How many labelled documents (clusters, where these decide) show the target with as many mistakes as there are.
    status
        One of ``STATUSES``.
    """

    rule: int
    documents: int
    kept: int
    labelled: int
    wrong: int
    high: float
    clusters: int
    clusters_wrong: int
    cluster_high: float
    picked_high: float
    needed: int
    status: str


@dataclass(frozen=True, slots=True)
class Slice:
    """Documents with a bound of their own.

    Attributes
    ----------
    name
        The value of the column they share; None where documents were not parted.
    stages
        The rules from strict to lax.
    labelled
        Documents with a label for each required field.
    kinds
        The source classifications of these.
    passed
        Per check, in how many of all documents it passed, and how many there are.
    failed
        Documents that failed, so that nothing was read of them.
    """

    name: str | None
    stages: tuple[Stage, ...]
    labelled: int
    kinds: tuple[str, ...]
    passed: Mapping[str, tuple[int, int]]
    failed: int

    @property
    def too_small(self) -> bool:
        """Whether this kind of documents has too few of them to plan anything."""
        return self.name is not None and self.stages[0].documents < FEWEST_TO_PLAN

    @property
    def judged(self) -> bool:
        """Whether rules can be judged on these documents."""
        return self.labelled > 0 and not self.too_small


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What is known of the documents of a slice.

    Attributes
    ----------
    kept
        Documents × rules: whether the rule lets the document through.
    labelled, wrong
        Per document, whether each required field has a label, and whether any is not right.
    clusters
        Per document, the number of its cluster; None where nothing names clusters.
    by_cluster
        Whether the bound of clusters decides, not that of documents.
    """

    kept: BoolArray
    labelled: BoolArray
    wrong: BoolArray
    clusters: IntArray | None = None
    by_cluster: bool = False

    def of(self, selected: BoolArray) -> "Outcomes":
        """Return those of some documents."""
        clusters = None if self.clusters is None else self.clusters[selected]
        return Outcomes(self.kept[selected], self.labelled[selected], self.wrong[selected], clusters, self.by_cluster)


def stages_of(outcomes: Outcomes, target: float) -> list[Stage]:
    """Return the rules from strict to lax, each with its bounds and what testing in this order says.

    Parameters
    ----------
    outcomes
        The documents of one slice.
    target
        The share of right documents to be shown.
    """
    judged = outcomes.kept & outcomes.labelled[:, None]
    # No label decides the order: it goes by how many are kept, those that could be judged first, then by the list.
    order = np.lexsort((outcomes.kept.sum(axis=0), judged.sum(axis=0)))
    stages: list[Stage] = []
    failed = False
    for rule in order.tolist():
        stage = _measured(outcomes, rule, target)
        reachable = _reachable(outcomes, rule, target)
        status = NOT_SHOWN
        if not outcomes.labelled.any():
            status = NO_LABELS
        elif not reachable:
            status = TOO_FEW
        elif failed:
            status = NOT_TESTED
        elif (stage.cluster_high if outcomes.by_cluster else stage.high) <= 1 - target:
            status = CERTIFIED
        failed = failed or status == NOT_SHOWN
        stages.append(replace(stage, status=status))
    return stages


def _measured(outcomes: Outcomes, rule: int, target: float) -> Stage:
    kept = outcomes.kept[:, rule]
    judged = kept & outcomes.labelled
    labelled, wrong = int(judged.sum()), int((judged & outcomes.wrong).sum())
    clusters = clusters_wrong = 0
    cluster_high = math.nan
    # Bonferroni's: the bounds of all rules hold together.
    of_all = 1 - (1 - LEVEL) / outcomes.kept.shape[1]
    picked_high = document_bound(wrong, labelled, of_all)
    if outcomes.clusters is not None and labelled:
        size, loss = _by_cluster(outcomes.clusters[judged], outcomes.wrong[judged])
        clusters, clusters_wrong = len(size), int((loss > 0).sum())
        cluster_high = cluster_bound(loss, size)
        picked_high = cluster_bound(loss, size, of_all) if outcomes.by_cluster else picked_high
    seen = clusters_wrong if outcomes.by_cluster else wrong
    return Stage(
        rule=rule,
        documents=len(kept),
        kept=int(kept.sum()),
        labelled=labelled,
        wrong=wrong,
        high=document_bound(wrong, labelled),
        clusters=clusters,
        clusters_wrong=clusters_wrong,
        cluster_high=cluster_high,
        picked_high=picked_high,
        needed=trials_needed(seen, target),
        status="",
    )


def _reachable(outcomes: Outcomes, rule: int, target: float) -> bool:
    """Return whether the documents that a rule keeps could show the target if all were right; no label decides that."""
    judged = outcomes.kept[:, rule] & outcomes.labelled
    if outcomes.by_cluster and outcomes.clusters is not None:
        size, _ = _by_cluster(outcomes.clusters[judged], outcomes.wrong[judged])
        return bool(len(size)) and cluster_bound(np.zeros(len(size)), size) <= 1 - target
    return int(judged.sum()) >= trials_needed(0, target)


def _by_cluster(clusters: IntArray, wrong: BoolArray) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    codes = np.unique(clusters, return_inverse=True)[1]
    return np.bincount(codes).astype(np.float64), np.bincount(codes, weights=wrong).astype(np.float64)


def document_bound(wrong: int, documents: int, level: float = LEVEL) -> float:
    """Return the upper bound of the share with a mistake (Clopper and Pearson, one-sided); NaN without documents."""
    return float(clopper_pearson(wrong, documents, level=level, one_sided=True)[1]) if documents else math.nan


def cluster_bound(loss: npt.NDArray[np.float64], size: npt.NDArray[np.float64], level: float = LEVEL) -> float:
    """Return the same bound with clusters for units: wrong documents and documents of each, and one not seen."""
    return 1 - float(share_intervals([losses(loss, size)], level=2 * level - 1)[0][0])


def differing(kinds: Sequence[tuple[str, int, int]]) -> tuple[str, float] | None:
    """Return the kind of document whose share of mistakes differs most from all others, if it provably does.

    Parameters
    ----------
    kinds
        Of each kind its name, documents, and documents with a mistake.

    Returns
    -------
    tuple or None
        Its name and the p-value (Fisher's exact test against the rest, times the number of kinds), below 5 %.
    """
    documents, wrong = sum(count for _, count, _ in kinds), sum(mistakes for *_, mistakes in kinds)
    found: list[tuple[float, str]] = []
    for name, count, mistakes in kinds:
        rest = documents - count
        if count and rest:
            table = [[mistakes, count - mistakes], [wrong - mistakes, rest - (wrong - mistakes)]]
            found.append((float(stats.fisher_exact(table)[1]) * len(kinds), name))
    p, name = min(found, default=(1.0, ""))
    return (name, p) if p < 1 - LEVEL else None
