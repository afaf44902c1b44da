"""PDFs and pictures that attack who opens them, made at run time: each is small, and what it unpacks to is not."""

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache

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


def previous_in_itself() -> bytes:
    """A table of objects that says it comes before itself."""
    content = one_page(stream(b""))
    at = content.rindex(b"xref\n", 0, content.rindex(b"startxref"))
    return content.replace(b"<</Size", b"<</Prev %d/Size" % at)


def endless_table() -> bytes:
    """A table of two billion objects, and a stream that says so of itself."""
    return (
        one_page(stream(b"")).replace(b"<</Size 5", b"<</Size 2147483647").replace(b"xref\n0 5", b"xref\n0 2147483647")
    )


def filter_chain() -> bytes:
    """A page whose content is packed a hundred times, one in the other."""
    content = zeros(200 * MIB, b"n")
    for _ in range(8):
        content = zlib.compress(content, 9)
    filters = b"/Filter[" + b"/FlateDecode" * 9 + b"]"
    return one_page(stream(content, filters))


def length_of_itself() -> bytes:
    """A stream whose length is the stream."""
    return one_page(b"<</Length 4 0 R>>\nstream\nn\nendstream")


def glyphs_in_glyphs() -> bytes:
    """A font each of whose letters is a text in the font, ten letters long."""
    font = b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[9]"
    font += b"/Encoding<</Differences[97/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F 5 0 R>>>>>>"
    glyph = stream(b"9 0 d0 BT /F 9 Tf (aaaaaaaaaa) Tj ET")
    return one_page(stream(b"BT /F 9 Tf (aaaaaaaaaa) Tj ET"), b"<</Font<</F 5 0 R>>>>", font=font, glyph=glyph)


def tilings_in_tilings() -> bytes:
    """A pattern of a billion tiles on one page."""
    pattern = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .001/YStep .001/Resources<<>>"
    content = b"/Pattern cs /P scn 0 0 595 842 re f " * 50
    return one_page(stream(content), b"<</Pattern<</P 5 0 R>>>>", pattern=stream(b"0 0 1 1 re f", pattern))


def functions_in_functions() -> bytes:
    """A shading by a function that is made of itself."""
    function = b"<</FunctionType 3/Domain[0 1]/Functions[6 0 R 6 0 R]/Bounds[.5]/Encode[0 1 0 1]>>"
    shading = b"<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 9 9]/Function 6 0 R>>"
    return one_page(stream(b"/S sh"), b"<</Shading<</S 5 0 R>>>>", shading=shading, function=function)


def many_letters() -> bytes:
    """A page of 150 million letters, one on the other."""
    content = zeros(150 * MIB, b"a")
    begun, ended = zlib.compressobj(0, wbits=-15), zlib.compressobj(0, wbits=-15)
    head = begun.compress(b"BT /F 9 Tf (") + begun.flush(zlib.Z_FULL_FLUSH)
    packed = b"\x78\xda" + head + content[2:-4] + ended.compress(b") Tj ET") + ended.flush()
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return one_page(stream(packed, packed=True), b"<</Font<</F 5 0 R>>>>", font=font)


def jpeg(width: int, height: int, scans: int = 1) -> bytes:
    """Return a progressive JPEG of one colour, whose pixels come in so many scans."""
    quantities = b"\xff\xdb\0\x43\0" + b"\1" * 64
    frame = b"\xff\xc2\0\x0b\x08" + struct.pack(">HH", height, width) + b"\1\1\x11\0"
    table = b"\xff\xc4\0\x14\0\1" + bytes(16)
    scan = b"\xff\xda\0\x08\1\1\0\0\0\0" + b"\0\0"
    return b"\xff\xd8" + quantities + frame + table + scan * scans + b"\xff\xd9"


def profile_png() -> bytes:
    """A small picture whose colour profile unpacks to much."""
    return png(8, 8, (b"iCCP", b"x\0\0" + zeros(400 * MIB)))


def strips_tiff() -> bytes:
    """A picture of a pixel that says it has four billion strips."""
    entries = [(256, 4, 1, 8), (257, 4, 1, 8), (258, 3, 1, 1), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 2**32 - 1, 8)]
    entries += [(279, 4, 2**32 - 1, 8)]
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4)


def packed_tiff() -> bytes:
    """A picture of 9,000 × 9,000 pixels in one packed strip that unpacks to more than that."""
    strip = zeros(900 * MIB)
    entries = [
        (256, 4, 9000),
        (257, 4, 9000),
        (258, 3, 8),
        (259, 3, 8),
        (262, 3, 1),
        (273, 4, 200),
        (279, 4, len(strip)),
    ]
    rows = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return (b"II*\0" + struct.pack("<IH", 8, len(entries)) + rows + bytes(4)).ljust(200, b"\0") + strip


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
    "previous_in_itself.pdf": previous_in_itself,
    "endless_table.pdf": endless_table,
    "filter_chain.pdf": filter_chain,
    "length_of_itself.pdf": length_of_itself,
    "glyphs_in_glyphs.pdf": glyphs_in_glyphs,
    "tilings.pdf": tilings_in_tilings,
    "functions.pdf": functions_in_functions,
    "many_letters.pdf": many_letters,
    "large.jpg": lambda: jpeg(60_000, 60_000),
    "scans.jpg": lambda: jpeg(6_000, 6_000, scans=30_000),
    "profile.png": profile_png,
    "strips.tiff": strips_tiff,
    "packed.tiff": packed_tiff,
    "large.png": large_png,
    "text.png": text_png,
    "large.tiff": lambda: tiff(60_000, 60_000),
    "many_pages.tiff": lambda: tiff(8, 8, pages=50_000),
    "circle.tiff": lambda: tiff(8, 8, pages=2, circle=True),
    "large.gif": gif,
}
