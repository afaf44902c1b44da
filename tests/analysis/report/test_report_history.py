"""The report of many runs: charts, a small line per field, what changed; as a page, workbook, Markdown and JSON."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import html as lxml_html

import gini_notebook as gini
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.history import History
from gini_notebook.analysis.report import render_report
from gini_notebook.analysis.report.trend import MOST_SPARKS
from gini_notebook.errors import SettingError
from tests.analysis.history.history_samples import night

MADE_AT = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def nights() -> list[Evaluation]:
    return [night(number, wrong=(3, 5, 2, 4)[number % 4], service="sandbox") for number in range(15)]


@pytest.fixture(scope="module")
def runs(nights: list[Evaluation]) -> History:
    return gini.history([*nights, night(15, wrong=35, service="sandbox")], by="given", ewma=True)


def page(runs: History, tmp_path: Path, **options: Any) -> Any:
    path = runs.save_report(tmp_path / "trend.html", made_at=MADE_AT, **options)
    return lxml_html.document_fromstring(path.read_text("utf-8"))


def said(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_it_begins_with_whether_each_number_moves(runs: History, tmp_path: Path) -> None:
    tree = page(runs, tmp_path)
    assert said(tree.find(".//p[@class='verdict']")).startswith("F1, all together: night 15 is outside of the limits.")
    assert [one.text_content() for one in tree.iter("h2")][1:] == ["How runs went before", "F1 of the fields"]
    assert "Sandbox, not Gini’s service" in said(tree.find(".//header"))
    assert "16 runs" in said(tree.find(".//header"))
    values = tree.xpath("//ul[@class='cards']//span[@class='value']/text()")
    last = runs.table().groupby("metric", sort=False)["value"].last()
    assert values == [f"{100 * value:.1f}\u202f%" for value in last]
    assert "Nothing to say about: What changed between runs." in said(tree)


def test_a_small_line_has_the_latest_runs_above_the_band_of_their_limits(runs: History, tmp_path: Path) -> None:
    rows = page(runs, tmp_path).xpath("//section[h2/@id='history_fields']//tbody/tr")
    fields = runs.by_field()
    assert [said(row.find("th")) for row in rows] == ["amountToPay", "iban"]
    for row, name in zip(rows, ("amountToPay", "iban"), strict=True):
        own = fields[fields["field"] == name].tail(MOST_SPARKS)
        glyph = row.find(".//svg[@class='spark']")
        points = [tuple(map(float, at.split())) for at in glyph.find("path").get("d").strip("M").split("L")]
        ends = own[["f1", "limit_low", "limit_high"]].to_numpy()
        low, high = ends.min(), ends.max()
        assert [x for x, _ in points] == pytest.approx([100 * at / 11 for at in range(12)], abs=0.06)
        assert [y for _, y in points] == pytest.approx([16 * (high - f1) / (high - low) for f1 in own["f1"]], abs=0.06)
        band = glyph.find("rect")
        assert float(band.get("y")) == pytest.approx(16 * (high - own["limit_high"].iloc[-1]) / (high - low), abs=0.06)
        text = said(row.xpath("td[@class='spark']")[0])
        assert f"{own['f1'].iloc[0]:.3f} → {own['f1'].iloc[-1]:.3f} (12)" in text
        assert f"limits {own['limit_low'].iloc[-1]:.3f} – {own['limit_high'].iloc[-1]:.3f}" in text


def test_fewer_than_eight_runs_have_a_line_and_no_band(nights: list[Evaluation], tmp_path: Path) -> None:
    tree = page(gini.history(nights[:3], by="given"), tmp_path)
    glyphs = tree.findall(".//svg[@class='spark']")
    assert len(glyphs) == 2
    assert [glyph.find("rect") for glyph in glyphs] == [None, None]
    assert not page(gini.history(nights[:1]), tmp_path).findall(".//svg[@class='spark']")


def test_the_field_table_of_a_report_has_the_same_lines(nights: list[Evaluation], runs: History) -> None:
    tree = lxml_html.document_fromstring(render_report(nights[0], ".html", history=runs).decode())
    rows = tree.xpath("//section[h2/@id='fields']//table[@class='fields'][1]/tbody/tr[td[@class='spark']]")
    drawn = {said(row.find("th")): len(row.findall(".//svg[@class='spark']")) for row in rows}
    assert drawn == {"iban": 1, "amountToPay": 1, "all together (micro)": 1, "mean of the fields (macro)": 0}
    plain = lxml_html.document_fromstring(render_report(nights[0], ".html", history=runs.table()).decode())
    assert len(plain.findall(".//svg[@class='spark']")) == 1  # a table has no fields
    assert not lxml_html.document_fromstring(render_report(nights[0], ".html").decode()).findall(
        ".//td[@class='spark']"
    )


def test_the_moving_average_is_drawn_and_called_so(runs: History, nights: list[Evaluation], tmp_path: Path) -> None:
    tree = page(runs, tmp_path)
    assert len(tree.findall(".//svg[@class='chart']/path[@class='ewma']")) == 4
    assert "moving average (EWMA, the latest run counts 0.2)" in said(tree)
    without = page(gini.history(nights, by="given"), tmp_path)
    assert not without.findall(".//path[@class='ewma']")
    assert "EWMA" not in said(without)


def test_what_changed_between_runs_is_a_table(runs: History, tmp_path: Path) -> None:
    marked = runs.mark("2026-01-05", "new <b>scanner</b>")
    rows = page(marked, tmp_path).xpath("//section[h2/@id='history_changes']//tbody/tr")
    assert [[said(cell) for cell in row] for row in rows] == [["night 4", "2026-01-05", "new <b>scanner</b>"]]


@pytest.mark.parametrize(("language", "names"), [("en", ("History", "Fields")), ("de", ("Verlauf", "Felder"))])
def test_the_workbook_has_all_runs_and_fields_as_numbers(
    runs: History, tmp_path: Path, language: Any, names: tuple[str, str]
) -> None:
    book = openpyxl.load_workbook(runs.save_report(tmp_path / "trend.xlsx", language=language))
    table, fields = runs.table(), runs.by_field()
    for name, frame, place, column in ((names[0], table, 3, "value"), (names[1], fields, 8, "f1")):
        body = list(book[name].iter_rows(min_row=2, values_only=True))
        assert [row[place] for row in body] == pytest.approx(frame[column].tolist(), rel=1e-12)
        assert book[name].cell(2, place + 1).number_format == "0.0%"
    heads = [cell.value for cell in book[names[0]][1]]
    assert ("Moving average" if language == "en" else "Gleitender Mittelwert") in heads
    first = book.worksheets[0]
    assert first.page_setup.orientation == "portrait"
    assert "sandbox" in " ".join(str(cell.value) for row in first.iter_rows() for cell in row).lower()


def test_markdown_says_it_in_words_and_tables(runs: History, tmp_path: Path) -> None:
    text = runs.save_report(tmp_path / "trend.md").read_text("utf-8")
    assert text.startswith("<!-- gini-notebook:report -->\n### Quality over runs")
    assert "These numbers come from the sandbox" in text
    assert "night 15 is outside of the limits" in text
    assert "→" in next(line for line in text.splitlines() if line.startswith("| amountToPay"))
    assert "<svg" not in text


def test_json_has_both_tables_and_no_document(runs: History, tmp_path: Path) -> None:
    written = runs.save_report(tmp_path / "trend.json").read_text("utf-8")
    answer = json.loads(written)
    assert [row["value"] for row in answer["runs"]] == runs.table()["value"].tolist()
    assert [row["f1"] for row in answer["fields"]] == runs.by_field()["f1"].tolist()
    assert ".pdf" not in written


def test_a_history_of_nothing_says_so_and_other_forms_are_refused(nights: list[Evaluation], tmp_path: Path) -> None:
    nothing = gini.history([], metrics=["payable_rate"])
    for form in (".html", ".xlsx", ".md", ".json"):
        assert nothing.save_report(tmp_path / f"a{form}").stat().st_size
    assert "No run has a number." in (tmp_path / "a.html").read_text("utf-8")
    runs = gini.history(nights[:2])
    with pytest.raises(SettingError, match=r"A history cannot be written as 'a\.xml'; let the name end in one of"):
        runs.save_report(tmp_path / "a.xml")
    with pytest.raises(SettingError, match="no report in the language 'fr'"):
        runs.save_report(tmp_path / "a.html", language="fr")


def test_markdown_and_json_of_a_report_have_the_history_too(nights: list[Evaluation], runs: History) -> None:
    text = render_report(nights[0], ".md", history=runs).decode()
    assert "<details><summary>How runs went before</summary>" in text
    assert f"The latest {MOST_SPARKS} of 16 runs; the workbook has all." in text
    answer = json.loads(render_report(nights[0], ".json", history=runs))
    assert [row["value"] for row in answer["history"]] == runs.table()["value"].tolist()
    assert json.loads(render_report(nights[0], ".json"))["history"] is None
    book = openpyxl.load_workbook(io.BytesIO(render_report(nights[0], ".xlsx", history=runs)))
    assert book["History"].max_row == len(runs.table()) + 1
