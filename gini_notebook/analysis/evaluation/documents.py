"""The documents of an evaluation: which were answered, which failed, and why."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook._files import own_name
from gini_notebook.analysis.evaluation.encoding import (
    NOTHING,
    BoolArray,
    ObjectArray,
    as_objects,
    text_column,
)
from gini_notebook.errors import SchemaError
from gini_notebook.notations import composed
from gini_notebook.schema import DOCUMENT_STATUSES, TEXT

COMPLETED, FAILED = DOCUMENT_STATUSES[0], DOCUMENT_STATUSES[1]
_NO_EXTRACTION = "There is no extraction of this document."
_FIRST = ("document", "status", "error", "request_id", "answered")


@dataclass(frozen=True, slots=True, eq=False)
class SubmittedDocuments:
    """What is known of the documents that were sent.

    Attributes
    ----------
    documents
        The documents table of the batch, checked; None for mere tables of extractions.
    not_submitted
        Documents of the truth that were not sent.
    service
        Who was asked.
    their_truth
        What the truth says of the documents that were not sent; None if there are none.
    run, truth_name
        What run and truth are called: the name of a folder or file, without where it lies.
    """

    documents: pd.DataFrame | None = None
    not_submitted: Sequence[str] = ()
    service: str = ""
    their_truth: pd.DataFrame | None = None
    run: str = ""
    truth_name: str = ""

    @property
    def names(self) -> list[str]:
        """The documents that were sent, as far as known."""
        return [] if self.documents is None else self.documents["document"].tolist()

    def facts(self, names: ObjectArray) -> dict[str, Any]:
        """Return what the provenance says; ``names`` are the documents of the truth."""
        return {
            "run": self.run,
            "truth_name": self.truth_name,
            "service": self.service,
            "documents_unclear": 0 if self.documents is None else int((self.documents["status"] == "unclear").sum()),
            "documents_sent": None if self.documents is None else len(self.documents),
            "documents_not_sent": list(self.not_submitted),
            "failed_without_truth": failed_without_truth(self.documents, names),
        }

    def others(self, names: ObjectArray) -> pd.DataFrame | None:
        """Return the documents that were sent and have no truth, as :func:`document_table` writes them."""
        if self.documents is None:
            return None
        known = self.documents["document"].astype(object)
        rest = np.array(sorted(set(known) - set(names)), dtype=object)
        return document_table(rest, self.documents, np.zeros(len(rest), dtype=bool))


def name_of(thing: Any) -> str:
    """Return what a run or a truth is called: its folder, its file, or what reading it has noted; else nothing."""
    if isinstance(thing, str | os.PathLike):
        return own_name(thing)
    folder = getattr(thing, "folder", None)
    return (
        name_of(folder) if isinstance(folder, str | os.PathLike) else str(getattr(thing, "attrs", {}).get("name", ""))
    )


def tables_of(extractions: Any) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None]:
    """Return the tables of extractions, documents and candidates of whatever was handed in."""
    if isinstance(extractions, pd.DataFrame):
        return extractions, None, None
    table = getattr(extractions, "extractions", None)
    if not isinstance(table, pd.DataFrame):
        message = (
            f"Cannot evaluate a {type(extractions).__name__}: give a table with the columns document, field and value, "
            "or something with such a table as .extractions, like a batch."
        )
        raise SchemaError(message)
    return table, getattr(extractions, "documents", None), getattr(extractions, "candidates", None)


def check_documents(documents: pd.DataFrame | None) -> pd.DataFrame | None:
    """Check the documents table: one row per document, with a status."""
    if documents is None:
        return None
    if not isinstance(documents, pd.DataFrame) or not {"document", "status"} <= set(documents.columns):
        raise SchemaError("The documents table must be a DataFrame with at least the columns document and status.")
    if documents["document"].isna().any() or documents["document"].duplicated().any():
        raise SchemaError("The documents table must name every document once.")
    return documents


def submitted_only(truth: Any, documents: pd.DataFrame | None) -> tuple[Any, list[str], pd.DataFrame | None]:
    """Restrict the truth to what was sent; return the names and the labels of the rest, too.

    Nobody asked the service about it.

    Only a batch knows what was sent; a mere table of extractions leaves the truth whole, since there a document
    without extractions may well be one that failed.
    """
    if documents is None or not isinstance(truth, pd.DataFrame) or "document" not in truth.columns:
        return truth, [], None
    names = truth["document"].astype(object)
    wanted, known = (
        column.map(lambda name: composed(str(name)), na_action="ignore")
        for column in (names, documents["document"].astype(object))
    )
    submitted = wanted.isin(known) | names.isna()
    if submitted.all() or not submitted.any():
        return truth, [], None
    kept = truth[submitted.to_numpy()]
    kept.attrs = dict(truth.attrs)
    return kept, sorted({str(name) for name in names[~submitted]}), truth[~submitted.to_numpy()]


def failed_without_truth(documents: pd.DataFrame | None, names: ObjectArray) -> list[dict[str, str]]:
    """List the failed documents that the truth does not have: in no number, but worth a line in a report."""
    if documents is None:
        return []
    failed = documents[(documents["status"] == FAILED).fillna(False).to_numpy(dtype=bool)]
    others = failed[~failed["document"].isin(list(names)).to_numpy(dtype=bool)]
    columns = [column for column in ("document", "error", "request_id") if column in others]
    return [
        {column: "" if pd.isna(value) else str(value) for column, value in zip(columns, row, strict=True)}
        for row in others[columns].itertuples(index=False, name=None)
    ]


def document_table(names: ObjectArray, documents: pd.DataFrame | None, extracted: BoolArray) -> pd.DataFrame:
    """Write the documents table of the evaluation: one row per document of the truth, failed ones too (M19).

    Parameters
    ----------
    names
        The documents of the truth.
    documents
        What is known about documents, if anything.
    extracted
        Per document, whether there is an extraction of it.
    """
    if documents is None:
        return _frame_of_names(names, extracted)
    index = pd.Index(names, dtype=object)
    table = documents.set_index(documents["document"].astype(object)).drop(columns="document").reindex(index)
    for column in ("status", "error", "request_id"):
        if column not in table:
            table[column] = pd.array([pd.NA] * len(index), dtype=TEXT)
        table[column] = table[column].astype(TEXT)
    table["answered"] = extracted | (table["status"] == COMPLETED).fillna(False).to_numpy(dtype=bool)
    unknown = table["status"].isna().to_numpy()
    table.loc[unknown & extracted, "status"] = COMPLETED
    table.loc[unknown & ~extracted, "status"] = FAILED
    table.loc[unknown & ~extracted, "error"] = _NO_EXTRACTION
    table.insert(0, "document", pd.array(names, dtype=TEXT))
    rest = [column for column in table.columns if column not in _FIRST]
    return table[[*_FIRST, *rest]].reset_index(drop=True)


def _frame_of_names(names: ObjectArray, extracted: BoolArray) -> pd.DataFrame:
    nothing = np.full(len(names), NOTHING, dtype=np.int64)
    columns = {
        "document": pd.array(names, dtype=TEXT),
        "status": text_column(np.where(extracted, 0, 1), as_objects([COMPLETED, FAILED])),
        "error": text_column(np.where(extracted, NOTHING, 0), as_objects([_NO_EXTRACTION])),
        "request_id": text_column(nothing, as_objects([])),
        "answered": extracted,
    }
    return pd.DataFrame(columns)
