"""Views of widgets in a page without Jupyter: the same files as modules, and the real session behind them."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gini_notebook.interactive.explorer.explorer import VIEW, Explorer
from gini_notebook.interactive.scripts import TOKENS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

ADDRESS = "http://127.0.0.1:9/"
HTML = """<!doctype html><html lang="en"><meta charset="utf-8"><title>widget</title>
<link rel="stylesheet" href="tokens.css"><link rel="stylesheet" href="explorer.css">
<style>body {{ margin: 0; {style} }}</style>
<body {attributes}><input id="before" aria-label="before"><main id="here"></main></body></html>"""
# A model as anywidget has it, whose other end is the Python of this test.
CONNECT = """async ({count, delay}) => {
  const { default: made } = await import("/main.js");
  const listeners = new Set();
  window.sent = [];
  const deliver = (messages) => {
    for (const [message, buffers] of messages) {
      const views = buffers.map((text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer));
      for (const listener of [...listeners]) listener(message, views);
    }
  };
  window.deliver = deliver;
  const model = {
    get: () => undefined,
    on: (_, listener) => listeners.add(listener),
    off: (_, listener) => listeners.delete(listener),
    send: async (message) => {
      window.sent.push({ ...message, at: performance.now() });
      if (window.mute) return;
      const answers = await window.kernel(JSON.stringify(message));
      setTimeout(() => deliver(answers), delay);
    },
  };
  window.widget = typeof made === "function" ? made() : made;
  window.leave = window.widget.initialize ? [window.widget.initialize({ model })] : [];
  for (let view = 0; view < count; view += 1) {
    const el = document.createElement("div");
    document.getElementById("here").append(el);
    window.leave.push(window.widget.render({ model, el }));
  }
}"""


class StaticWidget:
    """The view of a widget in a page.

    Parameters
    ----------
    page
        The page.
    widget
        Whose files are shown, whose messages are delivered, and who receives those of the page.
    """

    def __init__(self, page: "Page", widget: Any, *, views: int = 1, delay: int = 0, dark: bool = False) -> None:
        self.page = page
        self._widget = widget
        self._waiting: list[list[Any]] = []
        self._listen()
        page.expose_function("kernel", self._kernel)
        attributes = 'data-jp-theme-light="false" style="background:#111"' if dark else 'data-jp-theme-light="true"'
        html = HTML.format(attributes=attributes, style=_variables(dark))
        page.route(f"{ADDRESS}**", lambda route: self._serve(route, html))
        page.goto(ADDRESS)
        page.evaluate(CONNECT, {"count": views, "delay": delay})
        self.root: Locator = page.locator("#here > div").first

    def _listen(self) -> None:
        self._widget.send = self._send

    def _receive(self, message: Any) -> None:
        self._widget._handle_custom_msg(message, [])

    def _file(self, name: str) -> bytes | None:
        looks = getattr(self._widget, "_css", "")
        return str({"main.js": self._widget._esm, "explorer.css": looks}.get(name, "")).encode()

    def _serve(self, route: "Route", html: str) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        if not name:
            route.fulfill(body=html, content_type="text/html")
        elif (body := self._file(name)) is not None:
            route.fulfill(body=body, content_type="text/css" if name.endswith(".css") else "text/javascript")
        else:
            route.fulfill(status=404, body="")

    def _send(self, message: Mapping[str, Any], buffers: Sequence[bytes] = ()) -> None:
        text = json.loads(json.dumps(message))
        self._waiting.append([text, [base64.b64encode(bytes(buffer)).decode() for buffer in buffers]])

    def _kernel(self, message: str) -> list[list[Any]]:
        self._receive(json.loads(message))
        answers, self._waiting = self._waiting, []
        return answers

    def python(self, call: Callable[[], object]) -> None:
        """Do something in Python, and deliver what it tells the view."""
        call()
        messages, self._waiting = self._waiting, []
        self.page.evaluate("messages => window.deliver(messages)", messages)

    def until(self, ready: Callable[[], Any], what: str, limit_s: float = 20.0) -> None:
        """Wait, and answer the view meanwhile."""
        for _ in range(int(limit_s / 0.02)):
            if ready():
                return
            self.page.wait_for_timeout(20)
        message = f"waited {limit_s:g} s in vain for: {what}"
        raise TimeoutError(message)


class StaticView(StaticWidget):
    """The view of an explorer in a page, from its own modules."""

    def __init__(self, page: "Page", explorer: Explorer, **options: Any) -> None:
        self.explorer = explorer
        super().__init__(page, explorer, **options)
        self.root = page.locator(".gini-explorer").first
        page.locator(".gini-option, .gini-empty:not(:empty)").first.wait_for(state="attached")

    def _listen(self) -> None:
        self.explorer._session.send = self._send

    def _receive(self, message: Any) -> None:
        self.explorer._session.receive(message)

    def _file(self, name: str) -> bytes | None:
        path: Path = TOKENS if name == "tokens.css" else VIEW / name
        return path.read_bytes() if path.is_file() else None

    def sent(self, kind: str) -> int:
        """Count the messages of a kind that the view has sent."""
        return int(self.page.evaluate("kind => window.sent.filter((one) => one.ask === kind).length", kind))

    def chosen(self) -> str:
        """Return the text of the option in view."""
        return self.root.locator('.gini-option[aria-selected="true"]').inner_text().replace("\n", " ")


def _variables(dark: bool) -> str:
    """What JupyterLab's two themes say of the colours that are used."""
    names = ("layout-color0", "layout-color1", "layout-color2", "ui-font-color0", "ui-font-color1", "border-color1")
    light = ("#fff", "#fff", "#eee", "rgba(0,0,0,1)", "rgba(0,0,0,.87)", "#bdbdbd")
    night = ("#111", "#212121", "#424242", "rgba(255,255,255,1)", "rgba(255,255,255,.87)", "#616161")
    values = zip(names, night if dark else light, strict=True)
    return "".join(f"--jp-{name}: {value};" for name, value in values)
