"""Evaluation speed: ours, the limit of columnar equality, and the peers that are installed, in one run.

CPU seconds, the best of a few runs, tables in memory. The peers get fewer documents, because they need long; the ratio
compares them with ours on the same documents.
"""

import contextlib
import gc
import importlib.util
import io
import time
import warnings
from collections.abc import Callable
from typing import Any

import evaluation_workload as workload
import pandas as pd

from gini_notebook.comparison import compare
from gini_notebook.evaluation import evaluate
from tests.evaluation.anchors import adapters

PEER_DOCUMENTS, PEER_ITEM_DOCUMENTS = 1_000, 100


def cpu_s(call: Callable[[], Any], runs: int = 3) -> float:
    """Give the CPU seconds of the best run."""
    best = float("inf")
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def equality(found: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Give what no evaluation can do without: join both sides, compare strings, count by field."""
    both = truth.merge(found, on=["document", "group", "row", "field"], how="outer", suffixes=("", "_found"))
    same = both["value"] == both["value_found"]
    counts = pd.DataFrame({"field": both["field"], "correct": same, "truth": both["value"].notna()})
    return counts.groupby("field").sum()


def told(name: str, seconds: float, target: str = "", against: float | None = None) -> None:
    """Print a line."""
    ratio = "" if against is None else f"{seconds / against:8.1f} ×"
    print(f"{name:58} {seconds:9.3f} {target:>10} {ratio:>10}")


def everything(result: Any) -> None:
    """Draw all bootstraps afresh: per field, averages, documents, compounds, answered only."""
    result.__dict__.pop("_memory", None)
    result.by_field(intervals="bootstrap")
    result.summary()


def ours() -> None:
    """Measure our own work against its targets."""
    found, truth = workload.header(10_000)
    evaluate(found.head(500), truth.head(500))
    told("limit: join, equality and counts, 10,000 × 10 fields", cpu_s(lambda: equality(found, truth)))
    told("evaluate 10,000 documents × 10 header fields", cpu_s(lambda: evaluate(found, truth)), "≤ 0.25")
    result = evaluate(found, truth)
    told("2,000 bootstraps of everything, 10,000 documents", cpu_s(lambda: everything(result)), "≤ 2.5")
    other = evaluate(workload.header(10_000, seed=0)[0].assign(value=found["value"].str.replace("7", "1")), truth)
    told("compare two runs, 10,000 documents", cpu_s(lambda: compare(result, other).by_field(), 1))
    item_found, item_truth = workload.items(1_000)
    told("evaluate 1,000 documents × 10 rows × 5 columns", cpu_s(lambda: evaluate(item_found, item_truth)), "≤ 0.3")


def header_peers() -> dict[str, Callable[[], Any]]:
    """Give the peers for header fields, each ready to run."""
    found, truth = workload.header(PEER_DOCUMENTS)
    sides = [adapters.records(side) for side in (truth, found)]
    calls: dict[str, tuple[str, Callable[[], Any]]] = {
        "scikit-learn (events, no types, no table)": ("sklearn", lambda: sklearn_report(*sides)),
        "nervaluate": ("nervaluate", lambda: adapters.nervaluate(*sides)),
        "seqeval": ("seqeval", lambda: adapters.seqeval(*sides)),
        "stickler, exact": ("stickler", lambda: adapters.stickler(*sides)),
        "ANLS*": ("anls_star", lambda: adapters.anls_star(*sides)),
        "DocILE": ("docile", lambda: docile_header(*sides)),
    }
    return {name: call for name, (module, call) in calls.items() if importlib.util.find_spec(module)}


def sklearn_report(truth: dict[str, Any], found: dict[str, Any]) -> Any:
    """Score events with scikit-learn."""
    from sklearn.metrics import precision_recall_fscore_support

    return precision_recall_fscore_support(*adapters.sklearn_events(truth, found), average=None, zero_division=0)


def docile_header(truth: dict[str, Any], found: dict[str, Any]) -> Any:
    """Score with DocILE: one place per field, the text decides."""
    from docile.dataset import BBox, Field
    from docile.evaluation.evaluate import compute_metrics
    from docile.evaluation.pcc import PCC, PCCSet
    from docile.evaluation.pcc_field_matching import get_matches

    names = {name: place for place, name in enumerate(workload.HEADER, 1)}
    points = PCCSet([PCC(0.5, place / 20, 0) for place in names.values()])

    def fields(texts: dict[str, str]) -> list[Any]:
        return [
            Field(
                bbox=BBox(0.4, names[name] / 20 - 0.01, 0.6, names[name] / 20 + 0.01), page=0, text=text, fieldtype=name
            )
            for name, text in texts.items()
        ]

    matching = {
        document: get_matches(fields(found.get(document, {})), fields(texts), points).filter(same_text=True)
        for document, texts in truth.items()
    }
    by_field = [
        compute_metrics({document: match.filter(fieldtype=name) for document, match in matching.items()})
        for name in names
    ]
    return [compute_metrics(matching), *by_field]


def item_peers() -> dict[str, Callable[[], Any]]:
    """Give the peers that align rows."""
    found, truth = workload.items(PEER_ITEM_DOCUMENTS)
    sides = [adapters.rows(side) for side in (truth, found)]
    calls: dict[str, tuple[str, Callable[[], Any]]] = {
        "ANLS*": (
            "anls_star",
            lambda: adapters.anls_star(*[{name: {"rows": rows} for name, rows in side.items()} for side in sides]),
        ),
        "DocILE": ("docile", lambda: adapters.docile_line_items(*sides)),
    }
    return {name: call for name, (module, call) in calls.items() if importlib.util.find_spec(module)}


def peers() -> None:
    """Measure the peers, and ours on the same documents."""
    found, truth = workload.header(PEER_DOCUMENTS)
    item_found, item_truth = workload.items(PEER_ITEM_DOCUMENTS)
    parts = (
        (f"{PEER_DOCUMENTS:,} documents × 10 header fields", lambda: evaluate(found, truth), header_peers()),
        (
            f"{PEER_ITEM_DOCUMENTS:,} documents × 10 rows × 5 columns",
            lambda: evaluate(item_found, item_truth),
            item_peers(),
        ),
    )
    for title, own, calls in parts:
        print(f"\n{title}")
        base = cpu_s(own, 5)
        told("gini_notebook, typed, with causes and similarities", base)
        for name, call in calls.items():
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                call()
                seconds = cpu_s(call, 1)
            told(name, seconds, against=base)


if __name__ == "__main__":
    print(f"{'work':58} {'CPU s':>9} {'target':>10} {'vs ours':>10}")
    ours()
    peers()
