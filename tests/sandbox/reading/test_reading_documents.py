"""Whole documents: the answer's form, its values, and where they stand."""

import datetime
import io
import json

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reading_samples import A4, EPC, IBAN, INVOICE, image_of, pdf_of, pdf_with_code, values

from gini_notebook.sandbox import reading

TODAY = datetime.date(2025, 3, 10)
OFF = {"ocr": False}


@pytest.fixture(scope="module")
def invoice() -> reading.Reading:
    return reading.read(pdf_of(INVOICE), "application/pdf", today=TODAY)


def test_values_of_an_invoice(invoice: reading.Reading) -> None:
    assert values(invoice.extractions) == {
        "amountToPay": "119.00:EUR",
        "iban": IBAN,
        "bic": "COBADEFFXXX",
        "paymentRecipient": "Beispiel Handel GmbH",
        "paymentDueDate": "2025-04-02",
        "docType": "Invoice",
        "businessDocType": "Invoice",
        "paymentState": "ToBePaid",
        "paymentPurpose": "ReNr 2025-0318, KdNr 70881",
        "instantPayment": "false",
    }


def test_answer_has_the_form_of_the_service(invoice: reading.Reading) -> None:
    answer = json.loads(json.dumps(invoice.extractions))
    assert answer["extractions"]["amountToPay"]["candidates"] == "amounts"
    for one in [*answer["extractions"].values(), *(one for group in answer["candidates"].values() for one in group)]:
        assert isinstance(one["value"], str)
        assert isinstance(one["entity"], str)
    for extraction in answer["extractions"].values():
        assert extraction.get("candidates", "amounts") in answer["candidates"]
    amounts = [one["value"] for one in answer["candidates"]["amounts"]]
    assert amounts.count("20.00:EUR") == 2, "the same value stands at two places"


def test_line_items_and_discount(invoice: reading.Reading) -> None:
    compounds = invoice.extractions["compoundExtractions"]
    assert [{name: one["value"] for name, one in item.items()} for item in compounds["lineItems"]] == [
        {"description": "Werkbank Eiche", "quantity": "2", "baseGross": "47.60:EUR"},
        {"description": "Montage vor Ort", "quantity": "1", "baseGross": "23.80:EUR"},
    ]
    (discount,) = compounds["skontoDiscounts"]
    assert {name: one["value"] for name, one in discount.items()} == {
        "skontoPercentageDiscounted": "2.0",
        "skontoPercentageDiscountedCalculated": "2.0",
        "skontoDuePeriod": "10:day",
        "skontoDueDateCalculated": "2025-03-13",
        "skontoRemainingDays": "3",
        "skontoAmountDiscountedCalculated": "2.38:EUR",
        "skontoAmountToPayCalculated": "116.62:EUR",
        "skontoPaymentMethod": "Unspecified",
    }
    assert "box" in discount["skontoPercentageDiscounted"]
    assert "box" not in discount["skontoDueDateCalculated"]


def test_boxes_are_where_the_text_was_drawn(invoice: reading.Reading) -> None:
    box = invoice.extractions["extractions"]["amountToPay"]["box"]
    assert box["page"] == 1
    assert box["left"] == pytest.approx(480, abs=1)
    assert box["top"] < 380 < box["top"] + box["height"] + 3
    words = [
        word
        for page in invoice.layout["pages"]
        for zone in page["textZones"]
        for par in zone["paragraphs"]
        for line in par["lines"]
        for word in line["wds"]
    ]
    (total,) = [word for word in words if word["text"] == "119,00"]
    assert (total["l"], total["t"]) == (box["left"], box["top"])
    assert total["fontSize"] == 10.0
    assert total["fontFamily"] == "Helvetica"


def test_layout_has_the_form_of_the_service(invoice: reading.Reading) -> None:
    (page,) = json.loads(json.dumps(invoice.layout))["pages"]
    assert (page["number"], page["sizeX"], page["sizeY"]) == (1, 595.3, 841.9)
    assert invoice.page_sizes == ((595.3, 841.9),)
    paragraph = page["textZones"][0]["paragraphs"][0]
    assert {"l", "t", "w", "h", "lines"} == set(paragraph)
    assert {"l", "t", "w", "h", "wds"} == set(paragraph["lines"][0])
    assert {"l", "t", "w", "h", "fontSize", "fontFamily", "bold", "text"} == set(paragraph["lines"][0]["wds"][0])


def test_pixels_are_points_at_300_dpi(invoice: reading.Reading) -> None:
    pixels = reading.read(pdf_of(INVOICE), None, settings={"coordinates": "pixels"}, today=TODAY)
    points, scaled = (one.extractions["extractions"]["iban"]["box"] for one in (invoice, pixels))
    assert scaled["left"] == pytest.approx(points["left"] * 300 / 72, abs=0.5)
    assert pixels.page_sizes == ((2480.3, 3507.9),)
    assert values(pixels.extractions) == values(invoice.extractions)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_are_read_and_boxes_stay_on_the_shown_page(turn: int) -> None:
    turned = reading.read(pdf_of(INVOICE, turn=turn), None, settings=OFF, today=TODAY)
    upright = reading.read(pdf_of(INVOICE), None, settings=OFF, today=TODAY)
    assert values(turned.extractions) == values(upright.extractions)
    (width, height), box = turned.page_sizes[0], turned.extractions["extractions"]["amountToPay"]["box"]
    assert (width > height) is (turn != 180)
    with pypdfium2.PdfDocument(pdf_of(INVOICE, turn=turn)) as document:
        picture = document[0].render(scale=4).to_pil().convert("L")
    area = tuple(
        round(4 * value) for value in (box["left"], box["top"], box["left"] + box["width"], box["top"] + box["height"])
    )
    assert picture.crop(area).getextrema()[0] < 100, "there is ink in the box"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-50, 620),
            st.integers(-20, 870),
            st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), min_size=1, max_size=30),
            st.integers(1, 60),
        ),
        max_size=12,
    )
)
def test_boxes_are_always_inside_the_page(texts: list[tuple[int, int, str, int]]) -> None:
    result = reading.read(pdf_of([*texts, (100, 100, "Summe 12,00 EUR", 10)]), None, today=TODAY)
    (width, height) = result.page_sizes[0]
    answer = result.extractions
    found = [*answer["extractions"].values(), *(one for group in answer["candidates"].values() for one in group)]
    for box in (one["box"] for one in found if "box" in one):
        assert 0 <= box["left"] <= box["left"] + box["width"] <= width + 0.2
        assert 0 <= box["top"] <= box["top"] + box["height"] <= height + 0.2


@pytest.mark.parametrize("vector", [True, False])
def test_qr_code_of_a_pdf_decides(vector: bool) -> None:
    result = reading.read(pdf_with_code(EPC, vector=vector), None, settings=OFF)
    read = values(result.extractions)
    assert read["docType"] == "PaymentQRCode"
    assert (read["iban"], read["amountToPay"], read["paymentRecipient"]) == (IBAN, "119.00:EUR", "Beispiel Handel GmbH")
    box = result.extractions["extractions"]["iban"]["box"]
    assert 90 < box["left"] < 120
    assert box["width"] > 60


def test_keywords_only_is_another_engine() -> None:
    content = pdf_with_code(EPC, vector=True)
    assert (
        values(reading.read(content, None, settings={"engine": "keywords-only", **OFF}).extractions).get("iban") is None
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF"])
def test_without_ocr_a_picture_gives_what_its_qr_code_says(kind: str) -> None:
    content = image_of(EPC, kind)
    checked = reading.check(content, f"image/{kind.lower()}")
    assert (checked.media_type, checked.page_count, checked.source_classification) == (
        f"image/{kind.lower()}",
        1,
        "SCANNED",
    )
    assert values(reading.read(content, checked.media_type, settings=OFF).extractions)["iban"] == IBAN


def test_without_ocr_a_picture_without_code_gives_nothing() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(stream, "PNG")
    result = reading.read(stream.getvalue(), "image/png", settings=OFF)
    assert values(result.extractions) == {"docType": "Other"}
    assert result.extractions["candidates"] == {}
    assert result.layout["pages"][0]["textZones"] == []


def test_pages_of_a_tiff_are_counted_and_read() -> None:
    pages = [Image.new("L", (200, 300), shade) for shade in (255, 250, 245)]
    stream = io.BytesIO()
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    assert reading.check(stream.getvalue(), None).page_count == 3
    assert len(reading.read(stream.getvalue(), None, settings=OFF).page_sizes) == 3


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(stream, "JPEG", exif=exif)
    ((width, height),) = reading.read(stream.getvalue(), None, settings=OFF).page_sizes
    assert height == pytest.approx(2 * width, rel=0.01)
    drawn = Image.open(io.BytesIO(reading.page_image(stream.getvalue(), None, 1, 100)))
    assert drawn.size == (100, 200)


def test_plain_text_is_read_as_it_stands() -> None:
    text = f"Beispiel Handel GmbH\n\nRechnung Nr. 4711\nZahlbetrag: 1.234,50 EUR\nIBAN: {IBAN}\n".encode()
    assert reading.check(text, "text/plain").source_classification == "TEXT"
    read = values(reading.read(text, "text/plain").extractions)
    assert (read["amountToPay"], read["iban"], read["bic"]) == ("1234.50:EUR", IBAN, "COBADEFFXXX")
    assert "box" not in reading.read(text, "text/plain").extractions["extractions"]["bic"], "it was derived"


def test_composite_reads_its_parts_in_order_and_turns_them() -> None:
    sideways = Image.open(io.BytesIO(image_of(EPC))).rotate(90, expand=True)
    stream = io.BytesIO()
    sideways.save(stream, "PNG")
    parts = [(pdf_of([(50, 100, "Deckblatt", 10)]), "application/pdf", 0), (stream.getvalue(), "image/png", 90)]
    result = reading.read_pages(parts, settings=OFF)
    assert [page["number"] for page in result.layout["pages"]] == [1, 2]
    assert result.extractions["extractions"]["iban"]["box"]["page"] == 2
    width, height = result.page_sizes[1]
    assert height > width


def test_a_composite_without_files_is_empty() -> None:
    result = reading.read_pages([])
    assert result.extractions == {"extractions": {}, "candidates": {}}
    assert result.layout == {"pages": []}


def test_a_pdf_can_be_turned_too() -> None:
    (size,) = reading.read_pages([(pdf_of(INVOICE), None, 90)], settings=OFF).page_sizes
    assert size == (841.9, 595.3)


def test_only_right_angles_turn_a_page() -> None:
    with pytest.raises(ValueError, match="0, 90, 180 or 270 degrees, not by 45"):
        reading.read_pages([(pdf_of(INVOICE), None, 45)])


def test_only_the_first_ten_pages_are_read() -> None:
    pages = [[(50, 100, f"Seite {number}", 10)] for number in range(1, 12)]
    content = pdf_of(*pages, [(50, 100, "Zahlbetrag 55,00 EUR", 10)])
    assert reading.check(content, None).page_count == 12
    result = reading.read(content, None)
    assert len(result.page_sizes) == 10
    assert "amountToPay" not in values(result.extractions)
    assert len(reading.read_pages([(pdf_of(*pages[:6]), None, 0)] * 2).page_sizes) == 10


def test_classification_of_pdfs() -> None:
    assert reading.check(pdf_of(INVOICE), None).source_classification == "NATIVE"
    scan = io.BytesIO()
    Image.new("RGB", (620, 877), "white").save(scan, "PDF", resolution=75)
    assert reading.check(scan.getvalue(), None).source_classification == "SCANNED"


def test_page_images_have_the_width_that_was_asked_for() -> None:
    for content in (pdf_of(INVOICE), b"Rechnung\n12,00 EUR", image_of(EPC)):
        picture = Image.open(io.BytesIO(reading.page_image(content, None, 1, 750)))
        assert (picture.format, picture.width) == ("JPEG", 750)
        assert picture.height > 750


def test_page_image_of_a_page_that_is_not_there() -> None:
    with pytest.raises(reading.Unreadable, match="There is no page 2; the document has 1"):
        reading.page_image(pdf_of(INVOICE), None, 2, 750)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engine": "magic"}, "engine='magic' makes no sense: it must be one of baseline, keywords-only"),
        ({"coordinates": "inches"}, "coordinates='inches' makes no sense: it must be one of points, pixels"),
        ({"speed": 3}, "unknown setting 'speed'; known are engine, coordinates, ocr"),
    ],
)
def test_settings_that_make_no_sense(given: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reading.read(b"text", None, settings=given)


def test_ocr_cannot_be_demanded_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="its engine installed: pip install"):
        reading.Settings(ocr=True)
    assert not reading.Settings().use_ocr


def test_a4_is_a4() -> None:
    assert reading.read(pdf_of(INVOICE), None).page_sizes[0] == tuple(round(side, 1) for side in A4)
