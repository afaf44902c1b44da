"""Dates of a document that do not go together, where neither words nor a run say anything."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gini_notebook.analysis.labelling import check_labels
from gini_notebook.analysis.labelling.document_text import DocumentText

TERMS = [14, 14, 14, 30, 30, 30, 30, 10, 14, 30, 14, 21]


def truth(**changed: str) -> pd.DataFrame:
    """Return documents of 2025, due 10 to 30 days later; ``due_3="…"`` changes a label of the fourth."""
    rows = []
    for at, days in enumerate(TERMS):
        issued = pd.Timestamp(2025, at % 6 + 1, 3 + at % 9)
        due = issued + pd.Timedelta(days=days)
        for field, name, day in (("invoiceDate", "issued", issued), ("paymentDueDate", "due", due)):
            rows.append((f"{at:02}.png", "", 0, field, changed.get(f"{name}_{at}", str(day.date()))))
    return pd.DataFrame(rows, columns=["document", "group", "row", "field", "value"])


def test_usual_terms_are_no_finding():
    assert check_labels(truth()).empty


@pytest.mark.parametrize(
    ("changed", "field", "other"),
    [({"due_1": "2025-06-18"}, "paymentDueDate", None), ({"issued_2": "2025-05-03"}, "invoiceDate", "2025-03-05")],
)
def test_an_exchanged_date_is_named_with_the_one_that_would_be_usual(changed, field, other):
    rows = check_labels(truth(**changed)).to_dict("records")
    assert (rows[0]["document"], rows[0]["check"]) == (
        f"0{next(iter(changed))[-1]}.png",
        "swapped" if other else "term",
    )
    if other:
        assert rows[0]["field"] == field
        assert f"with {other} it would be" in rows[0]["found"]
        assert rows[0]["suggestion"].endswith(f"perhaps day and month are exchanged: {other}.")


def test_a_date_of_another_year_is_odd_and_both_are_named():
    table = check_labels(truth(due_4="2020-02-15"))
    assert set(table["field"]) == {"invoiceDate", "paymentDueDate"}
    assert set(table["check"]) == {"term"}
    assert "days before the invoice" in table["found"].iloc[0]
    assert set(table["suggestion"]) == {"Look at both dates of the document."}


def test_a_date_that_stands_in_the_document_is_not_the_one_named():
    words = {"02.png": DocumentText(["Rechnung vom 03.05.2025, Seite 1 von 1"])}
    table = check_labels(truth(issued_2="2025-05-03"), None, None, words)
    of_it = table[table["document"] == "02.png"]
    assert "invoiceDate" not in set(of_it.loc[of_it["check"] == "swapped", "field"])


def test_a_few_documents_say_nothing_about_what_is_usual():
    assert check_labels(truth(due_4="2020-02-15").head(18)).empty


@given(st.lists(st.dates().map(str), min_size=24, max_size=24))
def test_any_dates_can_be_looked_at(days):
    table = truth()
    table["value"] = days
    assert set(check_labels(table)["check"]) <= {"term", "swapped", "duplicate"}
