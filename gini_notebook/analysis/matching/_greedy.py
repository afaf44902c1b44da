"""A good, not always the best, pairing for tables that are too large to solve."""

import numpy as np

from gini_notebook.analysis.matching._pairs import Sides
from gini_notebook.analysis.matching._tables import IntArray


def greedy(sides: Sides, mine: IntArray, theirs: IntArray) -> tuple[IntArray, IntArray]:
    """Pair rows by falling weight; among equals the nearer, then the lower extracted row.

    Needs memory for one row against all, and time for a few passes over all pairs.
    """
    free = np.ones(len(theirs), np.bool_)
    places = sides.extracted.place[theirs]
    lefts, rights = [], []
    bound = np.array([int(sides.weight(row, theirs).max()) for row in mine])
    while (level := int(bound.max(initial=0))) > 0:
        for index in np.flatnonzero(bound == level).tolist():
            row = mine[index]
            weight = np.where(free, sides.weight(row, theirs), 0)
            bound[index] = weight.max()
            if bound[index] < level:
                continue
            best = np.flatnonzero(weight == level)
            place = best[np.argmin(np.abs(places[best] - sides.truth.place[row]))]
            free[place] = False
            bound[index] = 0
            lefts.append(row)
            rights.append(theirs[place])
    return np.array(lefts, np.int64), np.array(rights, np.int64)
