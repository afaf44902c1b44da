"""Which labels are to be looked at again, and in which order."""

import pandas as pd
import pytest

from gini_notebook.analysis.labelling import check_labels
from gini_notebook.analysis.labelling.check import CHECKS
from gini_notebook.analysis.labelling.document_text import DocumentText
from gini_notebook.analysis.labelling.evidence import surprise
from gini_notebook.errors import SchemaError
from gini_notebook.schema import CHECK_TRUTH

IBANS = ["DE89370400440532013000", "DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402"]
DATES = ["2025-04-11", "2025-03-17", "2025-06-20", "2025-09-02"]


def labels(**changed: str) -> pd.DataFrame:
    """Return the truth of four documents; ``a_iban="…"`` changes a label of the first one."""
    rows = []
    for at, name in enumerate("abcd"):
        values = {"amountToPay": f"{100 + at}.50:EUR", "iban": IBANS[at], "paymentDueDate": DATES[at]}
        for field, value in values.items():
            rows.append((f"{name}.pdf", "", 0, field, changed.get(f"{name}_{field}", value)))
    return pd.DataFrame(rows, columns=["document", "group", "row", "field", "value"])


def texts() -> dict[str, DocumentText]:
    """Return the words of the four documents."""
    found = {}
    for at, name in enumerate("abcd"):
        year, month, day = DATES[at].split("-")
        account = " ".join(IBANS[at][place : place + 4] for place in range(0, 22, 4))
        page = f"Rechnung Gesamtbetrag {100 + at},50 € fällig am {day}.{month}.{year} IBAN {account} Seite 1"
        found[f"{name}.pdf"] = DocumentText([page])
    return found


def run(**changed: str) -> pd.DataFrame:
    return labels(**changed)[["document", "field", "value"]]


def first(table: pd.DataFrame) -> tuple[str, str, str]:
    return tuple(table.loc[0, ["document", "field", "check"]])


def test_a_right_truth_has_nothing_to_look_at() -> None:
    found = check_labels(labels(), run(), None, texts())
    assert found.empty
    pd.testing.assert_frame_equal(found, CHECK_TRUTH.empty())


@pytest.mark.parametrize(
    ("changed", "check", "suggestion"),
    [
        ({"b_amountToPay": "108.50:EUR"}, "one_character", "Take '101.50'"),
        ({"b_iban": "DE02120300000000202057"}, "one_character", f"Take '{IBANS[1]}'"),
        ({"b_paymentDueDate": "2025-03-12"}, "one_character", "Take '2025-03-17'"),
        ({"a_paymentDueDate": "2025-11-04"}, "swapped", "2025-04-11"),
        ({"b_iban": IBANS[2]}, "other_document", "the rows of b.pdf and c.pdf were exchanged"),
        ({"b_amountToPay": "977.00:EUR"}, "nowhere", "Look at the document"),
        ({"b_amountToPay": "hundert"}, "unread", "Write it as the service does"),
    ],
)
def test_a_slip_is_first_with_what_to_do(changed: dict[str, str], check: str, suggestion: str) -> None:
    found = check_labels(labels(**changed), None, None, texts())
    name, field = next(iter(changed)).split("_")
    assert first(found) == (f"{name}.pdf", field, check)
    assert suggestion in found.loc[0, "suggestion"]
    assert found["rank"].tolist() == list(range(1, len(found) + 1))


def test_a_run_alone_shows_a_slip_too() -> None:
    found = check_labels(labels(b_amountToPay="108.50:EUR"), run())
    assert first(found) == ("b.pdf", "amountToPay", "one_character")
    assert "the run read '101.50:EUR'" in found.loc[0, "found"]


def test_check_digits_need_neither_words_nor_a_run() -> None:
    found = check_labels(labels(c_iban="DE02500105170137075031", d_iban="DE0210050000005454040"))
    assert found["found"].tolist() == [
        "has check digits that do not match",
        "has 21 characters, which no IBAN of DE has",
    ]


def test_a_wrong_iban_that_is_printed_so_comes_after_one_that_is_not() -> None:
    wrong = "DE02100500000054540403"
    words = texts() | {"d.pdf": DocumentText([f"Muster, bitte zahlen Sie auf {wrong} bis 02.09.2025, EUR 103,50"])}
    found = check_labels(labels(d_iban=wrong, a_iban="DE89370400440532013001"), None, None, words)
    assert found[["document", "check"]].values.tolist() == [["a.pdf", "one_character"], ["d.pdf", "form"]]
    assert found.loc[1, "suggestion"] == "Nothing, if it is printed so."


def test_what_the_run_read_too_counts_against_a_label_only_if_it_is_odd() -> None:
    odd, shared = "DE02120300000000202057", {"c_amountToPay": "977.00:EUR"}
    found = check_labels(labels(b_iban=odd, **shared), run(b_iban=odd, **shared), None, texts())
    assert first(found) == ("b.pdf", "iban", "as_run")
    assert len(found) == 1
    assert "copied from a run" in found.loc[0, "suggestion"]


def test_a_field_that_is_seldom_printed_does_not_fill_the_table() -> None:
    derived = {f"{name}_paymentDueDate": f"2031-01-0{at + 1}" for at, name in enumerate("abcd")}
    found = check_labels(labels(**derived, b_iban=IBANS[2]), None, None, texts())
    assert first(found)[1] == "iban"
    assert "paymentDueDate" not in set(found["field"])


def test_a_name_in_another_case_or_broken_by_a_column_is_there() -> None:
    truth = pd.DataFrame(
        {"document": ["a"], "group": "", "row": 0, "field": ["paymentRecipient"], "value": ["Musterbau Söhne GmbH"]}
    )
    words = {"a": DocumentText(["MUSTERBAU Kundennummer 5\nSöhne GmbH Berlin"])}
    assert check_labels(truth, None, None, words).empty


def test_a_run_that_read_another_number_in_a_long_name_read_something_else() -> None:
    name = "Turn- und Sportverein Nirgendheim {} e. V."
    truth = pd.DataFrame(
        {"document": ["a", "b", "c"], "group": "", "row": 0, "field": "paymentRecipient", "value": name.format(1899)}
    )
    extracted = truth.assign(value=[name.format(1899), name.format(1869), name.format(1899).upper()])
    assert check_labels(truth, extracted)[["document", "check"]].values.tolist() == [["b", "one_character"]]


def test_a_reference_is_found_in_the_purpose_that_was_read() -> None:
    truth = pd.DataFrame(
        {"document": ["a"], "group": "", "row": 0, "field": ["paymentReference"], "value": ["RE-2025-17"]}
    )
    extracted = pd.DataFrame({"document": ["a"], "field": "paymentPurpose", "value": ["ReNr RE 2025 17, KdNr 5"]})
    assert check_labels(truth, extracted).empty


def rows(prices: dict[str, list[str]], total: str) -> pd.DataFrame:
    found = [("", 0, "amountToPay", total)]
    for at, (quantity, price) in enumerate(zip(prices["quantity"], prices["baseGross"], strict=True)):
        found += [("lineItems", at, "quantity", quantity), ("lineItems", at, "baseGross", price)]
    return pd.DataFrame(found, columns=["group", "row", "field", "value"])


def documents_of(*tables: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table.assign(document=f"{at}.pdf") for at, table in enumerate(tables)], ignore_index=True)


def test_the_row_that_one_digit_would_make_right_is_named() -> None:
    right = rows({"quantity": ["2", "3"], "baseGross": ["10.00:EUR", "5.00:EUR"]}, "35.00:EUR")
    wrong = rows({"quantity": ["2", "3"], "baseGross": ["10.00:EUR", "6.00:EUR"]}, "35.00:EUR")
    found = check_labels(documents_of(right, right, right, wrong))
    assert found[["document", "row", "field", "check"]].values.tolist() == [["3.pdf", 1, "baseGross", "sum"]]
    assert found.loc[0, "suggestion"] == "With 5.00 here, the rows would add up."
    assert found.loc[0, "found"] == "the rows add up to 38.00, and 35.00 is to be paid"


def test_sums_say_little_where_they_are_often_off() -> None:
    off = rows({"quantity": ["2", "3"], "baseGross": ["10.00:EUR", "5.00:EUR"]}, "99.00:EUR")
    found = check_labels(documents_of(off, off, off, off))
    assert "sum" not in set(found["check"])


def test_the_same_payment_twice_and_the_same_file_labelled_differently() -> None:
    payment = {"amountToPay": "7.00:EUR", "iban": IBANS[0], "paymentReference": "R-1"}
    truth = pd.DataFrame(
        [(name, "", 0, field, value) for name in ("a", "b") for field, value in payment.items()],
        columns=["document", "group", "row", "field", "value"],
    )
    others = labels().assign(value=lambda table: table["value"])
    found = check_labels(pd.concat([truth, others], ignore_index=True))
    assert found.loc[found["check"] == "duplicate", ["document", "field"]].values.tolist() == [["b", "amountToPay"]]
    documents = pd.DataFrame({"document": ["a", "b"], "sha256": "same"})
    assert "duplicate" not in set(check_labels(truth, None, documents)["check"])
    truth.loc[4, "value"] = IBANS[1]
    found = check_labels(truth, None, documents)
    assert found[["document", "field", "found"]].values.tolist() == [
        ["b", "iban", f"a is the same file, and labelled {IBANS[0]!r}"]
    ]


def test_a_scan_whose_label_differs_from_that_of_its_document_is_named() -> None:
    bill = {"amountToPay": "101.50:EUR", "iban": IBANS[1], "paymentDueDate": DATES[1], "paymentPurpose": "Rechnung"}
    bill |= {"paymentRecipient": "Seite", "docType": "Invoice"}
    table = [("b.pdf", bill), ("scan.png", bill | {"amountToPay": "161.50:EUR"})]
    table += [("reminder.png", bill | {"amountToPay": "106.50:EUR", "paymentDueDate": DATES[2]})]
    rows = [(name, "", 0, field, value) for name, fields in table for field, value in fields.items()]
    truth = pd.DataFrame(rows, columns=["document", "group", "row", "field", "value"])
    found = check_labels(truth[truth["document"] != "reminder.png"], None, None, texts())
    assert found[["document", "field", "check"]].values.tolist() == [["scan.png", "amountToPay", "duplicate"]]
    assert "'101.50:EUR'" in found.loc[0, "suggestion"]
    assert check_labels(truth[truth["document"] != "scan.png"], None, None, texts()).empty


def test_a_class_that_others_have_too_is_no_exchange_of_rows() -> None:
    kinds = pd.DataFrame({"document": [f"{name}.pdf" for name in "abcd"], "group": "", "row": 0, "field": "docType"})
    read = kinds.assign(value=["Other", "Invoice", "Invoice", "Invoice"])
    (row,) = check_labels(kinds.assign(value="Invoice"), read).to_dict("records")
    assert (row["document"], row["check"], row["found"]) == ("a.pdf", "run_differs", "the run read 'Other'")


def test_names_in_two_unicode_forms_are_one_document() -> None:
    truth = labels(b_amountToPay="108.50:EUR").replace("b.pdf", "bu\u0308.pdf")
    words = texts()
    words["b\u00fc.pdf"] = words.pop("b.pdf")
    assert first(check_labels(truth, None, None, words))[2] == "one_character"


def test_a_column_that_is_perhaps_no_field_is_left_out() -> None:
    truth = labels(b_iban=IBANS[2]).replace("iban", "clerk")
    assert not check_labels(truth, None, None, texts()).empty
    truth.attrs["unsure"] = ["clerk"]
    assert check_labels(truth, None, None, texts()).empty


def test_tables_that_are_none_are_refused() -> None:
    with pytest.raises(SchemaError, match="lacks the column"):
        check_labels(pd.DataFrame({"document": ["a"]}))
    with pytest.raises(SchemaError, match="must have the columns document, field and value"):
        check_labels(labels(), pd.DataFrame({"document": ["a"]}))


def test_what_is_rare_is_surprising() -> None:
    assert surprise([True, *[False] * 61]) == 5.0
    assert surprise([True] * 62) < 0.1
    assert surprise([None, None]) == 1.0
    assert len(CHECKS) == len(set(CHECKS))


def test_what_is_suggested_has_no_fault_itself() -> None:
    page = "Gesamtbetrag 101,50 € fällig am 17.03.2025 IBAN DE02 1203 0000 0000 2020 57 Seite 1"
    misprinted = texts() | {"b.pdf": DocumentText([page])}
    found = check_labels(labels(), run(b_iban="DE02120300000000202057"), None, misprinted)
    found = found[found["field"] == "iban"]
    assert "'DE02120300000000202057' stands in the document" in found["found"].item()
    assert "faulty itself" in found["found"].item()
    assert not found["suggestion"].str.contains("202057").any()
    read = check_labels(labels(), run(b_iban="DE02120300000000202057"))
    assert not read["suggestion"].str.contains("202057").any()


def test_two_others_are_both_named() -> None:
    table = labels(b_iban=IBANS[2], d_iban=IBANS[2])
    found = check_labels(table, None, None, texts())
    said = found[(found["document"] == "b.pdf") & (found["field"] == "iban")]["found"].item()
    assert said.endswith("is the iban of c.pdf and d.pdf")


@pytest.mark.parametrize(
    ("page", "is_doubtful"),
    [
        ("Zwischensumme 20,00 Versand 4,95 zu zahlen 24,95 EUR", False),
        ("2 Stück à 10,00 Gesamt 20,00 Gutschein eingelöst, zu zahlen 24,95 EUR", False),
        ("2 Stück à 10,00 zu zahlen 24,95 EUR Seite 1", True),
        ("Zwischensumme 20,00 Versand 4,95 zu zahlen 29,45 EUR", True),
    ],
)
def test_a_sum_is_no_finding_where_the_page_says_what_lies_between(page: str, is_doubtful: bool) -> None:
    rows = [("a.pdf", "", 0, "amountToPay", "24.95:EUR")]
    rows += [("a.pdf", "lineItems", 0, "quantity", "2"), ("a.pdf", "lineItems", 0, "baseGross", "10.00:EUR")]
    for at in range(30):
        rows += [
            (f"{at}.pdf", "", 0, "amountToPay", f"{at + 10}.00:EUR"),
            (f"{at}.pdf", "lineItems", 0, "quantity", "1"),
        ]
        rows += [(f"{at}.pdf", "lineItems", 0, "baseGross", f"{at + 10}.00:EUR")]
    truth = pd.DataFrame(rows, columns=["document", "group", "row", "field", "value"])
    found = check_labels(truth, None, None, {"a.pdf": DocumentText([page])})
    assert found["found"].str.contains("add up").any() == is_doubtful
