"""What the sandbox holds."""

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gini_notebook.sandbox import Sandbox


def kinds(sandbox: "Sandbox", user: str) -> Counter[str]:
    """Count the documents of a user: whole ones, composites and partial ones."""
    return Counter(one.kind for one in sandbox.stored().get(user, []))
