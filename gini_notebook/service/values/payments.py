"""Payment requests, payments and payment providers ("Payment requests")."""

from collections.abc import Mapping
from typing import Any

from gini_notebook.service.values._base import OBJECT, TEXT, Value, member, value


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
