"""From the ledger of a run to tables: :class:`Batch`, and :func:`process`, which runs and loads."""

from gini_notebook.service.frames.batch import Batch, cleanup, dedupe, process, resume, status

__all__ = ["Batch", "cleanup", "dedupe", "process", "resume", "status"]
