"""
Not read, or not chosen?
========================

The first dot is how often the right value stands first in its list of candidates, the last how often it is
there at all. What lies right of the last was not read.

Do not conclude how good the extraction is: fields without candidates are not here, and of a field more values may
be right than are found among its candidates, since what is computed or joined from parts of the page has none.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.candidates(result)

# %%
# What is drawn is a table:
axes.gini_table.head()
