"""Talks to Gini: client, accounts, many documents at once. It has never heard of ground truth."""
