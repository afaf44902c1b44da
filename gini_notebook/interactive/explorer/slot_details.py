"""What is said of one slot: values side by side, facts, steps of the rule, candidates, and its boxes on the page."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rapidfuzz.distance import Levenshtein

from gini_notebook._text import masked
from gini_notebook.analysis import rules
from gini_notebook.interactive.explorer.subject import Candidates
from gini_notebook.interactive.explorer.truth_places import Place
from gini_notebook.schema import COUNT, FLAG, MEASURE, TEXT, Table, dotted

# Beyond this a value is cut in the view; the table has all of it.
SHOWN_CHARACTERS = 2_000
SHOWN_CANDIDATES = 40
# Values that have less than this in common are shown as they are: everything would be marked.
ALIKE = 0.5
_BOX = {"page": COUNT, "left": MEASURE, "top": MEASURE, "width": MEASURE, "height": MEASURE}
BOXES = Table("boxes", ("kind", "rank"), {"kind": TEXT, "rank": COUNT, "value": TEXT, **_BOX, "likely": FLAG})
CANDIDATES = Table("candidates", ("rank",), {"rank": COUNT, "value": TEXT, **_BOX, "right": FLAG})

Row = Mapping[str, Any]
Segments = list[tuple[str, bool]]


def field_of(mistake: Row) -> str:
    """Name the field of a mistake, with its compound in front if it has one."""
    return dotted(mistake["group"], mistake["field"])


def candidates_of(mistake: Row, candidates: Candidates) -> pd.DataFrame:
    """Return the candidates of the list that was asked for the field, with ``right`` for those that hit the truth."""
    own = candidates.of(mistake["document"], mistake.get("candidates"))
    if own is None:
        return CANDIDATES.empty()
    listed = CANDIDATES.frame(own.to_dict("records"))
    rank = mistake.get("candidate_rank")
    hit = [] if pd.isna(rank) else listed.loc[listed["rank"] == rank, "value"].tolist()
    return listed.assign(right=listed["value"].isin(hit).astype(FLAG))


def boxes_of(mistake: Row, candidates: pd.DataFrame, places: Sequence[Place] = ()) -> pd.DataFrame:
    """Return the boxes to draw (:data:`BOXES`): what was read, places of the truth, candidates that lie elsewhere."""
    place = ("page", "left", "top", "width", "height")
    rows = []
    if not pd.isna(mistake["page"]):
        rows.append({"kind": "extracted", "value": mistake["extracted"], **{name: mistake[name] for name in place}})
    if not pd.isna(mistake.get("page_a")):
        first = {name: mistake[f"{name}_a"] for name in place}
        rows.append({"kind": "extracted-a", "value": mistake["extracted_a"], **first})
    taken = {tuple(row[name] for name in place) for row in rows}
    for rank, one in enumerate(places, start=1):
        box = {name: getattr(one, name) for name in place}
        rows.append({"kind": "truth", "rank": rank, "value": mistake["truth"], "likely": one.is_likely, **box})
    for candidate in candidates.to_dict("records"):
        if pd.isna(candidate["page"]) or tuple(candidate[name] for name in place) in taken:
            continue
        kind = "right-candidate" if candidate["right"] else "candidate"
        rows.append({"kind": kind, **{name: candidate[name] for name in ("rank", "value", *place)}})
    return BOXES.frame(rows)


def first_page(boxes: pd.DataFrame) -> int:
    """Choose the page to show first: of the extraction, else of the truth, else of a candidate, else the first."""
    for kind in ("extracted", "extracted-a", "truth", "right-candidate", "candidate"):
        of_kind = boxes.loc[boxes["kind"] == kind, "page"]
        if len(of_kind):
            return int(of_kind.iloc[0])
    return 1


def segments(truth: Any, extracted: Any) -> tuple[Segments, Segments]:
    """Cut two values into what they share (True) and what differs (False)."""
    one, other = _shown(truth), _shown(extracted)
    if not one or not other or Levenshtein.normalized_similarity(one, other) < ALIKE:
        return [(one, True)] if one else [], [(other, True)] if other else []
    sides: tuple[Segments, Segments] = [], []
    for step in Levenshtein.opcodes(one, other):
        same = step.tag == "equal"
        for side, text in zip(
            sides, (one[step.src_start : step.src_end], other[step.dest_start : step.dest_end]), strict=True
        ):
            if text:
                side.append((text, same))
    return sides


def steps(mistake: Row, described: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Describe what the rule made of both values, step by step; nothing for a rule that cannot be built again."""
    settings = dict(described.get(field_of(mistake), {}))
    if pd.isna(mistake["truth"]) or pd.isna(mistake["extracted"]) or not settings or "custom" in settings:
        return ()
    rule = rules.get(settings.pop("name"), **settings)
    return rules.explain(_shown(mistake["truth"]), _shown(mistake["extracted"]), rule).steps


def content_of(
    mistake: Row,
    candidates: pd.DataFrame,
    *,
    described: Mapping[str, Mapping[str, Any]],
    document: Row,
    stands: str = "",
) -> dict[str, Any]:
    """Write what the view shows, without the page; ``stands`` says where the true value does."""
    truth, extracted = segments(mistake["truth"], mistake["extracted"])
    values = [
        ("Truth", truth, _shown(mistake["truth_canonical"])),
        ("Extracted", extracted, _shown(mistake["extracted_canonical"])),
    ]
    if "extracted_a" in mistake:
        before = _shown(mistake["extracted_a"])
        values.insert(1, ("Extracted before", [(before, True)] if before else [], before))
    row = f", row {int(mistake['row']) + 1}" if mistake["group"] else ""
    shown = candidates.head(SHOWN_CANDIDATES)
    first = f"the first {len(shown)} of {len(candidates)}" if len(shown) < len(candidates) else "all"
    return {
        "document": mistake["document"],
        "field": f"{field_of(mistake)}{row}",
        "heard": f"{field_of(mistake)}{row} of {mistake['document']}, {mistake['outcome']}",
        "facts": [*_facts(mistake, document), *([("True value", stands)] if stands else [])],
        "values": values,
        "steps": list(steps(mistake, described)),
        "candidates": [
            {
                "rank": str(candidate["rank"]),
                "value": _shown(candidate["value"]),
                "page": "" if pd.isna(candidate["page"]) else str(candidate["page"]),
                "right": bool(candidate["right"]),
            }
            for candidate in shown.to_dict("records")
        ],
        "candidates_caption": f"Candidates, list {mistake.get('candidates')} ({first})",
    }


def covered(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the view shows, with values that somebody at the same screen does not learn.

    Of a cause and a reason only the kind is left, and of a rule's steps nothing: they quote the values.
    """
    return {
        **content,
        "facts": [(name, text.partition(":")[0]) for name, text in content["facts"] if name != "Off by"],
        "values": [
            (name, [(masked("".join(text for text, _ in parts)), True)] if parts else [], masked(canonical))
            for name, parts, canonical in content["values"]
        ],
        "steps": [],
        "candidates": [{**one, "value": masked(one["value"])} for one in content["candidates"]],
    }


def concealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the view shows without anything that tells what was read: whoever labels blindly does not see it."""
    return {
        **content,
        "heard": content["heard"].rpartition(",")[0],
        "facts": [(name, text) for name, text in content["facts"] if name in ("Document", "True value")],
        "values": [
            (name, [("".join(text for text, _ in parts), True)] if parts else [], canonical)
            for name, parts, canonical in content["values"]
            if name == "Truth"
        ],
        "steps": [],
        "candidates": [],
    }


def drawn_boxes(boxes: pd.DataFrame, *, two_runs: bool = False) -> list[dict[str, Any]]:
    """Write what the view needs to draw boxes, on any page; of two runs, what was read is that of the second."""
    places = int(boxes["kind"].eq("truth").sum())
    more = {"truth": {"of": places}} | ({"extracted": {"run": "B"}} if two_runs else {})
    return [_box(row) | more.get(row["kind"], {}) for row in boxes.to_dict("records")]


def _facts(mistake: Row, document: Row) -> Sequence[tuple[str, str]]:
    facts = [("Outcome", str(mistake["outcome"]))]
    if "change" in mistake:
        facts.append(("Change", f"{mistake['change']}, {mistake['outcome_a']} before"))
    if not pd.isna(mistake["cause"]):
        facts.append(("Cause", str(mistake["cause"])))
    if not (pd.isna(mistake["difference"]) or pd.isna(mistake["truth"]) or pd.isna(mistake["extracted"])):
        facts.append(("Off by", f"{mistake['difference']:+,.2f}"))
    delivered_in = mistake.get("extracted_field")
    if isinstance(delivered_in, str) and delivered_in != mistake["field"]:
        facts.append(("Delivered in", delivered_in))
    if not pd.isna(mistake["extracted_valid"]):
        facts.append(("Extracted IBAN", "valid" if mistake["extracted_valid"] else "not valid"))
    if not pd.isna(mistake.get("candidate_rank", pd.NA)):
        facts.append(("Right value", f"candidate no. {mistake['candidate_rank']}"))
    if document.get("status") == "failed":
        reason = document.get("error")
        facts.append(("Document", "failed" if pd.isna(reason) else f"failed: {reason}"))
    return facts


def _box(row: Row) -> dict[str, Any]:
    numbers = {name: float(row[name]) for name in ("left", "top", "width", "height")}
    rank = None if pd.isna(row["rank"]) else int(row["rank"])
    return {
        "kind": row["kind"],
        "rank": rank,
        "page": int(row["page"]),
        "value": _shown(row["value"]),
        "likely": bool(row["likely"]),
        **numbers,
    }


def _shown(value: Any) -> str:
    if pd.isna(value):
        return ""
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
