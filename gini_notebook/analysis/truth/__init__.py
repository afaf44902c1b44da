"""Ground truth: what the fields of documents really hold, read from wherever somebody wrote it down.

:func:`read_truth` reads it, :func:`write_truth` writes it; between them lies one table,
:data:`gini_notebook.schema.TRUTH`, as a :class:`Truth`, which also says what was understood.
:func:`understood_words` lists the words above columns. :class:`Journal` keeps what people decide about single labels.
"""

from typing import TYPE_CHECKING, Any

from gini_notebook.analysis.truth.edits import Edit
from gini_notebook.analysis.truth.headers import understood_words
from gini_notebook.analysis.truth.journal import Journal
from gini_notebook.analysis.truth.reading import read_truth
from gini_notebook.analysis.truth.writing import write_truth

if TYPE_CHECKING:
    from gini_notebook.analysis.truth.truth import Truth


def __getattr__(name: str) -> Any:
    """Load the class with pandas when it is first asked for; the guarded process reads without it."""
    if name == "Truth":
        from gini_notebook.analysis.truth.truth import Truth

        return Truth
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


__all__ = ["Edit", "Journal", "Truth", "read_truth", "understood_words", "write_truth"]
