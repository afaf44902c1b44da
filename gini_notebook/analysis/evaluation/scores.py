"""``Scores``: all that is made of counts per document."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook._display import Display
from gini_notebook._noted import NotedTable, noted
from gini_notebook.analysis.evaluation.candidates import notes_of_candidates
from gini_notebook.analysis.evaluation.costs import Costs, CostsByField, cost_table, document_costs
from gini_notebook.analysis.evaluation.counts import LEVELS, DocumentCounts, Level
from gini_notebook.analysis.evaluation.display import display_of
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.analysis.evaluation.field_scores import Scoring, column_weights, field_table, samples_of
from gini_notebook.analysis.evaluation.formulas import CountingRule, check_counting_rule, check_zero_division, ratio
from gini_notebook.analysis.evaluation.gate import Checks, check_conditions
from gini_notebook.analysis.evaluation.intervals import (
    CONFIDENCE_LEVEL,
    DEFAULT_KIND,
    IntervalKind,
    IntervalOptions,
    shares_with_intervals,
)
from gini_notebook.analysis.evaluation.noticed import gate_numbers, notes_of_few_values
from gini_notebook.analysis.evaluation.patterns import pattern_table
from gini_notebook.analysis.evaluation.sensitivity import sensitivity_table
from gini_notebook.analysis.evaluation.slices import slice_table, slice_values, with_limits
from gini_notebook.analysis.evaluation.summary import summary_table
from gini_notebook.analysis.evaluation.units import Cluster, find_units, notes_of_units, weighed
from gini_notebook.errors import SettingError
from gini_notebook.notes import Note, from_plain, ordered
from gini_notebook.schema import FIELD_SCORES, dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.evaluation.evaluation import Evaluation


class Scores(ABC):
    """Every number that is made of counts per document; evaluations in memory and in partitions have them alike.

    Attributes
    ----------
    documents : pandas.DataFrame
        One row per document, in the order of the counts.
    candidates : pandas.DataFrame or None
        The candidates of these documents (``schema.CANDIDATES``), if there were some.
    others : pandas.DataFrame or None
        The documents that were sent and have no truth; None if nobody knows what was sent.
    settings, provenance : mapping
        As :class:`gini_notebook.Evaluation` says.
    """

    documents: pd.DataFrame
    candidates: pd.DataFrame | None
    others: pd.DataFrame | None
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]

    def __post_init__(self) -> None:
        for name in ("settings", "provenance"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the fields only: counts are made anew, and a view of a mapping cannot be pickled."""
        values = (getattr(self, field.name) for field in fields(self))  # type: ignore[arg-type] # both are dataclasses
        return type(self), tuple(dict(value) if isinstance(value, MappingProxyType) else value for value in values)

    @abstractmethod
    def in_memory(self) -> "Evaluation":
        """Return the evaluation with all its comparisons in memory."""

    @property
    @abstractmethod
    def _columns(self) -> tuple[tuple[str, str], ...]:
        """``(group, field)`` of every column of the comparisons."""

    @abstractmethod
    def _count(self, level: str) -> DocumentCounts:
        """Count at a level."""

    @abstractmethod
    def _truth_values(self, field: str) -> "pd.Series[Any] | None":
        """Return the canonical truth value of a header field per document, in order; None without such a field."""

    def by_field(  # noqa: PLR0913 - all but the first by keyword as a rule, all independent
        self,
        level: Level = "typed",
        wrong: CountingRule | None = None,
        intervals: IntervalKind = DEFAULT_KIND,
        *,
        answered_only: bool = False,
        weights: Mapping[str, float] | None = None,
        zero_division: float = np.nan,
        confidence_level: float = CONFIDENCE_LEVEL,
        cluster: Cluster = None,
        full: bool = False,
    ) -> pd.DataFrame:
        """Return counts, precision, recall and F1 per field, then their averages ``micro`` and ``macro``.

        Parameters
        ----------
        level
            When two values are the same: ``"raw"`` (the same string), ``"typed"`` (the same amount, date, name …), or
            ``"lenient"`` (similar enough).
        wrong
            What a wrong value costs, ``"both"`` or ``"fp"``; by default as in ``evaluate``.
        intervals
            ``"documents"``: the unit is the document, and one more that was not seen may have failed; rows of fields
            that a document has once keep Wilson's interval (see "Which interval" in the documentation). Others, for
            comparisons with older results and other programs, promise too much where mistakes are few: ``"wilson"``
            resamples averages and columns of compounds by document, ``"bootstrap"`` resamples everything, ``"bca"``
            does, too, and corrects the percentiles for bias and skewness (Efron 1987). Where fewer than 20 documents
            count, or all samples are the same, these three fall back on Wilson's interval.
        answered_only
            Leave out the documents that failed.
        weights
            By field (``"iban"``, ``"lineItems.baseGross"``), what each of its slots counts for, as importance or loss;
            fields without a weight count for 1. Gives each group one more average, ``weighted``: the scores of the
            weighted counts, as scikit-learn's ``sample_weight`` with ``average="micro"``.
        zero_division
            What stands for 0/0, for numbers that shall be those of another program: 0 as DocILE, nervaluate and
            stickler, 0 or 1 as scikit-learn. Macro averages over the same fields whatever it is.
        confidence_level
            How sure the intervals are, between 0 and 1.
        cluster
            What fails together beyond documents and is therefore the unit of the intervals: a column of the documents
            table (``"issuer"``), a header field of the truth (``"paymentRecipient"``), or a Series by document. By
            default as in ``evaluate``; ``"document"`` for documents.
        full
            All columns of ``schema.FIELD_SCORES``, instead of the twelve that are read first.

        Returns
        -------
        pandas.DataFrame
            ``group``, ``field``, ``support``, ``correct``, ``wrong``, ``missing``, ``spurious``, ``precision``,
            ``recall``, ``f1`` and its interval ``f1_low`` and ``f1_high``; in each group the fields, then the averages.
            With ``full`` also the intervals of the other scores; ``documents``, how many documents (clusters) have a
            slot, ``documents_with_mistake``, how many of these a mistake, ``interval``, how intervals were made, and
            ``average``, whether the row is one. 0/0 is missing; macro is the mean of the fields with a truth value.
            ``attrs`` has the level, the counting rule, kind, confidence level, cluster and seed of the intervals, how
            many fields macro leaves out, and which rows were too few or too alike for the bootstrap (``degenerate``).

        Raises
        ------
        SettingError
            If an argument has a value that makes no sense.

        Examples
        --------
        >>> f1 = result.by_field().query("field == 'iban'")["f1"]
        >>> weighted = result.by_field(weights={"amountToPay": 10}).query("field == 'weighted'")
        """
        wrong = self.settings["wrong"] if wrong is None else wrong
        check_counting_rule(wrong)
        check_zero_division(zero_division)
        weighing = column_weights(weights, self._columns)
        how = self._interval_options(intervals, confidence_level, cluster)
        if answered_only:
            how = how.of(self._answered)
        make = partial(
            field_table,
            self.document_counts(level, answered_only=answered_only),
            partial(self._bootstrap_samples, level, how, answered_only=answered_only),
            entities=self._entities,
            how=Scoring(wrong, weighing, zero_division, how),
        )
        usual = weights is None and cluster is None and not answered_only and np.isnan(zero_division)
        frame = self._remembered(("fields", level, wrong, intervals, confidence_level), make) if usual else make()
        frame.attrs |= {"level": level, **self._attrs(how)}
        frame.attrs |= {"answered_only": answered_only, "weights": None if weights is None else dict(weights)}
        return frame if full else frame[list(FIELD_SCORES.narrow)]

    def summary(
        self,
        level: Level = "typed",
        intervals: IntervalKind = DEFAULT_KIND,
        *,
        confidence_level: float = CONFIDENCE_LEVEL,
        cluster: Cluster = None,
    ) -> pd.DataFrame:
        """Return the numbers of the whole.

        Parameters
        ----------
        level, intervals, confidence_level, cluster
            As in :meth:`by_field`; the share answered keeps Wilson's interval, other shares of documents have Clopper
            and Pearson's, which is what ``"documents"`` is where documents are right or wrong as a whole.

        Returns
        -------
        pandas.DataFrame
            ``schema.SUMMARY``: ``micro_f1``, ``micro_precision``, ``micro_recall``, ``micro_accuracy`` and ``macro_f1``
            over header fields (``lineItems_micro_f1`` … over the cells of a compound); ``document_mean_f1`` and
            ``document_mean_anls``;
            ``perfect_documents`` (nothing wrong, missing or spurious in the required fields); ``payable_rate`` (of the
            documents that have an amount and an IBAN to pay to, the share with nothing wrong, missing or spurious in
            amountToPay, iban, paymentRecipient and paymentReference as far as they are labelled);
            ``lineItems_row_recall``, ``…_exact_rows``, ``…_exact_tables``; ``candidate_recall_1``, ``_3``, ``_all``
            (the right value is first, among the first three, or anywhere in the list of candidates); ``documents``,
            ``failed``; ``coverage`` (answered of all documents that were sent, also of those without truth; undefined
            for a bare table, which does not know them); ``answered_micro_f1`` … without the documents that failed.

        Raises
        ------
        SettingError
            If there is no such level or kind of interval.
        """
        how = self._interval_options(intervals, confidence_level, cluster)
        make = partial(
            summary_table,
            self.document_counts(level),
            self._answered,
            None if self.others is None else self.others["answered"].to_numpy(dtype=bool),
            partial(self._bootstrap_samples, level, how),
            required=self.settings["required"],
            how=Scoring(self.settings["wrong"], intervals=how),
        )
        table = self._remembered(("summary", level, intervals, confidence_level), make) if cluster is None else make()
        table.attrs |= {"level": level, **self._attrs(how)}
        return table

    def check(
        self,
        expressions: str | Sequence[str],
        intervals: IntervalKind = DEFAULT_KIND,
        *,
        confidence_level: float = CONFIDENCE_LEVEL,
        cluster: Cluster = None,
    ) -> Checks:
        """Check conditions, as a release is gated by them.

        Parameters
        ----------
        expressions
            One or several of the form name, comparison, number: ``"amountToPay.f1>=0.95"``; the lower end of an
            interval is ``"amountToPay.f1_low>=0.9"``; cells of a compound are ``"lineItems.baseGross.recall>=0.8"``,
            averages ``"micro.f1>=0.9"`` (a field of that name is ``"fields.micro.f1"``); every metric of
            :meth:`summary` can be named: ``"payable_rate>=0.8"``; and so can counts of what the notes are about:
            ``"unpaired<=0"``, ``"fields_left_out<=0"``, ``"truth_unread<=0"``, ``"truth_unclear<=0"``,
            ``"documents_failed<=0"``, ``"unclear_uploads<=0"``, ``"files_left_out<=0"`` (the last three are undefined
            for a bare table).
        intervals, confidence_level, cluster
            How the ends of intervals are made, as in :meth:`by_field`.

        Returns
        -------
        Checks
            A list with one entry per condition (expression, value, passed, and low and high of its interval). An
            undefined number never passes.

        Raises
        ------
        SettingError
            If a condition cannot be read or names a number that there is not (the message lists the names), or there
            is no such kind of interval.

        Examples
        --------
        >>> result.check("amountToPay.f1>=0.95")[0].passed
        True
        """
        how: dict[str, Any] = {"intervals": intervals, "confidence_level": confidence_level, "cluster": cluster}
        counts = gate_numbers(self.notes, from_run=self.provenance.get("documents_sent") is not None)
        checked = check_conditions(expressions, self.by_field(**how, full=True), self.summary(**how), counts)
        return Checks(checked, self.notes)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What could make a number mean something else than it seems to, gravest first (:mod:`gini_notebook.notes`)."""
        few = notes_of_few_values(self.document_counts())
        return ordered((*from_plain(self.provenance.get("notes")), *few, *self.interval_notes))

    @property
    def sent(self) -> pd.DataFrame | None:
        """All documents that were sent, those of the truth first: ``documents``, and ``has_truth``.

        None for a bare table of extractions, which does not know what was sent.
        """
        if self.others is None:
            return None
        parts = [frame.assign(has_truth=known) for frame, known in ((self.documents, True), (self.others, False))]
        return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)

    def patterns(
        self, by: "str | pd.Series[Any] | None" = None, *, top: int | None = None, level: Level = "typed"
    ) -> pd.DataFrame:
        """Return which header fields go wrong together: one row per distinct set of mistakes of a document.

        Parameters
        ----------
        by
            A column of the documents table, or a Series by document: then it is said of which slice most documents of
            a pattern are.
        top
            How many patterns with a mistake to keep, the most frequent; all by default.
        level
            As in :meth:`by_field`.

        Returns
        -------
        pandas.DataFrame
            First the documents without any mistake, if there are some, then the patterns, the most frequent first:
            ``documents`` and ``share`` (of all documents with a labelled header field), ``mistakes`` (in all these
            documents together), ``example`` (the first document), ``slice`` (of which most are; missing without ``by``)
            and ``slice_documents``; then a column per header field, in its order: ``wrong``, ``missing``, ``spurious``,
            or missing where nothing is (a field named as one of the other columns is called ``fields.NAME``).
            ``attrs`` has ``patterns`` and ``documents``, how many there are in all, ``by``, and ``fields``, the columns
            of fields.

        Raises
        ------
        SettingError
            If there is no such column or level, or ``top`` is no number of patterns.

        Examples
        --------
        >>> result.patterns("source_classification", top=10)["documents"].tolist()
        [4]
        """
        return pattern_table(self.document_counts(level), self.documents, by, top)

    def by_slice(
        self,
        column: str,
        documents: pd.DataFrame | None = None,
        *,
        field: str | None = None,
        level: Level = "typed",
        intervals: IntervalKind = DEFAULT_KIND,
        confidence_level: float = CONFIDENCE_LEVEL,
        cluster: Cluster = None,
        limits: str | None = None,
    ) -> pd.DataFrame:
        """Return the scores of parts of the documents: by issuer, country, pages, source or month.

        Parameters
        ----------
        column
            The column whose values make the slices.
        documents
            A table with ``document`` and the column; by default the documents table of the evaluation.
        field
            One field only; by default all header fields together.
        level, intervals, confidence_level, cluster
            As in :meth:`by_field`; ``cluster`` may name a column of this documents table, too.
        limits
            A metric (``"f1"``, ``"precision"``, ``"recall"``) to add the limits of a funnel for.

        Returns
        -------
        pandas.DataFrame
            One row per value (``slice``): ``documents``, ``slots``, the counts, precision, recall and F1 with their
            intervals, ``small`` (fewer than 30 slots: look at it in grey) and ``rank`` (1 is the best F1; small slices
            are never ranked). Documents without a value make a slice of their own, whose name is missing. With
            ``limits``, also ``limit_low_998``, ``limit_low_95``, ``limit_high_95`` and ``limit_high_998``: between them
            lie 99.8 and 95 % of slices of this size that are drawn from all documents; ``attrs["funnel"]`` has the
            average, the limits by number of documents, and the ``factor`` by which they were widened because slices
            differ more than by chance throughout.

        Raises
        ------
        SettingError
            If there is no such column, field, level, metric or kind of interval.
        SchemaError
            If the documents table names a document twice.

        Examples
        --------
        >>> by_kind = result.by_slice("source_classification")
        """
        names = self.documents["document"]
        values = slice_values(column, names, self.documents if documents is None else documents)
        if documents is not None and isinstance(cluster, str) and cluster in documents.columns:
            cluster = slice_values(cluster, names, documents)
        how = self._interval_options(intervals, confidence_level, cluster)
        wrong = self.settings["wrong"]
        counted, indices = self.document_counts(level), self._indices(field)
        table = slice_table(counted, values, indices, wrong=wrong, how=how)
        if limits is not None:
            table = with_limits(table, counted, indices, metric=limits, wrong=wrong, seed=how.seed)
        table.attrs |= {"column": column, "field": field, "level": level, **self._attrs(how)}
        return table

    def candidate_recall(self, *, confidence_level: float = CONFIDENCE_LEVEL, cluster: Cluster = None) -> NotedTable:
        """Distinguish "not read" from "read, and another one chosen", per field that has candidates.

        Parameters
        ----------
        confidence_level, cluster
            As in :meth:`by_field`.

        Returns
        -------
        NotedTable
            A DataFrame: ``group``, ``field``, ``slots`` (with a truth value and a list to ask), ``recall_1``,
            ``recall_3`` and ``recall_all`` (share whose right value is first, among the first three, anywhere in the
            list) each with an interval (``recall_1_low`` …), and ``chosen``: the share that was extracted rightly.
            ``chosen`` can be above ``recall_all``, which is no upper limit of it: what is computed (a due date from
            "within 30 days"), or put together from parts of the page, is right and no candidate. ``notes`` names the
            fields where that is so.

        Raises
        ------
        SettingError
            If there is no such cluster, or the level is not between 0 and 1.
        """
        how = self._interval_options(DEFAULT_KIND, confidence_level, cluster)
        counted = self.document_counts()
        names = ("recall_1", "recall_3", "recall_all")
        columns = ["group", "field", "slots", *(f"{name}{end}" for name in names for end in ("", "_low", "_high"))]
        if counted.candidates is None:
            return noted(pd.DataFrame(columns=[*columns, "chosen"]), "There are no lists of candidates.", [])
        totals = counted.candidates.sum(axis=0, dtype=np.int64)
        asked = np.flatnonzero(totals[:, 0] > 0)
        table = pd.DataFrame([counted.columns[place] for place in asked], columns=["group", "field"])
        table["slots"] = totals[asked, 0]
        for at, name in enumerate(names, start=1):
            found, slots = (counted.candidates[:, asked, place] for place in (at, 0))
            table[name], table[f"{name}_low"], table[f"{name}_high"] = shares_with_intervals(found, slots, how)
        slots, right = counted.candidates[:, asked, 0], counted.counts[:, asked, 0]
        table["chosen"] = ratio(*(how.units.summed(side).sum(axis=0, dtype=np.float64) for side in (right, slots)))
        return noted(table, "Where the right value stands among the candidates.", notes_of_candidates(table))

    def costs(
        self,
        costs: "Costs | CostsByField",
        *,
        confidence_level: float = CONFIDENCE_LEVEL,
        cluster: Cluster = None,
    ) -> pd.DataFrame:
        """Return what mistakes cost.

        Parameters
        ----------
        costs
            What one mistake costs, in any currency: ``{"wrong": 50, "missing": 2, "spurious": 10}`` for every header
            field, or by field: ``{"amountToPay": {"wrong": 50, "missing": 2}, "lineItems.baseGross": {"wrong": 1}}``.
            ``missing`` is the cost of keying a value in.
        confidence_level, cluster
            As in :meth:`by_field`.

        Returns
        -------
        pandas.DataFrame
            Per field and in ``total``: the numbers of mistakes, ``cost``, ``cost_per_1000_documents`` with its interval
            (``low``, ``high``; the latter is above 0 also where nothing is wrong), the field's ``precision``, and
            ``break_even_precision``: from this precision on it is cheaper to take what was read than to key everything
            in (1 - missing / wrong).

        Raises
        ------
        SettingError
            If there is no such field or outcome, or a cost is no number.

        Examples
        --------
        >>> costs = result.costs({"wrong": 50, "missing": 2, "spurious": 10})
        """
        how = self._interval_options(DEFAULT_KIND, confidence_level, cluster)
        return cost_table(self.document_counts(), costs, how)

    def document_costs(self, costs: "Costs | CostsByField") -> "pd.Series[float]":
        """Return what the mistakes of each document cost, by its name.

        Parameters
        ----------
        costs
            As in :meth:`costs`.

        Raises
        ------
        SettingError
            As there.

        Examples
        --------
        >>> dearest = result.document_costs({"wrong": 50, "missing": 2}).sort_values(ascending=False)
        """
        found = document_costs(self.document_counts(), costs)
        return pd.Series(found, index=pd.Index(self.documents["document"], name="document"), name="cost")

    def sensitivity(
        self, label_errors: float = 0.02, *, level: Level = "typed", wrong: CountingRule | None = None
    ) -> pd.DataFrame:
        """Return how far the scores can be off if the ground truth is not right everywhere.

        Parameters
        ----------
        label_errors
            The share of labels that may be wrong: of values and of "there is nothing" alike. ``gini.compare_truth`` of
            two labellers says how large it is.
        level, wrong
            As in :meth:`by_field`.

        Returns
        -------
        pandas.DataFrame
            Per field, then ``micro`` and ``macro`` of each group: ``labels``, ``wrong_labels`` (the share of them), and
            each of ``f1``, ``precision`` and ``recall`` with ``f1_lowest`` (where as many labels as said are wrong and
            hide mistakes) and ``f1_highest`` (where they are wrong and blame what was right), and so on. These are
            bounds, whichever labels they are; for macro, that share of each field. ``average`` is whether a row is one.

        Raises
        ------
        SettingError
            If the share is not between 0 and 1, or there is no such level or counting rule.

        Examples
        --------
        >>> list(result.sensitivity(0.02).query("field == 'micro'")[["f1_lowest", "f1", "f1_highest"]].columns)
        ['f1_lowest', 'f1', 'f1_highest']
        """
        wrong = self.settings["wrong"] if wrong is None else wrong
        check_counting_rule(wrong)
        self._check_unweighted()
        return sensitivity_table(self.document_counts(level), label_errors, wrong)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell what the evaluation comes to, its notes, and the table per field."""
        del include, exclude
        return self._display.bundle()

    def _repr_html_(self) -> str:
        """As above, for front ends that ask for HTML alone."""
        return self._display.html

    @cached_property
    def _display(self) -> Display:
        return display_of(self)

    def document_counts(self, level: Level = "typed", *, answered_only: bool = False) -> DocumentCounts:
        """Return the counts per document and column, of whose sums every score is made; counted once and remembered.

        Parameters
        ----------
        level
            ``"raw"``, ``"typed"`` or ``"lenient"``.
        answered_only
            Leave out the documents that failed.

        Raises
        ------
        SettingError
            If there is no such level.
        """
        if level not in LEVELS:
            message = f"There is no level {level!r}; choose one of {', '.join(LEVELS)}."
            raise SettingError(message)
        key = ("counts", level, answered_only)
        if key not in self._memory:
            whole = self.document_counts(level) if answered_only else self._count(level)
            self._memory[key] = whole.of(self._answered) if answered_only else whole
        known: DocumentCounts = self._memory[key]
        return known

    def _bootstrap_samples(self, level: Level, how: IntervalOptions, *, answered_only: bool = False) -> FloatArray:
        """Return samples × columns × counts of the bootstrap; those of documents are drawn once and remembered."""
        counted = self.document_counts(level, answered_only=answered_only)
        if how.units.clustered:  # the weights of documents are the same each time
            return samples_of(counted, how)
        key = ("samples", level, answered_only)
        if key not in self._memory:
            self._memory[key] = samples_of(counted, how)
        known: FloatArray = self._memory[key]
        return known

    def _interval_options(self, kind: str, level: float, cluster: Cluster) -> IntervalOptions:
        """Return how intervals are made; without a cluster, by that of the settings."""
        wanted = self.settings.get("cluster") if cluster is None else cluster
        units = find_units(wanted, self.documents, self._truth_values)
        units = weighed(units, self.documents, self.settings.get("weights"))
        return IntervalOptions(kind, level, units, self.settings["seed"])

    def _check_unweighted(self) -> None:
        if self.settings.get("weights") is not None:
            message = "Confidences and sensitivity count every document once: evaluate without weights=."
            raise SettingError(message)

    @cached_property
    def interval_notes(self) -> tuple[Note, ...]:
        """Whether intervals are too narrow (few issuers sent most documents), or wide on purpose (few clusters)."""
        units = find_units(self.settings.get("cluster"), self.documents, self._truth_values)
        return notes_of_units(units, self._recipients(), len(self.documents))

    @abstractmethod
    def _recipients(self) -> "pd.Series[Any] | None":
        """Return who is paid by each document according to the truth, or a hash of that."""

    def _attrs(self, how: IntervalOptions) -> dict[str, Any]:
        """Return what a table says of its intervals."""
        facts = {"intervals": how.kind, "confidence_level": how.level, "seed": how.seed}
        return facts | how.units.attrs(len(self.documents))

    def _remembered(self, key: tuple[Any, ...], make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return a copy of a table that is made once: reports, gates and displays ask for the same ones."""
        if key not in self._memory:
            self._memory[key] = make()
        table: pd.DataFrame = self._memory[key].copy()
        return table

    @cached_property
    def _memory(self) -> dict[tuple[Any, ...], Any]:
        return {}

    @cached_property
    def _answered(self) -> BoolArray:
        return np.asarray(self.documents["answered"].to_numpy(dtype=bool))

    @cached_property
    def _entities(self) -> dict[tuple[str, str], str]:
        return {column: self.provenance["rules"][dotted(*column)]["name"] for column in self._columns}

    def _indices(self, field: str | None) -> IntArray:
        """Return the indices of the columns of a field, or of all header fields."""
        columns: list[Any] = list(self._columns)
        if field is None:
            return np.array([place for place, (group, _) in enumerate(columns) if not group], dtype=np.int64)
        indices = [place for place, name in enumerate(columns) if field in (name[1], dotted(*name))]
        if not indices:
            known = ", ".join(dotted(*name) for name in columns) or "none"
            message = f"There is no field {field!r} in this evaluation. There are: {known}."
            raise SettingError(message)
        return np.array(indices, dtype=np.int64)
