"""What a rule did to two values, step by step."""

from dataclasses import dataclass
from typing import Any

from gini_notebook.rules._rule import Rule


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two values are the same or not; print it."""

    truth: str
    extracted: str
    rule: Rule


def explain(truth: str, extracted: str, rule: Rule | str = "text", **settings: Any) -> Explanation:
    """Say which step made two values equal or different."""
    raise NotImplementedError
