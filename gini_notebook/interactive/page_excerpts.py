"""Excerpts of pages for reports: the surroundings of a value, from the files on this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gini_notebook.errors import FileProblem
from gini_notebook.interactive.page_drawing import draw_excerpt, draw_file
from gini_notebook.interactive.pages import FolderPages

if TYPE_CHECKING:
    from gini_notebook.analysis.report.disclosure import Spot
    from gini_notebook.service.batch.inputs import Documents


# Wide enough to see where something stands, and to read what is large.
PAGE_PX = 480


class PageExcerpts:
    """Where a report takes excerpts of pages from: the files on this machine; nothing is asked of the service.

    Parameters
    ----------
    documents
        The folder the documents are named below, or the mapping or list that was given to
        :func:`gini_notebook.process`.

    Raises
    ------
    FileProblem
        If there is no such folder.

    Notes
    -----
    Boxes are taken to be in points, as the service's documentation has it; of pictures it is a guess from their
    resolution, which the report says. Unless the report is asked for ``mask=False``, an excerpt has the pixels of the
    value in question and no others: bars stand in place of the words around it, as far as there is a text layer.
    Where a box is too large for a value, a file is not there or not the one of the run, or a page cannot be drawn, the
    report has a line of text.

    Examples
    --------
    >>> import gini_notebook as gini
    >>> pages = gini.PageExcerpts("invoices")
    >>> path = result.save_report("report.html", pages=pages)
    """

    def __init__(self, documents: "Documents") -> None:
        self._pages = FolderPages(documents)

    def excerpt(self, spot: "Spot", *, mask: bool) -> tuple[bytes, str]:
        """Draw an excerpt.

        Parameters
        ----------
        spot
            Document, page and box.
        mask
            Whether it has nothing of the page but the value in the box.

        Returns
        -------
        tuple
            A PNG, and what is uncertain about it.

        Raises
        ------
        FileProblem
            If there is none; the message names no folder.
        """
        files: Sequence[Path] = ()
        try:
            files = self._pages.files(spot.document)
            file, name, number = self._pages.unchanged(spot.document, spot.page, spot.sha256)
            return draw_excerpt(file, name, number, spot.box, mask=mask)
        except FileProblem as error:
            raise FileProblem(self._without_folders(str(error), files)) from error

    def first_page(self, document: str, sha256: str | None) -> tuple[bytes, int]:
        """Draw the first page of a document, small and as it is.

        Parameters
        ----------
        document, sha256
            Its name, and the hash of its file as far as known.

        Returns
        -------
        tuple
            A JPEG, and how many pages the document has.

        Raises
        ------
        FileProblem
            If there is none; the message names no folder.
        """
        files: Sequence[Path] = ()
        try:
            files = self._pages.files(document)
            file, name, number = self._pages.unchanged(document, 1, sha256)
            drawing = draw_file(file, name, number, PAGE_PX)
            return drawing.data, max(drawing.count, len(files))
        except FileProblem as error:
            raise FileProblem(self._without_folders(str(error), files)) from error

    def _without_folders(self, message: str, files: Sequence[Path]) -> str:
        """Leave out of a message where the files lie on this machine: a report is passed on."""
        for path in (*files, *self._pages.folders):
            message = message.replace(str(path), path.name)
        return message
