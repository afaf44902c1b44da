"""What works without each extra, tried in a process that cannot import its libraries.

``python -m tests.extras`` prints the table of ``docs/installing.md``.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
INVOICES = ROOT / "data" / "invoices"
# The others (ocr, lab, report) bring programs that are started or found, and no library that a function imports.
EXTRAS = ("plots", "truth", "notebook", "sandbox", "parquet", "scale", "keyring")
WORKS = "works"
_DOCUMENTS = ("club_sport.pdf", "doctor_practice.pdf", "letter_credit.pdf")


class Use(NamedTuple):
    """Something people do, the extra that it needs, and the libraries of extras that it comes to."""

    name: str
    do: Callable[[Path], object]
    extra: str = ""
    libraries: tuple[str, ...] = ()


def main(arguments: Sequence[str]) -> None:
    """Try every use in a folder that is prepared and print what came of it, or print the table."""
    if arguments:
        sys.stdout.write(json.dumps({use.name: _tried(use, Path(arguments[0])) for use in USES}))
        return
    with prepared() as folder, serving() as environment:
        sys.stdout.write(as_markdown(tried(folder, environment, "")) + "\n")


@contextmanager
def prepared() -> Iterator[Path]:
    """Make a folder with the files that are read, by an installation with everything."""
    import gini_notebook as gini
    from gini_notebook.analysis.truth import write_truth

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "documents").mkdir()
        for document in _DOCUMENTS:
            shutil.copy(INVOICES / document, folder / "documents")
        shutil.copy(INVOICES / "letter_einvoice.pdf", folder)
        shutil.copy(INVOICES / "doctor_qr.pdf", folder)
        truth = gini.read_truth(INVOICES / "truth.jsonl")
        truth = truth[truth["document"].isin(_DOCUMENTS)]
        for ending in ("csv", "xlsx", "parquet"):
            write_truth(truth, folder / f"truth.{ending}")
        found = truth.assign(confidence=0.9)[["document", "group", "row", "field", "value", "confidence"]]
        found["row"] = found["row"].astype("int64")
        found.to_csv(folder / "found.csv", index=False)
        found.to_parquet(folder / "found.parquet", index=False)
        yield folder


@contextmanager
def serving(sandbox: "Sandbox | None" = None) -> Iterator[dict[str, str]]:
    """Yield the environment in which a process logs in to a sandbox that this one has started."""
    from gini_notebook.sandbox import Sandbox

    with Sandbox(processing_time_s=0.0) if sandbox is None else _left_running(sandbox) as running:
        yield {
            "GINI_API_URL": running.api,
            "GINI_USER_CENTER_URL": running.user_center,
            "GINI_CA_FILE": str(running.ca_file),
            "GINI_CLIENT_ID": running.client_id,
            "GINI_CLIENT_SECRET": running.client_secret,
            "GINI_USER_IDENTIFIER": "extras",
        }


@contextmanager
def _left_running(sandbox: "Sandbox") -> "Iterator[Sandbox]":
    yield sandbox


def tried(folder: Path, environment: Mapping[str, str], without: str) -> dict[str, str]:
    """Try every use without the libraries of an extra, or without any if it is empty."""
    with tempfile.TemporaryDirectory() as place:
        # Every process of Python imports it first: also the one that reads files, and those of executors.
        hook = f"import sys\nfor name in {sorted(blocked_without(without))!r}:\n    sys.modules[name] = None\n"
        Path(place, "sitecustomize.py").write_text(hook, encoding="utf-8")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GINI_")}
        answer = subprocess.run(
            [sys.executable, "-m", "tests.extras", str(folder)],
            cwd=ROOT,
            env={**clean, **environment, "PYTHONPATH": place},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, str] = json.loads(answer.stdout.splitlines()[-1])
    return found


def blocked_without(extra: str) -> set[str]:
    """Return what cannot be imported where an extra is not installed, or none at all if it is empty."""
    blocked = {name for one in ([extra] if extra else EXTRAS) for name in libraries_of(one)}
    return blocked | {"matplotlib"} if "PIL" in blocked else blocked  # which does not work without it


def libraries_of(extra: str) -> set[str]:
    """Return what the libraries of an extra are imported as."""
    requirements = project()["optional-dependencies"][extra]
    names = {one.partition(">")[0].partition("[")[0].lower() for one in requirements}
    modules = {module for module, owners in _owners().items() if names & {owner.lower() for owner in owners}}
    return {module for module in modules if not module.startswith("_") and "/" not in module}


@cache
def _owners() -> Mapping[str, list[str]]:
    return packages_distributions()


@cache
def project() -> dict[str, Any]:
    """Return the table ``project`` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def _tried(use: Use, folder: Path) -> str:
    with tempfile.TemporaryDirectory() as out:
        before = Path.cwd()
        os.chdir(out)
        try:
            use.do(folder)
        except Exception as error:  # noqa: BLE001 - all that can come is to be seen
            return f"{type(error).__name__}: {error}"
        finally:
            os.chdir(before)
    return WORKS


def _process(folder: Path) -> None:
    import gini_notebook as gini

    batch = gini.process(gini.login(), folder / "documents", to="run", progress=False)
    assert list(batch.documents["status"]) == ["completed"] * len(_DOCUMENTS)
    assert len(batch.extractions) > 10
    assert batch.to_csv("tables")


def _result(folder: Path, ending: str = "csv") -> Any:
    import gini_notebook as gini
    from gini_notebook.cli.analysis import extractions_of

    return gini.evaluate(extractions_of(folder / f"found.{ending}"), gini.read_truth(folder / f"truth.{ending}"))


def _evaluate(folder: Path) -> None:
    import gini_notebook as gini

    result = _result(folder)
    assert len(result.by_field()) > 3
    assert len(result.summary()) > 0
    assert gini.compare(result, result).verdict()
    assert result._repr_html_()
    result.save("kept.zip")
    assert gini.Evaluation.load("kept.zip").by_field().equals(result.by_field())


def _report(ending: str) -> Callable[[Path], object]:
    return lambda folder: _result(folder).save_report(f"report.{ending}")


def _shell(folder: Path) -> None:
    command = [sys.executable, "-m", "gini_notebook.cli", "evaluate", folder / "found.csv", folder / "truth.csv"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "amountToPay" in answer.stdout


def _chart(folder: Path) -> None:
    import gini_notebook as gini

    assert gini.plots.field_scores(_result(folder))


def _truth(name: str) -> Callable[[Path], object]:
    def read(folder: Path) -> None:
        import gini_notebook as gini

        assert len(gini.read_truth(folder / name, qr_codes=True)) > 3

    return read


def _check(folder: Path) -> None:
    import gini_notebook as gini

    gini.check_truth(gini.read_truth(folder / "truth.csv"), documents=folder / "documents")


def _exported(folder: Path) -> None:
    import gini_notebook as gini

    batch = gini.process(gini.login(), folder / "documents", to="run", progress=False)
    assert batch.to_xlsx("tables.xlsx")


def _workbook(folder: Path) -> None:
    import gini_notebook as gini
    from gini_notebook.analysis.truth import write_truth

    write_truth(gini.read_truth(folder / "truth.csv"), "truth.xlsx")


def _explore(folder: Path) -> None:
    import gini_notebook as gini

    assert gini.explore(_result(folder), folder / "documents")


def _form(folder: Path) -> None:
    import gini_notebook as gini

    assert gini.LoginForm


def _panel(folder: Path) -> None:
    import gini_notebook as gini

    assert gini.BatchPanel


def _sandbox(folder: Path) -> None:
    import gini_notebook as gini

    with gini.Sandbox(processing_time_s=0.0) as sandbox:
        batch = gini.process(gini.login(sandbox), folder / "documents", to="run", progress=False)
    assert list(batch.documents["status"]) == ["completed"] * len(_DOCUMENTS)


def _public(folder: Path) -> None:
    import gini_notebook as gini
    from gini_notebook.errors import FileProblem

    try:
        gini.datasets.zugferd(mirror="http://127.0.0.1:9", cache="cache", progress=False)
    except FileProblem:  # nobody listens there
        return


def _parquet(folder: Path) -> None:
    assert len(_result(folder, "parquet").by_field()) > 3


def _partitioned(folder: Path) -> None:
    assert len(_result(folder, "parquet").comparisons.columns) > 3


def _keyring(folder: Path) -> None:
    import warnings

    import gini_notebook as gini

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no keyring of a build server is safe
        gini.login(keyring=True)


_PDF = ("pypdfium2", "PIL")
_SANDBOX = (*_PDF, "jwt", "lxml", "python_multipart", "starlette", "trustme", "uvicorn", "zxingcpp")
USES = (
    Use("log in, process, tables, CSV", _process),
    Use("read truth (CSV, JSON), evaluate, compare, keep", _evaluate),
    Use("report as Markdown", _report("md")),
    Use("report as JUnit", _report("xml")),
    Use("shell", _shell),
    Use("report as HTML", _report("html")),
    Use("charts", _chart, "plots", ("matplotlib",)),
    Use("report as XLSX", _report("xlsx"), "truth", ("xlsxwriter",)),
    Use("truth out of XLSX", _truth("truth.xlsx"), "truth", ("openpyxl", "python_calamine")),
    Use("tables of a run into XLSX", _exported, "truth", ("xlsxwriter",)),
    Use("truth into XLSX", _workbook, "truth", ("xlsxwriter",)),
    Use("truth out of e-invoices", _truth("letter_einvoice.pdf"), "truth", ("lxml", "pypdf")),
    Use("truth out of QR codes", _truth("doctor_qr.pdf"), "truth", ("zxingcpp", "pypdf", *_PDF)),
    Use("check labels by the words of documents", _check, "truth", ("pypdfium2",)),
    Use("public invoices", _public, "truth", ("pooch",)),
    Use("explorer", _explore, "notebook", ("anywidget", *_PDF)),
    Use("form to log in", _form, "notebook", ("anywidget", "ipywidgets", "traitlets")),
    Use("panel of a batch", _panel, "notebook", ("anywidget", *_PDF)),
    Use("sandbox", _sandbox, "sandbox", _SANDBOX),
    Use("Parquet", _parquet, "parquet", ("pyarrow",)),
    Use("comparisons as a Dask DataFrame", _partitioned, "scale", ("dask", "pyarrow")),
    Use("secrets out of the keyring", _keyring, "keyring", ("keyring",)),
)


def as_markdown(bare: Mapping[str, str]) -> str:
    """Return a row per use: what it needs, and the sentence that comes where nothing of any extra is installed."""
    lines = ["| what | needs | without it |", "|---|---|---|"]
    for use in USES:
        sentence = "works" if bare[use.name] == WORKS else bare[use.name].partition(": ")[2]
        lines.append(f"| {use.name} | {f'`[{use.extra}]`' if use.extra else ''} | {sentence} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
