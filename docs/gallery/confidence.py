"""
From where on can we trust?
===========================

From left to right more values are kept, the surest first; the curve is the share of wrong ones among them. The
dot is the threshold that was chosen on one half of the documents; the sentence below says what the other half
says.

Do not conclude a threshold from this curve by eye: it was not tried on other documents. The service delivers no
confidence; tables of your own may.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.confidence(result, target=0.95, zoom=True)

# %%
# What is drawn is a table:
axes.gini_table.head()
