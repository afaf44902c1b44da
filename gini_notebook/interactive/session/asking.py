"""Ask a person for what no source has: by a form in the notebook, or at the terminal."""

from collections.abc import Callable, Mapping
from getpass import getpass

from gini_notebook.service.client import Client
from gini_notebook.service.credentials import DeferredAccess, FoundCredentials, as_secret
from gini_notebook.service.values import Secret
from gini_notebook.service.wire import Access

Typed = Mapping[str, str | Secret]
MakeAccess = Callable[[Typed], Access]


def show_form(found: FoundCredentials, connect: Callable[[Access], Client]) -> Client:
    """Show the login form and return a client that waits for it.

    What is typed is tried once with the service before the client takes it, so that a wrong secret is told by the
    form and not by a later cell.
    """
    from IPython.display import display

    from gini_notebook.interactive.widgets import LoginForm

    pending = DeferredAccess("Nobody is logged in yet; fill in the form above, then run this cell again.")
    client = connect(pending)

    def take(access: Access) -> None:
        client.with_access(access).documents(limit=1)
        pending.fill(access)

    form = LoginForm(
        on_credentials=take,
        api=client.api,
        user_center=client.user_center,
        ca_bundle=found.ca_bundle,
        environment=client.environment.name,
        client_id=found.client_id or "",
        user_identifier=found.user_identifier or "",
        username=found.username or "",
    )
    display(form)  # type: ignore[no-untyped-call]  # IPython ships no types for it
    return client


def ask_at_terminal(found: FoundCredentials, make_access: MakeAccess) -> Access:
    """Ask at the terminal for what lacks; secrets are not echoed."""
    typed: dict[str, str | Secret] = {}
    if not found.client_id:
        typed["client_id"] = input("Client id: ").strip()
    if not found.client_secret:
        typed["client_secret"] = as_secret(getpass("Client secret: "))
    if found.username and not found.password:
        typed["password"] = as_secret(getpass(f"Password of {found.username}: "))
    return make_access(typed)
