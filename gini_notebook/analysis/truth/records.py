"""From JSON to labels: one object per document, or the service's own extractions that somebody corrected."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from gini_notebook.analysis.truth.labels import Label, Labels, present
from gini_notebook.errors import TruthError

_DOCUMENT_KEYS = ("document", "file")
_EXTRACTIONS = "extractions"
_COMPOUNDS = "compoundExtractions"
_NOT_TRUTH = ("candidates", "returnReasons")


def parse_json(text: str, where: str) -> Any:
    """Parse JSON strictly; numbers stay the text they are written in.

    Raises
    ------
    TruthError
        If it is not JSON, holds NaN or Infinity, repeats a key within an object, or is nested too deeply.
    """

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            names = [name for name, _ in pairs]
            repeated = next(name for name in names if names.count(name) > 1)
            message = f"{where} has the key {repeated!r} twice in one object. Keep one."
            raise TruthError(message)
        return result

    def refuse(constant: str) -> NoReturn:
        message = f"{where} holds {constant}, which is not JSON. Use null for a field that holds nothing."
        raise TruthError(message)

    try:
        content = json.loads(text, object_pairs_hook=members, parse_constant=refuse, parse_int=str, parse_float=str)
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
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        message = f"{where} holds half of a surrogate pair ({error.object[error.start]!a}), which is no character."
        raise TruthError(message) from error


def json_labels(text: str, path: Path) -> Labels:
    """Read a JSON file: a list of objects, one object, an object by document, or extractions of the service.

    Extractions of the service name no document; then it is the name of the file without ``.json``.
    """
    where = path.name
    content = parse_json(text, where)
    if isinstance(content, list):
        return _records(((f"entry {number} of {where}", entry) for number, entry in enumerate(content)))
    if not isinstance(content, dict):
        message = f"{where} holds neither a list nor an object. Needed is one object per document."
        raise TruthError(message)
    if is_extractions(content) and not any(name in content for name in _DOCUMENT_KEYS):
        return extractions_labels(content, path.stem, where)
    if any(name in content for name in _DOCUMENT_KEYS):
        return _records(iter([(where, content)]))
    if content and all(isinstance(entry, dict) for entry in content.values()):
        entries = ((f"{name!r} in {where}", {"document": name, **entry}) for name, entry in content.items())
        return _records(entries)
    found = ", ".join(map(repr, content)) or "none"
    message = (
        f"{where} names no document; its keys are: {found}. Needed is a key 'document' with the name of the document, "
        "or 'extractions' as the service answers them."
    )
    raise TruthError(message)


def jsonl_labels(text: str, where: str) -> Labels:
    """Read one object per line and document."""
    lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    places = ((f"line {number} of {where}", line) for number, line in lines)
    return _records((place, parse_json(line, place)) for place, line in places)


def is_extractions(content: Any) -> bool:
    """Return whether this is an answer of the service to a request for extractions."""
    return isinstance(content, dict) and isinstance(content.get(_EXTRACTIONS), dict)


def extractions_labels(content: Mapping[str, Any], document: str, where: str) -> Labels:
    """Read extractions as the service answers them (its documentation: "Document Extractions")."""
    result = Labels(documents={document: None})
    for name, extraction in content[_EXTRACTIONS].items():
        result.add(Label(document, "", 0, name, _value(extraction, f"{name!r} in {where}"), "extractions"))
    compounds = content.get(_COMPOUNDS) or {}
    if not isinstance(compounds, dict):
        message = f"{_COMPOUNDS!r} in {where} is not an object. Needed is {{name: [rows]}}."
        raise TruthError(message)
    for group, rows in compounds.items():
        result.extend(compound_labels(rows, document, group, source="extractions"))
    return result


def compound_labels(rows: Any, document: str, group: str, *, source: str) -> Labels:
    """Read the rows of a compound extraction; a list of plain values is a table of one column with its own name."""
    where = f"{group!r} of the document {document!r}"
    if not isinstance(rows, list):
        message = f"{where} is not a list. Needed is a list of objects, one per row."
        raise TruthError(message)
    result = Labels(documents={document: None})
    for number, row in enumerate(rows):
        cells = row if isinstance(row, dict) else {group: row}
        for name, cell in cells.items():
            value = _value(cell, f"{name!r} in row {number} of {where}")
            result.add(Label(document, group, number, name, value, source))
    return result


def _records(entries: Iterator[tuple[str, Any]]) -> Labels:
    result = Labels()
    first: dict[str, str] = {}
    for where, entry in entries:
        document = _document(entry, where)
        if document in first:
            message = f"The document {document!r} is in {first[document]} and again in {where}. Keep one."
            raise TruthError(message)
        first[document] = where
        result.extend(_record(entry, document, where))
    return result


def _record(entry: Mapping[str, Any], document: str, where: str) -> Labels:
    if is_extractions(entry):
        return extractions_labels(entry, document, where)
    result = Labels(documents={document: None})
    for name, content in entry.items():
        if name in _DOCUMENT_KEYS or name in _NOT_TRUTH:
            continue
        if isinstance(content, list):
            result.extend(compound_labels(content, document, name, source="json"))
        else:
            result.add(Label(document, "", 0, name, _value(content, f"{name!r} in {where}"), "json"))
    return result


def _document(entry: Any, where: str) -> str:
    if not isinstance(entry, dict):
        message = f"{where} is not an object. Needed is one object per document."
        raise TruthError(message)
    for name in _DOCUMENT_KEYS:
        document = entry.get(name)
        if isinstance(document, str) and document.strip():
            return document
    found = ", ".join(map(repr, entry)) or "none"
    message = f"{where} names no document; its keys are: {found}. Add a key 'document' with the document's name."
    raise TruthError(message)


def _value(content: Any, where: str) -> str | None:
    if isinstance(content, dict) and "value" in content:
        content = content["value"]
    if content is None:
        return None
    if isinstance(content, bool):
        return "true" if content else "false"
    if isinstance(content, str):
        return present(content)
    message = f"{where} holds {'an object' if isinstance(content, dict) else 'a list'}. Needed is a text or a number."
    raise TruthError(message)
