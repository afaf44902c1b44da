"""Send the ground truth of an evaluation back to the service, which learns from it ("Transfer summary")."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gini_notebook.errors import CertificateRefused, GiniError, LoginRequired, NotAuthorized, SettingError
from gini_notebook.schema import FIELD_ENTITIES
from gini_notebook.service.client import Client
from gini_notebook.service.values import Feedback

# For these the canonical form is the service's normal form; for the others (names, texts) it is only for comparing.
_NORMAL_FORMS = frozenset({"amount", "iban", "bic", "date", "numeric"})


@dataclass(frozen=True, slots=True)
class DocumentFeedback:
    """What is, or would be, sent about one document.

    Attributes
    ----------
    document
        As in the evaluation.
    document_id
        As in the service.
    feedback
        The true values.
    deletions
        Labels the service found although nothing of the kind is on the document.
    sent
        Whether it was sent.
    error
        Why it could not be, or an empty text.
    """

    document: str
    document_id: str
    feedback: Feedback
    deletions: tuple[str, ...] = ()
    sent: bool = False
    error: str = ""


def feedback_from(result: Any, client: Client | None = None, *, dry_run: bool = True) -> list[DocumentFeedback]:
    """Turn the ground truth of an evaluation into feedback, and send it if told to.

    Feedback changes what the service answers from then on, and it trusts it: send only truth that a person has
    checked. Confirmed values count as much as corrected ones, so both are sent; fields nobody has labelled are not.

    Parameters
    ----------
    result
        An evaluation of documents that are still in the service; its ``documents`` table names their ids, as it does
        after ``evaluate(batch, truth)``.
    client
        Logged in as the user the documents belong to; needed for sending only.
    dry_run
        Only show what would be sent.

    Returns
    -------
    list of DocumentFeedback
        One per document that was completed and has labelled truth. A document whose feedback the service refuses is
        a row with ``error``; the others are sent.

    Raises
    ------
    SettingError
        If the evaluation does not know the documents' ids, or there is no client to send with.
    NotAuthorized, LoginRequired, CertificateRefused
        If nothing at all can be sent.

    Examples
    --------
    >>> planned = feedback_from(result)
    >>> planned[0].feedback.to_dict()["extractions"]["docType"]
    {'value': 'Invoice'}
    >>> sent = feedback_from(result, client.with_user(batch.user), dry_run=False)
    >>> [one.error for one in sent if one.error]
    []
    """
    if "document_id" not in result.documents.columns:
        raise SettingError("The evaluation does not know the documents' ids; evaluate the batch, not only its table.")
    planned = list(_planned(result))
    if dry_run:
        return planned
    if client is None:
        raise SettingError("Give the client to send with: feedback_from(result, client, dry_run=False).")
    return [_sent(client, each) for each in planned]


def _planned(result: Any) -> Iterator[DocumentFeedback]:
    known = result.documents.dropna(subset=["document_id"])
    identifiers = dict(zip(known["document"], known["document_id"], strict=True))
    for document, rows in result.comparisons.groupby("document", sort=True):
        if document not in identifiers:
            continue
        labels, compounds, deletions = _of_document(rows)
        if labels or compounds or deletions:
            feedback = Feedback.of(labels, compounds)
            yield DocumentFeedback(str(document), str(identifiers[document]), feedback, deletions)


def _of_document(rows: Any) -> tuple[dict[str, str], dict[str, list[dict[str, str]]], tuple[str, ...]]:
    labels: dict[str, str] = {}
    tables: dict[str, dict[int, dict[str, str]]] = {}
    spurious = rows[(rows["outcome"] == "spurious") & (rows["group"] == "")]
    for row in rows.dropna(subset=["truth"]).sort_values(["group", "row"]).itertuples():
        if row.truth == "":
            continue
        if row.group == "":
            labels[row.field] = _normal_form(row)
        else:
            tables.setdefault(row.group, {}).setdefault(int(row.row), {})[row.field] = _normal_form(row)
    compounds = {name: list(table.values()) for name, table in tables.items()}
    return labels, compounds, tuple(str(field) for field in spurious["field"])


def _normal_form(row: Any) -> str:
    canonical = row.truth_canonical
    usable = FIELD_ENTITIES.get(row.field) in _NORMAL_FORMS and isinstance(canonical, str) and canonical
    return str(canonical if usable else row.truth)


def _sent(client: Client, planned: DocumentFeedback) -> DocumentFeedback:
    try:
        if planned.feedback.extractions or planned.feedback.compound_extractions:
            client.send_feedback(planned.document_id, planned.feedback)
        for label in planned.deletions:
            client.delete_label(planned.document_id, label)
    except (NotAuthorized, LoginRequired, CertificateRefused):
        raise
    except GiniError as error:
        return replace(planned, error=str(error))
    return replace(planned, sent=True)
