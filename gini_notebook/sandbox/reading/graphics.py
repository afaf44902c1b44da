"""What is drawn on a PDF page besides text: the share of pictures, and where a QR code may be."""

import ctypes
from dataclasses import dataclass

import pypdfium2.raw as pdfium

from gini_notebook.sandbox.reading.words import Area

_MOST_OBJECTS = 20_000
_SMALL = 10.0  # points; modules of a QR code that are drawn one by one are smaller
_MANY = 60  # modules or segments; the smallest QR code has far more
_SIDE = (28.0, 400.0)  # points; a payment code is about 1 to 14 cm wide


@dataclass(frozen=True, slots=True)
class Graphics:
    """What was found; areas are in the coordinates of the PDF page (origin at the bottom left)."""

    picture_share: float
    squares: tuple[Area, ...]


def survey(page: object, bounds: tuple[float, float, float, float]) -> Graphics:
    """Look at the objects of a page without rendering it.

    Parameters
    ----------
    page
        Handle of a loaded page.
    bounds
        Left, bottom, right and top of the page.
    """
    left, bottom, right, top = bounds
    whole = max((right - left) * (top - bottom), 1.0)
    pictures, squares, modules = 0.0, [], []
    for handle, kind, area in _objects(page):
        width, height = area.right - area.left, area.bottom - area.top
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += width * height
        if kind == pdfium.FPDF_PAGEOBJ_PATH and max(width, height) <= _SMALL:
            modules.append(area)
        elif _is_square(width, height) and (kind != pdfium.FPDF_PAGEOBJ_PATH or _segments(handle) >= _MANY):
            squares.append(area)
    if len(modules) >= _MANY:
        union = modules[0]
        for module in modules[1:]:
            union = union.union(module)
        squares.append(union)
    return Graphics(min(pictures / whole, 1.0), tuple(squares[:8]))


def _objects(page: object) -> list[tuple[object, int, Area]]:
    """Give handle, kind and area of pictures, paths and groups (forms)."""
    edges = [ctypes.c_float() for _ in range(4)]
    found = []
    for index in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        handle = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(handle)
        if kind in {pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_SHADING}:
            continue
        if pdfium.FPDFPageObj_GetBounds(handle, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            found.append((handle, kind, Area(left, bottom, right, top)))
    return found


def _is_square(width: float, height: float) -> bool:
    return _SIDE[0] <= min(width, height) and max(width, height) <= _SIDE[1] and 0.8 < width / height < 1.25


def _segments(handle: object) -> int:
    return int(pdfium.FPDFPath_CountSegments(handle))
