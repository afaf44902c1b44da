"""``automation()``: which documents could be paid unseen, how many mistakes would slip through, and can one know."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook._display import Display, rows_of
from gini_notebook._files import replacing
from gini_notebook.analysis.automation import sentences
from gini_notebook.analysis.automation.certified import CertifiedRule
from gini_notebook.analysis.automation.checks import SLICE
from gini_notebook.analysis.automation.inputs import (
    clusters_of,
    failed_of,
    judged,
    parts_of,
    refuse_one_bound,
    slipping,
)
from gini_notebook.analysis.automation.monitoring import PlanCheck, look_again, passes
from gini_notebook.analysis.automation.rules import RULES, AutomationRule, Verdicts, hash_of
from gini_notebook.analysis.automation.sequence import CERTIFIED, Outcomes, Slice, Stage, stages_of
from gini_notebook.analysis.automation.wording import Wording
from gini_notebook.analysis.evaluation.units import Cluster
from gini_notebook.analysis.statistics import is_number
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import Note, as_plain, from_plain
from gini_notebook.schema import AUTOMATION, TEXT

BoolArray = npt.NDArray[np.bool_]
FORMAT = "gini_notebook automation plan 1"
_SHOWN = ("rule", "kept", "automation_rate", "wrong", "error_high", "cluster_error_high", "status")


@dataclass(frozen=True, eq=False, repr=False)
class Automation:
    """Which documents could be paid unseen by fixed rules; :func:`gini_notebook.automation` makes it.

    Attributes
    ----------
    slices : tuple of Slice
        What is known of each part of the documents.
    rules : tuple of AutomationRule
        The rules, as they were given.
    rules_hash : str
        What tells this list, with the required fields, from another one.
    required : tuple of str
        The header fields that must all be read and right.
    target : float
        The share of right documents to be shown, with 95 % confidence.
    cluster, by : str or None
        What clusters and slices are.
    by_cluster : bool
        Whether the bound of clusters decides.
    documents : tuple of str
        Hashes of the names of the documents that were judged.
    notes : tuple of Note
        What to know about the numbers.
    """

    slices: tuple[Slice, ...]
    rules: tuple[AutomationRule, ...]
    rules_hash: str
    required: tuple[str, ...]
    target: float
    cluster: str | None
    by: str | None
    by_cluster: bool
    documents: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    found: pd.DataFrame | None = field(default=None)

    def table(self, *, language: str = "en") -> pd.DataFrame:
        """Return what each rule keeps and what would slip through, per slice from strict to lax.

        Parameters
        ----------
        language
            ``"en"`` or ``"de"``, of the column ``reason``; ``status`` is for programs.

        Returns
        -------
        pandas.DataFrame
            ``schema.AUTOMATION``: ``slice``, ``rule``, ``documents``, ``kept`` and ``automation_rate`` (of all
            documents, labelled or not), ``labelled`` (kept documents with a label for each required field), ``wrong``
            of these, ``error_rate``, ``error_high`` (upper bound, one-sided, 95 %, unit: the document), ``clusters``
            among the labelled ones, ``clusters_with_mistake``, ``cluster_error_high`` (the same bound with the cluster
            for a unit: what may be said of documents of a new issuer), ``needed`` (labelled documents, or clusters
            where these decide, that would show the target with so many mistakes), ``status`` (``certified``, ``not
            shown``, ``not tested``: a stricter rule failed, ``too few``, ``no labels``) and ``reason``.

        Raises
        ------
        SettingError
            If there is no such language.
        """
        words = Wording(language)
        return AUTOMATION.frame([self._row(part, stage, words) for part in self.slices for stage in part.stages])

    def rule(self, of: str | None = None) -> CertifiedRule | None:
        """Return the laxest rule for which the target is shown; None if there is none.

        Parameters
        ----------
        of
            The slice; not needed where documents were not parted.

        Raises
        ------
        SettingError
            If documents were parted and there is no such slice.
        """
        part = self._slice(of)
        certified = [stage for stage in part.stages if stage.status == CERTIFIED]
        return self._certified(part, certified[-1]) if certified else None

    def unseen(self) -> tuple[int, int]:
        """Return how many documents the laxest certified rule of each slice lets through, and how many there are."""
        shown = [[stage.kept for stage in part.stages if stage.status == CERTIFIED] for part in self.slices]
        return sum(kept[-1] for kept in shown if kept), sum(part.stages[0].documents for part in self.slices)

    def curve(self) -> pd.DataFrame:
        """Return the steps of risk against coverage: each rule once, by what it keeps.

        Returns
        -------
        pandas.DataFrame
            ``slice``, ``rule``, ``automation_rate``, ``error_rate``, ``error_high``, ``cluster_error_high`` and
            ``status``, in each slice from the least kept to the most. Each bound holds for its rule alone.
        """
        columns = ["slice", "rule", "automation_rate", "error_rate", "error_high", "cluster_error_high", "status"]
        table = self.table()
        order = table["slice"].fillna("").drop_duplicates().tolist()
        placed = table["slice"].fillna("").map(order.index)
        return table.assign(_slice=placed).sort_values(["_slice", "automation_rate"], kind="stable", ignore_index=True)[
            columns
        ]

    def mistakes(self, rule: str | None = None) -> pd.DataFrame:
        """Return the mistakes that would slip through, highest amount first: look at each before believing a bound.

        Parameters
        ----------
        rule
            Only what this rule lets through; by default what any does.

        Returns
        -------
        pandas.DataFrame
            ``document``, ``field``, ``truth``, ``extracted``, ``page``, ``cause``, ``difference`` (extracted less
            truth, in the currency: negative is underpaid) and ``rule``, the strictest one that lets it through.

        Raises
        ------
        SettingError
            If there is no such rule, or the plan was read from a file, which keeps no values.
        """
        if self.found is None:
            raise SettingError("A plan that was read from a file has 0 mistakes in it: it keeps numbers and no values.")
        if rule is None:
            return self.found.drop(columns=["rules", "paid"]).copy()
        known = [one.name for one in self.rules]
        if rule not in known:
            message = f"There is no rule {rule!r} among the {len(known)}: {', '.join(known)}."
            raise SettingError(message)
        through = [rule in of for of in self.found["rules"]]
        return self.found[through].drop(columns=["rules", "paid"]).reset_index(drop=True)

    def report(self, *, language: str = "en") -> str:
        """Say in sentences how many, how sure, for whom not, and what to do next.

        Parameters
        ----------
        language
            ``"en"`` or ``"de"``.

        Raises
        ------
        SettingError
            If there is no such language.
        """
        return "\n".join(sentences.report(self, language))

    def answers(self, *, language: str = "en") -> pd.DataFrame:
        """Answer how many documents could be paid unseen, how sure that is, for whom not, and what to do next.

        Parameters
        ----------
        language
            ``"en"`` or ``"de"``, of questions and answers; ``about`` is for programs.

        Returns
        -------
        pandas.DataFrame
            ``slice`` (missing where all documents are meant), ``about``, ``question`` and ``answer``: first ``asked``;
            then of each slice ``how_many``, ``rule``, ``how_sure``, ``tested`` and ``next``; then ``not_for``, and
            if mistakes are known ``mistakes`` and ``amounts``.

        Raises
        ------
        SettingError
            If there is no such language.
        """
        return pd.DataFrame([asdict(answer) for answer in sentences.answers(self, language)], dtype=TEXT)

    def explained(self, *, language: str = "en") -> pd.DataFrame:
        """Say of each rule, in the order of the list, when it lets a document through.

        Parameters
        ----------
        language
            ``"en"`` or ``"de"``.

        Returns
        -------
        pandas.DataFrame
            ``rule`` and ``checks``, in words.

        Raises
        ------
        SettingError
            If there is no such language.
        """
        rows = [{"rule": rule.name, "checks": sentences.checked(rule, Wording(language))} for rule in self.rules]
        return pd.DataFrame(rows, dtype=TEXT)

    def is_of(self, result: Any) -> bool:
        """Return whether the documents that were judged are among those of an evaluation.

        Parameters
        ----------
        result
            The evaluation.
        """
        return {_hashed(composed(str(name))) for name in result.documents["document"]} >= set(self.documents)

    def check(self, new_result: Any, checks: pd.DataFrame, of: str | None = None) -> PlanCheck:
        """Look at the plan again, with documents that came after it.

        Parameters
        ----------
        new_result
            The evaluation of a random sample of the documents that were automated.
        checks
            The checks of all new documents, made as those of the plan.
        of
            The slice, where documents were parted.

        Returns
        -------
        PlanCheck
            The bound on these documents alone, and whether checks pass as often as they did.

        Raises
        ------
        SettingError
            If no rule was certified, or documents are those of the plan.
        """
        rule = self.rule(of)
        if rule is None:
            message = f"None of the {len(self.rules)} rules was certified, so there is nothing to check again."
            raise SettingError(message)
        given = Verdicts.of(checks)
        again = {_hashed(name) for name in given.names} & set(self.documents)
        if again:
            message = (
                f"{len(again):,} of the {len(given.names):,} documents are those the plan was made on; what is to "
                "check it must be new."
            )
            raise SettingError(message)
        outcomes = judged(new_result, given, self.required)
        return look_again(rule, given, outcomes, self._slice(of).passed)

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Keep the plan in a file (JSON): rules, their hash, numbers, hashes of the documents, no values.

        Parameters
        ----------
        path
            Where. A plan that is there is replaced if it has the same rules, or if none of its documents is in this
            one: a list of rules that was changed after looking has no valid bound on the same documents.

        Raises
        ------
        SettingError
            If there is a plan with other rules on some of the same documents.
        SchemaError
            If there is a file that is no plan.
        """
        target = Path(path)
        if target.exists():
            before = Automation.load(target)
            again = set(before.documents) & set(self.documents)
            if before.rules_hash != self.rules_hash and again:
                message = (
                    f"{target.name} holds a plan with other rules or fields on {len(again):,} of these documents. "
                    "Rules that were changed after looking need new documents, or their bound means nothing."
                )
                raise SettingError(message)
        facts = {name: getattr(self, name) for name in _PLAIN}
        facts |= {"slices": [asdict(part) for part in self.slices], "rules": [asdict(rule) for rule in self.rules]}
        with replacing(target) as written:
            text = json.dumps({"format": FORMAT, **facts, "notes": as_plain(self.notes)}, indent=1)
            written.write_text(text, encoding="utf-8")
        return target

    @classmethod
    def load(cls, path: "str | os.PathLike[str]") -> Self:
        """Read a plan that was kept with :meth:`save`.

        Raises
        ------
        SchemaError
            If the file is no plan.
        """
        try:
            facts = json.loads(Path(path).read_text(encoding="utf-8"))
            if facts["format"] != FORMAT:
                raise ValueError(FORMAT)  # noqa: TRY301 - one message for all that is no plan
            parts = [
                Slice(**one | {"stages": tuple(Stage(**stage) for stage in one["stages"])}) for one in facts["slices"]
            ]
            rules = tuple(AutomationRule(**rule) for rule in facts["rules"])
            notes = from_plain(facts["notes"])
            plain: dict[str, Any] = {name: _tupled(facts[name]) for name in _PLAIN}
            return cls(slices=tuple(parts), rules=rules, notes=notes, **plain)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{Path(path).name} is no plan that was kept with save(): {type(error).__name__}."
            raise SchemaError(message) from error

    def __repr__(self) -> str:
        return self._display.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell how much could be paid unseen, the notes, and the rules from strict to lax."""
        del include, exclude
        return self._display.bundle()

    @cached_property
    def _display(self) -> Display:
        table = self.table()
        shown = [*(["slice"] if self.by else []), *_SHOWN]
        return Display(
            headline=sentences.headline(self),
            notes=self.notes,
            columns=[sentences.COLUMNS.get(name, name) for name in shown],
            rows=rows_of(table[shown]),
            total=len(table),
            more=["More: .report() in sentences, .mistakes() with pages, .curve(), .table(), .rule().apply(checks)."],
        )

    def _slice(self, of: str | None) -> Slice:
        names = [part.name for part in self.slices]
        if of not in names:
            told = ", ".join(str(name) for name in names)
            message = f"There is no slice {of!r}; each of the {len(names)} has a rule of its own: {told}."
            raise SettingError(message)
        return self.slices[names.index(of)]

    def _certified(self, part: Slice, stage: Stage) -> CertifiedRule:
        rule = self.rules[stage.rule]
        return CertifiedRule(rule, self.required, self.target, stage, self.by, part.name, frozenset(part.kinds))

    def _row(self, part: Slice, stage: Stage, words: Wording) -> dict[str, Any]:
        return {
            "slice": part.name,
            "rule": self.rules[stage.rule].name,
            "documents": stage.documents,
            "kept": stage.kept,
            "automation_rate": stage.kept / stage.documents if stage.documents else np.nan,
            "labelled": stage.labelled,
            "wrong": stage.wrong,
            "error_rate": stage.wrong / stage.labelled if stage.labelled else np.nan,
            "error_high": stage.high,
            "clusters": stage.clusters,
            "clusters_with_mistake": stage.clusters_wrong,
            "cluster_error_high": stage.cluster_high,
            "needed": stage.needed,
            "status": stage.status,
            "reason": sentences.reason(self, stage, words),
        }


_PLAIN = ("rules_hash", "required", "target", "cluster", "by", "by_cluster", "documents")


def automation(
    result: Any,
    checks: pd.DataFrame,
    *,
    required: Sequence[str],
    rules: Sequence[AutomationRule] = RULES,
    target: float = 0.99,
    cluster: Cluster = None,
    by: Any = None,
) -> Automation:
    """Say how many documents could be paid unseen by fixed rules, and how many mistakes would slip through at most.

    No confidence is needed, and nothing is fitted: rules are written before anybody looks, tested from strict to lax
    on all labelled documents, each with 95 % confidence, and the first that fails ends the testing.

    Parameters
    ----------
    result
        The evaluation. Documents without truth count in the automation rate, never in the error rate.
    checks
        What :func:`gini_notebook.checks` answers for the same run.
    required
        The header fields that must all be read and right, for example ``("amountToPay", "iban", "paymentRecipient")``.
    rules
        Which checks a document must pass. A list that was changed after looking needs new documents: the plan keeps a
        hash of it.
    target
        The share of right documents among those paid unseen that is to be shown.
    cluster
        What fails together: a column of the documents table, a header field of the truth, or a Series by document. If
        named, its bound decides, and the statement holds for documents of new issuers, too. Else the bound of documents
        decides, for documents of these issuers, and that of the issuers by ``paymentRecipient`` stands beside it.
    by
        What parts the documents into slices, each with bounds of its own, as a bound from one kind of document says
        nothing of another: a column of the checks (``"source_classification"``) or of the documents table, or a Series
        by document.

    Returns
    -------
    Automation
        With ``table()``, ``rule()``, ``curve()``, ``mistakes()``, ``report()``, ``check()`` and ``save()``.

    Raises
    ------
    SettingError
        If something makes no sense, the checks are of another run, or one bound is asked for kinds of documents whose
        share of mistakes differs.
    SchemaError
        If the checks are no such table.

    Examples
    --------
    Four documents show next to nothing, whatever their checks say:

    >>> checks = gini.checks(batch)
    >>> plan = gini.automation(result, checks, required=("amountToPay", "iban"), target=0.99)
    >>> plan.rule() is None, plan.table()["status"].unique().tolist()
    (True, ['too few'])
    """
    wanted, needed = _checked(result, rules, required, target)
    given = Verdicts.of(checks)
    given.check_required(needed)
    labelled, wrong = judged(result, given, needed)
    kept = np.stack([given.kept(rule, needed) for rule in wanted], axis=1)
    codes, cluster_name, notes = clusters_of(result, given, cluster, labelled)
    outcomes = Outcomes(kept, labelled, wrong, codes, by_cluster=cluster is not None and codes is not None)
    parts, by_name = parts_of(result, given, by)
    failed = failed_of(result, given)
    if by is None:
        refuse_one_bound(given, outcomes)
    return Automation(
        slices=tuple(_slice((name, of, failed), given, outcomes, needed, target) for name, of in parts),
        rules=wanted,
        rules_hash=hash_of(wanted, needed),
        required=needed,
        target=float(target),
        cluster=cluster_name,
        by=by_name,
        by_cluster=outcomes.by_cluster,
        documents=tuple(_hashed(name) for name, of in zip(given.names, labelled, strict=True) if of),
        notes=(*from_plain(checks.attrs.get("notes", ())), *notes),
        found=slipping(result, given, wanted, kept & labelled[:, None], needed),
    )


def _checked(
    result: Any, rules: Sequence[AutomationRule], required: Sequence[str], target: float
) -> tuple[tuple[AutomationRule, ...], tuple[str, ...]]:
    """Return rules and required fields, or say what makes no sense."""
    if not is_number(target) or not 0.5 <= target < 1:
        message = f"target is {target!r}; it must be a share of right documents from 0.5 up to below 1, as 0.99."
        raise SettingError(message)
    result._check_unweighted()
    wanted = tuple(rules)
    names = [rule.name for rule in wanted if isinstance(rule, AutomationRule)]
    if not wanted or len(names) < len(wanted) or len(set(names)) < len(names):
        message = f"rules holds {len(wanted)} entries; give rules of different names, as those of gini.RULES are."
        raise SettingError(message)
    return wanted, (required,) if isinstance(required, str) else tuple(required)


def _slice(
    part: tuple[str | None, BoolArray, BoolArray],
    given: Verdicts,
    outcomes: Outcomes,
    required: Sequence[str],
    target: float,
) -> Slice:
    name, of, failed = part
    labelled = of & outcomes.labelled
    kinds: tuple[str, ...] = ()
    if SLICE in given.extra:
        kinds = tuple(sorted(set(given.extra[SLICE][labelled].fillna("").astype(str))))
    stages = tuple(stages_of(outcomes.of(of), target))
    return Slice(name, stages, int(labelled.sum()), kinds, passes(given, required, of), int((of & failed).sum()))


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _hashed(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
