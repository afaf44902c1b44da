"""The rest of the service: tokens for devices, configuration, events, payment requests."""

from collections.abc import Mapping, Sequence
from typing import Any

from gini_notebook.errors import SettingError
from gini_notebook.service.client._base import BaseClient
from gini_notebook.service.values import Configuration, Payment, PaymentRequest, Token
from gini_notebook.service.wire import payments as wire
from gini_notebook.service.wire import tokens

_PAYMENT_MEMBERS = ("recipient", "iban", "amount", "purpose")


class ServicesClient(BaseClient):
    """The part of a client for everything that is not about documents."""

    def login_token(self) -> Token:
        """Get a token for this client's user, to hand to a device that must not know the secret ("Login").

        The token hides in print; ``token.access_token.reveal()`` gives it out.
        """
        return self._call(tokens.login(self.environment))

    def configuration(self) -> Configuration:
        """Return what the service has switched on for this client."""
        return self._call(wire.configuration(self.environment))

    def log_event(self, description: str, **details: str) -> None:
        """Log an error of your program with the service.

        Parameters
        ----------
        description
            What went wrong; no personal data.
        **details
            For example ``document_id``, ``original_request_id``, ``os_name``.
        """
        self._call(wire.error_event(self.environment, {"description": description, **details}))

    def send_events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Send a batch of events in the form of the service's client libraries."""
        self._call(wire.events(events))

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
        return list(self._call(wire.payment_requests(self.environment, limit=limit, offset=offset)))

    def payment_request(self, request_id: str) -> PaymentRequest:
        """Return one payment request."""
        return self._call(wire.payment_request(self.environment, request_id))

    def resolve_payment_request(self, request_id: str, payment: Mapping[str, str]) -> PaymentRequest:
        """Tell the service that a payment request was paid.

        Parameters
        ----------
        request_id
            Which one.
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
        return self._call(wire.resolve(self.environment, request_id, payment))

    def payment(self, request_id: str) -> Payment:
        """Return the payment of a payment request that was paid."""
        return self._call(wire.payment(self.environment, request_id))
