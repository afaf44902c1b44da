"""Payment QR codes: find them in pictures, and understand what they say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import numpy as np
import zxingcpp
from PIL import Image

from gini_notebook.sandbox.reading.amounts import amount_text
from gini_notebook.sandbox.reading.words import Area, Symbol, well_formed

_GINI = re.compile(
    r"https://[\w.-]+/(?:[\w-]+/)*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/?", re.IGNORECASE
)
_EPC_START = re.compile(rb"BCD[ \t]*(?:\r\n|[\r\n])[^\r\n]*(?:\r\n|[\r\n])[ \t]*([1-8])[ \t]*(?:\r\n|[\r\n])")
# The character sets of EPC069-12, in its order.
_SETS = (
    "utf-8",
    "latin-1",
    "iso8859-2",
    "iso8859-4",
    "iso8859-5",
    "iso8859-7",
    "iso8859-10",
    "iso8859-15",
)
_TRANSFERS = {"singlepayment", "singlepaymentsepa"}  # other orders of a BezahlCode pay no bill


@dataclass(frozen=True, slots=True)
class Payment:
    """What a payment QR code says; missing values are empty texts.

    Attributes
    ----------
    dialect
        ``epc``, ``swiss``, ``bezahlcode`` or ``gini`` (a link to a payment request, which says nothing by itself).
    amount
        In the service's normal form, such as ``12.30:EUR``.
    """

    dialect: str
    iban: str = ""
    bic: str = ""
    recipient: str = ""
    amount: str = ""
    reference: str = ""
    purpose: str = ""
    instant: bool = False


def find_symbols(picture: Image.Image) -> list[Symbol]:
    """Return all QR codes of a picture."""
    codes = zxingcpp.read_barcodes(
        np.asarray(picture.convert("L")), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    symbols = []
    for code in codes:
        corners = [
            code.position.top_left,
            code.position.top_right,
            code.position.bottom_right,
            code.position.bottom_left,
        ]
        xs, ys = [float(corner.x) for corner in corners], [float(corner.y) for corner in corners]
        symbols.append(Symbol(well_formed(_text(code.bytes, code.text)), Area(min(xs), min(ys), max(xs), max(ys))))
    return symbols


def _text(raw: bytes, guessed: str) -> str:
    """Return the text of a code: UTF-8 if it is that, else by the character set an EPC code names in its third line.

    Without such a line, or where the bytes are not of that set, the guess of the decoder is as good as any.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    found = _EPC_START.match(raw)
    try:
        return raw.decode(_SETS[int(found[1]) - 1]) if found else guessed
    except UnicodeDecodeError:
        return guessed


def understand(text: str) -> Payment | None:
    """Read the payload of a payment QR code; ``None`` when it is no payment in a dialect that is known.

    Dialects: EPC069-12 (GiroCode), Swiss payment code (SPC), BezahlCode, and the service's own payment request links.
    """
    lines = [line.strip() for line in re.split(r"\r\n|\n|\r", text.strip("\ufeff"))]
    if lines[0] == "BCD":
        return _epc(lines)
    if lines[0] == "SPC":
        return _swiss(lines)
    if text.lower().startswith("bank://"):
        return _bezahlcode(text)
    return Payment("gini") if _GINI.fullmatch(text.strip()) else None


def _at(lines: Sequence[str], index: int) -> str:
    return lines[index] if index < len(lines) else ""


def _epc(lines: Sequence[str]) -> Payment | None:
    """Read EPC069-12: tag, version, character set, identification, BIC, name, IBAN, amount, purpose code, …."""
    if _at(lines, 3) not in {"SCT", "INST"} or not _at(lines, 6):
        return None
    return Payment(
        "epc",
        iban=_compact(lines[6]),
        bic=_compact(_at(lines, 4)),
        recipient=_at(lines, 5),
        amount=_amount(_at(lines, 7)[3:], _at(lines, 7)[:3]),
        reference=_at(lines, 9),
        purpose=_at(lines, 10),
        instant=lines[3] == "INST",
    )


def _swiss(lines: Sequence[str]) -> Payment | None:
    """Read the Swiss payment code: SPC, version, coding, IBAN, creditor (7 lines), final creditor (7), amount, …."""
    if not _at(lines, 3):
        return None
    return Payment(
        "swiss",
        iban=_compact(lines[3]),
        recipient=_at(lines, 5),
        amount=_amount(_at(lines, 18), _at(lines, 19)),
        reference=_compact(_at(lines, 28)),
        purpose=_at(lines, 29),
    )


def _bezahlcode(text: str) -> Payment | None:
    """Read a BezahlCode, such as ``bank://singlepaymentsepa?name=…&iban=…&bic=…&amount=…&reason=…``."""
    fields = _members(text)
    if not fields.get("iban"):
        return None
    return Payment(
        "bezahlcode",
        iban=_compact(fields["iban"]),
        bic=_compact(fields.get("bic", "")),
        recipient=fields.get("name", ""),
        amount=_amount(fields.get("amount", ""), fields.get("currency") or "EUR"),
        reference=fields.get("separeference", ""),
        purpose=fields.get("reason", ""),
    )


def _members(text: str) -> dict[str, str]:
    try:
        address = urlsplit(text)
    except ValueError:
        return {}
    if address.netloc.lower() not in _TRANSFERS:
        return {}
    try:
        members = parse_qs(address.query, errors="strict")
    except UnicodeDecodeError:
        members = parse_qs(address.query, encoding="latin-1")
    return {key.lower(): values[0].strip() for key, values in members.items()}


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text).upper()


def _amount(number: str, currency: str) -> str:
    sound = re.fullmatch(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?", number) and re.fullmatch(r"[A-Za-z]{3}", currency)
    return amount_text(Decimal(number.replace(",", ".")), currency.upper()) if sound else ""
