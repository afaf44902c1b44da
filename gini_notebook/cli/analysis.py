"""Commands that need no service: ``truth``, ``evaluate``, ``compare``, ``report``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gini_notebook._files import replacing
from gini_notebook.cli.application import DID_IT, FINISHED_WITH_FAILURES, app
from gini_notebook.cli.output import (
    as_json,
    changed_documents,
    difference_table,
    doubtful_labels,
    field_table,
    records,
    say,
    table,
)
from gini_notebook.cli.runs import (
    DeclaredFields,
    FailUnder,
    Interval,
    Intervals,
    Json,
    declared,
    numbers,
    print_checks,
    print_notes,
)
from gini_notebook.errors import FileProblem

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.evaluation import Evaluation


@app.command(
    epilog="Examples: gini-notebook truth e-invoices/ --out truth.csv · "
    "gini-notebook truth labels.xlsx --out truth.jsonl · "
    "gini-notebook truth labels.xlsx --check --run runs/baseline"
)
def truth(
    source: Annotated[Path, typer.Argument(help="A table, JSON, an e-invoice, or a folder of e-invoices.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Write it here: .csv, .xlsx, .parquet or .jsonl.")] = None,
    declared_fields: DeclaredFields = None,
    qr_codes: Annotated[bool, typer.Option("--qr-codes", help="Also read EPC and Swiss payment QR codes.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say which labels to look at again, worst first.")] = False,
    run: Annotated[Path | None, typer.Option(help="A run over the same documents, to check with.")] = None,
    documents: Annotated[Path | None, typer.Option(help="The folder of the documents, to check with.")] = None,
    json: Json = False,
) -> None:
    """Read ground truth, say what was found, and write it as one table.

    E-invoices are CII and UBL, as XML or inside a PDF. With --check, labels are compared with each other, with the
    words of the documents, and with what a run read.
    """
    from gini_notebook.analysis.truth import read_truth, write_truth

    facts = read_truth(source, declared_fields=declared(declared_fields), qr_codes=qr_codes)
    if out is not None:
        write_truth(facts, out)
    doubtful = _doubtful(facts, run, documents) if check or run or documents else None
    problems = list(facts.attrs.get("problems", []))
    header = facts[facts["group"] == ""]
    counts = {str(field): int(count) for field, count in header["field"].value_counts().items()}
    if json:
        answer = {"documents": int(facts["document"].nunique()), "fields": counts, "problems": problems}
        as_json(answer | ({"check": records(doubtful)} if doubtful is not None else {}))
        return
    say(f"{facts['document'].nunique()} documents with ground truth.")
    for field, count in counts.items():
        say(f"  {field}: {count}")
    if problems:
        say(f"{len(problems)} files gave none:")
        for document, why in problems:
            say(f"  {document}: {why}")
    if out is not None:
        say(f"Written: {out}")
    if doubtful is not None:
        say(doubtful_labels(doubtful))


def _doubtful(facts: "pd.DataFrame", run: Path | None, documents: Path | None) -> "pd.DataFrame":
    from gini_notebook.interactive.truth_check import check_truth

    return check_truth(facts, None if run is None else extractions_of(run), documents)


def extractions_of(source: Path) -> object:
    """Read what was extracted: the folder of a run, or a table of extractions (CSV, Parquet)."""
    if source.is_dir():
        from gini_notebook.service.batch import Batch

        return Batch.load(source)
    if not source.is_file():
        message = f"There is neither a run folder nor a table at {source}."
        raise FileProblem(message)
    import pandas as pd

    if source.suffix.lower() == ".parquet":
        return pd.read_parquet(source)
    return pd.read_csv(source, dtype=str, keep_default_na=False)


@app.command(
    epilog="Examples: gini-notebook evaluate runs/baseline truth.csv --out baseline.zip · "
    'gini-notebook evaluate runs/new truth.csv --fail-under "amountToPay.f1>=0.95"'
)
def evaluate(
    extractions: Annotated[Path, typer.Argument(help="A run folder, or a table: document, field, value.")],
    truth: Annotated[Path, typer.Argument(help="Ground truth: table, JSON or e-invoices.")],
    *,
    declared_fields: DeclaredFields = None,
    out: Annotated[Path | None, typer.Option(help="Keep the result here, for report and compare.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a report here: .html, .xlsx, .md or .xml (JUnit).")] = None,
    fail_under: FailUnder = None,
    intervals: Intervals = Interval.documents,
    json: Json = False,
) -> None:
    """Compare extractions with the ground truth; no service is needed."""
    from gini_notebook.analysis.evaluation import evaluate as compare_with_truth
    from gini_notebook.analysis.truth import read_truth

    result = compare_with_truth(
        extractions_of(extractions), read_truth(truth, declared_fields=declared(declared_fields))
    )
    if out is not None:
        result.save(out)
    if report is not None:
        result.save_report(report)
    checks = result.check(fail_under, intervals) if fail_under else []
    if json:
        as_json(numbers(result, checks, intervals))
    else:
        say(field_table(result, intervals))
        print_notes(result)
        say()
        say(table(result.summary(intervals=intervals)))
        print_checks(checks)
        for written in filter(None, (out, report)):
            say(f"Written: {written}")
    raise typer.Exit(DID_IT if all(passed for _, _, passed in checks) else FINISHED_WITH_FAILURES)


def _loaded(path: Path) -> "Evaluation":
    from gini_notebook.analysis.evaluation import Evaluation

    return Evaluation.load(path)


@app.command(epilog="Example: gini-notebook report baseline.zip --out report.html")
def report(
    result: Annotated[Path, typer.Argument(help="A result kept by evaluate --out.")],
    *,
    out: Annotated[Path, typer.Option(help="Where to write it: .html, .xlsx, .md or .xml (JUnit).")],
    language: Annotated[str, typer.Option(help="Language of the HTML report: en or de.")] = "en",
) -> None:
    """Write the report of an evaluation: one file, nothing loaded from elsewhere."""
    _loaded(result).save_report(out, language=language)
    say(f"Written: {out}")


@app.command(epilog="Example: gini-notebook compare baseline.zip new.zip --out differences.csv")
def compare(
    first: Annotated[Path, typer.Argument(help="The result to compare with, kept by evaluate --out.")],
    second: Annotated[Path, typer.Argument(help="The result of the other configuration, same documents.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Write all columns here, as .csv.")] = None,
    json: Json = False,
) -> None:
    """Say field by field whether the second result is better than the first, with intervals and p-values.

    A document is fixed if nothing in its header fields is wrong in the second result only, broken if in the first only.
    """
    from gini_notebook.analysis.comparison import compare as compare_results

    comparison = compare_results(_loaded(first), _loaded(second))
    fields = comparison.by_field()
    changes = {"fixed": comparison.fixed, "broken": comparison.broken}
    if out is not None:
        with replacing(out) as written:
            fields.to_csv(written, index=False)
    if json:
        changed = {kind: documents["document"].tolist() for kind, documents in changes.items()}
        as_json({"fields": records(fields), "verdict": comparison.verdict(), "documents": changed})
        return
    say(difference_table(fields))
    say()
    say(comparison.verdict())
    for kind, documents in changes.items():
        say(changed_documents(kind, documents))
    if out is not None:
        say(f"Written: {out}")
