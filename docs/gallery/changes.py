"""
Who was fixed, who broke?
=========================

To the right are values that only the second run has right, to the left those that only the first has.

Do not conclude that the longer side wins by more than chance: see the comparison.
"""

from _data import evaluation

import gini_notebook as gini

first, second = evaluation(), evaluation(seed=1, skill=0.99)
compared = gini.compare(first, second)
axes = gini.plots.changes(compared)

# %%
# What is drawn is a table:
axes.gini_table.head()
