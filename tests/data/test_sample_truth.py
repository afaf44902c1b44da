"""The truth agrees with the pages: text, codes, e-invoices; and with itself."""

import datetime
import hashlib
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import facturx
import pypdfium2
import pytest
import zxingcpp
from generator import collection
from generator.notation import MONTHS
from lxml import etree
from PIL import Image, ImageOps
from schwifty import IBAN

from tests.data.conftest import Rows, rows

AMOUNT = re.compile(r"-?\d+\.\d{2}:[A-Z]{3}")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def dates(day: datetime.date) -> list[str]:
    """All ways in which the documents write a day."""
    german, english = MONTHS["de"][day.month - 1], MONTHS["en"][day.month - 1]
    numeric = [f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}"]
    return [
        *numeric,
        f"{day.day}. {german} {day.year}",
        f"{day.day} {english} {day.year}",
        f"{english} {day.day}, {day.year}",
    ]


def amounts(value: str) -> list[str]:
    """All ways in which the documents write an amount, without currency."""
    number, _ = value.split(":")
    english = f"{Decimal(number):,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    return [german, english, english.replace(",", "'"), english.replace(",", " ")]


def test_the_collection_is_complete_and_small(invoices: Path, checksums: dict[str, str], truth: Rows) -> None:
    tables = {"truth.csv", "truth.jsonl", "expected.csv", "checksums.csv", "made_with.csv"}
    files = {path.name: path for path in invoices.iterdir() if path.name not in tables}
    assert set(files) == set(checksums)
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == checksums
    assert max(path.stat().st_size for path in files.values()) < 1024 * 1024
    assert sum(path.stat().st_size for path in files.values()) < 8 * 1000 * 1000
    assert len({row["layout"] for row in truth}) >= 14
    assert {row["quality"] for row in truth} == {"native", "text", "scan", "photo", "screen"}


def test_every_document_has_truth_or_is_refused(checksums: dict[str, str], truth: Rows, expected: Rows) -> None:
    known = [row["document"] for row in truth]
    refused = [row["document"] for row in expected if row["status"] == "failed"]
    assert len(known) == len(set(known))
    assert sorted([*known, *refused]) == sorted(checksums)
    assert len(refused) >= 6


def test_values_have_the_formats_of_the_service(truth: Rows) -> None:
    for row in truth:
        assert not row["amountToPay"] or AMOUNT.fullmatch(row["amountToPay"]), row
        for field in ("paymentDueDate", "invoiceDate"):
            assert not row[field] or datetime.date.fromisoformat(row[field])
        assert row["docType"] in {"Invoice", "Reminder", "RemittanceSlip", "PaymentQRCode", "Other"}


def test_ibans_are_valid_and_bics_are_those_of_the_bank(truth: Rows) -> None:
    seen = set()
    for row in truth:
        if row["iban"]:
            iban = IBAN(row["iban"])
            seen.add(iban)
            assert iban.bic is not None, row
            if row["bic"]:
                assert str(iban.bic).ljust(11, "X") == row["bic"].ljust(11, "X"), row
    assert len(seen) >= 20
    assert {iban.country_code for iban in seen} == {"DE", "AT", "CH", "GB"}


def test_values_stand_on_the_page(truth: Rows, texts: dict[str, str]) -> None:
    checked = 0
    for row in truth:
        text = texts.get(row["document"])
        if text is None or row["layout"] in {"poster", "menu"}:
            continue
        checked += 1
        if row["amountToPay"]:
            assert any(amount in text for amount in amounts(row["amountToPay"])), row
        for field in ("iban", "bic", "paymentReference"):
            assert squeezed(row[field]) in squeezed(text), (row["document"], field)
        for field in ("paymentRecipient", "paymentPurpose", "invoiceId"):
            assert squeezed(row[field]) in squeezed(text), (row["document"], field)
        if row["invoiceDate"]:
            assert any(day in text for day in dates(datetime.date.fromisoformat(row["invoiceDate"]))), row
    assert checked == len(texts) - 2


def test_due_dates_are_printed_or_follow_from_the_terms(truth: Rows, texts: dict[str, str]) -> None:
    computed = 0
    for row in truth:
        text = texts.get(row["document"])
        if text is None or not row["paymentDueDate"]:
            continue
        due = datetime.date.fromisoformat(row["paymentDueDate"])
        if any(day in text for day in dates(due)):
            continue
        days = re.search(r"(?:Zahlbar innerhalb von|Zahlbar innert|Please pay within) (\d+)", text)
        assert days, row
        assert datetime.date.fromisoformat(row["invoiceDate"]) + datetime.timedelta(days=int(days[1])) == due, row
        computed += 1
    assert computed >= 10


def test_umlauts_and_euro_signs_come_out_of_every_font(texts: dict[str, str]) -> None:
    fonts = (
        "letter_plain",
        "letter_long",
        "club_sport",
        "letter_skonto",
        "hotel_deposit",
        "club_garden",
        "utility_water",
    )
    for name in fonts:
        assert re.search("[äöüß]", texts[f"{name}.pdf"]), name
    assert sum("€" in text for text in texts.values()) > 30


def test_line_items_stand_on_the_page(records: list[dict[str, Any]], texts: dict[str, str]) -> None:
    lines = 0
    for record in records:
        text = squeezed(texts.get(record["document"], ""))
        if not text:
            continue
        for item in record.get("lineItems", []):
            lines += 1
            assert squeezed(item["description"]) in text, (record["document"], item)
            assert squeezed(item["artNumber"] or "") in text
            if "baseGross" in item:
                assert any(squeezed(amount) in text for amount in amounts(item["baseGross"])), (
                    record["document"],
                    item,
                )
    assert lines > 300


def test_skonto_follows_from_the_terms(records: list[dict[str, Any]], texts: dict[str, str]) -> None:
    discounts = [(record, row) for record in records for row in record["skontoDiscounts"]]
    assert len({record["document"] for record, _ in discounts}) >= 3
    for record, row in discounts:
        total, currency = record["amountToPay"].split(":")
        rest = Decimal(row["skontoAmountToPay"].split(":")[0])
        off = Decimal(row["skontoAmountDiscountedCalculated"].split(":")[0])
        assert rest + off == Decimal(total)
        assert abs(off - Decimal(total) * Decimal(row["skontoPercentageDiscounted"]) / 100) <= Decimal("0.005")
        days = int(row["skontoDuePeriod"].removesuffix(":day"))
        due = datetime.date.fromisoformat(record["invoiceDate"]) + datetime.timedelta(days=days)
        assert row["skontoDueDateCalculated"] == due.isoformat()
        text = texts.get(record["document"])
        if text is not None:
            assert any(amount in text for amount in amounts(f"{rest}:{currency}")), record["document"]


def test_records_agree_with_the_table(records: list[dict[str, Any]], truth: Rows) -> None:
    assert [record["document"] for record in records] == [row["document"] for row in truth]
    for record, row in zip(records, truth, strict=True):
        for field, cell in row.items():
            assert (record.get(field) or "") == cell


def test_records_label_what_is_absent_only_where_a_reader_can_tell(records: list[dict[str, Any]]) -> None:
    by_name = {record["document"]: record for record in records}
    assert by_name["letter_plain.pdf"]["paymentReference"] is None
    assert "paymentPurpose" not in by_name["letter_plain.pdf"]
    assert "bic" not in by_name["shop_voucher.pdf"]
    assert by_name["shop_paid.pdf"]["bic"] is None
    assert not {"iban", "bic", "paymentRecipient"} & set(by_name["letter_credit.pdf"])
    assert by_name["other_menu.pdf"]["amountToPay"] is None


def images(path: Path) -> list[Image.Image]:
    if path.suffix != ".pdf":
        return [ImageOps.exif_transpose(Image.open(path)).convert("L")]
    document = pypdfium2.PdfDocument(path)
    pages = [page.render(scale=2.5).to_pil().convert("L") for page in document]
    document.close()
    return pages


def test_codes_say_what_the_truth_says(invoices: Path, truth: Rows) -> None:
    found = 0
    for row in truth:
        if row["quality"] == "text" or row["document"].startswith(("letter_long", "craftsman_eleven", "craftsman_two")):
            continue
        for image in images(invoices / row["document"]):
            for code in zxingcpp.read_barcodes(image):
                found += 1
                lines = code.text.split("\n")
                number, currency = row["amountToPay"].split(":")
                if lines[0] == "SPC":
                    assert (lines[3], lines[18], lines[19]) == (row["iban"], number, currency)
                    assert lines[5] == row["paymentRecipient"]
                    assert lines[28] == row["paymentReference"]
                    continue
                assert lines[0].strip() == "BCD"
                assert [line.strip() for line in lines[5:7]] == [row["paymentRecipient"], row["iban"]]
                assert Decimal(lines[7].strip().removeprefix("EUR")) == Decimal(number)
                assert lines[4].strip() == row["bic"]
                text = [line.strip() for line in lines[9:11]]
                assert (row["paymentReference"] or row["paymentPurpose"]) in text
    # 11 native ones with the code of the European Payments Council, 2 Swiss ones, and their copies.
    assert found >= 18


def test_photos_and_scans_still_show_their_codes(invoices: Path) -> None:
    for name in (
        "shop_invoice_photo.jpg",
        "hotel_transfer_photo.jpg",
        "doctor_qr_photo.jpg",
        "craftsman_electric_scan.pdf",
    ):
        assert any(zxingcpp.read_barcodes(image) for image in images(invoices / name)), name


RAM = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}


@pytest.mark.parametrize(
    "name", ["letter_einvoice", "letter_einvoice_factoring", "craftsman_einvoice", "shop_einvoice", "english_einvoice"]
)
def test_e_invoices_agree_with_the_truth(name: str, invoices: Path, records: list[dict[str, Any]]) -> None:
    content = (invoices / f"{name}.pdf").read_bytes()
    file_name, xml = facturx.get_xml_from_pdf(content, check_xsd=True)
    assert file_name == "factur-x.xml"
    root = etree.fromstring(xml)
    record = next(record for record in records if record["document"] == f"{name}.pdf")

    def one(path: str) -> str:
        found = root.xpath(f"string(//ram:{path})", namespaces=RAM)
        assert isinstance(found, str)
        return found.strip()

    assert f"{one('DuePayableAmount')}:{one('InvoiceCurrencyCode')}" == record["amountToPay"]
    assert (one("IBANID"), one("BICID")) == (record["iban"], record["bic"])
    assert (one("PayeeTradeParty/ram:Name") or one("SellerTradeParty/ram:Name")) == record["paymentRecipient"]
    assert one("DueDateDateTime") == record["paymentDueDate"].replace("-", "")
    assert one("PaymentReference") == record.get("paymentPurpose", "")
    names = root.xpath("//ram:SpecifiedTradeProduct/ram:Name/text()", namespaces=RAM)
    assert names == [item["description"] for item in record["lineItems"]]
    quantities = root.xpath("//ram:BilledQuantity/text()", namespaces=RAM)
    assert quantities == [item["quantity"] for item in record["lineItems"]]


@pytest.mark.parametrize("seed", [2026, 4, 5])
def test_sums_of_e_invoices_add_up(seed: int) -> None:
    """The rules BR-CO-10, 13, 14 and 15 of EN 16931, which the schema cannot check."""
    from generator import einvoice, orders

    for bill in orders.bills(seed):
        if not bill.einvoice:
            continue
        root = etree.fromstring(einvoice.xml(bill))

        def total(path: str, root: etree._Element = root) -> Decimal:
            return sum((Decimal(text) for text in root.xpath(f"//ram:{path}/text()", namespaces=RAM)), Decimal(0))

        header = "SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
        lines = total("SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount")
        assert lines == total(f"{header}LineTotalAmount"), bill.name
        assert lines + total(f"{header}ChargeTotalAmount") == total(f"{header}TaxBasisTotalAmount")
        assert total("CalculatedAmount") == total(f"{header}TaxTotalAmount")
        assert total("BasisAmount") == total(f"{header}TaxBasisTotalAmount")
        basis, tax = total(f"{header}TaxBasisTotalAmount"), total(f"{header}TaxTotalAmount")
        assert basis + tax == total(f"{header}GrandTotalAmount") == bill.gross


def test_the_package_reads_the_truth(invoices: Path) -> None:
    import gini_notebook as gini

    table = gini.read_truth(invoices / "truth.csv")
    lines = gini.read_truth(invoices / "truth.jsonl")
    amounts_of = table[table.field == "amountToPay"].set_index("document").value
    assert len(amounts_of) == sum(bool(row["amountToPay"]) for row in rows(invoices / "truth.csv"))
    found = lines[(lines.document == "shop_invoice.pdf") & (lines.group == "lineItems") & (lines.field == "baseGross")]
    assert len(found) == 4
    empty = lines[(lines.document == "letter_plain.pdf") & (lines.field == "paymentReference")]
    assert len(empty) == 1
    assert empty.value.isna().all()


def test_the_examples_of_the_package_are_ten_of_them(invoices: Path) -> None:
    import gini_notebook as gini

    folder = gini.datasets.examples()
    truth = set((folder / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    documents = {path.name for path in folder.iterdir()} - {"truth.jsonl"}
    assert sorted(documents) == list(collection.EXAMPLES)
    assert len(truth) == len(documents) == 10
    assert truth < set((invoices / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    assert all((folder / name).read_bytes() == (invoices / name).read_bytes() for name in documents)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 500_000
