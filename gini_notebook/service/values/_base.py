"""How a value of the service becomes a frozen dataclass and back, without loss.

Every member of an answer that a class names is read into a field and checked; everything else stays as it came in
``extra``, so that ``to_dict(from_dict(answer)) == answer`` whatever the service adds tomorrow. A known member of the
wrong type raises :class:`ValueError` with the path to it, since a damaged answer must never become a result.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self, TypeVar, dataclass_transform

REQUIRED: Any = object()
_METADATA_KEY = "member"
Cls = TypeVar("Cls")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a member of an answer holds: how to read it from JSON, how to write it back."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Member:
    attribute: str
    name: str
    kind: Kind
    default: Any
    positional: bool


def member(name: str, kind: Kind, *, default: Any = REQUIRED, if_missing: Any = REQUIRED) -> Any:
    """Declare a field that is read from the answer's member ``name``.

    ``default`` makes it optional everywhere; ``if_missing`` only in answers, a caller must still give it.
    """
    absent = if_missing if default is REQUIRED else default
    metadata = {_METADATA_KEY: (name, kind, absent, default is REQUIRED)}
    if default is REQUIRED:
        return field(metadata=metadata)
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass_transform(frozen_default=True, field_specifiers=(member, field))
def value(cls: type[Cls]) -> type[Cls]:
    """Make a frozen dataclass with slots, and keep what its fields read."""
    made = dataclass(frozen=True, slots=True)(cls)
    declared = [f for f in fields(made) if _METADATA_KEY in f.metadata]  # type: ignore[arg-type]
    _members[made] = tuple(_Member(f.name, *f.metadata[_METADATA_KEY]) for f in declared)
    return made


_members: dict[type[Any], tuple[_Member, ...]] = {}


@dataclass(frozen=True, slots=True)
class Value:
    """Base of everything the service says; ``extra`` holds the members no field stands for."""

    extra: Mapping[str, Any] = field(default_factory=dict, kw_only=True, repr=False)

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Read the decoded JSON object of the service.

        Raises
        ------
        ValueError
            If ``data`` is no object, a member that must be there lacks, or a known member has the wrong type.
        """
        if type(data) is not dict:
            message = f"an object was expected, not {json_type(data)}"
            raise ValueError(message)
        extra = dict(data)
        known: dict[str, Any] = {}
        for item in _members[cls]:
            raw = extra.get(item.name)
            if raw is None:
                if item.default is REQUIRED:
                    message = f"{item.name} is missing"
                    raise ValueError(message)
                if item.positional:
                    known[item.attribute] = item.default
                continue
            try:
                read = item.kind.read(raw)
            except ValueError as error:
                message = f"{item.name}: {error}"
                raise ValueError(message) from None
            if read != item.default:
                known[item.attribute] = read
                del extra[item.name]
            elif item.positional:
                known[item.attribute] = read
        return cls(**known, extra=extra)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object this value was read from, or would be read from."""
        result = dict(self.extra)
        for item in _members[type(self)]:
            held = getattr(self, item.attribute)
            if held != item.default:
                result[item.name] = item.kind.write(held)
        return result


def json_type(data: Any) -> str:
    """Name the JSON type of a decoded value, for messages."""
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(data), "a number")


def _expect(kind: type, data: Any, wanted: str) -> Any:
    if type(data) is not kind:
        message = f"{wanted} was expected, not {json_type(data)}"
        raise ValueError(message)
    return data


def _same(data: Any) -> Any:
    return data


def _finite(data: Any, *, whole: bool) -> float:
    if type(data) not in (int, float):
        message = f"a number was expected, not {json_type(data)}"
        raise ValueError(message)
    try:
        finite = math.isfinite(data)
    except OverflowError:
        finite = False
    if not finite:
        raise ValueError("the number is too large")
    if whole and data != int(data):
        message = f"a whole number was expected, not {data}"
        raise ValueError(message)
    number: float = int(data) if whole else data
    return number


TEXT = Kind(lambda data: _expect(str, data, "a text"), _same)
FLAG = Kind(lambda data: _expect(bool, data, "true or false"), _same)
OBJECT = Kind(lambda data: _expect(dict, data, "an object"), dict)
ANYTHING = Kind(_same, _same)
NUMBER = Kind(lambda data: _finite(data, whole=False), _same)
WHOLE = Kind(lambda data: _finite(data, whole=True), _same)


def one(cls: type[Value]) -> Kind:
    """An object that is itself a value."""
    return Kind(cls.from_dict, lambda held: held.to_dict())


def many(item: Kind) -> Kind:
    """An array; it becomes a tuple."""

    def read(data: Any) -> tuple[Any, ...]:
        result = []
        for position, raw in enumerate(_expect(list, data, "an array")):
            try:
                result.append(item.read(raw))
            except ValueError as error:
                message = f"[{position}] {error}"
                raise ValueError(message) from None
        return tuple(result)

    return Kind(read, lambda held: [item.write(each) for each in held])


def mapping(item: Kind) -> Kind:
    """An object with names that are not known beforehand, for example labels."""

    def read(data: Any) -> dict[str, Any]:
        result = {}
        for name, raw in _expect(dict, data, "an object").items():
            try:
                result[name] = item.read(raw)
            except ValueError as error:
                message = f"{name[:60]!r}: {error}"
                raise ValueError(message) from None
        return result

    return Kind(read, lambda held: {name: item.write(each) for name, each in held.items()})


def many_by_name(item: Kind) -> Kind:
    """An object whose members are arrays, for example lists of candidates or tables."""

    def read(data: Any) -> dict[str, tuple[Any, ...]]:
        result: dict[str, list[Any]] = {}
        for name, items in _expect(dict, data, "an object").items():
            where = f"{name[:60]!r}"
            try:
                result[name] = []
                for position, raw in enumerate(_expect(list, items, "an array")):
                    where = f"{name[:60]!r}: [{position}]"
                    result[name].append(item.read(raw))
            except ValueError as error:
                message = f"{where} {error}" if where.endswith("]") else f"{where}: {error}"
                raise ValueError(message) from None
        return {name: tuple(items) for name, items in result.items()}

    return Kind(read, lambda held: {name: [item.write(each) for each in items] for name, items in held.items()})
