"""Where the true values of slots stand on the pages of their documents, document by document."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gini_notebook.errors import GiniError
from gini_notebook.interactive.explorer.subject import Subject
from gini_notebook.interactive.explorer.truth_places import (
    NO_VALUE,
    UNKNOWN,
    Place,
    WordIndex,
    beside_their_row,
    said,
)
from gini_notebook.interactive.pages import Pages

KEPT_DOCUMENTS = 12


@dataclass(frozen=True, slots=True)
class DocumentPlaces:
    """What is known of one document: how often, and where, the true value of each slot stands; why not, if not."""

    statuses: Mapping[int, str]
    places: Mapping[int, Sequence[Place]] = field(default_factory=dict)
    reason: str = ""


class SlotPlaces:
    """The places of the truth.

    Parameters
    ----------
    subject
        What is explored.
    pages
        Where the words of documents come from.
    """

    def __init__(self, subject: Subject, pages: Pages) -> None:
        self._subject, self._pages = subject, pages
        self._words: OrderedDict[str, WordIndex | str] = OrderedDict()
        self._found: OrderedDict[str, DocumentPlaces] = OrderedDict()

    def words(self, document: str) -> WordIndex | None:
        """Return the words of a document; None where they cannot be read."""
        found = self._read(document)
        return found if isinstance(found, WordIndex) else None

    def of_document(self, document: str) -> DocumentPlaces:
        """Return what is known of a document; its words are read if they are not."""
        if document not in self._found:
            self._found[document] = self._look(document)
            _keep(self._found)
        return self._found[document]

    def of(self, row: int) -> Sequence[Place]:
        """Return the places of the true value of a slot."""
        return self.of_document(self._document(row)).places.get(row, ())

    def said(self, row: int) -> str:
        """Say where the true value of a slot stands; nothing where there is no true value."""
        found = self.of_document(self._document(row))
        status = found.statuses.get(row, NO_VALUE)
        return found.reason if status == UNKNOWN and found.reason else said(status, found.places.get(row, ()))

    def drop(self, document: str) -> None:
        """Look again where the values of a document stand, once somebody asks: its truth has changed."""
        self._found.pop(document, None)

    def forget(self) -> None:
        """Drop all words and places."""
        self._words.clear()
        self._found.clear()

    def _document(self, row: int) -> str:
        return str(self._subject.slots["document"].iloc[row])

    def _read(self, document: str) -> WordIndex | str:
        if document not in self._words:
            try:
                self._words[document] = WordIndex(self._pages.words(document))
            except GiniError as error:
                self._words[document] = str(error)
            _keep(self._words)
        self._words.move_to_end(document)
        return self._words[document]

    def _look(self, document: str) -> DocumentPlaces:
        rows = self._subject.rows_of(document)
        slots = self._subject.slots.iloc[rows]
        canonical = {
            int(row): (str(value), group, number)
            for row, value, group, number in zip(
                rows, slots["truth_canonical"], slots["group"], slots["row"], strict=True
            )
            if isinstance(value, str) and value
        }
        index = self._read(document)
        if isinstance(index, str):
            return DocumentPlaces(dict.fromkeys(canonical, UNKNOWN), reason=index)
        fields = dict(zip(rows.tolist(), slots["field"], strict=True))
        found = {
            row: index.places(self._subject.rule_of(row), value, str(fields[row]))
            for row, (value, _, _) in canonical.items()
        }
        for compound in {(group, number) for _, group, number in canonical.values() if group}:
            found |= beside_their_row({row: found[row] for row, facts in canonical.items() if facts[1:] == compound})
        return DocumentPlaces({row: index.status(places) for row, places in found.items()}, found)


def _keep(kept: "OrderedDict[str, DocumentPlaces] | OrderedDict[str, WordIndex | str]") -> None:
    while len(kept) > KEPT_DOCUMENTS:
        kept.popitem(last=False)
