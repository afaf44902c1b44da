"""Everything the service says, as frozen values that read their JSON and give it back without loss."""

from gini_notebook.service.values._base import Value
from gini_notebook.service.values.accounts import (
    Configuration,
    ErrorAnswer,
    ErrorReport,
    Payment,
    PaymentProvider,
    PaymentRequest,
    Token,
    User,
)
from gini_notebook.service.values.documents import (
    COMPLETED,
    ERROR,
    PENDING,
    Document,
    DocumentList,
    DocumentReference,
    Layout,
    LayoutPage,
    Line,
    Page,
    Paragraph,
    Region,
    TextZone,
    Word,
)
from gini_notebook.service.values.extractions import Box, Extraction, Extractions, Feedback, ReturnReason
from gini_notebook.service.values.secrets import Secret

__all__ = [
    "COMPLETED",
    "ERROR",
    "PENDING",
    "Box",
    "Configuration",
    "Document",
    "DocumentList",
    "DocumentReference",
    "ErrorAnswer",
    "ErrorReport",
    "Extraction",
    "Extractions",
    "Feedback",
    "Layout",
    "LayoutPage",
    "Line",
    "Page",
    "Paragraph",
    "Payment",
    "PaymentProvider",
    "PaymentRequest",
    "Region",
    "ReturnReason",
    "Secret",
    "TextZone",
    "Token",
    "User",
    "Value",
    "Word",
]
