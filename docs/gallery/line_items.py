"""
Rows or cells?
==============

The first strip counts rows that were found, missed and invented; those below the rule count cells.

Do not conclude that a column is read badly whose cells are missing because their rows are.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.line_items(result)

# %%
# What is drawn is a table:
axes.gini_table.head()
