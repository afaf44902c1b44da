"""JSON from outside, read with suspicion: a damaged answer must never become a result."""

import json
from typing import Any

MAX_DEPTH = 64


def guarded_json(body: bytes) -> Any:
    """Decode a JSON body.

    Raises
    ------
    ValueError
        If it is no UTF-8, no JSON, nested too deep, repeats a name within an object, or holds ``NaN``, an endless
        number or half a character. The message says which.
    """
    if not body.strip():
        raise ValueError("the body is empty")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the body is no UTF-8 (byte {error.start})"
        raise ValueError(message) from None
    if text.lstrip()[:1] == "<":
        raise ValueError("the body is a web page, probably of a proxy or portal in between, not JSON")
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None
    except json.JSONDecodeError as error:
        message = f"the JSON ends early or is damaged at character {error.pos}: {error.msg}"
        raise ValueError(message) from None
    _check_depth(data)
    if "\\u" in text:
        _check_characters(data)
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        message = f"the JSON repeats the name {repeated[:60]!r}"
        raise ValueError(message)
    return result


def _refuse_constant(name: str) -> Any:
    message = f"the JSON holds {name}, which is no JSON number"
    raise ValueError(message)


def _check_depth(data: Any) -> None:
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for container in level
            if type(container) in (dict, list)
            for child in (container.values() if type(container) is dict else container)
            if type(child) in (dict, list)
        ]
        if not level:
            return
    message = f"the JSON is nested deeper than {MAX_DEPTH} levels"
    raise ValueError(message)


def _check_characters(data: Any) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("the JSON holds half a character (a lone surrogate)") from None
