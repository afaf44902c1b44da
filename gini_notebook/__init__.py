"""See, with honest numbers and pictures, how well the Gini Pay API reads your documents.

Importing this package is cheap: pandas, matplotlib, ipywidgets and requests are loaded when something that needs
them is first used.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gini_notebook.analysis import plots, rules
    from gini_notebook.analysis.comparison import Comparison, compare
    from gini_notebook.analysis.evaluation import Evaluation, evaluate
    from gini_notebook.analysis.truth import read_truth
    from gini_notebook.errors import GiniError
    from gini_notebook.interactive.session import feedback_from, login, login_accounts
    from gini_notebook.interactive.widgets import LoginForm, explore
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.accounts import Accounts
    from gini_notebook.service.batch import Batch, BatchSettings, folders_as_documents, process
    from gini_notebook.service.client import Client
    from gini_notebook.service.credentials import save_secret_file
    from gini_notebook.service.transport import Timing

_HOMES = {
    "Accounts": "service.accounts",
    "Batch": "service.batch",
    "BatchSettings": "service.batch",
    "Client": "service.client",
    "Comparison": "analysis.comparison",
    "Evaluation": "analysis.evaluation",
    "GiniError": "errors",
    "LoginForm": "interactive.widgets",
    "Sandbox": "sandbox",
    "Timing": "service.transport",
    "compare": "analysis.comparison",
    "evaluate": "analysis.evaluation",
    "explore": "interactive.widgets",
    "feedback_from": "interactive.session",
    "folders_as_documents": "service.batch",
    "login": "interactive.session",
    "login_accounts": "interactive.session",
    "plots": "analysis.plots",
    "process": "service.batch",
    "read_truth": "analysis.truth",
    "rules": "analysis.rules",
    "save_secret_file": "service.credentials",
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
    "save_secret_file",
    "Client",
    "Accounts",
    "Batch",
    "BatchSettings",
    "Timing",
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
    home = import_module(f"{__name__}.{_HOMES[name]}")
    value = home if _HOMES[name].endswith(f".{name}") else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
