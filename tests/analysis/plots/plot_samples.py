"""What the tests of pictures draw: evaluations, comparisons, batches and histories with so many rows."""

import warnings
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.automation import AutomationRule
from gini_notebook.analysis.comparison import Comparison, compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.history import History
from gini_notebook.analysis.history.runs import history_of
from gini_notebook.errors import TruthWarning
from tests.analysis.automation.automation_samples import plan

DOCUMENTS = 40
_COLUMNS = ["document", "group", "row", "field", "value"]
_KNOWN = ("paymentRecipient", "paymentPurpose", "docType", "skontoPercentageDiscountedCalculated", "bic")


def names(count: int) -> list[str]:
    """Return the names of so many fields, long ones among them."""
    return [*_KNOWN[:count], *(f"field_{number}" for number in range(count - len(_KNOWN)))]


@cache
def evaluation(fields: int, seed: int = 0, skill: float = 0.8) -> Evaluation:
    """Return an evaluation of 40 documents with so many header fields, line items, confidences and candidates."""
    random = np.random.default_rng(seed)
    truth: list[tuple[Any, ...]] = [("d000.pdf", "", 0, "docType", None)] if not fields else []
    extractions: list[tuple[Any, ...]] = []
    candidates: list[tuple[Any, ...]] = []
    for number in range(DOCUMENTS):
        document = f"d{number:03}.pdf"
        for place, field in enumerate(names(fields)):
            right = f"value {number}"
            stated = place % 3 != 2 or number < 9
            truth.append((document, "", 0, field, right if stated else None))
            if random.random() < (0.3 if number < 6 else skill):
                extractions.append((document, "", 0, field, right if stated else None, random.beta(8, 1), field))
            elif random.random() < 0.5:
                extractions.append((document, "", 0, field, "something else", random.beta(3, 2), field))
            candidates += [(document, field, 1, "something else"), (document, field, 1 + number % 4 + 1, right)]
        for column in names(fields):
            truth.append((document, "lineItems", 0, column, "12"))
            if random.random() < skill:
                extractions.append((document, "lineItems", 0, column, "12", 0.9, None))
    read = pd.DataFrame(extractions, columns=[*_COLUMNS, "confidence", "candidates"]).astype({"confidence": "float64"})
    kinds = [f"slice {number % max(fields, 1)}" for number in range(DOCUMENTS)]
    batch = SimpleNamespace(
        extractions=read[read["value"].notna()].reset_index(drop=True),
        documents=pd.DataFrame(
            {"document": [f"d{n:03}.pdf" for n in range(DOCUMENTS)], "status": "completed", "kind": kinds}
        ),
        candidates=pd.DataFrame(candidates, columns=["document", "list", "rank", "value"]),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TruthWarning)
        return evaluate(batch, pd.DataFrame(truth, columns=_COLUMNS))


@cache
def comparison(fields: int) -> Comparison:
    """Return the comparison of two runs over the same documents."""
    first, second = evaluation(fields), evaluation(fields, seed=1, skill=0.9)
    return compare(first, second)


@cache
def batch(documents: int) -> pd.DataFrame:
    """Return the documents of a batch."""
    random = np.random.default_rng(documents)
    status = np.where(np.arange(documents) % 9 == 8, "failed", "completed")
    uploaded = pd.Timestamp("2026-11-29T16:00", tz="UTC") + pd.to_timedelta(np.arange(documents) * 3.0, unit="s")
    seconds = np.where(status == "failed", np.nan, random.gamma(4, 2, documents))
    kinds = [f"kind {number % 4}" for number in range(documents)]
    columns = {"document": [f"d{n}.pdf" for n in range(documents)], "status": status, "kind": kinds}
    return pd.DataFrame({**columns, "uploaded_at": uploaded, "processing_s": seconds})


def run(place: int, right: int, of: int, **facts: Any) -> dict[str, Any]:
    """Return the line of a run of which so many documents are payable."""
    share = right / of
    number = {"value": share, "low": max(share - 0.05, 0.0), "high": min(share + 0.05, 1.0), "of": of, "right": right}
    day = pd.Timestamp("2026-01-01", tz="UTC") + pd.Timedelta(days=place)
    return {
        "format": 2,
        "run": f"run {place + 1}",
        "date": day.isoformat(),
        "digest": f"{place}",
        "documents": of,
        "documents_hash": f"{place}",
        "truth_hash": f"{place}",
        "spec_version": "2",
        "rules_hash": "rules",
        "service": "service",
        "unit": "document",
        "weighted": False,
        "metrics": {"payable_rate": number},
        "fields": [],
        **facts,
    }


@cache
def past(runs: int) -> History:
    """Return a history of so many runs, the last of which is worse than the others."""
    random = np.random.default_rng(runs)
    rights = [int(random.binomial(200, 0.7 if place == runs - 1 else 0.95)) for place in range(runs)]
    records = [run(place, right, 200, spec_version="1" if place < 12 else "2") for place, right in enumerate(rights)]
    return history_of(records, metrics=("payable_rate",))


class _Remembered:
    """Something whose answers are remembered: the same tables are drawn in many styles."""

    def __init__(self, whole: Any) -> None:
        self._whole, self._answers = whole, {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._whole, name)
        if not callable(found):
            return found

        def asked(*arguments: Any, **options: Any) -> Any:
            key = (name, repr(arguments), repr(options))
            if key not in self._answers:
                self._answers[key] = found(*arguments, **options)
            return self._answers[key]

        return asked


@cache
def remembered(make: Callable[[int], Any], rows: int) -> Any:
    """Return a sample that computes each of its tables once."""
    return _Remembered(make(rows))


def planned(rows: int) -> Any:
    """Return a plan with so many rules; without any, with one that keeps nothing."""
    rules = [AutomationRule(f"rule {at}", passes=("readers_agree",) if at % 2 else ()) for at in range(rows)]
    return plan(
        DOCUMENTS,
        disagreeing=range(0, DOCUMENTS, 3 if rows else 1),
        wrong=range(0, DOCUMENTS, 7),
        rules=rules or [AutomationRule("none", passes=("readers_agree",))],
        target=0.8,
    )
