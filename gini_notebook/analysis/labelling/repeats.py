"""Documents whose labels repeat those of another one, and files that are the same and labelled differently."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gini_notebook.analysis.labelling.evidence import LabelledValue, composed, surprise

# Two bills of one sender differ in at least one of these.
PAYMENT = ("amountToPay", "iban", "paymentReference", "paymentPurpose")
FEWEST = 3
SAME_FILE = 5.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """A label of a document that is labelled as another one is, or as its copy is not."""

    label: LabelledValue
    surprise: float
    found: str
    suggestion: str


def repeated(labels: Sequence[LabelledValue], documents: pd.DataFrame | None) -> Iterator[Repeat]:
    """Yield labels of documents that repeat others.

    Parameters
    ----------
    labels
        The labels.
    documents
        The documents of a run with their ``sha256``, as far as known.
    """
    by_document: dict[str, dict[str, LabelledValue]] = defaultdict(dict)
    for label in labels:
        if not label.group:
            by_document[label.document].setdefault(label.field, label)
    copies = _copies(documents)
    yield from _same_payment(by_document, copies)
    for one, other in copies.items():
        for field, label in by_document.get(one, {}).items():
            of_other = by_document.get(other, {}).get(field)
            if of_other is not None and of_other.canonical != label.canonical:
                found = f"{other} is the same file, and labelled {of_other.value!r}"
                yield Repeat(label, SAME_FILE, found, "Label both files alike.")


def _copies(documents: pd.DataFrame | None) -> dict[str, str]:
    """Return the first document of the same content for each that is not the first."""
    if documents is None or not {"document", "sha256"} <= set(documents.columns):
        return {}
    first: dict[str, str] = {}
    known = documents.dropna(subset=["sha256"])
    names = zip(known["document"].map(composed), known["sha256"], strict=True)
    return {name: earlier for name, key in names if (earlier := first.setdefault(key, name)) != name}


def _same_payment(
    by_document: Mapping[str, Mapping[str, LabelledValue]], copies: Mapping[str, str]
) -> Iterator[Repeat]:
    """Yield the amount of each document that is to be paid just as an earlier one; of copies that is right."""
    first: dict[tuple[tuple[str, str], ...], str] = {}
    repeats = []
    for document, fields in by_document.items():
        payment = tuple((name, fields[name].canonical or "") for name in PAYMENT if name in fields)
        if len(payment) < FEWEST:
            continue
        earlier = first.setdefault(payment, document)
        repeats.append((document, earlier, earlier != document and copies.get(document) != earlier))
    usual = surprise(is_repeat for _, _, is_repeat in repeats)
    for document, earlier, is_repeat in repeats:
        if is_repeat and "amountToPay" in by_document[document]:
            found = f"amount, account and reference are those of {earlier}"
            suggestion = f"Look whether the row of {earlier} was copied."
            yield Repeat(by_document[document]["amountToPay"], usual, found, suggestion)
