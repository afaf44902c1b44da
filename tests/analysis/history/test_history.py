"""A history: what is kept of a run, what breaks the line, and limits whose unit is the document."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import gini_notebook as gini
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.history import History
from gini_notebook.analysis.history.limits import (
    alarms,
    chart_of,
    chart_of_averages,
    chart_of_shares,
    moving_average,
    widened,
)
from gini_notebook.analysis.history.runs import history_of
from gini_notebook.errors import FileProblem, SchemaError, SettingError
from tests.analysis.history.history_samples import night
from tests.analysis.plots.plot_samples import run


def result(name: str, right: int = 18, of: int = 20, *, field: str = "amountToPay") -> Evaluation:
    """Return an evaluation of so many documents, of which so many are right."""
    documents = [f"{name}{number}.pdf" for number in range(of)]
    truth = pd.DataFrame(
        [(one, field, "1.00:EUR") for one in documents]
        + [(one, "iban", "DE89370400440532013000") for one in documents],
        columns=["document", "field", "value"],
    )
    found = truth.copy()
    found.loc[right : of - 1, "value"] = "2.00:EUR"
    return evaluate(found, truth)


def several(rights: list[int], of: int = 200, **facts: Any) -> History:
    return history_of([run(place, right, of, **facts) for place, right in enumerate(rights)], metrics=("payable_rate",))


def test_a_run_is_one_row_per_metric_with_what_it_rests_on() -> None:
    whole = result("a")
    table = gini.history(whole, metrics=["micro_f1", "payable_rate", "perfect_documents"]).table()
    summary = whole.summary().set_index("metric")
    for row in table.to_dict("records"):
        assert (row["value"], row["low"], row["high"]) == tuple(summary.loc[row["metric"], ["value", "low", "high"]])
        assert row["values"] == summary.loc[row["metric"], "of"]
    assert table["documents"].tolist() == [20, 20, 20]
    assert table["truth_hash"].unique().tolist() == [whole.provenance["truth_hash"]]
    assert table["alarm"].tolist() == ["", "", ""]
    assert table["comparable"].all()


def test_by_field_has_the_scores_of_each_run() -> None:
    first, second = result("a"), result("b", 10)
    table = gini.history([first, second], by="given").by_field()
    for place, whole in enumerate((first, second)):
        own = whole.by_field(full=True).query("not average")["f1"].tolist()
        assert table["f1"].iloc[2 * place : 2 * place + 2].tolist() == own


def test_a_line_of_the_file_names_no_document_and_no_value(tmp_path: Path) -> None:
    file = tmp_path / "kept" / "history.jsonl"
    gini.history(result("secret-name"), file=file)
    written = file.read_text("utf-8")
    assert "secret-name" not in written
    assert "DE89" not in written
    assert file.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
    assert written.count("\n") == 1


def test_what_is_in_the_file_is_not_read_again_and_nothing_is_appended_twice(tmp_path: Path) -> None:
    paths = [result(name, right).save(tmp_path / name / "evaluation.zip") for name, right in (("a", 18), ("b", 15))]
    file = tmp_path / "history.jsonl"
    first = gini.history(str(tmp_path / "*" / "evaluation.zip"), file=file)
    assert len(first) == 2
    before = file.read_bytes()
    again = gini.history(paths, file=file)
    assert file.read_bytes() == before
    pd.testing.assert_frame_equal(again.table(), first.table())
    for path in paths:
        path.unlink()
    pd.testing.assert_frame_equal(gini.history(file).table(), first.table())
    result("c").save(tmp_path / "c" / "evaluation.zip")
    assert len(gini.history(str(tmp_path / "*" / "evaluation.zip"), file=file)) == 3
    assert file.read_bytes().startswith(before)


def test_a_line_that_broke_off_is_written_again(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    path = result("a").save(tmp_path / "a.zip")
    gini.history(path, file=file)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    other = result("b").save(tmp_path / "b.zip")
    with pytest.raises(SchemaError, match=r"Line 2 of .* cannot be read: it is no line of a history"):
        gini.history([path, other], file=file) and gini.history(file)


def test_runs_stand_in_the_order_of_time_or_as_given(tmp_path: Path) -> None:
    paths = []
    for name, when in (("new", 2_000_000_000), ("old", 1_000_000_000)):
        path = result(name).save(tmp_path / f"{name}.zip")
        os.utime(path, (when, when))
        paths.append(path)
    by_time, given = gini.history(paths), gini.history(paths, by="given")
    assert sorted(by_time.of("coverage")["run"]) == sorted(given.of("coverage")["run"])
    dates = by_time.of("coverage")["date"].tolist()
    assert dates == sorted(dates)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"spec_version": "3"}, "another edition of the metrics"),
        ({"rules_hash": "others"}, "other rules or settings"),
        ({"service": "sandbox"}, "another service"),
        ({"api_version": "5"}, "another version of the API"),
        ({"unit": "issuer"}, "another unit of the intervals"),
        ({"documents_hash": "8", "truth_hash": "edited"}, "other labels of the same documents"),
    ],
)
def test_what_cannot_be_compared_breaks_the_line(facts: dict[str, str], why: str) -> None:
    records = [run(place, 190, 200) for place in range(9)]
    records.append(run(9, 190, 200, **facts))
    table = history_of(records, metrics=("payable_rate",)).table()
    assert table["segment"].tolist() == [0] * 9 + [1]
    assert table["break"].tolist() == [""] * 9 + [why]
    assert table["why_not"].tolist() == [why] * 9 + [""]
    assert table["comparable"].tolist() == [False] * 9 + [True]
    assert table["centre"].isna().tolist() == [False] * 9 + [True]


def test_a_mark_breaks_the_line_and_is_kept(tmp_path: Path) -> None:
    history = several([190] * 4)
    marked = history.mark("2026-01-03", "new scanner")
    assert marked.table()["break"].tolist() == ["", "", "new scanner", ""]
    assert marked.changes()[["run", "text"]].to_numpy().tolist() == [["run 3", "new scanner"]]
    assert history.table()["break"].tolist() == [""] * 4
    file = tmp_path / "history.jsonl"
    gini.history(result("a"), file=file).mark("2026-11-29", "new scanner")
    assert json.loads(file.read_text("utf-8").splitlines()[1])["mark"] == "new scanner"
    assert len(gini.history(file)) == 1


def test_the_same_documents_each_time_have_no_limits() -> None:
    table = several([190, 180, 170, 160, 190, 180, 170, 160, 190], documents_hash="same", truth_hash="same").table()
    assert table["same_documents"].all()
    assert table["centre"].isna().all()
    assert (table["alarm"] == "").all()


def test_fewer_than_eight_runs_have_no_limits() -> None:
    assert several([190] * 7).table()["limit_low"].isna().all()
    assert several([190] * 8).table()["limit_low"].notna().all()


def test_limits_are_frozen_after_the_baseline() -> None:
    rights = [190, 188, 192, 191, 189] * 4
    before, after = several(rights).table(), several([*rights, 120, 130, 140]).table()
    for name in ("centre", "limit_low", "limit_high"):
        assert before[name].iloc[0] == after[name].iloc[-1]
    assert after["alarm"].iloc[-3:].tolist() == ["point"] * 3


def test_a_run_outside_of_the_limits_does_not_make_them() -> None:
    table = several([190, 188, 192] * 4 + [100]).table()
    assert table["alarm"].tolist() == [""] * 12 + ["point"]
    assert table["centre"].iloc[0] == pytest.approx(0.95)


def test_weighted_documents_have_no_limits() -> None:
    assert several([190] * 9, weighted=True).table()["limit_low"].isna().all()


def test_limits_of_shares_are_exact() -> None:
    right = np.array([180.0, 190.0, 185.0])
    chart = chart_of_shares(right, np.full(3, 200.0), np.full(3, True))
    known = stats.betabinom(200, 555.5, 45.5)
    low, high = round(chart.low[0] * 200), round(chart.high[0] * 200)
    assert known.cdf(low - 1) <= 0.0025 < known.cdf(low)
    assert known.sf(high) <= 0.0025 < known.sf(high - 1)
    everything = chart_of_shares(np.full(3, 200.0), np.full(3, 200.0), np.full(3, True))
    assert everything.high[0] == 1
    assert everything.low[0] < 1


def test_limits_of_averages_are_those_of_a_mean_over_documents() -> None:
    losses = [[[0.0, 2.0, 150], [1.0, 2.0, 30], [2.0, 2.0, 20]]] * 20
    chart = chart_of_averages(losses, np.full(20, True))
    assert chart.centre == pytest.approx(1 - 70 / 400)
    moves = np.repeat([0.175, -0.325, -0.825], [150, 30, 20])
    assert chart.spread[0] == pytest.approx(moves.std() / np.sqrt(200))
    drawn = np.random.default_rng(0).choice(moves, (40_000, 200)).mean(axis=1) + chart.centre
    assert chart.low[0] == pytest.approx(np.quantile(drawn, 0.0025), abs=0.004)
    assert chart.high[0] == pytest.approx(np.quantile(drawn, 0.9975), abs=0.004)
    nothing = chart_of_averages([[[0.0, 2.0, 50]]] * 9, np.full(9, True))
    assert (nothing.low[0], nothing.high[0]) == (1, 1)


def test_values_as_the_unit_would_alarm_far_more_often() -> None:
    """Why the unit is the document: limits from values, as if each were alone, are much narrower."""
    losses = [[[0.0, 18.0, 180], [14.0, 18.0, 20]]] * 20
    chart = chart_of_averages(losses, np.full(20, True))
    alone = np.sqrt(chart.centre * (1 - chart.centre) / (200 * 9))
    assert chart.spread[0] > 2 * alone


def test_limits_are_widened_where_runs_differ_more_than_by_chance() -> None:
    random = np.random.default_rng(1)
    steady = random.binomial(200, 0.9, 20).astype(float)
    restless = random.binomial(200, np.clip(random.normal(0.9, 0.08, 20), 0, 1)).astype(float)
    for right, wider in ((steady, False), (restless, True)):
        base = np.full(20, True)
        plain = chart_of_shares(right, np.full(20, 200.0), base)
        found = widened(plain, right / 200, base)
        assert (found.widened > 1) == wider
        assert (found.low[0] < plain.low[0]) == wider


def test_the_eighth_on_one_side_stands_out_once() -> None:
    rights = np.array([190.0, 180.0] * 10 + [190.0] * 9)
    chart = chart_of([{"value": one / 200, "right": one, "of": 200} for one in rights])
    found = alarms(chart, rights / 200)
    assert found.count("eight") == 1
    assert found[27] == "eight"
    assert "point" not in found


def test_a_slow_drift_is_found_by_the_moving_average_before_the_other_rules() -> None:
    rights = [180, 182, 178, 181, 179] * 4 + [172, 170, 171, 170, 172, 171]
    history = several(rights)
    slow = history_of(history._records, metrics=("payable_rate",), ewma=True).table()
    assert "drift" in slow["alarm"].tolist()[20:26]
    assert "drift" not in history.table()["alarm"].tolist()
    assert "ewma" not in history.table()
    first = slow["ewma"].iloc[0]
    assert first == pytest.approx(0.8 * slow["centre"].iloc[0] + 0.2 * 0.9)
    at = slow["alarm"].tolist().index("drift")
    assert not slow["ewma_low"].iloc[at] <= slow["ewma"].iloc[at] <= slow["ewma_high"].iloc[at]
    # Behind an alarm it begins anew.
    assert slow["ewma"].iloc[at + 1] == pytest.approx(0.8 * slow["centre"].iloc[0] + 0.2 * rights[at + 1] / 200)


def test_the_average_of_steady_runs_seldom_leaves_its_limits() -> None:
    random, alarmed = np.random.default_rng(3), 0
    for right in random.binomial(200, 0.9, (200, 30)):
        numbers = [{"value": one / 200, "right": one, "of": 200} for one in right.tolist()]
        chart = chart_of(numbers)
        alarmed += int(moving_average(chart, right / 200, alarms(chart, right / 200)).outside.sum())
    assert alarmed / 6000 <= 0.002


def test_fields_have_limits_of_their_own_and_none_with_few_or_the_same_documents() -> None:
    runs = gini.history([night(number, wrong=number % 4) for number in range(9)], by="given")
    fields = runs.by_field()
    amounts, ibans = (fields[fields["field"] == name] for name in ("amountToPay", "iban"))
    assert amounts["limit_low"].nunique() == 1
    assert amounts["limit_low"].iloc[0] < ibans["limit_low"].iloc[0] < ibans["centre"].iloc[0]
    whole = [one["losses"] for record in runs._records for one in record["fields"] if one["field"] == "iban"]
    assert ibans["centre"].iloc[0] == chart_of_averages(whole, np.full(9, True)).centre
    for few in (gini.history([night(number) for number in range(7)], by="given"), gini.history([night(0)] * 9)):
        assert few.by_field()["limit_low"].isna().all()


def test_the_same_mark_is_kept_once(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    gini.history(night(0), file=file).mark("2026-01-01", "new scanner").mark("2026-01-01", "new scanner")
    assert len(file.read_text("utf-8").splitlines()) == 2


def test_a_history_shows_itself() -> None:
    history = several([190, 188, 192] * 4 + [100])
    assert repr(history) == "<History of 13 runs: payable_rate; 1 alarms>"
    assert "run 13" in history._repr_html_()
    assert history.plot("payable_rate").gini_table["alarm"].tolist()[-1] == "point"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": ["macro_f1"]}, "no history of 'macro_f1'; choose from payable_rate"),
        ({"metrics": []}, "no history of nothing"),
        ({"by": "name"}, "by is 'name'; choose one of made_at, given"),
        ({"baseline": 3}, "baseline is 3; it must be a number of runs, 8 or more"),
        ({"runs": 3}, "runs is an int; give evaluations"),
        ({"runs": [3]}, "A run is an int; give evaluations"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        gini.history(arguments.pop("runs", []), **arguments)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="no stored evaluation at"):
        gini.history(str(tmp_path / "*.zip"))
    with pytest.raises(FileProblem, match="cannot be read"):
        gini.history(tmp_path)
    other = tmp_path / "history.jsonl"
    other.write_text('{"format": 99, "metrics": {}}\n')
    with pytest.raises(SchemaError, match=r"Line 1 of .* it has format 99, and this version reads 2"):
        gini.history(other)


@pytest.mark.parametrize("date", ["yesterday", "2026-13-01"])
def test_a_mark_needs_a_date_and_a_text(date: str) -> None:
    with pytest.raises(SettingError, match=f"The date of a mark is '{date}'; write it as 2026-11-29"):
        several([190]).mark(date, "new scanner")
    with pytest.raises(SettingError, match="The text of a mark is a text of 0 characters"):
        several([190]).mark("2026-11-29", "")


def test_a_metric_that_the_history_has_not_is_refused() -> None:
    with pytest.raises(SettingError, match="no metric 'coverage'; it has payable_rate"):
        several([190]).of("coverage")
