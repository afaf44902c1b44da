"""What the text of a payment QR code says: EPC069-12 ("Girocode"), the Swiss QR bill, BezahlCode.

The sandbox reads the same codes with code of its own (it shares none with the package, so that a mistake in reading
does not cancel out); that both read the same is shown by tests over one matrix of codes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from gini_notebook.analysis.truth.einvoice.accounts import compact
from gini_notebook.analysis.truth.einvoice.nodes import amount, number

# EPC069-12, line 3: the character sets by their number.
_CHARACTER_SETS = {
    "1": "utf-8",
    "2": "iso8859-1",
    "3": "iso8859-2",
    "4": "iso8859-4",
    "5": "iso8859-5",
    "6": "iso8859-7",
    "7": "iso8859-10",
    "8": "iso8859-15",
}
_SCHEMES = {"SCT": None, "INST": "true"}
_TRANSFERS = ("singlepayment", "singlepaymentsepa")
_LINE_END = re.compile(r"\r\n|\n|\r")
_MONEY = re.compile(r"([A-Za-z]{3})([0-9]{1,12}(?:[.,][0-9]{1,2})?)")


class Payment(NamedTuple):
    """The fields a payment QR code states, by the service's names, and which kind of code it is."""

    source: str
    fields: Mapping[str, str]

    @property
    def transfer(self) -> tuple[str | None, str | None]:
        """Account and amount: two codes that agree in both are two ways to write one payment."""
        return self.fields.get("iban"), self.fields.get("amountToPay")


def decoded(content: bytes, guess: str) -> str:
    """Return the text of a QR code.

    Parameters
    ----------
    content
        Its bytes.
    guess
        What the decoder of the code makes of them, by a mark in the code or by a guess.

    Notes
    -----
    A QR code seldom says in which character set it is; an EPC code says it in its third line. Many generators write
    UTF-8 whatever they say, and what is valid UTF-8 beyond ASCII is next to never another set.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        lines = content.splitlines()
    is_epc = len(lines) > 2 and lines[0].strip() == b"BCD"
    declared = lines[2].strip().decode("ascii", "replace") if is_epc else ""
    try:
        return content.decode(_CHARACTER_SETS.get(declared, "utf-8"))
    except UnicodeDecodeError:
        return guess


def payment_of(text: str) -> Payment | None:
    """Return what the text of a QR code says, or ``None`` if it names no account to pay to."""
    lines = [line.strip() for line in _LINE_END.split(text.strip("\ufeff"))]
    lines += [""] * 32
    if lines[0] == "BCD" and lines[3] in _SCHEMES:
        return _payment("epc-qr", _epc(lines))
    if lines[0] == "SPC":
        return _payment("swiss-qr", _swiss(lines))
    if text.lower().startswith("bank://"):
        return _payment("bezahlcode", _bezahlcode(text))
    return None


def _payment(source: str, fields: Mapping[str, str | None]) -> Payment | None:
    stated = {name: value for name, value in fields.items() if value and value.strip()}
    return Payment(source, stated) if "iban" in stated else None


def _money(currency: str, value: str) -> str | None:
    found = _MONEY.fullmatch(currency + value)
    return amount(number(found[2].replace(",", ".")), found[1].upper()) if found else None


def _epc(lines: Sequence[str]) -> dict[str, str | None]:
    """Name the lines of EPC069-12, "Quick Response Code: Guidelines to Enable Data Capture for the Initiation"."""
    bic, recipient, iban, money, _, structured, text = lines[4:11]
    return {
        "amountToPay": _money(money[:3], money[3:]),
        "iban": compact(iban),
        "bic": compact(bic),
        "paymentRecipient": recipient,
        "paymentReference": structured or text,
        "instantPayment": _SCHEMES[lines[3]],
    }


def _swiss(lines: Sequence[str]) -> dict[str, str | None]:
    """Name the lines of the Swiss Implementation Guidelines QR-bill, data structure 0200."""
    money, currency = lines[18:20]
    reference, message = compact(lines[28]), lines[29]
    return {
        "amountToPay": _money(currency, money),
        "iban": compact(lines[3]),
        "paymentRecipient": lines[5],
        "paymentReference": reference or message,
        "paymentPurpose": message if reference else None,
    }


def _bezahlcode(text: str) -> dict[str, str | None]:
    """Name the members of a BezahlCode, ``bank://singlepaymentsepa?name=…&iban=…&amount=12,50&reason=…``.

    Its other orders (a contact, a direct debit, a standing order) are no payment of a document.
    """
    try:
        address = urlsplit(text)
        members = parse_qs(address.query, errors="strict")
    except UnicodeDecodeError:
        members = parse_qs(address.query, encoding="iso8859-1")
    except ValueError:
        return {}
    if address.netloc.lower() not in _TRANSFERS:
        return {}
    fields = {name.lower(): values[0].strip() for name, values in members.items()}
    reference, reason = fields.get("separeference"), fields.get("reason")
    return {
        "amountToPay": _money(fields.get("currency") or "EUR", fields.get("amount", "")),
        "iban": compact(fields.get("iban")),
        "bic": compact(fields.get("bic")),
        "paymentRecipient": fields.get("name"),
        "paymentReference": reference or reason,
        "paymentPurpose": reason if reference else None,
    }
