"""Tables with a row per line item: strange columns, running numbers, and names of documents in the first row only."""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from truth_samples import values

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.truth import Truth, read_truth
from gini_notebook.errors import TruthError
from gini_notebook.notes import Note

HEADER = ["Dateiname", "Pos.", "Beschreibung", "Menge"]
ROWS = [["a.pdf", 1, "Kabel", 2], ["a.pdf", 2, "Dose", 1], ["b.pdf", 1, "Kabel", 5]]


def said(truth: object, kind: str) -> list[Note]:
    return [note for note in truth.notes if note.kind == kind]  # type: ignore[attr-defined]


def as_csv(folder: Path, header: list[str], rows: list[list[object]]) -> Path:
    path = folder / "items.csv"
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in [header, *rows]]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def as_sheets(folder: Path, header: list[str], rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in (["Dateiname", "Rechnungsbetrag"], ["a.pdf", 12.5], ["b.pdf", 3.0]):
        book.active.append(row)
    second = book.create_sheet("Positionen")
    for row in [header, *rows]:
        second.append(row)
    book.save(folder / "items.xlsx")
    return folder / "items.xlsx"


def as_frame(folder: Path, header: list[str], rows: list[list[object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=header, dtype=object)


def with_column(name: str, cells: list[object]) -> tuple[list[str], list[list[object]]]:
    return [*HEADER, name], [[*row, cell] for row, cell in zip(ROWS, cells, strict=True)]


def delivered(truth: pd.DataFrame, *fields: str) -> pd.DataFrame:
    return pd.DataFrame(truth[["document", "group", "row", "field", "value"]][truth["field"].isin(fields)])


@pytest.mark.parametrize("make", [as_csv, as_sheets, as_frame])
@pytest.mark.parametrize("cells", [[1.5, 2.5, 3.5], [7, 7, 7], [None, "geprüft", None]], ids=["differ", "equal", "few"])
@pytest.mark.parametrize("name", ["Gesamtpreis", "Einheit", "USt.", "Bemerkung", "Einzelpreis netto"])
def test_M3_a_strange_column_beside_line_items_is_one_of_them_said_and_in_no_number(tmp_path, make, cells, name):
    truth = read_truth(make(tmp_path, *with_column(name, cells)))
    assert [(note.about, note.level) for note in said(truth, "columns_unknown")] == [((name,), "info")]
    assert set(truth.loc[truth["field"] == name, "group"]) == {"lineItems"}
    found = delivered(truth, "description", "quantity", "amountToPay")
    result = evaluate(found, truth)
    assert set(result.comparisons["field"]) == set(found["field"])
    assert set(result.comparisons["outcome"]) == {"correct"}
    assert [note.about for note in said(result, "fields_left_out")] == [(f"lineItems.{name}",)]
    own = delivered(truth, "description", "quantity", "amountToPay", name)
    assert name in set(evaluate(own, truth).comparisons["field"])


@pytest.mark.parametrize("name", ["Einzelpreis", "Preis", "unit price"])
def test_a_price_that_may_be_net_or_gross_is_asked_about(tmp_path, name):
    header, rows = with_column(name, [1.5, 2.5, 3.5])
    truth = read_truth(as_csv(tmp_path, header, rows))
    (note,) = said(truth, "columns_unknown")
    assert note.level == "must"
    assert "with or without tax? baseGross is the price of one unit with it" in note.text
    assert "mit oder ohne Steuer? baseGross ist der Preis je Einheit mit Steuer)" in note.sentence("de")
    with pytest.warns(UserWarning, match="with or without tax"):
        result = evaluate(delivered(truth, "description"), truth)
    assert said(result, "fields_left_out")[0].level == "must"
    known = read_truth(as_csv(tmp_path, header, rows), columns={name: "baseGross"})
    assert values(known, "lineItems")["a.pdf", 0, "baseGross"] == "1.50"
    assert not said(known, "columns_unknown")


@pytest.mark.parametrize("name", ["Betrag", "Gesamt", "Brutto", "total"])
def test_a_sum_that_differs_between_rows_is_not_the_one_of_the_document(tmp_path, name):
    truth = read_truth(as_sheets(tmp_path, *with_column(name, [1.5, 2.5, 3.5])))
    assert not said(truth, "sheets_unread")
    assert set(truth.loc[truth["field"] == "amountToPay", "value"]) == {"12.50", "3.00"}
    (note,) = said(truth, "columns_unknown")
    assert (note.level, note.about) == ("must", (name,))
    assert "differs between rows of one document, so it is not amountToPay" in note.text
    assert "verschieden in Zeilen eines Dokuments, also nicht amountToPay)" in note.sentence("de")


def test_a_field_of_the_document_that_differs_is_refused_with_its_column_and_what_to_do(tmp_path):
    header, rows = with_column("IBAN", ["DE1", "DE2", "DE3"])
    message = r"says something else in column 'IBAN'.*columns=\{'IBAN': None\} \(in a shell --column 'IBAN'=\)"
    with pytest.raises(TruthError, match=message):
        read_truth(as_csv(tmp_path, header, rows))
    assert "iban" not in set(read_truth(as_csv(tmp_path, header, rows), columns={"IBAN": None})["field"])


@pytest.mark.parametrize("make", [as_csv, as_sheets, as_frame])
def test_a_column_is_left_out_where_the_caller_says_so(tmp_path, make):
    truth = read_truth(make(tmp_path, *with_column("Gesamtpreis", [1, 2, 3])), columns={"gesamtpreis": None})
    assert "Gesamtpreis" not in set(truth["field"])
    assert not said(truth, "columns_unknown")
    assert not said(truth, "columns_lacking")
    assert not said(truth, "columns_nameless")


def test_a_key_and_a_field_of_a_long_table_are_left_out_too(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"document": "a.pdf", "iban": "DE1", "Notiz": "x"}]), encoding="utf-8")
    assert set(read_truth(path, columns={"Notiz": None})["field"]) == {"iban"}
    long = pd.DataFrame({"document": ["a.pdf"] * 2, "field": ["iban", "Notiz"], "value": ["DE1", "x"]})
    truth = read_truth(long, columns={"Notiz": None})
    assert set(truth["field"]) == {"iban"}
    assert not said(truth, "columns_lacking")
    assert set(read_truth(long, columns={"Notiz": "bic"})["field"]) == {"iban", "bic"}


# --- running numbers ---------------------------------------------------------------------------------------------


def positions(make: str, folder: Path, *numbers: object) -> Truth:
    rows = [[*row[:1], number, *row[2:]] for row, number in zip(ROWS, numbers, strict=True)]
    if make == "json":
        items = {"a.pdf": [], "b.pdf": []}
        for name, position, description, _ in rows:
            items[name].append({"position": position, "description": description})
        path = folder / "items.json"
        path.write_text(json.dumps([{"document": name, "lineItems": one} for name, one in items.items()]))
        return read_truth(path)
    if make == "long":
        table = [
            {"document": row[0], "group": "lineItems", "row": at, "field": field, "value": str(value)}
            for at, row in zip((0, 1, 0), rows, strict=True)
            for field, value in (("position", row[1]), ("description", row[2]))
        ]
        return read_truth(pd.DataFrame(table))
    return read_truth({"csv": as_csv, "sheet": as_sheets, "frame": as_frame}[make](folder, HEADER, rows))


@pytest.mark.parametrize("make", ["csv", "sheet", "frame", "json", "long"])
def test_M3_a_running_number_of_rows_counts_only_where_it_is_delivered(tmp_path, make):
    truth = positions(make, tmp_path, 1, 2, 1)
    assert [(note.about, note.count, note.level) for note in said(truth, "rows_numbered")] == [
        (("lineItems.position",), 3, "info")
    ]
    result = evaluate(delivered(truth, "description", "quantity", "amountToPay"), truth)
    assert "position" not in set(result.comparisons["field"])
    assert not said(result, "never_delivered")
    assert not said(result, "fields_left_out")
    assert said(result, "rows_numbered")
    assert "position" in set(evaluate(delivered(truth, "description", "position"), truth).comparisons["field"])


@pytest.mark.parametrize("make", ["csv", "json", "long"])
def test_a_position_that_is_printed_and_never_delivered_is_grave(tmp_path, make):
    truth = positions(make, tmp_path, 10, 20, 10)
    assert not said(truth, "rows_numbered")
    (note,) = said(evaluate(delivered(truth, "description", "quantity"), truth), "never_delivered")
    assert (note.level, note.about, note.detail) == ("must", ("lineItems.position",), " (3)")


def test_a_running_number_that_is_declared_counts_and_an_empty_label_alone_is_not_grave(tmp_path):
    path = as_csv(tmp_path, HEADER, ROWS)
    declared = read_truth(path, declared_fields=["lineItems.position", "bic"])
    assert not said(declared, "rows_numbered")
    levels = {
        note.about: note.level
        for note in said(evaluate(delivered(declared, "description"), declared), "never_delivered")
    }
    assert levels[("bic",)] == "info"
    assert levels[("lineItems.position", "lineItems.quantity")] == "must"


def test_running_numbers_order_the_rows(tmp_path):
    truth = positions("csv", tmp_path, 2, 1, 1)
    items = truth[(truth["document"] == "a.pdf") & (truth["field"] == "description")]
    assert dict(zip(items["row"], items["value"], strict=True)) == {0: "Dose", 1: "Kabel"}
    assert said(truth, "rows_numbered")


def test_a_truth_that_was_written_and_read_says_the_same_of_its_numbers(tmp_path):
    truth = positions("csv", tmp_path, 1, 2, 1)
    again = read_truth(truth)
    assert len(said(again, "rows_numbered")) == 1
    assert again.attrs["unsure"] == truth.attrs["unsure"] == ["lineItems.position"]


# --- whose the rows are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [as_csv, as_sheets, as_frame])
def test_names_in_the_first_row_of_each_document_hold_for_those_below(tmp_path, make):
    whole = read_truth(make(tmp_path, HEADER, ROWS))
    truth = read_truth(make(tmp_path, HEADER, [ROWS[0], [None, *ROWS[1][1:]], ROWS[2], ["", 2, "Rohr", 1]]))
    assert truth[truth["document"] == "a.pdf"].values.tolist() == whole[whole["document"] == "a.pdf"].values.tolist()
    assert truth.loc[truth["value"] == "Rohr", ["document", "row"]].values.tolist() == [["b.pdf", 1]]
    (note,) = said(truth, "names_filled")
    assert note.count == 2


def test_names_hold_for_the_rows_below_in_a_long_table_and_beside_header_fields(tmp_path):
    long = pd.DataFrame(
        {"document": ["a.pdf", None, "b.pdf"], "field": ["iban", "bic", "iban"], "value": ["DE1", "X", "DE2"]}
    )
    truth = read_truth(long)
    assert values(truth)["a.pdf", "bic"] == "X"
    assert said(truth, "names_filled")
    rows = [["a.pdf", "DE1", "Kabel"], ["", "", "Dose"], ["b.pdf", "DE2", "Rohr"]]
    mixed = read_truth(as_csv(tmp_path, ["Datei", "IBAN", "Artikel"], rows))
    assert values(mixed)["a.pdf", "iban"] == "DE1"
    assert mixed.loc[mixed["value"] == "Dose", ["document", "group", "row"]].values.tolist() == [
        ["a.pdf", "lineItems", 1]
    ]


def test_a_forgotten_name_among_names_in_every_row_is_refused_and_sums_are_none(tmp_path):
    with pytest.raises(
        TruthError, match=r"Row 4 of items\.csv .* names no document\. Fill in its column 'Dateiname', in each row"
    ):
        read_truth(as_csv(tmp_path, HEADER, [*ROWS[:2], ["", 3, "Rohr", 1], ROWS[2]]))
    truth = read_truth(as_csv(tmp_path, HEADER, [ROWS[0], ["", *ROWS[1][1:]], ["", "", "Summe", 3]]))
    assert "Summe" not in set(truth["value"])
    assert [note.detail for note in said(truth, "rows_passed_over")] == ["sums"]


@pytest.mark.parametrize("label", ["16 Belege", "3 Rechnungen:", "Summe netto", "Gesamt (2 Dokumente)", "2 invoices"])
def test_a_row_below_that_counts_documents_is_a_sum_and_said(tmp_path, label):
    rows = [["a.pdf", "1,50 €"], ["b.pdf", "2,50 €"], [label, "4,00 €"]]
    truth = read_truth(as_csv(tmp_path, ["Datei", "Betrag"], rows), declared_fields="all")
    assert set(truth["document"]) == {"a.pdf", "b.pdf"}
    assert [(note.count, note.detail) for note in said(truth, "rows_passed_over")] == [(1, "sums")]


def test_a_remark_below_is_said_and_a_document_of_another_kind_of_name_stays(tmp_path):
    rows = [["a.pdf", "1,50 €"], ["b.pdf", "2,50 €"], ["Quelle: Buchhaltung", ""]]
    truth = read_truth(as_csv(tmp_path, ["Datei", "Betrag"], rows), declared_fields="all")
    assert set(truth["document"]) == {"a.pdf", "b.pdf"}
    assert [note.detail for note in said(truth, "rows_passed_over")] == ["remarks below the table"]
    for others in ([["a.pdf", "1,50 €"], ["scan17", "2,50 €"]], [["Beleg 1", "1,50 €"], ["16 Belege", "2,50 €"]]):
        assert set(read_truth(as_csv(tmp_path, ["Datei", "Betrag"], others))["document"]) == {one[0] for one in others}


# --- the number of the invoice -----------------------------------------------------------------------------------


def reference(folder: Path, kind: str, purpose: str) -> Path | pd.DataFrame:
    names = ("document", "Rechnungsnummer", purpose)
    rows = [("a.pdf", "2025-01", "KdNr 70881"), ("b.pdf", "2025-02", "KdNr 4711")]
    if kind == "json":
        path = folder / "t.json"
        path.write_text(json.dumps([dict(zip(names, row, strict=True)) for row in rows]), encoding="utf-8")
        return path
    if kind == "long":
        cells = [(row[0], name, value) for row in rows for name, value in zip(names[1:], row[1:], strict=True)]
        return pd.DataFrame(cells, columns=["document", "field", "value"])
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize("kind", ["wide", "json", "long"])
@pytest.mark.parametrize("name", ["Referenz", "paymentReference", "Zahlungsreferenz"])
def test_M22_an_invoice_number_is_no_reference_beside_a_reference_that_is_called_so(tmp_path, kind, name):
    truth = read_truth(reference(tmp_path, kind, name))
    assert values(truth)["a.pdf", "invoiceId"] == "2025-01"
    assert values(truth)["a.pdf", "paymentReference"] == "KdNr 70881"
    assert [note.about for note in said(truth, "invoice_numbers_kept")] == [("Rechnungsnummer",)]


@pytest.mark.parametrize("kind", ["wide", "json", "long"])
def test_M22_an_invoice_number_is_no_reference_beside_what_is_quoted_when_paying(tmp_path, kind):
    source = reference(tmp_path, kind, "Verwendungszweck")
    truth = read_truth(source)
    assert values(truth)["a.pdf", "invoiceId"] == "2025-01"
    assert "paymentReference" not in set(truth["field"])
    (note,) = said(truth, "invoice_numbers_kept")
    assert (note.level, note.about) == ("must", ("Rechnungsnummer",))
    result = evaluate(delivered(truth, "paymentPurpose"), truth)
    assert [one.kind for one in result.notes if one.kind in ("invoice_numbers_kept", "fields_left_out")] == [note.kind]
    assert set(result.comparisons["field"]) == {"paymentPurpose"}
    named = read_truth(source, columns={"Rechnungsnummer": "paymentReference"})
    assert values(named)["a.pdf", "paymentReference"] == "2025-01"
    assert not said(named, "invoice_numbers_kept")


@pytest.mark.parametrize("kind", ["wide", "json", "long"])
def test_an_invoice_number_alone_is_the_reference(tmp_path, kind):
    truth = read_truth(reference(tmp_path, kind, "bic"))
    assert values(truth)["a.pdf", "paymentReference"] == "2025-01"
