"""How often a history gives a false alarm, and how soon it finds a drop: ``python benchmarks/history_alarms.py``.

Shares of documents: 10,000 series of 30 runs of 200 documents, nothing changed; F1 over documents whose values fail
together: fewer series, drawn from the documents of one long run. Then a drop at the 21st run.
"""

import argparse
import time

import numpy as np

from gini_notebook.analysis.history.limits import EIGHT, POINT, alarms, chart_of, moving_average

RUNS, DOCUMENTS, BASELINE = 30, 200, 20
FALSE_BY_POINT, FALSE_IN_ALL, FOUND = 0.005, 0.01, 0.8


def shares(right: np.ndarray, documents: int) -> list[dict[str, float]]:
    return [{"value": one / documents, "right": one, "of": documents} for one in right.tolist()]


def false_alarms(share: float, documents: int, series: int, random: np.random.Generator) -> tuple[float, float]:
    """Return how many alarms there are per run by the point rule, and by both rules."""
    found = {POINT: 0, EIGHT: 0, "": 0}
    for right in random.binomial(documents, share, (series, RUNS)):
        numbers = shares(right, documents)
        for alarm in alarms(chart_of(numbers, BASELINE), right / documents):
            found[alarm] += 1
    runs = series * RUNS
    return found[POINT] / runs, (found[POINT] + found[EIGHT]) / runs


def found_within_two(before: float, after: float, documents: int, series: int, random: np.random.Generator) -> float:
    """Return how often a drop after 20 runs is found by the second run behind it."""
    hits = 0
    for _ in range(series):
        right = np.append(random.binomial(documents, before, BASELINE), random.binomial(documents, after, 2))
        told = alarms(chart_of(shares(right, documents), BASELINE), right / documents)
        hits += any(told[BASELINE:])
    return hits / series


def drifts(after: float, series: int, random: np.random.Generator) -> tuple[float, float, float]:
    """Return false alarms per run of the moving average alone, and how often a small change is found in five runs.

    Without the moving average, and with it.
    """
    steady = found = more = 0
    for _ in range(series):
        _, outside = judged(random.binomial(DOCUMENTS, 0.9, RUNS))
        steady += int(outside.sum())
        told, outside = judged(
            np.append(random.binomial(DOCUMENTS, 0.9, BASELINE), random.binomial(DOCUMENTS, after, 5))
        )
        found += any(told[BASELINE:])
        more += any(told[BASELINE:]) or bool(outside[BASELINE:].any())
    return steady / series / RUNS, found / series, more / series


def judged(right: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return by which rule each run stands out, and whether the moving average does."""
    chart = chart_of(shares(right, DOCUMENTS), BASELINE)
    told = alarms(chart, right / DOCUMENTS)
    return told, moving_average(chart, right / DOCUMENTS, told).outside


def documents_of(random: np.random.Generator, count: int) -> np.ndarray:
    """Return loss and size of documents with 3 to 9 values: most have all right, few lose most."""
    size = random.integers(3, 10, count) * 2.0
    bad = random.random(count) < 0.12
    loss = np.where(bad, random.binomial(size.astype(int), 0.6), random.binomial(size.astype(int), 0.015))
    return np.stack([loss, size], axis=1)


def averages(pool: np.ndarray, runs: int, documents: int, random: np.random.Generator) -> list[dict[str, object]]:
    numbers = []
    for _ in range(runs):
        kinds, often = np.unique(pool[random.integers(0, len(pool), documents)], axis=0, return_counts=True)
        losses = [[*kind, int(count)] for kind, count in zip(kinds.tolist(), often, strict=True)]
        lost, whole = (float((kinds[:, side] * often).sum()) for side in (0, 1))
        numbers.append({"value": 1 - lost / whole, "losses": losses})
    return numbers


def false_alarms_of_averages(documents: int, series: int, random: np.random.Generator) -> tuple[float, float]:
    pool, found = documents_of(random, 20_000), {POINT: 0, EIGHT: 0, "": 0}
    for _ in range(series):
        numbers = averages(pool, RUNS, documents, random)
        for alarm in alarms(chart_of(numbers, BASELINE), np.array([one["value"] for one in numbers])):
            found[alarm] += 1
    runs = series * RUNS
    return found[POINT] / runs, (found[POINT] + found[EIGHT]) / runs


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    series, random, missed = parser.parse_args().series, np.random.default_rng(0), 0
    started = time.perf_counter()
    print(f"false alarms per run, {series:,} series of {RUNS} runs, nothing changed")
    for documents in (50, 200, 1000):
        for share in (0.7, 0.85, 0.97):
            point, both = false_alarms(share, documents, series if documents == DOCUMENTS else series // 5, random)
            missed += point > FALSE_BY_POINT or both > FALSE_IN_ALL
            print(
                f"  share {share:.2f} of {documents:5} documents: point {point:.3%}, with eight {both:.3%}", flush=True
            )
    for documents in (80, 200):
        point, both = false_alarms_of_averages(documents, series // 10, random)
        missed += point > FALSE_BY_POINT or both > FALSE_IN_ALL
        print(f"  F1 of {documents:11} documents: point {point:.3%}, with eight {both:.3%}", flush=True)
    print(f"found within 2 runs, {DOCUMENTS} documents")
    for before, after in ((0.97, 0.92), (0.85, 0.75)):
        found = found_within_two(before, after, DOCUMENTS, series, random)
        missed += found < FOUND
        print(f"  from {before:.2f} to {after:.2f}: {found:.1%}")
    false, without, averaged = drifts(0.87, series // 5, random)
    missed += false > FALSE_BY_POINT or averaged < without
    print(
        f"moving average: {false:.3%} false alarms per run; from 0.90 to 0.87 found in 5 runs: {without:.1%}, with it "
        f"{averaged:.1%}"
    )
    print(f"{time.perf_counter() - started:.0f} s; {missed} of the aims missed")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
