"""What mistakes cost, in every form of a report that says so, and the dearest documents first."""

import io
import json
from typing import Any

import openpyxl
import pytest
from lxml import html as lxml_html

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.report import render_report
from gini_notebook.errors import SettingError
from tests.analysis.report.report_samples import graded

COSTS = {"amountToPay": {"wrong": 50.0, "missing": 2.0}, "iban": {"missing": 1.5}}


@pytest.fixture(scope="module")
def dear() -> Evaluation:
    return graded(wrong=4, failed=5)


def section(result: Evaluation, key: str, **options: Any) -> list[list[str]]:
    tree = lxml_html.document_fromstring(render_report(result, ".html", **options).decode())
    rows = tree.xpath(f"//section[h2/@id='{key}']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


def test_html_has_the_costs_by_field_and_the_dearest_documents_first(dear: Evaluation) -> None:
    found = dear.costs(COSTS).set_index("field")
    assert found.loc["total", "cost"] == 4 * 50 + 5 * 2 + 5 * 1.5
    rows = section(dear, "costs", costs=COSTS)
    assert [row[0] for row in rows] == ["amountToPay", "iban", "all together"]
    for row, field in zip(rows, ("amountToPay", "iban", "total"), strict=True):
        cost = found.loc[field]
        assert row[4:6] == [f"{cost['cost']:,.2f}", f"{cost['cost_per_1000_documents']:,.2f}"]
        assert row[6] == f"{cost['low']:,.2f} – {cost['high']:,.2f}"
    assert rows[0][8] == "0.960"
    worst = section(dear, "worst", costs=COSTS)
    assert [row[0] for row in worst[:4]] == [f"d{number:05d}.pdf" for number in range(4)]
    assert [row[-2] for row in worst] == ["50.00"] * 4 + ["3.50"] * 5
    # Without costs those with most mistakes are first: the failed ones.
    assert section(dear, "worst")[0][0] == "d00055.pdf"
    assert section(dear, "costs") == []


def test_what_documents_cost_is_what_all_cost(dear: Evaluation) -> None:
    by_document = dear.document_costs(COSTS)
    assert by_document.sum() == dear.costs(COSTS)["cost"].iloc[-1]
    assert by_document["d00000.pdf"] == 50
    assert by_document["d00059.pdf"] == 3.5


@pytest.mark.parametrize(("language", "name", "heading"), [("en", "Costs", "Cost"), ("de", "Kosten", "Kosten")])
def test_the_workbook_has_a_sheet_of_them(dear: Evaluation, language: Any, name: str, heading: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_report(dear, ".xlsx", costs=COSTS, language=language)))
    body = list(book[name].iter_rows(min_row=2, values_only=True))
    found = dear.costs(COSTS)
    assert [row[4] for row in body] == found["cost"].tolist()
    assert [row[6] for row in body] == pytest.approx(found["low"].tolist())
    assert book[name].cell(2, 5).number_format == "#,##0.00"
    documents = book["Documents" if language == "en" else "Dokumente"]
    place = [cell.value for cell in documents[1]].index(heading)
    costs = {row[0]: row[place] for row in documents.iter_rows(min_row=2, values_only=True)}
    assert costs["d00000.pdf"] == 50
    assert costs["unlabelled.pdf"] is None


def test_markdown_openmetrics_and_json_have_them(dear: Evaluation) -> None:
    text = render_report(dear, ".md", costs=COSTS).decode()
    assert "<details><summary>What mistakes cost</summary>" in text
    assert "| amountToPay | 4 | 5 | 0 | 210.00 |" in text
    assert "| d00000.pdf | 1 | 50.00 |" in text
    metrics = render_report(dear, ".txt", costs=COSTS).decode()
    assert 'gini_cost{field="amountToPay"} 210' in metrics
    assert 'gini_cost{average="total"} 217.5' in metrics
    data = json.loads(render_report(dear, ".json", costs=COSTS))
    assert data["costs"][-1]["cost"] == 217.5
    assert json.loads(render_report(dear, ".json"))["costs"] is None
    german = render_report(dear, ".md", costs=COSTS, language="de").decode()
    assert "Dokumente mit den teuersten Fehlern" in german
    assert "| d00000.pdf | 1 | 50,00 |" in german


def test_costs_that_are_none_are_refused(dear: Evaluation) -> None:
    with pytest.raises(SettingError, match="no such field"):
        render_report(dear, ".html", costs={"colour": {"wrong": 1}})
