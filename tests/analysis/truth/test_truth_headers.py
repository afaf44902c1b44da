"""What people write above columns: words for the payee, near words, sums, and rows of a sheet as JSON."""

import json

import openpyxl
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.truth import read_truth, understood_words
from gini_notebook.analysis.truth.headers import column, nearest

IBAN = "DE02120300000000202051"
NAMES = ["x.pdf", "y.pdf"]


def notes_of(truth):
    return {note.kind: note for note in truth.notes}


# --- words -------------------------------------------------------------------------------------------------------

PAYEES = [
    *("Creditor", "Beneficiary", "Payee", "Recipient", "Supplier", "Empfänger", "Kreditor", "Gläubiger"),
    "Zahlungsempfänger",
]


@pytest.mark.parametrize("payee", PAYEES)
@pytest.mark.parametrize(("what", "field"), [("IBAN", "iban"), ("BIC", "bic"), ("name", "paymentRecipient")])
@pytest.mark.parametrize("written", ["{payee} {what}", "{what} {payee}", "{payee}-{what}", "{payee}_{what}"])
def test_what_belongs_to_the_payee_is_understood_in_every_order(payee, what, field, written):
    found = column(written.format(payee=payee, what=what), {})
    assert (found.role, found.field, found.known) == ("label", field, True)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Zahlungsempf.", "paymentRecipient"),
        ("Verw.-Zweck", "paymentPurpose"),
        ("Offener Betrag", "amountToPay"),
        ("Kreditorenname", "paymentRecipient"),
        ("IBAN des Kreditors", "iban"),
        ("BIC des Lieferanten", "bic"),
        ("Creditor name", "paymentRecipient"),
        ("Name of creditor", "paymentRecipient"),
    ],
)
def test_abbreviations_and_genitives_are_understood(header, field):
    assert column(header, {}).field == field


@pytest.mark.parametrize("payer", ["Payer", "Debtor", "Debitor", "Auftraggeber", "Zahler", "Kunde", "Customer"])
@pytest.mark.parametrize("what", ["IBAN", "BIC", "Name"])
def test_what_belongs_to_the_payer_is_neither_taken_nor_suggested(payer, what):
    for header in (f"{payer} {what}", f"{what} {payer}", f"{what} des {payer}s"):
        assert not column(header, {}).known
        assert not nearest(header)


@pytest.mark.parametrize("read", ["table", "json", "long"])
def test_a_field_of_payments_abroad_is_kept_and_asked_about(read, tmp_path):
    rows = [{"document": name, "creditorName": "Ahornhof", "iban": IBAN} for name in NAMES]
    source = pd.DataFrame(rows)
    if read == "json":
        source = tmp_path / "t.json"
        source.write_text(json.dumps(rows), encoding="utf-8")
    if read == "long":
        source = pd.DataFrame(rows).melt("document", var_name="field")
    note = notes_of(read_truth(source))["fields_abroad"]
    assert (note.level, note.count, note.about) == ("must", 2, ("creditorName",))
    assert "perhaps paymentRecipient is meant." in note.text
    assert "gemeint ist vielleicht paymentRecipient." in note.sentence("de")
    row = {"document": "x.pdf", "group": "crossBorderPayment", "field": "creditorName", "value": "A"}
    assert "fields_abroad" not in notes_of(read_truth(pd.DataFrame([row])))


def test_a_name_that_ends_in_a_full_stop_is_printed_with_one():
    truth = read_truth(pd.DataFrame({"document": NAMES, "iban": IBAN, "Bearb.": ["a", "b"]}))
    assert notes_of(truth)["columns_unknown"].text.endswith("of the service: Bearb.")


# --- near words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        *("Rechnungsdatum", "Belegdatum", "Dokumentdatum", "Eingangsdatum", "Lieferdatum", "Buchungsdatum", "Konto"),
        *("Payer IBAN", "Kundennummer", "Bearbeiter", "Betrga", "Ibna", "Stückpreis"),
    ],
)
def test_M3_a_column_is_as_grave_when_it_is_read_as_when_it_is_compared(header):
    truth = read_truth(pd.DataFrame({"document": NAMES, "BIC": "BYLADEM1001", header: ["abc", "def"]}))
    found = pd.DataFrame({"document": NAMES, "field": "bic", "value": "BYLADEM1001"})
    read = notes_of(truth)["columns_unknown"]
    compared = notes_of(evaluate(found, truth))["fields_left_out"]
    assert read.detail == compared.detail
    assert read.level == compared.level == ("must" if header in {"Betrga", "Ibna", "Stückpreis"} else "info")


# --- sums --------------------------------------------------------------------------------------------------------

SUMS = ["Summe EUR", "Summe (3 Belege)", "Σ", "Gesamt EUR", "Total EUR:", "Summe 3 Belege", "Gesamt (EUR)"]


@pytest.mark.parametrize("word", SUMS)
@pytest.mark.parametrize("read", ["frame", "csv", "xlsx", "json"])
def test_rows_of_sums_are_passed_over_and_said(word, read, tmp_path):
    rows = [("Summe_2024.pdf", "1.00:EUR"), ("Summe_2025", "2.00:EUR"), (word, "3.00:EUR")]
    frame = pd.DataFrame(rows, columns=["document", "amountToPay"])
    path = tmp_path / f"t.{read}"
    if read == "csv":
        frame.to_csv(path, index=False)
    elif read == "xlsx":
        frame.to_excel(path, index=False)
    elif read == "json":
        frame.to_json(path, orient="records")
    truth = read_truth(frame if read == "frame" else path)
    assert truth["document"].tolist() == ["Summe_2024.pdf", "Summe_2025"]
    note = notes_of(truth)["rows_passed_over"]
    assert (note.count, note.detail) == (1, "sums")


# --- rows of line items as JSON ----------------------------------------------------------------------------------

ITEMS = pd.DataFrame(
    {
        "document": ["x.pdf", "x.pdf", "y.pdf"],
        "iban": IBAN,
        "artNumber": ["1", "2", "3"],
        "Menge": ["1", "2", None],
        "description": ["Brett", "Konsole", "Dübel"],
    }
)


@pytest.mark.parametrize("lines", [False, True])
def test_a_sheet_written_as_json_is_read_as_the_same_sheet_as_csv(lines, tmp_path):
    as_json, as_csv = tmp_path / ("t.jsonl" if lines else "t.json"), tmp_path / "t.csv"
    ITEMS.to_json(as_json, orient="records", lines=lines)
    ITEMS.to_csv(as_csv, index=False)
    one, other = read_truth(as_json), read_truth(as_csv)
    assert one.values.tolist() == other.values.tolist()
    assert len(one[one["field"] == "artNumber"]) == 3
    assert [note.text for note in one.notes] == [note.text for note in other.notes]


def test_what_such_rows_contradict_in_is_refused_as_in_a_table(tmp_path):
    path = tmp_path / "t.json"
    ITEMS.assign(iban=[IBAN, "DE1", IBAN]).to_json(path, orient="records")
    with pytest.raises(ValueError, match=r"repeats the document 'x.pdf' of row 2 and says something else"):
        read_truth(path)


def test_records_that_repeat_a_document_say_where_line_items_belong(tmp_path):
    path = tmp_path / "t.json"
    rows = [{"document": "x.pdf", "lineItems": [{"artNumber": "1"}]}, {"document": "x.pdf", "artNumber": "2"}]
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(ValueError, match="Keep one; line items of a document go into one list 'lineItems'"):
        read_truth(path)


# --- what notes name ---------------------------------------------------------------------------------------------


def test_the_column_of_currencies_that_is_used_is_named():
    frame = pd.DataFrame({"document": NAMES, "amountToPay": ["1.00", "2.00"], "Currency": ["EUR", "USD"]})
    truth = read_truth(frame)
    assert truth["value"].tolist() == ["1.00:EUR", "2.00:USD"]
    assert "Currency → currency of the amounts" in notes_of(truth)["columns_understood"].about


def test_columns_that_are_understood_are_named_with_their_sheet_where_two_are_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Belege"
    for row in (["Datei", "Betrag"], ["x.pdf", 1]):
        book.active.append(row)
    sheet = book.create_sheet("Pos")
    for row in (["Datei", "Bezeichnung"], ["x.pdf", "Brett"]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    texts = [note for note in read_truth(tmp_path / "t.xlsx").notes if note.kind == "columns_understood"]
    assert sorted(note.text for note in texts) == [
        "2 columns of sheet 'Belege' of t.xlsx understood by another name: Betrag → amountToPay, Datei → document.",
        "2 columns of sheet 'Pos' of t.xlsx understood by another name: Bezeichnung → lineItems.description, Datei → "
        "document.",
    ]
    assert any("von Blatt 'Pos' von t.xlsx" in note.sentence("de") for note in texts)


@pytest.mark.parametrize(
    ("field", "cells", "odd", "what"),
    [
        ("amountToPay", ["211,26", "2.685,88", "-5,00", "378.59"], "378.59", "amounts"),
        ("quantity", ["1,5", "2,25", "3.25"], "3.25", "numbers"),
    ],
)
def test_a_cell_in_another_notation_than_its_column_is_singled_out(field, cells, odd, what):
    frame = pd.DataFrame({"document": [f"{at}.pdf" for at in range(len(cells))], field: cells, "iban": IBAN})
    detail = f"{what} in another notation than the rest of their column"
    [note] = [note for note in read_truth(frame).notes if note.detail == detail]
    assert (note.count, note.examples) == (1, (odd,))
    assert "in anderer Schreibweise als der Rest" in note.sentence("de")


def test_the_list_of_words_is_what_columns_are_understood_by():
    words = understood_words()
    assert column(words["bic"].split(", ")[-1], {}).field == "bic"
    assert all(column(word, {}).field == "paymentRecipient" for word in words["paymentRecipient"].split(", "))
