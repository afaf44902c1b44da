"""How a run behaves: the numbers, with the reasons for their defaults."""

from dataclasses import dataclass, fields

from gini_notebook.errors import SettingError
from gini_notebook.service.wire.outcomes import GRACE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """The limits and times of a run.

    Parameters
    ----------
    upload_threads
        Uploads that may be on the wire at once (1 to 16).
    window
        Documents that may be with the service at first; the run widens this while throughput grows.
    window_limit
        Documents that may be with the service at most.
    quarantine_s
        How long an unclear upload must be absent from the document list before it may be repeated. Longer than the
        service can possibly take to finish an upload that it has received.
    attempts
        How often one document is uploaded, or one answer is asked for, before its row fails. Attempts that never
        reached the service do not count.
    grace_s
        How long a document that the service has just named may be "not found" before that is believed.
    document_limit_s
        How long a document may be processed before its row fails.
    run_limit_s
        How long the whole run may take before it stops, resumable; unlimited when None.
    outage_limit_s
        How long nothing at all may succeed before the run stops, resumable.
    retry_after_limit_s
        The longest pause the service may ask for; when it asks for more, the run stops, resumable.
    list_limit
        Documents per page of the document list (the older service capped it at 250).

    Raises
    ------
    SettingError
        When a value is not positive, or ``upload_threads`` is above 16.
    """

    upload_threads: int = 16
    window: int = 64
    window_limit: int = 400
    quarantine_s: float = 120.0
    attempts: int = 8
    grace_s: float = GRACE_S
    document_limit_s: float = 600.0
    run_limit_s: float | None = None
    outage_limit_s: float = 600.0
    retry_after_limit_s: float = 120.0
    list_limit: int = 250

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not value > 0:
                message = f"{field.name} is {value!r}; it must be greater than 0."
                raise SettingError(message)
        if self.upload_threads > 16:
            message = f"upload_threads is {self.upload_threads}; the service is not to be flooded: at most 16."
            raise SettingError(message)
