"""The HTML report: what stands in it, what can never be in it, and that its parts can be read by everybody."""

import itertools
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from lxml import html as lxml_html

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.report import save_report
from gini_notebook.analysis.report.sections import MOST_FAILED
from gini_notebook.analysis.report.texts import TEXTS, metric_words
from gini_notebook.errors import SettingError
from tests.analysis.evaluation.evaluation_samples import scans_and_others
from tests.analysis.report.report_samples import IBAN, PAYLOADS, rows

MADE_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
INERT = {
    *("html", "head", "meta", "link", "title", "style", "body", "main", "nav", "section", "footer", "div", "span"),
    *(
        "header",
        "h1",
        "h2",
        "h3",
        "p",
        "time",
        "ul",
        "li",
        "a",
        "details",
        "summary",
        "wbr",
        "strong",
        "dl",
        "dt",
        "dd",
    ),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("svg", "defs", "pattern", "path", "rect", "circle", "text", "desc"),
}
CARDS = {
    "payable_rate": "Payable as read",
    "perfect_documents": "Without any mistake",
    "micro_f1": "F1, header fields",
    "lineItems_micro_f1": "F1, line items",
    "coverage": "Answered",
}


def parsed(result: Evaluation, folder: Path, **options: Any) -> Any:
    path = save_report(result, folder / "report.html", made_at=MADE_AT, **options)
    return lxml_html.document_fromstring(path.read_text(encoding="utf-8"))


def table_of(page: Any, caption: str) -> list[list[str]]:
    """Read the table with this caption, or in the region with this name, as rows of texts."""
    table = page.xpath(f"//div[@role='region' and @aria-label='{caption}']/table")[0]
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in table.iter("tr")]


def table_after(page: Any, heading: str) -> list[list[str]]:
    """Read the first table after the heading with this text, as rows of texts."""
    table = page.xpath(f"//*[self::h2 or self::h3][normalize-space()='{heading}']/following::table[1]")[0]
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in table.iter("tr")]


def test_the_headline_stands_on_cards(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    cards = [" ".join(card.text_content().split()) for card in page.xpath("//ul[@class='cards']/li")]
    summary = result.summary().set_index("metric")
    assert len(cards) == 5
    for card, (metric, words) in zip(cards, CARDS.items(), strict=True):
        row = summary.loc[metric]
        assert card.startswith(f"{words}{100 * row['value']:.1f}")
        assert f"{100 * row['low']:.1f} – {100 * row['high']:.1f}" in card
        assert str(int(row["of"])) in card
    assert "3 of 4 sent" in cards[4]
    assert "1 of 2 documents" in cards[0]
    assert page.xpath("count(//ul[@class='cards']//*[local-name()='svg'])") == 5


def test_a_weighted_share_is_not_said_to_be_so_many_of_so_many(tmp_path: Path) -> None:
    truth = pd.DataFrame({"document": ["a", "b"], "field": "iban", "value": ["DE1", "DE2"]})
    result = evaluate(truth.assign(value="DE1"), truth, weights={"a": 1.0, "b": 3.0})
    cards = parsed(result, tmp_path).xpath("//ul[@class='cards']/li/span[@class='base']/text()")
    assert "2 documents, weighted" in cards


def test_the_tables_per_field_have_every_number_of_by_field(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    scores = result.by_field(full=True)
    head, *body = table_after(page, "Header fields")
    assert head == ["Field", "F1", "0 … 1", "Values", "Mistakes"]
    assert [row[0] for row in body] == [
        "Fewer than 30 values: shown, not ranked",
        *("amountToPay", "iban", "bic", "All together", "all together (micro)", "mean of the fields (macro)"),
    ]
    amount = scores.iloc[0]
    assert body[1][1] == f"{amount['f1']:.3f} {amount['f1_low']:.3f} – {amount['f1_high']:.3f}"
    assert body[1][4] == "1 wrong 1 missing of 4"
    # Nothing to divide by is no zero.
    assert body[3][1] == "n/a"
    head, *body = table_of(page, "Precision, recall and counts: Header fields")
    assert head[:4] == ["Field", "F1", "Precision", "Recall"]
    assert body[0][4:] == [
        str(amount[name]) for name in ("support", "predicted", "correct", "wrong", "missing", "spurious")
    ]
    assert table_after(page, "Columns of lineItems")[2][0] == "baseGross"


def test_fields_are_ranked_by_f1_and_those_on_few_values_are_hollow(tmp_path: Path) -> None:
    names = [f"d{number}" for number in range(40)]
    truth = [(name, field, "x") for name in names for field in ("creditorName", "paymentPurpose")]
    truth += [("d1", "paymentRecipient", "y")]
    found = [row for row in truth if row[:2] != ("d3", "creditorName")]
    columns = ["document", "field", "value"]
    page = parsed(evaluate(pd.DataFrame(found, columns=columns), pd.DataFrame(truth, columns=columns)), tmp_path)
    body = table_after(page, "Header fields")[1:]
    assert [row[0] for row in body][:4] == [
        *("paymentPurpose", "creditorName", "Fewer than 30 values: shown, not ranked", "paymentRecipient")
    ]
    hollow = page.xpath("//*[local-name()='svg' and contains(@class, 'hollow')]/ancestor::tr/th/text()")
    assert hollow == ["payment"]  # and a place to break


def test_patterns_stand_in_a_grid_and_in_a_table(tmp_path: Path) -> None:
    result, _ = scans_and_others(200)
    page = parsed(result, tmp_path)
    table = result.patterns("source_classification", top=30)
    rows = table_of(page, "Where documents go wrong")[1:]
    assert [int(row[1]) for row in rows] == table["documents"].tolist()
    assert rows[0][0] == "no mistake"
    assert any("amountToPay missing" in row[0] for row in rows)
    assert any(row[2].startswith("all scans") for row in rows)
    grid = page.xpath("//*[local-name()='svg' and @role='img']")[0]
    assert len(grid.xpath(".//*[local-name()='text' and @class='strong']")) == len(table)
    marks = grid.xpath(".//*[starts-with(@class, 'mark ')]/@class")
    fields = [name for name in table.attrs["fields"] if table[name].notna().any()]
    assert Counter(marks)["mark missing"] == int((table[fields] == "missing").sum().sum())
    assert len(marks) == len(table) * len(fields)


def test_J8_the_report_says_unasked_which_slice_holds_most_mistakes(tmp_path: Path) -> None:
    result, kinds = scans_and_others(200)
    mistakes = result.mistakes(full=True)
    counted = mistakes[mistakes["group"] == ""].groupby(mistakes["document"].map(kinds)).size()
    documents = Counter(kinds.values())
    said = (
        f"Most mistakes in the header fields, {counted['SCANNED']} of {counted.sum()}, are in scans: "
        f"{documents['SCANNED']} of {documents.total()} documents."
    )
    assert counted.idxmax() == "SCANNED"
    assert said in " ".join(parsed(result, tmp_path).text_content().split())
    page = parsed(result, tmp_path, by=["status"])
    assert page.xpath("//h3[.='By status']")
    assert "Most mistakes in the header fields" not in page.text_content()  # all documents have this status
    assert "are in scans" not in page.text_content()


def test_gates_are_said_in_words_those_that_fail_first(result: Evaluation, tmp_path: Path) -> None:
    gates = ["payable_rate>=0.2", "amountToPay.f1_low>=0.9", "documents_failed<=0", "micro.recall>0.1", "documents==4"]
    page = parsed(result, tmp_path, fail_under=gates)
    shown = [" ".join(gate.text_content().split()) for gate in page.xpath("//ul[@class='gates']/li")]
    low = result.by_field(full=True).loc[0, "f1_low"]
    assert shown[:2] == [
        f"Failed lower end of amountToPay: F1 at least 0.9 is {low:.3f}",
        "Failed Documents that failed at most 0 is 1.000",
    ]
    assert shown[2].startswith("Passed Documents that can be paid as read at least 0.2 is 0.500 (")
    assert "Passed all together (micro): Recall more than 0.1 is " in shown[3]
    assert page.xpath("string(//p[@class='verdict']/strong)") == "3 of 5 gates passed."


def test_a_worst_document_names_what_is_wrong_with_it(result: Evaluation, tmp_path: Path) -> None:
    head, *body = table_after(parsed(result, tmp_path), "Documents with most mistakes")
    assert head == ["Document", "In header fields", "In cells", "Which"]
    assert body[0] == ["a.pdf", "2", "0", "Wrong: amountToPay, iban"]
    assert {row[0] for row in body} == set(result.mistakes()["document"])


def test_how_the_run_went(tmp_path: Path) -> None:
    names = [f"d{number}" for number in range(12)]
    begun = pd.Timestamp("2026-01-02T03:00:00Z")
    sent = pd.DataFrame(
        {
            "document": names,
            "status": ["completed"] * 9 + ["failed"] * 2 + ["unclear"],
            "error": [None] * 9 + ["too large"] * 2 + [None],
            "attempts": [1] * 10 + [3, 2],
            "uploaded_at": [begun + pd.Timedelta(seconds=10 * number) for number in range(12)],
            "processing_s": [float(number) for number in range(9)] + [None] * 3,
        }
    )
    truth = pd.DataFrame({"document": names[:9], "field": "iban", "value": "DE1"})
    page = parsed(evaluate(SimpleNamespace(extractions=truth, documents=sent), truth), tmp_path)
    facts = dict(table_after(page, "The run in numbers")[1:])
    assert facts == {
        "Answered": "9",
        "Failed": "2",
        "Unclear whether uploaded": "1",
        "Tried more than once": "2",
        "Seconds per document, median": "4.0",
        "Seconds per document, 95 % within": "7.6",
        "Documents per minute": f"{60 * 9 / 88:.1f}",
        "At a time, on average": f"{36 / 88:.1f}",
        "First upload": "2026-01-02 03:00:00 UTC",
        "Last upload": "2026-01-02 03:01:20 UTC",
    }
    assert table_after(page, "Why documents failed")[1] == ["too large", "2", "d10"]


def test_numbers_have_words_and_the_name_that_programs_use(result: Evaluation, tmp_path: Path) -> None:
    for language in ("en", "de"):
        rows = table_of(parsed(result, tmp_path, language=language), TEXTS[language]["numbers"])[1:]
        summary = result.summary()
        assert [row[1] for row in rows] == summary["metric"].tolist()
        assert all(words != name for words, name, *_ in rows)
    assert metric_words("something_new", TEXTS["en"]) == "something_new"


def test_how_it_was_made_begins_with_names(result: Evaluation, tmp_path: Path) -> None:
    known = {**result.provenance, "run": "baseline", "truth_name": "labels.csv", "command": "gini-notebook evaluate"}
    page = parsed(replace(result, provenance=known), tmp_path)
    rows = dict(table_of(page, "Names")[1:])
    assert (rows["Run"], rows["Ground truth"], rows["Command"]) == ("baseline", "labels.csv", "gini-notebook evaluate")
    assert rows["Edition of the metrics"] == known["spec_version"]
    rules = page.xpath("//ul[@class='rules']/li/text()")
    assert "A wrong value counts against precision and recall." in rules
    assert page.xpath("string(//h1)") == "baseline"
    assert "truth: labels.csv" in page.xpath("string(//ul[@class='made'])")
    settings = table_of(page, "Hashes and settings")
    assert known["truth_hash"] in str(settings)


def test_settings_are_said_in_words(tmp_path: Path) -> None:
    table = rows(("a.pdf", "", 0, "iban", IBAN), ("a.pdf", "lineItems", 0, "artNumber", "7"))
    options: dict[str, Any] = {"wrong": "fp", "key": ["artNumber"], "required": ["iban"], "remittance": "strict"}
    result = evaluate(table, table, fields=["iban", "artNumber"], currency_default="EUR", cluster="iban", **options)
    said = " ".join(parsed(result, tmp_path).xpath("//ul[@class='rules']/li/text()"))
    for words in ("precision only", "where artNumber agree", "has iban right", "in EUR", "documents of one iban"):
        assert words in said


def test_sections_without_content_are_named_in_one_line(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    assert "Nothing to say about: Parts of the documents, Confidence." in " ".join(page.text_content().split())
    assert [link.get("href")[1:] for link in page.xpath("//nav//a")] == page.xpath(
        "//main/section/h2[@id!='notes']/@id"
    )


def test_lists_that_grow_with_the_documents_are_cut_and_say_so(tmp_path: Path) -> None:
    names = [f"d{number:03}" for number in range(260)]
    sent = pd.DataFrame({"document": names, "status": "failed", "error": [f"reason {n % 20}" for n in range(260)]})
    truth = pd.DataFrame({"document": names, "field": "iban", "value": "DE1"})
    result = evaluate(SimpleNamespace(extractions=truth.head(0), documents=sent), truth)
    page = parsed(result, tmp_path)
    assert len(page.xpath("//h2[@id='failed']/following::table[1]/tbody/tr")) == MOST_FAILED
    text = " ".join(page.text_content().split())
    assert "… and 60 more: see the workbook (.xlsx)." in text
    assert "The first 15 of 260 documents with a mistake" in text
    assert "260 documents, 20 reasons" in text


def test_mistakes_stand_under_their_field_the_dearest_first(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path)
    details = page.xpath("//details[.//caption and not(@class)]")
    names = [entry.xpath("string(.//summary/span[@class='name'])") for entry in details]
    assert names[:3] == ["amountToPay", "iban", "lineItems.baseGross"]
    shown = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")] for row in details[0].iter("tr")
    ]
    assert shown == [
        ["Document", "Truth", "Extracted", "Outcome", "Off by", "Cause"],
        ["a.pdf", "1200.00:EUR", "12.00:EUR", "Wrong", "−1,188.00", "factor: ÷100"],
        ["d.pdf", "7.00:EUR", "–", "Missing", "−7.00", ""],
    ]
    # A wrong IBAN that is valid is the dangerous one; a row of a compound says which.
    assert "(a valid IBAN)" in details[1].text_content()
    assert details[2].xpath(".//tbody/tr/td[1]/text()") == ["2"]


def test_the_causes_are_counted_in_the_summary(result: Evaluation, tmp_path: Path) -> None:
    first = parsed(result, tmp_path).xpath("//details[not(@class)]")[0]
    text = " ".join(first.xpath(".//summary")[0].text_content().split())
    assert text == "amountToPay 1 wrong 1 missing causes: factor 1"


def test_failed_documents_are_listed_with_reason_and_request_id(result: Evaluation, tmp_path: Path) -> None:
    head, *body = table_after(parsed(result, tmp_path), "Failed documents")
    assert head == ["Document", "Why", "Request id"]
    assert body == [["d.pdf", "The PDF is damaged.", "req-d"]]


def test_a_report_without_mistakes_and_failures_says_so(tmp_path: Path) -> None:
    table = pd.DataFrame({"document": ["a.pdf"], "field": ["iban"], "value": ["DE1"]})
    page = parsed(evaluate(table, table), tmp_path)
    assert "There are no mistakes." in page.text_content()
    assert page.xpath("//h2[@id='failed']") == []
    assert len(page.xpath("//ul[@class='cards']/li")) == 2


def test_the_german_report_is_german_to_the_comma(result: Evaluation, tmp_path: Path) -> None:
    page = parsed(result, tmp_path, language="de", title="Bericht über Äpfel")
    assert page.get("lang") == "de"
    assert page.xpath("string(//h1)") == "Bericht über Äpfel"
    head, *body = table_after(page, "Kopffelder")
    assert head == ["Feld", "F1", "0 … 1", "Werte", "Fehler"]
    assert body[1][1].startswith("0,571")
    assert body[3][1] == "k. A."
    assert "−1.188,00" in page.text_content()
    texts = page.xpath("//h1|//h2|//h3|//thead//th|//summary|//tbody//span|//caption|//nav//a|//dt|//p|//header//li")
    words = set(re.findall(r"[a-zäöü]+", " ".join(text.text_content() for text in texts).lower()))
    english = {
        "field",
        "truth",
        "wrong",
        "missing",
        "spurious",
        "failed",
        "causes",
        "of",
        "the",
        "documents",
    }
    assert words & english == set()


def test_both_languages_have_the_same_words() -> None:
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
    assert {value for name, value in attributes if name == "fill"} <= {"url(#hatch-wrong)", "url(#hatch-spurious)"}
    addresses = [value for name, value in attributes if name in {"src", "href", "action", "data", "srcset"}]
    assert [value for value in addresses if not value.startswith(("#", "data:"))] == []
    assert len(hostile_page.xpath("//style")) == 1
    policy = hostile_page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "img-src" not in policy


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
    assert {cell.get("scope") for cell in page.xpath("//tbody//th")} == {"row", "rowgroup"}
    for picture in page.xpath("//*[local-name()='svg']"):
        if picture.get("aria-hidden") != "true":
            assert picture.get("role") == "img"
            assert all(page.xpath(f"string(//*[@id='{name}'])") for name in picture.get("aria-labelledby").split())
    assert len(page.xpath("//h1")) == len(page.xpath("//main")) == len(page.xpath("//header")) == 1
    levels = [int(heading.tag[1]) for heading in page.iter("h1", "h2", "h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    targets = {element.get("id") for element in page.xpath("//*[@id]")}
    assert {link.get("href")[1:] for link in page.iter("a")} <= targets


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out_from_their_ground(theme: str) -> None:
    css = (Path(save_report.__code__.co_filename).parent / "templates" / "report.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    names = dict(re.findall(r"--([\w-]+): (#\w{6})", light)) | dict(
        re.findall(r"--([\w-]+): (#\w{6})", dark if theme == "dark" else "")
    )
    assert len(names) == 19
    texts = ("ink", "soft", "accent", "wrong-text", "missing-text", "spurious-text", "pass", "fail")
    for ink in texts:
        for ground in ("paper", "band"):
            assert contrast(names[ink], names[ground]) >= 4.5, (ink, ground)
    for ink, ground in (
        ("soft", "notice"),
        ("ink", "notice"),
        ("pass", "pass-wash"),
        ("fail", "fail-wash"),
        ("soft", "fail-wash"),
        ("soft", "pass-wash"),
        ("missing-text", "notice"),
    ):
        assert contrast(names[ink], names[ground]) >= 4.5, (ink, ground)
    for drawn in ("correct", "wrong", "missing", "spurious"):
        assert contrast(names[drawn], names["paper"]) >= 3, drawn


def test_what_stands_at_the_foot_of_printed_pages_is_text(result: Evaluation, tmp_path: Path) -> None:
    title = '"} body { display: none } </style><script>'
    written = save_report(result, tmp_path / "report.html", title=title).read_text(encoding="utf-8")
    foot = re.search(r'@bottom-left { content: "(.*?)" }', written)
    assert foot is not None
    unescaped = re.sub(r"\\([0-9a-f]+) ", lambda match: chr(int(match[1], 16)), foot[1])
    assert unescaped == f"{title} · Extraction quality"
    assert not set(foot[1]) & set("<>{}\"';")


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
    with pytest.raises(
        SettingError, match=r"cannot be written as 'report.pdf'; let the name end in one of .html, .xlsx, .md"
    ):
        save_report(result, tmp_path / "report.pdf")


def test_an_unknown_language_is_refused(result: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="no report in the language 'fr'; choose one of en, de"):
        save_report(result, tmp_path / "report.html", language="fr")


def test_the_report_of_a_result_is_this_one(result: Evaluation, tmp_path: Path) -> None:
    path = result.save_report(str(tmp_path / "deep" / "report.HTML"), title="Here")
    assert path == tmp_path / "deep" / "report.HTML"
    assert "<title>Here</title>" in path.read_text()
