"""What a report says of a plan of automation and of a history that are handed to it, in HTML and in the workbook."""

import io
import json
import re
from typing import Any

import openpyxl
import pandas as pd
import pytest
from lxml import html as lxml_html

from gini_notebook._german import breaks_in_german
from gini_notebook.analysis.automation import RULES, Automation, AutomationRule, automation, check_values
from gini_notebook.analysis.automation.sequence import STATUSES
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.history import History
from gini_notebook.analysis.history.runs import _BREAKS, history_of
from gini_notebook.analysis.report import render_report
from gini_notebook.analysis.report.trend import MOST_RUNS
from gini_notebook.analysis.report.words import PAIRS
from gini_notebook.errors import SettingError
from tests.analysis.automation.automation_samples import REQUIRED, sample
from tests.analysis.plots.plot_samples import past, run

SIMPLE = (AutomationRule("readers agree", passes=("readers_agree",)), AutomationRule("everything read"))
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")


def planned(documents: int, *, by: str | None = None, cluster: Any = None, **how: Any) -> tuple[Evaluation, Automation]:
    result, checks = sample(documents, **how)
    return result, automation(result, checks, required=REQUIRED, rules=SIMPLE, by=by, cluster=cluster)


def page(result: Evaluation, **options: Any) -> Any:
    return lxml_html.document_fromstring(render_report(result, ".html", **options).decode())


def section(tree: Any, key: str) -> Any:
    return tree.get_element_by_id(key).getparent()


def cells(table: Any) -> pd.DataFrame:
    heads = [head.text_content().strip() for head in table.findall("thead/tr/th")]
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in table.findall("tbody/tr")]
    return pd.DataFrame(rows, columns=heads)


@pytest.fixture(scope="module")
def two_slices() -> tuple[Evaluation, Automation]:
    sources = ["NATIVE"] * 400 + ["SCANNED"] * 40
    return planned(440, sources=sources, disagreeing=range(50), wrong=range(400, 420), by="source_classification")


def test_a_plan_stands_between_confidence_and_the_run_with_a_table_per_slice(
    two_slices: tuple[Evaluation, Automation],
) -> None:
    result, plan = two_slices
    tree = page(result, automation=plan)
    keys = [heading.get("id") for heading in tree.iter("h2") if heading.get("id") != "notes"]
    assert keys.index("fields") < keys.index("automation") < keys.index("numbers")
    shown = section(tree, "automation")
    assert [title.text_content() for title in shown.iter("h3")] == [
        "All documents",
        "Documents with a text layer",
        "Scans",
    ]
    native, scanned = map(cells, shown.iterfind(".//table[@class='plain planned']"))
    found = plan.table()
    assert native["Rule"].tolist() == [rule.name for rule in SIMPLE]
    assert native["Let through"].str.startswith(("350 of 400", "400 of 400")).all()
    assert native["Wrong"].tolist() == ["0 of 350 (0.0 %)", "0 of 400 (0.0 %)"]
    assert native["At most"].tolist() == [f"{100 * high:.1f} %" for high in found["error_high"][:2]]
    assert native["Target"].tolist() == ["shown", "shown"]
    assert native["Turn"].tolist() == ["1", "2"]
    assert scanned["Target"].tolist() == ["20 wrong: fails", "20 wrong: fails"]
    assert scanned["Why"].tolist() == found["reason"].tolist()[2:]
    assert len(shown.findall(".//svg")) == len(found)


def answered(tree: Any) -> list[dict[str, str]]:
    """Return questions and answers, table by table."""
    tables = map(cells, section(tree, "automation").iterfind(".//table[@class='plain answers']"))
    return [dict(zip(*(table.iloc[:, place] for place in (0, 1)), strict=True)) for table in tables]


def test_four_questions_are_answered_in_both_languages(two_slices: tuple[Evaluation, Automation]) -> None:
    result, plan = two_slices
    english, german = (answered(page(result, automation=plan, language=of)) for of in ("en", "de"))
    for told, language in ((english, "en"), (german, "de")):
        found = plan.answers(language=language)
        for table, name in zip(told, (None, "NATIVE", "SCANNED"), strict=True):
            of = found[found["slice"].isna() if name is None else found["slice"] == name]
            expected = of[of["about"] != "asked"].set_index("question")["answer"].to_dict()
            assert table == expected
    whole, native, scanned = english
    assert whole["How many could be paid unseen?"].startswith(
        "400 of 440 documents (90.9 %): a rule is shown for 1 of 2 kinds"
    )
    assert native["How many could be paid unseen?"].startswith("400 of 400 documents (100 %)")
    assert "Wrong: 0 (0 %), at most 0.746 % with 95 % confidence" in native["How sure is that?"]
    assert native["What to do next?"].startswith("Keep the plan with its rules, and look at a random sample")
    assert scanned["How many could be paid unseen?"].startswith("None yet: no rule is shown to have 99 % right.")
    assert "20 of 40 wrong, 1 % allowed: as it is, it fails as soon as 299 documents" in scanned["How sure is that?"]
    assert whole["What to do next?"].startswith(
        "Begin with the kind that has most to gain: scans, where 40 of 40 documents"
    )
    assert "New issuers: no statement" in whole["For whom not?"]
    assert "Neue Absender: keine Aussage" in german[0]["Für wen nicht?"]
    assert list(native)[-1] == "What to do next?"


def test_a_plan_that_is_not_parted_has_one_table_of_answers() -> None:
    result, plan = planned(400, disagreeing=range(50), wrong=[3])
    (told,) = answered(page(result, automation=plan))
    assert list(told) == [
        *("How many could be paid unseen?", "Which rule is that?", "How sure is that?"),
        *(
            "In which order are the rules tested?",
            "For whom not?",
            "Which mistakes?",
            "How much money?",
            "What to do next?",
        ),
    ]


def test_the_sum_of_wrong_amounts_stands_only_where_values_do() -> None:
    found = pd.DataFrame({"document": [f"{at}.pdf" for at in range(40)], "field": "amountToPay", "value": "10.00:EUR"})
    truth = found.assign(value=["10.00:EUR"] * 39 + ["99.00:EUR"])
    result = evaluate(found, truth)
    plan = automation(result, check_values(found), required=["amountToPay"])
    said = "1 wrong amount: nothing too much and 89.00 EUR too little, in 39.pdf."
    assert said in page(result, automation=plan).text_content()
    assert said not in page(result, automation=plan, values="masked").text_content()
    for values, there in (("full", True), ("masked", False)):
        told = json.loads(render_report(result, ".json", automation=plan, values=values))["automation"]["answers"]
        assert any(said in one["answer"] for one in told) == there
    comment = render_report(result, ".md", automation=plan).decode()
    assert "How many could be paid unseen?" in comment
    assert "89.00 EUR too little" not in comment
    assert "How much money?** Sums are made of values of documents, which are left out here" in comment
    assert "Sums are made of values" in page(result, automation=plan, values="masked").text_content()
    assert "Which mistakes?" in comment


def test_mistakes_are_listed_with_the_rule_and_what_would_go_to_somebody_else() -> None:
    result, plan = planned(400, disagreeing=range(50), wrong=[3, 60])
    tree = page(result, automation=plan)
    (listed,) = [
        details for details in tree.iter("details") if details.findtext("summary", "").startswith("Mistakes that some")
    ]
    table = cells(listed.find(".//table"))
    assert table.to_numpy().tolist() == [
        ["0003.pdf", "paymentRecipient", "everything read"],
        ["0060.pdf", "paymentRecipient", "readers agree"],
    ]
    (told,) = answered(tree)
    assert told["Which mistakes?"].startswith(
        "2 mistakes that some rule lets through; let through by: 'readers agree' 1; 'everything read' 2."
    )
    # The amounts that were read are 4.00 and 61.00.
    assert told["How much money?"].startswith("In 2 documents account or payee is wrong: all of 65.00 EUR")
    assert "| 0060.pdf | paymentRecipient | readers agree |" in render_report(result, ".md", automation=plan).decode()
    many, of_many = planned(100, disagreeing=[99], wrong=range(60))
    assert (
        "The first 40, highest amounts first; plan.mistakes() has all." in page(many, automation=of_many).text_content()
    )


def test_amounts_are_told_by_currency() -> None:
    read = ["10.00:EUR", "20.00:USD", "30.00:EUR", *["1.00:EUR"] * 37]
    found = pd.DataFrame({"document": [f"{at}.pdf" for at in range(40)], "field": "amountToPay", "value": read})
    truth = found.assign(value=["9.00:EUR", "25.00:USD", "90.00:EUR", *["1.00:EUR"] * 37])
    plan = automation(evaluate(found, truth), check_values(found), required=["amountToPay"], rules=SIMPLE[1:])
    answers = plan.answers().set_index("about")["answer"]
    assert answers["amounts"].startswith(
        "2 wrong amounts: 1.00 EUR too much and 60.00 EUR too little in all, the largest in 2.pdf (-60.00 EUR). "
        "1 wrong amount: nothing too much and 5.00 USD too little, in 1.pdf."
    )


def test_the_headline_points_to_the_plan(two_slices: tuple[Evaluation, Automation]) -> None:
    result, plan = two_slices
    said = "400 of all 440 documents could be paid unseen: see “Which documents could be paid unseen”."
    for form in (".html", ".md", ".json"):
        assert said in json.dumps(render_report(result, form, automation=plan).decode(), ensure_ascii=False)
        assert said not in render_report(result, form).decode()
    few, of_few = planned(100, disagreeing=[1])
    text = page(few, automation=of_few, language="de").text_content()
    assert "Dass eines ungesehen zahlbar wäre, ist noch nicht belegt: siehe" in text


def test_nothing_english_is_left_in_the_german_section(two_slices: tuple[Evaluation, Automation]) -> None:
    result, plan = two_slices
    text = section(page(result, automation=plan, language="de"), "automation").text_content()
    assert re.findall(r"\b(?:the|with|of|documents|needs|shown|kept|wrong)\b", text) == []


def test_the_glyph_places_share_bound_and_target_on_one_scale() -> None:
    result, plan = planned(600, disagreeing=range(100), wrong=range(20))
    shown = section(page(result, automation=plan), "automation")
    end = max(plan.table()["error_high"].max(), 2 * (1 - plan.target))
    for glyph, row in zip(shown.iterfind(".//svg"), plan.table().to_dict("records"), strict=True):
        assert float(glyph.find("circle").get("cx")) == pytest.approx(2 + 100 * row["error_rate"] / end, abs=0.06)
        band = glyph.find("rect")
        right = float(band.get("x")) + float(band.get("width"))
        assert right == pytest.approx(2 + 100 * row["error_high"] / end, abs=0.11)
        assert ("hollow" in glyph.get("class")) == (row["status"] != "certified")
    assert f"0 … {100 * end:.1f}\u202f%" in shown.text_content()


def test_a_bound_by_issuer_that_is_on_the_line_has_a_cross() -> None:
    issuers = [f"Issuer {at} GmbH" for at in range(400)]
    result, plan = planned(400, issuers=issuers, disagreeing=[0], cluster="paymentRecipient")
    shown = section(page(result, automation=plan), "automation")
    assert len(shown.findall(".//path[@class='issuer']")) == len(plan.table())
    assert "for documents of new issuers, too" in shown.text_content()


def test_a_bound_by_issuer_beyond_the_line_is_an_arrow_and_the_key_stands_at_the_table(
    two_slices: tuple[Evaluation, Automation],
) -> None:
    result, plan = two_slices
    for language, said in (("en", "Arrow: at most, by issuer"), ("de", "Pfeil: höchstens, nach Absendern")):
        shown = section(page(result, automation=plan, language=language), "automation")
        native, scanned = shown.iterfind(".//table[@class='plain planned']")
        assert len(native.findall(".//path[@class='issuer beyond']")) == 2
        for table in (native, scanned):
            beyond = table.findall(".//path[@class='issuer beyond']")
            assert (said in table.findtext("caption")) == (len(beyond) > 0)
        assert native.find("caption").get("class") is None
    comment = render_report(result, ".md", automation=plan).decode()
    assert "Arrow" not in comment


def test_every_rule_is_explained_once(two_slices: tuple[Evaluation, Automation]) -> None:
    result, plan = two_slices
    (listed,) = [
        details
        for details in section(page(result, automation=plan), "automation").iter("details")
        if details.findtext("summary") == "What each rule checks"
    ]
    assert cells(listed.find(".//table")).to_numpy().tolist() == [
        ["readers agree", "every one of these fields was read, and: a second reader read the same."],
        ["everything read", "every one of these fields was read."],
    ]
    german = plan.explained(language="de")["checks"].tolist()
    assert german[1] == "jedes dieser Felder wurde gelesen."
    assert f"| everything read | {german[1]} |" in render_report(result, ".md", automation=plan, language="de").decode()


def test_a_slice_without_labels_has_no_table_of_rules() -> None:
    sources = ["NATIVE"] * 30 + ["SCANNED"] * 10
    how = {"sources": sources, "labelled": range(30), "disagreeing": [0]}
    result, plan = planned(40, by="source_classification", **how)
    shown = section(page(result, automation=plan), "automation")
    (native,) = shown.iterfind(".//table[@class='plain planned']")
    assert len(native.findall(".//svg")) == 2
    assert (
        "none of the 10 documents has ground truth for all of these fields; look at all of them" in shown.text_content()
    )


def test_notes_of_the_plan_stand_on_top(two_slices: tuple[Evaluation, Automation]) -> None:
    result, checks = sample(40)
    plan = automation(result, checks, required=REQUIRED)
    assert plan.notes
    notes = page(result, automation=plan).get_element_by_id("notes").getparent().text_content()
    assert all(note.sentence("en") in notes for note in plan.notes)


@pytest.mark.parametrize(("language", "name"), [("en", "Automation"), ("de", "Automatisierung")])
def test_the_workbook_has_a_sheet_of_it(two_slices: tuple[Evaluation, Automation], language: str, name: str) -> None:
    result, plan = two_slices
    book = openpyxl.load_workbook(io.BytesIO(render_report(result, ".xlsx", automation=plan, language=language)))
    head, *body = book[name].iter_rows(values_only=True)
    table, found = pd.DataFrame(body, columns=list(head)), plan.table(language=language)
    for place, key in enumerate(("slice", "rule", "documents", "kept", "automation_rate", "labelled", "wrong")):
        assert table.iloc[:, place].tolist() == found[key].tolist()
    assert table.iloc[:, -1].tolist() == found["reason"].tolist()
    assert book[name].cell(2, list(found.columns).index("automation_rate") + 1).number_format == "0.0%"


def test_markdown_and_json_have_it_too(two_slices: tuple[Evaluation, Automation]) -> None:
    result, plan = two_slices
    text = render_report(result, ".md", automation=plan).decode()
    assert "<details><summary>Which documents could be paid unseen</summary>" in text
    assert "| everything read | 2 | 400 of 400" in text
    answer = json.loads(render_report(result, ".json", automation=plan))
    assert [row["kept"] for row in answer["automation"]["rules"]] == plan.table()["kept"].tolist()
    told = [one["answer"] for one in answer["automation"]["answers"]]
    assert told == plan.answers()["answer"].tolist()
    assert {note.text for note in plan.notes} <= {note["text"] for note in answer["notes"]}
    assert json.loads(render_report(result, ".json"))["automation"] is None


def test_without_a_plan_there_is_no_word_of_one(two_slices: tuple[Evaluation, Automation]) -> None:
    result, _ = two_slices
    assert "unseen" not in page(result).text_content()
    assert "Automation" not in openpyxl.load_workbook(io.BytesIO(render_report(result, ".xlsx"))).sheetnames


def test_a_plan_of_other_documents_is_refused(result: Evaluation, two_slices: tuple[Evaluation, Automation]) -> None:
    with pytest.raises(SettingError, match="is of other documents: not all of its 440 are in this result"):
        render_report(result, ".html", automation=two_slices[1])


def test_every_status_has_a_word_and_every_rule_list_can_be_told() -> None:
    assert all(f"status_{status}" in PAIRS for status in STATUSES)
    result, checks = sample(440, disagreeing=range(50), wrong=range(5))
    plan = automation(result, checks, required=REQUIRED, rules=RULES)
    for language in ("en", "de"):
        assert page(result, automation=plan, language=language) is not None
        assert plan.report(language=language)
    for said in (plan.report, plan.answers, plan.table):
        with pytest.raises(SettingError, match="There is no plan in the language 'fr'; choose one of en, de"):
            said(language="fr")


def several(rights: list[int], of: int = 200, **facts: Any) -> History:
    """Return the history of runs of which so many documents are payable."""
    return history_of([run(at, right, of, **facts) for at, right in enumerate(rights)], metrics=("payable_rate",))


def told(tree: Any) -> list[str]:
    return [line.text_content() for line in section(tree, "trend").iter("p")]


def test_a_history_is_a_control_chart_whose_places_are_the_numbers_of_its_table(result: Evaluation) -> None:
    runs = past(24)
    shown, found = section(page(result, history=runs), "trend"), runs.table()
    chart, table = shown.find(".//svg[@class='chart']"), cells(shown.find(".//table"))
    high, low = (float(axis.get("d").split("H")[0].split()[1]) for axis in chart.findall("path[@class='axis']")[::-1])
    bottom = float(chart.findall("text[@class='end']")[0].text.rstrip("\u202f%")) / 100

    def down(value: float) -> float:
        return high + (low - high) * (1 - value) / (1 - bottom)

    dots = chart.findall("circle[@class='dot']")
    places = [down(value) for value in found[found["alarm"] == ""]["value"]]
    assert [float(dot.get("cy")) for dot in dots] == pytest.approx(places, abs=0.11)
    assert len(chart.findall("path[@class='out']")) == int((found["alarm"] == "point").sum()) == 1
    assert len(chart.findall("path[@class='break']")) == 1
    assert len(chart.findall("path[@class='runs']")) == 2
    centres = {float(line.get("d").split("L")[0].split()[1]) for line in chart.findall("path[@class='centre']")}
    assert sorted(centres) == pytest.approx(sorted(map(down, found["centre"].unique())), abs=0.11)
    assert table["Run"].tolist() == found["run"].tolist()[::-1]
    assert table["Value"].tolist() == [f"{100 * value:.1f} %" for value in found["value"][::-1]]
    assert table["Stands out"][0] == "✕ outside of the limits"


def test_the_rule_and_what_changed_are_said_in_both_languages(result: Evaluation) -> None:
    english, german = (told(page(result, history=past(24), language=of)) for of in ("en", "de"))
    assert english[1:] == [
        "Documents that can be paid as read: run 24 is outside of the limits.",
        "Centre and limits: what 12 runs say so far; ✕ outside of the limits, ▲ the eighth on one side.",
        "The line is broken before run 13: another edition of the metrics.",
        "run 24 was compared with another ground truth than run 23.",
    ]
    assert german[1:] == [
        "Dokumente, die wie gelesen zahlbar sind: run 24 liegt außerhalb der Grenzen.",
        "Mitte und Grenzen: aus bisher 12 Läufen; ✕ außerhalb der Grenzen, ▲ der achte auf einer Seite.",
        "Die Linie ist vor run 13 unterbrochen: andere Ausgabe der Metriken.",
        "run 24 wurde mit einer anderen Wahrheit verglichen als run 23.",
    ]


@pytest.mark.parametrize(
    ("runs", "sentence"),
    [
        (several([190] * 12), "Documents that can be paid as read: nothing but chance in 12 runs."),
        (several([190] * 25), "Centre and limits: what the first 20 runs say, frozen"),
        (several([190] * 10 + [199] * 8), "eight runs on one side of the centre, up to run 18."),
        (several([190, 188]), "Fewer than 8 comparable runs: too few for limits."),
        (several([190, 188]), "Documents that can be paid as read: 94.0"),
        (several([190, 188], documents_hash="same", truth_hash="same"), "The same documents each time"),
        (several([190] * 70), f"The latest {MOST_RUNS} of 70 runs; the workbook has all."),
    ],
)
def test_what_a_history_cannot_tell_is_said(result: Evaluation, runs: History, sentence: str) -> None:
    assert sentence in " ".join(told(page(result, history=runs)))


def test_limits_widened_because_runs_differ_are_called_so(result: Evaluation) -> None:
    table = past(24).table().assign(widened=1.5)
    assert "Limits widened by 1.5: runs differ more than by chance (Laney)." in told(page(result, history=table))


def test_a_mark_stands_as_it_was_written_and_every_other_reason_has_german_words(result: Evaluation) -> None:
    runs = several([190] * 10).mark("2026-01-05", "new <b>scanner</b>")
    assert "The line is broken before run 5: new <b>scanner</b>." in told(page(result, history=runs))
    others = ("other labels of the same documents", "other documents than each time before")
    assert [why for why in (*_BREAKS.values(), *others) if breaks_in_german(why) == why] == []


def test_a_history_without_a_number_says_so_and_one_that_is_none_is_refused(result: Evaluation) -> None:
    nothing = history_of([run(0, 1, 2)], metrics=("micro_f1",))
    assert told(page(result, history=nothing)) == ["The history has no run with a number."]
    for wrong in ("history.jsonl", pd.DataFrame({"run": ["a"]})):
        with pytest.raises(SettingError, match=r"and no history of runs; give gini\.history"):
            render_report(result, ".html", history=wrong)


@pytest.mark.parametrize(("language", "name"), [("en", "History"), ("de", "Verlauf")])
def test_the_workbook_has_all_runs(result: Evaluation, language: str, name: str) -> None:
    runs = several([190] * 70)
    book = openpyxl.load_workbook(io.BytesIO(render_report(result, ".xlsx", history=runs, language=language)))
    head, *body = book[name].iter_rows(values_only=True)
    table, found = pd.DataFrame(body, columns=list(head)), runs.table()
    assert table.iloc[:, 0].tolist() == found["run"].tolist()
    assert table.iloc[:, 3].tolist() == found["value"].tolist()
    assert book[name].cell(2, 2).value == found["date"].iloc[0].tz_localize(None).to_pydatetime()
