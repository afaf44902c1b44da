"""What the invented companies sell: names, units, price ranges; a seeded hand picks from it."""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

from generator.facts import Item
from generator.notation import cents

# Article number, text, unit, lowest and highest price of one unit, most units, tax rate.
Ware = tuple[str, str, str, int, int, int, int]

WOOD: Sequence[Ware] = (
    ("TM-1001", "Eichenbohle gehobelt, 40 mm", "m²", 61, 94, 12, 19),
    ("TM-1013", "Arbeitsplatte Buche, geölt", "Stk.", 180, 320, 2, 19),
    ("TM-2040", "Schubkasten mit Vollauszug", "Stk.", 75, 139, 6, 19),
    ("TM-2051", "Tischgestell Stahl, pulverbeschichtet", "Stk.", 145, 260, 3, 19),
    ("TM-3300", "Montage vor Ort", "Std.", 54, 68, 16, 19),
    ("TM-3310", "Anfahrt, Zone 2", "psch.", 29, 45, 1, 19),
    ("TM-1120", "Möbelgriff Edelstahl, 160 mm", "Stk.", 6, 14, 24, 19),
    ("TM-1177", "Leim und Kleinteile", "psch.", 12, 28, 1, 19),
)
OFFICE: Sequence[Ware] = (
    ("80-115", "Kopierpapier A4, 80 g/m², Karton 2.500 Blatt", "Krt.", 19, 27, 20, 19),
    ("80-240", "Toner schwarz, 6.000 Seiten", "Stk.", 64, 118, 6, 19),
    ("81-003", "Ordner A4, 80 mm, blau", "Stk.", 2, 4, 50, 19),
    ("81-017", "Heftgerät bis 30 Blatt", "Stk.", 11, 19, 8, 19),
    ("82-400", "Bürodrehstuhl „Platzhalter“, grau", "Stk.", 159, 289, 4, 19),
    ("82-455", "Schreibtisch höhenverstellbar, 160 × 80 cm", "Stk.", 389, 549, 3, 19),
    ("83-101", "Fachbuch „Muster der Buchhaltung“", "Stk.", 29, 49, 3, 7),
    ("84-220", "Versandtaschen C4, 250 Stück", "Pack", 17, 26, 10, 19),
    ("84-260", "Klebeband transparent, 66 m", "Stk.", 1, 3, 72, 19),
    ("85-010", "Röstkaffee, ganze Bohne, 1 kg", "Pack", 14, 22, 12, 7),
    ("85-044", "Whiteboard emailliert, 120 × 90 cm", "Stk.", 99, 149, 2, 19),
    ("85-090", "Kugelschreiber blau, 50 Stück", "Pack", 13, 21, 9, 19),
)
GOODS: Sequence[Ware] = (
    ("77-1042", "Regenjacke oliv, Größe L", "Stk.", 49, 89, 2, 19),
    ("77-2210", "Wandersocken 39-42", "Paar", 9, 15, 4, 19),
    ("78-0031", "Gießkanne Zink, 10 Liter", "Stk.", 24, 39, 2, 19),
    ("78-0450", "Lichterkette außen, 20 m", "Stk.", 19, 34, 3, 19),
    ("79-1100", "Kochbuch „Erfundene Gerichte“", "Stk.", 18, 29, 2, 7),
    ("79-1204", "Blumenzwiebeln Mischung, 50 Stück", "Pack", 8, 15, 3, 7),
    ("80-7712", "Thermoskanne Edelstahl, 1 Liter", "Stk.", 22, 37, 2, 19),
    ("80-8820", "Kinderrucksack „Fuchs“", "Stk.", 27, 44, 1, 19),
    ("81-3005", "Bettwäsche Leinen, 135 × 200 cm", "Set", 59, 99, 2, 19),
)


def pick(wares: Sequence[Ware], count: int, rng: random.Random) -> tuple[Item, ...]:
    """Choose ``count`` lines; more than there are wares means that wares come again."""
    chosen = [ware for _ in range(-(-count // len(wares))) for ware in rng.sample(wares, len(wares))][:count]
    return tuple(_item(ware, rng) for ware in chosen)


def _item(ware: Ware, rng: random.Random) -> Item:
    number, text, unit, low, high, most, rate = ware
    quantity = Decimal(rng.randint(1, most))
    if unit in {"Std.", "m²", "m"} and rng.random() < 0.6:
        quantity += Decimal("0.5")
    price = Decimal(rng.randint(low * 100, high * 100)) / 100
    if rng.random() < 0.5:
        price = price.quantize(Decimal(1)) - Decimal("0.05")
    return Item(number, text, quantity, unit, cents(price), Decimal(rate))


def consumption(kind: Mapping[str, str], rng: random.Random) -> tuple[Item, ...]:
    """Make the lines of a utility's bill: energy or water used, and what is paid per day or per head."""
    used = Decimal(rng.randint(int(kind["low"]), int(kind["high"])))
    rate = Decimal(kind["rate"])
    unit_price = Decimal(kind["price"]) + Decimal(rng.randint(0, 300)) / 10000
    lines = [
        Item("", kind["work"], used, kind["unit"], unit_price, rate),
        Item("", "Grundpreis", Decimal(365), "Tage", Decimal(rng.randint(2400, 4100)) / 10000, rate),
        Item("", "Messstellenbetrieb", Decimal(365), "Tage", Decimal(rng.randint(500, 900)) / 10000, rate),
    ]
    return tuple(lines)
