"""Views of single comparisons: mistakes, causes, confusion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation._causes import cause_table, confusion_table
from gini_notebook.analysis.evaluation._kept import Kept
from gini_notebook.analysis.evaluation._unread import unread_hints, unread_values
from gini_notebook.analysis.evaluation.encoding import BoolArray
from gini_notebook.analysis.evaluation.mistakes import mistake_table, slots_of_field


@dataclass(frozen=True, eq=False, repr=False)
class Views(Kept):
    """The views that look at single comparisons."""

    def mistakes(self, field: str | None = None, *, outcome: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Give the comparisons to look at.

        Parameters
        ----------
        field
            One field only (``"iban"``, ``"lineItems.baseGross"``).
        outcome
            ``"wrong"``, ``"missing"``, ``"spurious"``, or several of them; all three by default.

        Returns
        -------
        pandas.DataFrame
            Rows of ``comparisons``, with ``difference`` (by how much an amount is off, in its currency; a missing or
            spurious amount is off by all of it), and ``truth_valid`` and ``extracted_valid`` (check digits of an IBAN;
            a wrong one that is valid is the dangerous error). What is off by the most money comes first.

        Raises
        ------
        SettingError
            If there is no such field or outcome.

        Examples
        --------
        >>> result.mistakes("iban", outcome="wrong")  # doctest: +SKIP
        """
        return mistake_table(self.comparisons, self._entities, field, outcome)

    def by_cause(self, field: str | None = None, *, details: bool = False) -> pd.DataFrame:
        """Give how often which cause made a value wrong; the counts of a field add up to its wrong values.

        Parameters
        ----------
        field
            One field only.
        details
            Keep what stands behind the colon: ``one character: substitution 0→O`` instead of ``one character``.

        Returns
        -------
        pandas.DataFrame
            ``group``, ``field``, ``cause``, ``count``, ``share`` of the field's wrong values; most frequent first.

        Raises
        ------
        SettingError
            If there is no such field.
        """
        chosen = np.ones(len(self.comparisons), dtype=bool) if field is None else self._of_field(field)
        return cause_table(self.comparisons, chosen, details=details)

    def confusion(self) -> pd.DataFrame:
        """Give how often the value of one field was extracted as another field of the same document.

        Returns
        -------
        pandas.DataFrame
            One row per field of the truth, one column per field it was extracted as; counts. Only fields that were
            confused are there. Counted are wrong and spurious values.
        """
        return confusion_table(self.comparisons)

    def unread_truth(self) -> list[str]:
        """Name the fields whose truth is in a notation that their rule cannot read; it changes no number.

        Returns
        -------
        list of str
            One line per field, with an example and the remedy: ``31.12.2025`` where a date of the service is
            ``2025-12-31``, ``1.234,56`` where an amount is ``1234.56:EUR``. Such values count as wrong.
        """
        rules = self.provenance["rules"]
        return unread_hints(unread_values(self.comparisons, rules), rules)

    def _of_field(self, field: str) -> BoolArray:
        return slots_of_field(self.comparisons, self._entities, field)
