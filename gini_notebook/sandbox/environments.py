"""What is different at the predecessor, api.gini.net; everything else is the same code.

The differences follow from the service's documentations of both, and from the older client libraries.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gini_notebook.sandbox.vocabulary import COMPOUNDS, LABELS, OLDER_DOCTYPES, OLDER_LABELS


@dataclass(frozen=True, slots=True)
class Environment:
    """One of the two services.

    Attributes
    ----------
    json
        Media type of JSON answers.
    versions
        Versions of media types that are understood.
    labels
        Label -> entity.
    compounds
        Names of compound extractions.
    image_sizes
        Name of a size of page images -> width in pixels.
    pages_inline
        Whether a document shows its page images itself.
    checks_raw_type
        Whether a raw upload must state a supported content type.
    form_credentials
        Whether the client may prove itself in the form that asks for a token (RFC 6749, section 2.3.1).
    untyped_feedback
        Whether feedback is taken without a content type.
    """

    json: str
    versions: frozenset[str]
    labels: Mapping[str, str]
    compounds: frozenset[str]
    image_sizes: Mapping[str, int]
    pages_inline: bool
    checks_raw_type: bool
    form_credentials: bool
    untyped_feedback: bool

    def extractions(self, value: dict[str, Any]) -> dict[str, Any]:
        """Show what was read in the words of this service."""
        if self is not GINI_API:
            return value
        candidates = value.get("candidates", {})
        if "paymentRecipients" in candidates:
            candidates["senderNames"] = candidates.pop("paymentRecipients")
        shown = {label: one for label, one in value["extractions"].items() if label in self.labels}
        for label, one in shown.items():
            one["entity"] = self.labels[label]
            if one.get("candidates") == "paymentRecipients":
                one["candidates"] = "senderNames"
        if shown.get("docType", {}).get("value", "Other") not in OLDER_DOCTYPES:
            shown["docType"]["value"] = "Other"
        return {"extractions": shown, "candidates": candidates}


PAY_API = Environment(
    json="application/vnd.gini.v1+json",
    versions=frozenset({"v1"}),
    labels=LABELS,
    compounds=frozenset(COMPOUNDS),
    image_sizes={"medium": 750, "large": 1280},
    pages_inline=False,
    checks_raw_type=True,
    form_credentials=False,
    untyped_feedback=False,
)

GINI_API = Environment(
    json="application/vnd.gini.v1+json",
    versions=frozenset({"v1", "v2", "incubator"}),
    labels=OLDER_LABELS,
    compounds=frozenset(),
    image_sizes={"750x900": 750, "1280x1810": 1280},
    pages_inline=True,
    checks_raw_type=False,
    form_credentials=True,
    untyped_feedback=True,
)

ENVIRONMENTS: Mapping[str, Environment] = {"pay-api": PAY_API, "gini-api": GINI_API}


_SERVICE = re.compile(
    r"application/vnd\.gini\.(?P<version>v\d+|incubator)(?:\.(?P<kind>partial|composite))?\+(?P<rest>.+)"
)


def accepts_json(accept: str, environment: Environment) -> bool:
    """Return whether an ``Accept`` header allows the service's JSON."""
    return not accept.strip() or any(_includes_json(one, environment) for one in accept.split(","))


def is_json(media_type: str, environment: Environment) -> bool:
    """Return whether a content type is JSON as the service takes it."""
    return "*" not in media_type and _includes_json(media_type, environment)


def document_kind(media_type: str, environment: Environment) -> str:
    """Return what kind of document a content type announces: ``"partial"``, ``"composite"``, or ``"whole"``."""
    match = _SERVICE.fullmatch(media_type)
    known = match and match["version"] in environment.versions
    return match["kind"] or "whole" if match and known else "whole"


def accepts_xml(accept: str, environment: Environment) -> bool:
    """Return whether an ``Accept`` header asks for the service's XML."""
    names = {f"application/vnd.gini.{version}+xml" for version in environment.versions} | {"application/xml"}
    return any(one.partition(";")[0].strip().lower() in names for one in accept.split(","))


def _includes_json(media_range: str, environment: Environment) -> bool:
    media_type = media_range.partition(";")[0].strip().lower()
    if media_type in {"*/*", "application/*", "application/json"}:
        return True
    match = _SERVICE.fullmatch(media_type)
    # The documentation itself writes ".json" once; clients may have copied it.
    return bool(match and match["version"] in environment.versions and match["rest"] in {"json", ".json"})


def media_type_of(header: str) -> tuple[str, Mapping[str, str]]:
    """Split a content type into type and parameters, both in lower case."""
    main, *rest = header.split(";")
    pairs = (part.partition("=") for part in rest if "=" in part)
    return main.strip().lower(), {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
