"""The examples of docstrings run, against the sandbox and real tables where they need some."""

import doctest
import importlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
DOCUMENTS = ("letter_plain.pdf", "letter_skonto.pdf", "slip_small.pdf", "doctor_practice.pdf")
FILES = [path for path in sorted((ROOT / "gini_notebook").rglob("*.py")) if ">>> " in path.read_text("utf-8")]
# What an example may speak of without making it; where one of these words stands in it, it gets them all.
GIVEN = ("gini", "client", "sandbox", "batch", "truth", "result", "comparison", "baseline", "candidate")


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def examples_in(name: str) -> list[doctest.DocTest]:
    found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name), name)
    return [one for one in found if one.examples]


@pytest.fixture(scope="session")
def example_run(
    sandbox: "Sandbox", invoices: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """A client, a run over a few invoices, their truth, an evaluation, a comparison."""
    import gini_notebook as gini

    folder = tmp_path_factory.mktemp("examples")
    (folder / "invoices").mkdir()
    for name in DOCUMENTS:
        shutil.copy(invoices / name, folder / "invoices")
    (folder / "scans" / "4711").mkdir(parents=True)
    for number, name in enumerate(("poster_code_screen.png", "reminder_qr_screen.png"), 1):
        shutil.copy(invoices / name, folder / f"page{number}.png")
        shutil.copy(invoices / name, folder / "scans" / "4711" / f"page{number}.png")
    with gini.login(sandbox) as client:
        batch = gini.process(client, folder / "invoices", to=folder / "runs" / "baseline", progress=False)
        truth = gini.read_truth(invoices / "truth.jsonl")
        truth = truth[truth["document"].isin(DOCUMENTS)]
        result = gini.evaluate(batch, truth)
        made = {"folder": folder, "gini": gini, "client": client, "sandbox": sandbox, "batch": batch, "truth": truth}
        made |= {"result": result, "baseline": result, "candidate": result}
        yield made | {"comparison": gini.compare(result, result)}


@pytest.fixture
def example_place(
    example_run: dict[str, Any], bare_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Any]]:
    """A folder of its own with the invoices and the run, and an environment in which ``login()`` finds a service."""
    import matplotlib.pyplot as plt

    shutil.copytree(example_run["folder"], tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    sandbox = example_run["sandbox"]
    monkeypatch.setenv("GINI_API_URL", sandbox.api)
    monkeypatch.setenv("GINI_USER_CENTER_URL", sandbox.user_center)
    monkeypatch.setenv("GINI_CA_FILE", str(sandbox.ca_file))
    monkeypatch.setenv("GINI_CLIENT_ID", sandbox.client_id)
    monkeypatch.setenv("GINI_CLIENT_SECRET", sandbox.client_secret)
    yield {name: example_run[name] for name in GIVEN}
    plt.close("all")


@pytest.mark.filterwarnings("ignore::gini_notebook.errors.TruthWarning", "ignore::gini_notebook.errors.SecretWarning")
@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_the_examples_of_a_module_run(path: Path, request: pytest.FixtureRequest) -> None:
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    for example in examples_in(module_of(path)):
        if any(word in one.source for one in example.examples for word in GIVEN):
            example.globs = example.globs | request.getfixturevalue("example_place")
        runner.run(example, out=said.append, clear_globs=False)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


def test_few_examples_are_not_run() -> None:
    """What needs a cluster is read, not run; it says so."""
    skipped = [path.name for path in FILES for _ in range(path.read_text("utf-8").count("doctest: +SKIP"))]
    assert len(skipped) <= 3, skipped
