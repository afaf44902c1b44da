"""PDFs and pictures that attack who opens them, made at run time: each is small, and what it unpacks to is not."""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

MIB = 1024 * 1024
_EMPTY = b"<<>>"


@cache
def zeros(size: int, byte: bytes = b"\0") -> bytes:
    """Return so many equal bytes, compressed; one block is, and then repeated."""
    block, rest = byte * MIB, byte * (size % MIB)
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    end = zlib.compressobj(9, wbits=-15)
    check = 1
    for _ in range(size // MIB):
        check = zlib.adler32(block, check)
    check = zlib.adler32(rest, check)
    return b"\x78\xda" + packed * (size // MIB) + end.compress(rest) + end.flush() + check.to_bytes(4, "big")


def pdf(objects: Mapping[int, bytes], root: int = 1) -> bytes:
    """Return a PDF of these objects, with their table."""
    parts, offsets = [b"%PDF-1.7\n"], {}
    length = len(parts[0])
    for number, body in objects.items():
        offsets[number] = length
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        length += len(parts[-1])
    size = max(objects) + 1
    rows = [b"%010d %05d %s \n" % ((offsets[n], 0, b"n") if n in offsets else (0, 65535, b"f")) for n in range(size)]
    table = b"xref\n0 %d\n%s" % (size, b"".join(rows))
    parts.append(table + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, length))
    return b"".join(parts)


def stream(content: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    """Return a stream object; ``packed`` content is deflated already."""
    how = b"/Filter/FlateDecode" if packed else b""
    return b"<<%s%s/Length %d>>\nstream\n%s\nendstream" % (entries, how, len(content), content)


def one_page(content: bytes, resources: bytes = _EMPTY, box: bytes = b"0 0 595 842", **more: bytes) -> bytes:
    """Return a PDF of one page with this content; ``more`` are objects from number 5 on, and entries of the root."""
    extra = more.pop("root", b"")
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % extra,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources %s>>" % (box, resources),
        4: content,
    }
    return pdf(objects | {5 + place: body for place, body in enumerate(more.values())})


def nested_forms() -> bytes:
    """A form that draws ten forms that draw ten forms, nine deep: a billion marks in a kilobyte."""
    forms = {}
    for depth in range(9):
        below = b"<</XObject<</F %d 0 R>>>>" % (6 + depth)
        forms[f"form{depth}"] = stream(b"/F Do " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources" + below)
    forms["last"] = stream(b"0 0 9 9 re f " * 10, b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]")
    return one_page(stream(b"/F Do"), b"<</XObject<</F 5 0 R>>>>", **forms)


def form_in_itself() -> bytes:
    """A form that draws itself twice."""
    form = stream(b"/F Do /F Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>")
    return one_page(stream(b"/F Do"), b"<</XObject<</F 5 0 R>>>>", form=form)


def attachments(count: int = 120, size: int = 70 * MIB) -> bytes:
    """Many attachments called XML, each of which unpacks to much."""
    names = b"".join(b"(a%03d.xml) %d 0 R " % (number, 5 + 2 * number) for number in range(count))
    objects = {}
    for number in range(count):
        name, place = b"a%03d.xml" % number, 6 + 2 * number
        objects[f"spec{number}"] = b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F %d 0 R>>>>" % (name, name, place)
        objects[f"file{number}"] = stream(zeros(size, b" "), b"/Type/EmbeddedFile", packed=True)
    root = b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % names
    return one_page(stream(b""), root=root, **objects)


def large_page() -> bytes:
    """A page as large as PDF allows: 14,400 points, five metres, wide and high."""
    return one_page(stream(b"0 0 14400 14400 re f"), box=b"0 0 14400 14400")


def endless_page() -> bytes:
    """A page of a billion points, each of which is 75,000 points."""
    return one_page(stream(b"0 0 9 9 re f"), box=b"0 0 1000000000 1000000000]/UserUnit 75000/X[0")


def stream_bomb() -> bytes:
    """A page whose content unpacks to 500 MB of marks."""
    return one_page(stream(zeros(500 * MIB, b"n"), packed=True))


def picture_bomb() -> bytes:
    """A page with a picture of 60,000 × 60,000 pixels."""
    entries = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceGray/BitsPerComponent 1"
    picture = stream(zeros(60_000 * 7_500), entries, packed=True)
    return one_page(stream(b"500 0 0 500 0 0 cm /P Do"), b"<</XObject<</P 5 0 R>>>>", picture=picture)


def many_pages(depth: int = 6) -> bytes:
    """A million pages that are one, by nodes of ten entries each."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2 + depth: b"<</Type/Page/MediaBox[0 0 9 9]/Parent 7 0 R>>"}
    for level in range(depth):
        kids = b"%d 0 R " % (3 + level) * 10
        objects[2 + level] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, 10 ** (depth - level))
    return pdf(objects)


def tree_in_itself() -> bytes:
    """Pages that are their own pages."""
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>>"})


def deep_array() -> bytes:
    """An array in an array, a million times."""
    return one_page(stream(b""), root=b"/Names" + b"[" * 1_000_000)


def names_in_themselves() -> bytes:
    """A tree of attachments whose branches are the tree."""
    return one_page(stream(b""), root=b"/Names<</EmbeddedFiles 5 0 R>>", tree=b"<</Kids[5 0 R 5 0 R]>>")


def object_stream_bomb() -> bytes:
    """Objects in a stream that unpacks to 400 MB, where the catalog is said to be."""
    body = stream(zeros(400 * MIB, b" "), b"/Type/ObjStm/N 100000/First 8000000", packed=True)
    head = b"%PDF-1.7\n4 0 obj\n" + body + b"\nendobj\n"
    rows = b"".join(struct.pack(">BIH", *row) for row in [(0, 0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 9, 0)])
    table = stream(rows, b"/Type/XRef/Size 5/W[1 4 2]/Root 1 0 R")
    return head + b"5 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG in black and white, and with these chunks besides."""
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = (b"IDAT", zeros((width // 8 + 1) * height))
    parts = [
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (head, *chunks, pixels, (b"IEND", b""))
    ]
    return b"".join([b"\x89PNG\r\n\x1a\n", *parts])


def large_png() -> bytes:
    """A picture of 60,000 × 60,000 pixels."""
    return png(60_000, 60_000)


def text_png() -> bytes:
    """A small picture with texts that unpack to much."""
    chunk = (b"zTXt", b"Comment\0\0" + zeros(60 * MIB, b"A"))
    return png(8, 8, *[chunk] * 20)


def tiff(width: int, height: int, *, pages: int = 1, circle: bool = False) -> bytes:
    """Return a TIFF of empty pages in one strip each; in a circle, the last is followed by the first."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 1), (259, 3, 1), (262, 3, 1), (273, 4, 8), (279, 4, 64)]
    parts, size = [b"II*\0" + struct.pack("<I", 8)], 2 + 12 * len(entries) + 4
    for number in range(pages):
        after = (8 if circle else 0) if number == pages - 1 else 8 + size * (number + 1)
        rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
        parts.append(struct.pack("<H", len(entries)) + rows + struct.pack("<I", after))
    return b"".join(parts)


def gif() -> bytes:
    """A picture of 65,535 × 65,535 pixels in ten bytes."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return screen + b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x02\x44\x01\0;"


FILES: Mapping[str, Callable[[], bytes]] = {
    "nested_forms.pdf": nested_forms,
    "form_in_itself.pdf": form_in_itself,
    "attachments.pdf": attachments,
    "large_page.pdf": large_page,
    "endless_page.pdf": endless_page,
    "stream_bomb.pdf": stream_bomb,
    "picture_bomb.pdf": picture_bomb,
    "many_pages.pdf": many_pages,
    "tree_in_itself.pdf": tree_in_itself,
    "deep_array.pdf": deep_array,
    "names_in_themselves.pdf": names_in_themselves,
    "object_stream_bomb.pdf": object_stream_bomb,
    "large.png": large_png,
    "text.png": text_png,
    "large.tiff": lambda: tiff(60_000, 60_000),
    "many_pages.tiff": lambda: tiff(8, 8, pages=50_000),
    "circle.tiff": lambda: tiff(8, 8, pages=2, circle=True),
    "large.gif": gif,
}


def make(folder: Path) -> Iterator[Path]:
    """Write all of them into a folder."""
    for name, content in FILES.items():
        path = folder / name
        path.write_bytes(content())
        yield path
