"""Many labels in little memory: each text is there once, and columns of whole numbers say where it stands.

A truth of a hundred thousand documents has a million labels. As tuples they would take a gigabyte; as columns they take
a few bytes each beside their texts, are sent between processes as they are, and become the columns of a table at once.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from gini_notebook._guarded import Value
from gini_notebook.errors import TruthError
from gini_notebook.schema import TRUTH

if TYPE_CHECKING:
    import pandas as pd

Codes: TypeAlias = NDArray[np.integer[Any]]
Flags: TypeAlias = NDArray[np.bool_]

NOTHING = -1
"""Stands in the column of values where a label says that there is nothing."""
_NUMBERS = ("row", "alternative")
_IN_ONE_GO = 32_768
_SIZES: Mapping[int, type[np.signedinteger[Any]]] = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}
_LARGEST = 2**62
_NO_TRUTH = "what was read from it is no ground truth"


class Label(NamedTuple):
    """What somebody says a field of a document holds; ``value`` is ``None`` when they say that it holds nothing.

    Several acceptable values of one place are labels that differ in ``alternative`` (0, 1, …). ``state`` is
    ``"unclear"`` where somebody looked and could not tell.
    """

    document: str
    group: str
    row: int
    field: str
    value: str | None
    source: str
    alternative: int = 0
    state: str = ""


class _Texts:
    """Texts, each once, at places that stay theirs: several tables may share them."""

    __slots__ = ("_places", "there")

    def __init__(self, there: list[str]) -> None:
        self.there = there
        self._places: dict[str | None, int] = {}

    def place(self, text: str) -> int:
        return int(self.places([text])[0])

    def places(self, texts: Sequence[str | None]) -> Codes:
        """Return the places of texts, which are put there if they lack."""
        if not self._places:
            self._places = {one: at for at, one in enumerate(self.there)}
            self._places[None] = NOTHING
        for text in dict.fromkeys(texts):
            if text is not None and text not in self._places:
                self._places[text] = len(self.there)
                self.there.append(text)
        return np.fromiter(map(self._places.__getitem__, texts), np.int64, len(texts))


class LabelColumns(Sequence[Label]):
    """Labels in their order; each is made anew whenever somebody looks at it.

    Examples
    --------
    >>> there = [Label("a.pdf", "", 0, "iban", "DE1", "table"), Label("b.pdf", "", 0, "bic", None, "json")]
    >>> labels = LabelColumns(there)
    >>> labels[1].document, len(labels.kept(labels.is_in("document", {"a.pdf"})))
    ('b.pdf', 1)
    """

    __slots__ = ("_blocks", "_texts", "_waiting")

    def __init__(self, labels: Iterable[Label] = ()) -> None:
        self._texts = _Texts([])
        self._blocks: list[dict[str, Codes]] = []
        self._waiting: list[Label] = []
        self.extend(labels)

    @classmethod
    def of_columns(cls, **columns: Sequence[Any]) -> "LabelColumns":
        """Return the labels of these columns, one for each member of :class:`Label`."""
        result = cls()
        result._blocks = [result._encoded(columns[name] for name in Label._fields)]
        return result

    def append(self, label: Label) -> None:
        """Take up one label."""
        self._waiting.append(label)
        if len(self._waiting) >= _IN_ONE_GO:
            self._settle()

    def extend(self, labels: Iterable[Label]) -> None:
        """Take up several labels."""
        if not isinstance(labels, LabelColumns) or len(labels) < _IN_ONE_GO:
            for label in labels:
                self.append(label)
            return
        self._settle()
        if not self._blocks:
            self._texts, self._blocks = labels._texts, [dict(labels.columns)]
            return
        places = self._texts.places([*labels.texts, None])
        self._blocks.append(
            {name: codes if name in _NUMBERS else _small(places[codes]) for name, codes in labels.columns.items()}
        )

    @property
    def texts(self) -> Sequence[str]:
        """The texts that the columns speak of; a text keeps its place."""
        self._settle()
        return self._texts.there

    def place(self, text: str) -> int:
        """Return the place of a text among the texts, where it is put if it lacks."""
        return self._texts.place(text)

    @property
    def columns(self) -> Mapping[str, Codes]:
        """Per member of :class:`Label` its numbers: places of texts, or what it is itself."""
        self._settle()
        if len(self._blocks) != 1:
            self._blocks = [_joined(self._blocks)]
        return self._blocks[0]

    def __len__(self) -> int:
        return len(self._waiting) + sum(len(block["row"]) for block in self._blocks)

    def __iter__(self) -> Iterator[Label]:
        columns, count = self.columns, len(self)
        for begin in range(0, count, _IN_ONE_GO):
            yield from self._made(columns, slice(begin, begin + _IN_ONE_GO))

    @overload
    def __getitem__(self, at: int) -> Label: ...
    @overload
    def __getitem__(self, at: slice) -> "LabelColumns": ...
    def __getitem__(self, at: int | slice) -> "Label | LabelColumns":
        if isinstance(at, slice):
            return self._with({name: codes[at] for name, codes in self.columns.items()})
        number = range(len(self))[at]
        return next(self._made(self.columns, slice(number, number + 1)))

    def at(self, numbers: Codes) -> list[Label]:
        """Return the labels with these numbers."""
        return list(self._made(self.columns, numbers))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"LabelColumns({list(self[:3])!r}{', …' if len(self) > 3 else ''})"

    def used(self, *names: str) -> list[tuple[Any, ...]]:
        """Return what there is in these columns together, each once, in the order of the labels."""
        _, first = np.unique(together(*(self.columns[name] for name in names)), return_index=True)
        first.sort()
        shown = (self._shown(name, self.columns[name][first].tolist()) for name in names)
        return list(zip(*shown, strict=True))

    def count(self, *names: str, of: Codes | Flags | slice = slice(None)) -> int:
        """Return how many different rows these columns have together in some of the labels."""
        return len(np.unique(together(*(self.columns[name][of] for name in names))))

    def parts(self, *names: str, of: Flags | None = None) -> dict[tuple[Any, ...], Codes]:
        """Return the numbers of the labels that are the same in these columns, in the order of the labels.

        Parameters
        ----------
        names
            The columns.
        of
            A flag at each label that counts; by default all do.
        """
        columns = self.columns
        numbers = np.arange(len(self)) if of is None else np.flatnonzero(of)
        key = together(*(columns[name][numbers] for name in names))
        _, first, which, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        parts = np.split(numbers[np.argsort(which, kind="stable")], np.cumsum(counts)[:-1])
        in_order = np.argsort(first).tolist()
        shown = [self._shown(name, columns[name][numbers[first]].tolist()) for name in names]
        named = list(zip(*shown, strict=True))
        return {named[at]: parts[at] for at in in_order}

    def counts(self, name: str, numbers: Codes) -> dict[Any, int]:
        """Return what is in a column of some of the labels, in their order, and how often it is there."""
        there, first, counts = np.unique(self.columns[name][numbers], return_index=True, return_counts=True)
        in_order = np.argsort(first)
        return dict(zip(self._shown(name, there[in_order].tolist()), counts[in_order].tolist(), strict=True))

    def has_value(self) -> Flags:
        """Return which labels say more than that there is nothing."""
        found: Flags = self.columns["value"] != NOTHING
        return found

    def is_in(self, name: str, texts: Collection[str]) -> Flags:
        """Return which labels have one of these texts in a column."""
        there = self.texts
        wanted = np.fromiter((text in texts for text in [*there, None]), bool, len(there) + 1)
        found: Flags = wanted[self.columns[name]]
        return found

    def kept(self, which: Flags | Codes) -> "LabelColumns":
        """Return the labels at which there is a flag, or those of these numbers."""
        return self._with({name: codes[which] for name, codes in self.columns.items()})

    def with_documents(self, named: Callable[[str], str]) -> "LabelColumns":
        """Return the same labels of documents of other names."""
        columns, texts = self.columns, self.texts
        places = np.arange(len(texts))
        old = np.unique(columns["document"])
        places[old] = [self.place(named(texts[at])) for at in old.tolist()]
        return self._with({**columns, "document": _small(places[columns["document"]])})

    def frame(self) -> "pd.DataFrame":
        """Build the truth table of :data:`gini_notebook.schema.TRUTH`, ordered by its key.

        Raises
        ------
        TruthError
            If two labels speak about the same place, and are not alternatives.
        """
        import pandas as pd

        ordered = self._with({name: codes[self._order()] for name, codes in self.columns.items()})
        _refuse_repeated(ordered)
        columns = ordered.columns
        texts = np.empty(len(self.texts) + 3, object)
        texts[:] = [*self.texts, "value", "empty", None]
        if "" in self.texts:  # of the states, nothing said is what the value says
            said = columns["state"] == self.texts.index("")
            value, empty = len(self.texts), len(self.texts) + 1
            state = np.where(said, np.where(columns["value"] == NOTHING, empty, value), columns["state"])
        else:
            state = columns["state"]
        coded = {**columns, "state": state}
        data = {
            name: pd.array(coded[name] if name in _NUMBERS else texts[coded[name]], dtype=dtype, copy=False)
            for name, dtype in TRUTH.columns.items()
        }
        return pd.DataFrame(data, columns=list(TRUTH.columns), copy=False)

    def packed(self) -> tuple[Value, Value]:
        """Return texts and columns as plain values; :meth:`unpacked` makes labels of them again."""
        texts = self.texts
        return texts, [packed_codes(self.columns[name]) for name in Label._fields]

    @classmethod
    def unpacked(cls, texts: Any, columns: Any) -> "LabelColumns":
        """Return the labels of what :meth:`packed` returned, perhaps in a process that a hostile file has taken over.

        Raises
        ------
        TruthError
            If it is something else.
        """
        if type(texts) is not list or not all(type(text) is str for text in texts):
            raise TruthError(_NO_TRUTH)
        read = dict(zip(Label._fields, map(unpacked_codes, columns), strict=True))
        for name, codes in read.items():
            least = NOTHING if name == "value" else 0
            most = _LARGEST if name in _NUMBERS else len(texts)
            if len(codes) != len(read["row"]) or (len(codes) and not least <= codes.min() <= codes.max() < most):
                raise TruthError(_NO_TRUTH)
        result = cls()
        result._texts, result._blocks = _Texts(texts), [read]
        return result

    def _with(self, columns: dict[str, Codes]) -> "LabelColumns":
        result = LabelColumns()
        result._texts, result._blocks = self._texts, [columns]
        return result

    def _settle(self) -> None:
        """Put the labels that wait into columns."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._blocks.append(self._encoded(zip(*waiting, strict=True)))

    def _encoded(self, columns: Iterable[Sequence[Any]]) -> dict[str, Codes]:
        encoded: dict[str, Codes] = {}
        for name, column in zip(Label._fields, columns, strict=True):
            if name in _NUMBERS:
                encoded[name] = _numbers(column, name)
            else:
                encoded[name] = _small(self._texts.places(column))
        return encoded

    def _made(self, columns: Mapping[str, Codes], part: slice | Codes) -> Iterator[Label]:
        shown = (self._shown(name, columns[name][part].tolist()) for name in Label._fields)
        return map(Label._make, zip(*shown, strict=True))

    def _shown(self, name: str, codes: list[int]) -> list[Any]:
        if name in _NUMBERS:
            return codes
        texts = self._texts.there
        return [None if code == NOTHING else texts[code] for code in codes]

    def _order(self) -> Codes:
        """Return the places of the labels in the order of the key of the table; what is equal stays in its order."""
        columns = self.columns
        by_key = [columns[name] if name in _NUMBERS else self._ranks(columns[name]) for name in TRUTH.key]
        order: Codes = np.lexsort(by_key[::-1])
        return order

    def _ranks(self, codes: Codes) -> Codes:
        """Return numbers that are ordered as the texts are."""
        there = np.unique(codes)
        ranks = np.zeros(len(self.texts), np.int64)
        ranks[sorted(there.tolist(), key=self.texts.__getitem__)] = np.arange(len(there))
        found: Codes = ranks[codes]
        return found


def together(*columns: Codes) -> Codes:
    """Return one number per row that is the same where all of the columns are."""
    key: Codes = np.zeros(len(columns[0]), np.int64)
    most = 1
    for column in columns:
        there, codes = np.unique(column, return_inverse=True)
        if most * max(len(there), 1) >= _LARGEST:
            there_before, key = np.unique(key, return_inverse=True)
            most = len(there_before)
        key, most = key * len(there) + codes, most * max(len(there), 1)
    return key


def _refuse_repeated(labels: LabelColumns) -> None:
    """Refuse labels of one place, which follow each other."""
    columns = [labels.columns[name] for name in TRUTH.key]
    same = np.ones(max(len(labels) - 1, 0), bool)
    for codes in columns:
        same &= codes[1:] == codes[:-1]
    if not same.any():
        return
    at = int(same.argmax())
    one, other = labels[at], labels[at + 1]
    where = f"{one.group}[{one.row}].{one.field}" if one.group else one.field
    message = (
        f"The document {one.document!r} has more than one label for {where}: {one.value!r} (from {one.source}) "
        f"and {other.value!r} (from {other.source}). Keep one of them."
    )
    raise TruthError(message)


def _joined(blocks: Sequence[Mapping[str, Codes]]) -> dict[str, Codes]:
    if not blocks:
        return {name: np.zeros(0, np.int8) for name in Label._fields}
    return {name: np.concatenate([block[name] for block in blocks]) for name in Label._fields}


def _numbers(column: Sequence[int], name: str) -> Codes:
    try:
        return _small(np.fromiter(column, np.int64, len(column)))
    except OverflowError:
        message = f"A label has a number of its {name} that is far too large. Count them 0, 1, 2 and so on."
        raise TruthError(message) from None


def _small(codes: Codes) -> Codes:
    """Return whole numbers in as few bytes each as they need."""
    most = max(int(codes.max()), -int(codes.min())) if len(codes) else 0
    return codes.astype(next(kind for kind in _SIZES.values() if most <= np.iinfo(kind).max), copy=False)


def packed_codes(codes: Sequence[int] | Codes) -> Value:
    """Return whole numbers as a plain value."""
    small = _small(np.asarray(codes, np.int64 if len(codes) == 0 else None))
    return [small.dtype.itemsize, small.tobytes()]


def unpacked_codes(content: Any) -> Codes:
    """Return the numbers of what :func:`packed_codes` returned.

    Raises
    ------
    TruthError
        If it is something else.
    """
    match content:
        case [1 | 2 | 4 | 8 as size, bytes(numbers)] if len(numbers) % size == 0:
            return np.frombuffer(numbers, _SIZES[size])
    raise TruthError(_NO_TRUTH)
