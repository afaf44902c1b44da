"""Accounts of the User Center (Create user and Update user pages of the documentation)."""

import re

from starlette.responses import Response

from gini_notebook.sandbox.accounts import User
from gini_notebook.sandbox.messages import ApiRequest, Refused, created, json_response, no_content
from gini_notebook.sandbox.routing import Endpoint

SHORTEST_PASSWORD = 6
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


async def create(request: ApiRequest) -> Response:
    """Create an account."""
    values = await _members(request)
    email, password = _email(values.get("email")), _password(values.get("password"))
    user = request.service.accounts.create(email, password)
    if user is None:
        raise Refused(400, f"There is already a user with the address {email}.")
    return created(request, f"{request.root_url}/api/users/{user.id}")


async def read(request: ApiRequest) -> Response:
    """Show an account."""
    user = _user(request)
    return json_response(request, {"id": user.id, "email": user.name})


async def change(request: ApiRequest) -> Response:
    """Change address, password or both; the old value must be stated."""
    user = _user(request)
    values = await _members(request)
    if not {"password", "email"} & values.keys():
        raise Refused(400, "Nothing to change: send email with oldEmail, password with oldPassword, or both.")
    accounts = request.service.accounts
    email = _email(values["email"]) if "email" in values else user.name
    password = _password(values["password"]) if "password" in values else ""
    if "email" in values and values.get("oldEmail") != user.name:
        raise Refused(400, "oldEmail is not the present address of the user.")
    if password and not accounts.has_password(user, values.get("oldPassword", "")):
        raise Refused(400, "oldPassword is not the present password of the user.")
    if not accounts.change_email(user, email):
        raise Refused(400, f"There is already a user with the address {email}.")
    if password:
        accounts.change_password(user, password)
    return no_content()


async def delete(request: ApiRequest) -> Response:
    """Delete an account with its documents and tokens."""
    user = _user(request)
    documents = [*user.library]
    request.service.accounts.remove(user)
    for document in documents:
        request.service.processing.forget(document)
    return no_content()


def _user(request: ApiRequest) -> User:
    user = request.service.accounts.account(request.path_params["user"])
    if user is None:
        raise Refused(404, f"There is no user {request.path_params['user']}.")
    return user


async def _members(request: ApiRequest) -> dict[str, str]:
    values = await request.json_object()
    for name, value in values.items():
        if not isinstance(value, str):
            raise Refused(400, f"{name} must be a string.")
    return values


def _email(value: str | None) -> str:
    if value is None:
        raise Refused(400, "email is missing.")
    if not _EMAIL.fullmatch(value):
        raise Refused(400, "email is not an address like name@domain.example.")
    return value


def _password(value: str | None) -> str:
    if value is None:
        raise Refused(400, "password is missing.")
    if len(value) < SHORTEST_PASSWORD:
        raise Refused(400, f"password is too short; it needs {SHORTEST_PASSWORD} characters or more.")
    return value


_ADDRESS = {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+\.[^@\s]+$"}
_SECRET = {"type": "string", "minLength": SHORTEST_PASSWORD}
_NEW = {
    "type": "object",
    "properties": {"email": _ADDRESS, "password": _SECRET},
    "required": ["email", "password"],
}
_CHANGE = {
    "type": "object",
    "properties": {
        "oldEmail": {"type": "string"},
        "email": _ADDRESS,
        "oldPassword": {"type": "string"},
        "password": _SECRET,
    },
}

USER_CENTER = (
    Endpoint(
        name="createUser",
        method="POST",
        path="/api/users",
        handler=create,
        summary="Create a user.",
        who="client token",
        answers={201: "", 400: "Error", 401: "Error", 413: "Error"},
        body={"application/json": _NEW},
    ),
    Endpoint(
        name="getUser",
        method="GET",
        path="/api/users/{user}",
        handler=read,
        summary="Get a user.",
        who="client token",
        answers={200: "User", 401: "Error", 404: "Error"},
    ),
    Endpoint(
        name="updateUser",
        method="PUT",
        path="/api/users/{user}",
        handler=change,
        summary="Change a user's address, password or both.",
        who="client token",
        answers={204: "", 400: "Error", 401: "Error", 404: "Error", 413: "Error"},
        body={"application/json": _CHANGE},
    ),
    Endpoint(
        name="deleteUser",
        method="DELETE",
        path="/api/users/{user}",
        handler=delete,
        summary="Delete a user with all documents.",
        who="client token",
        answers={204: "", 401: "Error", 404: "Error"},
    ),
)
