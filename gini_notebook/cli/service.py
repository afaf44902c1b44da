"""``gini-notebook sandbox``, and how the other commands get a client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gini_notebook.cli.application import app

if TYPE_CHECKING:
    from gini_notebook.client import Client

UseSandbox = Annotated[
    bool, typer.Option("--sandbox", help="Start the sandbox for this command; no account is needed.")
]


@contextmanager
def logged_in(*, use_sandbox: bool) -> "Iterator[Client]":
    """Give a client: of a sandbox that lives as long as the command, or by the usual order of credentials."""
    from gini_notebook.session import login

    if not use_sandbox:
        with login() as client:
            yield client
        return
    from gini_notebook.sandbox import Sandbox

    with Sandbox() as started, login(started) as client:
        yield client


@app.command(
    epilog="Examples: gini-notebook sandbox --port 8443 · "
    "gini-notebook sandbox --json --processing-time 1.5 --capacity 32"
)
def sandbox(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 lets the system choose.")] = 0,
    processing_time: Annotated[float, typer.Option(help="Seconds until a document is COMPLETED.")] = 0.0,
    capacity: Annotated[int, typer.Option(help="Documents that are worked on at the same time.")] = 32,
    token_life: Annotated[float, typer.Option(help="Seconds that access tokens live.")] = 3600.0,
    environment: Annotated[
        str, typer.Option(help="Which API to speak: pay-api or gini-api (the older one).")
    ] = "pay-api",
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON once it is ready.")] = False,
) -> None:
    """Serve the Gini Pay API on this machine until stopped: HTTPS, no account, documents stay here.

    The documents are really read: words, boxes and QR codes, by plain rules. What it finds is a baseline, not the
    quality of Gini's service.
    """
    from gini_notebook.sandbox import serve

    serve(
        port=port,
        processing_time_s=processing_time,
        capacity=capacity,
        token_life_s=token_life,
        environment=environment,
        as_json=json,
    )
