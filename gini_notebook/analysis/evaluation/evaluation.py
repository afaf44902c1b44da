"""The result of an evaluation: the comparisons, and every number as a view of them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gini_notebook.analysis.evaluation._sureness import Sureness
from gini_notebook.analysis.evaluation.confidence import predictions, without_predictions_below


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
        predictions(self.comparisons, self._slots_of(None))
        settings = {**self.settings, "min_confidence": float(threshold)}
        comparisons = without_predictions_below(self.comparisons, threshold)
        return Evaluation(comparisons, self.documents, self.candidates, settings, self.provenance)

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
