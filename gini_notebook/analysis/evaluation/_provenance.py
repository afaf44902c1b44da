"""How an evaluation was made."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from gini_notebook.analysis.evaluation._kept import SPEC_VERSION
from gini_notebook.analysis.evaluation.settings import Settings
from gini_notebook.analysis.rules import Rule


def provenance(settings: Settings, rules: Mapping[str, Rule], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Say how an evaluation was made."""
    return {
        "spec_version": SPEC_VERSION,
        "tool_version": version("gini-notebook"),
        "rules": {name: rule.describe() for name, rule in rules.items()},
        "wrong": settings.wrong,
        "seed": settings.seed,
        **facts,
    }
