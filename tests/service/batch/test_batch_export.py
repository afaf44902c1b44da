"""Exports: whole or not at all, and no live formulas."""

import csv
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from gini_notebook.errors import SettingError
from gini_notebook.schema import EXTRACTIONS, TEXT
from gini_notebook.service.batch import export

LIVE = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", '=HYPERLINK("http://x","y")', "-5.00:EUR"]
HARMLESS = ["12.34:EUR", "-5.00", "+49", "-1,5", "text", "a=b", "", None]


@pytest.fixture
def table() -> pd.DataFrame:
    values = LIVE + HARMLESS
    rows = [
        {"document": f"{number}.pdf", "group": "", "row": 0, "field": "x", "value": value, "left": -1.5}
        for number, value in enumerate(values)
    ]
    return EXTRACTIONS.frame(rows)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_T34_csv_holds_no_live_formula_and_numbers_stay(table: pd.DataFrame, tmp_path: Path) -> None:
    (path,) = export.to_csv({"extractions": table}, tmp_path)
    rows = read(path)
    values = [row["value"] for row in rows]
    assert values[: len(LIVE)] == ["'" + text for text in LIVE]
    assert values[len(LIVE) :] == [text or "" for text in HARMLESS]
    assert {row["left"] for row in rows} == {"-1.5"}
    assert table["value"][0] == "=1+1"


def test_T34_csv_can_be_exact(table: pd.DataFrame, tmp_path: Path) -> None:
    (path,) = export.to_csv({"extractions": table}, tmp_path, safe=False)
    assert [row["value"] for row in read(path)][: len(LIVE)] == LIVE


def test_T35_a_workbook_holds_texts_not_formulas_or_links(table: pd.DataFrame, tmp_path: Path) -> None:
    times = pd.DataFrame({"at": pd.to_datetime(["2026-01-02T03:04:05Z"]), "url": pd.Series(["http://x"], dtype=TEXT)})
    path = export.to_xlsx({"extractions": table, "times": times}, tmp_path / "tables.xlsx")
    with zipfile.ZipFile(path) as book:
        sheets = [name for name in book.namelist() if "worksheets/sheet" in name]
        xml = "".join(book.read(name).decode() for name in sheets)
    assert len(sheets) == 2
    assert not re.search("<f[ >]", xml)
    assert "hyperlink" not in xml
    back = pd.read_excel(path, sheet_name="times", engine="calamine")
    assert back["at"][0] == pd.Timestamp("2026-01-02T03:04:05")


def test_a_table_that_is_too_long_for_a_sheet_is_refused(tmp_path: Path) -> None:
    long = pd.DataFrame({"a": range(1_048_576)})
    with pytest.raises(SettingError, match=r"candidates has 1048576 rows, a sheet holds 1048575\. Write"):
        export.to_xlsx({"candidates": long}, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_parquet_gives_the_table_back(table: pd.DataFrame, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (path,) = export.to_parquet({"extractions": table}, tmp_path / "new" / "folder")
    back = pd.read_parquet(path)
    assert_frame_equal(back.astype(dict(EXTRACTIONS.columns)), table)


def test_R19_an_export_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("old")

    def half_way(self: pd.DataFrame, to: Path, **options: object) -> None:
        to.write_text("new, but not whole")
        raise RuntimeError("half way")

    monkeypatch.setattr(pd.DataFrame, "to_csv", half_way)
    with pytest.raises(RuntimeError, match="half way"):
        export.to_csv({"table": pd.DataFrame({"a": [1]})}, tmp_path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
