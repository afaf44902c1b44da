"""Orders between companies: letters."""

from decimal import Decimal

from generator import companies as who
from generator import wares
from generator.facts import Bill, Skonto, Terms
from generator.notation import Notation
from generator.orders.desk import order


def bills(seed: int) -> list[Bill]:
    """All orders of this kind."""
    return [*letters(seed)]


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
            seed, "letter_instalments", who.JOINERY, who.CUSTOMER_4, goods=(wares.WOOD, 7), prepaid=Decimal("1500.00"),
            terms=Terms("date", 14), more={"head": "centre"}, notation=Notation(dates="long"),
        ),
        order(
            seed, "letter_factoring", who.AGENCY, who.CUSTOMER_2, goods=(wares.OFFICE, 5), payee=who.FACTOR,
            terms=Terms("days", 30), font="stix", purpose="{customer} {id}", more={"footer account": "no"},
        ),
        order(
            seed, "letter_credit", who.OFFICE, who.CUSTOMER_5, goods=(wares.OFFICE, 2), credit=True,
            patterns=("GS-{y}-####", "#####"), terms=Terms("none"), more={**band, "buyer iban": who.PAYER_IBAN},
        ),
    ]  # fmt: skip
