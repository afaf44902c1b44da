"""What people click on in a notebook. Everything a widget does can be done without it."""

from gini_notebook.interactive.widgets.explorer import Explorer, explore
from gini_notebook.interactive.widgets.login_form import LoginForm

__all__ = ["Explorer", "LoginForm", "explore"]
