"""The tables of the package: the only place that names columns and dtypes.

Two halves of the package meet here. The service half ends in these tables, the analysis half starts from them, and
a table that somebody else made is as welcome as ours, if :func:`check` accepts it.

Text columns have the dtype :data:`TEXT` (missing values are ``pandas.NA``), counts ``Int64``, measures ``float64``,
points in time ``datetime64[ns, UTC]``. An empty table keeps its columns and dtypes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gini_notebook.errors import SchemaError

__all__ = [
    "AUTOMATION",
    "CANDIDATES",
    "CHECKS",
    "CHECK_TRUTH",
    "COMPARISONS",
    "COUNT",
    "DOCUMENTS",
    "DOCUMENT_STATUSES",
    "EXTRACTIONS",
    "FIELD_ENTITIES",
    "FIELD_SCORES",
    "FLAG",
    "LEFT_OUT",
    "LINE_ITEMS",
    "MEASURE",
    "NOTES",
    "OUTCOMES",
    "SUMMARY",
    "TABLES",
    "TEXT",
    "TIME",
    "TO_LABEL",
    "TRUTH",
    "Table",
    "check",
    "dotted",
    "in_order",
]

if TYPE_CHECKING:
    import pandas as pd

TEXT = "string[python]"
COUNT = "Int64"
MEASURE = "float64"
FLAG = "bool"
TIME = "datetime64[ns, UTC]"


@dataclass(frozen=True, slots=True)
class Table:
    """Name, key and columns (with dtypes, in order) of one table, and what a column holds that lacks.

    ``narrow`` names the columns that people see who did not ask for all: a kernel shows 20 at most, and puts an
    ellipsis for those in the middle.
    """

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    narrow: tuple[str, ...] = ()

    def empty(self) -> "pd.DataFrame":
        """Return the table without rows, all columns and dtypes in place."""
        return self.frame([])

    def frame(self, rows: Iterable[Mapping[str, Any]] | Mapping[str, Any]) -> "pd.DataFrame":
        """Build the table from rows (mappings) or from a mapping of column to values.

        Members that are not columns are left out; columns without values are missing values.
        """
        import pandas as pd

        raw = pd.DataFrame(rows if isinstance(rows, Mapping) else list(rows))
        data = {name: _typed(raw, name, dtype, self.defaults.get(name)) for name, dtype in self.columns.items()}
        return pd.DataFrame(data, columns=list(self.columns), index=pd.RangeIndex(len(raw)))


def _typed(raw: "pd.DataFrame", name: str, dtype: str, default: Any = None) -> "pd.Series[Any]":
    import pandas as pd

    if name in raw.columns:
        column = raw[name].reset_index(drop=True)
        if dtype == TIME:
            return pd.to_datetime(column, utc=True).astype(TIME)
        return column.astype(dtype)
    if dtype == FLAG:
        return pd.Series(False, index=pd.RangeIndex(len(raw)), dtype=FLAG)
    return pd.Series([default] * len(raw), index=pd.RangeIndex(len(raw)), dtype=dtype)


_BOX = {"page": COUNT, "left": MEASURE, "top": MEASURE, "width": MEASURE, "height": MEASURE}

DOCUMENTS = Table(
    "documents",
    ("document",),
    {
        "document": TEXT,
        "sha256": TEXT,
        "bytes": COUNT,
        "media_type": TEXT,
        "pages": COUNT,
        "status": TEXT,
        "document_id": TEXT,
        "source_classification": TEXT,
        "uploaded_at": TIME,
        "processing_s": MEASURE,
        "attempts": COUNT,
        "polls": COUNT,
        "error": TEXT,
        "request_id": TEXT,
    },
    narrow=(
        "document",
        "status",
        "pages",
        "media_type",
        "source_classification",
        "processing_s",
        "error",
        "request_id",
    ),
)

EXTRACTIONS = Table(
    "extractions",
    ("document", "group", "row", "field"),
    {
        "document": TEXT,
        "group": TEXT,
        "row": COUNT,
        "field": TEXT,
        "entity": TEXT,
        "value": TEXT,
        **_BOX,
        "candidates": TEXT,
    },
)

CANDIDATES = Table(
    "candidates",
    ("document", "list", "rank"),
    {"document": TEXT, "list": TEXT, "rank": COUNT, "entity": TEXT, "value": TEXT, **_BOX},
)

# What of the inputs of a run is no document, and why.
LEFT_OUT = Table("left out", ("path",), {"path": TEXT, "reason": TEXT})

TRUTH = Table(
    "truth",
    ("document", "group", "row", "field", "alternative"),
    {
        "document": TEXT,
        "group": TEXT,
        "row": COUNT,
        "field": TEXT,
        "alternative": COUNT,
        "value": TEXT,
        "state": TEXT,
        "source": TEXT,
    },
    {"alternative": 0},
)

COMPARISONS = Table(
    "comparisons",
    ("document", "group", "row", "field"),
    {
        "document": TEXT,
        "group": TEXT,
        "row": COUNT,
        "field": TEXT,
        "extracted_field": TEXT,
        "truth": TEXT,
        "extracted": TEXT,
        "truth_canonical": TEXT,
        "extracted_canonical": TEXT,
        "outcome": TEXT,
        "raw": FLAG,
        "typed": FLAG,
        "lenient": FLAG,
        "similarity": MEASURE,
        "anls": MEASURE,
        "cause": TEXT,
        "row_extracted": COUNT,
        **_BOX,
        "alternatives": COUNT,
    },
    narrow=("document", "group", "row", "field", "truth", "extracted", "outcome", "cause"),
)

NOTES = Table(
    "notes",
    ("kind", "level"),
    {"kind": TEXT, "level": TEXT, "count": COUNT, "text": TEXT, "advice": TEXT, "examples": TEXT},
)

# What check_truth() answers: labels that somebody should look at again, ``rank`` 1 first.
CHECK_TRUTH = Table(
    "check_truth",
    ("document", "group", "row", "field", "check"),
    {
        "document": TEXT,
        "group": TEXT,
        "row": COUNT,
        "field": TEXT,
        "check": TEXT,
        "value": TEXT,
        "found": TEXT,
        "suggestion": TEXT,
        "rank": COUNT,
    },
)

# What checks() answers: what speaks for and against each value; the field of a check of the whole document is "".
CHECKS = Table(
    "checks",
    ("document", "field", "check"),
    {
        "document": TEXT,
        "field": TEXT,
        "check": TEXT,
        "verdict": TEXT,
        "detail": TEXT,
        "source_classification": TEXT,
    },
)

# What Automation.table() answers: the rules of each slice from strict to lax.
AUTOMATION = Table(
    "automation",
    ("slice", "rule"),
    {
        "slice": TEXT,
        "rule": TEXT,
        "documents": COUNT,
        "kept": COUNT,
        "automation_rate": MEASURE,
        "labelled": COUNT,
        "wrong": COUNT,
        "error_rate": MEASURE,
        "error_high": MEASURE,
        "clusters": COUNT,
        "clusters_with_mistake": COUNT,
        "cluster_error_high": MEASURE,
        "needed": COUNT,
        "status": TEXT,
        "reason": TEXT,
    },
)

# What to_label() answers: documents to label next, ``order`` 1 first.
TO_LABEL = Table(
    "to_label",
    ("document",),
    {"document": TEXT, "stratum": TEXT, "order": COUNT, "probability": MEASURE, "weight": MEASURE, "why": TEXT},
)

# What Evaluation.by_field(full=True) answers: one row per (group, field), then the averages. The interval of a number
# x is in x_low and x_high, ``interval`` says of which kind. ``average`` tells micro from a field of that name.
FIELD_SCORES = Table(
    "field scores",
    ("group", "field", "average"),
    {
        "group": TEXT,
        "field": TEXT,
        "entity": TEXT,
        "support": COUNT,
        "predicted": COUNT,
        "correct": COUNT,
        "wrong": COUNT,
        "missing": COUNT,
        "spurious": COUNT,
        "absent": COUNT,
        "precision": MEASURE,
        "precision_low": MEASURE,
        "precision_high": MEASURE,
        "recall": MEASURE,
        "recall_low": MEASURE,
        "recall_high": MEASURE,
        "f1": MEASURE,
        "f1_low": MEASURE,
        "f1_high": MEASURE,
        "found": MEASURE,
        "read_right": MEASURE,
        "invented": MEASURE,
        "accuracy": MEASURE,
        "accuracy_low": MEASURE,
        "accuracy_high": MEASURE,
        "accuracy_with_absent": MEASURE,
        "documents": COUNT,
        "documents_with_mistake": COUNT,
        "interval": TEXT,
        "average": FLAG,
    },
    narrow=(
        "group",
        "field",
        "support",
        "correct",
        "wrong",
        "missing",
        "spurious",
        "precision",
        "recall",
        "f1",
        "f1_low",
        "f1_high",
    ),
)

# What Evaluation.summary() answers: one row per number; ``of`` is the count it is a share of.
SUMMARY = Table(
    "summary", ("metric",), {"metric": TEXT, "value": MEASURE, "low": MEASURE, "high": MEASURE, "of": COUNT}
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (DOCUMENTS, EXTRACTIONS, CANDIDATES, LEFT_OUT, TRUTH, COMPARISONS, FIELD_SCORES, SUMMARY)
}

OUTCOMES = ("correct", "wrong", "missing", "spurious", "absent", "ignored")
# "unclear": uploaded perhaps, and not yet resolved; "pending": not finished, a resumed run takes it up again.
DOCUMENT_STATUSES = ("completed", "failed", "pending", "unclear")
LINE_ITEMS = "lineItems"

# The label of an extraction and its entity: "Specific extractions", "Return Assistant extractions", "Skonto" and
# the entity pages of the service's documentation (space PA1), and recorded answers for the cross-border labels.
FIELD_ENTITIES: Mapping[str, str] = {
    "amountToPay": "amount",
    "iban": "iban",
    "bic": "bic",
    "paymentRecipient": "companyname",
    "paymentPurpose": "text",
    "paymentReference": "reference",
    "paymentDueDate": "date",
    "docType": "doctype",
    "paymentState": "paymentstate",
    "instantPayment": "text",
    "businessDocType": "businessdoctype",
    "amountsAreConsistent": "text",
    "shipment-addon": "amount",
    "discount-addon": "amount",
    "giftcard-addon": "amount",
    "other-discounts-addon": "amount",
    "other-charges-addon": "amount",
    "artNumber": "text",
    "baseGross": "amount",
    "description": "text",
    "position": "text",
    "quantity": "numeric",
    "creditorName": "text",
    "creditorCountry": "text",
    "creditorAccountNumber": "text",
    "creditorAgentBIC": "bic",
    "currency": "currency",
    "instructedAmount": "amount",
    "skontoPercentageDiscounted": "numeric",
    "skontoPercentageDiscountedCalculated": "numeric",
    "skontoPercentageToPay": "numeric",
    "skontoAmountDiscounted": "amount",
    "skontoAmountDiscountedCalculated": "amount",
    "skontoAmountToPay": "amount",
    "skontoAmountToPayCalculated": "amount",
    "skontoDueDate": "date",
    "skontoDueDateCalculated": "date",
    "skontoDuePeriod": "timeperiod",
    "skontoRemainingDays": "numeric",
    "skontoPaymentMethod": "text",
}


def check(frame: "pd.DataFrame", table: Table, *, required: Iterable[str] | None = None) -> "pd.DataFrame":
    """Return the frame with exactly the table's columns and dtypes, or say what is wrong with it.

    Parameters
    ----------
    frame
        A table from anywhere. Columns the table does not name are left out; optional ones that lack become missing.
    table
        What it shall be, for example :data:`TRUTH`.
    required
        Columns that must be there; the table's key by default, without what has a default.

    Returns
    -------
    pandas.DataFrame
        A copy with the columns and dtypes of ``table`` and a fresh index.

    Raises
    ------
    SchemaError
        If required columns lack, a column cannot be converted, a key is missing in a row, or a key is repeated.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"document": ["a.pdf"], "group": "", "row": 0, "field": ["iban"], "value": ["DE12"]})
    >>> list(check(frame, TRUTH).columns)
    ['document', 'group', 'row', 'field', 'alternative', 'value', 'state', 'source']
    """
    needed = [name for name in (table.key if required is None else required) if name not in table.defaults]
    lacking = [name for name in needed if name not in frame.columns]
    if lacking:
        message = (
            f"The {table.name} table lacks the column(s) {', '.join(lacking)}. It has: "
            f"{', '.join(map(str, frame.columns)) or 'none'}. Expected: {', '.join(table.columns)}."
        )
        raise SchemaError(message)
    repeated_columns = sorted({str(name) for name in frame.columns[frame.columns.duplicated()]})
    if repeated_columns:
        message = f"The {table.name} table has these columns more than once: {', '.join(repeated_columns)}."
        raise SchemaError(message)
    typed = _converted(frame, table)
    _check_key(typed, table)
    return typed


def _converted(frame: "pd.DataFrame", table: Table) -> "pd.DataFrame":
    import pandas as pd

    columns = {}
    for name, dtype in table.columns.items():
        try:
            columns[name] = _typed(frame, name, dtype, table.defaults.get(name))
        except (TypeError, ValueError) as error:
            message = f"The column {name!r} of the {table.name} table cannot be read as {dtype}: {error}"
            raise SchemaError(message) from error
    return pd.DataFrame(columns, columns=list(table.columns), index=pd.RangeIndex(len(frame)))


def _check_key(frame: "pd.DataFrame", table: Table) -> None:
    key = list(table.key)
    for name in key:
        gaps = frame[name].isna()
        if gaps.any():
            message = (
                f"{int(gaps.sum())} row(s) of the {table.name} table have no {name!r}; first: row {int(gaps.idxmax())}."
            )
            raise SchemaError(message)
    repeated = frame.duplicated(key)
    if repeated.any():
        first = frame.loc[repeated.idxmax(), key].to_dict()
        message = (
            f"{int(repeated.sum())} row(s) of the {table.name} table repeat a key ({', '.join(key)}); first: {first}. "
            "Keep one row per key."
        )
        raise SchemaError(message)


def dotted(group: str, field: str) -> str:
    """Write a column in one word: ``iban``, ``lineItems.baseGross``."""
    return f"{group}.{field}" if group else field


def in_order(columns: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Sort columns: header fields first, in each group the labels of the service first, in the service's order."""
    known = {field: place for place, field in enumerate(FIELD_ENTITIES)}
    return tuple(sorted(columns, key=lambda name: (name[0], known.get(name[1], len(known)), name[1])))
