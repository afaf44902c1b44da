"""The report for programs: OpenMetrics, JSON, annotations of a job on GitHub."""

import json
import re
from typing import Any

import pytest

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.evaluation.gate import CheckResult
from gini_notebook.analysis.report import annotations, render_report
from gini_notebook.analysis.report.metrics import SCHEMA_VERSION
from tests.analysis.report.report_samples import IBAN, graded

# The grammar of OpenMetrics 1.0 for what is written here: families of gauges, and one of infos.
LABELS = r'(?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})?'
LINE = re.compile(rf"# (TYPE|HELP) [A-Za-z0-9_]+ .+|[A-Za-z_][A-Za-z0-9_]*{LABELS} -?[0-9.e+-]+")


def openmetrics(result: Evaluation, **options: Any) -> list[str]:
    return render_report(result, ".txt", **options).decode().splitlines()


@pytest.mark.parametrize("name", ["result", "hostile_result"])
def test_every_line_is_of_the_grammar_and_every_family_is_named_once(name: str, request: Any) -> None:
    lines = openmetrics(request.getfixturevalue(name), fail_under=["micro.f1>=0.5"])
    assert lines[-1] == "# EOF"
    assert [line for line in lines[:-1] if not LINE.fullmatch(line)] == []
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    samples = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
    assert len(samples) == len(set(samples))


def test_scores_counts_notes_and_gates_are_gauges() -> None:
    result = graded()
    lines = openmetrics(result, fail_under=["iban.f1>=0.99"])
    iban = result.by_field(full=True).set_index("field").loc["iban"]
    assert f'gini_f1{{field="iban"}} {float(iban["f1"])!r}' in lines
    assert f'gini_f1_low{{field="iban"}} {float(iban["f1_low"])!r}' in lines
    assert 'gini_missing{field="iban"} 5' in lines
    assert "gini_whole_documents 60" in lines
    assert 'gini_gate_passed{gate="iban.f1>=0.99"} 0' in lines
    assert any(line.startswith('gini_note{kind="sandbox",level="must",text="These numbers') for line in lines)


def test_an_undefined_number_is_no_sample(result: Evaluation) -> None:
    assert not [line for line in openmetrics(result) if "nan" in line.lower() or 'gini_f1{field="bic"}' in line]


# JSON


def as_json(result: Evaluation, **options: Any) -> dict[str, Any]:
    def refuse(text: str) -> None:
        raise ValueError(text)

    return dict(json.loads(render_report(result, ".json", **options), parse_constant=refuse))


def test_json_has_the_content_as_data(result: Evaluation) -> None:
    answer = as_json(result, fail_under=["iban.f1>=0.99"], title="Run 7")
    assert (answer["schema_version"], answer["title"], answer["passed"]) == (SCHEMA_VERSION, "Run 7", False)
    assert answer["gates"] == [
        {"expression": "iban.f1>=0.99", "value": 0.4, "passed": False}
        | {end: answer["gates"][0][end] for end in ("low", "high")}
    ]
    assert [note["text"] for note in answer["notes"]] == [note.text for note in result.notes]
    assert {row["field"]: row["f1"] for row in answer["fields"] if not row["group"]}["bic"] is None
    assert answer["patterns"][1]["fields"] == {"amountToPay": "wrong", "iban": "wrong"}
    assert answer["failed"] == [{"document": "d.pdf", "error": "The PDF is damaged.", "request_id": "req-d"}]
    assert answer["provenance"]["truth_hash"] == result.provenance["truth_hash"]
    assert as_json(result)["passed"] is None


def test_json_has_no_value_of_a_document(result: Evaluation) -> None:
    text = render_report(result, ".json").decode()
    for value in ("1200.00", "12.00:EUR", IBAN, "DE75"):
        assert value not in text


def test_json_says_what_changed_since_the_baseline() -> None:
    earlier, now = graded(wrong=0), graded(wrong=40)
    answer = as_json(now, baseline=compare(earlier, now))["baseline"]
    assert answer["verdict"].startswith("The second run is worse")
    assert {row["field"]: row["verdict"] for row in answer["fields"]}["amountToPay"] == "worse"


# Annotations


def test_a_gate_that_is_not_met_is_an_error_of_the_job() -> None:
    met, broken = CheckResult("iban.f1>=0.5", 0.6, True), CheckResult("a,b:c%.f1>=0.9", float("nan"), False)
    assert annotations([met, broken], 0.95) == ["::error title=a%2Cb%3Ac%25.f1>=0.9::expected >= 0.9, is undefined"]


def test_no_line_ends_a_command_or_begins_another() -> None:
    (line,) = annotations([CheckResult("a\n::stop-commands::x.f1>=0.9", 0.5, False)], 0.95)
    assert "\n" not in line
    assert line.count("::") == 2


def test_there_are_at_most_ten() -> None:
    lines = annotations([CheckResult(f"f{number}.f1>=0.9", 0.5, False) for number in range(12)], 0.95)
    assert len(lines) == 10
    assert lines[-1] == "::error title=Gates::3 more gates not met"
    assert len(annotations([CheckResult(f"f{number}.f1>=0.9", 0.5, False) for number in range(10)], 0.95)) == 10
