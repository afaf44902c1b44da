"""What the repository says of itself in several places is the same in all of them."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
# What conda-forge calls otherwise than the index of Python.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}
WORKFLOWS = (".github/workflows/ci.yml", ".gitlab-ci.yml")


def loaded(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def test_the_version_is_one() -> None:
    version = PROJECT["version"]
    assert loaded("CITATION.cff")["version"] == version
    assert loaded("release/conda/recipe.yaml")["context"]["version"] == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_an_address_is_named_everywhere_or_nowhere() -> None:
    repository = PYPROJECT["tool"]["gini-notebook"]["repository"]
    urls = PROJECT.get("urls", {})
    assert bool(urls) == bool(repository)
    assert all(address.startswith(repository) for address in urls.values() if repository)
    assert ("repository-code" in loaded("CITATION.cff")) == bool(repository)


def test_the_conda_recipe_needs_what_the_package_needs() -> None:
    recipe = loaded("release/conda/recipe.yaml")
    run = [one for one in recipe["requirements"]["run"] if not one.startswith("python ")]
    # One package for all systems (noarch): what only some need is there for all.
    wanted = [re.sub(r"\[[^]]*\]", "", one).partition(";")[0].strip() for one in PROJECT["dependencies"]]
    names = [re.match(r"[\w.-]+", one)[0] for one in wanted]  # type: ignore[index]
    written = [f"{CONDA_NAMES.get(name, name)} {one[len(name) :]}" for name, one in zip(names, wanted, strict=True)]
    assert sorted(run) == sorted(written)
    assert recipe["build"]["python"]["entry_points"] == ["gini-notebook = " + PROJECT["scripts"]["gini-notebook"]]


@pytest.mark.parametrize("path", WORKFLOWS)
def test_a_workflow_calls_targets_that_exist(path: str) -> None:
    text = (ROOT / path).read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    called = set(re.findall(r"\bmake ([a-z][a-z-]*)", text))
    assert called
    assert called <= targets
    assert loaded(path)


@pytest.mark.parametrize("path", WORKFLOWS)
def test_a_workflow_tests_every_python_that_is_promised(path: str) -> None:
    promised = set(re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"])))
    assert promised <= set(re.findall(r'"(3\.\d+)"', (ROOT / path).read_text("utf-8")))
    assert PROJECT["requires-python"] == f">={min(promised, key=lambda one: int(one.partition('.')[2]))}"


def test_the_other_files_can_be_read() -> None:
    assert json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))["name"]
    for path in (".pre-commit-config.yaml", ".binder/environment.yml", "environment.yml"):
        assert loaded(path)
    for form in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        assert yaml.safe_load(form.read_text("utf-8"))


def test_nobody_is_invented() -> None:
    assert PROJECT["authors"] == [{"name": "gini_notebook developers"}]
    assert loaded("CITATION.cff")["authors"] == PROJECT["authors"]


def test_the_readme_is_short_and_has_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    words = re.sub(r"```.*?```", "", text, flags=re.DOTALL).split()
    assert len(words) < 700
    assert {"make demo", "make test"} <= set(re.findall(r"`(make \w+)`", text))
    assert 'pip install "gini-notebook[all]"' in text
