"""Log in: what follows from what there is, and who is asked for what lacks."""

import builtins
import sys
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

import gini_notebook
from gini_notebook.errors import CredentialsError, LoginRequired, NotAuthorized, SecretWarning, SettingError
from gini_notebook.interactive.login import login, login_accounts
from gini_notebook.service.credentials import (
    AnonymousAccess,
    BearerAccess,
    CallbackAccess,
    JwtAccess,
    Secret,
    TrustedAccess,
    UserAccess,
)

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("bare_environment")


def test_login_to_a_sandbox_needs_nothing_else(sandbox: "Sandbox", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GINI_CLIENT_ID", "other")
    monkeypatch.setenv("GINI_CA_FILE", "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with warnings.catch_warnings(action="error"):
        client = login(sandbox)
    assert client.documents() == []
    assert client.api == sandbox.api
    assert len(client.user) == 32
    assert login(sandbox, user_identifier="clerk-7").user == "clerk-7"
    assert isinstance(gini_notebook.login(sandbox), gini_notebook.Client)


def test_a_sandbox_that_only_its_client_holds_goes_on() -> None:
    from gini_notebook.sandbox import Sandbox

    client = login(Sandbox())
    assert client.with_user().documents() == []


def test_login_from_the_environment(sandbox: "Sandbox", monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "GINI_CLIENT_ID": sandbox.client_id,
        "GINI_CLIENT_SECRET": sandbox.client_secret,
        "GINI_USER_IDENTIFIER": "clerk-7",
        "GINI_API_URL": sandbox.api,
        "GINI_USER_CENTER_URL": sandbox.user_center,
        "GINI_CA_FILE": sandbox.ca_file,
    }.items():
        monkeypatch.setenv(name, value)
    client = login()
    assert (client.api, client.user_center, client.user) == (sandbox.api, sandbox.user_center, "clerk-7")
    assert isinstance(client.documents(), list)
    assert "GINI_CA_FILE" in client.diagnostics()["ca"] or sandbox.ca_file in client.diagnostics()["ca"]
    with login_accounts() as accounts:
        assert accounts.user_center == sandbox.user_center


ONLY_CLIENT = {"client_id": "client", "client_secret": Secret("secret"), "api": "https://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, TrustedAccess),
        ({"user_identifier": "clerk-7"}, TrustedAccess),
        ({"username": "me", "password": Secret("pw")}, UserAccess),
        ({"username": "me", "password": Secret("pw"), "user_identifier": "clerk-7"}, TrustedAccess),
        ({"anonymous_domain": "app.example.org"}, AnonymousAccess),
        ({"jwt": Secret("a.b.c")}, JwtAccess),
        ({"jwt": lambda: "a.b.c"}, CallbackAccess),
        ({"token": Secret("abc")}, BearerAccess),
        ({"token": lambda: "abc"}, CallbackAccess),
    ],
)
def test_who_is_calling_follows_from_what_there_is(given: dict[str, Any], kind: type) -> None:
    assert type(login(**ONLY_CLIENT, **given)._access) is kind


def test_tokens_need_no_client() -> None:
    assert type(login(token=Secret("abc"))._access) is BearerAccess
    assert type(login(jwt=Secret("abc"))._access) is JwtAccess


def test_everything_about_the_connection_reaches_the_client(sandbox: "Sandbox") -> None:
    from gini_notebook.service.client import Timing

    client = login(
        **ONLY_CLIENT,
        user_center="https://127.0.0.1:8",
        ca_bundle=Path(sandbox.ca_file),
        environment="gini-api",
        proxies="http://127.0.0.1:7",
        timing=Timing(1, 2, 3),
    )
    shown = client.diagnostics()
    assert shown == {
        "api": "https://127.0.0.1:9",
        "user_center": "https://127.0.0.1:8",
        "environment": "gini-api",
        "access": "client id and secret with user identifier",
        "user": client.user,
        "expires_in_s": None,
        "ca": f"{sandbox.ca_file} (from ca_bundle)",
        "proxy": "http://127.0.0.1:7 (from proxies)",
        "timeouts_s": {"connect": 1, "read": 2, "deadline": 3},
    }
    assert repr(client) == f"Client(api='https://127.0.0.1:9', user={client.user!r})"


@pytest.mark.parametrize(
    ("given", "kind", "match"),
    [
        ({"environment": "stage"}, SettingError, "There is no environment of this name"),
        ({"api": "http://x"}, SettingError, "address of the API 'http://x' is not https"),
        ({"user_center": "http://x"}, SettingError, "address of the User Center 'http://x' is not https"),
        ({"ca_bundle": "/nowhere"}, SettingError, r"CA file /nowhere \(from ca_bundle\) does not exist"),
        ({"user_identifier": "a b"}, CredentialsError, "must have 1 to 64"),
        ({"client_secret": Secret("")}, LoginRequired, "set GINI_CLIENT_ID and GINI_CLIENT_SECRET"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match):
        login(**{**ONLY_CLIENT, **given})


def test_nobody_to_ask_is_told_at_once_and_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    for attempt in (login, login_accounts):
        with pytest.raises(LoginRequired, match=r"set GINI_CLIENT_ID and .*GINI_USERNAME.*secret file"):
            attempt()
    with pytest.raises(LoginRequired):
        login(**ONLY_CLIENT, username="me")


class _Terminal:
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_asked_for_what_lacks(monkeypatch: pytest.MonkeyPatch, sandbox: "Sandbox") -> None:
    asked: list[str] = []

    def answer_with(text: str) -> Any:
        def answer(prompt: str) -> str:
            asked.append(prompt)
            return text

        return answer

    monkeypatch.setattr(sys, "stdin", _Terminal())
    monkeypatch.setattr("builtins.input", answer_with(f" {sandbox.client_id} "))
    monkeypatch.setattr("gini_notebook.interactive.login.getpass", answer_with(sandbox.client_secret))
    target = {"api": sandbox.api, "user_center": sandbox.user_center, "ca_bundle": sandbox.ca_file}
    assert login(**target).documents() == []
    assert asked == ["Client id: ", "Client secret: "]
    asked.clear()
    known = {"client_id": sandbox.client_id, "client_secret": Secret(sandbox.client_secret)}
    client = login(**target, **known, username="me@x.example")
    assert asked == ["Password of me@x.example: "]
    with pytest.raises(NotAuthorized):
        client.documents()


@pytest.fixture
def interactive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)


@pytest.mark.usefixtures("interactive")
def test_T21_a_literal_secret_is_warned_about(sandbox: "Sandbox") -> None:
    options = {"client_id": "client", "api": "https://127.0.0.1:9"}
    for literal in ({"client_secret": "x"}, {"client_secret": Secret("x"), "password": "y"}, {"token": "abc"}):
        with pytest.warns(SecretWarning, match="stands in a cell is saved with the notebook") as caught:
            login(**options, **literal)  # type: ignore[arg-type]
        assert caught[0].filename == __file__
    with warnings.catch_warnings(action="error"):
        login(**options, client_secret=Secret("x"))  # type: ignore[arg-type]
        login(sandbox)


def test_T21_in_a_notebook_only_a_secret_that_a_cell_holds_is_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = ["client = gini.login(client_id='a', client_secret=os.environ['VAULT'])"]
    shell = types.SimpleNamespace(user_ns={"In": cells}, kernel=None)
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    options = {"client_id": "client", "client_secret": "from-the-vault", "api": "https://127.0.0.1:9"}
    with warnings.catch_warnings(action="error"):
        login(**options)  # type: ignore[arg-type]
    cells.append("client = gini.login(client_id='a', client_secret='from-the-vault')")
    with pytest.warns(SecretWarning, match="stands in a cell is saved with the notebook"):
        login(**options)  # type: ignore[arg-type]
    with pytest.warns(SecretWarning, match="stands in a cell is saved with the notebook"):
        login(**{**options, "client_secret": Secret("from-the-vault")})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("variable", "value", "place"),
    [
        ("COLAB_RELEASE_TAG", "x", "Colab"),
        ("BINDER_SERVICE_HOST", "x", "Binder"),
        ("SERVER_SOFTWARE", "voila/0.5", "Voil"),
    ],
)
def test_T51_a_client_secret_on_somebody_elses_machine_is_warned_about(
    monkeypatch: pytest.MonkeyPatch, sandbox: "Sandbox", variable: str, value: str, place: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.warns(SecretWarning, match=f"{place}.* is not your own machine. Use a token from your backend"):
        login(**ONLY_CLIENT)
    with warnings.catch_warnings(action="error"):
        login(token=Secret("abc"))
        login(sandbox)


class _Kernel:
    def __init__(self, *, allows: bool) -> None:
        self._allow_stdin = allows


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """A notebook with a front end; what is displayed lands in the list."""
    import builtins

    import IPython.display

    shown: list[Any] = []
    shell = types.SimpleNamespace(kernel=_Kernel(allows=True))
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)
    monkeypatch.setattr(IPython.display, "display", shown.append)
    yield shown
    for form in shown:
        form.close()


def test_a_notebook_shows_the_form_and_the_client_waits_for_it(sandbox: "Sandbox", displayed: list[Any]) -> None:
    client = login(api=sandbox.api, user_center=sandbox.user_center, ca_bundle=sandbox.ca_file)
    (form,) = displayed
    assert client.user == "(not logged in yet)"
    assert client.diagnostics()["access"] == "waiting for the form"
    with pytest.raises(LoginRequired, match="fill in the form above, then run this cell again"):
        client.documents()
    form._client_id.value = sandbox.client_id
    form.submit({"client_secret": "wrong"})
    with pytest.raises(LoginRequired):
        client.documents()
    form.submit({"client_secret": sandbox.client_secret})
    assert client.documents() == []
    client.logout()
    with pytest.raises(LoginRequired, match="logged out"):
        client.documents()


def test_a_kernel_nobody_can_type_into_is_refused(monkeypatch: pytest.MonkeyPatch, displayed: list[Any]) -> None:
    import builtins

    monkeypatch.setattr(builtins, "get_ipython", lambda: types.SimpleNamespace(kernel=_Kernel(allows=False)))
    monkeypatch.setattr(sys, "stdin", _Terminal())
    with pytest.raises(LoginRequired, match="nobody can be asked here"):
        login()
    assert displayed == []


def test_nbclient_stops_at_login_with_one_sentence(tmp_path: Path) -> None:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import gini_notebook as gini\nclient = gini.login()")]
    )
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(notebook, timeout=60).execute()
    assert caught.value.ename == "LoginRequired"
    assert caught.value.evalue.startswith("Nobody is logged in and nobody can be asked here: set GINI_CLIENT_ID")


PARAMETERS = "# Parameters\nclient_secret = {!r}"


LOGIN = "import gini_notebook as gini\nclient = gini.login(client_id='me', client_secret=client_secret, proxies={})"


def test_T22_a_secret_among_the_parameters_of_a_notebook_is_refused() -> None:
    """What papermill does: a cell with the parameters, and nobody who could see a warning."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    cells = [nbformat.v4.new_code_cell(source) for source in (PARAMETERS.format("canary-4711"), LOGIN)]
    with pytest.raises(CellExecutionError) as caught:
        NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=60).execute()
    assert caught.value.ename == "CredentialsError"
    assert caught.value.evalue.startswith("A secret stands in a cell of this notebook")
    assert "canary-4711" not in str(caught.value)


def test_T22_a_secret_from_elsewhere_is_taken_in_a_notebook_that_runs_unattended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nbclient import NotebookClient

    monkeypatch.setenv("SECRET_OF_THE_BUILD", "canary-4711")
    cells = [
        nbformat.v4.new_code_cell(source)
        for source in ("import os\nclient_secret = os.environ['SECRET_OF_THE_BUILD']", LOGIN)
    ]
    ran = NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=60).execute()
    assert [cell.execution_count for cell in ran.cells] == [1, 2]
