"""``compare()``, and the comparison of two evaluations of the same documents that it returns."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.comparison.differences import (
    BETTER,
    CHANGES,
    INTERVALS,
    NO_EVIDENCE,
    WORSE,
    changed_slots,
    difference_table,
    document_changes,
    share_difference_interval,
)
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.formulas import MACRO, MICRO
from gini_notebook.analysis.evaluation.intervals import check_kind
from gini_notebook.analysis.evaluation.scores import Scores
from gini_notebook.analysis.statistics import mcnemar_p
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted

_SETTINGS = ("wrong", "key", "order", "required")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two evaluations of the same documents, paired; :func:`gini_notebook.compare` makes it.

    Attributes
    ----------
    a, b : Evaluation
        The first and the second run. Differences are b minus a.
    seed : int
        Seed of bootstrap samples and permutations.
    left_out_fields : tuple of str
        Fields that only one of the evaluations has.
    """

    a: Evaluation
    b: Evaluation
    seed: int
    left_out_fields: tuple[str, ...]

    def by_field(self, level: str = "typed", intervals: str = "bootstrap") -> pd.DataFrame:
        """Return per field the difference of F1, precision and recall, and whether it is more than chance.

        Parameters
        ----------
        level
            ``"raw"``, ``"typed"`` or ``"lenient"``.
        intervals
            ``"bootstrap"`` for percentiles of the samples, ``"bca"`` for percentiles corrected for bias and skewness
            (where there are 20 documents or more, and the samples lie on both sides of the difference).

        Returns
        -------
        pandas.DataFrame
            One row per group and field, then ``micro`` and ``macro``: ``f1_a``, ``f1_b``, ``f1_difference``,
            ``f1_difference_low``, ``f1_difference_high`` (95 %, the same documents drawn for both runs), and the same
            for precision and recall; ``p`` (sign-flip permutation of documents on the difference of F1), ``p_holm``
            (adjusted for the number of fields; averages are adjusted for nothing) and ``verdict``: ``better`` or
            ``worse`` if ``p_holm`` is below 0.05, else ``no evidence``. ``attrs`` has level, counting rule,
            kind of intervals and seed.

        Raises
        ------
        SettingError
            If there is no such level or kind of interval.

        Examples
        --------
        >>> comparison.by_field()[["field", "f1_difference", "p_holm", "verdict"]]  # doctest: +SKIP
        """
        check_kind(intervals, INTERVALS)
        wrong = self.a.settings["wrong"]
        frame = difference_table(self.a, self.b, level=level, wrong=wrong, seed=self.seed, intervals=intervals)
        frame.attrs |= {"level": level, "counting_rule": wrong, "intervals": intervals, "seed": self.seed}
        return frame

    def verdict(self) -> str:
        """Describe in one sentence whether the second run is better, and which fields are.

        Examples
        --------
        >>> print(comparison.verdict())  # doctest: +SKIP
        The second run is better: F1 of the header fields (micro) is 0.912 and 0.934, a difference of +0.022 (95 % …
        """
        return verdict_sentence(self.by_field())

    def summary(self, intervals: str = "bootstrap") -> pd.DataFrame:
        """Return the comparison in a few numbers.

        Parameters
        ----------
        intervals
            As in :meth:`by_field`.

        Returns
        -------
        pandas.DataFrame
            ``metric``, ``a``, ``b``, ``difference``, ``low``, ``high``, ``p``: ``micro_f1`` of each group, and
            ``perfect_documents`` with the exact p-value of McNemar's test.

        Raises
        ------
        SettingError
            If there is no such kind of interval.
        """
        fields = self.by_field(intervals=intervals)
        rows: list[dict[str, Any]] = [
            {
                "metric": f"{row['group']}_micro_f1" if row["group"] else "micro_f1",
                "a": row["f1_a"],
                "b": row["f1_b"],
                "difference": row["f1_difference"],
                "low": row["f1_difference_low"],
                "high": row["f1_difference_high"],
                "p": row["p"],
            }
            for row in fields[fields["field"] == "micro"].to_dict("records")
        ]
        return pd.DataFrame([*rows, self._perfect_documents(intervals)])

    def _perfect_documents(self, intervals: str) -> dict[str, Any]:
        documents = self.documents
        labelled = documents["perfect_a"].notna() & documents["perfect_b"].notna()
        first, second = (documents.loc[labelled, name].to_numpy(dtype=bool) for name in ("perfect_a", "perfect_b"))
        low, high = share_difference_interval(first, second, seed=self.seed, intervals=intervals)
        shares = [float(side.mean()) if len(side) else np.nan for side in (first, second)]
        return {
            "metric": "perfect_documents",
            "a": shares[0],
            "b": shares[1],
            "difference": shares[1] - shares[0],
            "low": low,
            "high": high,
            "p": mcnemar_p(int((first & ~second).sum()), int((second & ~first).sum())),
        }

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row per document.

        ``document``, ``perfect_a``, ``perfect_b`` (nothing wrong, missing or spurious in its header fields; missing if
        none is labelled), ``fixed`` and ``broken`` (number of its slots that changed), and ``change``: ``fixed`` if the
        document has become perfect, ``broken`` if it no longer is, else missing.
        """
        return document_changes(self.a, self.b, self.changes())

    @property
    def fixed(self) -> pd.DataFrame:
        """The documents that are perfect in the second run and were not in the first."""
        return self.documents[self.documents["change"] == "fixed"].reset_index(drop=True)

    @property
    def broken(self) -> pd.DataFrame:
        """The documents that were perfect in the first run and are not in the second."""
        return self.documents[self.documents["change"] == "broken"].reset_index(drop=True)

    def changes(self, change: str | None = None) -> pd.DataFrame:
        """Return the slots that one run has right and the other has not.

        Parameters
        ----------
        change
            ``"fixed"`` or ``"broken"``; both by default.

        Returns
        -------
        pandas.DataFrame
            ``document``, ``group``, ``row``, ``field``, ``truth``, ``extracted_a``, ``extracted_b``, ``outcome_a``,
            ``outcome_b``, ``change``. Right is correct, or absent where there is nothing. Rows that a run invented in
            a compound belong to no row of the truth and are not listed.

        Raises
        ------
        SettingError
            If there is no such change.
        """
        if change is not None and change not in CHANGES:
            message = f"There is no change {change!r}; choose one of {', '.join(CHANGES)}."
            raise SettingError(message)
        frame = self._changes
        return frame if change is None else frame[frame["change"] == change].reset_index(drop=True)

    @cached_property
    def _changes(self) -> pd.DataFrame:
        return changed_slots(self.a.comparisons, self.b.comparisons)

    def __repr__(self) -> str:
        counts = self.changes()["change"].value_counts()
        fixed, broken = (int(counts.get(name, 0)) for name in CHANGES)
        return f"<Comparison of {len(self.a.documents)} documents: {fixed} values fixed, {broken} broken>"

    def _repr_html_(self) -> str:
        """Show the table per field in a notebook; text from documents is escaped."""
        columns = ["f1_a", "f1_b", "f1_difference", "f1_difference_low", "f1_difference_high", "p_holm", "verdict"]
        shown = self.by_field()[["group", "field", *columns]]
        return str(shown.to_html(index=False, na_rep="n/a", float_format="{:.3f}".format, escape=True))


def compare(a: Evaluation, b: Evaluation, *, seed: int = 0) -> Comparison:
    """Compare two evaluations of the same documents against the same truth.

    Parameters
    ----------
    a
        The first run, for example the configuration in use.
    b
        The second run, for example the new configuration; differences are b minus a.
    seed
        Seed of bootstrap samples and permutations.

    Returns
    -------
    Comparison
        Paired differences with intervals and p-values, and what was fixed and broken.

    Raises
    ------
    SettingError
        If the evaluations were made with another edition of the metrics, another truth, other rules for a field, or
        other settings: their numbers would differ for reasons that have nothing to do with the runs.

    Examples
    --------
    >>> compare(baseline, candidate).by_field()  # doctest: +SKIP
    """
    for given in (a, b):
        if not isinstance(given, Evaluation):
            remedy = "its in_memory() is one" if isinstance(given, Scores) else "evaluate() makes one"
            message = f"compare() takes two evaluations, but this is a {type(given).__name__}; {remedy}."
            raise SettingError(message)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        message = f"seed is {seed!r}; it must be a whole number, 0 or more."
        raise SettingError(message)
    _check_same("edition of the metrics", a.provenance["spec_version"], b.provenance["spec_version"])
    _check_same("ground truth (by its hash)", a.provenance["truth_hash"][:12], b.provenance["truth_hash"][:12])
    for name in _SETTINGS:
        _check_same(f"setting {name!r}", a.settings[name], b.settings[name])
    fields = _common_fields(a.provenance["rules"], b.provenance["rules"])
    return Comparison(a=a, b=b, seed=seed, left_out_fields=fields)


def _check_same(what: str, first: Any, second: Any) -> None:
    if first != second:
        message = (
            f"These evaluations cannot be compared: the first has {what} {first!r}, the second {second!r}. Evaluate "
            "both runs in the same way, against the same truth."
        )
        raise SettingError(message)


def _common_fields(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[str, ...]:
    """Refuse fields with different rules, and name the fields that only one evaluation has."""
    for name in sorted(set(first) & set(second)):
        _check_same(f"rule for {name!r}", first[name], second[name])
    if not set(first) & set(second):
        raise SettingError("These evaluations cannot be compared: they have no field in common.")
    return tuple(sorted(set(first) ^ set(second)))


def verdict_sentence(fields: pd.DataFrame) -> str:
    """Describe whether the second run is better, from the table of ``Comparison.by_field``."""
    whole = fields[(fields["field"] == MICRO)].sort_values("group", kind="stable")
    if whole.empty or math.isnan(whole.iloc[0]["f1_difference"]):
        return "There is nothing to compare: no field has a value in the truth or in the extractions."
    return f"{_of_the_whole(whole.iloc[0])}; {_of_fields(fields[~fields['field'].isin((MICRO, MACRO))])}."


def _of_the_whole(row: "pd.Series[Any]") -> str:
    what = f"the columns of {row['group']}" if row["group"] else "the header fields"
    begin = {
        BETTER: "The second run is better",
        WORSE: "The second run is worse",
        NO_EVIDENCE: "There is no evidence that either run is better",
    }[row["verdict"]]
    interval = f"95 % interval {row['f1_difference_low']:+.3f} to {row['f1_difference_high']:+.3f}"
    return (
        f"{begin}: F1 of {what} (micro) is {row['f1_a']:.3f} and {row['f1_b']:.3f}, a difference of "
        f"{row['f1_difference']:+.3f} ({interval}, p = {row['p']:.3f})"
    )


def _of_fields(fields: pd.DataFrame) -> str:
    parts = []
    for verdict in (BETTER, WORSE):
        selected = fields[fields["verdict"] == verdict]
        names = [dotted(*column) for column in zip(selected["group"], selected["field"], strict=True)]
        parts.append(f"{verdict} fields: {', '.join(names) or 'none'}")
    return "; ".join(parts)
