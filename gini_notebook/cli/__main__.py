"""``python -m gini_notebook.cli``, the same as ``gini-notebook``."""

from gini_notebook.cli import main

main()
