"""Compares what was extracted with the ground truth. It has never heard of HTTP."""
