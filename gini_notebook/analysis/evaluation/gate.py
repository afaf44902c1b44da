"""The quality gate of a release: ``amountToPay.f1>=0.95``."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from gini_notebook.analysis.evaluation.formulas import AVERAGES
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted

_FORM = re.compile(r"\s*(?P<name>[^<>=!]+?)\s*(?P<sign>>=|<=|==|>|<)\s*(?P<bound>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))\s*")
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}


_NO_NUMBERS = ("group", "field", "entity", "interval", "average")


class CheckResult(NamedTuple):
    """One condition, what its number is, and whether it holds; an undefined number (NaN) never holds."""

    expression: str
    value: float
    passed: bool


def check_conditions(
    expressions: str | Sequence[str], fields: pd.DataFrame, summary: pd.DataFrame, counts: Mapping[str, float]
) -> list[CheckResult]:
    """Check conditions; see ``Evaluation.check``."""
    numbers = {**_numbers(fields, summary), **counts}
    return [_checked(text, numbers) for text in ([expressions] if isinstance(expressions, str) else expressions)]


def parse_condition(text: str) -> re.Match[str]:
    """Read a condition as name, sign and bound; whether there is such a number, only an evaluation can tell."""
    match = _FORM.fullmatch(text)
    if match is None:
        message = f"Cannot read the condition {text!r}; write for example 'amountToPay.f1>=0.95'."
        raise SettingError(message)
    return match


def _checked(text: str, numbers: Mapping[str, float]) -> CheckResult:
    match = parse_condition(text)
    name = match["name"]
    if name not in numbers:
        message = f"There is no number {name!r} to check. {_available(name, numbers)}"
        raise SettingError(message)
    value = numbers[name]
    return CheckResult(text, value, not math.isnan(value) and _SIGNS[match["sign"]](value, float(match["bound"])))


def _available(name: str, numbers: Mapping[str, float]) -> str:
    field, _, _ = name.rpartition(".")
    scores = [known.rpartition(".")[2] for known in numbers if known.rpartition(".")[0] == field] if field else []
    if scores:
        return f"{field!r} has: {', '.join(scores)}."
    fields = dict.fromkeys(known.rpartition(".")[0] for known in numbers if "." in known)
    whole = [known for known in numbers if "." not in known and not known.endswith(("_low", "_high"))]
    return f"Fields: {', '.join(fields) or 'none'}. Of the whole (also with _low, _high): {', '.join(whole)}."


def _numbers(fields: pd.DataFrame, summary: pd.DataFrame) -> dict[str, float]:
    """Return every number that a condition can name."""
    numbers: dict[str, float] = {}
    for row in fields.to_dict("records"):
        name = dotted(row["group"], row["field"])
        if not row["average"] and row["field"] in AVERAGES:
            name = f"fields.{name}"
        numbers |= {f"{name}.{key}": _number(value) for key, value in row.items() if key not in _NO_NUMBERS}
    for row in summary.to_dict("records"):
        metric = row["metric"]
        numbers |= {metric: row["value"], f"{metric}_low": row["low"], f"{metric}_high": row["high"]}
    return numbers


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan
