"""Users, tokens, configuration, payments, and what the service says when it says no ("Payment requests")."""

import contextlib
from collections.abc import Mapping
from typing import Any, Self

from gini_notebook.service.values._base import (
    ANYTHING,
    FLAG,
    NUMBER,
    OBJECT,
    TEXT,
    Kind,
    Value,
    many,
    member,
    value,
)
from gini_notebook.service.values.secrets import Secret

_SECRET = Kind(lambda data: Secret(TEXT.read(data)), lambda held: held.reveal())


def _given(data: Any) -> Secret:
    if data == "":
        raise ValueError("it is empty")
    secret: Secret = _SECRET.read(data)
    return secret


_GIVEN_SECRET = Kind(_given, _SECRET.write)


@value
class User(Value):
    """An account in the User Center ("Manage accounts")."""

    id: str = member("id", TEXT, default="")
    email: str = member("email", TEXT, default="")


@value
class Token(Value):
    """An access token ("Client credentials", "Login"); it hides its secrets, :meth:`to_dict` gives them out."""

    access_token: Secret = member("access_token", _GIVEN_SECRET)
    expires_in: float = member("expires_in", NUMBER)
    token_type: str = member("token_type", TEXT, default="")
    refresh_token: Secret | None = member("refresh_token", _SECRET, default=None)
    scope: str = member("scope", TEXT, default="")


@value
class Configuration(Value):
    """What the service has switched on for this client (a missing flag means off)."""

    client_id: str = member("clientID", TEXT, default="")
    return_assistant_enabled: bool = member("returnAssistantEnabled", FLAG, default=False)
    skonto_enabled: bool = member("skontoEnabled", FLAG, default=False)
    instant_payment_enabled: bool = member("instantPaymentEnabled", FLAG, default=False)
    e_invoice_enabled: bool = member("eInvoiceEnabled", FLAG, default=False)
    transaction_docs_enabled: bool = member("transactionDocsEnabled", FLAG, default=False)
    qr_code_education_enabled: bool = member("qrCodeEducationEnabled", FLAG, default=False)
    user_journey_analytics_enabled: bool = member("userJourneyAnalyticsEnabled", FLAG, default=False)
    already_paid_hint_enabled: bool = member("alreadyPaidHintEnabled", FLAG, default=False)
    payment_due_hint_enabled: bool = member("paymentDueHintEnabled", FLAG, default=False)
    credit_note_hint_enabled: bool = member("creditNoteHintEnabled", FLAG, default=False)
    payment_schedule_hint_enabled: bool = member("paymentScheduleHintEnabled", FLAG, default=False)
    unsupported_qr_code_warning_enabled: bool = member("unsupportedQRCodeWarningEnabled", FLAG, default=False)
    save_photos_locally_enabled: bool = member("savePhotosLocallyEnabled", FLAG, default=False)
    amplitude_api_key: str | None = member("amplitudeApiKey", TEXT, default=None)


@value
class ErrorReport(Value):
    """The receipt of an error report; quote ``error_id`` to the service's support."""

    error_id: str = member("errorId", TEXT, default="")
    message: str = member("message", TEXT, default="")


@value
class ErrorAnswer(Value):
    """What the service says with an error status.

    The classic shape (``message``, ``requestId``), the itemised one (``items`` with ``code``, ``message``, ``object``),
    that of OAuth (``error``), or that of RFC 9457 (``title``, ``detail``).
    """

    message: str = member("message", TEXT, default="")
    request_id: str = member("requestId", TEXT, default="")
    items: tuple[Any, ...] = member("items", many(ANYTHING), default=())
    error: str = member("error", TEXT, default="")
    error_description: str = member("error_description", TEXT, default="")
    title: str = member("title", TEXT, default="")
    detail: str = member("detail", TEXT, default="")

    @classmethod
    def of_members(cls, data: Any) -> Self:
        """Read every member on its own: one of an unexpected type does not hide what the others say."""
        if type(data) is not dict:
            return cls()
        read: dict[str, Any] = {}
        for name, raw in data.items():
            with contextlib.suppress(ValueError):
                cls.from_dict({name: raw})
                read[name] = raw
        return cls.from_dict(read)

    @property
    def text(self) -> str:
        """What it says, in one line: the message, and what the items add to it."""
        said = self.message or ": ".join(part for part in (self.title, self.detail) if part)
        said = said or self.error_description or self.error
        items = "; ".join(text for item in self.items if (text := _text_of_item(item)))
        return f"{said} ({items})" if said and items else said or items


def _text_of_item(item: Any) -> str:
    """Return code, message and objects of one item, as far as they are there."""
    if type(item) is str:
        return item
    if type(item) is not dict:
        return ""
    named = [str(item[name]) for name in ("code", "message") if type(item.get(name)) in (str, int) and item[name] != ""]
    given = item.get("object")
    objects = [each for each in (given if type(given) is list else [given]) if type(each) is str]
    return ": ".join(named) + (f" [{', '.join(objects)}]" if objects else "")


@value
class PaymentRequest(Value):
    """A request to pay: who, how much, what for. Times are local, without zone, as the service writes them.

    ``status`` is ``open``, ``paid``, ``paid_adjusted``, ``invalid``, or what the service adds.
    """

    recipient: str = member("recipient", TEXT, default="")
    iban: str = member("iban", TEXT, default="")
    bic: str = member("bic", TEXT, default="")
    amount: str = member("amount", TEXT, default="")
    purpose: str = member("purpose", TEXT, default="")
    status: str = member("status", TEXT, default="")
    payment_provider: str = member("paymentProvider", TEXT, default="")
    requester_uri: str = member("requesterUri", TEXT, default="")
    created_at: str = member("createdAt", TEXT, default="")
    expiration_date: str = member("expirationDate", TEXT, default="")
    links: Mapping[str, Any] = member("_links", OBJECT, default={})

    @property
    def id(self) -> str:
        """The id in the request's own link, or an empty text."""
        own = self.links.get("_self") or self.links.get("self") or ""
        return str(own).rstrip("/").rpartition("/")[2]


@value
class Payment(Value):
    """The payment that a payment request was resolved with."""

    paid_at: str = member("paidAt", TEXT, default="")
    recipient: str = member("recipient", TEXT, default="")
    iban: str = member("iban", TEXT, default="")
    bic: str = member("bic", TEXT, default="")
    amount: str = member("amount", TEXT, default="")
    purpose: str = member("purpose", TEXT, default="")
    links: Mapping[str, Any] = member("_links", OBJECT, default={})


@value
class PaymentProvider(Value):
    """A banking app that payment requests can be sent to."""

    id: str = member("id", TEXT)
    name: str = member("name", TEXT, default="")
    app_scheme_ios: str = member("appSchemeIOS", TEXT, default="")
    package_name_android: str = member("packageNameAndroid", TEXT, default="")
    min_app_version: Mapping[str, Any] = member("minAppVersion", OBJECT, default={})
    colors: Mapping[str, Any] = member("colors", OBJECT, default={})
    icon_location: str = member("iconLocation", TEXT, default="")
    universal_link_ios: str = member("universalLinkIOS", TEXT, default="")
    link_template: str = member("linkTemplate", TEXT, default="")
