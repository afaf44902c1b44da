"""What the explorer shows of one mistake: values side by side, candidates, and the page with its boxes."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget

HERE = Path(__file__).parent
EVENTS = ("previous", "next", "page")


class MistakeView(anywidget.AnyWidget):
    """Shows what it is sent, as text and never as markup.

    Pages and values travel as custom messages and are no synced property, so a saved notebook holds no page of an
    invoice.

    Parameters
    ----------
    on_event
        Called with ``"previous"`` or ``"next"`` (arrow keys), or ``"page"`` and its number.
    """

    _esm = HERE / "mistake_view.js"
    _css = HERE / "mistake_view.css"

    def __init__(self, on_event: Callable[[str, int], None]) -> None:
        super().__init__()
        self._on_event = on_event
        self._content: Mapping[str, Any] = {}
        self._picture: bytes | None = None
        self.on_msg(self._receive)

    def show(self, content: Mapping[str, Any], picture: bytes | None) -> None:
        """Send this to every view there is, and to those that open later."""
        self._content, self._picture = content, picture
        self._send_content()

    def _send_content(self) -> None:
        buffers = [] if self._picture is None else [self._picture]
        self.send({"event": "show", "content": self._content}, buffers=buffers)

    def _receive(self, _widget: object, message: Any, _buffers: object) -> None:
        event = message.get("event") if isinstance(message, dict) else None
        if event == "ready":
            self._send_content()
        elif event in EVENTS:
            number = message.get("number")
            self._on_event(event, number if isinstance(number, int) else 1)
