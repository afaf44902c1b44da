"""The service's language, without any network: build a request, decode an answer."""

from gini_notebook.service.wire import documents, feedback, payments, user_center
from gini_notebook.service.wire.answers import decode
from gini_notebook.service.wire.environments import (
    ENVIRONMENTS,
    GINI_API,
    PAY_API,
    Environment,
    base_url,
    environment_named,
)
from gini_notebook.service.wire.messages import Access, Answer, Exchange, Headers, Request
from gini_notebook.service.wire.waiting import may_repeat, retry_after_s

__all__ = [
    "ENVIRONMENTS",
    "GINI_API",
    "PAY_API",
    "Access",
    "Answer",
    "Environment",
    "Exchange",
    "Headers",
    "Request",
    "base_url",
    "decode",
    "documents",
    "environment_named",
    "feedback",
    "may_repeat",
    "payments",
    "retry_after_s",
    "user_center",
]
