"""
Is any slice special?
=====================

Each dot is an issuer. Between the outer lines lie 998 of 1000 slices of that size if only chance makes them
differ; those outside are named.

Do not conclude a rank: within the lines, the first and the last differ by chance.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.slices(result, "issuer")

# %%
# What is drawn is a table:
axes.gini_table.head()
