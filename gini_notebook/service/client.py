"""A client of the Gini Pay API: one method per thing the service can do."""

import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar

from gini_notebook.errors import AnswerLost, DocumentFailed, FileProblem, SettingError, StillProcessing
from gini_notebook.service import wire
from gini_notebook.service.credentials import other_user
from gini_notebook.service.transport import CaBundle, Timing, Transport
from gini_notebook.service.values import (
    ERROR,
    Configuration,
    Document,
    ErrorReport,
    Extraction,
    Extractions,
    Feedback,
    Layout,
    Page,
    Payment,
    PaymentRequest,
    Token,
)
from gini_notebook.service.wire import Access, Environment, Request, base_url, environment_named
from gini_notebook.service.wire.files import check_file
from gini_notebook.service.wire.paging import ListEnd, ListScan

__all__ = ["Client", "Timing"]

T = TypeVar("T")

Source = str | PathLike[str] | bytes
_FIRST_POLL_S = 0.25
_LAST_POLL_S = 5.0

Labels = Mapping[str, str | Extraction | Mapping[str, Any]]

_PAYMENT_MEMBERS = ("recipient", "iban", "amount", "purpose")


class Client:
    """A client of the service for one user; any number of threads may share it.

    :func:`gini_notebook.login` makes one. Every method is one thing the service can do, sends what it sends by https
    only, ends before its deadline, and raises an error of the tree in :mod:`gini_notebook.errors`.

    Parameters
    ----------
    access
        The credentials to call with; see :mod:`gini_notebook.service.credentials`.
    environment
        ``"pay-api"``, or ``"gini-api"`` for the predecessor with its older media types and paths.
    api, user_center
        Other addresses than the environment's own, ``https`` only.
    ca_bundle
        A file or folder with the certificates of trusted authorities, or ``"system"`` for those of the operating
        system, or ``"certifi"`` for the bundle of Requests. By default ``GINI_CA_FILE``, ``REQUESTS_CA_BUNDLE``,
        ``SSL_CERT_FILE``, then the bundle of Requests. Whatever is given here, and ``GINI_CA_FILE``, keep the other
        two from adding authorities: ``"certifi"`` is for places where others may set variables. There is no way to
        switch the check off.
    proxies
        Address of a proxy, or ``{}`` for none; by default ``HTTPS_PROXY`` and ``NO_PROXY``.
    pins
        Accept only certificates with one of these public keys (SHA-256 of the SPKI in base64, at least two, the next
        key among them). None by default: pins stop working when the service renews its key.
    timing
        Time limits; see :class:`gini_notebook.service.client.Timing`.
    attempts
        How often a request is sent at most if repeating it is safe and may help.
    ephemeral
        Whether the service forgets everything when it stops, as a sandbox does. A run that meets another such service
        sends anew what was not finished.
    sleep, clock
        For tests that do not want to wait.

    Attributes
    ----------
    api, user_center
        Base addresses in use.
    environment
        The environment in use.
    user
        The user the documents belong to.

    Examples
    --------
    >>> with gini_notebook.login() as client:  # doctest: +SKIP
    ...     document = client.wait(client.upload("invoice.pdf"))
    ...     client.extractions(document).extractions["amountToPay"].value
    '238.00:EUR'
    """

    def __init__(  # noqa: PLR0913 - all by keyword, all independent
        self,
        access: Access,
        *,
        environment: str | Environment = "pay-api",
        api: str | None = None,
        user_center: str | None = None,
        ca_bundle: CaBundle | None = None,
        proxies: str | Mapping[str, str] | None = None,
        pins: Collection[str] = (),
        timing: Timing | None = None,
        attempts: int = 4,
        ephemeral: bool = False,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.environment = environment_named(environment)
        self.api = base_url(api or self.environment.api)
        self.user_center = base_url(user_center or self.environment.user_center, "address of the User Center")
        self.ephemeral = ephemeral
        self.keeps_alive: object = None
        self._access = access
        self._attempts = attempts
        self._transport = Transport(
            self.api,
            self.user_center,
            timing=timing,
            ca_bundle=ca_bundle,
            proxies=proxies,
            pins=pins,
            sleep=sleep,
            clock=clock,
        )
        self._sleep = sleep or self._transport.pause
        self._clock = clock

    @property
    def user(self) -> str:
        """The user that documents are sent for: the identifier, the account's address, or ``(token)``."""
        return self._access.user

    def with_user(self, user_identifier: str | None = None) -> Self:
        """Return a client for another user over the same connections.

        Parameters
        ----------
        user_identifier
            1 to 64 letters, digits or ``. _ @ -``; by default a fresh random one, which is what a batch run wants:
            its list of documents then holds this run and nothing else.

        Raises
        ------
        SettingError
            If the client is logged in as one particular user (account or token).
        """
        return self.with_access(other_user(self._access, user_identifier))

    def with_access(self, access: Access) -> Self:
        """Return a client that calls over the same connections with other credentials."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._access = access
        return other

    def without_repeats(self) -> Self:
        """Return a client over the same connections that sends every request once.

        For callers that repeat by rules of their own, as a batch run does: pauses then hold for all its threads, and
        an unclear upload is resolved before anything is repeated. A refused token is still replaced.
        """
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._attempts = 1
        return other

    def logout(self) -> None:
        """Forget every secret and close the connections; every later call raises ``LoginRequired``."""
        self._access.forget()
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def diagnostics(self) -> dict[str, Any]:
        """Describe how this client reaches the service, for a support case; without any secret.

        Returns
        -------
        dict
            ``api``, ``user_center``, ``environment``, ``access``, ``user``, ``expires_in_s`` of the token if there
            is one, ``ca`` and ``proxy`` with where the setting came from, ``timeouts_s``.
        """
        proxy = self._transport.proxies[self.api]
        timing = self._transport.timing
        return {
            "api": self.api,
            "user_center": self.user_center,
            "environment": self.environment.name,
            **self._access.describe(),
            "ca": f"{self._transport.trust.path} (from {self._transport.trust.source})",
            "proxy": f"{proxy.url} (from {proxy.source})" if proxy else None,
            "timeouts_s": {"connect": timing.connect_s, "read": timing.read_s, "deadline": timing.deadline_s},
        }

    def _call(self, request: Request[T]) -> T:
        return self._transport.call(request, self._access, attempts=self._attempts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(api={self.api!r}, user={self.user!r})"

    def __getstate__(self) -> NoReturn:
        raise TypeError("A client holds secrets and connections, so it cannot be pickled; log in where it is needed.")

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
        request = wire.documents.upload(
            self.environment, self.api, content, found, name=shown, hint=document_type, metadata=metadata
        )
        return self._call(wire.documents.as_form(request, content, found, shown) if as_form else request)

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
        return self._call(
            wire.documents.upload(self.environment, self.api, content, partial, name=shown, metadata=metadata)
        )

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
        return self._call(
            wire.documents.composite(self.environment, self.api, pairs, hint=document_type, metadata=metadata)
        )

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
        return self.compose([self._call(wire.documents.qr_payload(self.environment, self.api, qrcode, payment))])

    def document(self, document: str | Document) -> Document:
        """Look at a document: progress, pages, dates ("Get document").

        Raises
        ------
        NotFound
            If there is none of this id, or it belongs to another user.
        """
        return self._call(wire.documents.document(self.environment, document))

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
        return list(self._call(wire.documents.documents(self.environment, limit=limit, following=next)).documents)

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
            page = self._call(wire.documents.documents(self.environment, limit=scan.limit, following=scan.next))
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
                self._call(wire.documents.delete(self.environment, parent.id))
        self._call(wire.documents.delete(self.environment, document))

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

    def extractions(self, document: str | Document) -> Extractions:
        """Return what was read on a document.

        Raises
        ------
        NotFound
            If there is no such document, or it is not finished, or it is a partial document, which has none.
        """
        return self._call(wire.documents.extractions(self.environment, document))

    def layout(self, document: str | Document) -> Layout:
        """Return text and positions page by page."""
        return self._call(wire.documents.layout(self.environment, document))

    def pages(self, document: str | Document) -> list[Page]:
        """Return the pages of a document."""
        return list(self._call(wire.documents.pages(self.environment, document)))

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
        return self._call(wire.documents.page_image(self.environment, document, number, size))

    def processed(self, document: str | Document) -> bytes:
        """Return the file after preprocessing, the basis of all boxes; for native PDFs it is what was sent."""
        return self._call(wire.documents.processed(self.environment, document))

    def send_feedback(
        self,
        document: str | Document,
        feedback: Feedback | Labels,
        *,
        compounds: Mapping[str, Sequence[Labels]] | None = None,
    ) -> None:
        """Send what a person says the values are ("Transfer summary").

        Send it only if a person has seen the values and could correct them; confirmed values count as much as
        corrected ones. Later answers of the service give the values sent here.

        Parameters
        ----------
        document
            The document or its id.
        feedback
            By label: a text in the service's normal form (``"12.30:EUR"``, ``"2025-04-11"``), an extraction, or
            ``{"value": …, "box": …}``; or a :class:`~gini_notebook.service.values.Feedback`.
        compounds
            By name of a table, for example ``"lineItems"``: its rows.

        Raises
        ------
        SettingError
            If something is no label or no text.
        NotFound
            If the service does not know the document or a label.
        RequestRefused
            If a value breaks the rules of its entity (422).

        Examples
        --------
        >>> client.send_feedback(document, {"amountToPay": "950.00:EUR"})  # doctest: +SKIP
        """
        self._call(wire.feedback.send(self.environment, document, _feedback(feedback, compounds)))

    def send_label_feedback(self, document: str | Document, label: str, value: str | Extraction) -> None:
        """Send feedback on one label; the service prefers all at once, see :meth:`send_feedback`."""
        extraction = _feedback({label: value}, None).extractions[label]
        self._call(wire.feedback.send_label(self.environment, document, label, extraction))

    def delete_label(self, document: str | Document, label: str) -> None:
        """Tell the service that what it found under this label is not on the document.

        Raises
        ------
        NotFound
            If the document or the label is unknown.
        """
        self._call(wire.feedback.delete_label(self.environment, document, label))

    def error_report(self, document: str | Document, *, summary: str = "", description: str = "") -> ErrorReport:
        """Report a document to the service's support; the answer's ``error_id`` is what to quote.

        The call is of the older service; the newer one may not have it.
        """
        return self._call(
            wire.feedback.error_report(self.environment, document, summary=summary, description=description)
        )

    def login_token(self) -> Token:
        """Get a token for this client's user, to hand to a device that must not know the secret ("Login").

        The token hides in print; ``token.access_token.reveal()`` gives it out.
        """
        return self._call(wire.user_center.login(self.environment))

    def configuration(self) -> Configuration:
        """Return what the service has switched on for this client."""
        return self._call(wire.payments.configuration(self.environment))

    def log_event(self, description: str, **details: str) -> None:
        """Log an error of your program with the service.

        Parameters
        ----------
        description
            What went wrong; no personal data.
        **details
            For example ``document_id``, ``original_request_id``, ``os_name``.
        """
        self._call(wire.payments.error_event(self.environment, {"description": description, **details}))

    def send_events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Send a batch of events in the form of the service's client libraries."""
        self._call(wire.payments.events(events))

    def payment_requests(self, *, limit: int = 20, offset: int = 0) -> list[PaymentRequest]:
        """Return payment requests ("Payment requests").

        Parameters
        ----------
        limit, offset
            How many at most, and how many to skip.
        """
        if limit < 1 or offset < 0:
            message = f"limit={limit!r} must be positive and offset={offset!r} not negative."
            raise SettingError(message)
        return list(self._call(wire.payments.payment_requests(self.environment, limit=limit, offset=offset)))

    def payment_request(self, request_id: str) -> PaymentRequest:
        """Return one payment request."""
        return self._call(wire.payments.payment_request(self.environment, request_id))

    def resolve_payment_request(self, request_id: str, payment: Mapping[str, str]) -> PaymentRequest:
        """Tell the service that a payment request was paid.

        Parameters
        ----------
        request_id
            The id of the payment request.
        payment
            What was paid: ``recipient``, ``iban``, ``amount`` (``"87.40:EUR"``), ``purpose``, perhaps ``bic``.

        Raises
        ------
        SettingError
            If one of these lacks.
        RequestRefused
            If it is paid already.
        """
        lacking = [name for name in _PAYMENT_MEMBERS if not payment.get(name)]
        if lacking:
            message = f"The payment lacks {', '.join(lacking)}."
            raise SettingError(message)
        return self._call(wire.payments.resolve(self.environment, request_id, payment))

    def payment(self, request_id: str) -> Payment:
        """Return the payment of a payment request that was paid."""
        return self._call(wire.payments.payment(self.environment, request_id))


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


def _feedback(given: Feedback | Labels, compounds: Mapping[str, Sequence[Labels]] | None) -> Feedback:
    if isinstance(given, Feedback):
        if compounds is not None:
            raise SettingError("Give the compounds within the Feedback, not beside it.")
        return given
    try:
        return Feedback.of(given, compounds)
    except ValueError as error:
        message = f"The feedback cannot be sent: {error}."
        raise SettingError(message) from None
