"""
Why are values wrong?
=====================

Bars count wrong values by the difference between what was read and the truth; below the rule stand those
without a cause that is known.

Do not conclude anything of values that are missing or spurious: they have no cause here.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.causes(result)

# %%
# What is drawn is a table:
axes.gini_table.head()
