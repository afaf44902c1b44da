"""The table of endpoints: how a path is found, and what the description of the service is made of."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gini_notebook.sandbox.messages import ApiRequest, Refused

Handler = Callable[[ApiRequest], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """One thing the service can do.

    Attributes
    ----------
    name
        Its name in the description.
    method, path
        How it is called; ``{variables}`` stand for one segment.
    handler
        Function that answers.
    summary
        One sentence.
    who
        Who may call: ``"user"``, ``"client"`` (Basic), ``"client token"``, ``"trusted"`` (Basic and identifier),
        ``"admin"`` or ``"anyone"``.
    answers
        Status -> name of the schema of a JSON answer, a media type, or ``""`` for no body.
    query
        Name -> schema of the parameters in the query.
    body
        Media type -> schema of the request body.
    body_required
        Whether there must be a body.
    reads_json
        Whether the answer is JSON, so that an ``Accept`` that excludes it is refused with 406.
    environment
        Where it exists; empty for everywhere.
    """

    name: str
    method: str
    path: str
    handler: Handler
    summary: str
    who: str = "user"
    answers: Mapping[int, str]
    query: Mapping[str, Mapping[str, Any]] | None = None
    body: Mapping[str, Mapping[str, Any]] | None = None
    body_required: bool = True
    reads_json: bool = False
    environment: str = ""

    @property
    def route(self) -> str:
        """Method and path, as they are called in the table of faults."""
        return f"{self.method} {self.path}"


class Table:
    """All endpoints of one role."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.endpoints = tuple(endpoints)
        fixed: dict[str, dict[str, Endpoint]] = {}
        for endpoint in self.endpoints:
            fixed.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        self._fixed = {path: methods for path, methods in fixed.items() if "{" not in path}
        self._patterns = [(_pattern(path), methods) for path, methods in fixed.items() if "{" in path]

    def find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        """Find the endpoint for a request.

        Raises
        ------
        Refused
            404 if there is no such path, 405 if it does not know the method.
        """
        methods, parameters = self._fixed.get(path), {}
        if methods is None:
            for pattern, candidates in self._patterns:
                match = pattern.fullmatch(path)
                if match:
                    methods, parameters = candidates, match.groupdict()
                    break
            else:
                raise Refused(404, f"There is nothing at {path}.")
        endpoint = methods.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            allowed = ", ".join(sorted(methods))
            raise Refused(405, f"{method} is not possible at {path}; possible: {allowed}.", headers={"allow": allowed})
        return endpoint, parameters


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
