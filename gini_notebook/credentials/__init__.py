"""Where secrets come from, and how they prove who is calling."""

from gini_notebook.credentials.access import (
    BearerAccess,
    JwtAccess,
    TrustedAccess,
    as_secret,
    basic_header,
    check_identifier,
    other_user,
    random_identifier,
)
from gini_notebook.values import Secret

__all__ = [
    "BearerAccess",
    "JwtAccess",
    "Secret",
    "TrustedAccess",
    "as_secret",
    "basic_header",
    "check_identifier",
    "other_user",
    "random_identifier",
]
