"""Commands that need no service: ``truth``, ``to-label``, ``evaluate``, ``automation``, ``compare``, and others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gini_notebook._files import replacing
from gini_notebook.cli.application import CANNOT_TELL, DID_IT, FINISHED_WITH_FAILURES, app
from gini_notebook.cli.output import (
    as_json,
    doubtful_labels,
    field_table,
    records,
    say,
    table,
)
from gini_notebook.cli.report_options import FORMS, Language, ReportOptions, writes_reports
from gini_notebook.cli.runs import (
    Cluster,
    ConfidenceLevel,
    FailUnder,
    HowRemittance,
    Interval,
    Intervals,
    Json,
    Remittance,
    Weights,
    numbers,
    print_checks,
    quietly,
    say_notes,
    tell_why,
    weights_of,
)
from gini_notebook.cli.truth_options import TruthOptions, reads_truth
from gini_notebook.errors import FileProblem, SettingError

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook._noted import NotedTable
    from gini_notebook.analysis.evaluation import Evaluation


def _show_words(wanted: bool) -> None:
    """Print the words that are understood above columns, and leave."""
    if wanted:
        from gini_notebook.analysis.truth import understood_words

        for meaning, words in understood_words().items():
            say(f"{meaning}: {words}")
        raise typer.Exit


@app.command(
    epilog="Examples: gini-notebook truth e-invoices/ --out truth.csv · "
    "gini-notebook truth Sollwerte.xlsx --column Zahlbetrag=amountToPay --out truth.jsonl · "
    "gini-notebook truth labels.xlsx --check --run runs/baseline"
)
@reads_truth
def truth(
    source: Annotated[Path, typer.Argument(help="A table, JSON, an e-invoice, or a folder of e-invoices.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Write it here: .csv, .xlsx, .parquet or .jsonl.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Say which labels to look at again, worst first.")] = False,
    _words: Annotated[
        bool,
        typer.Option("--words", callback=_show_words, is_eager=True, help="Print the words understood above columns."),
    ] = False,
    run: Annotated[Path | None, typer.Option(help="A run over the same documents, to check with.")] = None,
    documents: Annotated[Path | None, typer.Option(help="The folder of the documents, to check with.")] = None,
    json: Json = False,
    reading: TruthOptions = TruthOptions(),  # noqa: B008 - frozen
) -> None:
    """Read ground truth, say what was understood, and write it as one table.

    E-invoices are CII, UBL and ebInterface, as XML or inside a PDF. With --check, labels are compared with each other,
    with the words of the documents, and with what a run read.
    """
    from gini_notebook.analysis.truth import write_truth
    from gini_notebook.notes import as_plain

    facts = reading.read(source)
    if out is not None:
        write_truth(facts, out)
    doubtful = _doubtful(facts, run, documents) if check or run or documents else None
    problems = list(facts.attrs.get("problems", []))
    labels = facts["field"].where(facts["group"] == "", facts["group"] + "." + facts["field"])
    counts = {str(field): int(count) for field, count in labels.value_counts().items()}
    if json:
        answer = {"documents": int(facts["document"].nunique()), "fields": counts}
        answer |= {"notes": as_plain(facts.notes), "problems": problems}
        if doubtful is not None:
            answer |= {"check": records(doubtful), "check_notes": as_plain(doubtful.notes)}
        as_json(answer)
        return
    say(f"{facts['document'].nunique()} documents with ground truth.")
    say_notes(facts.notes)
    for field, count in counts.items():
        say(f"  {field}: {count}")
    if problems:
        say(f"{len(problems)} files gave none:")
        for document, why in problems:
            say(f"  {document}: {why}")
    if out is not None:
        say(f"Written: {out}")
    if doubtful is not None:
        say_notes(doubtful.notes)
        say(doubtful_labels(doubtful))


def _doubtful(facts: "pd.DataFrame", run: Path | None, documents: Path | None) -> "NotedTable":
    from gini_notebook.interactive.truth_check import check_truth

    return check_truth(facts, None if run is None else extractions_of(run), documents)


# Of a table with the names of its columns; a library that looks for millions of them takes no Ctrl-C.
LONGEST_HEADER = 64 * 1024
LONGEST_LINE = 1024 * 1024
_ROWS_AT_ONCE = 200_000
# Nothing is unpacked, whatever the file is called.
_CSV: Any = {"dtype": str, "keep_default_na": False, "compression": None}
_GIVE = "Give a CSV file in UTF-8 with the columns document, field and value, a Parquet file, or the folder of a run."


def extractions_of(source: Path) -> object:
    """Read what was extracted: the folder of a run, or a table of extractions (CSV, Parquet)."""
    if source.is_dir():
        from gini_notebook.service.batch import Batch

        return Batch.load(source)
    return _as_table(source)


def _as_table(source: Path) -> "pd.DataFrame":
    """Read a table: CSV or Parquet."""
    if not source.is_file():
        message = f"There is neither a run folder nor a table at {source}."
        raise FileProblem(message)
    if source.suffix.lower() == ".parquet":
        from gini_notebook.analysis.evaluation.parquet_partitions import read_parquet

        return read_parquet(source, "extractions")
    import pandas as pd

    sparse = _look_through(source)
    try:
        return _without_empty_rows(source) if sparse else pd.read_csv(source, **_CSV)
    except ValueError as error:  # of pandas and of Unicode
        why = " ".join(str(error).split())
        message = f"{source} cannot be read as a table of extractions: {why}. {_GIVE}"
        raise FileProblem(message) from error


def _look_through(source: Path) -> bool:
    """Return whether there are rows without anything.

    What is no text in lines is refused before any of it is parsed: a value of gigabytes, or another kind of file.
    """
    sparse, number, longest = False, 1, LONGEST_HEADER
    with source.open("rb") as file:
        while line := file.readline(longest + 1):
            if b"\0" in line or len(line) > longest:
                what = f"longer than {longest} bytes" if len(line) > longest else "no text"
                message = f"{source} is no table of extractions: its line {number} is {what}. {_GIVE}"
                raise FileProblem(message)
            sparse = sparse or not line.strip(b'",; \t\r\n')
            number, longest = number + 1, LONGEST_LINE
    return sparse


def _without_empty_rows(source: Path) -> "pd.DataFrame":
    """Read a CSV file part by part, so that millions of empty rows take no memory."""
    import pandas as pd

    parts = pd.read_csv(source, chunksize=_ROWS_AT_ONCE, **_CSV)
    return pd.concat([part[(part != "").any(axis=1)] for part in parts])


@app.command(
    name="to-label",
    epilog="Examples: gini-notebook to-label runs/baseline --n 50 --out chosen.csv · "
    "gini-notebook evaluate runs/baseline labels.csv --weights chosen.csv",
)
def to_label(
    run: Annotated[Path, typer.Argument(help="A run folder, or a table: document, field, value.")],
    *,
    n: Annotated[int, typer.Option(help="How many documents to draw.")] = 50,
    truth: Annotated[Path | None, typer.Option(help="What is labelled already: its documents are left out.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draw, so that it can be repeated.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the table here, as .csv.")] = None,
    json: Json = False,
) -> None:
    """Draw the documents to label next, doubtful ones more often, and say how much each then counts.

    Scores of what was drawn are those of all documents if they are evaluated with --weights.
    """
    from gini_notebook.analysis.labelling import to_label as draw
    from gini_notebook.analysis.truth import read_truth
    from gini_notebook.notes import as_plain

    found = extractions_of(run)
    known = None if truth is None else read_truth(truth, documents=found)
    chosen = draw(found, n, truth=known, seed=seed)
    if out is not None:
        with replacing(out) as written:
            chosen.to_csv(written, index=False)
    if json:
        as_json({"documents": records(chosen), "strata": chosen.attrs["strata"], "notes": as_plain(chosen.notes)})
        return
    say(chosen.headline)
    say_notes(chosen.notes)
    say(table(chosen[["order", "document", "weight", "why"]]))
    if out is not None:
        say(f"Written: {out}")


@app.command(
    epilog="Examples: gini-notebook evaluate runs/baseline truth.csv --out baseline.zip · "
    'gini-notebook evaluate runs/new truth.csv --fail-under "amountToPay.f1>=0.95" --fail-under "unpaired<=0"'
)
@reads_truth
@writes_reports
def evaluate(  # noqa: PLR0913 - options, all by keyword
    extractions: Annotated[Path, typer.Argument(help="A run folder, or a table: document, field, value.")],
    truth: Annotated[Path, typer.Argument(help="Ground truth: table, JSON or e-invoices.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Keep the result here, for report and compare.")] = None,
    report: Annotated[list[Path] | None, typer.Option(help=f"Write a report here: {FORMS}. May be repeated.")] = None,
    fail_under: FailUnder = None,
    intervals: Intervals = Interval.documents,
    confidence_level: ConfidenceLevel = 0.95,
    cluster: Cluster = None,
    remittance: Remittance = HowRemittance.either,
    weights: Weights = None,
    json: Json = False,
    reading: TruthOptions = TruthOptions(),  # noqa: B008 - frozen
    reporting: ReportOptions = ReportOptions(),  # noqa: B008 - frozen
) -> None:
    """Compare extractions with the ground truth; no service is needed."""
    from gini_notebook.analysis.evaluation import evaluate as compare_with_truth

    reporting.check(report or [])
    counting = {"cluster": cluster, "remittance": remittance.value, "weights": weights_of(weights)}
    result = quietly(compare_with_truth, extractions_of(extractions), reading.read(truth), **counting)
    if out is not None:
        result.save(out)
    how: dict[str, Any] = {"intervals": intervals.value, "confidence_level": confidence_level}
    checks = result.check(fail_under or [], **how)
    reporting.write(result, report or [], checks, how)
    if json:
        as_json(numbers(result, checks, how))
    else:
        say_notes(result.notes)
        say(field_table(result, how))
        say()
        say(table(result.summary(**how)))
        print_checks(checks)
        for written in filter(None, (out, *(report or ()))):
            say(f"Written: {written}")
    raise typer.Exit(DID_IT if tell_why(checks, how) else FINISHED_WITH_FAILURES)


PLANNED_FORMS = (".html", ".xlsx", ".md")
PAID_BY = ("amountToPay", "iban", "paymentRecipient")


@app.command(
    epilog="Examples: gini-notebook automation runs/a truth.xlsx --second runs/b · "
    "gini-notebook automation runs/a truth.csv --second sandbox --target 0.95 --by source_classification "
    "--report automation.html"
)
@reads_truth
def automation(  # noqa: PLR0913 - options, all by keyword
    run: Annotated[Path, typer.Argument(help="A run folder, or a table: document, field, value.")],
    truth: Annotated[Path, typer.Argument(help="Ground truth: table, JSON or e-invoices.")],
    *,
    second: Annotated[
        str | None,
        typer.Option(
            help="What another reader read: a run folder of another configuration, another service's table, or "
            '"sandbox": its reader reads the files of the run.'
        ),
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="Who was paid before: a CSV file with iban and paymentRecipient.")
    ] = None,
    required: Annotated[
        list[str] | None,
        typer.Option(
            help="A header field that must be read and right; may be repeated. By default those of a payment."
        ),
    ] = None,
    target: Annotated[float, typer.Option(help="The share of right documents to be shown, such as 0.99.")] = 0.99,
    cluster: Annotated[
        str | None,
        typer.Option(help="What fails together, and then decides: a column of the documents, or a field of the truth."),
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="What parts the documents into slices, such as source_classification.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the plan here, as .json.")] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            help="Write the report of the evaluation here, with the plan: .html, .xlsx or .md. May be repeated."
        ),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the report.")] = Language.en,
    json: Json = False,
    reading: TruthOptions = TruthOptions(),  # noqa: B008 - frozen
) -> None:
    """Say how many documents could be paid unseen by fixed rules, and how many mistakes would slip through at most.

    Exits with 0 if a rule could be certified in every slice, else with 4: these documents cannot tell.
    """
    from gini_notebook.analysis.automation import automation as plan_of
    from gini_notebook.analysis.automation import sentences
    from gini_notebook.analysis.evaluation import evaluate as compare_with_truth
    from gini_notebook.interactive.second_reader import SANDBOX, checks
    from gini_notebook.notes import as_plain

    for path in report or ():
        if path.suffix.lower() not in PLANNED_FORMS:
            message = f"A plan is reported in {', '.join(PLANNED_FORMS)}, and not as {path.name!r}."
            raise SettingError(message)
    ReportOptions().check(report or [])
    found = extractions_of(run)
    other = second if second in (None, SANDBOX) else extractions_of(Path(str(second)))
    verdicts = checks(found, other, None if history is None else _as_table(history))
    result = quietly(compare_with_truth, found, reading.read(truth))
    plan = plan_of(result, verdicts, required=tuple(required or PAID_BY), target=target, cluster=cluster, by=by)
    if out is not None:
        plan.save(out)
    for path in report or ():
        result.save_report(path, language=language.value, automation=plan)
    if json:
        as_json({"plan": records(plan.table()), "rules_hash": plan.rules_hash, "notes": as_plain(plan.notes)})
    else:
        say_notes(result.notes)
        say("\n".join(sentences.report(plan, notes=False)))
        say_notes(plan.notes)
        for path in filter(None, (out, *(report or ()))):
            say(f"Written: {path}")
    certified = all(plan.rule(part.name) is not None for part in plan.slices)
    raise typer.Exit(DID_IT if certified else CANNOT_TELL)


def loaded(path: Path) -> "Evaluation":
    """Load a stored evaluation."""
    from gini_notebook.analysis.evaluation import Evaluation

    return Evaluation.load(path)


@app.command(
    epilog="Examples: gini-notebook report baseline.zip --out report.html --out report.xlsx · "
    'gini-notebook report new.zip --baseline old.zip --out comment.md --out junit.xml --fail-under "payable_rate>=0.8"'
)
@writes_reports
def report(
    result: Annotated[Path, typer.Argument(help="A result kept by evaluate --out.")],
    *,
    out: Annotated[list[Path] | None, typer.Option(help=f"Where to write it: {FORMS}. May be repeated.")] = None,
    notebook: Annotated[
        Path | None, typer.Option(help="Write it as a notebook, .ipynb, that was run with papermill (extra report).")
    ] = None,
    fail_under: FailUnder = None,
    intervals: Intervals = Interval.documents,
    confidence_level: ConfidenceLevel = 0.95,
    reporting: ReportOptions = ReportOptions(),  # noqa: B008 - frozen
) -> None:
    """Write the report of an evaluation, in one or several forms: each is one file, nothing loaded from elsewhere."""
    outs = out or []
    if not (outs or notebook or reporting.job_summary or reporting.annotations):
        raise SettingError(
            "Say where to write the report: --out report.html, --notebook report.ipynb or --job-summary."
        )
    reporting.check(outs)
    evaluation = loaded(result)
    how: dict[str, Any] = {"intervals": intervals.value, "confidence_level": confidence_level}
    checks = evaluation.check(fail_under or [], **how)
    reporting.write(evaluation, outs, checks, how)
    if notebook is not None:
        reporting.write_notebook(result, notebook)
    for written in filter(None, (*outs, notebook)):
        say(f"Written: {written}")
    raise typer.Exit(DID_IT if tell_why(checks, how) else FINISHED_WITH_FAILURES)


@app.command(
    epilog="Examples: gini-notebook plan --rate 0.95 --half-width 0.01 · "
    "gini-notebook plan --rate 0.95 --difference 0.02"
)
def plan(
    rate: Annotated[float, typer.Option(help="The share of right values that is expected, between 0 and 1.")],
    *,
    half_width: Annotated[float | None, typer.Option(help="The interval shall reach at most this far.")] = None,
    difference: Annotated[
        float | None, typer.Option(help="A comparison of two runs shall see a difference of this size.")
    ] = None,
    discordance: Annotated[
        float | None,
        typer.Option(help="Share of documents that one run has right and the other has not; by default by chance."),
    ] = None,
    power: Annotated[float, typer.Option(help="How often the comparison shall see it, between 0 and 1.")] = 0.8,
    confidence_level: ConfidenceLevel = 0.95,
    json: Json = False,
) -> None:
    """Say how many documents must be labelled: for an interval of a width, or to see a difference."""
    from gini_notebook.analysis.statistics import plan_comparison, plan_sample_size

    if half_width is None and difference is None:
        raise SettingError("Say what to plan for: --half-width of an interval, or --difference between two runs.")
    answers: dict[str, int] = {}
    if half_width is not None:
        answers["interval"] = plan_sample_size(rate, half_width=half_width, confidence_level=confidence_level)
    if difference is not None:
        answers["comparison"] = plan_comparison(
            difference=difference, rate=rate, discordance=discordance, power=power, confidence_level=confidence_level
        )
    if json:
        as_json(answers)
        return
    if "interval" in answers:
        say(f"{answers['interval']:,} documents: then {rate:g} has an interval of at most ± {half_width:g}.")
    if "comparison" in answers:
        say(
            f"{answers['comparison']:,} documents: then a difference of {difference:g} from {rate:g} is seen in "
            f"{power * 100:g} % of comparisons."
        )
