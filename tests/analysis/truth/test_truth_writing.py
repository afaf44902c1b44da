"""Writing ground truth, and reading it back."""

import csv
import os
import re
import sys
import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from truth_samples import cii, values

from gini_notebook.analysis.truth import read_truth, write_truth
from gini_notebook.errors import MissingLibrary, SchemaError, SettingError, TruthError
from gini_notebook.schema import TEXT, TRUTH

KEY_AND_VALUE = ["document", "group", "row", "field", "value"]
FORMATS = ("csv", "jsonl", "parquet", "xlsx")
# XML, and so XLSX, has no way to say these.
NO_XML = ["￾", "￿"]
PAYLOADS = [
    "=1+1",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "''=1",
    "'",
    "-",
    "=",
    "-5.00:EUR",
    "'-5.00:EUR",
    "-5.00:EUR=1",
    "-5",
    "https://example.com",
    "_x0041_",
]


def table(*labels):
    return TRUTH.frame(
        [dict(zip(("document", "group", "row", "field", "value"), label, strict=True)) for label in labels]
    )


def files(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def same(one, other) -> None:
    left, right = one[KEY_AND_VALUE], other[KEY_AND_VALUE]
    order = ["document", "group", "row", "field"]
    left = left.sort_values(order, ignore_index=True)
    right = right.sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(left, right)


# What nobody sees is no part of a name in a table (M12), so it does not come back: Unicode's default-ignorable ones.
UNSEEN = [chr(code) for code in (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0x180B, 0x1810))]
UNSEEN += [chr(code) for code in (*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000))]
letters = st.characters(exclude_categories=["Cs", "Cf"], exclude_characters=[*NO_XML, *UNSEEN])
texts = st.text(letters, max_size=12)
filled = st.one_of(texts, st.sampled_from(PAYLOADS)).filter(lambda text: text.strip() != "")
names = st.one_of(st.sampled_from(["iban", "amountToPay", "value", "document;x", "a[]", "Row", " x"]), filled)
json_names = names
contents = st.one_of(filled, filled, st.none())
header_labels = st.tuples(filled, st.just(""), st.just(0), json_names, contents)
row_labels = st.tuples(filled, st.just("lineItems"), st.integers(0, 4), json_names, contents)
tables = st.lists(st.one_of(header_labels, row_labels), min_size=1, max_size=8, unique_by=lambda label: label[:4])


@pytest.mark.parametrize("ending", FORMATS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(labels=tables)
@example(labels=[("a.pdf", "", 0, "iban", payload) for payload in PAYLOADS[:1]])
@example(labels=[(f"{n}.pdf", "", 0, "iban", payload) for n, payload in enumerate(PAYLOADS)])
@example(labels=[(f"{n}.pdf", "lineItems", 0, "x", payload) for n, payload in enumerate(PAYLOADS)])
@example(labels=[(payload, "", 0, payload, "x") for payload in PAYLOADS])
@example(labels=[("a.pdf", "", 0, "iban", None), ("b.pdf", "", 0, "bic", "x")])
def test_what_is_written_is_read_back(tmp_path, ending, labels):
    truth = table(*labels)
    same(truth, read_truth(write_truth(truth, tmp_path / f"truth.{ending}")))


def test_csv_is_a_row_per_document_in_the_order_of_the_service(tmp_path):
    truth = table(
        ("b.pdf", "", 0, "zzz", "1"),
        ("b.pdf", "", 0, "iban", "DE1"),
        ("a.pdf", "", 0, "amountToPay", "-5.00:EUR"),
        ("a.pdf", "lineItems", 1, "quantity", "2"),
    )
    path = write_truth(truth, tmp_path / "truth.csv")
    assert path == tmp_path / "truth.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["document", "amountToPay", "iban", "zzz", "lineItems[]"],
        ["a.pdf", "-5.00:EUR", "", "", '[{}, {"quantity": "2"}]'],
        ["b.pdf", "", "DE1", "1", ""],
    ]
    assert path.read_bytes()[:8] == b"document"


def test_labelled_empty_makes_it_a_row_per_label(tmp_path):
    truth = table(("a.pdf", "", 0, "iban", None), ("a.pdf", "", 0, "bic", "X"))
    path = write_truth(truth, tmp_path / "truth.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "document,group,row,field,alternative,value,state,source"
    assert len(lines) == 3
    same(truth, read_truth(path))


def test_long_line_items_make_it_a_row_per_label(tmp_path):
    many = [("a.pdf", "lineItems", row, "description", "x" * 100) for row in range(400)]
    path = write_truth(table(*many), tmp_path / "truth.xlsx")
    same(table(*many), read_truth(path))


def test_T34_no_cell_of_a_csv_is_a_formula(tmp_path):
    labels = [(f"{payload}{n}", "", 0, payload, payload) for n, payload in enumerate(PAYLOADS)]
    for truth in (table(*labels), table(*labels, ("z", "", 0, "empty", None))):
        path = write_truth(truth, tmp_path / "truth.csv")
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        number = re.compile(r"-[0-9]+(\.[0-9]+)?(:[A-Z]{3})?")
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n") and not number.fullmatch(cell)]
        same(truth, read_truth(path))


def test_T35_a_workbook_has_neither_formulas_nor_links(tmp_path):
    labels = [(f"{n}.pdf", "", 0, "description", payload) for n, payload in enumerate(PAYLOADS)]
    path = write_truth(table(*labels, ("x.pdf", "", 0, "=x", "mailto:a@example.com")), tmp_path / "truth.xlsx")
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in book.namelist() if "_rels/sheet" in name]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "<v>" in sheet


def test_R19_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = write_truth(table(("a.pdf", "", 0, "iban", "old")), tmp_path / "truth.csv")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for ending in ("csv", "jsonl", "xlsx"):
        with pytest.raises(TruthError, match=rf"truth\.{ending} cannot be written: No space left on device"):
            write_truth(table(("a.pdf", "", 0, "iban", "new")), tmp_path / f"truth.{ending}")
    assert values(read_truth(path)) == {("a.pdf", "iban"): "old"}
    assert files(tmp_path) == ["truth.csv"]


def test_R19_a_write_replaces_the_old_file(tmp_path):
    for ending in FORMATS:
        for value in ("old", "new"):
            path = write_truth(table(("a.pdf", "", 0, "iban", value)), tmp_path / f"truth.{ending}")
        assert values(read_truth(path)) == {("a.pdf", "iban"): "new"}
    assert files(tmp_path) == sorted(f"truth.{ending}" for ending in FORMATS)


def test_sources_survive_where_the_format_has_room_for_them(tmp_path):
    (tmp_path / "a.xml").write_bytes(cii())
    truth = read_truth(tmp_path)
    again = read_truth(write_truth(truth, tmp_path / "truth.parquet"))
    pd.testing.assert_frame_equal(truth, again)


def test_what_cannot_be_written_says_so(tmp_path):
    good = table(("a.pdf", "", 0, "iban", "DE1"))
    (tmp_path / "no folder").touch()
    with pytest.raises(SettingError, match=r"is written to \.csv, \.jsonl, \.parquet, \.xlsx, not to '\.doc'"):
        write_truth(good, tmp_path / "truth.doc")
    with pytest.raises(SchemaError, match=r"lacks the column\(s\) group, row"):
        write_truth(pd.DataFrame({"document": ["a"], "field": ["x"]}), tmp_path / "truth.csv")
    with pytest.raises(TruthError, match=r"truth\.csv cannot be written: File exists"):
        write_truth(good, tmp_path / "no folder" / "truth.csv")
    with pytest.raises(TruthError, match=r"Header fields \(group ''\) have row 0.*'row': 3"):
        write_truth(table(("a.pdf", "", 3, "iban", "DE1")), tmp_path / "truth.csv")
    with pytest.raises(TruthError, match=r"truth\.csv cannot hold '\\ud83d', which is half of a character"):
        write_truth(good.assign(value=pd.array(["\ud83d"], dtype=TEXT)), tmp_path / "truth.csv")
    twice = table(("a.pdf", "", 0, "x", "1"), ("a.pdf", "x", 0, "y", "1"))
    for ending in ("csv", "jsonl"):
        same(twice, read_truth(write_truth(twice, tmp_path / f"truth.{ending}")))
    with pytest.raises(
        TruthError, match=r"A workbook holds .* 32767 characters per cell; this truth has 2, 8 and 40000"
    ):
        write_truth(table(("a.pdf", "", 0, "x", "y" * 40_000)), tmp_path / "truth.xlsx")
    assert files(tmp_path) == ["no folder", "truth.csv", "truth.jsonl"]


def test_parquet_needs_pyarrow(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingLibrary, match=r'needs pyarrow, which is .*: pip install "gini-notebook\[parquet\]"'):
        write_truth(table(("a.pdf", "", 0, "iban", "DE1")), tmp_path / "truth.parquet")


def test_an_empty_truth_is_written_but_is_no_truth(tmp_path):
    path = write_truth(TRUTH.empty(), tmp_path / "truth.csv")
    assert path.read_text(encoding="utf-8").splitlines() == ["document"]
    with pytest.raises(TruthError, match="has no column but 'document'"):
        read_truth(path)
