"""The other forms of the report: Markdown, JUnit, XLSX, and that a file is always whole."""

import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import etree

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.report import save_report
from gini_notebook.analysis.report.markdown import escape
from gini_notebook.errors import SettingError
from tests.analysis.report.report_samples import PAYLOADS, Tables, rows

MADE_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def written(result: Evaluation, folder: Path, ending: str, **options: Any) -> Path:
    return save_report(result, folder / f"report{ending}", made_at=MADE_AT, **options)


# Markdown


def test_markdown_has_headline_tables_and_failures(result: Evaluation, tmp_path: Path) -> None:
    lines = written(result, tmp_path, ".md", title="Run 7").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Run 7"
    assert lines[2].startswith("- Payable as read: **50.0")
    head = lines.index("### Header fields") + 2
    assert lines[head].startswith("| Field | F1 | Precision | Recall | In the truth |")
    assert re.fullmatch(r"\|---\|(--:\|){9}", lines[head + 1])
    amount = result.by_field(full=True).iloc[0]
    cells = [
        f"{amount[name]:.3f} \\({amount[f'{name}_low']:.3f} – {amount[f'{name}_high']:.3f}\\)"
        for name in ("f1", "precision")
    ]
    assert lines[head + 2].startswith(f"| amountToPay | {' | '.join(cells)} |")
    assert "### Columns of lineItems" in lines
    assert lines[-1] == "| d.pdf | The PDF is damaged. |"


def test_markdown_can_be_german(result: Evaluation, tmp_path: Path) -> None:
    text = written(result, tmp_path, ".md", language="de").read_text(encoding="utf-8")
    assert "## Feld für Feld" in text
    assert "| 0,667 \\(0,208 – 0,939\\) |" in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_T31_markdown_takes_the_meaning_out_of_every_mark(payload: str) -> None:
    escaped = escape(f"{payload}\n# not a heading | no cell")
    assert "\n" not in escaped
    assert "<" not in escaped
    assert ">" not in escaped
    assert re.search(r"(?<!\\)[|`*_\[\]#]", escaped) is None


# JUnit


def test_junit_has_a_case_per_document(result: Evaluation, tmp_path: Path) -> None:
    suite = etree.parse(written(result, tmp_path, ".xml")).getroot()
    assert dict(suite.attrib) == {
        "name": "Extraction quality",
        "tests": "4",
        "errors": "1",
        "failures": "3",
        "timestamp": "2026-01-02T03:04:00+00:00",
    }
    cases = {case.get("name"): case for case in suite}
    assert cases["d.pdf"].find("error").get("message") == "The PDF is damaged."
    assert cases["a.pdf"].find("failure").text.splitlines() == [
        "amountToPay: wrong, truth '1200.00:EUR', extracted '12.00:EUR'",
        "iban: wrong, truth 'DE89370400440532013000', extracted 'DE75512108001245126199'",
    ]
    assert cases["b.pdf"].find("failure").text == "lineItems[1].baseGross: missing, truth '3.00:EUR', extracted ''"


def test_junit_is_valid_whatever_the_text(tmp_path: Path) -> None:
    odd = "".join(map(chr, range(32))) + "\ufffe\uffff\N{PILE OF POO}<&]]>"
    documents = pd.DataFrame({"document": [odd], "status": ["failed"], "error": [odd], "request_id": [odd]})
    result = evaluate(Tables(rows(), documents), rows((odd, "", 0, "iban", odd)))
    suite = etree.parse(written(result, tmp_path, ".xml", title=odd)).getroot()
    message = suite.find("testcase/error").get("message")
    assert "\N{PILE OF POO}<&]]>" in message
    assert "\x00" not in message


# XLSX


def sheets_of(path: Path) -> dict[str, etree._Element]:
    with zipfile.ZipFile(path) as archive:
        book = etree.parse(archive.open("xl/workbook.xml"))
        names = [sheet.get("name") for sheet in book.iter(f"{SHEET}sheet")]
        return {
            name: etree.parse(archive.open(f"xl/worksheets/sheet{number}.xml")).getroot()
            for number, name in enumerate(names, start=1)
        }


def test_the_workbook_has_the_tables_as_sheets(result: Evaluation, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(written(result, tmp_path, ".xlsx"))
    assert book.sheet_names == ["notes", "fields", "numbers", "mistakes", "documents", "provenance"]
    for name, frame in (
        ("fields", result.by_field(full=True)),
        ("numbers", result.summary()),
        ("mistakes", result.mistakes(full=True)),
    ):
        head, *body = book.get_sheet_by_name(name).to_python()
        assert head == list(frame.columns)
        assert len(body) == len(frame)
    head, first, *_ = book.get_sheet_by_name("fields").to_python()
    row = dict(zip(head, first, strict=True))
    # Numbers are numbers, and text is text.
    assert row["support"] == result.by_field(full=True).loc[0, "support"]
    assert row["f1"] == pytest.approx(result.by_field(full=True).loc[0, "f1"], rel=1e-12)
    assert isinstance(row["f1"], float)
    mistakes = book.get_sheet_by_name("mistakes").to_python()
    assert dict(zip(*mistakes[:2], strict=True))["truth"] == "1200.00:EUR"
    assert dict(book.get_sheet_by_name("provenance").to_python())["wrong"] == "both"


def test_T35_the_workbook_has_no_formula_and_no_link(tmp_path: Path) -> None:
    values = [f'{sign}HYPERLINK("https://example.invalid/{number}";1)' for number, sign in enumerate("=+-@\t\r\n")]
    values += ["https://example.invalid/", "mailto:nobody@example.invalid", "internal:fields!A1", "=1+1", "{=1+1}"]
    facts = [(f"{value}.pdf", "", 0, "paymentPurpose", value) for value in values]
    result = evaluate(rows(*[(*row[:4], f"{row[4]} x") for row in facts]), rows(*facts))
    path = written(result, tmp_path, ".xlsx", title="=1+1")
    for name, sheet in sheets_of(path).items():
        assert list(sheet.iter(f"{SHEET}f")) == [], name
        assert list(sheet.iter(f"{SHEET}hyperlink")) == [], name
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if "externalLink" in name or "rels/sheet" in name] == []
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert "HYPERLINK" in strings


def test_a_text_longer_than_a_cell_is_cut(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    long = "x" * 40_000
    result = evaluate(rows(("a.pdf", "", 0, "paymentPurpose", long)), rows(("a.pdf", "", 0, "paymentPurpose", "y")))
    book = CalamineWorkbook.from_path(written(result, tmp_path, ".xlsx"))
    head, row = book.get_sheet_by_name("mistakes").to_python()
    assert len(row[head.index("extracted")]) == 32_767


@pytest.mark.parametrize("ending", [".md", ".html", ".xlsx"])
def test_the_intervals_of_a_report_are_of_the_kind_asked_for(result: Evaluation, tmp_path: Path, ending: str) -> None:
    kinds = [read(written(result, tmp_path, ending, intervals=kind)) for kind in ("documents", "wilson")]
    ends = [result.by_field(full=True, intervals=kind).query("field == 'micro'") for kind in ("documents", "wilson")]
    lows = [f"{end['f1_low'].iloc[0]:.{6 if ending == '.xlsx' else 3}f}" for end in ends]
    assert lows[0] != lows[1]
    assert [low in text for low, text in zip(lows, kinds, strict=True)] == [True, True]
    assert kinds[0] != kinds[1]


def read(path: Path) -> str:
    """The text of a report; numbers of a workbook with six decimals."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    values = pd.read_excel(path, sheet_name="fields").to_numpy().ravel()
    return " ".join(f"{value:.6f}" for value in values if isinstance(value, float))


def test_a_kind_of_intervals_that_is_none_is_refused(result: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="intervals"):
        written(result, tmp_path, ".md", intervals="guess")
    assert not list(tmp_path.iterdir())
