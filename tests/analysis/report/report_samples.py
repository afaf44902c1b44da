"""Small evaluations for the tests of plots, reports and the explorer."""

from typing import Any

import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation, evaluate

PDF = "letter_plain.pdf"
IBAN, OTHER_IBAN = "DE89370400440532013000", "DE75512108001245126199"

# What somebody could write on an invoice, or name a file. example.invalid can never be reached.
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg onload=alert(3)>",
    '<iframe src="javascript:alert(4)"></iframe>',
    "javascript:alert(5)",
    "</td></tr></table><h1 id=injected>6</h1>",
    "<!-- 7",
    "--> 8",
    "</style><script>alert(9)</script>",
    '<a href="https://example.invalid/10">ten</a>',
    '<link rel="stylesheet" href="https://example.invalid/11.css">',
    '<meta http-equiv="refresh" content="0;url=https://example.invalid/12">',
    '<base href="https://example.invalid/13/">',
    '<form action="https://example.invalid/14"><input autofocus onfocus=alert(14)>',
    "{{ 7 * 15 }}{% raw %}",
    "&lt;script&gt;alert(16)&lt;/script&gt;",
    '<object data="https://example.invalid/17"></object>',
    "<details open ontoggle=alert(18)>",
    "<video><source onerror=alert(19) src=https://example.invalid/19>",
    "]]><x xmlns='20'>",
    "<style>body{background:url(https://example.invalid/21)}</style>",
    "100 $ und $ 22 % \\alpha_{x}^2",
)

GROUP = " ".join(PAYLOADS)


def rows(*values: tuple[Any, ...]) -> pd.DataFrame:
    """Write a table of document, group, row, field, value."""
    return pd.DataFrame(list(values), columns=["document", "group", "row", "field", "value"])


def sample() -> Evaluation:
    """Evaluate four documents: every outcome, a compound, a failed document, an undefined score."""
    truth = rows(
        ("a.pdf", "", 0, "amountToPay", "1200.00:EUR"),
        ("a.pdf", "", 0, "iban", IBAN),
        ("a.pdf", "", 0, "bic", None),
        ("b.pdf", "", 0, "amountToPay", "13.00:EUR"),
        ("b.pdf", "", 0, "iban", IBAN),
        ("b.pdf", "lineItems", 0, "baseGross", "10.00:EUR"),
        ("b.pdf", "lineItems", 1, "baseGross", "3.00:EUR"),
        ("c.pdf", "", 0, "amountToPay", "5.00:EUR"),
        ("c.pdf", "", 0, "iban", None),
        ("d.pdf", "", 0, "amountToPay", "7.00:EUR"),
    )
    extractions = rows(
        ("a.pdf", "", 0, "amountToPay", "12.00:EUR"),
        ("a.pdf", "", 0, "iban", OTHER_IBAN),
        ("b.pdf", "", 0, "amountToPay", "13.00:EUR"),
        ("b.pdf", "", 0, "iban", IBAN),
        ("b.pdf", "lineItems", 0, "baseGross", "10.00:EUR"),
        ("c.pdf", "", 0, "amountToPay", "5.00:EUR"),
        ("c.pdf", "", 0, "iban", IBAN),
    )
    documents = pd.DataFrame(
        {
            "document": ["a.pdf", "b.pdf", "c.pdf", "d.pdf"],
            "status": ["completed"] * 3 + ["failed"],
            "error": [None] * 3 + ["The PDF is damaged."],
            "request_id": [None] * 3 + ["req-d"],
        }
    )
    return evaluate(Tables(extractions, documents), truth)


def hostile() -> Evaluation:
    """Evaluate documents whose every text is one of :data:`PAYLOADS`: names, fields, values, errors."""
    truth, extractions, documents = [], [], []
    for number, payload in enumerate(PAYLOADS):
        document = f"{payload}.pdf"
        truth += [(document, "", 0, name, f"{payload} truth") for name in ("paymentPurpose", "iban", payload)]
        truth.append((document, GROUP, 0, "description", payload))
        extractions += [(document, "", 0, name, f"{payload} other") for name in ("paymentPurpose", "iban", payload)]
        extractions.append((document, GROUP, 0, "description", f"{payload} {number}"))
        documents.append((document, "completed", None, None))
        truth.append((f"failed {payload}", "", 0, "paymentPurpose", payload))
        documents.append((f"failed {payload}", "failed", f"{payload} error", f"{payload} request"))
    table = pd.DataFrame(documents, columns=["document", "status", "error", "request_id"])
    return evaluate(Tables(rows(*extractions), table), rows(*truth))


def graded(documents: int = 60, wrong: int = 6, failed: int = 5, service: str = "sandbox") -> Evaluation:
    """Evaluate so many documents that numbers can be judged: the first amounts are wrong, the last documents failed.

    Two more were sent that nobody labelled: one answered, one failed. The sandbox answered, which is a note that must
    be read.
    """
    names = [f"d{number:05d}.pdf" for number in range(documents)]
    labels = [(name, "", 0, "amountToPay", f"{at + 10}.00:EUR") for at, name in enumerate(names)]
    labels += [(name, "", 0, "iban", IBAN) for name in names]
    found = [
        (name, "", 0, field, "1.00:EUR" if field == "amountToPay" and at < wrong else value)
        for at, name in enumerate(names[: documents - failed])
        for field, value in (("amountToPay", f"{at + 10}.00:EUR"), ("iban", IBAN))
    ]
    found.append(("unlabelled.pdf", "", 0, "iban", IBAN))
    lost = [*names[documents - failed :], "unlabelled and lost.pdf"]
    sent = pd.DataFrame({"document": [*names, "unlabelled.pdf", "unlabelled and lost.pdf"]})
    sent["status"] = ["failed" if name in lost else "completed" for name in sent["document"]]
    sent["error"] = ["The PDF is damaged." if name in lost else None for name in sent["document"]]
    sent["request_id"] = [f"req-{name}" if name in lost else None for name in sent["document"]]
    sent["processing_s"] = 1.5
    tables = Tables(rows(*found), sent)
    tables.service = service
    return evaluate(tables, rows(*labels))


def boxed(document: str = PDF, *, unit: float = 1.0) -> Evaluation:
    """Evaluate one document whose IBAN is wrong, with boxes and candidates."""
    truth = rows((document, "", 0, "iban", IBAN), (document, "", 0, "paymentPurpose", "Order 1"))
    place = {"page": 1, "left": 100 * unit, "top": 200 * unit, "width": 90 * unit, "height": 10 * unit}
    extraction = {"document": document, "group": "", "row": 0, "field": "iban", "value": OTHER_IBAN, **place}
    table = pd.DataFrame([extraction | {"candidates": "ibans"}])
    candidates = pd.DataFrame(
        [
            {"document": document, "list": "ibans", "rank": 1, "value": OTHER_IBAN, **place},
            {"document": document, "list": "ibans", "rank": 2, "value": IBAN, **place, "top": 400 * unit},
            {"document": document, "list": "ibans", "rank": 3, "value": "DE00", "page": None},
            {"document": document, "list": "ibans", "rank": 4, "value": "DE01", **place, "page": 2},
            {"document": "another.pdf", "list": "ibans", "rank": 1, "value": IBAN, **place},
        ]
    )
    tables = Tables(table, pd.DataFrame({"document": [document], "status": ["completed"]}))
    tables.candidates = candidates
    return evaluate(tables, truth)


class Tables:
    """What ``evaluate`` takes as a batch."""

    def __init__(self, extractions: pd.DataFrame, documents: pd.DataFrame) -> None:
        self.extractions = extractions
        self.documents = documents
        self.candidates: pd.DataFrame | None = None
        self.service = ""
