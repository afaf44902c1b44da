"""Compare extractions with the ground truth: one pass makes the comparisons, every number is a view of them.

>>> import pandas as pd
>>> truth = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "field": "iban", "value": ["DE1", "DE2"]})
>>> result = evaluate(truth, truth)
>>> result.by_field().loc[0, ["field", "support", "f1"]].tolist()
['iban', 2, 1.0]
"""

from gini_notebook.evaluation._evaluate import evaluate
from gini_notebook.evaluation._result import SPEC_VERSION, Evaluation

__all__ = ["SPEC_VERSION", "Evaluation", "evaluate"]
