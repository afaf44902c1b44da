"""Tables, texts and kept evaluations that attack who opens them, made at run time."""

import io
import json
import os
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


def rows_of_cells(rows: int, columns: int) -> bytes:
    """Return so many cells that do not say where they are."""
    return (b"<row>" + b'<c t="b"><v>1</v></c>' * columns + b"</row>") * rows


def merged(place: str) -> bytes:
    """Return one cell, and after the rows that a range is merged."""
    return cells("A1") + f'</sheetData><mergeCells><mergeCell ref="{place}"/></mergeCells><sheetData>'.encode()


def xls(row: int, column: int) -> bytes:
    """Return a workbook of Excel 97 in its compound file, with cells in the first place and in this one."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def number(at: int, of: int) -> bytes:
        return record(0x203, struct.pack("<HHHd", at, of, 0, 1.0))

    head = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    names = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    bound = struct.pack("<IHBB", len(names) + 4 + 4 + 4 + 1 + 4 + 1, 0, 1, 0) + b"s"
    names = names + record(0x85, bound) + record(0x0A, b"")
    size = record(0x200, struct.pack("<IIHHH", 0, row + 1, 0, column + 1, 0))
    content = (names + head + size + number(0, 0) + number(row, column) + record(0x0A, b"")).ljust(4096, b"\0")
    sector = 512
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE, *[0xFFFFFFFF] * 118)

    def entry(name: str, kind: int, child: int, start: int, length: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        places = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB", len(text), kind, 1)
            + places
            + bytes(36)
            + struct.pack("<IQ", start, length)
        )

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(content)) + bytes(256)
    first = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    first += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    first += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    assert len(first) == sector
    return first + table + folder + content


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


def grouped_parquet(groups: int) -> bytes:
    """Return a Parquet file of one row in each of so many row groups."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    buffer, table = io.BytesIO(), pa.table({"document": ["a"], "field": ["iban"], "value": ["x"]})
    with pq.ParquetWriter(buffer, table.schema, write_statistics=False) as writer:
        for _ in range(groups):
            writer.write_table(table)
    return buffer.getvalue()


def wide_parquet(columns: int) -> bytes:
    """Return a Parquet file of so many columns."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    buffer = io.BytesIO()
    names = ["document", "field", "value", *(f"c{n}" for n in range(columns))]
    pq.write_table(pa.table({name: ["x"] for name in names}), buffer, write_statistics=False)
    return buffer.getvalue()


def deep_parquet(depth: int = 90) -> bytes:
    """Return a Parquet file whose value is a list in a list, so deep."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    kind, value = pa.string(), "x"
    for _ in range(depth):
        kind, value = pa.list_(kind), [value]
    buffer = io.BytesIO()
    columns = {"document": ["a"], "field": ["iban"], "value": pa.array([value], kind)}
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


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
    "numbered_by_place.xlsx": lambda: xlsx(rows_of_cells(3000, 3000)),
    "merged.xlsx": lambda: xlsx(merged("A1:XFD1048576")),
    "quotes.xlsx": lambda: xlsx(cells("A1", "XFD1048576").replace(b'"', b"'")),
    "sizes.xlsx": lambda: xlsx(
        cells("A1"), packed={f"x{n}": packed_zeros(100 * MIB, says=2**32 - 2) for n in range(9)}
    ),
    "names.xlsx": lambda: zipped({f"xl/worksheets/sheet{n}.xml": b"" for n in range(60_000)}),
    "far.xls": lambda: xls(65_535, 255),
    "all.ods": ods,
    "rows.parquet": lambda: parquet(8 * MIB, compression="zstd"),
    "long_value.parquet": long_value_parquet,
    "row_groups.parquet": lambda: grouped_parquet(30_000),
    "wide.parquet": lambda: wide_parquet(20_000),
    "deep.parquet": deep_parquet,
    "footer.parquet": lambda: b"PAR1" + b"\x15" * 4 * MIB + struct.pack("<I", 4 * MIB) + b"PAR1",
    "length.parquet": lambda: b"PAR1" + struct.pack("<I", 2**31) + b"PAR1",
    "line.csv": lambda: b"document,iban\n" + b"a" * 100 * MIB,
    "short_line.csv": lambda: b"document,iban\n" + b"a" * 60 * MIB,
    "columns.csv": lambda: b"document" + b",a" * 4 * MIB + b"\nx" + b",1" * 4 * MIB,
    "many_columns.csv": lambda: b"document," + b",".join(b"c%d" % n for n in range(300_000)) + b"\n" + b"a,1\n" * 9999,
    "empty_rows.csv": lambda: b"document,field,value\n" + b",,\n" * 15 * MIB,
    "rows.csv": lambda: b"document,field,value\n" + b"".join(b"%d,a,\n" % n for n in range(3_000_000)),
    "row.csv": lambda: b"document,field,value,row\na,iban,x," + b"9" * 30 + b"\nb,iban,x," + b"9" * 5000 + b"\n",
    "exponent.csv": lambda: b"document,field,value\na,amountToPay,1E999999999:EUR\n",
    "apostrophes.csv": lambda: b"document,iban\na," + b"'" * 50 * MIB + b"\n",
    "lists.json": lambda: b"[" + b"[]," * 20 * MIB + b"0]",
    "members.json": lambda: b'{"document":"a",' + b",".join(b'"%x":0' % n for n in range(5_000_000)) + b"}",
    "escapes.json": lambda: b'{"document":"a","iban":"' + b"\\ud800" * 5 * MIB + b'"}',
    "objects.jsonl": lambda: b'{"document":"a"}\n' * 3_000_000,
    "nul.csv": lambda: b"document,iban\n" + b"\0" * MIB,
    "quote.csv": lambda: b'document,iban\n"' + b"a\n" * MIB,
    "deep.json": lambda: b"[" * DEEP + b"]" * DEEP,
    "deep_object.json": lambda: b'{"a":' * DEEP,
    "deep.jsonl": lambda: b'{"document":"a","iban":' + b"[" * DEEP + b"\n",
    "number.json": lambda: b'{"document":"a","iban":' + b"9" * MIB + b"}",
    "laughs.xml": laughs,
    "deep.xml": lambda: einvoice(b"<a>" * DEEP),
    "attributes.xml": lambda: einvoice(b"<a " + b"".join(b'a%d="" ' % n for n in range(500_000)) + b"/>"),
    "namespaces.xml": lambda: einvoice(b"".join(b'<a xmlns:n%d="u%d">' % (n, n) for n in range(200)) * 900),
    "comment.xml": lambda: einvoice(b"<!--" + b"a" * 9 * MIB + b"-->"),
    "siblings.xml": lambda: einvoice(b"<a/>" * 2_000_000),
    "include.xml": lambda: einvoice(b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/dev/zero"/>'),
    "utf16.xml": lambda: ("<Invoice>" + "a" * 4 * MIB).encode("utf-16"),
}


def _evaluation(contents: bytes, packed: Mapping[str, tuple[bytes, int, int]] | None = None, **arrays: bytes) -> bytes:
    return zipped({"contents.json": contents, **arrays}, packed)


def _contents(rows: int, **column: object) -> bytes:
    table = {"rows": rows, "columns": [{"name": "document", "dtype": "int64", "strings": None} | column]}
    facts = {"settings": {}, "provenance": {"spec_version": "1"}}
    return json.dumps(
        {"format": "gini_notebook evaluation 2", "facts": facts, "tables": {"comparisons": table}}
    ).encode()


def _array(shape: str, kind: str = "<i8") -> bytes:
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head.encode()


_FIRST = "comparisons/0.0.npy"


def _text_column(rows: int, kind: str = "|i1", width: int = 1) -> bytes:
    """Return an evaluation with a text of so many rows, in a few bytes each; packed they are fewer."""
    head = _array(f"({rows},)", kind)
    size, content, check = len(head) + rows * width, zeros(rows * width), zlib.crc32(head)
    for _ in range(rows * width // MIB):
        check = zlib.crc32(bytes(MIB), check)
    first = zlib.compressobj(9, wbits=-15)
    packed = first.compress(head) + first.flush(zlib.Z_FULL_FLUSH) + content[2:-4]
    return _evaluation(_contents(rows, dtype="text", strings=["x"]), {_FIRST: (packed, size, check)})


def with_method(archive: bytes, method: int) -> bytes:
    """Return an archive that says all of its entries are packed in this way."""
    for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        place = archive.find(mark)
        while place >= 0:
            archive = archive[: place + at] + struct.pack("<H", method) + archive[place + at + 2 :]
            place = archive.find(mark, place + 4)
    return archive


def overlapping(count: int = 2000, size: int = 50 * MIB) -> bytes:
    """Return an archive whose entries are all the same bytes."""
    [content, length, check] = packed_zeros(size)
    whole = zipped({}, {"contents.json": (content, length, check)})
    at = whole.index(b"PK\1\2")
    entry = whole[at : whole.index(b"PK\5\6")]
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(entry) * count, at, 0)
    return whole[:at] + entry * count + b"PK\5\6" + end


# Properties of LZMA that ask for a dictionary of four gigabytes.
_LZMA = (b"\x09\x04\x05\x00\x5d\xff\xff\xff\xff" + bytes(64), 1000, 0)

EVALUATIONS = {
    "text_column.zip": lambda: _text_column(60 * MIB),
    "long_column.zip": lambda: _text_column(15 * MIB, "<i4", 4),
    "short_column.zip": lambda: _text_column(7 * MIB),
    "lzma.zip": lambda: with_method(zipped({}, {"contents.json": _LZMA}), 14),
    "bzip2.zip": lambda: with_method(zipped({"contents.json": b"BZh91AY&SY" + b"\0" * 999}), 12),
    "overlapping.zip": overlapping,
    "lists.zip": lambda: _evaluation(b"[" + b"[]," * (2 * MIB) + b"0]"),
    "facts.zip": lambda: _evaluation(
        _contents(0).replace(b'"settings": {}', b'"settings": ' + b"[" * 900 + b"]" * 900),
        **{_FIRST: _array("(0,)")},
    ),
    "columns.zip": lambda: _evaluation(
        _contents(0).replace(
            b'"columns": [', b'"columns": [' + b'{"name":"a","dtype":"int64","strings":null},' * 100_000
        ),
        **{f"comparisons/{n}.0.npy": _array("(0,)") for n in range(2000)},
    ),
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
