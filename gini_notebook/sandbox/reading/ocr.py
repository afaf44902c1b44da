"""Words in a picture, by the optional OCR engine (rapidocr on onnxruntime; extra ``ocr``)."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from gini_notebook.sandbox.reading.words import Area, Word

_LONGEST = 2400  # pixels of the longer side; more costs time and finds no more


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error"})


def words_in(picture: Image.Image, unit: float) -> list[Word]:
    """Read the words of a picture.

    Parameters
    ----------
    picture
        An upright picture.
    unit
        Points per pixel.
    """
    shrink = min(1.0, _LONGEST / max(picture.size))
    if shrink < 1.0:
        picture = picture.resize((round(picture.width * shrink), round(picture.height * shrink)))
    result = _engine()(np.asarray(picture.convert("RGB"))[:, :, ::-1])
    if result.boxes is None:
        return []
    return [
        word for box, text in zip(result.boxes, result.txts, strict=True) for word in _split(box, text, unit / shrink)
    ]


def _split(box: Any, text: str, unit: float) -> Iterator[Word]:
    """Cut a line of text into words; all characters are taken as equally wide."""
    xs, ys = [float(x) * unit for x, _ in box], [float(y) * unit for _, y in box]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    width = (right - left) / max(len(text), 1)
    start = 0
    for part in text.split(" "):
        if part:
            area = Area(left + start * width, top, left + (start + len(part)) * width, bottom)
            yield Word(part, area, bottom - 0.2 * (bottom - top), round(0.8 * (bottom - top), 2))
        start += len(part) + 1
