"""Labelling: which labels to look at again, and which documents to label next.

:func:`check_labels` compares the labels of a truth with each other, with the words of the documents and with what a run
read; :func:`to_label` draws the documents whose labels would tell most. Neither changes a label.
"""

from gini_notebook.analysis.labelling.check import check_labels
from gini_notebook.analysis.labelling.sampling import to_label

__all__ = ["check_labels", "to_label"]
