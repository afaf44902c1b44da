"""The login form without a browser: what a click sends goes through the same message as in the page."""

import json
from typing import TYPE_CHECKING

import pytest
from ipywidgets import Widget

from gini_notebook.errors import LoginRequired, NotAuthorized
from gini_notebook.interactive.login_form import LoginForm

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

CANARY = "canary-5d1f0c7a-secret"


@pytest.fixture
def form(sandbox: "Sandbox") -> LoginForm:
    return LoginForm(
        api=sandbox.api, user_center=sandbox.user_center, ca_bundle=sandbox.ca_file, client_id=sandbox.client_id
    )


def click(form: LoginForm, **secrets: str) -> None:
    """Deliver the message that the page sends when the button is pressed."""
    form._secrets._handle_custom_msg({"event": "submit", "values": secrets}, [])


def reveal(secret: object) -> str:
    return secret.reveal() if hasattr(secret, "reveal") else str(secret)


def test_before_the_login_the_client_says_what_to_do(form: LoginForm) -> None:
    assert not form.logged_in
    with pytest.raises(LoginRequired, match="fill in the login form"):
        form.client.documents()


def test_a_trusted_client_logs_in_and_only_the_status_line_stays(form: LoginForm, sandbox: "Sandbox") -> None:
    click(form, client_secret=reveal(sandbox.client_secret))
    assert form.logged_in
    assert form.client.documents() == []
    (line,) = form.children
    assert line.children[0] is form.status
    assert [button.description for button in line.children[1:]] == ["Log out"]
    assert form.status.value.startswith(f"Logged in at {form.client.api} as ")


def test_the_given_user_identifier_is_used(form: LoginForm, sandbox: "Sandbox") -> None:
    form._identifier.value = "form-user-1"
    click(form, client_secret=reveal(sandbox.client_secret))
    assert form.client.user == "form-user-1"


def test_an_account_needs_user_name_and_password(form: LoginForm) -> None:
    form._kind.value = "account"
    assert form._username in form.children
    assert [name for name, _ in form._secrets.fields] == ["client_secret", "password"]
    click(form, client_secret="x", password="y")
    assert "The user name is empty" in form.status.value


def test_a_wrong_secret_is_refused_in_words_and_can_be_corrected(form: LoginForm, sandbox: "Sandbox") -> None:
    click(form, client_secret=CANARY)
    assert not form.logged_in
    assert form.status.value.startswith("Not logged in: ")
    assert CANARY not in form.status.value
    click(form, client_secret=reveal(sandbox.client_secret))
    assert form.logged_in


def test_an_own_function_gets_the_access_and_may_refuse(form: LoginForm) -> None:
    seen = []

    def refuse(access: object) -> None:
        seen.append(access)
        raise NotAuthorized("<b>no</b>", status=401)

    form._on_credentials = refuse
    click(form, client_secret="x")
    assert len(seen) == 1
    # A Label shows text, so markup of the service stays text.
    assert form.status.value == "Not logged in: <b>no</b>"


@pytest.mark.parametrize("content", [None, "submit", {"event": "other"}, {"event": "submit", "values": "x"}])
def test_other_messages_are_no_login(form: LoginForm, content: object) -> None:
    form._secrets._receive(form._secrets, content, [])
    assert not form.logged_in
    assert "Not logged in at" in form.status.value


def test_T20_no_secret_is_in_any_widget_state(form: LoginForm) -> None:
    click(form, client_secret=CANARY, password=CANARY)
    assert CANARY not in json.dumps(Widget.get_manager_state(), default=str)
    assert CANARY not in repr(vars(form))
    assert CANARY not in repr(form._secrets.get_state())
