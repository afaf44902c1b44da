"""What travels between this process and the guarded one: JSON, and after it the bytes it stands for.

Nothing in a message can be run. An object in the JSON marks bytes, so there are no mappings: pairs in a list do.
"""

import json
import struct
from collections.abc import Sequence
from typing import TypeAlias, Union

Value: TypeAlias = Union[bool, int, float, str, bytes, Sequence["Value"], None]  # noqa: UP007 - of a type that is not there yet

_LENGTH = struct.Struct("!I")


def encode(value: Value) -> bytes:
    """Return a plain value as a message.

    Raises
    ------
    TypeError
        If there is something in it that is not plain.
    """
    blobs: list[bytes] = []

    def marked(thing: object) -> dict[str, int]:
        if not isinstance(thing, bytes):
            message = f"a {type(thing).__name__} cannot be sent to or from the guarded process"
            raise TypeError(message)
        blobs.append(thing)
        return {"bytes": len(thing)}

    # With escapes, the text is one byte per character here and there.
    text = json.dumps(value, default=marked, separators=(",", ":")).encode("ascii")
    return b"".join([_LENGTH.pack(len(text)), text, *blobs])


def decode(message: bytes) -> Value:
    """Return the value of a message.

    Raises
    ------
    ValueError
        If it is no message.
    """
    view = memoryview(message)
    place = 0

    def taken(length: int) -> memoryview:
        nonlocal place
        if not 0 <= length <= len(view) - place:
            raise ValueError("the message is shorter than it says")
        place += length
        return view[place - length : place]

    def blob(mark: dict[str, int]) -> bytes:
        return bytes(taken(mark["bytes"]))

    try:
        text = str(taken(_LENGTH.unpack(taken(_LENGTH.size))[0]), "ascii")
        value: Value = json.loads(text, object_hook=blob)
    except (KeyError, TypeError, RecursionError) as error:
        message_ = f"this is no message ({type(error).__name__})"
        raise ValueError(message_) from error
    return value
