"""What a rule does to two values, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from gini_notebook.analysis.rules import identifiers, money, normal_text
from gini_notebook.analysis.rules.causes import cause
from gini_notebook.analysis.rules.identifiers import iban_valid
from gini_notebook.analysis.rules.normal_text import anls, similarity
from gini_notebook.analysis.rules.rule import Rule, canonicaliser, get
from gini_notebook.errors import SettingError
from gini_notebook.schema import FIELD_ENTITIES

Step = tuple[str, Callable[[str], str | None]]

_HINTS = {
    "amount": "The service's notation is 12.30:EUR; others are read with locale='de' or locale='en'.",
    "numeric": "The service's notation is 12.3; others are read with locale='de' or locale='en'.",
    "date": "ISO 8601 (2025-12-31) is read; others with date_order='dmy' or date_order='mdy'.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two values are the same or not; ``print`` it.

    Attributes
    ----------
    truth, extracted
        The values as delivered.
    truth_canonical, extracted_canonical
        Their canonical strings; the text itself where the rule cannot read it.
    rule
        The rule that compared them.
    steps
        One line per step of the rule, with what it made of both values and whether they are equal from there on.
    raw, typed, lenient
        Whether they are the same at each of the three levels.
    similarity, anls
        How alike they are (see :func:`gini_notebook.rules.similarity` and :func:`gini_notebook.rules.anls`).
    cause
        Why they differ, or an empty string.
    iban_valid
        For IBANs, whether truth and extracted are well formed; else None.
    """

    truth: str
    extracted: str
    truth_canonical: str
    extracted_canonical: str
    rule: Rule
    steps: tuple[str, ...]
    raw: bool
    typed: bool
    lenient: bool
    similarity: float
    anls: float
    cause: str
    iban_valid: tuple[bool, bool] | None

    @property
    def verdict(self) -> str:
        """The outcome and, if it is wrong, the cause."""
        return "correct" if self.typed else f"wrong ({self.cause})"

    def __str__(self) -> str:
        """Spell everything out, one line each."""
        settings = ", ".join(f"{name}={value!r}" for name, value in self.rule.describe().items() if name != "name")
        lines = [f"{self.rule.name} ({settings}): {self.verdict}", *self.steps]
        lines.append(
            f"lenient: {'same' if self.lenient else 'different'} "
            f"(similarity {self.similarity:.3f}, tau {self.rule.tau:g}); ANLS {self.anls:.3f}"
        )
        if self.iban_valid is not None:
            words = ["valid" if valid else "not valid" for valid in self.iban_valid]
            lines.append(f"IBAN check: truth {words[0]}, extracted {words[1]}")
        return "\n".join(lines)


def explain(truth: str, extracted: str, rule: Rule | str = "text", **settings: Any) -> Explanation:
    """Say which step of a rule makes two values equal or leaves them different.

    Parameters
    ----------
    truth, extracted
        The values as delivered.
    rule
        A rule, the name of one (an entity such as ``"amount"``), or a label of the service such as ``"amountToPay"``.
    **settings
        Settings of :class:`gini_notebook.analysis.rules.Rule`, when the rule is given by name.

    Raises
    ------
    SettingError
        If there is no such rule or setting, or settings are given besides a :class:`gini_notebook.analysis.rules.Rule`.

    Examples
    --------
    >>> print(explain("Müller GmbH", "MÜLLER  GMBH", "companyname"))
    companyname (tau=0.85): correct
    as delivered: 'Müller GmbH' and 'MÜLLER  GMBH' differ
    case folded: 'müller gmbh' and 'müller  gmbh' differ
    blanks collapsed: both 'müller gmbh'
    lenient: same (similarity 1.000, tau 0.85); ANLS 1.000
    """
    if isinstance(rule, str):
        rule = get(FIELD_ENTITIES.get(rule, rule), **settings)
    elif settings:
        message = f"The rule is given already; put {', '.join(map(repr, settings))} into it with rules.get()."
        raise SettingError(message)
    (one, other), (parsed, other_parsed) = rule.canonical_many([truth, extracted])
    typed = bool(rule.equal_many([one], [other])[0])
    return Explanation(
        truth,
        extracted,
        one,
        other,
        rule,
        steps=tuple(_lines(rule, truth, extracted, both=(parsed, other_parsed))),
        raw=truth == extracted,
        typed=typed,
        lenient=typed or bool(rule.lenient_many([one], [other])[0]),
        similarity=similarity(one, other),
        anls=anls(truth, extracted),
        cause=cause(truth, extracted, rule),
        iban_valid=(iban_valid(truth), iban_valid(extracted)) if rule.name == "iban" else None,
    )


def _lines(rule: Rule, truth: str, extracted: str, *, both: tuple[bool, bool]) -> Sequence[str]:
    lines = [_line("as delivered", truth, extracted)]
    one: str | None = truth
    other: str | None = extracted
    for label, function in steps(rule):
        before = one, other
        one = None if one is None else function(one)
        other = None if other is None else function(other)
        if (one, other) != before and None not in (one, other):
            lines.append(_line(label, one, other))
    for value, parsed in zip((truth, extracted), both, strict=True):
        if not parsed:
            lines.append(f"not read, kept as text: {value!r}. {_HINTS.get(rule.name, '')}".rstrip())
    if rule.tolerance:
        lines.append(f"tolerance: {rule.tolerance} minor unit(s)")
    if rule.among_words:
        lines.append("among words: enough are the words of the truth, whole and in order")
    return lines


def _line(label: str, one: str | None, other: str | None) -> str:
    return f"{label}: both {one!r}" if one == other else f"{label}: {one!r} and {other!r} differ"


def steps(rule: Rule) -> list[Step]:
    """Return the steps of a rule one by one; done in order they are its canonical form."""
    if rule.custom is not None:
        return [(f"your function {rule.describe()['custom']}", rule.custom)]
    if rule.name in ("numeric", "integer", "date", "timeperiod", "bool", "currency"):
        return [(f"read as {rule.name}", canonicaliser(rule))]
    if rule.name == "amount":
        read = partial(money.read, default=rule.currency_default, locale=rule.locale)
        return [("number and currency", read), ("rounded to the minor unit", canonicaliser(get("amount")))]
    if rule.name in ("iban", "bic"):
        return _account_steps(rule)
    return _text_steps(rule)


def _account_steps(rule: Rule) -> list[Step]:
    if rule.name == "iban":
        return [("upper case, no blanks or hyphens", identifiers.iban)]
    bare = partial(identifiers.bic, branch="strict")
    return [("upper case, no blanks", bare), ("the head office is branch XXX", canonicaliser(rule))]


def _text_steps(rule: Rule) -> list[Step]:
    listed: list[Step] = [("Unicode form", normal_text.compatible)]
    if rule.name not in ("reference", "id"):
        listed.append(("case folded", normal_text.folded))
    listed.append(("blanks collapsed", normal_text.collapsed))
    if rule.fold == "german":
        listed.append(("umlauts spelled out", normal_text.german))
    return listed
