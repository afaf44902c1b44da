"""What a payment is for: references that the service delivers inside the purpose (M22 of the metrics).

The service delivers the reference of an invoice among the words of ``paymentPurpose`` ("ReNr 2025-0318, KdNr 70881"),
and ``paymentReference`` only from slips and QR codes. So a label of ``paymentReference`` is compared with the delivered
purpose where no reference was delivered, and both fields take a value for right that has the words of the label.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from gini_notebook.analysis.evaluation.encoding import NOTHING, EncodedTable, FloatArray, IntArray

Remittance = Literal["either", "strict"]
REMITTANCES = get_args(Remittance)
REFERENCE, PURPOSE = ("", "paymentReference"), ("", "paymentPurpose")


def purposes_for_references(
    wanted: EncodedTable,
    of_truth: IntArray,
    delivered: EncodedTable,
    of_extracted: IntArray,
    *,
    confidence: FloatArray | None,
) -> IntArray:
    """Return the rows of the extractions whose purpose stands for a reference that was labelled and not delivered.

    Parameters
    ----------
    wanted, delivered
        Truth and extractions.
    of_truth, of_extracted
        Per row of each, the number of its document; :data:`NOTHING` where the truth does not have it.
    confidence
        Per row of the extractions; of several purposes of a document the surest stands, else the first (M10).
    """
    if REFERENCE not in wanted.names or PURPOSE not in delivered.names:
        return np.zeros(0, dtype=np.int64)
    labelled = _stated(wanted, REFERENCE)
    if wanted.unclear is not None:
        labelled = labelled[~wanted.unclear[labelled]]
    asked = np.zeros(int(of_truth.max(initial=NOTHING)) + 2, dtype=np.bool_)  # the last one is of NOTHING
    asked[of_truth[labelled]] = True
    asked[of_extracted[_stated(delivered, REFERENCE)]] = False
    asked[NOTHING] = False
    rows = _stated(delivered, PURPOSE)
    rows = rows[asked[of_extracted[rows]]]
    surety = np.zeros(len(rows)) if confidence is None else np.nan_to_num(confidence[rows], nan=-np.inf)
    order = np.lexsort((rows, -surety, of_extracted[rows]))
    return np.sort(rows[order][np.unique(of_extracted[rows][order], return_index=True)[1]])


def _stated(table: EncodedTable, column: tuple[str, str]) -> IntArray:
    """Return the rows of a column that state a value."""
    if column not in table.names:
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero((table.column == table.names.index(column)) & (table.value[0] != NOTHING))


def with_references(delivered: EncodedTable, rows: IntArray) -> EncodedTable:
    """Return the extractions with some rows once more behind the others, as references."""
    names = delivered.names if REFERENCE in delivered.names else (*delivered.names, REFERENCE)
    return replace(
        delivered,
        document=(np.append(delivered.document[0], delivered.document[0][rows]), delivered.document[1]),
        column=np.append(delivered.column, np.full(len(rows), names.index(REFERENCE))),
        names=names,
        row=np.append(delivered.row, delivered.row[rows]),
        value=(np.append(delivered.value[0], delivered.value[0][rows]), delivered.value[1]),
    )


def counting_as_delivered(delivered: Collection[tuple[str, str]], remittance: str) -> set[tuple[str, str]]:
    """Return the fields that the extractions have, and the reference where a purpose can stand for it."""
    return {*delivered, REFERENCE} if remittance == "either" and PURPOSE in delivered else set(delivered)
