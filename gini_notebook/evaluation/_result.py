"""The result of an evaluation: the comparisons, and every number as a view of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gini_notebook.errors import SettingError
from gini_notebook.evaluation import _confidence, _fields, _gate, _mistakes, _summary
from gini_notebook.evaluation._gate import Check
from gini_notebook.evaluation._sureness import Sureness
from gini_notebook.evaluation.scores import check_counting_rule

INTERVALS = ("wilson", "bootstrap")


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Sureness):
    """What came out when extractions were compared with the ground truth; :func:`gini_notebook.evaluate` makes it.

    Attributes
    ----------
    comparisons : pandas.DataFrame
        One row per slot (``schema.COMPARISONS``), sorted by document, group, row and field. ``outcome`` is one of
        correct, wrong, missing, spurious, absent, and ignored (nobody looked what the truth is). With candidates, two
        more columns: ``candidates`` (the list asked) and ``candidate_rank`` (where in it the right value is). With
        confidences, one more: ``confidence``.
    documents : pandas.DataFrame
        One row per document of the truth: document, status, error, request_id, answered, and what else is known.
    candidates : pandas.DataFrame or None
        The candidates of these documents (``schema.CANDIDATES``), if there were some.
    settings : mapping
        The arguments of ``evaluate`` that decide numbers.
    provenance : mapping
        Edition of the metrics, version of the package, hashes of both tables, rules, seed, and what was left out.
    """

    def by_field(
        self, level: str = "typed", wrong: str | None = None, intervals: str = "wilson", *, answered_only: bool = False
    ) -> pd.DataFrame:
        """Give counts, precision, recall, F1 and companions per field, then their averages ``micro`` and ``macro``.

        Parameters
        ----------
        level
            When two values are the same: ``"raw"`` (the same string), ``"typed"`` (the same amount, date, name …), or
            ``"lenient"`` (similar enough).
        wrong
            What a wrong value costs, ``"both"`` or ``"fp"``; by default as in ``evaluate``.
        intervals
            ``"wilson"`` for fields that a document has once; averages and columns of compounds, whose slots hang
            together within a document, are resampled by document all the same. ``"bootstrap"`` resamples everything.
        answered_only
            Leave out the documents that failed.

        Returns
        -------
        pandas.DataFrame
            ``schema.FIELD_SCORES``, by group. The interval (95 %) of ``f1`` is in ``f1_low`` and ``f1_high``, and so
            on. 0/0 is missing; macro is the mean of the fields with a truth value. ``attrs`` has the level, the
            counting rule, how many fields macro leaves out, and which rows were too few or too alike for the bootstrap.

        Raises
        ------
        SettingError
            If an argument has a value that makes no sense.

        Examples
        --------
        >>> result.by_field().query("field == 'iban'")["f1"]  # doctest: +SKIP
        """
        wrong = self.settings["wrong"] if wrong is None else wrong
        check_counting_rule(wrong)
        if intervals not in INTERVALS:
            message = f"intervals is {intervals!r}; it must be one of {', '.join(map(repr, INTERVALS))}."
            raise SettingError(message)
        frame = _fields.frame(
            self.tally(level, answered_only=answered_only),
            self._draws(level, answered_only=answered_only),
            entities=self._entities,
            wrong=wrong,
            plain=intervals == "wilson",
        )
        frame.attrs |= {"level": level, "intervals": intervals, "answered_only": answered_only}
        return frame

    def summary(self, level: str = "typed") -> pd.DataFrame:
        """Give the numbers of the whole.

        Parameters
        ----------
        level
            As in :meth:`by_field`.

        Returns
        -------
        pandas.DataFrame
            ``schema.SUMMARY``: ``micro_f1``, ``micro_precision``, ``micro_recall`` and ``macro_f1`` over header fields
            (``lineItems_micro_f1`` … over the cells of a compound); ``document_mean_f1`` and ``document_mean_anls``;
            ``perfect_documents`` (nothing wrong, missing or spurious in the required fields); ``payable_rate`` (of the
            documents that have an amount and an IBAN to pay to, the share with nothing wrong, missing or spurious in
            amountToPay, iban, paymentRecipient and paymentReference as far as they are labelled);
            ``lineItems_row_recall``, ``…_exact_rows``, ``…_exact_tables``; ``candidate_recall_1``, ``_3``, ``_all``
            (the right value is first, among the first three, or anywhere in the list of candidates); ``documents``,
            ``failed``, ``coverage``; ``answered_micro_f1`` … without the documents that failed.

        Raises
        ------
        SettingError
            If there is no such level.
        """
        return _summary.frame(
            self.tally(level),
            self._answered,
            self._draws(level),
            wrong=self.settings["wrong"],
            required=self.settings["required"],
            seed=self.settings["seed"],
        )

    def mistakes(self, field: str | None = None, *, outcome: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Give the comparisons to look at.

        Parameters
        ----------
        field
            One field only (``"iban"``, ``"lineItems.baseGross"``).
        outcome
            ``"wrong"``, ``"missing"``, ``"spurious"``, or several of them; all three by default.

        Returns
        -------
        pandas.DataFrame
            Rows of ``comparisons``, with ``difference`` (by how much an amount is off, in its currency; a missing or
            spurious amount is off by all of it), and ``truth_valid`` and ``extracted_valid`` (check digits of an IBAN;
            a wrong one that is valid is the dangerous error). What is off by the most money comes first.

        Raises
        ------
        SettingError
            If there is no such field or outcome.

        Examples
        --------
        >>> result.mistakes("iban", outcome="wrong")  # doctest: +SKIP
        """
        return _mistakes.frame(self.comparisons, self._entities, field, outcome)

    def at_confidence(self, threshold: float) -> "Evaluation":
        """Give the evaluation as if predictions below a confidence had not been made.

        Parameters
        ----------
        threshold
            Predictions with a smaller confidence are treated as absent: correct and wrong become missing, spurious
            becomes absent. Predictions without a confidence are kept.

        Returns
        -------
        Evaluation
            With all its views; ``settings`` has ``min_confidence``.

        Raises
        ------
        SettingError
            If the extractions have no confidence.
        """
        _confidence.predictions(self.comparisons, self._slots_of(None))
        settings = {**self.settings, "min_confidence": float(threshold)}
        comparisons = _confidence.without(self.comparisons, threshold)
        return Evaluation(comparisons, self.documents, self.candidates, settings, self.provenance)

    def check(self, expressions: str | Sequence[str]) -> list[Check]:
        """Check conditions, as a release is gated by them.

        Parameters
        ----------
        expressions
            One or several of the form name, comparison, number: ``"amountToPay.f1>=0.95"``; the lower end of an
            interval is ``"amountToPay.f1_low>=0.9"``; cells of a compound are ``"lineItems.baseGross.recall>=0.8"``,
            averages ``"micro.f1>=0.9"``; every metric of :meth:`summary` can be named: ``"payable_rate>=0.8"``.

        Returns
        -------
        list of Check
            Per condition (expression, value, passed). An undefined number never passes.

        Raises
        ------
        SettingError
            If a condition cannot be read or names a number that there is not; the message lists the names.

        Examples
        --------
        >>> result.check("amountToPay.f1>=0.95")  # doctest: +SKIP
        [Check(expression='amountToPay.f1>=0.95', value=0.961, passed=True)]
        """
        return _gate.check(expressions, self.by_field(), self.summary())

    def save_report(self, path: "str | os.PathLike[str]", **options: Any) -> Path:
        """Write a report: see :func:`gini_notebook.report.save_report`, which this calls.

        Parameters
        ----------
        path
            Where; the ending decides the form.
        **options
            As there.
        """
        from gini_notebook.report import save_report

        return save_report(self, Path(path), **options)

    def _repr_html_(self) -> str:
        """Show the table per field in a notebook; text from documents is escaped."""
        shown = self.by_field()[["group", "field", "support", "precision", "recall", "f1", "f1_low", "f1_high"]]
        return str(shown.to_html(index=False, na_rep="n/a", float_format="{:.3f}".format, escape=True))
