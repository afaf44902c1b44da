"""Orders of private households: shops, utilities, telephone."""

from decimal import Decimal

from generator import companies as who
from generator import wares
from generator.facts import Bill, Extra, Terms
from generator.notation import Notation
from generator.orders.desk import order, share, utility_items

POWER = {"work": "Arbeitspreis Strom", "low": "1800", "high": "4200", "unit": "kWh", "price": "0.2640", "rate": "19"}
GAS = {"work": "Arbeitspreis Erdgas", "low": "9000", "high": "19000", "unit": "kWh", "price": "0.0910", "rate": "19"}
WATER = {"work": "Mengenpreis Trinkwasser", "low": "80", "high": "190", "unit": "m³", "price": "1.9200", "rate": "7"}
SHIPPING = Extra("Versandkosten", Decimal("4.95"), label="shipment-addon")


def bills(seed: int) -> list[Bill]:
    """All orders of this kind."""
    return [*shops(seed), *utilities(seed), *telephone(seed)]


def shops(seed: int) -> list[Bill]:
    """Invoices of web shops."""
    numbers = ("2025########", "C######")
    voucher = Extra("Gutschein WILLKOMMEN", Decimal("-10.00"))
    return [
        order(
            seed, "shop_invoice", who.SHOP, who.HOUSEHOLD, goods=(wares.GOODS, 4), prices="gross", extras=(SHIPPING,),
            patterns=numbers, purpose="{id}", reference="{id}", qr="epc", terms=Terms("date", 14),
            more={"order": "B-557-1203", "method": "Kauf auf Rechnung"},
        ),
        order(
            seed, "shop_paid", who.SHOP, who.CUSTOMER_3, goods=(wares.GOODS, 2), prices="gross", extras=(SHIPPING,),
            patterns=numbers, terms=Terms("paid"), shows_account=False, font="dejavu",
            more={"order": "B-560-8841", "method": "Kreditkarte", "note": "Vielen Dank für Ihren Einkauf!"},
        ),
        order(
            seed, "shop_voucher", who.SHOP, who.HOUSEHOLD, goods=(wares.GOODS, 6), prices="gross",
            extras=(voucher, SHIPPING), patterns=numbers, purpose="{id}", font="vera", terms=Terms("date", 30),
            shows_bic=False, more={"order": "B-602-0019", "method": "Rechnung", "order of columns": "quantity first"},
        ),
        order(
            seed, "shop_giftcard", who.SHOP, who.CUSTOMER_3, goods=(wares.GOODS, 3), prices="gross", extras=(SHIPPING,),
            prepaid=Decimal("25.00"), patterns=numbers, purpose="{customer} {id}", terms=Terms("date", 14),
            notation=Notation(style="code after"), font="dejavu",
            more={"order": "B-611-4500", "method": "Rechnung", "prepaid": "eingelöste Geschenkkarte",
            "left": "Restbetrag"},
        ),
        order(
            seed, "shop_einvoice", who.SHOP, who.CUSTOMER_2, goods=(wares.GOODS, 5), prices="gross", einvoice=True,
            patterns=numbers, purpose="{id}", terms=Terms("date", 14), font="dejavu", extras=(SHIPPING,),
            more={"order": "B-630-7777", "method": "Rechnung", "order of columns": "quantity first"},
        ),
    ]  # fmt: skip


def utilities(seed: int) -> list[Bill]:
    """Yearly bills of utilities."""
    power, gas, water, debit = (
        utility_items(seed, f"utility_{name}", kind)
        for name, kind in (("power", POWER), ("credit", GAS), ("water", WATER), ("debit", POWER))
    )
    numbers = ("VR ## ### ###", "4### ### ##")
    meter = {"kind": "Strom", "meter": "1 EBZ 01 0471", "reading": "20417"}
    return [
        order(
            seed, "utility_power", who.UTILITY, who.HOUSEHOLD, items=power, prepaid=share(power, 95), patterns=numbers,
            terms=Terms("date", 18), purpose="{customer}", more=meter,
        ),
        order(
            seed, "utility_credit", who.UTILITY, who.HOUSEHOLD, items=gas, prepaid=share(gas, 130), patterns=numbers,
            terms=Terms("none"), font="dejavu", more={"kind": "Erdgas", "meter": "7 GMT 00 4711", "reading": "8140"},
        ),
        order(
            seed, "utility_water", who.WATER, who.CUSTOMER_3, items=water, prepaid=share(water, 70), font="vera",
            patterns=("W{y}-#####", "## ## ##"), terms=Terms("date", 30), purpose="Wasser {customer}", qr="epc",
            reference="Wasser {customer}", more={"kind": "Wasser", "meter": "8 SEN 44 0017", "reading": "733"},
        ),
        order(
            seed, "utility_debit", who.UTILITY, who.HOUSEHOLD, items=debit, prepaid=share(debit, 90), patterns=numbers,
            terms=Terms("debit", 15), font="stix", more={**meter, "payer iban": who.PAYER_IBAN},
        ),
    ]  # fmt: skip


def telephone(seed: int) -> list[Bill]:
    """Bills of a telephone company."""
    numbers = ("##########", "8#######")
    return [
        order(
            seed, "telecom_transfer", who.TELECOM, who.CUSTOMER, goods=(wares.TELEPHONY, 4), patterns=numbers,
            terms=Terms("date", 10), purpose="{customer}/{id}", font="dejavu", more={"calls": "30"},
        ),
        order(
            seed, "telecom_debit", who.TELECOM, who.HOUSEHOLD, goods=(wares.TELEPHONY, 3), patterns=numbers,
            terms=Terms("debit", 8), more={"calls": "75", "payer iban": who.PAYER_IBAN},
        ),
    ]  # fmt: skip
