"""Secrets that others could read: refused where nobody is there to see a warning, warned of elsewhere."""

import warnings
from collections.abc import Iterable

from gini_notebook.errors import CredentialsError, SecretWarning
from gini_notebook.interactive.session import surroundings
from gini_notebook.service.credentials import Secret


def check(given: Iterable[object]) -> None:
    """Refuse secrets that stand in a cell of a notebook that runs unattended, under nbclient or papermill.

    Papermill writes its parameters into a cell, so a secret among them is in the executed notebook, in the logs of
    the build and wherever the notebook is passed on.

    Raises
    ------
    CredentialsError
        If one does.
    """
    if surroundings.kernel() is None or surroundings.front_end_can_ask():
        return
    if any(isinstance(each, Secret) and surroundings.stands_in_a_cell(each) for each in given):
        raise CredentialsError(
            "A secret stands in a cell of this notebook, which keeps it, perhaps as a parameter of papermill. Name a "
            "secret file by GINI_SECRET_FILE, or set GINI_CLIENT_SECRET, where the notebook is started; pass no secret "
            "to login(), and change this one."
        )


def warn(*, literal: bool, trusted: bool) -> None:
    """Warn of secrets typed into a cell or prompt, and of client secrets on machines of others."""
    if literal and surroundings.is_interactive():
        warnings.warn(
            "A secret that stands in a cell is saved with the notebook and in the history. Use the environment, a "
            "secret file or the form instead, and change this secret.",
            SecretWarning,
            stacklevel=3,
        )
    place = surroundings.hosted_place()
    if trusted and place is not None:
        warnings.warn(
            f"The client secret opens the documents of all your users, and {place} is not your own machine. Use a "
            "token from your backend (token=) there.",
            SecretWarning,
            stacklevel=3,
        )
