"""Payloads of payment QR codes."""

import pytest
from reading_samples import EPC, IBAN, values

from gini_notebook.sandbox import reading
from gini_notebook.sandbox.reading.qr import understand

SWISS = "\r\n".join(
    (
        *("SPC", "0200", "1", "CH4431999123000889012"),
        *("S", "Beispiel AG", "Gasse", "1", "2501", "Biel", "CH"),
        *("",) * 7,
        *("1949.75", "CHF"),
        *("S", "Abnehmerin", "Weg", "3", "9400", "Rorschach", "CH"),
        *("QRR", "210000000003139471430009017", "Auftrag vom Juni", "EPD"),
    )
)


def test_epc_code() -> None:
    payment = understand(EPC)
    assert payment is not None
    assert (payment.dialect, payment.iban, payment.bic, payment.recipient) == (
        "epc",
        IBAN,
        "COBADEFFXXX",
        "Beispiel Handel GmbH",
    )
    assert (payment.amount, payment.purpose, payment.reference, payment.instant) == (
        "119.00:EUR",
        "ReNr 2025-0318",
        "",
        False,
    )


def test_instant_payment() -> None:
    payment = understand(EPC.replace("SCT", "INST"))
    assert payment is not None
    assert payment.instant


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_matter(end: str) -> None:
    assert understand(EPC.replace("\n", end)) == understand(EPC)


def test_swiss_code() -> None:
    payment = understand(SWISS)
    assert payment is not None
    assert (payment.dialect, payment.iban, payment.recipient) == ("swiss", "CH4431999123000889012", "Beispiel AG")
    assert (payment.amount, payment.reference, payment.purpose) == (
        "1949.75:CHF",
        "210000000003139471430009017",
        "Auftrag vom Juni",
    )


def test_bezahlcode() -> None:
    payment = understand(
        f"bank://singlepaymentsepa?name=Beispiel%20Handel&iban={IBAN}&bic=COBADEFFXXX&amount=12,50&currency=EUR&reason=Nr%204711"
    )
    assert payment is not None
    assert (payment.recipient, payment.iban, payment.amount, payment.purpose) == (
        "Beispiel Handel",
        IBAN,
        "12.50:EUR",
        "Nr 4711",
    )


def test_link_to_a_payment_request() -> None:
    payment = understand("https://pay.example.net/118edf41-102a-4b40-8753-df2f0634cb86")
    assert payment is not None
    assert (payment.dialect, payment.iban) == ("gini", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.net/kontakt",
        "BCD\n002\n1\nSCT",
        "BCD",
        "SPC",
        "bank://singlepaymentsepa?name=X",
        "WIFI:S:x;;",
    ],
)
def test_what_is_no_payment(text: str) -> None:
    assert understand(text) is None


@pytest.mark.parametrize("amount", ["EURNaN", "EUR", "EUR1e999999", "12.00", "EURzwölf"])
def test_damaged_amounts_are_left_out(amount: str) -> None:
    payment = understand(EPC.replace("EUR119.00", amount))
    assert payment is not None
    assert payment.amount == ""


def test_payload_document() -> None:
    result = reading.read_qr_payload({"qrcode": EPC})
    assert values(result.extractions) == {
        "iban": IBAN,
        "bic": "COBADEFFXXX",
        "paymentRecipient": "Beispiel Handel GmbH",
        "amountToPay": "119.00:EUR",
        "paymentReference": "ReNr 2025-0318",
        "paymentPurpose": "ReNr 2025-0318",
        "docType": "PaymentQRCode",
        "instantPayment": "false",
    }
    assert result.extractions["candidates"]["ibans"] == [{"entity": "iban", "value": IBAN}]
    assert result.layout == {"pages": []}


def test_payment_data_of_the_sender_fill_what_the_code_leaves_open() -> None:
    data = {"iban": IBAN, "paymentRecipient": "Beispiel Handel GmbH", "amountToPay": "5.00:EUR"}
    read = values(reading.read_qr_payload({"qrcode": "something else", "paymentdata": data}).extractions)
    assert (read["iban"], read["amountToPay"], read["bic"]) == (IBAN, "5.00:EUR", "COBADEFFXXX")


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({}, "qrcode with the text of the QR code is missing"),
        ({"qrcode": 7}, "qrcode with the text of the QR code is missing"),
        ({"qrcode": "x", "paymentdata": {"iban": IBAN}}, "needs at least iban and paymentRecipient"),
        ({"qrcode": "x", "paymentdata": ["iban"]}, "needs at least iban and paymentRecipient"),
    ],
)
def test_payloads_that_are_no_payloads(payload: dict, message: str) -> None:
    with pytest.raises(reading.Unreadable, match=message):
        reading.read_qr_payload(payload)
