"""Where credentials are looked for: arguments, environment, secret file, vault of a hosted notebook, keyring."""

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gini_notebook._platform import others_may_read
from gini_notebook.errors import CredentialsError
from gini_notebook.service.credentials.access import as_secret, check_secret
from gini_notebook.service.credentials.remembered import keyring_lookup
from gini_notebook.service.credentials.vaults import in_vault
from gini_notebook.service.values import Secret

VARIABLES: Mapping[str, str] = {
    "client_id": "GINI_CLIENT_ID",
    "client_secret": "GINI_CLIENT_SECRET",
    "user_identifier": "GINI_USER_IDENTIFIER",
    "username": "GINI_USERNAME",
    "password": "GINI_PASSWORD",
    "api": "GINI_API_URL",
    "user_center": "GINI_USER_CENTER_URL",
    "ca_bundle": "GINI_CA_FILE",
}
_SECRETS = frozenset({"client_secret", "password"})


class SandboxLike(Protocol):
    """What a sandbox says about itself: where it is, what it speaks, and with which credentials to call."""

    api: str
    user_center: str
    ca_file: str
    client_id: str
    client_secret: str
    environment: str


Lookup = Callable[[str], "str | Secret | None"]


@dataclass(frozen=True, slots=True)
class FoundCredentials:
    """What was found, and where each part came from; secrets are masked."""

    client_id: str | None = None
    client_secret: Secret | None = field(default=None, repr=False)
    user_identifier: str | None = None
    username: str | None = None
    password: Secret | None = field(default=None, repr=False)
    api: str | None = None
    user_center: str | None = None
    ca_bundle: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)


def find(given: Mapping[str, "str | Secret | None"], *, use_keyring: bool = False) -> FoundCredentials:
    """Look for each part of the credentials in the stated order; the first source that has it wins.

    Parameters
    ----------
    given
        Arguments by name (see :data:`VARIABLES`), secrets masked; None where there is none.
    use_keyring
        Whether to ask the system's keyring.

    Raises
    ------
    CredentialsError
        If the secret file can be read by others, or is no secret file.
    """
    sources: dict[str, Lookup] = {"argument": given.get, "environment": _in_environment}
    path = secret_file_path()
    stored = read_secret_file(path, must_exist=bool(_variable("GINI_SECRET_FILE")))
    sources[str(path)] = stored.get
    vault, held_there = in_vault(VARIABLES.values())
    if vault:
        sources[vault] = lambda name: _hidden(name, held_there.get(VARIABLES[name]))
    if use_keyring:
        sources["keyring"] = keyring_lookup(_hidden, VARIABLES)
    found: dict[str, str | Secret] = {}
    where: dict[str, str] = {}
    for name in VARIABLES:
        for source, lookup in sources.items():
            held = lookup(name)
            if held:
                found[name] = held
                where[name] = source
                break
    for name in _SECRETS & found.keys():
        check_secret(as_secret(found[name]), f"{name.replace('_', ' ')} from the {where[name]}")
    return FoundCredentials(**found, sources=where)  # type: ignore[arg-type]  # secrets are masked just above


def _variable(variable: str) -> str | None:
    # In a function of its own, whose frame is in no traceback: tools that print the variables of every frame would
    # print the whole environment.
    return os.environ.get(variable) or None


def _hidden(name: str, held: str | None) -> "str | Secret | None":
    return as_secret(held) if held and name in _SECRETS else held


def _in_environment(name: str) -> "str | Secret | None":
    return _hidden(name, _variable(VARIABLES[name]))


def secret_file_path() -> Path:
    """Return where the secret file is: ``GINI_SECRET_FILE``, else in the user's folder for configuration."""
    named = _variable("GINI_SECRET_FILE")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("gini_notebook")) / "secrets"


def read_secret_file(path: Path, *, must_exist: bool = False) -> dict[str, "str | Secret"]:
    """Read a secret file: lines like ``GINI_CLIENT_SECRET=…``; empty ones and those after ``#`` do not count.

    Raises
    ------
    CredentialsError
        If it is missing although it must exist, can be read by others, or has a line that is none of these.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        if must_exist:
            message = f"The secret file {path} (from GINI_SECRET_FILE) does not exist."
            raise CredentialsError(message) from None
        return {}
    except OSError as error:
        message = f"The secret file {path} cannot be read: {error.strerror}."
        raise CredentialsError(message) from None
    with os.fdopen(descriptor, encoding="utf-8") as file:
        # Asked of the open file, so that it cannot be another one than the one that is read.
        mode = os.fstat(file.fileno()).st_mode
        if others_may_read(mode):
            message = f"The secret file {path} can be read or changed by others; run: chmod 600 {path}"
            raise CredentialsError(message)
        found, odd_line = _parsed(file.read())
    if odd_line:
        message = f"Line {odd_line} of the secret file {path} is not understood; write lines like GINI_CLIENT_ID=…"
        raise CredentialsError(message)
    return found


def _parsed(text: str) -> tuple[dict[str, "str | Secret"], int]:
    """Return what the lines say, and the number of the first that says nothing, so that no error holds the text."""
    names = {variable: name for name, variable in VARIABLES.items()}
    found: dict[str, str | Secret] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        variable, equals, held = line.partition("=")
        name = names.get(variable.strip())
        if not equals or name is None:
            return {}, number
        found[name] = _hidden(name, held.strip()) or ""
    return found, 0


def save_secret_file(values: Mapping[str, "str | Secret"], path: Path | None = None) -> Path:
    """Write a secret file that only you can read (mode 0600, in a folder of mode 0700).

    Parameters
    ----------
    values
        By name as in :data:`VARIABLES`, for example ``client_id`` and ``client_secret``.
    path
        Where to; see :func:`secret_file_path`.

    Returns
    -------
    pathlib.Path
        Where it is.
    """
    unknown = sorted(set(values) - set(VARIABLES))
    if unknown:
        message = f"These are no credentials: {', '.join(unknown)}. Known: {', '.join(VARIABLES)}."
        raise CredentialsError(message)
    target = path or secret_file_path()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    # The mode counts from the first moment; a file made wider and narrowed later could be read in between.
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for name, held in values.items():
            file.write(f"{VARIABLES[name]}={held.reveal() if isinstance(held, Secret) else held}\n")
    fresh.replace(target)
    return target
