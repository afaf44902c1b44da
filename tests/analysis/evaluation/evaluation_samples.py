"""Small tables of truth and extractions, and what came out, for the tests of outcomes and settings."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation, evaluate

COLUMNS = ["document", "group", "row", "field", "value"]


def header(*records):
    return pd.DataFrame(
        [(document, "", 0, field, value) for document, field, value in records], columns=COLUMNS, dtype=object
    )


def items(document, *rows, first=0):
    """Rows of line items: mappings of column to value."""
    cells = [
        (document, "lineItems", number, field, value)
        for number, row in enumerate(rows, first)
        for field, value in row.items()
    ]
    return pd.DataFrame(cells, columns=COLUMNS, dtype=object)


def outcomes(result):
    table = result.comparisons
    return {(row["document"], row["field"]): row["outcome"] for row in table.to_dict("records")}


def counts(result, field, **options):
    row = result.by_field(**options, full=True).set_index("field").loc[field]
    return [int(row[name]) for name in ("correct", "wrong", "missing", "spurious", "absent")]


TRUTH = header(
    ("a", "amountToPay", "12.30:EUR"),
    ("a", "iban", "DE02120300000000202051"),
    ("b", "amountToPay", "7.00:EUR"),
    ("b", "iban", None),
    ("c", "amountToPay", " "),
)
FOUND = header(
    ("a", "amountToPay", "12.3:EUR"),
    ("a", "iban", "DE02120300000000202052"),
    ("b", "iban", "DE1"),
    ("b", "bic", "COBADEFF"),
    ("c", "iban", "DE2"),
    ("stranger", "iban", "DE3"),
)

_OFTEN_TOGETHER = ("amountToPay", "iban", "bic", "documents")


def scans_and_others(documents: int, seed: int = 3, *, better: bool = False) -> tuple[Evaluation, dict[str, str]]:
    """Evaluate documents whose scans are mostly wrong together, with a few mistakes by chance."""
    random = np.random.default_rng(seed)
    names = [f"d{number:05}" for number in range(documents)]
    kinds = {name: "SCANNED" if random.random() < 0.2 else "NATIVE" for name in names}
    truth, found = [], []
    for name in names:
        for field in _OFTEN_TOGETHER:
            stated = random.random() < 0.9
            truth.append((name, field, "1.00:EUR" if stated else None))
            fate = random.random()
            if kinds[name] == "SCANNED" and fate < (0.3 if better else 0.8):
                continue
            value = "2.00:EUR" if fate > 0.97 else "1.00:EUR" if stated else None
            if value is not None:
                found.append((name, field, value))
    columns = ["document", "field", "value"]
    sent = pd.DataFrame({"document": names, "status": "completed", "source_classification": kinds.values()})
    run = SimpleNamespace(extractions=pd.DataFrame(found, columns=columns), documents=sent)
    return evaluate(run, pd.DataFrame(truth, columns=columns)), kinds
