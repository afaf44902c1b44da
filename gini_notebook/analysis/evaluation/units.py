"""What intervals and tests count as one: documents, or clusters of them that fail together (M27 of the metrics)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook.analysis.evaluation.encoding import BoolArray, FloatArray, IntArray, ObjectArray
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import EXAMPLES, Note
from gini_notebook.schema import TEXT

Cluster: TypeAlias = "str | pd.Series[Any] | Mapping[str, Any] | None"
TruthValues = Callable[[str], "pd.Series[Any] | None"]

FEW_ISSUERS = 20
"""If fewer issuers than these hold most documents, intervals by document promise too much."""

FEW_CLUSTERS = 10
"""With fewer clusters than these the one that was not seen is taken for failed altogether."""

RECIPIENT = "paymentRecipient"


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What is one: by default each document; with codes, all documents of the same code.

    Attributes
    ----------
    codes
        Per document, the number of its cluster, from 0 on; None where each document is a unit of its own.
    name
        What the clusters are, for example ``issuer``.
    weights
        Per document, how much it counts; their mean is 1. None where each counts once.
    weights_name
        The column of the weights.
    alone
        How many documents have no value of the cluster, so that each is one of its own.
    """

    codes: IntArray | None = None
    name: str = "document"
    weights: FloatArray | None = None
    weights_name: str | None = None
    alone: int = 0

    @property
    def clustered(self) -> bool:
        """Whether units are more than documents."""
        return self.codes is not None

    @property
    def weighted(self) -> bool:
        """Whether documents count differently."""
        return self.weights is not None

    @property
    def typical_weight(self) -> float:
        """How much a document weighs that is met by weight, as a multiple of the mean; 1 without weights."""
        return 1.0 if self.weights is None else float((self.weights**2).sum() / self.weights.sum())

    def count(self, documents: int) -> int:
        """Return how many units so many documents are."""
        return documents if self.codes is None else int(self.codes.max(initial=-1)) + 1

    def summed(self, by_document: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Add up what documents have (first axis), times their weights, to what units have."""
        if self.weights is not None:
            by_document = by_document * self.weights.reshape(-1, *[1] * (by_document.ndim - 1))
        if self.codes is None or not len(by_document):
            return by_document
        order = np.argsort(self.codes, kind="stable")
        starts = np.searchsorted(self.codes[order], np.arange(self.count(len(order))))
        values = by_document.astype(np.int64) if by_document.dtype.kind in "bui" else by_document
        return np.asarray(np.add.reduceat(values[order], starts, axis=0))

    def of(self, selected: BoolArray) -> "Units":
        """Return the units of some of the documents."""
        codes, weights = self.codes, self.weights
        if codes is not None:
            codes = np.unique(codes[selected], return_inverse=True)[1].astype(np.int64)
        return replace(self, codes=codes, weights=None if weights is None else weights[selected])

    def attrs(self, documents: int) -> dict[str, Any]:
        """Return what a table says of its units."""
        facts: dict[str, Any] = {"cluster": None}
        if self.clustered:
            facts = {"cluster": self.name, "clusters": self.count(documents), "without_cluster": self.alone}
        return facts | {"document_weights": self.weights_name}


DOCUMENTS = Units()
Weights: TypeAlias = "str | pd.Series[Any] | Mapping[str, float] | None"


def find_units(cluster: Any, documents: pd.DataFrame, truth_values: TruthValues) -> Units:
    """Return the clusters that were asked for.

    Parameters
    ----------
    cluster
        A column of the documents table, else a header field of the truth; or a Series by document; None for documents.
    documents
        The documents table, one row per document.
    truth_values
        Returns the value of a field of the truth per document, None if there is no such field.

    Raises
    ------
    SettingError
        If there is no such column or field, or what was given is none of these.
    SchemaError
        If a series has several values for one document.
    """
    if cluster is None or (isinstance(cluster, str) and cluster == "document"):
        return DOCUMENTS
    names = documents["document"]
    if isinstance(cluster, str):
        values = documents[cluster] if cluster in documents.columns else truth_values(cluster)
        if values is None:
            message = (
                f"There is nothing named {cluster!r} to cluster by: it is neither a column of the documents table "
                f"({', '.join(map(str, documents.columns))}) nor a field of the truth. Or give a Series by document."
            )
            raise SettingError(message)
        return _units(np.asarray(values, dtype=object), cluster)
    if isinstance(cluster, Mapping):
        cluster = pd.Series(dict(cluster), dtype=object)
    if not isinstance(cluster, pd.Series):
        message = (
            f"cluster is a {type(cluster).__name__}; give the name of a column of the documents table or of a field of "
            "the truth, or a Series whose index are the documents."
        )
        raise SettingError(message)
    return _units(by_document(cluster, names), str(cluster.name or "cluster"))


def by_document(values: "pd.Series[Any]", names: "pd.Series[str]", what: str = "clusters") -> ObjectArray:
    """Return the values of a series whose index are documents, in the order of names; missing where it has none.

    Names that differ in their Unicode form only are the same.
    """
    index = pd.Index([composed(str(name)) for name in values.index], dtype=object)
    if index.duplicated().any():
        message = f"The series of {what} names the document {index[index.duplicated()][0]!r} twice."
        raise SchemaError(message)
    place = index.get_indexer([composed(name) for name in names])
    if len(place) and (place < 0).all():
        message = (
            f"The series of {what} has none of the documents in its index, which has, for example, "
            f"{next(iter(index), 'nothing')!r}; use frame.set_index('document')[column]."
        )
        raise SettingError(message)
    kept = np.append(np.asarray(values, dtype=object), [None])
    return np.asarray(kept[place], dtype=object)


def with_cluster(documents: pd.DataFrame, cluster: Cluster, truth: TruthValues) -> tuple[pd.DataFrame, str | None]:
    """Put the clusters into the documents table, and return it with the name of their column.

    Raises
    ------
    SettingError, SchemaError
        As :func:`find_units`.
    """
    if cluster is None or (isinstance(cluster, str) and cluster in documents.columns):
        return documents, cluster
    find_units(cluster, documents, truth)
    if isinstance(cluster, str):
        values, name = np.asarray(truth(cluster), dtype=object), cluster
    else:
        given = cluster if isinstance(cluster, pd.Series) else pd.Series(dict(cluster), dtype=object)
        values, name = by_document(given, documents["document"]), str(given.name or "cluster")
    return documents.assign(**{name: pd.array(_texts(values), dtype=TEXT)}), name


def with_weights(documents: pd.DataFrame, weights: Weights) -> tuple[pd.DataFrame, str | None]:
    """Put how much each document counts into the documents table, and return it with the name of the column.

    Raises
    ------
    SettingError
        If there is no such column, what was given is none, or a document has no weight above 0.
    SchemaError
        If a series names a document twice.
    """
    if weights is None:
        return documents, None
    if isinstance(weights, Mapping):
        weights = pd.Series(dict(weights), dtype=object)
    if isinstance(weights, pd.Series):
        name, values = str(weights.name or "weight"), by_document(weights, documents["document"], "weights")
    elif isinstance(weights, str) and weights in documents.columns:
        name, values = weights, np.asarray(documents[weights], dtype=object)
    else:
        message = (
            f"weights is {weights!r}; give a column of the documents table ({', '.join(map(str, documents.columns))}) "
            "or a Series by document, for example chosen.set_index('document')['weight']."
        )
        raise SettingError(message)
    numbers = np.asarray(pd.to_numeric(pd.Series(values, dtype=object), errors="coerce"), dtype=np.float64)
    wrong = documents["document"].to_numpy(dtype=object)[~((numbers > 0) & np.isfinite(numbers))]
    if len(wrong):
        message = (
            f"{len(wrong)} of {len(numbers)} documents have no weight above 0, for example {wrong[0]!r}. Give each "
            "document of the truth one: 1 / its inclusion probability, or its share in production through that here."
        )
        raise SettingError(message)
    return documents.assign(**{name: numbers}), name


def weights_notes(weights: Weights, documents: Iterable[str]) -> tuple[Note, ...]:
    """Say that documents count differently, and how many with a weight are not among them.

    Parameters
    ----------
    weights
        As given, or the name of their column.
    documents
        The documents that are evaluated.
    """
    if weights is None:
        return ()
    known = set(map(composed, documents))
    name = weights if isinstance(weights, str) else str(getattr(weights, "name", None) or "weight")
    notes = [Note("documents_weighted", len(known), (name,))]
    given = [] if isinstance(weights, str) else weights.keys()
    without = [str(document) for document in given if composed(str(document)) not in known]
    if without:
        notes.append(Note("weights_without_truth", len(without), (name,), examples=tuple(without[:EXAMPLES])))
    return tuple(notes)


def weighed(units: Units, documents: pd.DataFrame, column: str | None) -> Units:
    """Return the units with the weights of a column of the documents table; equal weights are none."""
    if column is None:
        return units
    weights = documents[column].to_numpy(dtype=np.float64)
    if not len(weights) or (weights == weights[0]).all():
        return replace(units, weights_name=column)
    return replace(units, weights=weights / weights.mean(), weights_name=column)


def stated_values(truth: Any, field: str, names: "pd.Series[str]") -> "pd.Series[Any] | None":
    """Return what a table of truth states of a header field per document, whether it is evaluated or not."""
    if not isinstance(truth, pd.DataFrame) or not {"document", "field", "value"} <= set(truth.columns):
        return None
    wanted = (truth["field"] == field) & truth["value"].notna()
    if "group" in truth.columns:
        wanted &= truth["group"].fillna("") == ""
    rows = truth[wanted.to_numpy(dtype=bool)]
    if rows.empty:
        return None
    forms = [composed(str(name)) for name in rows["document"]]
    values = pd.Series([str(value).strip().casefold() for value in rows["value"]], index=forms, dtype=object)
    values = values[~values.index.duplicated()]
    return values.reindex([composed(name) for name in names]).set_axis(pd.Index(names, dtype=object))


def truth_values(comparisons: pd.DataFrame, field: str, names: "pd.Series[str]") -> "pd.Series[Any] | None":
    """Return the canonical truth value of a header field per document; None without such a field."""
    wanted = (comparisons["group"] == "") & (comparisons["field"] == field)
    if not wanted.any():
        return None
    stated = comparisons[wanted.to_numpy(dtype=bool) & comparisons["truth_canonical"].notna().to_numpy()]
    first = stated.drop_duplicates("document")
    values = pd.Series(first["truth_canonical"].to_numpy(dtype=object), index=first["document"].to_numpy(dtype=object))
    return values.reindex(pd.Index(names, dtype=object))


def _units(values: ObjectArray, name: str) -> Units:
    """Number the clusters; a document without a value is one of its own."""
    numbers, kinds = pd.factorize(_texts(values), use_na_sentinel=True)
    codes: IntArray = numbers.astype(np.int64)
    alone = codes < 0
    codes[alone] = len(kinds) + np.arange(alone.sum())
    return Units(codes, name, alone=int(alone.sum()))


def _texts(values: ObjectArray) -> ObjectArray:
    """Return the names of clusters as texts, as files keep them; None for a missing or blank one."""
    missing = np.array([pd.api.types.is_scalar(value) and pd.isna(value) for value in values], dtype=bool)
    texts = [None if lacks else str(value).strip() or None for value, lacks in zip(values, missing, strict=True)]
    return np.array([*texts, None], dtype=object)[:-1]


def notes_of_units(units: Units, recipients: "pd.Series[Any] | None", documents: int) -> tuple[Note, ...]:
    """Say that clusters are few, or that there should be some: fewer than 20 issuers sent most documents.

    Parameters
    ----------
    units
        What intervals count as one.
    recipients
        Per document, who is paid according to the truth; None if that is not labelled.
    documents
        How many documents there are.
    """
    if units.clustered:
        few, alone = units.count(documents), units.alone
        notes = [Note("few_clusters", few, detail=units.name)] if few < FEW_CLUSTERS else []
        return (*notes, *([Note("cluster_unknown", alone, detail=units.name)] if alone else []))
    if recipients is None or not documents:
        return ()
    counts = recipients.value_counts()
    # Issuers of one document are no clusters, however many they are.
    reached = np.flatnonzero(np.cumsum(counts[counts > 1].to_numpy()) > documents / 2)
    if not len(reached) or reached[0] + 1 >= FEW_ISSUERS:
        return ()
    return (Note("few_issuers", int(reached[0]) + 1),)
