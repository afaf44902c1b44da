"""Where secrets come from, and how they prove who is calling."""

from gini_notebook.service.credentials.access import (
    BearerAccess,
    DeferredAccess,
    JwtAccess,
    TrustedAccess,
    as_secret,
    basic_header,
    check_identifier,
    check_secret,
    given_user,
    other_user,
    random_identifier,
)
from gini_notebook.service.credentials.sources import (
    VARIABLES,
    FoundCredentials,
    SandboxLike,
    find,
    save_secret_file,
    secret_file_path,
)
from gini_notebook.service.credentials.tokens import (
    AnonymousAccess,
    CallbackAccess,
    ClientTokenAccess,
    TokenAccess,
    UserAccess,
)
from gini_notebook.service.values import Secret

__all__ = [
    "VARIABLES",
    "AnonymousAccess",
    "BearerAccess",
    "CallbackAccess",
    "ClientTokenAccess",
    "DeferredAccess",
    "FoundCredentials",
    "JwtAccess",
    "SandboxLike",
    "Secret",
    "TokenAccess",
    "TrustedAccess",
    "UserAccess",
    "as_secret",
    "basic_header",
    "check_identifier",
    "check_secret",
    "find",
    "given_user",
    "other_user",
    "random_identifier",
    "save_secret_file",
    "secret_file_path",
]
