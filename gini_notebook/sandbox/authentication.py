"""Who is calling: the four arrangements of the Authentication flows page, and users by JSON Web Token."""

import hmac
import json
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from gini_notebook.sandbox.accounts import BASIC, BEARER, Accounts, User
from gini_notebook.sandbox.messages import ApiRequest, Refused
from gini_notebook.sandbox.settings import Settings


async def authenticate(request: ApiRequest, who: str) -> User | None:
    """Check that a call may do what needs ``who``; return the user, if it acts for one.

    Raises
    ------
    Refused
        401 if credentials are missing, wrong or expired.
    """
    if who == "user":
        return _user(request)
    if who == "trusted":
        return _trusted(request)
    if who == "client":
        await _token_client(request)
    elif who == "client token":
        _client_token(request)
    elif who == "admin":
        scheme, credentials = _authorization(request)
        token = request.service.admin_token
        if not token or scheme != "bearer" or not hmac.compare_digest(credentials.encode(), token.encode()):
            raise Refused(401, "This part of the sandbox is for the program that started it.", headers=BEARER)
    return None


def _user(request: ApiRequest) -> User:
    web_token = request.headers.get("x-jwt-authorization")
    if web_token is not None:
        return request.service.accounts.derived(request.service.identity.identifier(web_token))
    scheme, credentials = _authorization(request)
    if scheme == "basic":
        return _trusted(request)
    if scheme != "bearer":
        raise Refused(
            401,
            "Credentials are missing: send Authorization: Bearer with a token, or Basic with X-User-Identifier.",
            headers={"www-authenticate": 'Bearer realm="gini"'},
        )
    token = request.service.accounts.token(credentials)
    if token is None:
        raise Refused(401, "The access token is unknown or has expired; fetch a new one.", headers=BEARER)
    if token.user is None:
        raise Refused(401, "This is the client's token, which is for the User Center; use a user's.", headers=BEARER)
    return token.user


def _trusted(request: ApiRequest) -> User:
    _client(request)
    identifier = request.headers.get("x-user-identifier", "").strip()
    if not identifier:
        raise Refused(401, "The header X-User-Identifier is missing; it says whose documents are meant.", headers=BASIC)
    return request.service.accounts.derived(identifier)


async def _token_client(request: ApiRequest) -> None:
    """Take id and secret of the client out of the form, as many OAuth libraries send them, where the service does."""
    fields = {}
    if request.service.environment.form_credentials and _authorization(request)[0] != "basic":
        fields = await request.form_fields()
    if "client_id" not in fields:
        _client(request)
    elif not request.service.accounts.is_secret(fields["client_id"], fields.get("client_secret", "")):
        raise Refused(401, "Client id or client secret is wrong.", headers=BASIC, oauth_error=_oauth(request))


def _client(request: ApiRequest) -> None:
    scheme, credentials = _authorization(request)
    if scheme != "basic":
        message = "Credentials are missing: send Authorization: Basic with client id and client secret."
        raise Refused(401, message, headers=BASIC, oauth_error=_oauth(request))
    if not request.service.accounts.is_client(credentials):
        raise Refused(401, "Client id or client secret is wrong.", headers=BASIC, oauth_error=_oauth(request))


def _client_token(request: ApiRequest) -> None:
    scheme, credentials = _authorization(request)
    token = request.service.accounts.token(credentials) if scheme == "bearer" else None
    if token is None or token.user is not None:
        message = "The User Center needs a valid access token of the client (grant_type=client_credentials)."
        raise Refused(401, message, headers=BEARER)


def _authorization(request: ApiRequest) -> tuple[str, str]:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), credentials.strip()


def _oauth(request: ApiRequest) -> str:
    return "invalid_client" if request.path == "/oauth/token" else ""


KEY_ID = "sandbox"


class Identity:
    """Checks tokens of an identity provider, and is one itself when no other is named.

    Parameters
    ----------
    settings
        The JWK set, issuer and names of the claims.
    accounts
        Knows the client.
    """

    def __init__(self, settings: Settings, accounts: Accounts) -> None:
        self._settings = settings
        self._accounts = accounts

    def identifier(self, header: str) -> str:
        """Return the user identifier that a ``X-JWT-Authorization`` header proves.

        Raises
        ------
        Refused
            401 if the token proves nothing; the message says why.
        """
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise Refused(401, "X-JWT-Authorization must be: Bearer <token>.", headers=BEARER)
        try:
            claims = self._claims(token.strip())
        except (jwt.PyJWTError, ValueError) as problem:
            raise Refused(401, f"The JSON Web Token is not accepted: {problem}.", headers=BEARER) from problem
        user_claim, client_claim, secret_claim = self._settings.jwt_claims
        identifier, client_id = claims.get(user_claim), claims.get(client_claim)
        if not isinstance(identifier, str) or not identifier:
            raise Refused(401, f"The JSON Web Token lacks the claim {user_claim}.", headers=BEARER)
        if client_id != self._accounts.client_id:
            raise Refused(401, f"The claim {client_claim} of the JSON Web Token is not this client.", headers=BEARER)
        secret = claims.get(secret_claim)
        if secret is not None and not self._accounts.is_secret(client_id, str(secret)):
            raise Refused(401, f"The claim {secret_claim} of the JSON Web Token is wrong.", headers=BEARER)
        return identifier

    def token(self, identifier: str, life_s: float) -> str:
        """Make a token as an identity provider would, signed with the sandbox's own key.

        Raises
        ------
        Refused
            404 if an identity provider is set that is not the sandbox.
        """
        if self._settings.jwk_set:
            raise Refused(404, "The sandbox was told to trust another identity provider, so it signs no tokens itself.")
        user_claim, client_claim, _ = self._settings.jwt_claims
        now = int(time.time())
        claims = {
            "iss": self._settings.jwt_issuer or "https://identity.example",
            "typ": "Bearer",
            "iat": now,
            "exp": now + life_s,
            user_claim: identifier,
            client_claim: self._accounts.client_id,
        }
        return jwt.encode(claims, self._own_key, algorithm="RS256", headers={"kid": KEY_ID})

    def _claims(self, token: str) -> dict[str, Any]:
        key_id = jwt.get_unverified_header(token).get("kid")
        keys = [key for key in self._keys.keys if key_id is None or key.key_id in {None, key_id}]
        if not keys:
            message = f"no key {key_id!r} in the JWK set"
            raise ValueError(message)
        required = ["iss", "exp"]
        issuer = self._settings.jwt_issuer or None
        return jwt.decode(token, keys[0], algorithms=["RS256"], issuer=issuer, options={"require": required})

    @cached_property
    def _own_key(self) -> RSAPrivateKey:
        return generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def _keys(self) -> jwt.PyJWKSet:
        return jwt.PyJWKSet.from_dict(self.key_set())

    def key_set(self) -> dict[str, Any]:
        """Return the public keys that tokens are checked against."""
        if self._settings.jwk_set:
            value: dict[str, Any] = json.loads(Path(self._settings.jwk_set).read_text("utf-8"))
            return value
        own = jwt.algorithms.RSAAlgorithm.to_jwk(self._own_key.public_key(), as_dict=True)
        return {"keys": [{**own, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}
