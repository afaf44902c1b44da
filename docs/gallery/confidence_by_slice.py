"""
Does a threshold hold everywhere?
=================================

Each dot is the precision of what is kept in a slice at the threshold of all, the band reaches down to its one-
sided bound, and the word says whether it reaches the target.

Do not conclude anything of grey slices: they have fewer than 30 values.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
slices = result.confidence_by_slice("source", target=0.9)
axes = gini.plots.confidence_by_slice(slices)

# %%
# What is drawn is a table:
axes.gini_table.head()
