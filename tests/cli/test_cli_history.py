"""``history``: runs are added to a file, shown, drawn and reported; what makes no sense is refused."""

import json
from pathlib import Path

import pytest
from lxml import etree
from lxml import html as lxml_html
from typer.testing import CliRunner

from gini_notebook.cli import app
from gini_notebook.errors import FileProblem, SettingError
from tests.analysis.history.history_samples import night


def call(*words: object) -> tuple[int, str, str]:
    answer = CliRunner().invoke(app, [str(word) for word in words])
    return answer.exit_code, answer.stdout, answer.stderr


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder of ten runs, the last of which is far worse."""
    for number in range(10):
        night(number, wrong=30 if number == 9 else 3).save(tmp_path / f"r{number}" / "evaluation.zip")
    return tmp_path


def test_it_prints_of_each_metric_the_runs_and_what_stands_out(runs: Path) -> None:
    code, output, errors = call("history", runs / "*" / "evaluation.zip", "--metric", "payable_rate")
    assert (code, errors) == (0, "")
    lines = output.splitlines()
    assert lines[0] == "Documents that can be paid as read"
    assert [line.split()[1] for line in lines[3:13]] == [str(number) for number in range(10)]
    assert "point" in lines[12]
    assert "Documents that can be paid as read: night 9 is outside of the limits." in lines


def test_runs_and_marks_are_added_to_the_file_once(runs: Path) -> None:
    file = runs / "history.jsonl"
    words = ("history", runs / "*" / "evaluation.zip", "--file", file, "--mark", "2026-01-05=new scanner")
    assert call(*words)[0] == 0
    before = file.read_text("utf-8")
    assert len(before.splitlines()) == 11
    assert call(*words)[0] == 0
    assert file.read_text("utf-8") == before
    night(10).save(runs / "r10" / "evaluation.zip")
    code, output, _ = call(*words)
    assert code == 0
    assert file.read_text("utf-8").startswith(before)
    assert "The line is broken before night 4: new scanner." in output
    code, output, _ = call("history", "--file", file, "--json")
    assert code == 0
    answer = json.loads(output)
    assert {row["run"] for row in answer["runs"]} == {f"night {number}" for number in range(11)}
    assert answer["changes"][0]["text"] == "new scanner"
    assert {row["field"] for row in answer["fields"]} == {"amountToPay", "iban"}


def test_chart_and_reports_are_written(runs: Path, tmp_path: Path) -> None:
    outs = [tmp_path / f"trend{form}" for form in (".html", ".xlsx", ".md", ".json")]
    chart = tmp_path / "trend.svg"
    code, output, _ = call(
        *("history", runs / "*" / "evaluation.zip", "--chart", chart, "--ewma", "--language", "de"),
        *(word for out in outs for word in ("--report", out)),
    )
    assert code == 0
    assert [f"Written: {out}" for out in (chart, *outs)] == output.splitlines()[-5:]
    assert etree.parse(chart).getroot().tag.endswith("svg")
    page = lxml_html.document_fromstring(outs[0].read_text("utf-8"))
    assert page.get("lang") == "de"
    assert "night 9 liegt außerhalb der Grenzen" in page.text_content()


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ([], SettingError, "Name stored evaluations"),
        (["--file", "none.jsonl"], FileProblem, "There is no stored evaluation at 'none.jsonl'"),
        (["*.zip"], FileProblem, "There is no stored evaluation at"),
        (
            ["a.zip", "--chart", "a.gif"],
            SettingError,
            r"A chart cannot be written as 'a.gif'; let the name end in one of",
        ),
        (["a.zip", "--report", "a.xml"], SettingError, r"A history cannot be written as 'a.xml'; let the name end in"),
        (["a.zip", "--mark", "new scanner"], SettingError, "Cannot read --mark 'new scanner'; write a day and what"),
        (["a.zip", "--metric", "macro_f1"], SettingError, "no history of 'macro_f1'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: list[str], error: type[Exception], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = CliRunner().invoke(app, ["history", *words])
    with pytest.raises(error, match=message):
        raise answer.exception
