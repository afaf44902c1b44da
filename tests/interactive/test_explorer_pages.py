"""The pages of the explorer, of files on this machine and of the service, with the boxes on them."""

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from PIL import Image

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import FileProblem, GiniError
from gini_notebook.interactive.explorer import explore
from gini_notebook.service.batch import process
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PDF, Tables, boxed, rows
from tests.interactive.explorer_messages import Browser, detail, no_page

if TYPE_CHECKING:
    from gini_notebook.service.client import Client

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89


def test_a_page_is_drawn_from_the_file_with_its_boxes(invoices: Path) -> None:
    explorer = explore(boxed(), documents=invoices)
    explorer.choose(field="iban")
    page = explorer.page
    assert page is not None
    assert (page.number, page.count, page.note) == (1, 1, "")
    assert (page.width, page.height) == pytest.approx((PAGE_WIDTH, PAGE_HEIGHT), abs=0.5)
    picture = Image.open(io.BytesIO(page.data))
    assert picture.format == "JPEG"
    assert picture.width / picture.height == pytest.approx(page.width / page.height, rel=0.01)
    browser = Browser(explorer)
    browser.ask("page", row=0)
    [(sent, [data])] = browser.messages
    assert data == page.data
    assert (sent["number"], sent["count"], sent["width"], sent["note"]) == (1, 1, page.width, "")
    assert [(box["kind"], box["rank"], box["page"], box["left"], box["top"]) for box in detail(explorer)["boxes"]] == [
        ("extracted", None, 1, 100.0, 200.0),
        ("right-candidate", 2, 1, 100.0, 400.0),
        ("candidate", 4, 2, 100.0, 200.0),
    ]


def test_the_pages_of_a_document_can_be_turned(invoices: Path) -> None:
    explorer = explore(boxed("craftsman_two_pages.pdf"), documents=invoices)
    explorer.choose(field="iban")
    assert (explorer.page.number, explorer.page.count) == (1, 2)
    assert Browser(explorer).ask("page", row=0, number=2)["number"] == 2
    assert explorer.page.number == 2
    assert no_page(explorer, 3) == "craftsman_two_pages.pdf has no page 3; it has 2."
    assert explorer.page is None
    assert Browser(explorer).ask("page", row=0, number="x")["number"] == 1
    assert explorer.page.number == 1


@pytest.mark.parametrize(
    ("name", "width"), [("shop_invoice_photo.jpg", None), ("poster_code_screen.png", None), ("club_sport_fax.tif", 595)]
)
def test_pictures_are_drawn_and_the_guess_is_owned_up_to(invoices: Path, name: str, width: int | None) -> None:
    page = explore(boxed(name), documents=invoices).page
    assert page is not None
    assert "a guess of their resolution" in page.note
    drawn = Image.open(io.BytesIO(page.data))
    assert drawn.width / drawn.height == pytest.approx(page.width / page.height, rel=0.01)
    if width:
        assert page.width == pytest.approx(width, abs=10)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.pdf", "gone.pdf cannot be read in .*: No such file"),
        ("broken_encrypted.pdf", "broken_encrypted.pdf cannot be drawn: "),
        ("broken_truncated.pdf", "broken_truncated.pdf (cannot be drawn|has no page)"),
        ("broken_empty.pdf", "broken_empty.pdf cannot be drawn: it is no PDF and no picture"),
        ("text_letter.txt", "text_letter.txt cannot be drawn: it is no PDF and no picture"),
        ("../../README.md", "../../README.md is not below"),
        ("nul\0.pdf", "cannot be read in .*embedded null byte"),
    ],
)
def test_a_page_that_cannot_be_drawn_says_why_and_the_rest_is_there(invoices: Path, name: str, message: str) -> None:
    explorer = explore(boxed(name), documents=invoices)
    explorer.choose(field="iban")
    assert explorer.page is None
    with pytest.raises(FileProblem, match=message):
        explorer._session._pages.page(name, 1)
    assert no_page(explorer)
    assert len(detail(explorer)["content"]["candidates"]) == 4


def test_T42_a_name_that_leads_out_of_the_folder_is_not_read(tmp_path: Path, invoices: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.pdf").symlink_to(invoices / PDF)
    for name in ("link.pdf", str(invoices / PDF), f"../../{PDF}"):
        assert explore(boxed(name), documents=folder).page is None


def test_T38_T40_huge_pages_and_pictures_are_kept_small(tmp_path: Path) -> None:
    from pypdfium2 import PdfDocument

    pdf = PdfDocument.new()
    pdf.new_page(14_400, 14_400)
    pdf.new_page(20, 14_000)
    pdf.save(tmp_path / "huge.pdf")
    Image.new("L", (3000, 2000)).save(tmp_path / "large.png")
    Image.new("1", (11_000, 10_000)).save(tmp_path / "bomb.png")
    for name, page in (("huge.pdf", 1), ("huge.pdf", 2), ("large.png", 1)):
        explorer = explore(boxed(name), documents=tmp_path)
        explorer.turn(page)
        drawn = Image.open(io.BytesIO(explorer.page.data))
        assert drawn.width <= 1400
        assert drawn.width * drawn.height <= 3_100_000
    refused = explore(boxed("bomb.png"), documents=tmp_path)
    assert no_page(refused) == "bomb.png has more than 100 million pixels; it is not drawn."


def test_a_file_that_changed_since_the_run_is_owned_up_to(invoices: Path) -> None:
    documents = pd.DataFrame({"document": [PDF], "status": ["completed"], "sha256": ["0" * 64]})
    result = evaluate(Tables(rows((PDF, "", 0, "iban", OTHER_IBAN)), documents), rows((PDF, "", 0, "iban", IBAN)))
    assert explore(result, documents=invoices).page.note == "The file has changed since the run."


def test_pages_of_the_service_come_with_the_unit_of_their_boxes(client: "Client", invoices: Path) -> None:
    identifier = client.upload(invoices / PDF)
    client.wait(identifier)
    documents = pd.DataFrame({"document": [PDF], "status": ["completed"], "document_id": [identifier]})
    run = Tables(rows(), documents)
    run.candidates = boxed().candidates
    # The result was made of bare tables; the batch knows the ids and the candidates.
    bare = evaluate(rows((PDF, "", 0, "iban", OTHER_IBAN)).assign(candidates="ibans"), rows((PDF, "", 0, "iban", IBAN)))
    explorer = explore(bare, client=client, batch=run)
    layout = client.layout(identifier).page(1)
    assert (explorer.page.width, explorer.page.height) == (layout.size_x, layout.size_y)
    assert Image.open(io.BytesIO(explorer.page.data)).format == "JPEG"
    assert Browser(explorer).ask("page", row=0)["count"] == 1
    assert f"{PDF} has no page 9; it has 1." in no_page(explorer, 9)


def test_the_documents_of_a_run_are_those_of_its_user(client: "Client", invoices: Path, tmp_path: Path) -> None:
    run = process(client, invoices / PDF, to=tmp_path / "run")
    assert run.user != client.user
    result = evaluate(run, rows((PDF, "", 0, "iban", OTHER_IBAN)))
    assert explore(result, client=client, batch=run).page.count == 1
    # Without the run, nobody knows whose they are.
    assert "another user" in no_page(explore(result, client=client))
    assert explore(result, client=client.with_user(run.user)).page.count == 1


def test_a_document_the_service_does_not_know_says_so(client: "Client") -> None:
    documents = pd.DataFrame({"document": [PDF], "status": ["completed"], "document_id": ["no-such-id"]})
    table = rows((PDF, "", 0, "iban", OTHER_IBAN))
    unknown = explore(evaluate(Tables(table, documents), rows((PDF, "", 0, "iban", IBAN))), client=client)
    assert "404" in no_page(unknown)
    nameless = explore(evaluate(table, rows((PDF, "", 0, "iban", IBAN))), client=client)
    assert "has no id at the service" in no_page(nameless)
    with pytest.raises(GiniError, match="has no id at the service"):
        nameless._session._pages.page(PDF, 1)


def test_a_page_can_be_had_sharper_and_small(invoices: Path) -> None:
    explorer = explore(boxed(), documents=invoices)
    browser = Browser(explorer)
    sizes = []
    for width in (None, 2800, 144, 99):
        answer = browser.ask("page", row=0, number=1, width=width)
        assert (answer["width"], answer["px"]) == (pytest.approx(PAGE_WIDTH, abs=0.5), width)
        sizes.append(Image.open(io.BytesIO(browser.messages[-1][1][0])).width)
    # A width that nobody offers is none.
    assert sizes == [1400, 2800, 144, 1400]
    explorer._receive(None, {"ask": "hello", "id": "1"}, [])
    assert next(one for one, _ in browser.messages if one["event"] == "head")["widths"] == [1400, 2800, 144]


def test_waiting_draws_the_page_and_reads_its_words(invoices: Path) -> None:
    explorer = explore(boxed(), documents=invoices)
    assert explorer.wait() is explorer
    assert list(explorer._session._kept) == [(PDF, 1)]
    assert explorer._session.places is not None
    assert list(explorer._session.places._found) == [PDF]
    with pytest.raises(GiniError, match="No page is shown"):
        explore(boxed()).wait()


def test_the_boxes_of_two_runs_are_told_apart() -> None:
    one = boxed()
    two = replace(one, comparisons=one.comparisons.assign(left=300.0, extracted=IBAN, outcome="correct"))
    explorer = explore(compare(one, two), show="all")
    explorer.go((PDF, "iban"))
    boxes = {box["kind"]: box for box in detail(explorer)["boxes"]}
    assert (boxes["extracted"]["left"], boxes["extracted"]["run"]) == (300.0, "B")
    assert (boxes["extracted-a"]["left"], "run" in boxes["extracted-a"]) == (100.0, False)
