"""The arguments of ``evaluate`` that decide numbers, checked."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version
from typing import Any, TypedDict, get_args

import pandas as pd

from gini_notebook.analysis.evaluation.alignment import Order
from gini_notebook.analysis.evaluation.encoding import EXTRACTIONS, NOTHING, columns_of, encode
from gini_notebook.analysis.evaluation.formulas import CountingRule, check_counting_rule
from gini_notebook.analysis.evaluation.remittance import PURPOSE, REFERENCE, REMITTANCES, Remittance
from gini_notebook.analysis.evaluation.units import Cluster, Weights
from gini_notebook.analysis.rules import Rule, for_field
from gini_notebook.errors import SettingError
from gini_notebook.schema import FIELD_ENTITIES, dotted

ORDERS = get_args(Order)
OneRule = Rule | str | Callable[[str], str | None]
Column = tuple[str, str]
Votes = Counter[tuple[Column, str]]
# The edition of the metrics; results of different editions are not compared.
SPEC_VERSION = "2"


class Options(TypedDict, total=False):
    """The arguments of :func:`gini_notebook.evaluate` that decide numbers, as a caller may give them."""

    fields: Sequence[str] | None
    rules: Mapping[str, OneRule] | None
    currency_default: str | None
    wrong: CountingRule
    required: Sequence[str] | None
    key: Sequence[str]
    order: Order
    seed: int
    remittance: Remittance
    cluster: Cluster
    weights: Weights


@dataclass(frozen=True, slots=True)
class Settings:
    """See :func:`gini_notebook.evaluate`."""

    fields: tuple[str, ...] | None
    currency_default: str | None
    wrong: str
    required: tuple[str, ...] | None
    key: tuple[str, ...]
    order: Order
    seed: int
    remittance: Remittance = "either"

    def __post_init__(self) -> None:
        check_counting_rule(self.wrong)
        if self.order not in ORDERS:
            message = f"order is {self.order!r}; it must be one of {', '.join(map(repr, ORDERS))}."
            raise SettingError(message)
        if self.remittance not in REMITTANCES:
            message = (
                f"remittance is {self.remittance!r}; it must be 'either' (a reference may stand in the purpose) or "
                "'strict' (each field with itself)."
            )
            raise SettingError(message)
        if self.order == "strict" and self.key:
            raise SettingError("order='strict' pairs rows by their number and takes no key columns.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            message = f"seed is {self.seed!r}; it must be a whole number, 0 or more."
            raise SettingError(message)

    def plain(self) -> dict[str, Any]:
        """Return the settings as they are kept in a file."""
        return {
            "fields": None if self.fields is None else list(self.fields),
            "currency_default": self.currency_default,
            "wrong": self.wrong,
            "required": None if self.required is None else list(self.required),
            "key": list(self.key),
            "order": self.order,
            "seed": self.seed,
            "remittance": self.remittance,
            "cluster": None,
            "weights": None,
        }

    def key_columns(self, columns: Sequence[Column]) -> list[int]:
        """Find the columns of compounds that were named as key."""
        indices = [
            place
            for place, (group, field) in enumerate(columns)
            if group and (field in self.key or dotted(group, field) in self.key)
        ]
        found = {name for place in indices for name in (columns[place][1], dotted(*columns[place]))}
        unknown = [name for name in self.key if name not in found]
        if unknown:
            message = f"No compound has the key column(s) {', '.join(map(repr, unknown))}."
            raise SettingError(message)
        return indices

    def check_required(self, columns: Sequence[Column]) -> None:
        """Refuse required fields that there are not."""
        header = [field for group, field in columns if not group]
        unknown = [field for field in self.required or () if field not in header]
        if unknown:
            known = ", ".join(header) or "none"
            message = f"There are no header field(s) {', '.join(map(repr, unknown))}. There are: {known}."
            raise SettingError(message)


def choose_rules(
    columns: Sequence[Column], votes: Votes, rules: Mapping[str, OneRule] | None, settings: Settings
) -> dict[str, Rule]:
    """Choose the rule of every column: the user's, else by the service's label, else by the table's entity."""
    given = dict(rules or {})
    unknown = sorted(set(given) - {name for group, field in columns for name in (field, dotted(group, field))})
    if unknown:
        message = (
            f"There are rules for {', '.join(map(repr, unknown))}, but no such fields. There are: "
            f"{', '.join(dotted(*column) for column in columns)}."
        )
        raise SettingError(message)
    selected = {}
    for group, field in columns:
        name = dotted(group, field)
        choice = given.get(name, given.get(field))
        own = None if choice is None else {field: choice}
        entity = FIELD_ENTITIES.get(field) or _most_voted(votes, (group, field))
        rule = for_field(field, entity, rules=own, currency_default=settings.currency_default)
        among_words = own is None and settings.remittance == "either" and (group, field) in (REFERENCE, PURPOSE)
        selected[name] = replace(rule, among_words=True) if among_words else rule
    return selected


def _most_voted(votes: Votes, column: Column) -> str | None:
    ballots = [(-count, entity) for (voted, entity), count in votes.items() if voted == column]
    return min(ballots)[1] if ballots else None


def entity_votes(source: pd.DataFrame) -> Votes:
    """Count how often the extractions name which entity for each column."""
    votes: Votes = Counter()
    if "entity" not in source.columns:
        return votes
    columns, names = columns_of(source, EXTRACTIONS)
    codes, entities = encode(source["entity"], EXTRACTIONS)
    counts = pd.DataFrame({"column": columns, "entity": codes})[(columns != NOTHING) & (codes != NOTHING)]
    for (column, entity), count in counts.value_counts(sort=False).items():
        votes[names[column], entities[entity]] += int(count)
    return votes


def columns_in(frame: pd.DataFrame, name: str) -> frozenset[Column]:
    """Return the columns that a table has rows of."""
    return frozenset(columns_of(frame, name)[1])


MADE = ("made_at", "python_version", "command")
"""What the provenance says of the making alone; evaluations that differ in nothing else are equal."""


def provenance(settings: Settings, rules: Mapping[str, Rule], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Describe how an evaluation was made: names first, then settings; ``command`` is what a shell was told."""
    return {
        "run": facts["run"],
        "truth_name": facts["truth_name"],
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "",
        "python_version": python_version(),
        "spec_version": SPEC_VERSION,
        "tool_version": version("gini-notebook"),
        "rules": {name: rule.describe() for name, rule in rules.items()},
        "wrong": settings.wrong,
        "seed": settings.seed,
        **facts,
    }
