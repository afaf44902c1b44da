"""Values of the truth in another notation than the service's: they count as wrong, and nobody would guess why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from gini_notebook.analysis.rules import get
from gini_notebook.schema import dotted

# The settings of a rule that read another notation.
_REMEDIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "amount": ({"locale": "de"}, {"locale": "en"}),
    "numeric": ({"locale": "de"}, {"locale": "en"}),
    "date": ({"date_order": "dmy"}, {"date_order": "mdy"}),
}

DescribedRules = Mapping[str, Mapping[str, Any]]
UnreadValues = dict[str, Counter[str]]


def unread_values(comparisons: pd.DataFrame, rules: DescribedRules) -> UnreadValues:
    """Find the values of the truth that their rule cannot read, by field, and how often each is there.

    Parameters
    ----------
    rules
        By field, what ``Rule.describe`` says. A function of the user's own is not judged.
    """
    stated = comparisons.loc[comparisons["truth"].notna().to_numpy(dtype=bool), ["group", "field", "truth"]]
    found = {}
    for (group, field), values in stated.groupby(["group", "field"], sort=True)["truth"]:
        name = dotted(group, field)
        described = dict(rules[name])
        if described["name"] not in _REMEDIES or "custom" in described:
            continue
        counts = values.value_counts(sort=False)
        distinct = [str(value) for value in counts.index]
        read = get(**described).canonical_many(distinct)[1]
        unknown = Counter({value: int(n) for value, n, known in zip(distinct, counts, read, strict=True) if not known})
        if unknown:
            found[name] = unknown
    return found


def merge_unread(parts: Iterable[UnreadValues]) -> UnreadValues:
    """Put the values of several partitions together."""
    whole: UnreadValues = {}
    for part in parts:
        for name, values in part.items():
            whole.setdefault(name, Counter()).update(values)
    return dict(sorted(whole.items()))


def unread_hints(found: UnreadValues, rules: DescribedRules) -> list[str]:
    """Write a line per field, with an example and the remedy."""
    return [_hint(name, rules[name], values) for name, values in found.items()]


def _hint(name: str, described: Mapping[str, Any], unread: Mapping[str, int]) -> str:
    """Write one line."""
    example = next(iter(unread))
    rule = described["name"]
    text = f"{sum(unread.values())} values of {name} in the truth cannot be read as {rule}, for example {example!r}"
    for setting in _REMEDIES[rule]:
        if all(get(**{**described, **setting}).canonical_many(list(unread))[1]):
            ((key, value),) = setting.items()
            return f"{text}. Evaluate with rules={{{name!r}: gini.rules.get({rule!r}, {key}={value!r})}}."
    return f"{text}. Write them as the service does, or give the field a rule of its own with rules=."
