"""``Explorer``: one view of the documents of a batch, the mistakes of an evaluation, the changes of a comparison."""

import io
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd

from gini_notebook._extras import needed_for

with needed_for("The explorer", "notebook"):
    import anywidget
    from PIL import Image, ImageDraw

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.truth import write_truth
from gini_notebook.errors import GiniError, SettingError
from gini_notebook.interactive.explorer.labelling import QUEUES
from gini_notebook.interactive.explorer.place import At, place_of, row_of
from gini_notebook.interactive.explorer.selection import SHOWS, Selection
from gini_notebook.interactive.explorer.session import Session
from gini_notebook.interactive.pages import Page
from gini_notebook.interactive.scripts import joined, styled
from gini_notebook.schema import TEXT

HERE = Path(__file__).parent
VIEW = HERE / "view"
SCRIPT, STYLE = joined(VIEW / "main.js"), styled(VIEW / "explorer.css")
_COLOURS = {
    "extracted": "#b35900",
    "extracted-a": "#6b3fa0",
    "truth": "#0b5cad",
    "right-candidate": "#1a7f37",
    "candidate": "#1f5fa8",
}
Chosen = str | Sequence[str] | None


class Explorer(anywidget.AnyWidget):
    """Documents, what was read of them, what is right, and the pages; :func:`explore` makes it.

    Everything that it shows can be had as a table, and everything that a click does by a call. Nothing of a document
    is in a saved notebook: pages and values travel as messages, to the page that asked for them.

    Attributes
    ----------
    rows : pandas.DataFrame
        The slots that fit the filters, in the order of the list; the index is that of all slots.
    selected : pandas.DataFrame
        The slot in view, one row, or none.
    candidates : pandas.DataFrame
        What else was read for its field: rank, value, page, left, top, width, height, right.
    boxes : pandas.DataFrame
        What is drawn, on any page: kind (extracted, extracted-a of the first of two runs, candidate,
        right-candidate), rank, value, page, left, top, width, height.
    places : pandas.DataFrame
        Where the true value in view stands: rank, page, left, top, width, height, likely.
    page : Page or None
        The page in view; None if there is none.
    result : Evaluation or None
        The evaluation; with ``labels=`` as it is with all edits.
    """

    # A saved notebook keeps these few lines, and nothing that grows with each cell that is run again.
    _esm = VIEW / "loader.js"

    def __init__(self, session: Session, *, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self._session = session
        session.send = self._tell
        self._session.settings = {"height": settings["height"]}
        self._session.code = self.code
        self._call = dict(settings)
        self._began = datetime.now().astimezone()
        self.on_msg(self._receive)

    @property
    def rows(self) -> pd.DataFrame:
        """The slots that fit the filters, in the order of the list."""
        return self._slots(self._session.rows().tolist())

    @property
    def selected(self) -> pd.DataFrame:
        """The slot in view, as a table of one row."""
        return self._slots([] if self._session.row is None else [self._session.row])

    @property
    def candidates(self) -> pd.DataFrame:
        """What else was read for the field in view."""
        return self._session.candidates()

    @property
    def boxes(self) -> pd.DataFrame:
        """What is drawn, on any page."""
        return self._session.boxes()

    @property
    def page(self) -> Page | None:
        """The page in view."""
        try:
            return self._session.page()
        except GiniError:
            return None

    def choose(  # noqa: PLR0913 - filters, all by keyword
        self,
        *,
        field: Chosen = None,
        outcome: Chosen = None,
        cause: Chosen = None,
        change: Chosen = None,
        checks: Chosen = None,
        on_page: Chosen = None,
        state: Chosen = None,
        slice: Mapping[str, Chosen] | None = None,  # noqa: A002 - what it is called everywhere
        text: str = "",
        sort: str | None = None,
    ) -> None:
        """Set filters, search and order; several values of a filter mean any of them.

        Parameters
        ----------
        field
            ``"iban"``, ``"lineItems.baseGross"``.
        outcome
            ``"wrong"``, ``"missing"``, ``"spurious"``, ``"correct"`` …; of documents without truth ``"read"``.
        cause
            The cause before its colon, ``"one character"``.
        change
            Of a comparison: ``"fixed"``, ``"broken"``, ``"still wrong, otherwise"`` or ``"same"``.
        checks
            Where checks were given: ``"none failed"``, ``"readers_agree failed"``, ``"iban_valid failed, one_iban
            failed"`` …, the checks of a field that failed.
        on_page
            How often the true value stands on the pages, as far as somebody looked: ``"once"``, ``"several"``,
            ``"nowhere"``, ``"unknown"`` (pages without words), ``"not looked"``; see :meth:`look_on_pages`.
        state
            With ``labels=``, what was decided: ``""`` (nothing so far), ``"checked"``, ``"changed"``, ``"both"``,
            ``"unclear"``, ``"nothing there"``, ``"unlabelled"`` or ``"flagged"``.
        slice
            Properties of documents: ``{"source_classification": "NATIVE"}``.
        text
            What the name of the document, the truth, what was read or the error contains, whatever the case and blanks.
        sort
            ``"position"``, ``"document"``, ``"name"`` (of the field), ``"alike"`` (nearly right first) or ``"stake"``
            (largest difference of amounts first); by default as it is.

        Raises
        ------
        SettingError
            If nothing has such a value.
        """
        given = {
            "name": field,
            "outcome": outcome,
            "kind": cause,
            "change": change,
            "checks": checks,
            "onpage": on_page,
            "decided": state,
        }
        given |= {f"slice:{name}": value for name, value in (slice or {}).items()}
        filters = {name: _several(value) for name, value in given.items() if value is not None}
        self._session.choose(Selection(filters, text, sort or self._session.selection.sort))

    def go(self, at: At) -> None:
        """Show this place.

        Parameters
        ----------
        at
            ``"doc.pdf"``, ``("doc.pdf", "iban")``, ``("doc.pdf", "lineItems.baseGross", 2)`` (rows count from 0), a
            mapping ``{"document": …, "field": …, "row": …, "page": 3}``, or a number: the place in the list, from 0,
            where places before the first and after the last are the first and last.

        Raises
        ------
        SettingError
            If there is no such place; the message names the nearest ones.
        """
        if isinstance(at, int):
            rows = self._session.rows()
            if len(rows):
                self._session.go(int(rows[min(max(at, 0), len(rows) - 1)]))
            return
        row, number = row_of(at, self._session.subject.slots)
        self._session.go(row, number)

    @property
    def result(self) -> Evaluation | None:
        """The evaluation, with all edits of its truth; None where nothing is labelled."""
        labelling = self._session.labelling
        return self._session.subject.result if labelling is None else labelling.result

    def queue(self, name: str) -> None:
        """List the slots to decide about; with ``labels=``.

        Parameters
        ----------
        name
            ``"mistakes"``, ``"unlabelled"`` (documents without truth), ``"audit"`` (mistakes, and after every four of
            them a correct slot that was drawn at random), ``"odd"`` (labels that speak against themselves),
            ``"flagged"``, ``"recent"`` (the last 20), or ``""`` for all slots.

        Raises
        ------
        SettingError
            If there is no such queue, or no truth is edited.
        """
        self._session.choose_queue(name)
        self._session.tell_queue()

    def label(self, verdict: str, value: str | None = None, *, note: str = "") -> None:
        """Decide about the slot in view, as a button of the editor does; with ``labels=``.

        Parameters
        ----------
        verdict
            ``"right"`` (the truth was checked), ``"value"`` (it is the value that follows), ``"both"`` (what was read
            is fine, too), ``"unclear"``, ``"empty"`` (nothing is there), ``"unlabelled"`` (the label is taken away) or
            ``"flag"``.
        value
            As people write it: ``"1.234,56"``, ``"11.4.2025"``; it is kept as the service would write it.
        note
            A remark.

        Raises
        ------
        SettingError
            If no truth is edited, nothing is in view, or the verdict cannot be: the message says why.
        """
        if self._session.row is None:
            raise SettingError("No slot is in view, so there is nothing to decide about.")
        decision = {"row": self._session.row, "verdict": verdict, "value": value, "note": note, "odd": True}
        _demand_saved(self._session.decide({**decision, "token": uuid4().hex}))

    def undo(self) -> None:
        """Take back the last verdict; as often as there is one.

        Raises
        ------
        SettingError
            If there is none, or no truth is edited.
        """
        _demand_saved(self._session.take_back("undo", uuid4().hex))

    def redo(self) -> None:
        """Bring back the verdict that was taken back last.

        Raises
        ------
        SettingError
            If there is none, or no truth is edited.
        """
        _demand_saved(self._session.take_back("redo", uuid4().hex))

    def export(self, path: "str | os.PathLike[str]") -> Path:
        """Write the truth with all edits to a file: see :func:`gini_notebook.analysis.truth.write_truth`.

        Parameters
        ----------
        path
            Where; the ending decides the form.

        Raises
        ------
        SettingError
            If no truth is edited, or nothing is labelled.
        """
        result = self.result
        if self._session.labelling is None or result is None:
            raise SettingError("There are no labels to write: none is edited here (labels=), or nothing is labelled.")
        write_truth(result.to_truth(), path)
        return Path(path)

    def look_on_pages(self, *, progress: bool = True) -> pd.DataFrame:
        """Look through all documents for their true values, as the button of the filter "On page" does.

        Parameters
        ----------
        progress
            Whether to show how far it is.

        Returns
        -------
        pandas.DataFrame
            All slots with a true value, with the column ``on_page``: ``"once"``, ``"several"``, ``"nowhere"`` (derived,
            or a slip in the truth) or ``"unknown"`` (there are pages without words). That a value stands on a page does
            not prove that it is the meant one.

        Raises
        ------
        SettingError
            If there are no pages, or no truth.
        """
        if self._session.places is None:
            raise SettingError(
                "There is nothing to look for, or nowhere to look: give a truth, and documents= or client=."
            )
        from tqdm.auto import tqdm

        for document in tqdm(self._session.columns.documents, desc="Looking", unit="document", disable=not progress):
            self._session.look(document)
        return self._slots(self._session.subject.slots["truth"].notna().to_numpy().nonzero()[0].tolist())

    @property
    def places(self) -> pd.DataFrame:
        """Where the true value in view stands: rank, page, left, top, width, height, and likely (best guess first)."""
        boxes = self.boxes
        found = boxes[boxes["kind"] == "truth"]
        return found.drop(columns=["kind", "value"]).reset_index(drop=True)

    def next(self) -> None:
        """Show the next slot of the list; at the last one, nothing happens."""
        self._step(1)

    def previous(self) -> None:
        """Show the previous slot of the list."""
        self._step(-1)

    def turn(self, number: int) -> None:
        """Show another page of the document."""
        if self._session.row is not None:
            self._session.go(self._session.row, number)

    def code(self) -> str:
        """Return the call that shows this view again; behind a mask it names no value that is searched for."""
        arguments = [str(self._call["name"])]
        slot = self._session.slot()
        if slot is not None:
            arguments.append(f"at={place_of(slot, self._session.number)!r}")
        queue = self._session.queue_name
        arguments.append(f"show={(queue or self._call['show'])!r}")
        if self._call["labels"]:
            arguments.append(f"labels={self._call['labels']!r}")
        if "checks" in self._session.subject.slots:
            arguments.append("checks=checks")
        if self._call["keys"]:
            arguments.append(f"keys={self._call['keys']!r}")
        chosen, began = self._session.selection, Selection() if queue else beginning_with(self._call["show"])
        call = f"ex = gini.explore({', '.join(arguments)})"
        if chosen == began:
            return call
        filters = _python_names(chosen.filters)
        if chosen.text:
            filters["text"] = "…" if self._call["mask"] else chosen.text
        if chosen.sort != began.sort:
            filters["sort"] = chosen.sort
        told = ", ".join(f"{name}={value!r}" for name, value in filters.items())
        return f"{call}\nex.choose({told})"

    def picture(self) -> bytes:
        """Return the page in view with its boxes, as a PNG.

        Raises
        ------
        GiniError
            If there is no page; the message says why.
        """
        page = self._session.page()
        image = Image.open(io.BytesIO(page.data)).convert("RGB")
        scale = image.width / page.width
        pen = ImageDraw.Draw(image)
        for box in self.boxes[self.boxes["page"] == page.number].to_dict("records"):
            left, top = box["left"] * scale, box["top"] * scale
            frame = (left, top, left + box["width"] * scale, top + box["height"] * scale)
            pen.rectangle(frame, outline=_COLOURS[box["kind"]], width=2 if box["kind"] == "candidate" else 4)
        stream = io.BytesIO()
        image.save(stream, "PNG")
        return stream.getvalue()

    def diagnostics(self) -> dict[str, int]:
        """Count what the browser asked for, by kind; nothing of any document is in it."""
        return dict(self._session.asked)

    def wait(self) -> "Explorer":
        """Draw the page in view, and read its words, before the call returns: for programs and tests.

        Returns
        -------
        Explorer
            This one.

        Raises
        ------
        GiniError
            If there is no page; the message says why.
        """
        self._session.page()
        if self._session.row is not None and self._session.places is not None:
            self._session.places.of(self._session.row)
        return self

    def close(self) -> None:
        """Take the view away, and forget its pages."""
        self._session.forget()
        executor = self._call.get("own_executor")
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)
        super().close()

    def _slots(self, rows: list[int]) -> pd.DataFrame:
        table = self._session.subject.slots.iloc[rows].drop(columns=["name", "kind"])
        if self._session.places is None:
            return table
        statuses = [self._session.columns.label("onpage", row) for row in rows]
        return table.assign(on_page=pd.array(statuses, dtype=TEXT))

    def begin(self, at: At | None, show: str) -> None:
        """Set the first filter and place."""
        if self._session.labelling is not None and show in QUEUES:
            self._session.choose_queue(show)
        else:
            self._session.begin(beginning_with(show))
        if at is not None:
            self.go(at)

    def _step(self, step: int) -> None:
        rows = self._session.rows().tolist()
        if not rows:
            return
        at = rows.index(self._session.row) if self._session.row in rows else -1
        self.go(at + step)

    def _tell(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        self.send(dict(message), buffers=list(buffers))

    def _receive(self, _widget: object, message: object, _buffers: object) -> None:
        if isinstance(message, Mapping) and message.get("ask") == "script":
            self.send({"event": "script"}, buffers=[SCRIPT.encode(), STYLE.encode()])
        else:
            self._session.receive(message)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        text = f"explorer of {self._began:%H:%M}; run the cell again to look"
        if isinstance(bundle, tuple):
            return {**bundle[0], "text/plain": text}, bundle[1]
        return {**(bundle or {}), "text/plain": text}

    def __repr__(self) -> str:
        return f"<Explorer of {self._session.columns.count} slots>"


def _demand_saved(answer: Mapping[str, Any]) -> None:
    if "problem" in answer:
        raise SettingError(str(answer["problem"]))


def _several(value: Chosen) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _python_names(filters: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return filters by the names that ``choose`` has for them."""
    names = {
        "name": "field",
        "outcome": "outcome",
        "kind": "cause",
        "change": "change",
        "checks": "checks",
        "onpage": "on_page",
        "decided": "state",
    }
    told: dict[str, Any] = {names[name]: list(values) for name, values in filters.items() if name in names and values}
    slices = {name.partition(":")[2]: list(values) for name, values in filters.items() if name not in names and values}
    return told | ({"slice": slices} if slices else {})


def beginning_with(show: str) -> Selection:
    """Return the first selection; where nothing has what it asks for, the list is empty, and says so."""
    filters = {name: list(values) for name, values in SHOWS[show].items()}
    return Selection(filters, "", "stake" if show == "mistakes" else "position")
