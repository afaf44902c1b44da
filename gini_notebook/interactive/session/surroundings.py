"""Where this program runs: who could type a password, and who else could read one."""

import builtins
import os
import sys
from typing import Any

from gini_notebook.service.credentials import Secret


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


def front_end_can_ask() -> bool:
    """Whether there is somebody at the other end of the kernel; nbclient and papermill say there is not."""
    return bool(getattr(kernel(), "_allow_stdin", False))


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
    for variable, place in (("COLAB_RELEASE_TAG", "Colab"), ("BINDER_SERVICE_HOST", "Binder")):
        if variable in os.environ:
            return place
    if os.environ.get("SERVER_SOFTWARE", "").lower().startswith("voila"):
        return "Voilà"
    return None
