"""What a view opens below itself when somebody clicks: the explorer with a filter, or a table where there is none."""

import inspect
from collections.abc import Callable
from typing import Any

from gini_notebook._display import Display
from gini_notebook.interactive.explorer import explore


def show_below(output: Any, what: object, otherwise: Callable[[], Display], **how: object) -> None:
    """Show the explorer in an output, if it opens such things; else a table.

    Parameters
    ----------
    output
        The ``ipywidgets.Output`` below the view; what it held goes.
    what
        What to explore.
    otherwise
        Makes the table.
    how
        Arguments of the explorer.
    """
    from IPython.display import display

    opens = set(how) <= set(inspect.signature(explore).parameters)
    output.clear_output()
    with output:
        if opens:
            display(explore(what, **how))  # type: ignore[arg-type, no-untyped-call]
        else:
            display(otherwise().bundle(), raw=True)  # type: ignore[no-untyped-call]
