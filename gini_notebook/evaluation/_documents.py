"""The documents of an evaluation: which were answered, which failed, and why."""

from typing import Any

import pandas as pd

from gini_notebook.errors import SchemaError
from gini_notebook.evaluation._coding import BoolArray, ObjectArray
from gini_notebook.schema import DOCUMENT_STATUSES, TEXT

COMPLETED, FAILED = DOCUMENT_STATUSES[0], DOCUMENT_STATUSES[1]
_FIRST = ("document", "status", "error", "request_id", "answered")


def sources(extractions: Any) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None]:
    """Give the tables of extractions, documents and candidates of whatever was handed in."""
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


def known(documents: pd.DataFrame | None) -> pd.DataFrame | None:
    """Check the documents table: one row per document, with a status."""
    if documents is None:
        return None
    if not isinstance(documents, pd.DataFrame) or not {"document", "status"} <= set(documents.columns):
        raise SchemaError("The documents table must be a DataFrame with at least the columns document and status.")
    if documents["document"].isna().any() or documents["document"].duplicated().any():
        raise SchemaError("The documents table must name every document once.")
    return documents


def frame(names: ObjectArray, documents: pd.DataFrame | None, extracted: BoolArray) -> pd.DataFrame:
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
    index = pd.Index(names, dtype=object)
    if documents is None:
        table = pd.DataFrame(index=index)
    else:
        table = documents.set_index(documents["document"].astype(object)).drop(columns="document").reindex(index)
    for column in ("status", "error", "request_id"):
        if column not in table:
            table[column] = pd.array([pd.NA] * len(index), dtype=TEXT)
        table[column] = table[column].astype(TEXT)
    table["answered"] = extracted | (table["status"] == COMPLETED).fillna(False).to_numpy(dtype=bool)
    unknown = table["status"].isna().to_numpy()
    table.loc[unknown & extracted, "status"] = COMPLETED
    table.loc[unknown & ~extracted, "status"] = FAILED
    table.loc[unknown & ~extracted, "error"] = "There is no extraction of this document."
    table.insert(0, "document", pd.array(names, dtype=TEXT))
    rest = [column for column in table.columns if column not in _FIRST]
    return table[[*_FIRST, *rest]].reset_index(drop=True)
