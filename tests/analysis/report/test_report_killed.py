"""A report, an evaluation or a table that is killed while it is written leaves the old file or the new one."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Loads once, then forks a child for each kill: what dies is the writing, not the loading of libraries.
WRITER = """
import json, os, random, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, sys.argv[3])
import gini_notebook as gini
from gini_notebook.analysis.report import save_report
from gini_notebook.analysis.truth import write_truth
from tests.analysis.report.report_samples import graded

what, _, ending = sys.argv[1].rpartition(".")
form, folder = f".{ending}", Path(sys.argv[2])
path, at = folder / f"export{form}", datetime(2026, 1, 2, tzinfo=UTC)
results = [graded(wrong=wrong) for wrong in (0, 40)]
others = [gini.compare(results[1 - number], results[number]) for number in (0, 1)] if what == "comparison" else []
if what == "history":
    others = [gini.history(one) for one in results]
truths = [result.to_truth() for result in results]

def write(number):
    if others:
        others[number].save_report(path, made_at=at)
    elif form == ".zip":
        results[number].save(path)
    elif form in (".csv", ".jsonl"):
        write_truth(truths[number], path)
    else:
        save_report(results[number], path, made_at=at)

whole, took = [], 0.0
for number in (0, 1):
    begun = time.perf_counter()
    write(number)
    took = time.perf_counter() - begun
    whole.append(path.read_bytes())
random.seed(sys.argv[1])
torn = halves = 0
for attempt in range(50):
    child = os.fork()
    if not child:
        while True:
            write(attempt % 2)
            attempt += 1
    time.sleep(random.random() * min(1.5 * took, 1.0))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    torn += path.read_bytes() not in whole
    halves += sum(other != path for other in folder.iterdir())
    for other in folder.iterdir():
        if other != path:
            other.unlink()
print(json.dumps({"torn": torn, "halves": halves, "differ": whole[0] != whole[1]}))
"""
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not hasattr(os, "fork") or not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize(
    "form",
    [
        *(".html", ".xlsx", ".md", ".xml", ".txt", ".json", ".zip", ".csv", ".jsonl"),
        *(f"comparison{ending}" for ending in (".html", ".xlsx", ".md", ".xml", ".json")),
        *(f"history{ending}" for ending in (".html", ".xlsx", ".md", ".json")),
    ],
)
def test_R19_fifty_kills_leave_the_old_or_the_new_file(form: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, form, tmp_path, ROOT]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=280).stdout)
    assert answer["torn"] == 0
    if form not in (".csv", ".jsonl"):
        assert answer["differ"], "old and new are the same: this looks at nothing"
