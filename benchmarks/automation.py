"""How much could be paid unseen: times, and what fixed rules keep and let slip through on real documents.

Run ``python benchmarks/automation.py`` for the times of 10,000 documents, and ``python benchmarks/automation.py CORPUS
[--runs FOLDER] [--no-ocr]`` for a folder with ``documents/`` and ``truth.csv``, read by both engines of the sandbox
together with the project's own invoices. Runs that are in the folder already are taken from there. With ``--photos 40``
so many documents with a text layer are sent a second time, as poor photos of their page. ``--simulations`` prints how
often rules are certified that should not be, and those that should.
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
import pypdfium2
from PIL import Image, ImageFilter

import gini_notebook as gini
from gini_notebook.analysis.automation.sequence import CERTIFIED, Outcomes, stages_of

REQUIRED = ("amountToPay", "iban", "paymentRecipient")
OWN = Path(__file__).resolve().parent.parent / "data" / "invoices"
DOCUMENTS = 10_000
OCR_LIMIT_S = 4 * 3600.0
"""OCR of so many pictures on a busy machine takes long, and a document that is given up would be no mistake of it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--runs", type=Path, help="keep the runs here, and take them from here if there are some")
    parser.add_argument("--photos", type=int, default=0, help="send so many pages of PDFs as poor photos, too")
    parser.add_argument("--simulations", action="store_true", help="how often a rule is certified: 2,000 runs of each")
    parser.add_argument("--no-ocr", action="store_true", help="leave scans unread: minutes less")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", gini.TruthWarning)
    if arguments.simulations:
        print_simulations()
        return
    if arguments.corpus is None:
        print_times()
        return
    with tempfile.TemporaryDirectory() as place:
        runs, ocr = arguments.runs or Path(place), False if arguments.no_ocr else None
        print_corpus(arguments.corpus, runs, ocr=ocr, photos=arguments.photos)


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


def print_corpus(corpus: Path, runs: Path, *, ocr: bool | None, photos: int = 0) -> None:
    """Print what the rules keep and let slip through, all documents and kinds of documents."""
    truth = pd.concat([_truth(corpus / "truth.csv", "corpus"), _truth(OWN / "truth.jsonl", "own")], ignore_index=True)
    truth = truth[truth["field"].isin(REQUIRED)]
    files = _files(corpus / "documents", "corpus") | _files(OWN, "own")
    pictures = _photos(files, truth, runs / "photos", photos)
    files |= pictures
    again = truth[("photo/" + truth["document"] + ".jpg").isin(pictures)]
    truth = pd.concat([truth, again.assign(document="photo/" + again["document"] + ".jpg")], ignore_index=True)
    batches = [_run(files, runs / engine, engine, ocr) for engine in ("baseline", "keywords-only")]
    result = gini.evaluate(batches[0], truth)
    checks = gini.checks(batches[0], batches[1])
    for of in (None, "source_classification"):
        try:
            plan = gini.automation(result, checks, required=REQUIRED, by=of)
        except gini.GiniError as refused:
            print(f"\n{refused}")
            continue
        print(f"\n{plan.report()}")


def _photos(files: dict[str, Path], truth: pd.DataFrame, to: Path, count: int) -> dict[str, Path]:
    """Write poor photos of PDFs of one page with all labels: 100 dpi, grey, blurred, noisy, JPEG of quality 35."""
    labelled = truth.groupby("document")["field"].nunique()
    names = [name for name in sorted(files) if labelled.get(name) == len(REQUIRED) and name.endswith(".pdf")]
    random, written = np.random.default_rng(0), {}
    to.mkdir(parents=True, exist_ok=True)
    for name in names:
        if len(written) == count:
            break
        if (page := _only_page(files[name])) is not None:
            picture = page.convert("L").filter(ImageFilter.GaussianBlur(0.7))
            noisy = np.asarray(picture, dtype=np.float64) + random.normal(0, 8, (picture.height, picture.width))
            path = to / f"{len(written):03}.jpg"
            Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(path, quality=35)
            written[f"photo/{name}.jpg"] = path
    return written


def _only_page(path: Path) -> Image.Image | None:
    """Draw the page of a PDF at 100 dpi; None if it has several, no text, or cannot be opened."""
    try:
        with pypdfium2.PdfDocument(path) as document:
            if len(document) != 1 or document[0].get_textpage().count_chars() < 100:
                return None
            return document[0].render(scale=100 / 72).to_pil()
    except pypdfium2.PdfiumError:
        return None


def print_simulations(runs: int = 2_000) -> None:
    """Print how often a rule is certified: just beyond the allowed error, well below it, and where issuers fail."""
    keep = np.array([0.3, 0.4, 0.5, 0.6, 0.7])
    good = np.array([0.001, 0.001, 0.0012, 0.0027, 0.0066])
    for told, errors, sizes in (
        ("five nested rules, each just beyond 1 %", np.full(5, 0.0101), (500, 1_000, 2_000)),
        ("five nested rules of .10 .10 .12 .27 .66 %", good, (500, 1_000, 2_000)),
    ):
        for documents in sizes:
            random = np.random.default_rng(documents)
            found = sum(_shown(_nested(random, documents, keep, errors), 0.99) for _ in range(runs))
            print(f"{told}, {documents:,} documents: a rule certified in {found / runs:.1%}")
    for issuers, target in ((20, 0.86), (60, 0.95), (20, 0.99)):
        random, shown = np.random.default_rng(issuers), {False: 0, True: 0}
        for _ in range(runs):
            of = np.repeat(np.arange(issuers), 50)
            wrong = (random.random(issuers) < 1 - target + 0.0005)[of]
            everything = np.ones((len(of), 1), dtype=bool)
            for by in shown:
                shown[by] += _shown(Outcomes(everything, everything[:, 0], wrong, of, by_cluster=by), target)
        told = f"{issuers} issuers of 50 documents, each wrong altogether in just more than {1 - target:.0%}"
        print(f"{told}: certified by issuers {shown[True] / runs:.1%}, by documents {shown[False] / runs:.1%}")


def _nested(random: np.random.Generator, documents: int, keep: Any, errors: Any) -> Outcomes:
    """Draw documents of nested rules that keep these shares of them and err as often."""
    added = np.diff(np.append(0, keep * errors)) / np.diff(np.append(0, keep))
    stratum = np.searchsorted(keep, random.random(documents), side="right")
    kept = stratum[:, None] <= np.arange(len(keep))
    wrong = random.random(documents) < np.append(added, 0.5)[stratum]
    return Outcomes(kept, np.ones(documents, dtype=bool), wrong)


def _shown(outcomes: Outcomes, target: float) -> bool:
    return any(stage.status == CERTIFIED for stage in stages_of(outcomes, target))


def _files(folder: Path, prefix: str) -> dict[str, Path]:
    """Return the documents below a folder by name; e-invoices in XML state their values and are not read."""
    left_out = {".csv", ".jsonl", ".md", ".json", ".xml"}
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix.lower() not in left_out)
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": path for path in found}


def _run(files: dict[str, Path], to: Path, engine: str, ocr: bool | None) -> Any:
    with gini.Sandbox(processing_time_s=0.0, engine=engine, ocr=ocr) as sandbox, gini.login(sandbox) as client:
        return gini.process(client, files, to=to, settings=gini.BatchSettings(document_limit_s=OCR_LIMIT_S))


def _truth(path: Path, prefix: str) -> pd.DataFrame:
    truth = pd.DataFrame(gini.read_truth(path))
    return truth.assign(document=f"{prefix}/" + truth["document"].astype(str))


if __name__ == "__main__":
    main()
