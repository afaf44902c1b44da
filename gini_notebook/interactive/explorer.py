"""The mistake explorer: mistake by mistake, with the page, the boxes on it, and the candidates."""

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

import ipywidgets
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.errors import GiniError, SettingError
from gini_notebook.interactive.mistake_view import (
    BOXES,
    CANDIDATES,
    MistakeView,
    boxes_of,
    candidates_of,
    content_of,
    covered,
    field_of,
    first_page,
    page_content,
)
from gini_notebook.interactive.pages import FolderPages, Page, Pages, ServicePages
from gini_notebook.schema import COMPARISONS
from gini_notebook.service.batch.inputs import Documents
from gini_notebook.service.client import Client

# How many mistakes ahead pages are drawn.
AHEAD = 8
# The value of a filter that is off; ipywidgets takes None for "nothing is selected".
EVERYTHING = ""
COVERED = "The page is covered, and so are the values: mask=True."
NO_PAGES = "No page is shown: give documents= what was given to process(), or client= to ask the service for the pages."


class Explorer(ipywidgets.VBox):
    """Shows the mistakes of an evaluation one by one; :func:`explore` makes it.

    Everything it shows can be had as a table, and everything a click does by a call.

    Attributes
    ----------
    mistakes : pandas.DataFrame
        The mistakes that fit the filters, as from ``Evaluation.mistakes``.
    position : int
        Which of them is shown, from 0.
    current : dict or None
        That row.
    candidates : pandas.DataFrame
        What else was read for its field: rank, value, page, left, top, width, height, right.
    boxes : pandas.DataFrame
        What is drawn, on any page: kind (extracted, candidate, right-candidate), rank, value, page, left, top, width,
        height.
    page : Page or None
        The page that is shown.
    """

    def __init__(
        self,
        result: Evaluation,
        *,
        pages: Pages | None = None,
        candidates: pd.DataFrame | None = None,
        mask: bool = False,
    ) -> None:
        self._mask = mask
        self._all = result.mistakes(full=True).assign(kind=lambda table: _kinds(table["cause"]))
        self._rules = result.provenance.get("rules", {})
        self._documents = {row["document"]: row for row in result.documents.to_dict("records")}
        self._pages = pages
        self._begun: set[tuple[Any, ...]] = set()
        self._known_candidates = result.candidates if candidates is None else candidates
        self.page: Page | None = None
        names = pd.Series([field_of(row) for row in self._all[["group", "field"]].to_dict("records")])
        self._all["name"] = names.astype(self._all["field"].dtype)
        self._filters = {
            "name": _dropdown("Field", "all fields", self._all["name"]),
            "outcome": _dropdown("Outcome", "all outcomes", self._all["outcome"]),
            "kind": _dropdown("Cause", "all causes", self._all["kind"]),
        }
        self._at = ipywidgets.BoundedIntText(description="Mistake", min=1, value=1, layout={"width": "170px"})
        self._of = ipywidgets.Label()
        self._back, self._on = _button("Previous", "arrow-left"), _button("Next", "arrow-right")
        self._view = MistakeView(self._receive)
        super().__init__(
            [
                ipywidgets.HBox(list(self._filters.values()), layout={"flex_flow": "row wrap"}),
                ipywidgets.HBox([self._back, self._on, self._at, self._of], layout={"flex_flow": "row wrap"}),
                self._view,
            ]
        )
        for widget in self._filters.values():
            widget.observe(self._filtered, names="value")
        self._at.observe(self._moved, names="value")
        self._back.on_click(lambda _button: self.previous())
        self._on.on_click(lambda _button: self.next())
        self._filtered()

    @property
    def position(self) -> int:
        """Which of the mistakes is shown, from 0."""
        return int(self._at.value) - 1

    @property
    def current(self) -> dict[str, Any] | None:
        """The mistake that is shown."""
        return self.mistakes.iloc[self.position].to_dict() if len(self.mistakes) else None

    def choose(self, *, field: str | None = None, outcome: str | None = None, cause: str | None = None) -> None:
        """Set the filters, and show the first mistake that fits.

        Parameters
        ----------
        field
            ``"iban"``, ``"lineItems.baseGross"``; all fields by default.
        outcome
            ``"wrong"``, ``"missing"`` or ``"spurious"``; all by default.
        cause
            The cause before its colon, ``"one character"``; all by default.

        Raises
        ------
        SettingError
            If no mistake has it.
        """
        chosen = {"name": field or EVERYTHING, "outcome": outcome or EVERYTHING, "kind": cause or EVERYTHING}
        for name, value in chosen.items():
            known = [option for _, option in self._filters[name].options]
            if value not in known:
                listed = ", ".join(repr(option) for option in known if option != EVERYTHING) or "none"
                message = f"No mistake has {self._filters[name].description.lower()} {value!r}. There are: {listed}."
                raise SettingError(message)
        for name, value in chosen.items():
            self._filters[name].value = value

    def go(self, position: int) -> None:
        """Show the mistake at this place, from 0; places before the first and after the last are the first and last."""
        self._at.value = min(max(position, 0), max(len(self.mistakes) - 1, 0)) + 1

    def next(self) -> None:
        """Show the next mistake."""
        self.go(self.position + 1)

    def previous(self) -> None:
        """Show the previous mistake."""
        self.go(self.position - 1)

    def turn(self, number: int) -> None:
        """Show another page of the document."""
        if self.current is not None:
            self._show(number)

    def _filtered(self, _change: object = None) -> None:
        fits = pd.Series(True, index=self._all.index)
        for name, widget in self._filters.items():
            if widget.value != EVERYTHING:
                fits &= (self._all[name] == widget.value).fillna(False).astype(bool)
        self.mistakes = self._all[fits].drop(columns=["name", "kind"]).reset_index(drop=True)
        self._at.unobserve(self._moved, names="value")
        self._at.value = 1
        self._at.max = max(len(self.mistakes), 1)
        self._at.observe(self._moved, names="value")
        self._moved()

    def _moved(self, _change: object = None) -> None:
        count = len(self.mistakes)
        self._of.value = f"of {count}"
        self._at.disabled = count == 0
        self._back.disabled = self.position == 0
        self._on.disabled = self.position >= count - 1
        current = self.current
        if current is None:
            self.candidates, self.boxes = CANDIDATES.empty(), BOXES.empty()
            self.page = None
            nothing = "No mistake fits these filters." if len(self._all) else "There are no mistakes."
            self._view.show({"nothing": nothing, "heard": nothing}, None)
            return
        self.candidates = candidates_of(current, self._known_candidates)
        self.boxes = boxes_of(current, self.candidates)
        if isinstance(self._pages, FolderPages) and not self._mask:
            self._draw_ahead(self._pages)
        self._show(first_page(self.boxes))

    def _draw_ahead(self, pages: FolderPages) -> None:
        """Have the pages of the next mistakes drawn while somebody looks at this one."""
        for row in self.mistakes.iloc[self.position + 1 : self.position + 1 + AHEAD].to_dict("records"):
            place = tuple(row[name] for name in COMPARISONS.key)
            if place not in self._begun:
                self._begun.add(place)
                boxes = boxes_of(row, candidates_of(row, self._known_candidates))
                pages.draw_ahead(row["document"], first_page(boxes))

    def _show(self, number: int) -> None:
        current = self.current or {}
        document = current["document"]
        content = content_of(
            current, self.candidates, described=self._rules, document=self._documents.get(document, {})
        )
        name = f"{content['field']} of {document}, {current['outcome']}"
        content["heard"] = f"Mistake {self.position + 1} of {len(self.mistakes)}: {name}"
        self.page, content["no_page"] = None, COVERED if self._mask else NO_PAGES
        if self._mask:
            content = covered(content)
        elif self._pages is not None:
            try:
                self.page = self._pages.page(document, number)
                content["page"] = page_content(self.page, self.boxes, document)
            except GiniError as error:
                content["no_page"] = str(error)
        self._view.show(content, self.page.data if self.page else None)

    def _receive(self, event: str, number: int) -> None:
        {"next": self.next, "previous": self.previous, "page": lambda: self.turn(number)}[event]()


def explore(
    result: Evaluation,
    *,
    documents: Documents | None = None,
    client: Client | None = None,
    batch: Any = None,
    executor: Executor | None = None,
    mask: bool = False,
) -> Explorer:
    """Look at the mistakes of an evaluation one by one, with the page they are on.

    Parameters
    ----------
    result
        What :func:`gini_notebook.evaluate` answered.
    documents
        The folder, the mapping or the list that was given to :func:`gini_notebook.process`: pages are drawn from the
        files, on this machine. Pages of a document of several files are numbered through, in their order. In a
        folder, a document that is called like a subfolder has the pages that
        :func:`gini_notebook.folders_as_documents` finds in it; a name such as ``scan1.jpg (+2)`` does not tell the
        other pages, so give the mapping or the list.
    client
        Ask the service for pages and for the unit of the boxes on them instead; the documents must still be there.
        They belong to the user of the run: give ``batch``, too, or ``client.with_user(batch.user)``.
    batch
        The run. Where the ids of documents and the candidates are, if ``result`` was made of a bare table without
        them, and whose the documents at the service are.
    executor
        Executor that draws the pages of the next mistakes from ``documents`` while you look at one: any
        ``concurrent.futures.Executor`` whose workers see the folder. A thread is enough:
        ``ThreadPoolExecutor(1)``.
    mask
        For a screen that others look at: of account numbers and names only what who knows them recognizes, and no
        page. ``explorer.mistakes`` and the other tables hold the values all the same.

    Returns
    -------
    Explorer
        Put it last in a cell. Filter by field, outcome and cause; previous and next by button or arrow key. The box
        of what was extracted, and those of the candidates, lie on the page. Pages and values are in no saved
        notebook.

    Raises
    ------
    SettingError
        If both ``documents`` and ``client`` are given, or ``result`` is no evaluation.
    FileProblem
        If there is no such folder, or ``documents`` is no mapping or list that a run takes.

    Examples
    --------
    >>> explorer = gini.explore(result, documents="invoices/")      # doctest: +SKIP
    >>> explorer.choose(field="iban")                               # doctest: +SKIP
    >>> pages = {"order 7": ["scan1.jpg", "scan2.jpg"], "order 8": "letter.pdf"}
    >>> explorer = gini.explore(result, documents=pages)            # doctest: +SKIP
    >>> explorer.candidates                                         # doctest: +SKIP
    """
    if not isinstance(result, Evaluation):
        message = (
            f"explore() takes an Evaluation, not a {type(result).__name__}; of an evaluation in partitions, give its "
            "in_memory()."
        )
        raise SettingError(message)
    if documents is not None and client is not None:
        raise SettingError(
            "Pages come either from documents= (files on this machine) or from client= (the service); give one."
        )
    tables = [result.documents] if batch is None else [result.documents, batch.documents]
    pages: Pages | None = None
    if documents is not None:
        pages = FolderPages(documents, _column(tables, "sha256"), executor)
    elif client is not None:
        pages = ServicePages(_as_user_of(batch, client), _column(tables, "document_id"))
    return Explorer(result, pages=pages, candidates=batch.candidates if batch is not None else None, mask=mask)


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


def _kinds(causes: Any) -> Any:
    """Leave out of each cause what is particular to the one mistake."""
    return causes.map(lambda cause: cause.partition(":")[0], na_action="ignore").astype(causes.dtype)


def _dropdown(name: str, everything: str, column: Any) -> ipywidgets.Dropdown:
    counts = column.value_counts()
    options = [
        (f"{everything} ({len(column)})", EVERYTHING),
        *((f"{value} ({count})", value) for value, count in counts.items()),
    ]
    style = {"description_width": "64px"}
    return ipywidgets.Dropdown(options=options, description=name, style=style, layout={"width": "270px"})


def _button(name: str, icon: str) -> ipywidgets.Button:
    return ipywidgets.Button(description=name, icon=icon, layout={"width": "110px"})
