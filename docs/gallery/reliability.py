"""
Are confidences honest?
=======================

Where dots lie on the diagonal, of values with a confidence of 0.9 nine in ten are right. Ticks at the foot are
the edges of the bins.

Do not conclude that a bin is off whose band touches the diagonal.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.reliability(result)

# %%
# What is drawn is a table:
axes.gini_table.head()
