"""Small tables of truth and extractions, and what came out, for the tests of outcomes and settings."""

import pandas as pd

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
