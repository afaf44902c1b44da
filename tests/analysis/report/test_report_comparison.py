"""The report of a comparison, and the baseline in the report of one run."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from gini_notebook.analysis.comparison import Comparison, compare
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.errors import SettingError
from tests.analysis.evaluation.evaluation_samples import scans_and_others

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
