"""
Better or worse?
================

Left are both scores, right is the difference, with the interval of pairs of the same documents. Only evidence
has colour.

Do not conclude that grey means equal: it means that these documents cannot tell.
"""

from _data import evaluation

import gini_notebook as gini

first, second = evaluation(), evaluation(seed=1, skill=0.99)
compared = gini.compare(first, second)
axes = gini.plots.comparison(compared)

# %%
# What is drawn is a table:
axes.gini_table.head()
