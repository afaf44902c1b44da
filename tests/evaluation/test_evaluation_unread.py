"""Truth in another notation than the service's is named, and changes no number."""

import pandas as pd

from gini_notebook import rules
from gini_notebook.evaluation import evaluate

TRUTH = pd.DataFrame(
    {
        "document": ["a", "b", "c", "a", "b", "a"],
        "field": ["amountToPay"] * 3 + ["paymentDueDate"] * 2 + ["iban"],
        "value": ["1.234,56 EUR", "1.234,56 EUR", "7.00:EUR", "31.12.2025", "someday", "no iban"],
    }
)
FOUND = TRUTH.assign(value=["1234.56:EUR", "1234.56:EUR", "7.00:EUR", "2025-12-31", "2026-01-01", "no iban"])


def test_values_that_their_rule_cannot_read_are_named_with_example_and_remedy(tmp_path):
    result = evaluate(FOUND, TRUTH)
    amount, date = result.unread_truth()
    assert amount == (
        "2 values of amountToPay in the truth cannot be read as amount, for example '1.234,56 EUR'. "
        "Evaluate with rules={'amountToPay': gini.rules.get('amount', locale='de')}."
    )
    assert date.startswith("2 values of paymentDueDate in the truth cannot be read as date, for example '31.12.2025'.")
    assert date.endswith("give the field a rule of its own with rules=.")
    assert "locale='de'" in result.save_report(tmp_path / "report.html").read_text().replace("&#39;", "'")


def test_the_remedy_helps_and_what_is_readable_is_not_named():
    helped = evaluate(
        FOUND, TRUTH, rules={"amountToPay": rules.get("amount", locale="de"), "paymentDueDate": str.upper}
    )
    assert helped.unread_truth() == []
    assert helped.by_field().set_index("field").loc["amountToPay", "correct"] == 3
    assert evaluate(FOUND, FOUND).unread_truth() == []
