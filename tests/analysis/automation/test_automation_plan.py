"""Which documents could be paid unseen: rules, bounds, refusals, and what is said of new documents."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gini_notebook import schema
from gini_notebook.analysis import plots
from gini_notebook.analysis.automation import RULES, Automation, AutomationRule, automation
from gini_notebook.analysis.automation.checks import NAMES
from gini_notebook.analysis.automation.sequence import STATUSES, document_bound
from gini_notebook.analysis.automation.wording import Wording
from gini_notebook.analysis.statistics import trials_needed
from gini_notebook.errors import SchemaError, SettingError
from tests.analysis.automation.automation_samples import REQUIRED, plan, row, sample

AGREE, ALL = "readers agree", "everything read"
SIMPLE = (AutomationRule(AGREE, passes=("readers_agree",)), AutomationRule(ALL))


def test_rules_are_counted_bounded_and_ordered_from_strict_to_lax():
    planned = plan(600, disagreeing=range(100), wrong=range(20), rules=SIMPLE)
    table = planned.table()
    assert list(table.columns) == list(schema.AUTOMATION.columns)
    assert table["rule"].tolist() == [AGREE, ALL]
    assert table["kept"].tolist() == [500, 600]
    assert table["automation_rate"].tolist() == [500 / 600, 1.0]
    assert table["wrong"].tolist() == [0, 20]
    assert table["error_high"].tolist() == [pytest.approx(1 - 0.05 ** (1 / 500)), pytest.approx(0.0482, abs=1e-3)]
    assert table["status"].tolist() == ["certified", "not shown"]
    assert planned.rule().name == AGREE
    assert (
        "500 of 600 documents (83.3 %) could be paid unseen: those that the rule 'readers agree' lets"
        in planned.report()
    )


def test_the_laxest_certified_rule_is_the_one_to_use():
    planned = plan(600, disagreeing=range(100), rules=SIMPLE)
    assert planned.table()["status"].tolist() == ["certified", "certified"]
    assert planned.rule().name == ALL


def test_testing_ends_at_the_first_rule_that_fails():
    rules = (*SIMPLE, AutomationRule("IBAN valid", passes=("iban_valid",)))
    planned = plan(1_000, disagreeing=range(100), wrong=range(500, 520), rules=rules)
    assert planned.table()["status"].tolist() == ["not shown", "not tested", "not tested"]
    assert planned.rule() is None


def test_a_document_without_truth_counts_in_the_automation_rate_and_never_in_the_error_rate():
    planned = plan(800, disagreeing=range(100), labelled=range(400), rules=SIMPLE)
    assert row(planned, ALL)[["documents", "kept", "labelled"]].tolist() == [800, 800, 400]
    assert row(planned, AGREE)[["kept", "labelled"]].tolist() == [700, 300]
    assert row(planned, AGREE)["error_high"] == pytest.approx(1 - 0.05 ** (1 / 300))


def test_the_order_of_documents_changes_nothing():
    result, checks = sample(400, disagreeing=range(100), wrong=range(5))
    shuffled = checks.sample(frac=1, random_state=3)
    shuffled.attrs = checks.attrs
    one, other = (automation(result, of, required=REQUIRED) for of in (checks, shuffled))
    assert one.table().equals(other.table())
    assert set(one.documents) == set(other.documents)


def test_what_is_not_checkable_never_passes():
    result, checks = sample(400)
    planned = automation(result, checks, required=REQUIRED, rules=SIMPLE)
    assert (checks[checks["check"] == "readers_agree"]["verdict"] == "not checkable").all()
    assert row(planned, AGREE)["kept"] == 0
    alarm = automation(result, checks, required=REQUIRED, rules=[AutomationRule("x", not_failed=("readers_agree",))])
    assert row(alarm, "x")["kept"] == 400


def test_checks_of_fields_that_are_not_required_do_not_count():
    result, checks = sample(400, disagreeing=range(400))
    planned = automation(result, checks, required=["iban"], rules=SIMPLE)
    assert row(planned, AGREE)["kept"] == 400


def test_every_slice_has_its_own_bound():
    sources = ["NATIVE"] * 400 + ["SCANNED"] * 40
    planned = plan(440, sources=sources, wrong=range(400, 420), by="source_classification", rules=SIMPLE)
    assert row(planned, ALL, "NATIVE")["status"] == "certified"
    assert row(planned, ALL, "SCANNED")[["status", "labelled", "wrong"]].tolist() == ["too few", 40, 20]
    assert planned.rule("NATIVE").name == ALL
    assert planned.rule("SCANNED") is None
    with pytest.raises(SettingError, match="There is no slice None; each of the 2 has a rule of its own: NATIVE, SCAN"):
        planned.rule()


def test_kinds_that_differ_in_what_one_rule_lets_through_have_no_common_bound():
    # All that was read is as wrong in both kinds; what the readers agree on is not.
    sources = ["NATIVE"] * 100 + ["SCANNED"] * 100
    how = {"wrong": [*range(10), *range(190, 200)], "disagreeing": range(12), "rules": SIMPLE}
    with pytest.raises(SettingError, match=r"NATIVE 0 of 88 wrong, SCANNED 10 of 100 wrong"):
        plan(200, sources=sources, **how)
    assert set(plan(200, sources=sources, by="source_classification", **how).table()["slice"]) == {"NATIVE", "SCANNED"}


def test_slices_by_a_series_or_by_a_column_of_the_documents():
    result, checks = sample(40)
    kinds = pd.Series({f"{at:04}.pdf": "a" if at < 10 else "b" for at in range(40)}, name="month")
    planned = automation(result, checks, required=REQUIRED, by=kinds)
    assert planned.by == "month"
    assert [part.stages[0].documents for part in planned.slices] == [10, 30]
    assert automation(result, checks, required=REQUIRED, by="status").slices[0].name == "completed"


def test_an_issuer_with_forty_equal_mistakes_moves_the_bound_of_issuers_by_their_number():
    highs = []
    for issuers in (20, 60):
        of = np.repeat([f"Firma {at} GmbH" for at in range(issuers)], 40)
        names = {f"{at:04}.pdf": issuer for at, issuer in enumerate(of)}
        result, checks = sample(len(of), wrong=range(40), issuers=of)
        planned = automation(result, checks, required=REQUIRED, cluster=names, target=0.9, rules=SIMPLE)
        found = row(planned, ALL)
        assert found[["clusters", "clusters_with_mistake"]].tolist() == [issuers, 1]
        assert found["error_high"] < found["cluster_error_high"]
        assert f"({1} of {issuers} with a mistake)" in planned.report()
        highs.append(found["cluster_error_high"])
    assert highs == [pytest.approx(0.216, abs=0.002), pytest.approx(0.077, abs=0.002)]


def test_named_clusters_decide_and_others_stand_beside():
    of = [f"Firma {at % 60} GmbH" for at in range(600)]
    beside = plan(600, issuers=of, rules=SIMPLE)
    assert row(beside, ALL)["status"] == "certified"
    assert row(beside, ALL)["cluster_error_high"] == pytest.approx(1 - 0.05 ** (1 / 60))
    decides = plan(600, issuers=of, rules=SIMPLE, cluster="paymentRecipient")
    assert row(decides, ALL)["status"] == "too few"
    assert plan(600, issuers=of, rules=SIMPLE, cluster="paymentRecipient", target=0.95).rule().name == ALL
    assert row(plan(600, issuers=of, rules=SIMPLE, cluster="document"), ALL)["clusters"] == 0


# Situation, and what is said of it; each is a sentence with the number that decides.
REFUSALS = {
    "fewer kept documents than the target needs": (
        lambda: plan(107, rules=SIMPLE).report(),
        r"99 % needs at least 299 documents with ground truth .*, without a mistake; there are 107\.",
    ),
    "a mistake more than the documents allow": (
        lambda: plan(400, wrong=[7], rules=SIMPLE).report(),
        r"99 % cannot be shown: with 1 wrong, 473 documents with ground truth are needed; there are 400\.",
    ),
    "fewer issuers than a statement on new ones needs": (
        lambda: plan(600, issuers=[f"F {at % 20}" for at in range(600)], cluster="paymentRecipient").report(),
        r"99 % needs at least 299 issuers that the rule lets through, without a mistake; there are 20\.",
    ),
    "a new issuer, where documents decide": (
        lambda: plan(600, issuers=[f"F {at % 20}" for at in range(600)]).report(),
        r"New issuers: no statement\. .* needs 299 issuers without a mistake \(59 for 95 %\); there are 20",
    ),
    "a slice without labels": (
        lambda: plan(
            340, labelled=range(300), by="source_classification", sources=["NATIVE"] * 300 + ["SCANNED"] * 40
        ).report(),
        r"source_classification SCANNED: .* None: none of the 40 documents has ground truth for all of these fields",
    ),
    "one bound for kinds that differ": (
        lambda: plan(122, sources=["NATIVE"] * 107 + ["SCANNED"] * 15, wrong=[0, *range(107, 114)]),
        r"One bound for all is refused, .*NATIVE 1 of 107 wrong, SCANNED 7 of 15 wrong; p = .*\.",
    ),
    "a second run of the same settings": (
        lambda: sample(30, disagreeing=[99]),
        r"The second reader read the same as the first in all 30 documents: .*\.",
    ),
    "no second reader": (
        lambda: plan(350, rules=SIMPLE).report(),
        r"There is no second reader: whether readers agree is checkable in none of 350 documents\.",
    ),
    "checks of another run": (
        lambda: automation(sample(30)[0], sample(20)[1], required=REQUIRED),
        r"10 of the 30 evaluated documents are not in the checks: make both of the same run\.",
    ),
    "no rule to check again": (
        lambda: plan(50).check(*sample(20)),
        r"None of the 7 rules was certified, so there is nothing to check again\.",
    ),
}


@pytest.mark.parametrize("situation", REFUSALS)
def test_every_refusal_is_a_sentence_that_names_a_number(situation):
    ask, said = REFUSALS[situation]
    try:
        text = ask()
    except SettingError as error:
        text = str(error)
    found = re.search(said, text)
    assert found, text
    assert re.search("[0-9]", found[0])


def test_rules_that_were_changed_after_looking_need_new_documents(tmp_path):
    path = tmp_path / "plan.json"
    plan(320, rules=SIMPLE).save(path)
    plan(400, rules=SIMPLE).save(path)
    with pytest.raises(SettingError, match=r"plan\.json holds a plan with other rules or fields on 320 of these"):
        plan(320).save(path)
    assert Automation.load(path).rules == SIMPLE


def test_a_plan_is_kept_without_values_and_read_back(tmp_path):
    planned = plan(400, disagreeing=range(50), wrong=range(3), rules=SIMPLE)
    read = Automation.load(planned.save(tmp_path / "plan.json"))
    assert read.table().equals(planned.table())
    assert read.rule() == planned.rule()
    assert read.rules_hash == planned.rules_hash
    assert read.notes == planned.notes
    text = (tmp_path / "plan.json").read_text(encoding="utf-8")
    assert "Richtig" not in text
    assert "0001.pdf" not in text
    with pytest.raises(SettingError, match="read from a file has 0 mistakes in it"):
        read.mistakes()
    (tmp_path / "other.json").write_text(json.dumps({"format": "x"}), encoding="utf-8")
    with pytest.raises(SchemaError, match=r"other\.json is no plan that was kept with save"):
        Automation.load(tmp_path / "other.json")


def test_mistakes_that_slip_through_are_named_with_the_strictest_rule():
    planned = plan(400, disagreeing=range(50), wrong=[3, 60], rules=SIMPLE)
    found = planned.mistakes().set_index("document")
    assert found["rule"].to_dict() == {"0003.pdf": ALL, "0060.pdf": AGREE}
    assert {"field", "truth", "extracted", "page", "cause", "difference"} <= set(found.columns)
    assert planned.mistakes(AGREE)["document"].tolist() == ["0060.pdf"]
    assert len(planned.mistakes(ALL)) == 2
    with pytest.raises(SettingError, match="no rule 'x' among the 2: readers agree, everything read"):
        planned.mistakes("x")


def test_the_curve_has_each_rule_once_by_what_it_keeps():
    curve = plan(400, disagreeing=range(50), rules=SIMPLE).curve()
    assert curve["automation_rate"].tolist() == [350 / 400, 1.0]
    assert curve["rule"].tolist() == [AGREE, ALL]


def test_a_certified_rule_says_of_new_documents_which_may_be_paid_and_why_not():
    rule = plan(600, disagreeing=range(100), wrong=range(20), rules=SIMPLE).rule()
    decisions = rule.apply(sample(30, disagreeing=[4])[1]).set_index("document")
    assert decisions["decision"].value_counts().to_dict() == {"pay": 29, "look": 1}
    assert decisions.loc["0004.pdf", "why"] == "paymentRecipient: readers_agree failed"


def test_of_a_kind_that_was_not_labelled_every_document_is_looked_at():
    rule = plan(400, sources=["NATIVE"] * 400, rules=SIMPLE).rule()
    decisions = rule.apply(sample(3, sources=["NATIVE", "SCANNED", "NATIVE"])[1])
    assert decisions["decision"].tolist() == ["pay", "look", "pay"]
    assert decisions["why"].tolist() == ["", "of a kind of which nothing was shown", ""]
    parted = plan(400, sources=["NATIVE"] * 400, by="source_classification", rules=SIMPLE).rule("NATIVE")
    assert parted.apply(sample(2, sources=["SCANNED", "NATIVE"])[1])["decision"].tolist() == ["look", "pay"]
    with pytest.raises(SettingError, match="checks of 3 documents have no column 'source_classification'"):
        parted.apply(sample(3)[1].drop(columns="source_classification"))


def later(count, **how):
    """Return evaluation and checks of documents that came later."""
    result, checks = sample(count, **how)
    other = {name: f"later {name}" for name in checks["document"].unique()}
    for table in (result.comparisons, result.documents, checks):
        table["document"] = table["document"].map(other).astype(schema.TEXT)
    return replace(result), checks


def test_a_plan_is_looked_at_again_with_new_documents():
    planned = plan(600, disagreeing=range(100), rules=SIMPLE)
    held = planned.check(*later(320, disagreeing=range(53)))
    assert (held.status, held.labelled, held.wrong) == ("holds", 320, 0)
    assert not held.differs
    assert "320 of these are labelled, 0 of them wrong (at most 0.9% with 95 % confidence)" in repr(held)
    assert planned.check(*later(100, disagreeing=range(17))).status == "not shown"
    refuted = planned.check(*later(100, disagreeing=range(17), wrong=range(20)))
    assert refuted.status == "refuted"
    assert "look at all documents" in repr(refuted)


def test_checks_that_pass_less_often_than_they_did_say_that_documents_are_others():
    planned = plan(600, disagreeing=range(30), wrong=range(25), rules=SIMPLE)
    assert planned.rule().name == AGREE
    looked = planned.check(*later(300, disagreeing=range(150)))
    differing = looked.checks[looked.checks["differs"]]
    assert differing["check"].tolist() == ["paymentRecipient.readers_agree"]
    assert "1 checks pass more or less often than before" in repr(looked)


def test_a_plan_is_not_checked_with_the_documents_it_was_made_on():
    planned = plan(400, rules=SIMPLE)
    with pytest.raises(SettingError, match="20 of the 20 documents are those the plan was made on"):
        planned.check(*sample(20))


def test_arguments_that_make_no_sense_are_refused():
    result, checks = sample(30)
    with pytest.raises(SettingError, match="target is 99; it must be a share"):
        automation(result, checks, required=REQUIRED, target=99)
    with pytest.raises(SettingError, match="rules holds 0 entries"):
        automation(result, checks, required=REQUIRED, rules=[])
    with pytest.raises(SettingError, match=r"required is \('ibann',\); it must be header fields that were checked"):
        automation(result, checks, required=["ibann"])
    with pytest.raises(SettingError, match=r"by is 'x', which is no column of the checks .* 30 evaluated documents"):
        automation(result, checks, required=REQUIRED, by="x")
    with pytest.raises(SettingError, match="by is a int; give a column"):
        automation(result, checks, required=REQUIRED, by=3)
    with pytest.raises(SchemaError, match="must be a table with document, field, check, verdict"):
        automation(result, checks.drop(columns="verdict"), required=REQUIRED)
    with pytest.raises(SchemaError, match="360 verdicts of the checks are none of passed, failed, not checkable"):
        automation(result, checks.assign(verdict="yes").head(360), required=REQUIRED)
    with pytest.raises(SettingError, match="passes of the rule 'x' is 'iban'; it must be checks out of present"):
        AutomationRule("x", passes="iban")


def test_rules_have_a_hash_that_changes_with_them():
    hashes = {plan(30, rules=rules).rules_hash for rules in (SIMPLE, RULES, SIMPLE[:1])}
    assert len(hashes) == 3
    assert plan(30, rules=SIMPLE).rules_hash == plan(40, rules=SIMPLE).rules_hash


def test_what_is_within_reach_is_said_without_a_label():
    text = plan(108, wrong=[3], rules=SIMPLE).report()
    assert (
        "Even if all were right, the 108 documents with ground truth that some rule lets through could show 97.2 %"
        in text
    )
    assert "- readers agree" not in text


def answer(planned, about, of=None):
    """Return what a plan answers to a question."""
    told = planned.answers()
    return told[(told["about"] == about) & (told["slice"].isna() if of is None else told["slice"] == of)][
        "answer"
    ].item()


def test_what_to_do_next_reckons_with_mistakes_that_come_as_often_as_here():
    right = answer(plan(100, rules=SIMPLE), "next")
    assert "needs 299 that it lets through, none of them wrong; it has 100. All documents here have ground" in right
    assert "199 are still to be collected: in about 199 documents" in right
    seldom = answer(plan(290, wrong=[7], rules=SIMPLE), "next")
    assert "if it errs as rarely as here; it has 290" in seldom
    total = int(re.search(r"needs ([\d,]+) that", seldom)[1].replace(",", ""))
    # As often as here means that 1 of 290 is wrong of those that come, too.
    wrong = math.ceil(total / 290)
    assert document_bound(wrong, total) <= 0.01 < document_bound(wrong, total - 1)
    never = answer(plan(100, wrong=range(3), rules=SIMPLE), "next")
    assert "If it goes on like this, more ground truth will not do: even" in never
    assert "is wrong in 3 % of documents, and 1 % are allowed" in never


def test_documents_on_which_a_test_failed_can_show_no_rule_any_more():
    planned = plan(1_000, disagreeing=range(300), wrong=[400, 500, 600, 700, 800, 900], rules=SIMPLE)
    assert planned.table()["status"].tolist() == ["not shown", "not tested"]
    said = answer(planned, "next")
    assert said.startswith(
        "These documents have had their test and can show no rule any more. Name 'everything read' alone"
    )
    assert "1,818 are still to be collected: in about 1,818 documents" in said


def test_a_rule_that_is_picked_by_its_mistakes_has_a_wider_bound():
    planned = plan(62, rules=SIMPLE)
    assert f"at most {100 * (1 - 0.025 ** (1 / 62)):.3g} %" in answer(planned, "how_sure")
    assert "counting in that it was picked from 2 rules after a look" in answer(planned, "how_sure")
    alone = plan(62, rules=SIMPLE[1:])
    assert f"at most {100 * (1 - 0.05 ** (1 / 62)):.3g} %" in answer(alone, "how_sure")
    by_issuer = plan(62, rules=SIMPLE, issuers=[f"F {at}" for at in range(62)], cluster="paymentRecipient")
    assert f"at most {100 * (1 - 0.025 ** (1 / 62)):.3g} %" in answer(by_issuer, "how_sure")


def behind_a_rule_that_fails(times=1):
    """Return a plan whose best rule comes after one that errs: 98 of 164 have ground truth, of which it lets 61 pass.

    Of the 66 others it lets 7 through. All of it may be there several times.
    """
    labelled, disagreeing = range(98 * times), [*range(37 * times), *range(105 * times, 164 * times)]
    result, checks = sample(164 * times, labelled=labelled, disagreeing=disagreeing, wrong=range(4 * times))
    supported = checks["check"] == "amount_supported"
    number = checks["document"].str[:4].astype(int)[supported]
    checks.loc[supported, "verdict"] = np.where(number < 58 * times, "passed", "failed")
    rules = (*SIMPLE, AutomationRule("amount checked", passes=("amount_supported",)))
    return automation(result, checks, required=REQUIRED, rules=rules)


def test_the_order_of_the_test_is_said_and_where_it_stops():
    planned = behind_a_rule_that_fails()
    said = answer(planned, "tested")
    assert said.startswith(
        "As numbered, 1 to 3: the fewer documents with ground truth a rule lets through, the earlier"
    )
    assert said.endswith(
        "Now none is tested, as none has 299 documents with ground truth. The first that would fail with as many "
        "mistakes as here is number 1, 'amount checked' (4 of 58 wrong)."
    )
    lines = [line for line in planned.report().splitlines() if line.startswith("- ")]
    assert [line.partition(":")[0] for line in lines] == ["- 1. amount checked", f"- 2. {AGREE}", f"- 3. {ALL}"]
    failing = plan(1_000, disagreeing=range(300), wrong=range(400, 500), rules=SIMPLE)
    assert "begins at number 1 and ends at number 1, 'readers agree', which fails; not tested after it: 1" in answer(
        failing, "tested"
    )
    passing = plan(600, disagreeing=range(310), rules=SIMPLE)
    assert answer(passing, "tested").endswith("Now testing begins at number 2, and none fails.")
    assert "tested" not in plan(100, rules=SIMPLE[:1]).answers()["about"].tolist()


def test_more_labels_are_not_advised_for_a_rule_behind_one_that_would_end_the_testing():
    said = answer(behind_a_rule_that_fails(), "next")
    assert said.startswith(
        "More ground truth alone will not show 'readers agree': its turn comes after 'amount checked'"
    )
    assert "Name 'readers agree' alone beforehand (rules=) and test it on documents that have no ground truth" in said
    # So it is: with six times as many documents there are 366 without a mistake, and the rule is not tested.
    again = behind_a_rule_that_fails(6)
    assert row(again, AGREE)[["labelled", "wrong", "status"]].tolist() == [366, 0, "not tested"]
    assert again.rule() is None


def test_a_rule_that_few_labels_make_seem_out_of_the_way_is_counted_by_all_it_lets_through():
    # Of those with labels 'amount checked' lets 10 of 40 through, 'readers agree' 20; of all it lets as many through.
    result, checks = sample(200, labelled=range(40), disagreeing=[*range(20), *range(180, 200)], wrong=range(4))
    supported = checks["check"] == "amount_supported"
    number = checks["document"].str[:4].astype(int)[supported]
    checks.loc[supported, "verdict"] = np.where((number < 10) | (number > 50), "passed", "failed")
    rules = (SIMPLE[0], AutomationRule("amount checked", passes=("amount_supported",)))
    planned = automation(result, checks, required=REQUIRED, rules=rules)
    assert planned.table()["kept"].tolist() == [159, 160]
    assert "its turn comes after 'amount checked' (4 of 10 wrong)" in answer(planned, "next")


def test_documents_to_label_are_those_here_and_those_to_collect_as_a_range():
    said = answer(behind_a_rule_that_fails(), "next")
    assert "takes 299 such documents that 'readers agree' lets through, with ground truth, none of them wrong" in said
    assert "Of the 66 documents here without ground truth it lets 7 through. 292 are still to be collected" in said
    fewest, most = math.ceil(292 / (61 / 98)), math.ceil(292 / (68 / 164))
    assert f"in about {fewest} to {most} documents, as it lets 62.2 % of those with ground truth through, but" in said
    enough = answer(plan(600, labelled=range(200), rules=SIMPLE[1:]), "next")
    assert "Of the 400 documents here without ground truth it lets 400 through. These are enough." in enough
    by_issuer = answer(
        plan(62, rules=SIMPLE, issuers=[f"F {at}" for at in range(62)], cluster="paymentRecipient"), "next"
    )
    assert "needs 237 more issuers that err as rarely as here, in about 237 more documents" in by_issuer


def test_one_bound_is_told_and_what_the_others_of_the_table_are():
    planned = behind_a_rule_that_fails()
    said, found = answer(planned, "how_sure"), row(planned, AGREE)
    assert f"the table's {100 * found['error_high']:.1f} % is that of a rule tested in its turn, not picked" in said
    assert f"the table's {100 * found['cluster_error_high']:.1f} % counts issuers, not documents" in said
    assert "For a rule tested in its turn: 99 % needs at least 299 documents" in said
    assert "The list of 3 rules was fixed beforehand" in answer(planned, "asked")


def test_a_rule_that_errs_more_than_allowed_fails_however_few_documents_it_has():
    planned = behind_a_rule_that_fails()
    found = row(planned, "amount checked")
    assert found["status"] == "too few"
    assert found["reason"] == (
        "4 of 58 wrong, 1 % allowed: as it is, it fails as soon as 299 documents with ground truth let it be tested."
    )
    assert "; 4 wrong: fails." in planned.report()
    assert "; 4 falsch: scheitert." in planned.report(language="de")
    by_issuer = plan(60, issuers=[f"F {at}" for at in range(60)], wrong=range(4), cluster="paymentRecipient")
    assert "1 of 57 issuers with a mistake, 1 % allowed" in " ".join(by_issuer.table()["reason"])


def test_documents_that_failed_or_are_few_are_not_planned_for():
    sources = ["NATIVE"] * 30 + ["SCANNED"] * 4 + [None] * 6
    result, checks = sample(40, labelled=range(32), sources=sources)
    failed = [{"document": f"{at:04}.pdf"} for at in range(34, 40)]
    result = replace(result, provenance={**result.provenance, "failed_without_truth": failed})
    planned = automation(result, checks, required=REQUIRED, rules=SIMPLE, by="source_classification")
    assert [(part.failed, part.judged) for part in planned.slices] == [(6, False), (0, True), (0, False)]
    assert answer(planned, "how_many").startswith(
        "None yet: a rule is shown to have 99 % right for none of the 3 kinds"
    )
    told = planned.answers()
    of_failed, of_few = (told[told["slice"].eq(name).fillna(False)]["answer"].tolist() for name in ("", "SCANNED"))
    assert len(of_failed) == len(of_few) == 3
    assert of_failed[0] == "None: all 6 documents failed to be read; somebody has to look at all of them."
    assert of_failed[-1].startswith("Find out why they failed, and send them again")
    assert of_few[0] == "None: of this kind there are too few (4) to plan for 99 %; look at all of them."
    bare = plan(34, labelled=range(30), sources=sources[:34], by="source_classification", rules=SIMPLE)
    assert answer(bare, "next", "SCANNED").startswith(
        "Nothing, unless more of this kind come: even the least takes 299"
    )


def test_what_a_rule_checks_is_said_in_words():
    told = answer(plan(400), "rule")
    assert told == "'everything read': every one of these fields was read."
    checked = AutomationRule("all", passes=("amount_payable", "iban_valid"), not_failed=("bic_matches", "pages_read"))
    assert answer(plan(400, rules=[checked]), "rule") == (
        "'all': every one of these fields was read, and: the amount is positive and in EUR, the IBAN has the "
        "right check digits; nothing says the contrary of: the BIC is of the bank of the IBAN, all pages "
        "were read."
    )
    for language in ("en", "de"):
        assert all(Wording(language).say(f"check_{name}") for name in NAMES)


def test_no_rule_that_lets_anything_through_is_said():
    nothing = AutomationRule("agree", passes=("readers_agree",))
    planned = plan(50, rules=[nothing])
    assert answer(planned, "how_many").startswith(
        "None: no rule lets any of the 50 documents with ground truth through;"
    )
    assert answer(planned, "next").startswith(
        "See which checks stop the 50 documents with ground truth: a second reader"
    )
    assert "rule" not in planned.answers()["about"].tolist()


def test_a_plan_shows_itself():
    planned = plan(400, disagreeing=range(50), wrong=range(3))
    assert planned._repr_mimebundle_().keys() == {"text/html", "text/plain"}
    assert "99 % is shown on 350 documents with ground truth." in repr(planned)
    assert set(planned.table()["status"]) <= set(STATUSES)
    assert len(planned.table()) == len(RULES)


@pytest.mark.parametrize("wrong", [0, 1, 2, 9])
def test_a_document_less_than_needed_is_too_few(wrong):
    count = trials_needed(wrong, 0.95)
    enough, short = (plan(n, wrong=range(wrong), target=0.95, rules=SIMPLE) for n in (count, count - 1))
    assert enough.rule().name == ALL
    assert short.rule() is None
    assert row(short, ALL)["needed"] == count


def test_the_picture_has_a_mark_for_each_rule_and_a_line_for_what_is_allowed():
    sources = ["NATIVE"] * 400 + ["$SCAN$"] * 100
    planned = plan(500, disagreeing=range(50), wrong=[3], sources=sources, by="source_classification", rules=SIMPLE)
    axes = plots.automation(planned)
    curve = planned.curve()
    assert axes.gini_table.equals(curve)
    by_kind = {gid: [line for line in axes.lines if line.get_gid() == gid] for gid in ("shown", "bound", "target")}
    assert [line.get_xdata() for line in by_kind["shown"] if line.get_xdata()] == [[350 / 400]]
    assert sorted(line.get_ydata()[1] for line in by_kind["bound"]) == sorted(curve["error_high"])
    assert [line.get_ydata() for line in by_kind["target"]] == [[pytest.approx(0.01)] * 2] * 2
    texts = [text.get_text() for text in axes.texts]
    assert {"$SCAN$", "NATIVE", "99.0 % right is shown in 1 of 2 slices"} <= set(texts)
    assert "By issuer up to 95.0 %: above this picture. Triangles at the top." in " ".join(texts)
    above = [at for line in axes.lines if line.get_gid() == "issuers above" for at in line.get_xdata()]
    highest = max(line.get_ydata()[1] for line in by_kind["bound"])
    assert len(above) == (curve["cluster_error_high"] > 1.05 * highest).sum() > 0
    one = plots.automation(plan(400, rules=SIMPLE[1:]), language="de")
    assert "Mit „everything read“ wären 100" in one.texts[0].get_text()


def test_checks_are_columns_to_slice_by():
    result, checks = sample(60, disagreeing=range(20), wrong=range(30))
    of_recipient = checks[checks["field"] == "paymentRecipient"]
    wide = of_recipient.pivot(index="document", columns="check", values="verdict").reset_index()
    table = result.by_slice("readers_agree", documents=wide).set_index("slice")
    assert table["documents"].to_dict() == {"failed": 20, "passed": 40}
