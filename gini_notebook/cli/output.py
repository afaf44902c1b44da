"""How tables look on a terminal and in JSON."""

import io
import json
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from gini_notebook._platform import can_print
from gini_notebook._text import json_value, printable, printable_lines, probability, sentence, shown_of

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook._noted import NotedTable
    from gini_notebook.analysis.evaluation import Evaluation

FIELD_COLUMNS = {
    "field": "field",
    "support": "support",
    "predicted": "extracted",
    "correct": "correct",
    "wrong": "wrong",
    "missing": "missing",
    "spurious": "spurious",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
}
# The other columns of the table of differences take 66 of 100.
FIELD_CHARACTERS = 32
MOST_NAMES = 10
MOST_LABELS = 20
# A line of minus signs below the names and nothing else, so that every console can print it.
_RULED = "\n".join(["    ", "    ", " -  ", *["    "] * 5, ""])
_NEVER_FOLDED = 100_000
_FOLDED = 20  # characters of a column of text; with fewer, nobody can read it


def say(text: str = "") -> None:
    """Print lines for people; what came from outside does nothing to the terminal."""
    typer.echo(printable_lines(text))


def complain(text: str) -> None:
    """Print one sentence on the error stream."""
    typer.echo(sentence(f"gini-notebook: {text}"), err=True)


def as_json(value: object) -> None:
    """Print one JSON value for programs; not-a-number becomes null."""
    text = json.dumps(json_value(value), ensure_ascii=False, allow_nan=False)
    if not can_print(text):
        text = json.dumps(json_value(value), allow_nan=False)
    # Escapes of JSON, so that whoever reads it gets what there was, and a terminal does not.
    typer.echo("".join(one if printable(one) == one else json.dumps(one)[1:-1] for one in text))


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the rows of a table as plain values."""
    return [dict(zip(map(str, frame.columns), row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def table(frame: "pd.DataFrame", *, number: str = "{:.3f}", spare: Sequence[str] = ()) -> str:
    """Lay a table out in columns: numbers right, text left, undefined numbers as "n/a".

    On a terminal, text is folded so that no line is longer than the terminal is wide; where that is not enough, the
    spare columns go, first ones first, which a line below the table says. Elsewhere nothing is folded or left out.
    """
    from rich.box import Box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = {printable(str(name)): [_cell(value, number) for value in frame[name]] for name in frame.columns}
    numeric = {printable(str(name)) for name in frame.columns if _is_number(frame[name])}
    gone = _too_many(columns, numeric, spare)
    grid = Table(box=Box(_RULED, ascii=True), show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    shown = [name for name in columns if name not in gone]
    for name in shown:
        if name in numeric:
            grid.add_column(Text(name), justify="right", no_wrap=True)
        else:
            grid.add_column(Text(name), overflow="fold")
    for row in zip(*(columns[name] for name in shown), strict=True):
        grid.add_row(*map(Text, row))
    console = Console(file=io.StringIO(), width=_width(), color_system=None, legacy_windows=False, _environ={})
    with console.capture() as captured:
        console.print(grid)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return "\n".join([*lines, *([f"Not on so narrow a terminal: {', '.join(gone)}."] if gone else [])])


def _too_many(columns: Mapping[str, Sequence[str]], numeric: Collection[str], spare: Sequence[str]) -> list[str]:
    """Return the columns that a table does without, so that it is not wider than the terminal."""
    from rich.cells import cell_len

    widths = {name: max(map(cell_len, [name, *cells])) for name, cells in columns.items()}
    least = {name: width if name in numeric else min(width, _FOLDED) for name, width in widths.items()}
    gone: list[str] = []
    for name in spare:
        if sum(width + 2 for column, width in least.items() if column not in gone) - 2 <= _width():
            break
        gone.append(name)
    return gone


def _width() -> int:
    """Return the most characters of a line: those of the terminal, or so many that nothing is folded."""
    return shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else _NEVER_FOLDED


def _is_number(column: Any) -> bool:
    from pandas.api.types import is_numeric_dtype

    return bool(is_numeric_dtype(column.dtype))


def _cell(value: object, number: str) -> str:
    from pandas import isna

    if isna(value):
        return "n/a" if isinstance(value, float) else ""
    if isinstance(value, float):
        return str(int(value)) if abs(value) > 1 and value.is_integer() else number.format(value)
    return printable(" ".join(str(value).split()))


def field_table(result: "Evaluation", how: "Mapping[str, Any]") -> str:
    """Return the scores per field with the interval of F1, as printed by ``run`` and ``evaluate``."""
    from pandas import isna

    from gini_notebook.analysis.evaluation.display import headlines, percent

    scores = result.by_field(**how, full=True)
    shown = scores[list(FIELD_COLUMNS)].rename(columns=FIELD_COLUMNS)
    group = scores["group"].fillna("")
    shown["field"] = scores["field"].where(group == "", group + "." + scores["field"])
    shown[percent(scores.attrs["confidence_level"])] = [
        "n/a" if isna(low) or isna(high) else f"{low:.3f} – {high:.3f}"
        for low, high in zip(scores["f1_low"], scores["f1_high"], strict=True)
    ]
    spare = [FIELD_COLUMNS[name] for name in ("predicted", "correct", "precision", "recall")]
    return "\n".join([table(shown, spare=spare), *headlines(scores)])


def difference_table(fields: "pd.DataFrame") -> str:
    """Return the differences of F1 per field, narrow enough for a terminal of 100 columns."""
    import pandas as pd

    from gini_notebook.analysis.evaluation.display import percent
    from gini_notebook.schema import dotted

    names = [dotted(*column) for column in zip(fields["group"], fields["field"], strict=True)]
    ends = zip(fields["f1_difference"], fields["f1_difference_low"], fields["f1_difference_high"], strict=True)
    shown = {
        "field": [name if len(name) <= FIELD_CHARACTERS else f"{name[: FIELD_CHARACTERS - 1]}…" for name in names],
        "F1 of A": fields["f1_a"],
        "F1 of B": fields["f1_b"],
        f"difference ({percent(fields.attrs['confidence_level'])})": [
            "n/a" if pd.isna(at) else f"{at:+.3f} ({low:+.3f} to {high:+.3f})" for at, low, high in ends
        ],
        "p": [probability(value) for value in fields["p_holm"]],
        "verdict": fields["verdict"],
    }
    return table(pd.DataFrame(shown))


def changed_documents(kind: str, changed: "pd.DataFrame") -> str:
    """Say how many documents were fixed or broken, and which; of many the first."""
    names = changed["document"].tolist()
    shown = shown_of(len(names), MOST_NAMES)
    more = f", and {len(names) - shown} more (--json names all)" if len(names) > shown else ""
    listed = f": {', '.join(printable(' '.join(name.split())) for name in names[:shown])}{more}" if names else ""
    return f"{len(names)} documents {kind}{listed}"


def doubtful_labels(found: "NotedTable") -> str:
    """Say which labels to look at again, of many the first."""
    from gini_notebook.schema import dotted

    if found.empty:
        return found.headline
    shown = shown_of(len(found), MOST_LABELS)
    lines = [f"{found.headline.removesuffix('.')}:"]
    for one in found.head(shown).itertuples(index=False):
        row = f"[{one.row}]" if one.group else ""
        lines.append(
            f"{one.rank:4}  {_cell(one.document, '')}  {dotted(one.group, one.field)}{row}: {_cell(one.value, '')}"
        )
        lines.append(f"      {one.check}: {_cell(one.found, '')}. {_cell(one.suggestion, '')}")
    more = len(found) - shown
    return "\n".join([*lines, f"… and {more} more; --json names all."] if more > 0 else lines)


def failures(documents: "pd.DataFrame") -> str:
    """Return the failed documents with the service's reason and request id, or an empty string."""
    failed = documents[documents["status"] == "failed"]
    if failed.empty:
        return ""
    return table(
        failed[["document", "error", "request_id"]].rename(columns={"error": "why", "request_id": "request id"})
    )
