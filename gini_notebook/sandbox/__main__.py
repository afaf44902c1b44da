"""Start the sandbox: ``python -m gini_notebook.sandbox --help``."""

from gini_notebook.sandbox.commandline import main

if __name__ == "__main__":
    main()
