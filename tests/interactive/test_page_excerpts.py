"""Excerpts of pages: what is masked is not in the pixels, and what cannot be drawn is a line that names no folder."""

import io
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import html
from PIL import Image

import gini_notebook as gini
from gini_notebook.analysis.report.disclosure import Spot
from gini_notebook.errors import FileProblem
from gini_notebook.interactive.page_drawing import AROUND, EXCERPT_COLOURS, EXCERPT_PX, draw_excerpt
from gini_notebook.interactive.words import words_of_files
from tests.analysis.report.report_samples import boxed

NAME = "letter_plain.pdf"
PAPER, BAR, FRAME = (255, 255, 255), (213, 219, 226), (158, 27, 47)
PIXELS_PER_POINT = 1400 / 595.28


def page_of(folder: Path, name: str = NAME) -> list[tuple[str, Any]]:
    page = words_of_files([folder / name], name)[0]
    return [(text, tuple(map(float, box))) for text, box in zip(page.texts, page.boxes, strict=True)]


def amount_of(folder: Path, name: str = NAME) -> Spot:
    """Where the last amount of a page stands, with words all around it."""
    box = [box for text, box in page_of(folder, name) if "," in text and text[0].isdigit()][-1]
    return Spot(name, None, 1, box)


def pixels(data: bytes) -> "np.ndarray[Any, Any]":
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "PNG"
    assert len(picture.getcolors()) <= EXCERPT_COLOURS
    return np.asarray(picture.convert("RGB")).astype(int)


def near(seen: "np.ndarray[Any, Any]", colour: tuple[int, int, int]) -> "np.ndarray[Any, Any]":
    return np.abs(seen - np.array(colour)).max(axis=2) <= 6


def outside_of_the_frame(seen: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Everything but the smallest rectangle that has the frame in it, as a list of pixels."""
    rows, columns = np.nonzero(near(seen, FRAME))
    covered = np.zeros(seen.shape[:2], dtype=bool)
    covered[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    return seen[~covered][:, None, :]


@pytest.mark.parametrize("name", [NAME, "craftsman_electric.pdf", "craftsman_two_pages.pdf"])
def test_a_masked_excerpt_has_no_pixel_of_the_page_but_the_value(invoices: Path, name: str) -> None:
    pages, spot = gini.PageExcerpts(invoices), amount_of(invoices, name)
    covered, whole = (pixels(pages.excerpt(spot, mask=mask)[0]) for mask in (True, False))
    assert covered.shape == whole.shape
    around = outside_of_the_frame(covered)
    assert (near(around, PAPER) | near(around, BAR)).all()
    assert near(around, BAR).mean() > 0.02
    assert (outside_of_the_frame(whole).sum(axis=2) < 200).any()
    assert (covered.sum(axis=2) < 200).any(), "the value itself is there"


def test_an_excerpt_reaches_so_far_round_its_box(invoices: Path) -> None:
    box = (200.0, 300.0, 60.0, 10.0)
    seen = pixels(gini.PageExcerpts(invoices).excerpt(Spot(NAME, None, 1, box), mask=True)[0])
    assert seen.shape[1] == pytest.approx((60 + 2 * AROUND[0]) * PIXELS_PER_POINT, abs=2)
    assert seen.shape[0] == pytest.approx((10 + 2 * AROUND[1]) * PIXELS_PER_POINT, abs=2)
    wide = pixels(gini.PageExcerpts(invoices).excerpt(Spot(NAME, None, 1, (100.0, 300.0, 400.0, 10.0)), mask=True)[0])
    assert wide.shape[1] == EXCERPT_PX


def test_a_word_that_reaches_into_the_box_is_blanked_there_too(invoices: Path) -> None:
    words = page_of(invoices)
    pair = next(
        (one[1], two[1])
        for one, two in pairwise(words)
        if abs(one[1][1] - two[1][1]) < 1 and two[1][2] > 40 and one[1][2] > 20 and two[1][0] > one[1][0]
    )
    (left, top, width, height), (beside, _, long, _) = pair
    reaching = Spot(NAME, None, 1, (left, top, beside + 0.4 * long - left, height))
    seen = pixels(gini.PageExcerpts(invoices).excerpt(reaching, mask=True)[0])
    start = round((beside - max(0.0, left - AROUND[0])) * PIXELS_PER_POINT)
    down = round(AROUND[1] * PIXELS_PER_POINT)
    strip = seen[down + 4 : down + round(height * PIXELS_PER_POINT) - 4, start + 2 : start + round(30 * 0.4)]
    assert near(strip, BAR).all()
    assert width > 0


@pytest.mark.parametrize("name", ["shop_invoice_photo.jpg", "club_sport_fax.tif"])
def test_where_no_word_is_known_everything_but_the_value_is_blank(invoices: Path, name: str) -> None:
    data, told = gini.PageExcerpts(invoices).excerpt(Spot(name, None, 1, (200.0, 200.0, 80.0, 12.0)), mask=True)
    assert near(outside_of_the_frame(pixels(data)), PAPER).all()
    assert "a guess of their resolution" in told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"document": "gone.pdf"}, "gone.pdf cannot be read in .*: No such file"),
        ({"document": "../../README.md"}, "../../README.md is not below"),
        ({"document": "nul\0.pdf"}, "embedded null byte"),
        ({"document": "<img src=x onerror=alert(1)>.pdf"}, "cannot be read"),
        ({"document": "broken_encrypted.pdf"}, "broken_encrypted.pdf cannot be drawn: "),
        ({"document": "broken_empty.pdf"}, "it is no PDF and no picture"),
        ({"document": "text_letter.txt"}, "it is no PDF and no picture"),
        ({"sha256": "0" * 64}, "The file has changed since the run."),
        ({"page": 9}, "letter_plain.pdf has no page 9; it has 1."),
        ({"box": (700.0, 10.0, 20.0, 10.0)}, "the box lies beside the page"),
        ({"box": (10.0, 10.0, -5.0, 10.0)}, "the box lies beside the page"),
        ({"box": (0.0, 0.0, 500.0, 500.0)}, "the box is too large for one value"),
    ],
)
def test_what_cannot_be_drawn_says_why_and_not_where_it_lies(
    invoices: Path, changes: dict[str, Any], message: str
) -> None:
    spot = replace(Spot(NAME, None, 1, (100.0, 200.0, 90.0, 10.0)), **changes)
    with pytest.raises(FileProblem, match=message) as told:
        gini.PageExcerpts(invoices).excerpt(spot, mask=True)
    assert str(invoices) not in str(told.value)


def test_what_comes_back_must_be_a_picture(invoices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gini_notebook import _guarded
    from gini_notebook.interactive import page_drawing

    monkeypatch.setattr(page_drawing._guarded, "each", lambda *_: [_guarded.Answer([b"<svg onload=alert(1)>", ""])])
    with pytest.raises(FileProblem, match="what came back is no picture"):
        draw_excerpt(invoices / NAME, NAME, 1, (10.0, 10.0, 10.0, 10.0), mask=True)


def test_a_page_of_a_document_of_several_files_is_that_of_its_file(invoices: Path) -> None:
    two = gini.PageExcerpts({"both": [invoices / "shop_invoice_photo.jpg", invoices / NAME]})
    spot = amount_of(invoices)
    alone, _ = gini.PageExcerpts(invoices).excerpt(spot, mask=True)
    assert two.excerpt(replace(spot, document="both", page=2), mask=True)[0] == alone
    with pytest.raises(FileProblem, match="both has no page 3; it has 2") as told:
        two.excerpt(replace(spot, document="both", page=3), mask=True)
    assert str(invoices) not in str(told.value)


def test_a_report_has_the_excerpts_in_itself(invoices: Path, tmp_path: Path) -> None:
    path = boxed().save_report(tmp_path / "report.html", pages=gini.PageExcerpts(invoices))
    page = html.fromstring(path.read_text("utf-8"))
    [picture] = page.xpath("//figure/img")
    assert picture.get("src").startswith("data:image/png;base64,")
    assert picture.get("alt") == f"Excerpt of page 1 of {NAME}: iban"
    assert str(invoices) not in path.read_text("utf-8")
    failing = boxed("<b>gone</b>.pdf").save_report(tmp_path / "failing.html", pages=gini.PageExcerpts(invoices))
    page = html.fromstring(failing.read_text("utf-8"))
    assert page.xpath("//figure/img | //b") == []
    assert "No excerpt: <b>gone</b>.pdf cannot be read" in page.xpath("//figure")[0].text_content()


def test_a_folder_that_is_not_there_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="There is no folder"):
        gini.PageExcerpts(tmp_path / "gone")
