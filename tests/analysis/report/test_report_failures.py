"""Failed documents that the ground truth does not have stand in the report, too."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from lxml import etree

from gini_notebook.analysis.evaluation import evaluate


def test_failed_documents_without_truth_are_listed_and_documents_not_sent_are_counted(tmp_path: Path) -> None:
    names = [f"other-{number:02d}.xml" for number in range(30)]
    truth = pd.DataFrame({"document": ["a.pdf", *names], "field": "iban", "value": "DE1"})
    extractions = pd.DataFrame({"document": ["a.pdf"], "field": ["iban"], "value": ["DE1"]})
    documents = pd.DataFrame(
        {
            "document": ["a.pdf", "x.pdf"],
            "status": ["completed", "failed"],
            "error": [pd.NA, "The PDF is encrypted."],
            "request_id": [pd.NA, "request-1"],
        }
    )
    result = evaluate(SimpleNamespace(extractions=extractions, documents=documents), truth)
    page = result.save_report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "x.pdf" in page
    assert "The PDF is encrypted." in page
    assert "request-1" in page
    assert "1 of 2 sent" in page
    assert "failed documents without truth are in no number but the share answered" in " ".join(page.split())
    suite = etree.parse(result.save_report(tmp_path / "report.xml", documents="all")).getroot()
    assert (len(suite.findall("testcase[@classname='documents']")), suite.get("errors")) == (2, "1")
    assert "30: other-00.xml" in page  # among the settings
    assert "other-29.xml" not in page
