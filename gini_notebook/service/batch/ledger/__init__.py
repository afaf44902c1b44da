"""The ledger of a run, one SQLite file: what is known of each document and upload; the only place with SQL.

Each module holds the statements of one concern, as functions named after what they record or return. The tables are
described for people in ``docs/ledger.md``.
"""

from gini_notebook.service.batch.ledger.store import FILE_NAME, Ledger

__all__ = ["FILE_NAME", "Ledger"]
