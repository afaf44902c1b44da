"""What the browser asks an explorer, and what it answers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gini_notebook.interactive.explorer import Explorer


class Browser:
    """The other end of an explorer: keeps all that is sent, which must be JSON and bytes."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        explorer._session.send = self._keep

    def _keep(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        assert all(isinstance(buffer, bytes) for buffer in buffers)
        self.messages.append((json.loads(json.dumps(message)), list(buffers)))

    def ask(self, kind: str, **more: Any) -> dict[str, Any]:
        """Ask, and return the one answer; labels that are told besides are no answer."""
        before = len(self.messages)
        self.explorer._receive(None, {"ask": kind, "id": f"{kind}-1", **more}, [])
        [answer] = [message for message, _ in self.messages[before:] if message["event"] != "changed"]
        assert answer["id"] == f"{kind}-1"
        return answer

    def all_sent(self) -> str:
        """Return everything that was sent, as one text."""
        return "\n".join(
            json.dumps(message, ensure_ascii=False) + b"".join(buffers).decode("utf-8", "replace")
            for message, buffers in self.messages
        )


def detail(explorer: Explorer) -> dict[str, Any]:
    """Return what the browser is told of the slot in view."""
    return Browser(explorer).ask("slot", row=explorer._session.row)


def content(explorer: Explorer) -> dict[str, Any]:
    """Return what is said of the slot in view."""
    return dict(detail(explorer)["content"])


def no_page(explorer: Explorer, number: int | None = None) -> str:
    """Return why there is no page."""
    return str(Browser(explorer).ask("page", row=explorer._session.row, number=number)["reason"])


def receive(explorer: Explorer, message: object) -> None:
    """Deliver a message of the browser."""
    explorer._receive(None, message, [])
