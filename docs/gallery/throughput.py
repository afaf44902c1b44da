"""
How did the run go?
===================

The slope is the rate. Where the curve is flat, nothing was done; ticks at the foot are documents that failed.

Do not conclude the highest rate that is possible: it is the one of this run's settings.
"""

from _data import documents_of

import gini_notebook as gini

documents = documents_of()
axes = gini.plots.throughput(documents)

# %%
# What is drawn is a table:
axes.gini_table.head()
