"""The conversation with the browser: messages in, messages out, and what is in view. It knows no widget.

Every request has an ``id``, and its answer repeats it. The browser has one request of a kind on its way and forgets
older ones, so nothing piles up here; what is drawn ahead is drawn by an executor, not by the kernel.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeGuard

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.mistakes import MISTAKES
from gini_notebook.errors import GiniError, SettingError
from gini_notebook.interactive.explorer.keys import keys_of
from gini_notebook.interactive.explorer.labelling import QUEUES, STATES, Labelling
from gini_notebook.interactive.explorer.selection import OF_VALUES, SORTS, Choices, Selection
from gini_notebook.interactive.explorer.slot_columns import SlotColumns
from gini_notebook.interactive.explorer.slot_details import (
    BOXES,
    CANDIDATES,
    boxes_of,
    candidates_of,
    concealed,
    content_of,
    covered,
    drawn_boxes,
    first_page,
)
from gini_notebook.interactive.explorer.slot_places import SlotPlaces
from gini_notebook.interactive.explorer.subject import Subject
from gini_notebook.interactive.explorer.truth_places import NO_VALUE, said
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
    labelling
        The truth that is edited, if one is.
    blind
        Whether what was read is hidden until a slot is decided; None: in the queue of the unlabelled.
    keys
        Other keys than the usual ones.

    Attributes
    ----------
    send
        Sends a message to every view.
    """

    def __init__(
        self,
        subject: Subject,
        pages: Pages | None = None,
        *,
        mask: bool = False,
        labelling: Labelling | None = None,
        blind: bool | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self.keys = keys_of(keys)
        self.labelling, self.queue_name = labelling, ""
        self.queue: list[int] | None = None
        self._blind = blind
        self._pages, self._mask = pages, mask
        self.send: Send = _to_nobody
        self._explore(subject)
        self.selection = Selection()
        self.row: int | None = 0 if self.columns.count else None
        self.number: int | None = None
        self.settings: dict[str, Any] = {}
        self.asked: dict[str, int] = {}
        self.code: Callable[[], str] = str
        self._kept: OrderedDict[tuple[str, int], Page] = OrderedDict()

    def _explore(self, subject: Subject) -> None:
        self.subject = subject
        pages = self._pages
        self.places = None if pages is None or subject.kind == "documents" else SlotPlaces(subject, pages)
        states = None if self.labelling is None else (self.labelling.states(), STATES)
        self.columns = SlotColumns(subject, mask=self._mask, places=self.places is not None, states=states)
        self.choices = Choices(subject, self.columns)

    def rows(self) -> "np.ndarray[Any, Any]":
        """Return the slots that fit, in the order of the list: of the queue, if there is one."""
        rows = self.choices.rows(self.selection)
        if self.queue is None:
            return rows
        fits = set(rows.tolist())
        return np.array([row for row in self.queue if row in fits], dtype=np.int64)

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

    def _first_page(self, row: int) -> int:
        """Return the page to show first; where something was read, no word of the document is needed for that."""
        read = boxes_of(self.subject.slots.iloc[row].to_dict(), CANDIDATES.empty())
        return first_page(read if len(read) else self._boxes(row))

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
        rows = self.rows()
        self._show(int(rows[0]) if len(rows) else None)

    def choose(self, selection: Selection) -> None:
        """Filter, search and sort; what is in view stays if it fits, else the first that fits is shown."""
        self.selection = self.choices.check(selection)
        rows = self.rows()
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
        self.send({"event": "patch", **self._state()}, [])

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
            "words": self._words,
            "check": self._check,
            "label": self._label,
            "undo": self._undo,
            "redo": self._undo,
            "queue": self._queue,
            "code": lambda message: self._reply(message, {"text": self.code()}),
        }

    def _hello(self, message: Mapping[str, Any]) -> None:
        told = "" if self.labelling is None else self.labelling.told()
        settings = {**self.settings, "labels": self.labelling is not None, "told": told}
        head = {**self.columns.head(), **self._state(), "settings": settings, "pages": self._no_pages()}
        head |= {"widths": [] if self._pages is None else list(self._pages.widths), **self.keys}
        head["queues"] = [("", "all slots"), *QUEUES.items()]
        head["sorts"] = [
            (name, text) for name, text in SORTS.items() if self.subject.kind != "documents" or name not in OF_VALUES
        ]
        self.send({"event": "head", "id": message.get("id"), **head}, [])
        for piece, buffers in self.columns.pieces():
            self.send(piece, buffers)
        self.tell_queue()

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
        facts = self.subject.facts_of(slot["document"])
        stands = "" if self.places is None else self.places.said(row)
        content = content_of(slot, candidates, described=self.subject.rules, document=facts, stands=stands)
        if self.hides(row):
            content, boxes = concealed(content), boxes[boxes["kind"] == "truth"]
        if self._mask:
            content = covered(content)
        drawn = [] if self._mask else drawn_boxes(boxes, two_runs=self.subject.kind == "comparison")
        answer = {"row": row, "content": content, "boxes": drawn, "first": first_page(boxes)}
        if self.labelling is not None and not self._mask:
            read = None if self.hides(row) or pd.isna(slot["extracted"]) else slot["extracted"]
            answer |= {"labels": self.labelling.labels(row), "read": read}
        self._reply(message, answer)
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
        changed = {"event": "changed", "rows": list(rows), "labels": labels, "texts": texts or {}}
        self.send(changed | {"anew": texts is not None}, [])

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
        number = given if isinstance(given, int) and given > 0 else self._first_page(row)
        width = message.get("width")
        if row == self.row and width is None:
            self.number = number
        try:
            page = self._page(slot["document"], number, width if isinstance(width, int) else None)
        except GiniError as error:
            self._reply(message, {"row": row, "number": number, "reason": str(error)})
        else:
            told = {name: getattr(page, name) for name in ("number", "count", "width", "height", "note")}
            self._reply(message, {"row": row, **told, "px": width}, [page.data])
        self._draw_ahead(message.get("ahead"))

    def _reply(self, message: Mapping[str, Any], answer: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        self.send({"event": "answer", "id": message.get("id"), **answer}, list(buffers))

    # Editing the truth

    @property
    def is_blind(self) -> bool:
        """Whether what was read is hidden until a slot is decided."""
        return self.queue_name == "unlabelled" if self._blind is None else self._blind

    def hides(self, row: int) -> bool:
        """Return whether what was read of a slot is hidden now."""
        return self.labelling is not None and self.is_blind and not self.labelling.state(row)

    def choose_queue(self, name: str) -> None:
        """List the slots of a queue, without any filter; an empty name lists all again.

        Raises
        ------
        SettingError
            If there is no such queue, or no truth is edited.
        """
        if self.labelling is None or name not in ("", *QUEUES):
            message = f"There is no queue {name!r}; with labels= there are {', '.join(QUEUES)}."
            raise SettingError(message)
        mistakes = self._mistakes()
        self.queue_name, self.queue = name, self.labelling.queue(name, mistakes) if name else None
        self.selection = Selection()
        rows = self.rows()
        if self.row not in rows:
            self._show(int(rows[0]) if len(rows) else None)

    def _mistakes(self) -> list[int]:
        wanted = [name for name in MISTAKES if name in self.columns.labels("outcome")]
        rows: list[int] = self.choices.rows(Selection({"outcome": wanted}, "", "stake")).tolist() if wanted else []
        return rows

    def tell_queue(self) -> None:
        """Tell the browser which slots are in the queue, if there is one."""
        if self.labelling is None:
            return
        rows = None if self.queue is None else np.array(self.queue, dtype="<i4").tobytes()
        told = {"event": "queue", "name": self.queue_name, "blind": self.is_blind, "seed": self.labelling.seed}
        self.send({**told, **self._state()}, [] if rows is None else [rows])

    def _queue(self, message: Mapping[str, Any]) -> None:
        name = message.get("name")
        if self.labelling is not None and name in ("", *QUEUES):
            self.choose_queue(str(name))
            self.tell_queue()
            self._reply(message, {})

    def _label(self, message: Mapping[str, Any]) -> None:
        row = message.get("row")
        if self.labelling is not None and self._is_row(row):
            self._reply(message, self.decide(message))

    def decide(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Write a verdict, compare its document anew, and return what to answer."""
        if self.labelling is None:
            raise SettingError("No truth is edited here; give labels=, the file that edits are kept in.")
        row = int(message["row"])
        saw = not (self._mask or self.hides(row))
        answer, documents = self.labelling.decide(message, self.subject.rule_of(row), saw_reading=saw)
        return self._followed(answer, documents)

    def take_back(self, kind: str, token: str) -> dict[str, Any]:
        """Undo or redo the last verdict, and return what to answer."""
        if self.labelling is None:
            raise SettingError("No truth is edited here; give labels=, the file that edits are kept in.")
        answer, documents = (self.labelling.undo if kind == "undo" else self.labelling.redo)(token)
        return self._followed(answer, documents)

    def _undo(self, message: Mapping[str, Any]) -> None:
        if self.labelling is not None:
            self._reply(message, self.take_back(str(message["ask"]), str(message.get("token", ""))))

    def _followed(self, answer: dict[str, Any], documents: Sequence[str]) -> dict[str, Any]:
        """Compare documents anew whose truth has changed, and say what came of it."""
        labelling = self.labelling
        if labelling is None or not documents:
            return answer
        found = [labelling.update(document) for document in documents]
        if any(rows is None for rows in found):
            self._restart(labelling)
            answer["told"] = labelling.told()
            return answer
        for document, rows in zip(documents, found, strict=True):
            self._changed(labelling, document, [] if rows is None else rows.tolist())
        # The answer to a message that comes twice is this one.
        answer["told"] = labelling.told()
        return answer

    def _changed(self, labelling: Labelling, document: str, rows: Sequence[int]) -> None:
        part = self.subject.slots.iloc[list(rows)]
        labels = {name: part[name].fillna("").tolist() for name in ("outcome", "kind")}
        labels["decided"] = [labelling.state(row) for row in rows]
        if self.places is not None:
            self.places.drop(document)
            statuses = self.places.of_document(document).statuses
            labels["onpage"] = [statuses.get(row, NO_VALUE) for row in rows]
        self.choices.refresh(rows)
        self.change(rows, labels, self.columns.texts(rows))

    def _restart(self, labelling: Labelling) -> None:
        """Send everything anew: a document has a slot that it had not, as where rows of a compound pair otherwise."""
        here = None if self.row is None else labelling.slot(self.row)
        queue = None if self.queue is None else [labelling.slot(row) for row in self.queue]
        self._explore(labelling.rebuild())
        if queue is not None:
            self.queue = [row for row in map(labelling.row, queue) if row is not None]
        self._show(None if here is None else labelling.row(here))
        self._hello({})

    def _check(self, message: Mapping[str, Any]) -> None:
        row, text = message.get("row"), message.get("text")
        if self.labelling is None or not self._is_row(row) or not isinstance(text, str):
            return
        rule = self.subject.rule_of(row)
        checked, equal = self.labelling.check(row, text, rule)
        told = {"value": checked.value, "problems": list(checked.problems), "others": list(checked.others)}
        same = equal and not self.hides(row)
        self._reply(message, {"row": row, **told, "equal": same, "stands": self._stands(row, checked.canonical)})

    def _stands(self, row: int, canonical: str | None) -> str:
        """Say where a value would stand on the pages of a slot's document."""
        slot = self.subject.slots.iloc[row]
        words = None if self.places is None else self.places.words(str(slot["document"]))
        if words is None or not canonical:
            return ""
        places = words.places(self.subject.rule_of(row), canonical, str(slot["field"]))
        return said(words.status(places), places)

    def _words(self, message: Mapping[str, Any]) -> None:
        """Send the words of a page to pick from, texts and boxes."""
        row, number = message.get("row"), message.get("number")
        if not self._is_row(row) or self._mask:
            return
        words = None if self.places is None else self.places.words(str(self.subject.slots["document"].iloc[row]))
        pages = () if words is None else words.pages
        page = next((page for page in pages if page.number == number), None)
        told = {"row": row, "number": number, "texts": [] if page is None else list(page.texts)}
        self._reply(message, told, [] if page is None else [page.boxes.astype("<f4").tobytes()])

    # Pages

    def _no_pages(self) -> str:
        """Say why there are no pages at all; nothing if there are."""
        if self._mask:
            return COVERED
        return NO_PAGES if self._pages is None else ""

    def _page(self, document: str, number: int, width: int | None = None) -> Page:
        reason = self._no_pages()
        if reason or self._pages is None:
            raise SettingError(reason)
        if width in self._pages.widths[1:]:
            # Larger and smaller ones are kept by the browser, which has asked for them, and by nobody else.
            return self._pages.page(document, number, int(width or 0))
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


def _to_nobody(_message: Mapping[str, Any], _buffers: Sequence[bytes]) -> None:
    """Send to no view, as long as there is none."""


def _is_number(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


def _selection(given: Mapping[str, Any]) -> Selection:
    filters = {str(name): [str(value) for value in values] for name, values in dict(given["filters"]).items()}
    sort = given.get("sort")
    return Selection(filters, str(given.get("text", "")), str(sort) if sort in SORTS else "position")
