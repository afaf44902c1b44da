"""A client of the Gini Pay API: one method per thing the service can do."""

import random
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar, overload
from urllib.parse import urlsplit

from gini_notebook._display import Display
from gini_notebook._text import shown_number, whole_number
from gini_notebook.errors import (
    AnswerLost,
    DocumentFailed,
    FileProblem,
    GiniError,
    LoginRequired,
    NotFound,
    RequestRefused,
    SettingError,
    StillProcessing,
)
from gini_notebook.service import wire
from gini_notebook.service.credentials import DeferredAccess, given_user, other_user
from gini_notebook.service.transport import CLOSED, CaBundle, Timing, Transport
from gini_notebook.service.values import (
    ERROR,
    PENDING,
    Configuration,
    Document,
    DocumentList,
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
from gini_notebook.service.wire.documents import Source, check_file, read_source
from gini_notebook.service.wire.outcomes import NewDocuments, Outcome, outcome_of
from gini_notebook.service.wire.paging import ListEnd, ListScan

__all__ = ["Client", "Timing"]

T = TypeVar("T")

_FIRST_POLL_S = 0.25
_LAST_POLL_S = 5.0

_DEADLINE_S = 120.0

Labels = Mapping[str, str | Extraction | Mapping[str, Any]]

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
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
    >>> with gini.login() as client:
    ...     document = client.wait(client.upload("invoices/letter_plain.pdf"))
    ...     client.extractions(document).extractions["amountToPay"].value
    '1966.69:EUR'
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
        self.sources: Mapping[str, str] = {}
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
        self._closed = threading.Event()
        self._derived = False
        self._looks_again = True
        self._new = NewDocuments(clock)

    @property
    def user(self) -> str:
        """The user that documents are sent for: the identifier, the account's address, or ``(token)``."""
        return self._access.user

    @property
    def given_user(self) -> str | None:
        """The user identifier that was asked for; None for a random one, an account or a token."""
        return given_user(self._access)

    def with_user(self, user_identifier: str | None = None) -> Self:
        """Return a client for another user over the same connections; closing it leaves this one as it is.

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
        """Return a client that calls over the same connections with other credentials.

        Closing it leaves this one as it is.
        """
        # What one user has just sent is nothing to wait for where another user is told that it is not there.
        same = access.user == self._access.user
        return self._copy(_access=access, _new=self._new if same else NewDocuments(self._clock))

    def without_repeats(self) -> Self:
        """Return a client over the same connections that sends every request once.

        For callers that repeat by rules of their own, as a batch run does: pauses then hold for all its threads, and
        an unclear upload is resolved before anything is repeated. A refused token is still replaced. Closing it leaves
        this one as it is.
        """
        return self._copy(_attempts=1, _looks_again=False)

    def _copy(self, **changes: object) -> Self:
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__, _closed=threading.Event(), _derived=True, **changes)
        return other

    def scans(self) -> str:
        """Return whether a sandbox reads scans: ``"read"``, or why not; the service is not asked, and says nothing.

        Any server on this machine is taken for a sandbox that may answer.
        """
        is_here = urlsplit(self.api).hostname in _THIS_MACHINE
        return self._call(wire.documents.scans(self.environment)) if self.ephemeral or is_here else ""

    def logout(self) -> None:
        """Forget every secret and close the connections; every later call raises ``LoginRequired``."""
        self._access.forget()
        self.close()

    def close(self) -> None:
        """Close this client, and its connections if it made them; every later call raises ``LoginRequired``."""
        self._closed.set()
        if not self._derived:
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

    def _call(self, request: Request[T], *documents: str | wire.Identified) -> T:
        """Call, and look again for ``documents`` that the service has just named and does not show yet."""
        left_s, pause_s = None, _FIRST_POLL_S
        while True:
            if self._closed.is_set():
                raise LoginRequired(CLOSED)
            try:
                return self._transport.call(request, self._access, attempts=self._attempts)
            except NotFound as error:
                if left_s is None:
                    left_s = self._new.grace_s(documents) if self._looks_again else 0.0
                if outcome_of(error, request.kind, named_lately=left_s >= pause_s) is not Outcome.PENDING:
                    raise
            self._sleep(pause_s)
            left_s -= pause_s
            pause_s = min(2 * pause_s, _LAST_POLL_S)

    def _done(self, document: str | wire.Identified) -> tuple[str | wire.Identified, ...]:
        # Before it is done, and for a part, which has none, 404 for its results means what it says.
        return (document,) if self._new.is_done(document) else ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(api={self.api!r}, user={self.user!r})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show in a cell where and as whom this client is logged in; no secret, nor how long one is."""
        del include, exclude
        return self._display().bundle()

    def _repr_html_(self) -> str:
        """As above, for front ends that ask for HTML alone."""
        return self._display().html

    def _display(self) -> Display:
        known = self.diagnostics()
        trust, proxy = self._transport.trust, self._transport.proxies[self.api]
        rows = [
            ["API", self.api, self.sources.get("api", "")],
            ["access", known["access"], ""],
            *([name.replace("_", " "), "is there", source] for name, source in self._secret_sources()),
            ["user", self.user, self.sources.get("user_identifier") or self.sources.get("username", "")],
            ["certificates", str(trust.path), trust.source],
            ["proxy", proxy.url if proxy else "none", proxy.source if proxy else ""],
        ]
        return Display([self._standing(known["expires_in_s"])], columns=["what", "value", "from"], rows=rows)

    def _secret_sources(self) -> Iterator[tuple[str, str]]:
        for name in ("client_id", "client_secret", "password"):
            if name in self.sources:
                yield name, self.sources[name]

    def _standing(self, expires_in_s: float | None) -> str:
        if self._closed.is_set():
            return f"Logged out of {self.api}; gini.login() makes a new client."
        if isinstance(self._access, DeferredAccess) and self._access.filled is None:
            return f"Not logged in at {self.api} yet: fill in the form."
        life = "" if expires_in_s is None else f"; its token is good for {max(expires_in_s, 0) / 60:.0f} min more"
        return f"Logged in at {self.api} as {self.user}{life}."

    def __getstate__(self) -> NoReturn:
        raise TypeError("A client holds secrets and connections, so it cannot be pickled; log in where it is needed.")

    def upload(
        self,
        source: Source | list[Source] | tuple[Source, ...],
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
            A path, the content, or a file opened for reading bytes. A list or tuple of pages (each one of these)
            becomes one composite document.
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
        SettingError
            If it is none of these.
        AnswerLost
            If nobody knows whether the service has it. It is never sent twice on its own. Where pages are lost on the
            way, those that had arrived are deleted; the error names what is left.

        Examples
        --------
        >>> document = client.upload("invoices/letter_plain.pdf")
        >>> document = client.upload(["page1.png", "page2.png"])
        """
        if isinstance(source, list | tuple):
            return self._upload_pages(source, document_type=document_type, metadata=metadata)
        content, label, shown = read_source(source, name)
        found = check_file(content, label, media_type)
        request = wire.documents.upload(
            self.environment, self.api, content, found, name=shown, hint=document_type, metadata=metadata
        )
        return self._new.add(self._call(wire.documents.as_form(request, content, found, shown) if as_form else request))

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
        return self._upload_part(content, found, shown, metadata)

    def _upload_part(self, content: bytes, found: str, shown: str, metadata: Mapping[str, str] | None) -> str:
        partial = self.environment.partial_type(found.partition("/")[2])
        request = wire.documents.upload(self.environment, self.api, content, partial, name=shown, metadata=metadata)
        return self._new.add(self._call(request), part=True)

    def compose(
        self,
        parts: Sequence[str | wire.Identified | tuple[str | wire.Identified, int]],
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
        request = wire.documents.composite(self.environment, self.api, pairs, hint=document_type, metadata=metadata)
        return self._new.add(self._call(request, *(part for part, _ in pairs)), composite=True)

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
        part = self._new.add(
            self._call(wire.documents.qr_payload(self.environment, self.api, qrcode, payment)), part=True
        )
        return self._join([part], None, None)

    def document(self, document: str | wire.Identified) -> Document:
        """Look at a document: progress, pages, dates ("Get document").

        Raises
        ------
        NotFound
            If there is none of this id, or it belongs to another user.
        """
        return self._noted(self._call(wire.documents.document(self.environment, document), document))

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
        return list(self.document_list(limit=limit, next=next).documents)

    def document_list(self, *, limit: int = 20, next: float | None = None) -> DocumentList:  # noqa: A002 - their word
        """Return a page of documents as :meth:`documents` does, and the number of all if the service counts them.

        Parameters
        ----------
        limit, next
            As for :meth:`documents`.
        """
        return self._call(wire.documents.documents(self.environment, limit=_positive(limit), following=next))

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
            date than the service puts on a page, and then nothing tells its pages apart. So it is, too, where all
            documents share one, 20 or more, and the service does not count them.
        """
        scan = ListScan(_positive(limit), by_offset=self.environment.counts_with_offset)
        while scan.ended is None:
            page = self.document_list(limit=scan.limit, next=scan.next)
            yield from scan.take(page.documents, page.total_count)
        if scan.ended is ListEnd.BROKEN:
            message = (
                f"The list of documents cannot be read to its end: {scan.seen} were read, but more of one creation "
                "date may be there than the service puts on a page."
            )
            raise AnswerLost(message)

    @overload
    def wait(  # type: ignore[overload-overlap]  # a text is an id, not its letters
        self,
        document: str | Document,
        *,
        deadline_s: float | None = None,
        timeout: float | None = None,
        progress: Callable[[Document], object] | None = None,
    ) -> Document: ...

    @overload
    def wait(
        self,
        document: Iterable[str | Document],
        *,
        deadline_s: float | None = None,
        timeout: float | None = None,
        progress: Callable[[Document], object] | None = None,
    ) -> list[Document]: ...

    def wait(
        self,
        document: str | Document | Iterable[str | Document],
        *,
        deadline_s: float | None = None,
        timeout: float | None = None,
        progress: Callable[[Document], object] | None = None,
    ) -> Document | list[Document]:
        """Wait until the service is done with a document, or with all of several.

        It asks after 0.25 s, then ever more rarely, up to every 5 s.

        Parameters
        ----------
        document
            The document or its id, or any number of them.
        deadline_s, timeout
            Give up after so many seconds, 120 by default; two names for one thing.
        progress
            Called with the document each time it was asked for; one that was just sent, and that the service does not
            show yet, is ``PENDING``.

        Returns
        -------
        Document or list of Document
            As the service shows it now; several in the order given, those the service gave up on among them
            (``progress`` is ``ERROR``).

        Raises
        ------
        DocumentFailed
            If it is one document, and the service gave up on it.
        StillProcessing
            If it, or one of them, is not done before the deadline.

        Examples
        --------
        >>> paths = ["invoices/letter_plain.pdf", "invoices/slip_small.pdf"]
        >>> documents = client.wait([client.upload(path) for path in paths], timeout=300)
        """
        limit_s = _one_limit(deadline_s, timeout)
        if not isinstance(document, str | Document):
            return self._wait_for([*document], limit_s, progress)
        (seen,) = self._wait_for([document], limit_s, progress)
        if seen.progress == ERROR:
            message = f"The service could not process document {seen.id} ({seen.name!r}); it gives no reason."
            raise DocumentFailed(message)
        return seen

    def _look(self, document: str | Document) -> Document:
        """Return a document as the service shows it now; one that was just named, and is not shown yet, is pending."""
        try:
            seen = self._call(wire.documents.document(self.environment, document))
        except NotFound:
            if not self._looks_again or self._new.grace_s([document]) <= 0:
                raise
            return Document(wire.id_of(document), PENDING)
        return self._noted(seen)

    def _noted(self, seen: Document) -> Document:
        if seen.finished:
            self._new.done(seen)
        return seen

    def _wait_for(
        self, documents: list[str | Document], limit_s: float, progress: Callable[[Document], object] | None
    ) -> list[Document]:
        started = self._clock()
        finished: dict[int, Document] = {}
        while True:
            pending = []
            for place, each in enumerate(documents):
                if place in finished:
                    continue
                seen = self._look(each)
                if progress is not None:
                    progress(seen)
                if seen.finished:
                    finished[place] = seen
                else:
                    pending.append(seen)
            if not pending:
                return [finished[place] for place in range(len(documents))]
            age = self._clock() - started
            pause = min(max(age / 2, _FIRST_POLL_S), _LAST_POLL_S) * random.uniform(0.9, 1.1)  # noqa: S311 - jitter
            if age + pause > limit_s:
                rest = pending[1].id if len(pending) == 2 else f"{len(pending) - 1} more"
                others = f" (and {rest})" if len(pending) > 1 else ""
                first = f"Document {pending[0].id}{others} is still {pending[0].progress}"
                message = f"{first} after {age:.0f} s; ask again later."
                raise StillProcessing(message)
            self._sleep(pause)

    def delete(self, document: str | wire.Identified, *, with_parents: bool = False, with_parts: bool = True) -> None:
        """Delete a document with everything that was read on it, and with the files it was made of.

        Parameters
        ----------
        document
            The document or its id.
        with_parents
            Delete the composite documents it belongs to first; without, a part in use is refused.
        with_parts
            Delete the partial documents it was joined from, too, except those that another document is made of. To
            know them the document is read first, unless this client has just sent it as one file.

        Raises
        ------
        RequestRefused
            If it is a partial document that belongs to a composite.
        NotFound
            If there is none.
        GiniError
            If it is deleted but some of its parts are not: the message names them.
        """
        if with_parents:
            for parent in self.document(document).composite_documents:
                self._call(wire.documents.delete(self.environment, parent.id))
                self._new.forget(parent.id)
        looked_up = with_parts and not self._new.is_one_file(document)
        parts = [part.id for part in self.document(document).partial_documents] if looked_up else []
        self._call(wire.documents.delete(self.environment, document), document)
        # The service has shown the parts, too: one that is not there now is gone, and not yet to come.
        for gone in (document, *parts):
            self._new.forget(gone)
        left, reason = self._delete_parts(parts)
        if reason is not None:
            raise _names_left(reason, left)

    def _delete_parts(self, parts: Sequence[str]) -> tuple[list[str], GiniError | None]:
        """Delete partial documents; return those that are left though nothing else is made of them, and why."""
        left, reason = [], None
        for part in parts:
            try:
                self._call(wire.documents.delete(self.environment, part), part)
                self._new.forget(part)
            except (NotFound, RequestRefused):
                # Gone already, or part of another document.
                continue
            except GiniError as error:
                left.append(part)
                reason = reason or error
        return left, reason

    def _upload_pages(
        self, sources: Sequence[Source], *, document_type: str | None, metadata: Mapping[str, str] | None
    ) -> str:
        if not sources:
            raise FileProblem("The list of pages is empty; there is nothing to send.")
        # All files are looked at before the first is sent: half a document helps nobody.
        read = [read_source(source, None) for source in sources]
        pages = [(content, check_file(content, label), shown) for content, label, shown in read]
        parts: list[str] = []
        for content, found, shown in pages:
            try:
                parts.append(self._upload_part(content, found, shown, metadata))
            except GiniError as error:
                raise _names_left(error, self._delete_parts(parts)[0]) from None
        return self._join(parts, document_type, metadata)

    def _join(self, parts: list[str], document_type: str | None, metadata: Mapping[str, str] | None) -> str:
        try:
            return self.compose(parts, document_type=document_type, metadata=metadata)
        except GiniError as error:
            # If nobody knows whether they were joined, the document may be there, and is made of them.
            unclear = getattr(error, "processed", False) is None
            raise _names_left(error, parts if unclear else self._delete_parts(parts)[0]) from None

    def extractions(self, document: str | wire.Identified) -> Extractions:
        """Return what was read on a document.

        Raises
        ------
        NotFound
            If there is no such document, or it is not finished, or it is a partial document, which has none.
        """
        return self._call(wire.documents.extractions(self.environment, document), *self._done(document))

    def layout(self, document: str | wire.Identified) -> Layout:
        """Return text and positions page by page."""
        return self._call(wire.documents.layout(self.environment, document), *self._done(document))

    def pages(self, document: str | wire.Identified) -> list[Page]:
        """Return the pages of a document."""
        return list(self._call(wire.documents.pages(self.environment, document), *self._done(document)))

    def page_image(self, document: str | wire.Identified, number: int, size: str = "large") -> bytes:
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

    def processed(self, document: str | wire.Identified) -> bytes:
        """Return the file after preprocessing, the basis of all boxes; for native PDFs it is what was sent."""
        return self._call(wire.documents.processed(self.environment, document), *self._done(document))

    def send_feedback(
        self,
        document: str | wire.Identified,
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
        >>> document = client.wait(client.upload("invoices/letter_plain.pdf"))
        >>> client.send_feedback(document, {"amountToPay": "950.00:EUR"})
        """
        self._call(wire.feedback.send(self.environment, document, _feedback(feedback, compounds)))

    def send_label_feedback(self, document: str | wire.Identified, label: str, value: str | Extraction) -> None:
        """Send feedback on one label; the service prefers all at once, see :meth:`send_feedback`."""
        extraction = _feedback({label: value}, None).extractions[label]
        self._call(wire.feedback.send_label(self.environment, document, label, extraction))

    def delete_label(self, document: str | wire.Identified, label: str) -> None:
        """Tell the service that what it found under this label is not on the document.

        Raises
        ------
        NotFound
            If the document or the label is unknown.
        """
        self._call(wire.feedback.delete_label(self.environment, document, label))

    def error_report(self, document: str | wire.Identified, *, summary: str = "", description: str = "") -> ErrorReport:
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
        skipped = whole_number(offset, 0)
        if skipped is None:
            message = f"offset must be a whole number from 0 on, not {shown_number(offset)}."
            raise SettingError(message)
        request = wire.payments.payment_requests(self.environment, limit=_positive(limit), offset=skipped)
        return list(self._call(request))

    def payment_request(self, request: str | wire.Identified) -> PaymentRequest:
        """Return one payment request."""
        return self._call(wire.payments.payment_request(self.environment, request))

    def resolve_payment_request(self, request: str | wire.Identified, payment: Mapping[str, str]) -> PaymentRequest:
        """Tell the service that a payment request was paid.

        Parameters
        ----------
        request
            The payment request or its id.
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
        return self._call(wire.payments.resolve(self.environment, request, payment))

    def payment(self, request: str | wire.Identified) -> Payment:
        """Return the payment of a payment request that was paid."""
        return self._call(wire.payments.payment(self.environment, request))


def _names_left(error: GiniError, left: Sequence[str]) -> GiniError:
    """Return the error, with what was left at the service in its message."""
    if left:
        error.args = (f"{error} Left at the service: {', '.join(left)}.",)
    return error


def _one_limit(deadline_s: float | None, timeout: float | None) -> float:
    if deadline_s is not None and timeout is not None:
        raise SettingError("timeout= and deadline_s= are two names for one thing; give one of them.")
    given = timeout if deadline_s is None else deadline_s
    return _DEADLINE_S if given is None else given


def _positive(limit: object) -> int:
    most = whole_number(limit, 1)
    if most is None:
        message = f"limit must be a positive whole number, not {shown_number(limit)}."
        raise SettingError(message)
    return most


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
