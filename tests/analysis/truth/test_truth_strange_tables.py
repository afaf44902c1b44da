"""Tables as people and programs write them: read as a person would, with what was understood said, or refused."""

import datetime
import io
import json
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest

from gini_notebook import read_truth
from gini_notebook.errors import TruthError

IBAN = "DE02120300000000202051"
ONE = {"amountToPay": "1234.56:EUR", "iban": IBAN}
WHOLE = {("a.pdf", 0, "iban"): IBAN, ("a.pdf", 0, "amountToPay"): "1234.56:EUR"}
HEAD = "Datei;Betrag;IBAN\r\n"
ROW = f"a.pdf;1.234,56 €;{IBAN}\r\n"


def labels(truth) -> dict[tuple, str]:
    return {row[:3]: row[3] for row in truth[["document", "row", "field", "value"]].itertuples(index=False, name=None)}


def said(truth) -> str:
    return " ".join(f"{note.kind} {note.text}" for note in truth.notes)


def written(tmp_path, name, content) -> object:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path / name


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        (
            "remark.csv",
            f"Belegdokument;Zahlbetrag (brutto);Kontonummer (IBAN)\r\n{ROW}",
            "Zahlbetrag (brutto) → amountToPay",
        ),
        ("english.csv", f"Source file;Total payable (EUR);Payee IBAN\r\n{ROW}", "Total payable (EUR) → amountToPay"),
        ("again.csv", f"{HEAD}{ROW}\ufeff{HEAD}", "1 row of again.csv passed over: the names of the columns once more"),
        (
            "lines.txt",
            f"| Datei | Betrag | IBAN |\n|---|---:|---|\n| a.pdf | 1.234,56 € |{IBAN}|\n",
            "passed over: lines",
        ),
        (
            "single.csv",
            f"'Datei';'Betrag';'IBAN'\n'a.pdf';'1.234,56 €';'{IBAN}'\n",
            "read as a table with cells in single quotes",
        ),
        ("blanks.csv", f'Datei, Betrag, IBAN\na.pdf, "1.234,56 €", {IBAN}\n', "German amounts with a currency"),
        ("named.csv", f"{HEAD}a.pdf;1.234,56 €;IBAN: {IBAN}\r\n", "account numbers behind a word"),
        ("mid.csv", f"{HEAD}\ufeff{ROW}", "German amounts"),
        ("wide.tsv", ("\ufeff" + (HEAD + ROW).replace(";", "\t")).encode("utf-16-be"), "read as UTF-16-BE"),
        ("thin.csv", f"{HEAD}a.pdf;1\u2009234,56\u202f€;{IBAN}\r\n", "German amounts with a currency"),
        ("cents.csv", f"{HEAD.replace('Betrag', 'Betrag [EUR]')}a.pdf;1'234.56;{IBAN}\r\n", "Swiss amounts"),
    ],
)
def test_M25_a_table_is_read_and_what_was_understood_is_said(tmp_path, name, content, note):
    truth = read_truth(written(tmp_path, name, content))
    assert labels(truth) == WHOLE
    assert note in said(truth)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "floats.csv",
            "Datei;Rechnungsnummer\na.pdf;471102.0\nb.pdf;471103.0\n",
            "Row 2 of floats.csv holds a number where paymentReference",
        ),
        ("order.csv", f"IBAN;Betrag\n{IBAN};1,50 €\n", "has no column 'document'"),
        (
            "commas.csv",
            f"Datei,Betrag,IBAN\na.pdf,1234,56,{IBAN}\n",
            "A value that contains the separator has to be in double quotes",
        ),
        (
            "text.xls",
            HEAD + ROW,
            "text.xls is no workbook but .*Save it as .xlsx in a spreadsheet; text with separators .* in .csv",
        ),
        ("page.xls", "<html><table><tr><td>Datei</td></tr></table></html>", "page.xls is no workbook but a web page"),
        (
            "several.jsonl",
            json.dumps({"document": "a.pdf", "iban": "DE1"}, indent=1),
            "one whole object in each line; what goes over several lines is .json",
        ),
        (
            "lost.csv",
            "Datei;Betrag;IBAN\na.pdf;1,50 €;DE1\n;2,50 €;DE2\nb.pdf;1,00 €;DE3\n",
            "Row 3 of lost.csv has values, but names no document",
        ),
    ],
)
def test_M25_what_cannot_be_understood_is_refused_with_what_to_do(tmp_path, name, content, message):
    with pytest.raises(TruthError, match=message):
        read_truth(written(tmp_path, name, content))


def test_header_fields_may_stand_beside_line_items_in_one_table(tmp_path):
    text = "Datei;IBAN;Artikel-Nr;Menge\na.pdf;DE1;A1;2\na.pdf;DE1;A2;1\nb.pdf;DE2;A1;1\n"
    truth = read_truth(written(tmp_path, "items.csv", text))
    assert labels(truth) == {
        ("a.pdf", 0, "iban"): "DE1",
        ("a.pdf", 0, "artNumber"): "A1",
        ("a.pdf", 0, "quantity"): "2",
        ("a.pdf", 1, "artNumber"): "A2",
        ("a.pdf", 1, "quantity"): "1",
        ("b.pdf", 0, "iban"): "DE2",
        ("b.pdf", 0, "artNumber"): "A1",
        ("b.pdf", 0, "quantity"): "1",
    }
    assert "Menge → lineItems.quantity" in said(truth)
    with pytest.raises(TruthError, match=r"repeats the document 'a\.pdf' of row 2 and says something else"):
        read_truth(written(tmp_path, "items.csv", text.replace("a.pdf;DE1;A2", "a.pdf;DE9;A2")))


def test_zeros_that_a_file_keeps_from_a_spreadsheet_stay(tmp_path):
    text = 'Datei;Rechnungsnummer\na.pdf;="000815"\nb.pdf;"=""00""""16"""\n'
    truth = read_truth(written(tmp_path, "kept.csv", text))
    assert truth["value"].tolist() == ["000815", '00"16']


@pytest.mark.parametrize(("yes", "no"), [("ja", "nein"), ("TRUE", "FALSE"), ("x", "0"), (True, False), (1, 0)])
def test_what_is_true_or_false_is_read_in_words_and_numbers(yes, no):
    frame = pd.DataFrame({"document": ["a", "b"], "Echtzeitüberweisung": [yes, no]})
    truth = read_truth(frame)
    assert truth["value"].tolist() == ["true", "false"]
    assert ("understood as true or false" in said(truth)) == (str(yes).casefold() != "true")


def test_what_can_be_no_iban_and_a_share_for_a_percentage_are_said():
    truth = read_truth(pd.DataFrame({"document": ["a", "b", "c"], "iban": ["532013000", "DE12/34", IBAN]}))
    assert "2 values of iban in the ground truth cannot be read as IBAN" in said(truth)
    share = read_truth(pd.DataFrame({"document": ["a"], "Skonto %": [0.02]}))
    assert "understood as percentages as they stand there (0.02 is 0.02 %, not 2 %)" in said(share)


def test_a_workbook_is_known_by_its_content_and_hidden_columns_are_said(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Datei", "Betrag", "IBAN"], ["a.pdf", 1234.56, IBAN]):
        book.active.append(row)
    book.active["B2"].number_format = '#,##0.00 "€"'
    book.active.column_dimensions["C"].hidden = True
    for name in ("really.xls", "CAPITALS.XLSX", "macros.xlsm"):
        book.save(tmp_path / name)
        truth = read_truth(tmp_path / name)
        assert labels(truth) == WHOLE
        assert f"1 hidden column of {name} read, too: C" in said(truth)


def test_categories_decimals_dates_and_an_index_of_parquet_are_read(tmp_path):
    frame = pd.DataFrame(
        {
            "document": pd.Categorical(["a.pdf"]),
            "amountToPay": [Decimal("1234.56")],
            "paymentDueDate": [datetime.date(2026, 4, 11)],
        }
    )
    frame.to_parquet(tmp_path / "one.parquet")
    frame.astype({"document": str}).set_index("document").to_parquet(tmp_path / "two.parquet")
    for name in ("one.parquet", "two.parquet"):
        assert sorted(read_truth(tmp_path / name)["value"]) == ["1234.56", "2026-04-11"]


@pytest.mark.parametrize("orient", ["records", "columns", "split", "index"])
def test_json_that_a_table_was_written_to_is_read(tmp_path, orient):
    frame = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "iban": ["DE1", None]})
    frame = frame.set_index("document") if orient == "index" else frame
    text = io.StringIO()
    frame.to_json(text, orient=orient)
    truth = read_truth(written(tmp_path, "table.json", text.getvalue()))
    assert labels(truth.dropna()) == {("a.pdf", 0, "iban"): "DE1"}
    assert truth["state"].tolist() == ["value", "empty"]
