"""``history()``, and the runs in the order of time that it returns."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook._text import described
from gini_notebook.analysis.history.limits import BASELINE, DRIFT, FEWEST_RUNS, Chart, alarms, chart_of, moving_average
from gini_notebook.analysis.history.records import SHARES, Record, append_lines, check_metrics, read_lines
from gini_notebook.analysis.history.sources import records_of, several
from gini_notebook.errors import SettingError
from gini_notebook.schema import COUNT, FLAG, MEASURE, TEXT, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gini_notebook.analysis.evaluation import Evaluation

_ORDERS = ("made_at", "given")
# What breaks the line, and how it is told.
_BREAKS = {
    "spec_version": "another edition of the metrics",
    "rules_hash": "other rules or settings",
    "service": "another service",
    "api_version": "another version of the API",
    "unit": "another unit of the intervals",
    "weighted": "documents weighted otherwise",
}
_COLUMNS = {
    "run": TEXT,
    "date": TIME,
    "metric": TEXT,
    "value": MEASURE,
    "low": MEASURE,
    "high": MEASURE,
    "documents": COUNT,
    "values": COUNT,
    "centre": MEASURE,
    "limit_low": MEASURE,
    "limit_high": MEASURE,
    "alarm": TEXT,
    "comparable": FLAG,
    "why_not": TEXT,
    "segment": COUNT,
    "break": TEXT,
    "baseline": COUNT,
    "widened": MEASURE,
    "same_documents": FLAG,
    "truth_hash": TEXT,
    "spec_version": TEXT,
    "service": TEXT,
}
_AVERAGED = {"ewma": MEASURE, "ewma_low": MEASURE, "ewma_high": MEASURE}
_OF_FIELDS = {
    "run": TEXT,
    "date": TIME,
    "group": TEXT,
    "field": TEXT,
    **dict.fromkeys(("support", "correct", "wrong", "missing", "spurious"), COUNT),
    **dict.fromkeys(("f1", "f1_low", "f1_high", "centre", "limit_low", "limit_high"), MEASURE),
    "comparable": FLAG,
    "segment": COUNT,
}


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """Runs in the order of time, and what is more than chance in them; :func:`gini_notebook.history` makes it.

    Attributes
    ----------
    metrics : tuple of str
        The metrics of :meth:`table`.
    baseline : int
        Of how many first runs centre and limits are made.
    ewma : bool
        Whether a moving average looks for slow drift, too.
    """

    metrics: tuple[str, ...]
    baseline: int
    _records: tuple[Record, ...]
    _marks: tuple[Record, ...]
    _file: Path | None
    ewma: bool = False

    def table(self) -> pd.DataFrame:
        """Return one row per run and metric.

        Returns
        -------
        pandas.DataFrame
            ``run``, ``date``, ``metric``, ``value`` with its interval ``low`` and ``high``; ``documents``, how many the
            run has, and ``values``, of how many the number speaks. Of the runs that can be compared with each other
            (``segment``): ``centre``, ``limit_low`` and ``limit_high``, missing for fewer than 8 of them and where they
            have the same documents each time (then sampling has no part in it: compare two runs with
            :func:`gini_notebook.compare`); ``alarm``: ``point`` (outside of the limits), ``eight`` (the eighth on one
            side of the centre), ``drift`` (the moving average is outside of its limits) or empty. ``comparable`` with
            the latest run, else ``why_not``; ``break``, why a segment begins; ``baseline``, of how many runs the limits
            are; ``widened``, by which factor because runs differ more than by chance; ``same_documents``;
            ``truth_hash``, ``spec_version`` and ``service``. With ``ewma=True`` also the moving average ``ewma`` and
            its limits ``ewma_low`` and ``ewma_high``.

        Examples
        --------
        >>> gini.history(result, metrics=["micro_f1"]).table()["alarm"].tolist()
        ['']
        """
        rows = [row for metric in self.metrics for row in self._rows(metric)]
        return _typed(rows, {**_COLUMNS, **(_AVERAGED if self.ewma else {})})

    def of(self, metric: str) -> pd.DataFrame:
        """Return the rows of :meth:`table` of one metric.

        Raises
        ------
        SettingError
            If the history does not have the metric.
        """
        if metric not in self.metrics:
            message = f"This history has no metric {metric!r}; it has {', '.join(self.metrics)}."
            raise SettingError(message)
        return replace(self, metrics=(metric,)).table()

    def by_field(self) -> pd.DataFrame:
        """Return one row per run and field.

        Returns
        -------
        pandas.DataFrame
            ``run``, ``date``, ``group``, ``field``, ``support``, the counts of outcomes, ``f1``, ``f1_low``,
            ``f1_high``; ``centre``, ``limit_low`` and ``limit_high`` as in :meth:`table`, of F1; ``comparable`` with
            the latest run, and ``segment``.
        """
        segments = self._segments
        last = segments[-1] if segments else 0
        rows = [
            {"run": one["run"], "date": one["date"], "comparable": segment == last, "segment": segment, **row}
            for one, segment in zip(self._records, segments, strict=True)
            for row in one["fields"]
        ]
        for segment in dict.fromkeys(segments):
            for name in dict.fromkeys((row["group"], row["field"]) for row in rows):
                found = [row for row in rows if row["segment"] == segment and (row["group"], row["field"]) == name]
                self._limit(segment, [row for row in found if row["f1"] is not None])
        return _typed(rows, _OF_FIELDS)

    def _limit(self, segment: int, rows: Sequence[Record]) -> None:
        """Write centre and limits of F1 into the rows of one field, where there are some."""
        members = [one for one, of in zip(self._records, self._segments, strict=True) if of == segment]
        if not self._has_limits(members) or len(rows) < FEWEST_RUNS:
            return
        chart = chart_of([{"value": row["f1"], "losses": row["losses"]} for row in rows], self.baseline)
        for row, low, high in zip(rows, chart.low.tolist(), chart.high.tolist(), strict=True):
            row |= {"centre": chart.centre, "limit_low": low, "limit_high": high}

    def changes(self) -> pd.DataFrame:
        """Return where the line is broken: ``run``, ``date`` and ``text``, one row per run that begins a segment."""
        rows = [
            {"run": one["run"], "date": one["date"], "text": why}
            for one, why in zip(self._records, self._breaks, strict=True)
            if why
        ]
        return pd.DataFrame(rows, columns=["run", "date", "text"])

    def mark(self, date: str, text: str) -> "History":
        """Break the line at a date, because something has changed that the runs do not know of.

        Parameters
        ----------
        date
            ``"2026-11-29"``; the first run from this day on begins a segment.
        text
            What has changed: ``"new scanner"``.

        Returns
        -------
        History
            With the mark; where the history has a file, the mark is appended to it.

        Raises
        ------
        SettingError
            If the date cannot be read, or there is no text.

        Examples
        --------
        >>> runs = gini.history(result).mark("2026-11-29", "new scanner")
        """
        if not isinstance(text, str) or not text.strip():
            message = f"The text of a mark is {described(text)}; say what has changed, for example 'new scanner'."
            raise SettingError(message)
        try:
            day = pd.to_datetime(date, utc=True, format="ISO8601")
        except (ValueError, TypeError) as error:
            message = f"The date of a mark is {date!r}; write it as 2026-11-29."
            raise SettingError(message) from error
        mark = {"mark": text, "date": day.isoformat()}
        if mark in self._marks:  # a shell command may be repeated each night
            return self
        if self._file is not None:
            append_lines(self._file, [mark])
        return replace(self, _marks=(*self._marks, mark))

    def plot(self, metric: str = "payable_rate", **options: Any) -> "Axes":
        """Draw one metric: see :func:`gini_notebook.plots.trend`, which this calls.

        Parameters
        ----------
        metric
            One of the metrics of the history.
        **options
            As there.
        """
        from gini_notebook.analysis.plots import trend

        return trend(self, metric, **options)

    def save_report(self, path: "str | os.PathLike[str]", **options: Any) -> Path:
        """Write a report: see :func:`gini_notebook.analysis.report.save_history_report`, which this calls.

        Parameters
        ----------
        path
            Where; the ending decides the form.
        **options
            As there.

        Examples
        --------
        >>> gini.history(result).save_report("trend.html").name
        'trend.html'
        """
        from gini_notebook.analysis.report import save_history_report

        return save_history_report(self, Path(path), **options)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        found = self.table()
        alarms_found = int((found["alarm"] != "").sum())
        return f"<History of {len(self._records)} runs: {', '.join(self.metrics)}; {alarms_found} alarms>"

    def _repr_html_(self) -> str:
        from gini_notebook._text import printable_frame

        return str(printable_frame(self.table().iloc[:, :11]).to_html(index=False, escape=True, max_rows=20))

    @cached_property
    def _breaks(self) -> list[str]:
        """Per run why it cannot be compared with the one before it; empty where it can."""
        found = [""] if self._records else []
        for place in range(1, len(self._records)):
            before, now = self._records[place - 1], self._records[place]
            why = [text for name, text in _BREAKS.items() if before.get(name) != now.get(name)]
            if before["documents_hash"] == now["documents_hash"]:
                if before["truth_hash"] != now["truth_hash"]:
                    why.append("other labels of the same documents")
            elif place > 1 and not found[-1] and self._records[place - 2]["documents_hash"] == before["documents_hash"]:
                why.append("other documents than each time before")
            why += [mark["mark"] for mark in self._marks if _between(before["date"], mark["date"], now["date"])]
            found.append("; ".join(why))
        return found

    @cached_property
    def _segments(self) -> list[int]:
        """Per run the number of the stretch of comparable runs that it is in."""
        numbers: list[int] = np.cumsum([bool(why) for why in self._breaks]).tolist()
        return numbers

    def _rows(self, metric: str) -> list[Record]:
        """Return the rows of a metric; runs without it are left out."""
        last = self._segments[-1] if self._segments else 0
        rows = []
        for segment in dict.fromkeys(self._segments):
            own = [place for place, of in enumerate(self._segments) if of == segment]
            members = [place for place in own if self._has(place, metric)]
            if members:
                rows += self._segment(metric, segment, members, last)
        return rows

    def _has(self, place: int, metric: str) -> bool:
        found = self._records[place]["metrics"].get(metric)
        return found is not None and found["value"] is not None

    @staticmethod
    def _has_limits(records: Sequence[Record]) -> bool:
        """Return whether chance has a part in how these runs differ, and whether it is known which."""
        weighted = any(one["weighted"] for one in records)
        return len(records) >= FEWEST_RUNS and not _same_documents(records) and not weighted

    def _segment(self, metric: str, segment: int, members: Sequence[int], last: int) -> list[Record]:
        records = [self._records[place] for place in members]
        numbers = [one["metrics"][metric] for one in records]
        chart = chart_of(numbers, self.baseline) if self._has_limits(records) else None
        found = _charted(chart, numbers, ewma=self.ewma)
        later = "; ".join(why for why in self._breaks[members[-1] + 1 :] if why)
        return [
            {
                "run": one["run"],
                "date": one["date"],
                "metric": metric,
                **{name: number[name] for name in ("value", "low", "high")},
                "documents": one["documents"],
                "values": number["of"],
                **drawn,
                "comparable": segment == last,
                "why_not": "" if segment == last else later,
                "segment": segment,
                "break": self._breaks[place],
                "baseline": min(self.baseline, len(records)),
                "same_documents": _same_documents(records),
                **{name: one[name] for name in ("truth_hash", "spec_version", "service")},
            }
            for place, one, number, drawn in zip(members, records, numbers, found, strict=True)
        ]


def history(
    runs: "str | os.PathLike[str] | Evaluation | Iterable[str | os.PathLike[str] | Evaluation]",
    *,
    file: "str | os.PathLike[str] | None" = None,
    by: str = "made_at",
    metrics: Sequence[str] = ("micro_f1", *SHARES),
    baseline: int = BASELINE,
    ewma: bool = False,
) -> History:
    """Put runs in the order of time, and say which differ by more than chance.

    Parameters
    ----------
    runs
        Evaluations, or files of them (``result.save``): a pattern as ``"runs/*/evaluation.zip"``, a path, or several
        of these; or a history file, ``"history.jsonl"``.
    file
        A file to keep one line per run in: numbers and counts, no contents of documents. Runs that are in it are not
        read again; new ones are appended.
    by
        ``"made_at"`` for the order of time (a stored evaluation that does not know when it was made has the time of its
        file), ``"given"`` for the order given.
    metrics
        From ``payable_rate``, ``perfect_documents``, ``coverage`` (shares of documents), ``micro_f1``,
        ``micro_precision``, ``micro_recall`` (averages over the values of header fields).
    baseline
        Of how many first runs centre and limits are made; from then on they stay as they are.
    ewma
        Whether slow drift is looked for, too, by a moving average (EWMA) in which the latest run counts 0.2. It has a
        false alarm of its own in fewer than one of 500 runs, and finds a small change that lasts sooner.

    Returns
    -------
    History
        Tables, and :meth:`History.plot`. The unit of limits is the document: shares have exact limits, averages those
        of a mean over documents; on each side chance alone leaves them in one of 400 runs. Another edition of the
        metrics, other rules, another service or other labels of the same documents break the line.

    Raises
    ------
    SettingError
        If there is no such metric or order, or the baseline has fewer than 8 runs.
    FileProblem
        If there is no such file, or no file has a name of the pattern.
    SchemaError
        If a file is no evaluation or no history.

    Examples
    --------
    >>> saved = result.save("runs/baseline/evaluation.zip")
    >>> runs = gini.history("runs/*/evaluation.zip", file="history.jsonl")
    >>> runs
    <History of 1 runs: micro_f1, payable_rate, perfect_documents, coverage; 0 alarms>
    """
    wanted = check_metrics(metrics)
    if by not in _ORDERS:
        message = f"by is {by!r}; choose one of {', '.join(_ORDERS)}."
        raise SettingError(message)
    if isinstance(baseline, bool) or not isinstance(baseline, int) or baseline < FEWEST_RUNS:
        message = f"baseline is {baseline!r}; it must be a number of runs, {FEWEST_RUNS} or more."
        raise SettingError(message)
    kept = None if file is None else Path(file)
    records, marks = ([], []) if kept is None else read_lines(kept)
    known = {one["digest"] for one in records}
    added: list[Record] = []
    for one in several(runs):
        found, more = records_of(one, known)
        fresh = [record for record in found if record["digest"] not in known]
        known |= {record["digest"] for record in fresh}
        added += fresh
        marks += [mark for mark in more if mark not in marks]
    if kept is not None:
        append_lines(kept, added)
    ordered = [*records, *added]
    if by == "made_at":
        ordered.sort(key=lambda record: (record["date"] is None, _moment(record["date"])))
    return history_of(ordered, metrics=wanted, baseline=baseline, marks=marks, file=kept, ewma=ewma)


def history_of(
    records: Sequence[Record],
    *,
    metrics: tuple[str, ...],
    baseline: int = BASELINE,
    marks: Sequence[Record] = (),
    file: Path | None = None,
    ewma: bool = False,
) -> History:
    """Return the history of runs in this order."""
    return History(metrics, baseline, tuple(records), tuple(marks), file, ewma)


def _same_documents(records: Sequence[Record]) -> bool:
    return len(records) > 1 and len({one["documents_hash"] for one in records}) <= len(records) / 2


def _charted(chart: Chart | None, numbers: Sequence[Record], *, ewma: bool) -> list[Record]:
    """Return per run the columns of its chart."""
    if chart is None:
        nothing = dict.fromkeys(("centre", "limit_low", "limit_high", *_AVERAGED), np.nan)
        return [{**nothing, "alarm": "", "widened": 1.0} for _ in numbers]
    values = np.array([one["value"] for one in numbers], dtype=np.float64)
    told = alarms(chart, values)
    found: list[Record] = [
        {"centre": chart.centre, "limit_low": low, "limit_high": high, "alarm": alarm, "widened": chart.widened}
        for low, high, alarm in zip(chart.low.tolist(), chart.high.tolist(), told, strict=True)
    ]
    if ewma:
        moving = moving_average(chart, values, told)
        columns = (moving.values.tolist(), moving.low.tolist(), moving.high.tolist())
        for row, average, low, high, out in zip(found, *columns, moving.outside.tolist(), strict=True):
            row |= {"ewma": average, "ewma_low": low, "ewma_high": high}
            row["alarm"] = row["alarm"] or (DRIFT if out else "")
    return found


def _typed(rows: Sequence[Record], columns: Mapping[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns)).astype({"date": "object"})
    frame["date"] = pd.to_datetime(frame["date"], utc=True, format="ISO8601").astype(TIME)
    return frame.astype(dict(columns))


def _between(before: str | None, mark: str, now: str | None) -> bool:
    if now is None:
        return False
    return (before is None or _moment(before) < _moment(mark)) and _moment(mark) <= _moment(now)


def _moment(date: str | None) -> int:
    return 0 if date is None else int(pd.to_datetime(date, utc=True).value)
