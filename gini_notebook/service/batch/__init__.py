"""Many documents, each ending as exactly one row: a ledger on disk, a scheduler, and the document list as witness.

:func:`process` sends documents, stores their extractions in a run folder and returns them as a :class:`Batch`, the
tables of the run; :func:`resume` goes on with one. The ledger is described in ``docs/ledger.md``. What needs pandas is
loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gini_notebook.service.batch.inputs import folders_as_documents
from gini_notebook.service.batch.maintenance import cleanup, status
from gini_notebook.service.batch.progress import Counts, Progress
from gini_notebook.service.batch.purge import purge_local
from gini_notebook.service.batch.settings import BatchSettings

if TYPE_CHECKING:
    from gini_notebook.service.batch.batch import Batch, dedupe, process, resume

__all__ = [
    "Batch",
    "BatchSettings",
    "Counts",
    "Progress",
    "cleanup",
    "dedupe",
    "folders_as_documents",
    "process",
    "purge_local",
    "resume",
    "status",
]


def __getattr__(name: str) -> Any:
    if name not in {"Batch", "dedupe", "process", "resume"}:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.batch"), name)
