"""The login form of a notebook."""

import os
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from gini_notebook._extras import needed_for

with needed_for("The form to log in", "notebook"):
    import anywidget
    import ipywidgets
    import traitlets

from gini_notebook.errors import GiniError
from gini_notebook.interactive.runtime_environment import is_own_computer
from gini_notebook.interactive.scripts import joined
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import (
    DeferredAccess,
    Remembered,
    Secret,
    TrustedAccess,
    UserAccess,
    can_remember,
    forget,
    host_of,
    recall,
)
from gini_notebook.service.credentials import remember as keep
from gini_notebook.service.wire import Access

TRUSTED, ACCOUNT = "trusted", "account"
KINDS = (("user identifier (trusted client)", TRUSTED), ("user name and password", ACCOUNT))
SECRETS = {
    TRUSTED: [("client_secret", "Client secret")],
    ACCOUNT: [("client_secret", "Client secret"), ("password", "Password")],
}
HELP_URL = "https://pay-api.gini.net/documentation/"
HELP = (
    "Client id and secret are those of your company: ask whoever set up Gini there, or your contact at Gini. Typing or "
    "pasting does not work here? Run gini.login(prompt=True) instead."
)
ADVICE = "Nobody has logged in yet: fill in the login form, press its button, then run this cell again."


class LoginForm(ipywidgets.VBox):
    """A form for client id, client secret, and a user identifier or user name and password.

    The secrets are typed into fields that keep them in the page and send them together with the click; they are no
    property of any widget, so no saved notebook holds them. After a login the fields are gone and one line says who
    is logged in, with a button that logs out. A refused login says why and lets the person try again.

    "Remember on this computer" is offered where the keyring of the machine the kernel runs on keeps secrets locked, and
    it is no hub or hosted service of many. It stores after the login has succeeded; :func:`gini_notebook.forget` and a
    button beside the line delete it again.

    Parameters
    ----------
    on_credentials
        Called with the access that the person gave; whatever :class:`~gini_notebook.GiniError` it raises is shown in
        the form. By default the form asks the service whether it accepts them.
    api, user_center, ca_bundle, environment
        As for :func:`gini_notebook.login`.
    client_id, user_identifier, username
        What the fields hold at first.
    remember
        Whether the box "Remember on this computer" is ticked at first.
    on_login, on_logout
        Called when the person has logged in; and out, besides logging out :attr:`client`.

    Attributes
    ----------
    client : Client
        Usable as soon as somebody has logged in; until then its calls raise ``LoginRequired``.
    logged_in : bool
        Whether somebody has.
    status : ipywidgets.Label
        The line that says so; what stays of the form after the login.

    Examples
    --------
    In one cell:

    >>> form = gini.LoginForm()      # as the last line of a cell, ``form`` shows it

    In the next, after the button was pressed, ``form.client`` is logged in: ``gini.process(form.client, …)``.
    """

    def __init__(  # noqa: PLR0913 - all by keyword, all independent
        self,
        *,
        on_credentials: Callable[[Access], object] | None = None,
        api: str | None = None,
        user_center: str | None = None,
        ca_bundle: str | os.PathLike[str] | None = None,
        environment: str = "pay-api",
        client_id: str = "",
        user_identifier: str = "",
        username: str = "",
        remember: bool = False,
        on_login: Callable[[], object] = lambda: None,
        on_logout: Callable[[], object] = lambda: None,
    ) -> None:
        self._target: dict[str, Any] = {
            "api": api,
            "user_center": user_center,
            "ca_bundle": ca_bundle,
            "environment": environment,
        }
        self._pending = DeferredAccess(ADVICE)
        self.client = Client(self._pending, **self._target)
        self._on_credentials = on_credentials or self._ask_service
        self._kind = ipywidgets.RadioButtons(options=KINDS, description="Log in by", **_wide())
        self._client_id = _text("Client id", client_id)
        self._identifier = _text("User identifier", user_identifier, "empty: a new random user")
        self._username = _text("User name", username)
        self.status = ipywidgets.Label(f"Not logged in at {self.client.api}.")
        self._on_login, self._on_logout = on_login, on_logout
        self._secrets = SecretFields(
            SECRETS[TRUSTED],
            message=self.status.value,
            remember=_remember_label(),
            ticked=remember,
            on_submit=self.submit,
        )
        super().__init__()
        self.children: tuple[ipywidgets.Widget, ...]
        self._kind.observe(lambda _change: self._show_fields(), names="value")
        self._show_fields()

    @property
    def logged_in(self) -> bool:
        """Whether somebody has logged in."""
        return self._pending.filled is not None

    def submit(self, secrets: Mapping[str, str], *, remember: bool = False) -> None:
        """Log in with what the fields hold; what the button calls.

        Parameters
        ----------
        secrets
            ``client_secret`` and, for an account, ``password``.
        remember
            Keep them in the keyring of this machine once the service has accepted them.
        """
        hidden = {name: Secret(value) for name, value in secrets.items()}
        del secrets
        if self.logged_in:
            return
        try:
            access = self._access(hidden)
            self._on_credentials(access)
        except GiniError as error:
            self.status.value = f"Not logged in: {error}"
            self._secrets.again(self.status.value)
            return
        self._pending.fill(access)
        kept = self._remembered(hidden) if remember and self._secrets.remember else ""
        self.status.value = f"Logged in at {self.client.api} as {self.client.user}.{kept}"
        self._leave_only_status()
        self._on_login()

    def _remembered(self, secrets: Mapping[str, Secret]) -> str:
        """Keep what was accepted; a keyring that refuses does not undo the login."""
        who = Remembered(
            host_of(self.client.api),
            self._client_id.value.strip(),
            self._identifier.value.strip() if self._kind.value == TRUSTED else "",
            self._username.value.strip() if self._kind.value == ACCOUNT else "",
        )
        try:
            keep(who, secrets["client_secret"], secrets.get("password"))
        except GiniError as error:
            return f" Not remembered: {error}"
        return f" Remembered in the keyring of {socket.gethostname()}."

    def _access(self, secrets: Mapping[str, Secret]) -> Access:
        client_id, client_secret = self._client_id.value.strip(), secrets.get("client_secret", Secret(""))
        if self._kind.value == TRUSTED:
            return TrustedAccess(client_id, client_secret, self._identifier.value.strip() or None)
        password = secrets.get("password", Secret(""))
        return UserAccess(client_id, client_secret, self._username.value.strip(), password)

    def _ask_service(self, access: Access) -> None:
        with Client(access, **self._target) as client:
            client.documents(limit=1)

    def _show_fields(self) -> None:
        trusted = self._kind.value == TRUSTED
        self._secrets.fields = SECRETS[self._kind.value]
        user = self._identifier if trusted else self._username
        self.children = (self._kind, self._client_id, user, self._secrets)

    def _leave_only_status(self) -> None:
        line = LoginLine(self.status, api=self.client.api, clients=(self.client.logout, self._on_logout))
        self.children = (line,)
        # Closed widgets are in no saved state any more.
        for widget in (self._secrets, self._kind, self._client_id, self._identifier, self._username):
            widget.close()


class LoginLine(ipywidgets.HBox):
    """The line that stays after a login, and the buttons beside it.

    Parameters
    ----------
    status
        What the line says.
    api
        The address that was logged in at.
    clients
        What logs out.
    """

    def __init__(self, status: ipywidgets.Label, *, api: str, clients: Iterable[Callable[[], object]]) -> None:
        self.status = status
        self._api, self._clients = api, tuple(clients)
        self.children: tuple[ipywidgets.Widget, ...]
        self.out = ipywidgets.Button(description="Log out", tooltip="Forget the secrets in this kernel")
        self.out.on_click(lambda _button: self._log_out())
        self.forget = ipywidgets.Button(description="Forget", tooltip="Delete them from the keyring of this machine")
        self.forget.on_click(lambda _button: self._forget())
        buttons = [self.forget, self.out] if recall(api) else [self.out]
        super().__init__([status, *buttons], layout=ipywidgets.Layout(flex_flow="row wrap", align_items="center"))

    def _log_out(self) -> None:
        for log_out in self._clients:
            log_out()
        self.status.value = f"Logged out of {self._api}."
        self.children = tuple(child for child in self.children if child is not self.out)

    def _forget(self) -> None:
        try:
            forget(self._api)
        except GiniError as error:
            self.status.value = str(error)
            return
        self.status.value = (
            f"{self.status.value.partition(' Remembered in ')[0]} Nothing is remembered on this computer."
        )
        self.children = tuple(child for child in self.children if child is not self.forget)


def _remember_label() -> str:
    """Return what the box says; nothing where nothing may be remembered."""
    if not (is_own_computer() and can_remember()):
        return ""
    return f"Remember on this computer ({socket.gethostname()}, where the kernel runs)"


def _text(label: str, value: str, placeholder: str = "") -> ipywidgets.Text:
    # Sent when the field is left, as one message: the click on the button then comes after it.
    return ipywidgets.Text(value=value, description=label, placeholder=placeholder, continuous_update=False, **_wide())


def _wide() -> dict[str, Any]:
    return {"style": {"description_width": "150px"}, "layout": ipywidgets.Layout(width="520px")}


HERE = Path(__file__).parent


class SecretFields(anywidget.AnyWidget):
    """Password fields, a button, and a line below that says how things stand.

    Parameters
    ----------
    fields
        Pairs of name and label, in order.
    button
        What the button says.
    message
        What the line says at first.
    remember, ticked
        What the box says that asks to remember, and whether it is ticked at first; without a text there is none.
    on_submit
        Called with a mapping of field name to what was typed, and ``remember=``. The caller keeps none of it in an
        attribute.
    """

    _esm = joined(HERE / "secret_fields.js")
    _css = HERE / "secret_fields.css"
    fields = traitlets.List(trait=traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode())).tag(sync=True)
    button = traitlets.Unicode("Log in").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    refused = traitlets.Bool(False).tag(sync=True)
    remember = traitlets.Unicode("").tag(sync=True)
    ticked = traitlets.Bool(False).tag(sync=True)
    help = traitlets.Unicode(HELP).tag(sync=True)
    help_url = traitlets.Unicode(HELP_URL).tag(sync=True)

    def __init__(
        self,
        fields: list[tuple[str, str]],
        *,
        button: str = "Log in",
        message: str = "",
        remember: str = "",
        ticked: bool = False,
        on_submit: Callable[..., None],
    ) -> None:
        super().__init__(fields=fields, button=button, message=message, remember=remember, ticked=ticked)
        self._submitted = on_submit
        self.on_msg(self._receive)

    def again(self, why: str) -> None:
        """Say why it was refused, and let the person type again."""
        self.message = why
        self.refused = True
        self.send({"event": "again"})

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        if not isinstance(content, dict) or content.get("event") != "submit":
            return
        values = content.pop("values", None)
        if isinstance(values, dict):
            typed = {str(name): str(value) for name, value in values.items()}
            self._submitted(typed, remember=content.get("remember") is True)
