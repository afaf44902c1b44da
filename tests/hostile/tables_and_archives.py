"""Tables, texts and kept evaluations that attack who opens them, made at run time."""

import io
import json
import os
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from tests.hostile.pdfs_and_pictures import MIB, zeros

_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def zipped(entries: Mapping[str, bytes], packed: Mapping[str, tuple[bytes, int, int]] | None = None) -> bytes:
    """Return a zip archive; of what is ``packed`` already, the deflated bytes, the size and the checksum are given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return _with_packed(buffer.getvalue(), packed or {})


def _with_packed(archive: bytes, packed: Mapping[str, tuple[bytes, int, int]]) -> bytes:
    directory_at = struct.unpack_from("<I", archive, len(archive) - 6)[0]
    body, directory, count = archive[:directory_at], archive[directory_at:-22], len(packed)
    count += struct.unpack_from("<H", archive, len(archive) - 12)[0]
    for name, (content, size, check) in packed.items():
        fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, check, len(content), size, len(name), 0)
        directory += b"PK\1\2\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name.encode()
        body += b"PK\3\4" + fields + name.encode() + content
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end


def packed_zeros(size: int, *, says: int | None = None, byte: bytes = b"\0") -> tuple[bytes, int, int]:
    """Return so many equal bytes as an entry of an archive whose directory says another size."""
    check = 0
    for _ in range(size // MIB):
        check = zlib.crc32(byte * MIB, check)
    return zeros(size, byte)[2:-4], size if says is None else says, check


def xlsx(sheet: bytes | None, *, sheets: int = 1, packed: Mapping[str, tuple[bytes, int, int]] | None = None) -> bytes:
    """Return a workbook whose first sheet has this XML."""
    named = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in range(1, sheets + 1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{min(n, 1)}.xml"/>'
        for n in range(1, sheets + 1)
    )
    strings = f'<Relationship Id="s" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    book = f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    entries = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>'.encode(),
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{book}</Relationships>'.encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>'.encode()
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{related}{strings}</Relationships>'.encode()
        ),
    }
    if sheet is not None:
        entries[_SHEET] = b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (_MAIN.encode(), sheet)
    return zipped(entries, packed)


def cells(*places: str) -> bytes:
    """Return rows with a text in each of these cells."""
    row = '<row r="{}"><c r="{}" t="inlineStr"><is><t>document</t></is></c></row>'
    return "".join(row.format("".join(filter(str.isdigit, place)), place) for place in places).encode()


def ods() -> bytes:
    """Return a workbook whose one cell is repeated in all columns of all rows."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    cell = '<t:table-cell t:number-columns-repeated="16384" o:value-type="string"><x:p>document</x:p></t:table-cell>'
    content = (
        f'<o:document-content xmlns:o="{names}:office:1.0" xmlns:t="{names}:table:1.0" xmlns:x="{names}:text:1.0">'
        f'<o:body><o:spreadsheet><t:table t:name="s"><t:table-row t:number-rows-repeated="1048576">{cell}'
        "</t:table-row></t:table></o:spreadsheet></o:body></o:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = b'<m:manifest xmlns:m="%s:manifest:1.0"/>' % names.encode()
    return zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content.encode()})


def einvoice(inner: bytes, before: bytes = b"") -> bytes:
    """Return XML whose root is that of an e-invoice."""
    root = b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    return before + b'<Invoice xmlns="%s">%s</Invoice>' % (root, inner)


def laughs() -> bytes:
    """Return XML with entities of entities."""
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(12))
    return einvoice(b"&l12;", b'<!DOCTYPE x [<!ENTITY l0 "ha">%s]>' % entities)


def parquet(rows: int, **options: object) -> bytes:
    """Return a Parquet file of so many equal rows."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    buffer = io.BytesIO()
    value = pa.array(["x"]).dictionary_encode()
    names = ["document", "field", "value"]
    column = pa.DictionaryArray.from_arrays(pa.array([0] * min(rows, MIB), pa.int32()), value.dictionary)
    table = pa.table(dict.fromkeys(names, column))
    with pq.ParquetWriter(buffer, table.schema, **options) as writer:
        for _ in range(max(1, rows // MIB)):
            writer.write_table(table)
    return buffer.getvalue()


def long_value_parquet(size: int = 8 * MIB, rows: int = 100_000) -> bytes:
    """Return a Parquet file of one very long value in a dictionary, which all rows have."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    buffer = io.BytesIO()
    value = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * size]))
    short = pa.array(["x"] * rows)
    table = pa.table({"document": short, "field": short, "value": value})
    pq.write_table(table, buffer, compression="zstd", dictionary_pagesize_limit=2 * size)
    return buffer.getvalue()


DEEP = 1_000_000

TABLES = {
    "far.xlsx": lambda: xlsx(cells("A1", "XFD1048576")),
    "wide.xlsx": lambda: xlsx(cells("A1", "XFD20000")),
    "strings.xlsx": lambda: xlsx(cells("A1"), packed={"xl/sharedStrings.xml": packed_zeros(600 * MIB, byte=b" ")}),
    "lying.xlsx": lambda: xlsx(cells("A1"), packed={"xl/sharedStrings.xml": packed_zeros(600 * MIB, says=99)}),
    "sheet.xlsx": lambda: xlsx(None, packed={_SHEET: packed_zeros(120 * MIB, byte=b"<")}),
    "sheets.xlsx": lambda: xlsx(cells("A1"), sheets=200_000),
    "all.ods": ods,
    "rows.parquet": lambda: parquet(8 * MIB, compression="zstd"),
    "long_value.parquet": long_value_parquet,
    "nul.csv": lambda: b"document,iban\n" + b"\0" * MIB,
    "quote.csv": lambda: b'document,iban\n"' + b"a\n" * MIB,
    "deep.json": lambda: b"[" * DEEP + b"]" * DEEP,
    "deep_object.json": lambda: b'{"a":' * DEEP,
    "deep.jsonl": lambda: b'{"document":"a","iban":' + b"[" * DEEP + b"\n",
    "number.json": lambda: b'{"document":"a","iban":' + b"9" * MIB + b"}",
    "laughs.xml": laughs,
    "deep.xml": lambda: einvoice(b"<a>" * DEEP),
    "attributes.xml": lambda: einvoice(b"<a " + b"".join(b'a%d="" ' % n for n in range(500_000)) + b"/>"),
    "utf16.xml": lambda: ("<Invoice>" + "a" * 4 * MIB).encode("utf-16"),
}


def _evaluation(contents: bytes, packed: Mapping[str, tuple[bytes, int, int]] | None = None, **arrays: bytes) -> bytes:
    return zipped({"contents.json": contents, **arrays}, packed)


def _contents(rows: int, **column: object) -> bytes:
    table = {"rows": rows, "columns": [{"name": "document", "dtype": "int64", "strings": None} | column]}
    facts = {"settings": {}, "provenance": {"spec_version": "1"}}
    return json.dumps(
        {"format": "gini_notebook evaluation 1", "facts": facts, "tables": {"comparisons": table}}
    ).encode()


def _array(shape: str, kind: str = "<i8") -> bytes:
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head.encode()


_FIRST = "comparisons/0.0.npy"

EVALUATIONS = {
    "zeros.zip": lambda: _evaluation(b"{}", dict.fromkeys((f"z{n}" for n in range(8)), packed_zeros(1000 * MIB))),
    "contents.zip": lambda: zipped({}, {"contents.json": packed_zeros(2000 * MIB, byte=b"[")}),
    "lying.zip": lambda: zipped({}, {"contents.json": packed_zeros(2000 * MIB, byte=b"[", says=99)}),
    "deep.zip": lambda: _evaluation(b"[" * DEEP),
    "shape.zip": lambda: _evaluation(_contents(10**12), **{_FIRST: _array("(1000000000000,)")}),
    "rows.zip": lambda: _evaluation(_contents(10**15), **{_FIRST: _array("(0,)")}),
    "shapes.zip": lambda: _evaluation(_contents(1), **{_FIRST: _array("(" + "1," * 60 + ")")}),
    "objects.zip": lambda: _evaluation(_contents(1), **{_FIRST: _array("(1,)", "|O") + b"."}),
    "void.zip": lambda: _evaluation(_contents(1), **{_FIRST: _array("(0,)", "|V2000000000")}),
}


def make_folder(folder: Path) -> None:
    """Fill a folder with what is no content: a pipe, a device, a circle, a file larger than the disk."""
    os.mkfifo(folder / "pipe.pdf")
    (folder / "zero.csv").symlink_to("/dev/zero")
    (folder / "circle.json").symlink_to(folder / "circle.json")
    with (folder / "sparse.csv").open("wb") as file:
        file.truncate(2048 * MIB)


def make_ledger(folder: Path) -> None:
    """Write a run folder whose ledger is a database of another kind, with an endless view in place of a table."""
    connection = sqlite3.connect(folder / "ledger.sqlite")
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS document FROM n"
    connection.execute(f"CREATE VIEW documents AS {endless}")
    connection.commit()
    connection.close()
