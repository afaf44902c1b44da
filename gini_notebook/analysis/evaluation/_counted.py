"""Counts per document, and what is made of nothing but them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.counts import LEVELS, Tally, resampled
from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray
from gini_notebook.errors import SettingError
from gini_notebook.schema import dotted


class Counted(ABC):
    """Something whose comparisons can be counted per document.

    Attributes
    ----------
    documents
        One row per document, in the order of the counts.
    settings, provenance
        As :class:`gini_notebook.Evaluation` says.
    """

    documents: pd.DataFrame
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]

    @property
    @abstractmethod
    def _columns(self) -> tuple[tuple[str, str], ...]:
        """``(group, field)`` of every column of the comparisons."""

    @abstractmethod
    def _count(self, level: str) -> Tally:
        """Count at a level."""

    def tally(self, level: str = "typed", *, answered_only: bool = False) -> Tally:
        """Give the counts per document and column, of whose sums every score is made; counted once and remembered.

        Parameters
        ----------
        level
            ``"raw"``, ``"typed"`` or ``"lenient"``.
        answered_only
            Leave out the documents that failed.

        Raises
        ------
        SettingError
            If there is no such level.
        """
        if level not in LEVELS:
            message = f"There is no level {level!r}; choose one of {', '.join(LEVELS)}."
            raise SettingError(message)
        key = ("tally", level, answered_only)
        if key not in self._memory:
            whole = self.tally(level) if answered_only else self._count(level)
            self._memory[key] = whole.of(self._answered) if answered_only else whole
        known: Tally = self._memory[key]
        return known

    def _draws(self, level: str, *, answered_only: bool = False) -> FloatArray:
        """Give draws × columns × counts of the document bootstrap; drawn once and remembered."""
        key = ("draws", level, answered_only)
        if key not in self._memory:
            counted = self.tally(level, answered_only=answered_only)
            self._memory[key] = resampled(counted, self.settings["seed"])
        known: FloatArray = self._memory[key]
        return known

    @cached_property
    def _memory(self) -> dict[tuple[str, str, bool], Any]:
        return {}

    @cached_property
    def _answered(self) -> BoolArray:
        return np.asarray(self.documents["answered"].to_numpy(dtype=bool))

    @cached_property
    def _entities(self) -> dict[tuple[str, str], str]:
        return {column: self.provenance["rules"][dotted(*column)]["name"] for column in self._columns}

    def _places(self, field: str | None) -> IntArray:
        """Give the places of the columns of a field, or of all header fields."""
        columns: list[Any] = list(self._columns)
        if field is None:
            return np.array([place for place, (group, _) in enumerate(columns) if not group], dtype=np.int64)
        places = [place for place, name in enumerate(columns) if field in (name[1], dotted(*name))]
        if not places:
            known = ", ".join(dotted(*name) for name in columns) or "none"
            message = f"There is no field {field!r} in this evaluation. There are: {known}."
            raise SettingError(message)
        return np.array(places, dtype=np.int64)
