"""``gini-notebook demo``: the whole path once, without an account."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from gini_notebook.cli.application import app, logged_in
from gini_notebook.cli.output import say
from gini_notebook.cli.runs import print_run
from gini_notebook.errors import FileProblem

# JSON tells "looked, and there is nothing" (null) from "nobody looked" (no such key); a table needs to be told.
TRUTH_FILES = ("truth.jsonl", "truth.csv")


@app.command(epilog="Example: gini-notebook demo --to runs/demo")
def demo(
    documents: Annotated[Path, typer.Option(help="Folder with documents and their truth.jsonl or truth.csv.")] = Path(
        "data/invoices"
    ),
    to: Annotated[
        Path, typer.Option(help="Folder for the run and the report; an earlier demo there is replaced.")
    ] = Path("runs/demo"),
) -> None:
    """Start the sandbox, send the project's invoices, compare them with the ground truth, write a report."""
    from gini_notebook.analysis.evaluation import evaluate
    from gini_notebook.analysis.truth import read_truth
    from gini_notebook.service.batch import process

    facts_file = next((documents / name for name in TRUTH_FILES if (documents / name).is_file()), None)
    if facts_file is None:
        message = (
            f"There is no {' or '.join(TRUTH_FILES)} in {documents}. The demo needs the project's invoices: start it "
            "in the project's folder, or name a folder of your own with --documents."
        )
        raise FileProblem(message)
    if (to / "ledger.sqlite").exists():
        shutil.rmtree(to)
    report = to / "report.html"
    with logged_in(use_sandbox=True) as client:
        say(f"The sandbox answers at {client.api}")
        batch = process(client, documents, to=to)
    result = evaluate(batch, read_truth(facts_file))
    result.save(to / "evaluation.zip")
    result.save_report(report)
    print_run(batch, result, report=report)
    say("\nThe sandbox reads by plain rules: these numbers are not those of Gini's service.")
