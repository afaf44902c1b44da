"""The report for programs: OpenMetrics, which GitLab and Prometheus read, JSON, and annotations of a job on GitHub.

None of them has a value of a document; names of documents and the service's reasons are in JSON.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gini_notebook._text import json_value, printable
from gini_notebook.analysis.report.compared import Compared
from gini_notebook.analysis.report.content import Content
from gini_notebook.analysis.report.headings import is_count, metric_name
from gini_notebook.analysis.report.parts import Page
from gini_notebook.analysis.report.trend import Past
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.automation import Automation
    from gini_notebook.analysis.evaluation.gate import CheckResult
    from gini_notebook.notes import Note

SCHEMA_VERSION = 1
"""Edition of the JSON form; it grows when a name changes its meaning or goes."""
MOST_ANNOTATIONS = 10
"""Annotations that GitHub shows of a step."""

_SCORES = {"f1": "F1", "precision": "Precision", "recall": "Recall"}
_COUNTS = {
    "support": "Values in the truth",
    "predicted": "Values that were extracted",
    "correct": "Correct values",
    "wrong": "Wrong values",
    "missing": "Missing values",
    "spurious": "Spurious values",
}
_COSTS = {
    "cost": "What mistakes cost, by field.",
    "cost_per_1000_documents": "What mistakes cost per 1,000 documents, by field.",
}


def as_openmetrics(content: Content) -> bytes:
    """Render gauges: scores with the ends of their intervals and counts per field, numbers of the whole, notes."""
    lines: list[str] = []
    keys = ("run", "truth_name", "truth_hash", "tool_version", "spec_version", "service")
    facts = {key: str(content.result.provenance[key]) for key in keys}
    lines += ["# TYPE gini_evaluation info", "# HELP gini_evaluation What was evaluated."]
    lines.append(f"gini_evaluation_info{_labels(facts)} 1")
    fields = content.scores.to_dict("records")
    for score, name in _SCORES.items():
        for end, of in (("", ""), ("_low", ", lower end of the interval"), ("_high", ", upper end of the interval")):
            values = ((_of_field(row), row[f"{score}{end}"]) for row in fields)
            lines += _gauge(f"gini_{score}{end}", f"{name}{of}, by field.", values)
    for count, name in _COUNTS.items():
        lines += _gauge(f"gini_{count}", f"{name}, by field.", ((_of_field(row), row[count]) for row in fields))
    lines += _whole(content)
    notes = [
        ({"kind": n.kind, "level": n.level, "about": ", ".join(n.about), "text": n.text}, n.count)
        for n in content.known_notes
    ]
    lines += _gauge("gini_note", "What could make a number mean something else than it seems to.", notes)
    if content.costs is not None:
        costs = content.costs.to_dict("records")
        for name, meaning in _COSTS.items():
            values = ((_of_field(row | {"average": row["field"] == "total"}), row[name]) for row in costs)
            lines += _gauge(f"gini_{name}", meaning, values)
    gates = [({"gate": gate.expression}, float(gate.passed)) for gate in content.checks]
    lines += _gauge("gini_gate_passed", "Whether a gate is met.", gates)
    return ("\n".join([*lines, "# EOF"]) + "\n").encode("utf-8")


def _of_field(row: Mapping[Any, Any]) -> dict[str, str]:
    name = dotted(row["group"], row["field"])
    return {"average": name} if row["average"] else {"field": name}


def _whole(content: Content) -> Iterator[str]:
    for row in content.summary.to_dict("records"):
        name = "".join(one if one.isascii() and (one.isalnum() or one == "_") else "_" for one in row["metric"])
        # As by_field has a gauge of that name, with labels.
        name = f"gini_whole_{name}"
        meaning = metric_name(row["metric"], "en")
        yield from _gauge(name, f"{printable(meaning)}.", [({}, row["value"])])
        if not is_count(row["metric"]):
            for end in ("low", "high"):
                said = "lower" if end == "low" else "upper"
                yield from _gauge(
                    f"{name}_{end}", f"{printable(meaning)}, {said} end of the interval.", [({}, row[end])]
                )


def _gauge(name: str, meaning: str, values: Iterable[tuple[Mapping[str, str], Any]]) -> Iterator[str]:
    """Return a gauge; an undefined number is none of its values."""
    lines = [f"{name}{_labels(labels)} {_number(value)}" for labels, value in values if not _undefined(value)]
    if lines:
        yield from (f"# TYPE {name} gauge", f"# HELP {name} {_escaped(meaning)}", *lines)


def _labels(labels: Mapping[str, str]) -> str:
    said = ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items() if value)
    return f"{{{said}}}" if said else ""


def _escaped(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')


def _undefined(value: Any) -> bool:
    return value is None or value != value or (not isinstance(value, int | float) and not hasattr(value, "item"))  # noqa: PLR0124


def _number(value: Any) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def as_json(content: Content) -> bytes:
    """Render what the report says as data, with the names that Python has; see the documentation of reports."""
    result = content.result
    patterns = content.patterns
    comparison, plan, past = content.baseline, content.wishes.automation, content.wishes.history
    answer = {
        "schema_version": SCHEMA_VERSION,
        "title": content.title,
        "language": content.language,
        "made_at": content.made_at.isoformat(timespec="seconds"),
        "verdict": list(content.verdict),
        "passed": content.checks.passed if content.checks else None,
        "gates": [gate._asdict() for gate in content.checks],
        "notes": _notes(content.known_notes),
        "summary": _records(content.summary),
        "fields": _records(content.scores),
        "patterns": [_pattern(row, patterns.attrs["fields"]) for row in _records(patterns)],
        "causes": _records(result.by_cause()),
        "failed": list(content.failed),
        "baseline": None if comparison is None else _baseline(content),
        "costs": None if content.costs is None else _records(content.costs),
        "automation": None if plan is None else _plan(plan, content),
        "history": None if past is None else _records(past.table),
        "intervals": dict(content.how),
        "provenance": dict(result.provenance),
    }
    return _as_bytes(answer)


def comparison_as_json(told: Compared, page: Page) -> bytes:
    """Render a comparison as data: differences, which documents changed, and what differs; no value of a document."""
    comparison, margins = told.comparison, told.margins
    changed = {name: getattr(comparison, name)["document"].tolist() for name in ("fixed", "broken")}
    answer = {
        **_head(page),
        "passed": None if margins is None else margins.attrs["answer"] == "no worse",
        "gates": [] if margins is None else _records(margins),
        "notes": _notes(told.notes),
        "summary": _records(told.summary.reset_index()),
        "fields": _records(told.fields),
        "documents": changed,
        "unpaired": {"first": list(comparison.only_a), "second": list(comparison.only_b)},
        "fields_left_out": list(comparison.left_out_fields),
        "differing": {row["what"]: {"first": row["a"], "second": row["b"]} for row in told.settings_rows},
        "confidence_level": told.confidence_level,
        "provenance": {"first": dict(comparison.a.provenance), "second": dict(comparison.b.provenance)},
    }
    return _as_bytes(answer)


def history_as_json(past: Past, page: Page) -> bytes:
    """Render a history as data: its tables, which name no document."""
    fields = [] if past.fields is None else _records(past.fields)
    return _as_bytes({**_head(page), "runs": _records(past.table), "fields": fields})


def _head(page: Page) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "title": page.title,
        "language": page.language,
        "made_at": page.made_at.isoformat(timespec="seconds"),
        "verdict": list(page.verdict),
    }


def _notes(notes: "Sequence[Note]") -> list[dict[str, Any]]:
    return [
        {"kind": note.kind, "level": note.level, "count": note.count, "about": list(note.about), "text": note.text}
        for note in notes
    ]


def _plan(plan: "Automation", content: "Content") -> dict[str, Any]:
    rules, answers = (_records(told(language=content.language)) for told in (plan.table, plan.answers))
    return {
        # The sum of wrong amounts is told where values are.
        "answers": [one for one in answers if one["about"] != "amounts" or content.wishes.values == "full"],
        "target": plan.target,
        "required": list(plan.required),
        "rules": rules,
    }


def _as_bytes(answer: Mapping[str, Any]) -> bytes:
    return (json.dumps(json_value(answer), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")


def _pattern(row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """Return a pattern with its fields as a mapping, since they are names of somebody's."""
    facts = {key: value for key, value in row.items() if key not in fields}
    return facts | {"fields": {name: row[name] for name in fields if json_value(row[name]) is not None}}


def _baseline(content: Content) -> dict[str, Any]:
    comparison = content.baseline
    assert comparison is not None  # noqa: S101 - for the checker of types
    level = content.how["confidence_level"]
    return {
        "run": comparison.a.provenance.get("run", ""),
        "verdict": comparison.verdict(confidence_level=level),
        "fields": _records(comparison.by_field(confidence_level=level, full=True)),
        "unpaired": {"first": list(comparison.only_a), "second": list(comparison.only_b)},
    }


def _records(frame: Any) -> list[dict[str, Any]]:
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


def annotations(gates: "Sequence[CheckResult]", confidence_level: float) -> list[str]:
    """Return a command for each condition that is not met, which GitHub shows as an error of the job.

    Parameters
    ----------
    gates
        The conditions that were checked.
    confidence_level
        Of their intervals.

    Returns
    -------
    list of str
        At most :data:`MOST_ANNOTATIONS` lines; the last says how many more there are.

    Examples
    --------
    >>> from gini_notebook.analysis.evaluation.gate import CheckResult
    >>> annotations([CheckResult("iban.f1>=0.9", 0.5, False)], 0.95)
    ['::error title=iban.f1>=0.9::expected >= 0.9, is 0.500']
    """
    broken = [gate for gate in gates if not gate.passed]
    shown = broken if len(broken) <= MOST_ANNOTATIONS else broken[: MOST_ANNOTATIONS - 1]
    lines = [
        f"::error title={_command(gate.expression, also=':,')}::{_command(gate.sentence(confidence_level))}"
        for gate in shown
    ]
    if len(broken) > len(shown):
        lines.append(f"::error title=Gates::{len(broken) - len(shown)} more gates not met")
    return lines


def _command(text: str, *, also: str = "") -> str:
    """Escape what ends a command of GitHub's, or a property of it."""
    shown = printable(text).replace("%", "%25")
    for mark in also:
        shown = shown.replace(mark, f"%{ord(mark):02X}")
    return shown
