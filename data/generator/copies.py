"""Copies of drawn documents as they come from scanners, fax machines, telephones and screens."""

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: of which document, made how, under which name."""

    name: str
    source: str
    make: str
    settings: Mapping[str, float]

    @property
    def quality(self) -> str:
        """The value of the column ``quality``."""
        return {"photo": "photo", "screen": "screen", "picture": "screen"}.get(self.make, "scan")


COPIES = (
    Copy("letter_plain_scan.pdf", "letter_plain", "scan", {"dpi": 200, "skew": 0.6, "noise": 9}),
    Copy("letter_skonto_scan.pdf", "letter_skonto", "scan", {"dpi": 200, "skew": -1.1, "noise": 12}),
    Copy("letter_factoring_scan.pdf", "letter_factoring", "scan", {"dpi": 250, "skew": 0.3, "noise": 7}),
    Copy("letter_long_scan.pdf", "letter_long", "scan", {"dpi": 200, "skew": 0.4, "noise": 8}),
    Copy("doctor_clearing_scan.pdf", "doctor_clearing", "scan", {"dpi": 300, "skew": 0.5, "noise": 6}),
    Copy("craftsman_electric_scan.pdf", "craftsman_electric", "scan", {"dpi": 200, "skew": -0.7, "noise": 14}),
    Copy("reminder_second_scan.pdf", "reminder_second", "scan", {"dpi": 200, "skew": 0, "noise": 10, "turned": 180}),
    Copy("insurance_car_scan.jpg", "insurance_car", "jpeg", {"dpi": 200, "skew": 0.8, "noise": 8}),
    Copy("club_sport_fax.tif", "club_sport", "fax", {"dpi": 204, "skew": 0.5, "noise": 0}),
    Copy("craftsman_two_pages_fax.tif", "craftsman_two_pages", "fax", {"dpi": 204, "skew": -0.4, "noise": 0}),
    Copy("hotel_transfer_photo.jpg", "hotel_transfer", "photo", {"dpi": 170, "orientation": 6, "lean": 0.05}),
    Copy("shop_invoice_photo.jpg", "shop_invoice", "photo", {"dpi": 170, "orientation": 1, "lean": 0.04}),
    Copy("slip_small_photo.jpg", "slip_small", "photo", {"dpi": 230, "orientation": 8, "lean": 0.03}),
    Copy("doctor_qr_photo.jpg", "doctor_qr", "photo", {"dpi": 170, "orientation": 3, "lean": 0.03}),
    Copy("reminder_qr_screen.png", "reminder_qr", "screen", {"dpi": 150}),
    Copy("poster_code_screen.png", "poster_code", "screen", {"dpi": 110}),
    Copy("club_garden_screen.gif", "club_garden", "picture", {"dpi": 130}),
)


def make(copy: Copy, pdf: bytes, rng: random.Random) -> bytes:
    """Make the copy of a PDF."""
    pages = _pages(pdf, copy.settings["dpi"])
    return _MAKERS[copy.make](pages, copy.settings, rng)


def _pages(pdf: bytes, dpi: float) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def _noise(size: tuple[int, int], sigma: float, rng: random.Random) -> npt.NDArray[np.float64]:
    generator = np.random.Generator(np.random.PCG64(rng.getrandbits(64)))
    return generator.normal(0, sigma, (size[1], size[0]))


def _scanned(page: Image.Image, settings: Mapping[str, float], rng: random.Random) -> Image.Image:
    """Make a page grey, a little askew, soft and noisy, with the shade that a scanner leaves along one edge."""
    grey = page.convert("L").rotate(settings["skew"], Image.Resampling.BICUBIC, fillcolor=250)
    grey = grey.filter(ImageFilter.GaussianBlur(0.6))
    pixels = np.asarray(grey, dtype=np.float64) * 0.93 + 12
    pixels += _noise(grey.size, settings["noise"], rng)
    shade = np.exp(-np.arange(grey.width) / (grey.width * 0.012)) * 70
    pixels -= shade[np.newaxis, :]
    scanned = Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
    return scanned.rotate(settings.get("turned", 0), expand=True)


def _jpeg(image: Image.Image, quality: int, exif: Image.Exif | None = None) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, exif=exif or Image.Exif())
    return buffer.getvalue()


def _scan(pages: list[Image.Image], settings: Mapping[str, float], rng: random.Random) -> bytes:
    """Write scanned pages as a PDF that holds nothing but JPEG images."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=0)
    for page in pages:
        image = _scanned(page, settings, rng)
        size = (image.width * 72 / settings["dpi"], image.height * 72 / settings["dpi"])
        canvas.setPageSize(size)
        canvas.drawImage(ImageReader(io.BytesIO(_jpeg(image, 42))), 0, 0, *size)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _single(pages: list[Image.Image], settings: Mapping[str, float], rng: random.Random) -> bytes:
    return _jpeg(_scanned(pages[0], settings, rng), 45)


def _fax(pages: list[Image.Image], settings: Mapping[str, float], rng: random.Random) -> bytes:
    """Write pages in black and white, as a fax machine does, into one TIFF."""
    dots = [
        _scanned(page, {**settings, "noise": 3}, rng).point(lambda value: 255 if value > 135 else 0) for page in pages
    ]
    first, *rest = [page.convert("1", dither=Image.Dither.NONE) for page in dots]
    buffer = io.BytesIO()
    resolution = (settings["dpi"], settings["dpi"])
    first.save(buffer, "TIFF", compression="group4", save_all=True, append_images=rest, dpi=resolution)
    return buffer.getvalue()


def _screen(pages: list[Image.Image], settings: Mapping[str, float], rng: random.Random) -> bytes:  # noqa: ARG001
    buffer = io.BytesIO()
    pages[0].quantize(32, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _picture(pages: list[Image.Image], settings: Mapping[str, float], rng: random.Random) -> bytes:  # noqa: ARG001
    buffer = io.BytesIO()
    pages[0].convert("L").quantize(16, dither=Image.Dither.NONE).save(buffer, "GIF")
    return buffer.getvalue()


def _coefficients(corners: list[tuple[float, float]], size: tuple[int, int]) -> list[float]:
    """Solve for the perspective that takes the corners of a picture back to those of the page."""
    width, height = size
    page = [(0, 0), (width, 0), (width, height), (0, height)]
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, page, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [
        round(float(number), 9)
        for number in np.linalg.solve(np.array(rows, dtype=float), np.array(wanted, dtype=float))
    ]


def _photo(pages: list[Image.Image], settings: Mapping[str, float], rng: random.Random) -> bytes:
    """Lay the page on a table, seen at an angle, a shadow across it, and store it turned as the telephone was held."""
    page = pages[0]
    margin = int(page.width * 0.07)
    size = (page.width + 2 * margin, page.height + 2 * margin)
    lean = settings["lean"] * page.width

    def corner(x: float, y: float) -> tuple[float, float]:
        return x + rng.uniform(-lean, lean) * 0.6, y + rng.uniform(-lean, lean) * 0.6

    right, low = margin + page.width, margin + page.height
    corners = [
        corner(margin + lean * 0.5, margin),
        corner(right - lean * 0.5, margin),
        corner(right, low),
        corner(margin, low),
    ]
    back = _coefficients(corners, page.size)
    paper = page.transform(size, Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC)
    mask = Image.new("L", page.size, 255).transform(size, Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC)
    picture = Image.composite(paper, _table(size, rng), mask)
    picture = ImageChops.multiply(picture, _shadow(size, rng)).filter(ImageFilter.GaussianBlur(0.7))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = int(settings["orientation"])
    turn = {1: 0, 3: 180, 6: 90, 8: 270}[int(settings["orientation"])]
    return _jpeg(picture.rotate(turn, expand=True), 62, exif)


def _table(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """Paint a wooden table top."""
    width, height = size
    grain = np.cumsum(_noise((1, height), 1.0, rng), axis=0)
    grain = (grain - grain.mean()) / max(float(np.abs(grain).max()), 1.0) * 22
    wood = np.repeat(grain, width, axis=1) + _noise(size, 3, rng)
    channels = [np.clip(base + wood, 0, 255).astype(np.uint8) for base in (132, 98, 70)]
    return Image.fromarray(np.stack(channels, axis=-1))


def _shadow(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """Paint uneven light, and the soft shadow of a hand that holds a telephone."""
    width, height = size
    shadow = Image.new("L", size, 250)
    x, y = width * rng.uniform(0.55, 0.75), height * rng.uniform(0.65, 0.8)
    ImageDraw.Draw(shadow).polygon(
        [(x, height), (x + width * 0.1, y), (width, y - height * 0.05), (width, height)], fill=175
    )
    soft = shadow.filter(ImageFilter.GaussianBlur(width * 0.04))
    light = np.linspace(1.0, rng.uniform(0.8, 0.88), height)[:, np.newaxis]
    tone = np.asarray(soft, dtype=np.float64) * light
    channels = [np.clip(np.rint(tone * warmth), 0, 255).astype(np.uint8) for warmth in (1.0, 0.985, 0.94)]
    return Image.fromarray(np.stack(channels, axis=-1))


_MAKERS: Mapping[str, Callable[[list[Image.Image], Mapping[str, float], random.Random], bytes]] = {
    "scan": _scan,
    "jpeg": _single,
    "fax": _fax,
    "photo": _photo,
    "screen": _screen,
    "picture": _picture,
}
