"""What was fixed and what was broken, value by value and document by document."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation import Evaluation
from gini_notebook.schema import TEXT

CHANGES = ("fixed", "broken")
KEY = ["document", "group", "row", "field"]
_RIGHT = ("correct", "absent")
_JUDGED = ("correct", "wrong", "missing", "spurious", "absent")


def slots(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Give the slots that only one run has right.

    A slot without a truth row that a run left alone has no comparison in it; that is the same as ``absent``.
    """
    shown = [*KEY, "truth", "extracted", "outcome"]
    sides = [side.loc[_in_truth(side), shown] for side in (first, second)]
    both = sides[0].merge(sides[1], on=KEY, how="outer", suffixes=("_a", "_b"), sort=True)
    for name in ("outcome_a", "outcome_b"):
        both[name] = both[name].fillna("absent")
    both["truth"] = both["truth_a"].fillna(both["truth_b"])
    right = [both[name].isin(_RIGHT).to_numpy() for name in ("outcome_a", "outcome_b")]
    judged = both["outcome_a"].isin(_JUDGED).to_numpy() & both["outcome_b"].isin(_JUDGED).to_numpy()
    changed = (right[0] != right[1]) & judged
    both["change"] = pd.array(np.where(right[1], *CHANGES), dtype=TEXT)
    told = [*KEY, "truth", "extracted_a", "extracted_b", "outcome_a", "outcome_b", "change"]
    return both.loc[changed, told].reset_index(drop=True)


def _in_truth(side: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which slots are those of header fields, or of rows that the truth has."""
    stated = side["truth"].notna().to_numpy().copy()
    compound = np.flatnonzero((side["group"] != "").to_numpy(dtype=bool))
    rows = side.iloc[compound].groupby(["document", "group", "row"], sort=False).ngroup().to_numpy()
    stated[compound] = np.bincount(rows, weights=stated[compound])[rows] > 0
    stated |= (side["group"] == "").to_numpy(dtype=bool)
    return np.asarray(stated)


def documents(first: Evaluation, second: Evaluation, changes: pd.DataFrame) -> pd.DataFrame:
    """Give one row per document: was it, is it perfect, and how many values changed."""
    names = first.documents["document"]
    table = pd.DataFrame({"document": names})
    perfect = [perfect_documents(side) for side in (first, second)]
    for name, side in zip(("perfect_a", "perfect_b"), perfect, strict=True):
        table[name] = pd.array(names.map(side), dtype="boolean")
    counts = changes.groupby(["document", "change"]).size()
    for change in CHANGES:
        of_change = counts.xs(change, level="change") if change in changes["change"].to_numpy() else {}
        table[change] = pd.array(names.map(of_change).fillna(0).astype("int64"), dtype="Int64")
    before, after = (table[name].fillna(False).to_numpy(dtype=bool) for name in ("perfect_a", "perfect_b"))
    judged = table["perfect_a"].notna().to_numpy() & table["perfect_b"].notna().to_numpy()
    kinds = np.where(after, *CHANGES).astype(object)
    kinds[(before == after) | ~judged] = pd.NA
    table["change"] = pd.array(kinds, dtype=TEXT)
    return table


def perfect_documents(result: Evaluation) -> dict[str, bool]:
    """Tell of every document with a labelled required field whether nothing in them is wrong, missing or spurious."""
    comparisons = result.comparisons
    wanted = (comparisons["group"] == "") & comparisons["outcome"].isin(_JUDGED)
    if result.settings["required"] is not None:
        wanted &= comparisons["field"].isin(result.settings["required"])
    chosen = comparisons[wanted.to_numpy(dtype=bool)]
    right = chosen["outcome"].isin(_RIGHT).to_numpy(dtype=bool)
    verdicts = pd.Series(right, dtype=bool).groupby(chosen["document"].to_numpy(dtype=object)).all()
    return {str(name): bool(verdict) for name, verdict in verdicts.items()}
