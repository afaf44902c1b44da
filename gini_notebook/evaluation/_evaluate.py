"""``evaluate()``: two tables in, a frozen :class:`Evaluation` out."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

from gini_notebook.errors import SettingError
from gini_notebook.evaluation import _candidates, _documents
from gini_notebook.evaluation._inputs import read
from gini_notebook.evaluation._parts import is_parted
from gini_notebook.evaluation._pass import compare
from gini_notebook.evaluation._provenance import provenance
from gini_notebook.evaluation._result import Evaluation
from gini_notebook.evaluation._settings import OneRule, Settings, choose_rules, entity_votes
from gini_notebook.evaluation._slots import Order
from gini_notebook.evaluation._tables import dotted


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
        Every number is a view of its ``comparisons``. For a Dask DataFrame (whose partitions hold documents whole; the
        truth in memory, or partitioned in the same way) a :class:`PartedEvaluation`, with the same scores.

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
    settings = Settings(
        fields=_names(fields, "fields"),
        currency_default=currency_default,
        wrong=wrong,
        required=None if required is None else tuple(required),
        key=tuple(key),
        order=order,
        seed=seed,
    )
    if is_parted(extractions):
        from gini_notebook.evaluation._large import evaluate_parts

        # A PartedEvaluation has the scores of an Evaluation; most callers never hand in a Dask DataFrame.
        return cast("Evaluation", evaluate_parts(extractions, truth, settings, rules, currency_default))
    source, known_documents, candidates = _documents.sources(extractions)
    known = _documents.known(known_documents)
    truth, not_sent = _documents.of_sent(truth, known)
    inputs = read(source, truth, settings.fields, () if known is None else known["document"].tolist())
    settings.check_required(inputs.columns)
    chosen = choose_rules(inputs.columns, entity_votes(source), rules, currency_default)
    compared = compare(inputs, source, chosen, settings, candidates)
    facts = {
        "truth_hash": inputs.truth_hash,
        "extractions_hash": inputs.extractions_hash,
        "truth_rule": str(truth.attrs.get("rule", "")),
        "left_out_fields": list(inputs.left_out_fields),
        "unlabelled_fields": [dotted(*inputs.columns[place]) for place in np.flatnonzero(~compared.labelled)],
        "documents_without_truth": list(inputs.without_truth),
        "service": str(getattr(extractions, "service", "")),
        "documents_sent": None if known is None else len(known),
        "documents_not_sent": not_sent,
        "failed_without_truth": _documents.failed_without_truth(known, inputs.documents),
        "approximately_aligned": list(compared.approximate),
    }
    return Evaluation(
        comparisons=compared.comparisons,
        documents=_documents.frame(inputs.documents, known, inputs.answered),
        candidates=None if candidates is None else _candidates.chosen(candidates, inputs.documents),
        settings=settings.plain(),
        provenance=provenance(settings, chosen, facts),
    )


def _names(names: Sequence[str] | None, argument: str) -> tuple[str, ...] | None:
    if isinstance(names, str):
        message = f"{argument} is the text {names!r}; give a list of names, for example {argument}=[{names!r}]."
        raise SettingError(message)
    if names is not None and not names:
        message = f"{argument} is empty, so there is nothing to evaluate. Leave it out to evaluate all."
        raise SettingError(message)
    return None if names is None else tuple(names)
