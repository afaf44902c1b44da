"""Whether a ledger is the one of its folder, or a copy, or an older one that was put back.

A copy shares the documents at the service with the folder it was made from, and an older ledger does not know what was
sent since. Both can go on; neither may delete, since what it takes for surplus may be somebody's only document.
"""

import json
import os
import secrets
from contextlib import suppress

from gini_notebook.errors import LedgerError
from gini_notebook.service.batch.ledger.store import Ledger
from gini_notebook.service.batch.naming import TAG_CHARACTERS

FILE_NAME = "session"
COPIED = (
    "The run folder {folder} is a copy of {place}: both hold the same documents of the service, so nothing is deleted "
    "from here. Delete in the folder it was copied from, or by hand, with client.delete, what is certainly yours."
)
RESTORED = (
    "The ledger in {folder} is older than the last work in this folder, so it does not know what was sent since, and "
    "nothing is deleted from here. Put the latest ledger back, or delete by hand, with client.delete, what is "
    "certainly yours."
)


def settle(ledger: Ledger) -> str | None:
    """Look whether a folder that is opened for work was copied, or its ledger put back; return what is new in that.

    A copy names its uploads with a tag of its own from now on, so that the two do not take each other's documents
    for surplus.
    """
    before = _reason(ledger)
    known, here = ledger.fact("place"), [ledger.folder.stat().st_ino, str(ledger.folder.resolve())]
    if known is not None and all(then != now for then, now in zip(json.loads(known), here, strict=True)):
        ledger.remember("copied_from", json.loads(known)[1])
        _take_new_tag(ledger)
    elif _was_put_back(ledger):
        ledger.remember("restored", "yes")
    ledger.remember("place", json.dumps(here))
    ledger.commit()
    renew(ledger)
    after = _reason(ledger)
    return after if after != before else None


def renew(ledger: Ledger) -> None:
    """Write the same new random text into the ledger and beside it, by which an older ledger is told."""
    session = secrets.token_hex(16)
    # First the ledger: if the process dies here, what stands beside it is the session before.
    ledger.remember("session_before", ledger.fact("session") or "")
    ledger.remember("session", session)
    ledger.commit()
    path = ledger.folder / FILE_NAME
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(session)
    except OSError as error:
        message = f"The run folder {ledger.folder} cannot be written: {error.strerror}."
        raise LedgerError(message) from error


def check_may_delete(ledger: Ledger) -> None:
    """Refuse to delete by a ledger that may be wrong about what is whose.

    Raises
    ------
    LedgerError
        When the folder was copied, or its ledger put back.
    """
    if (reason := _reason(ledger)) is not None:
        raise LedgerError(reason)


def check_is_here(ledger: Ledger) -> None:
    """Refuse to send the files that a copy of a run folder names: they are those of another place.

    Raises
    ------
    LedgerError
        When the folder was copied.
    """
    place = ledger.fact("copied_from")
    if place is not None:
        message = (
            f"The run folder {ledger.folder} is a copy of {place}, and the files it names are those of that place, so "
            f"none is sent. Name the documents: process(client, documents, to={str(ledger.folder)!r})."
        )
        raise LedgerError(message)


def _reason(ledger: Ledger) -> str | None:
    place = ledger.fact("copied_from")
    if place is not None:
        return COPIED.format(folder=ledger.folder, place=place)
    return RESTORED.format(folder=ledger.folder) if ledger.fact("restored") else None


def _was_put_back(ledger: Ledger) -> bool:
    session = ledger.fact("session")
    if session is None:
        return False
    beside = ""
    with suppress(OSError, UnicodeDecodeError):
        beside = (ledger.folder / FILE_NAME).read_text()
    return not beside or beside not in {session, ledger.fact("session_before")}


def _take_new_tag(ledger: Ledger) -> None:
    old, new = ledger.fact("tag"), secrets.token_hex(TAG_CHARACTERS // 2)
    ledger.remember("tag", new)
    ledger.change("UPDATE uploads SET name = replace(name, ?, ?) WHERE state = 'planned'", (f".{old}", f".{new}"))
