"""What the columns of a table mean: the words people write above them, in German and in English.

Names are compared without case, blanks, underscores and signs, and ``ä`` is ``ae``. What is only similar to a known
word is suggested, never taken.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz.distance import OSA

from gini_notebook.notations import currency, visible
from gini_notebook.notes import Note
from gini_notebook.schema import FIELD_ENTITIES, LINE_ITEMS, dotted

Role = Literal[
    "document", "field", "value", "group", "row", "source", "alternative", "state", "currency", "label", "left out"
]

# Fields that the service delivers in rows of crossBorderPayment alone, and what a column of documents means by them.
ABROAD: Mapping[str, str] = {
    "creditorName": "paymentRecipient",
    "creditorAccountNumber": "iban",
    "creditorAgentBIC": "bic",
    "instructedAmount": "amountToPay",
}
ITEM_FIELDS = ("artNumber", "baseGross", "description", "position", "quantity")
# A column of a wide table that holds a compound extraction as JSON.
COMPOUND_SUFFIX = "[]"
# What this package reads of e-invoices beyond the fields of the service; no stranger in a table.
PURPOSE, REFERENCE = "paymentPurpose", "paymentReference"
INVOICE_ID = "invoiceId"
OWN_FIELDS = (INVOICE_ID,)
DOCUMENT_WORDS = (
    "document, file, filename, file name, document name, doc, doc name, document id, path, file path, pdf, pdf file, "
    "image, image name, Datei, Dateiname, Name der Datei, Dateipfad, Pfad, Dokument, Dokumentname, Dokumentenname, "
    "Name des Dokuments, Beleg, Belegname, Belegdatei, PDF-Datei, PDF-Name, Rechnungsdatei, Scan, Bild, Bildname, "
    "Fichier, Documento, Belegdokument, Quelldatei, Dokumentdatei, source file, source document, input file"
)
LONG_WORDS: Mapping[Role, str] = {
    "field": "field, field name, Feld, Feldname, Label, Attribut",
    "value": "value, Wert, Sollwert, Soll, expected, expected value, ground truth, truth, Feldwert",
    "group": "group, compound, Gruppe",
    "row": "row, row number, Zeile, Zeilennummer, Zeilennr",
    "source": "source, Quelle",
    "alternative": "alternative, Alternative",
    "state": "state, Zustand",
}
# Whom a payment goes to: alone, before another word, and behind "des", as German says it.
_PAYEES = (
    *((payee, payee, "") for payee in ("creditor", "beneficiary", "payee", "recipient", "supplier", "vendor")),
    ("Empfänger", "Empfänger", "Empfängers"),
    ("Zahlungsempfänger", "Zahlungsempfänger", "Zahlungsempfängers"),
    ("Kreditor", "Kreditoren", "Kreditors"),
    ("Gläubiger", "Gläubiger", "Gläubigers"),
    ("Begünstigter", "Begünstigten", "Begünstigten"),
    ("Lieferant", "Lieferanten", "Lieferanten"),
)
# Whoever pays: that account is never near the one of who is paid.
_PAYERS = (
    "payer, payor, debtor, debitor, buyer, customer, Auftraggeber, Zahler, Kunde, Käufer, Zahlungspflichtiger, "
    "Rechnungsempfänger"
)


def _of_payee(what: str) -> str:
    """Return how people write what belongs to the payee: ``Creditor BIC``, ``BIC des Kreditors``."""
    words = []
    for payee, before, genitive in _PAYEES:
        words += [f"{payee} {what}", f"{what} {payee}", f"{what} des {genitive}" if genitive else f"{what} of {payee}"]
        words += [f"{before}-{what}"] if before != payee else []
    return ", ".join(words)


# What people write above the column of a field. One list for tables and JSON; add here what else you meet.
FIELD_WORDS: Mapping[str, str] = {
    "amountToPay": (
        "amount, amount to pay, amount due, total, total amount, total due, grand total, invoice amount, "
        "invoice total, gross amount, gross total, payable amount, amount payable, payment amount, Betrag, "
        "Zahlbetrag, Zahlungsbetrag, Rechnungsbetrag, Gesamtbetrag, Bruttobetrag, Betrag brutto, Brutto, Endbetrag, "
        "Gesamtsumme, Rechnungssumme, Summe, zu zahlen, zu zahlender Betrag, offener Betrag, zahlbarer Betrag, "
        "Überweisungsbetrag, Forderung, Gesamtbetrag brutto, Rechnungsbetrag brutto, Gesamt, Rechnungsendbetrag, "
        "Endsumme, total payable, total to pay, amount to be paid"
    ),
    "iban": f"iban, IBAN-Nummer, IBAN Nr, Konto IBAN, Bankverbindung IBAN, iban number, {_of_payee('IBAN')}",
    "bic": f"bic, swift, swift code, bic code, bic/swift, swift/bic, {_of_payee('BIC')}",
    "paymentRecipient": (
        "payment recipient, recipient, payee, creditor, supplier, vendor, seller, beneficiary, Empfänger, "
        "Zahlungsempfänger, Zahlungsempf., Empf., Begünstigter, Kontoinhaber, Lieferant, Kreditor, "
        "Name des Rechnungsstellers, Gläubiger, Rechnungssteller, Rechnungsersteller, "
        f"Rechnungsaussteller, Aussteller, Firma, {_of_payee('Name')}"
    ),
    "paymentPurpose": (
        "payment purpose, purpose, purpose of payment, remittance information, Verwendungszweck, Zahlungszweck, Zweck, "
        "VWZ, Verw.-Zweck, Verwendung, Überweisungszweck, Betreff der Zahlung"
    ),
    "paymentReference": (
        "payment reference, reference, reference number, ref, ref no, invoice number, invoice no, "
        "Referenz, Referenznummer, Zahlungsreferenz, Referenz-Nr, Rechnungsnummer, Rechnungsnr, Rechnungs-Nr, "
        "Rechnung Nr, Rechnungs Nr, RE-Nr, ReNr, Rg-Nr, Belegnummer, Beleg-Nr"
    ),
    "paymentDueDate": (
        "payment due date, due date, due, due on, date due, payment due, pay by, Fällig, Fällig am, Fälligkeit, "
        "Fälligkeitsdatum, Fälligkeitstag, Fällig bis, Zahlbar bis, Zahlungsziel, Zahlung bis, Zahlungstermin, "
        "zu zahlen bis, Zahlbar am, Zahldatum, Zahlungsfrist, Zahlfrist, payment due by, due by, payable by, "
        "payment deadline"
    ),
    "docType": "doc type, document type, Dokumenttyp, Dokumententyp, Dokumentart, Belegart, Belegtyp",
    "paymentState": "payment state, Zahlungsstatus, Zahlstatus",
    "businessDocType": "business doc type, business document type, Geschäftsdokumenttyp",
    "instantPayment": "instant payment, Echtzeitüberweisung, Sofortüberweisung",
    "artNumber": (
        "art number, article number, article no, item number, item no, sku, product number, Artikelnummer, "
        "Artikel-Nr, Art.-Nr., Artikelnr, Art Nr, ArtNr, Produktnummer"
    ),
    "description": (
        "description, item description, item, article, product, Beschreibung, Bezeichnung, Artikelbezeichnung, "
        "Artikel, "
        "Leistung, Produkt, Positionstext, Warenbezeichnung"
    ),
    "quantity": "quantity, qty, Menge, Anzahl, Stück, Stückzahl, Stk",
    "baseGross": (
        "base gross, unit price gross, gross unit price, gross price, price gross, Einzelpreis brutto, Bruttopreis, "
        "Brutto-Einzelpreis, Stückpreis brutto, Bruttoeinzelpreis, Preis brutto, Einzelpreis (brutto), EP brutto"
    ),
    "position": "position, pos, pos no, position number, Pos.-Nr., Posnr, Positionsnummer, item position",
    "skontoPercentageDiscounted": (
        "skonto percentage discounted, discount percentage, cash discount percentage, Skonto, Skonto in Prozent, "
        "Skonto Prozent, Skontosatz, Skonto %, Skonto in %"
    ),
    "skontoAmountDiscounted": "skonto amount discounted, discount amount, Skontobetrag, Skonto Betrag",
    "skontoAmountToPay": "skonto amount to pay, amount with discount, Betrag mit Skonto, Betrag abzüglich Skonto",
    "skontoDueDate": "skonto due date, discount due date, Skonto bis, Skontofrist, Skontodatum, Skonto fällig am",
}
# What people write where the service gives one of a few words; the words of its older API are among them.
VALUE_WORDS: Mapping[str, Mapping[str, str]] = {
    "doctype": {
        "Invoice": "Rechnung, Eingangsrechnung, Lieferantenrechnung, invoice, bill",
        "Reminder": "Mahnung, Zahlungserinnerung, reminder, payment reminder",
        "RemittanceSlip": "Überweisungsträger, Überweisung, Zahlschein, remittance slip",
        "PaymentQRCode": "QR-Code, GiroCode, payment QR code",
        "Other": "Sonstiges, Sonstige, Anderes, other",
        "BankStatement": "Kontoauszug, bank statement",
        "Contract": "Vertrag, contract",
        "Receipt": "Quittung, Kassenbon, Kassenzettel, receipt",
        "TravelExpenseReport": "Reisekostenabrechnung, travel expense report",
    },
    "businessdoctype": {"Invoice": "Rechnung, invoice", "CreditNote": "Gutschrift, credit note"},
}
LINE_ITEM_WORDS = (
    "line items, items, invoice lines, positions, Positionen, Rechnungspositionen, Artikelpositionen, Einzelposten, "
    "Posten, Rechnungszeilen"
)
# Of the words for paymentReference those that name the number of the invoice, whoever quotes it.
INVOICE_NUMBER_WORDS = (
    "invoice number, invoice no, Rechnungsnummer, Rechnungsnr, Rechnungs-Nr, Rechnung Nr, Rechnungs Nr, RE-Nr, ReNr, "
    "Rg-Nr, Belegnummer, Beleg-Nr"
)
# The service delivers the price of one unit with tax; these words do not say whether theirs is.
PRICE_WORDS = (
    "Einzelpreis, Stückpreis, Preis, EP, Preis pro Stück, Preis je Einheit, Preis pro Einheit, E-Preis, "
    "unit price, price, item price, price per unit, price each"
)
SUM_WORDS = (
    "Summe, Σ, Gesamt, Gesamtsumme, Zwischensumme, Total, Sum, Grand total, Subtotal, Summen, Gesamtbetrag, Totals, "
    "Ergebnis, Gesamtergebnis, Anzahl, Mittelwert, Durchschnitt"
)
# What is counted in a row of sums: "Summe (3 Belege)".
COUNT_WORDS = (
    "Beleg, Belege, Dokument, Dokumente, Rechnung, Rechnungen, Datei, Dateien, Posten, Positionen, Einträge, Zeilen, "
    "document, documents, invoice, invoices, file, files, item, items, entries, rows"
)
CURRENCY_WORDS = "currency, currency code, Währung, Währungscode, Waehrung, Whg, Wrg"
_NO_MARKS = {mark: None for mark in range(128) if not chr(mark).isalnum() and chr(mark) != "%"}
# A name that differs in more than one letter, and by more than this, is no misspelling.
_NEAR = 0.8


def key(name: str) -> str:
    """Return what is compared of a name of a column.

    Examples
    --------
    >>> key(" Fällig_am: "), key("amountToPay") == key("Amount to pay")
    ('faelligam', True)
    """
    if name.isascii():
        return name.lower().translate(_NO_MARKS)
    text = unicodedata.normalize("NFKC", visible(name)).casefold()
    for letter, spelled in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(letter, spelled)
    return "".join(mark for mark in text if mark.isalnum() or mark == "%")


def understood_words() -> dict[str, str]:
    """Return the words that are understood above columns, separated by commas, by what they mean.

    Examples
    --------
    >>> understood_words()["quantity"]
    'quantity, qty, Menge, Anzahl, Stück, Stückzahl, Stk'
    """
    return {
        "document": DOCUMENT_WORDS,
        **{f"{role} (of a long table)": words for role, words in LONG_WORDS.items()},
        **FIELD_WORDS,
        LINE_ITEMS: LINE_ITEM_WORDS,
        "currency of the amounts beside it": CURRENCY_WORDS,
        "invoiceId beside what is quoted when paying": INVOICE_NUMBER_WORDS,
        "asked about, as it may be with or without tax": PRICE_WORDS,
        "a row of a sum, passed over": SUM_WORDS,
    }


def _keys(words: str) -> list[str]:
    return [key(word) for word in words.split(", ")]


# A word for the payee comes before the name of a field that only payments abroad have.
_LABELS = {key(field): field for field in FIELD_ENTITIES}
_LABELS |= {word: field for field, words in FIELD_WORDS.items() for word in _keys(words)}
_ROLES: dict[str, Role] = {word: role for role, words in LONG_WORDS.items() for word in _keys(words)}
_DOCUMENTS = {word: place for place, word in enumerate(_keys(DOCUMENT_WORDS))}
_CURRENCIES = frozenset(_keys(CURRENCY_WORDS))
_VALUES = {
    kind: {word: value for value, words in values.items() for word in (key(value), *_keys(words))}
    for kind, values in VALUE_WORDS.items()
}
_NEAR_WORDS = {**_LABELS, **dict.fromkeys(_DOCUMENTS, "document")}
_INVOICE_NUMBERS = frozenset(_keys(INVOICE_NUMBER_WORDS))
_LINE_ITEMS = frozenset(_keys(LINE_ITEM_WORDS))
_SUMS = frozenset(_keys(SUM_WORDS))
_PRICES = frozenset(_keys(PRICE_WORDS))
_NET = ("netto", "net")
_PAYS = tuple(_keys(_PAYERS))
_COUNTED = frozenset(_keys(COUNT_WORDS))
_TAXED = frozenset(("brutto", "netto", "gross", "net"))
# What people add in brackets, and what changes nothing; "netto" or "Cent" would.
_REMARK = re.compile(r"^(.*\S)\s*[(\[]\s*([^()\[\]]+?)\s*[)\]]$", re.DOTALL).fullmatch
_REMARKS = (
    "brutto, gross, inkl MwSt, inkl USt, incl VAT, Datum, date, TT.MM.JJJJ, JJJJ-MM-TT, dd.mm.yyyy, yyyy-mm-dd, Text"
)
_IN_BRACKETS = frozenset(map(key, _REMARKS.split(", ")))
_WITH_CURRENCY = re.compile(r"^(.*?)[ _\-/(\[]+(?:in +)?(€|\$|£|[A-Za-z]{3,4})[)\]]?$").fullmatch


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what stands above it, and what it means.

    Attributes
    ----------
    name
        As written.
    role
        What it holds; ``"label"`` is a column of a wide table.
    group, field
        Of a label: the field.
    currency
        Named in the header, as in ``Betrag (EUR)``.
    known
        Whether the service has such a field, or the caller named it.
    doubt
        Of a column that is not known: why what it seems to be was not taken for it.
    """

    name: str
    role: Role
    group: str = ""
    field: str = ""
    currency: str = ""
    known: bool = True
    doubt: str = ""

    @property
    def place(self) -> str:
        """The field in one word."""
        return dotted(self.group, self.field)


def column(name: str, columns: Mapping[str, str | None]) -> Column:
    """Return what a column means.

    Parameters
    ----------
    name
        As written.
    columns
        The caller's names of columns to ours, None for one to leave out; they come first.
    """
    name = unicodedata.normalize("NFC", visible(name)).strip()
    if is_named(name, columns):
        given = columns[name] if name in columns else {key(theirs): ours for theirs, ours in columns.items()}[key(name)]
        if not given:
            return Column(name, "left out", known=False)
        return _literal(name, given) or Column(name, "label", field=given)
    return _literal(name, name) or _by_words(name) or Column(name, "label", field=name, known=False, doubt=doubt(name))


def says_sum(text: str) -> bool:
    """Return whether a text is a word for a sum, perhaps with a currency, or with what was added up.

    Examples
    --------
    >>> [says_sum(text) for text in ("Summe:", "Total EUR:", "Summe (3 Belege)", "Σ", "Summe_2024", "Sommer")]
    [True, True, True, True, False, False]
    """
    if key(text) in _SUMS:
        return True
    words = [word for word in re.split(r"[\s()\[\]:/]+", visible(text)) if word]
    return bool(words) and key(words[0]) in _SUMS and all(map(_says_of_sum, words[1:], [*words[2:], ""]))


def _says_of_sum(word: str, following: str) -> bool:
    """Return whether a word behind one for a sum says what was added up: a currency, or how many of what."""
    if word.isdigit():
        return says_counted(following)
    return currency(word) is not None or key(word) in _SUMS | _TAXED or says_counted(word)


def says_counted(word: str) -> bool:
    """Return whether a word is what people count in a table: ``Belege``, ``documents``."""
    return key(word) in _COUNTED


def value_meant(kind: str, text: str) -> str | None:
    """Return the service's word for a value of which there are only a few; None where it has none.

    Examples
    --------
    >>> value_meant("doctype", "Rechnung"), value_meant("doctype", "invoice"), value_meant("doctype", "Angebot")
    ('Invoice', 'Invoice', None)
    """
    return _VALUES[kind].get(key(text))


def says_line_items(text: str) -> bool:
    """Return whether a text is a word for the rows of an invoice.

    Examples
    --------
    >>> says_line_items("Positionen"), says_line_items("lineItems"), says_line_items("Position")
    (True, True, False)
    """
    return key(text) in _LINE_ITEMS


def doubt(name: str) -> str:
    """Return why a name is not taken for a field that it may well mean, or an empty string."""
    return "with or without tax? baseGross is the price of one unit with it" if key(name) in _PRICES else ""


def is_named(name: str, columns: Mapping[str, str | None]) -> bool:
    """Return whether the caller says what a column is."""
    return bool(columns) and (name in columns or key(name) in set(map(key, columns)))


def is_own_name(one: Column) -> bool:
    """Return whether a column is called as its field is, but for case and signs."""
    return key(one.name) in (key(one.field), key(one.place))


def says_what_is_quoted(found: Iterable[Column | None], columns: Mapping[str, str | None]) -> bool:
    """Return whether a table says what is quoted when paying: a purpose, or a reference that is called so.

    Parameters
    ----------
    found
        Its columns as their names alone tell.
    columns
        The caller's names of columns to ours.
    """
    references = (one for one in found if one is not None and one.field in (PURPOSE, REFERENCE))
    return any(one.field == PURPOSE or not _may_be_number(one, columns) for one in references)


def beside_what_is_quoted(one: Column, columns: Mapping[str, str | None]) -> Column:
    """Return what a column means in a table that says what is quoted: the number of its invoice is no reference there.

    Without such a column the number of the invoice is the best there is, and :data:`FIELD_WORDS` takes it.
    """
    return Column(one.name, "label", field=INVOICE_ID, known=False) if _may_be_number(one, columns) else one


def _may_be_number(one: Column, columns: Mapping[str, str | None]) -> bool:
    """Return whether a reference is called as the number of an invoice is, and not by the caller."""
    word = key(match[1] if (match := _REMARK(one.name)) else one.name)
    return one.field == REFERENCE and word in _INVOICE_NUMBERS and not is_named(one.name, columns)


def _literal(name: str, ours: str) -> Column | None:
    """Return what our own names mean."""
    if ours in ("document", "file"):
        return Column(name, "document")
    for role in LONG_WORDS:
        if ours == role:
            return Column(name, role)
    group, dot, field = ours.rpartition(".")
    if ours in FIELD_ENTITIES or ours.endswith(COMPOUND_SUFFIX):
        return Column(name, "label", field=ours)
    if dot and group == LINE_ITEMS:
        return Column(name, "label", group, field)
    return None


def _by_words(name: str) -> Column | None:
    word = key(name)
    if word in _DOCUMENTS:
        return Column(name, "document")
    if word in _LABELS:
        return Column(name, "label", field=_LABELS[word])
    if word in _ROLES:
        return Column(name, _ROLES[word])
    if word in _CURRENCIES:
        return Column(name, "currency")
    if match := _WITH_CURRENCY(name):
        field, code = _LABELS.get(key(match[1])), currency(match[2])
        if field and code and FIELD_ENTITIES[field] == "amount":
            return Column(name, "label", field=field, currency=code)
    return _with_remark(name)


def _with_remark(name: str) -> Column | None:
    """Return what a name with a remark in brackets means: ``Fälligkeit (Datum)``, ``Kontonummer (IBAN)``."""
    match = _REMARK(name)
    if match is None:
        return None
    head, remark = match[1], key(match[2])
    found = _literal(head, head) or _by_words(head)
    if found is not None and remark in _IN_BRACKETS:
        return replace(found, name=name)
    field = _LABELS.get(remark, "")
    return Column(name, "label", field=field) if found is None and field in ("iban", "bic") else None


def resolved(header: Sequence[str], columns: Mapping[str, str | None]) -> list[Column | None]:
    """Return what each column of a table means; None for a column without a name.

    One column names the documents: the one whose word comes first in :data:`DOCUMENT_WORDS`. Words of a long table
    (``Wert``, ``Zeile``) mean something only where there are both a field and a value.
    """
    found = [column(name, columns) if name.strip() else None for name in header]
    if says_what_is_quoted(found, columns):
        found = [one and beside_what_is_quoted(one, columns) for one in found]
    documents = [one for one in found if one is not None and one.role == "document"]
    chosen = min(documents, key=lambda one: _rank(one, columns), default=None)
    long = {"field", "value"} <= {one.role for one in found if one is not None}
    amounts = any(one is not None and FIELD_ENTITIES.get(one.field) == "amount" for one in found)
    return [one and _currency(_in_company(one, chosen, long=long), amounts=amounts or long) for one in found]


def _currency(one: Column, *, amounts: bool) -> Column:
    """Return what a column of currencies means: beside amounts it is theirs, else a field of its own."""
    if one.role != "currency" and one.place != "currency":
        return one
    return Column(one.name, "currency") if amounts else Column(one.name, "label", field="currency")


def _rank(one: Column, columns: Mapping[str, str | None]) -> int:
    return -1 if one.name in columns else _DOCUMENTS.get(key(one.name), len(_DOCUMENTS))


def _in_company(one: Column, document: Column | None, *, long: bool) -> Column:
    """Return what a column means beside the others."""
    if one.role == "document" and one is not document:
        return Column(one.name, "label", field=one.name, known=False)
    if one.role in ("field", "value", "group", "row", "source", "alternative", "state") and not long:
        literal = one.name.lower() in ("field", "value", "group", "row", "source")
        return one if literal else Column(one.name, "label", field=one.name, known=False)
    return one


def nearest(name: str) -> str:
    """Return the field whose words are nearest to a name, or an empty string if none is near.

    One rule wherever a name is looked at, when it is read and when it is compared.

    Examples
    --------
    >>> nearest("Betrga"), nearest("Notiz"), nearest("Payer IBAN"), nearest("Konto"), nearest("Belegdatum")
    ('amountToPay', '', '', '', '')
    """
    if key(name).endswith(_NET):  # a price without tax is near the one with it only as a word
        return ""
    found = "" if any(word in key(name) for word in _PAYS) else _nearest(name, _NEAR_WORDS)
    # What names the documents is known wherever columns are compared.
    return found if found != "document" else ""


def is_near_document(name: str) -> bool:
    """Return whether a name is nearly a word for the name of a document."""
    return _nearest(name, _NEAR_WORDS) == "document"


def likely(name: str, reason: str = "") -> str:
    """Return what a name that nobody knows may well mean, as part of a sentence, or an empty string.

    Parameters
    ----------
    name
        As written.
    reason
        Why it was not taken for what it seems to be, where that is known.
    """
    if why := reason or doubt(name):
        return f"{name}: {why}"
    return f"{name} is near {field}" if (field := nearest(name)) else ""


def nearest_of(name: str, names: Iterable[str]) -> str:
    """Return which of some names is near to a name, or an empty string if none is."""
    return _nearest(name, {key(other): other for other in names})


def _nearest(name: str, words: Mapping[str, str]) -> str:
    word = key(name)
    # Who misspells a word begins it as it begins: "Konto" is not "Skonto".
    alike = (other for other in words if other[:1] == word[:1])
    best = max(alike, key=lambda other: OSA.normalized_similarity(word, other), default="")
    is_near = OSA.distance(word, best) <= 1 or OSA.normalized_similarity(word, best) >= _NEAR
    return words[best] if is_near and len(word) > 2 else ""


def header_notes(found: Iterable[Column | None], where: str = "") -> list[Note]:
    """Say which columns were understood by another name, and which are no field of the service.

    Parameters
    ----------
    found
        The columns; None for one without a name.
    where
        The sheet, where there are several.
    """
    there = [one for one in found if one is not None]
    renamed = [one for one in there if one.role == "label" and one.known and one.name not in (one.place, one.field)]
    renamed += [one for one in there if one.role == "document" and one.name.lower() not in ("document", "file")]
    unknown = [one for one in there if one.role == "label" and not one.known and one.field not in OWN_FIELDS]
    numbers = tuple(one.name for one in there if one.field == INVOICE_ID and one.name != INVOICE_ID and not one.known)
    meant = [f"{one.name} → {one.place or one.role}" for one in renamed]
    meant += [f"{one.name} → currency of the amounts" for one in there if one.role == "currency"]
    notes = []
    if meant:
        notes.append(Note("columns_understood", len(meant), tuple(meant), f" of {where}" if where else ""))
    if unknown:
        names = tuple(one.name for one in unknown)
        told = "; ".join(filter(None, (likely(one.name, one.doubt) for one in unknown)))
        notes.append(Note("columns_unknown", len(unknown), names, f" ({told})" if told else ""))
    if numbers:
        notes.append(Note("invoice_numbers_kept", len(numbers), numbers))
    return notes
