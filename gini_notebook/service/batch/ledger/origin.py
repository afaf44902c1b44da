"""Whether a ledger is the one of its folder, or a copy, or an older one that was put back.

A copy shares the documents at the service with the folder it was made from, and an older ledger does not know what was
sent since. Both can go on; neither may delete, since what it takes for surplus may be somebody's only document.

And whether the files that a ledger names were named on this machine: a ledger can come from a stranger and say anything
of itself. When a file was last changed he cannot say: no archive or copy can set that (on POSIX systems).
"""

import json
import os
import secrets
from contextlib import suppress
from stat import S_ISREG

from gini_notebook.errors import LedgerError
from gini_notebook.service.batch.ledger.store import Ledger
from gini_notebook.service.batch.ledger.uploads import held_ids
from gini_notebook.service.batch.naming import TAG_CHARACTERS

FILE_NAME, ORIGIN_NAME = "session", "origin"
COPIED = (
    "The run folder {folder} is a copy of {place}: both hold the same documents of the service, so nothing is deleted "
    "from here. Delete in the folder it was copied from, or by hand, with client.delete, what is certainly yours."
)
RESTORED = (
    "The ledger in {folder} is older than the last work in this folder, so it does not know what was sent since, and "
    "nothing is deleted from here. Put the latest ledger back, or delete by hand, with client.delete, what is "
    "certainly yours."
)

STRANGE = (
    "The run folder {folder} was unpacked or put back here, or its rights were changed: nothing shows that the "
    "documents it names are its own, so nothing is deleted. Name its files once, with process(client, documents, "
    "to={folder!r}); from then on what bears the run's names at the service can be deleted."
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
    _write(ledger, FILE_NAME, session)


def _write(ledger: Ledger, name: str, text: str) -> None:
    path = ledger.folder / name
    try:
        # Never through what lies there: in a folder of a stranger it may be a link to any file.
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        message = f"The run folder {ledger.folder} cannot be written: {error.strerror}."
        raise LedgerError(message) from error


def check_may_delete(ledger: Ledger) -> None:
    """Refuse to delete by a ledger that may be wrong about what is whose.

    Raises
    ------
    LedgerError
        When the folder was copied, or its ledger put back, or made by somebody else.
    """
    reason = _reason(ledger)
    if reason is None and not _is_vouched_for(ledger):
        reason = STRANGE.format(folder=str(ledger.folder))
    if reason is not None:
        raise LedgerError(reason)


def may_be_forged(ledger: Ledger) -> bool:
    """Return whether documents were in the ledger before any call in this folder has named some."""
    return ledger.fact("strange") is not None


def vouch(ledger: Ledger) -> None:
    """Record that the latest call has named its documents here, so that later ones may send them without naming them.

    Beside the ledger stands a file, and in the ledger when that was last changed. What the ledger says of the documents
    that it has already is not believed for that.
    """
    if _is_vouched_for(ledger):
        return
    if held_ids(ledger):
        ledger.remember("strange", "yes")
    text = secrets.token_hex(16)
    _write(ledger, ORIGIN_NAME, text)
    ledger.remember("origin", json.dumps([text, (ledger.folder / ORIGIN_NAME).stat().st_ctime_ns]))
    ledger.commit()


def check_vouched_for(ledger: Ledger) -> None:
    """Refuse to send files that no call on this machine has named.

    Raises
    ------
    LedgerError
        When the folder was copied, unpacked or put back, or made by somebody else.
    """
    if not _is_vouched_for(ledger):
        message = (
            f"The run folder {ledger.folder} was copied here, unpacked or put back from a backup, or its rights were "
            "changed: nothing shows that the files it names were named here, so none is sent. Name them once: "
            f"process(client, documents, to={str(ledger.folder)!r})."
        )
        raise LedgerError(message)


def _is_vouched_for(ledger: Ledger) -> bool:
    with suppress(OSError, ValueError, TypeError):
        text, changed_ns = json.loads(ledger.fact("origin") or "")
        path = ledger.folder / ORIGIN_NAME
        found = path.lstat()
        return S_ISREG(found.st_mode) and found.st_ctime_ns == changed_ns and path.read_text() == text
    return False


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
