"""``compare()``: refuses what cannot be compared, and brings two evaluations together."""

from collections.abc import Mapping
from typing import Any

from gini_notebook.analysis.comparison._result import Comparison
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.errors import SettingError

_SETTINGS = ("wrong", "key", "order", "required")


def compare(a: Evaluation, b: Evaluation, *, seed: int = 0) -> Comparison:
    """Compare two evaluations of the same documents against the same truth.

    Parameters
    ----------
    a
        The first run, for example the configuration in use.
    b
        The second run, for example the new configuration; differences are b minus a.
    seed
        Seed of draws and permutations.

    Returns
    -------
    Comparison
        Paired differences with intervals and p-values, and what was fixed and broken.

    Raises
    ------
    SettingError
        If the evaluations were made with another edition of the metrics, another truth, other rules for a field, or
        other settings: their numbers would differ for reasons that have nothing to do with the runs.

    Examples
    --------
    >>> compare(baseline, candidate).by_field()  # doctest: +SKIP
    """
    for given in (a, b):
        if not isinstance(given, Evaluation):
            message = f"compare() takes two evaluations, but this is a {type(given).__name__}; evaluate() makes one."
            raise SettingError(message)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        message = f"seed is {seed!r}; it must be a whole number, 0 or more."
        raise SettingError(message)
    _check_same("edition of the metrics", a.provenance["spec_version"], b.provenance["spec_version"])
    _check_same("ground truth (by its hash)", a.provenance["truth_hash"][:12], b.provenance["truth_hash"][:12])
    for name in _SETTINGS:
        _check_same(f"setting {name!r}", a.settings[name], b.settings[name])
    fields = _common_fields(a.provenance["rules"], b.provenance["rules"])
    return Comparison(a=a, b=b, seed=seed, left_out_fields=fields)


def _check_same(what: str, first: Any, second: Any) -> None:
    if first != second:
        message = (
            f"These evaluations cannot be compared: the first has {what} {first!r}, the second {second!r}. Evaluate "
            "both runs in the same way, against the same truth."
        )
        raise SettingError(message)


def _common_fields(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[str, ...]:
    """Refuse fields with different rules, and name the fields that only one evaluation has."""
    for name in sorted(set(first) & set(second)):
        _check_same(f"rule for {name!r}", first[name], second[name])
    if not set(first) & set(second):
        raise SettingError("These evaluations cannot be compared: they have no field in common.")
    return tuple(sorted(set(first) ^ set(second)))
