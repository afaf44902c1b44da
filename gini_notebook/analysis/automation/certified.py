"""A rule for which the target was shown, and what it says of new documents."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gini_notebook.analysis.automation.checks import SLICE
from gini_notebook.analysis.automation.rules import AutomationRule, Verdicts
from gini_notebook.analysis.automation.sequence import Stage
from gini_notebook.errors import SettingError
from gini_notebook.schema import TEXT

PAY, LOOK = "pay", "look"


@dataclass(frozen=True, slots=True)
class CertifiedRule:
    """A rule whose share of right documents was shown to reach the target.

    Attributes
    ----------
    rule
        The rule.
    required
        The header fields that must all be right.
    target
        The share of right documents that was shown, with 95 % confidence.
    stage
        On how many documents, and with how many mistakes.
    by, slice
        The column whose values part the documents, and the one of these documents; None where they were not parted.
    kinds
        The source classifications of the labelled documents; of another kind nothing was shown.
    """

    rule: AutomationRule
    required: tuple[str, ...]
    target: float
    stage: Stage
    by: str | None
    slice: str | None
    kinds: frozenset[str]

    @property
    def name(self) -> str:
        """What the rule is called."""
        return self.rule.name

    def apply(self, checks: pd.DataFrame) -> pd.DataFrame:
        """Say which new documents may be paid unseen.

        Parameters
        ----------
        checks
            What :func:`gini_notebook.checks` answers for them, made in the same way: same second reader, same history.

        Returns
        -------
        pandas.DataFrame
            ``document``, ``decision`` (``pay`` or ``look``) and ``why`` (which checks stand against it). A document of
            a kind that was not among the labelled ones is to be looked at, whatever its checks say.

        Raises
        ------
        SchemaError
            If the checks are no such table.
        SettingError
            If a required field was not checked, or the column of the slices lacks.
        """
        given = Verdicts.of(checks)
        given.check_required(self.required)
        kept, why = given.kept(self.rule, self.required), np.array(given.why(self.rule, self.required), dtype=object)
        known = self.known(given)
        why[~known] = "of a kind of which nothing was shown"
        columns = {
            "document": pd.array(given.extra["document"].tolist(), dtype=TEXT),
            "decision": pd.array(np.where(kept & known, PAY, LOOK), dtype=TEXT),
            "why": pd.array(why, dtype=TEXT),
        }
        return pd.DataFrame(columns)

    def known(self, given: Verdicts) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Return which documents are of a kind of which something was shown."""
        known = np.ones(len(given.names), dtype=bool)
        if self.by is not None:
            if self.by not in given.extra:
                message = f"The checks of {len(given.names):,} documents have no column {self.by!r} to tell slices by."
                raise SettingError(message)
            known &= given.extra[self.by].astype(TEXT).fillna("").to_numpy(dtype=object) == (self.slice or "")
        if self.kinds and SLICE in given.extra:
            known &= given.extra[SLICE].fillna("").isin(self.kinds).to_numpy(dtype=bool)
        return np.asarray(known, dtype=bool)
