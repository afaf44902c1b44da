"""See, with honest numbers and pictures, how well the Gini Pay API reads your documents.

Importing this package is cheap: pandas, matplotlib, ipywidgets and requests are loaded when something that needs
them is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gini_notebook import datasets
    from gini_notebook.analysis import plots, rules, statistics
    from gini_notebook.analysis.automation import RULES, Automation, AutomationRule, automation
    from gini_notebook.analysis.comparison import Comparison, compare, compare_truth
    from gini_notebook.analysis.evaluation.evaluate import evaluate
    from gini_notebook.analysis.evaluation.evaluation import Evaluation
    from gini_notebook.analysis.history import History, history
    from gini_notebook.analysis.labelling import to_label
    from gini_notebook.analysis.statistics import plan_automation, plan_comparison, plan_sample_size
    from gini_notebook.analysis.truth import Edit, Journal, Truth, read_truth
    from gini_notebook.errors import EditConflict, GiniError, TruthWarning
    from gini_notebook.interactive.batch_panel import BatchPanel
    from gini_notebook.interactive.comparison_view import compare_view
    from gini_notebook.interactive.explorer import explore
    from gini_notebook.interactive.feedback import feedback_from
    from gini_notebook.interactive.login import login, login_accounts
    from gini_notebook.interactive.login_form import LoginForm
    from gini_notebook.interactive.page_excerpts import PageExcerpts
    from gini_notebook.interactive.second_reader import checks
    from gini_notebook.interactive.truth_check import check_truth
    from gini_notebook.sandbox import Sandbox
    from gini_notebook.service.accounts import Accounts
    from gini_notebook.service.batch import Batch, BatchSettings, folders_as_documents, process, purge_local
    from gini_notebook.service.client import Client
    from gini_notebook.service.credentials import forget, save_secret_file
    from gini_notebook.service.transport import Timing

_HOMES = {
    "Accounts": "service.accounts",
    "Automation": "analysis.automation",
    "AutomationRule": "analysis.automation",
    "Batch": "service.batch",
    "BatchPanel": "interactive.batch_panel",
    "BatchSettings": "service.batch",
    "Client": "service.client",
    "Comparison": "analysis.comparison",
    "Edit": "analysis.truth",
    "EditConflict": "errors",
    "Evaluation": "analysis.evaluation",
    "GiniError": "errors",
    "History": "analysis.history",
    "Journal": "analysis.truth",
    "LoginForm": "interactive.login_form",
    "PageExcerpts": "interactive.page_excerpts",
    "RULES": "analysis.automation",
    "Sandbox": "sandbox",
    "Timing": "service.transport",
    "Truth": "analysis.truth",
    "TruthWarning": "errors",
    "automation": "analysis.automation",
    "check_truth": "interactive.truth_check",
    "checks": "interactive.second_reader",
    "compare": "analysis.comparison",
    "compare_truth": "analysis.comparison",
    "compare_view": "interactive.comparison_view",
    "evaluate": "analysis.evaluation",
    "explore": "interactive.explorer",
    "feedback_from": "interactive.feedback",
    "folders_as_documents": "service.batch",
    "forget": "service.credentials",
    "history": "analysis.history",
    "login": "interactive.login",
    "login_accounts": "interactive.login",
    "plan_automation": "analysis.statistics",
    "plan_comparison": "analysis.statistics",
    "plan_sample_size": "analysis.statistics",
    "process": "service.batch",
    "purge_local": "service.batch",
    "read_truth": "analysis.truth",
    "save_secret_file": "service.credentials",
    "to_label": "analysis.labelling",
}

# Public modules; a name above may be that of its module, too, as login is, and means what the module holds.
_MODULES = {
    "datasets": "datasets",
    "plots": "analysis.plots",
    "rules": "analysis.rules",
    "statistics": "analysis.statistics",
}

__all__ = [  # noqa: RUF022 - in the order of a session
    "login",
    "process",
    "folders_as_documents",
    "read_truth",
    "check_truth",
    "to_label",
    "evaluate",
    "compare",
    "compare_truth",
    "compare_view",
    "history",
    "explore",
    "feedback_from",
    "checks",
    "automation",
    "plan_sample_size",
    "plan_comparison",
    "plan_automation",
    "plots",
    "rules",
    "statistics",
    "datasets",
    "purge_local",
    "login_accounts",
    "forget",
    "save_secret_file",
    "Client",
    "Accounts",
    "Batch",
    "BatchPanel",
    "BatchSettings",
    "Timing",
    "Truth",
    "TruthWarning",
    "Journal",
    "Edit",
    "Evaluation",
    "Comparison",
    "Automation",
    "AutomationRule",
    "RULES",
    "History",
    "LoginForm",
    "PageExcerpts",
    "Sandbox",
    "GiniError",
    "EditConflict",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        # Its import costs more than everything else here together.
        from importlib.metadata import version

        return version("gini-notebook")
    if name in _MODULES:
        value: Any = import_module(f"{__name__}.{_MODULES[name]}")
    elif name in _HOMES:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
