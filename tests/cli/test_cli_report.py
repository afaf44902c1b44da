"""``report``, ``evaluate --report`` and their options: forms, baseline, what a pipeline gets, and why it failed."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from lxml import etree
from typer.testing import CliRunner

from gini_notebook.cli import app
from gini_notebook.errors import FileProblem, GiniError
from gini_notebook.interactive import report_notebook
from tests.analysis.report.report_samples import OTHER_IBAN, boxed, graded

GATE = "amountToPay.f1>=0.99"
REASON = "1 of 2 gates not met: amountToPay.f1>=0.99 (expected >= 0.99, is 0.852"


def call(*words: object) -> tuple[int, str, str]:
    answer = CliRunner().invoke(app, [str(word) for word in words])
    return answer.exit_code, answer.stdout, answer.stderr


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return graded().save(tmp_path / "kept.zip")


def test_a_report_is_written_in_several_forms_at_once(kept: Path, tmp_path: Path) -> None:
    outs = [tmp_path / f"report{form}" for form in (".html", ".xlsx", ".md", ".xml", ".txt", ".json")]
    code, output, _ = call("report", kept, *(word for out in outs for word in ("--out", out)), "--language", "de")
    assert code == 0
    assert [f"Written: {out}" for out in outs] == output.splitlines()
    assert "Qualität der Extraktionen" in outs[2].read_text("utf-8")


def test_a_gate_that_is_not_met_ends_with_1_and_says_why_in_one_line_in_markdown_and_in_junit(
    kept: Path, tmp_path: Path
) -> None:
    comment, junit = tmp_path / "comment.md", tmp_path / "junit.xml"
    gates = ("--fail-under", GATE, "--fail-under", "iban.f1>=0.5")
    code, _, errors = call("report", kept, "--out", comment, "--out", junit, *gates)
    assert code == 1
    (line,) = errors.splitlines()
    assert line.startswith(f"gini-notebook: {REASON}")
    assert "### ✘ Failed" in comment.read_text("utf-8")
    assert "amountToPay.f1&gt;=0.99 | 0.852" in comment.read_text("utf-8")
    failures = etree.parse(junit).findall(".//failure")
    assert [one.getparent().get("classname") for one in failures] == ["gates", "fields"]
    assert call("report", kept, "--out", comment, "--fail-under", "iban.f1>=0.5")[0] == 0
    assert "### ✔ Passed" in comment.read_text("utf-8")


def test_earlier_runs_are_shown_by_report_and_evaluate(kept: Path, tmp_path: Path) -> None:
    runs, report = tmp_path / "runs", tmp_path / "report.html"
    for name in ("a", "b"):
        (runs / name).mkdir(parents=True)
        (runs / name / "evaluation.zip").write_bytes(kept.read_bytes())
    assert call("report", kept, "--out", report, "--history", runs / "*" / "evaluation.zip")[0] == 0
    assert "How runs went before" in report.read_text("utf-8")
    truth = tmp_path / "truth.csv"
    truth.write_text("document,field,value\na.pdf,iban,DE1\n", encoding="utf-8")
    assert call("evaluate", truth, truth, "--report", report, "--history", kept, "--language", "de")[0] == 0
    assert "Frühere Läufe" in report.read_text("utf-8")
    answer = CliRunner().invoke(app, ["report", str(kept), "--out", str(report), "--history", str(tmp_path / "no.zip")])
    with pytest.raises(FileProblem, match="There is no stored evaluation at"):
        raise answer.exception


def test_evaluate_takes_the_same_options(tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("document,field,value\na.pdf,iban,DE1\nb.pdf,iban,DE2\n", encoding="utf-8")
    reports = [tmp_path / "a.md", tmp_path / "a.json"]
    words = ["evaluate", truth, truth, "--title", "Run 7", *(word for one in reports for word in ("--report", one))]
    code, output, errors = call(*words, "--fail-under", "iban.f1>=0.5")
    assert (code, errors) == (0, "")
    assert f"Written: {reports[1]}" in output
    assert reports[0].read_text("utf-8").splitlines()[1] == "### ✔ Passed: Run 7"
    assert json.loads(reports[1].read_text("utf-8"))["passed"] is True


def test_values_are_masked_and_pages_are_shown_where_they_are_asked_for(tmp_path: Path, invoices: Path) -> None:
    boxed().save(tmp_path / "boxed.zip")
    out = tmp_path / "a.html"
    assert call("report", tmp_path / "boxed.zip", "--out", out)[0] == 0
    assert OTHER_IBAN in out.read_text("utf-8")
    assert "<img" not in out.read_text("utf-8")
    assert call("report", tmp_path / "boxed.zip", "--out", out, "--pages", invoices)[0] == 0
    assert out.read_text("utf-8").count('<img src="data:image/png;base64,') == 1
    assert call("report", tmp_path / "boxed.zip", "--out", out, "--values", "masked")[0] == 0
    assert OTHER_IBAN not in out.read_text("utf-8")
    assert "DE75 … 6199" in out.read_text("utf-8")


def test_what_stands_around_a_value_and_whole_pages_are_shown_on_request(tmp_path: Path, invoices: Path) -> None:
    kept, out = boxed().save(tmp_path / "boxed.zip"), tmp_path / "a.html"
    words = ("report", kept, "--out", out, "--pages", invoices, "--no-mask")
    assert call(*words)[0] == 0
    assert "everything that stands around the value" in out.read_text("utf-8")
    assert "data:image/jpeg" not in out.read_text("utf-8")
    assert call(*words, "--whole-pages")[0] == 0
    assert out.read_text("utf-8").count('<img src="data:image/jpeg;base64,') == 1
    assert "Page 1 of 1 of letter_plain.pdf" in out.read_text("utf-8")


def test_what_mistakes_cost_is_given_in_a_shell(kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    assert call("report", kept, "--out", out, "--cost", "wrong=50", "--cost", "missing=2")[0] == 0
    assert json.loads(out.read_text("utf-8"))["costs"][-1]["cost"] == 6 * 50 + 5 * 2 * 2
    assert call("report", kept, "--out", out, "--cost", "amountToPay.wrong=50")[0] == 0
    assert [row["field"] for row in json.loads(out.read_text("utf-8"))["costs"]] == ["amountToPay", "total"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--whole-pages", "--pages", "."), "Whole pages show all that stands on them"),
        (("--no-mask", "--whole-pages"), "Whole pages show all that stands on them"),
        (("--cost", "wrong"), "Cannot read --cost 'wrong'; write"),
        (("--cost", "wrong=1", "--cost", "iban.wrong=1"), "Some costs are of one field, some of all"),
        (("--pages", "gone"), "There is no folder gone"),
        (("--values", "none", "--pages", "."), "Excerpts of pages show values"),
        (("--values", "masked", "--raw"), "Leave out raw"),
    ],
)
def test_what_would_show_hidden_values_is_refused_before_any_work(
    kept: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    answer = CliRunner().invoke(app, ["report", str(kept), "--out", str(tmp_path / "a.html"), *words])
    assert isinstance(answer.exception, GiniError)
    assert message in str(answer.exception)
    assert not (tmp_path / "a.html").exists()


def test_a_baseline_is_an_earlier_result(kept: Path, tmp_path: Path) -> None:
    earlier = graded(wrong=40).save(tmp_path / "earlier.zip")
    assert call("report", kept, "--out", tmp_path / "a.md", "--baseline", earlier)[0] == 0
    text = (tmp_path / "a.md").read_text("utf-8")
    assert "#### Against the earlier result" in text
    assert re.search(r"\| amountToPay \| 0\.2\d\d \| 0\.852 \|.*\| better \|", text)


def test_a_comparison_has_its_report(kept: Path, tmp_path: Path) -> None:
    earlier = graded(wrong=40).save(tmp_path / "earlier.zip")
    outs = [tmp_path / f"diff{form}" for form in (".html", ".md", ".xlsx", ".xml", ".json")]
    reports = [word for out in outs for word in ("--report", out)]
    code, output, _ = call("compare", earlier, kept, *reports, "--language", "de")
    assert code == 0
    assert output.splitlines()[-5:] == [f"Written: {out}" for out in outs]
    text = outs[1].read_text("utf-8")
    assert text.startswith("<!-- gini-notebook:report -->\n### ")
    assert "amountToPay" in text
    assert call("compare", earlier, kept, "--report", tmp_path / "diff.pdf")[0] != 0
    code, _, _ = call("compare", kept, earlier, "--report", outs[3], "--no-worse-than", "0.01")
    assert code == 1
    (failure,) = etree.parse(outs[3]).findall(".//failure")
    assert failure.get("message").startswith("worse: F1 differs by -")


def test_the_summary_of_a_job_is_appended(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert call("report", kept, "--job-summary") == (0, "", "")
    assert summary.read_text("utf-8").startswith("before\n<!-- gini-notebook:report -->\n### Extraction quality")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    code, _, errors = call("report", kept, "--job-summary")
    assert code == 0
    assert "GITHUB_STEP_SUMMARY is not set" in errors


def test_annotations_are_printed_for_github(kept: Path) -> None:
    code, output, _ = call("report", kept, "--annotations", "--fail-under", GATE)
    assert code == 1
    assert output.startswith("::error title=amountToPay.f1>=0.99::expected >= 0.99, is 0.852, 95 %25 interval ")


def test_junit_has_cases_of_documents_on_request(kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "junit.xml"
    call("report", kept, "--out", out, "--junit-documents", "failed")
    assert len(etree.parse(out).findall(".//testcase[@classname='documents']")) == 6


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Say where to write the report"),
        (("--out", "report.pdf"), "cannot be written as 'report.pdf'"),
        (("--out", "report.md", "--by", "colour"), "no column 'colour'"),
        (("--notebook", "report.py"), "let the name end in .ipynb"),
    ],
)
def test_what_cannot_be_written_is_refused(kept: Path, words: tuple[str, ...], message: str) -> None:
    answer = CliRunner().invoke(app, ["report", str(kept), *words])
    assert answer.exit_code != 0
    assert message in str(answer.exception)


def test_a_run_refuses_a_form_or_a_baseline_before_it_sends_anything(tmp_path: Path) -> None:
    words = ["run", str(tmp_path), "--to", str(tmp_path / "run"), "--truth", str(tmp_path / "truth.csv")]
    for more, message in (
        (["--report", "report.pdf"], "cannot be written as 'report.pdf'"),
        (["--report", "report.md", "--baseline", str(tmp_path / "none.zip")], "none.zip"),
    ):
        assert message in str(CliRunner().invoke(app, [*words, *more]).exception)
    assert "name it with --truth" in str(CliRunner().invoke(app, [*words[:4], "--job-summary"]).exception)


# The notebook


def test_without_papermill_the_notebook_has_its_parameters_and_no_outputs(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_notebook, "find_spec", lambda _name: None)
    out = tmp_path / "out.ipynb"
    code, output, errors = call("report", kept, "--notebook", out, "--language", "de")
    assert code == 0
    assert f"Written: {out}" in output
    assert 'pip install "gini-notebook[report]"' in errors
    notebook = nbformat.read(out, as_version=4)
    nbformat.validate(notebook)
    injected = next(cell for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", []))
    given: dict[str, object] = {}
    exec(injected.source, given)
    assert (given["evaluation"], given["language"], given["baseline"]) == (str(kept), "de", None)


def test_the_notebook_is_run_by_papermill_and_has_pictures_and_notes(tmp_path: Path, invoices: Path) -> None:
    pytest.importorskip("papermill")
    out, kept = tmp_path / "out.ipynb", boxed().save(tmp_path / "kept.zip")
    words = ("report", kept, "--notebook", out, "--baseline", kept, "--history", kept, "--pages", invoices)
    assert call(*words) == (0, f"Written: {out}\n", "")
    notebook = nbformat.read(out, as_version=4)
    shown = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    pictures: dict[str, int] = {}
    for cell in shown:
        assert {output.output_type for output in cell.outputs} <= {"execute_result", "display_data"}, cell.source
        for name in re.findall(r"gini\.plots\.(\w+)", cell.source):
            pictures[name] = sum("image/png" in output.data for output in cell.outputs)
    # Nothing tells the one document apart, so that there are no slices.
    assert pictures == {"overview": 1, "patterns": 1, "causes": 1, "slices": 0, "comparison": 1, "trend": 4}
    text = str([cell.outputs for cell in shown])
    assert "<strong>" in text
    assert OTHER_IBAN not in text  # masked by default, and so is not drawn
    assert "data:image" not in text
    assert call(*words, "--values", "full")[0] == 0
    text = out.read_text("utf-8")
    assert OTHER_IBAN in text
    assert "data:image/png;base64" in text


def test_a_notebook_that_stops_says_where(tmp_path: Path) -> None:
    pytest.importorskip("papermill")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"nothing")
    answer = CliRunner().invoke(app, ["report", str(broken), "--notebook", str(tmp_path / "out.ipynb")])
    assert answer.exit_code != 0
    with pytest.raises(report_notebook.FileProblem, match=r"The notebook stopped in cell \d+: "):
        report_notebook.write_report_notebook(tmp_path / "out.ipynb", broken)
    with pytest.raises(report_notebook.FileProblem, match="There is no evaluation at"):
        report_notebook.write_report_notebook(tmp_path / "out.ipynb", tmp_path / "none.zip")
    assert not (tmp_path / "out.ipynb").exists()
