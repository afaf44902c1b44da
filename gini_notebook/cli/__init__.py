"""The same steps as in a notebook, from a shell: ``gini-notebook demo | run | truth | evaluate | report | …``.

One function per command; each does little more than call the function of the same name. Exit codes: 0 did it,
1 finished, but documents failed or a result is below ``--fail-under``, 2 could not start (usage, login, files),
3 stopped, and the same command goes on where it stopped.
"""

import sys

try:
    from gini_notebook.cli.analysis import evaluate, report, truth
    from gini_notebook.cli.application import app, main, sandbox
    from gini_notebook.cli.runs import cleanup, dedupe, demo, resume, run, status
    from gini_notebook.cli.several_runs import compare, history
    from gini_notebook.cli.users import users
except KeyboardInterrupt:
    # Loading takes a moment, too; nothing has begun.
    sys.stderr.write("gini-notebook: interrupted before anything had begun\n")
    sys.exit(3)

__all__ = [
    "app",
    "cleanup",
    "compare",
    "dedupe",
    "demo",
    "evaluate",
    "history",
    "main",
    "report",
    "resume",
    "run",
    "sandbox",
    "status",
    "truth",
    "users",
]
