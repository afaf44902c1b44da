"""Compare extractions with the ground truth: one pass makes the comparisons, every number is a view of them.

>>> import pandas as pd
>>> values = ["DE89370400440532013000", "DE02120300000000202051"]
>>> truth = pd.DataFrame({"document": ["a.pdf", "b.pdf"], "field": "iban", "value": values})
>>> result = evaluate(truth, truth)
>>> result
<Evaluation of 2 documents: 2 correct>
· 1 field rests on fewer than 30 values and is not ranked: iban (2).
"""

from gini_notebook.analysis.evaluation.evaluate import evaluate
from gini_notebook.analysis.evaluation.evaluation import Evaluation
from gini_notebook.analysis.evaluation.partitioned import PartitionedEvaluation
from gini_notebook.analysis.evaluation.settings import SPEC_VERSION

__all__ = ["SPEC_VERSION", "Evaluation", "PartitionedEvaluation", "evaluate"]
