"""From JSON to labels: one object per document or label, or the service's own extractions that somebody corrected.

In a record, ``null``, ``""``, ``[]`` and ``{}`` say that the field is empty, for header fields and for compounds alike.
A list of plain values is alternatives (M24 of the metrics), a list of objects is rows.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from gini_notebook.analysis.truth.column_values import Cell, Found, Number, Wishes, labels_of
from gini_notebook.analysis.truth.document_names import levelled, names_note
from gini_notebook.analysis.truth.grids import is_item
from gini_notebook.analysis.truth.headers import (
    Column,
    beside_what_is_quoted,
    column,
    doubt,
    header_notes,
    says_line_items,
    says_sum,
    says_what_is_quoted,
)
from gini_notebook.analysis.truth.label_columns import Label
from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.analysis.truth.sizes import check_width
from gini_notebook.errors import TruthError
from gini_notebook.notations import currency
from gini_notebook.notes import Note
from gini_notebook.schema import LINE_ITEMS, TRUTH

_DOCUMENT_KEYS = ("document", "file")
_EXTRACTIONS = "extractions"
_COMPOUNDS = "compoundExtractions"
_NOT_TRUTH = ("candidates", "returnReasons")
_FEEDBACK = "feedback"  # the body of feedback, before it had compounds
_LISTS = ("documents", "truth", "labels", "records", "data", "invoices")
_LONG = frozenset(("field", "value"))
NO_FIELDS = frozenset(
    (*_DOCUMENT_KEYS, *_NOT_TRUTH, *_LISTS, _EXTRACTIONS, _COMPOUNDS, _FEEDBACK, "amount", *TRUTH.columns)
)
"""Names that mean something else in a record."""


class _NotStrict(Exception):
    """What is no strict JSON."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        repeated = Counter(name for name, _ in pairs).most_common(1)[0][0]
        message = f"has the key {repeated!r} twice in one object. Keep one."
        raise _NotStrict(message)
    return result


def _refuse(constant: str) -> NoReturn:
    message = f"holds {constant}, which is not JSON. Use null for a field that holds nothing."
    raise _NotStrict(message)


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_refuse, parse_int=Decimal, parse_float=Decimal)


def parse_json(text: str, where: str) -> Any:
    """Parse JSON strictly; numbers keep their digits as they are written.

    Raises
    ------
    TruthError
        If it is not JSON, holds NaN or Infinity, repeats a key within an object, or is nested too deeply.
    """
    try:
        content = _DECODER.decode(text)
    except _NotStrict as error:
        message = f"{where} {error}"
        raise TruthError(message) from error
    except json.JSONDecodeError as error:
        message = f"{where} is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        raise TruthError(message) from error
    except RecursionError as error:
        message = f"{where} is nested too deeply to be ground truth."
        raise TruthError(message) from error
    if "\\ud" in text.lower():
        _refuse_half_characters(content, where)
    return content


def _refuse_half_characters(content: Any, where: str) -> None:
    try:
        json.dumps(content, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        message = f"{where} holds half of a surrogate pair ({error.object[error.start]!a}), which is no character."
        raise TruthError(message) from error


AsTable = Callable[[Sequence[str], Sequence[Sequence[Any]], str, Wishes], Labels]
"""Reads a table by its header and its rows."""


def json_labels(text: str, path: Path, wishes: Wishes, as_table: AsTable) -> Labels:
    """Read a JSON file: a list of objects, one object, an object by document, or extractions of the service.

    Extractions and feedback bodies name no document; then it is the name of the file without ``.json``. A list with an
    object per line item is a table, and read as one.
    """
    where = path.name
    content = parse_json(text, where)
    if isinstance(content, dict):
        content = _by_columns(content, wishes) or content
    if isinstance(content, dict):
        content = next((content[name] for name in _LISTS if _is_list_of_records(content, name)), content)
    if isinstance(content, list):
        _refuse_other_entries(content, where)
        if _are_rows_of_items(content, where, wishes):
            return as_table(*_as_rows(content), where, wishes)
        return _records([(f"entry {number} of {where}", entry) for number, entry in enumerate(content)], wishes)
    if not isinstance(content, dict):
        message = f"{where} holds neither a list nor an object. Needed is one object per document."
        raise TruthError(message)
    if _document_key(content, wishes) is not None:
        return _records([(where, content)], wishes)
    if is_extractions(content):
        return extractions_labels(content, path.stem, where, wishes)
    if isinstance(content.get(_FEEDBACK), dict):
        return _records([(where, {"document": path.stem, **content[_FEEDBACK]})], wishes)
    if content and all(isinstance(entry, dict) and not _is_value(entry) for entry in content.values()):
        return _records(
            [(f"{name!r} in {where}", {"document": name, **entry}) for name, entry in content.items()], wishes
        )
    check_width(len(content), where)
    found = ", ".join(map(repr, content)) or "none"
    message = (
        f"{where} names no document; its keys are: {found}. Needed is a key 'document' with the name of the document, "
        "or 'extractions' as the service answers them."
    )
    raise TruthError(message)


def _are_rows_of_items(entries: Sequence[Mapping[str, Any]], where: str, wishes: Wishes) -> bool:
    """Return whether there is an object per line item, as programs write a sheet: a document in several objects."""
    keys: set[str] = set()
    for entry in entries:
        if not keys.issuperset(entry):
            keys.update(entry)
            check_width(len(keys), where)
    if not any(is_item(one) for one in (column(name, wishes.columns) for name in sorted(keys)) if one.known):
        return False
    if any(isinstance(value, dict | list) for entry in entries for value in entry.values()):
        return False
    named = [entry[name] for entry in entries if (name := _document_key(entry, wishes)) is not None]
    return len({str(name) for name in named}) < len(named) and not any(entry.keys() >= _LONG for entry in entries)


def _as_rows(entries: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    """Return objects as a header and rows."""
    header = list(dict.fromkeys(name for entry in entries for name in entry))
    return header, [[entry.get(name) for name in header] for entry in entries]


def _refuse_other_entries(entries: Sequence[Any], where: str) -> None:
    """Refuse a list of something else than objects before there is a place noted for each entry."""
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            message = f"entry {number} of {where} is not an object. Needed is one object per document."
            raise TruthError(message)


def _by_columns(content: Mapping[str, Any], wishes: Wishes) -> list[dict[str, Any]]:
    """Return the records of a table that a program wrote by columns; none where it is something else."""
    names, rows = content.get("columns"), content.get("data")
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(name, str) for name in names):
        whole = all(isinstance(row, list) and len(row) == len(names) for row in rows)
        return [dict(zip(names, row, strict=True)) for row in rows] if whole else []
    columns = [value for value in content.values() if isinstance(value, dict)]
    numbered = bool(columns) and all(value and all(map(str.isdigit, value)) for value in columns)
    if len(columns) < len(content) or not numbered or _document_column(content, wishes) is None:
        return []
    places = dict.fromkeys(place for value in columns for place in value)
    return [{name: value[place] for name, value in content.items() if place in value} for place in places]


def _document_column(content: Mapping[str, Any], wishes: Wishes) -> str | None:
    return next((name for name in content if column(name, wishes.columns).role == "document"), None)


def _is_list_of_records(content: Mapping[str, Any], name: str) -> bool:
    entries = content.get(name)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return False
    return not any(key != name and isinstance(value, dict | list) for key, value in content.items())


def jsonl_labels(text: str, where: str, wishes: Wishes, as_table: AsTable) -> Labels:
    """Read one object per line and document."""
    lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    places = ((f"line {number} of {where}", line) for number, line in lines)
    try:
        entries = [(place, parse_json(line, place)) for place, line in places]
        objects = [entry for _, entry in entries if isinstance(entry, dict)]
        if len(objects) == len(entries) and _are_rows_of_items(objects, where, wishes):
            return as_table(*_as_rows(objects), where, wishes)
        return _records(entries, wishes)
    except TruthError as error:
        if not isinstance(error.__cause__, json.JSONDecodeError):
            raise
        message = f"{error} JSON Lines has one whole object in each line; what goes over several lines is .json."
        raise TruthError(message) from error


def is_extractions(content: Any) -> bool:
    """Return whether this is an answer of the service to a request for extractions."""
    return isinstance(content, dict) and isinstance(content.get(_EXTRACTIONS), dict)


def extractions_labels(content: Mapping[str, Any], document: str, where: str, wishes: Wishes | None = None) -> Labels:
    """Read extractions as the service answers them (its documentation: "Document Extractions")."""
    result = Labels(documents={document: None})
    _finish(_of_extractions(content, document, where, result), result, wishes or Wishes())
    return result


def _of_extractions(content: Mapping[str, Any], document: str, where: str, result: Labels) -> list[Found]:
    found = [
        Found(document, "", 0, name, _value(extraction, f"{name!r} in {where}"), "extractions", name, where)
        for name, extraction in content[_EXTRACTIONS].items()
    ]
    compounds = content.get(_COMPOUNDS) or {}
    if not isinstance(compounds, dict):
        message = f"{_COMPOUNDS!r} in {where} is not an object. Needed is {{name: [rows]}}."
        raise TruthError(message)
    for group, rows in compounds.items():
        found += _rows(rows, document, group, "extractions", result)
    return found


def compound_labels(rows: Any, document: str, group: str, *, source: str) -> Labels:
    """Read the rows of a compound extraction; a list of plain values is a table of one column with its own name."""
    result = Labels(documents={document: None})
    _finish(_rows(rows, document, group, source, result), result, Wishes())
    return result


def _rows(rows: Any, document: str, group: str, source: str, result: Labels) -> list[Found]:
    where = f"{group!r} of the document {document!r}"
    if not isinstance(rows, list):
        message = f"{where} is not a list. Needed is a list of objects, one per row."
        raise TruthError(message)
    if not rows:
        result.no_rows.setdefault((document, group))
    found = []
    for number, row in enumerate(rows):
        for name, content in (row if isinstance(row, dict) else {group: row}).items():
            place = f"{name!r} in row {number} of {where}"
            several = content if isinstance(content, list) and content else [content]
            for alternative, one in enumerate(several):
                cell = None if one in ([], {}) else _value(one, place)
                found.append(Found(document, group, number, name, cell, source, name, place, alternative=alternative))
    return found


def _finish(found: Sequence[Found], result: Labels, wishes: Wishes) -> None:
    """Read the cells of every field together."""
    labels, notes = labels_of(found, wishes)
    result.take(labels)
    result.notes += notes


@dataclass(slots=True)
class _Meanings:
    """What the keys of records mean; the service's own name, where it is among the keys, comes before other words.

    Attributes
    ----------
    wishes
        What the caller says of the keys.
    literal
        The keys of all records.
    items
        Those of them that hold line items by another name.
    of_fields, of_items
        What keys of records and of line items were taken for.
    """

    wishes: Wishes
    literal: frozenset[str]
    items: frozenset[str]
    of_fields: dict[str, Column] = field(default_factory=dict)
    of_items: dict[str, Column] = field(default_factory=dict)
    _quotes: bool = False

    def __post_init__(self) -> None:
        columns = self.wishes.columns
        self._quotes = says_what_is_quoted([column(name, columns) for name in sorted(self.literal)], columns)

    def take(self, entry: Mapping[str, Any], where: str) -> None:
        """Find out what the keys of a record mean."""
        new = [name for name in entry if name not in self.of_fields]
        check_width(len(self.of_fields) + len(new), where)
        self.of_fields |= {name: self._of_field(name) for name in new}

    def of(self, name: str) -> Column:
        """Return what a key means."""
        return self.of_fields[name] if name in self.of_fields else self._of_field(name)

    def _of_field(self, name: str) -> Column:
        found = column(name, self.wishes.columns)
        if found.role == "left out":
            return found
        if not found.known and LINE_ITEMS not in self.literal and self.items == {name}:
            return Column(name, "label", field=LINE_ITEMS)
        if self._quotes:
            found = beside_what_is_quoted(found, self.wishes.columns)
        own = found.field == name or found.field not in self.literal
        if found.role == "label" and not found.group and own:
            return found
        return Column(name, "label", field=name, known=False)

    def named_rows(self, rows: Sequence[Any]) -> list[Any]:
        """Return rows of line items with the service's names, where each row has another name for a field only once."""
        named = []
        for row in rows:
            meant = {name: self._of_item(name) for name in row} if isinstance(row, dict) else {}
            fields = [one.field for one in meant.values()]
            if not meant or len(set(fields)) < len(fields):
                named.append(row)
                continue
            self.of_items |= meant
            named.append(dict(zip(fields, row.values(), strict=True)))
        return named

    def _of_item(self, name: str) -> Column:
        if name in self.of_items:
            return self.of_items[name]
        found = column(name, self.wishes.columns)
        if found.role == "label" and is_item(found):
            return Column(name, "label", LINE_ITEMS, found.field)
        return Column(name, "label", LINE_ITEMS, name, known=False, doubt=doubt(name))


def _meanings(entries: Sequence[tuple[str, Any]], wishes: Wishes) -> _Meanings:
    keys: set[str] = set()
    for where, entry in entries:
        if isinstance(entry, dict):
            keys.update(entry)
            check_width(len(keys), where)  # before any of them is looked at
            if entry.keys() >= _LONG and entry.keys() != TRUTH.columns.keys():
                keys.add(str(entry["field"]))
    items = [name for name in keys if says_line_items(name)]
    rows = (name for name in items if any(isinstance(one, dict) and _is_rows(one.get(name)) for _, one in entries))
    return _Meanings(wishes, frozenset(keys), frozenset(rows))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) and not _is_value(one) for one in value)


def _without_sums(entries: Sequence[tuple[str, Any]], wishes: Wishes) -> tuple[list[tuple[str, Any]], list[Note]]:
    """Leave out records that are called as a sum is, and say how many."""
    names = [_document(entry, where, wishes) for where, entry in entries]
    sums = set(filter(says_sum, set(names)))
    kept = [one for one, name in zip(entries, names, strict=True) if name not in sums] if sums else list(entries)
    left_out = len(entries) - len(kept)
    return kept, [Note("rows_passed_over", left_out, ("the records",), "sums")] if left_out else []


def _records(entries: Sequence[tuple[str, Any]], wishes: Wishes) -> Labels:
    entries, passed = _without_sums(entries, wishes)
    result = Labels(notes=passed)
    found: list[Found] = []
    first: dict[str, str] = {}
    changed: list[str] = []
    empties: list[tuple[str, str, str]] = []
    meanings = _meanings(entries, wishes)
    for where, entry in entries:
        name = _document(entry, where, wishes)
        if entry.keys() == TRUTH.columns.keys():
            result.add(_own(entry, where))
            continue
        document = levelled(name)
        if document != name:
            changed.append(name)
        result.documents.setdefault(document)
        if entry.keys() >= _LONG:
            found.append(_understood_label(entry, document, where, meanings))
            continue
        if document in first:
            message = (
                f"The document {document!r} is in {first[document]} and again in {where}. Keep one; line items of a "
                "document go into one list 'lineItems' of its object."
            )
            raise TruthError(message)
        first[document] = where
        if is_extractions(entry):
            found += _of_extractions(entry, document, where, result)
        else:
            meanings.take(entry, where)
            found += _record(entry, document, where, meanings, empties, result)
    _finish(found, result, wishes)
    _say_empty(empties, result)
    result.headers.update(dict.fromkeys(sorted(meanings.literal)))
    result.notes += [*_say_meanings(meanings, result), *names_note(changed)]
    return result


def _say_meanings(meanings: _Meanings, result: Labels) -> list[Note]:
    """Note what keys were taken for, and remember the fields of those that nobody knows."""
    fields = {field for group, field in result.fields if not group}
    # A key that nobody knows may be a remark (a layout, a language), as a column of a wide table may.
    told = [
        one
        for name, one in meanings.of_fields.items()
        if name not in {*_NOT_TRUTH, _FEEDBACK} and one.role == "label" and (one.known or one.field in fields)
    ]
    told += [one for one in meanings.of_items.values() if one.known or (one.group, one.field) in result.fields]
    result.unsure.update({(one.group, one.field): None for one in told if not one.known})
    return header_notes(told)


def _record(  # noqa: PLR0917 - one record, and what is gathered over all of them
    entry: Mapping[str, Any],
    document: str,
    where: str,
    meanings: _Meanings,
    empties: list[tuple[str, str, str]],
    result: Labels,
) -> list[Found]:
    """Read one object with a member per field."""
    found = []
    content = entry.get(_FEEDBACK) if isinstance(entry.get(_FEEDBACK), dict) else entry
    for name, value in content.items():  # type: ignore[union-attr]
        if name in (_document_key(entry, meanings.wishes), *_NOT_TRUTH):
            continue
        one = meanings.of(name)
        if one.role == "left out":
            continue
        if _is_rows(value):
            rows = meanings.named_rows(value) if one.field == LINE_ITEMS else value
            found += _rows(rows, document, one.field, "json", result)
        elif value is None or value in ([], {}):
            empties.append((document, one.field, where))
        else:
            cells = value if isinstance(value, list) else [value]
            found += [
                Found(
                    document,
                    "",
                    0,
                    one.field,
                    _value(cell, f"{name!r} in {where}"),
                    "json",
                    name,
                    where,
                    _code(cell),
                    at,
                )
                for at, cell in enumerate(cells)
            ]
    return found


def _say_empty(empties: Sequence[tuple[str, str, str]], result: Labels) -> None:
    """Say that a field is empty, or that a compound has no rows, as other records tell which of them it is."""
    compounds = {group for group, _ in result.fields if group} | {LINE_ITEMS}
    compounds |= {group for _, group in result.no_rows}
    for document, name, _ in empties:
        if name in compounds:
            result.no_rows.setdefault((document, name))
        else:
            result.add(Label(document, "", 0, name, None, "json"))


def _understood_label(entry: Mapping[str, Any], document: str, where: str, meanings: _Meanings) -> Found:
    """Read an object that says one thing about one field, by whatever name."""
    found = _label(entry, document, where)
    if found.group or not (one := meanings.of_fields.setdefault(found.field, meanings.of(found.field))).known:
        return found
    return found._replace(group=one.group, field=one.field)


def _label(entry: Mapping[str, Any], document: str, where: str) -> Found:
    """Read an object that says one thing about one field."""
    field, group = entry["field"], entry.get("group") or ""
    if not isinstance(field, str) or not field.strip() or not isinstance(group, str):
        message = f"{where} names no field. Needed are the keys document, field and value."
        raise TruthError(message)
    row, alternative = (entry.get(name) or Decimal(0) for name in ("row", "alternative"))
    if not all(isinstance(one, Decimal) and one == int(one) and one >= 0 for one in (row, alternative)):
        message = f"{where} has a row or an alternative that is no number. Use 0, 1, 2 and so on."
        raise TruthError(message)
    value = _value(entry["value"], where)
    state = "unclear" if entry.get("state") == "unclear" else ""
    return Found(document, group, int(row), field, value, "json", field, where, "", int(alternative), state)


def _own(entry: Mapping[str, Any], where: str) -> Label:
    """Return a label as this package writes it, one in a line."""
    found = _label(entry, entry["document"], where)
    if not isinstance(found.cell, str | None) or not isinstance(entry["source"], str):
        message = f"{where} is a label whose value or source is no text. Write both in quotes."
        raise TruthError(message)
    value = found.cell if found.cell and found.cell.strip() else None
    return Label(
        found.document, found.group, found.row, found.field, value, entry["source"], found.alternative, found.state
    )


def _document_key(entry: Mapping[str, Any], wishes: Wishes) -> str | None:
    """Return the key that names the document."""
    for name in _DOCUMENT_KEYS:
        if name in entry:
            return name
    named = [name for name in entry if isinstance(entry[name], str) and column(name, wishes.columns).role == "document"]
    return named[0] if len(named) == 1 else None


def _document(entry: Any, where: str, wishes: Wishes) -> str:
    if not isinstance(entry, dict):
        message = f"{where} is not an object. Needed is one object per document."
        raise TruthError(message)
    for name in (*_DOCUMENT_KEYS, _document_key(entry, wishes)):
        document = entry.get(name) if name is not None else None
        if isinstance(document, str) and document.strip():
            return document
    found = ", ".join(map(repr, entry)) or "none"
    message = f"{where} names no document; its keys are: {found}. Add a key 'document' with the document's name."
    raise TruthError(message)


def _is_value(content: Mapping[str, Any]) -> bool:
    """Return whether an object stands for one value: ``{"value": …}`` or ``{"amount": …, "currency": …}``."""
    return "value" in content or ("amount" in content and set(content) <= {"amount", "currency"})


def _code(content: Any) -> str:
    """Return the currency of ``{"amount": …, "currency": …}``."""
    inner = content.get("value") if isinstance(content, dict) and isinstance(content.get("value"), dict) else content
    code = inner.get("currency") if isinstance(inner, dict) else None
    return (currency(code) or "") if isinstance(code, str) else ""


def _value(content: Any, where: str) -> Cell:
    if isinstance(content, dict) and "value" in content:
        return _value(content["value"], where)
    if isinstance(content, dict) and _is_value(content):
        return _value(content["amount"], where)
    if isinstance(content, Decimal):
        return Number(content)
    if content is None or isinstance(content, bool | str):
        return content
    message = f"{where} holds {'an object' if isinstance(content, dict) else 'a list'}. Needed is a text or a number."
    raise TruthError(message)
