"""Places: which document, field and row somebody means, and how the same is written as Python."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from rapidfuzz import process

from gini_notebook.errors import SettingError

At = str | int | tuple[Any, ...] | Mapping[str, Any]
_PARTS = ("document", "field", "row")


def row_of(at: str | tuple[Any, ...] | Mapping[str, Any], slots: pd.DataFrame) -> tuple[int, int | None]:
    """Return the number of the slot that is meant, and of the page, if one is.

    Parameters
    ----------
    at
        As for ``Explorer.go``.
    slots
        The slots of a subject.

    Raises
    ------
    SettingError
        If there is no such place.
    """
    wanted = _parts(at)
    found = slots[(slots["document"] == wanted["document"]).fillna(False).to_numpy(dtype=bool)]
    _demand(found, f"There is no document {wanted['document']!r}.", wanted["document"], slots["document"].unique())
    if "field" in wanted:
        named = found[((found["name"] == wanted["field"]) | (found["field"] == wanted["field"])).to_numpy(dtype=bool)]
        message = f"{wanted['document']} has no field {wanted['field']!r}."
        _demand(named, message, wanted["field"], found["name"].unique())
        found = named
    if "row" in wanted:
        numbered = found[(found["row"] == wanted["row"]).to_numpy(dtype=bool)]
        message = f"{wanted.get('field', wanted['document'])} has no row {wanted['row']!r}."
        _demand(numbered, message, str(wanted["row"]), found["row"].astype(str).unique())
        found = numbered
    page = wanted.get("page")
    if page is not None and (not isinstance(page, int) or page < 1):
        message = f"page is {page!r}; pages are numbered from 1."
        raise SettingError(message)
    return int(found.index[0]), page


def place_of(slot: Mapping[str, Any], number: int | None) -> Any:
    """Write the place of a slot as ``row_of`` reads it."""
    place: dict[str, Any] = {"document": str(slot["document"])}
    if slot["name"]:
        place["field"] = str(slot["name"])
    if slot["group"]:
        place["row"] = int(slot["row"])
    if number is not None:
        return place | {"page": number}
    return tuple(place.values()) if len(place) > 1 else place["document"]


def _parts(at: str | tuple[Any, ...] | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(at, str):
        return {"document": at}
    given = dict(at) if isinstance(at, Mapping) else dict(zip(_PARTS, at, strict=False))
    unknown = [name for name in given if name not in (*_PARTS, "page")]
    if unknown or not isinstance(given.get("document"), str) or (not isinstance(at, Mapping) and len(at) > len(_PARTS)):
        message = (
            "A place is a document, (document, field), (document, field, row), or a mapping of document, field, row "
            "and page."
        )
        raise SettingError(message)
    return given


def _demand(found: pd.DataFrame, message: str, wanted: str, known: Iterable[Any]) -> None:
    if len(found):
        return
    near = [name for name, *_ in process.extract(str(wanted), [str(name) for name in known if name], limit=3)]
    nearest = f" Nearest: {', '.join(map(repr, near))}." if near else ""
    raise SettingError(message + nearest)
