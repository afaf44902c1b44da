"""How much could be paid unseen: checks, rules over them, and bounds of what would slip through.

The service delivers no confidence, and one that was learned proved worse than a fixed list of checks where senders
were kept apart. So: :func:`check_values` judges each value by itself and by a second reader, fixed rules say which
checks a document must pass, and :func:`automation` bounds the share of mistakes among what a rule lets through, by
documents and by issuers, or says how many documents are missing.
"""

from gini_notebook.analysis.automation.certified import CertifiedRule
from gini_notebook.analysis.automation.checks import check_values
from gini_notebook.analysis.automation.monitoring import PlanCheck
from gini_notebook.analysis.automation.plan import Automation, automation
from gini_notebook.analysis.automation.rules import RULES, AutomationRule

__all__ = ["RULES", "Automation", "AutomationRule", "CertifiedRule", "PlanCheck", "automation", "check_values"]
