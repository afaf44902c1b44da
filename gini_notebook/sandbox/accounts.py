"""Who may do what: the client, its users, their accounts and access tokens."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from gini_notebook.sandbox.documents import Library

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


BASIC = {"www-authenticate": 'Basic realm="gini"'}
BEARER = {"www-authenticate": 'Bearer realm="gini", error="invalid_token"'}


@dataclass(slots=True, eq=False)
class User:
    """Somebody that documents belong to.

    A derived user is known by the identifier that a trusted client states, an anonymous one by an account of the User
    Center; the two kinds never meet, even with equal names.
    """

    name: str
    id: str = ""
    password: bytes = b""
    library: Library = field(default_factory=Library)
    payment_requests: dict[str, PaymentRequest] = field(default_factory=examples)


@dataclass(slots=True, frozen=True)
class Token:
    """An access token: of a user, or of the client itself when there is no user."""

    user: User | None
    expires: float


class Accounts:
    """Users, accounts and tokens of one client of the service.

    Parameters
    ----------
    client_id, client_secret
        The client's credentials.
    token_life_s
        Seconds until an access token expires.
    refresh_tokens
        Whether the password grant gives a refresh token.
    clock
        Seconds that never go back.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        token_life_s: float,
        refresh_tokens: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client_id = client_id
        self.token_life_s = token_life_s
        self.refresh_tokens = refresh_tokens
        self._client_secret = client_secret
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._derived: dict[str, User] = {}
        self._by_id: dict[str, User] = {}
        self._by_email: dict[str, User] = {}
        self._tokens: dict[str, Token] = {}
        self._refresh: dict[str, User] = {}

    def is_client(self, credentials: str) -> bool:
        """Return whether the part of a header after ``Basic`` holds the client's id and secret."""
        try:
            decoded = base64.b64decode(credentials, validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(decoded, f"{self.client_id}:{self._client_secret}".encode())

    def is_secret(self, client_id: str, client_secret: str) -> bool:
        """Return whether id and secret, as a JWT may carry them, are the client's."""
        given = f"{client_id}:{client_secret}".encode()
        return hmac.compare_digest(given, f"{self.client_id}:{self._client_secret}".encode())

    def derived(self, identifier: str) -> User:
        """Return the user behind an identifier; the first use creates it."""
        user = self._derived.get(identifier)
        if user is None:
            user = self._derived[identifier] = User(identifier)
        return user

    def create(self, email: str, password: str) -> User | None:
        """Create an account; ``None`` if the address has one already."""
        if email in self._by_email:
            return None
        user = User(email, str(uuid.uuid4()), self._digest(password))
        self._by_id[user.id] = self._by_email[email] = user
        return user

    def account(self, user_id: str) -> User | None:
        """Find an account by its id."""
        return self._by_id.get(user_id)

    def has_password(self, user: User, password: str) -> bool:
        """Return whether this is the password of an account."""
        return hmac.compare_digest(user.password, self._digest(password))

    def login(self, email: str, password: str) -> User | None:
        """Return the account that address and password belong to, if they are right."""
        user = self._by_email.get(email)
        return user if user and self.has_password(user, password) else None

    def change_password(self, user: User, password: str) -> None:
        """Set a new password."""
        user.password = self._digest(password)

    def change_email(self, user: User, email: str) -> bool:
        """Set a new address; ``False`` if it is taken by another account."""
        if self._by_email.get(email, user) is not user:
            return False
        del self._by_email[user.name]
        user.name = email
        self._by_email[email] = user
        return True

    def remove(self, user: User) -> None:
        """Remove an account with its tokens and documents."""
        del self._by_id[user.id]
        del self._by_email[user.name]
        user.library.clear()
        for tokens in (self._tokens, self._refresh):
            for value in [value for value, of in tokens.items() if user in (of, getattr(of, "user", None))]:
                del tokens[value]

    def issue(self, user: User | None) -> dict[str, str | int]:
        """Make an access token, as the token endpoint answers it (Client credentials page of the documentation)."""
        value = str(uuid.uuid4())
        self._tokens[value] = Token(user, self._clock() + self.token_life_s)
        return {"access_token": value, "token_type": "bearer", "expires_in": int(self.token_life_s)}

    def issue_refresh(self, user: User) -> str:
        """Make a refresh token of a user."""
        value = str(uuid.uuid4())
        self._refresh[value] = user
        return value

    def refresh(self, value: str) -> User | None:
        """Return the user of a refresh token."""
        return self._refresh.get(value)

    def token(self, value: str) -> Token | None:
        """Find an access token that has not expired."""
        token = self._tokens.get(value)
        if token is not None and token.expires <= self._clock():
            del self._tokens[value]
            return None
        return token

    def revoke(self, value: str) -> None:
        """Let one access token expire now."""
        self._tokens.pop(value, None)

    def revoke_all(self) -> int:
        """Let all access tokens expire now; refresh tokens stay. Return their number."""
        count = len(self._tokens)
        self._tokens.clear()
        return count

    def users(self) -> list[User]:
        """All users, derived ones first."""
        return [*self._derived.values(), *self._by_id.values()]

    def _digest(self, password: str) -> bytes:
        return hashlib.sha256(self._salt + password.encode()).digest()
