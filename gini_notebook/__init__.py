"""See, with honest numbers and pictures, how well the Gini Pay API reads your documents.

Importing this package is cheap: pandas, matplotlib, ipywidgets and requests are loaded when something that needs
them is first used.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gini_notebook import plots, rules
    from gini_notebook.accounts import Accounts
    from gini_notebook.batch import folders_as_documents
    from gini_notebook.client import Client
    from gini_notebook.comparison import Comparison, compare
    from gini_notebook.errors import GiniError
    from gini_notebook.evaluation import Evaluation, evaluate
    from gini_notebook.frames import Batch, process
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.session import feedback_from, login, login_accounts
    from gini_notebook.truth import read_truth
    from gini_notebook.widgets import LoginForm, explore

_HOMES = {
    "Accounts": "accounts",
    "Batch": "frames",
    "Client": "client",
    "Comparison": "comparison",
    "Evaluation": "evaluation",
    "GiniError": "errors",
    "LoginForm": "widgets",
    "Sandbox": "sandbox",
    "compare": "comparison",
    "evaluate": "evaluation",
    "explore": "widgets",
    "feedback_from": "session",
    "folders_as_documents": "batch",
    "login": "session",
    "login_accounts": "session",
    "plots": "",
    "process": "frames",
    "read_truth": "truth",
    "rules": "",
}

__all__ = [  # noqa: RUF022 - in the order of a session
    "login",
    "process",
    "folders_as_documents",
    "read_truth",
    "evaluate",
    "compare",
    "explore",
    "feedback_from",
    "plots",
    "rules",
    "login_accounts",
    "Client",
    "Accounts",
    "Batch",
    "Evaluation",
    "Comparison",
    "LoginForm",
    "Sandbox",
    "GiniError",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("gini-notebook")
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    home = _HOMES[name]
    module = import_module(f"{__name__}.{home or name}")
    value = getattr(module, name) if home else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
