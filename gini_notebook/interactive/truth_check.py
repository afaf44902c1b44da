"""``check_truth``: what to look at in a ground truth before believing it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook._noted import NotedTable, noted
from gini_notebook.analysis.evaluation.noticed import notes_of_names
from gini_notebook.analysis.labelling import check_labels
from gini_notebook.analysis.labelling.document_text import DocumentText, read_codes, read_texts
from gini_notebook.analysis.truth.document_names import CONTRADICTING, pair_documents, pair_names
from gini_notebook.errors import NotFound, SchemaError
from gini_notebook.notations import composed
from gini_notebook.notes import Note
from gini_notebook.service.batch import Batch
from gini_notebook.service.batch.inputs import Documents, find, pages_in
from gini_notebook.service.batch.naming import document_key
from gini_notebook.service.batch.source_files import hash_files

if TYPE_CHECKING:
    from gini_notebook.service.client import Client


def check_truth(
    truth: pd.DataFrame,
    batch: Any = None,
    documents: Documents | None = None,
    *,
    client: "Client | None" = None,
) -> NotedTable:
    """Say which labels to look at again before believing a ground truth, worst first.

    Nothing is changed, and nothing here is proof: a printed IBAN may have wrong check digits, and a run may be wrong.
    How doubtful a label is comes from how rare the same finding is among the labels of its field, so a field whose
    values are derived and never printed does not fill the table.

    Parameters
    ----------
    truth
        The truth table, as of :func:`gini_notebook.read_truth`.
    batch
        A run over the same documents: a batch, a table of extractions, or anything that has one as ``.extractions``.
        Of a batch, the files that were sent are read as well, as long as they are where they were and unchanged.
    documents
        Where the documents are: the folder, list or mapping that was given to :func:`gini_notebook.process`. PDFs with
        a text layer and text files are read, in a process of their own.
    client
        Ask the service for the words of documents that have none of their own, such as scans: one request for each
        (``GET /documents/{id}/layout``). The batch knows their ids.

    Returns
    -------
    NotedTable
        A DataFrame, ``schema.CHECK_TRUTH``, one row per doubtful label: ``document``, ``group``, ``row`` (Int64),
        ``field``, ``check`` (below), ``value``, ``found`` (all that was found, in words), ``suggestion`` (what to do)
        and ``rank`` (Int64, 1 is the most doubtful). ``attrs["words"]`` counts the documents whose words are known;
        ``notes`` says which documents were paired though their names differ, as by :func:`gini_notebook.evaluate`, and
        how many labels could not be looked for on a page. The checks:

        - ``unread``: no value of its field's kind;
        - ``swapped``: the date with day and month exchanged is the one in the document;
        - ``one_character``: the document, or the run, has a value that differs in one character;
        - ``other_document``: not in this document, and the label of another one;
        - ``form``: length, structure or check digits of an IBAN, structure of a BIC;
        - ``nowhere``: not among the words of the document;
        - ``run_differs``: the run read something else;
        - ``as_run``: as the run read it, though it stands nowhere or has a wrong form: copied from a run?
        - ``term``: due oddly long before or after the date of the invoice, as the distances in this truth go (where day
          and month exchanged would make it a usual one, the check is ``swapped``);
        - ``sum``: quantities and prices of the rows do not add up to what is to be paid, and the page has no number
          that lies between (shipping, a voucher, what was paid already);
        - ``net_amount``: quantity and price of a line, with its allowances and charges, are not the net amount that the
          e-invoice of the label states (BT-131 of EN 16931);
        - ``duplicate``: amount, account and reference of another document; or the same file, or a bill that is alike in
          all but this, labelled differently.

    Raises
    ------
    SchemaError
        If one of the tables lacks columns.
    FileProblem
        If there are no such documents.

    Examples
    --------
    >>> truth = pd.DataFrame({"document": ["a.pdf"], "group": "", "row": 0, "field": ["iban"]})
    >>> check_truth(truth.assign(value="DE89 3704 0044 0532 0130 01"))[["check", "found"]].values.tolist()
    [['form', 'has check digits that do not match']]
    """
    if not isinstance(truth, pd.DataFrame):
        message = f"Cannot check a {type(truth).__name__}: give the table that read_truth() returns."
        raise SchemaError(message)
    extractions, known = _tables(batch)
    truth, notes = _named_as_in(truth, extractions, known)
    files = _files(truth, batch, documents)
    texts = read_texts(files)
    if client is not None:
        owner = getattr(batch, "user", "")
        texts |= _layouts(client.with_user(owner) if owner else client, known, texts)
    table = check_labels(truth, extractions, known, texts)
    codes = read_codes({name: files[name] for name in _lacking(table) if name in texts and name in files})
    if codes:
        texts |= {name: texts[name].with_codes(said) for name, said in codes.items()}
        table = check_labels(truth, extractions, known, texts)
    table.attrs["words"] = len(texts)
    return noted(table, table.headline, [*notes, *table.notes])


def _named_as_in(
    truth: pd.DataFrame, extractions: pd.DataFrame | None, known: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[Note]]:
    """Name the documents of a truth as the run does, as an evaluation does, and say which have no partner."""
    if extractions is None or "document" not in extractions or "document" not in truth:
        return truth, []
    names = [str(name) for name in (extractions if known is None else known)["document"].dropna().unique()]
    truth, notes = pair_documents(truth, names)
    forms = {composed(name) for name in names}
    labelled = [str(name) for name in truth["document"].dropna().unique()]
    told = truth.attrs.get(CONTRADICTING, ())
    without = sorted(name for name in labelled if composed(name) not in forms and name not in told)
    own = set(map(composed, labelled))
    return truth, [*notes, *notes_of_names(without, [name for name in names if composed(name) not in own], names)]


def _lacking(found: pd.DataFrame) -> list[str]:
    """Return the documents with a label that may stand in a code, since it is not among the words."""
    lost = found["found"].str.contains("stands nowhere", regex=False).to_numpy(dtype=bool, na_value=False)
    return [str(name) for name in found.loc[lost, "document"].unique()]


def _tables(batch: Any) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Return the tables of extractions and of documents, as far as there are any."""
    if batch is None or isinstance(batch, pd.DataFrame):
        return batch, None
    extractions = getattr(batch, "extractions", None)
    if not isinstance(extractions, pd.DataFrame):
        message = (
            f"Cannot check a truth against a {type(batch).__name__}: give a batch, or a table with the columns "
            "document, field and value. Where the documents are is named with documents=."
        )
        raise SchemaError(message)
    return extractions, getattr(batch, "documents", None)


def _files(truth: pd.DataFrame, batch: Any, documents: Documents | None) -> dict[str, list[Path]]:
    """Return the files of the documents of the truth."""
    wanted = {composed(str(name)) for name in truth["document"]} if "document" in truth else set()
    if documents is not None:
        return _only(wanted, _given(documents))
    return _only(wanted, _unchanged(batch)) if isinstance(batch, Batch) else {}


def _only(wanted: set[str], files: Iterable[tuple[str, list[Path]]]) -> dict[str, list[Path]]:
    """Return the files of these documents, whose names may differ in what is no part of the name."""
    found = {composed(name): paths for name, paths in files}
    pairing = pair_names(sorted(wanted), list(found))
    return {name: found[file] for name in wanted if (file := pairing.names.get(name, name)) in found}


def _given(documents: Documents) -> Iterable[tuple[str, list[Path]]]:
    """Yield the documents that were named; of a folder also its folders of pages."""
    for source in find(documents).sources:
        yield source.document, [Path(path) for path in source.pages or (source.path,)]
    if isinstance(documents, str | Path) and (top := Path(documents).expanduser()).is_dir():
        for folder in (path for path in sorted(top.rglob("*")) if path.is_dir() and not path.is_symlink()):
            if pages := pages_in(folder):
                yield folder.relative_to(top).as_posix(), [Path(page) for page in pages]


def _unchanged(batch: Batch) -> Iterable[tuple[str, list[Path]]]:
    """Yield the files of a batch that still are what was sent: a run folder may come from another machine."""
    # Of a file that could not be read there is no key, nor are there words.
    read = batch.documents.dropna(subset=["sha256"])
    keys: Mapping[str, str] = dict(zip(read["document"], read["sha256"], strict=True))
    for document, paths in batch.files.items():
        seen = [file.key for file in hash_files([str(path) for path in paths]) if file is not None]
        if len(seen) == len(paths) and keys.get(document) == document_key(seen):
            yield document, paths


def _layouts(
    client: "Client", known: pd.DataFrame | None, texts: Mapping[str, DocumentText]
) -> dict[str, DocumentText]:
    """Fetch the words of the documents that have none yet; where the service has none, there are none."""
    if known is None or "document_id" not in known:
        raise SchemaError("To ask the service for words, give the batch: its documents table knows their ids.")
    found = {}
    asked = known.dropna(subset=["document_id"])
    for document, identifier in zip(asked["document"].map(composed), asked["document_id"], strict=True):
        if document in texts:
            continue
        try:
            layout = client.layout(identifier)
        except NotFound:
            continue
        words = DocumentText([" ".join(word.text for word in page.words()) for page in layout.pages])
        if words.is_known:
            found[document] = words
    return found
