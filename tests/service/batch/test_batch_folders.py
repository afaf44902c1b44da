"""What lies in a folder: documents, and everything else with the reason why it is none."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.errors import FileProblem
from gini_notebook.interactive.login import login
from gini_notebook.sandbox import Sandbox
from gini_notebook.service import wire
from gini_notebook.service.batch import Batch, folders, process, resume
from gini_notebook.service.batch.inputs import Inputs, find, folders_as_documents
from gini_notebook.service.client import Client
from gini_notebook.service.credentials import TrustedAccess
from gini_notebook.service.wire.documents import sniff
from tests.service.batch.conftest import invoice

PDF = b"%PDF-1.4\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0 picture"
CII = (
    '<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100">'
    "</rsm:CrossIndustryInvoice>"
)
UBL = '<?xml version="1.0"?><!-- a --><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'


def names(inputs: Inputs) -> list[str]:
    return [source.document for source in inputs.sources]


def write(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def test_a_pdf_is_one_by_its_content_and_a_picture_if_it_has_no_ending(tmp_path: Path) -> None:
    write(
        tmp_path, SCAN0001=PDF, SCAN_001=b"\xef\xbb\xbf\r\n" + PDF, IMG=JPEG, raw_dng=b"II*\0", notes_md=b"on %PDF-1.4"
    )
    found = find(tmp_path)
    assert names(found) == ["IMG", "SCAN.001", "SCAN0001"]
    assert found.left_out == (("notes.md", "unknown kind"), ("raw.dng", "unknown kind"))
    # Pages without an ending are pages.
    assert folders_as_documents(write(tmp_path, letter__1=PDF, letter__2=JPEG))["letter"] == (
        str(tmp_path / "letter/1"),
        str(tmp_path / "letter/2"),
    )


def test_linked_folders_are_followed_once_and_rings_are_cut(tmp_path: Path) -> None:
    top = write(tmp_path / "in", a__1_txt=b"1", z__2_txt=b"2")
    archive = write(tmp_path / "archive", old__3_txt=b"3")
    (top / "2024").symlink_to(archive)
    (top / "again").symlink_to(archive)
    (top / "b").symlink_to(top / "z")
    (top / "a/up").symlink_to(top)
    (top / "outer").symlink_to(tmp_path)
    (archive / "back").symlink_to(top)
    (top / "self").symlink_to("self")
    (top / "gone.pdf").symlink_to("nowhere")
    (top / "file.txt").symlink_to(archive / "old/3.txt")
    found = find(top)
    assert names(found) == ["2024/old/3.txt", "a/1.txt", "file.txt", "z/2.txt"]
    assert dict(found.left_out) == {
        "again": "searched already by another path",
        "b": "searched already by another path",
        "2024/back": "searched already by another path",
        "a/up": "link loop",
        "outer": "link loop",
        "self": "link loop",
        "gone.pdf": "link to nothing",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_regular_file_is_never_opened(client: Client, tmp_path: Path) -> None:
    top = write(tmp_path / "in", a_txt=invoice(1).encode())
    os.mkfifo(top / "scan.pdf")
    os.mkfifo(top / "SCAN")
    (top / "link.pdf").symlink_to("scan.pdf")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(top / "socket.txt"))
    batch = process(client, top, to=tmp_path / "run")
    assert batch.status() == {"completed": 1, "failed": 0, "unclear": 0, "pending": 0}
    assert dict(batch.left_out.to_records(index=False).tolist()) == dict.fromkeys(
        ["SCAN", "link.pdf", "scan.pdf", "socket.txt"], "not a regular file"
    )
    # Named by itself, it is a row with the reason; and a page that is one makes its document fail.
    named = process(client, {"a": top / "scan.pdf", "b": [top / "a.txt", top / "scan.pdf"]}, to=tmp_path / "named")
    assert named.documents["status"].tolist() == ["failed", "failed"]
    assert named.documents["error"].str.contains("no regular file").all()
    with pytest.raises(FileProblem, match=r"scan\.pdf cannot be read: It is no regular file"):
        client.upload(top / "scan.pdf")
    assert dict(find(f"{top}/*").left_out)["scan.pdf"] == "not a regular file"


def test_a_pattern_names_what_it_does_not_take(tmp_path: Path) -> None:
    write(tmp_path, a_txt=b"1", sub__b_txt=b"2", other__c_txt=b"3")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "ring").symlink_to(tmp_path)
    assert dict(find(f"{tmp_path}/*").left_out) == {
        "gone": "link to nothing",
        "other": "folder matched by a pattern, which takes files",
        "ring": "folder matched by a pattern, which takes files",
        "sub": "folder matched by a pattern, which takes files",
    }
    (tmp_path / "same").symlink_to(tmp_path / "sub")
    assert dict(find(f"{tmp_path}/*/b.txt").left_out) == {"sub/b.txt": "searched already by another path"}


def test_a_pattern_enters_each_folder_once(tmp_path: Path) -> None:
    top = write(tmp_path / "in", a_txt=b"1", sub__b_txt=b"2", sub__deep__c_txt=b"3")
    archive = write(tmp_path / "archive", d_txt=b"4")
    (top / "2024").symlink_to(archive)
    write(top / ".git", e_txt=b"5")
    # Followed as often as the system allows, two rings would be 2**40 paths.
    for ring in ("ring", "sub/ring", "sub/other"):
        (top / ring).symlink_to(top)
    for pattern in ("**/*.txt", "**/**/*.txt", "**"):
        assert names(find(f"{top}/{pattern}")) == ["2024/d.txt", "a.txt", "sub/b.txt", "sub/deep/c.txt"]
    # Below sub, the top is what is linked.
    found = names(find(f"{top}/s*/**/*.txt"))
    assert found == ["sub/b.txt", "sub/deep/c.txt", "sub/other/2024/d.txt", "sub/other/a.txt"]
    assert names(find(f"{top}/**/deep/*")) == ["sub/deep/c.txt"]


def test_empty_and_unreadable_folders_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, a_txt=b"1", locked__b_txt=b"2")
    (tmp_path / "empty").mkdir()
    # Whoever runs the tests may be allowed to read everything.
    scandir = os.scandir

    def refuse(folder: str) -> object:
        if folder.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(folders.os, "scandir", refuse)
    assert dict(find(tmp_path).left_out) == {"empty": "empty folder", "locked": "cannot be read"}


def test_e_invoices_are_taken_from_folders_only_on_request(client: Client, sandbox: Sandbox, tmp_path: Path) -> None:
    top = write(
        tmp_path / "in", a_pdf=PDF, a_xml=CII.encode(), b_xml=UBL.encode(), c_xml=b"<?xml version='1.0'?><data/>"
    )
    found = find(top)
    assert names(found) == ["a.pdf"]
    assert dict(found.left_out) == {
        "a.xml": "e-invoice beside a PDF, sent only on request",
        "b.xml": "e-invoice, sent only on request",
        "c.xml": "unknown kind",
    }
    assert names(find(top, e_invoices=True)) == ["a.pdf", "a.xml", "b.xml"]
    assert list(folders_as_documents(top, e_invoices=True)) == ["a.pdf", "a.xml", "b.xml"]
    assert names(find([top, top / "b.xml"])) == ["a.pdf", "b.xml"]
    assert "b.xml" not in dict(find([top, top / "b.xml"]).left_out)
    batch = process(client, top / "b.xml", to=tmp_path / "run")
    assert batch.documents["media_type"].tolist() == ["application/xml"]
    assert batch.documents["status"].tolist() == ["completed"]
    batch = process(client, top, to=tmp_path / "all", e_invoices=True)
    assert set(batch.documents["document"]) == {"a.pdf", "a.xml", "b.xml"}


@pytest.mark.parametrize("text", [CII, UBL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_an_e_invoice_is_known_in_any_encoding(text: str, encoding: str) -> None:
    declared = text if encoding.startswith("utf") else text.replace('"1.0"', f'"1.0" encoding="{encoding}"')
    assert sniff(declared.encode(encoding)) == "application/xml"


def test_what_only_looks_like_an_e_invoice_is_none() -> None:
    assert sniff(b"<Invoice/>") == "text/plain"
    assert (
        sniff(b'<!DOCTYPE Invoice [<!ENTITY a "b">]>' + UBL.removeprefix('<?xml version="1.0"?>').encode())
        == "text/plain"
    )
    assert sniff(b"Rechnung < 100 EUR") == "text/plain"


def test_what_was_left_out_is_kept_and_said(client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = write(tmp_path / "in", a__1_pdf=PDF, a__2_pdf=PDF, b_eml=b"x", c_eml=b"y")
    (top / ".DS_Store").touch()
    process(client, folders_as_documents(top), to=tmp_path / "run", progress=True)
    assert "2 unknown kind, 1 hidden (.DS_Store, b.eml, c.eml)." in capsys.readouterr().err
    resume(client, tmp_path / "run", progress=False)
    batch = Batch.load(tmp_path / "run")
    assert batch.left_out["path"].tolist() == [".DS_Store", "b.eml", "c.eml"]
    (note,) = (note for note in batch.notes if note.kind == "files_left_out")
    assert note.text == "3 files and folders are no documents and were not sent: 2 unknown kind, 1 hidden."
    assert note.rows()["reason"].tolist() == ["hidden", "unknown kind", "unknown kind"]
    assert note.text in batch._repr_html_()
    assert repr(batch).endswith("; 3 left out>")
    (tmp_path / "in/a").rename(tmp_path / "clean")
    process(client, tmp_path / "clean", to=tmp_path / "run", progress=False)
    assert "files_left_out" not in {note.kind for note in Batch.load(tmp_path / "run").notes}


def test_a_run_at_a_sandbox_that_reads_no_scans_has_a_note_and_prints_nothing_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top = write(tmp_path / "in", a_txt=invoice(1).encode())
    with Sandbox(processing_time_s=0.0, ocr=False) as sandbox:
        batch = process(login(sandbox), top, to=tmp_path / "run", progress=True)
        (note,) = batch.notes
        assert note.text == (
            "The sandbox does not read scans (OCR is switched off): of a scan it delivers what its QR code says, "
            "and the document type."
        )
        assert batch._repr_html_().count(note.text) == 1
        assert "scans" not in capsys.readouterr().err
        # One that runs on its own, as it is told by its address.
        alone = Client(
            TrustedAccess(sandbox.client_id, sandbox.client_secret),
            api=sandbox.api,
            user_center=sandbox.user_center,
            ca_bundle=sandbox.ca_file,
        )
        assert alone.scans().startswith("not read")
    assert Batch.load(tmp_path / "run").notes == (note,)


def test_what_says_nothing_of_scans_is_no_sandbox() -> None:
    read = wire.documents.scans(wire.PAY_API).read
    for body in (b"<html>", b"[]", b"{}", b'{"scans": 1}'):
        assert read(wire.Answer(200, {}, body)) == ""
    assert read(wire.Answer(200, {}, b'{"scans": "read"}')) == "read"
    # The service is not asked: nobody answers at this address.
    assert Client(TrustedAccess("id", "secret"), api="https://service.invalid").scans() == ""


parts = st.sampled_from([".hidden", "a", "a.pdf", "b.txt", "c.eml", "d.xml", "x"])
entries = st.dictionaries(
    st.lists(parts, min_size=1, max_size=3).map("/".join), st.sampled_from([b"", PDF, CII.encode(), "/", ".", ".."])
)


@settings(deadline=None, max_examples=60)
@given(entries)
def test_R34_every_entry_of_a_folder_is_a_document_or_left_out_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, bytes | str]
) -> None:
    top = tmp_path_factory.mktemp("tree")
    (top / "first.pdf").write_bytes(PDF)
    for name, content in tree.items():
        path = top / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if content == "/":
                path.mkdir(exist_ok=True)
            elif isinstance(content, str):
                path.symlink_to(content)
            else:
                path.write_bytes(content)
        except OSError:
            # A file is where a folder should be, or the other way round.
            continue
    found = find(top)
    told = {*names(found), *(path for path, _ in found.left_out)}
    assert len(told) == len(found.sources) + len(found.left_out)
    for parent, below, files in os.walk(top):
        for name in [*below, *files]:
            path = (Path(parent) / name).relative_to(top).as_posix()
            covered = {path, *(one.as_posix() for one in Path(path).parents)} & told
            inhabited = any(one.startswith(f"{path}/") for one in told)
            assert covered or inhabited
