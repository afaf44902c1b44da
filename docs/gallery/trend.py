"""
Does it move?
=============

Each dot is a run with its interval. The lines are the centre and the limits that 995 of 1000 runs keep if
nothing changes; runs outside have a cross.

Do not conclude why a run is outside, or that all is well inside: a small change needs many runs to be seen.
"""

from _data import monthly_runs

import gini_notebook as gini

history = gini.history(monthly_runs(), by="given", metrics=["payable_rate"])
axes = gini.plots.trend(history, "payable_rate")

# %%
# What is drawn is a table:
axes.gini_table.head()
