"""The report of a comparison, and the baseline in the report of one run."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from lxml import html as lxml_html

from gini_notebook.analysis.comparison import Comparison, compare
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.errors import SettingError
from tests.analysis.evaluation.evaluation_samples import scans_and_others
from tests.analysis.report.report_samples import graded

MADE_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def named(result: Evaluation, run: str, **facts: Any) -> Evaluation:
    return replace(result, provenance={**result.provenance, "run": run, **facts})


@pytest.fixture(scope="module")
def pair() -> tuple[Evaluation, Evaluation]:
    first, second = (scans_and_others(120, better=better)[0] for better in (False, True))
    return named(first, "old"), named(second, "<new>", tool_version="9.9")


@pytest.fixture(scope="module")
def compared(pair: tuple[Evaluation, Evaluation]) -> Comparison:
    return compare(*pair)


def page_of(path: Path) -> Any:
    return lxml_html.document_fromstring(path.read_text(encoding="utf-8"))


def said(page: Any) -> str:
    return " ".join(page.text_content().split())


def test_it_begins_with_the_verdict_and_calls_the_runs_by_their_names(compared: Comparison, tmp_path: Path) -> None:
    page = page_of(compared.save_report(tmp_path / "compared.html", made_at=MADE_AT))
    row = compared.by_field(full=True).query("field == 'micro'").iloc[0]
    changes = compared.changes()["change"].value_counts()
    verdict = " ".join(page.xpath("string(//p[@class='verdict'])").split())
    assert verdict.startswith(f"<new> is better than old: F1 of the header fields is {row['f1_a']:.3f} and ")
    assert f"{changes['fixed']} values are right only in <new>, {changes.get('broken', 0)} only in old." in verdict
    assert page.xpath("string(//h1)") == "old → <new>"
    assert "different versions of this package" in page.xpath("string(//section[@class='notes'])")
    assert not page.xpath("//new")


def test_every_field_has_both_scores_its_difference_and_a_word(compared: Comparison, tmp_path: Path) -> None:
    page = page_of(compared.save_report(tmp_path / "compared.html"))
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")]
        for row in page.xpath("//h2[@id='differences']/following::table[1]/tbody/tr")
    ]
    table = compared.by_field(full=True)
    assert len(rows) == len(table)
    for row, shown in zip(table.to_dict("records"), rows, strict=True):
        assert shown[1:3] == [f"{row['f1_a']:.3f}", f"{row['f1_b']:.3f}"]
        assert f"{row['f1_difference']:+.3f}" in shown[4]
        assert shown[6].startswith(row["verdict"])
    assert len(page.xpath("//h2[@id='differences']/following::table[1]//*[local-name()='svg']")) == 2 * len(table)


def test_what_was_fixed_stands_with_truth_and_both_extractions(compared: Comparison, tmp_path: Path) -> None:
    page = page_of(compared.save_report(tmp_path / "compared.html"))
    first = compared.changes("fixed").iloc[0]
    cells = page.xpath("//h2[@id='fixed']/following::table[1]/tbody/tr[1]/*/text()")
    assert cells[0] == first["document"]
    assert "1.00:EUR" in cells
    assert "– (missing)" in cells


def test_what_is_in_one_run_only_is_named(pair: tuple[Evaluation, Evaluation], tmp_path: Path) -> None:
    first, second = pair
    some = first.documents["document"].iloc[:100]
    fewer = replace(
        first,
        documents=first.documents.iloc[:100],
        comparisons=first.comparisons[first.comparisons["document"].isin(some)].reset_index(drop=True),
        provenance={**first.provenance, "truth_hash": "0" * 64},
    )
    text = said(page_of(compare(fewer, second).save_report(tmp_path / "compared.html")))
    assert "Documents of <new> only" in text
    assert "20: d00100" in text
    assert "different versions of the ground truth" not in text  # the documents say why


def test_without_a_change_nothing_is_said_to_be_equal(pair: tuple[Evaluation, Evaluation], tmp_path: Path) -> None:
    text = said(page_of(compare(pair[0], pair[0]).save_report(tmp_path / "same.html")))
    assert "There is no evidence that first run or second run is better" in text
    assert "0 values are right only in second run, 0 only in first run." in text
    assert "Nothing differs." in text
    assert "Nothing to say about: Broken" in text


def test_the_german_comparison(compared: Comparison, tmp_path: Path) -> None:
    page = page_of(compared.save_report(tmp_path / "compared.html", language="de", title="Alt und neu"))
    text = said(page)
    for words in ("<new> ist besser als old: F1 der Kopffelder ist 0,", "Feld für Feld", "Repariert: richtig in <new>"):
        assert words in text
    assert page.xpath("string(//h1)") == "Alt und neu"
    assert page.get("lang") == "de"


def test_the_same_as_markdown(compared: Comparison, tmp_path: Path) -> None:
    text = compared.save_report(tmp_path / "compared.md").read_text(encoding="utf-8")
    assert "### old → &lt;new&gt;" in text
    assert "&lt;new&gt; is better than old" in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_workbook_has_differences_as_numbers_and_all_that_changed(
    compared: Comparison, tmp_path: Path, language: Any
) -> None:
    book = openpyxl.load_workbook(compared.save_report(tmp_path / "compared.xlsx", language=language))
    german = language == "de"
    names = ("Übersicht", "Felder", "Behoben", "Dokumente", "Unterschiede")
    assert set(names if german else ("Summary", "Fields", "Fixed", "Documents", "What differs")) <= set(book.sheetnames)
    head, *body = book[names[1] if german else "Fields"].iter_rows(values_only=True)
    table = compared.by_field(full=True)
    assert head[1:3] == ("F1, old", "F1, <new>")
    for place, column in ((1, "f1_a"), (2, "f1_b"), (3, "f1_difference"), (6, "p_holm")):
        shown = [float("nan") if isinstance(row[place], str) else row[place] for row in body]
        assert shown == pytest.approx(table[column].astype(float).tolist(), nan_ok=True)
    fixed = list(book[names[2] if german else "Fixed"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in fixed] == compared.changes("fixed")["document"].tolist()
    documents = list(book[names[3] if german else "Documents"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in documents] == compared.documents["document"].tolist()
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert book.worksheets[0].sheet_properties.pageSetUpPr.fitToPage


def test_the_workbook_hides_values_on_request(compared: Comparison, tmp_path: Path) -> None:
    path = compared.save_report(tmp_path / "compared.xlsx", values="none")
    texts = [str(cell.value) for row in openpyxl.load_workbook(path)["Fixed"].iter_rows(min_row=2) for cell in row]
    assert "…" in texts
    assert not [text for text in texts if "EUR" in text or text.startswith("DE")]


def margin_cases(path: Path) -> dict[str, str]:
    cases = etree.parse(path).findall(".//testcase[@classname='gates']")
    return {case.get("name"): "failure" if case.find("failure") is not None else "passed" for case in cases}


def test_a_margin_is_a_gate_in_every_form(
    compared: Comparison, pair: tuple[Evaluation, Evaluation], tmp_path: Path
) -> None:
    worse = compare(pair[1], pair[0])
    same = compare(*(named(pair[0], run) for run in ("a", "b")))
    for comparison, answer, german, outcome in (
        (compared, "No worse", "Nicht schlechter", "passed"),
        (worse, "Worse", "Schlechter", "failure"),
        (same, "No worse", "Nicht schlechter", "passed"),
    ):
        page = page_of(comparison.save_report(tmp_path / "c.html", no_worse_than=0.01))
        assert page.xpath("//ul[@class='gates']/li/strong/text()") == [answer]
        text = comparison.save_report(tmp_path / "c.md", no_worse_than=0.01).read_text("utf-8")
        assert f"- **{answer}**: Header fields: " in text
        assert ("✔ Passed" if outcome == "passed" else "✘ Failed") in text
        junit = comparison.save_report(tmp_path / "c.xml", no_worse_than=0.01)
        assert margin_cases(junit) == {"micro no worse than 0.01": outcome}
        data = json.loads(comparison.save_report(tmp_path / "c.json", no_worse_than=0.01).read_text("utf-8"))
        assert data["passed"] is (outcome == "passed")
        assert data["gates"][0]["answer"] == answer.lower()
        sheet = openpyxl.load_workbook(
            comparison.save_report(tmp_path / "c.xlsx", no_worse_than=0.01, language="de")
        ).worksheets[0]
        assert [
            cell for row in sheet.iter_rows(values_only=True) for cell in row if str(cell).startswith(f"{german}: ")
        ]
    with pytest.raises(SettingError, match="The margin is 2; it must be a loss of F1"):
        compared.save_report(tmp_path / "c.html", no_worse_than=2)


def test_what_cannot_be_told_fails_in_junit_and_says_so(tmp_path: Path) -> None:
    few = [scans_and_others(12, better=better)[0] for better in (True, False)]
    comparison = compare(*(named(one, run) for one, run in zip(few, ("a", "b"), strict=True)))
    margin = next(
        m for m in (0.0, 0.02, 0.05, 0.1, 0.2) if comparison.no_worse_than(m).attrs["answer"] == "cannot tell"
    )
    junit = comparison.save_report(tmp_path / "c.xml", no_worse_than=margin)
    assert set(margin_cases(junit).values()) == {"failure"}
    assert "cannot tell: F1 differs by" in junit.read_text("utf-8")


def test_junit_has_a_case_per_field_and_no_value(compared: Comparison, tmp_path: Path) -> None:
    path = compared.save_report(tmp_path / "compared.xml", made_at=MADE_AT)
    suite = etree.parse(path).getroot()
    table = compared.by_field(full=True)
    fields = suite.findall(".//testcase[@classname='baseline']")
    assert len(fields) == len(table[~table["average"]]) + int((table["field"] == "micro").sum())
    assert suite.get("failures") == "0"
    properties = {one.get("name"): one.get("value") for one in suite.findall(".//property")}
    assert (properties["first.run"], properties["second.run"]) == ("old", "<new>")
    assert "EUR" not in path.read_text("utf-8")


def test_json_has_differences_and_which_documents_changed(compared: Comparison, tmp_path: Path) -> None:
    written = compared.save_report(tmp_path / "compared.json", made_at=MADE_AT).read_text("utf-8")
    answer = json.loads(written)
    assert [row["f1_a"] for row in answer["fields"]] == compared.by_field(full=True)["f1_a"].tolist()
    assert answer["documents"]["fixed"] == compared.fixed["document"].tolist()
    assert answer["differing"]["tool_version"]["second"] == "9.9"
    assert answer["passed"] is None
    # No values but those that a note about the truth quotes.
    rest = json.loads(written, object_pairs_hook=lambda pairs: {name: part for name, part in pairs if name != "notes"})
    assert "EUR" not in json.dumps(rest)


def test_a_comparison_with_the_sandbox_says_so_first_in_every_form(tmp_path: Path) -> None:
    comparison = compare(named(graded(wrong=9), "a"), named(graded(wrong=3), "b"))
    for form in (".html", ".md", ".xml", ".json"):
        text = comparison.save_report(tmp_path / f"c{form}").read_text("utf-8")
        assert "These numbers come from the sandbox on this machine" in text


def test_other_endings_and_languages_are_refused(compared: Comparison, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"A comparison cannot be written as 'a\.doc'; let the name end in one of"):
        compared.save_report(tmp_path / "a.doc")
    with pytest.raises(SettingError, match="no report in the language 'fr'"):
        compared.save_report(tmp_path / "a.html", language="fr")
    assert not list(tmp_path.iterdir())


def test_the_report_of_a_run_says_how_it_differs_from_its_baseline(
    pair: tuple[Evaluation, Evaluation], compared: Comparison, tmp_path: Path
) -> None:
    page = page_of(pair[1].save_report(tmp_path / "report.html", baseline=compared))
    row = compared.summary().set_index("metric").loc["micro_f1"]
    changes = page.xpath("//ul[@class='cards']/li/span[@class='change']/text()")
    assert f"{row['difference']:+.3f} against old ({row['low']:+.3f} … {row['high']:+.3f})" in changes
    assert page.xpath("//h2[@id='baseline']")
    assert "<new> is better than old" in said(page)
    assert not page_of(pair[1].save_report(tmp_path / "alone.html")).xpath("//h2[@id='baseline']")
    with pytest.raises(SettingError, match="is no comparison with this result"):
        pair[0].save_report(tmp_path / "other.html", baseline=compared)
