"""The explorer: documents, what was read of them, what is right, and the pages they are on.

From below: ``subject`` makes one table of slots of whatever is explored, ``slot_columns`` writes it as columns for the
browser, ``selection`` holds filters and order, ``slot_details`` what is said of one slot, ``truth_places`` and
``slot_places`` where true values stand, ``labelling`` the truth while it is edited, with ``rescoring`` (the evaluation
follows) and ``value_check`` (what a text would be as a label); ``session`` is the conversation with the browser without
any widget, ``explorer`` what people have in their hands, and ``opening`` makes it.
"""

from gini_notebook.interactive.explorer.explorer import Explorer
from gini_notebook.interactive.explorer.opening import explore

__all__ = ["Explorer", "explore"]
