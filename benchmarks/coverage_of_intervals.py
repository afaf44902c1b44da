"""Do intervals hold as often as they say? Simulated over a grid, and over cells drawn at random that nobody tuned on.

    make coverage-of-intervals            # everything, 2,000 runs a cell
    python benchmarks/coverage_of_intervals.py --runs 300 --part grid --fields 8
    python benchmarks/coverage_of_intervals.py --table           # what is known so far

Every finished cell is a line of JSON in a file, and is not computed again: the script can be stopped at any time and
goes on where it was. Documents have slots of which a share is wrong; a part of the documents ("fate") has one fate for
all its slots, the slots of the others are independent. With fewer than 2,000 runs a cell falls short only if it does so
by more than two standard errors.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gini_notebook.analysis.statistics import (
    clopper_pearson,
    difference_interval,
    losses,
    paired_influence,
    share_interval,
    share_intervals,
    sign_flip_p,
    wilson,
)
from gini_notebook.analysis.statistics.document_intervals import Losses

Cell = dict[str, Any]
Array = npt.NDArray[np.float64]
FIELDS = (2, 8)
DOCUMENTS = (20, 50, 100, 200, 1000)
RATES = (0.8, 0.95, 0.97, 0.99, 0.999)
FATES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
RANDOM_CELLS = 60
PERMUTATIONS = 1_999
FULL_RUNS = 2_000
# What an issue asks for: coverage, and how often the lower limit may lie above the truth.
GOALS = {"grid": (0.94, 0.035), "random": (0.93, 0.05), "issuers": (0.94, 0.05)}


def grid() -> Iterator[Cell]:
    for fields in FIELDS:
        for documents in DOCUMENTS:
            for rate in RATES:
                for fate in FATES:
                    yield {"part": "grid", "fields": fields, "documents": documents, "rate": rate, "fate": fate}


def random_cells() -> Iterator[Cell]:
    """Draw cells nobody tuned on; the seed is fixed so that runs go on with the same ones."""
    random = np.random.default_rng(20_260)
    for _ in range(RANDOM_CELLS):
        yield {
            "part": "random",
            "fields": int(random.integers(1, 16)),
            "documents": round(float(np.exp(random.uniform(np.log(12), np.log(1_500))))),
            "rate": round(1 - float(np.exp(random.uniform(np.log(0.0008), np.log(0.4)))), 4),
            "fate": round(float(random.random()), 2),
        }


def issuers() -> Iterator[Cell]:
    for count in (10, 20, 60):
        for rate in (0.9, 0.97):
            for clustered in (True, False):
                yield {
                    "part": "issuers",
                    "issuers": count,
                    "documents": 200,
                    "fields": 8,
                    "rate": rate,
                    "cluster": clustered,
                }


def differences() -> Iterator[Cell]:
    for documents in (20, 50, 200):
        for rates in ((0.8, 0.8), (0.98, 0.98), (0.9, 0.95), (0.97, 0.99)):
            for fates in ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (1.0, 0.0)):
                yield {"part": "differences", "fields": 8, "documents": documents, "rates": rates, "fates": fates}


def thresholds() -> Iterator[Cell]:
    for documents in (100, 400):
        for fate in (0.0, 0.5, 1.0):
            for rate in (0.94, 0.949, 0.951, 0.96):
                yield {"part": "thresholds", "fields": 4, "documents": documents, "rate": rate, "fate": fate}


PARTS: dict[str, Callable[[], Iterator[Cell]]] = {
    "grid": grid,
    "random": random_cells,
    "issuers": issuers,
    "differences": differences,
    "thresholds": thresholds,
}


def wrong_slots(random: np.random.Generator, documents: int, fields: int, rate: float, fate: float) -> Array:
    """Return how many slots of each document are wrong."""
    together = random.random(documents) < fate
    single = random.binomial(fields, 1 - rate, documents)
    return np.where(together, fields * random.binomial(1, 1 - rate, documents), single).astype(np.float64)


def coverage(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Simulate one cell of the grid: how often the interval of micro recall holds the rate."""
    documents, fields, rate = cell["documents"], cell["fields"], cell["rate"]
    drawn = [np.sort(wrong_slots(random, documents, fields, rate, cell["fate"])) for _ in range(runs)]
    size = np.full(documents, float(fields))
    ends = _intervals([losses(loss, size) for loss in drawn])
    wrong = np.array([loss.sum() for loss in drawn])
    return _held(ends, rate) | _widths(ends, _references(wrong, documents, fields, cell["fate"]))


def _intervals(given: Sequence[Losses], level: float = 0.95) -> Array:
    """Return the limits of many scores: runs × (low, high). The same losses are looked at once."""
    keys = [one.loss.tobytes() + one.size.tobytes() for one in given]
    first = {key: at for at, key in reversed(list(enumerate(keys)))}
    distinct = list(first)
    ends = np.array(share_intervals([given[first[key]] for key in distinct], level=level)).T
    place = {key: at for at, key in enumerate(distinct)}
    return np.asarray(ends[[place[key] for key in keys]])


def _references(wrong: Array, documents: int, fields: int, fate: float) -> Array:
    """Return the widths of the intervals that know how mistakes hang together; NaN where none does."""
    if fate == 0:
        low, high = clopper_pearson(documents * fields - wrong, np.full(len(wrong), documents * fields))
    elif fate == 1:
        low, high = wilson(documents - wrong / fields, np.full(len(wrong), documents))
    else:
        return np.full(len(wrong), np.nan)
    return np.asarray(high - low)


def _held(ends: Array, truth: float) -> Cell:
    low, high = ends.T
    inside = (low <= truth + 1e-12) & (truth - 1e-12 <= high)
    return {"coverage": float(inside.mean()), "low_above": float((low > truth + 1e-12).mean())}


def _widths(ends: Array, references: Array) -> Cell:
    width = float((ends[:, 1] - ends[:, 0]).mean())
    known = references[~np.isnan(references)]
    return {"width": width, "reference": float(known.mean()) if len(known) else None}


def coverage_of_issuers(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Simulate issuers that have a rate each: documents are units, or issuers are."""
    fields, mean = cell["fields"], cell["rate"]
    ends = []
    for _ in range(runs):
        rates = random.beta(6 * mean, 6 * (1 - mean), cell["issuers"])
        issuer = random.integers(0, cell["issuers"], cell["documents"])
        loss = random.binomial(fields, 1 - rates[issuer]).astype(np.float64)
        size = np.full(cell["documents"], float(fields))
        if cell["cluster"]:
            loss, size = (np.bincount(issuer, weights=part) for part in (loss, size))
        ends.append(share_interval(loss, size))
    return _held(np.array(ends), mean) | {"width": float(np.mean([high - low for low, high in ends]))}


def coverage_of_differences(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Simulate two runs: how often test and interval say that they differ, and how often the interval holds."""
    documents, fields, true = cell["documents"], cell["fields"], cell["rates"][1] - cell["rates"][0]
    size = np.full(documents, float(fields))
    seen = np.zeros(4)
    for run in range(runs):
        right = [
            size - wrong_slots(random, documents, fields, rate, fate)
            for rate, fate in zip(cell["rates"], cell["fates"], strict=True)
        ]
        low, high = difference_interval(paired_influence((right[0], size), (right[1], size)))
        p = sign_flip_p(right[0][:, None], right[1][:, None], lambda sums: sums, permutations=PERMUTATIONS, seed=run)[0]
        apart, likely = not low <= 0 <= high, p < 0.05
        seen += [low - 1e-12 <= true <= high + 1e-12, apart, likely, apart and not likely]
    names = ("coverage", "interval_excludes_0", "test_below_05", "interval_alone")
    return dict(zip(names, (seen / runs).tolist(), strict=True))


def verdicts_of_thresholds(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Let confidences tell nothing, and count how often 0.95 is confirmed or refuted."""
    said = np.zeros(2)
    for _ in range(runs):
        low, high = np.nan, np.nan
        halves = []
        for _half in range(2):
            wrong = wrong_slots(random, cell["documents"] // 2, cell["fields"], cell["rate"], cell["fate"])
            halves.append((wrong, np.full(len(wrong), float(cell["fields"]))))
        # Without information any threshold is as good; what is checked is the bound on the half it was not chosen on.
        if share_interval(*halves[0], level=0.9)[0] >= 0.95:
            low, high = share_interval(*halves[1], level=0.9)
        else:
            high = share_interval(*halves[1], level=0.9)[1]
        said += [low >= 0.95, high < 0.95]
    confirmed, refuted = (said / runs).tolist()
    false = confirmed if cell["rate"] < 0.95 else refuted
    return {"confirmed": confirmed, "refuted": refuted, "false": false}


SIMULATIONS: dict[str, Callable[[Cell, int, np.random.Generator], Cell]] = {
    "grid": coverage,
    "random": coverage,
    "issuers": coverage_of_issuers,
    "differences": coverage_of_differences,
    "thresholds": verdicts_of_thresholds,
}


def key_of(cell: Cell, runs: int) -> str:
    return json.dumps([cell, runs], sort_keys=True)


def known_cells(path: Path) -> dict[str, Cell]:
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {key_of(line["cell"], line["runs"]): line for line in lines}


def simulate(cells: list[Cell], runs: int, path: Path) -> None:
    """Simulate what is not known yet; every cell has a seed of its own, so that the order does not matter."""
    done = known_cells(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for number, cell in enumerate(cells, 1):
        key = key_of(json.loads(json.dumps(cell)), runs)
        if key in done:
            continue
        begun = time.process_time()
        random = np.random.default_rng(list(key.encode()))
        found = SIMULATIONS[cell["part"]](cell, runs, random)
        found["seconds"] = round(time.process_time() - begun, 2)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"cell": cell, "runs": runs} | found) + "\n")
        print(f"{number}/{len(cells)} {cell} {found}", flush=True)


def print_table(path: Path) -> bool:
    """Print what is known, name the cells that fall short, and return whether there are none."""
    lines = list(known_cells(path).values())
    short = []
    for part in PARTS:
        of_part = [line for line in lines if line["cell"]["part"] == part]
        if not of_part:
            continue
        runs = sorted({line["runs"] for line in of_part})
        print(
            f"\n## {part}: {len(of_part)} cells, {runs} runs, {sum(line['seconds'] for line in of_part):.0f} s of CPU"
        )
        for line in of_part:
            if not _good(line):
                short.append(line)
                print(f"  short: {line['cell']} {_said(line)}")
        _summary(part, of_part)
    return not short


def _good(line: Cell) -> bool:
    part, runs = line["cell"]["part"], line["runs"]
    slack = 2 * (0.05 * 0.95 / runs) ** 0.5
    fewer = 0.0 if runs >= FULL_RUNS else slack
    if part in GOALS:
        if line["cell"].get("cluster") is False:
            return True
        least, most = GOALS[part]
        return bool(line["coverage"] >= least - fewer and line["low_above"] <= most + fewer)
    if part == "thresholds":
        return bool(line["false"] <= 0.05 + slack)
    null = line["cell"]["rates"][0] == line["cell"]["rates"][1]
    return bool(line["interval_excludes_0"] <= 0.06 + slack if null else line["coverage"] >= 0.92 - fewer)


def _said(line: Cell) -> str:
    return " ".join(f"{name}={value:.3f}" for name, value in line.items() if isinstance(value, float))


def _summary(part: str, lines: list[Cell]) -> None:
    if part in ("grid", "random"):
        worst = min(lines, key=lambda line: line["coverage"])
        print(f"  worst coverage {worst['coverage']:.3f} ({worst['cell']})")
        print(f"  most low limits above the truth {max(line['low_above'] for line in lines):.3f}")
        ratios = [(line["width"] / line["reference"], line["cell"]) for line in lines if line["reference"]]
        for fate, name in ((0.0, "independent"), (1.0, "together")):
            some = [ratio for ratio, cell in ratios if cell["fate"] == fate]
            if some:
                print(f"  width through the reference's, {name}: median {np.median(some):.2f}, most {max(some):.2f}")
        return
    for line in lines:
        print(f"  {line['cell']} {_said(line)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=FULL_RUNS)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated")
    parser.add_argument("--fields", type=int, help="only cells with so many fields")
    parser.add_argument("--documents", type=int, help="only cells with so many documents")
    parser.add_argument("--to", type=Path, default=Path(".venv/state/coverage_of_intervals.jsonl"))
    parser.add_argument("--table", action="store_true", help="only print what is known")
    given = parser.parse_args()
    cells = [cell for part in given.part or PARTS for cell in PARTS[part]()]
    for name in ("fields", "documents"):
        if getattr(given, name):
            cells = [cell for cell in cells if cell[name] == getattr(given, name)]
    if not given.table:
        simulate(cells, given.runs, given.to)
    raise SystemExit(0 if print_table(given.to) else 1)


if __name__ == "__main__":
    main()
