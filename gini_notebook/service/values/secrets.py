"""A text that must not be seen: not printed, not logged, not pickled, not found by looking around."""

import os
from typing import Any, NoReturn


class Secret:
    """A password, token or key.

    The text is kept masked and comes out only by :meth:`reveal` (or :meth:`encode`, which lets an HTTP library write
    it into a header without ever holding it as a text). Printing shows ``***``; pickling and copying raise.

    Examples
    --------
    >>> Secret("opensesame")
    Secret(***)
    """

    __slots__ = ("_mask", "_masked")

    def __init__(self, text: str) -> None:
        plain = text.encode("utf-8", "surrogatepass")
        self._mask = os.urandom(len(plain))
        self._masked = _exclusive_or(plain, self._mask)

    def reveal(self) -> str:
        """Return the text itself; do not keep it in a variable."""
        return _exclusive_or(self._masked, self._mask).decode("utf-8", "surrogatepass")

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Return the text as bytes, as :meth:`str.encode` does."""
        return self.reveal().encode(encoding, errors)

    def __bool__(self) -> bool:
        return bool(self._masked)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("A secret is never pickled or copied; log in again where it is needed.")


def _exclusive_or(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))
