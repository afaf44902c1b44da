"""
How long does it take?
======================

Each step is a document. The dot is the median, the diamond what 95 % keep.

Do not conclude how long it takes at another time of day, or with more documents at once.
"""

from _data import documents_of

import gini_notebook as gini

documents = documents_of().assign(source=lambda table: ["scan" if n % 9 == 0 else "text" for n in range(len(table))])
axes = gini.plots.times(documents, by="source")

# %%
# What is drawn is a table:
axes.gini_table.head()
