"""A run as tables."""

import os
from concurrent.futures import Executor
from functools import cached_property
from pathlib import Path
from typing import Self

import pandas as pd

from gini_notebook import schema
from gini_notebook._display import ROWS, Display
from gini_notebook.notes import EXAMPLES, Note, ordered
from gini_notebook.service.batch import export, maintenance, running
from gini_notebook.service.batch.folders import by_reason
from gini_notebook.service.batch.inputs import Documents
from gini_notebook.service.batch.ledger import Ledger, tables
from gini_notebook.service.batch.ledger.documents import (
    count_by_status,
    count_repeated,
    first_documents,
    left_out,
    sources,
    surplus_count,
)
from gini_notebook.service.batch.progress import Progress
from gini_notebook.service.batch.settings import BatchSettings
from gini_notebook.service.client import Client


class Batch:
    """The documents of a run and what was read on them.

    The tables are read from the run folder when first asked for, and kept; nothing is fetched from the service.

    Attributes
    ----------
    folder : pathlib.Path
        The run folder.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Open a run folder.

        Parameters
        ----------
        folder
            What was given to :func:`process` as ``to``.

        Returns
        -------
        Batch
            The run, finished or not.

        Raises
        ------
        LedgerError
            When there is no run in the folder.

        Examples
        --------
        >>> batch = Batch.load("runs/baseline")
        >>> read = batch.extractions[["document", "field", "value"]]
        """
        with Ledger(Path(folder), read_only=True):
            return cls(folder)

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row per document: ``schema.DOCUMENTS``.

        ``status`` is ``completed``, ``failed``, ``pending`` or ``unclear``; ``error`` and ``request_id`` say why.
        ``processing_s`` counts from the answer to the upload, half the time since the last poll is taken off. Of a
        document of several files, ``media_type`` names all their types, and ``sha256`` is the key of its pages.
        """
        with self._ledger() as ledger:
            return tables.documents(ledger)

    @cached_property
    def extractions(self) -> pd.DataFrame:
        """One row per document, group, row and field: ``schema.EXTRACTIONS``."""
        with self._ledger() as ledger:
            return tables.extractions(ledger)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """One row per document, list and rank (from 1): ``schema.CANDIDATES``."""
        with self._ledger() as ledger:
            return tables.candidates(ledger)

    @cached_property
    def line_items(self) -> pd.DataFrame:
        """One row per document and line item; a text column per child.

        Columns: ``document``, ``row`` (from 0), ``position``, ``artNumber``, ``description``, ``quantity``,
        ``baseGross``, then others that occur. The same values stand in :attr:`extractions`, in group ``lineItems``.
        """
        return tables.line_items(self.extractions)

    @cached_property
    def surplus(self) -> pd.DataFrame:
        """Documents at the service that unclear uploads made in excess; they are in no other table.

        Columns: ``document_id``, ``document`` (whose copy it is), ``name`` at the service, ``created_at``,
        ``deleted_at``.
        """
        with self._ledger() as ledger:
            return tables.surplus(ledger)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """What lay among the inputs and is no document: ``schema.LEFT_OUT``.

        Columns: ``path`` (named as documents are; a folder stands for all that is in it) and ``reason``: ``hidden``,
        ``unknown kind``, ``link loop``, ``not a regular file`` …
        """
        with self._ledger() as ledger:
            return schema.LEFT_OUT.frame([one._asdict() for one in left_out(ledger)])

    @property
    def files(self) -> dict[str, list[Path]]:
        """The file of each document, or the files of its pages, where they were when the run was called last."""
        with self._ledger() as ledger:
            return {one.document: [Path(path) for path in one.pages or (one.path,)] for one in sources(ledger)}

    @property
    def notes(self) -> tuple[Note, ...]:
        """What to know about the run: see :mod:`gini_notebook.notes`."""
        with self._ledger() as ledger:
            found, scans = left_out(ledger), running.scans_note(ledger)
            counts = {"documents_repeated": count_repeated(ledger), "documents_in_excess": surplus_count(ledger)}
            counts["unclear_uploads"] = count_by_status(ledger)["unclear"]
        notes = [Note(kind, count) for kind, count in counts.items() if count]
        notes += [] if scans is None else [scans]
        if found:
            examples = tuple(one.path for one in found[:EXAMPLES])
            detail = by_reason(found)
            notes.append(Note("files_left_out", len(found), detail=detail, examples=examples, _rows=self.left_out))
        return ordered(notes)

    @property
    def duplicates(self) -> pd.DataFrame:
        """Documents with the same bytes as an earlier one: ``document``, ``copy_of``, ``sha256``."""
        return tables.duplicates(self.documents)

    @property
    def service(self) -> str:
        """The address of the API that answered, or ``sandbox``."""
        with self._ledger() as ledger:
            return ledger.fact("api") or ""

    @property
    def user(self) -> str:
        """The user identifier the documents belong to, for ``client.with_user``."""
        with self._ledger() as ledger:
            return ledger.fact("user") or ""

    def status(self) -> dict[str, int]:
        """Count the documents: ``completed``, ``failed``, ``unclear``, ``pending``."""
        with self._ledger() as ledger:
            return count_by_status(ledger)

    def to_csv(self, folder: str | os.PathLike[str], *, safe: bool = True) -> list[Path]:
        """Write the tables as CSV files; see :func:`gini_notebook.service.batch.export.to_csv`."""
        return export.to_csv(self._tables(), Path(folder), safe=safe)

    def to_parquet(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write the tables as Parquet files; see :func:`gini_notebook.service.batch.export.to_parquet`."""
        return export.to_parquet(self._tables(), Path(folder))

    def to_xlsx(self, path: str | os.PathLike[str]) -> Path:
        """Write the tables as sheets of one workbook; see :func:`gini_notebook.service.batch.export.to_xlsx`."""
        return export.to_xlsx(self._tables(), Path(path))

    def _tables(self) -> dict[str, pd.DataFrame]:
        names = ("documents", "extractions", "candidates", "line_items")
        return {name: getattr(self, name) for name in names}

    def _ledger(self) -> Ledger:
        return Ledger(self.folder, read_only=True)

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in self.status().items() if count)
        others = f"; {len(self.left_out)} left out" if len(self.left_out) else ""
        return f"<Batch {str(self.folder)!r}: {counts or 'no documents'}{others}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell how many documents were read, the notes, and the first documents, failed ones first."""
        del include, exclude
        return self._display().bundle()

    def _repr_html_(self) -> str:
        """As above, for front ends that ask for HTML alone."""
        return self._display().html

    def _display(self) -> Display:
        with self._ledger() as ledger:
            rows, counts = first_documents(ledger, ROWS), count_by_status(ledger)
        total, left = sum(counts.values()), counts["unclear"] + counts["pending"]
        parts = [f"{counts[status]:,} {word}" for status, word in _WORDS.items() if counts[status] or word == "read"]
        goes_on = ["Not finished: gini.process with the same folder goes on."] if left else []
        return Display(
            headline=[f"{total:,} {_documents(total)}: {', '.join(parts)}. Run folder: {self.folder}"],
            notes=self.notes,
            columns=list(schema.DOCUMENTS.narrow),
            rows=rows,
            total=total,
            order="failed ones first",
            more=[
                *goes_on,
                "More: .documents, .extractions, .line_items, .candidates, .left_out; .to_xlsx(…) to pass on.",
            ],
        )


def _documents(count: int) -> str:
    return "document" if count == 1 else "documents"


_WORDS = {"completed": "read", "failed": "failed", "unclear": "unclear", "pending": "not finished"}


def process(  # noqa: PLR0913 - all by keyword
    client: Client,
    documents: Documents,
    *,
    to: str | os.PathLike[str],
    progress: Progress = "auto",
    settings: BatchSettings | None = None,
    user: str | None = None,
    executor: Executor | None = None,
    allow_duplicates: bool = False,
    e_invoices: bool = False,
) -> Batch:
    """Send documents, wait until they are processed, and return what was read as tables.

    Every document ends as exactly one row; bad files and refused documents are rows with the reason. The same call
    goes on where an earlier one ended, and costs nothing for what is finished.

    Parameters
    ----------
    client
        The client to use.
    documents
        A folder (with its subfolders and linked folders; what is no document there stands in
        :attr:`Batch.left_out`), a file, a glob, or an iterable of these, in which a list of files is one
        document of several pages; or a mapping of names to files or lists of pages. Without a mapping, a document is
        called by its path below the folder (or below what the files have in common), one of several pages by its
        first and the number of further ones: ``scan1.jpg (+2)``.
    to
        The run folder, made if need be. It belongs to one user of one service.
    progress
        ``"auto"`` (a bar when somebody is there to see it), True, False, or a function of
        :class:`gini_notebook.service.batch.Counts`.
    settings
        Limits and times: :class:`gini_notebook.service.batch.BatchSettings`.
    user
        The user identifier to send the documents for; by default the one that was given to the login (as argument or
        as ``GINI_USER_IDENTIFIER``), and if there was none a fresh random one for the run, if the client may choose.
    executor
        Executor that hashes files that may hold what the run knows already (say, after the folder was copied): any
        ``concurrent.futures.Executor`` whose workers see the same files, for example a ``ProcessPoolExecutor`` or
        Dask's ``Client.get_executor()``; threads of this process by default. The service is driven by this process
        alone.
    allow_duplicates
        Upload documents with the same bytes once each. By default they share one upload and its result. Later calls
        without it keep the uploads that are there, and :func:`resume` goes on with what was asked for last.
    e_invoices
        Send e-invoices in XML that are found in folders, too. Beside PDFs they usually are the ground truth, so by
        default they stand in :attr:`Batch.left_out`. One that is named by itself is sent in any case.

    Returns
    -------
    Batch
        With the tables ``documents``, ``extractions``, ``candidates`` and ``line_items``.

    Raises
    ------
    FileProblem
        When there is nothing to send.
    LedgerError
        When the run folder belongs to another service or user, is in use, or cannot be written.
    RunStopped
        When the run was interrupted or a limit was reached; the same call goes on.
    ExecutorBroken
        When the executor broke off; the same call goes on, with another executor or none.

    Examples
    --------
    >>> batch = process(client, "invoices/", to="runs/new")
    >>> batch.documents["status"].value_counts().to_dict()
    {'completed': 4}
    """
    report = running.run(
        client,
        documents,
        to=to,
        progress=progress,
        settings=settings,
        user=user,
        executor=executor,
        allow_duplicates=allow_duplicates,
        e_invoices=e_invoices,
    )
    return Batch.load(report.folder)


def resume(
    client: Client,
    folder: str | os.PathLike[str],
    *,
    progress: Progress = "auto",
    settings: BatchSettings | None = None,
    executor: Executor | None = None,
) -> Batch:
    """Go on with a run, with the documents it was last called with.

    Parameters
    ----------
    client
        A client of the same service.
    folder
        The run folder.
    progress, settings, executor
        As for :func:`process`.

    Returns
    -------
    Batch
        As from :func:`process`.

    Raises
    ------
    LedgerError
        When there is no run in the folder, or nothing shows that its files were named on this machine: it was copied,
        unpacked, or made by somebody else; or as for :func:`process`.
    RunStopped
        When the run ended early once more.

    Examples
    --------
    >>> batch = process(client, "invoices/", to="runs/new")
    >>> batch = resume(client, "runs/new")
    """
    report = running.resume(client, folder, progress=progress, settings=settings, executor=executor)
    return Batch.load(report.folder)


def dedupe(
    client: Client, folder: str | os.PathLike[str], *, delete: bool = False, progress: Progress = "auto"
) -> pd.DataFrame:
    """Look for documents at the service that unclear uploads made in excess; delete them if asked to.

    Parameters
    ----------
    client
        A client of the run's service.
    folder
        The run folder.
    delete
        Whether to delete them. They are in no other table and no number in either case.
    progress
        As for :func:`process`; counts are those of documents to be deleted.

    Returns
    -------
    pandas.DataFrame
        :attr:`Batch.surplus`: all that were ever found, those that are deleted with ``deleted_at``.

    Raises
    ------
    LedgerError
        When there is no run in the folder, it is in use, or it belongs to another service.

    Examples
    --------
    >>> batch = process(client, "invoices/", to="runs/new")
    >>> len(dedupe(client, "runs/new"))
    0
    """
    maintenance.dedupe(client, folder, delete=delete, progress=progress)
    return Batch.load(folder).surplus
