"""What the program that started the sandbox may ask and do; no part of the service."""

from gini_notebook.sandbox.answers import JSON, Answer, json_answer
from gini_notebook.sandbox.calls import Call
from gini_notebook.sandbox.faults import KINDS, rates_of
from gini_notebook.sandbox.openapi import describe
from gini_notebook.sandbox.routes.documents import number
from gini_notebook.sandbox.routing import Endpoint, Handler, Table


async def requests(call: Call) -> Answer:
    """Show the requests that were answered."""
    return json_answer(call.state.audit.since(number(call, "since", 0)), media_type=JSON)


async def stored(call: Call) -> Answer:
    """Show the documents that are stored, by user."""
    value = {
        user.name: [
            {"id": one.id, "name": one.name, "sha256": one.sha256, "created_ms": one.created_ms, "kind": one.kind}
            for one in user.library
        ]
        for user in call.state.accounts.users()
    }
    return json_answer(value, media_type=JSON)


async def expire(call: Call) -> Answer:
    """Let all access tokens expire."""
    return json_answer({"expired": call.state.accounts.revoke_all()}, media_type=JSON)


async def sign(call: Call) -> Answer:
    """Give a JSON Web Token for a user, as an identity provider would."""
    values = await call.json_object()
    token = call.state.identity.token(str(values["user"]), float(values.get("life_s", 300)))
    return json_answer({"token": token, "jwk_set": call.state.identity.key_set()}, media_type=JSON)


async def faults(call: Call) -> Answer:
    """Show the faults there are, and which strike by chance; with PUT, set the latter."""
    if call.method == "PUT":
        values = await call.json_object()
        call.state.faults.set_rates(rates_of(values.get("rates")), int(values.get("seed", 0)))
    return json_answer({"kinds": KINDS, "rates": call.state.faults.rates}, media_type=JSON)


def _endpoint(name: str, method: str, path: str, handler: Handler, summary: str) -> Endpoint:
    return Endpoint(
        name=name, method=method, path=path, handler=handler, summary=summary, who="admin", answers={200: JSON}
    )


ADMIN = (
    _endpoint("sandboxRequests", "GET", "/_sandbox/requests", requests, "Requests that were answered."),
    _endpoint("sandboxDocuments", "GET", "/_sandbox/documents", stored, "Documents that are stored."),
    _endpoint("sandboxExpire", "DELETE", "/_sandbox/tokens", expire, "Let all access tokens expire."),
    _endpoint("sandboxFaults", "GET", "/_sandbox/faults", faults, "Faults there are."),
    _endpoint("sandboxSetFaults", "PUT", "/_sandbox/faults", faults, "Let faults strike by chance."),
    _endpoint("sandboxSign", "POST", "/_sandbox/jwt", sign, "Sign a JSON Web Token."),
)


def description_of(table: Table, role: str) -> Endpoint:
    """Give the endpoint that describes a role; it does not describe itself."""

    async def openapi(call: Call) -> Answer:
        return json_answer(describe(table.endpoints, role, call.state.environment), media_type=JSON)

    return Endpoint(
        name="getDescription",
        method="GET",
        path="/openapi.json",
        handler=openapi,
        summary="Get this description.",
        who="anyone",
        answers={200: JSON},
    )
