"""Matching says which row of a truth table is which row of the extracted table.

Line items have no key that both sides share, so rows are paired by what is in them (M15 of the metrics): as many cells
as possible shall be the same. Every document is solved on its own, all documents in one call.
"""

from gini_notebook.analysis.matching.matching import RowMatching, match_rows
from gini_notebook.analysis.matching.tables import BoolArray, Cells, IntArray

__all__ = ["BoolArray", "Cells", "IntArray", "RowMatching", "match_rows"]
