"""How much could be paid unseen: times, and what fixed rules keep and let slip through on real documents.

Run ``python benchmarks/automation.py`` for the times of 10,000 documents, and ``python benchmarks/automation.py CORPUS
[--runs FOLDER] [--no-ocr]`` for a folder with ``documents/`` and ``truth.csv``, read by both engines of the sandbox
together with the project's own invoices. Runs that are in the folder already are taken from there.
"""

import argparse
import tempfile
import time
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

import gini_notebook as gini

REQUIRED = ("amountToPay", "iban", "paymentRecipient")
OWN = Path(__file__).resolve().parent.parent / "data" / "invoices"
DOCUMENTS = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--runs", type=Path, help="keep the runs here, and take them from here if there are some")
    parser.add_argument("--no-ocr", action="store_true", help="leave scans unread: minutes less")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", gini.TruthWarning)
    if arguments.corpus is None:
        print_times()
        return
    with tempfile.TemporaryDirectory() as place:
        print_corpus(arguments.corpus, arguments.runs or Path(place), ocr=False if arguments.no_ocr else None)


def print_times() -> None:
    """Print how long checks, and table and curve of a plan, take."""
    first, second, truth = _synthetic()
    result = gini.evaluate(first, truth)
    began = time.perf_counter()
    checks = gini.checks(first, second)
    checked = time.perf_counter()
    plan = gini.automation(result, checks, required=REQUIRED)
    rows = len(plan.table()) + len(plan.curve())
    ended = time.perf_counter()
    print(f"{DOCUMENTS:,} documents, {len(checks):,} verdicts: {checked - began:.2f} s")
    print(f"table and curve, {rows} rows: {ended - checked:.2f} s")


def _synthetic() -> tuple[Any, pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(0)
    names = [f"{at:05}.pdf" for at in range(DOCUMENTS)]
    values = {
        "amountToPay": [f"{at + 1}.00:EUR" for at in range(DOCUMENTS)],
        "iban": [_iban(at) for at in range(DOCUMENTS)],
        "bic": ["COBADEFFXXX"] * DOCUMENTS,
        "paymentRecipient": [f"Firma {at % 400} GmbH" for at in range(DOCUMENTS)],
        "paymentPurpose": [f"Rechnung {at}" for at in range(DOCUMENTS)],
        "paymentDueDate": ["2025-12-31"] * DOCUMENTS,
        "docType": ["Invoice"] * DOCUMENTS,
        "paymentState": ["ToBePaid"] * DOCUMENTS,
    }
    columns = [pd.DataFrame({"document": names, "field": field, "value": of}) for field, of in values.items()]
    found = pd.concat(columns, ignore_index=True).assign(candidates=lambda table: table["field"])
    lists = [
        pd.DataFrame({"document": names, "list": "amountToPay", "rank": rank, "value": [f"{of}.00:EUR" for of in some]})
        for rank, some in enumerate(random.integers(1, 9_000, (8, DOCUMENTS)), start=1)
    ]
    documents = pd.DataFrame({"document": names, "status": "completed", "pages": 2, "source_classification": "NATIVE"})
    first = SimpleNamespace(extractions=found, documents=documents, candidates=pd.concat(lists, ignore_index=True))
    second, truth = found.copy(), found[found["field"].isin(REQUIRED)][["document", "field", "value"]].copy()
    second.loc[random.random(len(second)) < 0.02, "value"] = "other"
    truth.loc[(random.random(len(truth)) < 0.002) & truth["field"].eq("paymentRecipient").to_numpy(), "value"] = "Other"
    return first, second, truth


def _iban(at: int) -> str:
    account = f"37040044{at:010}"
    return f"DE{98 - int(account + '131400') % 97:02}{account}"


def print_corpus(corpus: Path, runs: Path, *, ocr: bool | None) -> None:
    """Print what the rules keep and let slip through, all documents and kinds of documents."""
    files = _files(corpus / "documents", "corpus") | _files(OWN, "own")
    batches = [_run(files, runs / engine, engine, ocr) for engine in ("baseline", "keywords-only")]
    truth = pd.concat([_truth(corpus / "truth.csv", "corpus"), _truth(OWN / "truth.jsonl", "own")], ignore_index=True)
    truth = truth[truth["field"].isin(REQUIRED)]
    result = gini.evaluate(batches[0], truth)
    checks = gini.checks(batches[0], batches[1])
    for of in (None, "source_classification"):
        try:
            plan = gini.automation(result, checks, required=REQUIRED, by=of)
        except gini.GiniError as refused:
            print(f"\n{refused}")
            continue
        print(f"\n{plan.report()}")


def _files(folder: Path, prefix: str) -> dict[str, Path]:
    """Return the documents below a folder by name; e-invoices in XML state their values and are not read."""
    left_out = {".csv", ".jsonl", ".md", ".json", ".xml"}
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() not in left_out)
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": path for path in found}


def _run(files: dict[str, Path], to: Path, engine: str, ocr: bool | None) -> Any:
    with gini.Sandbox(processing_time_s=0.0, engine=engine, ocr=ocr) as sandbox, gini.login(sandbox) as client:
        return gini.process(client, files, to=to)


def _truth(path: Path, prefix: str) -> pd.DataFrame:
    truth = pd.DataFrame(gini.read_truth(path))
    return truth.assign(document=f"{prefix}/" + truth["document"].astype(str))


if __name__ == "__main__":
    main()
