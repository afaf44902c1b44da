"""Which documents to label next: a stratified random sample whose scores can be made unbiased."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gini_notebook._noted import NotedTable, noted
from gini_notebook.analysis.truth.document_names import pair_documents
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.notations import composed
from gini_notebook.notes import Note
from gini_notebook.schema import TO_LABEL

NEEDED = ("amountToPay", "iban")
ISSUER = "paymentRecipient"
# What a stratum is, and the share of documents with a mistake that is assumed to be in it; the shares decide only how
# many are drawn, not what their weights are.
STRATA: Mapping[str, tuple[str, float]] = {
    "failed": ("the service gave up on it", 0.5),
    "incomplete": ("no amount or no IBAN was read", 0.4),
    "doubtful": ("there are several candidates for amount or IBAN", 0.25),
    "plain": ("nothing speaks against what was read", 0.1),
}
FEWEST = 2


def to_label(batch: Any, n: int = 50, *, truth: pd.DataFrame | None = None, seed: int = 0) -> NotedTable:
    """Draw the documents to label next, so that their labels tell most, and scores of all documents follow from them.

    Documents are drawn at random from strata: failed, incomplete (no amount or no IBAN), doubtful (several candidates
    for one of them), and the plain rest. The first three are drawn more often, since mistakes are there; within a
    stratum every issuer (recipient that was read) gets its share. Whoever labels only what looks wrong measures
    something else than the run; with the weights of this table the scores are those of all documents again::

        chosen = gini.to_label(batch, n=50)
        ...                                     # label chosen["document"]
        gini.evaluate(batch, truth, weights=chosen.set_index("document")["weight"])

    Parameters
    ----------
    batch
        A batch, or a table of extractions with document, field and value (there, no document is known to have failed).
    n
        How many documents.
    truth
        What is labelled already: its documents are left out. Weights then speak of the other documents only.
    seed
        Seed of the draw, so that it can be repeated.

    Returns
    -------
    NotedTable
        A DataFrame, ``schema.TO_LABEL``, in the order to label in (random, so that whoever stops early has a sample,
        too): ``document``, ``stratum``, ``order`` (Int64, from 1), ``probability`` (float, the inclusion probability:
        the share of its stratum that is drawn; of several strata together where ``n`` is less than there are strata),
        ``weight`` (float, 1 / probability: how many documents it stands for) and ``why``. ``attrs["strata"]`` has the
        number of documents of each stratum. Unfinished documents are not drawn; ``notes`` says so, and whatever else
        makes scores of the sample something else than scores of all documents.

    Raises
    ------
    SettingError
        If ``n`` is no number above 0, or there is no document to draw.
    SchemaError
        If there is no such table.

    Examples
    --------
    >>> names = [f"{at}.pdf" for at in range(40)]
    >>> read = pd.DataFrame({"document": names, "field": "amountToPay", "value": "1.00:EUR"})
    >>> to_label(read, 4)["weight"].tolist()
    [10.0, 10.0, 10.0, 10.0]
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        message = f"n is {n!r}; it must be a whole number above 0."
        raise SettingError(message)
    table, notes = _to_be_drawn(_strata_of(batch), _names_of_all(batch), truth)
    if table.empty:
        raise SettingError("There is no document to draw: none is finished, or all are labelled already.")
    chance = np.random.default_rng(seed)
    strata = {str(name): _by_issuer(members, chance) for name, members in table.groupby("stratum", sort=False)}
    sizes = {name: len(documents) for name, documents in strata.items()}
    rows: list[dict[str, Any]] = []
    for names, count in _allocated(sizes, n).items():
        rows += _drawn([(document, name) for name in names for document in strata[name]], count, chance)
    chosen = [rows[at] | {"order": order} for order, at in enumerate(chance.permutation(len(rows)), start=1)]
    result = TO_LABEL.frame(chosen)
    result.attrs["strata"] = sizes
    two_of_each = sum(min(size, FEWEST) for size in sizes.values())
    if n < two_of_each:
        notes.append(Note("few_drawn", n, detail=f"{two_of_each:,}"))
    one = "document" if len(rows) == 1 else "documents"
    return noted(result, f"{len(rows):,} {one} to label, drawn from {len(table):,}.", notes)


def _to_be_drawn(
    table: pd.DataFrame, names: Sequence[str], truth: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[Note]]:
    """Leave out what is labelled already, and say what has no chance to be drawn."""
    notes: list[Note] = []
    unfinished = len(set(names) - set(table["document"]))
    labelled = 0
    if truth is not None:
        if "document" not in getattr(truth, "columns", ()):
            raise SchemaError("truth= must be a table with the column document, as of read_truth().")
        truth, paired = pair_documents(truth, names)
        notes += paired
        known = {composed(str(name)) for name in truth["document"].dropna().unique()}
        is_open = np.array([composed(name) not in known for name in table["document"]], dtype=bool)
        labelled = int((~is_open).sum())
        table = table[is_open]
    reasons = {"not finished": unfinished, "labelled already": labelled}
    told = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items() if count)
    if told:
        notes.append(Note("documents_not_drawn", unfinished + labelled, detail=told))
    return table, notes


def _names_of_all(batch: Any) -> list[str]:
    """Return every document of the run, also those that are not finished."""
    documents = getattr(batch, "documents", None)
    table = documents if isinstance(documents, pd.DataFrame) and "status" in documents else _table_of(batch)
    return [str(name) for name in table["document"].dropna().unique()]


def _drawn(documents: Sequence[tuple[str, str]], wanted: int, chance: np.random.Generator) -> list[dict[str, Any]]:
    """Draw every k-th document from a random start on, so that each issuer, and each stratum, gets its share."""
    step = len(documents) / wanted
    places = (chance.uniform(0, step) + step * np.arange(wanted)).astype(int)
    probability = wanted / len(documents)
    found = [documents[min(at, len(documents) - 1)] for at in places]
    facts = {"probability": probability, "weight": 1 / probability}
    return [{"document": document, "stratum": name, **facts, "why": STRATA[name][0]} for document, name in found]


def _table_of(batch: Any) -> pd.DataFrame:
    """Return the table of extractions of a run."""
    extractions = batch if isinstance(batch, pd.DataFrame) else getattr(batch, "extractions", None)
    if not isinstance(extractions, pd.DataFrame) or not {"document", "field", "value"} <= set(extractions.columns):
        message = (
            f"Cannot choose documents of a {type(batch).__name__}: give a batch, or a table with the columns document, "
            "field and value."
        )
        raise SchemaError(message)
    return extractions


def _strata_of(batch: Any) -> pd.DataFrame:
    """Return document, stratum and issuer of every document that is finished."""
    extractions = _table_of(batch)
    header = extractions[(extractions["group"].fillna("") == "").to_numpy()] if "group" in extractions else extractions
    read = header.dropna(subset=["value"]).drop_duplicates(["document", "field"])
    by_field = {name: of_field.set_index("document")["value"] for name, of_field in read.groupby("field")}
    table = _finished(batch, extractions)
    issuer = by_field.get(ISSUER)
    table["issuer"] = "" if issuer is None else table["document"].map(issuer).fillna("").astype(str)
    several = _with_several_candidates(batch, header)
    needed = [set(by_field[name].index) for name in NEEDED if name in by_field]
    table["stratum"] = [
        _stratum(status, all(document in some for some in needed), document in several)
        for document, status in zip(table["document"], table["status"], strict=True)
    ]
    return table


def _finished(batch: Any, extractions: pd.DataFrame) -> pd.DataFrame:
    documents = getattr(batch, "documents", None)
    if not isinstance(documents, pd.DataFrame) or "status" not in documents:
        return pd.DataFrame({"document": extractions["document"].drop_duplicates().tolist(), "status": "completed"})
    finished = documents["status"].isin(["completed", "failed"]).to_numpy(dtype=bool)
    return documents.loc[finished, ["document", "status"]].reset_index(drop=True)


def _stratum(status: str, complete: bool, several: bool) -> str:
    if status == "failed":
        return "failed"
    if not complete:
        return "incomplete"
    return "doubtful" if several else "plain"


def _with_several_candidates(batch: Any, header: pd.DataFrame) -> set[str]:
    """Return the documents with more than one different candidate for a needed field."""
    candidates = getattr(batch, "candidates", None)
    if not isinstance(candidates, pd.DataFrame) or candidates.empty or "candidates" not in header:
        return set()
    lists = set(header.loc[header["field"].isin(NEEDED).to_numpy(dtype=bool), "candidates"].dropna())
    asked = candidates[candidates["list"].isin(lists).to_numpy(dtype=bool)]
    kinds = asked.groupby(["document", "list"])["value"].nunique()
    return set(kinds[kinds > 1].index.get_level_values("document"))


def _by_issuer(table: pd.DataFrame, chance: np.random.Generator) -> list[str]:
    """Return the documents, those of an issuer side by side, issuers and documents in random order."""
    shuffled = table.iloc[chance.permutation(len(table))]
    order = {issuer: place for place, issuer in enumerate(shuffled["issuer"].unique())}
    return list(shuffled.sort_values("issuer", key=lambda names: names.map(order), kind="stable")["document"])


def _allocated(strata: Mapping[str, int], n: int) -> dict[tuple[str, ...], int]:
    """Return how many documents to draw of each stratum: by size and spread (Neyman), at least two where there are.

    Where that is more than are wanted, at least one, and where there are more strata than documents are wanted, those
    in which least is expected are drawn from together: no document is left without a chance.
    """
    spreads = {name: size * sqrt(STRATA[name][1] * (1 - STRATA[name][1])) for name, size in strata.items()}
    ranked = sorted(strata, key=lambda name: -spreads[name])
    together = tuple(name for name in strata if name in ranked[n - 1 :]) if n < len(strata) else ()
    parts = [(name,) for name in strata if name not in together] + ([together] if together else [])
    sizes, spread = (np.array([sum(of[name] for name in part) for part in parts]) for of in (strata, spreads))
    least = np.minimum(sizes, FEWEST)
    found = least if n >= least.sum() else np.ones(len(sizes), dtype=int)
    while found.sum() < min(n, sizes.sum()):
        # The stratum that is furthest behind its share; ties by order.
        behind: npt.NDArray[np.float64] = np.where(found < sizes, spread / (found + 1.0), -1.0)
        found[int(behind.argmax())] += 1
    return {part: int(count) for part, count in zip(parts, found, strict=True)}
