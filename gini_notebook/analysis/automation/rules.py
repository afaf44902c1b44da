"""Rules say which checks a document must pass to be paid unseen; they are written before anybody looks at mistakes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.automation.checks import AGREE, NAMES, PRESENT
from gini_notebook.analysis.automation.values import FAILED, PASSED, VERDICTS
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed

BoolArray = npt.NDArray[np.bool_]

_COLUMNS = ("document", "field", "check", "verdict")


@dataclass(frozen=True, slots=True)
class AutomationRule:
    """Which checks a document must pass to be paid unseen.

    Every rule demands that each required field was read. Checks of fields that are not required are left out; those
    of the whole document always count.

    Attributes
    ----------
    name
        What it is called in tables.
    passes
        Checks that must be passed; "not checkable" never passes.
    not_failed
        Checks that must not be failed: alarms, which are silent where there is nothing to check, as a BIC that
        contradicts the IBAN, where most invoices print no BIC.

    Raises
    ------
    SettingError
        If a check is none.

    Examples
    --------
    >>> AutomationRule("readers agree, IBAN valid", passes=("readers_agree", "iban_valid")).name
    'readers agree, IBAN valid'
    """

    name: str
    passes: tuple[str, ...] = ()
    not_failed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("passes", "not_failed"):
            given = getattr(self, name)
            if isinstance(given, str) or not set(given) <= set(NAMES):
                message = f"{name} of the rule {self.name!r} is {given!r}; it must be checks out of {', '.join(NAMES)}."
                raise SettingError(message)
            object.__setattr__(self, name, tuple(given))


_ALARMS = ("bic_matches", "to_be_paid", "pages_read", "payee_known")

RULES = (
    AutomationRule(
        "readers agree, account and amount checked",
        passes=(AGREE, "iban_valid", "amount_payable", "amount_supported"),
        not_failed=(*_ALARMS, "one_iban"),
    ),
    AutomationRule(
        "readers agree, IBAN valid, no alarm", passes=(AGREE, "iban_valid", "amount_payable"), not_failed=_ALARMS
    ),
    AutomationRule("readers agree, IBAN valid", passes=(AGREE, "iban_valid")),
    AutomationRule("readers agree", passes=(AGREE,)),
    AutomationRule(
        "account and amount checked", passes=("iban_valid", "amount_payable", "amount_supported"), not_failed=_ALARMS
    ),
    AutomationRule("IBAN valid, no alarm", passes=("iban_valid", "amount_payable"), not_failed=_ALARMS),
    AutomationRule("everything read"),
)
"""The rules that :func:`gini_notebook.automation` tests unless told otherwise, strict ones first."""


def hash_of(rules: Sequence[AutomationRule], required: Sequence[str]) -> str:
    """Return what tells one list of rules from another: SHA-256 over names, checks, and required fields."""
    told = [[rule.name, sorted(rule.passes), sorted(rule.not_failed)] for rule in rules]
    return sha256(json.dumps([told, sorted(required)]).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """The table of checks, laid out by document.

    Attributes
    ----------
    names
        The documents, in the order of the table.
    verdicts
        Documents × (field, check): the place of the verdict among ``VERDICTS``; the last one where there is none.
    columns
        Field and check of each column.
    extra
        One row per document: the columns of the table beyond the five of checks.
    """

    names: list[str]
    verdicts: npt.NDArray[np.int8]
    columns: list[tuple[str, str]]
    extra: pd.DataFrame

    @classmethod
    def of(cls, checks: pd.DataFrame) -> "Verdicts":
        """Lay out a table of checks.

        Raises
        ------
        SchemaError
            If it is none.
        """
        if not isinstance(checks, pd.DataFrame) or not set(_COLUMNS) <= set(checks.columns):
            had = ", ".join(map(str, checks.columns)) if isinstance(checks, pd.DataFrame) else type(checks).__name__
            message = f"The checks must be a table with {', '.join(_COLUMNS)}, as of gini.checks(); there is: {had}."
            raise SchemaError(message)
        document, names = pd.factorize(checks["document"].to_numpy(dtype=object))
        pairs = list(zip(checks["field"].tolist(), checks["check"].tolist(), strict=True))
        columns = list(dict.fromkeys(pairs))
        numbered = {pair: at for at, pair in enumerate(columns)}
        known = {verdict: at for at, verdict in enumerate(VERDICTS)}
        stated = [known.get(verdict, -1) for verdict in checks["verdict"].tolist()]
        if -1 in stated:
            message = f"{stated.count(-1)} verdicts of the checks are none of {', '.join(VERDICTS)}."
            raise SchemaError(message)
        verdicts = np.full((len(names), len(columns)), len(VERDICTS) - 1, dtype=np.int8)
        verdicts[document, [numbered[pair] for pair in pairs]] = stated
        rest = [name for name in checks.columns if name not in (*_COLUMNS, "detail")]
        extra = checks[["document", *rest]].drop_duplicates("document").reset_index(drop=True)
        return cls([composed(str(name)) for name in names], verdicts, columns, extra)

    def kept(self, rule: AutomationRule, required: Sequence[str]) -> BoolArray:
        """Return which documents a rule lets through."""
        passed, failed = (self.verdicts == VERDICTS.index(verdict) for verdict in (PASSED, FAILED))
        kept = np.all(passed[:, self._of((PRESENT,), required)], axis=1)
        kept &= np.all(passed[:, self._of(rule.passes, required)], axis=1)
        return np.asarray(kept & ~np.any(failed[:, self._of(rule.not_failed, required)], axis=1), dtype=bool)

    def _of(self, checks: Sequence[str], required: Sequence[str]) -> list[int]:
        wanted = {"", *required}
        return [at for at, (field, check) in enumerate(self.columns) if check in checks and field in wanted]

    def failed_by_field(self) -> dict[tuple[str, str], str]:
        """Return by document and header field the checks that failed, in words; ``"none failed"`` where none did."""
        found: dict[tuple[str, str], str] = {}
        fields = list(dict.fromkeys(field for field, _ in self.columns if field))
        failed = self.verdicts == VERDICTS.index(FAILED)
        for field in fields:
            places = [at for at, (of, _) in enumerate(self.columns) if of == field]
            names = [f"{self.columns[at][1]} failed" for at in places]
            for name, row in zip(self.names, failed[:, places], strict=True):
                found[name, field] = ", ".join(names[at] for at in np.flatnonzero(row)) or "none failed"
        return found

    def check_required(self, required: Sequence[str]) -> None:
        """Refuse required fields that nobody looked for."""
        known = [field for field, check in self.columns if check == PRESENT]
        if isinstance(required, str) or not required or not set(required) <= set(known):
            message = f"required is {required!r}; it must be header fields that were checked: {', '.join(known)}."
            raise SettingError(message)

    def why(self, rule: AutomationRule, required: Sequence[str]) -> list[str]:
        """Return per document which checks keep it from being paid unseen; empty where none does."""
        passes, alarms = self._of((PRESENT, *rule.passes), required), self._of(rule.not_failed, required)
        stops = np.zeros(self.verdicts.shape, dtype=bool)
        stops[:, passes] = self.verdicts[:, passes] != VERDICTS.index(PASSED)
        stops[:, alarms] |= self.verdicts[:, alarms] == VERDICTS.index(FAILED)
        told = [f"{field}: {check}" if field else check for field, check in self.columns]
        return [
            ", ".join(f"{told[at]} {VERDICTS[of[at]]}" for at in np.flatnonzero(stop))
            for of, stop in zip(self.verdicts, stops, strict=True)
        ]
