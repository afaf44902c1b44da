"""Ground truth inside PDFs, and folders and lists of documents."""

import json
import logging
import zlib
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject
from truth_samples import cii, encrypted_pdf, pdf, pdf_with_associated_file, ubl, values, zugferd_1

from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.einvoice.safe_xml import MAX_BYTES
from gini_notebook.errors import TruthError

HOSTILE = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>'


def numbers(table) -> dict[str, str]:
    return {document: value for (document, field), value in values(table).items() if field == "invoiceId"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(factur_x__xml=cii()), "RE-1"),
        (pdf(ZUGFeRD_invoice__xml=zugferd_1()), "471102"),
        (pdf(xrechnung__xml=ubl()), "U-7"),
        (pdf(anything__XML=cii()), "RE-1"),
        (pdf_with_associated_file("factur-x.xml", cii()), "RE-1"),
        # The newer specification's attachment counts, and others do not hide it.
        (pdf(ZUGFeRD_invoice__xml=zugferd_1(), factur_x__xml=cii(), notes__txt=b"x"), "RE-1"),
        (pdf(abc__xml=b"<a/>", factur_x__xml=HOSTILE, zugferd_invoice__xml=cii(number="RE-2")), "RE-2"),
    ],
)
def test_an_einvoice_inside_a_pdf(tmp_path, content, expected):
    path = tmp_path / "a.PDF"
    path.write_bytes(content)
    assert numbers(read_truth(path)) == {"a.PDF": expected}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            pdf(),
            r"a\.pdf holds no ground truth: looked for an e-invoice \(CII, UBL, ebInterface\).*; pass qr_codes=True",
        ),
        (pdf(notes__txt=cii()), r"a\.pdf holds no ground truth"),
        (pdf(factur_x__xml=HOSTILE), r"factur-x\.xml in a\.pdf declares a document type"),
        (pdf(order_x__xml=b"<Order/>"), r"order-x\.xml in a\.pdf is XML, but no e-invoice: its root is 'Order'"),
        (pdf(factur_x__xml=b" " * (MAX_BYTES + 1)), r"attachment 'factur-x\.xml' of a\.pdf has 10485761 bytes"),
        (encrypted_pdf(), r"a\.pdf cannot be read as PDF: File has not been decrypted"),
        (b"<html>", r"a\.pdf cannot be read as PDF"),
        (b"", r"a\.pdf cannot be read as PDF"),
    ],
)
def test_a_single_pdf_without_usable_einvoice_raises(tmp_path, content, message):
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(TruthError, match=message):
        read_truth(path)


def bomb() -> bytes:
    """Return a small PDF with an XML attachment that unpacks to 200 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    stream = StreamObject()
    stream._data = packed
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    name = TextStringObject("factur-x.xml")
    embedded = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
    specification = DictionaryObject({NameObject("/F"): name, NameObject("/UF"): name, NameObject("/EF"): embedded})
    writer.root_object[NameObject("/AF")] = ArrayObject([writer._add_object(specification)])
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_T41_an_attachment_that_unpacks_without_end_is_refused(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(bomb())
    assert path.stat().st_size < 1_000_000
    with pytest.raises(TruthError, match=r"a\.pdf cannot be read as PDF: .*[Ll]imit"):
        read_truth(path)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub dir").mkdir()
    (tmp_path / ".hidden").mkdir()
    files = {
        "a.pdf": pdf(factur_x__xml=cii(number="RE-a")),
        "sub dir/b.xml": ubl(),
        "sub dir/c.pdf.json": json.dumps({"extractions": {"invoiceId": {"entity": "text", "value": "RE-c"}}}).encode(),
        "no-ending": pdf(factur_x__xml=cii(number="RE-n")),
        "hostile.xml": HOSTILE,
        "broken.pdf": b"%PDF-1.7 broken",
        "plain.pdf": pdf(),
        "photo.jpg": b"\xff\xd8\xff",
        "readme.md": b"text",
        "truth.csv": b"document,iban\na.pdf,DE1\n",
        ".hidden/d.xml": ubl(),
        ".e.xml": ubl(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_folder_reads_what_it_can_and_reports_the_rest(folder):
    table = read_truth(folder)
    assert numbers(table) == {"a.pdf": "RE-a", "sub dir/b.xml": "U-7", "sub dir/c.pdf": "RE-c", "no-ending": "RE-n"}
    problems = dict(table.attrs["problems"])
    assert set(problems) == {"hostile.xml", "broken.pdf"}
    assert "DOCTYPE" in problems["hostile.xml"]
    summary = table.attrs["summary"]
    assert summary.startswith(f"{len(table)} labels of 4 documents; 3 files without ground truth; 2 files that cannot")


def test_a_folder_read_by_other_processes_is_the_same(folder):
    with ProcessPoolExecutor(1) as executor:
        parallel = read_truth(folder, executor=executor)
    alone = read_truth(folder)
    assert parallel.equals(alone)
    assert parallel.attrs == alone.attrs


def test_a_list_of_paths(folder):
    table = read_truth([folder / "a.pdf", str(folder / "sub dir" / "b.xml"), folder / "broken.pdf"])
    assert numbers(table) == {"a.pdf": "RE-a", "sub dir/b.xml": "U-7"}
    assert [document for document, _ in table.attrs["problems"]] == ["broken.pdf"]
    both = read_truth([folder / "truth.csv", folder / "sub dir" / "b.xml"])
    assert values(both)["a.pdf", "iban"] == "DE1"
    assert numbers(both) == {"b.xml": "U-7"}
    with pytest.raises(TruthError, match="There is no file or folder"):
        read_truth([folder / "a.pdf", folder / "absent.pdf"])
    with pytest.raises(TruthError, match="There is no ground truth in this source"):
        read_truth([])


def test_a_document_with_two_truths_is_an_error_that_names_both(tmp_path):
    for ending in ("json", "JSON"):
        corrected = {"extractions": {"invoiceId": {"entity": "text", "value": f"RE-{ending}"}}}
        (tmp_path / f"a.pdf.{ending}").write_text(json.dumps(corrected), encoding="utf-8")
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system does not tell the two names apart")
    message = r"'a\.pdf' has more than one label for invoiceId: 'RE-.*' \(from .*\) and 'RE-.*' \(from .*\)\. Keep one"
    with pytest.raises(TruthError, match=message):
        read_truth(tmp_path)


def test_a_folder_without_truth_says_what_was_looked_for(tmp_path):
    message = r"There is no ground truth in .*Looked for values in tables .*e-invoices .*qr_codes=True"
    with pytest.raises(TruthError, match=message):
        read_truth(tmp_path)
    (tmp_path / "x.pdf").write_bytes(b"")
    (tmp_path / "truth.csv").write_text("document,iban\na,b\n")
    with pytest.raises(TruthError, match=r"0 files hold none, 1 cannot be read\. The first of these: x\.pdf") as error:
        read_truth(tmp_path)
    assert "pass its path, here perhaps 'truth.csv'" in str(error.value)


def test_files_that_cannot_be_opened_are_reported(tmp_path):
    (tmp_path / "a.xml").write_bytes(ubl())
    (tmp_path / "gone.xml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    table = read_truth(tmp_path)
    assert [document for document, _ in table.attrs["problems"]] == ["gone.xml"]
    assert "gone.xml cannot be read: No such file" in table.attrs["problems"][0][1]


def test_too_large_files_are_not_read(tmp_path):
    with (tmp_path / "a.xml").open("wb") as file:
        file.truncate(10**12)  # takes no room on the disk
    with pytest.raises(TruthError, match=r"a\.xml is larger than 10485760 bytes"):
        read_truth(tmp_path / "a.xml")


def test_slightly_broken_pdfs_do_not_talk_into_the_notebook(tmp_path, capfd):
    content = pdf(factur_x__xml=cii())
    at = content.rindex(b"startxref")
    (tmp_path / "a.pdf").write_bytes(content[:at] + b"startxref\n1\n%%EOF\n")
    assert numbers(read_truth(tmp_path)) == {"a.pdf": "RE-1"}
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
    assert logging.getLogger("pypdf").level == logging.NOTSET
