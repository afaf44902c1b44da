"""Tables as people keep them: for each file what a perfect run scores, what was noted, or how it is refused.

Run: ``python benchmarks/truth_tables.py [FOLDER]``. The folder holds the files and ``expected.json``: what a person
would read in each. Exits with 1 if a perfect run is marked somewhere and no note names the column.
"""

import json
import sys
import warnings
from pathlib import Path

import pandas as pd

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.truth import read_truth
from gini_notebook.errors import GiniError

FOLDER = Path(__file__).parents[2] / "shared" / "cases" / "tables"


def perfect_run(expected: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return what a run delivers that reads everything right."""
    rows = [(document, name, value) for document, fields in expected.items() for name, value in fields.items()]
    return pd.DataFrame(rows, columns=["document", "field", "value"])


def verdict(path: Path, expected: dict[str, dict[str, str]]) -> tuple[str, str]:
    """Return ``perfect``, ``noted``, ``silent`` or ``refused``, and what is to be known."""
    try:
        truth = read_truth(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = evaluate(perfect_run(expected), truth)
    except GiniError as error:
        return "refused", str(error)
    notes = getattr(result, "notes", ()) or truth.notes
    said = " ".join(f"{note.kind}[{note.count}] {note.text}" for note in notes)
    marked = result.mistakes()
    labelled = {(row.document, row.field) for row in truth.itertuples()}
    lost = {(document, name) for document, fields in expected.items() for name in fields} - labelled
    if marked.empty and not lost:
        return "perfect", said
    fields = {*marked["field"], *(name for _, name in lost)}
    return ("noted" if all(name in said for name in fields) else "SILENT"), f"{sorted(fields)} · {said}"


def main() -> int:
    """Print a line per file, and the counts."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if not (folder / "expected.json").is_file():
        print(f"There are no tables in {folder}.")
        return 0
    counts: dict[str, int] = {}
    for name, entry in json.loads((folder / "expected.json").read_text(encoding="utf-8")).items():
        what, text = verdict(folder / name, entry["expected"])
        counts[what] = counts.get(what, 0) + 1
        print(f"{what:8} {name:32} {text[:400]}")
    print(counts)
    return int("SILENT" in counts)


if __name__ == "__main__":
    sys.exit(main())
