"""Ground truth from payment QR codes."""

import pytest
import segno
from PIL import Image
from pypdf import PdfWriter
from truth_samples import cii, pdf, values

from gini_notebook.analysis.truth import read_truth
from gini_notebook.errors import TruthError

EPC = "BCD\n002\n1\nSCT\nCOBADEFFXXX\nMusterverein e. V.\nDE89 3704 0044 0532 0130 00\nEUR12.5\n\n\nRechnung 12\n"
SWISS_LINES = ["SPC", "0200", "1", "CH4431999123000889012", "S", "Muster AG", "Weg", "1", "8000", "Zürich", "CH"]
SWISS_LINES += [""] * 7 + ["1949.75", "CHF"] + [""] * 7 + ["QRR", "210000000003139471430009017", "Auftrag 7", "EPD"]


def code(path, text: str) -> None:
    segno.make(text, error="m").save(str(path), scale=4, border=4)


def test_epc_code_in_a_picture(tmp_path):
    code(tmp_path / "a.png", EPC)
    table = read_truth(tmp_path / "a.png", qr_codes=True)
    assert values(table) == {
        ("a.png", "amountToPay"): "12.50:EUR",
        ("a.png", "iban"): "DE89370400440532013000",
        ("a.png", "bic"): "COBADEFFXXX",
        ("a.png", "paymentRecipient"): "Musterverein e. V.",
        ("a.png", "paymentReference"): "Rechnung 12",
    }
    assert set(table["source"]) == {"epc-qr"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_swiss_code_in_a_pdf(tmp_path, end):
    code(tmp_path / "a.png", end.join(SWISS_LINES))
    Image.open(tmp_path / "a.png").convert("RGB").save(tmp_path / "a.pdf", resolution=150)
    (tmp_path / "a.png").unlink()
    assert values(read_truth(tmp_path, qr_codes=True)) == {
        ("a.pdf", "amountToPay"): "1949.75:CHF",
        ("a.pdf", "iban"): "CH4431999123000889012",
        ("a.pdf", "paymentRecipient"): "Muster AG",
        ("a.pdf", "paymentReference"): "210000000003139471430009017",
        ("a.pdf", "paymentPurpose"): "Auftrag 7",
    }


def test_swiss_code_without_structured_reference_and_amount(tmp_path):
    lines = [*SWISS_LINES]
    lines[18], lines[27], lines[28] = "", "NON", ""
    code(tmp_path / "a.png", "\n".join(lines))
    found = values(read_truth(tmp_path / "a.png", qr_codes=True))
    assert ("a.png", "amountToPay") not in found
    assert found["a.png", "paymentReference"] == "Auftrag 7"
    assert ("a.png", "paymentPurpose") not in found


def test_codes_are_read_only_on_request_and_other_codes_never(tmp_path):
    code(tmp_path / "a.png", EPC)
    with pytest.raises(TruthError, match=r"a\.png holds no ground truth: it is a picture; pass qr_codes=True"):
        read_truth(tmp_path / "a.png")
    code(tmp_path / "a.png", "https://example.com")
    with pytest.raises(TruthError, match=r"a\.png holds no ground truth: looked for a payment QR code"):
        read_truth(tmp_path / "a.png", qr_codes=True)


def test_an_einvoice_comes_before_a_code(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf(factur_x__xml=cii()))
    assert set(read_truth(tmp_path, qr_codes=True)["source"]) != {"epc-qr"}


def test_broken_pictures_are_reported(tmp_path):
    code(tmp_path / "a.png", EPC)
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:200])
    (tmp_path / "c.jpg").write_bytes(b"cat")
    table = read_truth(tmp_path, qr_codes=True)
    assert set(table["document"]) == {"a.png"}
    assert [document for document, _ in table.attrs["problems"]] == ["b.png", "c.jpg"]
    assert all("cannot be shown as a picture" in message for _, message in table.attrs["problems"])


def test_T38_T40_pages_of_too_many_pixels_are_refused(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "a.png")
    Image.new("1", (20_000, 20_000)).save(tmp_path / "b.png")
    writer = PdfWriter()
    writer.add_blank_page(width=14_400, height=14_400)
    writer.write(tmp_path / "c.pdf")
    for name in ("a.png", "c.pdf"):
        with pytest.raises(TruthError, match=r"has a page of more than 40000000 pixels"):
            read_truth(tmp_path / name, qr_codes=True)
    with pytest.raises(TruthError, match=r"b\.png cannot be shown as a picture: Image size \(400000000 pixels\)"):
        read_truth(tmp_path / "b.png", qr_codes=True)


@pytest.mark.parametrize(("before", "found"), [(9, True), (10, False)])
def test_ten_pages_are_looked_at(tmp_path, before, found):
    code(tmp_path / "a.png", EPC)
    page = Image.open(tmp_path / "a.png").convert("L")
    blank = Image.new("L", page.size, 255)
    for ending in ("tif", "pdf"):
        path = tmp_path / f"a.{ending}"
        blank.save(path, save_all=True, append_images=[*[blank] * (before - 1), page])
        if found:
            assert set(read_truth(path, qr_codes=True)["source"]) == {"epc-qr"}
        else:
            with pytest.raises(TruthError, match=r"looked for .*a payment QR code"):
                read_truth(path, qr_codes=True)
