"""The report as Markdown: order, budgets, what is never cut, and that nothing from outside has an effect."""

import re
from typing import Any

import pandas as pd
import pytest

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.report import render_report
from gini_notebook.analysis.report.markdown import BUDGETS, MARK, Section, escape, fitted, shortened, table
from tests.analysis.report.report_samples import IBAN, PAYLOADS, Tables, graded, rows

GATES = ["amountToPay.f1>=0.99", "iban.f1>=0.5"]


def markdown(result: Evaluation, **options: Any) -> str:
    return render_report(result, ".md", **options).decode()


def test_the_verdict_comes_first_then_what_must_be_read_then_the_gates_that_are_not_met() -> None:
    text = markdown(graded(), title="Run 7", fail_under=GATES)
    lines = text.splitlines()
    assert lines[0] == MARK
    assert lines[1] == "### ✘ Failed: Run 7"
    assert lines[3].startswith("**1 of 2 gates passed.")
    at = lines.index("#### Read this first")
    assert lines[at + 2] == "- **These numbers come from the sandbox on this machine, not from the service.**"
    rest = text[text.index("#### Gates\n") :]
    assert rest.splitlines()[2] == "| Gate | Is | Interval | Result |"
    assert rest.splitlines()[4].startswith("| amountToPay.f1&gt;=0.99 | 0.852 |")
    assert rest.splitlines()[4].endswith("| **not met** |")
    headings = [line.strip("# ") for line in lines if line.startswith("#### ")]
    assert headings == ["Read this first", "Gates", "Gates: met (1)", "In short", "Field by field"]
    assert text.index("Field by field") < text.index("<details>")


def test_without_a_gate_there_is_no_sign_and_with_all_met_it_is_passed() -> None:
    result = graded()
    assert markdown(result, title="Run 7").splitlines()[1] == "### Run 7"
    passed = markdown(result, fail_under=["iban.f1>=0.5"]).splitlines()
    assert passed[1] == "### ✔ Passed: Extraction quality"
    assert "#### Gates" not in passed


def test_mistakes_are_words_and_headings_begin_at_the_third_level(result: Evaluation) -> None:
    text = markdown(result)
    assert re.search(r"^\| amountToPay \| 0\.571 \\\(0\.174 – 0\.894\\\) \| 4 \| 1 wrong, 1 missing \|$", text, re.M)
    assert not re.search(r"^#{1,2} ", text, re.M)
    assert "![" not in text
    assert "Failed documents, by reason (1)" in text


def test_markdown_can_be_german(result: Evaluation) -> None:
    text = markdown(result, language="de", fail_under=["iban.f1>=0.99"])
    assert "### ✘ Nicht bestanden: Qualität der Extraktionen" in text
    assert "#### Feld für Feld" in text
    assert "| 0,571 \\(0,174 – 0,894\\) |" in text
    assert "1 falsch, 1 fehlt" in text


def test_no_value_of_a_document_is_in_it(result: Evaluation) -> None:
    text = markdown(result)
    for value in ("1200.00", "12.00:EUR", IBAN, "DE75"):
        assert value not in text


def test_what_changed_since_the_baseline_stands_above_the_fields() -> None:
    earlier, now = graded(wrong=40), graded(wrong=0)
    text = markdown(now, baseline=compare(earlier, now))
    part = text[text.index("#### Against") : text.index("#### Field by field")]
    assert re.search(r"\| amountToPay \| 0\.\d+ \| 0\.957 \| \\\+0\.\d+ \\\(", part)
    assert part.count("| better |") >= 2
    assert "1 other fields: no evidence of a difference." in part


# Budgets


def many_failures(documents: int) -> Evaluation:
    """Each document failed for a reason of its own, which is what makes a report long."""
    names = [f"{'long name ' * 20}{number}.pdf" for number in range(documents)]
    sent = pd.DataFrame({"document": names, "status": "failed", "error": [f"Reason {name}" for name in names]})
    sent["request_id"] = None
    sent.loc[0, "status"] = "completed"
    tables = Tables(rows((names[0], "", 0, "iban", IBAN)), sent)
    tables.service = "sandbox"
    return evaluate(tables, rows(*((name, "", 0, ("iban", "bic")[at % 2], IBAN) for at, name in enumerate(names))))


def test_a_comment_and_a_summary_are_never_longer_than_their_host_takes() -> None:
    result = many_failures(3_000)
    whole, comment, summary = (markdown(result, budget=budget) for budget in (None, "comment", "summary"))
    assert len(comment) <= 60_000
    assert len(summary.encode()) <= 900_000
    assert len(whole) >= len(summary) >= len(comment)
    for text in (whole, comment, summary):
        assert "**These numbers come from the sandbox" in text.partition("<details>")[0]


def test_sections_are_left_out_whole_from_the_end_and_named() -> None:
    sections = [Section(name, [f"{name} " * 9_000], folded=True) for name in ("one", "two", "three")]
    text = fitted(sections, "comment", len_so_far="", left_out="left out: {names}")
    assert "<summary>one</summary>" in text
    assert text.endswith("left out: two, three\n")
    assert text.count("<details>") == text.count("</details>") == 1
    assert fitted(sections, None, len_so_far="", left_out="{names}").count("</details>") == 3
    nothing = fitted(sections, "comment", len_so_far="x" * 59_990, left_out="left out: {names}")
    assert nothing == "\nleft out: one, two, three\n"
    assert BUDGETS["summary"][1]("ü") == 2


def test_T31_nothing_from_outside_has_an_effect(hostile_result: Evaluation) -> None:
    text = markdown(hostile_result, title=PAYLOADS[0], budget=None)
    tags = set(re.findall(r"<[^>]*>", text))
    assert tags == {MARK, "<details>", "</details>", "<summary>", "</summary>"}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_T31_markdown_takes_the_meaning_out_of_every_mark(payload: str) -> None:
    escaped = escape(f"{payload}\n# not a heading | no cell")
    assert "\n" not in escaped
    assert "<" not in escaped
    assert ">" not in escaped
    assert re.search(r"(?<!\\)[|`*_\[\]#]", escaped) is None


def test_nobody_is_notified_by_a_name_in_a_report() -> None:
    assert escape("@everyone") == "@<!-- -->everyone"


def test_long_names_are_cut_in_the_middle() -> None:
    assert shortened("a" * 80) == "a" * 80
    assert len(shortened("a" * 50 + "b" * 50)) == 79
    assert shortened("a" * 50 + "b" * 50).endswith("b")


def test_a_table_has_as_many_cells_in_every_line() -> None:
    lines = table(["a", "b"], [["1|2", "3"]])
    assert lines == ["| a | b |", "|---|--:|", "| 1\\|2 | 3 |"]
