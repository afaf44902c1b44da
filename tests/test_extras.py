"""Whatever is not installed says so, with the command that installs it; all else works without it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gini_notebook._extras import needed_for
from gini_notebook.errors import GiniError, MissingLibrary
from tests import extras

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with extras.prepared() as made:
        yield made


@pytest.fixture(scope="module")
def environment(sandbox: "Sandbox") -> Iterator[Mapping[str, str]]:
    with extras.serving(sandbox) as found:
        yield found


@pytest.mark.parametrize("extra", ["", *(pytest.param(one, marks=pytest.mark.slow) for one in extras.EXTRAS)])
def test_without_an_extra_the_rest_works(extra: str, folder: Path, environment: Mapping[str, str]) -> None:
    blocked = extras.blocked_without(extra)
    found = extras.tried(folder, environment, extra)
    if not extra:
        page = (extras.ROOT / "docs" / "installing.md").read_text("utf-8")
        assert extras.as_markdown(found) in page, "python -m tests.extras prints the table"
    for use in extras.USES:
        lacks = sorted(blocked.intersection(use.libraries))
        if not lacks:
            assert found[use.name] == extras.WORKS, use.name
        else:
            named = "|".join(lacks)
            sentence = rf'\w+: .+ needs ({named}), which is not installed: pip install "gini-notebook\[(\w+)\]"'
            match = re.fullmatch(sentence, found[use.name])
            assert match, (use.name, found[use.name])
            assert match[1] in extras.libraries_of(match[2])


def test_every_library_of_an_extra_is_one_that_something_needs() -> None:
    needed = {name for use in extras.USES for name in use.libraries}
    for extra in extras.EXTRAS:
        modules = extras.libraries_of(extra)
        assert modules, extra
        # IPython shows what the widgets are; distributed runs what dask has planned.
        assert modules & needed, extra


def test_a_module_of_ours_that_is_missing_is_no_missing_library() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"gini_notebook\.no_such") as caught, needed_for("It", "truth"):
        import gini_notebook.no_such  # type: ignore[import-not-found]  # noqa: F401
    assert not isinstance(caught.value, GiniError)


def test_a_missing_library_is_an_import_error_too() -> None:
    with (
        pytest.raises(MissingLibrary, match=r"^It needs no_such_library, which is not") as caught,
        needed_for("It", "truth"),
    ):
        import no_such_library.part  # type: ignore[import-not-found]  # noqa: F401
    assert isinstance(caught.value, ImportError)
    assert caught.value.name == "no_such_library"


def test_the_sandbox_names_what_its_extra_brings() -> None:
    from gini_notebook.sandbox.settings import LIBRARIES

    names = {name for name in extras.libraries_of("sandbox") if not name.startswith("pypdfium2_")}
    assert set(LIBRARIES) == names - {"multipart"}  # the old name of python_multipart
