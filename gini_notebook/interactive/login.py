"""Log in: from arguments, the environment, a secret file, the keyring, or by asking."""

import os
import socket
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from getpass import getpass
from importlib.util import find_spec
from typing import Any, cast

from gini_notebook._extras import needed_for
from gini_notebook.errors import LoginRequired, SettingError
from gini_notebook.interactive.runtime_environment import (
    can_prompt,
    can_show_form,
    check_secret_exposure,
    in_voila,
    is_own_computer,
    kernel,
    terminal_can_ask,
    warn_of_secret_exposure,
)
from gini_notebook.service.accounts import Accounts
from gini_notebook.service.client import Client, Timing
from gini_notebook.service.credentials import (
    VARIABLES,
    AnonymousAccess,
    BearerAccess,
    CallbackAccess,
    DeferredAccess,
    FoundCredentials,
    JwtAccess,
    Remembered,
    SandboxLike,
    Secret,
    TrustedAccess,
    UserAccess,
    as_secret,
    find,
    host_of,
    recall,
    secret_file_path,
)
from gini_notebook.service.credentials import remember as keep
from gini_notebook.service.transport import CaBundle, Trust
from gini_notebook.service.wire import Access, base_url, environment_named
from gini_notebook.service.wire.environments import EnvironmentName

Provider = Callable[[], Any]
Then = Callable[[Client], object]


def login(  # noqa: PLR0913 - all by keyword, all independent
    sandbox: SandboxLike | None = None,
    *,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    user_identifier: str | None = None,
    username: str | None = None,
    password: str | Secret | None = None,
    jwt: str | Secret | Provider | None = None,
    token: str | Secret | Provider | None = None,
    anonymous_domain: str | None = None,
    api: str | None = None,
    user_center: str | None = None,
    ca_bundle: str | os.PathLike[str] | None = None,
    environment: EnvironmentName = "pay-api",
    proxies: str | Mapping[str, str] | None = None,
    pins: Collection[str] = (),
    keyring: bool = False,
    remember: bool = False,
    prompt: bool = False,
    then: Then | None = None,
    timing: Timing | None = None,
    attempts: int = 4,
    sleep: Callable[[float], object] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Client:
    """Log in and return a client; nothing is kept anywhere else, unless a person asks to remember it.

    Each part of the credentials is taken from the first place that has it: the arguments; the environment
    (``GINI_CLIENT_ID``, ``GINI_CLIENT_SECRET``, ``GINI_USER_IDENTIFIER``, ``GINI_USERNAME``, ``GINI_PASSWORD``,
    ``GINI_API_URL``, ``GINI_USER_CENTER_URL``, ``GINI_CA_FILE``); the secret file (``GINI_SECRET_FILE``, else in
    your folder for configuration; see :func:`gini_notebook.save_secret_file`); the secrets of Colab or Kaggle, there
    under the same names; the keyring, if allowed.
    If client id and secret are still missing, a person is asked: by a form in a notebook, else at the terminal. Where
    somebody could be asked, what was remembered earlier is used first, and a line says so.

    Who is calling follows from what there is ("Authentication flows"): ``jwt``; ``token``; ``username`` with
    ``password`` (an account of the User Center); ``anonymous_domain`` (an account made on demand); otherwise client
    id and secret with ``user_identifier``, which is a trusted machine.

    Parameters
    ----------
    sandbox
        A running :class:`gini_notebook.Sandbox`; then nothing else is looked up. It runs as long as the client is
        there, unless it is closed.
    client_id, client_secret
        Of your client.
    user_identifier
        The user on whose behalf documents are sent: 1 to 64 letters, digits or ``. _ @ -``. By default a random one,
        so that nobody can guess it. One that is given here or as ``GINI_USER_IDENTIFIER`` is also that of batches.
    username, password
        Of an account in the User Center.
    jwt, token
        A signed token of your identity provider, or an access token that a backend has fetched; or a function that
        returns a fresh one.
    anonymous_domain
        A mail domain that is traceable to you.
    api, user_center, ca_bundle, proxies, pins, timing, attempts, sleep, clock
        See :class:`gini_notebook.Client`.
    environment
        ``"pay-api"``, or ``"gini-api"`` for the predecessor.
    keyring
        Whether to ask the keyring of the system (service ``gini_notebook``, names as in the environment). Keyrings
        that keep secrets in plain text are not used.
    remember
        Keep client id, secret and user in the keyring of this machine once the service has accepted them, and use what
        was kept before, also where nobody can be asked. :func:`gini_notebook.forget` deletes them.
    prompt
        Ask by a prompt in the cell instead of by a form, for front ends in which the form cannot be typed into.
    then
        Called with the client as soon as somebody is logged in; what it shows stands below the form. A page of Voilà
        runs all cells before anybody can type, so that there whatever needs the client belongs in such a function.

    Returns
    -------
    Client
        Not tried yet, except that a form tries what was typed, and ``remember`` what is to be kept.

    Raises
    ------
    LoginRequired
        If something lacks and there is nobody to ask, as under nbclient or papermill.
    CredentialsError
        If something is malformed, the secret file can be read by others, or a notebook that runs unattended
        (nbclient, papermill) holds the secret in a cell, such as that of its parameters.

    Examples
    --------
    >>> client = login()

    Without an account:

    >>> with gini.Sandbox() as sandbox:
    ...     client = login(sandbox)

    In a page of Voilà:

    >>> client = login(then=lambda client: print(len(client.documents()), "documents"))
    0 documents
    """
    literal = any(isinstance(each, str) for each in (client_secret, password, jwt, token))
    client_secret, password = as_secret(client_secret), as_secret(password)
    jwt, token = _secret_or_function(jwt), _secret_or_function(token)
    given: dict[str, str | Secret | None] = {
        "client_id": client_id,
        "client_secret": client_secret,
        "user_identifier": user_identifier,
        "username": username,
        "password": password,
        "api": api,
        "user_center": user_center,
        "ca_bundle": None if ca_bundle is None else os.fspath(ca_bundle),
    }
    if sandbox is not None:
        if remember:
            raise SettingError("The secret of a sandbox ends with it, so there is nothing to remember.")
        found = _of_sandbox(sandbox, given)
        environment = cast("EnvironmentName", sandbox.environment)
        proxies = {} if proxies is None else proxies
    else:
        found = find(given, use_keyring=keyring)
        check_secret_exposure((client_secret, password, jwt, token))
        trusted = not (jwt or token or found.username or anonymous_domain)
        warn_of_secret_exposure((client_secret, password, jwt, token), literal=literal, trusted=trusted)
    options = {"proxies": proxies, "pins": pins, "timing": timing, "attempts": attempts, "sleep": sleep, "clock": clock}
    connect = partial(_client, found, environment, sandbox, options)
    center = base_url(found.user_center or environment_named(environment).user_center, "address of the User Center")
    needs_client = not (jwt or token or _complete(found))
    if needs_client and (remember or _can_ask()):
        found = _with_remembered(found, environment)
        connect = partial(_client, found, environment, sandbox, options)
    make = partial(_access, found, jwt, token, (anonymous_domain, center), clock=clock)
    if not (jwt or token or _complete(found)):
        return _ask(found, connect, make, Asking(prompt, remember, then))
    client = connect(make({}))
    return _with_what_follows(found, client, keep=remember and not (jwt or token), then=then)


def _with_what_follows(found: FoundCredentials, client: Client, *, keep: bool, then: Then | None) -> Client:
    """Keep what the service accepts, say what was remembered, and begin what waits for a client."""
    if keep:
        client.documents(limit=1)
        _keep(found, client)
    if _KEYRING in found.sources.get("client_secret", "") and can_show_form() and find_spec("ipywidgets"):
        _show_line(client)
    if then is not None:
        then(client)
    return client


def login_accounts(
    sandbox: SandboxLike | None = None,
    *,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    environment: EnvironmentName = "pay-api",
    keyring: bool = False,
) -> Accounts:
    """Log in to the User Center and return its accounts; sources and errors are those of :func:`login`.

    Examples
    --------
    >>> with login_accounts() as accounts:
    ...     account = accounts.create("someone@app.example.org", "correct horse")
    ...     accounts.get(account).email
    'someone@app.example.org'
    """
    client_secret = as_secret(client_secret)
    if sandbox is not None:
        found = _of_sandbox(sandbox, {})
        environment = cast("EnvironmentName", sandbox.environment)
    else:
        found = find(
            {**dict.fromkeys(_NAMES), "client_id": client_id, "client_secret": client_secret}, use_keyring=keyring
        )
    if not found.client_id or not found.client_secret:
        raise LoginRequired(_advice())
    return Accounts(
        found.client_id,
        found.client_secret,
        environment=environment,
        user_center=found.user_center,
        ca_bundle=_ca_bundle(found),
        proxies={} if sandbox is not None else None,
    )


_NAMES = ("client_id", "client_secret", "user_identifier", "username", "password", "api", "user_center", "ca_bundle")


def _secret_or_function(given: str | Secret | Provider | None) -> Secret | Provider | None:
    return as_secret(given) if isinstance(given, str) else given


def _of_sandbox(sandbox: SandboxLike, given: Mapping[str, str | Secret | None]) -> FoundCredentials:
    own = {
        "client_id": sandbox.client_id,
        "client_secret": as_secret(sandbox.client_secret),
        "api": sandbox.api,
        "user_center": sandbox.user_center,
        "ca_bundle": sandbox.ca_file,
    }
    return FoundCredentials(**{**given, **own}, sources=dict.fromkeys(given, "argument"))  # type: ignore[arg-type]


def _client(
    found: FoundCredentials, environment: str, sandbox: SandboxLike | None, options: Mapping[str, Any], access: Access
) -> Client:
    client = Client(
        access,
        environment=environment,
        api=found.api,
        user_center=found.user_center,
        ca_bundle=_ca_bundle(found),
        ephemeral=sandbox is not None,
        **options,
    )
    # A sandbox that nobody holds any more ends; login(Sandbox()) must work nevertheless.
    client.keeps_alive = sandbox
    client.sources = {name: source for name, source in found.sources.items() if getattr(found, name)}
    return client


def _ca_bundle(found: FoundCredentials) -> CaBundle | None:
    """Say with the certificates who named them, unless it was the caller."""
    source = found.sources.get("ca_bundle", "argument")
    if found.ca_bundle is None or source == "argument":
        return found.ca_bundle
    return Trust(found.ca_bundle, VARIABLES["ca_bundle"] + ("" if source == "environment" else f" in {source}"))


def _complete(found: FoundCredentials) -> bool:
    has_user = not found.username or bool(found.password)
    return bool(found.client_id and found.client_secret and has_user)


def _access(
    found: FoundCredentials,
    jwt: Secret | Provider | None,
    token: Secret | Provider | None,
    anonymous: tuple[str | None, str],
    typed: Mapping[str, str | Secret],
    *,
    clock: Callable[[], float],
) -> Access:
    """Make the access that follows from what was found, and what a person typed on top of it."""
    for given, is_jwt in ((jwt, True), (token, False)):
        if isinstance(given, Secret):
            return JwtAccess(given) if is_jwt else BearerAccess(given)
        if given is not None:
            return CallbackAccess(given, jwt=is_jwt, clock=clock)
    known = replace(found, **{name: held for name, held in typed.items() if held})  # type: ignore[arg-type]
    client = (known.client_id or "", known.client_secret or Secret(""))
    domain, user_center = anonymous
    prefers_identifier = found.sources.get("user_identifier") == "argument" and known.user_identifier
    if known.username and not prefers_identifier:
        return UserAccess(*client, known.username, known.password or Secret(""), clock=clock)
    if domain:
        return AnonymousAccess(*client, domain, user_center, clock=clock)
    return TrustedAccess(*client, known.user_identifier)


@dataclass(frozen=True, slots=True)
class Asking:
    """How a person is asked: by a prompt instead of the form, to be remembered, and what follows."""

    prompt: bool = False
    remember: bool = False
    then: Then | None = None


def _can_ask() -> bool:
    return can_show_form() or can_prompt() or (kernel() is None and terminal_can_ask())


def _with_remembered(found: FoundCredentials, environment: str) -> FoundCredentials:
    """Add what was remembered for this address, if this machine remembers for one person."""
    if not is_own_computer():
        return found
    recalled = recall(found.api or environment_named(environment).api, found.client_id)
    fresh = {name: held for name, held in recalled.items() if not getattr(found, name)}
    sources = {**found.sources, **dict.fromkeys(fresh, f"{_KEYRING} of {socket.gethostname()}")}
    return replace(found, **fresh, sources=sources)  # type: ignore[arg-type]  # names and types are those of the fields


_KEYRING = "keyring"


def _keep(found: FoundCredentials, client: Client) -> None:
    """Keep what the service has just accepted, unless it came from the keyring."""
    if found.client_secret is None or _KEYRING in found.sources.get("client_secret", ""):
        return
    who = Remembered(host_of(client.api), found.client_id or "", found.user_identifier or "", found.username or "")
    keep(who, found.client_secret, found.password)


def _show_line(client: Client) -> None:
    """Say that somebody is logged in without having typed anything, and how to undo it."""
    import ipywidgets
    from IPython.display import display

    from gini_notebook.interactive.login_form import LoginLine

    where = client.sources["client_secret"]
    status = ipywidgets.Label(f"Logged in at {client.api} as {client.user}, from the {where}.")
    display(LoginLine(status, api=client.api, clients=[client.logout]))  # type: ignore[no-untyped-call]


def _ask(
    found: FoundCredentials,
    connect: Callable[[Access], Client],
    make: Callable[[Mapping[str, str | Secret]], Access],
    how: Asking,
) -> Client:
    if can_show_form() and not (how.prompt and can_prompt()):
        return show_form(found, connect, how)
    if can_prompt() or (kernel() is None and terminal_can_ask()):
        return _prompted(found, connect, make, how)
    raise LoginRequired(_advice())


def _prompted(
    found: FoundCredentials,
    connect: Callable[[Access], Client],
    make: Callable[[Mapping[str, str | Secret]], Access],
    how: Asking,
) -> Client:
    typed = ask_at_prompt(found)
    client = connect(make(typed))
    if how.remember:
        client.documents(limit=1)
        _keep(replace(found, **typed), client)  # type: ignore[arg-type]  # as asked for by name
    if how.then is not None:
        how.then(client)
    return client


def _advice() -> str:
    return (
        "Nobody is logged in and nobody can be asked here: set GINI_CLIENT_ID and GINI_CLIENT_SECRET (for an account "
        f"also GINI_USERNAME and GINI_PASSWORD), put them into the secret file {secret_file_path()}, or try the "
        "sandbox, which needs no account: --sandbox in a shell, login(Sandbox()) in Python."
    )


def show_form(found: FoundCredentials, connect: Callable[[Access], Client], how: Asking = Asking()) -> Client:
    """Show the login form and return a client that waits for it.

    What is typed is tried once with the service before the client takes it, so that a wrong secret is told by the
    form and not by a later cell.
    """
    with needed_for("The form to log in", "notebook"):
        import ipywidgets
        from IPython.display import display

    from gini_notebook.interactive.login_form import LoginForm

    pending = DeferredAccess(_not_yet())
    client = connect(pending)
    output = ipywidgets.Output()

    def take(access: Access) -> None:
        client.with_access(access).documents(limit=1)
        pending.fill(access)

    def follow() -> None:
        if how.then is not None:
            with output:
                how.then(client)

    form = LoginForm(
        on_credentials=take,
        api=client.api,
        user_center=client.user_center,
        ca_bundle=found.ca_bundle,
        environment=client.environment.name,
        client_id=found.client_id or "",
        user_identifier=found.user_identifier or "",
        username=found.username or "",
        remember=how.remember,
        on_login=follow,
        on_logout=client.logout,
    )
    display(form, *([output] if how.then is not None else []))  # type: ignore[no-untyped-call]  # IPython has no types
    return client


def _not_yet() -> str:
    if in_voila():
        return (
            "Nobody is logged in yet, and a page of Voilà runs its cells before anybody can type: draw the rest in a "
            "function, and pass it as gini.login(then=...)."
        )
    return "Nobody is logged in yet; fill in the form above, then run this cell again."


def ask_at_prompt(found: FoundCredentials) -> dict[str, str | Secret]:
    """Ask at the terminal, or in the cell, for what lacks; secrets are not echoed."""
    typed: dict[str, str | Secret] = {}
    if not found.client_id:
        typed["client_id"] = input("Client id: ").strip()
    if not found.client_secret:
        typed["client_secret"] = as_secret(getpass("Client secret: "))
    if found.username and not found.password:
        typed["password"] = as_secret(getpass(f"Password of {found.username}: "))
    return typed
