"""The history of runs: what each came to, in one line of a file, and whether a number moves by more than chance.

The unit of all limits is the document, as for intervals: values of one document fail together, and limits from values
as if each were alone raise an alarm for every fifth run of which nothing has changed.
"""

from gini_notebook.analysis.history.runs import History, history

__all__ = ["History", "history"]
