"""Credentials that are remembered in the keyring, vaults, and what each front end is asked."""

import builtins
import sys
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

import gini_notebook as gini
from gini_notebook.errors import CredentialsError, LoginRequired, SecretWarning, SettingError
from gini_notebook.interactive.login import login
from gini_notebook.interactive.login_form import LoginForm, LoginLine
from gini_notebook.service.credentials import Remembered, Secret, can_remember, recall, remember
from gini_notebook.service.credentials.vaults import in_vault

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

CANARY = "canary-wrong-77ab"


class Keyring:
    """A keyring in memory; ``__module__`` makes it a safe or an unsafe one."""

    __module__ = "keyring.backends.SecretService"

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        assert service == "gini_notebook"
        return self.entries.get(name)

    def set_password(self, service: str, name: str, text: str) -> None:
        self.entries[name] = text

    def delete_password(self, service: str, name: str) -> None:
        del self.entries[name]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No credentials from the environment or a secret file of this machine, and no hub."""
    for name in ("GINI_CLIENT_ID", "GINI_CLIENT_SECRET", "JUPYTERHUB_API_URL", "JUPYTERHUB_USER", "SERVER_SOFTWARE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    import keyring

    ring = Keyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    return ring


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Any]]]:
    """A notebook of which is said whether one can prompt in it; what is displayed lands in the list."""
    import IPython.display

    shown: list[Any] = []

    def opened(*, prompts: bool = True) -> list[Any]:
        shell = types.SimpleNamespace(kernel=types.SimpleNamespace(_allow_stdin=prompts))
        monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
        monkeypatch.setattr(IPython.display, "display", lambda *widgets: shown.extend(widgets))
        return shown

    yield opened
    for widget in shown:
        widget.close()


def target(sandbox: "Sandbox") -> dict[str, Any]:
    return {"api": sandbox.api, "user_center": sandbox.user_center, "ca_bundle": sandbox.ca_file}


def form_of(sandbox: "Sandbox", **options: Any) -> LoginForm:
    return LoginForm(**target(sandbox), client_id=sandbox.client_id, **options)


def click(form: LoginForm, secret: str, *, remember: bool) -> None:
    """Deliver what the page sends when the button is pressed."""
    content = {"event": "submit", "values": {"client_secret": secret}, "remember": remember}
    form._secrets._handle_custom_msg(content, [])


def test_T26_a_form_remembers_what_was_accepted_and_nothing_else(sandbox: "Sandbox", ring: Keyring) -> None:
    form = form_of(sandbox)
    click(form, CANARY, remember=True)
    assert ring.entries == {}
    form._identifier.value = "who-1"
    click(form, sandbox.client_secret, remember=True)
    host = sandbox.api.removeprefix("https://")
    assert ring.entries.pop(f"{host}|{sandbox.client_id}") == sandbox.client_secret
    (listed,) = ring.entries.values()
    assert "who-1" in listed
    assert sandbox.client_secret not in listed
    assert " Remembered in the keyring of " in form.status.value


def test_what_was_not_asked_to_be_remembered_is_not(sandbox: "Sandbox", ring: Keyring) -> None:
    click(form_of(sandbox), sandbox.client_secret, remember=False)
    assert ring.entries == {}


def test_T26_an_unsafe_keyring_is_not_offered_and_takes_nothing(
    sandbox: "Sandbox", ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = type("PlaintextKeyring", (Keyring,), {"__module__": "keyrings.alt.file"})
    monkeypatch.setattr(ring, "__class__", plain)
    assert not can_remember()
    form = form_of(sandbox)
    assert form._secrets.remember == ""
    click(form, sandbox.client_secret, remember=True)
    assert form.logged_in
    assert ring.entries == {}
    with pytest.raises(CredentialsError, match="no keyring on this machine that keeps secrets locked"):
        remember(Remembered("host", "id"), Secret("x"))
    assert (recall("https://host"), gini.forget()) == ({}, 0)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("JUPYTERHUB_API_URL", "x"),
        ("COLAB_RELEASE_TAG", "x"),
        ("SERVER_SOFTWARE", "voila/0.5"),
        ("KAGGLE_KERNEL_RUN_TYPE", "x"),
    ],
)
def test_T51_a_machine_of_many_remembers_nobody(
    sandbox: "Sandbox", ring: Keyring, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    form = form_of(sandbox, remember=True)
    assert form._secrets.remember == ""
    click(form, sandbox.client_secret, remember=True)
    assert ring.entries == {}


@pytest.mark.filterwarnings("ignore::gini_notebook.errors.SecretWarning")
def test_login_remembers_what_the_service_accepts_and_finds_it_again(
    sandbox: "Sandbox", ring: Keyring, front_end: Callable[..., list[Any]]
) -> None:
    own = {"client_id": sandbox.client_id, "user_identifier": "who-2", **target(sandbox)}
    with pytest.raises(gini.GiniError, match="401"):
        login(client_secret=CANARY, remember=True, **own)
    assert ring.entries == {}
    login(client_secret=sandbox.client_secret, remember=True, **own)
    shown = front_end()
    again = login(**target(sandbox))
    assert again.documents() == []
    assert again.user == "who-2"
    (line,) = shown
    assert isinstance(line, LoginLine)
    assert line.status.value.startswith(f"Logged in at {again.api} as who-2, from the keyring of ")
    line.forget.click()
    assert ring.entries == {}
    assert line.status.value.endswith("Nothing is remembered on this computer.")
    line.out.click()
    assert line.status.value == f"Logged out of {again.api}."
    with pytest.raises(LoginRequired):
        again.documents()
    assert [one.description for one in line.children if hasattr(one, "description") and one is not line.status] == []


def test_an_account_is_remembered_with_its_password_and_forgotten_by_address(ring: Keyring) -> None:
    remember(Remembered("a:1", "id", username="me@x"), Secret("s"), Secret("p"))
    remember(Remembered("b:2", "id"), Secret("t"))
    found = recall("https://a:1/")
    assert (found["username"], found["password"], found["client_secret"]) == ("me@x", Secret("p"), Secret("s"))
    assert recall("https://a:1", "another") == {}
    assert gini.forget("https://a:1") == 1
    assert sorted(ring.entries) == ["b:2|id", "remembered"]
    assert gini.forget() == 1
    assert ring.entries == {}


def test_T18_a_keyring_that_fails_quotes_no_secret_and_is_no_reason_not_to_ask(
    sandbox: "Sandbox", ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: str) -> None:
        raise OSError(arguments)

    monkeypatch.setattr(Keyring, "set_password", fail)
    with pytest.raises(CredentialsError, match=r"did not take the secret \(OSError\)") as caught:
        remember(Remembered("host", "id"), Secret(CANARY))
    assert CANARY not in str(caught.value)
    form = form_of(sandbox)
    click(form, sandbox.client_secret, remember=True)
    assert form.logged_in
    assert " Not remembered: The keyring did not take the secret" in form.status.value
    monkeypatch.setattr(Keyring, "get_password", fail)
    assert recall(sandbox.api) == {}
    with pytest.raises(CredentialsError, match="did not delete the secret"):
        gini.forget()


def test_nobody_is_recalled_where_nobody_can_be_asked_unless_it_was_said(
    sandbox: "Sandbox", ring: Keyring, front_end: Callable[..., list[Any]]
) -> None:
    login(client_id=sandbox.client_id, client_secret=Secret(sandbox.client_secret), remember=True, **target(sandbox))
    assert front_end(prompts=False) == []
    with pytest.raises(LoginRequired, match="set GINI_CLIENT_ID and GINI_CLIENT_SECRET"):
        login(**target(sandbox))
    assert login(remember=True, **target(sandbox)).documents() == []


def test_a_sandbox_is_not_remembered(sandbox: "Sandbox") -> None:
    with pytest.raises(SettingError, match="The secret of a sandbox ends with it"):
        login(sandbox, remember=True)


def test_T52_voila_shows_the_form_and_draws_the_rest_after_the_login(
    sandbox: "Sandbox", ring: Keyring, front_end: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.8")
    shown, drawn = front_end(prompts=False), []
    with pytest.warns(SecretWarning, match="Voilà"):
        client = login(then=drawn.append, **target(sandbox))
    form = shown[0]
    with pytest.raises(LoginRequired, match=r"runs its cells before anybody can type: .* gini.login\(then=...\)"):
        client.documents()
    assert drawn == []
    form._client_id.value = sandbox.client_id
    click(form, sandbox.client_secret, remember=True)
    assert drawn == [client]
    assert client.documents() == []
    assert ring.entries == {}
    with pytest.warns(SecretWarning, match="Voilà"):
        other = login(**target(sandbox))
    assert other.user == "(not logged in yet)"


def test_what_follows_a_login_comes_at_once_where_nothing_has_to_be_asked(sandbox: "Sandbox") -> None:
    drawn: list[Any] = []
    client = login(sandbox, then=drawn.append)
    assert drawn == [client]


def test_a_prompt_instead_of_the_form(
    sandbox: "Sandbox", front_end: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = front_end()
    monkeypatch.setattr("builtins.input", lambda _text: sandbox.client_id)
    monkeypatch.setattr("gini_notebook.interactive.login.getpass", lambda _text: sandbox.client_secret)
    drawn: list[Any] = []
    assert login(prompt=True, then=drawn.append, **target(sandbox)).documents() == []
    assert (shown, len(drawn)) == ([], 1)
    monkeypatch.setitem(sys.modules, "spyder_kernels", types.ModuleType("spyder_kernels"))
    assert login(**target(sandbox)).documents() == []
    assert shown == []


def test_a_vault_is_asked_before_a_person_and_not_for_long(sandbox: "Sandbox", monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    held = {"GINI_CLIENT_ID": sandbox.client_id, "GINI_CLIENT_SECRET": sandbox.client_secret}
    vault = types.SimpleNamespace(get=lambda name: held[name])
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    monkeypatch.setitem(sys.modules, "google.colab.userdata", vault)
    with pytest.warns(SecretWarning, match="Colab is not your own machine"):
        client = login(**target(sandbox))
    assert client.documents() == []
    assert client.sources["client_secret"] == "Colab's secrets"
    waits = threading.Event()
    vault.get = lambda _name: waits.wait()
    assert in_vault(["GINI_CLIENT_ID"], limit_s=0.01) == ("Colab's secrets", {})
    waits.set()
    monkeypatch.delitem(sys.modules, "google.colab.userdata")
    assert in_vault(["GINI_CLIENT_ID"]) == ("Colab's secrets", {})
