"""All SQL of the package stands in the modules of the ledger."""

import ast
import re
from pathlib import Path

import gini_notebook

SQL = re.compile(r"\b(SELECT .+|INSERT (OR REPLACE )?INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|INDEX)|PRAGMA) ")
PACKAGE = Path(gini_notebook.__file__).parent


def statements(path: Path) -> list[str]:
    """Return the texts of a module that hold SQL."""
    texts = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    return [text for text in texts if isinstance(text, str) and SQL.search(f"{text} ")]


def test_there_is_no_sql_outside_the_ledger() -> None:
    ledger = PACKAGE / "service" / "batch" / "ledger"
    found = {path.relative_to(PACKAGE).as_posix(): statements(path) for path in PACKAGE.rglob("*.py")}
    assert sum(map(len, found.values())) > 30
    assert {name for name, texts in found.items() if texts and ledger not in (PACKAGE / name).parents} == set()
