"""Orders between companies: letters, craftsmen, reminders."""

from decimal import Decimal
from typing import Any

from generator import companies as who
from generator import wares
from generator.facts import Bill, Extra, Skonto, Terms
from generator.notation import Notation
from generator.orders.desk import open_invoices, order

FREE = Decimal(0)


def bills(seed: int) -> list[Bill]:
    """All orders of this kind."""
    return [*letters(seed), *more_letters(seed), *craftsmen(seed), *reminders(seed)]


def letters(seed: int) -> list[Bill]:
    """Business letters by DIN 5008."""
    band = {"head": "band", "zebra": "#f3f4f6"}
    return [
        order(seed, "letter_plain", who.JOINERY, who.CUSTOMER, goods=(wares.WOOD, 4)),
        order(
            seed, "letter_skonto", who.OFFICE, who.CUSTOMER_2, goods=(wares.OFFICE, 6), font="dejavu", more=band,
            skonto=(Skonto(Decimal(2), 10),), terms=Terms("days", 30), purpose="{id} / {customer}",
        ),
        order(
            seed, "letter_long", who.OFFICE, who.CUSTOMER, goods=(wares.OFFICE, 46), font="times",
            terms=Terms("date", 21), notation=Notation(style="code after"), more={"head": "centre", "rules": "yes"},
        ),
        order(
            seed, "letter_qr", who.AGENCY, who.CUSTOMER_3, goods=(wares.OFFICE, 3), qr="epc", font="vera",
            purpose="{id}", reference="{id}", patterns=("PP{y}{m}-###", "K-####"),
        ),
        order(
            seed, "letter_instalments", who.JOINERY, who.CUSTOMER_4, goods=(wares.WOOD, 7), prepaid=Decimal("800.00"),
            terms=Terms("date", 14), more={"head": "centre"}, notation=Notation(dates="long"),
        ),
        order(
            seed, "letter_factoring", who.AGENCY, who.CUSTOMER_2, goods=(wares.OFFICE, 5), payee=who.FACTOR,
            terms=Terms("days", 30), font="stix", purpose="{customer} {id}", more={"footer account": "no"},
        ),
    ]  # fmt: skip


def more_letters(seed: int) -> list[Bill]:
    """Letters with an e-invoice inside, a credit note, one with two discounts."""
    band = {"head": "band", "zebra": "#f3f4f6"}
    return [
        order(
            seed, "letter_credit", who.OFFICE, who.CUSTOMER_5, goods=(wares.OFFICE, 2), credit=True,
            patterns=("GS-{y}-####", "#####"), terms=Terms("none"), more={**band, "buyer iban": who.PAYER_IBAN},
        ),
        order(
            seed, "letter_einvoice", who.OFFICE, who.CUSTOMER_5, goods=(wares.OFFICE, 8), font="dejavu", einvoice=True,
            terms=Terms("date", 30), purpose="{id}", more={"order": "BE-2025-0815", "rules": "yes"},
        ),
        order(
            seed, "letter_einvoice_factoring", who.JOINERY, who.CUSTOMER_2, goods=(wares.WOOD, 5), font="dejavu serif",
            einvoice=True, payee=who.FACTOR, terms=Terms("date", 30), purpose="{id} {customer}",
            more={"footer account": "no", "head": "centre"},
        ),
        order(
            seed, "letter_two_discounts", who.OFFICE, who.CUSTOMER, goods=(wares.OFFICE, 9), terms=Terms("days", 60),
            skonto=(Skonto(Decimal(3), 8), Skonto(Decimal("1.5"), 30)), notation=Notation(style="code before"),
            purpose="Rechnung {id}", more={"buyer tax": "DE999999998"},
        ),
    ]  # fmt: skip


def craftsmen(seed: int) -> list[Bill]:
    """Invoices of craftsmen."""
    return [
        order(
            seed, "craftsman_roof", who.ROOFER, who.CUSTOMER_4, goods=(wares.ROOF, 8), font="times", shows_bic=True,
            terms=Terms("days", 10), purpose="{id}", patterns=("{y}/###", "####"), more={"site": "Musterweg 1-7"},
            skonto=(Skonto(Decimal(2), 5),),
        ),
        order(
            seed, "craftsman_plumber", who.PLUMBER, who.HOUSEHOLD, goods=(wares.PLUMBING, 6), terms=Terms("date", 14),
            patterns=("R#####", "#####"), more={"site": "Bad im Obergeschoss", "household": "yes"},
        ),
        order(
            seed, "craftsman_electric", who.ELECTRICIAN, who.CUSTOMER_3, goods=(wares.ELECTRIC, 7), font="dejavu",
            qr="epc", purpose="{id}", reference="{id}", patterns=("E-{y}-###", "##-##"), more={"site": "Backstube"},
        ),
        order(
            seed, "craftsman_final", who.ROOFER, who.CUSTOMER, goods=(wares.ROOF, 7), font="dejavu serif",
            prepaid=Decimal("1200.00"), terms=Terms("days", 21), patterns=("{y}/###", "####"), shows_bic=False,
            purpose="Schlussrechnung {id}", notation=Notation(style="code after"),
            more={"site": "Lagerhalle 2", "prepaid": "abzüglich 1. Abschlagszahlung", "left": "Restbetrag"},
        ),
        order(
            seed, "craftsman_einvoice", who.PLUMBER, who.CUSTOMER_5, goods=(wares.PLUMBING, 5), font="dejavu",
            einvoice=True, terms=Terms("date", 14), patterns=("R#####", "#####"), more={"site": "Werkstatt"},
        ),
        order(
            seed, "craftsman_two_pages", who.ELECTRICIAN, who.CUSTOMER_2, goods=(wares.ELECTRIC, 34), font="helvetica",
            terms=Terms("date", 30), purpose="{id}", patterns=("E-{y}-###", "##-##"), more={"site": "Neubau Halle C"},
        ),
        order(
            seed, "craftsman_austria", who.AUSTRIAN, ("Musterkunde Ges.m.b.H.", "Probegasse 3", "1999 Beispielwien"),
            goods=(wares.BUILDING, 5), font="dejavu", qr="epc", purpose="{id}", reference="{id}", terms=Terms("days",
            14),
            patterns=("AR{y}####", "K###"), more={"site": "Zubau Hofseite", "tax name": "USt.", "tax id": "UID"},
        ),
    ]  # fmt: skip


def reminders(seed: int) -> list[Bill]:
    """Dunning letters, from the friendly one to the collector's."""
    one, two, three = ((seed, f"reminder_{name}") for name in ("friendly", "second", "collector"))
    single = open_invoices(*one, 1, (8_000, 60_000))
    fees = (Extra("Mahngebühren", Decimal("5.00"), FREE), Extra("Verzugszinsen", Decimal("7.43"), FREE))
    costs = (
        Extra("Verzugszinsen bis heute", Decimal("31.18"), FREE),
        Extra("Mahnkosten der Auftraggeberin", Decimal("10.00"), FREE),
        Extra("Inkassokosten (RVG)", Decimal("76.44"), FREE),
    )
    shared: dict[str, Any] = {"prices": "gross", "doc_type": "Reminder", "lists_items": False}
    return [
        order(
            seed, "reminder_friendly", who.OFFICE, who.CUSTOMER_3, items=single, patterns=(single[0].number, "#####"),
            purpose="{id}", terms=Terms("date", 7), **shared,
            more={"title": "Zahlungserinnerung",
            "text": "sicher ist es Ihnen entgangen: Diese Rechnung ist noch offen."},
        ),
        order(
            seed, "reminder_second", who.JOINERY, who.CUSTOMER_5, items=open_invoices(*two, 2, (20_000, 190_000)),
            extras=fees, patterns=("", "#####"), purpose="{customer}", terms=Terms("date", 10), font="times", **shared,
            more={"title": "2. Mahnung", "text": "auf unsere erste Mahnung haben wir weder Geld noch Antwort erhalten. "
                  "Offen sind:", "threat": "Nach Ablauf der Frist geben wir die Forderung an ein Inkassobüro ab."},
        ),
        order(
            seed, "reminder_collector", who.JOINERY, who.CUSTOMER_5, items=open_invoices(*three, 1, (90_000, 260_000)),
            extras=costs, payee=who.COLLECTOR, patterns=("", "F-######"), purpose="{customer}", terms=Terms("date", 12),
            font="dejavu", shows_bic=False, **shared,
            more={"title": "Letzte Zahlungsaufforderung", "ink": "#b91c1c", "total": "Gesamtforderung",
                  "text": "wir vertreten die Tischlerei Musterholz GmbH, Musterstadt. Sie hat uns mit dem Einzug "
                  "dieser Forderung beauftragt:",
                  "threat": "Andernfalls beantragen wir den Erlass eines Mahnbescheids."},
        ),
        order(
            seed, "reminder_qr", who.SHOP, who.HOUSEHOLD, items=open_invoices(seed, "reminder_qr", 1, (3_000, 15_000)),
            extras=fees[:1], patterns=("", "C######"), purpose="Mahnung {customer}", reference="Mahnung {customer}",
            qr="epc", terms=Terms("date", 7), font="vera", **shared,
            more={"title": "1. Mahnung", "text": "leider konnten wir zu dieser Rechnung keine Zahlung feststellen."},
        ),
    ]  # fmt: skip
