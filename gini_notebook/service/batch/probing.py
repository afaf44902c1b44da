"""Finds out what the document list can prove, by looking for the first documents of a run in it.

A document that comes back under our name proves that absence means something. A composite proves that the list is
ours, but has no name of ours. A partial document that lacks proves nothing: nobody documents whether the list has them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gini_notebook.service.batch.document_list import Ended
from gini_notebook.service.batch.ledger.uploads import COMPOSITE, PARTIAL, WHOLE
from gini_notebook.service.batch.naming import bears_tag
from gini_notebook.service.batch.run_context import RunContext
from gini_notebook.service.values import Document

# What was found, as remembered in the ledger.
NAMES_KEPT, UNNAMED, IDS_ONLY, NO_LIST = "names", "unnamed", "ids", "none"
TRIES = 3
PAUSE_S = 0.3


@dataclass(slots=True)
class _Probe:
    document_id: str
    name: str
    kind: str
    due: float = 0.0
    tries: int = 0
    found: str | None = None


class ListProbe:
    """Keeps what is known of the list, and the document that is looked for in it.

    Parameters
    ----------
    context
        What the run shares.

    Attributes
    ----------
    listing
        ``names``, ``unnamed``, ``ids`` or ``none``; None while that is open.
    learnt
        Who hears that something has become known.
    """

    def __init__(self, context: RunContext) -> None:
        self._context = context
        # That there is no list may have been a passing trouble, so it is found out anew.
        found = context.ledger.fact("listing")
        self.listing = None if found == NO_LIST else found
        self.learnt: Callable[[], None] = _unheard
        self._probe: _Probe | None = None
        self._no_page_in_list = False

    @property
    def shows_us(self) -> bool:
        """Whether our documents stand in the list, under whatever name."""
        return self.listing in {NAMES_KEPT, UNNAMED, IDS_ONLY}

    @property
    def is_on(self) -> bool:
        """Whether a document is being looked for."""
        return self._probe is not None

    def due(self) -> float:
        """Return when to look next."""
        return float("inf") if self._probe is None else self._probe.due

    def uploaded(self, document_id: str, name: str, kind: str) -> None:
        """Look for a new document, if that can prove what is still open."""
        useless = kind == PARTIAL and self._no_page_in_list
        wanted = self.listing is None or (self.listing == UNNAMED and kind == WHOLE)
        if wanted and not useless and self._probe is None:
            self._probe = _Probe(document_id, name, kind)

    def begin(self) -> None:
        """Hear that a reading of the list begins."""
        if self._probe is not None:
            self._probe.found = None

    def answered(self) -> bool:
        """Tell whether the reading need not go on."""
        return self._probe is None or self._probe.found is not None

    def seen(self, document: Document) -> None:
        """Look at a document of the list."""
        if self._probe is not None and document.id == self._probe.document_id:
            self._probe.found = document.name
        if self.listing in {None, UNNAMED} and bears_tag(document.name, self._context.tag):
            self._learn(NAMES_KEPT)

    def ended(self, how: Ended, began: float) -> None:
        """Conclude from a reading that has ended."""
        del began
        probe = self._probe
        if probe is None:
            return
        probe.tries += 1
        if probe.found is not None and probe.kind == COMPOSITE:
            self._learn(UNNAMED)
        elif probe.found is not None:
            self._learn(NAMES_KEPT if probe.found == probe.name else IDS_ONLY)
        elif how is Ended.REFUSED:
            self._learn(NO_LIST)
        elif probe.tries < TRIES:
            probe.due = self._context.now() + PAUSE_S * probe.tries
        elif probe.kind == PARTIAL:
            self._probe, self._no_page_in_list = None, True
        elif self.listing == UNNAMED:
            # There is a list of ours, so it may only be late; the next document of one file is looked for.
            self._probe = None
        else:
            self._learn(NO_LIST)

    def _learn(self, listing: str) -> None:
        self._probe = None
        self.listing = listing
        self._context.ledger.remember("listing", listing)
        self.learnt()


def _unheard() -> None:
    """Stand in until somebody wants to hear of it."""
