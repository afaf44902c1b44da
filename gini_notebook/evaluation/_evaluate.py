"""``evaluate()``: two tables in, a frozen :class:`Evaluation` out."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, get_args

import numpy as np
import pandas as pd

from gini_notebook.errors import SettingError
from gini_notebook.evaluation import _candidates, _confidence, _documents
from gini_notebook.evaluation._canonical import canonicalise
from gini_notebook.evaluation._coding import NOTHING, IntArray, codes_of
from gini_notebook.evaluation._comparing import judge, table
from gini_notebook.evaluation._inputs import Inputs, read
from gini_notebook.evaluation._kept import SPEC_VERSION
from gini_notebook.evaluation._result import Evaluation
from gini_notebook.evaluation._slots import Order, Slots, align
from gini_notebook.evaluation._tables import dotted
from gini_notebook.evaluation.scores import check_counting_rule
from gini_notebook.rules import Rule, for_field
from gini_notebook.schema import FIELD_ENTITIES

ORDERS = get_args(Order)
OneRule = Rule | str | Callable[[str], str | None]


def evaluate(  # noqa: PLR0913 - settings, all by keyword
    extractions: Any,
    truth: pd.DataFrame,
    *,
    fields: Sequence[str] | None = None,
    rules: Mapping[str, OneRule] | None = None,
    currency_default: str | None = None,
    wrong: str = "both",
    required: Sequence[str] | None = None,
    key: Sequence[str] = (),
    order: Order = "content",
    seed: int = 0,
) -> Evaluation:
    """Compare extractions with the ground truth, slot by slot.

    Parameters
    ----------
    extractions
        What was extracted: a table with the columns document, field and value (for rows of a compound also group and
        row; entity, page, left, top, width, height, candidates and confidence where there are some), or anything that
        has such a table as ``.extractions``, and perhaps ``.documents`` and ``.candidates``, like a batch.
    truth
        The ground truth: a table with the columns document, field and value (for rows of a compound also group and
        row). A row without a value says that somebody looked and there is nothing. What has no row at all is
        unlabelled: it leaves every count, whatever was extracted.
    fields
        Names of the fields to evaluate (``iban``, ``lineItems.baseGross``); all by default, without fields of the
        truth that are neither labels of the service nor ever extracted.
    rules
        By field: a rule (``gini_notebook.rules``), the name of one, or a function that makes a value canonical.
    currency_default
        The currency of an amount that names none, for example ``"EUR"``.
    wrong
        What a wrong value costs: ``"both"`` counts it as a false positive and as a false negative, ``"fp"`` as a false
        positive only.
    required
        Header fields that must be right for a document to be perfect; all header fields by default.
    key
        Columns of a compound that must agree before two rows are taken for the same, for example ``["artNumber"]``.
    order
        ``"content"`` aligns rows by what they say, ``"strict"`` by their number.
    seed
        Seed of every random draw, so that intervals can be repeated.

    Returns
    -------
    Evaluation
        Every number is a view of its ``comparisons``.

    Raises
    ------
    SchemaError
        If a table lacks columns, repeats a key, or holds something that is not text.
    SettingError
        If an argument has a value that makes no sense.

    Examples
    --------
    >>> import pandas as pd
    >>> truth = pd.DataFrame({"document": ["a", "b"], "field": "amountToPay", "value": ["9.90:EUR", "7.00:EUR"]})
    >>> found = pd.DataFrame({"document": ["a", "b"], "field": "amountToPay", "value": ["9.9:EUR", "70.00:EUR"]})
    >>> evaluate(found, truth).comparisons[["document", "outcome", "cause"]].values.tolist()
    [['a', 'correct', <NA>], ['b', 'wrong', 'factor: ×10']]
    """
    _check_settings(wrong, order, seed)
    source, known_documents, candidates = _documents.sources(extractions)
    known = _documents.known(known_documents)
    inputs = read(source, truth, fields, () if known is None else known["document"].tolist())
    chosen = _rules(inputs, source, rules, currency_default)
    canonical = canonicalise(inputs, list(chosen.values()))
    confidence = _confidence.read(source)
    certainty = None if confidence is None else confidence[inputs.extracted.position]
    slots, approximate = align(inputs, canonical, certainty, key=_key_columns(inputs, key), order=order)
    judged = judge(inputs, canonical, slots)
    comparisons = table(inputs, canonical, slots, judged, source)
    if certainty is not None:
        comparisons[_confidence.COLUMN] = np.append(certainty, np.nan)[slots.extracted]
    if candidates is not None:
        more = _candidates.columns(candidates, source, inputs, canonical, (slots, judged))
        comparisons = comparisons.assign(**more)
        candidates = _candidates.chosen(candidates, inputs.documents)
    settings = {
        "fields": None if fields is None else list(fields),
        "currency_default": currency_default,
        "wrong": wrong,
        "required": None if required is None else _required(inputs, required),
        "key": list(key),
        "order": order,
        "seed": seed,
    }
    return Evaluation(
        comparisons=comparisons,
        documents=_documents.frame(inputs.documents, known, inputs.answered),
        candidates=candidates,
        settings=settings,
        provenance=_provenance(inputs, chosen, truth, slots, approximate) | {"wrong": wrong, "seed": seed},
    )


def _check_settings(wrong: str, order: str, seed: int) -> None:
    check_counting_rule(wrong)
    if order not in ORDERS:
        message = f"order is {order!r}; it must be one of {', '.join(map(repr, ORDERS))}."
        raise SettingError(message)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        message = f"seed is {seed!r}; it must be a whole number, 0 or more."
        raise SettingError(message)


def _rules(
    inputs: Inputs, source: pd.DataFrame, rules: Mapping[str, OneRule] | None, currency_default: str | None
) -> dict[str, Rule]:
    """Choose the rule of every column: the user's, else by the service's label, else by the table's entity."""
    entities = _entities(inputs, source)
    known = {name for group, field in inputs.columns for name in (field, dotted(group, field))}
    unknown = sorted(set(rules or ()) - known)
    if unknown:
        message = (
            f"There are rules for {', '.join(map(repr, unknown))}, but no such fields. There are: "
            f"{', '.join(dotted(*column) for column in inputs.columns)}."
        )
        raise SettingError(message)
    chosen = {}
    for group, field in inputs.columns:
        name = dotted(group, field)
        own = (
            {field: rules[name if name in rules else field]}
            if rules and not rules.keys().isdisjoint((name, field))
            else None
        )
        entity = FIELD_ENTITIES.get(field) or entities.get((group, field))
        chosen[name] = for_field(field, entity, rules=own, currency_default=currency_default)
    return chosen


def _entities(inputs: Inputs, source: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Give the entity that the extractions name most often for each column."""
    if "entity" not in source.columns:
        return {}
    codes, names = codes_of(source["entity"], "extractions")
    named = codes[inputs.extracted.position]
    votes = pd.DataFrame({"column": inputs.extracted.column, "entity": named})[named != NOTHING].value_counts(
        sort=False
    )
    best: dict[tuple[str, str], tuple[int, str]] = {}
    for (column, entity), count in votes.items():
        vote = (-int(count), str(names[entity]))
        best[inputs.columns[column]] = min(best.get(inputs.columns[column], vote), vote)
    return {column: entity for column, (_, entity) in best.items()}


def _key_columns(inputs: Inputs, key: Sequence[str]) -> list[int]:
    """Find the columns of compounds that were named as key."""
    places = [
        place
        for place, (group, field) in enumerate(inputs.columns)
        if group and (field in key or dotted(group, field) in key)
    ]
    found = {name for place in places for name in (inputs.columns[place][1], dotted(*inputs.columns[place]))}
    unknown = [name for name in key if name not in found]
    if unknown:
        message = f"No compound has the key column(s) {', '.join(map(repr, unknown))}."
        raise SettingError(message)
    return places


def _required(inputs: Inputs, required: Sequence[str]) -> list[str]:
    header = [field for group, field in inputs.columns if not group]
    unknown = [field for field in required if field not in header]
    if unknown:
        message = (
            f"There are no header field(s) {', '.join(map(repr, unknown))}. There are: {', '.join(header) or 'none'}."
        )
        raise SettingError(message)
    return list(required)


def _provenance(
    inputs: Inputs, rules: Mapping[str, Rule], truth: pd.DataFrame, slots: Slots, approximate: IntArray
) -> dict[str, Any]:
    labelled = np.bincount(slots.column[slots.labelled], minlength=len(inputs.columns)) > 0
    return {
        "spec_version": SPEC_VERSION,
        "tool_version": version("gini-notebook"),
        "truth_hash": inputs.truth_hash,
        "extractions_hash": inputs.extractions_hash,
        "truth_rule": str(truth.attrs.get("rule", "")),
        "rules": {name: rule.describe() for name, rule in rules.items()},
        "left_out_fields": list(inputs.left_out_fields),
        "unlabelled_fields": [dotted(*inputs.columns[place]) for place in np.flatnonzero(~labelled)],
        "documents_without_truth": list(inputs.without_truth),
        "approximately_aligned": [str(inputs.documents[code]) for code in approximate],
    }
