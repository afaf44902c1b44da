"""The report as JUnit XML, which build servers show: a suite, and a test case per document."""

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from gini_notebook._text import printable, printable_lines
from gini_notebook.analysis.report.content import Content
from gini_notebook.analysis.report.texts import plain

if TYPE_CHECKING:
    import pandas as pd


def as_junit(content: Content) -> bytes:
    """Render one test case per document; it fails with the list of its mistakes, or with the service's reason."""
    failed = {row["document"]: row["error"] for row in content.failed}
    mistakes = dict(iter(content.result.mistakes(full=True).groupby("document", sort=False)))
    suite = ElementTree.Element("testsuite", name=printable(content.title))
    if content.notes:
        properties = ElementTree.SubElement(suite, "properties")
        for note in content.notes:
            ElementTree.SubElement(properties, "property", name=f"note.{note.level}", value=printable(note.text))
    documents = dict.fromkeys([*map(str, content.result.documents["document"]), *failed])
    for document in documents:
        case = ElementTree.SubElement(suite, "testcase", classname="documents", name=printable(document))
        if document in failed:
            ElementTree.SubElement(case, "error", message=printable(failed[document]))
        elif document in mistakes:
            failure = ElementTree.SubElement(case, "failure", message=f"{len(mistakes[document])} mistake(s)")
            failure.text = printable_lines(_listed(mistakes[document]))
    suite.set("tests", str(len(documents)))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("timestamp", content.made_at.isoformat(timespec="seconds"))
    ElementTree.indent(suite)
    return bytes(ElementTree.tostring(suite, xml_declaration=True, encoding="utf-8")) + b"\n"


def _listed(rows: "pd.DataFrame") -> str:
    lines = []
    for row in rows.to_dict("records"):
        name = f"{row['group']}[{int(row['row'])}].{row['field']}" if row["group"] else row["field"]
        lines.append(f"{name}: {row['outcome']}, truth {plain(row['truth'])!r}, extracted {plain(row['extracted'])!r}")
    return "\n".join(lines)
