"""``gini-notebook sandbox``, and how the other commands get a client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gini_notebook.cli.application import app

if TYPE_CHECKING:
    from gini_notebook.service.client import Client

UseSandbox = Annotated[
    bool, typer.Option("--sandbox", help="Start the sandbox for this command; no account is needed.")
]


@contextmanager
def logged_in(*, use_sandbox: bool) -> "Iterator[Client]":
    """Give a client: of a sandbox that lives as long as the command, or by the usual order of credentials."""
    from gini_notebook.interactive.login import login

    if not use_sandbox:
        with login() as client:
            yield client
        return
    from gini_notebook.sandbox import Sandbox

    with Sandbox() as started, login(started) as client:
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
