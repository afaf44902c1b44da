"""T55: what is installed is what it says: one registry, no addresses, names that are known, bounds for each."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NAME = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?")


def requirements() -> list[str]:
    groups = PROJECT.get("dependency-groups", {}).values()
    optional = PROJECT["project"].get("optional-dependencies", {}).values()
    lists = [PROJECT["project"]["dependencies"], *optional, *groups, PROJECT["build-system"]["requires"]]
    return [one for listed in lists for one in listed if isinstance(one, str)]


def test_T55_no_dependency_comes_from_an_address_or_another_registry() -> None:
    assert len(requirements()) > 30
    for one in requirements():
        assert "@" not in one, one
        assert "://" not in one, one
    tools = PROJECT.get("tool", {})
    assert not {"index", "sources", "find-links", "index-url", "extra-index-url"} & set(tools.get("uv", {}))
    for name in ("pip.conf", "requirements.txt", ".pypirc"):
        assert not (ROOT / name).exists()
    assert "index-url" not in (ROOT / "Makefile").read_text("utf-8")


def test_T55_every_dependency_has_a_lower_bound() -> None:
    own = PROJECT["project"]["name"]
    for one in requirements():
        plain = one.partition(";")[0].strip()
        if NAME.match(plain).group().partition("[")[0] != own:  # type: ignore[union-attr]
            assert re.search(r"(>=|==|~=)", plain) or plain.partition("[")[0] in PROJECT["build-system"]["requires"], (
                one
            )


def test_T55_what_a_user_gets_is_installed_from_files_with_hashes() -> None:
    """Each library that a user gets is installed from a wheel whose record holds a hash of every module."""
    for one in PROJECT["project"]["dependencies"]:
        name = NAME.match(one).group().partition("[")[0]  # type: ignore[union-attr]
        files = [file for file in distribution(name).files or [] if file.suffix == ".py"]
        assert files, name
        assert all(file.hash is not None for file in files), name


OLD_WAY = "import warnings; warnings.warn('this goes away', {kind}, stacklevel=1)"


@pytest.mark.parametrize("module", ["gini_notebook", "gini_notebook.analysis.truth.einvoice.reading"])
def test_a_warning_out_of_any_module_of_the_package_is_an_error(module: str) -> None:
    with pytest.raises(DeprecationWarning, match="goes away"):
        exec(OLD_WAY.format(kind="DeprecationWarning"), {"__name__": module})
    with pytest.warns(DeprecationWarning, match="goes away"):
        exec(OLD_WAY.format(kind="DeprecationWarning"), {"__name__": "somebody.else"})


@pytest.mark.parametrize("kind", ["DeprecationWarning", "PendingDeprecationWarning", "FutureWarning"])
def test_an_old_way_is_an_error_in_other_processes_too_where_the_newest_are_tested(kind: str) -> None:
    folder = str(ROOT / "tests")
    for module, ends in (("gini_notebook.sandbox.serving", 1), ("gini_notebook", 1), ("gini_notebooks", 0), ("x", 0)):
        code = (
            f"import site; site.addsitedir({folder!r}); exec({OLD_WAY.format(kind=kind)!r}, {{'__name__': {module!r}}})"
        )
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (ended.returncode, "Error processing" in ended.stderr) == (ends, False), ended.stderr
