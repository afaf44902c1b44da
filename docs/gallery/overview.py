"""
The first look
==============

Scores on the left and what became of the values on the right, in the same rows.

Do not conclude anything of documents that failed: they are in the notes, ``result.notes``.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
figure = gini.plots.overview(result)

# %%
# What is drawn is a table:
figure.axes[0].gini_table.head()
