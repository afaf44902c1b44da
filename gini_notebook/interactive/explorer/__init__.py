"""The explorer: documents, what was read of them, what is right, and the pages they are on.

From below: ``subject`` makes one table of slots of whatever is explored, ``slot_columns`` writes it as columns for the
browser, ``selection`` holds filters and order, ``slot_details`` what is said of one slot, ``page_cache`` the pages,
``session`` is the conversation with the browser without any widget, ``scripts`` joins the modules of the view, and
``explorer`` is what people call.
"""

from gini_notebook.interactive.explorer.explorer import Explorer, explore

__all__ = ["Explorer", "explore"]
