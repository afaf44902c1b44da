"""A client of the Gini Pay API: one method per thing the service can do."""

from gini_notebook.client._documents import DocumentsClient
from gini_notebook.client._results import ResultsClient

__all__ = ["Client"]


class Client(DocumentsClient, ResultsClient):
    """A client of the service, for one user; many threads may share it."""
