"""Feedback: tell the service what the values really are."""

from collections.abc import Mapping, Sequence
from typing import Any

from gini_notebook.errors import SettingError
from gini_notebook.service.client._base import BaseClient
from gini_notebook.service.values import Document, ErrorReport, Extraction, Feedback
from gini_notebook.service.wire import feedback as wire

Labels = Mapping[str, str | Extraction | Mapping[str, Any]]


class FeedbackClient(BaseClient):
    """The part of a client that sends feedback and error reports."""

    def send_feedback(
        self,
        document: str | Document,
        feedback: Feedback | Labels,
        *,
        compounds: Mapping[str, Sequence[Labels]] | None = None,
    ) -> None:
        """Send what a person says the values are ("Transfer summary").

        Send it only if a person has seen the values and could correct them; confirmed values count as much as
        corrected ones. Later answers of the service give the values sent here.

        Parameters
        ----------
        document
            The document or its id.
        feedback
            By label: a text in the service's normal form (``"12.30:EUR"``, ``"2025-04-11"``), an extraction, or
            ``{"value": …, "box": …}``; or a :class:`~gini_notebook.service.values.Feedback`.
        compounds
            By name of a table, for example ``"lineItems"``: its rows.

        Raises
        ------
        SettingError
            If something is no label or no text.
        NotFound
            If the service does not know the document or a label.
        RequestRefused
            If a value breaks the rules of its entity (422).

        Examples
        --------
        >>> client.send_feedback(document, {"amountToPay": "950.00:EUR"})  # doctest: +SKIP
        """
        self._call(wire.send(self.environment, document, _feedback(feedback, compounds)))

    def send_label_feedback(self, document: str | Document, label: str, value: str | Extraction) -> None:
        """Send feedback on one label; the service prefers all at once, see :meth:`send_feedback`."""
        extraction = _feedback({label: value}, None).extractions[label]
        self._call(wire.send_label(self.environment, document, label, extraction))

    def delete_label(self, document: str | Document, label: str) -> None:
        """Tell the service that what it found under this label is not on the document.

        Raises
        ------
        NotFound
            If the document or the label is unknown.
        """
        self._call(wire.delete_label(self.environment, document, label))

    def error_report(self, document: str | Document, *, summary: str = "", description: str = "") -> ErrorReport:
        """Report a document to the service's support; the answer's ``error_id`` is what to quote.

        The call is of the older service; the newer one may not have it.
        """
        return self._call(wire.error_report(self.environment, document, summary=summary, description=description))


def _feedback(given: Feedback | Labels, compounds: Mapping[str, Sequence[Labels]] | None) -> Feedback:
    if isinstance(given, Feedback):
        if compounds is not None:
            raise SettingError("Give the compounds within the Feedback, not beside it.")
        return given
    try:
        return Feedback.of(given, compounds)
    except ValueError as error:
        message = f"The feedback cannot be sent: {error}."
        raise SettingError(message) from None
