"""Binds a run to the user of a service that its first call was for."""

import secrets
import time

from gini_notebook.errors import LedgerError, SettingError
from gini_notebook.service.batch.ledger import Ledger
from gini_notebook.service.batch.ledger.duplicates import forget_service
from gini_notebook.service.batch.naming import TAG_CHARACTERS
from gini_notebook.service.client import Client


def bound_client(client: Client, ledger: Ledger, user: str | None = None) -> Client:
    """Return the client for the user a ledger belongs to, and bind a new ledger to service and user.

    Raises
    ------
    LedgerError
        When the ledger belongs to another service, another version of its interface, or another user.
    """
    own = _as_user(client, user or ledger.fact("user"))
    if user is not None and own.user != user:
        message = f"This client is logged in as {own.user} and cannot send documents for {user!r}."
        raise SettingError(message)
    target = {"api": "sandbox" if own.ephemeral else own.api, "version": own.environment.name, "user": own.user}
    for name, value in target.items():
        bound = ledger.fact(name)
        if bound is not None and bound != value:
            message = (
                f"The run folder {ledger.folder} belongs to {name} {bound}, and this client is for {value}. Log in to "
                "the former, or choose another run folder."
            )
            raise LedgerError(message)
    if ledger.fact("mark") is None:
        for name, value in target.items():
            ledger.remember(name, value)
        ledger.remember("mark", secrets.token_hex(TAG_CHARACTERS // 2))
        ledger.remember("begun_at", f"{time.time():.3f}")
        ledger.commit()
    if own.ephemeral:
        _start_over_elsewhere(ledger, own.api)
    return own


def _start_over_elsewhere(ledger: Ledger, api: str) -> None:
    """Send to another sandbox what the former one had not finished: it is gone, and so are its documents."""
    if ledger.fact("sandbox") not in {None, api}:
        forget_service(ledger)
    ledger.remember("sandbox", api)
    ledger.commit()


def _as_user(client: Client, user: str | None) -> Client:
    try:
        return client.with_user(user)
    except SettingError:
        # An account or a token stands for one user; all its runs share one document list.
        return client
