"""Fixtures of the shell's tests."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox


@pytest.fixture
def account(sandbox: "Sandbox") -> dict[str, str]:
    """The environment variables with which the sandbox is used from a shell."""
    return {
        "GINI_API_URL": sandbox.api,
        "GINI_USER_CENTER_URL": sandbox.user_center,
        "GINI_CA_FILE": sandbox.ca_file,
        "GINI_CLIENT_ID": sandbox.client_id,
        "GINI_CLIENT_SECRET": sandbox.client_secret,
    }


@pytest.fixture
def logged_in(account: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody who is logged in, in a folder of their own."""
    for name, value in account.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.chdir(tmp_path)
