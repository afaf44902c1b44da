"""All that one running sandbox knows."""

import secrets
from pathlib import Path

from gini_notebook.sandbox.accounts import Accounts
from gini_notebook.sandbox.audit import Audit
from gini_notebook.sandbox.authentication import Identity
from gini_notebook.sandbox.environments import ENVIRONMENTS
from gini_notebook.sandbox.faults import Faults
from gini_notebook.sandbox.processing import Processing
from gini_notebook.sandbox.settings import Settings
from gini_notebook.sandbox.workers import Workers


class State:
    """All that one running sandbox knows.

    Parameters
    ----------
    settings
        How it behaves.
    folder
        Its own temporary folder.
    admin_token
        What the program that started it proves itself with.
    """

    def __init__(self, settings: Settings, folder: Path, admin_token: str) -> None:
        self.settings = settings
        self.environment = ENVIRONMENTS[settings.environment]
        self.admin_token = admin_token
        self.client_id = "sandbox-client"
        self.client_secret = secrets.token_urlsafe(24)
        self.accounts = Accounts(
            self.client_id,
            self.client_secret,
            token_life_s=settings.token_life_s,
            refresh_tokens=settings.refresh_tokens,
        )
        self.identity = Identity(settings, self.accounts)
        self.processing = Processing(folder, settings, Workers())
        self.audit = Audit()
        self.faults = Faults(settings.seed)

    def knows(self, document_id: str) -> bool:
        """Whether any user has a document with this id."""
        return any(user.library.get(document_id) for user in self.accounts.users())
