"""From a grid of cells to labels: wide tables (a row per document) and long ones (a row per label)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from gini_notebook.analysis.truth.column_values import (
    Cell,
    Found,
    Number,
    Wishes,
    cell_text,
    kind_of,
    labels_of,
)
from gini_notebook.analysis.truth.document_names import levelled, names_note
from gini_notebook.analysis.truth.grids import Grid, Row, Table, cell_at, is_filled, is_item, letters
from gini_notebook.analysis.truth.headers import (
    COMPOUND_SUFFIX,
    INVOICE_ID,
    Column,
    beside_what_is_quoted,
    column,
    header_notes,
    is_named,
    is_near_document,
    key,
    resolved,
    says_counted,
    says_sum,
    says_what_is_quoted,
)
from gini_notebook.analysis.truth.item_rows import has_rows_of_items, in_order, settled
from gini_notebook.analysis.truth.label_columns import Label
from gini_notebook.analysis.truth.labels import Labels
from gini_notebook.analysis.truth.records import compound_labels, parse_json
from gini_notebook.analysis.truth.sizes import check_width
from gini_notebook.errors import TruthError
from gini_notebook.notations import currency, visible
from gini_notebook.notes import Note
from gini_notebook.schema import LINE_ITEMS, TRUTH

# The header of a table stands within so many rows that are not empty.
HEADER_WITHIN = 25
REMARKS = "remarks below the table"
STATES = ("value", "empty", "unclear")
_ENDING = re.compile(r".*\.[^\W\d]\w{1,4}$", re.DOTALL).match
_RULE = re.compile(r":?[-=_]{2,}:?").fullmatch
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def unguard(cell: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a cell as a formula."""
    return cell[1:] if _GUARDED.match(cell) else cell


def keeps_its_name(name: str) -> bool:
    """Return whether a field of this name is read back under it from a table with a row per document."""
    if name in ("document", "file") or not name:
        return False
    found = column(name, {})
    return found.role == "label" and not found.group and found.field == name


def find_table(grid: Grid, wishes: Wishes) -> Table:
    """Find the header of a table: the row of which most is understood, the first of these."""
    if wishes.header_row:
        at = next((place for place, (number, _) in enumerate(grid.rows) if number == wishes.header_row), None)
        if at is None:
            message = f"{grid.where} has no row {wishes.header_row}, which header_row= names."
            raise TruthError(message)
        return settled(_table(grid, at, wishes), wishes.columns)
    filled = (at for at, (_, cells) in enumerate(grid.rows) if any(map(is_filled, cells)))
    candidates = [_table(grid, at, wishes) for at in islice(filled, HEADER_WITHIN)]
    # max takes the first of several that are equal
    return settled(max(candidates, key=lambda one: one.rank, default=Table(grid, [], 0)), wishes.columns)


def _table(grid: Grid, at: int, wishes: Wishes) -> Table:
    number, cells = grid.rows[at]
    check_width(len(cells), grid.where)
    # A header of two rows has some of its names merged down from the upper one.
    merged = {column: origin for (row, column), origin in grid.fills.items() if row == number}
    above = {other: row for other, row in grid.rows[:at] if other in set(merged.values())} if merged else {}
    cells = [cell_at(above.get(merged.get(place, 0), cells), place) for place in range(max(len(cells), *merged, 0))]
    header = [cell_text(cell) or "" for cell in cells]
    return Table(grid, resolved(header, wishes.columns), at)


def table_labels(table: Table, wishes: Wishes) -> Labels:
    """Read the labels of a table.

    Raises
    ------
    TruthError
        If needed columns lack, two columns mean the same field, a row names no document, a document has two rows that
        differ, or a column cannot be read.
    """
    if [one and one.name for one in table.columns] == list(TRUTH.columns):
        return _verbatim(table)
    _check_header(table, wishes)
    result = Labels(notes=[*table.grid.notes, *_place_notes(table)])
    found = _long(table, wishes, result) if table.is_long else _wide(table, wishes, result)
    result.notes += header_notes(table.columns, table.grid.where if table.grid.several else "")
    result.headers.update({one.name: None for one in table.columns if one is not None})
    labels, notes = labels_of(found, wishes)
    result.notes += notes
    if not table.is_long:
        unknown = (one for one in table.columns if one is not None and one.role == "label" and not one.known)
        result.unsure.update({(one.group, one.field): None for one in unknown})
    result.take(labels)
    return result


def is_sum(document: str) -> bool:
    """Return whether what stands in the place of a document says that the row is a sum."""
    return says_sum(document) and not _ENDING(document.strip())


def _is_below(table: Table, cells: Sequence[Cell], document: str) -> str:
    """Return what the rows behind the last document are that say something else in its place, as ``16 Belege``."""
    words = document.split()
    beside = [at for at, one in enumerate(table.columns) if one is not None and one.role == "label"]
    beside = [at for at in beside if is_filled(cell_at(cells, at))]
    if not beside:
        return REMARKS
    numbers = all(kind_of(table.columns[at].field) in ("amount", "numeric") for at in beside)  # type: ignore[union-attr]
    counts = len(words) > 1 and words[0].isdigit() and says_counted(words[1])
    return "sums" if numbers and (counts or any(map(says_sum, words))) else ""


def _end_of_documents(rows: Sequence[tuple[int, Row]], at: int) -> int:
    """Return the place behind the last document, where all before it have the ending of a file."""
    names = [(cell_text(cell_at(cells, at)) or "").strip() for _, cells in rows]
    last = next((place for place in reversed(range(len(names))) if _ENDING(names[place])), len(names))
    return last + 1 if all(_ENDING(name) for name in names[:last] if name) else len(names)


def _verbatim(table: Table) -> Labels:
    """Read a table that this package wrote: nothing in it is to be understood in another way than it stands there."""
    result = Labels(notes=list(table.grid.notes), headers=dict.fromkeys(TRUTH.columns))
    for number, cells in table.grid.rows[table.header_at + 1 :]:
        texts = [cell_text(cell) or "" for cell in cells]
        if not any(map(str.strip, texts)):
            continue
        row = dict(zip(TRUTH.columns, [*texts, *[""] * len(TRUTH.columns)], strict=False))
        line = _Line(number, cells, row["document"])
        place, alternative = (_number(row[name].strip(), name, line, table) for name in ("row", "alternative"))
        if not row["document"].strip() or not row["field"].strip():
            message = f"Row {number} of {table.grid.where} names no document or no field. Fill in both."
            raise TruthError(message)
        state = "unclear" if row["state"] == "unclear" else ""
        value = row["value"] if row["value"].strip() else None
        source = row["source"] or "table"
        result.add(Label(row["document"], row["group"], place, row["field"], value, source, alternative, state))
    return result


def _place_notes(table: Table) -> list[Note]:
    skipped = [number for number, cells in table.grid.rows[: table.header_at] if any(map(is_filled, cells))]
    if not skipped:
        return []
    return [Note("rows_passed_over", len(skipped), (table.grid.where,), "above the header of the table")]


def _check_header(table: Table, wishes: Wishes) -> None:
    """Refuse what is no header of a truth table."""
    where = table.grid.where
    names = [one.name for one in table.columns if one is not None]
    found = ", ".join(map(repr, names)) or "none"
    if not table.has("document"):
        near = [name for name in names if is_near_document(name)]
        hint = f" Is it {near[0]!r}? Then say columns={{{near[0]!r}: 'document'}}." if near else ""
        message = (
            f"{where} has no column 'document' with the name of each document; its columns are: {found}. Needed is "
            "'document' and one column per field (amountToPay, iban, ...), or the columns document, field, value. "
            f"Rename yours, or say in Python columns={{'your name': 'document'}}.{hint}"
        )
        raise TruthError(message)
    if not table.is_long and (table.has("field") or table.has("value")):
        lacking = "value" if table.has("field") else "field"
        message = (
            f"{where} has no column {lacking!r}; its columns are: {found}. A table with a row per label needs "
            "document, field and value (and group and row for line items)."
        )
        raise TruthError(message)
    if not table.is_truth:
        message = f"{where} has no column but {found}. Add one column per field, named as the service names it."
        raise TruthError(message)
    _check_repeated(table, wishes)


def _check_repeated(table: Table, wishes: Wishes) -> None:
    """Refuse two columns of one meaning, unless the caller says so: then either is right.

    The service's own name comes before other words.
    """
    by_meaning: dict[str, list[int]] = {}
    for at, one in enumerate(table.columns):
        if one is not None and one.role != "left out":
            by_meaning.setdefault(one.place or one.role, []).append(at)
    for meaning, places in by_meaning.items():
        own = [at for at in places if table.columns[at] is not None and table.columns[at].name == meaning]  # type: ignore[union-attr]
        names = [one.name for at in places if (one := table.columns[at]) is not None]
        if len(places) == 1 or (
            _may_be_several(table, places) and all(is_named(name, wishes.columns) for name in names)
        ):
            continue
        if len(own) == 1 and meaning not in ("document", "field", "value"):
            for at in set(places) - set(own):
                one = table.columns[at]
                table.columns[at] = one and Column(one.name, "label", field=one.name, known=False)
            continue
        if len(set(names)) == 1:
            message = (
                f"{table.grid.where} has more than one column named {names[0]!r}. Keep one of them; if either is "
                "right, give them different names, and say so with columns={...} for both."
            )
        elif _may_be_several(table, places):
            said = ", ".join(f"{name!r}: {meaning!r}" for name in names)
            message = (
                f"{table.grid.where} has more than one column for {meaning}: {', '.join(map(repr, names))}. Say which "
                f"counts and leave out the others, columns={{{names[0]!r}: {meaning!r}, {names[1]!r}: None}}; or, if "
                f"either value is right, columns={{{said}}}."
            )
        else:
            message = (
                f"{table.grid.where} has more than one column for {meaning}: {', '.join(map(repr, names))}. Say which "
                f"counts: columns={{{names[0]!r}: {meaning!r}}} and another name for the others."
            )
        raise TruthError(message)


def _may_be_several(table: Table, places: Sequence[int]) -> bool:
    """Return whether columns are one field of the document, which may have several acceptable values."""
    there = [one for at in places if (one := table.columns[at]) is not None]
    return not table.is_long and all(one.role == "label" and not is_item(one) for one in there)


@dataclass(slots=True)
class _Line:
    """One row below the header."""

    number: int
    cells: Sequence[Cell]
    document: str


def _lines(table: Table, result: Labels) -> Iterator[_Line]:
    """Yield the rows below the header that name a document; sums are passed over, and said."""
    at = next(place for place, one in enumerate(table.columns) if one is not None and one.role == "document")
    name = table.columns[at].name  # type: ignore[union-attr]
    sums, changed, passed = 0, [], Counter[str]()
    rows = [row for row in _below(table, result) if any(map(is_filled, row[1]))]
    last_named = -1
    header = [key(one.name) if one is not None else "" for one in table.columns]
    below = len(rows) if table.is_long else _end_of_documents(rows, at)
    for place, (number, cells) in enumerate(rows):
        if said := _is_no_row(table, header, cells):
            passed[said] += 1
            continue
        text = cell_text(cells[at]) if at < len(cells) else None
        if text is None or not visible(text).strip():
            last_named = last_named if last_named >= 0 else _last_named(rows, at)
            if _is_sum(table, cells, last=place > last_named):
                sums += 1
                continue
            if place > last_named and not _states_a_field(table, cells):
                passed[REMARKS] += 1
                continue
            message = (
                f"Row {number} of {table.grid.where} has values, but names no document. Fill in its column {name!r}, "
                "in each row of a document."
            )
            raise TruthError(message)
        if is_sum(text):
            sums += 1
            continue
        if place >= below and (said := _is_below(table, cells, text)):
            passed[said] += 1
            continue
        document = levelled(text)
        if document != text:
            changed.append(text)
        yield _Line(number, cells, document)
    if sums:
        passed["sums"] += sums
    result.notes += [Note("rows_passed_over", count, (table.grid.where,), said) for said, count in passed.items()]
    result.notes += names_note(changed)


def _is_no_row(table: Table, header: Sequence[str], cells: Sequence[Cell]) -> str:
    """Return what a row is that says nothing of a document: the header once more, or a line; else an empty string."""
    pairs = zip(cells, header, strict=False)  # a row may be shorter
    if len(cells) <= len(header) and all(key(cell_text(cell) or "") == name for cell, name in pairs):
        named = [one for one in table.columns if one is not None and one.name]
        return "the names of the columns once more" if len(cells) >= len(named) else ""
    texts = [text.strip() for text in islice(map(cell_text, filter(is_filled, cells)), 2) if text]
    if len(texts) < 2 or not all(map(_RULE, texts)):
        return ""
    return "lines" if all(_RULE((cell_text(cell) or "").strip()) for cell in cells if is_filled(cell)) else ""


def _last_named(rows: Sequence[tuple[int, Row]], at: int) -> int:
    """Return the place of the last row that names a document."""
    return next((place for place in reversed(range(len(rows))) if is_filled(cell_at(rows[place][1], at))), 0)


def _below(table: Table, result: Labels) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield the rows below the header, merged cells filled; refuse values beyond the header."""
    width, grid = len(table.columns), table.grid
    by_number = dict(grid.rows) if grid.fills else {}
    without_name = [at for at, one in enumerate(table.columns) if not one]
    filled, nameless = 0, set[int]()
    for number, row in islice(grid.rows, table.header_at + 1, None):
        cells = row
        if grid.fills:
            cells = list(row)
            for at in range(len(cells)):
                origin = grid.fills.get((number, at))
                if origin is not None and origin > grid.rows[table.header_at][0] and origin in by_number:
                    cells[at] = by_number[origin][at]
                    filled += 1
        beyond = [at for at in range(width, len(cells)) if is_filled(cells[at])] if len(cells) > width else []
        if beyond and not grid.addresses:
            message = (
                f"Row {number} of {grid.where} has {len(cells)} cells, the header has {width}. A value that contains "
                "the separator has to be in double quotes."
            )
            raise TruthError(message)
        if beyond or without_name:
            nameless.update(beyond, (at for at in without_name if at < len(cells) and is_filled(cells[at])))
        yield number, cells
    if filled:
        result.notes.append(Note("merged_cells", filled, (grid.where,)))
    if nameless:
        names = tuple(f"column {letters(at)}" for at in sorted(nameless))
        result.notes.append(Note("columns_nameless", len(names), names))


def _is_sum(table: Table, cells: Sequence[Cell], *, last: bool) -> bool:
    """Return whether a row without a document is a sum: it says so, or it ends the table and holds only numbers."""
    filled = [cell for cell in cells if is_filled(cell)]
    if any(isinstance(cell, str) and says_sum(cell) for cell in filled):
        return True
    numbers = [
        isinstance(cell, Number) or (isinstance(cell, str) and any(map(str.isdigit, cell)))
        for at, cell in enumerate(cells)
        if is_filled(cell) and (one := _column(table, at)) is not None and kind_of(one.field) in ("amount", "numeric")
    ]
    return last and len(numbers) == len(filled) and all(numbers)


def _states_a_field(table: Table, cells: Sequence[Cell]) -> bool:
    """Return whether a row says something of a field that is known."""
    there = ((_column(table, at), cell) for at, cell in enumerate(cells) if is_filled(cell))
    return any(one is None or one.role in ("field", "value") or (one.role == "label" and one.known) for one, _ in there)


def _column(table: Table, at: int) -> Column | None:
    return table.columns[at] if at < len(table.columns) else None


def _wide(table: Table, wishes: Wishes, result: Labels) -> list[Found]:
    items = has_rows_of_items(table)
    labels = [(at, one) for at, one in enumerate(table.columns) if one is not None and one.role == "label"]
    labels = [(at, _as_item(one) if one.group or (items and is_item(one)) else one) for at, one in labels]
    for at, one in labels:
        table.columns[at] = one
    result.fields.update({(one.group, one.field): None for _, one in labels if not one.field.endswith(COMPOUND_SUFFIX)})
    beside = next((at for at, one in enumerate(table.columns) if one is not None and one.role == "currency"), None)
    found: list[Found] = []
    first: dict[str, _Line] = {}
    rows: dict[str, int] = {}
    repeats = 0
    item_columns = {at for at, one in labels if one.group}
    for line in _lines(table, result):
        result.documents.setdefault(line.document)
        known = first.setdefault(line.document, line)
        again = known is not line
        if again and not item_columns:
            if [*map(cell_text, line.cells)] != [*map(cell_text, known.cells)]:
                raise TruthError(_repeated(table, line, known))
            repeats += 1
            continue
        differing = [one.name for at, one in labels if again and not one.group and _differs(line, known, at)]
        if differing:
            raise TruthError(_repeated(table, line, known, differing[0]))
        number = rows.get(line.document, 0)
        stated = False
        for at, one in labels:
            cell = cell_at(line.cells, at)
            if not is_filled(cell) or (again and not one.group):
                continue
            stated |= bool(one.group)
            code = one.currency or _currency_beside(line, beside)
            found += _of_cell(table, line, at, replace(one), cell, number if one.group else 0, code, wishes, result)
        rows[line.document] = number + stated
    if repeats:
        result.notes.append(Note("repeats", repeats, detail=table.grid.where))
    return in_order(_several(found, [one.field for _, one in labels if not one.group]))


def _several(found: list[Found], fields: Sequence[str]) -> list[Found]:
    """Number what columns of one field say of a document as its alternatives."""
    several = {field for field, count in Counter(fields).items() if count > 1}
    given = Counter[tuple[str, str]]()
    for at, one in enumerate(found) if several else ():
        if not one.group and one.field in several:
            found[at] = one._replace(alternative=given[one.document, one.field])
            given[one.document, one.field] += 1
    return found


def _as_item(one: Column) -> Column:
    return replace(one, group=LINE_ITEMS) if one.known else one


def _repeated(table: Table, line: _Line, known: _Line, name: str = "") -> str:
    message = (
        f"Row {line.number} of {table.grid.where} repeats the document {line.document!r} of row {known.number} and "
        f"says something else{f' in column {name!r}' if name else ''}."
    )
    if not name:
        return f"{message} Keep one."
    return (
        f"{message} A field of the document is the same in all its rows: keep one value, leave the column out with "
        f"columns={{{name!r}: None}} (in a shell --column {name!r}=), or name a field of line items."
    )


def _differs(line: _Line, known: _Line, at: int) -> bool:
    here, there = cell_text(cell_at(line.cells, at)), cell_text(cell_at(known.cells, at))
    return bool(here and here.strip()) and here != there


def _currency_beside(line: _Line, at: int | None) -> str:
    text = None if at is None else cell_text(cell_at(line.cells, at))
    return (currency(text) or "") if text else ""


def _of_cell(  # noqa: PLR0913, PLR0917 - what is known of one cell
    table: Table, line: _Line, at: int, one: Column, cell: Cell, row: int, code: str, wishes: Wishes, result: Labels
) -> list[Found]:
    """Return what one cell of a wide table says: a value, several alternatives, or a compound as JSON."""
    where = table.grid.place(line.number, at)
    if one.field.endswith(COMPOUND_SUFFIX):
        group = one.field.removesuffix(COMPOUND_SUFFIX)
        place = f"column {one.name!r} in row {line.number} of {table.grid.where}"
        result.extend(compound_labels(parse_json(cell_text(cell) or "", place), line.document, group, source="table"))
        return []
    cells: list[Cell] = [cell]
    if wishes.alternatives and isinstance(cell, str):
        cells = [
            part.strip() for part in cell.split(wishes.alternatives.strip() or wishes.alternatives) if part.strip()
        ]
    return [
        Found(line.document, one.group, row, one.field, part, "table", one.name, where, code, alternative)
        for alternative, part in enumerate(cells)
    ]


def _long(table: Table, wishes: Wishes, result: Labels) -> list[Found]:
    roles = {one.role: at for at, one in enumerate(table.columns) if one is not None and one.role != "label"}
    as_texts = {role: at for role, at in roles.items() if role not in ("document", "value")}
    meanings = _meanings(table, roles["field"], wishes)
    found: list[Found] = []
    first: dict[tuple[str, str, int, str, int], int] = {}
    for line in _lines(table, result):
        texts = {role: (cell_text(cell_at(line.cells, at)) or "").strip() for role, at in as_texts.items()}
        if not texts["field"]:
            message = f"Row {line.number} of {table.grid.where} names no field. Fill in its column 'field'."
            raise TruthError(message)
        one = meanings[texts["field"]]
        if one.role == "left out":
            continue
        group, name = texts.get("group") or one.group, one.field if one.role == "label" else texts["field"]
        row, alternative = (_number(texts.get(role), role, line, table) for role in ("row", "alternative"))
        place = (line.document, group, row, name, alternative)
        if place in first:
            message = (
                f"Row {line.number} of {table.grid.where} repeats the field {name!r} of the document {line.document!r} "
                f"of row {first[place]}. Keep one, number the rows of a compound extraction in a column 'row', or say "
                "in a column 'alternative' (0, 1, …) that either is right."
            )
            raise TruthError(message)
        first[place] = line.number
        cell = cell_at(line.cells, roles["value"])
        source = texts.get("source") or "table"
        where = table.grid.place(line.number, roles["value"])
        code = _currency_beside(line, roles.get("currency"))
        state = _state(texts.get("state", ""), cell, line, table)
        found.append(Found(line.document, group, row, name, cell, source, name, where, code, alternative, state))
    _say_invoice_numbers(meanings, result)
    result.headers.update(dict.fromkeys(meanings))
    return found


def _meanings(table: Table, at: int, wishes: Wishes) -> dict[str, Column]:
    """Return what each field of a long table means."""
    rows = islice(table.grid.rows, table.header_at + 1, None)
    names = dict.fromkeys((cell_text(cell_at(cells, at)) or "").strip() for _, cells in rows)
    found = {name: column(name, wishes.columns) for name in names if name}
    if says_what_is_quoted(found.values(), wishes.columns):
        found = {name: beside_what_is_quoted(one, wishes.columns) for name, one in found.items()}
    return found


def _say_invoice_numbers(meanings: Mapping[str, Column], result: Labels) -> None:
    """Say which fields of a long table are numbers of invoices that nobody quotes when paying."""
    kept = [one for name, one in meanings.items() if one.field == INVOICE_ID and name != INVOICE_ID]
    result.notes += header_notes(kept)
    result.unsure.update({("", one.field): None for one in kept if not one.known})


def _state(text: str, cell: Cell, line: _Line, table: Table) -> str:
    """Return ``"unclear"`` or an empty string; a value decides between ``value`` and ``empty``."""
    if text and text not in STATES:
        message = f"Row {line.number} of {table.grid.where} has the state {text!r}. Use {', '.join(STATES)}."
        raise TruthError(message)
    if text in ("empty", "value") and (text == "value") != is_filled(cell):
        message = f"Row {line.number} of {table.grid.where} says {text!r}, and its value says otherwise. Change one."
        raise TruthError(message)
    return text if text == "unclear" else ""


def _number(text: str | None, role: str, line: _Line, table: Table) -> int:
    if not text:
        return 0
    digits = text
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        message = f"Row {line.number} of {table.grid.where} has {text!r} in the column {role!r}. Use 0, 1, 2 and so on."
        raise TruthError(message)
    return int(digits)
