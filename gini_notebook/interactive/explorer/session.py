"""The conversation with the browser: messages in, messages out, and what is in view. It knows no widget.

Every request has an ``id``, and its answer repeats it. The browser has one request of a kind on its way and forgets
older ones, so nothing piles up here; what is drawn ahead is drawn by an executor, not by the kernel.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeGuard

import pandas as pd

from gini_notebook.errors import GiniError, SettingError
from gini_notebook.interactive.explorer.selection import SORTS, Choices, Selection
from gini_notebook.interactive.explorer.slot_columns import SlotColumns
from gini_notebook.interactive.explorer.slot_details import (
    BOXES,
    CANDIDATES,
    boxes_of,
    candidates_of,
    content_of,
    covered,
    drawn_boxes,
    first_page,
)
from gini_notebook.interactive.explorer.slot_places import SlotPlaces
from gini_notebook.interactive.explorer.subject import Subject
from gini_notebook.interactive.pages import FolderPages, Page, Pages

KEPT_PAGES = 24
MOST_AHEAD = 4
# So long one message may look through documents; then others have their turn.
LOOK_S = 0.25
COVERED = "The page is covered, and so are the values: mask=True."
NO_PAGES = "No page is shown: give documents= what was given to process(), or client= to ask the service for the pages."
Send = Callable[[Mapping[str, Any], Sequence[bytes]], None]


class Session:
    """What is explored, what is chosen of it, and what the browser asks.

    Parameters
    ----------
    subject
        What is explored.
    pages
        Where pages come from, if from anywhere.
    mask
        Whether somebody else looks at the screen.
    send
        Sends a message to every view.
    """

    def __init__(self, subject: Subject, pages: Pages | None = None, *, mask: bool = False, send: Send) -> None:
        self.subject = subject
        self.places = None if pages is None or subject.kind == "documents" else SlotPlaces(subject, pages)
        self.columns = SlotColumns(subject, mask=mask, places=self.places is not None)
        self.choices = Choices(subject, self.columns)
        self.selection = Selection()
        self.row: int | None = 0 if self.columns.count else None
        self.number: int | None = None
        self.settings: dict[str, Any] = {}
        self.asked: dict[str, int] = {}
        self.code: Callable[[], str] = str
        self._pages, self._mask, self._send = pages, mask, send
        self._kept: OrderedDict[tuple[str, int], Page] = OrderedDict()

    # What is in view

    def slot(self) -> dict[str, Any] | None:
        """Return the slot in view."""
        return None if self.row is None else self.subject.slots.iloc[self.row].to_dict()

    def candidates(self) -> pd.DataFrame:
        """Return the candidates of the slot in view."""
        slot = self.slot()
        return CANDIDATES.empty() if slot is None else candidates_of(slot, self.subject.candidates)

    def boxes(self) -> pd.DataFrame:
        """Return the boxes of the slot in view, on any page."""
        return BOXES.empty() if self.row is None else self._boxes(self.row)

    def _boxes(self, row: int) -> pd.DataFrame:
        slot = self.subject.slots.iloc[row].to_dict()
        places = () if self.places is None else self.places.of(row)
        return boxes_of(slot, candidates_of(slot, self.subject.candidates), places)

    def page_number(self) -> int:
        """Return the number of the page in view."""
        return first_page(self.boxes()) if self.number is None else self.number

    def page(self) -> Page:
        """Return the page in view.

        Raises
        ------
        GiniError
            If there is none; the message says why.
        """
        slot = self.slot()
        if slot is None:
            raise SettingError("No slot is in view, so no page is.")
        return self._page(slot["document"], self.page_number())

    # What Python moves

    def begin(self, selection: Selection) -> None:
        """Choose for the first time."""
        self.selection = selection
        rows = self.choices.rows(selection)
        self._show(int(rows[0]) if len(rows) else None)

    def choose(self, selection: Selection) -> None:
        """Filter, search and sort; what is in view stays if it fits, else the first that fits is shown."""
        self.selection = self.choices.check(selection)
        rows = self.choices.rows(selection)
        if self.row not in rows:
            self._show(int(rows[0]) if len(rows) else None)
        self._patch()

    def go(self, row: int, number: int | None = None) -> None:
        """Show a slot, and perhaps another page than its first."""
        self._show(row, number)
        self._patch()

    def _show(self, row: int | None, number: int | None = None) -> None:
        self.row, self.number = row, number

    def _patch(self) -> None:
        self._send({"event": "patch", **self._state()}, [])

    def _state(self) -> dict[str, Any]:
        return {"selection": self.selection.plain(), "row": self.row, "number": self.number}

    # What the browser asks

    def receive(self, message: object) -> None:
        """Answer one message of the browser; what is none of ours is passed over."""
        if not isinstance(message, Mapping):
            return
        kind = message.get("ask")
        answer = self._answers().get(kind) if isinstance(kind, str) else None
        if answer is None:
            return
        self.asked[str(kind)] = self.asked.get(str(kind), 0) + 1
        answer(message)

    def _answers(self) -> Mapping[str, Callable[[Mapping[str, Any]], None]]:
        return {
            "hello": self._hello,
            "view": self._viewed,
            "slot": self._slot,
            "page": self._page_asked,
            "look": self._look_on,
            "code": lambda message: self._reply(message, {"text": self.code()}),
        }

    def _hello(self, message: Mapping[str, Any]) -> None:
        head = {**self.columns.head(), **self._state(), "settings": self.settings, "pages": self._no_pages()}
        self._send({"event": "head", "id": message.get("id"), **head}, [])
        for piece, buffers in self.columns.pieces():
            self._send(piece, buffers)

    def _viewed(self, message: Mapping[str, Any]) -> None:
        """Take note of what is in view in the browser."""
        row, given = message.get("row"), message.get("selection")
        if isinstance(given, Mapping):
            with suppress(GiniError, TypeError, ValueError, AttributeError):
                self.selection = self.choices.check(_selection(given))
        if row is None or self._is_row(row):
            self._show(row)
        number = message.get("number")
        if _is_number(number):
            self.number = number

    def _slot(self, message: Mapping[str, Any]) -> None:
        row = message.get("row")
        if not self._is_row(row):
            return
        slot = self.subject.slots.iloc[row].to_dict()
        candidates = candidates_of(slot, self.subject.candidates)
        boxes = self._boxes(row)
        facts = self.subject.facts.get(slot["document"], {})
        stands = "" if self.places is None else self.places.said(row)
        content = content_of(slot, candidates, described=self.subject.rules, document=facts, stands=stands)
        if self._mask:
            content = covered(content)
        drawn = [] if self._mask else drawn_boxes(boxes)
        self._reply(message, {"row": row, "content": content, "boxes": drawn, "first": first_page(boxes)})
        self.look(slot["document"])

    def look(self, document: str) -> None:
        """Take note of where the true values of a document stand, and tell the browser what is new."""
        if self.places is None:
            return
        statuses = self.places.of_document(document).statuses
        new = {row: status for row, status in statuses.items() if self.columns.label("onpage", row) != status}
        if new:
            self.change(list(new), {"onpage": list(new.values())})

    def change(
        self, rows: Sequence[int], labels: Mapping[str, Sequence[str]], texts: Mapping[str, Sequence[Any]] | None = None
    ) -> None:
        """Give slots other labels and texts, here and in the browser."""
        self.columns.change(rows, labels)
        self._send({"event": "changed", "rows": list(rows), "labels": labels, "texts": texts or {}}, [])

    def _look_on(self, message: Mapping[str, Any]) -> None:
        """Look through some documents for their true values, and say how far it is; the browser then asks on."""
        documents = self.columns.documents
        at = message.get("from")
        place = at if isinstance(at, int) and at >= 0 else len(documents)
        end = time.monotonic() + LOOK_S
        while place < len(documents):
            self.look(documents[place])
            place += 1
            if time.monotonic() > end:
                break
        self._reply(message, {"next": place, "of": len(documents)})

    def _page_asked(self, message: Mapping[str, Any]) -> None:
        row, given = message.get("row"), message.get("number")
        if not self._is_row(row):
            return
        slot = self.subject.slots.iloc[row].to_dict()
        number = given if isinstance(given, int) and given > 0 else first_page(self._boxes(row))
        if row == self.row:
            self.number = number
        try:
            page = self._page(slot["document"], number)
        except GiniError as error:
            self._reply(message, {"row": row, "number": number, "reason": str(error)})
        else:
            told = {name: getattr(page, name) for name in ("number", "count", "width", "height", "note")}
            self._reply(message, {"row": row, **told}, [page.data])
        self._draw_ahead(message.get("ahead"))

    def _reply(self, message: Mapping[str, Any], answer: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        self._send({"event": "answer", "id": message.get("id"), **answer}, list(buffers))

    # Pages

    def _no_pages(self) -> str:
        """Say why there are no pages at all; nothing if there are."""
        if self._mask:
            return COVERED
        return NO_PAGES if self._pages is None else ""

    def _page(self, document: str, number: int) -> Page:
        reason = self._no_pages()
        if reason or self._pages is None:
            raise SettingError(reason)
        place = document, number
        if place not in self._kept:
            self._kept[place] = self._pages.page(document, number)
        self._kept.move_to_end(place)
        while len(self._kept) > KEPT_PAGES:
            self._kept.popitem(last=False)
        return self._kept[place]

    def _draw_ahead(self, rows: object) -> None:
        """Have the pages of slots drawn that may come next."""
        if not isinstance(self._pages, FolderPages) or self._mask or not isinstance(rows, Sequence):
            return
        for row in [row for row in rows if self._is_row(row)][:MOST_AHEAD]:
            slot = self.subject.slots.iloc[row].to_dict()
            place = slot["document"], first_page(boxes_of(slot, candidates_of(slot, self.subject.candidates)))
            if place not in self._kept:
                with suppress(GiniError):
                    self._pages.draw_ahead(*place)

    def _is_row(self, row: object) -> TypeGuard[int]:
        return isinstance(row, int) and not isinstance(row, bool) and 0 <= row < self.columns.count

    def forget(self) -> None:
        """Drop the pages and words that are kept."""
        self._kept.clear()
        if self.places is not None:
            self.places.forget()


def _is_number(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


def _selection(given: Mapping[str, Any]) -> Selection:
    filters = {str(name): [str(value) for value in values] for name, values in dict(given["filters"]).items()}
    sort = given.get("sort")
    return Selection(filters, str(given.get("text", "")), str(sort) if sort in SORTS else "position")
