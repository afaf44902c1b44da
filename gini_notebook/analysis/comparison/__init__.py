"""Compare two evaluations of the same documents: is the second run better than the first, and where.

>>> import pandas as pd
>>> from gini_notebook.analysis.evaluation import evaluate
>>> truth = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "field": "iban", "value": ["DE1", "DE2"]})
>>> before = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "field": "iban", "value": ["DE1", "DE3"]})
>>> comparison = compare(evaluate(before, truth), evaluate(truth, truth))
>>> comparison.changes()[["document", "extracted_a", "extracted_b", "change"]].values.tolist()
[['b.pdf', 'DE3', 'DE2', 'fixed']]
"""

from gini_notebook.analysis.comparison.agreement import compare_truth
from gini_notebook.analysis.comparison.comparison import Comparison, compare

__all__ = ["Comparison", "compare", "compare_truth"]
