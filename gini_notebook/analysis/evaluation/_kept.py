"""What an evaluation keeps: its tables and facts, the counts made of them, and the file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import pandas as pd

from gini_notebook.analysis.evaluation.counts import Coded, Tally, count_documents, encode_comparisons
from gini_notebook.analysis.evaluation.scores import Scored
from gini_notebook.analysis.evaluation.storage import not_an_evaluation, read_archive, write_archive
from gini_notebook.errors import SchemaError

# The edition of the metrics; results of different editions are not compared.
SPEC_VERSION = "1"


@dataclass(frozen=True, eq=False, repr=False)
class Kept(Scored):
    """The state of an evaluation; :class:`gini_notebook.Evaluation` says what the attributes are."""

    comparisons: pd.DataFrame
    documents: pd.DataFrame
    candidates: pd.DataFrame | None
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]

    def __post_init__(self) -> None:
        for name in ("settings", "provenance"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """Keep the evaluation in one file (a zip archive), written whole or not at all.

        Parameters
        ----------
        path
            Where; by custom with the ending ``.zip``.

        Returns
        -------
        pathlib.Path
            The file. The same evaluation always makes the same bytes.

        Raises
        ------
        SchemaError
            If a column of ``documents`` has a dtype that cannot be kept.
        """
        tables = {"comparisons": self.comparisons, "documents": self.documents}
        if self.candidates is not None:
            tables["candidates"] = self.candidates
        return write_archive(path, tables, {"settings": dict(self.settings), "provenance": dict(self.provenance)})

    @classmethod
    def load(cls, path: "str | os.PathLike[str]") -> Self:
        """Read an evaluation that was kept with :meth:`save`; it equals the one that was saved.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        SchemaError
            If the file is not an evaluation, is damaged, or is of an edition of the metrics this version does not have.
        """
        tables, facts = read_archive(path)
        try:
            settings, provenance = facts["settings"], facts["provenance"]
            spec_version = provenance["spec_version"]
            loaded = cls(tables["comparisons"], tables["documents"], tables.get("candidates"), settings, provenance)
        except (KeyError, TypeError) as error:
            raise SchemaError(not_an_evaluation(path, error)) from error
        if spec_version != SPEC_VERSION:
            message = (
                f"{path} was made by edition {spec_version} of the metrics, and this version has edition "
                f"{SPEC_VERSION}. Evaluate the extractions again."
            )
            raise SchemaError(message)
        return loaded

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Kept):
            return NotImplemented
        return (
            self.settings == other.settings
            and self.provenance == other.provenance
            and _same(self.comparisons, other.comparisons)
            and _same(self.documents, other.documents)
            and _same(self.candidates, other.candidates)
        )

    __hash__ = None  # type: ignore[assignment] # tables are no keys

    def __repr__(self) -> str:
        counts = self.comparisons["outcome"].value_counts().to_dict()
        parts = [f"{counts[name]} {name}" for name in ("correct", "wrong", "missing", "spurious") if name in counts]
        return f"<Evaluation of {len(self.documents)} documents: {', '.join(parts) or 'nothing to compare'}>"

    @cached_property
    def _coded(self) -> Coded:
        return encode_comparisons(self.comparisons, pd.Index(self.documents["document"], dtype=object))

    @property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        return self._coded.columns

    def _count(self, level: str) -> Tally:
        return count_documents(self.comparisons, self._coded, level)


def _same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    if one is None or other is None:
        return one is other
    dtypes = [str(dtype) for dtype in one.dtypes], [str(dtype) for dtype in other.dtypes]
    return bool(one.equals(other)) and list(one.columns) == list(other.columns) and dtypes[0] == dtypes[1]
