"""Fingerprints of tables, so that results of different truths are never compared unawares."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

import numpy as np

from gini_notebook.analysis.evaluation.encoding import NOTHING, IntArray, ObjectArray


class _Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


def hash_table(
    key: IntArray, value: IntArray, values: ObjectArray, documents: Sequence[str], columns: Sequence[tuple[str, str]]
) -> str:
    """Give the SHA-256 of what a table says; the order of its rows and its dtypes do not matter.

    Parameters
    ----------
    key
        Per row one number that orders by document, row and column.
    value
        Per row the code of the value in ``values``; :data:`NOTHING` where nothing is stated.
    documents, columns
        What is sorted and numbered in ``key``.
    """
    order = np.argsort(key, kind="stable")
    digest = sha256()
    _add(digest, documents)
    _add(digest, [name for column in columns for name in column])
    digest.update(key[order].astype("<i8").tobytes())
    stated = value[order]
    digest.update((stated != NOTHING).tobytes())
    _add(digest, values[stated[stated != NOTHING]].tolist())
    return digest.hexdigest()


def _add(digest: _Digest, texts: Sequence[str]) -> None:
    """Add texts, separated so that no two lists of texts are the same in bytes."""
    joined = "\0".join(texts)
    digest.update(len(texts).to_bytes(8, "little"))
    digest.update(joined.encode("utf-8", "surrogatepass"))
    if joined.count("\0") != max(len(texts) - 1, 0):
        digest.update(np.fromiter(map(len, texts), dtype="<i8", count=len(texts)).tobytes())
