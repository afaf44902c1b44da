"""Documents whose labels repeat those of another one, and files that are the same and labelled differently."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from gini_notebook.analysis.labelling.evidence import Evidence, LabelledValue, fault_of, surprise
from gini_notebook.notations import composed

# Two bills of one sender differ in at least one of these.
PAYMENT = ("amountToPay", "iban", "paymentReference", "paymentPurpose")
FEWEST = 3
# What names a bill; two documents that share one of these and nearly all else are copies of one bill.
NAMES_OF_A_BILL = ("invoiceId", "paymentReference", "paymentPurpose")
SHORTEST_NAME = 4
FEWEST_SHARED = 4
SHARED_OF_ONE = 4  # for each label that may differ
MOST_TWINS = 20
LabelledPlace = tuple[str, str, int, str]
TWIN = 4.0
SAME_FILE = 5.0


@dataclass(frozen=True, slots=True)
class Repeat:
    """A label of a document that is labelled as another one is, or as its copy is not."""

    label: LabelledValue
    surprise: float
    found: str
    suggestion: str


def repeated(
    labels: Sequence[LabelledValue], evidence: Sequence[Evidence], documents: pd.DataFrame | None
) -> Iterator[Repeat]:
    """Yield labels of documents that repeat others.

    Parameters
    ----------
    labels, evidence
        The labels, and what is known of each.
    documents
        The documents of a run with their ``sha256``, as far as known.
    """
    by_document: dict[str, dict[str, LabelledValue]] = defaultdict(dict)
    for label in labels:
        if not label.group:
            by_document[label.document].setdefault(label.field, label)
    copies = _copies(documents)
    yield from _twins(by_document, _confirmed(labels, evidence))
    yield from _same_payment(by_document, copies)
    for one, other in copies.items():
        for field, label in by_document.get(one, {}).items():
            of_other = by_document.get(other, {}).get(field)
            if of_other is not None and of_other.canonical != label.canonical:
                found = f"{other} is the same file, and labelled {of_other.value!r}"
                yield Repeat(label, SAME_FILE, found, "Label both files alike.")


def _confirmed(labels: Sequence[LabelledValue], evidence: Sequence[Evidence]) -> set[LabelledPlace]:
    """Return the places whose label stands in the document, or was read by the run, too."""
    return {label.place for label, one in zip(labels, evidence, strict=True) if one.on_page or one.agrees}


def _twins(
    by_document: Mapping[str, Mapping[str, LabelledValue]], confirmed: Collection[LabelledPlace]
) -> Iterator[Repeat]:
    """Yield what differs between two documents that are alike in nearly all labels, such as a PDF and its scan."""
    bearers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for document, fields in by_document.items():
        for name in NAMES_OF_A_BILL:
            if name in fields and len(fields[name].canonical or "") >= SHORTEST_NAME:
                bearers[name, fields[name].canonical or ""].append(document)
    pairs = {
        pair for documents in bearers.values() if len(documents) <= MOST_TWINS for pair in combinations(documents, 2)
    }
    for one, other in sorted(pairs):
        mine, theirs = by_document[one], by_document[other]
        shared = [name for name in mine if name in theirs]
        different = [name for name in shared if mine[name].canonical != theirs[name].canonical]
        if len(shared) > FEWEST_SHARED and len(different) <= max(1, len(shared) // SHARED_OF_ONE):
            for name in different:
                yield from _of_pair(mine[name], theirs[name], confirmed, len(shared) - len(different))


def _of_pair(
    one: LabelledValue, other: LabelledValue, confirmed: Collection[LabelledPlace], alike: int
) -> Iterator[Repeat]:
    for doubtful, right in ((one, other), (other, one)):
        if doubtful.place not in confirmed:
            found = f"{right.document} is alike in {alike} fields, and labelled {right.value!r} here"
            perhaps = "" if fault_of(right) else f"; perhaps it is {right.value!r}"
            yield Repeat(doubtful, TWIN, found, f"Look at both documents{perhaps}.")


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
