"""Parquet files as partitions: row group by row group, read where they are evaluated.

A document belongs to the first row group that has it; what other row groups have of it is read there, too. So rows may
stand in any order, and sorted ones are read once.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoded_tables import (
    EXTRACTIONS,
    TRUTH,
    check_columns,
    check_frame,
    check_stated,
)
from gini_notebook.analysis.evaluation.encoding import composed, encode
from gini_notebook.analysis.evaluation.inputs import Paths, is_paths
from gini_notebook.analysis.evaluation.partitions import (
    Pair,
    Partitions,
    PartitionStatistics,
    Run,
    divided,
    scan_partition,
)
from gini_notebook.errors import SchemaError

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

    def __len__(self) -> int:
        return len(self.groups)

    def load(self) -> pd.DataFrame:
        """Read the rows."""
        frames = [_of(_read(group, self.name), documents, self.name) for group, documents in self.groups]
        return pd.concat(frames, ignore_index=True) if frames else _frame(self.schema.empty_table())


class _Table:
    """A table in Parquet files: where its row groups are."""

    def __init__(self, paths: Paths, name: str) -> None:
        self.name = name
        try:
            dataset = import_module("pyarrow.dataset").dataset(_located(paths), format="parquet")
            self.groups = [group for file in dataset.get_fragments() for group in file.split_by_row_group()]
        except ImportError as error:
            message = "Parquet files need pyarrow to be read: pip install 'gini-notebook[parquet]'."
            raise SchemaError(message) from error
        except (OSError, ValueError, TypeError) as error:  # pyarrow's own errors are of these
            message = (
                f"The {name} table cannot be read as Parquet from {_shown(paths)}: {str(error).rstrip('.')}. Give "
                "Parquet files, a table, or a batch (of a run folder: Batch.load)."
            )
            raise SchemaError(message) from error
        self.schema = dataset.schema
        check_columns(_frame(self.schema.empty_table()), name)

    def seen(self, run: Run) -> list[_Scanned]:
        """Look at every row group."""
        return list(run(partial(_scan, name=self.name), self.groups))

    def divided(self, seen: Sequence[_Scanned], owner: dict[str, int], count: int) -> list[_Rows]:
        """Return for each of so many partitions the rows of the documents it owns."""
        shares: list[list[tuple[Any, frozenset[str] | None]]] = [[] for _ in range(count)]
        for group, known in zip(self.groups, seen, strict=True):
            by_owner = defaultdict(list)
            for document in known.documents:
                by_owner[owner[composed(document)]].append(document)
            for place, documents in by_owner.items():
                shares[place].append((group, None if len(by_owner) == 1 else frozenset(documents)))
        return [_Rows(self.name, self.schema, tuple(share)) for share in shares]


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
    _own(owner, seen, 0)
    if is_paths(truth):
        wanted = _Table(truth, TRUTH)
        seen_too = wanted.seen(run)
        _own(owner, seen_too, len(seen))
        shares: Sequence[Any] = wanted.divided(seen_too, owner, len(seen) + len(seen_too))
        statistics = [known.statistics for known in (*seen, *seen_too)]
    else:
        check_frame(truth, TRUTH)
        shares = _shared_out(truth, owner, len(seen))
        statistics = [*(known.statistics for known in seen), scan_partition(_NO_ROWS, truth)]
    pairs = [Pair(*both) for both in zip(found.divided(seen, owner, len(shares)), shares, strict=True)]
    # What is left of the truth is mostly nothing.
    pairs = [pair for pair in pairs if len(pair.extractions) or len(pair.truth)] or pairs[:1]
    return Partitions(pairs, statistics, run, tuple(found.schema.names), None if is_paths(truth) else truth)


def _own(owner: dict[str, int], seen: Iterable[_Scanned], first: int) -> None:
    for place, known in enumerate(seen, start=first):
        for document in known.documents:
            owner.setdefault(composed(document), place)


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
    except (OSError, ValueError, TypeError) as error:
        message = f"The {name} table cannot be read from {group.path}: {error}"
        raise SchemaError(message) from error


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
