"""Do intervals hold as often as they say? Simulated over a grid, and over cells drawn at random that nobody tuned on.

    make coverage-of-intervals            # everything, 2,000 runs a cell
    python benchmarks/coverage_of_intervals.py --runs 300 --part grid --fields 8
    python benchmarks/coverage_of_intervals.py --table           # what is known so far

Every finished cell is a line of JSON in a file, and is not computed again: the script can be stopped at any time and
goes on where it was. A cell that falls short is simulated once more, with ten times the runs, since of hundreds of
cells some do so by chance; the table is of the larger number. With fewer than 2,000 runs a cell falls short only if it
does so by more than two standard errors.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from interval_simulations import PARTS, SIMULATIONS, Cell

FULL_RUNS = 2_000
AGAIN = 10
# What is asked for: coverage, and how often the lower limit may lie above the truth.
GOALS = {"grid": (0.94, 0.035), "random": (0.93, 0.05), "issuers": (0.94, 0.05)}


def key_of(cell: Cell, runs: int) -> str:
    return json.dumps([cell, runs], sort_keys=True)


def known_cells(path: Path) -> dict[str, Cell]:
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {key_of(line["cell"], line["runs"]): line for line in lines}


def of_most_runs(path: Path) -> dict[str, Cell]:
    """Return what is known of every cell, by most runs."""
    lines = sorted(known_cells(path).values(), key=lambda line: line["runs"])
    return {key_of(line["cell"], 0): line for line in lines}


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


def simulate_again(cells: list[Cell], runs: int, path: Path) -> None:
    """Simulate those of the cells that fall short with more runs."""
    known = of_most_runs(path)
    short = [cell for cell in cells if not good(known[key_of(json.loads(json.dumps(cell)), 0)])]
    simulate([cell for cell in short if cell["part"] in GOALS], AGAIN * runs, path)


def print_table(path: Path) -> bool:
    """Print what is known, name the cells that fall short, and return whether there are none."""
    known = list(of_most_runs(path).values())
    short = []
    for part in PARTS:
        lines = [line for line in known if line["cell"]["part"] == part]
        if not lines:
            continue
        runs = sorted({line["runs"] for line in lines})
        print(f"\n## {part}: {len(lines)} cells, {runs} runs, {sum(line['seconds'] for line in lines):.0f} s of CPU")
        for line in lines:
            if not good(line):
                short.append(line)
                print(f"  short: {line['cell']} {_said(line)}")
        _summary(part, lines)
    return not short


def good(line: Cell) -> bool:
    """Say whether a cell is as it should be."""
    part, runs = line["cell"]["part"], line["runs"]
    slack = 2 * (0.05 * 0.95 / runs) ** 0.5
    fewer = 0.0 if runs >= FULL_RUNS else slack
    if part in GOALS:
        if line["cell"].get("cluster") is False:
            return True
        least, most = GOALS[part]
        return bool(line["coverage"] >= least - fewer and line["low_above"] <= most + fewer)
    if part in ("repairs", "existence"):
        return not line.get("falls", 0) and not line.get("lacking", 0)
    if part == "thresholds":
        return bool(line["false"] <= 0.05 + slack)
    null = line["cell"]["rates"][0] == line["cell"]["rates"][1]
    return bool(line["interval_excludes_0"] <= 0.06 + slack if null else line["coverage"] >= 0.92 - fewer)


def _said(line: Cell) -> str:
    return " ".join(f"{name}={value:.3f}" for name, value in line.items() if isinstance(value, float))


def _summary(part: str, lines: list[Cell]) -> None:
    if part not in ("grid", "random"):
        for line in lines:
            print(f"  {line['cell']} {_said(line)} {_counted(line)}")
        return
    worst = min(lines, key=lambda line: line["coverage"])
    print(f"  worst coverage {worst['coverage']:.3f} ({worst['cell']})")
    print(f"  most low limits above the truth {max(line['low_above'] for line in lines):.3f}")
    ratios = [(line["width"] / line["reference"], line["cell"]) for line in lines if line["reference"]]
    for fate, name in ((0.0, "independent"), (1.0, "together")):
        some = [ratio for ratio, cell in ratios if cell["fate"] == fate]
        if some:
            print(f"  width through the reference's, {name}: median {np.median(some):.2f}, most {max(some):.2f}")
    for fields, documents in sorted({(line["cell"]["fields"], line["cell"]["documents"]) for line in lines}):
        if part == "grid":
            _documents(fields, documents, lines)


def _documents(fields: int, documents: int, lines: list[Cell]) -> None:
    """Print the line of the table in the documentation."""
    some = [line for line in lines if (line["cell"]["fields"], line["cell"]["documents"]) == (fields, documents)]
    coverage = [line["coverage"] for line in some]
    ends = []
    for fate in (0.0, 1.0):
        ratios = [line["width"] / line["reference"] for line in some if line["cell"]["fate"] == fate]
        ends.append(f"{min(ratios):.2f}–{max(ratios):.2f}" if ratios else "")
    above = max(line["low_above"] for line in some)
    numbers = [f"{np.mean(coverage):.3f}", f"{min(coverage):.3f}", f"{above:.3f}"]
    print(f"| {' | '.join([str(fields), f'{documents:,}', *numbers, *ends])} |")


def _counted(line: Cell) -> str:
    names = ("limits", "falls", "resized", "falls_of_resized", "evaluations", "lacking")
    return " ".join(f"{name}={line[name]:,}" for name in names if name in line)


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
            cells = [cell for cell in cells if cell.get(name) == getattr(given, name)]
    if not given.table:
        simulate(cells, given.runs, given.to)
        simulate_again(cells, given.runs, given.to)
    raise SystemExit(0 if print_table(given.to) else 1)


if __name__ == "__main__":
    main()
