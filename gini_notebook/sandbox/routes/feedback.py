"""Feedback, which the documentation also calls the transfer summary (Transfer summary page)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gini_notebook.sandbox.environments import is_json
from gini_notebook.sandbox.messages import ApiRequest, Refused, no_content
from gini_notebook.sandbox.routes.extractions import check_readable
from gini_notebook.sandbox.routing import Endpoint
from gini_notebook.sandbox.vocabulary import COMPOUNDS, normal_form

BOX = frozenset({"top", "left", "width", "height", "page"})


async def all_labels(request: ApiRequest) -> Response:
    """Take the values that somebody confirmed or corrected."""
    document = request.document()
    check_readable(document)
    values = await _json(request)
    labels = _mapping(values, "feedback") | _mapping(values, "extractions")
    compounds = _mapping(values, "compoundExtractions")
    if not {"feedback", "extractions", "compoundExtractions"} & values.keys():
        raise Refused(400, "The body needs the member feedback, or extractions and compoundExtractions.")
    for label in labels:
        _entity(request, label)
    for name in compounds:
        if name not in request.service.environment.compounds:
            raise Refused(404, f"The compound extraction {name} is not known.")
    problems: list[str] = []
    corrected = {label: _value(label, one, _entity(request, label), problems) for label, one in labels.items()}
    rows = {name: _rows(name, value, problems) for name, value in compounds.items()}
    if problems:
        raise Refused(422, f"Validation of the request entity failed: {'; '.join(problems)}.")
    document.feedback.update(corrected)
    document.compound_feedback.update(rows)
    return no_content()


async def one_label(request: ApiRequest) -> Response:
    """Take the value of one label."""
    document, label = request.document(), request.path_params["label"]
    check_readable(document)
    entity = _entity(request, label)
    problems: list[str] = []
    corrected = _value(label, await _json(request), entity, problems)
    if problems:
        raise Refused(422, f"Validation of the request entity failed: {problems[0]}.")
    document.feedback[label] = corrected
    return no_content()


async def delete_label(request: ApiRequest) -> Response:
    """Take the word that a value was wrong and nothing replaces it."""
    document, label = request.document(), request.path_params["label"]
    check_readable(document)
    _entity(request, label)
    document.feedback[label] = None
    return no_content()


async def _json(request: ApiRequest) -> dict[str, Any]:
    media_type, environment = request.content_type, request.service.environment
    untyped = environment.untyped_feedback and not media_type
    if not untyped and not is_json(media_type, environment):
        raise Refused(406, f"The content type {media_type or '(none)'} is wrong; send {environment.json}.")
    return await request.json_object()


def _entity(request: ApiRequest, label: str) -> str:
    entity = request.service.environment.labels.get(label)
    if entity is None:
        raise Refused(404, f"The label {label} is not known.")
    return entity


def _mapping(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = values.get(name, {})
    if not isinstance(value, dict):
        raise Refused(400, f"{name} must be an object.")
    return value


def _value(label: str, given: Any, entity: str, problems: list[str]) -> dict[str, Any] | None:
    if not isinstance(given, dict) or not isinstance(given.get("value"), str):
        raise Refused(400, f"{label} must be an object with the member value, a string.")
    box = given.get("box")
    if box is not None and not _is_box(box):
        raise Refused(400, f"The box of {label} needs the numbers {', '.join(sorted(BOX))}.")
    try:
        value = normal_form(entity, given["value"])
    except ValueError as problem:
        problems.append(f"{label}: {problem}")
        return None
    if not value:
        return None
    return {"entity": entity, "value": value} | ({"box": box} if box else {})


def _is_box(box: Any) -> bool:
    if not isinstance(box, dict) or (box and not box.keys() >= BOX):
        return False
    return all(isinstance(box[name], int | float) and not isinstance(box[name], bool) for name in BOX & box.keys())


def _rows(name: str, given: Any, problems: list[str]) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise Refused(400, f"{name} must be a list of objects.")
    rows = []
    for index, row in enumerate(given):
        # Live tests of the service's own clients show that it takes children it does not know.
        entities = COMPOUNDS[name]
        values = {
            child: _value(f"{name}[{index}].{child}", one, entities.get(child, "text"), problems)
            for child, one in row.items()
        }
        rows.append({child: one for child, one in values.items() if one is not None})
    return rows


_VALUE = {"$ref": "#/components/schemas/FeedbackValue"}
_VALUES = {"type": "object", "additionalProperties": _VALUE}
_BODY = {
    "type": "object",
    "properties": {
        "feedback": _VALUES,
        "extractions": _VALUES,
        "compoundExtractions": {"type": "object", "additionalProperties": {"type": "array", "items": _VALUES}},
    },
}
_ANSWERS = {204: "", 400: "Error", 401: "Error", 404: "Error", 406: "Error", 413: "Error", 422: "Error"}
_JSON = "application/vnd.gini.v1+json"


def _feedback(name: str, method: str, path: str, environment: str = "") -> Endpoint:
    return Endpoint(
        name=name,
        method=method,
        path=path,
        handler=all_labels,
        summary="Send back the values that a person confirmed or corrected.",
        answers=_ANSWERS,
        body={_JSON: _BODY},
        reads_json=True,
        environment=environment,
    )


API = (
    _feedback("postFeedback", "POST", "/documents/{document}/extractions/feedback", "pay-api"),
    _feedback("putFeedback", "PUT", "/documents/{document}/extractions/feedback", "pay-api"),
    _feedback("postFeedbackOld", "POST", "/documents/{document}/extractions"),
    _feedback("putFeedbackOld", "PUT", "/documents/{document}/extractions"),
    Endpoint(
        name="putLabel",
        method="PUT",
        path="/documents/{document}/extractions/{label}",
        handler=one_label,
        summary="Send back the value of one label.",
        answers=_ANSWERS,
        body={_JSON: _VALUE},
        reads_json=True,
    ),
    Endpoint(
        name="deleteLabel",
        method="DELETE",
        path="/documents/{document}/extractions/{label}",
        handler=delete_label,
        summary="Say that the value of a label is wrong and that nothing replaces it.",
        answers={204: "", 401: "Error", 404: "Error"},
    ),
)
