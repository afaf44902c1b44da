"""``python -m gini_notebook``, the same as ``gini-notebook``."""

from gini_notebook.cli import main

if __name__ == "__main__":
    main()
