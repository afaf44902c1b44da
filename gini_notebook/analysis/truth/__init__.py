"""Ground truth: what the fields of documents really hold, read from wherever somebody wrote it down.

:func:`read_truth` reads it, :func:`write_truth` writes it; between them lies one table,
:data:`gini_notebook.schema.TRUTH`.
"""

from gini_notebook.analysis.truth.reading import read_truth
from gini_notebook.analysis.truth.writing import write_truth

__all__ = ["read_truth", "write_truth"]
