"""Commands that drive the service: ``run``, ``resume``, ``status``, ``dedupe``, ``cleanup``."""

import shlex
import shutil
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gini_notebook._text import some
from gini_notebook.cli.application import DID_IT, FINISHED_WITH_FAILURES, UseSandbox, app, logged_in
from gini_notebook.cli.output import as_json, complain, failures, field_table, records, say, table
from gini_notebook.cli.report_options import FORMS, ReportOptions, writes_reports
from gini_notebook.cli.truth_options import TruthOptions, reads_truth
from gini_notebook.errors import FileProblem, SettingError, TruthWarning
from gini_notebook.notes import Note, as_plain, ordered

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.gate import CheckResult, Checks
    from gini_notebook.service.batch import Batch
    from gini_notebook.service.batch.inputs import Documents

_PROGRAMS = ("gini-notebook", "gini-notebook.exe", "__main__.py")
# JSON tells "looked, and there is nothing" (null) from "nobody looked" (no such key); a table needs to be told.
TRUTH_FILES = ("truth.jsonl", "truth.csv")


@app.command(epilog="Examples: gini-notebook demo · gini-notebook demo data/invoices --to runs/demo")
@reads_truth
def demo(
    documents: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="Documents and their truth.jsonl or truth.csv; without it, ten invoices of the package.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        Path, typer.Option(help="Folder for the run and the report; an earlier demo there is replaced.")
    ] = Path("runs/demo"),
    *,
    reading: TruthOptions = TruthOptions(),  # noqa: B008 - frozen
) -> None:
    """Start the sandbox, send invoices, compare what it reads with the ground truth, write a report."""
    from gini_notebook import datasets
    from gini_notebook.analysis.evaluation import evaluate
    from gini_notebook.analysis.report import writer_of
    from gini_notebook.service.batch import process

    documents = datasets.examples() if documents is None else documents
    facts_file = next((documents / name for name in TRUTH_FILES if (documents / name).is_file()), None)
    if facts_file is None:
        message = (
            f"There is no {' or '.join(TRUTH_FILES)} in {documents}. Name a folder that has one beside the documents, "
            "or no folder, for ten invoices of the package."
        )
        raise FileProblem(message)
    report = to / "report.html"
    writer_of(report)
    if (to / "ledger.sqlite").exists():
        shutil.rmtree(to)
    with logged_in(use_sandbox=True) as client:
        say(f"The sandbox answers at {client.api}")
        batch = process(client, documents, to=to)
    result = quietly(evaluate, batch, reading.read(facts_file))
    result.save(to / "evaluation.zip")
    result.save_report(report)
    print_run(batch, result, reports=[report])
    say("\nThe sandbox reads by plain rules: these numbers are not those of Gini's service.")


Json = Annotated[bool, typer.Option("--json", help="Print one JSON value for programs instead of tables.")]
# Notes whose examples are names of documents, which a shell may show; values of documents stay on their pages.
_NAMED = (
    *("documents_unpaired", "documents_paired", "documents_not_sent", "documents_without_truth", "files_unread"),
    *("failed_without_truth", "aligned_greedily", "spellings_contradict"),
)
RunFolder = Annotated[Path, typer.Argument(help="The folder a run was written to (--to).")]
TruthFile = Annotated[Path | None, typer.Option(help="Ground truth to compare with: table, JSON or e-invoices.")]
ReportFiles = Annotated[
    list[Path] | None, typer.Option(help=f"Write a report here: {FORMS}. Needs --truth. May be repeated.")
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(help='Exit with 1 unless this holds, for example "amountToPay.f1>=0.95". May be repeated.'),
]


class Interval(StrEnum):
    """The kinds of intervals, as ``Evaluation.by_field`` has them."""

    documents = "documents"
    wilson = "wilson"
    bootstrap = "bootstrap"
    bca = "bca"


Intervals = Annotated[
    Interval, typer.Option(help='How intervals are made, also those of conditions such as "iban.f1_low>=0.9".')
]


class HowRemittance(StrEnum):
    """What a label of the reference is compared with, as ``evaluate`` has it."""

    either = "either"
    strict = "strict"


Remittance = Annotated[
    HowRemittance,
    typer.Option(
        help="Whether a reference may stand among the words of the purpose, where the service delivers that of an "
        "invoice (either), or each field is compared with itself (strict)."
    ),
]
ConfidenceLevel = Annotated[float, typer.Option(help="How sure intervals are, between 0 and 1.")]
Cluster = Annotated[
    str | None,
    typer.Option(
        help="What fails together beyond documents, and is the unit of intervals and tests: a column of the documents "
        "table, or a field of the truth such as paymentRecipient."
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        help="How much each document counts: a CSV file with the columns document and weight, as to-label --out writes "
        "it, or a column of the documents table."
    ),
]
FoldersAsDocuments = Annotated[
    bool,
    typer.Option(
        "--folders-as-documents",
        help="Take each folder below the given one that directly holds pages (pictures, PDF) and nothing else for one "
        "document of several pages, in the order of their names.",
    ),
]
AllowDuplicates = Annotated[
    bool,
    typer.Option("--allow-duplicates", help="Upload files with the same bytes once each instead of once in all."),
]
User = Annotated[
    str | None,
    typer.Option(
        help="The user identifier to send the documents for. By default GINI_USER_IDENTIFIER, and if there is none a "
        "random one for the run."
    ),
]
EInvoices = Annotated[
    bool,
    typer.Option(
        "--e-invoices",
        help="Send e-invoices in XML that are found in folders, too. One that is named by itself is sent in any case.",
    ),
]


@app.command(
    epilog="Examples: gini-notebook run invoices/ --to runs/baseline · "
    "gini-notebook run invoices/ --sandbox --to runs/try --truth truth.csv --report runs/try.html"
)
@reads_truth
@writes_reports
def run(  # noqa: PLR0913 - options, all by keyword
    documents: Annotated[list[str], typer.Argument(help="A folder, a file, a glob, or several of them.")],
    to: Annotated[Path, typer.Option(help="Folder of the run: ledger and results. The same folder resumes.")],
    *,
    folders_as_documents: FoldersAsDocuments = False,
    allow_duplicates: AllowDuplicates = False,
    e_invoices: EInvoices = False,
    user: User = None,
    sandbox: UseSandbox = False,
    truth: TruthFile = None,
    report: ReportFiles = None,
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
    """Send documents, fetch their extractions and, with --truth, compare them with the ground truth.

    Failed documents are rows with the service's reason; the others finish. Stopped runs go on with the same command.
    """
    from gini_notebook.service.batch import process

    reports = report or []
    _refuse_early(reports, fail_under or [], reporting, has_truth=truth is not None)
    counting = {"cluster": cluster, "remittance": remittance.value, "weights": weights_of(weights)}
    sources = _sources(documents, folders_as_documents=folders_as_documents, e_invoices=e_invoices)
    facts = reading.read(truth) if truth else None
    with logged_in(use_sandbox=sandbox) as client:
        batch = process(
            client,
            sources,
            to=to,
            progress=False if json else "auto",
            user=user,
            allow_duplicates=allow_duplicates,
            e_invoices=e_invoices,
        )
    result = _evaluated(batch, facts, counting)
    how: dict[str, Any] = {"intervals": intervals.value, "confidence_level": confidence_level}
    checks = None if result is None else result.check(fail_under or [], **how)
    if result is not None:
        reporting.write(result, reports, checks, how)
    _finish(batch, result, checks=checks, reports=reports, json=json, how=how)


def _sources(documents: list[str], *, folders_as_documents: bool, e_invoices: bool) -> "Documents":
    if folders_as_documents:
        from gini_notebook.service.batch import folders_as_documents as found_in

        if len(documents) > 1:
            raise SettingError("--folders-as-documents takes one folder, below which the documents are named.")
        return found_in(documents[0], e_invoices=e_invoices)
    # Documents are named by their path below the one folder, or below what several paths have in common.
    return documents if len(documents) > 1 else documents[0]


def _refuse_early(reports: list[Path], fail_under: list[str], reporting: ReportOptions, *, has_truth: bool) -> None:
    """Refuse what can only fail after all documents have been sent."""
    if not (reports or fail_under or reporting.job_summary):
        return
    if not has_truth:
        raise SettingError("--report and --fail-under compare with the ground truth: name it with --truth.")
    reporting.check(reports)
    if fail_under:
        from gini_notebook.analysis.evaluation.gate import parse_condition

        for text in fail_under:
            parse_condition(text)


def weights_of(given: str | None) -> "str | pd.Series[float] | None":
    """Return the weights of a table of documents, or the name of a column.

    Raises
    ------
    FileProblem
        If the file has no columns document and weight, or a weight that is no number.
    """
    if given is None or not Path(given).is_file():
        return given
    import pandas as pd

    try:
        table = pd.read_csv(given, dtype={"document": str})
        weights = table.set_index("document")["weight"].astype("float64")
    except (ValueError, KeyError) as error:
        message = (
            f"{given} has no weights of documents ({' '.join(str(error).split())}). Give a CSV file with the columns "
            "document and weight, as `gini-notebook to-label --out` writes it."
        )
        raise FileProblem(message) from error
    return weights


def _evaluated(batch: "Batch", facts: object, counting: Mapping[str, Any]) -> "Evaluation | None":
    if facts is None:
        return None
    from gini_notebook.analysis.evaluation import evaluate

    return quietly(evaluate, batch, facts, **counting)


def quietly(evaluate: "Callable[..., Evaluation]", *arguments: object, **options: object) -> "Evaluation":
    """Evaluate without the warning for notebooks: a command prints all notes. The result knows the command."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TruthWarning)
        result = evaluate(*arguments, **options)
    return replace(result, provenance={**result.provenance, "command": _command()})


def _command() -> str:
    """Return what the shell was told, as it can be told again; nothing if it was another program."""
    program, *arguments = sys.argv
    return shlex.join(["gini-notebook", *arguments]) if Path(program).name in _PROGRAMS else ""


def _finish(
    batch: "Batch",
    result: "Evaluation | None",
    *,
    checks: "Checks | None" = None,
    reports: Sequence[Path] = (),
    json: bool,
    how: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    counts = {str(status): int(count) for status, count in batch.documents["status"].value_counts().items()}
    if json:
        failed = batch.documents[batch.documents["status"] == "failed"][["document", "error", "request_id"]]
        answer: dict[str, object] = {"folder": str(batch.folder), "documents": counts, "failed": records(failed)}
        answer["left_out"] = records(batch.left_out)
        answer["notes"] = as_plain(batch.notes)
        if result is not None:
            answer |= numbers(result, checks or (), how)
        as_json(answer)
    else:
        print_run(batch, result, reports=reports, how=how)
        print_checks(checks or ())
    passed = tell_why(checks, how)
    complete = counts.get("completed", 0) == len(batch.documents) and passed
    raise typer.Exit(DID_IT if complete else FINISHED_WITH_FAILURES)


def numbers(result: "Evaluation", checks: "Sequence[CheckResult]", how: Mapping[str, Any]) -> dict[str, Any]:
    """Return scores and checks for programs."""
    return {
        "fields": records(result.by_field(**how, full=True)),
        "summary": records(result.summary(**how)),
        "notes": as_plain(result.notes),
        "checks": [
            {"check": one.expression, "value": one.value, "passed": one.passed, "low": one.low, "high": one.high}
            for one in checks
        ],
    }


def print_checks(checks: "Sequence[CheckResult]") -> None:
    """Print which conditions hold."""
    for one in checks:
        say(f"{'passed' if one.passed else 'FAILED'}: {one.expression} (is {one.value:.4f})")


def tell_why(checks: "Checks | None", how: Mapping[str, Any]) -> bool:
    """Say in one line on the error stream which conditions are not met; return whether all are."""
    if checks is None or checks.passed:
        return True
    complain(checks.reason(how.get("confidence_level")))
    return False


def print_run(
    batch: "Batch",
    result: "Evaluation | None",
    *,
    reports: Sequence[Path] = (),
    how: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Print what a run came to: counts, failed documents, scores per field, where the report is."""
    counts = ", ".join(f"{count} {status}" for status, count in batch.documents["status"].value_counts().items())
    say(f"{len(batch.documents)} documents: {counts}. Run folder: {batch.folder}")
    if listed := failures(batch.documents):
        say(f"\nFailed documents:\n{listed}")
    say_notes(batch.notes if result is None else result.notes)
    if result is not None:
        say(f"\nCompared with the ground truth, field by field:\n{field_table(result, how)}")
    if reports:
        say(f"\nReport: {', '.join(map(str, reports))}")


def say_notes(notes: "Iterable[Note]") -> None:
    """Print what could make a number mean something else than it seems to, gravest first."""
    for note in ordered(notes):
        names = f" ({', '.join(note.examples)})" if note.examples and note.kind in _NAMED else ""
        say(f"Note: {note.text}{names} {note.shell_advice}".rstrip())


@app.command(epilog="Example: gini-notebook resume runs/baseline")
def resume(folder: RunFolder, *, sandbox: UseSandbox = False, json: Json = False) -> None:
    """Go on with a run that was stopped."""
    from gini_notebook.service.batch import resume as go_on

    with logged_in(use_sandbox=sandbox) as client:
        batch = go_on(client, folder, progress=False if json else "auto")
    _finish(batch, None, json=json)


@app.command(epilog="Example: gini-notebook status runs/baseline --json")
def status(folder: RunFolder, *, json: Json = False) -> None:
    """Show how far a run is: counts, rate, time left, failures by reason."""
    from gini_notebook.service.batch import status as look

    now = look(folder)
    if json:
        as_json(now)
        return
    for name, value in now.items():
        if name not in {"failures", "left_out"}:
            say(f"{name}: {'n/a' if value is None else value}")
    for failure in now.get("failures", []):
        say(f"  {failure['count']} × {failure['error']}")
    if now.get("left_out"):
        from gini_notebook.service.batch.folders import LeftOut, by_reason

        say(f"left_out: {by_reason(LeftOut(**one) for one in now['left_out'])}")


@app.command(epilog="Example: gini-notebook dedupe runs/baseline --delete")
def dedupe(
    folder: RunFolder,
    *,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the surplus documents from the service.")] = False,
    json: Json = False,
) -> None:
    """List documents that an unclear upload left at the service a second time; they are in no number."""
    from gini_notebook.service.batch import dedupe as find_surplus

    with logged_in(use_sandbox=False) as client:
        surplus = find_surplus(client, folder, delete=delete)
    if json:
        as_json(records(surplus))
    else:
        say(table(surplus) if len(surplus) else "No surplus documents.")


@app.command(epilog="Example: gini-notebook cleanup runs/baseline")
def cleanup(folder: RunFolder, *, json: Json = False) -> None:
    """Delete the documents of a run from the service; the results in the folder stay."""
    from gini_notebook.service.batch import cleanup as delete_documents
    from gini_notebook.service.batch import status as look

    with logged_in(use_sandbox=False) as client:
        deleted = delete_documents(client, folder)
    if json:
        as_json({"deleted": deleted})
        return
    say(f"Deleted {deleted} documents (pages of documents among them) from the service; {folder} keeps the results.")
    now = look(folder)
    if unfinished := now["pending"] + now["unclear"]:
        say(f"{unfinished} documents have no result yet; `gini-notebook resume {folder}` sends them again.")


@app.command(epilog="Example: gini-notebook purge runs/baseline --also baseline.html --also baseline.zip")
def purge(
    folder: RunFolder,
    *,
    also: Annotated[list[Path] | None, typer.Option(help="Another file to delete: a report, a kept result …")] = None,
    leave_at_service: Annotated[
        bool, typer.Option("--leave-at-service", help="Go on although documents are still at the service.")
    ] = False,
    json: Json = False,
) -> None:
    """Delete from this machine what a run left here: its ledger and exports, and what else is named."""
    from gini_notebook.service.batch import purge_local

    done = purge_local(folder, also=also or [], leave_at_service=leave_at_service)
    if json:
        as_json({"deleted": list(map(str, done.deleted)), "left": list(map(str, done.left))})
        return
    say(f"Deleted {len(done.deleted)} files of the run in {folder} from this machine.")
    if done.left:
        say(f"Left there, since the run did not make them: {some([path.name for path in done.left])}.")
