"""What the explorer sends to its page, and what the page sends back."""

import json
from typing import Any

from gini_notebook.interactive.explorer import Explorer


def content(explorer: Explorer) -> dict[str, Any]:
    """Return what the view was sent last; it must be JSON."""
    sent = explorer._view._content
    assert json.loads(json.dumps(sent)) is not None
    return dict(sent)


def click(explorer: Explorer, message: object) -> None:
    """Deliver a message of the page."""
    explorer._view._handle_custom_msg(message, [])
