"""The application object, what every command shares, and how errors become one sentence and an exit code."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from gini_notebook.errors import GiniError, RunStopped

DID_IT, FINISHED_WITH_FAILURES, COULD_NOT_START, STOPPED = 0, 1, 2, 3

app = typer.Typer(
    name="gini-notebook",
    help="See, with honest numbers and pictures, how well the Gini Pay API reads your documents.",
    epilog=(
        "Exit codes: 0 did it; 1 finished, but documents failed or a result is below --fail-under; "
        "2 could not start (usage, login, files); 3 stopped, the same command resumes."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("gini-notebook"))
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; every known error ends in one sentence on the error stream."""
    try:
        app()
    except RunStopped as stopped:
        typer.echo(f"gini-notebook: {stopped}", err=True)
        sys.exit(STOPPED)
    except GiniError as error:
        typer.echo(f"gini-notebook: {error}", err=True)
        sys.exit(COULD_NOT_START)
    except KeyboardInterrupt:
        typer.echo("gini-notebook: interrupted", err=True)
        sys.exit(STOPPED)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; closing quietly is what every Unix tool does.
        sys.stderr.close()
        sys.exit(DID_IT)
