"""The reading engine of the sandbox: it really reads documents, by plain and general rules.

It is a baseline, not a model: it is wrong at times, and that is what there is to analyse. No rule knows a sender, a
file or the wording of one document, and XML embedded in a PDF is never looked at.
"""

from gini_notebook.sandbox.reading.engine import Checked, Reading, check, read
from gini_notebook.sandbox.reading.problems import Unreadable, UnsupportedType

__all__ = ["Checked", "Reading", "Unreadable", "UnsupportedType", "check", "read"]
