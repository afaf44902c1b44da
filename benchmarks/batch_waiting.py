"""Wall time over the ideal, and status requests, for a service that takes its time."""

import heapq
import random
from collections.abc import Callable
from pathlib import Path

from batch_ways import FIGURES, bare, bare_session, make_documents, ours, row

from gini_notebook.sandbox import Sandbox

SPREAD, CAPACITY, MEAN_S, SEED = 0.5, 32, 1.0, 7


def latencies_s(count: int, seed: int) -> list[float]:
    """Return what the sandbox draws from its seed, in the order of the uploads."""
    rng = random.Random(seed)
    return [MEAN_S * rng.lognormvariate(-(SPREAD**2) / 2, SPREAD) for _ in range(count)]


def ideal_s(count: int, seed: int) -> float:
    """Return the shortest possible wall time: the sum of the latencies over the capacity."""
    return sum(latencies_s(count, seed)) / CAPACITY


def service_s(sandbox: Sandbox) -> float:
    """Return when the service was done with its last document, counted from the first upload: nobody can be earlier."""
    (documents,) = (found for found in sandbox.stored().values() if found)
    created = [document.created_ms / 1000 for document in documents]
    slots = [created[0]] * CAPACITY
    for begin, latency in zip(created, latencies_s(len(created), SEED), strict=True):
        heapq.heappush(slots, max(begin, heapq.heappop(slots)) + latency)
    return max(slots) - created[0]


def waiting(folder: Path, count: int, long: int) -> None:
    """Print wall time over the ideal, and status requests, for a service that takes its time."""
    measured = ways_to_wait(folder / "short", count, peers=True)
    listed, unlisted_, usual = (measured[number] for number in (0, 1, -1))
    FIGURES.append((f"makespan / ideal, {count} documents", "<= 1.08", f"{usual[0]:.3f}", f"{listed[0]:.3f}"))
    FIGURES.append(("status requests per document, same run", "<= 0.2", f"{usual[1]:.2f}", f"{listed[1]:.2f}"))
    FIGURES.append(("list not usable: makespan / ideal", "<= 1.10", f"{usual[0]:.3f}", f"{unlisted_[0]:.3f}"))
    FIGURES.append(("list not usable: status requests", "<= 3", f"{usual[1]:.2f}", f"{unlisted_[1]:.2f}"))
    if long:
        ((wall, _),) = ways_to_wait(folder / "long", long, peers=False)
        FIGURES.append((f"makespan / ideal, {long} documents", "<= 1.03", "", f"{wall:.3f}"))


def ways_to_wait(folder: Path, count: int, *, peers: bool) -> list[tuple[float, float]]:
    """Print a line per way, and return wall time over the ideal and status requests per document of each."""
    documents = make_documents(folder / "in", count)
    ideal = ideal_s(count, SEED)
    print(f"\nLog-normal latency, mean {MEAN_S:g} s, capacity {CAPACITY}, {count} documents: ideal {ideal:.1f} s")
    row("", "wall/ideal", "service/ideal", "status/document", "CPU ms/document")
    ways: dict[str, Callable[[Sandbox, Path], dict[str, float]]] = {
        "batch run, document list": lambda sandbox, to: ours(sandbox, documents, to),
        "batch run, list not usable": lambda sandbox, to: unlisted(sandbox, documents, to),
        f"a look per second, {CAPACITY} threads": lambda sandbox, _: bare(
            sandbox, documents, threads=CAPACITY, pause_s=1.0
        ),
        f"a look per second, {2 * CAPACITY} threads": lambda sandbox, _: bare(
            sandbox, documents, threads=2 * CAPACITY, pause_s=1.0
        ),
    }
    measured = []
    for number, (name, way) in enumerate(ways.items() if peers else list(ways.items())[:1]):
        with Sandbox(processing_time_s=MEAN_S, processing_spread=SPREAD, capacity=CAPACITY, seed=SEED) as sandbox:
            # A refused upload makes the sandbox start the process that reads documents, and draws no latency.
            bare_session(sandbox, "warm", 1).post(f"{sandbox.api}/documents", data=b"%PDF-1.7 is broken")
            figures = way(sandbox, folder / f"run-{number}")
            service = service_s(sandbox)
        wall, looks, cpu = figures["wall"], figures["looks"] / count, figures["cpu"] / count * 1000
        row(name, f"{wall / ideal:.3f}", f"{service / ideal:.3f}", f"{looks:.2f}", f"{cpu:.2f}")
        measured.append((wall / ideal, looks))
    return measured


def unlisted(sandbox: Sandbox, documents: Path, to: Path) -> dict[str, float]:
    """Run while the service has no document list for us."""
    sandbox.set_faults({"GET /documents": {"404": 1.0}})
    return ours(sandbox, documents, to)
