"""The report as JUnit XML, which build servers show: a suite, and a test case per document."""

from lxml import etree

from gini_notebook.report.content import Content


def as_junit(content: Content) -> bytes:
    """Render one test case per document; it fails with the list of its mistakes, or with the service's reason."""
    failed = {row["document"]: row["error"] for row in content.failed}
    mistakes = {document: rows for document, rows in content.mistakes.groupby("document", sort=False)}  # noqa: C416
    suite = etree.Element("testsuite", name=_printable(content.title))
    documents = [str(document) for document in content.result.documents["document"]]
    for document in documents:
        case = etree.SubElement(suite, "testcase", classname="documents", name=_printable(document))
        if document in failed:
            etree.SubElement(case, "error", message=_printable(failed[document]))
        elif document in mistakes:
            rows = mistakes[document]
            failure = etree.SubElement(case, "failure", message=f"{len(rows)} mistake(s)")
            failure.text = _printable(
                "\n".join(
                    f"{field}: {outcome}, truth {truth!s}, extracted {extracted!s}"
                    for field, outcome, truth, extracted in zip(
                        rows["field"], rows["outcome"], rows["truth"], rows["extracted"], strict=True
                    )
                )
            )
    suite.set("tests", str(len(documents)))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("timestamp", content.made_at.isoformat(timespec="seconds"))
    return bytes(etree.tostring(suite, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _printable(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return "".join(
        mark for mark in text if mark in "\t\n\r" or 0x20 <= ord(mark) < 0xD800 or 0xE000 <= ord(mark) < 0xFFFE
    )
