"""Joins plain ES modules into the one module that anywidget takes; the files themselves run in any browser.

Only one form of import is understood (``import { a, b } from "./other.js";`` on one line, without renaming), and what
would mean something else in one module than in several is refused: other forms, circles, and two equal names at the
top. Lines of comments and indentation are left out, since every saved notebook holds the result.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from gini_notebook.errors import SettingError

_IMPORT = re.compile(r'^import \{ (\w+(?:, \w+)*) \} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_TOP = re.compile(r"^(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import\b.*|export (?!default\b).*)$|\bimport\(|\bimport\.meta", re.MULTILINE)


def joined(main: Path) -> str:
    """Join a module with all that it imports, each once, what is imported first.

    Parameters
    ----------
    main
        The file with the default export; the others lie beside it.

    Raises
    ------
    SettingError
        If a module has another form of import or export, imports itself by a detour, has a text over several lines, or
        two have the same name at the top.
    """
    done: dict[str, str] = {}
    _take(main, done, ())
    names: dict[str, str] = {}
    for file, text in done.items():
        for name in _TOP.findall(text):
            if names.setdefault(name, file) != file:
                message = f"{names[name]} and {file} both have the name {name} at the top; joined, they would be one."
                raise SettingError(message)
    return "".join(f"{line}\n" for text in done.values() for line in _lines(text))


def _lines(text: str) -> Iterator[str]:
    """Yield the lines without indentation, and without those that only comment."""
    for line in text.split("\n"):
        short = line.strip()
        if short and not short.startswith("//"):
            yield short


def _take(path: Path, done: dict[str, str], above: tuple[str, ...]) -> None:
    if path.name in above:
        message = f"{path.name} imports itself: {' → '.join([*above, path.name])}."
        raise SettingError(message)
    if path.name in done:
        return
    text = path.read_text(encoding="utf-8")
    for _, file in _IMPORT.findall(text):
        _take(path.parent / file, done, (*above, path.name))
    text = _EXPORT.sub("", _IMPORT.sub("", text))
    if (left := _LEFT.search(text)) or (above and re.search(r"^export default", text, re.MULTILINE)):
        line = left[0] if left else "export default"
        message = f"{path.name} cannot be joined with others because of: {line.strip()}"
        raise SettingError(message)
    if broken := next((line for line in text.split("\n") if line.count("`") % 2), None):
        message = f"{path.name} has a text over several lines, which would lose its indentation: {broken.strip()}"
        raise SettingError(message)
    done[path.name] = text
