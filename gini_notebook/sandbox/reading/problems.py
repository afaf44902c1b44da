"""Why a file cannot be read."""


class _Problem(Exception):
    """What is wrong with a file, in one sentence that can be printed, logged and sent whatever the file held."""

    def __init__(self, sentence: str) -> None:
        printable = "".join(letter if letter.isprintable() else " " for letter in sentence)
        super().__init__(" ".join(printable.split()))


class Unreadable(_Problem):
    """The file claims a supported type, but cannot be read; the message says why, in one sentence."""


class UnsupportedType(_Problem):
    """The file is of a type that the service does not take; the message names the type that was found."""
