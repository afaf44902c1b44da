"""The quality gate of a release: ``amountToPay.f1>=0.95``."""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from gini_notebook.analysis.evaluation.display import display_of_checks
from gini_notebook.analysis.evaluation.formulas import AVERAGES
from gini_notebook.errors import SettingError
from gini_notebook.notes import Note
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
    """One condition, what its number is, and whether it holds; an undefined number (NaN) never holds.

    ``low`` and ``high`` are the interval of the number; NaN where it has none, as counts and ends of intervals.
    """

    expression: str
    value: float
    passed: bool
    low: float = math.nan
    high: float = math.nan

    @property
    def name(self) -> str:
        """The number that is checked: ``iban.f1_low``, ``payable_rate``."""
        return str(parse_condition(self.expression)["name"])

    @property
    def field(self) -> str:
        """The field or average whose number it is: ``iban``, ``lineItems.micro``; nothing for a number of the whole."""
        return self.name.removeprefix("fields.").rpartition(".")[0]

    def sentence(self, confidence_level: float | None = None) -> str:
        """Say what is wanted and what there is, as ``expected >= 0.9, is 0.828, 95 % interval 0.700 – 0.900``.

        Parameters
        ----------
        confidence_level
            Of the interval; without it, the interval is left out.
        """
        match = parse_condition(self.expression)
        parts = [f"expected {match['sign']} {match['bound']}", f"is {_shown(self.value)}"]
        if confidence_level is not None and not (math.isnan(self.low) or math.isnan(self.high)):
            parts.append(f"{confidence_level * 100:g} % interval {self.low:.3f} – {self.high:.3f}")
        return ", ".join(parts)


def _shown(value: float) -> str:
    if math.isnan(value):
        return "undefined"
    return f"{value:g}" if value.is_integer() else f"{value:.3f}"


class Checks(list[CheckResult]):
    """The conditions that were checked, in order; a list, with a display of its own.

    Attributes
    ----------
    notes : tuple of Note
        What to know about the numbers: those of the evaluation.
    """

    def __init__(self, results: Iterable[CheckResult], notes: Iterable[Note] = ()) -> None:
        super().__init__(results)
        self.notes = tuple(notes)

    @property
    def passed(self) -> bool:
        """Whether all conditions hold."""
        return all(one.passed for one in self)

    def reason(self, confidence_level: float | None = None) -> str:
        """Say in one line which conditions are not met, and why; an empty text if all are.

        Parameters
        ----------
        confidence_level
            Of the intervals; without it, they are left out.
        """
        broken = [f"{one.expression} ({one.sentence(confidence_level)})" for one in self if not one.passed]
        return f"{len(broken)} of {len(self)} gates not met: {'; '.join(broken)}" if broken else ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell how many conditions are met, and each with its number."""
        del include, exclude
        return display_of_checks(self).bundle()

    def _repr_html_(self) -> str:
        """As above, for front ends that ask for HTML alone."""
        return display_of_checks(self).html


def check_conditions(
    expressions: str | Sequence[str], fields: pd.DataFrame, summary: pd.DataFrame, counts: Mapping[str, float]
) -> list[CheckResult]:
    """Check conditions; see ``Evaluation.check``."""
    wanted = [expressions] if isinstance(expressions, str) else expressions
    if not isinstance(wanted, Sequence) or not all(isinstance(text, str) for text in wanted):
        message = f"Conditions are texts, for example 'amountToPay.f1>=0.95', not {expressions!r}."
        raise SettingError(message)
    numbers = {**_numbers(fields, summary), **counts}
    return [_checked(text, numbers) for text in wanted]


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
    passed = not math.isnan(value) and _SIGNS[match["sign"]](value, float(match["bound"]))
    low, high = (numbers.get(f"{name}_{end}", math.nan) for end in ("low", "high"))
    return CheckResult(text, value, passed, low, high)


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
