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
from gini_notebook.service.credentials.remembered import (
    Remembered,
    can_remember,
    forget,
    host_of,
    recall,
    remember,
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
    "Remembered",
    "SandboxLike",
    "Secret",
    "TokenAccess",
    "TrustedAccess",
    "UserAccess",
    "as_secret",
    "basic_header",
    "can_remember",
    "check_identifier",
    "check_secret",
    "find",
    "forget",
    "given_user",
    "host_of",
    "other_user",
    "random_identifier",
    "recall",
    "remember",
    "save_secret_file",
    "secret_file_path",
]
