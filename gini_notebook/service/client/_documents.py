"""Documents: send, list, look at, wait for, delete."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path

from gini_notebook.errors import AnswerLost, DocumentFailed, FileProblem, SettingError, StillProcessing
from gini_notebook.service.client._base import BaseClient
from gini_notebook.service.values import ERROR, Document
from gini_notebook.service.wire import documents as wire
from gini_notebook.service.wire.files import check_file
from gini_notebook.service.wire.paging import ListEnd, ListScan

Source = str | PathLike[str] | bytes
_FIRST_POLL_S = 0.25
_LAST_POLL_S = 5.0


class DocumentsClient(BaseClient):
    """The part of a client that handles documents."""

    def upload(
        self,
        source: Source | Sequence[Source],
        *,
        name: str | None = None,
        media_type: str | None = None,
        document_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
        as_form: bool = False,
    ) -> str:
        """Send a document; it is processed from now on ("Submit files").

        Parameters
        ----------
        source
            A path, or the content. A list of pages (each a path or content) becomes one composite document.
        name
            What the document is called in the service; the file's name by default.
        media_type
            Taken as it is; by default what the content shows, whatever the file is called.
        document_type
            A hint: ``Invoice``, ``Reminder``, ``RemittanceSlip`` …
        metadata
            For the service's reports: names and values in printable ASCII, for example ``{"branchid": "7"}``;
            ``{"product-tag": "cxExtractions"}`` asks for cross-border payments.
        as_form
            Send it the way a browser does (multipart) instead of as raw bytes.

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
        >>> document = client.upload(["page1.jpg", "page2.jpg"])  # doctest: +SKIP
        """
        if not isinstance(source, str | bytes | PathLike):
            return self._upload_pages(source, document_type=document_type, metadata=metadata)
        content, label, shown = read_source(source, name)
        found = check_file(content, label, media_type)
        request = wire.upload(
            self.environment, self.api, content, found, name=shown, hint=document_type, metadata=metadata
        )
        return self._call(wire.as_form(request, content, found, shown) if as_form else request)

    def upload_partial(
        self,
        source: Source,
        *,
        name: str | None = None,
        media_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> str:
        """Send one part of a document, usually a page; it has no extractions of its own.

        Parameters, errors and the answer are those of :meth:`upload`; join the parts with :meth:`compose`.
        """
        content, label, shown = read_source(source, name)
        found = check_file(content, label, media_type)
        partial = self.environment.partial_type(found.partition("/")[2])
        return self._call(wire.upload(self.environment, self.api, content, partial, name=shown, metadata=metadata))

    def compose(
        self,
        parts: Sequence[str | tuple[str, int]],
        *,
        document_type: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> str:
        """Join partial documents to one document, which is then processed.

        Parameters
        ----------
        parts
            Ids of partial documents in page order, or pairs of id and degrees the page must still be turned
            clockwise.
        document_type, metadata
            As for :meth:`upload`.

        Returns
        -------
        str
            The id of the composite document; wait for it and read its extractions.

        Raises
        ------
        SettingError
            If there are no parts, or something is no id.
        NotFound
            If a part does not exist.
        AnswerLost
            If nobody knows whether it was joined; the first part then tells in ``composite_documents``.
        """
        pairs = [part if isinstance(part, tuple) else (part, 0) for part in parts]
        if not pairs:
            raise SettingError("A composite document needs at least one partial document.")
        return self._call(wire.composite(self.environment, self.api, pairs, hint=document_type, metadata=metadata))

    def upload_qr_payload(self, qrcode: str, payment: Mapping[str, str] | None = None) -> str:
        """Send the text of a payment QR code as a document ("Submit files", parsed QR code).

        Parameters
        ----------
        qrcode
            The text in the code.
        payment
            What you have read in it: ``iban`` and ``paymentRecipient``, perhaps ``amountToPay``, ``bic``,
            ``paymentReference``.

        Returns
        -------
        str
            The id of the document that holds it.

        Raises
        ------
        SettingError
            If ``payment`` is given without ``iban`` or ``paymentRecipient``.
        """
        return self.compose([self._call(wire.qr_payload(self.environment, self.api, qrcode, payment))])

    def document(self, document: str | Document) -> Document:
        """Look at a document: progress, pages, dates ("Get document").

        Raises
        ------
        NotFound
            If there is none of this id, or it belongs to another user.
        """
        return self._call(wire.document(self.environment, document))

    def documents(self, *, limit: int = 20, next: float | None = None) -> list[Document]:  # noqa: A002 - their word
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

    def all_documents(self, *, limit: int = 100) -> Iterator[Document]:
        """Iterate over all documents of the user, each once, page by page.

        Parameters
        ----------
        limit
            Documents per request.

        Raises
        ------
        AnswerLost
            Behind the last document, if the list cannot be read to its end: more documents may share one creation
            date than the service puts on a page, and then nothing tells its pages apart.
        """
        scan = ListScan(limit, by_offset=self.environment.counts_with_offset)
        while scan.ended is None:
            page = self._call(wire.documents(self.environment, limit=scan.limit, following=scan.next))
            yield from scan.take(page.documents, page.total_count)
        if scan.ended is ListEnd.BROKEN:
            message = (
                f"The list of documents cannot be read to its end: {scan.seen} were read, but more of one creation "
                "date may be there than the service puts on a page."
            )
            raise AnswerLost(message)

    def wait(
        self,
        document: str | Document,
        *,
        deadline_s: float = 120.0,
        progress: Callable[[Document], object] | None = None,
    ) -> Document:
        """Wait until the service is done with a document.

        It asks after 0.25 s, then ever more rarely, up to every 5 s.

        Parameters
        ----------
        document
            The document or its id.
        deadline_s
            Give up after so many seconds.
        progress
            Called with the document each time it was asked for.

        Raises
        ------
        DocumentFailed
            If the service gave up on it.
        StillProcessing
            If it is not done before the deadline.
        """
        started = self._clock()
        while True:
            seen = self.document(document)
            if progress is not None:
                progress(seen)
            if seen.progress == ERROR:
                message = f"The service could not process document {seen.id} ({seen.name!r}); it gives no reason."
                raise DocumentFailed(message)
            if seen.finished:
                return seen
            age = self._clock() - started
            pause = min(max(age / 2, _FIRST_POLL_S), _LAST_POLL_S) * random.uniform(0.9, 1.1)  # noqa: S311 - jitter
            if age + pause > deadline_s:
                message = f"Document {seen.id} is still {seen.progress} after {age:.0f} s; ask again later."
                raise StillProcessing(message)
            self._sleep(pause)

    def delete(self, document: str | Document, *, with_parents: bool = False) -> None:
        """Delete a document with everything that was read on it.

        Parameters
        ----------
        document
            The document or its id.
        with_parents
            Delete the composite documents it belongs to first; without, a part in use is refused.

        Raises
        ------
        RequestRefused
            If it is a partial document that belongs to a composite.
        NotFound
            If there is none.
        """
        if with_parents:
            for parent in self.document(document).composite_documents:
                self._call(wire.delete(self.environment, parent.id))
        self._call(wire.delete(self.environment, document))

    def _upload_pages(
        self, sources: Sequence[Source], *, document_type: str | None, metadata: Mapping[str, str] | None
    ) -> str:
        if not sources:
            raise FileProblem("The list of pages is empty; there is nothing to send.")
        # All files are looked at before the first is sent: half a document helps nobody.
        for source in sources:
            content, label, _ = read_source(source, None)
            check_file(content, label)
        parts = [self.upload_partial(source, metadata=metadata) for source in sources]
        return self.compose(parts, document_type=document_type, metadata=metadata)


def read_source(source: Source, name: str | None) -> tuple[bytes, str, str]:
    """Return content, what to call it in messages, and what to call it in the service.

    Raises
    ------
    FileProblem
        If it cannot be read.
    """
    if isinstance(source, bytes):
        return source, name or "the document", name or ""
    path = Path(source)
    try:
        return path.read_bytes(), str(path), name or path.name
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or 'unknown reason'}."
        raise FileProblem(message) from None
