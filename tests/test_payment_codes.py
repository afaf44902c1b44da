"""The truth and the sandbox share no code, and read payment QR codes alike."""

import io
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis.truth.qr_codes import qr_labels
from gini_notebook.analysis.truth.qr_payloads import payment_of
from gini_notebook.sandbox import reading
from gini_notebook.sandbox.reading.qr import understand
from tests import payment_codes
from tests.payment_codes import IBAN, Code, Shot, picture

SHARP = Shot(5, 0, 0)


def by_truth(path: Path) -> dict[str, str]:
    labels = qr_labels(path, path.name)
    return {} if labels is None else {label.field: label.value for label in labels.labels}


def by_sandbox(path: Path) -> dict[str, str]:
    answer = reading.read(path.read_bytes(), None, settings={"ocr": False}).extractions
    return {name: one["value"] for name, one in answer["extractions"].items()}


def said(found: dict[str, str]) -> tuple[str, ...]:
    names = ("amountToPay", "iban", "bic", "paymentRecipient")
    text = found.get("paymentReference") or found.get("paymentPurpose") or ""
    return (*(found.get(name, "") for name in names), text)


def expected(code: Code) -> tuple[str, ...]:
    return (code.amount, code.iban, code.bic, code.recipient, code.text)


def is_decoded(path: Path, content: bytes) -> bool:
    from PIL import Image

    with Image.open(path) as image:
        return [code.bytes for code in zxingcpp.read_barcodes(image)] == [content]


def test_GT11_a_matrix_of_codes_is_read_alike_by_truth_and_sandbox(tmp_path: Path) -> None:
    decoded, wrong = 0, []
    for number, (code, shot) in enumerate(payment_codes.matrix()):
        path = tmp_path / f"{number}.png"
        picture(code.content, shot).save(path)
        if not is_decoded(path, code.content):
            continue
        decoded += 1
        read = said(by_truth(path)), said(without_derived_bic(by_sandbox(path), code))
        if read != (expected(code), expected(code)):
            wrong.append((code.name, shot, read))
    assert not wrong
    assert decoded >= 150


def without_derived_bic(found: dict[str, str], code: Code) -> dict[str, str]:
    """Leave out the BIC that the sandbox derives from an IBAN, where the code states none."""
    return found if code.bic else {**found, "bic": ""}


@pytest.mark.parametrize("code", [payment_codes.epc("002", 3), payment_codes.bezahlcode()], ids=lambda one: one.name)
def test_a_code_on_a_page_of_a_pdf(tmp_path: Path, code: Code) -> None:
    path = tmp_path / "a.pdf"
    picture(code.content, SHARP).convert("RGB").save(path, resolution=150)
    assert said(by_truth(path)) == said(by_sandbox(path)) == expected(code)


TEXTS = {
    "instant": f"BCD\n002\n1\nINST\nCOBADEFFXXX\nMuster AG\n{IBAN}\nEUR1\n\n\nNr. 1",
    "reference": f"BCD\n002\n1\nSCT\n\nMuster AG\n{IBAN}\nEUR1\n\nRF18539007547034\n",
    "too long an amount": f"BCD\n002\n1\nSCT\n\nMuster AG\n{IBAN}\nEUR1.234\n\n\nNr. 1",
    "a comma": f"BCD\n002\n1\nSCT\n\nMuster AG\n{IBAN}\nEUR1,50\n\n\nNr. 1",
    "lines missing": f"BCD\n002\n1\nSCT\n\nMuster AG\n{IBAN}",
    "no account": "BCD\n002\n1\nSCT\n\nMuster AG\n\nEUR1",
    "another scheme": f"BCD\n002\n1\nSDD\n\nMuster AG\n{IBAN}\nEUR1",
    "separators of other kinds within a line": f"BCD\n002\n1\nSCT\n\nMuster\u2028\x0b\x85AG\n{IBAN}\nEUR1",
    "bare": "BCD",
    "swiss in euro": "SPC\n0200\n1\nCH4431999123000889012\nS\nMuster AG" + "\n" * 13 + "7.00\nEUR",
    "swiss reference in groups": "SPC\n0200\n1\nCH44 3199 9123 0008 8901 2\nS\nMuster AG" + "\n" * 13 + "7\nCHF"
    + "\n" * 8 + "SCOR\nRF18 5390 0754 7034\nAuftrag\nEPD",
    "swiss without account": "SPC\n0200\n1\n\nS\nMuster AG",
    "bezahlcode with reference": f"bank://singlepaymentsepa?name=A%26B&iban={IBAN}&amount=1&separeference=RF18&reason=x+y",
    "bezahlcode in capitals": f"BANK://SINGLEPAYMENTSEPA?NAME=A&IBAN={IBAN}&AMOUNT=1%2C5&CURRENCY=chf",
    "bezahlcode of thousands": f"bank://singlepaymentsepa?name=A&iban={IBAN}&amount=1.234,50",
    "old bezahlcode": "bank://singlepayment?name=A&account=1234567&BNC=12345678&amount=1",
    "standing order": f"bank://periodicsinglepaymentsepa?name=A&iban={IBAN}&amount=1",
    "direct debit": f"bank://singledirectdebitsepa?name=A&iban={IBAN}&amount=1",
    "contact": f"bank://contact_v2?name=A&iban={IBAN}",
    "half an address": "bank://[singlepaymentsepa?iban=1",
    "other": "https://example.org",
    "empty": "",
}  # fmt: skip


def payment_by_truth(text: str) -> tuple[str, ...] | None:
    payment = payment_of(text)
    if payment is None:
        return None
    fields = dict(payment.fields)
    return (*said(fields), fields.get("instantPayment", "false"))


def payment_by_sandbox(text: str) -> tuple[str, ...] | None:
    payment = understand(text)
    if payment is None:
        return None
    instant = "true" if payment.instant else "false"
    text = payment.reference or payment.purpose
    return (payment.amount, payment.iban, payment.bic, payment.recipient, text, instant)


@pytest.mark.parametrize("name", TEXTS)
def test_GT11_odd_texts_of_codes_are_understood_alike(name: str) -> None:
    assert payment_by_truth(TEXTS[name]) == payment_by_sandbox(TEXTS[name])


def test_what_is_understood_of_odd_texts() -> None:
    assert payment_by_truth(TEXTS["instant"])[-1] == "true"
    assert payment_by_truth(TEXTS["a comma"])[0] == "1.50:EUR"
    assert payment_by_truth(TEXTS["too long an amount"])[0] == ""
    assert payment_by_truth(TEXTS["swiss reference in groups"])[1:] == (
        "CH4431999123000889012", "", "Muster AG", "RF18539007547034", "false"
    )  # fmt: skip
    assert payment_by_truth(TEXTS["bezahlcode in capitals"])[0] == "1.50:CHF"
    assert payment_by_truth(TEXTS["bezahlcode with reference"])[3:5] == ("A&B", "RF18")
    assert [name for name in TEXTS if payment_by_truth(TEXTS[name]) is None] == [
        "no account", "another scheme", "bare", "swiss without account", "old bezahlcode", "standing order",
        "direct debit", "contact", "half an address", "other", "empty",
    ]  # fmt: skip


lines = st.lists(
    st.sampled_from(["BCD", "SPC", "SCT", "INST", "1", "EUR1.5", "EUR", IBAN, "", " ", "Ä", "QRR", "bank://", "CHF"]),
    max_size=36,
)


@settings(deadline=None)
@given(lines, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "BCD\n002\n1\nSCT\n\nA\n", "SPC\n0200\n1\n"]))
def test_GT11_any_text_is_understood_alike(parts: list[str], end: str, start: str) -> None:
    text = start + end.join(parts)
    assert payment_by_truth(text) == payment_by_sandbox(text)


def test_codes_that_are_not_of_the_set_they_name_are_read_by_the_guess_of_the_decoder(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    # UTF-8 whatever the third line says; Latin-1 where it says UTF-8; a set that does not exist.
    contents = [
        payment_codes.epc("002", 1).content.replace(b"\n1\r", b"\n2\r"),
        payment_codes.epc("002", 2).content.replace(b"\n2\n", b"\n1\n"),
        payment_codes.epc("002", 2).content.replace(b"\n2\n", b"\n9\n"),
    ]
    for content, name in zip(contents, ("Bäckerei Größe 🥨", "Bäckerei Größe", "Bäckerei Größe"), strict=True):
        picture(content, SHARP).save(path)
        assert by_truth(path)["paymentRecipient"] == by_sandbox(path)["paymentRecipient"] == name


def two_codes(path: Path, first: Code, second: Code) -> Path:
    pages = [picture(code.content, SHARP).convert("RGB") for code in (first, second)]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=150)
    return path


def test_GT11_codes_of_different_payments_are_a_note(tmp_path: Path) -> None:
    epc, same, other = payment_codes.epc("002", 1), payment_codes.bezahlcode(), payment_codes.swiss("NON", "", "x")
    labels = qr_labels(two_codes(tmp_path / "a.pdf", epc, other), "a.pdf")
    assert {label.source for label in labels.labels} == {"epc-qr"}
    assert [(note.kind, note.examples) for note in labels.notes] == [("codes_differ", ("a.pdf",))]
    path = two_codes(tmp_path / "b.pdf", epc, same)
    assert qr_labels(path, "b.pdf").notes == []
    assert said(by_truth(path)) == said(by_sandbox(path)) == expected(epc)


def test_the_pictures_of_the_matrix_are_always_the_same() -> None:
    first = [io.BytesIO(picture(code.content, shot).tobytes()).read() for code, shot in payment_codes.matrix()[:4]]
    again = [io.BytesIO(picture(code.content, shot).tobytes()).read() for code, shot in payment_codes.matrix()[:4]]
    assert first == again
