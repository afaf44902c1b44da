"""A plan looked at again: a random sample of automated documents, and whether checks pass as often as they did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from gini_notebook.analysis.automation.certified import CertifiedRule
from gini_notebook.analysis.automation.checks import PRESENT
from gini_notebook.analysis.automation.rules import Verdicts
from gini_notebook.analysis.automation.sequence import LEVEL, document_bound
from gini_notebook.analysis.statistics import clopper_pearson, holm, trials_needed
from gini_notebook.schema import TEXT, dotted

HOLDS, UNSURE, REFUTED = "holds", "not shown", "refuted"


@dataclass(frozen=True, slots=True, eq=False)
class PlanCheck:
    """What new documents say of a plan.

    Attributes
    ----------
    status
        ``holds``: the target is shown on these documents alone, too. ``refuted``: they show that it is missed. ``not
        shown``: they are too few to tell.
    documents, kept, labelled, wrong
        New documents, those that the rule lets through, those of these that have a label for each required field, and
        those with a mistake.
    error_high
        Upper bound (95 %, one-sided) of the share with a mistake, of documents drawn as these were.
    needed
        How many labelled documents show the target with so many mistakes.
    checks : pandas.DataFrame
        Per check of the rule: ``check``, ``passed_before`` and ``passed_now`` (shares), ``p`` (chi-square, Holm over
        the checks) and ``differs`` (p below 5 %: the new documents are not like those on which the plan was made).
    """

    status: str
    target: float
    documents: int
    kept: int
    labelled: int
    wrong: int
    error_high: float
    needed: int
    checks: pd.DataFrame

    @property
    def differs(self) -> bool:
        """Whether any check passes more or less often than it did."""
        return bool(self.checks["differs"].any())

    def __repr__(self) -> str:
        said = (
            f"{self.kept:,} of {self.documents:,} new documents pass the rule; {self.labelled:,} of these are "
            f"labelled, {self.wrong:,} of them wrong"
        )
        bound = f" (at most {self.error_high:.1%} with 95 % confidence)" if self.labelled else ""
        told = {
            HOLDS: f"{self.target:.4g} right is shown again",
            REFUTED: f"{self.target:.4g} right is missed: look at all documents",
            UNSURE: f"{self.needed:,} labelled ones would show {self.target:.4g} right again",
        }[self.status]
        other = int(self.checks["differs"].sum())
        like = (
            f" {other} checks pass more or less often than before: the plan was made on other documents."
            if other
            else ""
        )
        return f"{said}{bound}; {told}.{like}"


def look_again(
    rule: CertifiedRule,
    given: Verdicts,
    judged: tuple["np.ndarray[tuple[int], np.dtype[np.bool_]]", "np.ndarray[tuple[int], np.dtype[np.bool_]]"],
    before: Mapping[str, tuple[int, int]],
) -> PlanCheck:
    """Return the bound on new documents, and how often checks pass there and passed before.

    Parameters
    ----------
    rule
        The rule of the plan.
    given
        The checks of the new documents.
    judged
        Per new document, whether it has all labels, and whether any required field is not right.
    before
        Per check, in how many documents of the plan it passed, and how many there were.
    """
    known = rule.known(given)
    kept = given.kept(rule.rule, rule.required) & known
    labelled = kept & judged[0]
    count, wrong = int(labelled.sum()), int((labelled & judged[1]).sum())
    high = document_bound(wrong, count)
    low = float(clopper_pearson(wrong, count, level=LEVEL, one_sided=True)[0]) if count else 0.0
    allowed = 1 - rule.target
    return PlanCheck(
        status=REFUTED if low > allowed else HOLDS if high <= allowed else UNSURE,
        target=rule.target,
        documents=len(given.names),
        kept=int(kept.sum()),
        labelled=count,
        wrong=wrong,
        error_high=high,
        needed=trials_needed(wrong, rule.target),
        checks=_exchangeable(rule, before, passes(given, rule.required, known)),
    )


def passes(
    given: Verdicts, required: Sequence[str], selected: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
) -> dict[str, tuple[int, int]]:
    """Return of each check of required fields and of documents how often it passed, and of how many documents."""
    return {
        dotted(field, check): (int((given.verdicts[selected, at] == 0).sum()), int(selected.sum()))
        for at, (field, check) in enumerate(given.columns)
        if field in ("", *required)
    }


def _exchangeable(
    rule: CertifiedRule, before: Mapping[str, tuple[int, int]], now: Mapping[str, tuple[int, int]]
) -> pd.DataFrame:
    names = (PRESENT, *rule.rule.passes, *rule.rule.not_failed)
    shared = [name for name in before if name in now and name.rpartition(".")[2] in names]
    values = np.array([_p(before[name], now[name]) for name in shared])
    adjusted = holm(values) if len(values) else values
    columns = {
        "check": pd.array(shared, dtype=TEXT),
        "passed_before": [_share(before[name]) for name in shared],
        "passed_now": [_share(now[name]) for name in shared],
        "p": adjusted,
        "differs": np.asarray(adjusted) < 1 - LEVEL,
    }
    return pd.DataFrame(columns)


def _p(before: tuple[int, int], now: tuple[int, int]) -> float:
    table = np.array([[passed, of - passed] for passed, of in (before, now)])
    if (table.sum(axis=0) == 0).any() or (table.sum(axis=1) == 0).any():
        return 1.0
    return float(stats.chi2_contingency(table)[1])


def _share(of: tuple[int, int]) -> float:
    return of[0] / of[1] if of[1] else float("nan")
