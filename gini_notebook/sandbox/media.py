"""The media types of the service (Media Types page of the documentation), and which spellings are understood."""

import re

from gini_notebook.sandbox.environments import Environment

_SERVICE = re.compile(
    r"application/vnd\.gini\.(?P<version>v\d+|incubator)(?:\.(?P<kind>partial|composite))?\+(?P<rest>.+)"
)


def accepts_json(accept: str, environment: Environment) -> bool:
    """Whether an ``Accept`` header allows the service's JSON."""
    return not accept.strip() or any(_includes_json(one, environment) for one in accept.split(","))


def is_json(media_type: str, environment: Environment) -> bool:
    """Whether a content type is JSON as the service takes it."""
    return "*" not in media_type and _includes_json(media_type, environment)


def document_kind(media_type: str, environment: Environment) -> str:
    """Tell what kind of document a content type announces: ``"partial"``, ``"composite"``, or ``"whole"``."""
    match = _SERVICE.fullmatch(media_type)
    known = match and match["version"] in environment.versions
    return match["kind"] or "whole" if match and known else "whole"


def accepts_xml(accept: str, environment: Environment) -> bool:
    """Whether an ``Accept`` header asks for the service's XML."""
    names = {f"application/vnd.gini.{version}+xml" for version in environment.versions} | {"application/xml"}
    return any(one.partition(";")[0].strip().lower() in names for one in accept.split(","))


def _includes_json(media_range: str, environment: Environment) -> bool:
    media_type = media_range.partition(";")[0].strip().lower()
    if media_type in {"*/*", "application/*", "application/json"}:
        return True
    match = _SERVICE.fullmatch(media_type)
    # The documentation itself writes ".json" once; clients may have copied it.
    return bool(match and match["version"] in environment.versions and match["rest"] in {"json", ".json"})
