"""The wheel alone: built from the source distribution, installed in an empty environment, run from a strange folder.

``make wheel-test`` runs it. It ends with an exception at the first thing that is not as promised.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rattler_build

ROOT = Path(__file__).resolve().parent.parent
_IN_THE_SOURCE = {"gini_notebook", "README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "PKG-INFO", ".gitignore"}
_SESSION = """
import warnings
warnings.simplefilter("error", DeprecationWarning)
{session}
view = gini.explore(result, documents={documents!r})
assert type(view).__name__ == "Explorer" and len(view.rows) > 0, view
assert gini.__file__.startswith({environment!r}), gini.__file__
"""


def main() -> None:
    """Build, look, install, run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _told("build the source distribution, and the wheel from it"):
            _run(sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT, cwd=folder)
        [source], [wheel] = (list((folder / "dist").glob(ending)) for ending in ("*.tar.gz", "*.whl"))
        check_recipe(ROOT / "release" / "conda" / "recipe.yaml", wheel)
        check_source(source)
        check_wheel(wheel)
        with _told("make an empty environment, and install the core"):
            venv.create(folder / "venv", with_pip=True)
            _pip(folder, wheel)
        _say(f"core: {_packages(folder)} packages, {_megabytes(folder)} MB")
        (folder / "elsewhere").mkdir()
        check_core(folder)
        with _told("install all"):
            _pip(folder, f"{wheel}[all]")
        _say(f"all: {_packages(folder)} packages, {_megabytes(folder)} MB")
        with _told("gini-notebook demo"):
            check_demo(folder)
        with _told("the session of the README, and the explorer"):
            check_session(folder)


def check_recipe(path: Path, wheel: Path) -> None:
    """Check that the builder of conda packages understands the recipe, as one of the version that was built."""
    recipe = rattler_build.Stage0Recipe.from_yaml(path.read_text("utf-8"))
    [rendered] = recipe.render(rattler_build.VariantConfig.from_yaml('python_min: ["3.11"]'))
    name, version, *_ = wheel.name.split("-")
    found = rendered.recipe.to_dict()["package"]
    assert found == {"name": name.replace("_", "-"), "version": version}, found


def check_source(path: Path) -> None:
    """Check that the source distribution holds the package and what builds it, and nothing by accident."""
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    found = {name.partition("/")[0] for name in names if name}
    assert found == _IN_THE_SOURCE, found ^ _IN_THE_SOURCE


def check_wheel(path: Path) -> None:
    """Check that the wheel holds every file of the package: templates, styles, scripts, invoices, ``py.typed``."""
    with zipfile.ZipFile(path) as archive:
        names = {name for name in archive.namelist() if not re.match(r"[^/]+\.dist-info/", name)}
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "gini_notebook"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    wanted = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    assert names == wanted, names ^ wanted
    for ending in (".css", ".js", ".j2", ".typed", ".pdf", ".jsonl"):
        assert any(name.endswith(ending) for name in names), ending


def check_core(folder: Path) -> None:
    """Check that the core starts, and says what it lacks."""
    version = _inside(folder, "gini-notebook", "--version").strip()
    assert version in _inside(folder, "python", "-c", "import gini_notebook; print(gini_notebook.__version__)")
    refused = subprocess.run(
        [_program(folder, "gini-notebook"), "demo"],
        cwd=folder / "elsewhere",
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2, refused
    assert 'pip install "gini-notebook[' in refused.stderr, refused
    for script, seconds in (("pass", "bare"), ("import gini_notebook", "with the package")):
        times = []
        for _ in range(7):
            start = time.perf_counter()
            _inside(folder, "python", "-c", script)
            times.append(time.perf_counter() - start)
        _say(f"start of Python {seconds}: {min(times) * 1000:.0f} ms")


def check_demo(folder: Path) -> None:
    """Check that the demo works, also by the name of the module, and leaves a report that is whole."""
    printed = _inside(folder, "python", "-m", "gini_notebook", "demo")
    assert "10 documents: 10 completed" in printed, printed
    assert "amountToPay" in printed, printed
    report = (folder / "elsewhere" / "runs" / "demo" / "report.html").read_text(encoding="utf-8")
    assert report.count("<svg") >= 2
    assert "</html>" in report


def check_session(folder: Path) -> None:
    """Check that the first example of the README runs as it says for those without an account, on our invoices."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    session = re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert session
    examples = _inside(
        folder, "python", "-c", "import gini_notebook as gini; print(gini.datasets.examples().as_posix())"
    ).strip()
    here = session[1].replace("gini.login() ", "gini.login(gini.Sandbox()) ").replace("data/invoices", examples)
    assert here.count("gini.Sandbox()") == 2, "the README no longer says how to go without an account"
    script = _SESSION.format(session=here, documents=examples, environment=str(folder / "venv"))
    _inside(folder, "python", "-c", script)
    assert (folder / "elsewhere" / "report.html").stat().st_size > 20_000


def _pip(folder: Path, *what: object) -> None:
    _run(_program(folder, "python"), "-m", "pip", "install", "--quiet", *what, cwd=folder)


def _inside(folder: Path, program: str, *arguments: str) -> str:
    """Run a program of the environment in a folder that knows nothing of the project."""
    return _run(_program(folder, program), *arguments, cwd=folder / "elsewhere")


def _program(folder: Path, name: str) -> Path:
    return folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / name


def _run(*command: object, cwd: Path) -> str:
    answer = subprocess.run(
        [str(one) for one in command], cwd=cwd, env=_environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return answer.stdout


def _environment() -> dict[str, str]:
    """Return the environment without what would lead to the project, or to an account of somebody."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("GINI_", "PYTHON", "VIRTUAL"))}


def _packages(folder: Path) -> int:
    listed = _run(_program(folder, "python"), "-m", "pip", "list", "--format=freeze", cwd=folder)
    return sum(not line.startswith(("pip==", "setuptools==")) for line in listed.splitlines())


def _megabytes(folder: Path) -> int:
    own = ("pip", "setuptools", "_distutils_hack", "pkg_resources")
    files = [
        path
        for path in (folder / "venv").rglob("*")
        if path.is_file() and not path.is_symlink() and not any(part.startswith(own) for part in path.parts)
    ]
    return round(sum(path.stat().st_size for path in files) / 1e6)


@contextmanager
def _told(what: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    _say(f"{what}: {time.perf_counter() - start:.0f} s")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
