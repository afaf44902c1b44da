"""T30, T33 and T48: promises that are kept by not doing something, as scans of the source and as attempts."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import AnswerLost, GiniError, ServiceError
from gini_notebook.service.wire.answers import decode
from gini_notebook.service.wire.documents import document
from gini_notebook.service.wire.environments import PAY_API
from gini_notebook.service.wire.messages import Answer

PACKAGE = Path(__file__).resolve().parent.parent / "gini_notebook"
FILES = sorted(PACKAGE.rglob("*.py"))
PAYLOAD = "<script>alert(1)</script>"
PICKLERS = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "shelve", "marshal", "joblib"}
Found = Callable[[ast.AST], bool]


def is_styled(node: ast.AST) -> bool:
    """Whether something is asked for its ``style``, or a ``Styler`` is named."""
    if isinstance(node, ast.Attribute):
        return node.attr in {"style", "Styler", "set_caption", "set_tooltips"}
    return isinstance(node, ast.Name) and node.id == "Styler"


def shows_markup(node: ast.AST) -> bool:
    """Whether a text is handed to something that takes it for markup."""
    name = node.func if isinstance(node, ast.Call) else None
    called = name.attr if isinstance(name, ast.Attribute) else name.id if isinstance(name, ast.Name) else ""
    if called == "Markup":
        # Markup of our own is a constant; what is put into it is escaped.
        return not all(isinstance(part, ast.Constant) for part in node.args)  # type: ignore[attr-defined]
    return called in {"HTML", "HTMLMath", "Javascript", "Markdown", "display_html", "display_javascript", "IFrame"}


def unpickles(node: ast.AST) -> bool:
    """Whether something is imported that unpickles, or asked to."""
    if isinstance(node, ast.Import):
        return any(name.name.partition(".")[0] in PICKLERS for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] in PICKLERS
    if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
        return not (isinstance(node.value, ast.Constant) and node.value.value is False)
    if isinstance(node, ast.Attribute):
        # ``recv`` of a connection between processes unpickles what comes; ``recv_bytes`` does not.
        return node.attr in {"read_pickle", "to_pickle"} or (node.attr == "recv" and "socket" not in ast.unparse(node))
    return False


def places(found: Found, source: str) -> Iterator[int]:
    yield from (getattr(node, "lineno", 0) for node in ast.walk(ast.parse(source)) if found(node))


SCANS = {
    "T30 styled tables": (is_styled, ["frame.style.format(str)", "x.set_caption(name)", "Styler(frame)"]),
    "T33 pages of the service": (shows_markup, ["widgets.HTML(answer)", "HTML(page)", "Markup(error)"]),
    "T48 unpickling": (
        unpickles,
        [
            "import pickle",
            "from joblib import load",
            "pd.read_pickle(p)",
            "np.load(p, allow_pickle=True)",
            "pipe.recv()",
        ],
    ),
}


@pytest.mark.parametrize("what", SCANS)
def test_T30_T33_T48_the_source_does_it_nowhere(what: str) -> None:
    found, caught = SCANS[what]
    assert all(list(places(found, source)) for source in caught), "the scan is blind"
    seen = [f"{path.name}:{line}" for path in FILES for line in places(found, path.read_text("utf-8"))]
    assert seen == []


def test_T30_what_is_shown_asks_for_no_style(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: pd.DataFrame) -> None:
        raise AssertionError("a table is styled, and a Styler escapes nothing by itself")

    monkeypatch.setattr(pd.DataFrame, "style", property(refuse))
    truth = pd.DataFrame({"document": [PAYLOAD], "field": ["iban"], "value": [PAYLOAD]})
    result = evaluate(truth.assign(value="other"), truth)
    assert PAYLOAD not in result._repr_html_()


@pytest.mark.parametrize("status", [200, 302, 400, 404, 415, 500, 502])
@pytest.mark.parametrize("page", [f"<html><title>{PAYLOAD}</title></html>", f"  <!DOCTYPE html>{PAYLOAD}", PAYLOAD])
def test_T33_a_page_that_the_service_sends_is_in_no_message(status: int, page: str) -> None:
    with pytest.raises(GiniError, match="web page") as caught:
        decode(document(PAY_API, "1"), Answer(status, {"content-type": "text/html"}, page.encode()))
    assert isinstance(caught.value, AnswerLost if status == 200 else ServiceError)
    assert "<" not in str(caught.value)
    assert "alert" not in f"{caught.value} {getattr(caught.value, 'service_message', '')}"
