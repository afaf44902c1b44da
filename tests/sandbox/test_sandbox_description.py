"""The sandbox's description of itself, and whether it keeps to it under fire."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from gini_notebook.sandbox import Sandbox

HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
# Data that a schema allows may still be refused, e.g. bytes that are no PDF; so acceptance is not checked.
UNCHECKED = "positive_data_acceptance,negative_data_rejection"


def test_every_path_is_described_with_its_answers(sandbox: Sandbox, stranger: Any) -> None:
    names = []
    for base in (sandbox.api, sandbox.user_center):
        description = stranger.get(f"{base}/openapi.json").json()
        assert description["openapi"].startswith("3.1")
        for path, operations in description["paths"].items():
            assert not path.startswith("/_sandbox")
            for operation in operations.values():
                names.append(operation["operationId"])
                assert operation["summary"].endswith(".")
                for response in operation["responses"].values():
                    assert "X-Request-Id" in response["headers"]
    assert len(names) == len(set(names)) == 31


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("environment", "role", "paths", "examples", "least"),
    [
        ("pay-api", "api", "/", 90, 2000),
        ("pay-api", "user_center", "/oauth", 60, 100),
        ("pay-api", "user_center", "/api", 60, 100),
        ("gini-api", "api", "/", 30, 500),
    ],
)
def test_no_answer_is_outside_the_description(
    environment: str,
    role: str,
    paths: str,
    examples: int,
    least: int,
    person_of: Callable[[Sandbox], Any],
    tmp_path: Path,
) -> None:
    with Sandbox(environment=environment, processing_time_s=0.0) as sandbox:
        base, person = getattr(sandbox, role), person_of(sandbox)
        environ = _environment(sandbox, person)
        begun = len(sandbox.requests())
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{base}/openapi.json", "--url", base]
        command += ["--tls-verify", sandbox.ca_file, "--max-examples", str(examples), "--seed", "4711", "--no-color"]
        command += ["--checks", "all", "--exclude-checks", UNCHECKED, "--generation-database", "none"]
        command += ["--include-path-regex", f"^{paths}", *_credentials(sandbox, person, paths)]
        done = subprocess.run(
            command, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=1100, check=False
        )
        seen = sandbox.requests(begun)
    statuses = sorted({one.status for one in seen})
    sys.stdout.write(f"{environment} {role} {paths}: {len(seen)} requests, statuses {statuses}\n")
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert len(seen) >= least
    assert 0 < statuses[0] <= statuses[-1] < 500


def _credentials(sandbox: Sandbox, person: Any, paths: str) -> list[str]:
    if paths == "/api":
        return ["--header", f"Authorization: {person.client_token()['Authorization']}"]
    basic = ["--auth", f"{sandbox.client_id}:{sandbox.client_secret}"]
    return basic if paths == "/oauth" else [*basic, "--header", f"X-User-Identifier: {person.name}"]


def _environment(sandbox: Sandbox, person: Any) -> dict[str, str]:
    """Make things to ask for, and name them to the hooks."""
    things: dict[str, list[str]] = {
        "document": [person.upload().rpartition("/")[2] for _ in range(40)],
        "label": ["amountToPay", "iban", "paymentRecipient"],
        "page": ["1"],
        "size": ["large", "medium", "750x900"],
        "user": [_account(person, number) for number in range(20)],
    }
    if sandbox._settings.environment == "pay-api":
        things["request"] = [one["_links"]["_self"].rpartition("/")[2] for one in person.get("/paymentRequests").json()]
    names = {"SCHEMATHESIS_HOOKS": str(HOOKS), "SANDBOX_THINGS": json.dumps(things)}
    return dict(os.environ) | names | {"REQUESTS_CA_BUNDLE": sandbox.ca_file}


def _account(person: Any, number: int) -> str:
    session = requests.Session()
    session.trust_env = False
    made = session.post(
        f"{person.sandbox.user_center}/api/users",
        json={"email": f"{number}@app.example.org", "password": "tulip-4711"},
        headers=person.client_token(),
        verify=person.sandbox.ca_file,
        timeout=60,
    )
    return made.headers["Location"].rpartition("/")[2]
