"""What ``run``, ``evaluate`` and ``compare`` say of a result, and the choice of intervals."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.cli import app
from gini_notebook.errors import FileProblem, SettingError

NAMES = [f"d{number:02}.pdf" for number in range(40)]


def table(path: Path, *wrong: int) -> str:
    """Write IBANs, of which those at some places are wrong."""
    lines = [f"{name},iban,DE{2 if at in wrong else 1}" for at, name in enumerate(NAMES)]
    path.write_text("\n".join(["document,field,value", *lines]), encoding="utf-8")
    return str(path)


def call(*words: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(words))
    return answer.exit_code, answer.output


@pytest.mark.parametrize("kind", ["wilson", "bootstrap", "bca"])
def test_the_end_of_an_interval_of_the_chosen_kind_is_the_gate(tmp_path: Path, kind: str) -> None:
    found, truth, kept = table(tmp_path / "found.csv", 0, 1), table(tmp_path / "truth.csv"), tmp_path / "kept.zip"
    words = ["evaluate", found, truth, "--intervals", kind]
    call(*words, "--out", str(kept))
    result = Evaluation.load(kept)
    low = result.by_field(intervals=kind).set_index("field").loc["iban", "f1_low"]
    assert low != 0.95
    assert call(*words, "--fail-under", f"iban.f1_low>={low - 1e-6:.9f}")[0] == 0
    code, output = call(*words, "--fail-under", f"iban.f1_low>={low + 1e-6:.9f}")
    assert code == 1
    assert f"(is {low:.4f})" in output
    assert f"{low:.3f} –" in output
    answer = json.loads(call(*words, "--json")[1])
    assert {row["field"]: row["f1_low"] for row in answer["fields"]}["iban"] == low
    assert {row["metric"]: row["low"] for row in answer["summary"]}["perfect_documents"] == pytest.approx(
        result.summary(intervals=kind).set_index("metric").loc["perfect_documents", "low"]
    )


def test_there_is_no_other_kind_of_interval(tmp_path: Path) -> None:
    truth = table(tmp_path / "truth.csv")
    code, output = call("evaluate", truth, truth, "--intervals", "normal")
    assert code == 2
    assert "bca" in output


def test_compare_names_the_documents_that_were_fixed_and_broken(tmp_path: Path) -> None:
    truth = table(tmp_path / "truth.csv")
    for name, wrong in (("a", range(20)), ("b", (0, 39))):
        call("evaluate", table(tmp_path / "found.csv", *wrong), truth, "--out", str(tmp_path / f"{name}.zip"))
    words = ["compare", str(tmp_path / "a.zip"), str(tmp_path / "b.zip")]
    lines = call(*words)[1].splitlines()
    assert lines[-2:] == [
        f"19 documents fixed: {', '.join(NAMES[1:11])}, and 9 more (--json names all)",
        "1 documents broken: d39.pdf",
    ]
    assert json.loads(call(*words, "--json")[1])["documents"] == {"fixed": NAMES[1:20], "broken": ["d39.pdf"]}
    assert call("compare", words[1], words[1])[1].splitlines()[-2:] == ["0 documents fixed", "0 documents broken"]


def test_a_run_names_truth_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Rechnung 1 zu zahlen 12,34 EUR", encoding="utf-8")
    truth = tmp_path / "truth.csv"
    truth.write_text("document,paymentDueDate\na.txt,next week\n", encoding="utf-8")
    words = ["run", str(tmp_path / "a.txt"), "--sandbox", "--to", str(tmp_path / "run"), "--truth", str(truth)]
    output = call(*words, "--intervals", "bca")[1]
    assert (
        "Note: 1 value of paymentDueDate in the ground truth cannot be read as date; compared as plain text." in output
    )
    assert "next week" not in output


def test_GT10_a_later_source_of_truth_replaces_what_an_earlier_one_says(tmp_path: Path) -> None:
    found, truth = table(tmp_path / "found.csv"), table(tmp_path / "truth.csv", *range(40))
    first, second = (tmp_path / f"{name}.csv" for name in ("first", "second"))
    first.write_text("document,field,value\nd00.pdf,iban,DE1\nd01.pdf,iban,DE3\n", encoding="utf-8")
    second.write_text("document,field,value\nd01.pdf,iban,DE1\n", encoding="utf-8")
    code, output = call("truth", truth, "--over", str(first), "--over", str(second))
    assert code == 0
    assert "2 values of the ground truth replaced by a later source: first.csv." in output
    assert "1 value of the ground truth replaced by a later source: second.csv." in output
    answer = json.loads(call("evaluate", found, truth, "--over", str(first), "--over", str(second), "--json")[1])
    assert {row["field"]: row["correct"] for row in answer["fields"]}["iban"] == 2


def test_truth_names_the_labels_to_look_at(tmp_path: Path) -> None:
    truth = table(tmp_path / "truth.csv", *range(1, 30))
    code, output = call("truth", truth, "--check")
    assert code == 0
    assert "40 of 40 labels with a value to look at again, the most doubtful first:" in output
    assert "   1  d00.pdf  iban: DE1\n      unread: cannot be read as IBAN. Write it as the service does" in output
    assert "… and 20 more; --json names all." in output
    run = table(tmp_path / "found.csv", 0)
    for path in (Path(truth), Path(run)):
        whole = path.read_text("utf-8").replace("DE1", "DE89370400440532013000")
        path.write_text(whole.replace("DE2", "DE02120300000000202051"), encoding="utf-8")
    answer = json.loads(call("truth", truth, "--json", "--run", run)[1])
    assert {row["check"] for row in answer["check"]} == {"other_document"}
    right = tmp_path / "right.csv"
    right.write_text("document,field,value\na.pdf,iban,DE89370400440532013000\n", encoding="utf-8")
    output = call("truth", str(right), "--check")[1]
    assert "Nothing speaks against any of 1 label with a value." in output
    assert "Note: 1 label of the ground truth could not be looked for on a page" in output
    answer = json.loads(call("truth", str(right), "--check", "--json")[1])
    assert [note["kind"] for note in answer["check_notes"]] == ["labels_not_looked_for"]
    lines = "".join(f"d{at}.pdf,iban,DE1\n" for at in range(21))
    right.write_text(f"document,field,value\n{lines}", encoding="utf-8")
    output = call("truth", str(right), "--check")[1]
    assert "  21  d" in output  # not "and 1 more"
    assert "--json names all" not in output


def test_a_truth_is_paired_with_a_run_when_it_is_checked_in_the_shell(tmp_path: Path) -> None:
    found = tmp_path / "found.csv"
    found.write_text("document,field,value\nsub/a.pdf,iban,DE89370400440532013000\n", encoding="utf-8")
    truth = tmp_path / "truth.csv"
    truth.write_text("document,field,value\na,iban,DE89370400440532013001\n", encoding="utf-8")
    output = call("truth", str(truth), "--check", "--run", str(found))[1]
    assert "Note: 1 document paired though the names differ in the folder and the ending. (a = sub/a.pdf)" in output
    assert "sub/a.pdf  iban: DE89370400440532013001" in output
    assert "the run read 'DE89370400440532013000'" in output


def test_M27_clusters_and_confidence_levels_are_options_of_the_shell(tmp_path: Path) -> None:
    lines = [
        f"{name},{field},{value}"
        for at, name in enumerate(NAMES)
        for field, value in (("iban", "DE1"), ("paymentRecipient", f"S{at % 8}"))
    ]
    truth = tmp_path / "truth.csv"
    truth.write_text("\n".join(["document,field,value", *lines]), encoding="utf-8")
    words = ["evaluate", str(truth), str(truth), "--cluster", "paymentRecipient", "--confidence-level", "0.9"]
    code, output = call(*words, "--out", str(tmp_path / "a.zip"))
    assert code == 0
    assert "90 % interval" in output
    assert "8 clusters by paymentRecipient, 0 with a mistake." in output
    assert "There are few clusters by paymentRecipient" in output
    fields = {row["field"]: row for row in json.loads(call(*words, "--json")[1])["fields"]}
    assert fields["iban"]["f1_low"] == pytest.approx(0.05 ** (1 / 8), abs=1e-6)
    assert call(*words, "--fail-under", "iban.f1_low>=0.7")[0] == 1
    both = ["compare", str(tmp_path / "a.zip"), str(tmp_path / "a.zip"), "--cluster", "paymentRecipient"]
    assert "difference (90 % interval)" in call(*both, "--confidence-level", "0.9")[1]
    assert call(*both[:3], "--cluster", "sender")[0] != 0


def test_M22_remittance_is_an_option_of_the_shell(tmp_path: Path) -> None:
    found, truth = tmp_path / "found.csv", tmp_path / "truth.csv"
    found.write_text("document,field,value\na.pdf,paymentPurpose,ReNr 4711\n", encoding="utf-8")
    truth.write_text("document,field,value\na.pdf,paymentReference,4711\n", encoding="utf-8")
    words = "evaluate", str(found), str(truth)
    code, output = call(*words)
    assert code == 0
    assert "1 label of paymentReference compared with the delivered paymentPurpose" in output
    assert "--remittance strict compares each field with itself." in output
    assert call(*words, "--fail-under", "paymentReference.f1>=1")[0] == 0
    assert call(*words, "--fail-under", "paymentReference.f1>=1", "--remittance", "strict")[0] == 1


def test_documents_are_drawn_to_be_labelled_and_count_by_their_weights(tmp_path: Path) -> None:
    found, truth, chosen = table(tmp_path / "found.csv", 0, 1), table(tmp_path / "truth.csv"), tmp_path / "chosen.csv"
    code, output = call("to-label", found, "--n", "10", "--seed", "3", "--out", str(chosen))
    assert code == 0
    assert output.splitlines()[-1] == f"Written: {chosen}"
    drawn = pd.read_csv(chosen)
    assert len(drawn) == 10
    answer = json.loads(call("to-label", found, "--n", "10", "--seed", "3", "--json")[1])
    assert [row["document"] for row in answer["documents"]] == drawn["document"].tolist()
    some = pd.read_csv(truth)
    some[some["document"].isin(drawn["document"])].to_csv(tmp_path / "some.csv", index=False)
    left = json.loads(call("to-label", found, "--n", "40", "--truth", str(tmp_path / "some.csv"), "--json")[1])
    assert len(left["documents"]) == 30

    drawn.assign(weight=[100.0, *[1.0] * 9]).to_csv(chosen, index=False)
    words = ["evaluate", found, str(tmp_path / "some.csv"), "--weights", str(chosen), "--json"]
    kept = [str(tmp_path / f"{name}.zip") for name in "ab"]
    notes = {note["kind"]: note for note in json.loads(call(*words, "--out", kept[0])[1])["notes"]}
    assert notes["documents_weighted"]["about"] == ["weight"]
    series = drawn.set_index("document")["weight"] * 0 + [100.0, *[1.0] * 9]
    expected = evaluate(pd.read_csv(found), pd.read_csv(tmp_path / "some.csv"), weights=series)
    assert Evaluation.load(kept[0]).by_field().equals(expected.by_field())
    call(*words, "--out", kept[1])
    assert "Scores and intervals weigh" in call("compare", *kept)[1]
    call("evaluate", found, str(tmp_path / "some.csv"), "--out", kept[1])
    with pytest.raises(SettingError, match="Evaluate both runs with the same weights="):
        CliRunner().invoke(app, ["compare", *kept], catch_exceptions=False)


def test_what_are_no_weights_is_refused_in_the_shell(tmp_path: Path) -> None:
    truth = table(tmp_path / "truth.csv")
    for given, error, message in (
        (truth, FileProblem, r"has no weights of documents .* as `gini-notebook to-label --out` writes it"),
        ("wieght", SettingError, "give a column of the documents table"),
    ):
        with pytest.raises(error, match=message):
            CliRunner().invoke(app, ["evaluate", truth, truth, "--weights", given], catch_exceptions=False)


def payments(path: Path, documents: int, **values: str) -> str:
    """Write what was read of so many documents; values by field, with ``{}`` for the number of the document."""
    fields = {"amountToPay": "{}.00:EUR", "iban": "DE89370400440532013000", "paymentRecipient": "Ahornhof GmbH"}
    lines = [
        f"{at}.pdf,{field},{value.format(at)}" for at in range(1, documents + 1) for field, value in fields.items()
    ]
    lines += [f"1.pdf,{field},{value}" for field, value in values.items()]
    path.write_text("\n".join(["document,field,value", *lines]), encoding="utf-8")
    return str(path)


def test_automation_says_how_much_could_be_paid_unseen_or_what_is_missing(tmp_path: Path) -> None:
    run, truth = payments(tmp_path / "run.csv", 300), payments(tmp_path / "truth.csv", 300)
    other = payments(tmp_path / "other.csv", 290, bic="COBADEFFXXX")
    plan = tmp_path / "plan.json"
    code, output = call("automation", run, truth, "--second", other, "--out", str(plan))
    assert code == 0
    assert "300 of 300 documents (100 %) could be paid unseen: those that the rule 'everything read' lets" in output
    assert "The second reader lacks 10 documents" in output
    assert f"Written: {plan}" in output
    assert json.loads(plan.read_text(encoding="utf-8"))["target"] == 0.99
    few = payments(tmp_path / "few.csv", 100)
    code, output = call("automation", few, few, "--cluster", "paymentRecipient", "--target", "0.95")
    assert code == 4
    assert "Add --second runs/other, or --second sandbox." in output
    assert "gini.checks(" not in output
    assert "95 % needs at least 59 issuers that the rule lets through, without a mistake; there are 1." in output
    answer = json.loads(call("automation", run, truth, "--json", "--required", "iban")[1])
    assert {row["status"] for row in answer["plan"]} == {"certified", "too few"}
    assert len(answer["rules_hash"]) == 64


def test_automation_writes_the_report_with_the_plan(tmp_path: Path) -> None:
    run, report, book = payments(tmp_path / "run.csv", 300), tmp_path / "plan.html", tmp_path / "plan.xlsx"
    code, output = call("automation", run, run, "--report", str(report), "--report", str(book), "--language", "de")
    assert code == 0
    assert [f"Written: {path}" in output for path in (report, book)] == [True, True]
    assert "300 von 300 Dokumenten (100 %) wären ungesehen zahlbar: die" in report.read_text(encoding="utf-8")
    assert book.stat().st_size
    comment = tmp_path / "plan.md"
    assert call("automation", run, run, "--report", str(comment))[0] == 0
    assert "300 of 300 documents" in comment.read_text(encoding="utf-8")
    answer = CliRunner().invoke(app, ["automation", run, run, "--report", str(tmp_path / "plan.json")])
    with pytest.raises(SettingError, match=r"A plan is reported in \.html, \.xlsx, \.md, and not as 'plan\.json'"):
        raise answer.exception


def test_automation_takes_a_history_of_payees(tmp_path: Path) -> None:
    run, history = payments(tmp_path / "run.csv", 300), tmp_path / "history.csv"
    history.write_text("iban,paymentRecipient\nDE02120300000000202051,Ahornhof GmbH\n", encoding="utf-8")
    answer = json.loads(call("automation", run, run, "--history", str(history), "--json")[1])
    kept = {row["rule"]: row["kept"] for row in answer["plan"]}
    assert (kept["IBAN valid, no alarm"], kept["everything read"]) == (0, 300)


def test_truth_counts_the_labels_of_line_items_too_and_leaves_a_column_out(tmp_path: Path) -> None:
    truth = tmp_path / "items.csv"
    truth.write_text("Dateiname;Beschreibung;Menge;Gesamtpreis\na.pdf;Kabel;2;3\na.pdf;Dose;;4\n", encoding="utf-8")
    code, output = call("truth", str(truth), "--column", "Gesamtpreis=")
    assert code == 0
    assert "  lineItems.description: 2\n  lineItems.quantity: 1\n" in output
    assert "Gesamtpreis" not in output
    counted = json.loads(call("truth", str(truth), "--json")[1])["fields"]
    assert counted == {"lineItems.description": 2, "lineItems.Gesamtpreis": 2, "lineItems.quantity": 1}
    for wrong in ("Gesamtpreis", "=amountToPay", "="):
        with pytest.raises(SettingError, match=r"Cannot read --column '.*'; write OLD=NEW\."):
            CliRunner().invoke(app, ["truth", str(truth), "--column", wrong], catch_exceptions=False)


def test_the_shell_says_what_a_sample_does_not_speak_of(tmp_path: Path) -> None:
    found = table(tmp_path / "found.csv")
    code, output = call("to-label", found, "--n", "1")
    assert code == 0
    assert "1 document to label, drawn from 40." in output
    assert "Note: 1 document is drawn, fewer than two of each kind" in output
    assert "From 2 on there are two of each. Draw at least so many: to-label --n." in output
    answer = json.loads(call("to-label", found, "--n", "40", "--json")[1])
    assert answer["notes"] == []
