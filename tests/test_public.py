"""The public names, and that importing the package stays cheap."""

import subprocess
import sys
from types import ModuleType

import pytest

import gini_notebook

HEAVY = ("pandas", "matplotlib", "ipywidgets", "requests", "scipy", "lxml", "numpy", "anywidget")

MODULES = {"datasets", "plots", "rules", "statistics"}
CONSTANTS = {"RULES"}


def modules_after(code: str) -> set[str]:
    listing = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], check=True, capture_output=True, text=True
    ).stdout.split()
    return {name.partition(".")[0] for name in listing}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert modules_after("import gini_notebook").isdisjoint(HEAVY)


def test_dir_shows_exactly_the_public_names() -> None:
    assert dir(gini_notebook) == sorted([*gini_notebook.__all__, "__version__"])


@pytest.mark.parametrize("name", gini_notebook.__all__)
def test_every_public_name_is_there_and_says_what_it_is_for(name: str) -> None:
    value = getattr(gini_notebook, name)
    assert value.__doc__
    assert value.__doc__.strip()


@pytest.mark.parametrize("name", sorted({*gini_notebook.__all__} - MODULES - CONSTANTS))
def test_a_public_function_or_class_is_no_module_of_the_same_name(name: str) -> None:
    assert callable(getattr(gini_notebook, name))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_public_module_is_one(name: str) -> None:
    assert isinstance(getattr(gini_notebook, name), ModuleType)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'evaluates'"):
        _ = gini_notebook.evaluates


def test_the_version_is_that_of_the_distribution() -> None:
    assert gini_notebook.__version__.count(".") == 2


def test_the_batch_loads_pandas_only_for_its_tables() -> None:
    assert "pandas" not in modules_after("import gini_notebook as gini; gini.folders_as_documents, gini.BatchSettings")
    assert "pandas" in modules_after("import gini_notebook as gini; gini.Batch")


@pytest.mark.parametrize("module", ["schema", "errors", "service.values", "service.wire"])
def test_the_foundation_loads_no_heavy_library(module: str) -> None:
    assert modules_after(f"import gini_notebook.{module}").isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "module", ["truth", "rules", "matching", "statistics", "evaluation", "comparison", "automation", "plots", "report"]
)
def test_the_analysis_half_never_loads_http_or_widgets(module: str) -> None:
    assert modules_after(f"import gini_notebook.analysis.{module}").isdisjoint({"requests", "ipywidgets", "anywidget"})
