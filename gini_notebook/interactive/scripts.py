"""Joins plain ES modules into the one module that anywidget takes, and the looks that all widgets share with their own.

The files themselves run in any browser.
Only one form of import is understood (``import { a, b } from "./other.js";`` on one line, without renaming), and what
would mean something else in one module than in several is refused: other forms, circles, and two equal names at the
top. Comments and blanks that say nothing are left out, since every saved notebook holds the result.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from gini_notebook.errors import SettingError

_IMPORT = re.compile(r'^import \{ (\w+(?:, \w+)*) \} from "(\.{1,2}/[\w/]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|let|class)\b)", re.MULTILINE)
_TOP = re.compile(r"^(?:async )?(?:function\*?|const|let|class) (\w+)", re.MULTILINE)
# What is left as it is: texts, and the lines' ends that begin with a regular expression.
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|`.*`|(?<=[(=:,?&|] )/(?![/*]).*|(?<=\()/(?![/*]).*')
_LOOSE = re.compile(r" ?([{}()\[\],;:=<>?&|!*%]) ?| (?<![-+/] )([-+/]) (?![-+/])")
_OPEN_END = re.compile(r"([;{,(\[])\n")
_ONE_ARGUMENT = re.compile(r"(?<![\w$])\((\w+)\)=>")
# Of a loop without a body, the last sign says something; "();" never ends one.
_LAST_SIGN = re.compile(r"(?:(?<=\(\))|(?<!\)));\n(?=\})|,\n(?=[\]}])")
TOKENS = Path(__file__).parent / "tokens.css"
_LEFT = re.compile(r"^(?:import\b.*|export (?!default\b).*)$|\bimport\(|\bimport\.meta", re.MULTILINE)


def joined(main: Path) -> str:
    """Join a module with all that it imports, each once, what is imported first.

    Parameters
    ----------
    main
        The file with the default export; the others are named from where each file lies.

    Raises
    ------
    SettingError
        If a module has another form of import or export, imports itself by a detour, has a text over several lines, or
        two have the same name at the top.
    """
    done: dict[Path, str] = {}
    _take(main.resolve(), done, ())
    names: dict[str, Path] = {}
    for file, text in done.items():
        for name in _TOP.findall(text):
            if names.setdefault(name, file) != file:
                both = f"{names[name].name} and {file.name}"
                message = f"{both} both have the name {name} at the top; joined, they would be one."
                raise SettingError(message)
    whole = "".join(f"{line}\n" for text in done.values() for line in _lines(text))
    # Behind such a sign the end of a line says nothing; elsewhere it may be the end of a statement.
    return _OPEN_END.sub(r"\1", _LAST_SIGN.sub("", whole))


def styled(own: Path) -> str:
    """Return the looks of a widget: those that all widgets share, and its own."""
    return TOKENS.read_text(encoding="utf-8") + own.read_text(encoding="utf-8")


def _lines(text: str) -> Iterator[str]:
    """Yield the lines without blanks that say nothing, and without those that only comment."""
    for line in text.split("\n"):
        short = line.strip()
        if short and not short.startswith("//"):
            yield _tight(short)


def _tight(line: str) -> str:
    parts, at = [], 0
    for literal in _LITERAL.finditer(line):
        parts += [_short(line[at : literal.start()]), literal[0]]
        at = literal.end()
    return "".join(parts) + _short(line[at:])


def _short(code: str) -> str:
    return _ONE_ARGUMENT.sub(r"\1=>", _LOOSE.sub(r"\1\2", code))


def _take(path: Path, done: dict[Path, str], above: tuple[Path, ...]) -> None:
    if path in above:
        message = f"{path.name} imports itself: {' → '.join(one.name for one in (*above, path))}."
        raise SettingError(message)
    if path in done:
        return
    text = path.read_text(encoding="utf-8")
    for _, file in _IMPORT.findall(text):
        _take((path.parent / file).resolve(), done, (*above, path))
    text = _EXPORT.sub("", _IMPORT.sub("", text))
    if (left := _LEFT.search(text)) or (above and re.search(r"^export default", text, re.MULTILINE)):
        line = left[0] if left else "export default"
        message = f"{path.name} cannot be joined with others because of: {line.strip()}"
        raise SettingError(message)
    if broken := next((line for line in text.split("\n") if line.count("`") % 2), None):
        message = f"{path.name} has a text over several lines, which would lose its indentation: {broken.strip()}"
        raise SettingError(message)
    done[path] = text
