"""What speaks for and against each value that was read."""

from types import SimpleNamespace

import pandas as pd
import pytest

from gini_notebook import schema
from gini_notebook.analysis.automation import check_values
from gini_notebook.analysis.automation.checks import NAMES
from gini_notebook.errors import SchemaError, SettingError

GOOD, OTHER = "DE89370400440532013000", "DE02120300000000202051"


def read(**fields):
    return pd.DataFrame(
        {"document": "a.pdf", "field": list(fields), "value": list(fields.values()), "candidates": "of the field"}
    )


def found(values, others=(), second=None, history=None, rows=(), **facts):
    """Return verdict and detail by check of one document."""
    table = read(**values)
    if rows:
        table = pd.concat([table.assign(group="", row=0), pd.DataFrame(rows).assign(document="a.pdf")])
    candidates = pd.DataFrame({"document": "a.pdf", "list": "of the field", "rank": 1, "value": list(others)})
    documents = pd.DataFrame({"document": ["a.pdf"], "status": "completed", **{k: [v] for k, v in facts.items()}})
    run = SimpleNamespace(extractions=table, documents=documents, candidates=candidates if others else None)
    checks = check_values(run, second, history)
    assert list(checks.columns) == list(schema.CHECKS.columns)
    return {(row.field, row.check): (row.verdict, row.detail) for row in checks.itertuples()}


def test_every_check_stands_in_every_document_once_and_only_read_values_are_present():
    checks = check_values(read(iban=GOOD))
    assert set(checks["check"]) == set(NAMES)
    assert not checks.duplicated(["document", "field", "check"]).any()
    present = checks[checks["check"] == "present"].set_index("field")["verdict"].to_dict()
    assert present == {"amountToPay": "failed", "iban": "passed", "paymentRecipient": "failed"}
    assert found({"iban": GOOD}, status="failed")["iban", "present"][0] == "passed"


@pytest.mark.parametrize(
    ("iban", "verdict"),
    [(GOOD, "passed"), ("DE89 3704 0044 0532 0130 00", "passed"), ("DE89370400440532013001", "failed")],
)
def test_the_check_digits_of_an_account(iban, verdict):
    assert found({"iban": iban})["iban", "iban_valid"][0] == verdict
    assert found({"amountToPay": "1.00:EUR"})["iban", "iban_valid"][0] == "not checkable"


def test_the_bank_of_an_account_is_that_of_the_bic():
    assert found({"iban": GOOD, "bic": "COBADEFFXXX"})["iban", "bic_matches"] == ("passed", "")
    assert found({"iban": GOOD, "bic": "cobadeff370"})["iban", "bic_matches"] == ("passed", "")
    assert found({"iban": GOOD, "bic": "DEUTDEFF"})["iban", "bic_matches"][0] == "failed"
    assert found({"iban": GOOD})["iban", "bic_matches"][0] == "not checkable"
    unknown = "AT611904300234573201"
    assert found({"iban": unknown, "bic": "OPSKATWW"})["iban", "bic_matches"][1] == "the bank code is in no list"


def test_another_valid_account_is_an_alarm():
    assert found({"iban": GOOD}, [GOOD, "DE1"])["iban", "one_iban"] == ("passed", "")
    assert found({"iban": GOOD}, [GOOD, OTHER])["iban", "one_iban"] == ("failed", "2 valid IBANs")
    assert found({"iban": GOOD})["iban", "one_iban"][0] == "not checkable"


@pytest.mark.parametrize(
    ("amount", "verdict", "detail"),
    [
        ("12.00:EUR", "passed", ""),
        ("0.00:EUR", "failed", "it is not positive"),
        ("12.00:USD", "failed", "it is not in EUR"),
        ("twelve", "failed", "it is no amount"),
    ],
)
def test_only_positive_amounts_in_euros_are_payable(amount, verdict, detail):
    assert found({"amountToPay": amount})["amountToPay", "amount_payable"] == (verdict, detail)


@pytest.mark.parametrize(
    ("others", "verdict", "detail"),
    [
        (["119.00:EUR"], "passed", "the only amount"),
        (["119.00:EUR", "19.00:EUR", "500.00:USD"], "passed", "the largest amount"),
        (["119.00:EUR", "100.00:EUR", "19.00:EUR", "200.00:EUR"], "passed", "the sum of two amounts"),
        (["119.00:EUR", "59.50:EUR", "200.00:EUR"], "failed", "neither the largest amount, nor a sum, nor less Skonto"),
        ([], "not checkable", "no candidates and no line items"),
    ],
)
def test_what_supports_an_amount(others, verdict, detail):
    assert found({"amountToPay": "119.00:EUR"}, others)["amountToPay", "amount_supported"] == (verdict, detail)


def item(row, quantity, price):
    cells = {"quantity": quantity, "baseGross": price}
    return [{"group": "lineItems", "row": row, "field": name, "value": value} for name, value in cells.items() if value]


def test_line_items_and_skonto_support_an_amount():
    many = ["200.00:EUR", "119.00:EUR"]
    bill = [*item(0, "2", "50.00:EUR"), *item(1, "1", "19.00:EUR")]
    check = ("amountToPay", "amount_supported")
    assert found({"amountToPay": "119.00:EUR"}, many, rows=bill)[check] == ("passed", "the sum of the line items")
    assert found({"amountToPay": "119.00:EUR"}, many, rows=[*bill, *item(2, "", "1.00:EUR")])[check][0] == "failed"
    skonto = [{"group": "skontoDiscounts", "row": 0, "field": "skontoAmountToPay", "value": "119.00:EUR"}]
    assert found({"amountToPay": "119.00:EUR"}, many, rows=skonto)[check] == ("passed", "less Skonto")
    assert found({"iban": GOOD})[check] == ("not checkable", "no amount")


def test_what_is_paid_already_or_no_bill_is_not_to_be_paid():
    check = ("", "to_be_paid")
    assert found({"paymentState": "ToBePaid"})[check] == ("passed", "")
    assert found({"paymentState": "Paid"})[check][0] == "failed"
    assert found({"paymentState": "ToBePaid", "businessDocType": "CreditNote"})[check] == ("failed", "a credit note")
    assert found({"iban": GOOD})[check][0] == "not checkable"


def test_more_pages_than_the_service_reads_are_an_alarm():
    check = ("", "pages_read")
    assert found({"iban": GOOD}, pages=10)[check] == ("passed", "")
    assert found({"iban": GOOD}, pages=11)[check] == ("failed", "11 pages, of which 10 are read")
    assert found({"iban": GOOD})[check][0] == "not checkable"


def test_who_was_paid_before_is_known_by_account_and_name():
    check = ("paymentRecipient", "payee_known")
    history = pd.DataFrame({"iban": ["DE89 3704 0044 0532 0130 00"], "paymentRecipient": ["Ahornhof GmbH"]})
    values = {"iban": GOOD, "paymentRecipient": "ahornhof  gmbh"}
    assert found(values, history=history)[check] == ("passed", "")
    assert (
        found(values | {"paymentRecipient": "Andere AG"}, history=history)[check][1] == "another name at this account"
    )
    assert found(values | {"iban": OTHER}, history=history)[check][1] == "this account was never paid"
    assert found({"iban": GOOD}, history=history)[check][0] == "not checkable"
    assert found(values)[check] == ("not checkable", "no history")
    with pytest.raises(SchemaError, match="A history needs the columns iban and paymentRecipient; there is: name"):
        found(values, history=pd.DataFrame({"name": ["x"]}))


def test_readers_agree_by_the_rule_of_the_field():
    values = {"iban": GOOD, "amountToPay": "119.0:EUR", "paymentRecipient": "Ahornhof GmbH", "bic": "COBADEFFXXX"}
    second = read(iban="de89 3704 0044 0532 0130 00", amountToPay="119.00:EUR", paymentRecipient="Andere AG")
    checks = found(values, second=second)
    assert checks["iban", "readers_agree"] == checks["amountToPay", "readers_agree"] == ("passed", "")
    assert checks["paymentRecipient", "readers_agree"] == ("failed", "the second reader read another value")
    assert checks["bic", "readers_agree"] == ("failed", "the second reader found nothing")
    assert found({"iban": GOOD})["iban", "readers_agree"] == ("not checkable", "no second reader")


def test_what_the_second_reader_did_not_read_is_not_checkable():
    first = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "field": "iban", "value": GOOD})
    checks = check_values(first, read(iban=GOOD))
    by_document = checks[(checks["check"] == "readers_agree") & (checks["field"] == "iban")].set_index("document")
    assert by_document["verdict"].to_dict() == {"a.pdf": "passed", "b.pdf": "not checkable"}
    assert [note["kind"] for note in checks.attrs["notes"]] == ["second_reader_partial"]


def test_a_failed_document_is_read_by_nobody():
    documents = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "status": ["completed", "failed"]})
    run = SimpleNamespace(extractions=read(iban=GOOD), documents=documents, candidates=None)
    checks = check_values(run)
    of_failed = checks[(checks["document"] == "b.pdf") & (checks["check"] == "present")]
    assert of_failed["detail"].unique().tolist() == ["the document was not read"]


def many(count, value=GOOD):
    return pd.DataFrame({"document": [f"{at}.pdf" for at in range(count)], "field": "iban", "value": value})


def test_a_second_reader_that_is_none_is_refused():
    with pytest.raises(SettingError, match="read the same as the first in all 20 documents: the same settings asked"):
        check_values(many(20), many(20))
    assert len(check_values(many(19), many(19)))
    table = many(3)
    with pytest.raises(SettingError, match="is the same run: 3 documents were read once, not twice"):
        check_values(table, table)
    documents = pd.DataFrame({"document": ["0.pdf"], "document_id": ["x1"]})
    runs = [SimpleNamespace(extractions=many(1), documents=documents, candidates=None) for _ in range(2)]
    with pytest.raises(SettingError, match="is the same run: 1 documents were read once"):
        check_values(*runs)
    with pytest.raises(SettingError, match=r"has none of the 3 documents; it has, for example, 'a\.pdf'"):
        check_values(many(3), read(iban=GOOD))


def test_two_readers_of_the_sandbox_share_their_ocr():
    documents = pd.DataFrame({"document": ["0.pdf"]})
    runs = [
        SimpleNamespace(extractions=many(1, value), documents=documents, candidates=None, service="sandbox")
        for value in (GOOD, OTHER)
    ]
    checks = check_values(*runs)
    assert [(note["kind"], note["level"]) for note in checks.attrs["notes"]] == [("second_reader_shares_ocr", "must")]
    assert checks.attrs["second"] == "sandbox"


def test_tables_that_cannot_be_checked_are_refused():
    with pytest.raises(SchemaError, match=r"need a table of extractions with .* there is: document"):
        check_values(pd.DataFrame({"document": ["a"]}))
    with pytest.raises(SchemaError, match="Cannot check a int"):
        check_values(3)
    with pytest.raises(SettingError, match="There are 0 documents to check"):
        check_values(many(0))


def test_the_order_of_rows_changes_nothing():
    values = {"iban": GOOD, "amountToPay": "119.00:EUR", "paymentRecipient": "Ahornhof GmbH"}
    tables = [pd.concat([read(**values).assign(document=name) for name in order]) for order in ("ab", "ba")]
    one, other = (
        check_values(table).sort_values(["document", "field", "check"], ignore_index=True) for table in tables
    )
    assert one.equals(other)
