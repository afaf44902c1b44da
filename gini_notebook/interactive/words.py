"""The words of pages with their places: from the text layer of a PDF, or from the service's layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gini_notebook import _guarded
from gini_notebook.errors import FileProblem, ReaderStopped
from gini_notebook.interactive.page_drawing import words_read
from gini_notebook.service.values import Layout

# With fewer characters there is no text layer, but perhaps a stamp of whoever scanned the page.
FEWEST_CHARACTERS = 20


@dataclass(frozen=True, slots=True, eq=False)
class PageWords:
    """The words of one page, in reading order.

    Attributes
    ----------
    number
        Which page, from 1.
    width, height
        Size of the page in the unit of the boxes.
    texts
        The words.
    boxes
        Left, top, width and height of each, one row a word.
    """

    number: int
    width: float
    height: float
    texts: tuple[str, ...]
    boxes: "np.ndarray[tuple[int, int], np.dtype[np.float32]]"

    @property
    def is_known(self) -> bool:
        """Whether there is a text layer, as a scan has none."""
        return sum(map(len, self.texts)) >= FEWEST_CHARACTERS


def words_of_files(files: Sequence[Path], name: str) -> tuple[PageWords, ...]:
    """Read the words of the pages of files, one file after the other, in the guarded process.

    Parameters
    ----------
    files
        The files of one document.
    name
        What it is called in messages.

    Raises
    ------
    FileProblem
        If one of them cannot be read.
    """
    found: list[PageWords] = []
    for answer in _guarded.each(words_read, [(str(file.absolute()), name) for file in files]):
        try:
            pages = answer.get()
        except ReaderStopped as error:
            message = f"The words of {name} cannot be read: {error}."
            raise FileProblem(message) from error
        for page in pages if isinstance(pages, list) else []:
            match page:
                case [int() | float() as width, int() | float() as height, list(texts), bytes(packed)]:
                    found.append(_page(len(found) + 1, (width, height), [str(text) for text in texts], packed))
    return tuple(found)


def words_of_layout(layout: Layout) -> tuple[PageWords, ...]:
    """Return the words of the pages as the service read them."""
    found = []
    for page in layout.pages:
        words = list(page.words())
        boxes = np.array([(word.left, word.top, word.width, word.height) for word in words], dtype=np.float32)
        texts = tuple(word.text for word in words)
        found.append(PageWords(page.number, page.size_x, page.size_y, texts, boxes.reshape(-1, 4)))
    return tuple(found)


def _page(number: int, size: tuple[float, float], texts: Sequence[str], packed: bytes) -> PageWords:
    boxes = np.frombuffer(packed, dtype="<f4").astype(np.float32).reshape(-1, 4)
    count = min(len(texts), len(boxes))
    return PageWords(number, *size, tuple(texts[:count]), boxes[:count])
