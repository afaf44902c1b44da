"""The explorer's view in a page without Jupyter: the same files as modules, and the real session behind them."""

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
HTML = """<!doctype html><html lang="en"><meta charset="utf-8"><title>explorer</title>
<link rel="stylesheet" href="tokens.css"><link rel="stylesheet" href="explorer.css">
<style>body {{ margin: 0; {style} }}</style>
<body {attributes}><input id="before" aria-label="before"><main id="here"></main></body></html>"""
# A model as anywidget has it, whose other end is the Python of this test.
CONNECT = """async ({count, delay}) => {
  const { default: explorer } = await import("/main.js");
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
  window.widget = explorer();
  window.leave = [window.widget.initialize({ model })];
  for (let view = 0; view < count; view += 1) {
    const el = document.createElement("div");
    document.getElementById("here").append(el);
    window.leave.push(window.widget.render({ model, el }));
  }
}"""


class StaticView:
    """The view of an explorer in a page."""

    def __init__(self, page: "Page", explorer: Explorer, *, views: int = 1, delay: int = 0, dark: bool = False) -> None:
        self.page = page
        self.explorer = explorer
        self._waiting: list[list[Any]] = []
        explorer._session.send = self._send
        page.expose_function("kernel", self._kernel)
        attributes = 'data-jp-theme-light="false" style="background:#111"' if dark else 'data-jp-theme-light="true"'
        html = HTML.format(attributes=attributes, style=_variables(dark))
        page.route(f"{ADDRESS}**", lambda route: _serve(route, html))
        page.goto(ADDRESS)
        page.evaluate(CONNECT, {"count": views, "delay": delay})
        self.root: Locator = page.locator(".gini-explorer").first
        page.locator(".gini-option, .gini-empty:not(:empty)").first.wait_for(state="attached")

    def _send(self, message: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        text = json.loads(json.dumps(message))
        self._waiting.append([text, [base64.b64encode(bytes(buffer)).decode() for buffer in buffers]])

    def _kernel(self, message: str) -> list[list[Any]]:
        self.explorer._session.receive(json.loads(message))
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

    def sent(self, kind: str) -> int:
        """Count the messages of a kind that the view has sent."""
        return int(self.page.evaluate("kind => window.sent.filter((one) => one.ask === kind).length", kind))

    def chosen(self) -> str:
        """Return the text of the option in view."""
        return self.root.locator('.gini-option[aria-selected="true"]').inner_text().replace("\n", " ")


def _serve(route: "Route", html: str) -> None:
    name = route.request.url.removeprefix(ADDRESS)
    path: Path = TOKENS if name == "tokens.css" else VIEW / name
    if not name:
        route.fulfill(body=html, content_type="text/html")
    elif path.is_file():
        route.fulfill(body=path.read_bytes(), content_type="text/css" if path.suffix == ".css" else "text/javascript")
    else:
        route.fulfill(status=404, body="")


def _variables(dark: bool) -> str:
    """What JupyterLab's two themes say of the colours that are used."""
    names = ("layout-color0", "layout-color1", "layout-color2", "ui-font-color0", "ui-font-color1", "border-color1")
    light = ("#fff", "#fff", "#eee", "rgba(0,0,0,1)", "rgba(0,0,0,.87)", "#bdbdbd")
    night = ("#111", "#212121", "#424242", "rgba(255,255,255,1)", "rgba(255,255,255,.87)", "#616161")
    values = zip(names, night if dark else light, strict=True)
    return "".join(f"--jp-{name}: {value};" for name, value in values)
