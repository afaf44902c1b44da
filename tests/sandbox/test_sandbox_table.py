"""Everything the service can do, each asked rightly, without credentials, as another user, amiss and malformed.

All tests come from one table; every right answer must also fit the sandbox's own description of itself.
"""

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import jsonschema
import pytest
import requests

JSON = "application/vnd.gini.v1+json"
FEEDBACK = {"feedback": {"amountToPay": {"value": "950.00:EUR"}}}
PAYMENT = {"recipient": "Praxis am Markt", "iban": "DE12500105170648489890", "amount": "87.40:EUR", "purpose": "5521"}
FORM = "application/x-www-form-urlencoded"
EVENTS = "application/vnd.gini.v1.events.amplitude"
LOGIN = {"username": "{email}", "password": "tulip-4711"}
USER = {"email": "{unused}@app.example.org", "password": "tulip-4711"}


@dataclass(frozen=True)
class Row:
    """One thing the service can do.

    ``who`` may do it: user, trusted (Basic with identifier), client (Basic), client token. ``missing`` and
    ``malformed`` say what to change, and the status that follows; ``other`` is the status for another user.
    """

    call: str
    right: int
    who: str = "user"
    json: Any = None
    data: Any = None
    kind: str = JSON
    accept: str = JSON
    other: int | None = 404
    missing: tuple[dict[str, Any], int] | None = None
    malformed: tuple[dict[str, Any], int] | None = None
    role: str = "api"
    params: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.call.split()[0]

    @property
    def path(self) -> str:
        return self.call.split()[1]


NOTHING = str(uuid.uuid4())
NO_DOCUMENT = ({"document": NOTHING}, 404)
WRONG_ACCEPT = ({"accept": "text/csv"}, 406)
NOT_JSON = ({"data": b"{"}, 400)
DOC = "/documents/{document}"

ROWS = [
    # User Center
    Row("GET /oauth/token", 200, who="client", role="user_center", accept="application/json", other=None,
        params={"grant_type": "client_credentials"}, missing=({"params": {}}, 400),
        malformed=({"params": {"grant_type": "magic"}}, 400)),
    Row("POST /oauth/token", 200, who="client", role="user_center", accept="application/json", other=None,
        kind=FORM, data={"grant_type": "password", **LOGIN},
        missing=({"data": {"grant_type": "password", "username": "{email}"}}, 400),
        malformed=({"data": b"\xff\xfe=%ff", "params": {"grant_type": "password"}}, 400)),
    Row("POST /oauth/token?refresh", 200, who="client", role="user_center", accept="application/json", other=None,
        kind=FORM, data={"grant_type": "refresh_token", "refresh_token": "{refresh}"},
        missing=({"data": {"grant_type": "refresh_token"}}, 400),
        malformed=({"data": {"grant_type": "refresh_token", "refresh_token": "x"}}, 400)),
    Row("GET /oauth/check_token", 200, who="anyone", role="user_center", accept="application/json", other=None,
        params={"token": "{token}"}, missing=({"params": {}}, 400), malformed=({"params": {"token": "x"}}, 400)),
    Row("POST /api/users", 201, who="client token", role="user_center", kind="application/json",
        accept="application/json", other=401, json=USER, missing=({"json": {"email": "{unused}@app.example.org"}}, 400),
        malformed=({"json": {"email": "no address", "password": "tulip-4711"}}, 400)),
    Row("GET /api/users/{user}", 200, who="client token", role="user_center", accept="application/json", other=401,
        missing=({"user": NOTHING}, 404)),
    Row("PUT /api/users/{user}", 204, who="client token", role="user_center", kind="application/json",
        accept="application/json", other=401, json={"oldPassword": "tulip-4711", "password": "narzisse-0815"},
        missing=({"user": NOTHING}, 404), malformed=({"json": {"oldPassword": "wrong", "password": "narzisse"}}, 400)),
    Row("DELETE /api/users/{user}", 204, who="client token", role="user_center", accept="application/json", other=401,
        missing=({"user": NOTHING}, 404)),
    # API: access
    Row("POST /login", 200, who="trusted", other=None, missing=({"identifier": ""}, 401), malformed=WRONG_ACCEPT),
    # API: documents
    Row("POST /documents", 201, data=b"Rechnung", kind="text/plain", other=None,
        missing=({"data": b""}, 400), malformed=({"kind": "application/zip"}, 415)),
    Row("POST /documents/", 201, data=b"Rechnung", kind="text/plain", other=None,
        missing=({"data": b""}, 400), malformed=({"data": b"\xff\xfe\xfd"}, 400)),
    Row("POST /documents?partial", 201, data=b"Rechnung", kind="application/vnd.gini.v1.partial+plain", other=None,
        missing=({"data": b""}, 400), malformed=({"kind": "application/vnd.gini.v9.partial+plain"}, 415)),
    Row("POST /documents?qr", 201, kind="application/vnd.gini.v1.partial+qr+json", other=None, json={"qrcode": "BCD"},
        missing=({"json": {"paymentdata": {"iban": "", "paymentRecipient": ""}}}, 400), malformed=NOT_JSON),
    Row("POST /documents?composite", 201, kind="application/vnd.gini.v1.composite+json",
        json={"partialDocuments": [{"document": "{api}/documents/{part}", "rotationDelta": 450}]},
        missing=({"json": {"partialDocuments": []}}, 400),
        malformed=({"json": {"partialDocuments": [{"document": "{api}/documents/{document}"}]}}, 400)),
    Row("GET /documents", 200, other=None, params={"limit": "5"}, missing=({"params": {}}, 200),
        malformed=({"params": {"limit": "many"}}, 400)),
    Row("GET /documents/", 200, other=None, malformed=({"params": {"next": "-1"}}, 400)),
    Row(f"GET {DOC}", 200, missing=NO_DOCUMENT, malformed=WRONG_ACCEPT),
    Row(f"GET {DOC}/", 200, missing=NO_DOCUMENT, malformed=({"document": "%2e%2e%2f"}, 404)),
    Row(f"DELETE {DOC}", 204, missing=NO_DOCUMENT),
    # API: results
    Row(f"GET {DOC}/extractions", 200, missing=NO_DOCUMENT, malformed=WRONG_ACCEPT),
    Row(f"GET {DOC}/pages", 200, missing=NO_DOCUMENT, malformed=WRONG_ACCEPT),
    Row(f"GET {DOC}/pages/1/large", 200, accept="image/*", missing=NO_DOCUMENT,
        malformed=({"path": f"{DOC}/pages/0/large"}, 404)),
    Row(f"GET {DOC}/pages/1/medium", 200, accept="image/jpeg", missing=({"path": f"{DOC}/pages/2/medium"}, 404),
        malformed=({"path": f"{DOC}/pages/1/huge"}, 404)),
    Row(f"GET {DOC}/layout", 200, missing=NO_DOCUMENT, malformed=WRONG_ACCEPT),
    Row(f"GET {DOC}/processed", 200, accept="application/octet-stream", missing=NO_DOCUMENT),
    # API: feedback
    Row(f"PUT {DOC}/extractions/feedback", 204, json=FEEDBACK, missing=NO_DOCUMENT, malformed=NOT_JSON),
    Row(f"POST {DOC}/extractions/feedback", 204, json=FEEDBACK, missing=({"json": {}}, 400),
        malformed=({"kind": "text/plain"}, 406)),
    Row(f"PUT {DOC}/extractions", 204, json=FEEDBACK, missing=NO_DOCUMENT,
        malformed=({"json": {"feedback": {"iban": {"value": "DE12"}}}}, 422)),
    Row(f"POST {DOC}/extractions", 204, json=FEEDBACK,
        missing=({"json": {"feedback": {"colour": {"value": "x"}}}}, 404),
        malformed=({"json": {"feedback": {"iban": "DE12"}}}, 400)),
    Row(f"PUT {DOC}/extractions/amountToPay", 204, json={"value": "1.00:EUR"},
        missing=({"path": f"{DOC}/extractions/colour"}, 404), malformed=({"json": {"value": "much"}}, 422)),
    Row(f"DELETE {DOC}/extractions/amountToPay", 204, missing=({"path": f"{DOC}/extractions/feedback"}, 405)),
    # API: the rest
    Row(f"POST {DOC}/errorreport", 200, params={"summary": "s", "description": "d"}, missing=NO_DOCUMENT,
        malformed=WRONG_ACCEPT),
    Row("POST /events/error", 204, json={"description": "upload failed"}, other=None, missing=({"json": {}}, 400),
        malformed=NOT_JSON),
    Row("POST /events/batch", 200, json={"events": [{}]}, kind=EVENTS, accept="application/json", other=None,
        missing=({"json": {}}, 400), malformed=({"kind": "text/plain"}, 415)),
    Row("GET /configurations", 200, other=None, malformed=WRONG_ACCEPT),
    Row("GET /paymentRequests", 200, other=None, params={"limit": "1", "offset": "1"},
        malformed=({"params": {"offset": "x"}}, 400)),
    Row("GET /paymentRequests/{request}", 200, missing=({"request": NOTHING}, 404), malformed=WRONG_ACCEPT),
    Row("POST /paymentRequests/{request}/payment", 200, json=PAYMENT, missing=({"request": NOTHING}, 404),
        malformed=({"json": {**PAYMENT, "iban": "DE12"}}, 422)),
    Row("GET /paymentRequests/{paid}/payment", 200, missing=({"path": "/paymentRequests/{request}/payment"}, 404)),
]  # fmt: skip


class World:
    """What there is to ask for: a user with a document, an account, payment requests."""

    def __init__(self, person: Any) -> None:
        self.person = person
        sandbox = person.sandbox
        self.names = {"api": sandbox.api, "unused": str(uuid.uuid4())}
        self.names["document"] = person.upload().rpartition("/")[2]
        self.names["part"] = person.upload(kind="application/vnd.gini.v1.partial+plain").rpartition("/")[2]
        requests_ = person.get("/paymentRequests").json()
        self.names["request"], self.names["paid"] = (one["_links"]["_self"].rpartition("/")[2] for one in requests_)
        person.post(f"/paymentRequests/{self.names['paid']}/payment", json=PAYMENT)
        self._make_account()

    def _make_account(self) -> None:
        person, center = self.person, self.person.sandbox.user_center
        self.names["email"] = f"{uuid.uuid4()}@app.example.org"
        account = {"email": self.names["email"], "password": "tulip-4711"}
        self.client_token = person.client_token()
        made = person.post(f"{center}/api/users", json=account, headers=self.client_token, auth=_no_auth)
        self.names["user"] = made.headers["Location"].rpartition("/")[2]
        form = {"grant_type": "password", "username": account["email"], "password": "tulip-4711"}
        token = person.post(f"{center}/oauth/token", data=form).json()
        self.names |= {"token": token["access_token"], "refresh": token["refresh_token"]}

    def fill(self, value: Any, **names: str) -> Any:
        if isinstance(value, dict):
            return {key: self.fill(one, **names) for key, one in value.items()}
        if isinstance(value, list):
            return [self.fill(one, **names) for one in value]
        known = self.names | names
        return re.sub(r"\{(\w+)\}", lambda match: known[match[1]], value) if isinstance(value, str) else value

    def ask(
        self, row: Row, *, credentials: str = "right", identifier: str | None = None, **change: Any
    ) -> requests.Response:
        names = {key: change.pop(key) for key in [*change] if key in self.names}
        parts = {
            "path": row.path, "json": row.json, "data": row.data, "kind": row.kind, "accept": row.accept,
            "params": row.params,
        }  # fmt: skip
        parts |= change
        if "data" in change:
            parts["json"] = None
        if change.get("json") is not None:
            parts["data"] = None
        base = self.person.sandbox.user_center if row.role == "user_center" else self.person.sandbox.api
        headers = {"Accept": parts["accept"]} | self._credentials(row, credentials, identifier)
        if parts["json"] is not None or parts["data"] is not None:
            headers["Content-Type"] = parts["kind"]
        path = self.fill(parts["path"], **names).partition("?")[0]
        return self.person.session.request(
            row.method, base + path, params=self.fill(parts["params"], **names), json=self.fill(parts["json"], **names),
            data=self.fill(parts["data"], **names), headers=headers, auth=_no_auth, timeout=60, allow_redirects=False,
        )  # fmt: skip

    def _credentials(self, row: Row, which: str, identifier: str | None) -> dict[str, str | None]:
        nobody: dict[str, str | None] = {"X-User-Identifier": None}
        if which == "none" or row.who == "anyone":
            return nobody
        secret = "wrong" if which == "wrong" else self.person.sandbox.client_secret
        basic = requests.auth._basic_auth_str(self.person.sandbox.client_id, secret)
        if row.who == "client token":
            wrong = {
                "none": {},
                "wrong": {"Authorization": "Bearer x"},
                "other": {"Authorization": f"Bearer {self.names['token']}"},
            }
            return nobody | wrong.get(which, self.client_token)
        if row.who == "client":
            return nobody | {"Authorization": basic}
        who = f"other-{uuid.uuid4()}" if which == "other" else self.person.name
        return {"Authorization": basic, "X-User-Identifier": who if identifier is None else identifier}


def _no_auth(request: Any) -> Any:
    return request


@pytest.fixture
def world(person: Any) -> World:
    return World(person)


@pytest.fixture(scope="module")
def descriptions(sandbox: Any) -> dict[str, Any]:
    session = requests.Session()
    session.trust_env = False
    session.verify = sandbox.ca_file
    bases = {"api": sandbox.api, "user_center": sandbox.user_center}
    return {role: session.get(f"{base}/openapi.json", timeout=60).json() for role, base in bases.items()}


def check_error(answer: requests.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    value = answer.json()
    assert value["message"]
    assert value["requestId"] == answer.headers["X-Request-Id"]


def check_description(answer: requests.Response, row: Row, description: dict[str, Any]) -> None:
    """The answer has the status, media type and shape that the sandbox says of itself."""
    path = next(one for one in description["paths"] if _matches(one, row))
    responses = description["paths"][path][row.method.lower()]["responses"]
    content = responses[str(answer.status_code)].get("content", {})
    if not content:
        assert answer.content == b""
        return
    media_type, described = next(iter(content.items()))
    if media_type != "*/*":
        assert answer.headers["Content-Type"] == media_type
    if "json" in media_type:
        schema = {**described["schema"], "components": description["components"]}
        jsonschema.validate(answer.json(), schema, jsonschema.Draft202012Validator)


def _matches(path: str, row: Row) -> bool:
    asked = re.sub(r"\{\w+\}", "x", row.path.partition("?")[0]).rstrip("/")
    pattern = re.sub(r"\{\w+\}", "[^/]+", path)
    return bool(re.fullmatch(pattern, asked)) and not (path.endswith("{label}") and asked.endswith("/feedback"))


rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.call)


@rows
def test_right(row: Row, world: World, descriptions: dict[str, Any]) -> None:
    answer = world.ask(row)
    assert answer.status_code == row.right, answer.text
    assert answer.headers["X-Request-Id"]
    if answer.status_code == 201:
        assert answer.content == b""
        assert answer.headers["Location"].startswith((world.person.sandbox.api, world.person.sandbox.user_center))
    check_description(answer, row, descriptions[row.role])


@rows
@pytest.mark.parametrize("credentials", ["none", "wrong"])
def test_unauthenticated(row: Row, credentials: str, world: World) -> None:
    answer = world.ask(row, credentials=credentials)
    if row.who == "anyone":
        assert answer.status_code == row.right
        return
    check_error(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith(("Basic", "Bearer"))


@pytest.mark.parametrize("row", [row for row in ROWS if row.other], ids=lambda row: row.call)
def test_other_user(row: Row, world: World) -> None:
    assert row.other is not None
    check_error(world.ask(row, credentials="other"), row.other)
    # It did nothing: the owner still sees the document.
    if "{document}" in row.path:
        assert world.person.get(f"/documents/{world.names['document']}").status_code == 200


@pytest.mark.parametrize("row", [row for row in ROWS if row.missing], ids=lambda row: row.call)
def test_missing(row: Row, world: World) -> None:
    assert row.missing is not None
    change, status = row.missing
    answer = world.ask(row, **change)
    if status == 200:
        assert answer.status_code == 200
    else:
        check_error(answer, status)


@pytest.mark.parametrize("row", [row for row in ROWS if row.malformed], ids=lambda row: row.call)
def test_malformed(row: Row, world: World) -> None:
    assert row.malformed is not None
    change, status = row.malformed
    check_error(world.ask(row, **change), status)


def test_every_operation_of_the_description_has_a_row(descriptions: dict[str, Any]) -> None:
    for role, description in descriptions.items():
        for path, operations in description["paths"].items():
            for method in operations:
                found = [
                    row for row in ROWS if row.role == role and row.method == method.upper() and _matches(path, row)
                ]
                assert found, f"no row for {method.upper()} {path}"


def test_unknown_path_is_refused(person: Any) -> None:
    check_error(person.get("/nothing/here"), 404)


def test_unknown_method_names_the_known_ones(person: Any) -> None:
    answer = person.ask("PATCH", "/documents")
    check_error(answer, 405)
    assert answer.headers["Allow"] == "GET, POST"


def test_other_users_list_is_empty(person: Any, other: Any) -> None:
    person.upload()
    assert other.get("/documents").json() == {"totalCount": 0, "documents": []}


def test_roles_have_their_own_address(person: Any) -> None:
    check_error(person.get(person.sandbox.user_center + "/documents"), 404)
    check_error(person.get("/oauth/token?grant_type=client_credentials"), 404)
