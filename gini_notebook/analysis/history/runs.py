"""``history()``, and the runs in the order of time that it returns."""

import glob
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook._text import described
from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.analysis.history.limits import BASELINE, FEWEST_RUNS, Chart, alarms, chart_of
from gini_notebook.analysis.history.records import (
    SHARES,
    Record,
    append_lines,
    check_metrics,
    digest_of,
    read_lines,
    record_of,
)
from gini_notebook.errors import FileProblem, SettingError
from gini_notebook.schema import COUNT, FLAG, MEASURE, TEXT, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """Runs in the order of time, and what is more than chance in them; :func:`gini_notebook.history` makes it.

    Attributes
    ----------
    metrics : tuple of str
        The metrics of :meth:`table`.
    baseline : int
        Of how many first runs centre and limits are made.
    """

    metrics: tuple[str, ...]
    baseline: int
    _records: tuple[Record, ...]
    _marks: tuple[Record, ...]
    _file: Path | None

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
            side of the centre) or empty. ``comparable`` with the latest run, else ``why_not``; ``break``, why a segment
            begins; ``baseline``, of how many runs the limits are; ``widened``, by which factor because runs differ
            more than by chance; ``same_documents``; ``truth_hash``, ``spec_version`` and ``service``.

        Examples
        --------
        >>> gini.history(result, metrics=["micro_f1"]).table()["alarm"].tolist()
        ['']
        """
        rows = [row for metric in self.metrics for row in self._rows(metric)]
        frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"date": "object"})
        frame["date"] = pd.to_datetime(frame["date"], utc=True, format="ISO8601").astype(TIME)
        return frame.astype(_COLUMNS)

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
            ``f1_high``.
        """
        rows = [{"run": one["run"], "date": one["date"], **row} for one in self._records for row in one["fields"]]
        counts = dict.fromkeys(("support", "correct", "wrong", "missing", "spurious"), COUNT)
        scores = dict.fromkeys(("f1", "f1_low", "f1_high"), MEASURE)
        dtypes = {"run": TEXT, "date": "object", "group": TEXT, "field": TEXT, **counts, **scores}
        frame = pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)
        return frame.assign(date=pd.to_datetime(frame["date"], utc=True, format="ISO8601"))

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

    def _rows(self, metric: str) -> list[Record]:
        """Return the rows of a metric; runs without it are left out."""
        segments = np.cumsum([bool(why) for why in self._breaks])
        last = int(segments[-1]) if len(segments) else 0
        rows = []
        for segment in range(last + 1 if len(segments) else 0):
            members = [place for place in np.flatnonzero(segments == segment).tolist() if self._has(place, metric)]
            if members:
                rows += self._segment(metric, segment, members, last)
        return rows

    def _has(self, place: int, metric: str) -> bool:
        found = self._records[place]["metrics"].get(metric)
        return found is not None and found["value"] is not None

    def _segment(self, metric: str, segment: int, members: Sequence[int], last: int) -> list[Record]:
        records = [self._records[place] for place in members]
        numbers = [one["metrics"][metric] for one in records]
        same = len(records) > 1 and len({one["documents_hash"] for one in records}) <= len(records) / 2
        chart = None
        if len(records) >= FEWEST_RUNS and not same and not any(one["weighted"] for one in records):
            chart = chart_of(numbers, self.baseline)
        found = _charted(chart, numbers)
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
                "same_documents": same,
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
    for one in _several(runs):
        found, more = _records_of(one, known)
        fresh = [record for record in found if record["digest"] not in known]
        known |= {record["digest"] for record in fresh}
        added += fresh
        marks += [mark for mark in more if mark not in marks]
    if kept is not None:
        append_lines(kept, added)
    ordered = [*records, *added]
    if by == "made_at":
        ordered.sort(key=lambda record: (record["date"] is None, _moment(record["date"])))
    return history_of(ordered, metrics=wanted, baseline=baseline, marks=marks, file=kept)


def history_of(
    records: Sequence[Record],
    *,
    metrics: tuple[str, ...],
    baseline: int = BASELINE,
    marks: Sequence[Record] = (),
    file: Path | None = None,
) -> History:
    """Return the history of runs in this order."""
    return History(metrics, baseline, tuple(records), tuple(marks), file)


def _several(runs: Any) -> list[Any]:
    """Return the evaluations and paths that were given, patterns as the files that have such names."""
    if isinstance(runs, Evaluation | str | os.PathLike):
        runs = [runs]
    elif not isinstance(runs, Iterable) or isinstance(runs, Mapping):
        message = f"runs is {described(runs)}; give evaluations, or the paths of stored ones."
        raise SettingError(message)
    found: list[Any] = []
    for one in runs:
        if isinstance(one, Evaluation):
            found.append(one)
        elif isinstance(one, str | os.PathLike):
            found += _files(os.fspath(one))
        else:
            message = f"A run is {described(one)}; give evaluations, or the paths of stored ones."
            raise SettingError(message)
    return found


def _files(name: str) -> list[Path]:
    if Path(name).exists():
        return [Path(name)]
    names = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - patterns may be absolute
    if not names:
        message = f"There is no stored evaluation at {name!r}; result.save() makes one."
        raise FileProblem(message)
    return [Path(one) for one in names]


def _records_of(one: Any, known: set[str]) -> tuple[list[Record], list[Record]]:
    """Return the runs and marks of a path or an evaluation; a file that is known already is not read."""
    if isinstance(one, Evaluation):
        digest = (
            f"{one.provenance.get('truth_hash')}-{one.provenance.get('extractions_hash')}-{one.provenance.get('run')}"
        )
        return [record_of(one, "run", digest, None)], []
    if one.suffix == ".jsonl":
        return read_lines(one)
    try:
        digest = digest_of(one)
        changed = pd.Timestamp(one.stat().st_mtime, unit="s", tz="UTC").isoformat(timespec="seconds")
    except OSError as error:
        message = f"{one} cannot be read: {error.strerror or error}."
        raise FileProblem(message) from error
    if digest in known:
        return [], []
    name = one.parent.name if one.stem == "evaluation" and one.parent.name else one.stem
    return [record_of(Evaluation.load(one), name, digest, changed)], []


def _charted(chart: Chart | None, numbers: Sequence[Record]) -> list[Record]:
    """Return per run the columns of its chart."""
    if chart is None:
        nothing = {"centre": np.nan, "limit_low": np.nan, "limit_high": np.nan, "alarm": "", "widened": 1.0}
        return [dict(nothing) for _ in numbers]
    found = alarms(chart, np.array([one["value"] for one in numbers], dtype=np.float64))
    return [
        {"centre": chart.centre, "limit_low": low, "limit_high": high, "alarm": alarm, "widened": chart.widened}
        for low, high, alarm in zip(chart.low.tolist(), chart.high.tolist(), found, strict=True)
    ]


def _between(before: str | None, mark: str, now: str | None) -> bool:
    if now is None:
        return False
    return (before is None or _moment(before) < _moment(mark)) and _moment(mark) <= _moment(now)


def _moment(date: str | None) -> int:
    return 0 if date is None else int(pd.to_datetime(date, utc=True).value)
