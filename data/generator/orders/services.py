"""Orders around health, travel, insurance, clubs and donations."""

from decimal import Decimal
from typing import Any

from generator import companies as who
from generator import wares
from generator.facts import Bill, Extra, Item, Terms
from generator.notation import Notation
from generator.orders.desk import creditor_reference, hand, order

EXEMPT = Decimal(0)
SLIP: dict[str, Any] = {"prices": "gross", "lists_items": False, "doc_type": "RemittanceSlip"}


def bills(seed: int) -> list[Bill]:
    """All orders of this kind."""
    people = [*doctors(seed), *hotels(seed), *insurances(seed), *clubs(seed)]
    return [*people, *slips(seed), *letters_with_slip(seed), poster(seed)]


def doctors(seed: int) -> list[Bill]:
    """Doctors' invoices; two of them a clearing office sends."""
    shared: dict[str, Any] = {"prices": "gross", "doc_type": "Invoice"}

    def care(name: str, count: int) -> tuple[Item, ...]:
        return wares.services(count, hand(seed, f"{name}/services"))

    return [
        order(
            seed, "doctor_practice", who.PRACTICE, who.PATIENT, items=care("doctor_practice", 5), **shared,
            patterns=("{y}-#####", "#####"), purpose="{id}", terms=Terms("days", 30),
            more={"reason": "Vorsorgeuntersuchung"},
        ),
        order(
            seed, "doctor_clearing", who.PRACTICE, who.PATIENT, items=care("doctor_clearing", 7), payee=who.CLEARING,
            patterns=("PVS-########", "K##-####"), purpose="{id}", terms=Terms("date", 21), font="times", **shared,
            more={"reason": "Belastungsuntersuchung"},
        ),
        order(
            seed, "doctor_qr", who.DENTIST, who.PATIENT, items=care("doctor_qr", 4), payee=who.CLEARING, font="dejavu",
            patterns=("PVS-########", "K##-####"), purpose="{id}", reference="{id}", qr="epc", **shared,
            terms=Terms("date", 30), more={"reason": "Kontrolle"},
        ),
        order(
            seed, "doctor_no_bic", who.DENTIST, who.PATIENT, items=care("doctor_no_bic", 6), shows_bic=False,
            patterns=("Z-#####", "####"), purpose="{id} {customer}", terms=Terms("none"), font="vera", **shared,
            more={"reason": "Prophylaxe", "title": "Liquidation"},
        ),
    ]  # fmt: skip


def _stay(seed: int, name: str, nights: int, words: tuple[str, ...], rates: tuple[int, int]) -> tuple[Item, ...]:
    """Make the lines of a stay: nights, breakfast, car park, a dinner, the tax of the place."""
    rng = hand(seed, f"{name}/stay")
    night, breakfast, car, dinner, tax = words
    return (
        wares.line(rng, night, nights, (7_900, 16_900), rates[0]),
        wares.line(rng, breakfast, nights, (1_200, 2_200), rates[1]),
        wares.line(rng, car, nights, (600, 1_500), rates[1]),
        wares.line(rng, dinner, 1, (2_800, 9_400), rates[1]),
        wares.line(rng, tax, nights, (150, 320), 0),
    )


def hotels(seed: int) -> list[Bill]:
    """Hotels' bills, paid at the desk or not."""
    german = ("Übernachtung Doppelzimmer", "Frühstück", "Stellplatz Tiefgarage", "Restaurant, Rechnung 118", "Kurtaxe")
    english = ("Double room, per night", "Breakfast buffet", "Car park, per day", "Restaurant, bill 204", "City tax")
    shared: dict[str, Any] = {"prices": "gross", "doc_type": "Invoice"}
    return [
        order(
            seed, "hotel_paid", who.HOTEL, who.CUSTOMER_2, items=_stay(seed, "hotel_paid", 3, german, (7, 19)),
            **shared,
            patterns=("H######", "2##"), terms=Terms("paid"), more={"nights": "3", "prepaid": "Bezahlt mit girocard"},
        ),
        order(
            seed, "hotel_transfer", who.HOTEL, who.CUSTOMER, items=_stay(seed, "hotel_transfer", 2, german, (7, 19)),
            patterns=("H######", "3##"), terms=Terms("days", 14), purpose="{id}", reference="{id}", qr="epc",
            font="times",
            more={"nights": "2"}, **shared,
        ),
        order(
            seed, "hotel_english", who.HOTEL, ("Sample Traders Ltd", "2 Example Lane", "Sampleton, ZZ1 2ZZ"), **shared,
            items=_stay(seed, "hotel_english", 4, english, (7, 19)), patterns=("H######", "1##"), font="dejavu serif",
            notation=Notation("en", thousands=",", dates="long"), terms=Terms("date", 21), purpose="{id}",
            more={"nights": "4"},
        ),
        order(
            seed, "hotel_deposit", who.GUESTHOUSE, who.CUSTOMER_3, items=_stay(seed, "hotel_deposit", 5, german, (7,
            19)),
            patterns=("{y}-##", "#"), prepaid=Decimal("150.00"), terms=Terms("days", 10), shows_bic=False, **shared,
            font="stix", more={"nights": "5", "prepaid": "Anzahlung", "left": "Restbetrag"},
        ),
        order(
            seed, "hotel_austria", who.AUSTRIAN_INN, who.CUSTOMER_5, font="vera", patterns=("M-####", "1#"), **shared,
            items=_stay(seed, "hotel_austria", 2, (*german[:4], "Ortstaxe"), (10, 20)), terms=Terms("date", 14),
            purpose="{id}", notation=Notation(style="code before"), more={"nights": "2"},
        ),
    ]  # fmt: skip


def insurances(seed: int) -> list[Bill]:
    """Premium notices."""
    rng = hand(seed, "insurances")
    car = (
        wares.line(rng, "Kfz-Haftpflicht", 1, (24_000, 61_000), 19),
        wares.line(rng, "Teilkasko", 1, (6_000, 14_000), 19),
    )
    home = (
        wares.line(rng, "Hausrat", 1, (7_000, 16_000), 19),
        wares.line(rng, "Elementarschäden", 1, (2_000, 6_000), 19),
    )
    firm = (wares.line(rng, "Betriebshaftpflicht", 1, (60_000, 240_000), 19),)
    shared: dict[str, Any] = {"prices": "gross", "lists_items": False, "patterns": ("BR#########", "70/######/#")}
    return [
        order(
            seed, "insurance_car", who.INSURER, who.HOUSEHOLD, items=car, terms=Terms("date", 30), purpose="{customer}",
            more={"kind": "Kraftfahrt", "interval": "jährlich"}, **shared,
        ),
        order(
            seed, "insurance_home", who.INSURER, who.HOUSEHOLD, items=home, terms=Terms("debit", 20), font="vera",
            more={"kind": "Hausrat", "interval": "jährlich", "masked": "DE03 **** **** **** **45 68"}, **shared,
        ),
        order(
            seed, "insurance_firm", who.INSURER, who.CUSTOMER_5, items=firm, terms=Terms("date", 21),
            purpose="{customer}",
            reference="{customer}", qr="epc", font="dejavu", extras=(Extra("Treuenachlass", Decimal("-35.00")),),
            more={"kind": "Betrieb", "interval": "halbjährlich"}, **shared,
        ),
    ]  # fmt: skip


def clubs(seed: int) -> list[Bill]:
    """Letters of clubs."""
    rng = hand(seed, "clubs")
    sport = (
        wares.line(rng, "Jahresbeitrag Familie", 1, (9_600, 18_000)),
        wares.line(rng, "Spartenbeitrag Handball", 1, (2_400, 6_000)),
    )
    garden = (
        wares.line(rng, "Pacht Parzelle 17 (312 m²)", 1, (9_000, 14_000)),
        wares.line(rng, "Wasser und Strom", 1, (3_000, 9_000)),
        wares.line(rng, "Umlage Wege", 1, (1_000, 2_500)),
    )
    shared: dict[str, Any] = {"prices": "gross", "lists_items": False}
    return [
        order(
            seed, "club_sport", who.CLUB, who.MEMBER, items=sport, font="courier", patterns=("", "0815"), **shared,
            terms=Terms("date", 28), purpose="Beitrag {customer}",
            more={"title": "Mitgliedsbeitrag 2025",
            "text": "Liebes Mitglied, für das laufende Jahr bitten wir um Ihren Beitrag:",
                  "after": "Wer uns ein Lastschriftmandat erteilt, spart dem Verein Arbeit."},
        ),
        order(
            seed, "club_garden", who.GARDEN, who.MEMBER, items=garden, font="dejavu mono", patterns=("{y}/17", "17"),
            terms=Terms("date", 21), purpose="Pacht {id}", reference="Pacht {id}", qr="epc", **shared,
            more={"title": "Pachtrechnung", "text": "Liebe Gartenfreunde, für Ihre Parzelle berechnen wir:"},
        ),
    ]  # fmt: skip


def slips(seed: int) -> list[Bill]:
    """Remittance slips alone: a German and an Austrian form."""
    rng = hand(seed, "slips")
    bill = (wares.line(rng, "Rechnung", 1, (5_000, 30_000)),)
    rent = (wares.line(rng, "Miete", 1, (12_000, 40_000)),)
    tenant = ("Musterkunde Ges.m.b.H.", "Probegasse 3", "1999 Beispielwien")
    return [
        order(
            seed, "slip_small", who.CLEARING, who.CUSTOMER_3, items=bill, patterns=("", "PVS-########"), **SLIP,
            purpose="RECHNUNG {customer}", terms=Terms("none"), shows_date=False,
            more={"size": "slip", "payer iban": who.PAYER_IBAN},
        ),
        order(
            seed, "slip_austria", who.AUSTRIAN, tenant, items=rent, patterns=("", "K###"), **SLIP,
            purpose="MIETE LAGER {customer}", reference=str(rng.randint(10**11, 10**12 - 1)), terms=Terms("none"),
            shows_date=False, more={"size": "slip", "form": "austrian", "shows reference": "yes"},
        ),
    ]  # fmt: skip


def letters_with_slip(seed: int) -> list[Bill]:
    """Letters whose last third is a remittance slip."""
    rng = hand(seed, "letters with slip")
    fee = (wares.line(rng, "Gebühr für die Wasserprobe", 1, (4_000, 12_000)),)
    gift = (wares.line(rng, "Spende", 1, (2_500, 10_000)),)
    premium = (wares.line(rng, "Beitrag Unfallversicherung", 1, (6_000, 15_000)),)
    structured = creditor_reference(f"{rng.randint(10**8, 10**9 - 1)}")
    return [
        order(
            seed, "slip_reference", who.WATER, who.HOUSEHOLD, items=fee, patterns=("", "## ## ##"), font="dejavu",
            purpose="KD-NR {customer}", reference=structured, terms=Terms("date", 14), **SLIP,
            more={"title": "Gebührenbescheid", "text": "für die Untersuchung Ihrer Wasserprobe erheben wir:",
                  "shows reference": "yes"},
        ),
        order(
            seed, "slip_donation", who.AID, who.HOUSEHOLD, items=gift, patterns=("", "#######"), shows_amount=False,
            purpose="SPENDE {customer}", terms=Terms("none"), font="dejavu", **SLIP,
            more={"title": "Ihre Spende hilft", "customer": "Spendernummer",
                  "text": "mit dem anhängenden Zahlschein können Sie uns unterstützen. Den Betrag bestimmen Sie."},
        ),
        order(
            seed, "slip_insurance", who.INSURER, who.HOUSEHOLD, items=premium, patterns=("", "71/######/#"),
            font="vera", purpose="VERTRAG {customer}", terms=Terms("date", 20), **SLIP,
            more={"title": "Ihre Unfallversicherung", "customer": "Vertrag",
                  "text": "bitte zahlen Sie den fälligen Beitrag:"},
        ),
    ]  # fmt: skip


def poster(seed: int) -> Bill:
    """A page with nothing but a payment code."""
    gift = (Item("", "Spende", Decimal(1), "", Decimal("25.00"), EXEMPT),)
    return order(
        seed, "poster_code", who.AID, who.HOUSEHOLD, items=gift, patterns=("", "#"), prices="gross", lists_items=False,
        reference="Spende Hochwasser", terms=Terms("none"), doc_type="PaymentQRCode", shows_date=False, qr="epc",
        more={"size": "card", "title": "Jetzt helfen", "text": "Code mit der Banking-App einlesen"},
    )  # fmt: skip
