"""Orders of private households: shops, utilities."""

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
    return [*shops(seed), *utilities(seed)]


def shops(seed: int) -> list[Bill]:
    """Invoices of web shops."""
    numbers = ("2025########", "C######")
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
    ]  # fmt: skip


def utilities(seed: int) -> list[Bill]:
    """Yearly bills of utilities."""
    power = utility_items(seed, "utility_power", POWER)
    gas = utility_items(seed, "utility_credit", GAS)
    numbers = ("VR ## ### ###", "4### ### ##")
    return [
        order(
            seed, "utility_power", who.UTILITY, who.HOUSEHOLD, items=power, prepaid=share(power, 95), patterns=numbers,
            terms=Terms("date", 18), purpose="{customer}", more={"kind": "Strom", "meter": "1 EBZ 01 0471", "reading": "20417"},
        ),
        order(
            seed, "utility_credit", who.UTILITY, who.HOUSEHOLD, items=gas, prepaid=share(gas, 130), patterns=numbers,
            terms=Terms("none"), font="dejavu", more={"kind": "Erdgas", "meter": "7 GMT 00 4711", "reading": "8140"},
        ),
    ]  # fmt: skip
