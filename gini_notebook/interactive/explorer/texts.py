"""Words of the interface that the browser is told, so that no saved notebook keeps them."""

# What each key does, in the order of the table that "?" shows.
KEYS = (
    ("↓ ↑  j k", "next, previous in the list"),
    ("Shift+↓ ↑", "next, previous document"),
    ("n N", "next, previous mistake of this document"),
    ("Home End", "first, last in the list"),
    ("g", "go to: type a name or a number"),
    ("PgUp PgDn", "page back, on"),
    ("+ − 0", "larger, smaller, fit the width"),
    ("r", "turn the page by a quarter"),
    ("e t c", "show or hide what was read, places of the truth, candidates"),
    ("a x o u m Del", "editing: right, wrong, both fine, unclear, nothing there, not labelled; Shift stays here"),
    ("f z Z", "editing: flag, undo, redo"),
    (", .  Shift", "editing: previous, next word of the page; with Shift more words"),
    ("1–9 e t ↵", "editing: candidate, what was read, place of the truth; Enter keeps it"),
    ("s /", "search"),
    ("v", "documents or fields"),
    ("y", "copy as code"),
    ("Esc", "leave: search, filter, help"),
    ("?", "these keys"),
)
