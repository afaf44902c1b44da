"""The report as a workbook for people: sheets, headings, formats, what is printed; and that every text is only text."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.report import render_report, sheets, workbook
from gini_notebook.analysis.report.headings import metric_name
from tests.analysis.report.report_samples import OTHER_IBAN, PAYLOADS, Tables, graded, rows

MADE_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")


def book(result: Evaluation, **options: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(render_report(result, ".xlsx", **options)))


def table(sheet: Worksheet) -> pd.DataFrame:
    head, *body = sheet.iter_rows(values_only=True)
    return pd.DataFrame(body, columns=list(head))


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_the_sheets_are_there_in_both_languages_and_only_with_content(result: Evaluation) -> None:
    assert book(result).sheetnames == [
        *("Summary", "Notes", "Fields", "Line items", "Mistakes", "Documents", "Failed", "Patterns", "Causes"),
        *("Numbers", "How made", "Rules"),
    ]
    german = book(result, language="de")
    assert german.sheetnames == [
        *("Übersicht", "Hinweise", "Felder", "Positionen", "Fehler", "Dokumente", "Fehlgeschlagen", "Muster"),
        *("Ursachen", "Zahlen", "Herkunft", "Regeln"),
    ]
    heads = {name: [cell.value for cell in german[name][1]] for name in ("Felder", "Fehler", "Dokumente")}
    assert heads["Felder"][:5] == ["Feld", "F1", "von", "bis", "Werte"]
    assert heads["Fehler"][:6] == ["Dokument", "Feld", "Zeile", "Ausgang", "Wahrheit", "Extrahiert"]
    assert heads["Dokumente"][:4] == ["Dokument", "Status", "Wahrheit", "Fehler"]
    assert table(german["Fehler"])["Ausgang"].tolist()[:2] == ["falsch", "fehlt"]


def test_the_summary_is_one_page_with_verdict_notes_numbers_and_gates() -> None:
    result = graded()
    summary = book(result, fail_under=["amountToPay.f1>=0.99", "iban.f1>=0.5"], title="Run 7")["Summary"]
    said = texts(summary)
    assert said[0] == "Run 7"
    assert said.index("Read this first") < said.index("Numbers") < said.index("Gates")
    assert any(text.startswith("1 of 2 gates passed.") for text in said)
    assert "These numbers come from the sandbox on this machine, not from the service." in said
    assert "✗ not met" in said
    setup = summary.page_setup
    assert (setup.orientation, int(setup.paperSize)) == ("portrait", 9)
    assert {setup.fitToHeight or 1, setup.fitToWidth or 1} == {1}
    assert summary.sheet_properties.pageSetUpPr.fitToPage
    assert not summary.sheet_view.showGridLines
    micro = next(row for row in summary.iter_rows() if row[0].value == "F1, header fields")
    assert micro[1].value == pytest.approx(result.summary().set_index("metric").loc["micro_f1", "value"])
    assert micro[1].number_format == "0.0%"


def test_numbers_are_numbers_with_a_format_and_undefined_ones_say_so(result: Evaluation) -> None:
    sheet = book(result)["Fields"]
    scores = result.by_field(full=True).set_index("field")
    for row in sheet.iter_rows(min_row=2, max_row=4):
        if row[0].value == "bic":
            assert [cell.value for cell in row[1:4]] == ["n/a"] * 3
            continue
        assert row[1].value == pytest.approx(scores.loc[row[0].value, "f1"], rel=1e-12)
        assert row[1].number_format == "0.0%"
        assert (row[4].value, row[4].number_format) == (scores.loc[row[0].value, "support"], "#,##0")


def test_every_table_has_a_frozen_heading_a_filter_and_a_page(result: Evaluation) -> None:
    whole = book(result)
    for sheet in whole.worksheets[1:]:
        assert sheet.freeze_panes == "B2", sheet.title
        assert sheet.auto_filter.ref == sheet.dimensions, sheet.title
        assert sheet.print_title_rows == "$1:$1", sheet.title
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0), sheet.title
        widths = [column.width for column in sheet.column_dimensions.values()]
        assert min(widths) >= sheets.NARROWEST
        assert max(widths) <= sheets.WIDEST + 1


def test_headings_say_what_they_mean(result: Evaluation) -> None:
    head = book(result, language="de")["Felder"][1]
    comments = {cell.value: cell.comment.text for cell in head if cell.comment}
    assert comments["Präzision"] == "Anteil der gelieferten Werte, der richtig ist."


def test_amounts_stand_as_numbers_beside_the_text_as_delivered(result: Evaluation) -> None:
    sheet = book(result)["Mistakes"]
    found = table(sheet)
    assert found["Truth"].tolist()[0] == "1200.00:EUR"
    assert found["Truth (number)"].tolist()[0] == 1200
    assert found["Off by"].tolist()[0] == -1188
    assert [cell.number_format for cell in sheet[2][6:9]] == ["#,##0.00", "#,##0.00", "+#,##0.00;-#,##0.00;0.00"]
    iban = found[found["Extracted"] == OTHER_IBAN].iloc[0]
    assert pd.isna(iban["Truth (number)"])
    assert iban["Valid IBAN"] == "yes"
    assert found["Row"].dropna().tolist() == [2]


def test_all_documents_that_were_sent_are_there_also_those_without_truth() -> None:
    result = graded()
    found = table(book(result)["Documents"]).set_index("Document")
    assert len(found) == 62
    assert found["Ground truth"].value_counts().to_dict() == {"yes": 60, "no": 2}
    assert found.loc["unlabelled.pdf", "Status"] == "answered"
    assert found.loc["unlabelled and lost.pdf", "Why it failed"] == "The PDF is damaged."
    assert found.loc["d00000.pdf", ["Mistakes", "Which"]].tolist() == [1, "amountToPay"]
    assert found.loc["d00010.pdf", "Mistakes"] == 0
    assert pd.isna(found.loc["unlabelled.pdf", "Mistakes"])
    assert found.loc["d00059.pdf", ["Mistakes", "Which"]].tolist() == [2, "amountToPay, iban"]
    assert found["Seconds"].eq(1.5).all()
    assert len(table(book(result)["Failed"])) == 6


def test_what_fails_a_gate_is_red() -> None:
    sheet = book(graded(), fail_under=["amountToPay.f1>=0.99", "iban.f1>=0.5"])["Fields"]
    colours = {row[0].value: row[1].font.color.rgb if row[1].font.color else None for row in sheet.iter_rows(min_row=2)}
    assert colours["amountToPay"] == f"FF{sheets.FAIL[1:]}"
    assert colours["iban"] != colours["amountToPay"]


def test_slices_and_the_baseline_have_their_sheets() -> None:
    earlier, now = graded(wrong=40), graded(wrong=0)
    whole = book(now, baseline=compare(earlier, now), by="status")
    slices = table(whole["Slices"])
    assert dict(zip(slices["Slice"], slices["Documents"], strict=True)) == {"completed": 55, "failed": 5}
    changed = table(whole["Baseline"]).set_index("Field")
    assert changed.loc["amountToPay", "Verdict"] == "better"
    assert changed.loc["amountToPay", "Difference"] == pytest.approx(0.696, abs=1e-3)


def test_columns_of_ones_own_come_with_their_kind() -> None:
    sent = pd.DataFrame({"document": ["a.pdf"], "status": ["completed"]})
    sent["arrived"] = pd.to_datetime(["2026-01-02T03:04:05.000000789+01:00"])
    sent["urgent"], sent["copies"], sent["weight"] = [True], [1200], [0.25]
    result = evaluate(Tables(rows(("a.pdf", "", 0, "iban", "DE1")), sent), rows(("a.pdf", "", 0, "iban", "DE1")))
    sheet = book(result)["Documents"]
    found = {cell.value: value for cell, value in zip(sheet[1], sheet[2], strict=True)}
    assert found["arrived"].value.isoformat() == "2026-01-02T02:04:05"
    assert (found["copies"].value, found["copies"].number_format) == (1200, "#,##0")
    assert found["weight"].value == 0.25
    assert found["urgent"].value == "True"


def test_the_tables_of_python_are_there_on_request(result: Evaluation) -> None:
    whole = book(result, raw=True, language="de")
    assert whole.sheetnames[-3:] == ["data fields", "data mistakes", "data documents"]
    fields, wanted = table(whole["data fields"]), result.by_field(full=True)
    assert list(fields.columns) == list(wanted.columns)
    assert fields["f1"].tolist()[0] == pytest.approx(wanted["f1"].tolist()[0], rel=1e-15)
    assert whole["data mistakes"].max_row == len(result.mistakes()) + 1


def test_T35_the_workbook_has_no_formula_and_no_link() -> None:
    values = [f'{sign}HYPERLINK("https://example.invalid/{number}";1)' for number, sign in enumerate("=+-@\t\r\n")]
    values += ["https://example.invalid/", "mailto:nobody@example.invalid", "internal:fields!A1", "=1+1", "{=1+1}"]
    values += ["@SUM(1)", "+1", "-1", *PAYLOADS]
    facts = [(f"{value}.pdf", "", 0, "paymentPurpose", value) for value in values]
    sent = pd.DataFrame({"document": [fact[0] for fact in facts], "status": "completed", "=1+1": values})
    tables = Tables(rows(*[(*row[:4], f"{row[4]} x") for row in facts]), sent)
    content = render_report(evaluate(tables, rows(*facts)), ".xlsx", title="=1+1", raw=True, by="=1+1")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    pages = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(pages) > 10
    assert not [page for page in pages if "<f>" in page or "<hyperlink" in page]
    assert not [name for name, text in parts.items() if "externalLink" in name or "TargetMode" in text]
    assert "HYPERLINK" in parts["xl/sharedStrings.xml"]
    whole = openpyxl.load_workbook(io.BytesIO(content))
    kinds = {cell.data_type for sheet in whole for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert {"+1", "-1", "=1+1"} <= set(texts(whole["Mistakes"]))


def test_a_text_longer_than_a_cell_is_cut() -> None:
    long = "x" * 40_000
    result = evaluate(rows(("a.pdf", "", 0, "paymentPurpose", long)), rows(("a.pdf", "", 0, "paymentPurpose", "y")))
    assert len(table(book(result)["Mistakes"])["Extracted"][0]) == sheets.MAX_CHARACTERS


def test_more_rows_than_a_sheet_holds_are_said_on_the_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_ROWS", 3)
    whole = book(graded())
    assert whole["Mistakes"].max_row == 4
    assert "Mistakes: the first 3 of 16 rows, since a sheet holds no more." in texts(whole["Summary"])


def test_many_mistakes_leave_the_memory_and_nothing_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    result = graded()
    whole = {sheet.title: texts(sheet) for sheet in book(result, made_at=MADE_AT)}
    monkeypatch.setattr(workbook, "CONSTANT_MEMORY_FROM", 1)
    assert {sheet.title: texts(sheet) for sheet in book(result, made_at=MADE_AT)} == whole


def test_long_tables_print_their_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "PRINTED", 10)
    whole = book(graded())
    assert whole["Mistakes"].print_area == "'Mistakes'!$A$1:$L$11"
    assert not whole["Fields"].print_area


def test_numbers_have_names_for_people_and_for_gates() -> None:
    result = graded()
    found = table(book(result, language="de")["Zahlen"]).set_index("Name in Python und Bedingungen")
    assert found.loc["micro_f1", "Zahl"] == "F1 der Kopffelder, alle zusammen (micro)"
    assert found.loc["documents", "Anzahl"] == 60
    assert pd.isna(found.loc["documents", "Anteil"])
    assert found.loc["perfect_documents", "Anteil"] == pytest.approx(49 / 60)
    for metric in result.summary()["metric"]:
        assert metric_name(metric, "en") != metric


@pytest.mark.parametrize(
    ("metric", "english"),
    [
        ("lineItems_exact_rows", "lineItems: Rows with every cell right"),
        ("answered_micro_f1", "F1 of the header fields, all together (micro), answered documents only"),
        ("skonto_macro_f1", "F1 of skonto, mean of the fields (macro)"),
        ("something", "something"),
    ],
)
def test_numbers_of_compounds_name_their_compound(metric: str, english: str) -> None:
    assert metric_name(metric, "en") == english
