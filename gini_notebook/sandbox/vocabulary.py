"""The labels, entities and codes that the service knows, and the normal form of values (entity pages)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

LABELS: Mapping[str, str] = {
    "amountToPay": "amount",
    "bic": "bic",
    "iban": "iban",
    "paymentRecipient": "companyname",
    "paymentPurpose": "text",
    "paymentReference": "text",
    "docType": "doctype",
    "instantPayment": "text",
    "paymentState": "paymentstate",
    "paymentDueDate": "date",
    "businessDocType": "businessdoctype",
    "amountsAreConsistent": "text",
    "shipment-addon": "amount",
    "discount-addon": "amount",
    "giftcard-addon": "amount",
    "other-discounts-addon": "amount",
    "other-charges-addon": "amount",
}

# What api.gini.net knew beside the payment labels (its documentation of 2017 to 2020).
OLDER_LABELS: Mapping[str, str] = {
    "amountToPay": "amount",
    "bankAccountNumber": "bankaccount",
    "bankNumber": "banknumber",
    "bic": "bic",
    "companyRegisterId": "companyregisterid",
    "customerId": "customerid",
    "docType": "doctype",
    "documentDate": "date",
    "documentDomain": "documentdomain",
    "email": "email",
    "iban": "iban",
    "invoiceId": "invoiceid",
    "paymentDueDate": "date",
    "paymentPurpose": "text",
    "paymentRecipient": "companyname",
    "paymentReference": "reference",
    "paymentState": "paymentstate",
    "phoneNumber": "phonenumber",
    "referenceId": "reference",
    "senderCity": "city",
    "senderName": "companyname",
    "senderNameAddition": "companynameaddition",
    "senderPoBox": "poboxnumber",
    "senderPostalCode": "zipcode",
    "senderStreet": "street",
    "taxNumber": "taxnumber",
    "vatRegNumber": "vat",
    "website": "url",
}

COMPOUNDS: Mapping[str, Mapping[str, str]] = {
    "lineItems": {
        "artNumber": "text",
        "baseGross": "amount",
        "description": "text",
        "position": "text",
        "quantity": "numeric",
        "returnReason": "returnreason",
    },
    "skontoDiscounts": {
        "skontoPercentageDiscounted": "numeric",
        "skontoPercentageDiscountedCalculated": "numeric",
        "skontoPercentageToPay": "numeric",
        "skontoAmountDiscounted": "amount",
        "skontoAmountDiscountedCalculated": "amount",
        "skontoAmountToPay": "amount",
        "skontoAmountToPayCalculated": "amount",
        "skontoDueDate": "date",
        "skontoDueDateCalculated": "date",
        "skontoDuePeriod": "timeperiod",
        "skontoDuePeriodCalculated": "timeperiod",
        "skontoRemainingDays": "numeric",
        "skontoRemainingDaysCalculated": "numeric",
        "skontoPaymentMethod": "text",
    },
    "crossBorderPayment": {
        "creditorName": "text",
        "creditorCountry": "text",
        "creditorAccountNumber": "text",
        "creditorAgentBIC": "text",
        "currency": "currency",
        "instructedAmount": "amount",
    },
}

RETURN_REASONS = (
    ("r1", "Anders als im Bild", "Looks different from site image"),
    ("r2", "Schlechte Qualität", "Poor quality"),
    ("r3", "Defekt", "Defect"),
    ("r4", "Passt nicht richtig", "Doesn't suit me"),
    ("r5", "Falsches Produkt empfangen", "Received wrong item"),
    ("r6", "Paket wurde beschädigt", "Parcel was damaged"),
    ("r7", "Lieferung zu spät angekommen", "Arrived too late"),
)

CHOICES: Mapping[str, frozenset[str]] = {
    "doctype": frozenset({"Invoice", "Reminder", "RemittanceSlip", "PaymentQRCode", "Other"}),
    "paymentstate": frozenset({"Paid", "ToBePaid", "Other"}),
    "businessdoctype": frozenset({"Invoice", "CreditNote"}),
    "returnreason": frozenset(code for code, _, _ in RETURN_REASONS),
}

OLDER_DOCTYPES = frozenset(
    {
        "BankStatement",
        "Contract",
        "Invoice",
        "Receipt",
        "Reminder",
        "RemittanceSlip",
        "TravelExpenseReport",
        "Other",
    }
)


_AMOUNT = re.compile(
    r"(?:(?P<before>[A-Z]{3}|[€$£]) ?)?(?P<number>[+-]?\d[\d.,]*)(?:[ :]?(?P<after>EURO|[A-Z]{3}|[€$£]))?",
    re.IGNORECASE,
)
_CURRENCIES = {"€": "EUR", "EURO": "EUR", "$": "USD", "£": "GBP"}
_MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
_DATE = re.compile(r"(\d{1,2})[.\- ]+(\d{1,2}|[A-Za-zä]{3,9})\.?[.\- ]+(\d{4})")

# Entities that only need to look right; what they need is said in words for the message.
_PATTERNS: Mapping[str, tuple[str, str]] = {
    "bic": (r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", "8 or 11 letters and digits, as ISO 9362 has it"),
    "companyname": (r"(?:.*?[^\W_]){2}.*", "at least two letters or digits"),
    "reference": (r"(?:\s*\S){5}.*", "at least five characters"),
    "numeric": (r"[+-]?\d+(?:\.\d+)?", "a decimal number such as 2 or 5.0"),
    "timeperiod": (r"\d+:day", "a number of days such as 10:day"),
    "bankaccount": (r"\d{3,}", "at least three digits"),
    "banknumber": (r"\d{8}", "eight digits"),
    "customerid": (r".*\d.*", "at least one digit"),
    "invoiceid": (r".*\d.*", "at least one digit"),
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an address such as name@domain.example"),
    "url": (r"[\w-]+(?:\.[\w-]+)+", "the name of a host"),
    "documentdomain": (r"[\w-]+(?:\.[\w-]+)+", "the name of a host"),
    "vat": (r"[A-Z]{2}[A-Z0-9]{5,12}", "a VAT number such as DE and nine digits"),
    "taxnumber": (r"\d{11,13}", "eleven to thirteen digits"),
    "phonenumber": (r"\+?[\d /()-]{3,}", "a telephone number"),
    "poboxnumber": (r"\d{4,6}", "four to six digits"),
    "zipcode": (r"\d{4,5}", "four or five digits"),
}
_WITHOUT_BLANKS = frozenset({"bic", "iban", "bankaccount", "banknumber", "vat", "taxnumber"})


class Unfit(ValueError):
    """A value breaks the rule of its entity."""

    def __init__(self, value: str, wanted: str) -> None:
        super().__init__(f"{value!r} is not {wanted}")


def normal_form(entity: str, value: str) -> str:
    """Bring a value into the normal form of its entity.

    Parameters
    ----------
    entity
        One of the documented entities; those without a rule take anything.
    value
        What somebody confirmed or typed; an empty value says that there is none, and is always taken: the service's own
        mobile clients send six labels whether they are filled or not.

    Raises
    ------
    Unfit
        The value breaks the entity's rule, which the message tells.
    """
    text = value.strip()
    if not text:
        return ""
    if entity in _WITHOUT_BLANKS:
        text = re.sub(r"\s", "", text).upper()
    special = _SPECIAL.get(entity)
    if special:
        return special(text)
    if entity in CHOICES and text not in CHOICES[entity]:
        raise Unfit(value, f"one of {', '.join(sorted(CHOICES[entity]))}")
    if entity in _PATTERNS:
        pattern, wanted = _PATTERNS[entity]
        if not re.fullmatch(pattern, text, re.DOTALL):
            raise Unfit(value, wanted)
    return text


def _amount(text: str) -> str:
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise Unfit(text, "an amount such as 12.30:EUR")
    currency = (match["after"] or match["before"] or "EUR").upper()
    return f"{_decimal(match['number'])}:{_CURRENCIES.get(currency, currency)}"


def _decimal(text: str) -> str:
    last = max(text.rfind("."), text.rfind(","))
    whole, fraction = (text, "") if last < 0 or text.count(text[last]) > 1 else (text[:last], text[last + 1 :])
    try:
        number = Decimal(f"{whole.replace('.', '').replace(',', '')}.{fraction or '0'}")
    except InvalidOperation:
        raise Unfit(text, "a number") from None
    return f"{number:.2f}" if len(fraction) <= 2 else f"{number:f}"


def _currency(text: str) -> str:
    code = _CURRENCIES.get(text.upper(), text.upper())
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise Unfit(text, "a currency such as EUR")
    return code


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    try:
        if not match:
            return date.fromisoformat(text).isoformat()
        day, month, year = match.groups()
        number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
        return date(int(year), number, int(day)).isoformat()
    except ValueError:
        raise Unfit(text, "a date such as 2025-04-11 or 11.04.2025") from None


def _iban(text: str) -> str:
    import schwifty
    from schwifty.exceptions import SchwiftyException

    try:
        return str(schwifty.IBAN(text))
    except SchwiftyException:
        raise Unfit(text, "a valid IBAN") from None


_SPECIAL: Mapping[str, Callable[[str], str]] = {
    "amount": _amount,
    "currency": _currency,
    "date": _date,
    "iban": _iban,
}
