"""What was read (Retrieve Extractions page of the documentation)."""

import json
from typing import Any

from gini_notebook.sandbox.answers import Answer, Refused, json_answer
from gini_notebook.sandbox.calls import Call
from gini_notebook.sandbox.documents import Document
from gini_notebook.sandbox.routing import Endpoint


async def read(call: Call) -> Answer:
    """Show the extractions, as far as somebody corrected them with the corrections."""
    document = call.document()
    check_readable(document)
    if document.progress != "COMPLETED":
        if call.state.settings.pending_status == 200 and document.progress == "PENDING":
            return json_answer({"extractions": {}, "candidates": {}})
        raise Refused(404, f"There are no extractions: the document is {document.progress}.")
    read_json = call.state.processing.extractions(document)
    if not document.feedback and not document.compound_feedback:
        return Answer(body=read_json)
    return json_answer(with_feedback(json.loads(read_json), document))


def check_readable(document: Document) -> None:
    """Refuse what is asked of a part alone.

    Raises
    ------
    Refused
        404: nothing is extracted of partial documents.
    """
    if document.kind == "partial":
        raise Refused(404, "Partial documents have no extractions; make a composite document of them and ask that.")


def with_feedback(value: dict[str, Any], document: Document) -> dict[str, Any]:
    """Put corrections over what was read; a corrected label keeps entity and candidates and loses its box."""
    extractions = value["extractions"]
    for label, corrected in document.feedback.items():
        before = extractions.pop(label, {})
        if corrected is not None:
            kept = {name: before[name] for name in ("entity", "candidates") if name in before}
            extractions[label] = {**corrected, **kept}
    if document.compound_feedback:
        value["compoundExtractions"] = value.get("compoundExtractions", {}) | document.compound_feedback
    return value


API = (
    Endpoint(
        name="getExtractions",
        method="GET",
        path="/documents/{document}/extractions",
        handler=read,
        summary="Get what was read from a document.",
        answers={200: "Extractions", 401: "Error", 404: "Error", 406: "Error"},
        reads_json=True,
    ),
)
