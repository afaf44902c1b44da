"""Truth editing without a browser: verdicts, checks, queues, re-scoring, what others write, and honest numbers."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.rules import get
from gini_notebook.analysis.truth import Edit, Journal, read_truth
from gini_notebook.errors import SettingError, TruthError
from gini_notebook.interactive.explorer import Explorer, explore
from gini_notebook.interactive.explorer.value_check import check_value
from tests.analysis.report.report_samples import IBAN, OTHER_IBAN, PAYLOADS, PDF, Tables, boxed, rows
from tests.interactive.explorer_messages import Browser, content

KEY = ["document", "group", "row", "field"]
EXTRACTIONS = rows(
    ("a.pdf", "", 0, "amountToPay", "12.00:EUR"),
    ("a.pdf", "", 0, "iban", OTHER_IBAN),
    ("b.pdf", "", 0, "amountToPay", "13.00:EUR"),
    ("b.pdf", "", 0, "iban", IBAN),
    ("b.pdf", "lineItems", 0, "baseGross", "10.00:EUR"),
    ("b.pdf", "lineItems", 1, "baseGross", "4.00:EUR"),
    ("c.pdf", "", 0, "amountToPay", "5.00:EUR"),
    ("c.pdf", "", 0, "iban", IBAN),
    ("e.pdf", "", 0, "iban", IBAN),
    ("e.pdf", "", 0, "amountToPay", "8.00:EUR"),
)
TRUTH = rows(
    ("a.pdf", "", 0, "amountToPay", "1200.00:EUR"),
    ("a.pdf", "", 0, "iban", IBAN),
    ("a.pdf", "", 0, "bic", None),
    ("b.pdf", "", 0, "amountToPay", "13.00:EUR"),
    ("b.pdf", "", 0, "iban", IBAN),
    ("b.pdf", "lineItems", 0, "baseGross", "10.00:EUR"),
    ("b.pdf", "lineItems", 1, "baseGross", "3.00:EUR"),
    ("c.pdf", "", 0, "amountToPay", "5.00:EUR"),
    ("c.pdf", "", 0, "iban", None),
    ("d.pdf", "", 0, "amountToPay", "7.00:EUR"),
)
DOCUMENTS = pd.DataFrame(
    {
        "document": ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf"],
        "status": ["completed"] * 3 + ["failed", "completed"],
        "error": [None] * 3 + ["The PDF is damaged.", None],
        "issuer": ["x", "y", "x", "y", "x"],
    }
)


def run() -> Tables:
    return Tables(EXTRACTIONS, DOCUMENTS)


def editor(tmp_path: Path, **options: Any) -> Explorer:
    return explore(evaluate(run(), TRUTH), batch=run(), labels=tmp_path / "labels.jsonl", **options)


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()]


def anew(explorer: Explorer, tmp_path: Path) -> Evaluation:
    """Evaluate with the journal, as somebody would who has never opened the explorer."""
    return evaluate(run(), evaluate(run(), TRUTH).to_truth(tmp_path / "labels.jsonl"))


def same_slots(explorer: Explorer) -> bool:
    """Tell whether the slots in view are those of the evaluation, and all others are unlabelled."""
    result = explorer.result
    slots = explorer._session.subject.slots.set_index(KEY)
    if result is None:
        return bool(slots["outcome"].isin(["unlabelled", "failed"]).all())
    names = ["truth", "extracted", "truth_canonical", "outcome", "cause", "typed", "similarity", "alternatives"]
    whole = result.comparisons.set_index(KEY)
    others = slots[~slots.index.isin(whole.index)]
    pd.testing.assert_frame_equal(slots.loc[whole.index, names], whole[names], check_dtype=False)
    return bool(others["outcome"].isin(["unlabelled", "failed"]).all())


# Verdicts


@pytest.mark.parametrize(
    ("at", "verdict", "value", "written", "outcome", "state"),
    [
        (("a.pdf", "amountToPay"), "value", "12,00", ("value", "12.00:EUR"), "correct", "changed"),
        (("a.pdf", "amountToPay"), "right", None, ("value", "1200.00:EUR"), "wrong", "checked"),
        (("a.pdf", "iban"), "both", None, ("value", OTHER_IBAN), "correct", "both"),
        (("a.pdf", "iban"), "unclear", None, ("unclear", None), "ignored", "unclear"),
        (("a.pdf", "amountToPay"), "empty", None, ("empty", None), "spurious", "nothing there"),
        (("a.pdf", "amountToPay"), "unlabelled", None, ("unlabelled", None), "ignored", "unlabelled"),
        (("a.pdf", "amountToPay"), "flag", None, ("value", "1200.00:EUR"), "wrong", "flagged"),
        (("e.pdf", "amountToPay"), "value", "8", ("value", "8.00:EUR"), "correct", "changed"),
        (("e.pdf", "bic"), "empty", None, ("empty", None), "absent", "nothing there"),
    ],
)
def test_a_verdict_is_one_line_and_compares_the_document_anew(
    tmp_path: Path, at: tuple[str, str], verdict: str, value: str, written: tuple[str, str], outcome: str, state: str
) -> None:
    explorer = editor(tmp_path, show="all")
    explorer.go(at)
    before = explorer.selected["truth"].iloc[0]
    explorer.label(verdict, value, note="seen")
    [line] = lines(tmp_path)
    assert (line["document"], line["field"], line["state"], line.get("value")) == (*at, *written)
    assert line["note"] == "seen"
    if verdict != "both" and not pd.isna(before):
        assert (line["was_state"], line["was"]) == ("value", before)
    assert explorer.selected["outcome"].tolist() == [outcome]
    assert explorer._session.columns.label("decided", explorer._session.row) == state
    assert explorer._session.columns.label("outcome", explorer._session.row) == outcome
    assert same_slots(explorer)
    assert explorer.result == anew(explorer, tmp_path)
    # What was given stays as it was, and so does the truth that was read.
    assert evaluate(run(), TRUTH) == evaluate(run(), TRUTH)
    explorer.undo()
    assert same_slots(explorer)
    assert explorer.result == anew(explorer, tmp_path)


@pytest.mark.parametrize(
    ("at", "verdict", "value", "message"),
    [
        (("e.pdf", "iban"), "right", None, "Nothing is labelled here that could be right"),
        (("a.pdf", "iban"), "value", "  ", "There is no value"),
        (("d.pdf", "amountToPay"), "both", None, "Nothing was read here"),
        (("e.pdf", "iban"), "both", None, "Nothing is labelled here, so there are no two values"),
        (("b.pdf", "iban"), "both", None, "What was read is right by this label already"),
        (("a.pdf", "iban"), "perhaps", None, "There is no verdict 'perhaps'"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, at: tuple[str, str], verdict: str, value: str, message: str
) -> None:
    explorer = editor(tmp_path, show="all")
    explorer.go(at)
    with pytest.raises(SettingError, match=message):
        explorer.label(verdict, value)
    assert not (tmp_path / "labels.jsonl").exists()


@pytest.mark.parametrize("verdict", ["unclear", "unlabelled"])
def test_what_was_decided_is_a_row_again_when_the_editor_is_opened_anew(tmp_path: Path, verdict: str) -> None:
    read = Tables(
        rows(("a.pdf", "", 0, "iban", IBAN)),
        pd.DataFrame({"document": ["a.pdf", "d.pdf"], "status": ["completed", "failed"]}),
    )
    truth = rows(("a.pdf", "", 0, "iban", IBAN), ("d.pdf", "", 0, "iban", IBAN), ("d.pdf", "", 0, "bic", "BYLADEM1001"))
    labels = tmp_path / "labels.jsonl"
    first = explore(read, truth, labels=labels, show="all")
    for field in ("iban", "bic"):
        first.go(("d.pdf", field))
        first.label(verdict, note="smudged")
        again = explore(read, truth, labels=labels, show="all")
        assert (
            again.rows[["document", "field", "outcome"]].sort_values("field").to_numpy().tolist()
            == first.rows[["document", "field", "outcome"]].sort_values("field").to_numpy().tolist()
        )
        again.go(("d.pdf", field))
        assert again._session.columns.label("decided", again._session.row) == verdict
        again.label("value", IBAN)
        again.undo()
    assert again.result == first.result


def test_a_value_of_a_row_that_pairs_otherwise_makes_the_list_anew(tmp_path: Path) -> None:
    explorer = editor(tmp_path, show="all")
    explorer.go(("b.pdf", "lineItems.baseGross", 1))
    browser = Browser(explorer)
    # The second row that was read has no label to stand against any more, and becomes a row of its own.
    explorer.label("empty")
    assert same_slots(explorer)
    assert [message["event"] for message, _ in browser.messages if message["event"] in ("head", "changed")]
    assert explorer.result == anew(explorer, tmp_path)


def decided(explorer: Explorer) -> dict[object, str]:
    labelling = explorer._session.labelling
    return {labelling.slot(row): state for row, state in enumerate(labelling.states()) if state}


VERDICTS = st.sampled_from(["right", "both", "unclear", "empty", "unlabelled", "flag", "undo", "redo", "8,00", IBAN])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 30), VERDICTS), max_size=6))
@example([(10, "unclear")])
@example([(11, "8,00"), (9, "flag"), (9, "empty"), (11, "unlabelled"), (8, "undo")])
def test_whatever_is_decided_the_result_is_that_of_evaluating_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    explorer = editor(folder, show="all")
    for place, verdict in steps:
        explorer.go(place)
        if verdict in ("undo", "redo"):
            call = getattr(explorer, verdict)
        elif verdict[0].isdigit() or verdict == IBAN:
            call = lambda verdict=verdict: explorer.label("value", verdict)  # noqa: E731
        else:
            call = lambda verdict=verdict: explorer.label(verdict)  # noqa: E731
        try:
            call()
        except SettingError:
            continue
        assert same_slots(explorer)
    if (folder / "labels.jsonl").exists():
        assert explorer.result == anew(explorer, folder)
        # Who opens it again goes on with the same state.
        again = editor(folder, show="all")
        assert again.result == explorer.result
        # What nobody could tell, of a document that was not read, is no comparison, and so no row of another session.
        labelling = again._session.labelling
        shown = {labelling.slot(row) for row in range(len(labelling.states()))}
        assert decided(again) == {slot: state for slot, state in decided(explorer).items() if slot in shown}


OPTIONS = [
    {"wrong": "fp", "required": ["iban"], "fields": ["iban", "amountToPay"]},
    {"rules": {"amountToPay": get("amount", tolerance=2)}, "currency_default": "EUR", "seed": 3},
    {"cluster": "issuer", "weights": pd.Series({name: 2.0 + at for at, name in enumerate("abcde")}, name="w")},
    {"key": ["baseGross"], "remittance": "strict"},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_the_settings_of_the_evaluation_stay(tmp_path: Path, options: dict[str, Any]) -> None:
    if "weights" in options:
        options = options | {"weights": options["weights"].rename(lambda name: f"{name}.pdf")}
    result = evaluate(run(), TRUTH, **options)
    explorer = explore(result, batch=run(), labels=tmp_path / "labels.jsonl", show="all")
    explorer.go(("a.pdf", "amountToPay"))
    explorer.label("value", "12,01")
    assert same_slots(explorer)
    assert explorer.result == evaluate(run(), result.to_truth(tmp_path / "labels.jsonl"), **options)


def test_a_truth_that_was_read_with_its_journal_is_edited_further(tmp_path: Path) -> None:
    explorer = editor(tmp_path)
    explorer.label("value", "12,00")
    explorer.go(("a.pdf", "iban"))
    explorer.label("unlabelled")
    TRUTH.to_csv(tmp_path / "truth.csv", index=False)
    truth = read_truth([evaluate(run(), TRUTH).to_truth(), tmp_path / "labels.jsonl"])
    again = explore(evaluate(run(), truth), batch=run(), labels=tmp_path / "labels.jsonl")
    assert same_slots(again)
    again.undo()
    again.undo()
    assert again.result.comparisons.equals(evaluate(run(), TRUTH).comparisons)
    with pytest.raises(SettingError, match="There is nothing to take back"):
        again.undo()
    again.redo()
    again.redo()
    with pytest.raises(SettingError, match="There is nothing to bring back"):
        again.redo()
    assert again.result.comparisons.equals(explorer.result.comparisons)


def test_labels_can_begin_from_nothing(tmp_path: Path) -> None:
    explorer = explore(run(), labels=tmp_path / "labels.jsonl")
    assert explorer.result is None
    assert explorer._session.queue_name == "unlabelled"
    with pytest.raises(SettingError, match="There are no labels to write"):
        explorer.export(tmp_path / "truth.csv")
    explorer.label("value", "12,00")
    assert explorer.result.comparisons["outcome"].tolist() == ["correct", "ignored"]
    assert same_slots(explorer)
    explorer.undo()
    assert explorer.result is None
    assert same_slots(explorer)
    explorer.redo()
    path = explorer.export(tmp_path / "truth.csv")
    assert read_truth(path)["value"].tolist() == ["12.00:EUR"]


# The file


def test_a_message_that_comes_twice_is_written_once(tmp_path: Path) -> None:
    explorer = editor(tmp_path)
    browser = Browser(explorer)
    message = {"row": explorer._session.row, "verdict": "value", "value": "12", "token": "one", "via": "word"}
    first = browser.ask("label", **message, boxes=[[1, 2, 3, 4, 5], "no box", [1, "x", 3, 4, 5]])
    assert browser.ask("label", **message) == first
    assert browser.ask("undo", token="two") == browser.ask("undo", token="two")
    assert browser.ask("redo", token="three")["row"] == explorer._session.row
    assert [line.get("undoes", "") != "" for line in lines(tmp_path)] == [False, True, True]
    assert (lines(tmp_path)[0]["via"], lines(tmp_path)[0]["boxes"]) == ("word", [[1, 2, 3, 4, 5]])
    assert oct((tmp_path / "labels.jsonl").stat().st_mode & 0o777) == "0o600" or os.name == "nt"


def test_nobody_is_overwritten_and_what_others_decide_is_seen(tmp_path: Path) -> None:
    explorer = editor(tmp_path, show="all")
    other = Journal(tmp_path / "labels.jsonl", by="the other one")
    other.append(Edit(document="a.pdf", field="iban", state="value", value=OTHER_IBAN))
    other.append(Edit(document="c.pdf", field="iban", state="value", value=IBAN))
    explorer.go(("a.pdf", "iban"))
    with pytest.raises(SettingError, match=rf"Another labeller \(the other one\) decided at ..:.. UTC: {OTHER_IBAN}"):
        explorer.label("unclear")
    # Both decisions of the other are in view, and now the same verdict can be given.
    assert explorer.selected["outcome"].tolist() == ["correct"]
    assert same_slots(explorer)
    explorer.label("unclear")
    assert explorer.selected["outcome"].tolist() == ["ignored"]
    assert len(lines(tmp_path)) == 3
    # Who edits takes back what is theirs.
    explorer.undo()
    with pytest.raises(SettingError, match="There is nothing to take back"):
        explorer.undo()


def test_a_torn_line_and_a_full_disk_lose_nothing_that_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer = editor(tmp_path)
    explorer.label("value", "12,00")
    with (tmp_path / "labels.jsonl").open("ab") as file:
        file.write(b'{"at": "2026-01-01T00:00:00Z", "docu')
    again = editor(tmp_path, show="all")
    again.go(("a.pdf", "amountToPay"))
    assert again.selected["outcome"].tolist() == ["correct"]
    again.go(("a.pdf", "iban"))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(SettingError, match=r"labels\.jsonl cannot be written: No space left on device"):
            again.label("unclear")
    assert again.selected["outcome"].tolist() == ["wrong"]
    again.label("unclear")
    assert again.result.comparisons.equals(anew(again, tmp_path).comparisons)


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"iban": "x"}\n', encoding="utf-8")
    with pytest.raises(TruthError, match="is no edit of a label"):
        editor(tmp_path)


# Checks


@pytest.mark.parametrize(
    ("rule", "text", "value", "problems"),
    [
        ("amount", "1.234,56", "1234.56:EUR", ()),
        ("amount", "1234.56:USD", "1234.56:USD", ()),
        ("amount", "CHF 1'234.50", "1234.50:CHF", ()),
        ("amount", "1.234", "1234.00:EUR", ("could also be 1.23:EUR",)),
        ("amount", "zwölf", "zwölf", ("cannot be read as amount",)),
        ("amount", "12:EURO?", "12:EURO?", ("cannot be read as amount",)),
        ("numeric", "1.234,5", "1234.5", ()),
        ("date", "11. April 2025", "2025-04-11", ()),
        ("date", "04/11/2025", "2025-11-04", ("could also be 2025-04-11",)),
        ("iban", "de89 3704 0044 0532 0130 00", IBAN, ()),
        ("iban", "DE88370400440532013000", "DE88370400440532013000", ("has check digits that do not match",)),
        ("iban", "DE8937040044", "DE8937040044", ("has 12 characters, which no IBAN of DE has",)),
        ("bic", "cobadeff", "COBADEFFXXX", ()),
        ("text", "  Order   1 ", "Order 1", ()),
        ("amount", "", "", ()),
    ],
)
def test_a_text_is_read_as_people_write_it(rule: str, text: str, value: str, problems: tuple[str, ...]) -> None:
    checked = check_value(get(rule), text)
    assert (checked.value, checked.problems) == (value, problems)


def test_an_amount_takes_the_currency_beside_it_and_ones_own_rule_reads_alone() -> None:
    assert check_value(get("amount"), "12", "9.00:CHF").value == "12.00:CHF"
    assert check_value(get("amount"), "12", "9.00:E7R").value == "12.00:EUR"
    assert check_value(get("amount", currency_default="USD"), "12", "9.00:CHF").value == "12.00:USD"
    assert check_value(get("amount", locale="en"), "1,234").value == "1234.00:EUR"
    assert check_value(get("text", custom=str.upper), " a  b ").value == "a b"


def test_what_is_odd_is_asked_once_more_and_kept_as_odd(tmp_path: Path) -> None:
    explorer = editor(tmp_path, show="all")
    explorer.go(("a.pdf", "iban"))
    browser = Browser(explorer)
    decision = {"row": explorer._session.row, "verdict": "value", "value": "DE88370400440532013000", "token": "1"}
    assert browser.ask("label", **decision)["odd"] == ["has check digits that do not match"]
    assert not (tmp_path / "labels.jsonl").exists()
    assert "saved" in browser.ask("label", **decision, odd=True)
    assert lines(tmp_path)[0]["note"] == "odd: has check digits that do not match"
    explorer.queue("odd")
    assert explorer.rows["document"].tolist() == ["a.pdf"]


def test_the_live_check_says_what_would_be_kept(tmp_path: Path, invoices: Path) -> None:
    truth = read_truth(invoices / "truth.csv")
    iban = str(truth.loc[(truth["document"] == PDF) & (truth["field"] == "iban"), "value"].iloc[0])
    tables = Tables(rows((PDF, "", 0, "iban", iban)), DOCUMENTS.assign(document=[PDF, *"bcde"]))
    tables.documents = tables.documents.iloc[:1]
    result = evaluate(tables, rows((PDF, "", 0, "iban", OTHER_IBAN)))
    explorer = explore(result, batch=tables, documents=invoices, labels=tmp_path / "labels.jsonl")
    browser = Browser(explorer)
    told = browser.ask("check", row=0, text=f"{iban[:4]} {iban[4:]}")
    assert told == {
        "event": "answer", "id": "check-1", "row": 0, "value": iban, "problems": [], "others": [], "equal": True,
        "stands": "stands on page 1, once",
    }  # fmt: skip
    assert browser.ask("check", row=0, text=OTHER_IBAN)["stands"].startswith("stands nowhere")
    words = browser.ask("words", row=0, number=1)
    [(_, [packed])] = [one for one in browser.messages if one[0].get("texts") and one[0]["event"] == "answer"]
    assert len(packed) == 16 * len(words["texts"]) > 0
    assert browser.ask("words", row=0, number=7)["texts"] == []
    assert browser.ask("slot", row=0)["labels"] == [[0, "value", OTHER_IBAN]]
    assert browser.ask("slot", row=0)["read"] == iban
    # Places are looked for anew once the truth is another one.
    explorer.label("value", iban)
    assert explorer.selected["on_page"].tolist() == ["once"]
    assert explorer.places["page"].tolist() == [1]


# Queues, blind, honest numbers


def test_queues_list_what_there_is_to_decide(tmp_path: Path) -> None:
    explorer = editor(tmp_path)
    assert explorer._session.queue_name == "mistakes"
    assert explorer.rows["outcome"].isin(["wrong", "missing", "spurious"]).all()
    before = len(explorer.rows)
    explorer.label("value", "12,00")
    # What was decided stays in its queue.
    assert len(explorer.rows) == before
    explorer.queue("audit")
    assert explorer.rows["outcome"].tolist().count("correct") == 2
    assert editor(tmp_path, show="audit").rows.index.tolist() == explorer.rows.index.tolist()
    explorer.queue("unlabelled")
    assert explorer.rows[["document", "field"]].to_numpy().tolist() == [
        ["e.pdf", "amountToPay"], ["e.pdf", "bic"], ["e.pdf", "iban"],
    ]  # fmt: skip
    explorer.label("flag", note="stamp over it")
    explorer.queue("flagged")
    assert explorer.rows["field"].tolist() == ["amountToPay"]
    explorer.queue("recent")
    assert explorer.rows["document"].tolist() == ["e.pdf", "a.pdf"]
    assert "show='recent'" in explorer.code()
    assert "labels=" in explorer.code()
    explorer.choose(state="flagged")
    assert explorer.rows["document"].tolist() == ["e.pdf"]
    explorer.queue("")
    assert len(explorer.rows) == len(explorer._session.subject.slots)
    with pytest.raises(SettingError, match="There is no queue 'best'; with labels= there are mistakes, unlabelled"):
        explorer.queue("best")


def test_an_audit_without_mistakes_still_looks_at_something(tmp_path: Path) -> None:
    table = rows(*((name, "", 0, "iban", IBAN) for name in "abcdef"))
    explorer = explore(table, table, labels=tmp_path / "labels.jsonl", show="audit")
    assert len(explorer.rows) == 1
    explorer.queue("odd")
    assert set(explorer.rows.columns) >= set(KEY)


def test_the_browser_is_told_of_queues_and_changes(tmp_path: Path) -> None:
    explorer = editor(tmp_path)
    browser = Browser(explorer)
    explorer._receive(None, {"ask": "hello", "id": "1"}, [])
    events = [message["event"] for message, _ in browser.messages]
    assert events == ["head", "rows", "queue"]
    assert browser.messages[0][0]["settings"]["labels"] is True
    assert (browser.messages[2][0]["name"], browser.messages[2][0]["blind"]) == ("mistakes", False)
    explorer._receive(None, {"ask": "queue", "id": "2", "name": "unlabelled"}, [])
    assert (browser.messages[3][0]["name"], browser.messages[3][0]["blind"]) == ("unlabelled", True)
    explorer._receive(None, {"ask": "queue", "id": "3", "name": ""}, [])
    assert browser.messages[5][1] == []
    row = explorer._session.labelling.row(("a.pdf", "", 0, "amountToPay"))
    answer = Browser(explorer)
    told = answer.ask("label", row=row, verdict="value", value="12", token="t")
    [changed] = [message for message, _ in answer.messages if message["event"] == "changed"]
    at = changed["rows"].index(row)
    assert (changed["labels"]["outcome"][at], changed["labels"]["decided"][at]) == ("correct", "changed")
    assert (changed["texts"]["truth"][at], changed["anew"]) == ("12.00:EUR", True)
    assert told["told"].startswith("truth changed in 1 place; after seeing the results: 1 of 6 mistakes and 0 of 4")
    for message in ({"ask": "label", "row": 999}, {"ask": "check", "row": 0}, {"ask": "queue", "name": "x"}):
        before = len(answer.messages)
        explorer._receive(None, message, [])
        assert len(answer.messages) == before


def test_who_labels_blindly_does_not_see_what_was_read(tmp_path: Path) -> None:
    explorer = editor(tmp_path, show="unlabelled")
    browser = Browser(explorer)
    row = explorer._session.row
    sent = browser.ask("slot", row=row)
    assert (sent["read"], sent["boxes"], sent["content"]["candidates"]) == (None, [], [])
    assert sent["content"]["values"] == [["Truth", [], ""]]
    assert sent["content"]["facts"] == []
    assert browser.ask("check", row=row, text="8,00")["equal"] is False
    explorer.label("value", "8,00")
    assert "saw_reading" not in lines(tmp_path)[0]
    assert browser.ask("slot", row=row)["read"] == "8.00:EUR"
    assert explorer._session.labelling.told().startswith("truth changed in 1 place; F1 ")
    assert editor(tmp_path, show="unlabelled", blind=False)._session.hides(row) is False
    assert editor(tmp_path, show="mistakes", blind=True)._session.hides(0) is True


def test_the_score_that_is_told_is_that_of_the_result(tmp_path: Path) -> None:
    explorer = editor(tmp_path)
    explorer.label("value", "12,00")
    explorer.go(("b.pdf", "iban"))
    explorer.label("right")
    told = explorer._session.labelling.told()
    scores = [
        one.summary().set_index("metric")["value"]["micro_f1"] for one in (evaluate(run(), TRUTH), explorer.result)
    ]
    assert told == (
        "truth changed in 1 place; after seeing the results: 1 of 6 mistakes and 1 of 4 correct ones looked at again; "
        f"F1 {scores[0]:.3f} → {scores[1]:.3f}"
    )
    weighted = evaluate(run(), TRUTH, weights=pd.Series(dict.fromkeys(DOCUMENTS["document"], 2.0) | {"a.pdf": 1.0}))
    other = explore(weighted, batch=run(), labels=tmp_path / "labels.jsonl")
    assert other._session.labelling.told().endswith("scores are weighted: see explorer.result")


def test_two_runs_are_compared_on_one_truth_only(tmp_path: Path) -> None:
    explorer = editor(tmp_path)
    explorer.label("value", "12,00")
    given = evaluate(run(), TRUTH)
    assert explorer.result.provenance["truth_hash"] != given.provenance["truth_hash"]
    assert explorer.result.to_truth().digest != given.to_truth().digest


# Doors and secrets


def test_what_cannot_be_edited_is_refused(tmp_path: Path) -> None:
    result = evaluate(run(), TRUTH)
    for what in (result, compare(result, result)):
        with pytest.raises(SettingError, match=r"labels= edits the truth of one run.*explore\(result, batch=batch"):
            explore(what, labels=tmp_path / "labels.jsonl")
    own = evaluate(run(), TRUTH, rules={"iban": str.upper})
    with pytest.raises(SettingError, match=r"iban was compared by the function 'str\.upper', which"):
        explore(own, batch=run(), labels=tmp_path / "labels.jsonl")
    plain = explore(result)
    for call in (lambda: plain.label("right"), plain.undo, plain.redo):
        with pytest.raises(SettingError, match="No truth is edited here; give labels="):
            call()
    with pytest.raises(SettingError, match="There is no queue 'audit'"):
        plain.queue("audit")
    with pytest.raises(SettingError, match="show is 'audit'; choose one of all, mistakes"):
        explore(result, show="audit")
    with pytest.raises(SettingError, match="There are no labels to write"):
        plain.export(tmp_path / "truth.csv")
    nothing = editor(tmp_path, show="flagged")
    with pytest.raises(SettingError, match="No slot is in view, so there is nothing to decide about"):
        nothing.label("right")


def test_T53_behind_the_mask_nothing_of_the_editor_tells_a_value(tmp_path: Path, invoices: Path) -> None:
    result = boxed()
    tables = SimpleNamespace(extractions=rows((PDF, "", 0, "iban", OTHER_IBAN)), documents=None, candidates=None)
    explorer = explore(result, batch=tables, documents=invoices, labels=tmp_path / "labels.jsonl", mask=True)
    browser = Browser(explorer)
    sent = browser.ask("slot", row=0)
    assert "labels" not in sent
    assert "read" not in sent
    explorer._receive(None, {"ask": "words", "id": "w", "row": 0, "number": 1}, [])
    browser.ask("label", row=0, verdict="value", value=OTHER_IBAN, token="1")
    assert "saw_reading" not in lines(tmp_path)[0]
    assert [value for value in (IBAN, OTHER_IBAN) if value in browser.all_sent()] == []


def test_T32_hostile_labels_stay_text(tmp_path: Path) -> None:
    explorer = editor(tmp_path, show="all")
    explorer.go(("e.pdf", "iban"))
    for payload in PAYLOADS:
        explorer.label("value", payload, note=payload)
        assert lines(tmp_path)[-1]["note"] == payload
        assert explorer.selected["outcome"].tolist() == ["wrong"]
    assert content(explorer)["document"] == "e.pdf"
    assert len(lines(tmp_path)) == len(PAYLOADS)
