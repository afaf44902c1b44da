"""The HTML report: what stands in it, what can never be in it, and that its parts can be read by everybody."""

import itertools
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lxml import html as lxml_html

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.report import save_report
from gini_notebook.errors import SettingError
from tests.analysis.report.report_samples import PAYLOADS

MADE_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
INERT = {
    *("html", "head", "meta", "link", "title", "style", "body", "main", "nav", "section", "footer", "div", "span"),
    *("h1", "h2", "h3", "p", "time", "ul", "li", "a", "img", "details", "summary", "wbr"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}


def parsed(result: Evaluation, folder: Path, **options: Any) -> Any:
    path = save_report(result, folder / "report.html", made_at=MADE_AT, **options)
    return lxml_html.document_fromstring(path.read_text(encoding="utf-8"))


def table_after(page: Any, heading: str) -> list[list[str]]:
    """Read the first table after the heading with this text, as rows of texts."""
    table = page.xpath(f"//*[self::h2 or self::h3][normalize-space()='{heading}']/following::table[1]")[0]
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in table.iter("tr")]


def test_the_headline_stands_on_cards(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    cards = [" ".join(card.text_content().split()) for card in page.xpath("//ul[@class='cards']/li")]
    summary = result.summary().set_index("metric")
    assert len(cards) == 5
    for card, metric in zip(
        cards, ("micro_f1", "lineItems_micro_f1", "perfect_documents", "payable_rate", "coverage"), strict=True
    ):
        assert card.startswith(f"{100 * summary.loc[metric, 'value']:.1f}")
        assert f"{100 * summary.loc[metric, 'low']:.1f}" in card
        assert str(summary.loc[metric, "of"]) in card


def test_the_table_per_field_has_every_number_of_by_field(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    scores = result.by_field(full=True)
    head, *body = table_after(page, "Header fields")
    assert head[:4] == ["Field", "F1", "Precision", "Recall"]
    assert [row[0] for row in body] == [
        "amountToPay",
        "iban",
        "bic",
        "all together (micro)",
        "mean of the fields (macro)",
    ]
    amount = scores.iloc[0]
    assert body[0][1] == f"{amount['f1']:.3f}{amount['f1_low']:.3f} – {amount['f1_high']:.3f}"
    assert body[0][4:] == [
        str(amount[name]) for name in ("support", "predicted", "correct", "wrong", "missing", "spurious")
    ]
    # Nothing to divide by is no zero.
    assert body[2][1] == "n/a"
    assert [row[0] for row in table_after(page, "Columns of lineItems")[1:2]] == ["baseGross"]


def test_mistakes_stand_under_their_field_the_dearest_first(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    details = page.xpath("//details[.//caption]")
    names = [entry.xpath("string(.//summary/span[@class='name'])") for entry in details]
    assert names[:3] == ["amountToPay", "iban", "lineItems.baseGross"]
    rows = [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in details[0].iter("tr")]
    assert rows == [
        ["Document", "Truth", "Extracted", "Outcome", "Off by", "Cause"],
        ["a.pdf", "1200.00:EUR", "12.00:EUR", "Wrong", "−1,188.00", "factor: ÷100"],
        ["d.pdf", "7.00:EUR", "–", "Missing", "−7.00", ""],
    ]
    # A wrong IBAN that is valid is the dangerous one; a row of a compound says which.
    assert "(a valid IBAN)" in details[1].text_content()
    assert details[2].xpath(".//tbody/tr/td[1]/text()") == ["2"]


def test_the_causes_are_counted_in_the_summary(result: Evaluation, tmp_path: Path) -> None:
    first = parsed(result, tmp_path).xpath("//details")[0]
    text = " ".join(first.xpath(".//summary")[0].text_content().split())
    assert text == "amountToPay 1 wrong 1 missing causes: factor 1"


def test_failed_documents_are_listed_with_reason_and_request_id(result: Evaluation, tmp_path: Path) -> None:
    head, *body = table_after(parsed(result, tmp_path), "Failed documents")
    assert head == ["Document", "Why", "Request id"]
    assert body == [["d.pdf", "The PDF is damaged.", "req-d"]]


def test_a_report_without_mistakes_and_failures_says_so(tmp_path: Path) -> None:
    from gini_notebook.analysis.evaluation import evaluate

    table = pd.DataFrame({"document": ["a.pdf"], "field": ["iban"], "value": ["DE1"]})
    page = parsed(evaluate(table, table), tmp_path)
    assert "There are no mistakes." in page.text_content()
    assert page.xpath("//h2[@id='failed']") == []
    assert len(page.xpath("//ul[@class='cards']/li")) == 3


def test_the_german_report_is_german_to_the_comma(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path, language="de", title="Bericht über Äpfel")
    assert page.get("lang") == "de"
    assert page.xpath("string(//h1)") == "Bericht über Äpfel"
    head, *body = table_after(page, "Kopffelder")
    assert head[:5] == ["Feld", "F1", "Präzision", "Trefferquote", "In der Wahrheit"]
    assert body[0][2].startswith("0,667")
    assert body[2][1] == "k. A."
    assert "−1.188,00" in page.text_content()
    charts = page.xpath("//img/@alt")
    assert charts[0].startswith("Balkendiagramm: F1 je Feld: amountToPay 0,")
    texts = page.xpath("//h1|//h2|//h3|//thead//th|//summary//span[@class!='name']|//tbody//span|//caption|//nav/a")
    words = set(re.findall(r"[a-z]+", " ".join(text.text_content() for text in texts).lower()))
    assert words.isdisjoint({"field", "truth", "wrong", "missing", "spurious", "mistakes", "failed", "causes", "of"})
    english = parsed(result, tmp_path).xpath("//img/@src")
    assert all(german != other for german, other in zip(page.xpath("//img/@src"), english, strict=True))


def test_both_languages_have_the_same_words() -> None:
    from gini_notebook.analysis.report.texts import TEXTS

    assert TEXTS["en"].keys() == TEXTS["de"].keys()
    for key, text in TEXTS["en"].items():
        assert Counter(re.findall(r"{\w+}", text)) == Counter(re.findall(r"{\w+}", TEXTS["de"][key])), key


def test_the_same_evaluation_makes_the_same_file(result: Evaluation, tmp_path: Path) -> None:
    one = save_report(result, tmp_path / "one.html", made_at=MADE_AT).read_bytes()
    assert one == save_report(result, tmp_path / "two.html", made_at=MADE_AT).read_bytes()
    assert b"2026-01-02 03:04 UTC" in one


@pytest.fixture(scope="module")
def hostile_page(hostile_result: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return parsed(hostile_result, tmp_path_factory.mktemp("hostile"), title=PAYLOADS[0])


def test_T31_nothing_in_the_file_can_run_or_be_loaded(hostile_page: Any) -> None:
    elements = list(hostile_page.iter("*"))
    assert {element.tag for element in elements} <= INERT
    attributes = [(name, value) for element in elements for name, value in element.attrib.items()]
    assert [name for name, _ in attributes if name.startswith("on") or name == "style"] == []
    addresses = [value for name, value in attributes if name in {"src", "href", "action", "data", "srcset"}]
    assert [value for value in addresses if not value.startswith(("#", "data:"))] == []
    assert len(hostile_page.xpath("//style")) == 1
    policy = hostile_page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_T31_every_payload_stands_there_as_text(hostile_page: Any, payload: str) -> None:
    text = hostile_page.text_content()
    for end in (".pdf", " truth", " other", " error", " request"):
        assert f"{payload}{end}" in text
    assert payload in hostile_page.xpath("string(//h3[starts-with(., 'Columns of')])")
    assert payload in [field.text_content() for field in hostile_page.xpath("//tbody/tr/th")]


def test_the_page_can_be_read_without_seeing_it(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    assert page.get("lang") == "en"
    for table in page.iter("table"):
        assert table.xpath("string(./caption)").strip()
        assert table.xpath("./thead//th")
    assert {cell.get("scope") for cell in page.xpath("//thead//th")} == {"col"}
    assert {cell.get("scope") for cell in page.xpath("//tbody//th")} == {"row"}
    for image in page.iter("img"):
        assert len(image.get("alt")) > 30
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    targets = {element.get("id") for element in page.xpath("//*[@id]")}
    assert {link.get("href")[1:] for link in page.iter("a")} <= targets


def test_colours_stand_out_from_their_ground() -> None:
    css = (Path(save_report.__code__.co_filename).parent / "templates" / "report.css").read_text()
    names = dict(re.findall(r"--(\w+): (#\w{3,6})", css))
    inks = [names["ink"], names["soft"], names["accent"], *re.findall(r"\.outcome\.\w+ { color: (#\w+)", css)]
    assert len(inks) == 6
    for ink in inks:
        for ground in (names["paper"], names["wash"]):
            assert contrast(ink, ground) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """Compute the contrast ratio of the Web Content Accessibility Guidelines 2.2."""
    lights = sorted(map(luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_an_unknown_ending_is_refused(result: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"cannot be written as 'report.pdf'; let the name end in one of .html, .md"):
        save_report(result, tmp_path / "report.pdf")


def test_an_unknown_language_is_refused(result: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no report in the language 'fr'; choose one of en, de"):
        save_report(result, tmp_path / "report.html", language="fr")


def test_the_report_of_a_result_is_this_one(result: Evaluation, tmp_path: Path) -> None:
    path = result.save_report(str(tmp_path / "deep" / "report.HTML"), title="Here")
    assert path == tmp_path / "deep" / "report.HTML"
    assert "<title>Here</title>" in path.read_text()
