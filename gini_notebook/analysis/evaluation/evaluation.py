"""``Evaluation``: the comparisons in memory, and every number as a view of them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.confidence import (
    confidence_metrics,
    notes_of_confidence,
    predictions,
    reliability_table,
    with_confidences,
    without_predictions_below,
)
from gini_notebook.analysis.evaluation.counts import (
    DocumentCounts,
    EncodedComparisons,
    count_documents,
    encode_comparisons,
)
from gini_notebook.analysis.evaluation.encoding import BoolArray
from gini_notebook.analysis.evaluation.evaluated_truth import EvaluatedTruth
from gini_notebook.analysis.evaluation.formulas import MICRO
from gini_notebook.analysis.evaluation.intervals import CONFIDENCE_LEVEL, DEFAULT_KIND, check_confidence_level
from gini_notebook.analysis.evaluation.mistakes import (
    cause_table,
    confusion_table,
    mistake_table,
    slots_of_field,
    unread_hints,
    unread_values,
)
from gini_notebook.analysis.evaluation.scores import Scores
from gini_notebook.analysis.evaluation.settings import MADE, SPEC_VERSION
from gini_notebook.analysis.evaluation.slices import slice_values
from gini_notebook.analysis.evaluation.storage import not_an_evaluation, read_archive, write_archive
from gini_notebook.analysis.evaluation.thresholds import (
    RequiredFields,
    Threshold,
    calibration_metrics,
    find_threshold,
    reliability_by_slice,
    slice_facts,
    slice_verdict,
    slices_of,
    threshold_in_slice,
)
from gini_notebook.analysis.evaluation.units import RECIPIENT, Cluster, truth_values
from gini_notebook.analysis.statistics import is_number
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notes import Note, as_text
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.truth import Edit, Journal, Truth

Edits: TypeAlias = "str | os.PathLike[str] | Journal | Sequence[Edit]"


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Scores):
    """What came out when extractions were compared with the ground truth; :func:`gini_notebook.evaluate` makes it.

    Attributes
    ----------
    comparisons : pandas.DataFrame
        One row per slot (``schema.COMPARISONS``), sorted by document, group, row and field. ``outcome`` is one of
        correct, wrong, missing, spurious, absent, and ignored (unlabelled). With candidates, two
        more columns: ``candidates`` (the list asked) and ``candidate_rank`` (where in it the right value is). With
        confidences, one more: ``confidence``.
    documents : pandas.DataFrame
        One row per document of the truth: document, status, error, request_id, answered, and what else is known.
    candidates : pandas.DataFrame or None
        The candidates of these documents (``schema.CANDIDATES``), if there were some.
    settings : mapping
        The arguments of ``evaluate`` that decide numbers.
    provenance : mapping
        What run and truth are called (``run``, ``truth_name``), when and by which command of a shell it was made
        (``made_at``, ``command``), edition of the metrics, versions of package and Python, hashes of both tables,
        rules, seed, and what was left out.
    truth
        The truth that was evaluated: see :meth:`to_truth`.
    others : pandas.DataFrame or None
        One row per document that was sent and has no truth, with the columns of ``documents``; it is in no number but
        the share answered. None where nobody knows what was sent: a bare table of extractions.
    """

    comparisons: pd.DataFrame
    documents: pd.DataFrame
    candidates: pd.DataFrame | None
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]
    truth: EvaluatedTruth | None = None
    others: pd.DataFrame | None = None

    def mistakes(
        self, field: str | None = None, *, outcome: str | Sequence[str] | None = None, full: bool = False
    ) -> pd.DataFrame:
        """Return the comparisons to look at.

        Parameters
        ----------
        field
            One field only (``"iban"``, ``"lineItems.baseGross"``).
        outcome
            ``"wrong"``, ``"missing"``, ``"spurious"``, or several of them; all three by default.
        full
            All that is known of each, instead of the eight columns that are read first.

        Returns
        -------
        pandas.DataFrame
            ``document``, ``group``, ``row``, ``field``, ``truth``, ``extracted``, ``outcome`` and ``cause``; what is
            off by the most money comes first. With ``full``, rows of ``comparisons``, with ``difference`` (by how much
            an amount is off, in its currency; a missing or spurious amount is off by all of it), and ``truth_valid``
            and ``extracted_valid`` (check digits of an IBAN; a wrong one that is valid is the dangerous error).

        Raises
        ------
        SettingError
            If there is no such field or outcome.

        Examples
        --------
        >>> wrong = result.mistakes("iban", outcome="wrong")
        """
        return mistake_table(self.comparisons, self._entities, field, outcome, full=full)

    def by_cause(self, field: str | None = None, *, details: bool = False) -> pd.DataFrame:
        """Return how often which cause made a value wrong; the counts of a field add up to its wrong values.

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
        selected = np.ones(len(self.comparisons), dtype=bool) if field is None else self._of_field(field)
        return cause_table(self.comparisons, selected, details=details)

    def confusion(self) -> pd.DataFrame:
        """Return how often the value of one field was extracted as another field of the same document.

        Returns
        -------
        pandas.DataFrame
            One row per field of the truth, one column per field it was extracted as; counts. Only fields that were
            confused are there. Counted are wrong and spurious values.
        """
        return confusion_table(self.comparisons)

    def unread_truth(self) -> list[str]:
        """Name the fields whose truth is in a notation that their rule cannot read; it changes no number.

        Returns
        -------
        list of str
            One line per field, with an example and the remedy: ``31.12.2025`` where a date of the service is
            ``2025-12-31``, ``1.234,56`` where an amount is ``1234.56:EUR``. Such values count as wrong.
        """
        rules = self.provenance["rules"]
        return unread_hints(unread_values(self.comparisons, rules), rules)

    def reliability(
        self,
        field: str | None = None,
        *,
        bins: int = 10,
        column: str | None = None,
        documents: pd.DataFrame | None = None,
        confidence_level: float = CONFIDENCE_LEVEL,
    ) -> pd.DataFrame:
        """Return how often predictions of a confidence are right.

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
        confidence_level
            How sure the intervals are.

        Returns
        -------
        pandas.DataFrame
            One row per bin: ``slice`` (only with a column), ``count``, ``confidence_low``, ``confidence_high``,
            ``confidence`` (mean), ``correct`` (share of right ones) and its interval (Wilson's) ``correct_low``,
            ``correct_high``.

        Raises
        ------
        SettingError
            If the extractions have no confidence, or there is no such field or column, or no bin.
        """
        self._check_unweighted()
        if bins < 1:
            message = f"bins is {bins!r}; it must be 1 or more."
            raise SettingError(message)
        check_confidence_level(confidence_level)
        given = predictions(self.comparisons, self._slots_of(field))
        if column is None:
            return reliability_table(given, bins, confidence_level)
        names = self.documents["document"]
        values = slice_values(column, names, self.documents if documents is None else documents)
        return reliability_by_slice(values, names, given, bins, confidence_level)

    def confidence_scores(self) -> pd.DataFrame:
        """Return how well the confidence tells right from wrong, per field and for all header fields together.

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
        self._check_unweighted()
        document_counts = self.document_counts()
        support = document_counts.totals[:, :3].sum(axis=1)
        rows = []
        for place, (group, field) in enumerate(document_counts.columns):
            given = predictions(self.comparisons, self._of_field(dotted(group, field)))
            rows.append({"group": group, "field": field, **confidence_metrics(given, int(support[place]))})
        header = np.array([not group for group, _ in document_counts.columns], dtype=bool)
        given = predictions(self.comparisons, self._slots_of(None))
        rows.append({"group": "", "field": MICRO, **confidence_metrics(given, int(support[header].sum()))})
        return pd.DataFrame(rows)

    def at_precision(
        self,
        target: float,
        field: str | None = None,
        *,
        required: Sequence[str] | None = None,
        confidence_level: float = CONFIDENCE_LEVEL,
        cluster: Cluster = None,
    ) -> Threshold:
        """Find the confidence from which on values can be taken unseen.

        The threshold is the smallest whose one-sided lower bound of the precision reaches the target on one half of the
        documents; the bound is that of :meth:`by_field`, whose unit is the document (with one prediction per document:
        Clopper and Pearson's). What it brings is measured on the other half.

        Parameters
        ----------
        target
            The wanted precision, for example 0.99.
        field
            One field only; by default all header fields together.
        required
            The header fields that must all be kept for a document to be automated; by default the field, or those
            given to ``evaluate``, or all. Keeping a value needs no label: errors are counted in those automated
            documents that have a label for each. Documents without any truth are in neither half; their number stands
            beside the rate. What counts them is the rate of :func:`gini_notebook.automation`.
        confidence_level
            How sure each bound is.
        cluster
            As in :meth:`by_field`; then halves are halves of the clusters.

        Returns
        -------
        Threshold
            Status, threshold, precision with its bound, coverage, automation rate, errors among what is automated.

        Raises
        ------
        SettingError
            If the extractions have no confidence, there is no such field, or the target is not between 0 and 1.
        """
        self._check_unweighted()
        found = find_threshold(
            predictions(self.comparisons, self._slots_of(field)),
            self.documents["document"].tolist(),
            self._required_fields(field, required),
            target=target,
            how=self._interval_options(DEFAULT_KIND, confidence_level, cluster),
        )
        failed = {one["document"] for one in self.provenance["failed_without_truth"]}
        return replace(found, documents_without_truth=len(failed.union(self.provenance["documents_without_truth"])))

    def confidence_by_slice(
        self,
        column: str,
        documents: pd.DataFrame | None = None,
        *,
        field: str | None = None,
        target: float = 0.99,
        required: Sequence[str] | None = None,
        confidence_level: float = CONFIDENCE_LEVEL,
        cluster: Cluster = None,
    ) -> pd.DataFrame:
        """Return whether the confidence means the same in parts of the documents, and a threshold holds in each.

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
        confidence_level, cluster
            As in :meth:`at_precision`.

        Returns
        -------
        pandas.DataFrame
            One row per slice: ``slice``, ``documents``, ``slots``, ``small`` (fewer than 30 slots: look at it in grey,
            it gets no verdict), ``predicted``, ``without_confidence``, ``ece`` and ``brier`` with intervals of the
            bootstrap of documents or clusters (missing for fewer than 20 of these), ``auroc``; then, on the slice's
            documents of the other half: ``status`` (as of ``Threshold``), ``threshold``, ``kept``, ``precision``,
            ``precision_low`` (one-sided), ``coverage``, ``automation_rate``, ``automated_labelled`` (how many of these
            documents have all labels), ``automated_error_rate``, ``automated_error_high``.
            ``confirmed`` says that the threshold holds in the slice, ``refuted`` that it does not, ``unconfirmed`` that
            the slice is too small to tell.

        Raises
        ------
        SettingError
            If the extractions have no confidence, there is no such column or field, or the target makes no sense.
        """
        names = self.documents["document"]
        values = slice_values(column, names, self.documents if documents is None else documents)
        self._check_unweighted()
        given = predictions(self.comparisons, self._slots_of(field))
        wanted, how = (
            self._required_fields(field, required),
            self._interval_options(DEFAULT_KIND, confidence_level, cluster),
        )
        whole = find_threshold(given, names.tolist(), wanted, target=target, how=how)
        slots = self.document_counts().counts[:, self._indices(field), :4].sum(axis=(1, 2))
        of_document = pd.Index(names, dtype=object).get_indexer(given.document)
        rows = []
        for selected, row in slices_of(values, slots):
            part = threshold_in_slice(given, names.tolist(), wanted, whole=whole, selected=selected, how=how)
            numbers = calibration_metrics(given.of(selected[of_document]), names.tolist(), how)
            rows.append(row | numbers | slice_verdict(part, small=row["small"]))
        table = pd.DataFrame(rows)
        table.attrs |= {
            "column": column,
            "field": field,
            "target": target,
            "status_of_all": whole.status,
            **self._attrs(how),
        }
        return table

    def confidence_by_field(
        self, *, target: float = 0.99, confidence_level: float = CONFIDENCE_LEVEL, cluster: Cluster = None
    ) -> pd.DataFrame:
        """Return whether the confidence means the same in every field, and a threshold for all of them holds in each.

        Parameters
        ----------
        target
            The wanted precision; the threshold is the one of ``at_precision(target)``, chosen for all header fields
            together on one half of the documents.
        confidence_level, cluster
            As in :meth:`at_precision`.

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
        self._check_unweighted()
        given = predictions(self.comparisons, self._slots_of(None))
        how, everywhere = (
            self._interval_options(DEFAULT_KIND, confidence_level, cluster),
            np.ones(len(names), dtype=bool),
        )
        whole = find_threshold(given, names, self._required_fields(None, None), target=target, how=how)
        rows = []
        for place in self._indices(None).tolist():
            field = self._columns[place][1]
            part = given.of((given.field == field).to_numpy(dtype=bool))
            needed = self._required_fields(None, [field])
            held = threshold_in_slice(part, names, needed, whole=whole, selected=everywhere, how=how)
            row = slice_facts(field, self.document_counts().counts[:, place, :4].sum(axis=1))
            rows.append(row | calibration_metrics(part, names, how) | slice_verdict(held, small=row["small"]))
        table = pd.DataFrame(rows)
        table.attrs |= {
            "column": None,
            "field": None,
            "target": target,
            "status_of_all": whole.status,
            **self._attrs(how),
        }
        return table

    def at_confidence(self, threshold: float) -> "Evaluation":
        """Return the evaluation as if predictions below a confidence had not been made.

        Parameters
        ----------
        threshold
            Predictions with a smaller confidence are treated as absent: correct and wrong become missing, spurious
            becomes absent. Predictions without a confidence are kept. A note says where it is above all of them.

        Returns
        -------
        Evaluation
            With all its views; ``settings`` has ``min_confidence``.

        Raises
        ------
        SettingError
            If the extractions have no confidence, or the threshold is no number.
        """
        if not is_number(threshold):
            message = f"The threshold is {threshold!r}; it must be a number on the scale of the confidences, as 0.9."
            raise SettingError(message)
        given = predictions(self.comparisons, np.ones(len(self.comparisons), dtype=bool))
        above = bool(len(given.confidence)) and not (given.confidence >= threshold).any()
        below = len(given.confidence) if above and not np.isnan(given.confidence).any() else 0
        settings = {**self.settings, "min_confidence": float(threshold), "all_below": below}
        comparisons = without_predictions_below(self.comparisons, threshold)
        return replace(self, comparisons=comparisons, settings=settings)

    def with_confidence(self, table: pd.DataFrame) -> "Evaluation":
        """Return the evaluation with confidences of your own, for a service that delivers none.

        Parameters
        ----------
        table
            ``document``, ``field`` and ``confidence`` (a number, higher is surer, or an ordered categorical); for rows
            of a compound also ``group`` and ``row``, the row of the extractions. Values that are not in it have no
            confidence, and are kept at every threshold. A model must be fitted on documents other than those it judges,
            in folds that keep senders apart.

        Returns
        -------
        Evaluation
            With :meth:`at_precision`, :meth:`reliability` and the other views of confidences; ``provenance`` says that
            they were given. A confidence that was there is replaced.

        Raises
        ------
        SchemaError
            If the table lacks columns, names a value twice, or holds confidences that are no numbers.
        SettingError
            If it has none of the values that were extracted.

        Examples
        --------
        >>> from gini_notebook import evaluate
        >>> truth = pd.DataFrame({"document": ["a", "b"], "field": "amountToPay", "value": ["9.90:EUR", "7.00:EUR"]})
        >>> found = pd.DataFrame({"document": ["a", "b"], "field": "amountToPay", "value": ["9.9:EUR", "70.00:EUR"]})
        >>> own = pd.DataFrame({"document": ["a", "b"], "field": "amountToPay", "confidence": [0.9, 0.2]})
        >>> evaluate(found, truth).with_confidence(own).confidence_scores()["auroc"].tolist()
        [1.0, 1.0]
        """
        provenance = {**self.provenance, "confidence": "given"}
        return replace(self, comparisons=with_confidences(self.comparisons, table), provenance=provenance)

    def to_truth(self, edits: Edits = ()) -> "Truth":
        """Return the truth that was evaluated, with edits folded in; never anything that was extracted.

        Parameters
        ----------
        edits
            A :class:`gini_notebook.Journal`, the path of one, or edits in their order.

        Returns
        -------
        Truth
            Every label, also of fields and documents that are in no count; documents are called as in the run. Its
            ``notes`` say what was understood when it was read, and how many labels were edited; its ``digest`` tells it
            from the truth before. Evaluate it again, or keep it with :func:`gini_notebook.analysis.truth.write_truth`.

        Raises
        ------
        SchemaError
            If the evaluation was kept by a version that left the truth out.
        TruthError
            If what is to be folded in are no edits.

        Examples
        --------
        >>> len(result.to_truth().digest)
        64
        """
        from gini_notebook.analysis.truth.reading import edited_truth

        if self.truth is None:
            message = (
                "This evaluation was kept by a version that left out the truth. Evaluate again, or read the truth "
                "itself: read_truth([truth, edits])."
            )
            raise SchemaError(message)
        return edited_truth(self.truth.table, self.truth.facts, edits)

    def in_memory(self) -> "Evaluation":
        """Return itself; a :class:`PartitionedEvaluation` is brought into memory by its method of this name."""
        return self

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Keep the evaluation in one file (a zip archive), written whole or not at all.

        Parameters
        ----------
        path
            Where; by custom with the ending ``.zip``.

        Returns
        -------
        pathlib.Path
            The file. The same evaluation always makes the same bytes.

        Raises
        ------
        SchemaError
            If a column of ``documents`` has a dtype that cannot be kept.
        """
        tables = {"comparisons": self.comparisons, "documents": self.documents}
        if self.candidates is not None:
            tables["candidates"] = self.candidates
        if self.others is not None:
            tables["others"] = self.others
        facts = {"settings": dict(self.settings), "provenance": dict(self.provenance)}
        if self.truth is not None:
            tables["truth"], facts["truth"] = self.truth.table, dict(self.truth.facts)
        return write_archive(path, tables, facts)

    @classmethod
    def load(cls, path: "str | os.PathLike[str]") -> "Evaluation":
        """Read an evaluation that was kept with :meth:`save`; it equals the one that was saved.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        SchemaError
            If the file is not an evaluation, is damaged, or is of an edition of the metrics this version does not have.
        """
        tables, facts = read_archive(path)
        try:
            settings, provenance = facts["settings"], facts["provenance"]
            spec_version = provenance["spec_version"]
            truth = EvaluatedTruth.stored(tables["truth"], facts["truth"]) if "truth" in tables else None
            loaded = cls(
                tables["comparisons"],
                tables["documents"],
                tables.get("candidates"),
                settings,
                provenance,
                truth=truth,
                others=tables.get("others"),
            )
        except (KeyError, TypeError) as error:
            raise SchemaError(not_an_evaluation(path, error)) from error
        if spec_version != SPEC_VERSION:
            message = (
                f"{path} was made with edition {spec_version} of the metrics; evaluate again: the same extractions and "
                f"truth give numbers of edition {SPEC_VERSION}, which this version has."
            )
            raise SchemaError(message)
        return loaded

    def save_report(self, path: "str | os.PathLike[str]", **options: Any) -> Path:
        """Write a report: see :func:`gini_notebook.analysis.report.save_report`, which this calls.

        Parameters
        ----------
        path
            Where; the ending decides the form.
        **options
            As there.
        """
        from gini_notebook.analysis.report import save_report

        return save_report(self, Path(path), **options)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Evaluation):
            return NotImplemented
        return (
            self.settings == other.settings
            and _lasting(self.provenance) == _lasting(other.provenance)
            and _same(self.comparisons, other.comparisons)
            and _same(self.documents, other.documents)
            and _same(self.candidates, other.candidates)
            and _same(self.others, other.others)
            and _same_truth(self.truth, other.truth)
        )

    __hash__ = None  # type: ignore[assignment] # tables are no keys

    def __repr__(self) -> str:
        counts = self.comparisons["outcome"].value_counts().to_dict()
        parts = [f"{counts[name]} {name}" for name in ("correct", "wrong", "missing", "spurious") if name in counts]
        told = f"<Evaluation of {len(self.documents)} documents: {', '.join(parts) or 'nothing to compare'}>"
        return "\n".join([told, *as_text(self.notes).splitlines()])

    @property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        return self._encoded.columns

    @cached_property
    def interval_notes(self) -> tuple[Note, ...]:
        """As of :class:`Scores`, and what is odd about the confidences, if there are some."""
        return (*notes_of_confidence(self.comparisons, self.settings), *super().interval_notes)

    def _recipients(self) -> "pd.Series[Any] | None":
        return self._truth_values(RECIPIENT)

    def _truth_values(self, field: str) -> "pd.Series[Any] | None":
        return truth_values(self.comparisons, field, self.documents["document"])

    def _count(self, level: str) -> DocumentCounts:
        return count_documents(self.comparisons, self._encoded, level)

    @cached_property
    def _encoded(self) -> EncodedComparisons:
        return encode_comparisons(self.comparisons, pd.Index(self.documents["document"], dtype=object))

    def _of_field(self, field: str) -> BoolArray:
        return slots_of_field(self.comparisons, self._entities, field)

    def _slots_of(self, field: str | None) -> BoolArray:
        """Return which slots are of a field, or of all header fields."""
        if field is not None:
            return self._of_field(field)
        return np.asarray((self.comparisons["group"] == "").to_numpy(dtype=bool))

    def _required_fields(self, field: str | None, required: Sequence[str] | None) -> RequiredFields:
        """Return what was delivered of the fields that must all be kept for a document to be automated."""
        header = [name for group, name in self._columns if not group]
        if required is None and field is not None:
            selected, names = self._of_field(field), [field.rpartition(".")[2]]
        else:
            names = list(required or self.settings["required"] or header)
            if unknown := [name for name in names if name not in header]:
                message = (
                    f"There is no header field {unknown[0]!r} that a document could need; there are: "
                    f"{', '.join(header) or 'none'}."
                )
                raise SettingError(message)
            selected = self._slots_of(None) & self.comparisons["field"].isin(names).to_numpy(dtype=bool)
        return RequiredFields.of(self.comparisons, selected, self.documents["document"].tolist(), names)


def _lasting(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is the same whenever the same tables are evaluated."""
    return {name: value for name, value in provenance.items() if name not in MADE}


def _same_truth(one: EvaluatedTruth | None, other: EvaluatedTruth | None) -> bool:
    if one is None or other is None:
        return one is other
    return dict(one.facts) == dict(other.facts) and _same(one.table, other.table)


def _same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    if one is None or other is None:
        return one is other
    dtypes = [str(dtype) for dtype in one.dtypes], [str(dtype) for dtype in other.dtypes]
    return bool(one.equals(other)) and list(one.columns) == list(other.columns) and dtypes[0] == dtypes[1]
