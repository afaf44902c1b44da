"""UBL 2.1: Invoice and CreditNote (XRechnung, Peppol BIS Billing); paths of EN 16931, CEN/TS 16931-3-2."""

from gini_notebook.analysis.truth.einvoice.nodes import (
    Collector,
    Element,
    amount,
    find,
    find_all,
    gross_unit_price,
    identifier,
    iso_date,
    number,
    plain_number,
    text,
)
from gini_notebook.analysis.truth.labels import Labels

_PARTY_NAMES = ("PartyLegalEntity/RegistrationName", "PartyName/Name")


def ubl_labels(root: Element, document: str) -> Labels:
    """Read the labels of a UBL invoice or credit note."""
    result = Collector(document)
    currency = text(root, "DocumentCurrencyCode")
    _payment(result, root, currency)
    invoice_id = text(root, "ID")
    reference = text(root, "PaymentMeans/PaymentID")
    result.header("paymentReference", reference or invoice_id, "PaymentID" if reference else "ID")
    result.header("invoiceId", invoice_id, "ID")
    result.header("invoiceDate", iso_date(text(root, "IssueDate")), "IssueDate")
    lines = find_all(root, "InvoiceLine") or find_all(root, "CreditNoteLine")
    for row, line in enumerate(lines):
        _line(result, row, line, currency)
    return result.labels


def _payment(result: Collector, root: Element, currency: str | None) -> None:
    payable = find(root, "LegalMonetaryTotal/PayableAmount")
    stated = payable.get("currencyID") if payable is not None else None
    value = number(text(root, "LegalMonetaryTotal/PayableAmount"))
    result.header("amountToPay", amount(value, stated or currency), "PayableAmount")
    means = find_all(root, "PaymentMeans")
    paying = next((one for one in means if text(one, "PayeeFinancialAccount/ID")), None)
    account = find(paying, "PayeeFinancialAccount")
    result.header("iban", identifier(text(account, "ID")), "PayeeFinancialAccount")
    branch = text(account, "FinancialInstitutionBranch/ID", "FinancialInstitutionBranch/FinancialInstitution/ID")
    result.header("bic", identifier(branch), "FinancialInstitutionBranch")
    due = text(root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate")
    result.header("paymentDueDate", iso_date(due), "DueDate")
    payee = text(root, "PayeeParty/PartyName/Name", "PayeeParty/PartyLegalEntity/RegistrationName")
    seller = text(find(root, "AccountingSupplierParty/Party"), *_PARTY_NAMES)
    result.header("paymentRecipient", payee or seller, "PayeeParty" if payee else "AccountingSupplierParty")


def _line(result: Collector, row: int, line: Element, currency: str | None) -> None:
    item, price = find(line, "Item"), find(line, "Price")
    rate = number(text(item, "ClassifiedTaxCategory/Percent"))
    gross = gross_unit_price(number(text(price, "PriceAmount")), number(text(price, "BaseQuantity")), rate)
    quantity = number(text(line, "InvoicedQuantity", "CreditedQuantity"))
    cells = (
        ("position", text(line, "ID"), "ID"),
        ("artNumber", text(item, "SellersItemIdentification/ID"), "SellersItemIdentification"),
        ("description", text(item, "Name", "Description"), "Name"),
        ("quantity", None if quantity is None else plain_number(quantity), "InvoicedQuantity"),
        ("baseGross", amount(gross, currency), "PriceAmount+tax"),
    )
    result.row(row, cells)
