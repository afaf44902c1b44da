"""The pictures, read back from their artists."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from gini_notebook.analysis import plots
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.errors import SettingError
from tests.analysis.report.report_samples import hostile, rows, sample

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    return sample()


def labels(axes: "Axes") -> list[str]:
    return [text.get_text() for text in axes.get_yticklabels()]


def widths(axes: "Axes") -> list[float]:
    return [bar.get_width() for bar in axes.patches]


def drawn(axes: "Axes") -> None:
    axes.figure.canvas.draw()


@pytest.mark.parametrize("metric", ["f1", "precision", "recall"])
def test_a_bar_is_as_wide_as_the_score_of_its_field(result: Evaluation, metric: str) -> None:
    axes = plots.field_scores(result, metric=metric)
    fields = result.by_field(full=True).query("field not in ('micro', 'macro')")
    assert labels(axes) == ["amountToPay", "iban", "bic", "lineItems.baseGross"]
    assert widths(axes) == np.nan_to_num(fields[metric].to_numpy(dtype=float)).tolist()
    assert axes.get_xlim() == (0, 1)
    assert axes.get_xlabel().startswith("F1" if metric == "f1" else metric)
    # The first field stands on top.
    low, high = axes.get_ylim()
    assert low > high


def test_the_score_and_the_support_stand_beside_the_bar(result: Evaluation) -> None:
    axes = plots.field_scores(result)
    f1 = result.by_field(full=True)["f1"]
    assert [text.get_text() for text in axes.texts] == [
        f"{f1[0]:.3f}  n=4",
        f"{f1[1]:.3f}  n=2",
        "n/a  n=0",
        f"{f1[5]:.3f}  n=2",
    ]


def test_whiskers_span_the_interval(result: Evaluation) -> None:
    axes = plots.field_scores(result, metric="recall")
    fields = result.by_field(full=True).query("field not in ('micro', 'macro')")
    spans = {int(line.get_ydata()[0]): list(line.get_xdata()) for line in axes.lines if len(set(line.get_ydata())) == 1}
    assert spans == {
        place: [low, high]
        for place, (low, high) in enumerate(zip(fields["recall_low"], fields["recall_high"], strict=True))
        if not np.isnan(low)
    }
    assert 2 not in spans


@pytest.mark.parametrize(
    ("group", "name"), [(None, "header fields"), ("", "header fields"), ("lineItems", "columns of lineItems")]
)
def test_a_line_shows_the_average_of_the_group(result: Evaluation, group: str | None, name: str) -> None:
    axes = plots.field_scores(result, group=group)
    micro = (
        result.by_field(full=True)
        .query("field == 'micro' and group == @group" if group else "field == 'micro'")["f1"]
        .iloc[0]
    )
    [line] = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert set(line.get_xdata()) == {micro}
    assert axes.get_title() == f"all {name} together (micro): {micro:.3f}"


def test_without_an_average_there_is_no_line() -> None:
    absent = rows(("a.pdf", "", 0, "iban", None))
    axes = plots.field_scores(evaluate(rows(), absent))
    assert list(axes.lines) == []
    assert axes.get_title() == ""
    assert [text.get_text() for text in axes.texts] == ["n/a  n=0"]


def test_outcomes_are_stacked_counts(result: Evaluation) -> None:
    axes = plots.outcomes(result)
    fields = result.by_field(full=True).query("field not in ('micro', 'macro')")
    series = list(axes.containers)
    assert [container.get_label() for container in series] == OUTCOMES
    left = np.zeros(len(fields))
    for container, outcome in zip(series, OUTCOMES, strict=True):
        counts = fields[outcome].to_numpy(dtype=float)
        assert [bar.get_width() for bar in container] == counts.tolist()
        assert [bar.get_x() for bar in container] == left.tolist()
        left += counts
    assert [text.get_text() for text in axes.get_legend().get_texts()] == OUTCOMES
    assert all(float(tick).is_integer() for tick in axes.get_xticks())


def test_outcomes_are_told_apart_by_colour_and_by_hatch(result: Evaluation) -> None:
    first = [container[0] for container in plots.outcomes(result).containers]
    assert len({to_hex(bar.get_facecolor()) for bar in first}) == 4
    assert len({bar.get_hatch() for bar in first}) == 4


@pytest.mark.parametrize("draw", [plots.field_scores, plots.outcomes])
def test_one_group_can_be_drawn_alone(result: Evaluation, draw: object) -> None:
    assert labels(draw(result, group="")) == ["amountToPay", "iban", "bic"]
    assert labels(draw(result, group="lineItems")) == ["baseGross"]


@pytest.mark.parametrize("draw", [plots.field_scores, plots.outcomes])
def test_the_axes_given_are_drawn_into_and_given_back(result: Evaluation, draw: object) -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert draw(result, ax=right) is right
    assert len(right.patches) >= 4
    assert len(left.patches) == 0
    assert plt.get_fignums() == []


@pytest.mark.parametrize("draw", [plots.field_scores, plots.outcomes])
def test_a_figure_of_its_own_is_never_shown(result: Evaluation, draw: object, recwarn: pytest.WarningsRecorder) -> None:
    before = dict(mpl.rcParams)
    axes = draw(result)
    # On Agg, showing warns that it cannot.
    assert [str(warning.message) for warning in recwarn] == []
    assert plt.get_fignums() == [axes.figure.number]
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("draw", [plots.field_scores, plots.outcomes])
def test_T49_text_of_documents_is_never_mathematics(draw: object, recwarn: pytest.WarningsRecorder) -> None:
    strange = hostile()
    axes = draw(strange)
    drawn(axes)
    names = labels(axes)
    assert any("$ und $" in name for name in names)
    assert [text.get_parse_math() for text in axes.get_yticklabels()] == [False] * len(names)
    assert [str(warning.message) for warning in recwarn] == []


def test_T49_the_name_of_a_compound_is_never_mathematics() -> None:
    table = rows(("a.pdf", "$x^2$ {", 0, "\\frac $1$", "1"))
    axes = plots.field_scores(evaluate(table, table), group="$x^2$ {")
    drawn(axes)
    assert "$x^2$ {" in axes.get_title()
    assert not axes.title.get_parse_math()


def test_a_long_name_leaves_room_for_the_bars() -> None:
    table = rows(("a.pdf", "", 0, "x" * 300, "1"))
    axes = plots.outcomes(evaluate(table, table))
    assert labels(axes) == ["x" * 55 + "…"]


def test_more_fields_make_a_higher_figure() -> None:
    def height(fields: int) -> float:
        table = rows(*(("a.pdf", "", 0, f"field{number}", "1") for number in range(fields)))
        return float(plots.outcomes(evaluate(table, table)).figure.get_figheight())

    assert height(2) < height(10) < height(40)


def test_an_unknown_metric_is_refused(result: Evaluation) -> None:
    with pytest.raises(SettingError, match="no metric 'f2' to draw; choose one of f1, precision, recall"):
        plots.field_scores(result, metric="f2")
    assert plt.get_fignums() == []


@pytest.mark.parametrize("draw", [plots.field_scores, plots.outcomes])
def test_an_unknown_group_is_refused(result: Evaluation, draw: object) -> None:
    with pytest.raises(SettingError, match="no group 'items' in this evaluation; choose one of '', 'lineItems'"):
        draw(result, group="items")
