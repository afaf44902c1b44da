"""What `coverage_of_intervals.py` simulates: cells of a grid and cells drawn at random, issuers, differences, repairs.

Documents have slots of which a share is wrong; a part of the documents ("fate") has one fate for all its slots, the
slots of the others are independent.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.evaluation.confidence import Predictions
from gini_notebook.analysis.evaluation.counts import DocumentCounts
from gini_notebook.analysis.evaluation.field_scores import Scoring, score_group
from gini_notebook.analysis.evaluation.formulas import SCORES, losses_of, ratio, trials
from gini_notebook.analysis.evaluation.intervals import IntervalOptions
from gini_notebook.analysis.evaluation.thresholds import RequiredFields, find_threshold
from gini_notebook.analysis.evaluation.units import Units
from gini_notebook.analysis.statistics import (
    Losses,
    clopper_pearson,
    difference_intervals,
    losses,
    paired_influence,
    share_intervals,
    sign_flip_p,
    wilson,
)

Cell = dict[str, Any]
Array = npt.NDArray[np.float64]
FIELDS = (2, 8)
DOCUMENTS = (20, 50, 100, 200, 1000)
RATES = (0.8, 0.95, 0.97, 0.99, 0.999)
FATES = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
RANDOM_CELLS = 60
PERMUTATIONS = 1_999
TARGET = 0.95
AVERAGES = [f"{average} {score}" for score in SCORES for average in ("micro", "macro")] + ["document mean f1"]
LABELS = ("paymentRecipient", "paymentReference", "paymentPurpose", "creditorName", "description")
CORRECT, WRONG, MISSING, SPURIOUS, ABSENT = range(5)


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
    """Two runs: by fate, also when one fails by document and the other by value, and with issuers as clusters."""
    pairs = ((0.8, 0.8), (0.98, 0.98), (0.9, 0.95), (0.97, 0.99))
    for documents in (20, 50, 200):
        for rates in pairs:
            for fates in ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (1.0, 0.0)):
                yield {"part": "differences", "fields": 8, "documents": documents, "rates": rates, "fates": fates}
    for count in (20, 60):
        for rates in pairs:
            yield {"part": "differences", "fields": 8, "documents": 200, "rates": rates, "issuers": count}


def thresholds() -> Iterator[Cell]:
    for documents in (200, 500):
        for fate in (0.0, 0.5, 1.0):
            for rate in (0.94, 0.949, 0.951, 0.96):
                yield {"part": "thresholds", "fields": 4, "documents": documents, "rate": rate, "fate": fate}


def repairs() -> Iterator[Cell]:
    for documents in (5, 12, 40, 120, 300):
        yield {"part": "repairs", "documents": documents}


def existence() -> Iterator[Cell]:
    yield {"part": "existence", "documents": 19}


PARTS: dict[str, Callable[[], Iterator[Cell]]] = {
    "grid": grid,
    "random": random_cells,
    "issuers": issuers,
    "repairs": repairs,
    "existence": existence,
    "thresholds": thresholds,
    "differences": differences,
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
    given = []
    size = np.full(cell["documents"], float(cell["fields"]))
    for _ in range(runs):
        issuer = random.integers(0, cell["issuers"], cell["documents"])
        loss = _wrong_by_issuer(cell["rate"], issuer, cell, random)
        units = Units(pd.factorize(issuer)[0].astype(np.int64) if cell["cluster"] else None)
        given.append(losses(units.summed(loss), units.summed(size)))
    ends = _intervals(given)
    return _held(ends, cell["rate"]) | {"width": float((ends[:, 1] - ends[:, 0]).mean())}


def _wrong_by_issuer(mean: float, issuer: npt.NDArray[np.int64], cell: Cell, random: np.random.Generator) -> Array:
    """Return how many slots of each document are wrong, each issuer having a rate of its own."""
    rates = random.beta(6 * mean, 6 * (1 - mean), cell["issuers"])
    return random.binomial(cell["fields"], 1 - rates[issuer]).astype(np.float64)


def coverage_of_differences(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Simulate two runs: how often test and interval say that they differ, and how often the interval holds."""
    true = cell["rates"][1] - cell["rates"][0]
    influences, p = [], np.zeros(runs)
    for run in range(runs):
        first, second = _two_runs(cell, random)
        influences.append(paired_influence(first, second))
        sides = [np.stack(side, axis=1) for side in (first, second)]
        p[run] = sign_flip_p(
            sides[0], sides[1], lambda sums: sums[:, :1] / sums[:, 1:], permutations=PERMUTATIONS, seed=run
        )[0]
    low, high = difference_intervals(influences)
    apart, likely = (low > 0) | (high < 0), p < 0.05
    return {
        "coverage": float(((low - 1e-12 <= true) & (true <= high + 1e-12)).mean()),
        "interval_excludes_0": float(apart.mean()),
        "test_below_05": float(likely.mean()),
        "interval_alone": float((apart & ~likely).mean()),
        "width": float((high - low).mean()),
    }


def _two_runs(cell: Cell, random: np.random.Generator) -> list[tuple[Array, Array]]:
    """Return what is right, and of how much, per unit and run."""
    documents, fields = cell["documents"], cell["fields"]
    size = np.full(documents, float(fields))
    if "issuers" not in cell:
        wrong = [
            wrong_slots(random, documents, fields, rate, fate)
            for rate, fate in zip(cell["rates"], cell["fates"], strict=True)
        ]
        return [(size - loss, size) for loss in wrong]
    issuer = random.integers(0, cell["issuers"], documents)
    units = Units(pd.factorize(issuer)[0].astype(np.int64))
    drawn = [_wrong_by_issuer(rate, issuer, cell, random) for rate in cell["rates"]]
    return [(units.summed(size - loss), units.summed(size)) for loss in drawn]


def verdicts_of_thresholds(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Let confidences tell nothing, and count how often a precision is confirmed or refuted that is not so."""
    documents, fields = cell["documents"], cell["fields"]
    names = [f"d{number}" for number in range(documents)]
    document, place = np.repeat(np.arange(documents), fields), np.tile(np.arange(fields), documents)
    no_fields = np.zeros((documents, 0))
    required = RequiredFields(no_fields, no_fields, no_fields > 0)
    found: dict[str, int] = {}
    for run in range(runs):
        wrong = wrong_slots(random, documents, fields, cell["rate"], cell["fate"])
        # Which of its slots are wrong does not matter, since confidences are drawn without looking.
        given = Predictions(
            document=pd.Series(np.array(names, dtype=object)[document]),
            field=pd.Series(np.array([f"f{number}" for number in range(fields)], dtype=object)[place]),
            place=place,
            confidence=random.integers(50, 100, documents * fields) / 100,
            right=place >= wrong[document],
        )
        status = find_threshold(given, names, required, target=TARGET, how=IntervalOptions(seed=run)).status
        found[status] = found.get(status, 0) + 1
    confirmed, refuted = found.get("confirmed", 0) / runs, found.get("refuted", 0) / runs
    chosen = 1 - (found.get("not reachable", 0) + found.get("not enough data", 0)) / runs
    false = confirmed if cell["rate"] < TARGET else refuted
    return {"chosen": chosen, "confirmed": confirmed, "refuted": refuted, "false": false}


def falls_of_repairs(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Make one wrong or missing value of a random evaluation right, and count the lower limits that fall."""
    before: list[Losses] = []
    after: list[Losses] = []
    moved = np.zeros((runs, len(AVERAGES)), dtype=bool)
    for run in range(runs):
        counts, how = _random_counts(cell["documents"], random)
        repaired = counts.copy()
        faults = np.argwhere(counts[:, :, [WRONG, MISSING]] > 0)
        document, field, kind = faults[random.integers(len(faults))]
        repaired[document, field, WRONG + kind] -= 1
        repaired[document, field, CORRECT] += 1
        moved[run] = _resized(counts, repaired, how.wrong)
        before += _averages(counts, how)
        after += _averages(repaired, how)
    lows = [share_intervals(given)[0].reshape(runs, -1) for given in (before, after)]
    falls = np.nan_to_num(lows[0] - lows[1])
    return {
        "limits": int((~moved).sum()),
        "falls": int((falls[~moved] > 1e-9).sum()),
        "worst": float(falls[~moved].max()),
        "resized": int(moved.sum()),
        "falls_of_resized": int((falls[moved] > 1e-9).sum()),
        "worst_of_resized": float(falls[moved].max(initial=0.0)),
    }


def _resized(before: npt.NDArray[np.int32], after: npt.NDArray[np.int32], wrong: str) -> npt.NDArray[np.bool_]:
    """Say of which averages a field weighs differently after a repair: macro, where it counts what was read."""
    sums = [counts.sum(axis=0)[:, :4] for counts in (before, after)]
    moved = []
    for of in losses_of(wrong).values():
        sizes = [counted @ of.size for counted in sums]
        moved += [False, not np.array_equal(*sizes)]
    return np.array([*moved, False])


def _random_counts(most: int, random: np.random.Generator) -> tuple[npt.NDArray[np.int32], Scoring]:
    """Draw an evaluation with at least one wrong or missing value, and how it is scored."""
    documents, fields, slots = (
        int(random.integers(1, most + 1)),
        int(random.integers(1, 11)),
        int(random.integers(1, 4)),
    )
    counts = np.zeros((documents, fields, 5), dtype=np.int32)
    wrong, missing, spurious, absent = random.dirichlet([1, 0.3, 0.3, 0.2, 0.2])[1:] * random.random()
    shares = [1 - wrong - missing - spurious - absent, wrong, missing, spurious, absent]
    together = random.random() * (random.random(documents) < 0.5)
    for document in range(documents):
        if random.random() < together[document]:
            counts[document, :, int(random.choice(5, p=shares))] = random.integers(0, slots + 1)
        else:
            counts[document] = random.multinomial(random.integers(0, slots + 1, fields), shares)
    counts[random.integers(documents), random.integers(fields), WRONG + int(random.integers(2))] += 1
    codes = pd.factorize(random.integers(0, documents, documents))[0].astype(np.int64)
    units = Units(codes if random.random() < 0.3 else None)
    return counts, Scoring(str(random.choice(["both", "fp"])), intervals=IntervalOptions(units=units))


def _averages(counts: npt.NDArray[np.int32], how: Scoring) -> list[Losses]:
    """Return what the intervals of the averages of an evaluation are made of."""
    documents, fields, _ = counts.shape
    columns = tuple(("", f"f{number}") for number in range(fields))
    none = np.zeros((documents, 1, 4), dtype=np.int32)
    scored = score_group(DocumentCounts(columns, counts, none[:, :, 0] * 1.0, none, None), _no_samples, "", how)
    given = [
        losses(*estimates.losses(len(estimates.value) + place))
        for estimates in scored.estimates.values()
        for place in (-2, -1)
    ]
    summed = counts.sum(axis=1)
    of = trials(summed, how.wrong)["f1"]
    right = how.intervals.units.summed(np.nan_to_num(ratio(summed[:, CORRECT], of)))
    size = how.intervals.units.summed((of > 0).astype(np.float64))
    return [*given, losses(size - right, size)]


def _no_samples() -> Array:
    raise AssertionError("nothing is drawn")


def existing_intervals(cell: Cell, runs: int, random: np.random.Generator) -> Cell:
    """Evaluate few documents, and count those without an interval of macro, of the costs or of the document mean."""
    runs = min(runs, 1_000)
    lacking = 0
    for _ in range(runs):
        documents, fields = int(random.integers(1, cell["documents"] + 1)), int(random.integers(1, len(LABELS) + 1))
        keys = [(f"d{one}", field) for one in range(documents) for field in LABELS[:fields]]
        truth = pd.DataFrame([(*key, "right") for key in keys], columns=["document", "field", "value"])
        said = random.choice(["right", "wrong", ""], len(keys), p=random.dirichlet([2, 0.5, 0.5]))
        found = truth.assign(value=said)[said != ""]
        result = evaluate(found, truth)
        rows = result.summary().set_index("metric").loc[["macro_f1", "document_mean_f1"], ["low", "high"]]
        costs = result.costs({"wrong": 5, "missing": 1})[["low", "high"]]
        ends = np.concatenate([rows.to_numpy(dtype=np.float64), costs.to_numpy(dtype=np.float64)])
        lacking += not bool((ends[:, 0] < ends[:, 1]).all())
    return {"evaluations": runs, "lacking": lacking}


SIMULATIONS: dict[str, Callable[[Cell, int, np.random.Generator], Cell]] = {
    "grid": coverage,
    "random": coverage,
    "issuers": coverage_of_issuers,
    "differences": coverage_of_differences,
    "thresholds": verdicts_of_thresholds,
    "repairs": falls_of_repairs,
    "existence": existing_intervals,
}
