"""Password fields whose content is never part of a widget's state.

``ipywidgets.Password`` keeps what is typed in a synced property: it lands in the saved notebook even before somebody
clicks, and a click can overtake the typing. Here the page keeps the text to itself and sends it once, together with
the click, as a custom message.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent


class SecretFields(anywidget.AnyWidget):
    """Password fields, a button, and a line below that says how things stand.

    Parameters
    ----------
    fields
        Pairs of name and label, in order.
    button
        What the button says.
    message
        What the line says at first.
    on_submit
        Called with a mapping of field name to what was typed. The caller keeps none of it in an attribute.
    """

    _esm = HERE / "secret_fields.js"
    _css = HERE / "secret_fields.css"
    fields = traitlets.List(trait=traitlets.Tuple(traitlets.Unicode(), traitlets.Unicode())).tag(sync=True)
    button = traitlets.Unicode("Log in").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    refused = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        fields: list[tuple[str, str]],
        *,
        button: str = "Log in",
        message: str = "",
        on_submit: Callable[[Mapping[str, str]], None],
    ) -> None:
        super().__init__(fields=fields, button=button, message=message)
        self._submitted = on_submit
        self.on_msg(self._receive)

    def again(self, why: str) -> None:
        """Say why it was refused, and let the person type again."""
        self.message = why
        self.refused = True
        self.send({"event": "again"})

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        if not isinstance(content, dict) or content.get("event") != "submit":
            return
        values = content.pop("values", None)
        if isinstance(values, dict):
            self._submitted({str(name): str(value) for name, value in values.items()})
