"""Write the pages that the code says by itself: the interface, tables, the command line, kinds of notes, endpoints.

They lie in docs/generated, which is no part of the repository, and are written anew where they would change.
"""

import inspect
import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import public_names
import typer
from sphinx.application import Sphinx
from sphinx.util import logging

import gini_notebook
from gini_notebook import notes, schema
from gini_notebook.analysis import rules
from gini_notebook.analysis.truth import headers
from gini_notebook.cli import app as command_line
from gini_notebook.sandbox import commandline, serving

DOCS = Path(__file__).resolve().parent.parent
ROOT = DOCS.parent
GENERATED = DOCS / "generated"
logger = logging.getLogger(__name__)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([cell(one) for one in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def cell(value: object) -> str:
    """Return a text as it may stand in a cell."""
    return " ".join(str(value).split()).replace("|", "\\|").replace("<", "&lt;")


def code(value: object) -> str:
    """Return a text as code."""
    return f"`{value}`" if str(value) else ""


# --- The interface ------------------------------------------------------------------------------------------------


def heading(text: str, line: str = "=") -> str:
    """Return a heading in reStructuredText."""
    return f"{text}\n{line * len(text)}\n\n"


def directive(name: str, value: Any) -> str:
    """Return how autodoc documents a thing."""
    if not inspect.isclass(value):
        kind = "autofunction" if callable(value) else "autodata"
        return f".. {kind}:: {name}\n" + ("   :no-value:\n" if kind == "autodata" and len(repr(value)) > 200 else "")
    lines = [f".. autoclass:: {name}", "   :members:"]
    strangers = [base.__name__ for base in value.__mro__[1:] if not base.__module__.startswith(public_names.PACKAGE)]
    if not issubclass(value, BaseException) and any(
        base.__module__.startswith(public_names.PACKAGE) for base in value.__mro__[1:]
    ):
        lines.append(f"   :inherited-members: {', '.join(dict.fromkeys(strangers))}")
    return "\n".join(lines) + "\n"


def first_line(value: Any) -> str:
    """Return the first line of a docstring, for the list of an overview."""
    line = (inspect.getdoc(value) or "").partition("\n")[0]
    return re.sub(r":\w+:`~?([^`]+)`", r"``\1``", line) if not isinstance(value, (str, int, float, tuple, dict)) else ""


def overview(names: Mapping[str, Any], link: Callable[[str], str]) -> str:
    """Return the list of names, each with its first line."""
    lines = [".. list-table::\n   :widths: 35 65\n\n"]
    lines += [f"   * - {link(name)}\n     - {first_line(value)}\n" for name, value in names.items()]
    return "".join(lines) + "\n"


def api_pages() -> Iterator[tuple[str, str]]:
    """Yield a page for each public name, one for each module, and the overview."""
    everything = public_names.public_names()
    modules = public_names.public_modules()
    top = {name: value for name, value in everything.items() if name.rpartition(".")[0] == public_names.PACKAGE}
    for name, value in top.items():
        short = name.removeprefix(f"{public_names.PACKAGE}.")
        yield (
            f"api/{short}.rst",
            heading(short) + f".. currentmodule:: {public_names.PACKAGE}\n\n{directive(name, value)}",
        )
    for home, module in modules.items():
        inside = {name: value for name, value in everything.items() if name.rpartition(".")[0] == home}
        text = heading(home) + f".. py:module:: {home}\n\n" + described(module)
        for name, value in inside.items():
            text += heading(name.rpartition(".")[2], "-") + directive(name, value) + "\n"
        yield f"api/{home.removeprefix(public_names.PACKAGE + '.')}.rst", text
    yield "api/index.rst", api_index(top, modules)


def described(module: Any) -> str:
    """Return what a module says of itself, its examples as blocks."""
    return (inspect.getdoc(module) or "") + "\n\n"


def api_index(top: Mapping[str, Any], modules: Mapping[str, Any]) -> str:
    """Return the overview of the interface: functions, classes, modules."""
    prefix = f"{public_names.PACKAGE}."

    def link(name: str) -> str:
        return f":doc:`{name.removeprefix(prefix)} <{name.removeprefix(prefix)}>`"

    text = heading("API by module")
    text += (
        "Everything here is public, and changes by the :doc:`policy of versions </reference/versions>`; what is not "
        "here is not. ``import gini_notebook as gini`` is how examples call the package.\n\n"
    )
    functions = {name: value for name, value in top.items() if not inspect.isclass(value)}
    classes = {name: value for name, value in top.items() if inspect.isclass(value)}
    for title, chosen in (("Functions", functions), ("Classes", classes), ("Modules", modules)):
        text += heading(title, "-") + overview(chosen, link)
    names = "\n".join(f"   {name.removeprefix(prefix)}" for name in [*top, *modules])
    return text + f".. toctree::\n   :hidden:\n\n{names}\n"


# --- Tables -------------------------------------------------------------------------------------------------------


def tables_page() -> str:
    """Return the columns of every table, their types, and what they mean."""
    meanings = tomllib.loads((DOCS / "reference" / "columns.toml").read_text(encoding="utf-8"))
    text = (
        "# Tables and columns\n\nEvery table of the package is a DataFrame with these columns, in this order, also when "
        "it is empty. Text is `string` with `pandas.NA` for what is missing, counts are `Int64`, measures `float64`, "
        "points in time UTC. Columns in **bold** are the key: no two rows agree in all of them. "
        "[`gini_notebook.schema`](api/schema.rst) holds them for programs.\n\n"
    )
    found = [value for value in vars(schema).values() if isinstance(value, schema.Table)]
    for one in found:
        own = meanings.get(one.name, {})
        text += f"## {one.name}\n\n{meanings['tables'].get(one.name, '')}\n\n"
        rows = []
        for column, dtype in one.columns.items():
            meaning = own.get(column, meanings["columns"].get(column, ""))
            if not meaning:
                logger.warning("docs/reference/columns.toml does not say what %s of %s means", column, one.name)
            rows.append(
                [f"**{code(column)}**" if column in one.key else code(column), dtype.partition("[")[0], meaning]
            )
        text += table(["column", "type", "meaning"], rows) + "\n"
    text += "## Outcomes and statuses\n\n"
    text += f"`outcome` of a comparison: {', '.join(map(code, schema.OUTCOMES))} ({{ref}}`M4 <M4>`). "
    text += f"`status` of a document: {', '.join(map(code, schema.DOCUMENT_STATUSES))}.\n\n"
    text += (
        "## Fields of the service\n\nThe labels that are known, and the entity that decides how they are compared.\n\n"
    )
    return text + table(["field", "entity"], ([code(k), code(v)] for k, v in schema.FIELD_ENTITIES.items()))


CAUSES = {
    "unparsed": "one of both cannot be read as what the field holds",
    "currency": "same number, another currency",
    "currency_missing": "same number, one without a currency",
    "sign": "same amount, other sign",
    "factor": "one is the other times a power of ten",
    "minor unit": "a cent more or less, as by rounding",
    "one character": "one letter or digit added, lost, replaced, or two swapped",
    "truncated": "the beginning or end is missing",
    "extended": "something more at the beginning or end",
    "case or blank": "only upper and lower case, blanks or punctuation differ",
    "umlaut": "only umlauts or accents differ",
    "another field": "it is the value of another field of the document",
    "another row": "it is the value of the same column in another row",
    "swapped day and month": "day and month in the other order",
    "other": "none of these",
}


def causes_page() -> str:
    """Return the causes of mistakes and the kinds of notes."""
    text = "# Causes of mistakes\n\n"
    text += (
        "Why a wrong value is wrong: the first of these that applies ({ref}`M17 <M17>`), perhaps with details behind a "
        "colon (`one character: substitution 4→5`). `result.mistakes()` has them in the column `cause`, "
        "`result.by_cause()` counts them, `gini.rules.explain(truth, extracted, entity)` says step by step why.\n\n"
    )
    for one in rules.CAUSES:
        if one not in CAUSES:
            logger.warning("the page of causes does not say what %r means", one)
    return text + table(["cause", "what"], ([code(one), CAUSES.get(one, "")] for one in rules.CAUSES))


def notes_page() -> str:
    """Return the kinds of notes."""
    text = "# Notes\n\n"
    text += (
        "Whatever could make a number mean something else than its reader thinks is a note beside the number "
        "({ref}`M25 <M25>`). `must` means: look before you believe the number. `{count}`, `{about}` and `{detail}` stand "
        "for what was found.\n\n"
    )
    rows = [
        [code(kind), one.level, re.sub(r"\{count:([^|}]*)\|([^}]*)\}", r"\2", one.english), one.python]
        for kind, one in notes.KINDS.items()
    ]
    text += table(["kind", "level", "sentence", "what to do"], rows)
    text += "\n## Notes as conditions\n\n`--fail-under` and `result.check` count these: `unpaired<=0`.\n\n"
    gates = ([code(name), ", ".join(map(code, kinds))] for name, kinds in notes.GATES.items())
    return text + table(["name", "kinds of notes"], gates)


def words_page() -> str:
    """Return the words that are understood above the columns of ground truth."""
    text = "# Words above columns\n\n"
    text += (
        "What `read_truth` understands above the columns of a table, as keys of JSON, and in the column `field` of a long "
        "table. Case, blanks, signs and accents written out (`Fällig am`, `faellig_am`) make no difference; "
        'the field\'s own name is always understood. Other names: `columns={"Zahlbetrag netto": "amountToPay"}`, in a '
        "shell `--column`.\n\n"
    )
    rows = [(code(name) if name.isidentifier() else name, words) for name, words in headers.understood_words().items()]
    return text + table(["means", "words"], rows)


# --- The command line ---------------------------------------------------------------------------------------------


def command_line_page() -> str:
    """Return every command with its options, as the shell shows them."""
    group: Any = typer.main.get_command(command_line)
    served = typer.Typer()
    served.command(epilog="Examples: gini-notebook sandbox · gini-notebook sandbox --json --port 8443 --capacity 4")(
        commandline.sandbox
    )
    commands = dict(group.commands) | {"sandbox": typer.main.get_command(served)}
    text = "# Command line\n\nThe same steps as in a notebook. `gini-notebook COMMAND --help` says the same in a shell.\n\n"
    text += "## Exit codes\n\n"
    codes = group.epilog.partition(":")[2].strip().rstrip(".").split(";")
    text += table(["code", "meaning"], (code_of.strip().partition(" ")[::2] for code_of in codes)) + "\n"
    for name, command in commands.items():
        inner = getattr(command, "commands", None)
        text += command_section(name, command)
        for sub, one in (inner or {}).items():
            text += command_section(f"{name} {sub}", one)
    return text


def command_section(path: str, command: Any) -> str:
    """Return the section of one command."""
    help_text = inspect.cleandoc(command.help or "")
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    usage = " ".join(["gini-notebook", path, *(usage_of(one) for one in arguments), "[OPTIONS]"])
    text = f"## {path}\n\n{help_text}\n\n```text\n{usage}\n```\n\n"
    examples = (command.epilog or "").partition(":")[2].strip()
    if examples:
        text += "```text\n" + "\n".join(each.strip() for each in examples.split("·")) + "\n```\n\n"
    context = command.make_context(f"gini-notebook {path}", [], resilient_parsing=True)
    records = (one.get_help_record(context) for one in command.params)
    rows = [[code(spelled), words] for spelled, words in filter(None, records)]
    return text + (table(["option", "what"], rows) + "\n" if rows else "")


def usage_of(argument: Any) -> str:
    """Return how an argument stands in the line of usage."""
    return f"{argument.name.upper()}{'…' if argument.nargs == -1 else ''}"


# --- The sandbox --------------------------------------------------------------------------------------------------


def endpoints_page() -> str:
    """Return what the sandbox answers to."""
    text = (
        "# Endpoints of the sandbox\n\nWhat [the sandbox](../sandbox.md) answers to, as its `GET /openapi.json` has it for "
        "programs. The media type of the Pay API is `application/vnd.gini.v1+json`.\n\n"
    )
    titles = {"api": "The Pay API", "user_center": "The User Center"}
    for role, found in serving._tables("pay-api", ()).items():
        text += f"## {titles[role]}\n\n"
        rows = ([code(f"{one.method} {one.path}"), one.summary, one.who] for one in found.endpoints)
        text += table(["request", "what", "who"], rows) + "\n"
    return text


# --- Writing ------------------------------------------------------------------------------------------------------


def write(_app: Sphinx) -> None:
    """Write all pages, and the notebooks beside them; remove what is no longer one."""
    pages = dict(api_pages())
    pages |= {
        "tables.md": tables_page(),
        "causes.md": causes_page(),
        "notes.md": notes_page(),
        "words.md": words_page(),
        "command_line.md": command_line_page(),
        "endpoints.md": endpoints_page(),
    }
    for name, text in pages.items():
        put(GENERATED / name, text.encode())
    shown = sorted((ROOT / "notebooks").glob("*.ipynb"))
    for notebook in shown:
        # Their links to pages are meant for the folder they lie in.
        text = notebook.read_bytes().replace(b"](../docs/", b"](../../")
        put(GENERATED / "notebooks" / notebook.name, text)
    kept = {GENERATED / name for name in pages} | {GENERATED / "notebooks" / one.name for one in shown}
    for folder in ("api", "notebooks"):
        for old in set((GENERATED / folder).iterdir()) - kept:
            old.unlink()
    if any((DOCS / "gallery").glob("[a-z]*.py")):
        (GENERATED / "gallery" / "index.md").unlink(missing_ok=True)
    else:
        shutil.rmtree(GENERATED / "gallery", ignore_errors=True)
        put(
            GENERATED / "gallery" / "index.md",
            b"# Gallery\n\nThe plots are described in {py:mod}`gini_notebook.plots`.\n",
        )


def put(path: Path, content: bytes) -> None:
    """Write a file where it would change, so that Sphinx reads anew only what did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


# A heading that begins with the number of a metric, a promise or a threat is a target of that name.
_NUMBERED = re.compile(r"^(#{2,3} ([RTM]\d+) )", re.MULTILINE)


def anchor_numbers(_app: Sphinx, docname: str, source: list[str]) -> None:
    """Let ``M15`` in code, tests and pages lead to its section: promises.html#R13, metrics.html#M15."""
    if docname in {"metrics", "promises"}:
        source[0] = _NUMBERED.sub(r"(\2)=\n\1", source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    assert gini_notebook.__all__
    app.connect("builder-inited", write)
    app.connect("source-read", anchor_numbers)
    return {"parallel_read_safe": True, "version": "1"}
