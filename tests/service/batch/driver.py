"""A run in a process of its own, that can be told where to die. Not a test.

Usage: driver.py SETTINGS, a JSON object with ``api``, ``user_center``, ``ca_file``, ``client_id``, ``client_secret``,
``documents`` (a folder, or names -> pages), ``to``, ``quarantine_s``, and perhaps ``upload_threads``, ``die`` (a fail
point) and ``nth`` (at which time of passing by).
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

DEAD = 77


class Countdown:
    """Ends the process, without any clean-up, when it is called for the nth time."""

    def __init__(self, nth: int) -> None:
        self.left = nth

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            os._exit(DEAD)


def die_in_ledger(point: str, countdown: Countdown) -> None:
    """Die around the statements of the ledger."""

    class Dying(sqlite3.Connection):
        intents = False

        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            self.intents = self.intents or "state = 'intent', attempts" in statement
            if statement == "COMMIT" and self.intents and point == "before intent commit":
                countdown()
            cursor = super().execute(statement, *values)
            if statement == "COMMIT" and self.intents and point == "after intent commit":
                countdown()
            if statement.startswith("INSERT OR REPLACE INTO results") and point == "inside result commit":
                countdown()
            self.intents = self.intents and statement != "COMMIT"
            return cursor

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **kwargs: connect(*args, factory=Dying, **kwargs)  # type: ignore[assignment]


def dying_client(point: str, countdown: Countdown) -> type:
    """Return a client that dies around an upload."""
    from gini_notebook.service.client import Client

    def perhaps_die(what: str, post: Callable[..., str], *args: Any, **kwargs: Any) -> str:
        if point == f"after send{what}":
            threading.Timer(0.004, countdown).start()
        document_id = post(*args, **kwargs)
        if point == f"after 201{what}":
            countdown()
        return document_id

    class Dying(Client):
        def upload(self, *args: Any, **kwargs: Any) -> str:
            return perhaps_die("", super().upload, *args, **kwargs)

        def upload_partial(self, *args: Any, **kwargs: Any) -> str:
            return perhaps_die(" of a page", super().upload_partial, *args, **kwargs)

        def compose(self, *args: Any, **kwargs: Any) -> str:
            return perhaps_die(" of a join", super().compose, *args, **kwargs)

    return Dying


def die_in_export(countdown: Countdown) -> None:
    """Die between the temporary file and its final name."""
    replace = os.replace

    def dying(*args: Any, **kwargs: Any) -> None:
        countdown()
        replace(*args, **kwargs)

    os.replace = dying  # type: ignore[assignment]


def main(settings: dict[str, Any]) -> None:
    """Run, and perhaps die."""
    point, countdown = settings.get("die", ""), Countdown(settings.get("nth", 0))
    die_in_ledger(point, countdown)
    from gini_notebook.interactive.login import login
    from gini_notebook.service.batch import BatchSettings, running

    client = login(SimpleNamespace(environment="pay-api", **settings))
    client.__class__ = dying_client(point, countdown)
    threads = settings.get("upload_threads", 16)
    limits = BatchSettings(quarantine_s=settings["quarantine_s"], upload_threads=threads)
    report = running.run(client, settings["documents"], to=settings["to"], settings=limits, progress=False)
    if "export" in settings:
        from gini_notebook.service.batch import Batch

        die_in_export(countdown)
        Batch.load(settings["to"]).to_csv(settings["export"])
    sys.stdout.write(f"{report.counts}\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
