"""Accounts of the User Center from a shell."""

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox


@pytest.fixture
def users(sandbox: "Sandbox"):
    account = {
        "GINI_USER_CENTER_URL": sandbox.user_center,
        "GINI_CA_FILE": sandbox.ca_file,
        "GINI_CLIENT_ID": sandbox.client_id,
        "GINI_CLIENT_SECRET": sandbox.client_secret,
    }

    def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gini_notebook.cli", "users", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env={**os.environ, **account},
            timeout=60,
            check=False,
        )

    return run


def test_an_account_is_created_shown_changed_and_deleted(users) -> None:
    made = users("create", "shell-1@app.example.org", "--password-stdin", "--json", typed="tulip-4711\n")
    user_id = json.loads(made.stdout)["id"]
    assert users("show", user_id).stdout.strip() == f"{user_id}: shell-1@app.example.org"
    assert users("change-email", user_id, "shell-1@app.example.org", "shell-2@app.example.org").returncode == 0
    changed = users("change-password", user_id, "--password-stdin", typed="tulip-4711\nnarzisse-0815\n")
    assert changed.returncode == 0
    assert json.loads(users("show", user_id, "--json").stdout)["email"] == "shell-2@app.example.org"
    assert users("delete", user_id).returncode == 0
    gone = users("show", user_id)
    assert (gone.returncode, "404" in gone.stderr) == (2, True)


def test_a_password_is_not_asked_for_where_nobody_can_type(users) -> None:
    answer = users("create", "shell-3@app.example.org")
    assert answer.returncode == 2
    assert "--password-stdin" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_short_password_is_refused_without_being_shown(users) -> None:
    answer = users("create", "shell-4@app.example.org", "--password-stdin", typed="abc9x\n")
    assert answer.returncode == 2
    assert "abc9x" not in answer.stderr
