"""What ``pip install "gini-notebook[…]"`` adds, and one sentence wherever it is missing.

The package itself logs in, processes, evaluates and prints; what only some need is an extra (``pyproject.toml`` lists
their libraries). A module imports the libraries of an extra where it uses them, under :func:`needed_for`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gini_notebook.errors import MissingLibrary

_OWN = __name__.partition(".")[0]


@contextmanager
def needed_for(what: str, extra: str) -> Iterator[None]:
    """Import the libraries of an extra below this, so that a missing one is a sentence.

    Parameters
    ----------
    what
        What they are needed for, as the beginning of a sentence: ``"Reading e-invoices"``.
    extra
        The extra that brings them.

    Raises
    ------
    MissingLibrary
        If one of them is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        library = (missing.name or "").partition(".")[0]
        if library in ("", _OWN):
            raise
        message = f'{what} needs {library}, which is not installed: pip install "gini-notebook[{extra}]"'
        raise MissingLibrary(message, name=library) from missing
