"""Access tokens: the token endpoint of the User Center, and ``/login`` of the API."""

from starlette.responses import Response

from gini_notebook.sandbox.accounts import User
from gini_notebook.sandbox.messages import ApiRequest, Refused, json_response
from gini_notebook.sandbox.routing import Endpoint


async def token(request: ApiRequest) -> Response:
    """Return an access token.

    All material of the service puts ``grant_type`` into the query, OAuth libraries into the body; both work.
    """
    values = dict(request.query_params)
    if request.method == "POST":
        values |= await request.form_fields()
    grants = {"client_credentials": _client_credentials, "password": _password, "refresh_token": _refresh}
    name = values.get("grant_type", "")
    if not name:
        raise Refused(400, "grant_type is missing.", oauth_error="invalid_request")
    if name not in grants:
        known = ", ".join(grants)
        raise Refused(
            400, f"grant_type {name!r} is not known; possible: {known}.", oauth_error="unsupported_grant_type"
        )
    answer = json_response(request, grants[name](request, values))
    answer.headers["cache-control"] = "no-store"
    return answer


async def login(request: ApiRequest) -> Response:
    """Return a token of one of its users to a trusted client (Login page of the documentation)."""
    await request.drain()
    return json_response(request, request.service.accounts.issue(request.user))


async def check_token(request: ApiRequest) -> Response:
    """Return whose token it is, as older mobile clients ask."""
    token = request.service.accounts.token(request.query_params.get("token", ""))
    if token is None:
        raise Refused(400, "The token is unknown or has expired.", oauth_error="invalid_token")
    value = {"client_id": request.service.client_id, "active": True}
    if token.user is not None:
        value["user_name"] = token.user.id or token.user.name
    return json_response(request, value)


def _client_credentials(request: ApiRequest, _values: dict[str, str]) -> dict[str, str | int]:
    return request.service.accounts.issue(None)


def _password(request: ApiRequest, values: dict[str, str]) -> dict[str, str | int]:
    missing = [name for name in ("username", "password") if not values.get(name)]
    if missing:
        raise Refused(400, f"{' and '.join(missing)} missing in the form.", oauth_error="invalid_request")
    user = request.service.accounts.login(values["username"], values["password"])
    if user is None:
        raise Refused(400, "User name or password is wrong.", oauth_error="invalid_grant")
    answer = request.service.accounts.issue(user)
    if request.service.settings.refresh_tokens:
        answer["refresh_token"] = request.service.accounts.issue_refresh(user)
    return answer


def _refresh(request: ApiRequest, values: dict[str, str]) -> dict[str, str | int]:
    value = values.get("refresh_token", "")
    if not value:
        raise Refused(400, "refresh_token is missing in the form.", oauth_error="invalid_request")
    user: User | None = request.service.accounts.refresh(value)
    if user is None:
        raise Refused(400, "The refresh token is unknown.", oauth_error="invalid_grant")
    return {**request.service.accounts.issue(user), "refresh_token": value}


_GRANT = {"type": "string", "enum": ["client_credentials", "password", "refresh_token"]}
_FORM = {
    "type": "object",
    "properties": {
        "grant_type": _GRANT,
        "username": {"type": "string"},
        "password": {"type": "string"},
        "refresh_token": {"type": "string"},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string"},
    },
}

USER_CENTER = (
    Endpoint(
        name="getToken",
        method="GET",
        path="/oauth/token",
        handler=token,
        summary="Get the client's own token for the User Center.",
        who="client",
        answers={200: "Token", 400: "OAuthError", 401: "OAuthError"},
        query={"grant_type": {"schema": _GRANT, "required": True}},
    ),
    Endpoint(
        name="postToken",
        method="POST",
        path="/oauth/token",
        handler=token,
        summary="Get a token of the client, of a user by password, or by a refresh token.",
        who="client",
        answers={200: "Token", 400: "OAuthError", 401: "OAuthError", 413: "Error"},
        query={"grant_type": {"schema": _GRANT}},
        body={"application/x-www-form-urlencoded": _FORM},
        body_required=False,
    ),
    Endpoint(
        name="checkToken",
        method="GET",
        path="/oauth/check_token",
        handler=check_token,
        summary="Say whose token it is.",
        who="anyone",
        answers={200: "TokenOwner", 400: "OAuthError"},
        query={"token": {"schema": {"type": "string"}, "required": True}},
    ),
)

API = (
    Endpoint(
        name="login",
        method="POST",
        path="/login",
        handler=login,
        summary="Get a token for one of the client's users, to hand it to the user's device.",
        who="trusted",
        answers={200: "Token", 401: "Error", 406: "Error"},
        reads_json=True,
    ),
)
