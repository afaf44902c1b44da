"""The vaults of hosted notebooks: secrets that a person has put there and opens for a notebook."""

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

LIMIT_S = 2.0


def _colab() -> Callable[[str], Any]:
    get: Callable[[str], Any] = import_module("google.colab.userdata").get
    return get


def _kaggle() -> Callable[[str], Any]:
    get: Callable[[str], Any] = import_module("kaggle_secrets").UserSecretsClient().get_secret
    return get


# What says that this is the place, and how one asks there.
VAULTS: Mapping[str, tuple[str, Callable[[], Callable[[str], Any]]]] = {
    "Colab's secrets": ("COLAB_RELEASE_TAG", _colab),
    "Kaggle's secrets": ("KAGGLE_KERNEL_RUN_TYPE", _kaggle),
}


def in_vault(names: Iterable[str], *, limit_s: float = LIMIT_S) -> tuple[str, dict[str, str]]:
    """Return the name of the vault here and what it holds under these names; it may not answer, so not for long.

    Parameters
    ----------
    names
        Names as in the environment.
    limit_s
        How long to wait for all of them, in seconds: Colab's vault waits for a person, and for ever where the page is
        in the background.
    """
    for vault, (variable, connect) in VAULTS.items():
        if variable in os.environ:
            found: dict[str, str] = {}
            thread = threading.Thread(target=_ask, args=(connect, list(names), found), daemon=True)
            thread.start()
            thread.join(limit_s)
            return vault, dict(found)
    return "", {}


def _ask(connect: Callable[[], Callable[[str], Any]], names: list[str], found: dict[str, str]) -> None:
    try:
        get = connect()
    except Exception:  # noqa: BLE001 - whatever the vault of another house raises: then there is none
        return
    for name in names:
        try:
            held = get(name)
        except Exception:  # noqa: BLE001, S112 - not there, or not opened for this notebook
            continue
        if isinstance(held, str) and held:
            found[name] = held
