"""The description of the service."""

from gini_notebook.sandbox.answers import JSON, Answer, json_answer
from gini_notebook.sandbox.calls import Call
from gini_notebook.sandbox.openapi import describe
from gini_notebook.sandbox.routing import Endpoint, Table


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
