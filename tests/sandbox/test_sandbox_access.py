"""Who may do what: tokens of four kinds, accounts, JSON Web Tokens (Authentication flows page of the documentation)."""

import base64
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from gini_notebook.sandbox import Sandbox
from gini_notebook.sandbox.accounts import Accounts

PASSWORD = "tulip-4711"


def account(person: Any, headers: dict[str, str]) -> tuple[str, str]:
    """Create an account; gives its address and its path in the User Center."""
    email = f"{uuid.uuid4()}@app.example.org"
    made = person.post(
        f"{person.sandbox.user_center}/api/users", json={"email": email, "password": PASSWORD}, headers=headers
    )
    assert made.status_code == 201, made.text
    assert made.headers["Content-Length"] == "0"
    return email, made.headers["Location"]


def token(person: Any, basic: bool = True, **form: str) -> Any:
    url = f"{person.sandbox.user_center}/oauth/token"
    secret = (person.sandbox.client_id, person.sandbox.client_secret) if basic else None
    return person.post(url, params={"grant_type": form.pop("grant_type")}, data=form, auth=secret)


def bearer(answer: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_an_untrusted_device_from_first_start_to_document(stranger: Any) -> None:
    email, _ = account(stranger, stranger.client_token())
    login = token(stranger, grant_type="password", username=email, password=PASSWORD)
    assert login.status_code == 200
    value = login.json()
    assert (value["token_type"], value["expires_in"]) == ("bearer", 3600)
    assert login.headers["Content-Type"] == "application/json"
    assert login.headers["Cache-Control"] == "no-store"
    mine = bearer(login)
    sent = stranger.post("/documents", data=b"Rechnung", headers={**mine, "Content-Type": "text/plain"})
    assert sent.status_code == 201
    assert stranger.get(sent.headers["Location"], headers=mine).json()["name"] == "Document"


def test_the_scheme_may_be_written_in_any_case(stranger: Any) -> None:
    value = token(stranger, grant_type="client_credentials").json()["access_token"]
    url = f"{stranger.sandbox.user_center}/api/users/{uuid.uuid4()}"
    for scheme in ("BEARER", "Bearer", "bearer"):
        assert stranger.get(url, headers={"Authorization": f"{scheme} {value}"}).status_code == 404


def test_the_grant_type_may_be_in_the_body(stranger: Any) -> None:
    url = f"{stranger.sandbox.user_center}/oauth/token"
    secret = (stranger.sandbox.client_id, stranger.sandbox.client_secret)
    assert stranger.post(url, data={"grant_type": "client_credentials"}, auth=secret).status_code == 200


def test_a_refresh_token_gives_a_new_access_token(stranger: Any) -> None:
    email, _ = account(stranger, stranger.client_token())
    first = token(stranger, grant_type="password", username=email, password=PASSWORD)
    again = token(stranger, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
    assert again.json()["refresh_token"] == first.json()["refresh_token"]
    assert again.json()["access_token"] != first.json()["access_token"]
    assert stranger.get("/documents", headers=bearer(again)).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password", "username": "{email}", "password": "wrong"}, "invalid_grant"),
        ({"grant_type": "password", "username": "nobody@app.example.org", "password": PASSWORD}, "invalid_grant"),
        ({"grant_type": "password", "username": "{email}"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
    ],
)
def test_a_token_that_is_not_given_says_why(stranger: Any, form: dict[str, str], error: str) -> None:
    email, _ = account(stranger, stranger.client_token())
    answer = token(stranger, **{name: value.replace("{email}", email) for name, value in form.items()})
    assert answer.status_code == 400
    value = answer.json()
    assert value["error"] == error
    assert value["error_description"] == value["message"]
    assert value["requestId"] == answer.headers["X-Request-Id"]


def test_wrong_client_credentials_are_an_invalid_client(stranger: Any) -> None:
    url = f"{stranger.sandbox.user_center}/oauth/token?grant_type=client_credentials"
    for secret in ((stranger.sandbox.client_id, "wrong"), ("nobody", stranger.sandbox.client_secret), ("", "")):
        answer = stranger.get(url, auth=secret)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    garbled = stranger.get(url, headers={"Authorization": "Basic not-base64!"})
    assert garbled.status_code == 401


def test_login_gives_a_token_of_the_derived_user(person: Any, stranger: Any) -> None:
    path = person.upload()
    given = person.post("/login")
    assert given.status_code == 200
    assert stranger.get(path, headers=bearer(given)).status_code == 200


def test_basic_without_identifier_is_refused(person: Any) -> None:
    answer = person.get("/documents", headers={"X-User-Identifier": None})
    assert answer.status_code == 401
    assert "X-User-Identifier is missing" in answer.json()["message"]


def test_each_token_opens_its_own_door_only(stranger: Any) -> None:
    email, location = account(stranger, stranger.client_token())
    user = bearer(token(stranger, grant_type="password", username=email, password=PASSWORD))
    with_client_token = stranger.get("/documents", headers=stranger.client_token())
    assert with_client_token.status_code == 401
    assert "for the User Center" in with_client_token.json()["message"]
    with_user_token = stranger.get(location, headers=user)
    assert with_user_token.status_code == 401
    assert "token of the client" in with_user_token.json()["message"]


def test_all_tokens_can_be_made_to_expire(person_of: Callable[[Sandbox], Any]) -> None:
    with Sandbox(processing_time_s=0.0) as sandbox:
        person = person_of(sandbox)
        headers = bearer(person.post("/login"))
        person.session.auth = None
        assert person.get("/documents", headers=headers).status_code == 200
        assert sandbox.expire_tokens() == 1
        answer = person.get("/documents", headers=headers)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert "has expired" in answer.json()["message"]


def test_a_token_expires_when_its_life_is_over() -> None:
    now = [100.0]
    accounts = Accounts("id", "secret", token_life_s=3.0, clock=lambda: now[0])
    given = accounts.issue(None)
    assert given["expires_in"] == 3
    now[0] = 102.9
    assert accounts.token(str(given["access_token"])) is not None
    now[0] = 103.0
    assert accounts.token(str(given["access_token"])) is None


def test_refresh_tokens_can_be_switched_off(person_of: Callable[[Sandbox], Any]) -> None:
    with Sandbox(refresh_tokens=False, token_life_s=120) as sandbox:
        person = person_of(sandbox)
        headers = person.client_token()
        person.session.auth = None
        email, _ = account(person, headers)
        value = token(person, grant_type="password", username=email, password=PASSWORD).json()
    assert value.keys() == {"access_token", "token_type", "expires_in"}
    assert value["expires_in"] == 120


def test_an_account_can_be_read_changed_and_deleted(stranger: Any) -> None:
    headers = stranger.client_token()
    email, location = account(stranger, headers)
    user_id = location.rpartition("/")[2]
    assert stranger.get(location, headers=headers).json() == {"id": user_id, "email": email}
    new = f"new-{email}"
    both = {"oldPassword": PASSWORD, "password": "narzisse-0815", "oldEmail": email, "email": new}
    assert stranger.put(location, json=both, headers=headers).status_code == 204
    assert stranger.get(location, headers=headers).json()["email"] == new
    assert token(stranger, grant_type="password", username=email, password=PASSWORD).status_code == 400
    login = token(stranger, grant_type="password", username=new, password="narzisse-0815")
    sent = stranger.post("/documents", data=b"x", headers={**bearer(login), "Content-Type": "text/plain"})
    assert sent.status_code == 201
    assert stranger.delete(location, headers=headers).status_code == 204
    assert stranger.get(location, headers=headers).status_code == 404
    assert stranger.get("/documents", headers=bearer(login)).status_code == 401
    refresh = token(stranger, grant_type="refresh_token", refresh_token=login.json()["refresh_token"])
    assert refresh.status_code == 400


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, "Nothing to change"),
        ({"email": "new@app.example.org"}, "oldEmail is not the present address"),
        ({"email": "new@app.example.org", "oldEmail": "other@app.example.org"}, "oldEmail is not the present address"),
        ({"password": "narzisse-0815"}, "oldPassword is not the present password"),
        ({"password": "short", "oldPassword": PASSWORD}, "password is too short"),
        ({"email": "no address", "oldEmail": "{email}"}, "email is not an address"),
        ({"email": "{taken}", "oldEmail": "{email}"}, "already a user with the address"),
        ({"email": 7}, "email must be a string"),
    ],
)
def test_a_change_of_an_account_that_cannot_be_is_refused(stranger: Any, change: Any, message: str) -> None:
    headers = stranger.client_token()
    (taken, _), (email, location) = account(stranger, headers), account(stranger, headers)
    names = {"{email}": email, "{taken}": taken}
    answer = stranger.put(
        location, json={name: names.get(value, value) for name, value in change.items()}, headers=headers
    )
    assert answer.status_code == 400, answer.text
    assert message in answer.json()["message"]
    assert stranger.get(location, headers=headers).json()["email"] == email


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"password": PASSWORD}, "email is missing"),
        ({"email": "a@app.example.org"}, "password is missing"),
        ({"email": "{taken}", "password": PASSWORD}, "already a user"),
        (["a list"], "must be a JSON object"),
        ({"email": "a@app.example.org", "password": "\ud800lone half"}, "not valid JSON"),
    ],
)
def test_an_account_that_cannot_be_is_refused(stranger: Any, body: Any, message: str) -> None:
    headers = stranger.client_token()
    taken, _ = account(stranger, headers)
    answer = stranger.post(
        f"{stranger.sandbox.user_center}/api/users",
        data=json.dumps(body).replace("{taken}", taken),
        headers={**headers, "Content-Type": "application/json"},
    )
    assert answer.status_code == 400, answer.text
    assert message in answer.json()["message"]


def test_check_token_names_the_owner(stranger: Any) -> None:
    email, location = account(stranger, stranger.client_token())
    login = token(stranger, grant_type="password", username=email, password=PASSWORD).json()
    value = stranger.get(
        f"{stranger.sandbox.user_center}/oauth/check_token", params={"token": login["access_token"]}
    ).json()
    assert value["user_name"] == location.rpartition("/")[2]


def test_users_of_the_two_kinds_never_meet(stranger: Any, person: Any) -> None:
    email, _ = account(stranger, stranger.client_token())
    login = bearer(token(stranger, grant_type="password", username=email, password=PASSWORD))
    stranger.post("/documents", data=b"x", headers={**login, "Content-Type": "text/plain"})
    assert person.get("/documents", headers={"X-User-Identifier": email}).json()["totalCount"] == 0


def test_foreign_documents_can_be_refused_as_forbidden(person_of: Callable[[Sandbox], Any]) -> None:
    with Sandbox(processing_time_s=0.0, foreign_status=403) as sandbox:
        path = person_of(sandbox).upload()
        other = person_of(sandbox)
        assert other.get(path).status_code == 403
        assert other.get(f"/documents/{uuid.uuid4()}").status_code == 404


def test_a_json_web_token_of_the_sandbox_opens_the_users_documents(person: Any, stranger: Any) -> None:
    path = person.upload()
    header = {"X-JWT-Authorization": f"Bearer {person.sandbox.json_web_token(person.name)}"}
    assert stranger.get(path, headers=header).status_code == 200
    somebody = {"X-JWT-Authorization": f"Bearer {person.sandbox.json_web_token('somebody')}"}
    assert stranger.get(path, headers=somebody).status_code == 404


def test_json_web_tokens_that_prove_nothing_are_refused(stranger: Any) -> None:
    good = stranger.sandbox.json_web_token("me")
    head, claims, signature = good.split(".")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    content = jwt.decode(good, options={"verify_signature": False})
    cases = {
        "expired": (stranger.sandbox.json_web_token("me", life_s=-10), "expired"),
        "unsigned": (f"{unsigned}.{claims}.", "not accepted"),
        "cut": (f"{head}.{claims}.{signature[:-8]}", "not accepted"),
        "forged": (jwt.encode(content, key, algorithm="RS256", headers={"kid": "sandbox"}), "not accepted"),
        "other key": (jwt.encode(content, key, algorithm="RS256", headers={"kid": "mine"}), "no key 'mine'"),
        "hmac": (jwt.encode(content, "x" * 32, algorithm="HS256", headers={"kid": "sandbox"}), "not accepted"),
        "nonsense": ("nonsense", "not accepted"),
    }
    for name, (value, message) in cases.items():
        answer = stranger.get("/documents", headers={"X-JWT-Authorization": f"Bearer {value}"})
        assert answer.status_code == 401, name
        assert message in answer.json()["message"], name
    answer = stranger.get("/documents", headers={"X-JWT-Authorization": good})
    assert "must be: Bearer" in answer.json()["message"]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """An identity provider: its key, and its JWK set in a file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    path = tmp_path_factory.mktemp("provider") / "jwks.json"
    path.write_text(json.dumps({"keys": [{**public, "kid": "bank", "use": "sig"}]}))
    return key, path


def test_an_identity_provider_can_be_named(provider: tuple[Any, Path], person_of: Callable[[Sandbox], Any]) -> None:
    key, path = provider
    names = ("sub", "azp", "client_secret")
    with Sandbox(jwk_set=str(path), jwt_issuer="https://bank.example", jwt_claims=names) as sandbox:
        person = person_of(sandbox)
        person.session.auth = None
        right = {"iss": "https://bank.example", "exp": 4102444800, "sub": "me", "azp": sandbox.client_id}
        cases = [
            (right, 200, ""),
            ({**right, "client_secret": sandbox.client_secret}, 200, ""),
            ({**right, "client_secret": "wrong"}, 401, "claim client_secret"),
            ({**right, "azp": "other"}, 401, "claim azp"),
            ({**right, "sub": ""}, 401, "lacks the claim sub"),
            ({**right, "iss": "https://other.example"}, 401, "not accepted"),
            ({name: value for name, value in right.items() if name != "exp"}, 401, "not accepted"),
        ]
        for claims, status, message in cases:
            value = jwt.encode(claims, key, algorithm="RS256", headers={"kid": "bank"})
            answer = person.get("/documents", headers={"X-JWT-Authorization": f"Bearer {value}"})
            assert answer.status_code == status, (claims, answer.text)
            assert message in (answer.json().get("message") or "")
        with pytest.raises(ValueError, match="another identity provider"):
            sandbox.json_web_token("me")
