"""The section on confidence: there only if extractions come with one."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lxml import html as lxml_html

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.errors import SettingError

FIELDS = ("iban", "<b>bic</b>")


def sure(documents: int, *, off: float = 0.0, of_held: float = 0.0) -> Evaluation:
    """Evaluate predictions that are right, but for a share of all and a share of the half thresholds are tried on."""
    random = np.random.default_rng(1)
    names = [f"d{number:04}" for number in range(documents)]
    wrong = random.random((documents, len(FIELDS))) < off
    held = np.random.default_rng(0).permutation(documents)[documents // 2 :]
    wrong[held] |= random.random((len(held), len(FIELDS))) < of_held
    parts = [
        pd.DataFrame({"document": names, "field": field, "value": np.where(wrong[:, at], "2", "1"), "confidence": 0.9})
        for at, field in enumerate(FIELDS)
    ]
    found = pd.concat(parts, ignore_index=True)
    found.loc[wrong.T.ravel() & (random.random(len(found)) < 0.5), "confidence"] = 0.25
    found.loc[5, "confidence"] = None
    return evaluate(found, found.assign(value="1"))


def test_both_forms_say_how_far_a_confidence_can_be_trusted(tmp_path: Path) -> None:
    # A bound of .99 by documents needs at least 299 of them kept in each half, with hardly a mistake.
    result = sure(1300, off=0.002)
    page = lxml_html.document_fromstring(result.save_report(tmp_path / "report.html").read_text())
    tables = [
        [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in table.iter("tr")]
        for table in page.xpath("//h2[@id='confidence']/following::table")[:2]
    ]
    scores = result.confidence_scores()
    assert tables[0][0] == ["Field", "Extracted", "Without confidence", "ECE", "Brier score", "AUROC"]
    assert tables[0][1:] == [
        [
            name,
            str(row["predicted"]),
            str(row["without_confidence"]),
            *(f"{row[x]:.3f}".replace("nan", "n/a") for x in ("ece", "brier", "auroc")),
        ]
        for name, row in zip([*scores["field"][:-1], "all together (micro)"], scores.to_dict("records"), strict=True)
    ]
    bins = result.reliability().to_dict("records")
    assert [row[0] for row in tables[1][1:]] == [
        f"{b['confidence_low']:.3f} – {b['confidence_high']:.3f}" for b in bins
    ]
    assert [row[3] for row in tables[1][1:]] == [f"{b['correct']:.3f}" for b in bins]
    threshold = result.at_precision(0.99)
    assert threshold.status == "confirmed"
    text = " ".join(page.text_content().split())
    assert f"of {threshold.kept} values were right" in text
    assert page.xpath("//nav//a[@href='#confidence']")
    assert not page.xpath("//b")
    markdown = result.save_report(tmp_path / "report.md", language="de").read_text()
    assert "<summary>Konfidenz</summary>" in markdown
    assert "| iban | 1300 | 1 |" in markdown
    assert "&lt;b&gt;bic&lt;/b&gt;" in markdown
    assert f"von {threshold.kept} Werten" in markdown


@pytest.mark.parametrize(
    ("result", "status", "said"),
    [
        (sure(640, of_held=0.008), "unconfirmed", "too few to confirm it"),
        (sure(800, of_held=0.1), "refuted", "on the other only"),
        (sure(800, off=0.3), "not reachable", "From no confidence on are values right to 99.0"),
        (sure(20), "not enough data", "There are too few values to say"),
    ],
)
def test_every_verdict_has_its_sentence(result: Evaluation, status: str, said: str, tmp_path: Path) -> None:
    assert result.at_precision(0.99).status == status
    for language, words in (("en", said), ("de", "99,0")):
        assert words in result.save_report(tmp_path / "report.md", language=language).read_text()
    needed = ("needs 299 documents with a value kept", "in jeder Hälfte 299 Dokumente")
    for language, words in zip(("en", "de"), needed, strict=True):
        told = words in result.save_report(tmp_path / "report.md", language=language).read_text()
        assert told == (status != "refuted")


def test_there_is_no_such_section_without_any_confidence(result: Evaluation, tmp_path: Path) -> None:
    empty = sure(20).comparisons[["document", "field", "truth"]].rename(columns={"truth": "value"})
    for name, one in (("none", result), ("all missing", evaluate(empty.assign(confidence=None), empty))):
        assert "onfidence" not in one.save_report(tmp_path / f"{name}.md").read_text()
        page = lxml_html.document_fromstring(one.save_report(tmp_path / f"{name}.html").read_text())
        assert page.xpath("//h2[@id='confidence']") == []


def test_a_report_says_how_sure_its_intervals_are(tmp_path: Path) -> None:
    result = sure(640, of_held=0.008)
    low = result.by_field(confidence_level=0.925).set_index("field").loc["iban", "f1_low"]
    for language, interval, certainty in (
        ("en", "92.5 % interval", "92.5 % certainty"),
        ("de", "92,5-%-Intervall", "92,5 % Sicherheit"),
    ):
        for ending in ("html", "md"):
            name = tmp_path / f"report.{ending}"
            text = result.save_report(name, language=language, confidence_level=0.925).read_text()
            assert interval in text
            assert certainty in " ".join(text.split())
            assert "95 %" not in text.replace("92.5 %", "").replace("92,5 %", "")
            assert f"{low:.3f}".replace(".", "," if language == "de" else ".") in text
    with pytest.raises(SettingError, match=r"confidence_level is 1\.0"):
        result.save_report(tmp_path / "report.md", confidence_level=1.0)
