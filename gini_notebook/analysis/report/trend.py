"""How runs went before: control charts, by which rule runs stand out, what changed; and a small line per field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gini_notebook._german import breaks_in_german
from gini_notebook.analysis.report.parts import Column, Section, Spark, Table, plain_table
from gini_notebook.analysis.report.texts import Format, Worded, metric_words, missing

# What a page shows of a history, the latest ones; the workbook has all. And what a small line has.
MOST_RUNS, MOST_SPARKS = 60, 12
HISTORY_COLUMNS = (
    *("run", "date", "metric", "value", "low", "high", "documents", "values", "centre", "limit_low", "limit_high"),
    *("alarm", "segment", "break", "baseline", "widened", "comparable", "same_documents", "truth_hash"),
)
# The room of a chart, in units of its viewBox, and that of a small line.
_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 150, 56, 10
_SPARK = (100.0, 16.0)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Runs as ``History.table`` has them, and their fields as ``History.by_field`` has; None where nobody knows."""

    table: pd.DataFrame
    fields: pd.DataFrame | None = None

    def sparks(self, form: Format, text: Mapping[str, str]) -> dict[tuple[str, str], Spark]:
        """Return a small line per field of the latest runs that can be compared; of one run there is none."""
        found: dict[tuple[str, str], Spark] = {}
        micro = self.table[
            (self.table["metric"] == "micro_f1") & self.table["comparable"] & self.table["value"].notna()
        ]
        if len(micro) > 1:
            found["", "micro"] = _spark(micro.tail(MOST_SPARKS), "value", form, text)
        if self.fields is None:
            return found
        known = self.fields[self.fields["comparable"] & self.fields["f1"].notna()]
        for (group, field), rows in known.groupby(["group", "field"], sort=False):
            if len(rows) > 1:
                found[str(group), str(field)] = _spark(rows.tail(MOST_SPARKS), "f1", form, text)
        return found


def _spark(rows: pd.DataFrame, score: str, form: Format, text: Mapping[str, str]) -> Spark:
    """Place the scores of some runs on a line, above the band of their limits."""
    ends = rows[[score, "limit_low", "limit_high"]].to_numpy(dtype=float)
    low, high = (float(end) for end in (pd.Series(ends.ravel()).min(), pd.Series(ends.ravel()).max()))
    width, height = _SPARK

    def down(value: float) -> float:
        return round(height * (0.5 if high == low else (high - value) / (high - low)), 1)

    values = rows[score].tolist()
    points = [(round(width * at / (len(values) - 1), 1), down(value)) for at, value in enumerate(values)]
    limits = (rows["limit_high"].iloc[-1], rows["limit_low"].iloc[-1])
    known = not any(map(missing, limits))
    said = text["spark"].format(count=len(values), first=form.score(values[0]), last=form.score(values[-1]))
    return Spark(
        points,
        band=(down(limits[0]), down(limits[1])) if known else None,
        text=said,
        limits=text["spark_limits"].format(ends=form.interval(*reversed(limits))) if known else "",
    )


def trend(found: pd.DataFrame, worded: Worded, *, listed: int = MOST_RUNS) -> Section:
    """Show whether numbers move: a control chart per metric, the rule by which runs stand out, and what changed.

    Parameters
    ----------
    found
        The table of a history.
    worded
        The words.
    listed
        How many runs the tables have.
    """
    text, form = worded.text, worded.form
    known = found[found["value"].notna()]
    if known.empty:
        return Section("trend", text["trend"], [text["trend_nothing"]])
    charts: list[Mapping[str, Any]] = []
    tables: list[Table] = []
    for metric, whole in known.groupby("metric", sort=False):
        rows = whole.tail(MOST_RUNS).reset_index(drop=True)
        name = metric_words(str(metric), text)
        told = [_finding(rows, name, worded), *_rules(rows, worded)]
        if len(whole) > listed:
            told.append(text["trend_more"].format(shown=listed, count=form.count(len(whole))))
        charts.append(
            {"metric": metric, "name": name, "key": f"trend-{len(charts)}", "told": told, **chart_of(rows, form)}
        )
        tables.append(_run_table(name, rows.tail(listed), worded))
    return Section("trend", text["trend"], [text["trend_lead"]], tables, {"charts": charts})


def findings(found: pd.DataFrame, worded: Worded) -> list[str]:
    """Say of each metric whether it moves, in a sentence."""
    known = found[found["value"].notna()]
    return [
        _finding(rows.tail(MOST_RUNS), metric_words(str(metric), worded.text), worded)
        for metric, rows in known.groupby("metric", sort=False)
    ]


def _finding(rows: pd.DataFrame, name: str, worded: Worded) -> str:
    """Say which run stands out last, or that none does, or that there are no limits to say so."""
    text, form, last = worded.text, worded.form, rows.iloc[-1]
    alarms = rows[rows["alarm"] != ""]
    counts = {"metric": name, "count": form.count(len(rows))}
    if len(alarms):
        return text[f"trend_{alarms['alarm'].iloc[-1]}"].format(**counts, run=alarms["run"].iloc[-1])
    if rows["centre"].notna().any():
        return text["trend_steady"].format(**counts)
    ends = form.percents(last["low"], last["high"])
    value = form.percent(last["value"])
    return text["trend_last"].format(**counts, run=last["run"], value=f"{value} ({ends})" if ends else value)


def _rules(rows: pd.DataFrame, worded: Worded) -> list[str]:
    """Say what the limits are, or why there are none; why the line is broken; and whether the truth is another one."""
    text, form = worded.text, worded.form
    last = rows[rows["segment"] == rows["segment"].iloc[-1]]
    runs, base = len(last), int(last["baseline"].max())
    if last["centre"].notna().any():
        said = [text["trend_limits" if runs > base else "trend_limits_so_far"].format(count=base)]
        factor = float(last["widened"].max())
        said += [text["trend_widened"].format(factor=form.point(f"{factor:.1f}"))] if factor > 1 else []
        said += [text["trend_ewma"]] if "ewma" in last else []
    else:
        said = [text["trend_same" if runs > 1 and last["same_documents"].any() else "trend_few"]]
    broken = rows[rows["break"] != ""]
    said += [
        text["trend_broken"].format(run=run, reasons=reasons_of(why, form.language))
        for run, why in zip(broken["run"], broken["break"], strict=True)
    ]
    if len(rows) > 1 and not rows["break"].iloc[-1] and rows["truth_hash"].iloc[-1] != rows["truth_hash"].iloc[-2]:
        said.append(text["trend_truth"].format(run=rows["run"].iloc[-1], before=rows["run"].iloc[-2]))
    return said


def reasons_of(why: str, language: str) -> str:
    """Write why a line is broken in the language of the report; marks stay as somebody wrote them."""
    return breaks_in_german(why) if language == "de" else why


def _run_table(name: str, rows: pd.DataFrame, worded: Worded) -> Table:
    text, form = worded.text, worded.form
    cells = [
        {
            "run": row["run"],
            "date": _day(row["date"]),
            "value": form.percent(row["value"]),
            "interval": form.percents(row["low"], row["high"]),
            "limits": form.percents(row["limit_low"], row["limit_high"]),
            "of": form.count(int(row["values"])),
            "alarm": ("worse" if row["alarm"] else "", text[f"alarm_{row['alarm'] or 'none'}"]),
            "break": reasons_of(row["break"], form.language),
        }
        for row in rows.iloc[::-1].to_dict("records")
    ]
    columns = [
        Column("run", text["run"]),
        Column("date", text["date"]),
        Column("value", text["value"], "number"),
        Column("interval", text["interval_column"], "number"),
        Column("limits", text["limits"], "number"),
        Column("of", text["count"], "number"),
        Column("alarm", text["alarm"], "word"),
        Column("break", text["break"]),
    ]
    shown = [column for column in columns if column.key == "alarm" or any(row[column.key] for row in cells)]
    return plain_table(name, shown, cells, closed=f"{name}: {text['same_as_table']}")


def _day(date: Any) -> str:
    return "" if missing(date) else f"{date:%Y-%m-%d}"


def chart_of(rows: pd.DataFrame, form: Format) -> dict[str, Any]:
    """Return the places of a control chart: points with intervals, lines, limits, centre, breaks, and its axis."""
    ends = rows[["value", "low", "high", "limit_low", "limit_high"]].to_numpy(dtype=float)
    floor = max(0.0, int(20 * float(pd.Series(ends.ravel()).min())) / 20)
    step = (_WIDTH - _LEFT) / len(rows)

    def across(place: float) -> float:
        return round(_LEFT + step * (place + 0.5), 1)

    def down(value: float) -> float:
        return round(_TOP + _HEIGHT * (1 - (value - floor) / max(1 - floor, 0.05)), 1)

    points = [
        {
            "x": across(place),
            "y": down(row["value"]),
            "band": None if missing(row["low"]) or missing(row["high"]) else (down(row["high"]), down(row["low"])),
            "alarm": row["alarm"],
            "broken": across(place - 0.5) if row["break"] else None,
        }
        for place, row in enumerate(rows.to_dict("records"))
    ]
    parts = [_stretch(part, across, down) for _, part in rows.groupby("segment", sort=False)]
    ticks = [(down(value), form.percent(value)) for value in (floor, 1.0)]
    first, last = _day(rows["date"].iloc[0]), _day(rows["date"].iloc[-1])
    size = {"width": _WIDTH, "height": _TOP + _HEIGHT + 22, "left": _LEFT, "bottom": _TOP + _HEIGHT}
    return {"points": points, "parts": parts, "ticks": ticks, "dates": (first, last), "size": size}


def _stretch(part: pd.DataFrame, across: Callable[[float], float], down: Callable[[float], float]) -> dict[str, str]:
    """Return the lines of runs that can be compared: through values and averages, and centre and limits as steps."""
    places = part.index.tolist()
    path = {"ewma": ""}
    for name, column in (("runs", "value"), ("ewma", "ewma")):
        if column in part and part[column].notna().all():
            path[name] = "L".join(f"{across(at)} {down(value)}" for at, value in zip(places, part[column], strict=True))
    for name in ("centre", "limit_low", "limit_high"):
        if part[name].isna().any():
            path[name] = ""
            continue
        steps = [
            f"{across(at - 0.5)} {down(value)}L{across(at + 0.5)} {down(value)}"
            for at, value in zip(places, part[name], strict=True)
        ]
        path[name] = "L".join(steps)
    return path | {"frozen": "yes" if len(part) > int(part["baseline"].max()) else ""}
