"""What all forms of a report have in common: the intervals asked for, refusals, and that a file is always whole."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.report import render_report, save_report, verdict_of
from gini_notebook.errors import SettingError
from tests.analysis.report.report_samples import graded

MADE_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
FORMS = (".html", ".xlsx", ".md", ".xml", ".txt", ".json")


def written(result: Evaluation, folder: Path, ending: str, **options: Any) -> Path:
    return save_report(result, folder / f"report{ending}", made_at=MADE_AT, **options)


@pytest.mark.parametrize("ending", [".md", ".html", ".xlsx"])
def test_the_intervals_of_a_report_are_of_the_kind_asked_for(result: Evaluation, tmp_path: Path, ending: str) -> None:
    kinds = [read(written(result, tmp_path, ending, intervals=kind)) for kind in ("documents", "wilson")]
    ends = [result.by_field(full=True, intervals=kind).query("field == 'micro'") for kind in ("documents", "wilson")]
    lows = [f"{end['f1_low'].iloc[0]:.{6 if ending == '.xlsx' else 3}f}" for end in ends]
    assert lows[0] != lows[1]
    assert [low in text for low, text in zip(lows, kinds, strict=True)] == [True, True]
    assert kinds[0] != kinds[1]


def read(path: Path) -> str:
    """The text of a report; numbers of a workbook with six decimals."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    values = pd.read_excel(path, sheet_name="Fields").to_numpy().ravel()
    return " ".join(f"{value:.6f}" for value in values if isinstance(value, float))


def test_a_kind_of_intervals_that_is_none_is_refused(result: Evaluation, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="intervals"):
        written(result, tmp_path, ".md", intervals="guess")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same_notes_and_is_the_same_twice(form: str) -> None:
    result = graded()
    one, two = (render_report(result, form, made_at=MADE_AT) for _ in range(2))
    assert one == two
    text = one.decode() if form != ".xlsx" else " ".join(map(str, cells(one)))
    plain = text.replace("&gt;", ">").replace("\\", "")
    for note in result.notes:
        assert note.text in plain, note.kind


def cells(book: bytes) -> list[object]:
    import io

    sheets = pd.read_excel(io.BytesIO(book), sheet_name=None, header=None)
    return [cell for sheet in sheets.values() for cell in sheet.to_numpy().ravel()]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"language": "fr"}, "no report in the language 'fr'; choose one of en, de"),
        ({"budget": "tweet"}, "no budget of Markdown 'tweet'; choose one of comment, summary, None"),
        ({"documents": "some"}, "no choice of documents for JUnit 'some'; choose one of failed, all, None"),
        ({"fail_under": ["guess.f1>=1"]}, "no number 'guess.f1'"),
    ],
)
def test_options_that_make_no_sense_are_refused(result: Evaluation, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        render_report(result, ".md", **options)


def test_a_baseline_is_a_comparison_with_this_result(result: Evaluation) -> None:
    earlier, now = graded(), graded(wrong=20)
    with pytest.raises(SettingError, match="no comparison with this result"):
        render_report(earlier, ".md", baseline=compare(earlier, now))


def test_the_verdict_is_that_of_the_report() -> None:
    result = graded()
    for language in ("en", "de"):
        said = verdict_of(result, language=language, fail_under=["iban.f1>=0.5"])
        assert " ".join(said) in render_report(result, ".xml", language=language, fail_under=["iban.f1>=0.5"]).decode()
    with pytest.raises(SettingError, match="no report in the language"):
        verdict_of(result, language="fr")
