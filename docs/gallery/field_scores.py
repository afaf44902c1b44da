"""
How good is each field?
=======================

Dots are scores, bands are what they may be in truth. The best field stands on top, of those with 30 values or more;
the others are unranked and keep the order of the fields. The dashed line is the average of the header fields, the
solid one a gate.

Do not conclude that one field is better than another whose band overlaps its own, or anything of the unranked fields
below the rule.
"""

from _data import evaluation

import gini_notebook as gini

result = evaluation()
axes = gini.plots.field_scores(result, target=0.9)

# %%
# What is drawn is a table:
axes.gini_table.head()

# %%
# Colours follow the face that is drawn on, and names stand above the marks where there is little room:
from matplotlib import pyplot as plt

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 4.8), facecolor="#12171e")
for axes, metric in ((left, "precision"), (right, "recall")):
    axes.set_facecolor("#12171e")
    gini.plots.field_scores(result, ax=axes, metric=metric)
