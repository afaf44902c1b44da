"""Where credentials are looked for: arguments, environment, secret file, keyring."""

import os
import stat
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gini_notebook.errors import CredentialsError, LoginRequired, SecretWarning
from gini_notebook.interactive.login import login
from gini_notebook.service.credentials import (
    FoundCredentials,
    Secret,
    TrustedAccess,
    find,
    save_secret_file,
    secret_file_path,
)

if TYPE_CHECKING:
    pass


posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")


def test_arguments_before_environment_before_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = save_secret_file({"client_id": "file", "client_secret": "file", "username": "file"}, tmp_path / "s")
    monkeypatch.setenv("GINI_SECRET_FILE", str(path))
    monkeypatch.setenv("GINI_CLIENT_ID", "environment")
    found = find({"client_secret": Secret("argument")})
    assert (found.client_id, found.username) == ("environment", "file")
    assert found.client_secret == Secret("argument")
    assert found.password is None
    assert found.sources == {"client_id": "environment", "client_secret": "argument", "username": str(path)}
    assert "argument" not in repr(FoundCredentials(client_secret=Secret("argument")))


@posix
def test_T27_the_secret_file_is_private_from_its_first_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    old = os.umask(0)
    try:
        path = save_secret_file({"client_id": "client", "client_secret": Secret("s#=x y")})
        save_secret_file({"client_id": "client", "client_secret": Secret("s#=x y")})
    finally:
        os.umask(old)
    assert path == secret_file_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["secrets"]
    assert find({}).client_secret == Secret("s#=x y")
    assert isinstance(login(api="https://127.0.0.1:9")._access, TrustedAccess)


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_T27_a_secret_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = save_secret_file({"client_id": "client", "client_secret": "canary"})
    path.chmod(mode)
    with pytest.raises(CredentialsError, match="can be read or changed by others; run: chmod 600") as caught:
        login()
    assert "canary" not in str(caught.value)


def test_secret_files_that_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GINI_SECRET_FILE", str(tmp_path / "gone"))
    with pytest.raises(CredentialsError, match=r"gone \(from GINI_SECRET_FILE\) does not exist"):
        login()
    odd = tmp_path / "odd"
    odd.write_text("# comment\n\nGINI_CLIENT_ID=client\ncanary\n")
    odd.chmod(0o600)
    monkeypatch.setenv("GINI_SECRET_FILE", str(odd))
    with pytest.raises(CredentialsError, match=r"Line 4 of the secret file .* is not understood") as caught:
        login()
    assert "canary" not in str(caught.value)
    monkeypatch.setenv("GINI_SECRET_FILE", str(odd / "below"))
    with pytest.raises(CredentialsError, match="cannot be read: Not a directory"):
        login()
    with pytest.raises(CredentialsError, match=r"These are no credentials: secret\. Known: client_id"):
        save_secret_file({"secret": "x"})


def _backend(module: str, name: str, stored: dict[str, str]) -> Any:
    def get_password(self: object, service: str, key: str) -> str | None:
        assert service == "gini_notebook"
        return stored.get(key)

    return type(name, (), {"__module__": module, "get_password": get_password})()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyrings.alt.file", "PlaintextKeyring"),
        ("keyring.backends.null", "Keyring"),
        ("keyring.backends.fail", "Keyring"),
    ],
)
def test_T26_a_keyring_without_a_lock_is_not_used(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> None:
    import keyring

    stored = {"GINI_CLIENT_ID": "client", "GINI_CLIENT_SECRET": "canary"}
    unsafe = _backend(module, name, stored)
    chained = types.SimpleNamespace(backends=[_backend("keyring.backends.SecretService", "Keyring", {}), unsafe])
    for backend in (unsafe, chained):
        monkeypatch.setattr(keyring, "get_keyring", lambda backend=backend: backend)
        with pytest.warns(SecretWarning, match="keeps secrets in plain text or not at all"):
            assert find({}, use_keyring=True).client_id is None


def test_T26_a_keyring_is_asked_only_if_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    stored = {"GINI_CLIENT_ID": "client", "GINI_CLIENT_SECRET": "secret"}
    safe = _backend("keyring.backends.SecretService", "Keyring", stored)
    monkeypatch.setattr(keyring, "get_keyring", lambda: safe)
    with pytest.raises(LoginRequired):
        login()
    client = login(keyring=True, api="https://127.0.0.1:9")
    assert isinstance(client._access, TrustedAccess)
    assert find({}, use_keyring=True).client_secret == Secret("secret")
