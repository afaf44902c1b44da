"""Documents: send, list, look at, wait for, delete."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from gini_notebook._wire import documents as wire
from gini_notebook._wire.files import check_file
from gini_notebook.client._base import BaseClient
from gini_notebook.errors import FileProblem, SettingError
from gini_notebook.values import Document

Source = str | PathLike[str] | bytes


def read_source(source: Source, name: str | None) -> tuple[bytes, str]:
    """Return content and name of a path or of bytes; raises :class:`FileProblem` if it cannot be read."""
    if isinstance(source, bytes):
        return source, name or "the document"
    path = Path(source)
    try:
        return path.read_bytes(), name or path.name
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or 'unknown reason'}."
        raise FileProblem(message) from None


class DocumentsClient(BaseClient):
    """The part of a client that handles documents."""

    def upload(
        self,
        source: Source,
        *,
        name: str | None = None,
        media_type: str | None = None,
        document_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> str:
        """Send a document; it is processed from now on.

        Parameters
        ----------
        source
            A path, or the content.
        name
            What the document is called in the service; the file's name by default.
        media_type
            Taken as it is; by default what the content shows, whatever the file is called.
        document_type
            A hint: ``Invoice``, ``Reminder``, ``RemittanceSlip`` …
        metadata
            For the service's reports: names and values in printable ASCII, for example ``{"branchid": "7"}``.

        Returns
        -------
        str
            The id of the document.

        Raises
        ------
        FileProblem
            If the file is missing, empty, not smaller than 10 MiB (text: 512 KiB), or of a type the service does not
            take. Nothing is sent.
        FileRefused
            If the service does not take it.
        AnswerLost
            If nobody knows whether the service has it. It is never sent twice on its own.

        Examples
        --------
        >>> document = client.upload("invoices/4711.pdf")  # doctest: +SKIP
        """
        content, label = read_source(source, name)
        found = check_file(content, label, media_type)
        shown = label if name or not isinstance(source, bytes) else ""
        request = wire.upload(
            self.environment, self.api, content, found, name=shown, hint=document_type, metadata=metadata
        )
        return self._call(request)

    def document(self, document: str | Document) -> Document:
        """Look at a document: progress, pages, dates.

        Raises
        ------
        NotFound
            If there is none of this id, or it belongs to another user.
        """
        return self._call(wire.document(self.environment, document))

    def documents(self, *, limit: int = 20, next: float | None = None) -> list[Document]:  # noqa: A002 - the service's own word
        """Return one page of the user's documents, the newest first as far as is known ("Document list").

        Parameters
        ----------
        limit
            Documents at most.
        next
            Creation date (ms) to go on from; the document at that very moment is listed again. In the environment
            ``gini-api`` it is the number of documents to skip.
        """
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            message = f"limit must be a positive whole number, not {limit!r}."
            raise SettingError(message)
        return list(self._call(wire.documents(self.environment, limit=limit, following=next)).documents)

    def delete(self, document: str | Document) -> None:
        """Delete a document with everything that was read on it.

        Raises
        ------
        RequestRefused
            If it is a partial document that belongs to a composite; see ``with_parents``.
        NotFound
            If there is none.
        """
        self._call(wire.delete(self.environment, document))
