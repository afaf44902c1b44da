"""What the program that started the sandbox may ask and do; no part of the service."""

from functools import partial

from starlette.responses import Response

from gini_notebook.sandbox.audit import Audit
from gini_notebook.sandbox.fault_injection import KINDS, Faults, rates_of
from gini_notebook.sandbox.messages import JSON, ApiRequest, json_response
from gini_notebook.sandbox.openapi import describe
from gini_notebook.sandbox.routing import Endpoint, Handler, Table


async def requests(request: ApiRequest, audit: Audit) -> Response:
    """Show the requests that were answered."""
    return json_response(request, audit.since(request.number("since", 0)), media_type=JSON)


async def stored(request: ApiRequest) -> Response:
    """Show the documents that are stored, by user."""
    value = {
        user.name: [
            {"id": one.id, "name": one.name, "sha256": one.sha256, "created_ms": one.created_ms, "kind": one.kind}
            for one in user.library
        ]
        for user in request.service.accounts.users()
    }
    return json_response(request, value, media_type=JSON)


async def state(request: ApiRequest, faults: Faults) -> Response:
    """Show how much is stored, and which faults are injected by chance."""
    libraries = [user.library for user in request.service.accounts.users()]
    documents = sum(sum(1 for _ in library) for library in libraries)
    value = {"users": len(libraries), "documents": documents, "rates": faults.rates}
    return json_response(request, value, media_type=JSON)


async def expire(request: ApiRequest) -> Response:
    """Let all access tokens expire."""
    return json_response(request, {"expired": request.service.accounts.revoke_all()}, media_type=JSON)


async def sign(request: ApiRequest) -> Response:
    """Return a JSON Web Token for a user, as an identity provider would."""
    values = await request.json_object()
    token = request.service.identity.token(str(values["user"]), float(values.get("life_s", 300)))
    return json_response(request, {"token": token, "jwk_set": request.service.identity.key_set()}, media_type=JSON)


async def injected(request: ApiRequest, faults: Faults) -> Response:
    """Show the faults there are, and which are injected by chance; with PUT, set the latter."""
    if request.method == "PUT":
        values = await request.json_object()
        faults.set_rates(rates_of(values.get("rates")), int(values.get("seed", 0)))
    return json_response(request, {"kinds": KINDS, "rates": faults.rates}, media_type=JSON)


def _endpoint(name: str, method: str, path: str, handler: Handler, summary: str) -> Endpoint:
    return Endpoint(
        name=name, method=method, path=path, handler=handler, summary=summary, who="admin", answers={200: JSON}
    )


def admin_endpoints(audit: Audit, faults: Faults) -> tuple[Endpoint, ...]:
    """Return what the program that started the sandbox may call.

    Parameters
    ----------
    audit
        What was answered.
    faults
        What goes wrong.
    """
    seen, switch = partial(requests, audit=audit), partial(injected, faults=faults)
    told = partial(state, faults=faults)
    return (
        _endpoint("sandboxRequests", "GET", "/_sandbox/requests", seen, "Requests that were answered."),
        _endpoint("sandboxDocuments", "GET", "/_sandbox/documents", stored, "Documents that are stored."),
        _endpoint("sandboxState", "GET", "/_sandbox/state", told, "How much is stored, and which faults are injected."),
        _endpoint("sandboxExpire", "DELETE", "/_sandbox/tokens", expire, "Let all access tokens expire."),
        _endpoint("sandboxFaults", "GET", "/_sandbox/faults", switch, "Faults there are."),
        _endpoint("sandboxSetFaults", "PUT", "/_sandbox/faults", switch, "Inject faults by chance."),
        _endpoint("sandboxSign", "POST", "/_sandbox/jwt", sign, "Sign a JSON Web Token."),
    )


async def status(request: ApiRequest) -> Response:
    """Show what answers here, and whether it reads scans."""
    settings = request.service.settings
    value = {"service": "sandbox of gini_notebook", "environment": settings.environment, "engine": settings.engine}
    return json_response(request, {**value, "scans": settings.scans}, media_type=JSON)


STATUS = Endpoint(
    name="getStatus",
    method="GET",
    path="/",
    handler=status,
    summary="See what answers here.",
    who="anyone",
    answers={200: JSON},
)


def description_of(table: Table, role: str) -> Endpoint:
    """Return the endpoint that describes a role; it does not describe itself."""

    async def openapi(request: ApiRequest) -> Response:
        return json_response(request, describe(table.endpoints, role, request.service.environment), media_type=JSON)

    return Endpoint(
        name="getDescription",
        method="GET",
        path="/openapi.json",
        handler=openapi,
        summary="Get this description.",
        who="anyone",
        answers={200: JSON},
    )
