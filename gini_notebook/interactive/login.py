"""Log in: from arguments, the environment, a secret file, the keyring, or by asking."""

import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from getpass import getpass
from typing import Any

from gini_notebook.errors import LoginRequired
from gini_notebook.interactive.runtime_environment import (
    check_secret_exposure,
    front_end_can_ask,
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
    SandboxLike,
    Secret,
    TrustedAccess,
    UserAccess,
    as_secret,
    find,
    secret_file_path,
)
from gini_notebook.service.transport import CaBundle, Trust
from gini_notebook.service.wire import Access, base_url, environment_named

Provider = Callable[[], Any]


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
    environment: str = "pay-api",
    proxies: str | Mapping[str, str] | None = None,
    pins: Collection[str] = (),
    keyring: bool = False,
    timing: Timing | None = None,
    attempts: int = 4,
    sleep: Callable[[float], object] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Client:
    """Log in and return a client; nothing is kept anywhere else.

    Each part of the credentials is taken from the first place that has it: the arguments; the environment
    (``GINI_CLIENT_ID``, ``GINI_CLIENT_SECRET``, ``GINI_USER_IDENTIFIER``, ``GINI_USERNAME``, ``GINI_PASSWORD``,
    ``GINI_API_URL``, ``GINI_USER_CENTER_URL``, ``GINI_CA_FILE``); the secret file (``GINI_SECRET_FILE``, else in
    your folder for configuration; see :func:`gini_notebook.save_secret_file`); the keyring, if allowed.
    If client id and secret are still missing, a person is asked: by a form in a notebook, else at the terminal.

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

    Returns
    -------
    Client
        Not tried yet, except that a form tries what was typed.

    Raises
    ------
    LoginRequired
        If something lacks and there is nobody to ask, as under nbclient or papermill.
    CredentialsError
        If something is malformed, the secret file can be read by others, or a notebook that runs unattended
        (nbclient, papermill) holds the secret in a cell, such as that of its parameters.

    Examples
    --------
    >>> client = login()  # doctest: +SKIP
    >>> with Sandbox() as sandbox:  # doctest: +SKIP
    ...     client = login(sandbox)
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
        found = _of_sandbox(sandbox, given)
        environment = sandbox.environment
        proxies = {} if proxies is None else proxies
    else:
        found = find(given, use_keyring=keyring)
        check_secret_exposure((client_secret, password, jwt, token))
        trusted = not (jwt or token or found.username or anonymous_domain)
        warn_of_secret_exposure((client_secret, password, jwt, token), literal=literal, trusted=trusted)
    options = {"proxies": proxies, "pins": pins, "timing": timing, "attempts": attempts, "sleep": sleep, "clock": clock}
    connect = partial(_client, found, environment, sandbox, options)
    center = base_url(found.user_center or environment_named(environment).user_center, "address of the User Center")
    make = partial(_access, found, jwt, token, (anonymous_domain, center), clock=clock)
    if jwt or token or _complete(found):
        return connect(make({}))
    return _ask(found, connect, make)


def login_accounts(
    sandbox: SandboxLike | None = None,
    *,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    environment: str = "pay-api",
    keyring: bool = False,
) -> Accounts:
    """Log in to the User Center and return its accounts; sources and errors are those of :func:`login`.

    Examples
    --------
    >>> with login_accounts() as accounts:  # doctest: +SKIP
    ...     accounts.get("1bdc1649-f799-424c-b0a7-c4e41aefb0a3").email
    """
    client_secret = as_secret(client_secret)
    if sandbox is not None:
        found = _of_sandbox(sandbox, {})
        environment = sandbox.environment
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


def _ask(
    found: FoundCredentials, connect: Callable[[Access], Client], make: Callable[[Mapping[str, str | Secret]], Access]
) -> Client:
    if kernel() is not None:
        if front_end_can_ask():
            return show_form(found, connect)
    elif terminal_can_ask():
        return connect(ask_at_terminal(found, make))
    raise LoginRequired(_advice())


def _advice() -> str:
    return (
        "Nobody is logged in and nobody can be asked here: set GINI_CLIENT_ID and GINI_CLIENT_SECRET (for an account "
        f"also GINI_USERNAME and GINI_PASSWORD), put them into the secret file {secret_file_path()}, or try the "
        "sandbox, which needs no account: --sandbox in a shell, login(Sandbox()) in Python."
    )


Typed = Mapping[str, str | Secret]
MakeAccess = Callable[[Typed], Access]


def show_form(found: FoundCredentials, connect: Callable[[Access], Client]) -> Client:
    """Show the login form and return a client that waits for it.

    What is typed is tried once with the service before the client takes it, so that a wrong secret is told by the
    form and not by a later cell.
    """
    from IPython.display import display

    from gini_notebook.interactive.login_form import LoginForm

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
