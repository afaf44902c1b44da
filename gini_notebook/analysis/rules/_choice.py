"""Which rule a field is compared by."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from gini_notebook.analysis.rules._rule import ALIASES, TAU, Rule
from gini_notebook.errors import SettingError
from gini_notebook.schema import FIELD_ENTITIES


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
