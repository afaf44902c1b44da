"""Results: extractions, layout, pages and their images."""

from gini_notebook.service.client._base import BaseClient
from gini_notebook.service.values import Document, Extractions, Layout, Page
from gini_notebook.service.wire import results as wire


class ResultsClient(BaseClient):
    """The part of a client that reads what the service has found."""

    def extractions(self, document: str | Document) -> Extractions:
        """Return what was read on a document.

        Raises
        ------
        NotFound
            If there is no such document, or it is not finished, or it is a partial document, which has none.
        """
        return self._call(wire.extractions(self.environment, document))

    def layout(self, document: str | Document) -> Layout:
        """Return text and positions page by page."""
        return self._call(wire.layout(self.environment, document))

    def pages(self, document: str | Document) -> list[Page]:
        """Return the pages of a document."""
        return list(self._call(wire.pages(self.environment, document)))

    def page_image(self, document: str | Document, number: int, size: str = "large") -> bytes:
        """Return the image (usually JPEG) of a page.

        Parameters
        ----------
        document
            The document or its id.
        number
            Page number, counted from 1.
        size
            ``"large"`` or ``"medium"``.

        Raises
        ------
        NotFound
            If there is no such page, or its image is not ready yet: then try again a second later.
        """
        return self._call(wire.page_image(self.environment, document, number, size))

    def processed(self, document: str | Document) -> bytes:
        """Return the file after preprocessing, the basis of all boxes; for native PDFs it is what was sent."""
        return self._call(wire.processed(self.environment, document))
