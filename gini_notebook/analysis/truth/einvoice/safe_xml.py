"""Parse XML from strangers: nothing hostile reaches the parser, and the parser is kept on a short leash.

The prolog is read here first, in the encoding the file is in, and a document type declaration is refused: without it
there are no entities, neither external nor expanding ones. The parser then gets the very text that was checked, as
UTF-8 and without the XML declaration, so that checker and parser cannot disagree about the encoding.
"""

import codecs
import re
from typing import TYPE_CHECKING

from gini_notebook._extras import needed_for
from gini_notebook.errors import TruthError

if TYPE_CHECKING:
    from lxml import etree

MAX_BYTES = 10 * 1024 * 1024
MAX_TAGS = 1_000_000  # half of them elements, about 120 bytes each in the parser

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What invoices are written in. ISO-8859-1 and -15 differ from Windows-1252 only in characters nobody sees.
_ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-15", "cp1252")
_DECLARATION = re.compile(r"\s*<\?xml(\s[^>]*?)\?>")
_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_DOCTYPE = "<!DOCTYPE"
_PROLOG = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)


def parse(content: bytes, where: str) -> "etree._Element":
    """Parse XML, or refuse it.

    Parameters
    ----------
    content
        The bytes of the file.
    where
        What to call the file in messages.

    Returns
    -------
    lxml.etree._Element
        The root, without comments and processing instructions.

    Raises
    ------
    TruthError
        If it is larger than 10 MiB, declares a document type, is in an encoding that invoices are not in, has more
        than a million tags, is nested deeper than the parser allows, or is not well-formed.
    """
    with needed_for("Reading e-invoices", "truth"):
        from lxml import etree
    if len(content) > MAX_BYTES:
        message = f"{where} has {len(content)} bytes of XML; more than {MAX_BYTES} are not read."
        raise TruthError(message)
    text = _decoded(content, where)
    start = _PROLOG.match(text).end()  # type: ignore[union-attr] # it matches the empty string, too
    if text[start : start + len(_DOCTYPE)].upper() == _DOCTYPE:
        message = f"{where} declares a document type (DOCTYPE), which e-invoices never do and attacks do: refused."
        raise TruthError(message)
    if text.count("<") > MAX_TAGS:
        message = f"{where} has more than {MAX_TAGS} tags, which no e-invoice has: refused."
        raise TruthError(message)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text[start:].encode(), parser)
    except etree.XMLSyntaxError as error:
        message = f"{where} is not well-formed XML: {error.msg}."
        raise TruthError(message) from error


def _decoded(content: bytes, where: str) -> str:
    encoding, body = _by_mark(content)
    if encoding is None:
        encoding = _by_first_characters(content)
    if encoding is None:
        declared = _declared_encoding(content[:1024].decode("latin-1"))
        encoding = _known(declared, where) if declared else "utf-8"
        if encoding.startswith("utf-16"):  # says UTF-16 in plain bytes, so it is not
            encoding = "utf-8"
    if encoding.startswith("utf-32"):
        message = f"{where} is written in UTF-32, which is not read. Save it as UTF-8."
        raise TruthError(message)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"{where} is not the {encoding.upper()} it claims to be (byte {error.start}). Save it as UTF-8."
        raise TruthError(message) from error
    return text


def _by_mark(content: bytes) -> tuple[str | None, bytes]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding, content[len(mark) :]
    return None, content


def _by_first_characters(content: bytes) -> str | None:
    if content.startswith(b"<\0"):
        return "utf-16-le"
    if content.startswith(b"\0<"):
        return "utf-16-be"
    return None


def _declared_encoding(text: str) -> str | None:
    declaration = _DECLARATION.match(text)
    encoding = _ENCODING.search(declaration[1]) if declaration else None
    return encoding[1] if encoding else None


def _known(name: str, where: str) -> str:
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = ""
    if encoding not in _ENCODINGS:
        message = f"{where} is written in the encoding {name!r}, which is not read. Save it as UTF-8."
        raise TruthError(message)
    return encoding
