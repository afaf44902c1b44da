"""What is looked at before ground truth is read: limits in proportion to the size of a file."""

import json
from pathlib import Path

import pandas as pd
import pytest

from gini_notebook import read_truth
from gini_notebook._guarded import LIMITS, parquet
from gini_notebook.analysis.truth import folder, sizes
from gini_notebook.analysis.truth.folder import document_labels
from gini_notebook.analysis.truth.sizes import MIB, check_parquet, check_workbook, limits_for
from gini_notebook.errors import FileProblem, TruthError
from tests.hostile.pdfs_and_pictures import attachments
from tests.hostile.tables_and_archives import cells, xlsx


class Metadata:
    def __init__(self, rows: int, columns: int, groups: int = 1) -> None:
        self.num_rows, self.num_columns, self.num_row_groups = rows, columns, groups


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "t.xlsx"
    path.write_bytes(xlsx(cells("A1", "C2000")))
    return path


def test_T62_a_workbook_that_unpacks_to_too_much_is_refused(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_workbook(workbook, "t.xlsx")
    monkeypatch.setattr(sizes, "MAX_UNPACKED_BYTES", 1000)
    monkeypatch.setattr(sizes, "UNPACKED_PER_BYTE", 0)
    with pytest.raises(TruthError, match=r"t\.xlsx unpacks to \d+ bytes; more than 1000 are not read of \d+"):
        check_workbook(workbook, "t.xlsx")
    monkeypatch.setattr(sizes, "UNPACKED_PER_BYTE", 30)
    check_workbook(workbook, "t.xlsx")


def test_T62_a_workbook_of_too_many_cells_is_refused(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "MAX_CELLS", 5999)
    monkeypatch.setattr(sizes, "CELLS_PER_BYTE", 0)
    with pytest.raises(
        TruthError, match=r"sheet1\.xml in t\.xlsx has cells as far as row 2000 and column 3, which spans"
    ):
        check_workbook(workbook, "t.xlsx")
    monkeypatch.setattr(sizes, "MAX_CELLS", 6000)
    check_workbook(workbook, "t.xlsx")


def test_T62_a_parquet_file_of_too_many_cells_for_its_size_is_refused() -> None:
    check_parquet(Metadata(1_000_000, 4), "t.parquet", 10)
    with pytest.raises(TruthError, match=r"t\.parquet has 1000001 rows of 4 columns in 10 bytes.*no more than 4000000"):
        check_parquet(Metadata(1_000_001, 4), "t.parquet", 10)
    check_parquet(Metadata(1_000_001, 4), "t.parquet", 4_000_016 // parquet.CELLS_PER_BYTE)


def test_T62_a_parquet_file_of_too_many_small_row_groups_is_refused() -> None:
    check_parquet(Metadata(2_000_000, 3, 1_001), "t.parquet", 10 * MIB)
    check_parquet(Metadata(10, 3, 1_000), "t.parquet")
    with pytest.raises(
        TruthError, match=r"t\.parquet has 1001 row groups for 99 rows.*Write it with larger row groups"
    ):
        check_parquet(Metadata(99, 3, 1_001), "t.parquet")


def test_T62_repeated_texts_of_a_row_group_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"value": pd.Categorical(["x" * 1000] * 100), "other": ["y"] * 100}).to_parquet(path)
    assert parquet.table(parquet.row_group(str(path), 0, None, 100_000)).num_rows == 100
    with pytest.raises(FileProblem, match="its row group 0 has texts of 100000 bytes, more than 99999 are not read"):
        parquet.row_group(str(path), 0, None, 99_999)


def test_T41_a_pdf_with_too_many_xml_attachments_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(attachments(3, MIB))
    monkeypatch.setattr(folder, "MAX_ATTACHMENTS", 2)
    with pytest.raises(TruthError, match=r"a\.pdf has 3 XML attachments; a PDF with more than 2 is not read"):
        document_labels(path, "a.pdf", qr_codes=False)


def test_limits_are_in_proportion_to_the_file(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_bytes(b"document,iban\na,DE1\n")
    with large.open("wb") as file:
        file.truncate(120 * MIB)
    assert limits_for(small).memory == LIMITS.memory
    assert limits_for(small).cpu_s == LIMITS.cpu_s
    assert limits_for(tmp_path / "none").answer == LIMITS.answer
    assert limits_for(large).answer > 10_000_000 * 40  # a million documents of ten fields, as they are sent
    assert limits_for(large).memory > 4 * 1024 * MIB


def test_more_labels_than_a_small_file_may_hold_are_read_of_a_larger_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("document,iban\n" + "".join(f"{number},DE{number}\n" for number in range(3000)), "utf-8")
    monkeypatch.setattr(sizes, "LIMITS", sizes.Limits(answer=1000))
    assert len(read_truth(path)) == 3000
    monkeypatch.setattr(sizes, "_ANSWER_PER_BYTE", 0)
    with pytest.raises(TruthError, match=r"unpacks to more than 0\.\d+ MiB"):
        read_truth(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "document," + ",".join(f"c{number}" for number in range(20_000)) + "\na.pdf,1\n"),
        ("t.json", json.dumps({"document": "a.pdf"} | {f"c{number}": "1" for number in range(20_000)})),
        ("t.json", json.dumps({f"c{number}": "1" for number in range(20_001)})),
        (
            "t.jsonl",
            "\n".join(
                json.dumps({"document": f"{n}.pdf", **{f"c{n}-{i}": "1" for i in range(9)}}) for n in range(2000)
            ),
        ),
    ],
)
def test_T62_more_columns_than_a_sheet_of_excel_has_are_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(TruthError, match=r"t\.\w+ has (20001|163\d\d) columns; more than 16384 are not read"):
        read_truth(tmp_path / name)


def test_T62_commas_in_a_text_are_no_columns_of_a_table_with_another_separator(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"document;paymentPurpose\na;{',' * 20_000}x\n")
    assert read_truth(path)["value"].tolist() == ["," * 20_000 + "x"]


def test_T62_a_list_of_something_else_is_refused_by_its_first_one(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"document": "a", "iban": "DE1"}, [], 3]')
    with pytest.raises(TruthError, match=r"entry 1 of t\.json is not an object"):
        read_truth(path)
