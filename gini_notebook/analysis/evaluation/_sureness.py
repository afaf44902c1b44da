"""Views for extractions that come with a confidence (M16 of the metrics)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation._calibration import (
    calibration_metrics,
    reliability_by_slice,
    slice_facts,
    slice_verdict,
    slices_of,
)
from gini_notebook.analysis.evaluation._views import Views
from gini_notebook.analysis.evaluation.confidence import confidence_metrics, predictions, reliability_table
from gini_notebook.analysis.evaluation.encoding import BoolArray
from gini_notebook.analysis.evaluation.formulas import MICRO
from gini_notebook.analysis.evaluation.slices import slice_values
from gini_notebook.analysis.evaluation.thresholds import Threshold, find_threshold, threshold_in_slice
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted


@dataclass(frozen=True, eq=False, repr=False)
class Sureness(Views):
    """The views of an evaluation that ask how far a confidence can be trusted."""

    def reliability(
        self,
        field: str | None = None,
        *,
        bins: int = 10,
        column: str | None = None,
        documents: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Give how often predictions of a confidence are right.

        Parameters
        ----------
        field
            One field only; by default all header fields together.
        bins
            Number of bins of about equal count; equal confidences are never split.
        column
            The column whose values make slices, each with bins of its own; without, all documents share bins.
        documents
            A table with ``document`` and the column; by default the documents table of the evaluation.

        Returns
        -------
        pandas.DataFrame
            One row per bin: ``slice`` (only with a column), ``count``, ``confidence_low``, ``confidence_high``,
            ``confidence`` (mean), ``correct`` (share of right ones) and its 95 % interval ``correct_low``,
            ``correct_high``.

        Raises
        ------
        SettingError
            If the extractions have no confidence, or there is no such field or column, or no bin.
        """
        if bins < 1:
            message = f"bins is {bins!r}; it must be 1 or more."
            raise SettingError(message)
        given = predictions(self.comparisons, self._slots_of(field))
        if column is None:
            return reliability_table(given, bins)
        names = self.documents["document"]
        values = slice_values(column, names, self.documents if documents is None else documents)
        return reliability_by_slice(values, names, given, bins)

    def confidence_scores(self) -> pd.DataFrame:
        """Give how well the confidence tells right from wrong, per field and for all header fields together.

        Returns
        -------
        pandas.DataFrame
            ``group``, ``field``, ``predicted``, ``without_confidence`` (kept at every threshold, left out of the
            numbers but the first), ``average_precision`` (interpolated, as DocILE's benchmark),
            ``average_precision_uninterpolated`` (as scikit-learn), ``ece`` and ``brier`` (for confidences between 0
            and 1), ``auroc``.

        Raises
        ------
        SettingError
            If the extractions have no confidence.
        """
        tally = self.tally()
        support = tally.totals[:, :3].sum(axis=1)
        rows = []
        for place, (group, field) in enumerate(tally.columns):
            given = predictions(self.comparisons, self._of_field(dotted(group, field)))
            rows.append({"group": group, "field": field, **confidence_metrics(given, int(support[place]))})
        header = np.array([not group for group, _ in tally.columns], dtype=bool)
        given = predictions(self.comparisons, self._slots_of(None))
        rows.append({"group": "", "field": MICRO, **confidence_metrics(given, int(support[header].sum()))})
        return pd.DataFrame(rows)

    def at_precision(
        self, target: float, field: str | None = None, *, required: Sequence[str] | None = None
    ) -> Threshold:
        """Find the confidence from which on values can be taken unseen.

        The threshold is the smallest whose one-sided 95 % lower bound of the precision reaches the target on one half
        of the documents (Clopper-Pearson; the document bootstrap where documents have several predictions, unless all
        of these are right: then Clopper-Pearson with documents as trials). What it brings is measured on the other
        half.

        Parameters
        ----------
        target
            The wanted precision, for example 0.99.
        field
            One field only; by default all header fields together.
        required
            The header fields that must all be kept for a document to be automated; by default the field, or those
            given to ``evaluate``, or all.

        Returns
        -------
        Threshold
            Status, threshold, precision with its bound, coverage, automation rate, errors among what is automated.

        Raises
        ------
        SettingError
            If the extractions have no confidence, there is no such field, or the target is not between 0 and 1.
        """
        return find_threshold(
            predictions(self.comparisons, self._slots_of(field)),
            self.documents["document"].tolist(),
            self._required(field, required),
            target=target,
            seed=self.settings["seed"],
        )

    def confidence_by_slice(
        self,
        column: str,
        documents: pd.DataFrame | None = None,
        *,
        field: str | None = None,
        target: float = 0.99,
        required: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Tell whether the confidence means the same in parts of the documents, and a threshold holds in each.

        Parameters
        ----------
        column
            The column whose values make the slices, for example ``"source_classification"``.
        documents
            A table with ``document`` and the column; by default the documents table of the evaluation.
        field, required
            As in :meth:`at_precision`.
        target
            The wanted precision; the threshold is the one of :meth:`at_precision`, chosen on one half of all documents.

        Returns
        -------
        pandas.DataFrame
            One row per slice: ``slice``, ``documents``, ``slots``, ``small`` (fewer than 30 slots: look at it in grey,
            it gets no verdict), ``predicted``, ``without_confidence``, ``ece`` and ``brier`` with 95 % intervals of the
            document bootstrap (missing for fewer than 20 documents), ``auroc``; then, on the slice's documents of the
            other half: ``status`` (as of ``Threshold``), ``threshold``, ``kept``, ``precision``, ``precision_low``
            (one-sided 95 %), ``coverage``, ``automation_rate``, ``automated_error_rate``, ``automated_error_high``.
            ``confirmed`` says that the threshold holds in the slice, ``refuted`` that it does not, ``unconfirmed`` that
            the slice is too small to tell.

        Raises
        ------
        SettingError
            If the extractions have no confidence, there is no such column or field, or the target makes no sense.
        """
        names = self.documents["document"]
        values = slice_values(column, names, self.documents if documents is None else documents)
        given = predictions(self.comparisons, self._slots_of(field))
        wanted, seed = self._required(field, required), self.settings["seed"]
        whole = find_threshold(given, names.tolist(), wanted, target=target, seed=seed)
        slots = self.tally().counts[:, self._places(field), :4].sum(axis=(1, 2))
        of_document = pd.Index(names, dtype=object).get_indexer(given.document)
        rows = []
        for chosen, row in slices_of(values, slots):
            part = threshold_in_slice(given, names.tolist(), wanted, whole=whole, chosen=chosen, seed=seed)
            numbers = calibration_metrics(given.of(chosen[of_document]), seed)
            rows.append(row | numbers | slice_verdict(part, small=row["small"]))
        table = pd.DataFrame(rows)
        table.attrs |= {"column": column, "field": field, "target": target, "status_of_all": whole.status}
        return table

    def confidence_by_field(self, *, target: float = 0.99) -> pd.DataFrame:
        """Tell whether the confidence means the same in every field, and a threshold for all of them holds in each.

        Parameters
        ----------
        target
            The wanted precision; the threshold is the one of ``at_precision(target)``, chosen for all header fields
            together on one half of the documents.

        Returns
        -------
        pandas.DataFrame
            As of :meth:`confidence_by_slice`, with a header field for a slice; ``documents`` have a slot of it, and
            ``automation_rate`` is the share of documents whose value of this field is kept.

        Raises
        ------
        SettingError
            If the extractions have no confidence, or the target makes no sense.
        """
        names = self.documents["document"].tolist()
        given = predictions(self.comparisons, self._slots_of(None))
        seed, everywhere = self.settings["seed"], np.ones(len(names), dtype=bool)
        whole = find_threshold(given, names, self._required(None, None), target=target, seed=seed)
        rows = []
        for place in self._places(None).tolist():
            field = self._columns[place][1]
            part = given.of((given.field == field).to_numpy(dtype=bool))
            held = threshold_in_slice(part, names, [field], whole=whole, chosen=everywhere, seed=seed)
            row = slice_facts(field, self.tally().counts[:, place, :4].sum(axis=1))
            rows.append(row | calibration_metrics(part, seed) | slice_verdict(held, small=row["small"]))
        table = pd.DataFrame(rows)
        table.attrs |= {"column": None, "field": None, "target": target, "status_of_all": whole.status}
        return table

    def _required(self, field: str | None, required: Sequence[str] | None) -> Sequence[str]:
        """Give the header fields that must all be kept for a document to be automated."""
        if required is not None:
            return required
        if field is not None:
            return [field.rpartition(".")[2]]
        header = [name for group, name in self._columns if not group]
        return list(self.settings["required"] or header)

    def _slots_of(self, field: str | None) -> BoolArray:
        """Tell which slots are of a field, or of all header fields."""
        if field is not None:
            return self._of_field(field)
        return np.asarray((self.comparisons["group"] == "").to_numpy(dtype=bool))
