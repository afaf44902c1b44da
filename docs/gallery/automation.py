"""
How much could be paid unseen?
==============================

Per rule, from strict to lax, a dot: how many of all documents it keeps, and how many of those have a mistake. The line
goes up to what the share of mistakes may be with 95 % confidence, if documents fail one by one; the cross is the same
if issuers fail as a whole. Filled dots are rules for which the target is shown.

Do not conclude that new issuers do as well: without ``cluster=`` the bound speaks of documents of these issuers. And
a bound from one kind of document says nothing of another.
"""

from _data import two_readings

import gini_notebook as gini

result, one, other = two_readings()
checks = gini.checks(one, second=other)
plan = gini.automation(result, checks, required=("amountToPay", "iban"), target=0.98)
axes = gini.plots.automation(plan)

# %%
# What is drawn is a table:
axes.gini_table.head()
