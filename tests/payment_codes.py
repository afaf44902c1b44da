"""Payment QR codes for tests: their texts, what they say, and pictures of them; all names are made up."""

import itertools
import random
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

import segno
from PIL import Image, ImageFilter

IBAN = "DE89370400440532013000"
SWISS_IBAN = "CH4431999123000889012"
SETS = ("utf-8", "iso8859-1", "iso8859-2", "iso8859-4", "iso8859-5", "iso8859-7", "iso8859-10", "iso8859-15")
# A name in letters that each character set has, and most others have in other places.
NAMES = (
    "Bäckerei Größe 🥨",
    "Bäckerei Größe",
    "Łódź Ślusarz",
    "Ģertrūde Ķīnā",
    "Щука Живая",
    "Ψωμί Άλφα",
    "Þórður Ŋá",
    "Bœuf Šžÿ",
)


class Code(NamedTuple):
    """A code: its bytes, and what it says; the text of the transfer counts wherever a reader puts it."""

    name: str
    content: bytes
    amount: str
    iban: str
    bic: str
    recipient: str
    text: str


class Shot(NamedTuple):
    """How a picture of a code is taken."""

    scale: int
    turn: float
    blur: float


SHOTS = tuple(itertools.starmap(Shot, itertools.product((2, 3, 5, 8), (0, 5, 90, 180, 263), (0, 0.8))))


def epc(version: str, number: int, *, bic: str = "COBADEFFXXX", money: str = "EUR12.5", end: str = "\n") -> Code:
    """Return an EPC code in the character set of a number from 1 to 8."""
    recipient = NAMES[number - 1]
    lines = ["BCD", version, str(number), "SCT", bic, recipient, IBAN, money, "", "", f"Zahlung {recipient}"]
    content = end.join(lines).encode(SETS[number - 1])
    return Code(f"epc-{version}-{number}", content, "12.50:EUR", IBAN, bic, recipient, f"Zahlung {recipient}")


def swiss(kind: str, reference: str, message: str, *, end: str = "\n", money: str = "1949.75") -> Code:
    """Return the code of a Swiss QR bill."""
    lines = ["SPC", "0200", "1", SWISS_IBAN, "S", "Bäckerei Züri & Söhne AG", "Weg", "1", "8000", "Zürich", "CH"]
    lines += [*[""] * 7, money, "CHF", *[""] * 7, kind, reference, message, "EPD"]
    amount = f"{money}:CHF" if money else ""
    recipient = "Bäckerei Züri & Söhne AG"
    return Code(f"swiss-{kind}", end.join(lines).encode(), amount, SWISS_IBAN, "", recipient, reference or message)


def bezahlcode(encoding: str = "utf-8", order: str = "singlepaymentsepa") -> Code:
    """Return a BezahlCode whose texts are escaped in an encoding."""
    name, reason = quote("Bäckerei Größe".encode(encoding)), quote("Nr. 47/11".encode(encoding))
    text = f"bank://{order}?name={name}&iban={IBAN}&bic=COBADEFFXXX&amount=12,50&reason={reason}&currency=EUR"
    return Code(
        f"bezahlcode-{encoding}", text.encode(), "12.50:EUR", IBAN, "COBADEFFXXX", "Bäckerei Größe", "Nr. 47/11"
    )


def codes() -> Iterator[Code]:
    """Yield codes of every dialect, version and character set."""
    for version, number in itertools.product(("001", "002"), range(1, 9)):
        yield epc(version, number, end="\r\n" if number % 2 else "\n")
    yield epc("002", 1, bic="")
    yield swiss("QRR", "210000000003139471430009017", "Auftrag 7")
    yield swiss("SCOR", "RF18539007547034", "", end="\r\n")
    yield swiss("NON", "", "Auftrag 7", money="")
    yield bezahlcode()
    yield bezahlcode("iso8859-1")


def matrix() -> list[tuple[Code, Shot]]:
    """Return codes, each in several pictures: 176 in all, always the same."""
    chance = random.Random(20250311)
    return [(code, shot) for code in codes() for shot in chance.sample(SHOTS, 8)]


def picture(content: bytes, shot: Shot) -> Image.Image:
    """Return a picture of a QR code on white paper."""
    matrix_ = segno.make(content, error="m", micro=False, mode="byte").matrix
    code = Image.new("L", (len(matrix_),) * 2, 255)
    code.putdata([0 if dark else 255 for row in matrix_ for dark in row])
    side = len(matrix_) * shot.scale
    page = Image.new("L", (2 * side, 2 * side), 255)
    page.paste(code.resize((side, side), Image.Resampling.NEAREST), (side // 2, side // 2))
    page = page.rotate(shot.turn, Image.Resampling.BICUBIC, fillcolor=255)
    return page.filter(ImageFilter.GaussianBlur(shot.blur)) if shot.blur else page
