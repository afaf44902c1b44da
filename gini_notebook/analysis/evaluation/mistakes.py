"""The comparisons that somebody should look at, the dearest first."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, as_objects
from gini_notebook.analysis.rules import iban_valid
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted

MISTAKES = ("wrong", "missing", "spurious")


def mistake_table(
    comparisons: pd.DataFrame,
    entities: Mapping[tuple[str, str], str],
    field: str | None,
    outcome: str | Sequence[str] | None,
) -> pd.DataFrame:
    """Choose, extend and sort; see ``Evaluation.mistakes``."""
    wanted = [outcome] if isinstance(outcome, str) else list(MISTAKES if outcome is None else outcome)
    unknown = [name for name in wanted if name not in MISTAKES]
    if unknown:
        message = f"There is no mistake {', '.join(map(repr, unknown))}; choose from {', '.join(MISTAKES)}."
        raise SettingError(message)
    chosen = comparisons["outcome"].isin(wanted).to_numpy(copy=True)
    if field is not None:
        chosen &= slots_of_field(comparisons, entities, field)
    shown = comparisons[chosen].reset_index(drop=True)
    entity = _entities(shown, entities)
    shown["difference"] = _differences(shown, entity == "amount")
    for side in ("truth", "extracted"):
        shown[f"{side}_valid"] = _valid(shown[side], entity == "iban")
    order = np.argsort(-np.nan_to_num(np.abs(shown["difference"].to_numpy(dtype=np.float64)), nan=-1), kind="stable")
    return shown.iloc[order].reset_index(drop=True)


def slots_of_field(comparisons: pd.DataFrame, entities: Mapping[tuple[str, str], str], field: str) -> BoolArray:
    """Tell which slots are of a field, named with or without its group."""
    names = [name for name in entities if field in (name[1], dotted(*name))]
    if not names:
        known = ", ".join(dotted(*name) for name in entities) or "none"
        message = f"There is no field {field!r} in this evaluation. There are: {known}."
        raise SettingError(message)
    chosen = np.zeros(len(comparisons), dtype=bool)
    for group, name in names:
        chosen |= ((comparisons["group"] == group) & (comparisons["field"] == name)).to_numpy(dtype=bool)
    return chosen


def _entities(shown: pd.DataFrame, entities: Mapping[tuple[str, str], str]) -> Any:
    pairs = zip(shown["group"].tolist(), shown["field"].tolist(), strict=True)
    return as_objects([entities[pair] for pair in pairs])


def _differences(shown: pd.DataFrame, amounts: BoolArray) -> FloatArray:
    """Give extracted minus truth of amounts in the same currency."""
    sides = [_amounts(shown[f"{side}_canonical"], amounts) for side in ("truth", "extracted")]
    (truth, truth_currency), (extracted, extracted_currency) = sides
    same = (truth_currency == extracted_currency) | np.isnan(truth) | np.isnan(extracted)
    difference = np.nan_to_num(extracted) - np.nan_to_num(truth)
    return np.where(same & ~(np.isnan(truth) & np.isnan(extracted)), difference, np.nan).round(4)


def _amounts(canonical: Any, amounts: BoolArray) -> tuple[FloatArray, Any]:
    """Split canonical amounts into number and currency; what the rule could not read is no number."""
    parts = canonical.where(amounts).str.extract(r"^(-?[0-9]+(?:\.[0-9]+)?)(?::([A-Z]{3}))?$")
    return parts[0].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan), parts[1].fillna("").to_numpy(
        dtype=object
    )


def _valid(values: Any, ibans: BoolArray) -> Any:
    judged = [
        iban_valid(value) if is_iban and isinstance(value, str) else pd.NA
        for value, is_iban in zip(values.tolist(), ibans.tolist(), strict=True)
    ]
    return pd.array(judged, dtype="boolean")
