"""The pictures, read back from their artists: each draws what its twin holds."""

from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from gini_notebook.analysis import plots
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.history.runs import history_of
from gini_notebook.analysis.plots.theme import LIGHT
from gini_notebook.errors import SettingError
from tests.analysis.plots.plot_samples import batch, comparison, evaluation, past, run
from tests.analysis.report.report_samples import hostile, rows, sample

OUTCOMES = ["correct", "wrong", "missing", "spurious"]


@pytest.fixture(autouse=True)
def _pyplot() -> Iterator[None]:
    """Draw into memory, and leave no figure to the next test."""
    mpl.use("Agg")
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluation(7)


def paper(width: float = 7.2, height: float = 6.0) -> Axes:
    return Figure(figsize=(width, height)).add_axes((0, 0, 1, 1))


def texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def points(axes: Axes, gid: str) -> list[tuple[float, float]]:
    """Return where the marks of a kind stand."""
    found = [line.get_xydata() for line in axes.lines if line.get_gid() == gid]
    return [tuple(point) for data in found for point in data.tolist()]


def bars(axes: Axes, gid: str) -> list[Any]:
    return [bar for bar in axes.patches if bar.get_gid() == gid]


def bands(axes: Axes) -> dict[float, tuple[float, float]]:
    """Return from where to where intervals go, by row."""
    flat = [line for line in axes.lines if line.get_alpha() == 0.42]
    return {float(line.get_ydata()[0]): tuple(line.get_xdata()) for line in flat}


@pytest.mark.parametrize("metric", ["f1", "precision", "recall", "accuracy"])
def test_a_dot_stands_at_the_score_of_its_field_and_a_band_spans_its_interval(result: Evaluation, metric: str) -> None:
    axes = plots.field_scores(result, metric=metric, ax=paper())
    table = axes.gini_table
    drawn = sorted(points(axes, "ranked") + points(axes, "few"), key=lambda point: point[1])
    assert [x for x, _ in drawn] == table[metric].tolist()
    ends = table[[f"{metric}_low", f"{metric}_high"]].to_numpy()
    assert [bands(axes)[place] for place in range(7)] == list(map(tuple, ends.tolist()))
    same = result.by_field(full=True).set_index(["group", "field"]).loc[[("", name) for name in table["field"]]]
    pd.testing.assert_frame_equal(table.set_index(["group", "field"]), same)
    assert set(table["field"]) <= set(texts(axes))
    assert {f"{value:.3f}" for value in table[metric]} <= set(texts(axes))


def test_fields_with_fewer_than_30_values_are_hollow_below_the_rule_and_not_ranked(result: Evaluation) -> None:
    axes = plots.field_scores(result, ax=paper())
    table = axes.gini_table
    few = (table["support"] < 30).tolist()
    assert few == sorted(few)
    assert any(few)
    assert [y for _, y in sorted(points(axes, "few"), key=lambda point: point[1])] == list(np.flatnonzero(few))
    [hollow] = [line for line in axes.lines if line.get_gid() == "few"]
    assert to_hex(hollow.get_markerfacecolor()) == LIGHT.paper
    assert to_hex(hollow.get_color()) == LIGHT.soft
    ranked = table["f1"][~np.array(few)].tolist()
    assert ranked == sorted(ranked, reverse=True)
    order = [name for name in result.by_field(full=True)["field"] if name in table["field"][few].tolist()]
    assert table["field"][few].tolist() == list(dict.fromkeys(order))
    assert any("too few to rank" in text for text in texts(axes))
    unsorted = plots.field_scores(result, ax=paper(), sort=False).gini_table["field"].tolist()
    assert unsorted == result.by_field(full=True).query("group == '' and not average")["field"].tolist()


def test_where_no_field_can_be_ranked_the_caption_says_in_which_order_they_stand() -> None:
    small = evaluate(*[rows(("a.pdf", "", 0, "iban", "DE1"), ("a.pdf", "", 0, "bic", "B"))] * 2)
    few = plots.field_scores(small, ax=paper())
    assert "All hollow: unranked, in the order of the fields" in " ".join(texts(few))
    german = plots.field_scores(small, ax=paper(), language="de")
    assert "Alle hohl: ohne Rang, in der Reihenfolge der Felder" in " ".join(texts(german))


def test_average_and_gate_are_lines_and_the_axis_begins_at_0_unless_asked(result: Evaluation) -> None:
    axes = plots.field_scores(result, ax=paper(), target=0.9)
    average = result.by_field(full=True).query("group == '' and field == 'micro'")["f1"].iloc[0]
    upright = [
        line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2
    ]
    assert {average, 0.9} <= set(upright)
    assert "0.00" in texts(axes)
    assert f"all header fields together, {average:.3f}" in " ".join(texts(axes))
    close = plots.field_scores(evaluation(2), ax=paper(), zoom=True)
    assert "0.00" not in texts(close)
    assert "//" in texts(close)
    assert "The axis begins at" in " ".join(texts(close))


def test_columns_of_compounds_and_all_fields_together(result: Evaluation) -> None:
    cells = plots.field_scores(result, ax=paper(), group="lineItems").gini_table
    assert set(cells["group"]) == {"lineItems"}
    every = plots.field_scores(result, ax=paper(height=8), group=None)
    assert len(every.gini_table) == 14
    assert "lineItems.bic" in texts(every)


def test_an_undefined_score_has_no_dot() -> None:
    axes = plots.field_scores(evaluate(rows(), rows(("a.pdf", "", 0, "iban", None))), ax=paper())
    assert points(axes, "few") == []
    assert "n/a" in texts(axes)


@pytest.mark.parametrize("share", [True, False])
def test_strips_are_what_became_of_the_values(result: Evaluation, share: bool) -> None:
    axes = plots.outcomes(result, ax=paper(), share=share)
    table = axes.gini_table
    whole = table[OUTCOMES].sum(axis=1) if share else 1
    for outcome in OUTCOMES:
        lengths = (table[outcome] / whole).astype(float)
        places = {round(bar.get_y() + bar.get_height() / 2): bar.get_width() for bar in bars(axes, outcome)}
        assert places == pytest.approx({place: width for place, width in enumerate(lengths) if width})
    ends = [max(bar.get_x() + bar.get_width() for bar in axes.patches if bar.get_gid())]
    assert ends == pytest.approx([1.0 if share else float(table[OUTCOMES].sum(axis=1).max())])


def test_outcomes_differ_in_colour_and_in_form(result: Evaluation) -> None:
    axes = plots.outcomes(result, ax=paper())
    kinds = {outcome: bars(axes, outcome)[0] for outcome in ("correct", "wrong", "missing")}
    looks = {(to_hex(bar.get_facecolor()), to_hex(bar.get_edgecolor()), bar.get_hatch()) for bar in kinds.values()}
    assert len(looks) == 3
    assert (kinds["wrong"].get_hatch(), kinds["correct"].get_hatch()) == ("xxxx", None)
    assert to_hex(kinds["missing"].get_facecolor()) == LIGHT.paper
    assert set(OUTCOMES) <= set(texts(axes))


def test_the_overview_is_a_figure_with_scores_and_strips_in_the_same_rows(result: Evaluation) -> None:
    figure = plots.overview(result)
    [axes] = figure.axes
    assert figure.get_figwidth() == 10.4
    scored = {y for _, y in points(axes, "ranked") + points(axes, "few")}
    striped = {round(bar.get_y() + bar.get_height() / 2) for bar in bars(axes, "correct")}
    assert scored == striped == set(range(7))
    worst = axes.gini_table.query("support >= 30").iloc[-1]
    assert f"{worst['field']} is the weakest field: F1 {worst['f1']:.3f}" in texts(axes)


def test_candidates_stand_where_the_right_value_is(result: Evaluation) -> None:
    axes = plots.candidates(result, ax=paper())
    table = result.candidate_recall()
    pd.testing.assert_frame_equal(axes.gini_table, table)
    for name in ("recall_1", "recall_3", "recall_all"):
        assert [x for x, _ in points(axes, name)] == table[name].tolist()


def test_line_items_are_rows_first_then_cells(result: Evaluation) -> None:
    axes = plots.line_items(result, ax=paper())
    table = axes.gini_table
    paired, missed, invented, _ = result.document_counts().rows[:, 1].sum(axis=0)
    assert table.iloc[0][["correct", "wrong", "missing", "spurious"]].tolist() == [paired, 0, missed, invented]
    cells = result.by_field().query("group == 'lineItems' and field not in ('micro', 'macro')")
    assert table.iloc[1:]["field"].tolist() == cells["field"].tolist()
    assert table.iloc[1:]["missing"].tolist() == cells["missing"].tolist()
    none = plots.line_items(result, ax=paper(), group="skontoDiscounts")
    assert "nothing to draw: there is no compound skontoDiscounts" in texts(none)


def test_patterns_are_sets_of_mistakes_with_a_mark_per_field(result: Evaluation) -> None:
    axes = plots.patterns(result, top=5, by="kind", ax=paper())
    whole = result.patterns(by="kind", top=None)
    table = axes.gini_table
    pd.testing.assert_frame_equal(table, whole.head(len(table)))
    assert [bar.get_width() for bar in bars(axes, "documents")] == table["documents"].tolist()
    fields = [name for name in table.attrs["fields"] if table[name].notna().any()]
    marks = table[fields].astype(object).fillna("")
    for outcome in ("wrong", "missing", "spurious"):
        there = {(x, y) for x, name in enumerate(fields) for y in range(len(table)) if marks[name].iloc[y] == outcome}
        assert set(points(axes, outcome)) == there
    assert {name for name in fields if len(name) < 20} <= set(texts(axes))
    dominant = table.iloc[-1]
    one = (
        "all {slice}"
        if dominant["slice_documents"] == dominant["documents"]
        else "{slice_documents} of {documents} {slice}"
    )
    assert one.format(**dominant) in texts(axes)
    assert not any(document in texts(axes) for document in result.documents["document"])


def test_patterns_of_a_run_without_a_mistake_say_so() -> None:
    table = rows(("a.pdf", "", 0, "iban", "1"), ("b.pdf", "", 0, "iban", "2"))
    assert "No mistake in 2 documents" in texts(plots.patterns(evaluate(table, table), ax=paper()))


def test_causes_add_up_and_what_has_none_stands_last(result: Evaluation) -> None:
    axes = plots.causes(result, ax=paper())
    table = axes.gini_table
    counted = result.by_cause().groupby("cause")["count"].sum()
    assert table["count"].sum() == counted.sum()
    assert table["cause"].iloc[-1] == "other"
    assert [bar.get_width() for bar in bars(axes, "wrong")] == table["count"].tolist()
    assert "no cause found" in texts(axes)


def test_few_slices_are_dots_many_a_funnel_with_names_only_outside() -> None:
    whole = evaluation(1)
    few = whole.documents.assign(kind=["a", "b"] * 20)
    axes = plots.slices(whole, "kind", few, ax=paper())
    assert [x for x, _ in points(axes, "slice")] == axes.gini_table["f1"].tolist()
    random = np.random.default_rng(0)
    issuers = np.repeat([f"issuer {n}" for n in range(12)], 40)
    found = random.random(480) < np.where(issuers == "issuer 3", 0.3, 0.9)
    labelled = pd.DataFrame({"document": [f"{n}" for n in range(480)], "field": "iban", "value": "1"})
    result = evaluate(labelled[found], labelled)
    documents = pd.DataFrame({"document": labelled["document"], "issuer": issuers})
    axes = plots.slices(result, "issuer", documents, ax=paper(), metric="recall")
    table = axes.gini_table
    assert sorted(points(axes, "slice")) == sorted(zip(table["documents"], table["recall"], strict=True))
    assert "issuer 3" in texts(axes)
    assert not {f"issuer {n}" for n in range(12) if n != 3} & set(texts(axes))
    outside = table[(table["recall"] < table["limit_low_998"]) | (table["recall"] > table["limit_high_998"])]
    assert outside["slice"].tolist() == ["issuer 3"]
    pd.testing.assert_frame_equal(table, result.by_slice("issuer", documents, limits="recall"))
    assert any(text.startswith("issuer issuer 3 stands out") for text in texts(axes))


def test_risk_and_coverage_begin_with_the_surest_and_the_threshold_is_marked(result: Evaluation) -> None:
    axes = plots.confidence(result, target=0.8, ax=paper())
    table = axes.gini_table
    assert points(axes, "risk") == list(zip(table["coverage"], table["wrong"], strict=True))
    given = result.comparisons[(result.comparisons["group"] == "")]
    given = given[given["outcome"].isin(["correct", "wrong", "spurious"])]
    assert table["kept"].iloc[-1] == len(given)
    assert table["wrong"].iloc[-1] == pytest.approx((given["outcome"] != "correct").mean())
    row = table.iloc[len(table) // 2]
    kept = given[given["confidence"] >= row["threshold"]]
    assert (row["kept"], row["wrong"]) == (len(kept), pytest.approx((kept["outcome"] != "correct").mean()))
    chosen = result.at_precision(0.8)
    assert table.attrs["threshold"].status == chosen.status
    marked = points(axes, "threshold")
    assert len(marked) == (0 if np.isnan(chosen.threshold) else 1)
    bare = plots.confidence(sample(), ax=paper())
    assert "the service delivers none" in " ".join(texts(bare))


def test_a_field_of_ones_own_and_a_closer_look(result: Evaluation) -> None:
    axes = plots.confidence(result, field="docType", target=0.9, zoom=True, ax=paper())
    assert axes.gini_table["kept"].iloc[-1] < 40
    assert points(axes, "risk")[-1][0] == 1


def test_bins_stand_at_their_confidence(result: Evaluation) -> None:
    axes = plots.reliability(result, bins=5, ax=paper())
    table = result.reliability(bins=5)
    assert points(axes, "bin") == list(zip(table["confidence"], table["correct"], strict=True))
    pd.testing.assert_frame_equal(axes.gini_table, table)
    assert {x for x, _ in points(axes, "rug")} == set(table["confidence_low"]) | set(table["confidence_high"])
    assert points(axes, "diagonal") == [(0, 0), (1, 1)]


def test_precision_by_slice_reaches_down_to_its_bound(result: Evaluation) -> None:
    slices = result.confidence_by_field(target=0.7)
    axes = plots.confidence_by_slice(slices, ax=paper())
    assert axes.gini_table is slices
    assert [x for x, _ in points(axes, "slice")] == slices["precision"].dropna().tolist()
    assert [x for x, _ in points(axes, "target")] == [0.7, 0.7]
    for place, row in slices.iterrows():
        if not np.isnan(row["precision_low"]):
            assert bands(axes)[place] == (row["precision_low"], row["precision"])
    assert set(slices["status"]) <= set(texts(axes))


def test_only_evidence_has_colour_in_a_comparison() -> None:
    compared = comparison(7)
    axes = plots.comparison(compared, ax=paper())
    table = axes.gini_table
    assert [x for x, _ in points(axes, "a")] == table["f1_a"].tolist()
    assert [x for x, _ in points(axes, "b")] == table["f1_b"].tolist()
    assert [x for x, _ in points(axes, "difference")] == table["f1_difference"].tolist()
    ink = {"better": LIGHT.passed, "worse": LIGHT.failed}
    for line, verdict in zip([x for x in axes.lines if x.get_gid() == "difference"], table["verdict"], strict=True):
        assert to_hex(line.get_color()) == ink.get(verdict, LIGHT.soft)
    whole = compared.by_field(full=True).query("group == '' and not average").reset_index(drop=True)
    pd.testing.assert_frame_equal(table, whole)


def test_fields_of_one_run_are_named_below() -> None:
    labels = rows(*((f"{n}.pdf", "", 0, field, "1") for n in range(9) for field in ("iban", "bic")))
    first, second = evaluate(labels[labels["field"] == "iban"], labels), evaluate(labels, labels)
    from gini_notebook.analysis.comparison import compare

    compared = compare(first, second)
    axes = plots.comparison(compared, ax=paper())
    alone = compared.by_field(full=True).query("verdict == 'second run only' and not average")["field"].tolist()
    assert ("Only in one run: bic" in " ".join(texts(axes))) == (alone == ["bic"])
    assert set(axes.gini_table["field"]).isdisjoint(alone)


def test_fixed_values_are_on_the_right_broken_ones_on_the_left() -> None:
    compared = comparison(7)
    axes = plots.changes(compared, ax=paper(height=9))
    table = axes.gini_table
    assert [bar.get_width() for bar in bars(axes, "fixed")] == table["fixed"].tolist()
    assert [bar.get_x() for bar in bars(axes, "broken")] == (-table["broken"]).tolist()
    found = compared.changes()["change"].value_counts()
    assert table[["fixed", "broken"]].sum().tolist() == [found.get("fixed", 0), found.get("broken", 0)]


def test_times_show_every_document_and_the_median() -> None:
    documents = batch(40)
    axes = plots.times(documents, ax=paper())
    seconds = documents["processing_s"].dropna().sort_values().tolist()
    assert axes.gini_table["processing_s"].tolist() == seconds
    assert [x for x, _ in points(axes, "ecdf")][1:] == seconds
    assert [x for x, _ in points(axes, "quantile")] == pytest.approx(np.quantile(seconds, [0.5, 0.95]).tolist())
    parts = plots.times(documents, by="kind", ax=paper())
    assert len([line for line in parts.lines if line.get_gid() == "ecdf"]) == 4
    assert "fewer than 5 documents" in " ".join(texts(plots.times(batch(1), ax=paper())))


def test_throughput_counts_what_is_done_and_marks_what_failed() -> None:
    axes = plots.throughput(batch(40), ax=paper())
    table = axes.gini_table
    assert points(axes, "done")[-1] == (table.query("status == 'completed'")["minutes"].max(), 36)
    assert {x for x, _ in points(axes, "failed")} == set(table.query("status == 'failed'")["minutes"])
    with pytest.raises(SettingError, match=r"lacks the column\(s\) uploaded_at, status"):
        plots.throughput(pd.DataFrame({"document": [], "processing_s": []}))


def test_a_trend_has_its_limits_its_alarms_and_its_breaks() -> None:
    history = past(40)
    axes = plots.trend(history, ax=paper(10))
    table = axes.gini_table
    pd.testing.assert_frame_equal(table, history.of("payable_rate"))
    alarms = table[table["alarm"] == "point"]
    assert points(axes, "point") == list(zip(map(float, alarms.index), alarms["value"], strict=True))
    assert alarms["run"].tolist()[-1] == "run 40"
    assert {x for x, _ in points(axes, "break")} == {11.5}
    assert [len(line.get_xdata()) for line in axes.lines if line.get_gid() == "runs"] == [12, 28]
    lows = [line.get_ydata() for line in axes.lines if line.get_gid() == "limit_low"]
    assert lows[1][0] == table["limit_low"].iloc[-1]
    assert "payable rate of run 40 is outside its limits" in texts(axes)
    few = plots.trend(past(5), ax=paper())
    assert "too few for limits" in " ".join(texts(few))


def test_without_axes_a_picture_makes_a_figure_and_never_shows_it(
    result: Evaluation, recwarn: pytest.WarningsRecorder
) -> None:
    before = dict(mpl.rcParams)
    axes = plots.field_scores(result)
    # On Agg, showing warns that it cannot.
    assert [str(warning.message) for warning in recwarn] == []
    assert plt.get_fignums() == [axes.figure.number]
    assert dict(mpl.rcParams) == before


def test_more_rows_make_a_higher_figure_up_to_60_of_them() -> None:
    def height(fields: int) -> tuple[float, list[str]]:
        table = rows(*(("a.pdf", "", 0, f"field{number}", "1") for number in range(fields)))
        axes = plots.outcomes(evaluate(table, table))
        return float(axes.figure.get_figheight()), texts(axes)

    assert height(2)[0] < height(10)[0] < height(40)[0] < height(72)[0]
    assert height(40)[0] - height(10)[0] == pytest.approx(0.3 * 30)
    assert height(72)[0] == height(90)[0]
    assert "… 12 more" in height(72)[1]


def test_rows_that_there_is_no_room_for_are_counted(result: Evaluation) -> None:
    axes = plots.field_scores(result, ax=paper(5, 2.2), language="de")
    drawn = len(points(axes, "ranked") + points(axes, "few"))
    assert 0 < drawn < 7
    assert f"… {7 - drawn} weitere" in texts(axes)
    assert len(axes.gini_table) == 7


def test_names_stand_above_the_marks_where_axes_are_narrow(result: Evaluation) -> None:
    def place(axes: Axes) -> tuple[str, float]:
        [name] = [text for text in axes.texts if text.get_text() == axes.gini_table["field"].iloc[0]]
        return name.get_ha(), name.get_position()[1]

    narrow, wide = plots.field_scores(result, ax=paper(3)), plots.field_scores(result, ax=paper(7))
    assert (place(narrow)[0], place(wide)[0]) == ("left", "right")
    assert place(plots.field_scores(result, ax=paper(7), labels="inside"))[0] == "left"
    with pytest.raises(SettingError, match="labels is 'above'; choose one of auto, outside, inside"):
        plots.field_scores(result, ax=paper(), labels="above")


def test_numbers_are_german_in_german(result: Evaluation) -> None:
    written = " ".join(texts(plots.field_scores(result, ax=paper(), language="de")))
    assert "0,00" in written
    assert "95\u202f%-Intervall" in written
    assert not any(part.replace(".", "").isdigit() and "." in part and "," not in part for part in written.split())
    with pytest.raises(SettingError, match="no language 'fr' for pictures; choose one of en, de"):
        plots.field_scores(result, ax=paper(), language="fr")


def test_a_coordinate_of_the_axes_is_a_score(result: Evaluation) -> None:
    axes = plots.field_scores(result, ax=paper())
    dot = next(line for line in axes.lines if line.get_gid() == "ranked")
    own = axes.axvline(dot.get_xdata()[0])
    assert own.get_transform().transform((own.get_xdata()[0], 0))[0] == pytest.approx(
        dot.get_transform().transform((dot.get_xdata()[0], 0))[0]
    )


def test_axes_that_share_an_axis_keep_their_own_data(result: Evaluation) -> None:
    left, right = Figure(figsize=(9, 5)).subplots(1, 2, sharey=True)
    first = plots.field_scores(result, ax=left)
    at = [line.get_transform().transform(line.get_xydata()).tolist() for line in first.lines if line.get_gid()]
    plots.field_scores(evaluation(40), ax=right)
    assert [line.get_transform().transform(line.get_xydata()).tolist() for line in first.lines if line.get_gid()] == at


@pytest.mark.parametrize("draw", [plots.field_scores, plots.outcomes, plots.causes])
def test_T49_text_of_documents_is_never_mathematics(draw: Any, recwarn: pytest.WarningsRecorder) -> None:
    result = hostile()
    recwarn.clear()  # of accounts that are none; what counts is what drawing warns of
    axes = draw(result, ax=paper(7.2, 9))
    axes.figure.savefig("/dev/null", format="png")
    if draw is not plots.causes:
        assert any("$ und $" in text for text in texts(axes))
    assert [text.get_parse_math() for text in axes.texts] == [False] * len(axes.texts)
    assert [str(warning.message) for warning in recwarn] == []


def test_a_long_name_is_cut_in_the_middle() -> None:
    table = rows(("a.pdf", "", 0, "x" * 150 + "y" * 150, "1"))
    [name] = [text for text in texts(plots.outcomes(evaluate(table, table), ax=paper())) if "…" in text]
    assert len(name) <= 56
    assert (name[0], name[-1]) == ("x", "y")


@pytest.mark.parametrize("draw", [plots.field_scores, plots.outcomes])
def test_an_unknown_group_is_refused(result: Evaluation, draw: Any) -> None:
    with pytest.raises(SettingError, match="no group 'items' in this evaluation; choose one of '', 'lineItems'"):
        draw(result, group="items")


def test_an_unknown_metric_is_refused(result: Evaluation) -> None:
    with pytest.raises(SettingError, match="no metric 'f2' to draw; choose one of f1, precision, recall, accuracy"):
        plots.field_scores(result, metric="f2")
    with pytest.raises(SettingError, match="no metric 'f2' to have limits; choose one of precision, recall, f1"):
        plots.slices(result, "kind", metric="f2")
    assert plt.get_fignums() == []


def test_the_moving_average_of_a_trend_is_a_line_of_its_own_with_a_mark_where_it_drifts() -> None:
    rights = [180, 182, 178, 181, 179] * 4 + [172, 170, 171, 170]
    records = [run(place, right, 200) for place, right in enumerate(rights)]
    runs = history_of(records, metrics=("payable_rate",), ewma=True)
    table = runs.table()
    assert "drift" in set(table["alarm"])
    axes = plots.trend(runs)
    lines = {line.get_gid(): line for line in axes.lines if line.get_gid()}
    assert len([line for line in axes.lines if line.get_gid() == "ewma"]) == 1
    assert lines["drift"].get_marker() == "D"
    said = " ".join(text.get_text() for text in axes.texts)
    assert "a slow drift, seen at" in said
    assert "♦ outside its limits" in " ".join(said.split())
    assert not [
        line for line in plots.trend(history_of(records, metrics=("payable_rate",))).lines if line.get_gid() == "ewma"
    ]
