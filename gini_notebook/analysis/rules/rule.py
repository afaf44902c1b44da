"""The rule of an entity: its settings, its canonical form, and what counts as the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from gini_notebook.analysis.rules import dates, identifiers, money, normal_text
from gini_notebook.analysis.rules.normal_text import FloatArray, check_tau, similarities
from gini_notebook.errors import SettingError
from gini_notebook.notations import LOCALES, ORDERS, has_bic_form, has_iban_form
from gini_notebook.schema import FIELD_ENTITIES

BoolArray = npt.NDArray[np.bool_]
Canonicaliser = Callable[[str], str | None]

_WORDS = ("doctype", "paymentstate", "businessdoctype", "returnreason")
# M13 of the metrics: the similarity from which two values are the same at level "lenient".
TAU: Mapping[str, float] = {
    "amount": 1.0,
    "iban": 1.0,
    "bic": 1.0,
    "date": 1.0,
    "reference": 1.0,
    "id": 1.0,
    "companyname": 0.85,
    "name": 0.85,
    "text": 0.8,
    "numeric": 1.0,
    "integer": 1.0,
    "bool": 1.0,
    "currency": 1.0,
    "timeperiod": 1.0,
    **dict.fromkeys(_WORDS, 1.0),
}
ALIASES: Mapping[str, str] = {"number": "numeric", "idnumber": "id", "amounts_are_consistent": "bool", "city": "name"}
_SETTINGS = {
    "amount": ("tolerance", "currency_default", "locale"),
    "numeric": ("locale",),
    "date": ("date_order",),
    "bic": ("bic_branch",),
    "companyname": ("fold",),
    "name": ("fold",),
    "text": ("fold", "among_words"),
    "reference": ("among_words",),
    "id": ("among_words",),
}
_CHOICES: Mapping[str, tuple[str | bool | None, ...]] = {
    "locale": (None, *LOCALES),
    "date_order": (None, *ORDERS),
    "bic_branch": ("loose", "strict"),
    "fold": (None, "german"),
    "among_words": (False, True),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """When two values of a field are the same.

    Get one with :func:`gini_notebook.rules.get` or :func:`gini_notebook.rules.for_field`; with ``custom`` write one.

    Attributes
    ----------
    name
        The entity: ``amount``, ``iban``, ``bic``, ``date``, ``reference``, ``id``, ``companyname``, ``name``,
        ``text``, ``numeric``, ``integer``, ``bool``, ``currency``, ``timeperiod``, ``doctype``, ``paymentstate``,
        ``businessdoctype``, ``returnreason``.
    tau
        Similarity from which two values are the same at level ``lenient``; above 0, at most 1.
    tolerance
        Amounts: by how many minor units (cents) two amounts may differ and still be the same.
    currency_default
        Amounts: the currency (ISO 4217) of an amount that names none.
    locale
        Amounts and numbers: ``"de"`` reads ``1.234,56``, ``"ch"`` ``1'234.56``, ``"en"`` ``1,234.56``; None only the
        service's notation.
    date_order
        Dates: ``"dmy"`` reads ``31.12.2025``, ``"mdy"`` reads ``12/31/2025``; None only ISO 8601.
    bic_branch
        BIC: ``"loose"`` takes eight characters for the head office (``XXX``), ``"strict"`` does not.
    fold
        Names and text: ``"german"`` takes ``ü`` for ``ue`` and ``ß`` for ``ss``.
    among_words
        References and text: the same is also what has the words of the truth, whole and in order, among others, as
        ``ReNr 2025-0318, KdNr 70881`` has ``2025-0318``. Fewer than three letters and digits must be the whole value.
    custom
        A function of your own in place of the entity's canonical form: takes the value, returns the canonical string,
        or None if it cannot read it.

    Raises
    ------
    SettingError
        If a setting makes no sense, or the rule does not have it.
    """

    name: str
    tau: float
    tolerance: int = 0
    currency_default: str | None = None
    locale: str | None = None
    date_order: str | None = None
    bic_branch: str = "loose"
    fold: str | None = None
    among_words: bool = False
    custom: Callable[[str], str | None] | None = None

    def __post_init__(self) -> None:
        if self.name not in TAU:
            message = f"There is no rule {self.name!r}. There are: {', '.join(sorted(TAU))}."
            raise SettingError(message)
        _check_numbers(self.tau, self.tolerance)
        for setting, choices in _CHOICES.items():
            if getattr(self, setting) not in choices:
                message = f"{setting} is {getattr(self, setting)!r}; it must be one of {', '.join(map(repr, choices))}."
                raise SettingError(message)
        if self.currency_default is not None and money.currency(self.currency_default) != self.currency_default:
            message = f"currency_default is {self.currency_default!r}; it must be a currency code such as 'EUR'."
            raise SettingError(message)
        for setting in self._changed():
            if setting not in (*_SETTINGS.get(self.name, ()), "custom"):
                has = ", ".join(("tau", *_SETTINGS.get(self.name, ())))
                message = f"The rule {self.name!r} has no setting {setting!r}; it has: {has}."
                raise SettingError(message)

    def _changed(self) -> list[str]:
        return [
            entry.name
            for entry in fields(self)
            if entry.name not in ("name", "tau") and getattr(self, entry.name) != entry.default
        ]

    @property
    def by_canonical(self) -> bool:
        """Whether equality of canonical strings decides; not with a tolerance, and not among words."""
        return self.tolerance == 0 and not self.among_words

    def describe(self) -> dict[str, Any]:
        """Return name, tau and every setting that is not the default, as plain values for provenance."""
        described: dict[str, Any] = {"name": self.name, "tau": self.tau}
        for setting in self._changed():
            value = getattr(self, setting)
            described[setting] = getattr(value, "__qualname__", repr(value)) if callable(value) else value
        return described

    @property
    def has_form(self) -> Callable[[str], bool] | None:
        """What tells whether a text may be such an identifier at all; None where every text may be one."""
        return None if self.custom is not None else _FORMS.get(self.name)

    def canonical(self, value: str) -> str | None:
        """Return the canonical string of a value, or None if the rule cannot read it.

        Examples
        --------
        >>> from gini_notebook.analysis.rules import get
        >>> get("iban").canonical("gb82 west 1234 5698 7654 32")
        'GB82WEST12345698765432'
        >>> get("date").canonical("31.12.2025") is None
        True
        """
        return canonicaliser(self)(value)

    def canonical_many(self, values: Sequence[str]) -> tuple[list[str], list[bool]]:
        """Return the canonical strings of many values, and for each whether the rule could read it.

        A value that cannot be read is kept as text with its blanks levelled, so that equal values stay equal. By the
        rules of this package such a text never equals the canonical string of a value that was read. A text that can be
        no IBAN or BIC keeps its canonical string: two of them are equal as before.

        Parameters
        ----------
        values
            Values as delivered; pass unique ones, nothing is remembered.

        Raises
        ------
        SettingError
            If a ``custom`` function returns something else than a string or None.
        """
        read = _read_many(self, values)
        if self.has_form is not None:
            pairs = zip(values, read, strict=True)
            kept = [normal_text.exact(value) if canonical is None else canonical for value, canonical in pairs]
            return kept, [*map(self.has_form, values)]
        strange = set(map(type, read)) - {str, type(None)} if self.custom is not None else None
        if strange:
            message = (
                f"The function {self.describe()['custom']!r} returned {strange.pop().__name__}; a rule's function must "
                "return the canonical string, or None if it cannot read the value."
            )
            raise SettingError(message)
        if None not in read:
            return cast("list[str]", read), [True] * len(read)
        exact = normal_text.exact
        kept = [exact(value) if canonical is None else canonical for value, canonical in zip(values, read, strict=True)]
        return kept, [canonical is not None for canonical in read]

    def equal_many(self, truth: Sequence[str], extracted: Sequence[str]) -> BoolArray:
        """Return for pairs of canonical strings whether they are the same at level ``typed``.

        Parameters
        ----------
        truth, extracted
            Canonical strings as :meth:`canonical_many` returns them.
        """
        pairs = zip(truth, extracted, strict=True)
        if self.by_canonical:
            return np.fromiter((a == b for a, b in pairs), np.bool_, len(truth))
        if self.among_words:
            return np.fromiter((a == b or identifiers.stands_in(a, b) for a, b in pairs), np.bool_, len(truth))
        return np.fromiter((a == b or _within(a, b, self.tolerance) for a, b in pairs), np.bool_, len(truth))

    def lenient_many(
        self, truth: Sequence[str], extracted: Sequence[str], similarity: FloatArray | None = None
    ) -> BoolArray:
        """Return for pairs of canonical strings that are not typed-equal whether they are equal at level ``lenient``.

        Parameters
        ----------
        truth, extracted
            Canonical strings as :meth:`canonical_many` returns them.
        similarity
            Their similarities (``similarities``), if they are known already.
        """
        if self.name in ("reference", "id"):
            view = normal_text.letters_and_digits_many
            truth, extracted, similarity = view(truth), view(extracted), None
        scores = similarities(truth, extracted) if similarity is None else similarity
        return np.asarray(scores >= self.tau - 1e-12, dtype=np.bool_)


def _check_numbers(tau: float, tolerance: int) -> None:
    check_tau(tau)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int) or tolerance < 0:
        message = f"tolerance is {tolerance!r}; it must be a whole number of minor units (cents), 0 or more."
        raise SettingError(message)


def _within(truth: str, extracted: str, tolerance: int) -> bool:
    one, other = money.split(truth, None), money.split(extracted, None)
    if one is None or other is None or one[1] != other[1]:
        return False
    return abs(one[0] - other[0]) <= Decimal(tolerance).scaleb(-money.minor_digits(one[1]))


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "iban": has_iban_form,
    "bic": has_bic_form,
}


@lru_cache(maxsize=256)
def canonicaliser(rule: Rule) -> Canonicaliser:
    """Return the function behind ``Rule.canonical``, ready to be called many times."""
    if rule.custom is not None:
        return rule.custom
    if rule.name == "amount":
        return partial(money.amount, default=rule.currency_default, locale=rule.locale)
    if rule.name == "numeric":
        return partial(money.number, locale=rule.locale)
    if rule.name == "date":
        return partial(dates.day, order=rule.date_order)
    if rule.name == "bic":
        return partial(identifiers.bic, branch=rule.bic_branch)
    return _PLAIN_FORMS.get(rule.name, normal_text.german_name if rule.fold == "german" else normal_text.name)


def _read_many(rule: Rule, values: Sequence[str]) -> Sequence[str | None]:
    """Apply :func:`canonicaliser` to many values, all at once where that is faster."""
    one_by_one = canonicaliser(rule)
    if rule.custom is None and rule.name == "amount":
        return money.amount_many(values, rule.currency_default, rule.locale)
    if one_by_one is normal_text.name:
        return normal_text.name_many(values)
    if one_by_one is identifiers.reference:
        return identifiers.reference_many(values)
    if one_by_one is identifiers.iban:
        return identifiers.iban_many(values)
    return [*map(one_by_one, values)]


def _truth_value(value: str) -> str | None:
    word = normal_text.name(value)
    return word if word in ("true", "false") else None


_PLAIN_FORMS: Mapping[str, Canonicaliser] = {
    "iban": identifiers.iban,
    "currency": money.currency,
    "integer": money.integer,
    "timeperiod": dates.period,
    "bool": _truth_value,
    "reference": identifiers.reference,
    "id": identifiers.reference,
}


def get(name: str, **settings: Any) -> Rule:
    """Get the rule of an entity.

    Parameters
    ----------
    name
        The entity, for example ``"amount"``; see :class:`Rule` for all of them.
    **settings
        Settings of :class:`Rule`; ``tau`` as well.

    Raises
    ------
    SettingError
        If there is no such rule or setting, the rule does not have the setting, or its value makes no sense.

    Examples
    --------
    >>> get("amount", locale="de").canonical("1.234,56 EUR")
    '1234.56:EUR'
    """
    known = {entry.name for entry in fields(Rule)} - {"name"}
    unknown = sorted(set(settings) - known)
    if unknown:
        message = f"A rule has no setting {', '.join(map(repr, unknown))}. There are: {', '.join(sorted(known))}."
        raise SettingError(message)
    name = ALIASES.get(name, name)
    return Rule(name, **{"tau": TAU.get(name, 1.0), **settings})


def for_field(
    field: str,
    entity: str | None = None,
    *,
    rules: Mapping[str, Rule | str | Callable[[str], str | None]] | None = None,
    currency_default: str | None = None,
) -> Rule:
    """Get the rule for a field (a label of the service, or any name).

    Parameters
    ----------
    field
        The field, for example ``"amountToPay"``.
    entity
        Its entity, if the table has one; else the entity the service documents for the label; else ``text``. An
        entity that is not known here, because the service added it later, is compared as ``text``.
    rules
        What the user chose, by field: a :class:`Rule`, the name of one, or a function that makes a value canonical.
    currency_default
        For amounts without a setting of their own.

    Raises
    ------
    SettingError
        If ``rules`` names a rule that does not exist, or holds something else.

    Examples
    --------
    >>> for_field("paymentRecipient").name
    'companyname'
    >>> for_field("senderName", rules={"senderName": str.upper}).canonical("Ahornhof GmbH")
    'AHORNHOF GMBH'
    """
    chosen = None if rules is None else rules.get(field)
    if chosen is None:
        known = entity or FIELD_ENTITIES.get(field, "text")
        rule = get(known if ALIASES.get(known, known) in TAU else "text")
    elif isinstance(chosen, Rule):
        rule = chosen
    elif isinstance(chosen, str):
        rule = get(chosen)
    elif callable(chosen):
        rule = get("text", tau=1.0, custom=chosen)
    else:
        message = f"The rule for {field!r} is {chosen!r}; it must be a Rule, the name of one, or a function."
        raise SettingError(message)
    if currency_default is not None and rule.name == "amount" and rule.currency_default is None:
        return replace(rule, currency_default=currency_default)
    return rule
