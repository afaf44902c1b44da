"""Requests that tell the service what the values really are ("Transfer summary", in HTTP called feedback)."""

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

from gini_notebook._text import described
from gini_notebook.errors import SettingError
from gini_notebook.service.values import ErrorReport, Extraction, Feedback
from gini_notebook.service.wire.answers import read_done, read_value
from gini_notebook.service.wire.environments import Environment, Identified, id_of
from gini_notebook.service.wire.messages import Request
from gini_notebook.service.wire.outcomes import Kind

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
# The service keeps this word for the whole feedback.
_RESERVED_LABEL = "feedback"


def body_of(environment: Environment, feedback: Feedback) -> dict[str, Any]:
    """Return the JSON object that is sent: the simple form, or the newer keys as soon as there are tables."""
    labels = {label: each.to_dict() for label, each in feedback.extractions.items()}
    if not feedback.compound_extractions:
        return {"feedback": labels}
    if environment.counts_with_offset:
        raise SettingError("The older service (gini-api) takes no tables as feedback; leave the compounds out.")
    return feedback.to_dict()


def send(environment: Environment, document: str | Identified, feedback: Feedback) -> Request[None]:
    """Send feedback on a whole document."""
    known = id_of(document)
    for label in feedback.extractions:
        _checked(label)
    return _tell(
        environment,
        environment.feedback_method,
        f"/documents/{known}{environment.feedback_path}",
        f"send feedback on document {known}",
        body_of(environment, feedback),
    )


def send_label(environment: Environment, document: str | Identified, label: str, value: Extraction) -> Request[None]:
    """Send feedback on one label."""
    known = id_of(document)
    path = f"/documents/{known}/extractions/{_checked(label)}"
    body = {name: held for name, held in value.to_dict().items() if name != "candidates"}
    return _tell(environment, "PUT", path, f"send feedback on {label} of document {known}", body)


def delete_label(environment: Environment, document: str | Identified, label: str) -> Request[None]:
    """Tell the service that a label is not on the document at all."""
    known = id_of(document)
    return Request(
        "DELETE",
        f"/documents/{known}/extractions/{_checked(label)}",
        f"delete {label} of document {known}",
        read_done,
        headers={"Accept": environment.media_type},
        kind=Kind.DELETE,
    )


def error_report(
    environment: Environment, document: str | Identified, *, summary: str, description: str
) -> Request[ErrorReport]:
    """Report a document to the service's support."""
    known = id_of(document)
    given = {name: text for name, text in (("summary", summary), ("description", description)) if text}
    return Request(
        "POST",
        f"/documents/{known}/errorreport",
        f"report document {known}",
        read_value(ErrorReport),
        query=urlencode(given, errors="replace", quote_via=quote),
        headers={"Accept": environment.media_type},
    )


def _tell(environment: Environment, method: str, path: str, what: str, body: dict[str, Any]) -> Request[None]:
    headers = {"Accept": environment.media_type, "Content-Type": environment.media_type}
    return Request(method, path, what, read_done, headers=headers, body=json.dumps(body).encode())


def _checked(label: str) -> str:
    if not isinstance(label, str) or not _LABEL.fullmatch(label) or label == _RESERVED_LABEL:
        message = (
            f"What was given ({described(label)}) is no label of an extraction; labels look like amountToPay or "
            "shipment-addon."
        )
        raise SettingError(message)
    return label
