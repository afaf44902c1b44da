"""The picture of the architecture is that of the code."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_the_picture_is_that_of_the_import_graph() -> None:
    pytest.importorskip("grimp", reason="import-linter is not installed (group check)")
    script = runpy.run_path(str(ROOT / "docs" / "draw_architecture.py"))
    assert script["draw"]() == script["PICTURE"].read_text(encoding="utf-8"), "run make architecture"
