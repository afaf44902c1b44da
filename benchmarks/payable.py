"""How many invoices could be paid as read: the payable rate with references compared strictly, and in the purpose, too.

Run ``python benchmarks/payable.py CORPUS [--run FOLDER]``, where CORPUS is a folder with ``documents/``. The documents
are its PDFs with an e-invoice inside, which is the truth; the run is the sandbox's, which never looks at it. Every
document whose payment counts otherwise is listed with what was labelled and what was read.
"""

import argparse
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

import gini_notebook as gini
from gini_notebook.analysis.evaluation.summary import PAYMENT_FIELDS

BAD = ("wrong", "missing", "spurious")
Result = Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--run", type=Path, help="keep the run here, and take it from here if there is one")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", gini.TruthWarning)
    folder = arguments.corpus / "documents"
    truth = gini.read_truth(folder)
    truth = truth[truth["document"].str.lower().str.endswith(".pdf")]
    files = {name: folder / name for name in truth["document"].unique()}
    with tempfile.TemporaryDirectory() as place, gini.Sandbox(processing_time_s=0.0) as sandbox:
        batch = gini.process(gini.login(sandbox), files, to=arguments.run or Path(place, "run"))
        results = {name: gini.evaluate(batch, truth, remittance=name) for name in ("strict", "either")}
    for name, result in results.items():
        print_rate(name, result)
    print_changes(results["strict"], results["either"])


def print_rate(name: str, result: Result) -> None:
    rate = result.summary().set_index("metric").loc["payable_rate"]
    fields = result.by_field().set_index("field")
    print(f"{name:8}payable {rate['value']:.4f} [{rate['low']:.4f}, {rate['high']:.4f}] of {rate['of']} documents")
    for field in PAYMENT_FIELDS:
        counts = {outcome: int(fields.loc[field, outcome]) for outcome in ("correct", *BAD)}
        print(f"        {field:18}" + ", ".join(f"{number} {outcome}" for outcome, number in counts.items()))


def payable(result: Result) -> set[str]:
    """Return the documents whose payment is right, as the summary counts them."""
    slots = result.comparisons
    slots = slots[(slots["group"] == "") & slots["field"].isin(PAYMENT_FIELDS)]
    due = slots[slots["truth"].notna()].groupby("document")["field"].agg(set)
    wrong = set(slots.loc[slots["outcome"].isin(BAD), "document"])
    return {name for name, fields in due.items() if {"amountToPay", "iban"} <= fields} - wrong


def print_changes(strict: Result, either: Result) -> None:
    before, after = payable(strict), payable(either)
    sides = [side.comparisons.set_index(["document", "field"]) for side in (strict, either)]
    slots = [side[side["row"] == 0].xs("paymentReference", level="field") for side in sides]
    changed = slots[0]["outcome"] != slots[1]["outcome"].reindex(slots[0].index)
    moves = pd.crosstab(slots[0]["outcome"], slots[1]["outcome"].rename("either"))
    print(f"\nOutcomes of paymentReference, strict by either:\n{moves}\n")
    print(f"{int(changed.sum())} references count otherwise; payable now: {len(after - before)}, no more:", end=" ")
    print(len(before - after))
    for document in slots[0].index[changed]:
        was, now = slots[0].loc[document], slots[1].loc[document]
        paid = {(False, True): "now payable", (True, False): "NO MORE PAYABLE"}.get(
            (document in before, document in after), "payable as before" if document in after else "not payable"
        )
        print(f"  {document[-70:]}: {was['outcome']} -> {now['outcome']}, {paid}")
        print(f"    label {now['truth']!r}, {now['extracted_field']} {now['extracted']!r}")


if __name__ == "__main__":
    main()
