"""
Where do documents go wrong together?
=====================================

Each row is a set of mistakes that documents have in common, the bar counts them, and the text says of which
slice most are.

Do not conclude that a set of mistakes has one cause: it is a place to begin looking.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.patterns(result, by="source")

# %%
# What is drawn is a table:
axes.gini_table.head()
