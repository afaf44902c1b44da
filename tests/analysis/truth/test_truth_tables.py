"""Ground truth in CSV, workbooks, Parquet and DataFrames."""

import datetime
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from truth_samples import values

from gini_notebook import schema
from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.column_values import Wishes
from gini_notebook.analysis.truth.sheets import parquet_labels
from gini_notebook.errors import MissingLibrary, TruthError


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_wide_csv_has_a_label_per_filled_cell(tmp_path):
    path = write(tmp_path, "truth.csv", "document,iban,amountToPay\nb.pdf,DE1,\nsub/a.pdf,,12.34:EUR\n")
    table = read_truth(path)
    assert values(table) == {("b.pdf", "iban"): "DE1", ("sub/a.pdf", "amountToPay"): "12.34:EUR"}
    pd.testing.assert_series_equal(table.dtypes, schema.TRUTH.empty().dtypes)
    assert set(table["source"]) == {"table"}
    assert set(table["row"]) == {0}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_separator_byte_order_mark_and_line_ends_are_found_out(tmp_path, separator, mark, end):
    lines = [separator.join(line) for line in (["file", "paymentRecipient"], ["ä.pdf", '"Müller, Söhne; Co"'])]
    path = write(tmp_path, "truth.csv", mark + end.join(lines).encode())
    assert values(read_truth(path)) == {("ä.pdf", "paymentRecipient"): "Müller, Söhne; Co"}


def test_a_separator_in_a_name_of_a_column_does_not_mislead(tmp_path):
    path = write(tmp_path, "truth.csv", "document,x;document;y;z\na.pdf,1\n")
    assert values(read_truth(path)) == {("a.pdf", "x;document;y;z"): "1"}


def test_excel_line_that_names_the_separator_is_passed_over(tmp_path):
    path = write(tmp_path, "truth.csv", "sep=;\ndocument;iban\na.pdf;DE1\n")
    assert values(read_truth(path)) == {("a.pdf", "iban"): "DE1"}


def test_M25_another_encoding_is_read_and_said(tmp_path):
    text = "document;paymentRecipient\na.pdf;Müller\n"
    for encoding, said in (("cp1252", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16-LE")):
        truth = read_truth(write(tmp_path, "truth.csv", text.encode(encoding)))
        assert values(truth) == {("a.pdf", "paymentRecipient"): "Müller"}
        assert said in truth.notes[0].text
    write(tmp_path, "truth.csv", b"\xff")
    with pytest.raises(TruthError, match=r"truth\.csv is not utf-8 \(byte 0xFF in line 1\)\. Save it as UTF-8"):
        read_truth(tmp_path / "truth.csv", encoding="utf-8")
    with pytest.raises(TruthError, match=r"There is no encoding 'utf-9'"):
        read_truth(tmp_path / "truth.csv", encoding="utf-9")
    with pytest.raises(TruthError, match=r"truth\.csv is no text, and no table"):
        read_truth(write(tmp_path, "truth.csv", bytes(range(256))))


def test_A8_a_table_without_the_needed_columns_says_what_it_found_and_how_to_name_it(tmp_path):
    path = write(tmp_path, "truth.csv", "Datnei;Betrag\na.pdf;12,00\n")
    with pytest.raises(TruthError, match=r"no column 'document'.*its columns are: 'Datnei', 'Betrag'\. Needed is") as e:
        read_truth(path)
    assert "columns={'Datnei': 'document'}" in str(e.value)
    assert "\n" not in str(e.value)
    assert values(read_truth(path, columns={"Datnei": "document"})) == {("a.pdf", "amountToPay"): "12.00"}


def test_a_header_in_capitals_is_understood(tmp_path):
    path = write(tmp_path, "truth.csv", "Document, iban \na.pdf,DE1\n")
    assert values(read_truth(path)) == {("a.pdf", "iban"): "DE1"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "its columns are: none"),
        ("document\na.pdf\n", r"has no column but 'document'\. Add one column per field"),
        ("document,field\na.pdf,iban\n", r"has no column 'value'; its columns are: 'document', 'field'"),
        ("document,value\na.pdf,DE1\n", r"has no column 'field'"),
        ("document,iban,iban\na.pdf,DE1,DE2\n", r"more than one column named 'iban'"),
        ("document,iban\na.pdf,DE1\nb.pdf,DE2\na.pdf,DE3\n", r"Row 4 of .* repeats the document 'a\.pdf' of row 2"),
        ("document,iban\n,DE1\n", r"Row 2 of .* names no document\. Fill in its column 'document'"),
        ("document,amountToPay\na.pdf,12,34:EUR\n", r"Row 2 of .* has 3 cells, the header has 2"),
        ("document,field,value\na.pdf,,DE1\n", r"Row 2 of .* names no field"),
        ("document,field,value\na.pdf,iban,1\na.pdf,iban,2\n", r"Row 3 .* repeats the field 'iban' .* of row 2"),
        ("document,field,value,row\na.pdf,iban,1,x\n", r"has 'x' in the column 'row'\. Use 0, 1, 2"),
        ("document,lineItems[]\na.pdf,{oops\n", r"column 'lineItems\[\]' in row 2 of .* is not valid JSON"),
        ("document,iban\na.pdf,\n", r"There is no ground truth in .*truth\.csv'"),
        ("document,iban\na.pdf," + "9" * 200_000, r"not readable as CSV near line 2: field larger"),
    ],
)
def test_wrong_tables_say_what_is_wrong_and_where(tmp_path, content, message):
    with pytest.raises(TruthError, match=message):
        read_truth(write(tmp_path, "truth.csv", content))


def test_long_table_with_line_items_and_labelled_empty(tmp_path):
    content = (
        "document;group;row;field;value;source\na.pdf;;;iban;;\na.pdf;lineItems;0;artNumber;A1;by hand\n"
        "a.pdf;lineItems;1;artNumber;A2;\n"
    )
    table = read_truth(write(tmp_path, "truth.csv", content))
    assert values(table) == {("a.pdf", "iban"): None}
    assert values(table, "lineItems") == {("a.pdf", 0, "artNumber"): "A1", ("a.pdf", 1, "artNumber"): "A2"}
    assert sorted(set(table["source"])) == ["by hand", "table"]


def test_empty_cells_are_unlabelled_unless_declared(tmp_path):
    path = write(tmp_path, "truth.csv", "document,iban,bic,amountToPay\na.pdf,DE1,,\nb.pdf,,,\n")
    assert values(read_truth(path)) == {("a.pdf", "iban"): "DE1"}
    some = read_truth(path, declared_fields=["iban"])
    assert values(some) == {("a.pdf", "iban"): "DE1", ("b.pdf", "iban"): None}
    assert some.attrs["rule"].endswith("declared fields where they lack: iban.")
    every = values(read_truth(path, declared_fields="all"))
    assert len(every) == 6
    assert every["b.pdf", "amountToPay"] is None


def test_declared_columns_of_line_items(tmp_path):
    path = write(tmp_path, "truth.csv", 'document,lineItems[]\na.pdf,"[{""artNumber"": ""1""}, {}, {""x"": 1}]"\n')
    table = read_truth(path, declared_fields=["lineItems.artNumber", "iban"])
    assert values(table) == {("a.pdf", "iban"): None}
    expected = {("a.pdf", 0, "artNumber"): "1", ("a.pdf", 2, "artNumber"): None, ("a.pdf", 2, "x"): "1"}
    assert values(table, "lineItems") == expected


def test_one_declared_field_may_be_given_as_text(tmp_path):
    path = write(tmp_path, "truth.csv", "document,iban,bic\na.pdf,DE1,\n")
    assert values(read_truth(path, declared_fields="bic")) == {("a.pdf", "iban"): "DE1", ("a.pdf", "bic"): None}


def workbook(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        date = book.add_format({"num_format": "dd.mm.yyyy"})
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(number, column, cell, date)
                elif cell is not None:
                    sheet.write(number, column, cell)
    return path


def test_cells_of_a_workbook_become_the_strings_of_the_service(tmp_path):
    rows = [
        ["document", "paymentDueDate", "amountToPay", "paymentReference", "skontoRemainingDays", "instantPayment", "x"],
        ["a.pdf", datetime.date(2025, 4, 11), 12.5, "4711", 0.1 + 0.2, True, "12.34:EUR"],
        ["b.pdf", datetime.datetime.fromisoformat("2025-04-11T08:30"), 7, "000815", -2.0, None, 1234.567],
    ]
    found = values(read_truth(workbook(tmp_path / "truth.xlsx", rows)))
    assert [found["a.pdf", name] for name in rows[0][1:]] == [
        "2025-04-11",
        "12.50",
        "4711",
        "0.3",
        "true",
        "12.34:EUR",
    ]
    assert [
        found["b.pdf", name] for name in ("paymentDueDate", "amountToPay", "paymentReference", "skontoRemainingDays")
    ] == [
        "2025-04-11",
        "7.00",
        "000815",
        "-2",
    ]
    assert found["b.pdf", "x"] == "1234.567"


def test_long_workbook_uses_the_field_of_the_row(tmp_path):
    rows = [["document", "group", "row", "field", "value"], ["a.pdf", "lineItems", 3, "baseGross", 5]]
    assert values(read_truth(workbook(tmp_path / "t.xlsx", rows)), "lineItems") == {("a.pdf", 3, "baseGross"): "5.00"}


def test_broken_and_empty_workbooks(tmp_path):
    with pytest.raises(TruthError, match=r"truth\.xlsx cannot be read as a workbook"):
        read_truth(write(tmp_path, "truth.xlsx", b"PK\x03\x04 nothing"))
    with pytest.raises(TruthError, match="its columns are: none"):
        read_truth(workbook(tmp_path / "empty.xlsx", []))


def test_parquet_wide_and_long(tmp_path):
    wide = pd.DataFrame(
        {
            "document": ["a.pdf", "b.pdf"],
            "amountToPay": [Decimal("12.30"), None],
            "paymentDueDate": [datetime.date(2025, 4, 11), None],
            "position": [1, 2],
            "x": [float("nan"), 1.5],
        }
    )
    wide.to_parquet(tmp_path / "wide.parquet")
    assert values(read_truth(tmp_path / "wide.parquet")) == {
        ("a.pdf", "amountToPay"): "12.30",
        ("a.pdf", "paymentDueDate"): "2025-04-11",
        ("a.pdf", "position"): "1",
        ("b.pdf", "position"): "2",
        ("b.pdf", "x"): "1.5",
    }
    with pytest.raises(TruthError, match=r"t\.parquet cannot be read as Parquet"):
        read_truth(write(tmp_path, "t.parquet", b"PAR1 no"))


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingLibrary, match=r'needs pyarrow, which is .*: pip install "gini-notebook\[parquet\]"'):
        parquet_labels(write(tmp_path, "t.parquet", b"PAR1"), "t.parquet", Wishes())


def test_a_frame_in_memory_is_a_table_too():
    frame = pd.DataFrame({"document": ["a.pdf"], "iban": pd.array(["DE1"], dtype=schema.TEXT), "position": [7]})
    frame["flag"] = True
    frame["when"] = pd.Timestamp("2025-04-11")
    frame["at"] = datetime.time(8, 30)
    frame["endless"] = float("inf")
    frame["other"] = pd.Series([("x",)])
    assert values(read_truth(frame)) == {
        ("a.pdf", "iban"): "DE1",
        ("a.pdf", "position"): "7",
        ("a.pdf", "flag"): "true",
        ("a.pdf", "when"): "2025-04-11",
        ("a.pdf", "at"): "08:30:00",
        ("a.pdf", "other"): "('x',)",
    }
    again = read_truth(read_truth(frame))
    pd.testing.assert_frame_equal(again, read_truth(frame))


def test_missing_and_unknown_files(tmp_path):
    with pytest.raises(TruthError, match=r"There is no file or folder '.*truth\.csv' to read ground truth from"):
        read_truth(tmp_path / "truth.csv")
    with pytest.raises(TruthError, match=r"truth\.docx ends in '\.docx'; ground truth is read from \.csv"):
        read_truth(write(tmp_path, "truth.docx", ""))
