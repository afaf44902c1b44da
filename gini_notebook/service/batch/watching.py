"""A look at a run from outside, as often as somebody wants to see it: what is where, how fast, what failed and why."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from gini_notebook.errors import LedgerError
from gini_notebook.service.batch import maintenance
from gini_notebook.service.batch.ledger import FILE_NAME, Ledger
from gini_notebook.service.batch.ledger.documents import count_by_state, latest_finishes, latest_request_id
from gini_notebook.service.batch.ledger.store import is_held

# Reasons that are told one by one; a look stays small whatever went wrong.
MOST_REASONS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """Why documents failed, with what to do about it, and how many did."""

    error: str
    count: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the ledger of a run says now.

    Attributes
    ----------
    name
        The name of the run folder.
    read, failed, unclear, at_service, waiting
        Documents by where they are; they add up to :attr:`total`.
    in_excess
        Documents at the service beyond one for each row.
    per_minute
        Documents finished in a minute, by the latest ones; None if that cannot be told.
    minutes_left
        About how many minutes are left, and between which limits, by the chance in the latest ones.
    look_at
        When unclear documents are looked for again, as ISO text.
    reasons, other_reasons
        Why documents failed, most frequent first, and how many reasons are not told.
    user, request_id
        Whom the documents belong to, and the request id of the latest failure.
    is_on
        Whether somebody works on the run.
    """

    name: str
    read: int = 0
    failed: int = 0
    unclear: int = 0
    at_service: int = 0
    waiting: int = 0
    in_excess: int = 0
    per_minute: float | None = None
    minutes_left: tuple[float, float, float] | None = None
    look_at: str = ""
    reasons: tuple[Reason, ...] = ()
    other_reasons: int = 0
    user: str = ""
    request_id: str = ""
    is_on: bool = False

    @property
    def total(self) -> int:
        """All documents of the run."""
        return self.read + self.failed + self.unclear + self.at_service + self.waiting

    @property
    def is_finished(self) -> bool:
        """Whether no document needs more work."""
        return self.total > 0 and self.read + self.failed == self.total


def look(folder: str | os.PathLike[str]) -> Look:
    """Look at a run; where none has begun yet, there is nothing to see.

    Raises
    ------
    LedgerError
        If the ledger is damaged, or of another program.
    """
    where = Path(folder)
    if not (where / FILE_NAME).exists():
        return Look(where.name)
    try:
        told = maintenance.status(where)
        with Ledger(where, read_only=True) as ledger:
            at_service = count_by_state(ledger).get("uploaded", 0)
            finished = latest_finishes(ledger, float(ledger.fact("taken_up_at") or 0), maintenance.RECENT + 1).number
            user, request_id = ledger.fact("user") or "", latest_request_id(ledger)
    except LedgerError:
        if is_held(where):  # being made this moment
            return Look(where.name, is_on=True)
        raise
    at_service = min(at_service, told["pending"])
    rate = told["documents_per_s"]
    return Look(
        where.name,
        told["completed"],
        told["failed"],
        told["unclear"],
        at_service,
        told["pending"] - at_service,
        told["surplus"],
        per_minute=rate and rate * 60,
        minutes_left=minutes_left(told["pending"] + told["unclear"], rate, finished),
        look_at=told["look_at"] or "",
        reasons=tuple(Reason(one["error"], one["count"]) for one in told["failures"][:MOST_REASONS]),
        other_reasons=max(len(told["failures"]) - MOST_REASONS, 0),
        user=user,
        request_id=request_id,
        is_on=is_held(where),
    )


def minutes_left(left: int, per_s: float | None, finished: int) -> tuple[float, float, float] | None:
    """Return about how many minutes are left, with limits (95 %) as if documents finished by chance.

    Parameters
    ----------
    left
        Documents that are not finished.
    per_s
        Documents finished in a second.
    finished
        How many documents that rate was taken from.

    Examples
    --------
    >>> minutes_left(600, 1.0, 100)
    (10.0, 8.36..., 12.43...)
    """
    if not left or not per_s or not finished:
        return None
    # The standard error of a count is its root (Poisson).
    off = 1.96 / math.sqrt(finished)
    about = left / per_s / 60
    return about, about / (1 + off), about / (1 - off) if off < 1 else math.inf
