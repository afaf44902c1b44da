"""What a view opens below itself when somebody clicks."""

from typing import Any


def show_below(output: Any, view: object) -> None:
    """Show a view in an output (``ipywidgets.Output``) in place of what it held."""
    from IPython.display import display

    output.clear_output()
    with output:
        display(view)  # type: ignore[no-untyped-call]
