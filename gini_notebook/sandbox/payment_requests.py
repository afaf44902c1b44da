"""Payment requests that wait for a bank's customer (Payment request pages of the documentation)."""

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LIFE = timedelta(days=31)
_EXAMPLES = (
    ("Praxis am Markt", "DE12500105170648489890", "INGDDEFFXXX", "87.40:EUR", "Rechnung 5521"),
    ("Stadtwerke Nordheim", "DE17100500000123456789", "BELADEBEXXX", "58.20:EUR", "Kd 4400127 Abschlag Mai"),
)
_NAMES = ("recipient", "iban", "bic", "amount", "purpose")


@dataclass(slots=True, eq=False)
class PaymentRequest:
    """One payment request; ``paid`` holds what it was resolved with."""

    wanted: dict[str, str]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    provider: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: float = field(default_factory=time.time)
    paid_at: float = 0.0
    paid: dict[str, str] = field(default_factory=dict)

    def as_json(self, base_url: str) -> dict[str, object]:
        """Return the payment request resource."""
        uri = f"{base_url}/paymentRequests/{self.id}"
        return {
            "paymentProvider": self.provider,
            "requesterUri": "ginipay-example://payment-requester",
            **self.wanted,
            "status": "paid" if self.paid_at else "open",
            "createdAt": _local(self.created_at),
            "expirationDate": _local(self.created_at + LIFE.total_seconds()),
            "_links": {
                "_self": uri,
                "payment": f"{uri}/payment",
                "paymentProvider": f"{base_url}/paymentProviders/{self.provider}",
            },
        }

    def payment_json(self, base_url: str) -> dict[str, object]:
        """Return the payment resource."""
        uri = f"{base_url}/paymentRequests/{self.id}"
        return {
            "paidAt": _local(self.paid_at),
            **self.paid,
            "_links": {"paymentRequest": uri, "self": f"{uri}/payment"},
        }


def examples() -> dict[str, PaymentRequest]:
    """Return what a new user can resolve: requests come from another product, which the sandbox does not have."""
    requests = [PaymentRequest(dict(zip(_NAMES, values, strict=True))) for values in _EXAMPLES]
    return {request.id: request for request in requests}


def _local(seconds: float) -> str:
    # The service writes times without a zone.
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(timespec="seconds")
