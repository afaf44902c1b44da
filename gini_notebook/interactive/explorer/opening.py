"""``explore()``: the one door to the explorer, whatever is explored."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pandas as pd

from gini_notebook.analysis.comparison import Comparison
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.evaluate import evaluate
from gini_notebook.analysis.truth import Journal
from gini_notebook.analysis.truth.edits import in_effect
from gini_notebook.errors import SettingError
from gini_notebook.interactive.explorer.explorer import Explorer
from gini_notebook.interactive.explorer.labelling import QUEUES, Labelling
from gini_notebook.interactive.explorer.place import At
from gini_notebook.interactive.explorer.rescoring import Rescoring
from gini_notebook.interactive.explorer.selection import SHOWS
from gini_notebook.interactive.explorer.session import Session
from gini_notebook.interactive.explorer.subject import Subject, labelled_subject, subject_of, with_checks
from gini_notebook.interactive.pages import FolderPages, Pages, ServicePages
from gini_notebook.service.batch.inputs import Documents
from gini_notebook.service.client import Client

HEIGHT_PX = (320, 4000)
TWO_SOURCES = "Pages come either from documents= (files on this machine) or from client= (the service); give one."


def explore(  # noqa: PLR0913 - all but the first by keyword
    what: Any,
    truth: pd.DataFrame | None = None,
    *,
    documents: Documents | None = None,
    client: Client | None = None,
    batch: Any = None,
    at: At | None = None,
    show: str | None = None,
    height: int = 680,
    executor: Executor | None = None,
    mask: bool = False,
    checks: pd.DataFrame | None = None,
    labels: "str | os.PathLike[str] | Journal | None" = None,
    blind: bool | None = None,
    keys: Mapping[str, str] | None = None,
) -> Explorer:
    """Look at documents, at mistakes, or at what changed between two runs, with the page and the boxes on it.

    Parameters
    ----------
    what
        What :func:`gini_notebook.evaluate` or :func:`gini_notebook.compare` answered, a batch, or a table of
        extractions. A batch without ``truth`` is shown as it was read, with the documents that failed.
    truth
        The truth of a batch or table, which is then evaluated.
    documents
        The folder, the mapping or the list that was given to :func:`gini_notebook.process`: pages are drawn from the
        files, on this machine, in a process of its own. Pages of a document of several files are numbered through, in
        their order. In a folder, a document that is called like a subfolder has the pages that
        :func:`gini_notebook.folders_as_documents` finds in it; a name such as ``scan1.jpg (+2)`` does not tell the
        other pages, so give the mapping or the list.
    client
        Ask the service for pages and for the unit of the boxes on them instead; the documents must still be there.
        They belong to the user of the run: give ``batch``, too, or ``client.with_user(batch.user)``.
    batch
        The run. Where the ids of documents and the candidates are, if ``what`` was made of a bare table without
        them, and whose the documents at the service are. Its documents without truth are listed as ``unlabelled``.
    at
        Where to begin: see :meth:`Explorer.go`.
    show
        ``"mistakes"``, ``"all"``, ``"unlabelled"``, ``"changed"`` or ``"failed"``: the filter to begin with. By default
        the mistakes of an evaluation, the changes of a comparison, and all of a batch.
    height
        Of the view, in CSS pixels.
    executor
        Executor that draws the pages of the next slots from ``documents`` while you look at one: any
        ``concurrent.futures.Executor`` whose workers see the folder; by default a thread.
    mask
        For a screen that others look at: of account numbers and names only what who knows them recognizes, and no
        page. ``explorer.rows`` and the other tables hold the values all the same.
    checks
        What :func:`gini_notebook.checks` answers for these documents: which checks of a field failed becomes a filter.
    labels
        Edit the truth, and keep each decision in this file: a journal (``labels.jsonl``), which is made with the first
        one, or a :class:`gini_notebook.Journal`. The truth itself is never written; ``read_truth(["truth.csv",
        "labels.jsonl"])`` folds the decisions over it. An evaluation needs the run, too (``batch=``), since its
        documents are compared anew with each decision: ``explorer.result``. Without any truth, labels begin from
        nothing. ``show`` also takes the queues ``"audit"``, ``"odd"``, ``"flagged"`` and ``"recent"``: see
        :meth:`Explorer.queue`.
    blind
        Whether what was read is hidden until a slot is decided, so that it does not draw the label towards it; by
        default in the queue ``"unlabelled"`` only.
    keys
        Other keys than the usual ones, ``{"next": "w", "previous": "q"}``: one character for a command, or several that
        do the same. Commands are ``next``, ``previous``, ``next_mistake``, ``previous_mistake``, ``go_to``, ``larger``,
        ``smaller``, ``fit``, ``rotate``, ``extracted``, ``truth``, ``candidates``, ``right``, ``wrong``, ``both``,
        ``unclear``, ``empty``, ``flag``, ``undo``, ``redo``, ``box``, ``search``, ``view`` and ``copy``. Arrows, Home,
        End, Page Up, Page Down, Delete, Enter, Escape, the digits 1 to 9, comma and full stop stay.

    Returns
    -------
    Explorer
        Put it last in a cell. List, filters with their counts and the search are in the browser and do not wait for
        the kernel; ``?`` shows the keys. Pages and values are in no saved notebook.

    Raises
    ------
    SettingError
        If ``what`` is nothing that can be explored, both ``documents`` and ``client`` are given, there is no such
        place, choice of ``show`` or command of ``keys``, a key would do two things, or the truth cannot be edited (of a
        comparison; of an evaluation without its run, or by a function of your own).
    TruthError
        If ``labels`` is a file that is no journal.
    FileProblem
        If there is no such folder, or ``documents`` is no mapping or list that a run takes.

    Examples
    --------
    >>> explorer = gini.explore(result, documents="invoices/")
    >>> explorer.choose(field="iban", text="letter")
    >>> rows = explorer.rows

    Documents of several pages, and the one to begin with:

    >>> pages = {"slip_small.pdf": ["page1.png", "page2.png"], "letter_plain.pdf": "invoices/letter_plain.pdf"}
    >>> explorer = gini.explore(batch, documents=pages, at="slip_small.pdf")

    Correct the truth, and keep each decision:

    >>> explorer = gini.explore(result, batch=batch, documents="invoices/", labels="labels.jsonl")
    """
    if documents is not None and client is not None:
        raise SettingError(TWO_SOURCES)
    if not HEIGHT_PX[0] <= height <= HEIGHT_PX[1]:
        message = f"height is {height}; it must be between {HEIGHT_PX[0]} and {HEIGHT_PX[1]}."
        raise SettingError(message)
    labelling = None if labels is None else _labelling(what, truth, batch, labels)
    subject = subject_of(what, truth, batch) if labelling is None else labelling.subject
    if checks is not None:
        subject = with_checks(subject, checks)
        if labelling is not None:
            labelling.subject = subject
    beside = getattr(batch, "documents", None)
    known = [subject.documents, beside] if isinstance(beside, pd.DataFrame) else [subject.documents]
    own = ThreadPoolExecutor(1, "gini pages") if executor is None and documents is not None else None
    pages: Pages | None = None
    if documents is not None:
        pages = FolderPages(documents, _column(known, "sha256"), executor or own)
    elif client is not None:
        pages = ServicePages(_as_user_of(what if batch is None else batch, client), _column(known, "document_id"))
    shown = _shown(show, subject, edited=labelling is not None)
    call = {"name": _called(what), "show": shown, "height": int(height), "mask": mask, "own_executor": own}
    call["keys"] = dict(keys or {})
    call["labels"] = "" if labelling is None else str(labelling.journal.path)
    session = Session(subject, pages, mask=mask, labelling=labelling, blind=blind, keys=keys)
    explorer = Explorer(session, settings=call)
    explorer.begin(at, shown)
    return explorer


def _labelling(what: Any, truth: pd.DataFrame | None, batch: Any, labels: Any) -> Labelling:
    """Begin, or go on with, editing the truth of whatever is explored."""
    is_evaluation = isinstance(what, Evaluation)
    source = batch if is_evaluation else what
    if isinstance(what, Comparison) or source is None:
        raise SettingError(
            "labels= edits the truth of one run, whose documents are compared anew: give its evaluation and the run "
            "itself, explore(result, batch=batch, labels=…), or the run and its truth, explore(batch, truth, labels=…)."
        )
    journal = labels if isinstance(labels, Journal) else Journal(labels)
    result = what if is_evaluation else None if truth is None else evaluate(source, truth)
    rescoring = Rescoring(result, source, journal.edits)
    decided = [edit.slot for edit in in_effect(journal.edits)]
    return Labelling(labelled_subject(rescoring.whole(journal.edits), source, decided), rescoring, journal)


def _shown(show: str | None, subject: Subject, *, edited: bool = False) -> str:
    usual = {"evaluation": "mistakes", "comparison": "changed"}.get(subject.kind, "all")
    if edited and subject.result is None:
        usual = "unlabelled"
    choices = (*SHOWS, *(name for name in QUEUES if edited and name not in SHOWS))
    if show is not None and show not in choices:
        message = f"show is {show!r}; choose one of {', '.join(choices)}."
        raise SettingError(message)
    if show == "changed" and subject.kind != "comparison":
        raise SettingError("show='changed' is for a comparison of two runs: gini.compare().")
    return show or usual


def _called(what: Any) -> str:
    return {"Evaluation": "result", "Comparison": "comparison", "Batch": "batch"}.get(
        type(what).__name__, "extractions"
    )


def _as_user_of(batch: Any, client: Client) -> Client:
    try:
        return client.with_user(batch.user)
    except (AttributeError, SettingError):
        # No run is given, or the client is logged in as one particular user.
        return client


def _column(tables: Sequence[pd.DataFrame], name: str) -> dict[str, str]:
    """Look up a column by document in all tables that have it."""
    found: dict[str, str] = {}
    for table in tables:
        if name in table.columns:
            known = table[["document", name]].dropna()
            found |= dict(zip(known["document"], known[name], strict=True))
    return found
