"""Why values are wrong (M17 of the metrics), and whose value was taken instead."""

import numpy as np
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import BoolArray
from gini_notebook.schema import COUNT, TEXT, dotted

CAUSES_COLUMNS = ("group", "field", "cause", "count", "share")


def cause_table(comparisons: pd.DataFrame, chosen: BoolArray, *, details: bool) -> pd.DataFrame:
    """Write the table of ``Evaluation.by_cause``."""
    wrong = comparisons[(comparisons["outcome"] == "wrong").to_numpy(dtype=bool) & chosen]
    cause = wrong["cause"] if details else wrong["cause"].str.split(":", n=1).str[0]
    counts = wrong.assign(cause=cause).groupby(["group", "field", "cause"], sort=True).size().reset_index(name="count")
    table = counts.sort_values(["group", "field", "count"], ascending=[True, True, False], kind="stable")
    total = table.groupby(["group", "field"])["count"].transform("sum")
    table["share"] = (table["count"] / total).astype("float64")
    types = {"group": TEXT, "field": TEXT, "cause": TEXT, "count": COUNT}
    return table[list(CAUSES_COLUMNS)].astype(types).reset_index(drop=True)


def confusion_table(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Write the table of ``Evaluation.confusion``: values of which field were extracted as which other field.

    Rules differ in whether they fold case, so values of different fields are compared without it.
    """
    name = np.array(
        [dotted(*pair) for pair in zip(comparisons["group"], comparisons["field"], strict=True)], dtype=object
    )
    base = {"document": comparisons["document"], "row": comparisons["row"].to_numpy()}
    truth = pd.DataFrame({**base, "value": comparisons["truth_canonical"].str.lower(), "truth_field": name})
    off = comparisons["outcome"].isin(["wrong", "spurious"]).to_numpy(dtype=bool)
    found = pd.DataFrame({**base, "value": comparisons["extracted_canonical"].str.lower(), "extracted_as": name})[off]
    met = found.dropna().merge(truth.dropna(), on=["document", "value"], suffixes=("", "_truth"))
    met = met[met["truth_field"] != met["extracted_as"]]
    met = met.drop_duplicates(["document", "row", "extracted_as", "truth_field"])
    return pd.crosstab(met["truth_field"], met["extracted_as"]).astype("int64")
