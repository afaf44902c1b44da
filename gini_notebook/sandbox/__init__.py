"""The service on this machine: the same API over HTTPS, without an account, which really reads documents.

Importing this loads nothing heavy; the server runs in a process of its own.
"""

from gini_notebook.sandbox.launcher import Sandbox, SeenRequest, StoredDocument

__all__ = ["Sandbox", "SeenRequest", "StoredDocument"]
