"""The comparisons that somebody should look at, highest amount first."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, as_objects
from gini_notebook.analysis.rules import get, iban_valid
from gini_notebook.errors import SettingError
from gini_notebook.schema import COMPARISONS, COUNT, TEXT, dotted

MISTAKES = ("wrong", "missing", "spurious")
CAUSES_COLUMNS = ("group", "field", "cause", "count", "share")
# The settings of a rule that read another notation.
_REMEDIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "amount": ({"locale": "de"}, {"locale": "en"}),
    "numeric": ({"locale": "de"}, {"locale": "en"}),
    "date": ({"date_order": "dmy"}, {"date_order": "mdy"}),
}
DescribedRules = Mapping[str, Mapping[str, Any]]
UnreadValues = dict[str, Counter[str]]


def mistake_table(
    comparisons: pd.DataFrame,
    entities: Mapping[tuple[str, str], str],
    field: str | None,
    outcome: str | Sequence[str] | None,
    *,
    full: bool,
) -> pd.DataFrame:
    """Choose, extend and sort; see ``Evaluation.mistakes``."""
    wanted = [outcome] if isinstance(outcome, str) else list(MISTAKES if outcome is None else outcome)
    unknown = [name for name in wanted if name not in MISTAKES]
    if unknown:
        message = f"There is no mistake {', '.join(map(repr, unknown))}; choose from {', '.join(MISTAKES)}."
        raise SettingError(message)
    selected = comparisons["outcome"].isin(wanted).to_numpy(copy=True)
    if field is not None:
        selected &= slots_of_field(comparisons, entities, field)
    shown = comparisons[selected].reset_index(drop=True)
    entity = _entities(shown, entities)
    shown["difference"] = _differences(shown, entity == "amount")
    for side in ("truth", "extracted"):
        shown[f"{side}_valid"] = _valid(shown[side], entity == "iban")
    order = np.argsort(-np.nan_to_num(np.abs(shown["difference"].to_numpy(dtype=np.float64)), nan=-1), kind="stable")
    return shown.iloc[order].reset_index(drop=True)[list(shown.columns if full else COMPARISONS.narrow)]


def slots_of_field(comparisons: pd.DataFrame, entities: Mapping[tuple[str, str], str], field: str) -> BoolArray:
    """Return which slots are of a field, named with or without its group."""
    names = [name for name in entities if field in (name[1], dotted(*name))]
    if not names:
        known = ", ".join(dotted(*name) for name in entities) or "none"
        message = f"There is no field {field!r} in this evaluation. There are: {known}."
        raise SettingError(message)
    selected = np.zeros(len(comparisons), dtype=bool)
    for group, name in names:
        selected |= ((comparisons["group"] == group) & (comparisons["field"] == name)).to_numpy(dtype=bool)
    return selected


def _entities(shown: pd.DataFrame, entities: Mapping[tuple[str, str], str]) -> Any:
    pairs = zip(shown["group"].tolist(), shown["field"].tolist(), strict=True)
    return as_objects([entities[pair] for pair in pairs])


def _differences(shown: pd.DataFrame, amounts: BoolArray) -> FloatArray:
    """Return extracted minus truth of amounts in the same currency."""
    sides = [_amounts(shown[f"{side}_canonical"], amounts) for side in ("truth", "extracted")]
    (truth, truth_currency), (extracted, extracted_currency) = sides
    same = (truth_currency == extracted_currency) | np.isnan(truth) | np.isnan(extracted)
    difference = np.nan_to_num(extracted) - np.nan_to_num(truth)
    return np.where(same & ~(np.isnan(truth) & np.isnan(extracted)), difference, np.nan).round(4)


def _amounts(normalized: Any, amounts: BoolArray) -> tuple[FloatArray, Any]:
    """Split normalized amounts into number and currency; what the rule could not read is no number."""
    number, currency = np.full(len(amounts), np.nan), as_objects([""] * len(amounts))
    parts = normalized[amounts].str.extract(r"^(-?[0-9]+(?:\.[0-9]+)?)(?::([A-Z]{3}))?$")
    number[amounts] = parts[0].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    currency[amounts] = parts[1].fillna("").to_numpy(dtype=object)
    return number, currency


def _valid(values: Any, ibans: BoolArray) -> Any:
    valid = [
        iban_valid(value) if is_iban and isinstance(value, str) else pd.NA
        for value, is_iban in zip(values.tolist(), ibans.tolist(), strict=True)
    ]
    return pd.array(valid, dtype="boolean")


def cause_table(comparisons: pd.DataFrame, selected: BoolArray, *, details: bool) -> pd.DataFrame:
    """Write the table of ``Evaluation.by_cause``."""
    wrong = comparisons[(comparisons["outcome"] == "wrong").to_numpy(dtype=bool) & selected]
    cause = wrong["cause"] if details else wrong["cause"].str.split(":", n=1).str[0]
    counts = wrong.assign(cause=cause).groupby(["group", "field", "cause"], sort=True).size().reset_index(name="count")
    table = counts.sort_values(["group", "field", "count"], ascending=[True, True, False], kind="stable")
    total = table.groupby(["group", "field"])["count"].transform("sum")
    table["share"] = (table["count"] / total).astype("float64")
    types = {"group": TEXT, "field": TEXT, "cause": TEXT, "count": COUNT}
    return table[list(CAUSES_COLUMNS)].astype(types).reset_index(drop=True)


def confusion_table(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Write the table of ``Evaluation.confusion``: values of which field were extracted as which other field.

    Rules differ in whether they fold case, so values of different fields are compared without it.
    """
    name = np.array(
        [dotted(*pair) for pair in zip(comparisons["group"], comparisons["field"], strict=True)], dtype=object
    )
    base = {"document": comparisons["document"], "row": comparisons["row"].to_numpy()}
    truth = pd.DataFrame({**base, "value": comparisons["truth_canonical"].str.lower(), "truth_field": name})
    off = comparisons["outcome"].isin(["wrong", "spurious"]).to_numpy(dtype=bool)
    found = pd.DataFrame({**base, "value": comparisons["extracted_canonical"].str.lower(), "extracted_as": name})[off]
    met = found.dropna().merge(truth.dropna(), on=["document", "value"], suffixes=("", "_truth"))
    met = met[met["truth_field"] != met["extracted_as"]]
    met = met.drop_duplicates(["document", "row", "extracted_as", "truth_field"])
    return pd.crosstab(met["truth_field"], met["extracted_as"]).astype("int64")


def unread_values(comparisons: pd.DataFrame, rules: DescribedRules) -> UnreadValues:
    """Find the values of the truth that their rule cannot read, by field, and how often each is there.

    Parameters
    ----------
    rules
        By field, what ``Rule.describe`` says. A function of the user's own is not looked at.
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
