"""The report as JUnit XML, which build servers show: a case per condition, field, baseline and number of the run.

A pipeline turns red by the exit code of ``--fail-under``; this file says why. Without a condition every case passes or
is skipped, since mistakes in documents are no failures of a test. There are some thirty cases, however many documents:
servers count objects, and one of 50,000 cases has broken builds. Names are those of the last run, by which servers
compare. What a case says stands in its message and in its text, as some servers show only one of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from gini_notebook._text import printable, printable_lines
from gini_notebook.analysis.report.compared import Compared
from gini_notebook.analysis.report.content import Content
from gini_notebook.analysis.report.parts import Page, ShownNote
from gini_notebook.analysis.report.texts import missing, plain
from gini_notebook.notes import GATES
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    import pandas as pd

    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.evaluation import Evaluation
    from gini_notebook.analysis.evaluation.gate import CheckResult

FEWEST_VALUES = 30
"""Values below which a field is too small to be judged by."""
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; ``outcome`` is ``passed``, ``failure``, ``error`` or ``skipped``, and ``text`` says why."""

    classname: str
    name: str
    outcome: str = "passed"
    text: str = ""
    seconds: float | None = None


def as_junit(content: Content) -> bytes:
    """Render the suite; with ``documents`` also a case per document that failed, or per document at all."""
    cases = [*_gates(content), *_fields(content), *_baseline(content), *_batch(content)]
    if content.wishes.documents is not None:
        cases += _documents(content, only_failed=content.wishes.documents == "failed")
    run = str(content.result.provenance["run"]) or content.title
    return _suite(run, cases, _facts(content), content.notes, content.made_at)


def comparison_as_junit(told: Compared, page: Page) -> bytes:
    """Render the suite of a comparison: a case per margin that was asked for, and one per field."""
    margins = [] if told.margins is None else [row for _, row in told.margins.iterrows()]
    cases = [
        Case(
            "gates",
            f"{dotted(row['group'], 'micro')} no worse than {row['margin']:g}",
            "passed" if row["answer"] == "no worse" else "failure",
            f"{row['answer']}: F1 differs by {row['difference']:+.3f}, {told.confidence_level * 100:g} % interval "
            f"{row['low']:+.3f} – {row['high']:+.3f}, tolerated -{row['margin']:g}",
        )
        for row in margins
    ]
    cases += _changes(told.comparison, told.confidence_level)
    for change, documents in (("fixed", told.comparison.fixed), ("broken", told.comparison.broken)):
        cases.append(Case("documents", change, "passed", f"{change}: {len(documents):,} documents"))
    facts = [(f"{side}.{key}", str(of.provenance[key])) for side, of in _sides(told) for key in _FACTS]
    facts.append(("verdict", " ".join(page.verdict)))
    return _suite(page.title, cases, facts, page.notes, page.made_at)


def _sides(told: Compared) -> "list[tuple[str, Evaluation]]":
    return [("first", told.comparison.a), ("second", told.comparison.b)]


def _suite(
    run: str,
    cases: Sequence[Case],
    facts: Sequence[tuple[str, str]],
    notes: Sequence[ShownNote],
    made_at: datetime,
) -> bytes:
    """Write cases, what they are of, and the notes, the gravest also where every server shows them."""
    suite = ElementTree.Element("testsuite", name=_short(f"gini-notebook: {run}"))
    _properties(suite, [*facts, *((f"note.{note.level}", note.text) for note in notes)])
    grave = "\n".join(note.text for note in notes if note.level == "must")
    for place, case in enumerate(_named_once(cases)):
        _append(suite, case, system_out=grave if place == 0 else "")
    counts = {"tests": len(cases), "failures": 0, "errors": 0, "skipped": 0}
    for case in cases:
        key = {"failure": "failures", "error": "errors", "skipped": "skipped"}.get(case.outcome)
        if key is not None:
            counts[key] += 1
    for key, count in counts.items():
        suite.set(key, str(count))
    suite.set("time", f"{sum(case.seconds or 0 for case in cases):.3f}")
    suite.set("timestamp", made_at.isoformat(timespec="seconds"))
    ElementTree.indent(suite)
    return bytes(ElementTree.tostring(suite, xml_declaration=True, encoding="utf-8")) + b"\n"


def _gates(content: Content) -> Iterator[Case]:
    """Return a case per condition."""
    values = {name: count for name, count, _ in _scored(content)}
    for gate in content.checks:
        text = gate.sentence(content.how["confidence_level"])
        if gate.field in values:
            text += f", {values[gate.field]:,} values"
        yield Case("gates", gate.expression, "passed" if gate.passed else "failure", text)


def _scored(content: Content) -> list[tuple[str, int, Mapping[Any, Any]]]:
    """Return name, number of values and scores of each field and of each group as a whole."""
    return [
        (dotted(row["group"], row["field"]), int(row["support"]), row)
        for row in content.scores.to_dict("records")
        if not row["average"] or row["field"] == "micro"
    ]


def _fields(content: Content) -> Iterator[Case]:
    """Return a case per field; it is judged by its conditions, if it has some and enough values."""
    gates: dict[str, list[CheckResult]] = {}
    for gate in content.checks:
        gates.setdefault(gate.field, []).append(gate)
    for name, values, row in _scored(content):
        said = "F1 is undefined" if missing(row["f1"]) else f"F1 {row['f1']:.3f}"
        if not missing(row["f1_low"]):
            said += f", {content.how['confidence_level'] * 100:g} % interval {row['f1_low']:.3f} – {row['f1_high']:.3f}"
        said += f"; {values:,} values: {row['wrong']} wrong, {row['missing']} missing, {row['spurious']} spurious"
        own = gates.get(name, [])
        if not own:
            yield Case("fields", name, "skipped", f"no gate for it; {said}")
        elif values < FEWEST_VALUES:
            yield Case("fields", name, "skipped", f"fewer than {FEWEST_VALUES} values; {said}")
        else:
            broken = [
                f"{gate.expression}: {gate.sentence(content.how['confidence_level'])}"
                for gate in own
                if not gate.passed
            ]
            yield Case("fields", name, "failure" if broken else "passed", "\n".join([*broken, said]))


def _baseline(content: Content) -> Iterator[Case]:
    """Return a case per field that says what changed; there is no condition for it, so that all pass."""
    if content.baseline is not None:
        yield from _changes(content.baseline, content.how["confidence_level"])


def _changes(comparison: "Comparison", confidence_level: float) -> Iterator[Case]:
    for row in comparison.by_field(confidence_level=confidence_level, full=True).to_dict("records"):
        if row["average"] and row["field"] != "micro":
            continue
        text = str(row["verdict"])
        if not missing(row["f1_difference"]):
            text += f": F1 {row['f1_a']:.3f} before, {row['f1_b']:.3f} now, difference {row['f1_difference']:+.3f}"
        if not missing(row["f1_difference_low"]):
            text += f" ({row['f1_difference_low']:+.3f} – {row['f1_difference_high']:+.3f})"
        yield Case("baseline", dotted(row["group"], row["field"]), "passed", text)


# The numbers of a run, and what they count.
_OF_RUN = ("documents_failed", "unclear_uploads", "unpaired", "files_left_out")


def _batch(content: Content) -> Iterator[Case]:
    """Return how the run went; the first case has its time."""
    result = content.result
    broken = [gate for gate in content.checks if not gate.passed]
    sent = result.documents if result.sent is None else result.sent
    answered = int(sent["answered"].sum())
    text = f"{answered:,} of {len(sent):,} documents were answered"
    yield _run_case("coverage", text, broken, content, _seconds(sent))
    for name in _OF_RUN:
        count = sum(note.count for note in result.notes if note.kind in GATES[name])
        yield _run_case(name, f"{name}: {count:,}", broken, content)


def _run_case(
    name: str, text: str, broken: "Sequence[CheckResult]", content: Content, seconds: float | None = None
) -> Case:
    own = [gate for gate in broken if gate.name == name]
    said = [f"{gate.expression}: {gate.sentence(content.how['confidence_level'])}" for gate in own]
    return Case("batch", name, "failure" if own else "passed", "\n".join([*said, text]), seconds)


def _seconds(documents: "pd.DataFrame") -> float | None:
    """Return how long the service took for all documents together, if that is known."""
    return float(documents["processing_s"].sum()) if "processing_s" in documents else None


def _documents(content: Content, *, only_failed: bool) -> Iterator[Case]:
    """Return a case per document: it fails with its mistakes, or with the service's reason."""
    failed = {row["document"]: row["error"] for row in content.failed}
    yield from (Case("documents", name, "error", printable(text)) for name, text in failed.items())
    if only_failed:
        return
    rows = content.mistake_rows.sort_values("document", kind="stable").to_dict("records")
    listed = {name: _listed(of) for name, of in groupby(rows, key=lambda row: row["document"])}
    for document in content.result.documents["document"].tolist():
        if document not in failed:
            text = listed.get(document, "")
            yield Case("documents", document, "failure" if text else "passed", text)


def _listed(rows: Iterable[Mapping[Any, Any]]) -> str:
    lines = []
    for row in rows:
        name = f"{row['group']}[{int(row['row'])}].{row['field']}" if row["group"] else row["field"]
        lines.append(f"{name}: {row['outcome']}, truth {plain(row['truth'])!r}, extracted {plain(row['extracted'])!r}")
    return "\n".join(lines)


_FACTS = ("run", "truth_name", "truth_hash", "extractions_hash", "tool_version", "spec_version", "seed", "service")


def _facts(content: Content) -> list[tuple[str, str]]:
    known = content.result.provenance
    return [*((key, str(known[key])) for key in _FACTS), ("verdict", " ".join(content.verdict))]


def _properties(suite: Any, said: Iterable[tuple[str, str]]) -> None:
    """Say once, above the cases, what the numbers are of; properties of cases make servers slow."""
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in said:
        if value:
            ElementTree.SubElement(properties, "property", name=name, value=printable(value))


def _append(suite: Any, case: Case, *, system_out: str) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=case.classname, name=case.name)
    if case.seconds is not None:
        element.set("time", f"{case.seconds:.3f}")
    text = printable_lines(case.text)
    if case.outcome == "passed":
        system_out = "\n".join(filter(None, [system_out, case.text]))
    else:
        child = ElementTree.SubElement(element, case.outcome, message=printable(case.text.partition("\n")[0]))
        child.text = text
    if system_out:
        ElementTree.SubElement(element, "system-out").text = printable_lines(system_out)


def _named_once(cases: Sequence[Case]) -> Iterator[Case]:
    """Give each case a name that is short and its own, which is how servers tell cases apart."""
    seen: dict[tuple[str, str], int] = {}
    for case in cases:
        name = _short(case.name)
        count = seen[case.classname, name] = seen.get((case.classname, name), 0) + 1
        unique = name if count == 1 else f"{name[: _LONGEST_NAME - 8]} ({count})"
        yield Case(case.classname, unique, case.outcome, case.text, case.seconds)


def _short(name: str) -> str:
    shown = printable(name)
    half = (_LONGEST_NAME - 1) // 2
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[:half]}…{shown[-half:]}"
