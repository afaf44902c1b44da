"""
What became of the values?
==========================

Each strip is all of a field's values; the numbers in it count them. ``share=False`` makes strips as long as
there are values.

Do not conclude that what is missing was not read: with candidates, see whether it was read and another value
chosen.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.outcomes(result)

# %%
# What is drawn is a table:
axes.gini_table.head()
