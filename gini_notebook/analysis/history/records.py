"""One line of a history: what a run came to, without its documents."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gini_notebook._files import open_regular
from gini_notebook.analysis.evaluation.counts import DocumentCounts
from gini_notebook.analysis.evaluation.formulas import losses_of
from gini_notebook.errors import SchemaError, SettingError

if TYPE_CHECKING:
    from gini_notebook.analysis.evaluation import Evaluation

FORMAT = 2
# Shares of documents, and averages over slots of header fields; of others no limits are known.
SHARES = ("payable_rate", "perfect_documents", "coverage")
AVERAGES = {"micro_f1": "f1", "micro_precision": "precision", "micro_recall": "recall"}
METRICS = (*SHARES, *AVERAGES)
_FIELDS = ("group", "field", "support", "correct", "wrong", "missing", "spurious", "f1", "f1_low", "f1_high")
# Settings that decide what a number means.
_RULES = ("wrong", "required", "key", "order", "remittance", "min_confidence")

Record = dict[str, Any]


def check_metrics(metrics: Iterable[str]) -> tuple[str, ...]:
    """Refuse metrics that have no limits."""
    wanted = tuple(metrics)
    unknown = [name for name in wanted if name not in METRICS]
    if unknown or not wanted:
        message = (
            f"There is no history of {', '.join(map(repr, unknown)) or 'nothing'}; choose from {', '.join(METRICS)}."
        )
        raise SettingError(message)
    return wanted


def record_of(result: "Evaluation", run: str, digest: str, date: str | None) -> Record:
    """Return the line of an evaluation: its numbers, and counts of documents by what they lost, which name none."""
    provenance = result.provenance
    summary = result.summary().set_index("metric")
    weighted = result.settings.get("weights") is not None
    kinds = {note.kind for note in result.notes}
    # The share answered is undefined for a bare table, which does not know what was sent.
    known = [name for name in METRICS if name in summary.index and summary["of"].notna()[name]]
    return {
        "format": FORMAT,
        "run": provenance.get("run") or run,
        "date": provenance.get("made_at") or date,
        "digest": digest,
        "documents": len(result.documents),
        "documents_hash": _hash(sorted(map(str, result.documents["document"]))),
        "truth_hash": provenance.get("truth_hash"),
        "spec_version": provenance["spec_version"],
        "tool_version": provenance.get("tool_version"),
        "rules_hash": _hash([provenance["rules"], {name: result.settings.get(name) for name in _RULES}]),
        "service": "sandbox" if "sandbox" in kinds else "service",
        "api_version": provenance.get("api_version"),
        "unit": result.settings.get("cluster") or "document",
        "weighted": weighted,
        "metrics": {name: _metric(result, summary, name) for name in known},
        "fields": _fields(result),
    }


def _metric(result: "Evaluation", summary: Any, name: str) -> Record:
    row = summary.loc[name]
    found: Record = {end: _plain(row[end]) for end in ("value", "low", "high")}
    found["of"] = int(row["of"])
    if name in SHARES:
        return found | {"right": round(float(row["value"]) * int(row["of"])) if found["value"] is not None else 0}
    counted = result.document_counts()
    header = [place for place, (group, _) in enumerate(counted.columns) if not group]
    return found | {"losses": _losses(counted, header, AVERAGES[name], result.settings["wrong"])}


def _losses(counted: DocumentCounts, places: Sequence[int], score: str, wrong: str) -> list[list[float]]:
    """Return loss and size in some columns, and the number of documents that have them."""
    of = losses_of(wrong)[score]
    by_document = counted.counts[:, list(places), :4].sum(axis=1)
    pairs = np.stack([by_document @ of.loss, by_document @ of.size], axis=1)
    kinds, often = np.unique(pairs[pairs[:, 1] > 0], axis=0, return_counts=True)
    return [[float(loss), float(size), int(count)] for (loss, size), count in zip(kinds, often, strict=True)]


def _fields(result: "Evaluation") -> list[Record]:
    scores, counted = result.by_field(full=True), result.document_counts()
    rows = scores.loc[~scores["average"], list(_FIELDS)].to_dict("records")
    places = {column: place for place, column in enumerate(counted.columns)}
    return [
        {name: _plain(value) for name, value in row.items()}
        | {"losses": _losses(counted, [places[row["group"], row["field"]]], "f1", result.settings["wrong"])}
        for row in rows
    ]


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: undefined numbers are null."""
    if isinstance(value, str):
        return value
    if value is pd.NA:
        return None
    number = float(value)
    return None if np.isnan(number) else int(number) if number.is_integer() and not isinstance(value, float) else number


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()[
        :16
    ]


def digest_of(path: Path) -> str:
    """Return the digest of a stored evaluation; the same evaluation always makes the same file."""
    with open_regular(path) as file:
        return hashlib.sha256(file.read()).hexdigest()[:32]


def read_lines(path: Path) -> tuple[list[Record], list[Record]]:
    """Return the runs and the marks of a history file.

    A last line without its end broke off while it was written and is passed over; the run is appended again.

    Raises
    ------
    SchemaError
        If a line is no run and no mark, or of another format.
    """
    if not path.exists():
        return [], []
    runs: list[Record] = []
    marks: list[Record] = []
    with open_regular(path) as file:
        lines = file.read().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        found = _parsed(path, number, line)
        if found is None:
            continue
        (marks if "mark" in found else runs).append(found)
    return runs, marks


def _parsed(path: Path, number: int, line: bytes) -> Record | None:
    if not line.strip():
        return None
    why = "it is no line of a history"
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if isinstance(found, dict) and isinstance(found.get("mark"), str) and isinstance(found.get("date"), str):
        return found
    if isinstance(found, dict) and isinstance(found.get("metrics"), Mapping):
        if found.get("format") == FORMAT:
            return found
        why = f"it has format {found.get('format')!r}, and this version reads {FORMAT}"
    message = f"Line {number} of {path} cannot be read: {why}. Delete the file to make it anew from the evaluations."
    raise SchemaError(message)


def append_lines(path: Path, added: Iterable[Record]) -> None:
    """Append lines, each whole or not at all to a reader; the file can be read by its owner only."""
    lines = [json.dumps(one, ensure_ascii=False, sort_keys=True, allow_nan=False) for one in added]
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        # Begin anew after a line that broke off.
        begin = "" if not size or os.pread(handle, 1, size - 1) == b"\n" else "\n"
        os.write(handle, (begin + "\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
        os.fsync(handle)
    finally:
        os.close(handle)
