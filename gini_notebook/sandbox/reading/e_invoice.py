"""E-invoices that are sent as XML documents of their own: UN/CEFACT CII (also ZUGFeRD 1) and UBL 2.

Elements are found by their local names, by the semantic model of EN 16931. A value in XML stands on no page, so there
are neither boxes nor candidates. The parser sees no document type, loads nothing, and is kept small.
"""

import codecs
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lxml import etree

from gini_notebook.sandbox.reading.amounts import amount_text
from gini_notebook.sandbox.reading.fields import answer_of
from gini_notebook.sandbox.reading.settings import Unreadable, UnsupportedType
from gini_notebook.sandbox.reading.words import Found, Scale, well_formed

_MOST_BYTES = 10 * 1024 * 1024
_MOST_TAGS = 400_000
_MOST_ROWS = 2_000
_LONGEST = 1_000  # characters of a value
_ENCODINGS = {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-15", "cp1252"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,10})?")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_CREDIT_CODES = {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}  # UNTDID 1001
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class _Dialect:
    """Where values are: paths of local names, alternatives parted by blanks, the first that has a text is taken."""

    number: str
    kind: str
    amount: str
    currency: str
    iban: str
    bic: str
    recipient: str
    reference: str
    due: str
    lines: str
    line_parent: str
    line_number: str
    line_name: str
    line_quantity: str
    line_price: str
    line_basis: str
    line_rate: str


_TRADE = "SupplyChainTradeTransaction/"
_SETTLEMENT = f"{_TRADE}ApplicableHeaderTradeSettlement/"
_MEANS = f"{_SETTLEMENT}SpecifiedTradeSettlementPaymentMeans/"
_CII = _Dialect(
    number="ExchangedDocument/ID",
    kind="ExchangedDocument/TypeCode",
    amount=f"{_SETTLEMENT}SpecifiedTradeSettlementHeaderMonetarySummation/DuePayableAmount"
    f" {_SETTLEMENT}SpecifiedTradeSettlementHeaderMonetarySummation/GrandTotalAmount",
    currency=f"{_SETTLEMENT}InvoiceCurrencyCode",
    iban=f"{_MEANS}PayeePartyCreditorFinancialAccount/IBANID",
    bic=f"{_MEANS}PayeeSpecifiedCreditorFinancialInstitution/BICID",
    recipient=f"{_SETTLEMENT}PayeeTradeParty/Name {_TRADE}ApplicableHeaderTradeAgreement/SellerTradeParty/Name",
    reference=f"{_SETTLEMENT}PaymentReference",
    due=f"{_SETTLEMENT}SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",
    lines=f"{_TRADE}IncludedSupplyChainTradeLineItem",
    line_parent="AssociatedDocumentLineDocument/ParentLineID",
    line_number="SpecifiedTradeProduct/SellerAssignedID",
    line_name="SpecifiedTradeProduct/Name",
    line_quantity="SpecifiedLineTradeDelivery/BilledQuantity",
    line_price="SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount",
    line_basis="SpecifiedLineTradeAgreement/NetPriceProductTradePrice/BasisQuantity",
    line_rate="SpecifiedLineTradeSettlement/ApplicableTradeTax/RateApplicablePercent",
)
_OLD_NAMES = (  # ZUGFeRD 1 says the same in other words
    ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction"),
    ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement"),
    ("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement"),
    ("SettlementHeaderMonetarySummation", "SettlementMonetarySummation"),
    ("SpecifiedLineTrade", "SpecifiedSupplyChainTrade"),
    ("RateApplicablePercent", "ApplicablePercent"),
    ("ExchangedDocument", "HeaderExchangedDocument"),
)


def _renamed(path: str) -> str:
    for new, old in _OLD_NAMES:
        path = path.replace(new, old)
    return path


_ZUGFERD_1 = _Dialect(**{name: _renamed(getattr(_CII, name)) for name in _Dialect.__slots__})
_UBL = _Dialect(
    number="ID",
    kind="InvoiceTypeCode CreditNoteTypeCode",
    amount="LegalMonetaryTotal/PayableAmount",
    currency="DocumentCurrencyCode",
    iban="PaymentMeans/PayeeFinancialAccount/ID",
    bic="PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID"
    " PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/ID",
    recipient="PayeeParty/PartyName/Name AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName"
    " AccountingSupplierParty/Party/PartyName/Name",
    reference="PaymentMeans/PaymentID",
    due="DueDate PaymentMeans/PaymentDueDate",
    lines="InvoiceLine CreditNoteLine",
    line_parent="ParentLineID",
    line_number="Item/SellersItemIdentification/ID",
    line_name="Item/Name Item/Description",
    line_quantity="InvoicedQuantity CreditedQuantity",
    line_price="Price/PriceAmount",
    line_basis="Price/BaseQuantity",
    line_rate="Item/ClassifiedTaxCategory/Percent",
)
_ROOTS = {
    "CrossIndustryInvoice": ("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:", _CII),
    "CrossIndustryDocument": ("urn:ferd:CrossIndustryDocument:", _ZUGFERD_1),
    "Invoice": ("urn:oasis:names:specification:ubl:schema:xsd:Invoice-2", _UBL),
    "CreditNote": ("urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2", _UBL),
}


@dataclass(frozen=True, slots=True)
class EInvoice:
    """A parsed e-invoice."""

    root: "etree._Element"
    dialect: _Dialect


def parse(content: bytes) -> EInvoice:
    """Parse an e-invoice.

    Parameters
    ----------
    content
        The whole file.

    Raises
    ------
    Unreadable
        It is too large, declares a document type, is in an unusual encoding, nested too deeply or not well-formed.
    UnsupportedType
        It is XML, but neither CII nor UBL.
    """
    text = _decoded(content)
    if "<!DOCTYPE" in text:
        raise Unreadable("The XML declares a document type (DOCTYPE), which e-invoices never do.")
    if text.count("<") > _MOST_TAGS:
        message = f"The XML has more than {_MOST_TAGS} tags, which no e-invoice has."
        raise Unreadable(message)
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
        root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as problem:
        raise Unreadable("The XML is not well-formed.") from problem
    name = etree.QName(root)
    namespace, dialect = _ROOTS.get(name.localname, ("", _UBL))
    if not namespace or not (name.namespace or "").startswith(namespace):
        message = f"The file is XML, but no e-invoice (CII or UBL): its root element is {name.localname[:80]}."
        raise UnsupportedType(message)
    return EInvoice(root, dialect)


def _decoded(content: bytes) -> str:
    if len(content) > _MOST_BYTES:
        raise Unreadable("The XML is larger than 10 MiB.")
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not encoding and content[:4] in {b"<\x00?\x00", b"\x00<\x00?"}:
        encoding = "utf-16-le" if content[:1] == b"<" else "utf-16-be"
    declared = _ENCODING.match(content)
    encoding = encoding or (declared[1].decode() if declared else "utf-8")
    try:
        known = codecs.lookup(encoding.removesuffix("-sig")).name in _ENCODINGS
        text = content.decode(encoding) if known else ""
    except (LookupError, UnicodeError):
        text = ""
    if not text:
        raise Unreadable("The XML is not in an encoding that e-invoices are in, such as UTF-8.")
    return text


def read(invoice: EInvoice) -> dict[str, Any]:
    """Return what an e-invoice says, in the form of ``GET /documents/{id}/extractions``.

    Parameters
    ----------
    invoice
        A parsed e-invoice.
    """
    values = {label: Found(value) for label, value in _values(invoice).items() if value}
    answer = answer_of(values, {}, Scale([], 72.0))
    items = [item for item in _items(invoice) if item][:_MOST_ROWS]
    if items:
        answer["compoundExtractions"] = {"lineItems": items}
    return answer


def lines_of(invoice: EInvoice) -> list[str]:
    """Return what an e-invoice says as lines of a page that people can look at."""
    values = {"invoiceId": _first(invoice.root, invoice.dialect.number), **_values(invoice)}
    rows = [[one["value"] for one in item.values()] for item in _items(invoice)]
    return [f"{label}: {value}" for label, value in values.items() if value] + ["", *("   ".join(row) for row in rows)]


def _values(invoice: EInvoice) -> dict[str, str]:
    root, dialect = invoice.root, invoice.dialect
    number, reference = _first(root, dialect.number), _first(root, dialect.reference)
    amount, iban = _number(_first(root, dialect.amount)), _matching(_IBAN, _first(root, dialect.iban))
    credit = _first(root, dialect.kind) in _CREDIT_CODES or etree.QName(root).localname == "CreditNote"
    return {
        "amountToPay": "" if amount is None else amount_text(amount, _currency(invoice)),
        "iban": iban,
        "bic": _matching(_BIC, _first(root, dialect.bic)),
        "paymentRecipient": _first(root, dialect.recipient),
        "paymentReference": reference,
        "paymentPurpose": reference or (f"ReNr {number}" if number else ""),
        "paymentDueDate": _date(_first(root, dialect.due)),
        "docType": "Invoice",
        "businessDocType": "CreditNote" if credit else "Invoice",
        "paymentState": "" if credit or amount is None else "ToBePaid" if amount > 0 else "Paid",
        "instantPayment": "false" if iban else "",
    }


def _items(invoice: EInvoice) -> Iterator[dict[str, Any]]:
    """Return the lines; those that only say what another is made of are left out."""
    dialect, scale = invoice.dialect, Scale([], 72.0)
    for line in _all(invoice.root, dialect.lines):
        quantity, gross = _number(_first(line, dialect.line_quantity)), _gross(line, dialect)
        members = {
            "artNumber": ("text", _first(line, dialect.line_number)),
            "description": ("text", _first(line, dialect.line_name)),
            "quantity": ("numeric", "" if quantity is None else f"{quantity.normalize():f}"),
            "baseGross": ("amount", "" if gross is None else amount_text(gross, _currency(invoice))),
        }
        if not _first(line, dialect.line_parent):
            yield {name: scale.extraction(entity, Found(value)) for name, (entity, value) in members.items() if value}


def _gross(line: "etree._Element", dialect: _Dialect) -> Decimal | None:
    """Return the price of one unit with tax; EN 16931 has prices without."""
    price, rate = _number(_first(line, dialect.line_price)), _number(_first(line, dialect.line_rate))
    if price is None or rate is None:
        return None
    basis = _number(_first(line, dialect.line_basis)) or Decimal(1)
    return (price / basis * (100 + rate) / 100).quantize(_CENT, ROUND_HALF_UP)


def _currency(invoice: EInvoice) -> str:
    return _matching(re.compile("[A-Z]{3}"), _first(invoice.root, invoice.dialect.currency)) or "EUR"


def _all(node: "etree._Element", paths: str) -> Iterator["etree._Element"]:
    for path in paths.split():
        nodes = [node]
        for name in path.split("/"):
            nodes = [child for one in nodes for child in one.iterchildren(f"{{*}}{name}")]
        yield from nodes


def _first(node: "etree._Element", paths: str) -> str:
    texts = (" ".join(well_formed(one.text or "").split())[:_LONGEST] for one in _all(node, paths))
    return next((text for text in texts if text), "")


def _matching(pattern: re.Pattern[str], text: str) -> str:
    compact = re.sub(r"\s", "", text).upper()
    return compact if pattern.fullmatch(compact) else ""


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _date(text: str) -> str:
    match = _DATE.match(text)
    try:
        return datetime.date(*(int(part) for part in match.groups())).isoformat() if match else ""
    except ValueError:
        return ""
