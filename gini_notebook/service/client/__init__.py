"""A client of the Gini Pay API: one method per thing the service can do."""

from gini_notebook.service.client._documents import DocumentsClient
from gini_notebook.service.client._feedback import FeedbackClient
from gini_notebook.service.client._results import ResultsClient
from gini_notebook.service.client._services import ServicesClient
from gini_notebook.service.transport import Timing

__all__ = ["Client", "Timing"]


class Client(DocumentsClient, ResultsClient, FeedbackClient, ServicesClient):
    """A client of the service for one user; any number of threads may share it.

    :func:`gini_notebook.login` makes one. Every method is one thing the service can do, sends what it sends by https
    only, ends before its deadline, and raises an error of the tree in :mod:`gini_notebook.errors`.

    Parameters
    ----------
    access
        Who is calling; see :mod:`gini_notebook.service.credentials`.
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
    throwaway
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
