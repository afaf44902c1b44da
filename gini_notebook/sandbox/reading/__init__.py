"""The reading engine of the sandbox: it really reads documents, by plain and general rules.

It is a baseline, not a model: it is wrong at times, and that is what there is to analyse. No rule knows a sender, a
file or the wording of one document, and XML embedded in a PDF is never looked at; an e-invoice
that is sent as XML is read from its elements.

Parsing hostile files can take much memory and time: call these functions in a process where both are limited.
"""

from gini_notebook.sandbox.reading.engine import (
    Checked,
    Reading,
    check,
    page_image,
    read,
    read_pages,
    read_qr_payload,
)
from gini_notebook.sandbox.reading.settings import Settings, Unreadable, UnsupportedType

__all__ = [
    "Checked",
    "Reading",
    "Settings",
    "Unreadable",
    "UnsupportedType",
    "check",
    "page_image",
    "read",
    "read_pages",
    "read_qr_payload",
]
