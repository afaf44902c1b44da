"""The report as JUnit: a case per gate and field, however many documents; and what a server makes of it."""

from typing import Any

import pandas as pd
import pytest
from lxml import etree

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.report import render_report
from tests.analysis.report.report_samples import Tables, graded, rows

GATES = ["amountToPay.f1_low>=0.9", "iban.f1>=0.5", "coverage>=0.99", "documents_failed<=0"]


def suite(result: Evaluation, **options: Any) -> Any:
    return etree.fromstring(render_report(result, ".xml", **options))


def cases(root: Any, classname: str) -> dict[str, Any]:
    return {case.get("name"): case for case in root.iter("testcase") if case.get("classname") == classname}


def test_a_gate_that_is_not_met_fails_with_its_numbers_in_message_and_text() -> None:
    result = graded()
    gates = cases(suite(result, fail_under=GATES), "gates")
    assert list(gates) == GATES
    low = result.by_field(full=True).set_index("field").loc["amountToPay", "f1_low"]
    failure = gates[GATES[0]].find("failure")
    assert failure.get("message") == failure.text == f"expected >= 0.9, is {low:.3f}, 60 values"
    assert gates[GATES[1]].find("failure") is None
    assert "95 % interval" in gates["coverage>=0.99"].find("failure").get("message")


def test_fields_are_judged_by_their_gates_and_skipped_without() -> None:
    fields = cases(suite(graded(), fail_under=GATES), "fields")
    assert list(fields) == ["amountToPay", "iban", "micro"]
    assert fields["amountToPay"].find("failure").get("message").startswith("amountToPay.f1_low>=0.9: expected >= 0.9")
    assert [child.tag for child in fields["iban"]] == ["system-out"]
    assert fields["micro"].find("skipped").text.startswith("no gate for it; F1 0.")


def test_a_field_with_few_values_is_skipped_and_its_gate_still_fails(result: Evaluation) -> None:
    root = suite(result, fail_under=["iban.f1>=0.99"])
    assert cases(root, "fields")["iban"].find("skipped").get("message").startswith("fewer than 30 values; ")
    assert cases(root, "gates")["iban.f1>=0.99"].find("failure") is not None


def test_without_a_gate_nothing_fails_whatever_the_documents() -> None:
    root = suite(graded(wrong=50))
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert root.get("skipped") == "3"


def test_what_must_be_read_is_a_property_and_the_output_of_the_first_case() -> None:
    root = suite(graded(), fail_under=GATES, title="Run 7")
    assert root.get("name") == "gini-notebook: Run 7"
    said = "These numbers come from the sandbox on this machine, not from the service."
    properties = [(one.get("name"), one.get("value")) for one in root.find("properties")]
    assert ("note.must", said) in properties
    assert ("service", "sandbox") in properties
    first, second, *_ = root.iter("testcase")
    assert first.find("system-out").text.splitlines()[0] == said
    assert said not in "".join(second.itertext())
    assert root.findall(".//testcase/properties") == []


def test_the_run_has_its_cases_and_its_time() -> None:
    root = suite(graded(), fail_under=GATES)
    batch = cases(root, "batch")
    assert list(batch) == ["coverage", "documents_failed", "unclear_uploads", "unpaired", "files_left_out"]
    assert batch["coverage"].get("time") == root.get("time") == "93.000"
    assert batch["coverage"].find("failure").text.endswith("56 of 62 documents were answered")
    assert batch["documents_failed"].find("failure").text.startswith("documents_failed<=0: expected <= 0, is 6")
    assert batch["unpaired"].find("system-out").text == "unpaired: 2"


def test_the_suite_counts_its_cases() -> None:
    root = suite(graded(), fail_under=GATES)
    assert int(root.get("tests")) == len(root.findall("testcase")) == 12
    for key, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        assert int(root.get(key)) == len(root.findall(f"testcase/{tag}"))


def test_what_changed_since_the_baseline_is_said_and_fails_nothing() -> None:
    earlier, now = graded(wrong=0), graded(wrong=40)
    changed = cases(suite(now, baseline=compare(earlier, now)), "baseline")
    assert list(changed) == ["amountToPay", "iban", "micro"]
    said = changed["amountToPay"].find("system-out").text
    assert said.startswith("worse: F1 0.957 before, 0.261 now, difference -0.696 (")
    assert changed["iban"].find("system-out").text.startswith("no evidence")


@pytest.mark.parametrize("documents", [60, 600])
def test_there_are_as_many_cases_however_many_documents(documents: int) -> None:
    assert suite(graded(documents), fail_under=GATES).get("tests") == "12"


def test_documents_have_cases_on_request(result: Evaluation) -> None:
    failed = cases(suite(result, documents="failed"), "documents")
    assert list(failed) == ["d.pdf"]
    assert failed["d.pdf"].find("error").get("message") == "The PDF is damaged."
    every = cases(suite(result, documents="all"), "documents")
    assert set(every) == {"a.pdf", "b.pdf", "c.pdf", "d.pdf"}
    assert every["a.pdf"].find("failure").text.splitlines() == [
        "amountToPay: wrong, truth '1200.00:EUR', extracted '12.00:EUR'",
        "iban: wrong, truth 'DE89370400440532013000', extracted 'DE75512108001245126199'",
    ]
    assert every["b.pdf"].find("failure").text == "lineItems[1].baseGross: missing, truth '3.00:EUR', extracted ''"


def test_names_are_short_and_their_own() -> None:
    long = "x" * 300
    documents = pd.DataFrame(
        {"document": [f"{long}{end}{long}" for end in "ab"], "status": "failed", "error": "No.", "request_id": None}
    )
    result = evaluate(
        Tables(rows(), documents), rows(*((name, "", 0, "iban", "DE1") for name in documents["document"]))
    )
    names = list(cases(suite(result, documents="all"), "documents"))
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 200


def test_junit_is_valid_whatever_the_text() -> None:
    odd = "".join(map(chr, range(32))) + "\ufffe\uffff\N{PILE OF POO}<&]]>"
    documents = pd.DataFrame({"document": [odd], "status": ["failed"], "error": [odd], "request_id": [odd]})
    result = evaluate(Tables(rows(), documents), rows((odd, "", 0, "iban", odd)))
    root = suite(result, title=odd, documents="all")
    message = cases(root, "documents").popitem()[1].find("error").get("message")
    assert "\N{PILE OF POO}<&]]>" in message
    assert "\x00" not in message
