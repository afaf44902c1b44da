"""The login form of a notebook."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from gini_notebook.errors import GiniError
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import DeferredAccess, Secret, TrustedAccess, UserAccess
from gini_notebook.service.wire import Access

TRUSTED, ACCOUNT = "trusted", "account"
KINDS = (("user identifier (trusted client)", TRUSTED), ("user name and password", ACCOUNT))
SECRETS = {
    TRUSTED: [("client_secret", "Client secret")],
    ACCOUNT: [("client_secret", "Client secret"), ("password", "Password")],
}
ADVICE = "Nobody has logged in yet: fill in the login form, press its button, then run this cell again."


class LoginForm(ipywidgets.VBox):
    """A form for client id, client secret, and a user identifier or user name and password.

    The secrets are typed into fields that keep them in the page and send them together with the click; they are no
    property of any widget, so no saved notebook holds them. After a login the fields are gone and one line says who
    is logged in. A refused login says why and lets the person try again.

    Parameters
    ----------
    on_credentials
        Called with the access that the person gave; whatever :class:`~gini_notebook.GiniError` it raises is shown in
        the form. By default the form asks the service whether it accepts them.
    api, user_center, ca_bundle, environment
        As for :func:`gini_notebook.login`.
    client_id, user_identifier, username
        What the fields hold at first.

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

    >>> form = gini.LoginForm()      # doctest: +SKIP
    >>> form                         # doctest: +SKIP

    In the next, after the button was pressed:

    >>> batch = gini.process(form.client, "invoices/", to="runs/baseline")      # doctest: +SKIP
    """

    def __init__(
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
        self._secrets = SecretFields(SECRETS[TRUSTED], message=self.status.value, on_submit=self.submit)
        super().__init__()
        self.children: tuple[ipywidgets.Widget, ...]
        self._kind.observe(lambda _change: self._show_fields(), names="value")
        self._show_fields()

    @property
    def logged_in(self) -> bool:
        """Whether somebody has logged in."""
        return self._pending.filled is not None

    def submit(self, secrets: Mapping[str, str]) -> None:
        """Log in with what the fields hold; what the button calls.

        Parameters
        ----------
        secrets
            ``client_secret`` and, for an account, ``password``.
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
        self.status.value = f"Logged in at {self.client.api} as {self.client.user}."
        self._leave_only_status()

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
        self.children = (self.status,)
        # Closed widgets are in no saved state any more.
        for widget in (self._secrets, self._kind, self._client_id, self._identifier, self._username):
            widget.close()


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
    on_submit
        Called with a mapping of field name to what was typed. The caller keeps none of it in an attribute.
    """

    _esm = HERE / "secret_fields.js"
    _css = HERE / "secret_fields.css"
    fields = traitlets.List(trait=traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode())).tag(sync=True)
    button = traitlets.Unicode("Log in").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    refused = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        fields: list[tuple[str, str]],
        *,
        button: str = "Log in",
        message: str = "",
        on_submit: Callable[[Mapping[str, str]], None],
    ) -> None:
        super().__init__(fields=fields, button=button, message=message)
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
            self._submitted({str(name): str(value) for name, value in values.items()})
