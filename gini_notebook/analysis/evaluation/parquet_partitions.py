"""Parquet files as partitions: row group by row group, read where they are evaluated.

A document belongs to the first row group that has it; what other row groups have of it is read there, too. So rows may
stand in any order, and sorted ones are read once.

Files on this machine are read in the guarded process, one row group after the other. Those of an object store are read
here, since the guarded process knows no credentials.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gini_notebook._extras import needed_for
from gini_notebook._files import check_regular
from gini_notebook._guarded import LIMITS, Answer, Limits, call, each
from gini_notebook._guarded.parquet import outline, row_group, table
from gini_notebook.analysis.evaluation.encoding import (
    EXTRACTIONS,
    TRUTH,
    check_columns,
    check_frame,
    check_stated,
    encode,
)
from gini_notebook.analysis.evaluation.inputs import Paths, is_paths
from gini_notebook.analysis.evaluation.partitions import (
    Pair,
    Partitions,
    PartitionStatistics,
    Run,
    divided,
    scan_partition,
)
from gini_notebook.analysis.truth.document_names import pair_documents, pair_names
from gini_notebook.errors import FileProblem, ReaderStopped, SchemaError
from gini_notebook.notations import composed

_MIB = 1024 * 1024
# A row group may unpack to so much, and more if its file is large; the guarded process holds it a few times.
_UNPACKED, _UNPACKED_PER_BYTE, _HELD = 64 * _MIB, 16, 6

_SCANNED = ("document", "field", "group", "entity")
_NO_ROWS = pd.DataFrame({"document": [], "field": []}, dtype=object)


class _Scanned(NamedTuple):
    documents: list[str]
    statistics: PartitionStatistics


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of a table in Parquet files: per row group the documents that count, or None for all of them."""

    name: str
    schema: Any
    groups: tuple[tuple[Any, frozenset[str] | None], ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """From names of documents in the files to those of the run, where they differ."""

    def __len__(self) -> int:
        return len(self.groups)

    def load(self) -> pd.DataFrame:
        """Read the rows."""
        frames = [_of(_read(group, self.name), documents, self.name) for group, documents in self.groups]
        rows = pd.concat(frames, ignore_index=True) if frames else _frame(self.schema.empty_table())
        if not self.names:
            return rows
        return rows.assign(document=[self.names.get(str(name), name) for name in rows["document"]])


@dataclass(frozen=True, slots=True, eq=False)
class _RowGroup:
    """A row group of a file on this machine, with the names that a fragment of ``pyarrow.dataset`` has."""

    path: str
    number: int
    physical_schema: Any

    def to_table(self, columns: Sequence[str] | None = None) -> Any:
        """Read it in the guarded process."""
        unpacked = max(_UNPACKED, _UNPACKED_PER_BYTE * Path(self.path).stat().st_size)
        limits = Limits(memory=max(LIMITS.memory, _HELD * unpacked), answer=unpacked)
        stream = call(row_group, self.path, self.number, columns, unpacked, limits=limits)
        return table(_of_kind(stream, bytes))


class _Table:
    """A table in Parquet files: where its row groups are."""

    def __init__(self, paths: Paths, name: str) -> None:
        self.name = name
        with needed_for("Reading Parquet", "parquet"):
            import_module("pyarrow.parquet")
        try:
            located = _located(paths)
            self.groups, self.schema = _remote(located) if "://" in str(located) else _local(located)
        except (OSError, ValueError, TypeError, FileProblem) as error:  # pyarrow's own errors are of these
            message = (
                f"The {name} table cannot be read as Parquet from {_shown(paths)}: {str(error).rstrip('.')}. Give "
                "Parquet files, a table, or a batch (of a run folder: Batch.load)."
            )
            raise SchemaError(message) from error
        check_columns(_frame(self.schema.empty_table()), name)

    def seen(self, run: Run) -> list[_Scanned]:
        """Look at every row group."""
        return list(run(partial(_scan, name=self.name), self.groups))

    def divided(
        self, seen: Sequence[_Scanned], owner: dict[str, int], count: int, names: Mapping[str, str]
    ) -> list[_Rows]:
        """Return for each of so many partitions the rows of the documents it owns, under other names where given."""
        shares: list[list[tuple[Any, frozenset[str] | None]]] = [[] for _ in range(count)]
        for group, known in zip(self.groups, seen, strict=True):
            by_owner = defaultdict(list)
            for document in known.documents:
                by_owner[owner[composed(names.get(document, document))]].append(document)
            for place, documents in by_owner.items():
                shares[place].append((group, None if len(by_owner) == 1 else frozenset(documents)))
        return [_Rows(self.name, self.schema, tuple(share), names) for share in shares]


def partition_parquet(extractions: Paths, truth: Any, run: Run) -> Partitions:
    """Bring row groups of the extractions together with the truth: Parquet files too, or a table in memory.

    Raises
    ------
    SchemaError
        If files cannot be read, or a table lacks columns or names of documents.
    """
    found = _Table(extractions, EXTRACTIONS)
    seen = found.seen(run)
    owner: dict[str, int] = {}
    _own(owner, seen, 0, {})
    known = list(dict.fromkeys(name for scanned in seen for name in scanned.documents))
    if is_paths(truth):
        wanted = _Table(truth, TRUTH)
        seen_too = wanted.seen(run)
        pairing = pair_names([name for scanned in seen_too for name in scanned.documents], known)
        notes = pairing.notes
        _own(owner, seen_too, len(seen), pairing.names)
        shares: Sequence[Any] = wanted.divided(seen_too, owner, len(seen) + len(seen_too), pairing.names)
        statistics = [known.statistics for known in (*seen, *seen_too)]
    else:
        check_frame(truth, TRUTH)
        truth, notes = pair_documents(truth, known)
        shares = _shared_out(truth, owner, len(seen))
        statistics = [*(known.statistics for known in seen), scan_partition(_NO_ROWS, truth)]
    pairs = [Pair(*both) for both in zip(found.divided(seen, owner, len(shares), {}), shares, strict=True)]
    # What is left of the truth is mostly nothing.
    pairs = [pair for pair in pairs if len(pair.extractions) or len(pair.truth)] or pairs[:1]
    whole = None if is_paths(truth) else truth
    return Partitions(pairs, statistics, run, tuple(found.schema.names), whole, notes=notes)


def _own(owner: dict[str, int], seen: Iterable[_Scanned], first: int, names: Mapping[str, str]) -> None:
    for place, known in enumerate(seen, start=first):
        for document in known.documents:
            owner.setdefault(composed(names.get(document, document)), place)


def _shared_out(truth: pd.DataFrame, owner: dict[str, int], rest: int) -> list[pd.DataFrame]:
    """Divide a truth in memory among the partitions; what is left over makes one more."""
    codes, names = encode(truth["document"], TRUTH, numbers=True)
    check_stated(codes, names, "document", TRUTH)
    partition = np.array([*(owner.get(composed(name), rest) for name in names.tolist()), rest])[codes]
    return divided(truth, partition, rest + 1)


def _scan(group: Any, *, name: str) -> _Scanned:
    frame = _read(group, name, [column for column in _SCANNED if column in group.physical_schema.names])
    check_columns(frame.assign(value=None), name)
    codes, names = encode(frame["document"], name, numbers=True)
    check_stated(codes, names, "document", name)
    return _Scanned(
        names.tolist(), scan_partition(frame, _NO_ROWS) if name == EXTRACTIONS else scan_partition(_NO_ROWS, frame)
    )


def _read(group: Any, name: str, columns: list[str] | None = None) -> pd.DataFrame:
    try:
        # By the schema of this very file: a number is not to become text because another file has text there.
        return _frame(group.to_table(columns=columns))
    except (OSError, ValueError, TypeError, FileProblem) as error:
        message = f"The {name} table cannot be read from {group.path}: {error}"
        raise SchemaError(message) from error


def read_parquet(path: Path, name: str) -> pd.DataFrame:
    """Read one file on this machine as a whole, in the guarded process.

    Parameters
    ----------
    path
        The file.
    name
        What the table is called in messages: ``"extractions"``.

    Raises
    ------
    SchemaError
        If it cannot be read.
    """
    found = _Table(path, name)
    return _Rows(name, found.schema, tuple((group, None) for group in found.groups)).load()


def _remote(located: str | list[str]) -> tuple[list[Any], Any]:
    dataset = import_module("pyarrow.dataset").dataset(located, format="parquet")
    return [group for file in dataset.get_fragments() for group in file.split_by_row_group()], dataset.schema


def _local(located: str | list[str]) -> tuple[list[Any], Any]:
    """Return the row groups of all files, and the schema of the first."""
    files = [file for place in ([located] if isinstance(located, str) else located) for file in _files_at(Path(place))]
    if not files:
        raise FileProblem("there is no file in it")
    answers = each(outline, [(str(file), file.name) for file in files])
    groups: list[Any] = []
    schemas = []
    for file, answer in zip(files, answers, strict=True):
        stream, count = _outline(file, answer)
        schemas.append(table(stream).schema)
        groups += [_RowGroup(str(file), number, schemas[-1]) for number in range(count)]
    return groups, schemas[0]


def _outline(file: Path, answer: Answer) -> tuple[bytes, int]:
    try:
        stream, count = _of_kind(answer.get(), list)
    except ReaderStopped as error:
        message = f"{file.name} cannot be read: {error}"
        raise FileProblem(message) from error
    return _of_kind(stream, bytes), _of_kind(count, int)


def _of_kind(value: Any, kind: type) -> Any:
    """Return what the guarded process answered, if it is of this kind."""
    if type(value) is not kind:
        raise FileProblem("its reader has answered something else")
    return value


def _files_at(place: Path) -> list[Path]:
    """Return the files of a folder as ``pyarrow.dataset`` finds them: not those that begin with a dot or underscore."""
    if not place.is_dir():
        check_regular(place)
        return [place]
    files = []
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        files += [Path(folder, name) for name in names if not name.startswith((".", "_"))]
    for file in files:
        check_regular(file)
    return sorted(files)


def _frame(table: Any) -> pd.DataFrame:
    # What was the index of some DataFrame is a column like any other.
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    return frame


def _of(frame: pd.DataFrame, documents: frozenset[str] | None, name: str) -> pd.DataFrame:
    if documents is None:
        return frame
    codes, names = encode(frame["document"], name, numbers=True)
    return frame[np.array([*(document in documents for document in names.tolist()), False])[codes]]


def _located(paths: Paths) -> str | list[str]:
    """Return paths that workers with another working directory understand; addresses of object stores are whole."""
    if isinstance(paths, str | os.PathLike):
        text = os.fspath(paths)
        return text if "://" in text else str(Path(text).expanduser().absolute())
    return [str(_located(path)) for path in paths]


def _shown(paths: Paths) -> str:
    return repr(os.fspath(paths) if isinstance(paths, str | os.PathLike) else [str(path) for path in paths[:3]])
