"""How many planted errors ``check_truth`` puts first.

Run ``python benchmarks/check_truth.py [CORPUS]``. The truth is that of the project's own invoices, and of the PDFs with
an e-invoice inside in CORPUS (a folder with ``documents/``); the run is the sandbox's, which never looks at e-invoices
in PDFs. 200 errors of four kinds are planted into a copy of the truth, and the table is read from the top. Then the
clean truth is checked, and its first 20 rows are printed, to be judged by looking.

``--rows`` plants into cells of line items, too; else into header fields only.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

import pandas as pd

import gini_notebook as gini
from gini_notebook.analysis.rules.dates import swapped
from gini_notebook.analysis.truth.einvoice.line_amounts import ATTRIBUTE, read_each, written_together
from gini_notebook.schema import TRUTH

INVOICES = Path(__file__).resolve().parent.parent / "data" / "invoices"
ERRORS = {"digit": 70, "other document": 60, "swapped date": 30, "neighbour": 40}
SAME_KIND = (
    ("paymentDueDate", "invoiceDate"),
    ("paymentReference", "invoiceId", "paymentPurpose"),
)
FIRST = 300


def truth_and_files(corpus: Path | None) -> tuple[pd.DataFrame, dict[str, Path]]:
    own = gini.read_truth(INVOICES / "truth.jsonl")
    own = own[~own["field"].isin(["layout", "quality", "language"])]
    tables, lines, files = [own], {}, {name: INVOICES / name for name in own["document"].unique()}
    if corpus is not None:
        theirs = gini.read_truth(corpus / "documents")
        theirs = theirs[theirs["document"].str.lower().str.endswith(".pdf")]
        lines = {f"corpus/{name}": stated for name, stated in read_each(theirs.attrs.get(ATTRIBUTE)).items()}
        tables.append(theirs.assign(document="corpus/" + theirs["document"]))
        files |= {f"corpus/{name}": corpus / "documents" / name for name in theirs["document"].unique()}
    whole = pd.concat(tables, ignore_index=True)
    whole.attrs[ATTRIBUTE] = written_together(lines)
    return whole, files


def plant(truth: pd.DataFrame, chance: random.Random, *, rows: bool) -> tuple[pd.DataFrame, dict[int, str]]:
    """Return a copy with errors, and by index of the row what was planted there."""
    wrong, planted = truth.copy(), {}
    at = list(truth.index[truth["value"].notna() & ((truth["group"] == "") | rows)])
    for kind, wanted in ERRORS.items():
        chance.shuffle(at)
        for index in at:
            if sum(one == kind for one in planted.values()) == wanted:
                break
            if index not in planted and (value := ERROR_OF[kind](truth, index, chance)) is not None:
                wrong.loc[index, "value"] = value
                planted[index] = kind
    return wrong, planted


def wrong_digit(truth: pd.DataFrame, index: int, chance: random.Random) -> str | None:
    value, field = truth.loc[index, "value"], truth.loc[index, "field"]
    places = [at for at, mark in enumerate(value) if mark.isdigit()]
    if len(places) < 2 or field.endswith("Date"):
        return None
    at = chance.choice(places)
    return value[:at] + chance.choice([digit for digit in "0123456789" if digit != value[at]]) + value[at + 1 :]


def of_other_document(truth: pd.DataFrame, index: int, chance: random.Random) -> str | None:
    row = truth.loc[index]
    same = truth[(truth["field"] == row["field"]) & (truth["group"] == row["group"]) & truth["value"].notna()]
    others = sorted(set(same["value"]) - {row["value"]})
    return chance.choice(others) if others and row["field"] != "docType" else None


def swapped_date(truth: pd.DataFrame, index: int, _: random.Random) -> str | None:
    row = truth.loc[index]
    other = swapped(row["value"]) if row["field"].endswith("Date") else None
    return other if other != row["value"] else None


def neighbour(truth: pd.DataFrame, index: int, chance: random.Random) -> str | None:
    """Return another value of the same kind and document: a date for a date, a price of a row for an amount."""
    row = truth.loc[index]
    same = truth[(truth["document"] == row["document"]) & truth["value"].notna() & (truth["value"] != row["value"])]
    for fields in SAME_KIND:
        if row["field"] in fields:
            same = same[same["field"].isin(fields)]
            return chance.choice(sorted(same["value"])) if len(same) else None
    if row["field"] != "amountToPay":
        return None
    prices = same[same["field"] == "baseGross"]["value"]
    return chance.choice(sorted(prices)) if len(prices) else None


ERROR_OF = {
    "digit": wrong_digit,
    "other document": of_other_document,
    "swapped date": swapped_date,
    "neighbour": neighbour,
}


def ranks(table: pd.DataFrame, truth: pd.DataFrame, planted: dict[int, str]) -> dict[int, int]:
    key = list(TRUTH.key)[:4]
    by_place = {tuple(row): rank for *row, rank in table[[*key, "rank"]].itertuples(index=False)}
    return {index: by_place.get(tuple(truth.loc[index, key]), len(table) + 1) for index in planted}


def report(truth: pd.DataFrame, planted: dict[int, str], found: dict[int, int]) -> None:
    print(f"{'planted':16}{'number':>8}{f'first {FIRST}':>12}{'share':>8}{'first 200':>12}{'median rank':>13}")
    for kind, number in Counter(planted.values()).items():
        places = pd.Series([found[index] for index, one in planted.items() if one == kind])
        first = int((places <= FIRST).sum())
        print(
            f"{kind:16}{number:8}{first:12}{first / number:8.1%}{int((places <= 200).sum()):12}{places.median():13.0f}"
        )
    missed = [index for index in planted if found[index] > FIRST]
    print(f"\nNot among the first {FIRST}: {len(missed)}")
    for index in missed:
        document, group, _, field, value = truth.loc[index, [*TRUTH.key[:4], "value"]]
        print(f"  {planted[index]:16}{found[index]:6} {document[:60]} {group} {field}: {value!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--run", type=Path, help="keep the run here, and take it from here if there is one")
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    truth, files = truth_and_files(arguments.corpus)
    with tempfile.TemporaryDirectory() as folder, gini.Sandbox(processing_time_s=0.0) as sandbox:
        batch = gini.process(gini.login(sandbox), files, to=arguments.run or Path(folder, "run"))
        wrong, planted = plant(truth, random.Random(arguments.seed), rows=arguments.rows)
        header = int((truth["group"] == "").sum())
        print(f"{len(truth)} labels ({header} in header fields) of {truth['document'].nunique()} documents\n")
        for name, with_run in (("with the run", batch), ("words alone", None)):
            started = time.perf_counter()
            table = gini.check_truth(wrong, with_run, files)
            print(f"{name}: {len(table)} rows, {table.attrs['words']} documents with words,", end=" ")
            print(f"{time.perf_counter() - started:.1f} s")
            report(wrong, planted, ranks(table, wrong, planted))
            usual = table.head(FIRST).groupby(["check", "group", "field"]).size().sort_values(ascending=False).head(12)
            print("\n".join(f"  {number:4} {' '.join(place)}" for place, number in usual.items()), "\n")
        clean = gini.check_truth(truth, batch, files)
    print(f"The clean truth: {len(clean)} rows; the first 20:")
    for row in clean.head(20).itertuples():
        print(f"{row.rank:3} {row.check:15}{row.document[-50:]} {row.group} {row.row} {row.field}: {row.value!r}")
        print(f"     {row.found}\n     {row.suggestion}")


if __name__ == "__main__":
    main()
