"""Columns of sheets, headed in the language of a report: those that several workbooks have."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gini_notebook.analysis.report.headings import HEADINGS, VERDICTS, metric_name
from gini_notebook.analysis.report.parts import ShownNote
from gini_notebook.analysis.report.sheets import Column, values_of
from gini_notebook.analysis.report.texts import plain
from gini_notebook.analysis.report.trend import reasons_of
from gini_notebook.schema import dotted


def column(key: str, values: Any, language: str, kind: str = "text", **options: Any) -> Column:
    """Return a column under the heading of its key.

    Parameters
    ----------
    key
        Of :data:`HEADINGS`; what is none stands there as it is.
    values
        One per row.
    language
        Of the heading.
    kind, **options
        As of :class:`Column`.
    """
    heading = HEADINGS.get(key)
    name = key if heading is None else heading.name(language)
    meaning = "" if heading is None else heading.meaning(language)
    listed = list(values)
    if isinstance(values, pd.Series):
        undefined = kind in ("percent", "change", "measure")
        listed = values.to_numpy(dtype=float, na_value=math.nan).tolist() if undefined else values_of(values)
    if kind == "text":
        listed = [None if value is None else str(value) for value in listed]
    return Column(name, listed, kind, meaning, **options)


def note_columns(notes: Sequence[ShownNote], language: str) -> list[Column]:
    """Return what notes say; columns in which none says anything are left out."""
    german = language == "de"
    grave, other = ("zuerst lesen", "gut zu wissen") if german else ("read this first", "good to know")
    columns = [
        column("note", [note.text for note in notes], language),
        column("level", [grave if note.level == "must" else other for note in notes], language),
        column("advice", [note.advice for note in notes], language),
        column("examples", [note.examples for note in notes], language),
    ]
    return [one for one in columns if any(one.values)]


def difference_columns(found: pd.DataFrame, language: str, text: Mapping[str, str]) -> list[Column]:
    """Return the differences of two runs, field by field.

    Parameters
    ----------
    found
        The full table of ``Comparison.by_field``.
    language, text
        The language, and its words.
    """
    names = [
        f"{group + ': ' if group else ''}{text[field]}" if average else dotted(group, field)
        for group, field, average in zip(found["group"], found["field"], found["average"], strict=True)
    ]
    words = [VERDICTS[said].name(language) if said in VERDICTS else plain(said) for said in found["verdict"]]
    return [
        column("field", names, language),
        *(column(key, found[key], language, "percent") for key in ("f1_a", "f1_b")),
        column("f1_difference", found["f1_difference"], language, "change"),
        *(column(end, found[f"f1_difference_{end}"], language, "change") for end in ("low", "high")),
        column("verdict", words, language),
        *(column(key, found[key], language, "count") for key in ("fixed", "broken")),
    ]


def run_columns(found: pd.DataFrame, language: str, text: Mapping[str, str]) -> list[Column]:
    """Return the runs of a history with centre and limits.

    Parameters
    ----------
    found
        The table of a history.
    language, text
        The language, and its words.
    """
    limits = ["centre", "limit_low", "limit_high"]
    limits += [key for key in ("ewma", "ewma_low", "ewma_high") if key in found]
    return [
        column("run", found["run"], language),
        column("date", found["date"], language, "date"),
        column("metric", [metric_name(metric, language) for metric in found["metric"]], language),
        *(column(key, found[key], language, "percent") for key in ("value", "low", "high")),
        column("values", found["values"], language, "count"),
        *(column(key, found[key], language, "percent") for key in limits),
        column("alarm", [text[f"alarm_{alarm}"] if alarm else None for alarm in found["alarm"]], language),
        column("break", [reasons_of(why, language) for why in found["break"]], language),
    ]
