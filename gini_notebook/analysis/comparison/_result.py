"""The result of a comparison."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.comparison import _changes, _differences, _verdict
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.intervals import check_kind
from gini_notebook.analysis.statistics import mcnemar_p
from gini_notebook.errors import SettingError


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two evaluations of the same documents, paired; :func:`gini_notebook.compare` makes it.

    Attributes
    ----------
    a, b : Evaluation
        The first and the second run. Differences are b minus a.
    seed : int
        Seed of draws and permutations.
    left_out_fields : tuple of str
        Fields that only one of the evaluations has.
    """

    a: Evaluation
    b: Evaluation
    seed: int
    left_out_fields: tuple[str, ...]

    def by_field(self, level: str = "typed", intervals: str = "bootstrap") -> pd.DataFrame:
        """Give per field the difference of F1, precision and recall, and whether it is more than chance.

        Parameters
        ----------
        level
            ``"raw"``, ``"typed"`` or ``"lenient"``.
        intervals
            ``"bootstrap"`` for percentiles of the draws, ``"bca"`` for percentiles corrected for bias and skewness
            (where there are 20 documents or more, and the draws lie on both sides of the difference).

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
        check_kind(intervals, _differences.INTERVALS)
        wrong = self.a.settings["wrong"]
        frame = _differences.frame(self.a, self.b, level=level, wrong=wrong, seed=self.seed, intervals=intervals)
        frame.attrs |= {"level": level, "counting_rule": wrong, "intervals": intervals, "seed": self.seed}
        return frame

    def verdict(self) -> str:
        """Say in one sentence whether the second run is better, and which fields are.

        Examples
        --------
        >>> print(comparison.verdict())  # doctest: +SKIP
        The second run is better: F1 of the header fields (micro) is 0.912 and 0.934, a difference of +0.022 (95 % …
        """
        return _verdict.sentence(self.by_field())

    def summary(self, intervals: str = "bootstrap") -> pd.DataFrame:
        """Give the comparison in a few numbers.

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
        judged = documents["perfect_a"].notna() & documents["perfect_b"].notna()
        first, second = (documents.loc[judged, name].to_numpy(dtype=bool) for name in ("perfect_a", "perfect_b"))
        low, high = _differences.of_shares(first, second, seed=self.seed, intervals=intervals)
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
        return _changes.documents(self.a, self.b, self.changes())

    @property
    def fixed(self) -> pd.DataFrame:
        """The documents that are perfect in the second run and were not in the first."""
        return self.documents[self.documents["change"] == "fixed"].reset_index(drop=True)

    @property
    def broken(self) -> pd.DataFrame:
        """The documents that were perfect in the first run and are not in the second."""
        return self.documents[self.documents["change"] == "broken"].reset_index(drop=True)

    def changes(self, change: str | None = None) -> pd.DataFrame:
        """Give the slots that one run has right and the other has not.

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
        if change is not None and change not in _changes.CHANGES:
            message = f"There is no change {change!r}; choose one of {', '.join(_changes.CHANGES)}."
            raise SettingError(message)
        frame = self._changes
        return frame if change is None else frame[frame["change"] == change].reset_index(drop=True)

    @cached_property
    def _changes(self) -> pd.DataFrame:
        return _changes.slots(self.a.comparisons, self.b.comparisons)

    def __repr__(self) -> str:
        counts = self.changes()["change"].value_counts()
        fixed, broken = (int(counts.get(name, 0)) for name in _changes.CHANGES)
        return f"<Comparison of {len(self.a.documents)} documents: {fixed} values fixed, {broken} broken>"

    def _repr_html_(self) -> str:
        """Show the table per field in a notebook; text from documents is escaped."""
        columns = ["f1_a", "f1_b", "f1_difference", "f1_difference_low", "f1_difference_high", "p_holm", "verdict"]
        shown = self.by_field()[["group", "field", *columns]]
        return str(shown.to_html(index=False, na_rep="n/a", float_format="{:.3f}".format, escape=True))
