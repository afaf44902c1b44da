"""The section of a plan of automation: which documents could be paid unseen, and what cannot be shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook.analysis.report.headings import HEADINGS
from gini_notebook.analysis.report.parts import Column, Risk, Section, Table, plain_table
from gini_notebook.analysis.report.texts import missing
from gini_notebook.analysis.report.verdict import slice_name

if TYPE_CHECKING:
    from gini_notebook.analysis.automation import Automation
    from gini_notebook.analysis.report.content import Content

_CERTIFIED, _TOO_FEW = "certified", "too few"
_OF_DOCUMENTS, _OF_CLUSTERS = ("wrong", "labelled"), ("clusters_with_mistake", "clusters")
MOST_MISTAKES = 40
"""So many mistakes are listed."""

ANSWERS = "plain answers"
"""The look of tables whose rows are a question and its answer."""


def automation(content: "Content", *, amounts: bool | None = None) -> Section | None:
    """Say which documents could be paid unseen: questions and answers, then rule by rule, per slice.

    Parameters
    ----------
    amounts
        Whether the sum of wrong amounts is told; by default where values stand in full.
    """
    plan = content.wishes.automation
    if plan is None:
        return None
    text = content.text
    told = plan.answers(language=content.language)
    if not (content.wishes.values == "full" if amounts is None else amounts):
        told = told.assign(answer=told["answer"].mask(told["about"] == "amounts", text["automation_amounts"]))
    found, allowed = plan.table(language=content.language), 1 - plan.target
    whole = text["automation_all"]
    tables = [] if plan.by is None else [_answer_table(whole, told[told["slice"].isna()], content)]
    listed = [_explained(plan, content), *_mistakes(content)]
    tables += listed if plan.by is not None else []
    for part, (name, rows) in zip(plan.slices, found.groupby(found["slice"].fillna(""), sort=False), strict=True):
        title = whole if plan.by is None else slice_name(plan.by, str(name) or None, text)
        title = title[:1].upper() + title[1:]
        of_slice = told["slice"].isna() if plan.by is None else told["slice"] == name
        tables.append(_answer_table(title, told[of_slice], content))
        if part.judged:
            tables.append(_rule_table(title, rows, content, (allowed, _line_end(rows, allowed))))
    tables += listed if plan.by is None else []
    lead = [told["answer"].iloc[0], text["automation_lead"]]
    return Section("automation", text["automation"], lead, tables)


def _answer_table(title: str, told: pd.DataFrame, content: "Content") -> Table:
    """Write questions beside their answers, what to do next at the end."""
    known = told[told["about"] != "asked"]
    order = known["about"].eq("next").to_numpy().argsort(kind="stable")
    rows = known.iloc[order][["question", "answer"]].to_dict("records")
    columns = [Column(key, content.text[key]) for key in ("question", "answer")]
    return plain_table(title, columns, rows, headed=True, look=ANSWERS)


def _explained(plan: "Automation", content: "Content") -> Table:
    """List what each rule checks."""
    title = content.text["automation_checks"]
    columns = [Column("rule", content.text["rule"]), Column("checks", content.text["checks"])]
    rows = plan.explained(language=content.language).to_dict("records")
    return plain_table(title, columns, rows, closed=title, headed=True)


def _mistakes(content: "Content") -> list[Table]:
    """List the mistakes that some rule lets through, highest amount first, without their values."""
    plan, text = content.wishes.automation, content.text
    if plan is None or plan.found is None or not len(plan.found):
        return []
    found = plan.mistakes()[["document", "field", "rule"]]
    columns = [
        Column("document", HEADINGS["document"].name(content.language), "name"),
        Column("field", HEADINGS["field"].name(content.language)),
        Column("rule", text["strictest_rule"]),
    ]
    rows = found.head(MOST_MISTAKES).to_dict("records")
    title = text["automation_mistakes"].format(count=content.form.count(len(found)))
    note = text["automation_more"].format(shown=len(rows)) if len(rows) < len(found) else ""
    return [plain_table(title, columns, rows, closed=title, headed=True, note=note)]


def _line_end(found: pd.DataFrame, allowed: float) -> float:
    """Return the share at which the lines of a slice end: that of its highest bound of documents."""
    highest = 0.0 if found["error_high"].isna().all() else float(found["error_high"].max())
    return min(1.0, max(highest, 2 * allowed))


def _rule_table(title: str, found: pd.DataFrame, content: "Content", scale: tuple[float, float]) -> Table:
    text, form = content.text, content.form
    rows = []
    for number, row in enumerate(found.to_dict("records"), start=1):
        rows.append(
            {
                "number": form.count(number),
                "rule": row["rule"],
                "kept": _share(row["kept"], row["documents"], content),
                "wrong": _share(row["wrong"], row["labelled"], content),
                "error_high": "" if missing(row["error_high"]) else form.percent(row["error_high"]),
                "by_issuer": "" if missing(row["cluster_error_high"]) else form.percent(row["cluster_error_high"]),
                "glyph": _risk(row, *scale),
                "status": _status(row, scale[0], content),
                "reason": row["reason"],
            }
        )
    columns = [
        Column("rule", text["rule"]),
        Column("number", text["rule_number"], "number"),
        Column("kept", text["kept"], "number"),
        Column("wrong", text["wrong_of"], "number"),
        Column("error_high", text["error_high"], "number"),
        Column("by_issuer", text["cluster_error_high"], "number"),
        Column("glyph", f"0 … {form.percent(scale[1])}", "risk"),
        Column("status", text["status"], "word"),
        Column("reason", text["automation_reasons"]),
    ]
    shown = [column for column in columns if column.kind == "risk" or any(row[column.key] for row in rows)]
    closed = text["automation_rules"].format(slice=title)
    drawn = [row["glyph"] for row in rows if row["glyph"] is not None]
    key = text["automation_glyph"].format(allowed=form.percent(scale[0])) if drawn else ""
    if any((glyph.by_issuer or 0) > 1 for glyph in drawn):
        key += " " + text["automation_beyond"]
    return plain_table(closed, shown, rows, closed=closed, key=key, look="plain planned")


def _status(row: Mapping[Any, Any], allowed: float, content: "Content") -> tuple[str, str]:
    """Say whether the target is shown; of a rule that cannot be tested yet, whether it errs more than is allowed."""
    plan, text = content.wishes.automation, content.text
    by_cluster = plan is not None and plan.by_cluster
    wrong, of = (row[name] for name in (_OF_CLUSTERS if by_cluster else _OF_DOCUMENTS))
    if row["status"] == _TOO_FEW and wrong and wrong >= allowed * of:
        return "worse", text["status_fails"].format(wrong=content.form.count(int(wrong)))
    return "better" if row["status"] == _CERTIFIED else "open", text[f"status_{row['status']}"]


def _share(part: int, of: int, content: "Content") -> str:
    """Write so many of how many, with the share where there is one."""
    form = content.form
    told = content.text["part_of"].format(part=form.count(int(part)), of=form.count(int(of)))
    return f"{told} ({form.percent(part / of)})" if of else told


def _risk(row: Mapping[Any, Any], allowed: float, end: float) -> Risk | None:
    """Place a rule on the line; None where no document with all labels is kept."""
    if missing(row["error_rate"]) or missing(row["error_high"]):
        return None
    by_issuer = row["cluster_error_high"]
    return Risk(
        at=float(row["error_rate"]) / end,
        high=float(row["error_high"]) / end,
        by_issuer=None if missing(by_issuer) else float(by_issuer) / end,
        allowed=allowed / end,
        hollow=row["status"] != _CERTIFIED,
    )
