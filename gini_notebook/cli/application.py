"""The application object, what every command shares, and how errors become one sentence and an exit code."""

import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from gini_notebook.errors import GiniError, RunStopped

DID_IT, FINISHED_WITH_FAILURES, COULD_NOT_START, STOPPED = 0, 1, 2, 3
INTERRUPTED = "gini-notebook: interrupted; the same command starts again, or goes on with what it had begun."


class Commands(TyperGroup):
    """The commands; Ctrl-C ends each of them with the documented exit code."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # Typer's own context
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # A run that has begun ends by itself, with what it came to; this is all the time before and after.
            typer.echo(INTERRUPTED, err=True)
            raise typer.Exit(STOPPED) from None


app = typer.Typer(
    name="gini-notebook",
    cls=Commands,
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
    except BrokenPipeError:
        # The reader (head, less) has seen enough; closing quietly is what every Unix tool does.
        sys.stderr.close()
        sys.exit(DID_IT)
    except OSError as error:
        # With two names, the second is the one the person gave; the first is the temporary file beside it.
        typer.echo(f"gini-notebook: {error.filename2 or error.filename}: {error.strerror or error}", err=True)
        sys.exit(COULD_NOT_START)
