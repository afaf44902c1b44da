"""``explore()``: one view of the documents of a batch, the mistakes of an evaluation, the changes of a comparison."""

import io
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from gini_notebook._extras import needed_for

with needed_for("The explorer", "notebook"):
    import anywidget
    from PIL import Image, ImageDraw

from gini_notebook.errors import GiniError, SettingError
from gini_notebook.interactive.explorer.place import At, place_of, row_of
from gini_notebook.interactive.explorer.selection import SHOWS, Selection
from gini_notebook.interactive.explorer.session import Session
from gini_notebook.interactive.explorer.subject import Subject, subject_of, with_checks
from gini_notebook.interactive.pages import FolderPages, Page, Pages, ServicePages
from gini_notebook.interactive.scripts import joined, styled
from gini_notebook.schema import TEXT
from gini_notebook.service.batch.inputs import Documents
from gini_notebook.service.client import Client

HERE = Path(__file__).parent
VIEW = HERE / "view"
HEIGHT_PX = (320, 4000)
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
    page : Page or None
        The page in view; None if there is none.
    """

    _esm = joined(VIEW / "main.js")
    _css = styled(VIEW / "explorer.css")

    def __init__(
        self, subject: Subject, *, pages: Pages | None = None, mask: bool = False, settings: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self._session = Session(subject, pages, mask=mask, send=self._tell)
        self._session.settings = {"height": settings["height"]}
        self._session.code = self.code
        self._call = dict(settings)
        self._began = datetime.now().astimezone()
        self.on_msg(self._receive)

    @property
    def rows(self) -> pd.DataFrame:
        """The slots that fit the filters, in the order of the list."""
        return self._slots(self._session.choices.rows(self._session.selection).tolist())

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

    def choose(  # noqa: PLR0913 - all by keyword
        self,
        *,
        field: Chosen = None,
        outcome: Chosen = None,
        cause: Chosen = None,
        change: Chosen = None,
        checks: Chosen = None,
        on_page: Chosen = None,
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
            rows = self._session.choices.rows(self._session.selection)
            if len(rows):
                self._session.go(int(rows[min(max(at, 0), len(rows) - 1)]))
            return
        row, number = row_of(at, self._session.subject.slots)
        self._session.go(row, number)

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
        arguments.append(f"show={self._call['show']!r}")
        if "checks" in self._session.subject.slots:
            arguments.append("checks=checks")
        chosen, began = self._session.selection, _beginning(self._call["show"])
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

    def _begin(self, at: At | None, show: str) -> None:
        """Set the first filter and place."""
        self._session.begin(_beginning(show))
        if at is not None:
            self.go(at)

    def _step(self, step: int) -> None:
        rows = self._session.choices.rows(self._session.selection).tolist()
        if not rows:
            return
        at = rows.index(self._session.row) if self._session.row in rows else -1
        self.go(at + step)

    def _tell(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        self.send(dict(message), buffers=list(buffers))

    def _receive(self, _widget: object, message: object, _buffers: object) -> None:
        self._session.receive(message)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        text = f"explorer of {self._began:%H:%M}; run the cell again to look"
        if isinstance(bundle, tuple):
            return {**bundle[0], "text/plain": text}, bundle[1]
        return {**(bundle or {}), "text/plain": text}

    def __repr__(self) -> str:
        return f"<Explorer of {self._session.columns.count} slots>"


def explore(  # noqa: PLR0913 - all but the first by keyword
    what: Any,
    truth: pd.DataFrame | None = None,
    *,
    documents: Documents | None = None,
    client: Client | None = None,
    batch: Any = None,
    at: At | None = None,
    show: str | None = None,
    height: int = 680,
    executor: Executor | None = None,
    mask: bool = False,
    checks: pd.DataFrame | None = None,
) -> Explorer:
    """Look at documents, at mistakes, or at what changed between two runs, with the page and the boxes on it.

    Parameters
    ----------
    what
        What :func:`gini_notebook.evaluate` or :func:`gini_notebook.compare` answered, a batch, or a table of
        extractions. A batch without ``truth`` is shown as it was read, with the documents that failed.
    truth
        The truth of a batch or table, which is then evaluated.
    documents
        The folder, the mapping or the list that was given to :func:`gini_notebook.process`: pages are drawn from the
        files, on this machine, in a process of its own. Pages of a document of several files are numbered through, in
        their order. In a folder, a document that is called like a subfolder has the pages that
        :func:`gini_notebook.folders_as_documents` finds in it; a name such as ``scan1.jpg (+2)`` does not tell the
        other pages, so give the mapping or the list.
    client
        Ask the service for pages and for the unit of the boxes on them instead; the documents must still be there.
        They belong to the user of the run: give ``batch``, too, or ``client.with_user(batch.user)``.
    batch
        The run. Where the ids of documents and the candidates are, if ``what`` was made of a bare table without
        them, and whose the documents at the service are. Its documents without truth are listed as ``unlabelled``.
    at
        Where to begin: see :meth:`Explorer.go`.
    show
        ``"mistakes"``, ``"all"``, ``"unlabelled"``, ``"changed"`` or ``"failed"``: the filter to begin with. By default
        the mistakes of an evaluation, the changes of a comparison, and all of a batch.
    height
        Of the view, in CSS pixels.
    executor
        Executor that draws the pages of the next slots from ``documents`` while you look at one: any
        ``concurrent.futures.Executor`` whose workers see the folder; by default a thread.
    mask
        For a screen that others look at: of account numbers and names only what who knows them recognizes, and no
        page. ``explorer.rows`` and the other tables hold the values all the same.
    checks
        What :func:`gini_notebook.checks` answers for these documents: which checks of a field failed becomes a filter.

    Returns
    -------
    Explorer
        Put it last in a cell. List, filters with their counts and the search are in the browser and do not wait for
        the kernel; ``?`` shows the keys. Pages and values are in no saved notebook.

    Raises
    ------
    SettingError
        If ``what`` is nothing that can be explored, both ``documents`` and ``client`` are given, or there is no such
        place or choice of ``show``.
    FileProblem
        If there is no such folder, or ``documents`` is no mapping or list that a run takes.

    Examples
    --------
    >>> explorer = gini.explore(result, documents="invoices/")
    >>> explorer.choose(field="iban", text="letter")
    >>> rows = explorer.rows

    Documents of several pages, and the one to begin with:

    >>> pages = {"slip_small.pdf": ["page1.png", "page2.png"], "letter_plain.pdf": "invoices/letter_plain.pdf"}
    >>> explorer = gini.explore(batch, documents=pages, at="slip_small.pdf")
    """
    if documents is not None and client is not None:
        raise SettingError(
            "Pages come either from documents= (files on this machine) or from client= (the service); give one."
        )
    if not HEIGHT_PX[0] <= height <= HEIGHT_PX[1]:
        message = f"height is {height}; it must be between {HEIGHT_PX[0]} and {HEIGHT_PX[1]}."
        raise SettingError(message)
    subject = subject_of(what, truth, batch)
    if checks is not None:
        subject = with_checks(subject, checks)
    known = [subject.documents] if batch is None else [subject.documents, batch.documents]
    own = ThreadPoolExecutor(1, "gini pages") if executor is None and documents is not None else None
    pages: Pages | None = None
    if documents is not None:
        pages = FolderPages(documents, _column(known, "sha256"), executor or own)
    elif client is not None:
        pages = ServicePages(_as_user_of(what if batch is None else batch, client), _column(known, "document_id"))
    shown = _shown(show, subject)
    call = {"name": _called(what), "show": shown, "height": int(height), "mask": mask, "own_executor": own}
    explorer = Explorer(subject, pages=pages, mask=mask, settings=call)
    explorer._begin(at, shown)
    return explorer


def _shown(show: str | None, subject: Subject) -> str:
    usual = {"evaluation": "mistakes", "comparison": "changed"}.get(subject.kind, "all")
    if show is not None and show not in SHOWS:
        message = f"show is {show!r}; choose one of {', '.join(SHOWS)}."
        raise SettingError(message)
    if show == "changed" and subject.kind != "comparison":
        raise SettingError("show='changed' is for a comparison of two runs: gini.compare().")
    return show or usual


def _beginning(show: str) -> Selection:
    """Return the first selection; where nothing has what it asks for, the list is empty, and says so."""
    filters = {name: list(values) for name, values in SHOWS[show].items()}
    return Selection(filters, "", "stake" if show == "mistakes" else "position")


def _called(what: Any) -> str:
    return {"Evaluation": "result", "Comparison": "comparison", "Batch": "batch"}.get(
        type(what).__name__, "extractions"
    )


def _several(value: Chosen) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _python_names(filters: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return filters by the names that ``choose`` has for them."""
    names = {"name": "field", "outcome": "outcome", "kind": "cause", "change": "change", "onpage": "on_page"}
    names["checks"] = "checks"
    told: dict[str, Any] = {names[name]: list(values) for name, values in filters.items() if name in names and values}
    slices = {name.partition(":")[2]: list(values) for name, values in filters.items() if name not in names and values}
    return told | ({"slice": slices} if slices else {})


def _as_user_of(batch: Any, client: Client) -> Client:
    try:
        return client.with_user(batch.user)
    except (AttributeError, SettingError):
        # No run is given, or the client is logged in as one particular user.
        return client


def _column(tables: Sequence[pd.DataFrame], name: str) -> dict[str, str]:
    """Look up a column by document in all tables that have it."""
    found: dict[str, str] = {}
    for table in tables:
        if name in table.columns:
            known = table[["document", name]].dropna()
            found |= dict(zip(known["document"], known[name], strict=True))
    return found
