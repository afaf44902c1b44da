"""The media types of the service (Media Types page of the documentation), and which spellings are understood."""

import re

from gini_notebook.sandbox.settings import Settings

VERSIONS = {"pay-api": ("v1",), "gini-api": ("v1", "v2")}
# The documentation itself writes ".json" once; clients may have copied it.
_SERVICE = re.compile(
    r"application/vnd\.gini\.(?P<version>v\d+|incubator)(?:\.(?P<kind>partial|composite))?\+(?P<rest>[\w.+-]+)"
)


def service_json(settings: Settings) -> str:
    """Give the media type of JSON answers."""
    return f"application/vnd.gini.{VERSIONS[settings.environment][0]}+json"


def accepts_json(accept: str, settings: Settings) -> bool:
    """Whether an ``Accept`` header allows the service's JSON."""
    if not accept.strip():
        return True
    for one in accept.split(","):
        media_type = one.split(";")[0].strip().lower()
        if media_type in {"*/*", "application/*", "application/json"}:
            return True
        match = _SERVICE.fullmatch(media_type)
        if match and match["version"] in VERSIONS[settings.environment] and match["rest"] in {"json", ".json"}:
            return True
    return False


def is_json(media_type: str, settings: Settings) -> bool:
    """Whether a content type is JSON as the service takes it."""
    return bool(media_type) and media_type != "*/*" and accepts_json(media_type, settings)


def document_kind(media_type: str, settings: Settings) -> tuple[str, str] | None:
    """Tell a Gini media type apart: kind of document and rest of the type; ``None`` for any other type."""
    match = _SERVICE.fullmatch(media_type)
    if not match or match["version"] not in VERSIONS[settings.environment] or not match["kind"]:
        return None
    return match["kind"], match["rest"]
