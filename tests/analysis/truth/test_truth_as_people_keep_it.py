"""What tables of people have beside their labels: filters, footers, headers of two rows, two accounts, own words."""

from pathlib import Path

import openpyxl
import pytest
from truth_samples import values

from gini_notebook.analysis.truth import read_truth
from gini_notebook.errors import TruthError
from gini_notebook.notes import Note

IBANS = ("DE89370400440532013000", "DE02120300000000202051")


def workbook(
    folder: Path, rows: list[list[object]], *, merged: tuple[str, ...] = (), hidden: tuple[int, ...] = ()
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    path = folder / "Sollwerte.xlsx"
    book.save(path)
    return path


def csv(folder: Path, *lines: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def said(truth, kind: str) -> list[Note]:
    return [note for note in truth.notes if note.kind == kind]


def test_hidden_rows_are_not_read_and_that_is_said_first(tmp_path):
    rows = [["Dateiname", "Betrag"], *([f"{number}.pdf", 10 + number] for number in range(10))]
    truth = read_truth(workbook(tmp_path, rows, hidden=tuple(range(4, 12))))
    assert set(truth["document"]) == {"0.pdf", "1.pdf"}
    (note,) = said(truth, "rows_hidden")
    assert (note.level, note.count) == ("must", 8)
    assert "filter" in note.advice


@pytest.mark.parametrize(
    "footer", ["Anzahl Datensätze: 2;;;", "2 Belege;;;", "Erstellt am 30.11.2026;;;", ";;;geprüft"]
)
def test_a_footer_beside_the_column_of_documents_is_passed_over_and_said(tmp_path, footer):
    truth = read_truth(csv(tmp_path, "Nr.;Dateiname;Betrag;Vermerk", "1;a.pdf;1,50 €;", "2;b.pdf;2,50 €;", footer))
    assert set(truth["document"]) == {"a.pdf", "b.pdf"}
    assert [note.detail for note in said(truth, "rows_passed_over")] == ["remarks below the table"]


@pytest.mark.parametrize("row", ["3;;3,50 €;", "Anzahl: 2;;;x;y"])
def test_a_row_that_says_something_of_a_field_needs_its_document(tmp_path, row):
    with pytest.raises(TruthError, match=r"names no document|has 5 cells"):
        read_truth(csv(tmp_path, "Nr.;Dateiname;Betrag;Vermerk", "1;a.pdf;1,50 €;", "2;b.pdf;2,50 €;", row))


def test_a_header_of_two_rows_has_the_names_that_are_merged_down(tmp_path):
    rows = [
        ["Dateiname", "Betrag", "Bankverbindung", None],
        [None, None, "IBAN", "BIC"],
        ["a.pdf", 12.5, IBANS[0], "COBADEFFXXX"],
    ]
    truth = read_truth(workbook(tmp_path, rows, merged=("A1:A2", "B1:B2", "C1:D1")), currency="EUR")
    expected = {"amountToPay": "12.50:EUR", "iban": IBANS[0], "bic": "COBADEFFXXX"}
    assert values(truth) == {("a.pdf", field): value for field, value in expected.items()}


TWO = ("Datei;IBAN 1;IBAN 2", f"a.pdf;{IBANS[0]};{IBANS[1]}", f"b.pdf;;{IBANS[1]}")


def test_two_columns_that_the_caller_names_alike_are_alternatives(tmp_path):
    truth = read_truth(csv(tmp_path, *TWO), columns={"IBAN 1": "iban", "IBAN 2": "iban"})
    assert truth[["document", "alternative", "value"]].values.tolist() == [
        ["a.pdf", 0, IBANS[0]],
        ["a.pdf", 1, IBANS[1]],
        ["b.pdf", 0, IBANS[1]],
    ]


def test_two_columns_of_one_field_are_refused_with_both_ways_out(tmp_path):
    lines = ("Datei;IBAN;Empfänger-IBAN", *TWO[1:])
    with pytest.raises(
        TruthError, match=r"more than one column for iban.*'Empfänger-IBAN': None.*if either value is right"
    ):
        read_truth(csv(tmp_path, *lines))
    chosen = read_truth(csv(tmp_path, *lines), columns={"IBAN": "iban", "Empfänger-IBAN": None})
    assert values(chosen) == {("a.pdf", "iban"): IBANS[0]}
    with pytest.raises(TruthError, match=r"more than one column named 'IBAN'.*different names"):
        read_truth(csv(tmp_path, "Datei;IBAN;IBAN", *TWO[1:]))


def test_two_columns_of_line_items_are_no_alternatives(tmp_path):
    path = csv(tmp_path, "Datei;Menge;Anzahl", "a.pdf;1;2", "a.pdf;2;3")
    with pytest.raises(TruthError, match="another name for the others"):
        read_truth(path, columns={"Menge": "quantity", "Anzahl": "quantity"})


def test_kinds_of_documents_are_read_in_german_and_other_words_are_said(tmp_path):
    truth = read_truth(
        csv(tmp_path, "Datei;Belegart", "a.pdf;Rechnung", "b.pdf;invoice", "c.pdf;Mahnung", "d.pdf;ER-7")
    )
    assert list(values(truth).values()) == ["Invoice", "Invoice", "Reminder", "ER-7"]
    (note,) = said(truth, "values_unknown")
    assert (note.level, note.count, note.about) == ("must", 1, ("docType",))
    assert "Reminder" in note.text
    assert {note.detail for note in said(truth, "notation_understood")} >= {"Rechnung → Invoice"}


def test_numbers_where_a_reference_is_a_text_can_be_left_out(tmp_path):
    path = workbook(tmp_path, [["Dateiname", "Betrag", "Rechnungsnummer"], ["a.pdf", 12.5, 4711]])
    with pytest.raises(TruthError, match=r"columns=\{'Rechnungsnummer': None\}"):
        read_truth(path)
    assert set(read_truth(path, columns={"Rechnungsnummer": None})["field"]) == {"amountToPay"}


def test_a_date_of_the_invoice_is_not_taken_for_a_misspelled_document(tmp_path):
    truth = read_truth(csv(tmp_path, "Dateiname;Betrag;Rechnungsdatum", "a.pdf;1,50 €;01.02.2025"))
    (note,) = said(truth, "columns_unknown")
    assert note.about == ("Rechnungsdatum",)
    assert "near" not in note.text
