"""Why a file cannot be read."""


class Unreadable(Exception):
    """The file claims a supported type, but cannot be read; the message says why, in one sentence."""


class UnsupportedType(Exception):
    """The file is of a type that the service does not take; the message names the type that was found."""
