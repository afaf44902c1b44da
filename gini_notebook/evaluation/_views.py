"""Views that look closer: slices, causes, confusion, candidates, costs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.errors import SettingError
from gini_notebook.evaluation import _causes, _costs, _slices
from gini_notebook.evaluation._coding import BoolArray, IntArray
from gini_notebook.evaluation._kept import Kept
from gini_notebook.evaluation._mistakes import of_field
from gini_notebook.evaluation._tables import dotted
from gini_notebook.evaluation.scores import share
from gini_notebook.statistics import wilson


@dataclass(frozen=True, eq=False, repr=False)
class Views(Kept):
    """The closer views of an evaluation."""

    def by_slice(
        self, column: str, documents: pd.DataFrame | None = None, *, field: str | None = None, level: str = "typed"
    ) -> pd.DataFrame:
        """Give the scores of parts of the documents: by issuer, country, pages, source or month.

        Parameters
        ----------
        column
            The column whose values make the slices.
        documents
            A table with ``document`` and the column; by default the documents table of the evaluation.
        field
            One field only; by default all header fields together.
        level
            ``"raw"``, ``"typed"`` or ``"lenient"``.

        Returns
        -------
        pandas.DataFrame
            One row per value (``slice``): ``documents``, ``slots``, the counts, precision, recall and F1 with 95 %
            intervals, ``small`` (fewer than 30 slots: look at it in grey) and ``rank`` (1 is the best F1; small slices
            are never ranked). Documents without a value make a slice of their own, whose name is missing.

        Raises
        ------
        SettingError
            If there is no such column, field or level.
        SchemaError
            If the documents table names a document twice.

        Examples
        --------
        >>> result.by_slice("source_classification")  # doctest: +SKIP
        """
        values = _slices.values_of(
            column, self.documents["document"], self.documents if documents is None else documents
        )
        tally = self.tally(level)
        table = _slices.frame(
            tally, values, self._places(field), wrong=self.settings["wrong"], seed=self.settings["seed"]
        )
        table.attrs |= {"column": column, "field": field, "level": level}
        return table

    def by_cause(self, field: str | None = None, *, details: bool = False) -> pd.DataFrame:
        """Give how often which cause made a value wrong; the counts of a field add up to its wrong values.

        Parameters
        ----------
        field
            One field only.
        details
            Keep what stands behind the colon: ``one character: substitution 0→O`` instead of ``one character``.

        Returns
        -------
        pandas.DataFrame
            ``group``, ``field``, ``cause``, ``count``, ``share`` of the field's wrong values; most frequent first.

        Raises
        ------
        SettingError
            If there is no such field.
        """
        chosen = np.ones(len(self.comparisons), dtype=bool) if field is None else self._of_field(field)
        return _causes.by_cause(self.comparisons, chosen, details=details)

    def confusion(self) -> pd.DataFrame:
        """Give how often the value of one field was extracted as another field of the same document.

        Returns
        -------
        pandas.DataFrame
            One row per field of the truth, one column per field it was extracted as; counts. Only fields that were
            confused are there. Counted are wrong and spurious values.
        """
        return _causes.confusion(self.comparisons)

    def candidate_recall(self) -> pd.DataFrame:
        """Tell "not read" from "read, and another one chosen", per field that has candidates.

        Returns
        -------
        pandas.DataFrame
            ``group``, ``field``, ``slots`` (with a truth value and a list to ask), ``recall_1``, ``recall_3`` and
            ``recall_all`` (share whose right value is first, among the first three, anywhere in the list) each with a
            95 % interval (``recall_1_low`` …), and ``chosen``: the share that was extracted rightly.
        """
        counts = self.tally().candidates
        columns = ["group", "field", "slots"]
        names = ("recall_1", "recall_3", "recall_all")
        columns += [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
        if counts is None:
            return pd.DataFrame(columns=[*columns, "chosen"])
        totals = counts.sum(axis=0, dtype=np.int64)
        asked = np.flatnonzero(totals[:, 0] > 0)
        names_of = [self.tally().columns[place] for place in asked]
        table = pd.DataFrame(names_of, columns=["group", "field"])
        table["slots"] = totals[asked, 0]
        for at, name in enumerate(names, start=1):
            table[name] = share(totals[asked, at], totals[asked, 0])
            table[f"{name}_low"], table[f"{name}_high"] = wilson(totals[asked, at], totals[asked, 0])
        table["chosen"] = share(self.tally().totals[asked, 0], totals[asked, 0])
        return table

    def costs(self, costs: "_costs.Costs | _costs.CostsByField") -> pd.DataFrame:
        """Give what mistakes cost.

        Parameters
        ----------
        costs
            What one mistake costs, in any currency: ``{"wrong": 50, "missing": 2, "spurious": 10}`` for every header
            field, or by field: ``{"amountToPay": {"wrong": 50, "missing": 2}, "lineItems.baseGross": {"wrong": 1}}``.
            ``missing`` is the cost of keying a value in.

        Returns
        -------
        pandas.DataFrame
            Per field and in ``total``: the numbers of mistakes, ``cost``, ``cost_per_1000_documents`` with its 95 %
            interval (``low``, ``high``), the field's ``precision``, and ``break_even_precision``: from this precision
            on it is cheaper to take what was read than to key everything in (1 - missing / wrong).

        Raises
        ------
        SettingError
            If there is no such field or outcome, or a cost is no number.

        Examples
        --------
        >>> result.costs({"wrong": 50, "missing": 2, "spurious": 10})  # doctest: +SKIP
        """
        return _costs.frame(self.tally(), costs, self.settings["seed"])

    def _of_field(self, field: str) -> BoolArray:
        return of_field(self.comparisons, self._entities, field)

    def _places(self, field: str | None) -> IntArray:
        """Give the places of the columns of a field, or of all header fields."""
        columns: list[Any] = list(self._coded.columns)
        if field is None:
            return np.array([place for place, (group, _) in enumerate(columns) if not group], dtype=np.int64)
        places = [place for place, name in enumerate(columns) if field in (name[1], dotted(*name))]
        if not places:
            known = ", ".join(dotted(*name) for name in columns) or "none"
            message = f"There is no field {field!r} in this evaluation. There are: {known}."
            raise SettingError(message)
        return np.array(places, dtype=np.int64)
