"""Keys of the explorer: what can be done by them, which they are, and how the table that ``?`` shows tells them."""

from collections.abc import Mapping
from typing import Any

from gini_notebook.errors import SettingError

COMMANDS: Mapping[str, tuple[str, str]] = {
    "next": ("next", "j"),
    "previous": ("previous", "k"),
    "next_mistake": ("nextMistake", "n"),
    "previous_mistake": ("previousMistake", "N"),
    "go_to": ("goTo", "g"),
    "larger": ("larger", "+"),
    "smaller": ("smaller", "−-"),
    "fit": ("fit", "0"),
    "rotate": ("rotate", "r"),
    "extracted": ("extracted", "e"),
    "truth": ("truth", "t"),
    "candidates": ("candidates", "c"),
    "right": ("right", "a"),
    "wrong": ("edit", "x"),
    "both": ("both", "o"),
    "unclear": ("unclear", "u"),
    "empty": ("empty", "m"),
    "flag": ("flag", "f"),
    "undo": ("undo", "z"),
    "redo": ("redo", "Z"),
    "box": ("box", "b"),
    "search": ("search", "s/"),
    "view": ("view", "v"),
    "copy": ("copy", "y"),
}
"""By the name in ``keys=``: what the view calls it, and its keys, of which the first is shown."""

# These stay, whatever else is chosen; arrows with Shift, digits, comma and full stop are the view's own.
_FIXED = {
    "ArrowDown": "next",
    "ArrowUp": "previous",
    "Home": "first",
    "End": "last",
    "PageUp": "pageBack",
    "PageDown": "pageOn",
    "Delete": "unlabelled",
    "Enter": "enter",
    "Escape": "leave",
    "?": "help",
}
_TAKEN = "123456789,.? "

# What the buttons of verdicts say, in their order; "unlabelled" has no key of its own to choose.
_VERDICTS = {
    "right": "truth is right",
    "wrong": "truth is wrong",
    "both": "both are fine",
    "unclear": "unclear",
    "empty": "nothing there",
    "unlabelled": "not labelled",
    "flag": "flag",
    "undo": "undo",
    "redo": "redo",
}

# In the order of the table.
_HELP = (
    ("↓ ↑  {next} {previous}", "next, previous in the list"),
    ("Shift+↓ ↑", "next, previous document"),
    ("{next_mistake} {previous_mistake}", "next, previous mistake of this document"),
    ("Home End", "first, last in the list"),
    ("{go_to}", "go to: type a name or a number"),
    ("PgUp PgDn", "page back, on"),
    ("{larger} {smaller} {fit}", "larger, smaller, fit the width"),
    ("{rotate}", "turn the page by a quarter"),
    ("{extracted} {truth} {candidates}", "show or hide what was read, places of the truth, candidates"),
    (
        "{right} {wrong} {both} {unclear} {empty} Del",
        "editing: right, wrong, both fine, unclear, nothing there, not labelled; Shift stays here",
    ),
    ("{flag} {undo} {redo}", "editing: flag, undo, redo"),
    (", .  Shift", "editing: previous, next word of the page; with Shift more words"),
    ("{box}  ↓ ↑ ← →", "editing: a box, which arrows move and with Shift make larger or smaller; Esc drops it"),
    ("1–9 {extracted} {truth} ↵", "editing: candidate, what was read, place of the truth; Enter keeps it"),
    ("{search}", "search"),
    ("{view}", "documents or fields"),
    ("{copy}", "copy as code"),
    ("Esc", "leave: search, filter, help"),
    ("?", "these keys"),
)


def keys_of(given: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what the browser is told of keys.

    Parameters
    ----------
    given
        Other keys than the usual ones, by command: one character, or several that do the same.

    Returns
    -------
    dict
        ``keys``: what each key does (``names``) and the table of them (``help``); ``verdicts``: what the view calls
        each, what its button says, and its key.

    Raises
    ------
    SettingError
        If there is no such command, a key is none that can be chosen, or a key would do two things.

    Examples
    --------
    >>> keys_of({"next": "w"})["keys"]["names"]["w"]
    'next'
    """
    chosen = {name: keys for name, (_, keys) in COMMANDS.items()}
    for name, keys in (given or {}).items():
        if name not in COMMANDS:
            message = f"keys= names {name!r}, which is no command. Commands are {', '.join(COMMANDS)}."
            raise SettingError(message)
        if not isinstance(keys, str) or not keys or not keys.isprintable() or set(keys) & set(_TAKEN):
            message = (
                f"keys= gives {name!r} the key {keys!r}. Give one character, or several that do the same; the digits "
                "1 to 9, comma, full stop, question mark and blank have a meaning of their own."
            )
            raise SettingError(message)
        chosen[name] = keys
    whose: dict[str, str] = {}
    for name, keys in chosen.items():
        for key in keys:
            if (other := whose.setdefault(key, name)) != name:
                message = (
                    f"The key {key!r} would do two things: {other} and {name}. Give one of them another key in keys=."
                )
                raise SettingError(message)
    first = {"unlabelled": "Del", **{name: keys[0] for name, keys in chosen.items()}}
    names = {key: COMMANDS[name][0] for key, name in whose.items()}
    called = {name: called for name, (called, _) in COMMANDS.items()}
    return {
        "keys": {"names": names | _FIXED, "help": [(keys.format(**first), text) for keys, text in _HELP]},
        "verdicts": [(called.get(name, name), text, first[name]) for name, text in _VERDICTS.items()],
    }
