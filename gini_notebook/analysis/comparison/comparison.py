"""``compare()``, and the comparison of two evaluations of the same documents that it returns."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._display import Display
from gini_notebook.analysis.comparison.differences import (
    CHANGES,
    INTERVALS,
    NARROW,
    DifferenceOptions,
    changed_slots,
    difference_table,
    document_changes,
    share_difference,
    with_changes,
)
from gini_notebook.analysis.comparison.display import display_of
from gini_notebook.analysis.comparison.pairing import Pairing, pair
from gini_notebook.analysis.comparison.verdicts import margin_table, verdict_sentence
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.counts import Level
from gini_notebook.analysis.evaluation.formulas import MICRO
from gini_notebook.analysis.evaluation.intervals import (
    CONFIDENCE_LEVEL,
    DEFAULT_KIND,
    IntervalKind,
    check_confidence_level,
    check_kind,
)
from gini_notebook.analysis.evaluation.scores import Scores
from gini_notebook.analysis.evaluation.settings import SPEC_VERSION
from gini_notebook.analysis.evaluation.units import Cluster, Units, find_units, truth_values, weighed, weights_notes
from gini_notebook.errors import SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import Note

_SETTINGS = ("wrong", "key", "order", "required")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two evaluations of the same documents, paired; :func:`gini_notebook.compare` makes it.

    Attributes
    ----------
    a, b : Evaluation
        The first and the second run. Differences are b minus a.
    seed : int
        Seed of permutations and bootstrap samples.
    left_out_fields : tuple of str
        Fields that one of the evaluations was told to leave out.
    only_a, only_b : tuple of str
        Documents that only one of the evaluations has; all numbers are of the others.
    """

    a: Evaluation
    b: Evaluation
    seed: int
    _pairing: Pairing
    _units: Units

    @property
    def left_out_fields(self) -> tuple[str, ...]:
        """Fields that one of the evaluations was told to leave out."""
        return self._pairing.left_out_fields

    @property
    def only_a(self) -> tuple[str, ...]:
        """Documents of the first evaluation only."""
        return self._pairing.only_a

    @property
    def only_b(self) -> tuple[str, ...]:
        """Documents of the second evaluation only."""
        return self._pairing.only_b

    @property
    def notes(self) -> tuple[Note, ...]:
        """What to know about the comparison: see :mod:`gini_notebook.notes`."""
        return (*self._pairing.notes, *weights_notes(self._units.weights_name, self._pairing.a.documents["document"]))

    def by_field(
        self,
        level: Level = "typed",
        intervals: IntervalKind = DEFAULT_KIND,
        *,
        confidence_level: float = CONFIDENCE_LEVEL,
        full: bool = False,
    ) -> pd.DataFrame:
        """Return per field the difference of F1, and whether it is more than chance.

        Parameters
        ----------
        level
            ``"raw"``, ``"typed"`` or ``"lenient"``.
        intervals
            ``"documents"`` weighs the documents and one that was not seen; ``"bootstrap"`` for percentiles of drawn
            documents, ``"bca"`` for percentiles corrected for bias and skewness (where there are 20 documents or more,
            and the samples lie on both sides of the difference).
        confidence_level
            How sure the intervals are; tests are judged at 1 minus this level.
        full
            All columns, instead of the twelve that are read first.

        Returns
        -------
        pandas.DataFrame
            One row per group and field, then ``micro`` and ``macro``: ``group``, ``field``, ``f1_a``, ``f1_b``,
            ``f1_difference``, ``f1_difference_low``, ``f1_difference_high``; ``compared`` (``f1``, or ``error rate``
            where F1 is nothing by nothing in one run: then the differences in the columns of F1 are those of the error
            rate per labelled slot, positive where the second run has fewer errors); ``p_holm`` (p-value of the
            sign-flip permutation of documents on that difference, adjusted for the number of fields; averages are
            adjusted for nothing); ``fixed`` and ``broken``, how many values only the second or only the first run has
            right (see :meth:`changes`; of ``macro`` missing); and ``verdict``: ``better`` or ``worse`` if ``p_holm`` is
            small *and* the interval leaves out 0; ``probably better`` or ``probably worse`` if only the test says so
            (too few documents changed to bound the difference); ``first run only`` or ``second run only`` for a field
            that only one delivers and that gives no evidence otherwise; else ``no evidence``. With ``full`` also
            precision and recall as F1, ``p`` before it is adjusted, ``detectable`` (the smallest difference that four
            in five comparisons like this one would have shown; missing where the documents are too few for any),
            ``delivered_by`` (``a`` or ``b`` where only one run has any value of the field, else ``both``) and
            ``average``, whether the row is one. ``attrs`` has level, counting rule, kind, confidence level, cluster and
            seed.

        Raises
        ------
        SettingError
            If there is no such level or kind of interval.

        Examples
        --------
        >>> differences = comparison.by_field()[["field", "f1_difference", "p_holm", "verdict"]]
        """
        how = self._options(intervals, confidence_level)
        frame = with_changes(difference_table(self._pairing, level, how), self._changes)
        frame.attrs |= {"level": level, "counting_rule": how.wrong, "intervals": intervals, "seed": self.seed}
        frame.attrs |= {"confidence_level": confidence_level} | self._units.attrs(len(self._pairing.a.documents))
        return frame if full else frame[list(NARROW)]

    def _options(self, intervals: str, confidence_level: float) -> DifferenceOptions:
        check_kind(intervals, INTERVALS)
        check_confidence_level(confidence_level)
        return DifferenceOptions(self.a.settings["wrong"], self.seed, intervals, confidence_level, self._units)

    def no_worse_than(self, margin: float, *, confidence_level: float = CONFIDENCE_LEVEL) -> pd.DataFrame:
        """Say whether the second run is no worse than the first by more than a margin.

        Parameters
        ----------
        margin
            The loss of F1 (micro) that would be tolerated: 0.005 for half a point.
        confidence_level
            How sure the interval of the difference is.

        Returns
        -------
        pandas.DataFrame
            One row for the header fields and for each compound: ``group``, ``compared`` (as in :meth:`by_field`),
            ``difference``, ``low``, ``high``, ``margin`` and ``answer``: ``no worse`` (all of the interval is above
            minus the margin), ``worse`` (all of it is below), ``cannot tell``. ``attrs["answer"]`` is that of all:
            ``worse`` if one is, else ``cannot tell`` if one is.

        Raises
        ------
        SettingError
            If the margin is not between 0 and 1, or the level makes no sense.

        Examples
        --------
        >>> comparison.no_worse_than(0.005).attrs["answer"]
        'no worse'
        """
        return margin_table(self.by_field(confidence_level=confidence_level, full=True), margin)

    def verdict(self, *, confidence_level: float = CONFIDENCE_LEVEL) -> str:
        """Describe in a few words whether the second run is better, and which fields are.

        Parameters
        ----------
        confidence_level
            As in :meth:`by_field`.

        Examples
        --------
        >>> print(comparison.verdict())
        There is no evidence that either run is better: F1 of the header fields (micro) is 1.000 and 1.000, a...
        """
        return verdict_sentence(self.by_field(confidence_level=confidence_level, full=True), confidence_level)

    def summary(
        self, intervals: IntervalKind = DEFAULT_KIND, *, confidence_level: float = CONFIDENCE_LEVEL
    ) -> pd.DataFrame:
        """Return the comparison in a few numbers.

        Parameters
        ----------
        intervals, confidence_level
            As in :meth:`by_field`.

        Returns
        -------
        pandas.DataFrame
            ``metric``, ``a``, ``b``, ``difference``, ``low``, ``high``, ``p``: ``micro_f1`` of each group, and
            ``perfect_documents`` with the exact p-value of McNemar's test (with clusters or weights that of the sign
            flip).

        Raises
        ------
        SettingError
            If there is no such kind of interval.
        """
        fields = self.by_field(intervals=intervals, confidence_level=confidence_level, full=True)
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
            for row in fields[fields["average"] & (fields["field"] == MICRO)].to_dict("records")
        ]
        return pd.DataFrame([*rows, self._perfect_documents(self._options(intervals, confidence_level))])

    def _perfect_documents(self, how: DifferenceOptions) -> dict[str, Any]:
        documents = self.documents
        labelled = documents["perfect_a"].notna() & documents["perfect_b"].notna()
        first, second = (documents.loc[labelled, name].to_numpy(dtype=bool) for name in ("perfect_a", "perfect_b"))
        how = how.of(labelled.to_numpy(dtype=bool))
        ones = how.units.summed(np.ones(len(first)))
        shares = [float(how.units.summed(side).sum() / ones.sum()) if len(side) else np.nan for side in (first, second)]
        found = {"metric": "perfect_documents", "a": shares[0], "b": shares[1], "difference": shares[1] - shares[0]}
        return found | share_difference(first, second, how, same=self._pairing.same_run)

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row per document.

        ``document``, ``perfect_a``, ``perfect_b`` (nothing wrong, missing or spurious in its header fields; missing if
        none is labelled), ``fixed`` and ``broken`` (number of its slots that changed), and ``change``: ``fixed`` if the
        document has become perfect, ``broken`` if it no longer is, else missing.
        """
        return document_changes(self._pairing.a, self._pairing.b, self.changes())

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
        return changed_slots(self._pairing.a.comparisons, self._pairing.b.comparisons)

    def of_documents(self, names: Iterable[str]) -> "Comparison":
        """Return the comparison of some of the documents, such as those of a slice.

        Parameters
        ----------
        names
            The documents.

        Raises
        ------
        SettingError
            If none of them was compared.

        Examples
        --------
        >>> documents = comparison.a.documents
        >>> comparison.of_documents(documents["document"].head(5)).by_field()["verdict"].iloc[0]
        'no evidence'
        """
        known = self._pairing.a.documents["document"]
        selected = known.isin({composed(name) for name in names}).to_numpy(dtype=bool)
        if not selected.any():
            raise SettingError("None of these documents was compared; comparison.documents names those that were.")
        return replace(self, _pairing=self._pairing.of(set(known[selected])), _units=self._units.of(selected))

    def save_report(self, path: "str | os.PathLike[str]", **options: Any) -> Path:
        """Write a report: see :func:`gini_notebook.analysis.report.save_comparison_report`, which this calls.

        Parameters
        ----------
        path
            Where; the ending decides the form.
        **options
            As there.
        """
        from gini_notebook.analysis.report import save_comparison_report

        return save_comparison_report(self, Path(path), **options)

    def __repr__(self) -> str:
        counts = self.changes()["change"].value_counts()
        fixed, broken = (int(counts.get(name, 0)) for name in CHANGES)
        return f"<Comparison of {len(self._pairing.a.documents)} documents: {fixed} values fixed, {broken} broken>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell the verdict, the notes, and the table per field."""
        del include, exclude
        return self._display.bundle()

    def _repr_html_(self) -> str:
        """As above, for front ends that ask for HTML alone."""
        return self._display.html

    @cached_property
    def _display(self) -> Display:
        return display_of(self.by_field(full=True), self.facts(), self.notes)

    def facts(self) -> str:
        """Say in one sentence what was compared: documents, truth, values fixed and broken."""
        counts = self.changes()["change"].value_counts()
        fixed, broken = (int(counts.get(name, 0)) for name in CHANGES)
        truth = [str(side.provenance["truth_hash"])[:8] for side in (self.a, self.b)]
        same = f"same truth {truth[0]}" if truth[0] == truth[1] else f"truths {truth[0]} and {truth[1]}, same labels"
        return f"{len(self._pairing.a.documents):,} documents, {same}: {fixed:,} values fixed, {broken:,} broken."


def compare(a: Evaluation, b: Evaluation, *, seed: int = 0, cluster: Cluster = None) -> Comparison:
    """Compare two evaluations of the same documents against the same labels.

    Documents pair by name, whatever its Unicode form; those of one evaluation only are named and left out. A field that
    one run never delivers is missing in it. Where both were evaluated with the same ``weights=``, documents count by
    them in scores, intervals and tests alike; numbers of values and documents stay those that were counted.

    Parameters
    ----------
    a
        The first run, for example the configuration in use.
    b
        The second run, for example the new configuration; differences are b minus a.
    seed
        Seed of permutations and bootstrap samples.
    cluster
        What fails together beyond documents, and is the unit of intervals and tests: a column of the documents table of
        the first evaluation, a header field of the truth, or a Series by document. By default as in its ``evaluate``.

    Returns
    -------
    Comparison
        Paired differences with intervals and p-values, and what was fixed and broken.

    Raises
    ------
    SettingError
        If the evaluations were made with another edition of the metrics, other rules for a field, or other settings;
        if a document that both have has other labels or another weight; if they have no document or field in common; or
        if there is no such cluster.

    Examples
    --------
    >>> differences = compare(baseline, candidate).by_field()
    """
    for given in (a, b):
        if not isinstance(given, Evaluation):
            remedy = "its in_memory() is one" if isinstance(given, Scores) else "evaluate() makes one"
            message = f"compare() takes two evaluations, but this is a {type(given).__name__}; {remedy}."
            raise SettingError(message)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        message = f"seed is {seed!r}; it must be a whole number, 0 or more."
        raise SettingError(message)
    for given in (a, b):
        _check_edition(given.provenance["spec_version"])
    for name in _SETTINGS:
        _check_same(f"setting {name!r}", a.settings[name], b.settings[name])
    _check_same("setting 'remittance'", *(given.settings.get("remittance", "strict") for given in (a, b)))
    _check_rules(a.provenance["rules"], b.provenance["rules"])
    pairing = pair(a, b)
    wanted = a.settings.get("cluster") if cluster is None else cluster
    first = pairing.a
    units = find_units(
        wanted, first.documents, lambda field: truth_values(first.comparisons, field, first.documents["document"])
    )
    units = weighed(units, first.documents, _common_weights(pairing))
    return Comparison(a=a, b=b, seed=seed, _pairing=pairing, _units=units)


def _common_weights(pairing: Pairing) -> str | None:
    """Return the column of the weights, which are those of both evaluations."""
    columns = [side.settings.get("weights") for side in (pairing.a, pairing.b)]
    if columns == [None, None]:
        return None
    remedy = "Evaluate both runs with the same weights=, or both without."
    if None in columns:
        with_weights, without = ("second", "first") if columns[0] is None else ("first", "second")
        message = (
            f"These evaluations cannot be compared: the {with_weights} has weights of documents, the {without} has "
            f"none. {remedy}"
        )
        raise SettingError(message)
    sides = [
        side.documents[column].to_numpy(dtype=np.float64)
        for side, column in zip((pairing.a, pairing.b), columns, strict=True)
    ]
    differing = ~np.isclose(sides[0] / sides[0].mean(), sides[1] / sides[1].mean(), rtol=1e-9, atol=0)
    if differing.any():
        first = pairing.a.documents["document"][differing].iloc[0]
        message = (
            f"These evaluations cannot be compared: the weights of {int(differing.sum())} document(s) differ, first of "
            f"{first!r}. {remedy}"
        )
        raise SettingError(message)
    return str(columns[0])


def _check_edition(edition: str) -> None:
    if edition != SPEC_VERSION:
        message = (
            f"An evaluation was made with edition {edition} of the metrics; evaluate again: numbers of different "
            f"editions are not compared, and this version has edition {SPEC_VERSION}."
        )
        raise SettingError(message)


def _check_same(what: str, first: Any, second: Any) -> None:
    if first != second:
        message = (
            f"These evaluations cannot be compared: the first has {what} {first!r}, the second {second!r}. Evaluate "
            "both runs in the same way, against the same truth."
        )
        raise SettingError(message)


def _check_rules(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    """Refuse fields with different rules."""
    for name in sorted(set(first) & set(second)):
        _check_same(f"rule for {name!r}", first[name], second[name])
