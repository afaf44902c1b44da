"""The only place that sends anything, and the only one that imports Requests."""

from gini_notebook.service.transport.settings import CaBundle, Timing, Trust
from gini_notebook.service.transport.transport import CLOSED, Transport

__all__ = ["CLOSED", "CaBundle", "Timing", "Transport", "Trust"]
