"""The labels, entities and codes that the service knows (Retrieve Extractions and its entity pages)."""

from collections.abc import Mapping

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
