"""What the invented companies sell: names, units, price ranges; a seeded hand picks from it."""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

from generator.facts import Item
from generator.notation import cents

# Article number, text, unit, lowest and highest price of one unit, most units, tax rate.
Ware = tuple[str, str, str, int, int, int, float]

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

ROOF: Sequence[Ware] = (
    ("", "Dacharbeiten, Meister", "Std.", 62, 74, 14, 19),
    ("", "Dacharbeiten, Geselle", "Std.", 52, 61, 22, 19),
    ("", "Tonziegel rot, engobiert", "Stk.", 2, 4, 180, 19),
    ("", "Dachlatte 40/60, imprägniert", "m", 2, 4, 60, 19),
    ("", "Unterspannbahn diffusionsoffen", "m²", 3, 6, 45, 19),
    ("", "Dachrinne Titanzink, 6-teilig, mit Haltern und Formstücken", "m", 38, 55, 18, 19),
    ("", "Gerüst stellen und abbauen", "psch.", 480, 890, 1, 19),
    ("", "Schutt laden und entsorgen", "psch.", 140, 260, 1, 19),
)
PLUMBING: Sequence[Ware] = (
    ("", "Montage, Facharbeiter", "Std.", 58, 68, 9, 19),
    ("", "Montage, Helfer", "Std.", 41, 49, 9, 19),
    ("", "Einhebel-Waschtischmischer, verchromt", "Stk.", 89, 159, 2, 19),
    ("", "Eckventil 1/2 Zoll", "Stk.", 7, 13, 6, 19),
    ("", "Kupferrohr 15 mm einschließlich Fittings", "m", 9, 16, 14, 19),
    ("", "Umwälzpumpe, geregelt", "Stk.", 240, 390, 1, 19),
    ("", "Dichtmaterial und Kleinteile", "psch.", 8, 19, 1, 19),
    ("", "An- und Abfahrt", "psch.", 28, 45, 1, 19),
)
ELECTRIC: Sequence[Ware] = (
    ("", "Elektroinstallation, Meister", "Std.", 64, 76, 8, 19),
    ("", "Elektroinstallation, Monteur", "Std.", 51, 59, 12, 19),
    ("", "Leitung NYM-J 3 × 1,5 mm²", "m", 1, 2, 85, 19),
    ("", "Steckdose mit Rahmen, reinweiß", "Stk.", 9, 16, 18, 19),
    ("", "Fehlerstromschutzschalter 40 A / 30 mA", "Stk.", 34, 58, 2, 19),
    ("", "Wallbox 11 kW, Montage vorbereitet", "Stk.", 520, 790, 1, 19),
    ("", "Prüfung und Messprotokoll", "psch.", 75, 120, 1, 19),
)
BUILDING: Sequence[Ware] = (
    ("", "Maurerarbeiten, Facharbeiter", "Std.", 56, 66, 20, 20),
    ("", "Hilfsarbeiten", "Std.", 41, 49, 12, 20),
    ("", "Hochlochziegel 25 cm", "Stk.", 3, 5, 240, 20),
    ("", "Mörtel, Sack 25 kg", "Sack", 6, 9, 30, 20),
    ("", "Baustelleneinrichtung", "psch.", 310, 520, 1, 20),
)
INSTRUMENTS: Sequence[Ware] = (
    ("MI-100", "Brass deck barometer, 120 mm", "pc", 74, 138, 3, 20),
    ("MI-140", "Chart plotter mount, stainless steel", "pc", 31, 55, 4, 20),
    ("MI-220", "Handheld compass, illuminated", "pc", 49, 83, 3, 20),
    ("MI-310", "Calibration service, on site", "hrs", 62, 80, 6, 20),
    ("MI-415", "Signal lamp, LED, with bracket", "pc", 22, 39, 8, 20),
)
SOFTWARE: Sequence[Ware] = (
    ("EW-PRO-12", "Widget Cloud Pro, 12 months, per seat", "pc", 118, 199, 25, 0),
    ("EW-SUP", "Priority support, 12 months", "pc", 480, 900, 1, 0),
    ("EW-ONB", "Onboarding workshop, remote", "pc", 350, 620, 2, 0),
    ("EW-API", "API calls, block of 100,000", "pc", 40, 70, 6, 0),
)
EXPORT: Sequence[Ware] = (
    ("TM-2051", "Table frame, powder-coated steel", "pc", 145, 260, 6, 0),
    ("TM-1013", "Beech worktop, oiled, 2400 mm", "pc", 180, 320, 4, 0),
    ("TM-2040", "Drawer box with full extension", "pc", 75, 139, 12, 0),
    ("TM-9000", "Crate and handling", "pc", 35, 60, 1, 0),
)
WATCHES: Sequence[Ware] = (
    ("R-100", "Revision Automatikwerk inkl. Reinigung", "Stk.", 280, 490, 1, 8.1),
    ("R-120", "Gehäuse und Band polieren", "Stk.", 60, 110, 1, 8.1),
    ("R-205", "Saphirglas ersetzen", "Stk.", 95, 170, 1, 8.1),
    ("R-310", "Dichtungssatz und Wasserdichtprüfung", "Stk.", 35, 60, 1, 8.1),
)
PRINT: Sequence[Ware] = (
    ("D-1400", "Geschäftsbericht, 64 Seiten, Klebebindung", "Stk.", 7, 12, 300, 8.1),
    ("D-1410", "Umschlag mit Lack, Zuschlag", "Stk.", 1, 2, 300, 8.1),
    ("D-2000", "Datenkontrolle und Andruck", "Stk.", 120, 220, 1, 8.1),
    ("D-2050", "Versand auf Paletten", "Stk.", 85, 140, 1, 8.1),
)
TELEPHONY: Sequence[Ware] = (
    ("", "Glasfaser 500, Monatspreis", "Stk.", 34, 46, 1, 19),
    ("", "Mobil Flat 20 GB, Monatspreis", "Stk.", 12, 21, 3, 19),
    ("", "Miete Router", "Stk.", 4, 7, 1, 19),
    ("", "Verbindungen ins Ausland", "Stk.", 1, 9, 1, 19),
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
    return Item(number, text, quantity, unit, cents(price), Decimal(str(rate)))


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


def line(rng: random.Random, text: str, quantity: int, prices: tuple[int, int], rate: Decimal | int = 0) -> Item:
    """Make one line whose price, in cents, lies between two bounds."""
    return Item("", text, Decimal(quantity), "", Decimal(rng.randint(*prices)) / 100, Decimal(rate))


# Number, text and points of some services of the German scale of fees for doctors (GOÄ); one point is 5.82873 cents.
SERVICES = (
    ("1", "Beratung, auch mittels Fernsprecher", 80),
    ("3", "Eingehende Beratung, auch mittels Fernsprecher", 150),
    ("5", "Symptombezogene Untersuchung", 80),
    ("7", "Vollständige körperliche Untersuchung eines Organsystems", 160),
    ("250", "Blutentnahme mittels Spritze, Kanüle oder Katheter aus der Vene", 40),
    ("651", "Elektrokardiographische Untersuchung in Ruhe", 253),
    ("652", "Elektrokardiographische Untersuchung in Ruhe und bei Belastung", 445),
    ("410", "Ultraschalluntersuchung eines Organs", 200),
    ("420", "Ultraschalluntersuchung von bis zu drei weiteren Organen", 80),
    ("3550", "Blutbild und Blutbildbestandteile", 60),
    ("605", "Ruhespirographische Untersuchung", 242),
    ("75", "Ausführlicher schriftlicher Krankheits- und Befundbericht", 130),
)
POINT = Decimal("0.0582873")


def services(count: int, rng: random.Random) -> tuple[Item, ...]:
    """Choose services of a doctor; the factor stands where other items have their unit."""
    items = []
    for number, text, points in sorted(rng.sample(SERVICES, count), key=lambda service: int(service[0])):
        factor = Decimal(rng.choice(("1.15", "1.8", "2.3", "2.3", "3.5")))
        price = cents(points * POINT * factor)
        items.append(Item(number, text, Decimal(1), f"{factor}".replace(".", ","), price, Decimal(0)))
    return tuple(items)
