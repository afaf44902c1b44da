"""Notations: how people write amounts, numbers and dates in German, Swiss and English tables.

The service writes ``1234.56:EUR`` and ``2025-04-11``. Everything else is a notation that somebody declares (a locale,
an order of day and month), or that a whole column leaves no doubt about. What one text says is decided here; what a
column says is decided where it is read.

Locales are ``"de"`` (``1.234,56``), ``"ch"`` (``1'234.56``) and ``"en"`` (``1,234.56``). In each of them a minus may
stand before or behind, as U+2212, or as parentheses; blanks may part thousands in ``de`` and ``ch``; ``12,-`` and
``12.-`` are whole numbers everywhere.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

LOCALES = ("de", "ch", "en")
ORDERS = ("dmy", "mdy")
LONGEST = 60
"""A longer text is no number."""

# Unicode's default-ignorable characters that turn up in texts of PDFs and spreadsheets; nobody sees them.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u2032\u00b4`", "'"))

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+").fullmatch
_THOUSAND = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}").fullmatch
_LOCAL = {
    "de": re.compile(r"(?:[0-9]{1,3}(?:([. '])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+)(?:,[0-9]+)?|,[0-9]+").fullmatch,
    "ch": re.compile(
        r"(?:[0-9]{1,3}(?:([ '])[0-9]{3})(?:\1[0-9]{3})*|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
        r"|[0-9]{1,3}(?:'[0-9]{3})+,[0-9]+"
    ).fullmatch,
    "en": re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+").fullmatch,
}
_TO_PLAIN = {
    "de": str.maketrans({".": "", " ": "", "'": "", ",": "."}),
    "ch": str.maketrans({" ": "", "'": "", ",": "."}),
    "en": str.maketrans({",": ""}),
}
_NO_CENTS = re.compile(r"(?<=[0-9])[.,] ?-{1,2}$")
_WORDS = {"€": "EUR", "EURO": "EUR", "EUR.": "EUR", "$": "USD", "US$": "USD", "£": "GBP"}
_WORDS |= dict.fromkeys(("FR.", "FR", "SFR.", "SFR"), "CHF")
_BEFORE = re.compile(r"(€|(?:US)?\$|£|[A-Za-z]{2,4}\.?) ?(?=[-+(]? ?[0-9.,])")
_AFTER = re.compile(r"(?<=[0-9)-]) ?(€|(?:US)?\$|£|[A-Za-z]{2,4}\.?)$")
# ISO 4217, list one, without metals and units of account.
_CURRENCY = re.compile(r"[A-Z]{3}").fullmatch
_CURRENCIES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
    "LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR "
    "PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP "
    "TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL "
)


def visible(text: str) -> str:
    r"""Drop the characters that nobody sees (Unicode's default-ignorable ones), and read special hyphens as ``-``.

    Examples
    --------
    >>> visible("Ahorn\u00adhof RE\u20111")
    'Ahornhof RE-1'
    """
    if text.isascii():
        return text
    return _IGNORABLE.sub("", text).replace("\u2010", "-").replace("\u2011", "-")


def composed(name: str) -> str:
    """Return the one Unicode form in which names of documents are compared, whichever a file system delivers."""
    return unicodedata.normalize("NFC", name)


def cleaned(text: str) -> str:
    """Level what does not change a number or a date: Unicode form, kinds of blanks, minus signs and apostrophes."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _IGNORABLE.sub("", text)).translate(_DASHES).translate(_APOSTROPHES)
    return " ".join(text.split())


def currency(text: str) -> str | None:
    """Return the ISO 4217 code that a word or sign stands for, or None if it is none."""
    word = cleaned(text).upper()
    word = _WORDS.get(word, word)
    return word if _CURRENCY(word) and word in _CURRENCIES else None


def number(text: str, locale: str | None) -> Decimal | None:
    """Read a number in one notation; None is the service's (decimal point, nothing between thousands).

    Examples
    --------
    >>> number("1.234,56-", "de"), number("1'234.56", "ch"), number("(1,234.56)", "en"), number("12,5", None)
    (Decimal('-1234.56'), Decimal('1234.56'), Decimal('-1234.56'), None)
    """
    body = cleaned(text)
    if len(body) > LONGEST:
        return None
    signed = _signed(body)
    if signed is None:
        return None
    negative, digits = signed
    value = _unsigned(digits, locale)
    return None if value is None else -value if negative and value else value


def amount(text: str, locale: str | None) -> tuple[Decimal, str] | None:
    """Read an amount in one notation: its number and its currency (an empty string if it has none).

    Examples
    --------
    >>> amount("EUR 12,-", "de"), amount("(12,00) €", "de"), amount("CHF 1'234.50", "ch")
    ((Decimal('12'), 'EUR'), (Decimal('-12.00'), 'EUR'), (Decimal('1234.50'), 'CHF'))
    """
    body = cleaned(text)
    if len(body) > LONGEST:
        return None
    inner = body.startswith("(") and body.endswith(")")
    bare, code = _without_currency(body[1:-1].strip() if inner else body)
    if code is None:
        return None
    value = number(f"({bare})" if inner else bare, locale)
    return None if value is None else (value, code)


def _without_currency(body: str) -> tuple[str, str | None]:
    """Take the currency off one end; None if there is a word that is no currency, or there are two."""
    sign, rest = ("-", body[1:].lstrip()) if body[:1] == "-" else ("", body)
    before = _BEFORE.match(rest)
    if before is not None:
        rest = rest[before.end() :]
    trailing = rest.endswith("-") and not _NO_CENTS.search(rest)
    core = rest[:-1].rstrip() if trailing else rest
    after = _AFTER.search(core)
    if after is not None:
        rest = core[: after.start()] + ("-" if trailing else "")
    if before is not None and after is not None:
        return body, None
    word = before or after
    return sign + rest, "" if word is None else currency(word[1])


def _signed(body: str) -> tuple[bool, str] | None:
    """Tell the sign from the digits; None if there is more than one."""
    minus = 0
    if body.startswith("(") and body.endswith(")"):
        minus, body = 1, body[1:-1].strip()
    if body[:1] in ("-", "+"):
        minus, body = minus + (body[0] == "-"), body[1:].lstrip()
    body = _NO_CENTS.sub("", body)
    if body.endswith("-"):
        minus, body = minus + 1, body[:-1].rstrip()
    return None if minus > 1 else (minus == 1, body)


def _unsigned(digits: str, locale: str | None) -> Decimal | None:
    if locale is None:
        return Decimal(digits) if _PLAIN(digits) else None
    return Decimal(digits.translate(_TO_PLAIN[locale])) if _LOCAL[locale](digits) else None


def plain(value: Decimal) -> str:
    """Write a number as the service does: without exponent, and without zeros that say nothing.

    What could be read as a thousand in German notation gets a zero more.

    Parameters
    ----------
    value
        A finite number.

    Examples
    --------
    >>> plain(Decimal("12.50")), plain(Decimal("1.234")), plain(Decimal("1234.567"))
    ('12.5', '1.2340', '1234.567')
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if _THOUSAND(text):
        return f"{text}0"
    return "0" if text == "-0" else text


def has_check_digits(packed: str) -> bool:
    """Return whether the check digits of an IBAN or a creditor reference (ISO 11649) are right (ISO 7064, mod 97-10).

    By hand, since schwifty knows no creditor references, and no IBAN of a country that it has not heard of.

    Parameters
    ----------
    packed
        Two letters, two digits and the rest, in capitals and without blanks.

    Examples
    --------
    >>> has_check_digits("DE02120300000000202051"), has_check_digits("RF18539007547034")
    (True, True)

    Two digits that leave the same remainder are not the same: nobody issues 00, 01 and 99.

    >>> has_check_digits("DE99120300000000202051")
    False
    """
    number = int("".join(str(int(mark, 36)) for mark in f"{packed[4:]}{packed[:2]}00"))
    return f"{98 - number % 97:02d}" == packed[2:4]


# Where the check digits stand, letters that are taken for digits are a misprint, not another kind of text.
_IBAN = re.compile(r"[A-Z]{2}[0-9OQDILSBZ]{2}[A-Z0-9]{11,30}").fullmatch
_FEWEST_DIGITS = 6
# Most are written like this, and tables have tens of thousands.
_USUAL_IBAN = re.compile(r"[A-Z]{2}[0-9]{6}[A-Z0-9]{7,26}").fullmatch
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?").fullmatch


def packed_iban(text: str) -> str:
    """Return an IBAN in capitals, without the blanks and hyphens that people put between its groups.

    Examples
    --------
    >>> packed_iban("de89 3704-0044")
    'DE8937040044'
    """
    return "".join(mark for mark in cleaned(text).upper() if mark not in " -")


def has_iban_form(text: str) -> bool:
    """Return whether a text may be an IBAN, right or wrong; words, remarks and cut-off ones are none.

    Examples
    --------
    >>> [has_iban_form(text) for text in ("de99 1203 0000 0000 2020 51", "DE254306", "siehe Vertrag", "Lastschrift")]
    [True, False, False, False]
    """
    if _USUAL_IBAN(text):
        return True
    packed = packed_iban(text)
    return bool(_IBAN(packed)) and sum(map(str.isdigit, packed)) >= _FEWEST_DIGITS


def has_bic_form(text: str) -> bool:
    """Return whether a text may be a BIC.

    Words of eight or eleven letters have its form, too ("Lastschrift"); what is not in capitals has to be a bank's.

    Examples
    --------
    >>> [has_bic_form(text) for text in ("BYLADEM1001", "NWBK GB 2L", "cobadeff", "Lastschrift", "keine")]
    [True, True, True, False, False]
    """
    if _BIC(text):
        return True
    packed = "".join(cleaned(text).split())
    code = packed.upper()
    if not _BIC(code) or packed == code or any(map(str.isdigit, packed)):
        return bool(_BIC(code))
    from schwifty import BIC

    return any(BIC(f"{code}{branch}", allow_invalid=True).exists for branch in ("", "XXX"))


_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})").fullmatch
_NUMBERS = re.compile(r"([0-9]{1,2})([./-]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})").fullmatch
_DAY_FIRST = re.compile(r"([0-9]{1,2})(?:\.|th|st|nd|rd)?[ -]?([^\W\d_]+)\.?[ -]?([0-9]{4}|[0-9]{2})").fullmatch
_MONTH_FIRST = re.compile(r"([^\W\d_]+)\.? ?([0-9]{1,2})(?:th|st|nd|rd)?,? ?([0-9]{4})").fullmatch
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?, ?")
_TIME = re.compile(
    r"[ ,t]+(?:um )?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[ap]\.?m\.?)?(?: ?uhr)?"
    r"(?: ?(?:z|utc|gmt|mez|mesz|cet|cest|[+-][0-9]{2}:?[0-9]{2}))?$"
)
# The service's feedback takes German month names (page "date" of its entities); English and Austrian ones are added.
_MONTHS = {
    word: 1 + index
    for index, words in enumerate(
        (
            "januar january jänner jan jän",
            "februar february feber feb",
            "märz march mär mrz mar maerz",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        )
    )
    for word in words.split()
}


def day(text: str, order: str | None = None) -> date | None:
    """Read a date; date-times count as their date, years of two digits are 2000 to 2069.

    Parameters
    ----------
    text
        ISO 8601, ``d.m.y`` with dots (day first unless ``order`` says otherwise), a month by its name, or numbers with
        slashes or hyphens, which need an order.
    order
        ``"dmy"``, ``"mdy"``, or None.

    Examples
    --------
    >>> day("11.4.25"), day("2025-04-11 23:59"), day("04/11/2025"), day("04/11/2025", "mdy")
    (datetime.date(2025, 4, 11), datetime.date(2025, 4, 11), None, datetime.date(2025, 4, 11))
    """
    body = _TIME.sub("", _WEEKDAY.sub("", cleaned(text).casefold())) if len(text) <= LONGEST else ""
    if match := _ISO(body):
        return _date(match[1], match[3], match[4])
    if match := _NUMBERS(body):
        first, mark, second, year = match.groups()
        chosen = order or ("dmy" if mark == "." else None)
        if chosen is None:
            return None
        days, month = (first, second) if chosen == "dmy" else (second, first)
        return _date(year, month, days)
    if match := _DAY_FIRST(body):
        return _date(match[3], _MONTHS.get(match[2], 0), match[1])
    if match := _MONTH_FIRST(body):
        return _date(match[3], _MONTHS.get(match[1], 0), match[2])
    return date(int(body[:4]), int(body[4:6]), int(body[6:])) if _basic(body) else None


def _basic(body: str) -> bool:
    """Return whether this is a date of eight digits, as ISO 8601 has them."""
    return len(body) == 8 and body.isascii() and body.isdigit() and _date(body[:4], body[4:6], body[6:]) is not None


def _date(year: str, month: str | int, days: str) -> date | None:
    number_of_year = int(year) if len(year) > 2 else 2000 + int(year)
    if len(year) == 2 and number_of_year >= 2070:
        return None
    try:
        return date(number_of_year, int(month), int(days))
    except ValueError:
        return None


def is_iso(text: str) -> bool:
    """Return whether a date is written as the service writes it."""
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
