"""What kind of document an e-invoice is, by its code or name.

The codes are those of UNTDID 1001 that EN 16931 admits (code list of BT-3). A corrected invoice (384) and one that the
buyer wrote (389) are headed now "Rechnung", now "Gutschrift", so nothing is said about their business document type.
"""

import re

INVOICE = "Invoice"
CREDIT_NOTE = "CreditNote"

_INVOICES = frozenset(
    re.findall(
        "[0-9]+",
        (
            "80 82 84 130 202 203 204 211 218 219 295 325 326 331 380 382 383 385 386 387 388 390 393 394 395 456 "
            "457 527 553 575 623 633 751 780 817 870 875 876 877 935 "
        ),
    )
)
_CREDIT_NOTES = frozenset(re.findall("[0-9]+", ("81 83 261 262 296 308 381 396 420 458 502 503 532 ")))
_EITHER = frozenset({"384", "389"})


def doc_type(code: str | None) -> str | None:
    """Return the ``docType`` of an e-invoice with this code, or ``None`` where the code is of another document."""
    return INVOICE if code is None or code in _INVOICES | _CREDIT_NOTES | _EITHER else None


def business_doc_type(code: str | None) -> str | None:
    """Return ``Invoice`` or ``CreditNote``, or ``None`` where the code does not decide."""
    if code in _CREDIT_NOTES:
        return CREDIT_NOTE
    return INVOICE if code in _INVOICES else None
