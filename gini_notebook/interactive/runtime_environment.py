"""Where this program runs: who could type a password, and who else could read one."""

import builtins
import os
import sys
from collections.abc import Iterable
from typing import Any

from gini_notebook.errors import CredentialsError, SecretWarning, warn
from gini_notebook.service.credentials import Secret

_HOSTED = {"COLAB_RELEASE_TAG": "Colab", "KAGGLE_KERNEL_RUN_TYPE": "Kaggle", "BINDER_SERVICE_HOST": "Binder"}
_HUBS = ("JUPYTERHUB_API_URL", "JUPYTERHUB_USER")


def shell() -> Any:
    """Return the IPython shell, or None outside of one."""
    get = getattr(builtins, "get_ipython", None)
    return get() if callable(get) else None


def is_interactive() -> bool:
    """Whether what is typed is kept: in a notebook, or in the history of a prompt."""
    return shell() is not None or hasattr(sys, "ps1")


def kernel() -> Any:
    """Return the Jupyter kernel this code runs in, or None."""
    return getattr(shell(), "kernel", None)


def stands_in_a_cell(secret: Secret) -> bool:
    """Whether a cell that has run in this session holds the text of a secret."""
    cells = getattr(shell(), "user_ns", {}).get("In", ())
    return bool(secret) and any(secret.reveal() in cell for cell in cells)


def can_prompt() -> bool:
    """Whether somebody at the other end of the kernel can be asked in the cell that runs.

    Nobody can under nbclient and papermill, nor in Voilà, which has no prompt (voila #778).
    """
    return bool(getattr(kernel(), "_allow_stdin", False))


def can_show_form() -> bool:
    """Whether a form that this cell shows will be filled in by somebody.

    Voilà cannot prompt, but a person looks at it; Spyder can prompt, but shows no widgets.
    """
    return kernel() is not None and (in_voila() or (can_prompt() and "spyder_kernels" not in sys.modules))


def in_voila() -> bool:
    """Whether this kernel serves a page of Voilà."""
    return os.environ.get("SERVER_SOFTWARE", "").lower().startswith("voila")


def is_own_computer() -> bool:
    """Whether what this machine remembers is remembered for one person: no hosted service, and no hub of many."""
    return hosted_place() is None and not any(name in os.environ for name in _HUBS)


def terminal_can_ask() -> bool:
    """Whether standard input is a terminal."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:
        return False


def hosted_place() -> str | None:
    """Name the hosted service this runs on, where a client secret may be seen by others."""
    if sys.platform == "emscripten":
        return "JupyterLite"
    for variable, place in _HOSTED.items():
        if variable in os.environ:
            return place
    if in_voila():
        return "Voilà"
    return None


def check_secret_exposure(given: Iterable[object]) -> None:
    """Refuse secrets that stand in a cell of a notebook that runs unattended, under nbclient or papermill.

    Papermill writes its parameters into a cell, so a secret among them is in the executed notebook, in the logs of
    the build and wherever the notebook is passed on.

    Raises
    ------
    CredentialsError
        If one does.
    """
    if kernel() is None or can_prompt():
        return
    if any(isinstance(each, Secret) and stands_in_a_cell(each) for each in given):
        raise CredentialsError(
            "A secret stands in a cell of this notebook, which keeps it, perhaps as a parameter of papermill. Name a "
            "secret file by GINI_SECRET_FILE, or set GINI_CLIENT_SECRET, where the notebook is started; pass no secret "
            "to login(), and change this one."
        )


def warn_of_secret_exposure(given: Iterable[object], *, literal: bool, trusted: bool) -> None:
    """Warn of secrets typed into a cell or prompt, and of client secrets on machines of others.

    Parameters
    ----------
    given
        The secrets in question. Where there are cells, those count that stand in one: what a vault or the environment
        gave, as a text like any other, does not.
    literal
        Whether any of them came as a text; at a prompt without cells that is all there is to go by.
    trusted
        Whether the client's own secret is in use.
    """
    if shell() is None:
        exposed = literal and is_interactive()
    else:
        exposed = any(isinstance(each, Secret) and stands_in_a_cell(each) for each in given)
    if exposed:
        warn(
            "A secret that stands in a cell is saved with the notebook and in the history. Use the environment, a "
            "secret file or the form instead, and change this secret.",
            SecretWarning,
        )
    place = hosted_place()
    if trusted and place is not None:
        warn(
            f"The client secret opens the documents of all your users, and {place} is not your own machine. Use a "
            "token from your backend (token=) there.",
            SecretWarning,
        )
