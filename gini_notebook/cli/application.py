"""The application object, what every command shares, and how errors become one sentence and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from gini_notebook._platform import print_anything
from gini_notebook._text import printable_lines
from gini_notebook.cli.output import complain
from gini_notebook.errors import GiniError, MissingLibrary, RunStopped

if TYPE_CHECKING:
    from gini_notebook.service.client import Client


DID_IT, FINISHED_WITH_FAILURES, COULD_NOT_START, STOPPED, CANNOT_TELL = 0, 1, 2, 3, 4
INTERRUPTED = "interrupted; the same command starts again, or goes on with what it had begun."


@contextmanager
def _plain_usage() -> Iterator[None]:
    """Show wrong arguments without effect: many are names of files, which a shell's pattern takes as they are."""
    try:
        yield
    except Exception as error:
        problem: Any = error
        if hasattr(problem, "format_message"):  # Typer's errors of usage, whose classes are its own affair
            problem.message = printable_lines(problem.message)
        raise


class Commands(TyperGroup):
    """The commands; Ctrl-C ends each of them with the documented exit code."""

    def make_context(self, *arguments: Any, **options: Any) -> typer.Context:
        """Read the arguments before the name of the command."""
        with _plain_usage():
            return super().make_context(*arguments, **options)  # type: ignore[return-value]  # Typer's own context

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # Typer's own context
        """Run the command that was asked for."""
        try:
            with _plain_usage():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            # A run that has begun ends by itself, with what it came to; this is all the time before and after.
            complain(INTERRUPTED)
            raise typer.Exit(STOPPED) from None


app = typer.Typer(
    name="gini-notebook",
    cls=Commands,
    help="See, with honest numbers and pictures, how well the Gini Pay API reads your documents.",
    epilog=(
        "Exit codes: 0 did it; 1 finished, but documents failed or a result is below --fail-under; "
        "2 could not start (usage, login, files); 3 stopped, the same command resumes; "
        "4 compare --no-worse-than cannot tell."
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
    print_anything()
    try:
        app()
    except RunStopped as stopped:
        complain(str(stopped))
        sys.exit(STOPPED)
    except GiniError as error:
        complain(str(error))
        sys.exit(COULD_NOT_START)
    except BrokenPipeError:
        # The reader (head, less) has seen enough; closing quietly is what every Unix tool does.
        sys.stderr.close()
        sys.exit(DID_IT)
    except OSError as error:
        # With two names, the second is the one the person gave; the first is the temporary file beside it.
        complain(f"{error.filename2 or error.filename}: {error.strerror or error}")
        sys.exit(COULD_NOT_START)


UseSandbox = Annotated[
    bool, typer.Option("--sandbox", help="Start the sandbox for this command; no account is needed.")
]


@contextmanager
def logged_in(*, use_sandbox: bool) -> "Iterator[Client]":
    """Return a client: of a sandbox that lives as long as the command, or by the usual order of credentials."""
    from gini_notebook.interactive.login import login

    if not use_sandbox:
        with login() as client:
            yield client
        return
    from gini_notebook.sandbox import Sandbox

    try:
        started = Sandbox()
    except ModuleNotFoundError as missing:  # the sandbox knows no error of the package, as it shares no code with it
        raise MissingLibrary(str(missing)) from missing
    with started, login(started) as client:
        yield client


@app.command(
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    help="Serve the Gini Pay API on this machine until stopped: HTTPS, no account, documents stay here.",
    epilog="Examples: gini-notebook sandbox --port 8443 · "
    "gini-notebook sandbox --json --processing-time 1.5 --capacity 32",
)
def sandbox(context: typer.Context) -> None:
    """Hand the options to the sandbox's own command line, so that they are written down once.

    The documents are really read: words, boxes and QR codes, by plain rules. What it finds is a baseline, not the
    quality of Gini's service.
    """
    from gini_notebook.sandbox.commandline import main

    main(context.args)
