"""Many documents, each ending as exactly one row: a ledger on disk, a scheduler, and the document list as witness.

:func:`run` sends documents and stores their extractions in a run folder, :func:`resume` goes on with one. The tables
are made from it by :mod:`gini_notebook.service.batch.batch`. The ledger is described in ``docs/ledger.md``.
"""

from gini_notebook.service.batch.counts import Counts
from gini_notebook.service.batch.folders import folders_as_documents
from gini_notebook.service.batch.progress import Progress
from gini_notebook.service.batch.running import RunReport, resume, run
from gini_notebook.service.batch.settings import Settings
from gini_notebook.service.batch.maintenance import cleanup, counts_of, dedupe, status

__all__ = [
    "Counts",
    "Progress",
    "RunReport",
    "Settings",
    "cleanup",
    "counts_of",
    "dedupe",
    "folders_as_documents",
    "resume",
    "run",
    "status",
]
