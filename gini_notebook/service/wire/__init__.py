"""The service's language, without any network: build a request, decode an answer."""

from gini_notebook.service.wire import documents, feedback, payments, user_center
from gini_notebook.service.wire.answers import decode, retry_after_s
from gini_notebook.service.wire.environments import (
    ENVIRONMENTS,
    GINI_API,
    PAY_API,
    Environment,
    Identified,
    base_url,
    environment_named,
    id_of,
)
from gini_notebook.service.wire.messages import Access, Answer, Exchange, Headers, Request
from gini_notebook.service.wire.outcomes import Kind, Outcome, outcome_of

__all__ = [
    "ENVIRONMENTS",
    "GINI_API",
    "PAY_API",
    "Access",
    "Answer",
    "Environment",
    "Exchange",
    "Headers",
    "Identified",
    "Kind",
    "Outcome",
    "Request",
    "base_url",
    "decode",
    "documents",
    "environment_named",
    "feedback",
    "id_of",
    "outcome_of",
    "payments",
    "retry_after_s",
    "user_center",
]
