"""Where true values stand on the pages: places, their order, and what the explorer tells of them."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.rules import for_field, get
from gini_notebook.analysis.truth import read_truth
from gini_notebook.errors import FileProblem, SettingError
from gini_notebook.interactive.explorer import explore
from gini_notebook.interactive.explorer.slot_places import SlotPlaces
from gini_notebook.interactive.explorer.truth_places import Place, WordIndex, beside_their_row, said
from gini_notebook.interactive.words import PageWords, words_of_files
from gini_notebook.service.batch import process
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PDF, boxed, rows
from tests.interactive.explorer_messages import Browser, content, receive

if TYPE_CHECKING:
    from gini_notebook.service.client import Client

# Shares of the generated invoices with a text layer whose true value is found on a page, rounded down.
FLOORS = {"amountToPay": 0.95, "iban": 0.98, "bic": 0.97, "paymentRecipient": 0.98}


def page(text: str, number: int = 1) -> PageWords:
    """Lay out lines of words: ten points a line, six points a letter."""
    words, boxes = [], []
    for line, content_ in enumerate(text.splitlines()):
        left = 0
        for word in content_.split(" "):
            if word:
                words.append(word)
                boxes.append((left, 10 * line, 6 * len(word), 8))
            left += 6 * len(word) + 6
    return PageWords(number, 600, 800, tuple(words), np.array(boxes, dtype=np.float32).reshape(-1, 4))


def found(text: str, name: str, canonical: str, field: str = "") -> list[tuple[float, float, float]]:
    return [(one.left, one.top, one.width) for one in WordIndex([page(text)]).places(get(name), canonical, field)]


@pytest.mark.parametrize(
    ("text", "name", "canonical", "count"),
    [
        ("Betrag 1.234,56 EUR", "amount", "1234.56:EUR", 1),
        ("Betrag EUR1.234,56 und -1.234,56", "amount", "1234.56:EUR", 2),
        ("Betrag 1 234,56 EUR, 1'234.56", "amount", "1234.56:EUR", 2),
        ("1,234.56 USD (1234.56)", "amount", "1234.56:USD", 2),
        # Parts of dates, of longer numbers and of words are no amounts, and neither are percentages.
        ("12.05.2024 RE-12 A12 112 12% 12-7 012", "amount", "12.00:EUR", 1),
        ("12.05.2024 RE-12 A12 112 12% 12-7 12,5", "amount", "12.00:EUR", 0),
        ("Datum: 11.04.2025, 11. April 2025 2025-04-11", "date", "2025-04-11", 3),
        ("04/11/2025", "date", "2025-04-11", 1),
        ("IBAN:DE02 1203 0000 0000 2020 51", "iban", "DE02120300000000202051", 1),
        ("IBAN DE021203000000002020511", "iban", "DE02120300000000202051", 0),
        ("BIC BYLADEM1001 BYLADEM1001XXX", "bic", "BYLADEM1001", 1),
        ("DEUTDEFFXXX", "bic", "DEUTDEFFXXX", 1),
        ("DEUTDEFF", "bic", "DEUTDEFFXXX", 1),
        ("Rechnung RE-2025/017", "reference", "re 2025 017", 1),
        ("Rechnung RE-2025/0170", "reference", "RE-2025/017", 0),
        ("Müller & Söhne GmbH", "companyname", "müller & söhne gmbh", 1),
        ("Kunde M-01 und 7 Stück", "id", "7", 1),
        ("RE-7 7.5", "id", "7", 0),
        ("nothing", "amount", "not a number", 0),
    ],
)
def test_values_are_found_by_what_their_rule_says(text: str, name: str, canonical: str, count: int) -> None:
    assert len(found(text, name, canonical)) == count


def test_the_box_of_a_place_is_that_of_its_words() -> None:
    assert found("IBAN DE02 1203 0000 0000 2020 51", "iban", "DE02120300000000202051") == [(30, 0, 162)]


def test_a_place_beside_a_word_of_the_label_comes_first() -> None:
    text = "Summe 7,00\nx 44,95\nRechnungsbetrag 44,95\ny 44,95"
    assert [top for _, top, _ in found(text, "amount", "44.95:EUR", "amountToPay")] == [20, 10, 30]
    # Without a label, reading order is all there is.
    assert [top for _, top, _ in found(text, "amount", "44.95:EUR")] == [10, 20, 30]
    below = "x 44,95 IBAN\n\n         44,95\n44,95    Betrag\n         44,95"
    assert found(below, "amount", "44.95:EUR", "amountToPay")[0][1] == 40


def test_values_of_a_row_are_first_looked_for_on_one_line() -> None:
    index = WordIndex([page("Schraube 2,00\nMutter 2,00\n"), page("Schraube\nMutter 5,00 2,00", 2)])
    places = {
        1: index.places(get("amount"), "2.00:EUR"),
        2: index.places(get("text"), "mutter"),
        3: index.places(get("amount"), "5.00:EUR"),
    }
    told = beside_their_row(places)
    assert [(one.page, one.top, one.is_likely) for one in told[1]] == [(1, 10, True), (2, 10, True), (1, 0, False)]


def test_what_is_said_of_places() -> None:
    known, scan = page("zwanzig Zeichen und noch mehr davon"), page("")
    assert WordIndex([known]).status([]) == "nowhere"
    assert WordIndex([known, scan]).status([]) == "unknown"
    assert WordIndex([]).status([]) == "unknown"
    one, other = Place(1, 0, 0, 1, 1), Place(3, 0, 0, 1, 1)
    assert (WordIndex([known]).status([one]), WordIndex([known]).status([one, other])) == ("once", "several")
    assert said("once", [one]) == "stands on page 1, once"
    assert said("several", [one, one]) == "stands on page 1, twice"
    assert said("several", [one, other, other]) == "stands on pages 1, 3, 3 times"
    assert said("nowhere", []) == "stands nowhere on the pages: derived, or a slip in the truth?"
    assert said("unknown", []) == "unknown: there are pages without words"
    assert said("", []) == ""


def test_the_words_of_a_page_lie_where_they_are_drawn(invoices: Path) -> None:
    [words] = words_of_files([invoices / PDF], PDF)
    assert words.is_known
    assert (words.width, words.height) == pytest.approx((595.28, 841.89), abs=0.5)
    explorer = explore(boxed(), documents=invoices)
    picture = Image.open(io.BytesIO(explorer.page.data)).convert("L")
    scale = picture.width / words.width
    for text, (left, top, width, height) in zip(words.texts, words.boxes.tolist(), strict=True):
        box = [round(side * scale) for side in (left - 1, top - 1, left + width + 1, top + height + 1)]
        assert min(picture.crop(box).tobytes()) < 160, text


def test_pictures_have_no_words_and_no_file_no_page(invoices: Path, tmp_path: Path) -> None:
    scan = words_of_files([invoices / "craftsman_two_pages_fax.tif", invoices / PDF], "both")
    assert [(one.number, one.is_known) for one in scan] == [(1, False), (2, False), (3, True)]
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(FileProblem, match=r"The words of torn\.pdf cannot be read: "):
        words_of_files([tmp_path / "torn.pdf"], "torn.pdf")


def test_true_values_of_generated_invoices_are_found_on_their_pages(invoices: Path) -> None:
    truth = read_truth(invoices / "truth.csv")
    truth = truth[truth["document"].str.endswith(".pdf") & truth["value"].notna() & truth["field"].isin(FLOORS)]
    shares: dict[str, list[bool]] = {name: [] for name in FLOORS}
    for name, labels in truth.groupby("document"):
        try:
            index = WordIndex(words_of_files([invoices / name], name))
        except FileProblem:
            continue
        if not all(one.is_known for one in index.pages):
            continue
        for field, value in zip(labels["field"], labels["value"], strict=True):
            rule = for_field(field)
            shares[field].append(bool(index.places(rule, rule.canonical(value) or value, field)))
    assert {name: np.mean(hits) >= FLOORS[name] for name, hits in shares.items()} == dict.fromkeys(FLOORS, True), shares


# In the explorer


def evaluated(value: str = OTHER_IBAN, truth: str = IBAN) -> object:
    return evaluate(rows((PDF, "", 0, "iban", value)), rows((PDF, "", 0, "iban", truth), (PDF, "", 0, "bic", None)))


def true_iban(invoices: Path) -> str:
    truth = read_truth(invoices / "truth.csv")
    return str(truth.loc[(truth["document"] == PDF) & (truth["field"] == "iban"), "value"].iloc[0])


def test_the_explorer_draws_the_places_and_says_how_many_there_are(invoices: Path) -> None:
    iban = true_iban(invoices)
    explorer = explore(evaluated(truth=iban), documents=invoices)
    assert content(explorer)["facts"][-1] == ["True value", "stands on page 1, once"]
    assert explorer.boxes["kind"].tolist() == ["truth"]
    assert explorer.places.columns.tolist() == ["rank", "page", "left", "top", "width", "height", "likely"]
    assert explorer.places["likely"].tolist() == [True]
    assert explorer.rows["on_page"].tolist() == ["once"]
    browser = Browser(explorer)
    [box] = browser.ask("slot", row=explorer._session.row)["boxes"]
    assert (box["kind"], box["rank"], box["of"], box["value"], box["likely"]) == ("truth", 1, 1, iban, True)


def test_a_value_that_stands_nowhere_is_a_finding(invoices: Path) -> None:
    explorer = explore(evaluated(), documents=invoices)
    browser = Browser(explorer)
    receive(explorer, {"ask": "slot", "id": "1", "row": 0})
    changed = [message for message, _ in browser.messages if message["event"] == "changed"]
    row = explorer.selected.index[0]
    assert changed == [
        {"event": "changed", "rows": [row], "labels": {"onpage": ["nowhere"]}, "texts": {}, "anew": False}
    ]
    assert content(explorer)["facts"][-1][1].startswith("stands nowhere on the pages")
    explorer.choose(on_page="nowhere")
    assert explorer.rows["field"].tolist() == ["iban"]
    assert "on_page=['nowhere']" in explorer.code()
    explorer.choose(on_page="once")
    assert explorer.rows.empty


def test_all_documents_are_looked_through_on_demand(invoices: Path, tmp_path: Path) -> None:
    result = evaluate(
        rows(),
        rows(
            (PDF, "", 0, "iban", true_iban(invoices)),
            ("shop_invoice_photo.jpg", "", 0, "iban", IBAN),
            ("gone.pdf", "", 0, "iban", IBAN),
            (PDF, "", 0, "bic", None),
        ),
    )
    explorer = explore(result, documents=invoices, show="all")
    assert sorted(explorer.rows["on_page"]) == ["", "not looked", "not looked", "not looked"]
    table = explorer.look_on_pages(progress=False)
    assert dict(zip(table["document"], table["on_page"], strict=True)) == {
        PDF: "once",
        "gone.pdf": "unknown",
        "shop_invoice_photo.jpg": "unknown",
    }
    explorer.go("gone.pdf")
    assert "gone.pdf cannot be read" in content(explorer)["facts"][-1][1]
    # The browser asks on until all are done, and gets the labels as they are found.
    again = explore(result, documents=invoices, show="all")
    browser = Browser(again)
    at = 0
    while at < 3:
        before, at = at, browser.ask("look", **{"from": at})["next"]
        assert at > before
    assert again.rows["on_page"].tolist() == explorer.rows["on_page"].tolist()
    assert browser.ask("look", **{"from": "x"}) == {"event": "answer", "id": "look-1", "next": 3, "of": 3}


def test_without_pages_or_truth_there_is_nothing_to_look_for(invoices: Path) -> None:
    for explorer in (explore(evaluated()), explore(rows((PDF, "", 0, "iban", IBAN)), documents=invoices)):
        assert "on_page" not in explorer.rows
        with pytest.raises(SettingError, match="nothing to look for, or nowhere to look"):
            explorer.look_on_pages()


def test_a_rule_of_ones_own_is_looked_for_as_its_field_is_by_default(invoices: Path) -> None:
    iban = true_iban(invoices)
    found_ = rows((PDF, "", 0, "iban", OTHER_IBAN))
    result = evaluate(found_, rows((PDF, "", 0, "iban", iban)), rules={"iban": lambda value: value.upper()})
    assert explore(result, documents=invoices).places["page"].tolist() == [1]


def test_words_are_read_once_and_forgotten_on_closing(invoices: Path) -> None:
    explorer = explore(evaluated(truth=true_iban(invoices)), documents=invoices)
    places = explorer._session.places
    assert isinstance(places, SlotPlaces)
    assert places.words(PDF) is places.words(PDF)
    places.drop(PDF)
    assert len(places.of(explorer._session.row)) == 1
    explorer.close()
    assert (len(places._words), len(places._found)) == (0, 0)


def test_the_service_tells_the_words_too(client: "Client", tmp_path: Path) -> None:
    text = f"Rechnung Nr. 4711\nBitte zahlen Sie auf das Konto IBAN {IBAN}\nBetrag 12,34 EUR"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    batch = process(client, tmp_path, to=tmp_path.parent / "run")
    truth = pd.DataFrame({"document": ["a.txt"], "field": ["iban"], "value": [IBAN]})
    explorer = explore(evaluate(batch, truth), client=client, batch=batch, show="all")
    explorer.go(("a.txt", "iban"))
    assert content(explorer)["facts"][-1] == ["True value", "stands on page 1, once"]
