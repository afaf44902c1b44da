"""Log in: from arguments, the environment, a secret file, the keyring, or by asking."""

import os
from typing import Any

from gini_notebook.client import Client
from gini_notebook.credentials import TrustedAccess
from gini_notebook.errors import LoginRequired


def login(
    sandbox: Any = None,
    *,
    client_id: str | None = None,
    client_secret: Any = None,
    user_identifier: str | None = None,
    api: str | None = None,
    user_center: str | None = None,
    ca_bundle: Any = None,
    environment: str = "pay-api",
) -> Client:
    """Log in and return a client."""
    if sandbox is not None:
        client_id, client_secret = sandbox.client_id, sandbox.client_secret
        api, user_center, ca_bundle = sandbox.api, sandbox.user_center, sandbox.ca_file
    client_id = client_id or os.environ.get("GINI_CLIENT_ID")
    client_secret = client_secret or os.environ.get("GINI_CLIENT_SECRET")
    if not client_id or not client_secret:
        raise LoginRequired("Set GINI_CLIENT_ID and GINI_CLIENT_SECRET.")
    access = TrustedAccess(client_id, client_secret, user_identifier or os.environ.get("GINI_USER_IDENTIFIER"))
    return Client(access, api=api, user_center=user_center, ca_bundle=ca_bundle, environment=environment)
