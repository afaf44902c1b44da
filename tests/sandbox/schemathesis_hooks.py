"""What schemathesis must know about the sandbox: things that exist, and a media type of its own."""

import json
import os
from typing import Any

import schemathesis

THINGS: dict[str, list[str]] = json.loads(os.environ["SANDBOX_THINGS"])


@schemathesis.serializer("application/vnd.gini.v1.events.amplitude")
def events(_context: Any, value: Any) -> Any:
    """These events are JSON."""
    return json.dumps(value).encode()


@schemathesis.hook
def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
    """Ask for things that exist half of the time."""
    for name, values in THINGS.items():
        given = path_parameters.get(name) if path_parameters else None
        if isinstance(given, str) and sum(given.encode()) % 2:
            path_parameters[name] = values[sum(given.encode()) % len(values)]
    return path_parameters
