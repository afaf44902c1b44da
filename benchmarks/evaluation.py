"""Evaluation speed: ours, the limit of columnar equality, and the peers that are installed, in one run.

CPU seconds, the best of a few runs, tables in memory. Every peer gets the documents that ours gets. It is timed twice:
with its own records ready, and from the table that ours takes, which is how the work comes. None of them tells the
cause of a mistake; of the header fields' peers only stickler compares by type at all, here told to compare exactly.
The row of 1,000,000 documents is wall time on a cluster of two workers, with the memory of all its processes.
"""

import contextlib
import gc
import importlib.util
import io
import time
import warnings
from collections.abc import Callable
from typing import Any

import evaluation_million as million
import evaluation_workload as workload
import pandas as pd

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import evaluate
from tests.analysis.evaluation.anchors import adapters

DOCUMENTS, PEER_ITEM_DOCUMENTS = 10_000, 100


def cpu_s(call: Callable[[], Any], runs: int = 3) -> float:
    """Return the CPU seconds of the best run."""
    best = float("inf")
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def equality(found: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return what no evaluation can do without: join both sides, compare strings, count by field."""
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
    found, truth = workload.header(DOCUMENTS)
    evaluate(found.head(500), truth.head(500))
    told("limit: join, equality and counts, 10,000 × 10 fields", cpu_s(lambda: equality(found, truth)))
    told("evaluate 10,000 documents × 10 header fields", cpu_s(lambda: evaluate(found, truth)), "≤ 0.25")
    several = workload.with_alternatives(truth)
    told("the same, every fifth label with an alternative", cpu_s(lambda: evaluate(found, several)))
    strict = cpu_s(lambda: evaluate(found, truth, remittance="strict"))
    told("the same, references compared with themselves alone", strict)
    result = evaluate(found, truth)
    told("2,000 bootstraps of everything, 10,000 documents", cpu_s(lambda: everything(result)), "≤ 2.5")
    other = evaluate(workload.header(10_000, seed=0)[0].assign(value=found["value"].str.replace("7", "1")), truth)
    told("compare two runs, 10,000 documents", cpu_s(lambda: compare(result, other).by_field(), 1))
    item_found, item_truth = workload.items(1_000)
    told("evaluate 1,000 documents × 10 rows × 5 columns", cpu_s(lambda: evaluate(item_found, item_truth)), "≤ 0.3")


Records = dict[str, Any]
Peer = Callable[[Records, Records], Any]


def header_peers() -> dict[str, tuple[str, Peer]]:
    """Return the peers for header fields: the module each needs, and the call on its records."""
    return {
        "nervaluate (spans, no values)": ("nervaluate", adapters.nervaluate),
        "seqeval (spans, no values)": ("seqeval", adapters.seqeval),
        "stickler, exact": ("stickler", adapters.stickler),
        "ANLS* (edit distance)": ("anls_star", adapters.anls_star),
        "DocILE (boxes and equal text)": ("docile", docile_header),
        "scikit-learn (counts of given events only)": ("sklearn", sklearn_report),
    }


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


def item_peers() -> dict[str, tuple[str, Peer]]:
    """Return the peers that align rows."""
    return {
        "ANLS*": ("anls_star", lambda *sides: adapters.anls_star(*map(nested, sides))),
        "DocILE": ("docile", adapters.docile_line_items),
    }


def nested(side: Records) -> Records:
    """Name the rows of every document."""
    return {name: {"rows": rows} for name, rows in side.items()}


def measure(title: str, tables: tuple[pd.DataFrame, pd.DataFrame], into: Callable[[Any], Records], peers: Any) -> None:
    """Measure ours and the peers on the same tables."""
    found, truth = tables
    print(f"\n{title}")
    base = cpu_s(lambda: evaluate(found, truth), 5)
    told("gini_notebook, typed, with causes and similarities", base)
    sides = into(truth), into(found)
    first = dict(list(sides[0].items())[:20])
    for name, (module, call) in peers.items():
        if importlib.util.find_spec(module) is None:
            continue
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call(first, first)
            ready = cpu_s(lambda call=call: call(*sides), 1)
            whole = cpu_s(lambda call=call: call(into(truth), into(found)), 1)
        told(f"{name}, records ready", ready, against=base)
        told(f"{name}, from the table", whole, against=base)


def peers() -> None:
    """Measure the peers, and ours on the same documents."""
    header = f"{DOCUMENTS:,} documents × 10 header fields"
    measure(header, workload.header(DOCUMENTS), adapters.records, header_peers())
    items = f"{PEER_ITEM_DOCUMENTS:,} documents × 10 rows × 5 columns"
    measure(items, workload.items(PEER_ITEM_DOCUMENTS), adapters.rows, item_peers())


def large() -> None:
    """Measure what is larger than one process."""
    print("\n1,000,000 documents × 10 header fields, Parquet, Dask with 2 workers")
    evaluating_s, peak_mb, summary_s = million.measured()
    told("evaluate, wall time", evaluating_s, "≤ 30")
    told("evaluate, memory of all processes (GB)", peak_mb / 1000, "< 2")
    told("summary of it, wall time", summary_s)


if __name__ == "__main__":
    print(f"{'work':58} {'CPU s':>9} {'target':>10} {'vs ours':>10}")
    ours()
    peers()
    large()
