"""What the explorer shows of one mistake: values side by side, candidates, and the page with its boxes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
from rapidfuzz.distance import Levenshtein

from gini_notebook._text import masked
from gini_notebook.analysis import rules
from gini_notebook.interactive.pages import Page
from gini_notebook.schema import COUNT, FLAG, MEASURE, TEXT, Table, dotted

# Beyond this a value is cut in the view; the table has all of it.
SHOWN_CHARACTERS = 2_000
SHOWN_CANDIDATES = 40
# Values that have less than this in common are shown as they are: everything would be marked.
ALIKE = 0.5
_BOX = {"page": COUNT, "left": MEASURE, "top": MEASURE, "width": MEASURE, "height": MEASURE}
BOXES = Table("boxes", ("kind", "rank"), {"kind": TEXT, "rank": COUNT, "value": TEXT, **_BOX})
CANDIDATES = Table("candidates", ("rank",), {"rank": COUNT, "value": TEXT, **_BOX, "right": FLAG})
# Boxes may stand out of a page a little; further out, they are in another unit.
_TOLERANCE = 1.05

Row = Mapping[str, Any]
Segments = list[tuple[str, bool]]


def field_of(mistake: Row) -> str:
    """Name the field of a mistake, with its compound in front if it has one."""
    return dotted(mistake["group"], mistake["field"])


def candidates_of(mistake: Row, candidates: pd.DataFrame | None) -> pd.DataFrame:
    """Return the candidates of the list that was asked for the field, with ``right`` for those that hit the truth."""
    asked = mistake.get("candidates")
    if candidates is None or not isinstance(asked, str):
        return CANDIDATES.empty()
    own = (candidates["document"] == mistake["document"]) & (candidates["list"] == asked)
    listed = CANDIDATES.frame(candidates[own].sort_values("rank").to_dict("records"))
    rank = mistake.get("candidate_rank")
    hit = [] if pd.isna(rank) else listed.loc[listed["rank"] == rank, "value"].tolist()
    return listed.assign(right=listed["value"].isin(hit).astype(FLAG))


def boxes_of(mistake: Row, candidates: pd.DataFrame) -> pd.DataFrame:
    """Return the boxes to draw (:data:`BOXES`): what was extracted, then the candidates that lie elsewhere."""
    place = ("page", "left", "top", "width", "height")
    rows = []
    if not pd.isna(mistake["page"]):
        rows.append({"kind": "extracted", "value": mistake["extracted"], **{name: mistake[name] for name in place}})
    taken = {tuple(row[name] for name in place) for row in rows}
    for candidate in candidates.to_dict("records"):
        if pd.isna(candidate["page"]) or tuple(candidate[name] for name in place) in taken:
            continue
        kind = "right-candidate" if candidate["right"] else "candidate"
        rows.append({"kind": kind, **{name: candidate[name] for name in ("rank", "value", *place)}})
    return BOXES.frame(rows)


def first_page(boxes: pd.DataFrame) -> int:
    """Choose the page to show first: of the extraction, else of the right candidate, else of any, else the first."""
    for kind in ("extracted", "right-candidate", "candidate"):
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
    mistake: Row, candidates: pd.DataFrame, *, described: Mapping[str, Mapping[str, Any]], document: Row
) -> dict[str, Any]:
    """Write what the view shows, without the page."""
    truth, extracted = segments(mistake["truth"], mistake["extracted"])
    row = f", row {int(mistake['row']) + 1}" if mistake["group"] else ""
    shown = candidates.head(SHOWN_CANDIDATES)
    first = f"the first {len(shown)} of {len(candidates)}" if len(shown) < len(candidates) else "all"
    return {
        "document": mistake["document"],
        "field": f"{field_of(mistake)}{row}",
        "facts": _facts(mistake, document),
        "values": [
            ("Truth", truth, _shown(mistake["truth_canonical"])),
            ("Extracted", extracted, _shown(mistake["extracted_canonical"])),
        ],
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


def page_content(page: Page, boxes: pd.DataFrame, document: str) -> dict[str, Any]:
    """Write what the view needs to draw a page."""
    here = boxes[boxes["page"] == page.number]
    right, bottom = here["left"] + here["width"], here["top"] + here["height"]
    fits = bool((right <= page.width * _TOLERANCE).all() and (bottom <= page.height * _TOLERANCE).all())
    advice = (
        "" if fits else "The boxes are not in points, so they are not drawn; client= asks the service for the unit."
    )
    return {
        "number": page.number,
        "count": page.count,
        "width": page.width,
        "height": page.height,
        "alt": f"Page {page.number} of {document}",
        "note": f"{page.note} {advice}".strip(),
        "boxes": [_box(row) for row in here.to_dict("records")] if fits else [],
    }


def _facts(mistake: Row, document: Row) -> Sequence[tuple[str, str]]:
    facts = [("Outcome", str(mistake["outcome"]))]
    if not pd.isna(mistake["cause"]):
        facts.append(("Cause", str(mistake["cause"])))
    if not pd.isna(mistake["difference"]):
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
    label = {"extracted": "extracted", "right-candidate": f"{row['rank']} right", "candidate": str(row["rank"])}
    numbers = {name: float(row[name]) for name in ("left", "top", "width", "height")}
    return {"kind": row["kind"], "label": label[row["kind"]], "title": _shown(row["value"]), **numbers}


def _shown(value: Any) -> str:
    if pd.isna(value):
        return ""
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


HERE = Path(__file__).parent
EVENTS = ("previous", "next", "page")


class MistakeView(anywidget.AnyWidget):
    """Shows what it is sent, as text and never as markup.

    Pages and values travel as custom messages and are no synced property, so a saved notebook holds no page of an
    invoice.

    Parameters
    ----------
    on_event
        Called with ``"previous"`` or ``"next"`` (arrow keys), or ``"page"`` and its number.
    """

    _esm = HERE / "mistake_view.js"
    _css = HERE / "mistake_view.css"

    def __init__(self, on_event: Callable[[str, int], None]) -> None:
        super().__init__()
        self._on_event = on_event
        self._content: Mapping[str, Any] = {}
        self._picture: bytes | None = None
        self.on_msg(self._receive)

    def show(self, content: Mapping[str, Any], picture: bytes | None) -> None:
        """Send this to every view there is, and to those that open later."""
        self._content, self._picture = content, picture
        self._send_content()

    def _send_content(self) -> None:
        buffers = [] if self._picture is None else [self._picture]
        self.send({"event": "show", "content": self._content}, buffers=buffers)

    def _receive(self, _widget: object, message: Any, _buffers: object) -> None:
        event = message.get("event") if isinstance(message, dict) else None
        if event == "ready":
            self._send_content()
        elif event in EVENTS:
            number = message.get("number")
            self._on_event(event, number if isinstance(number, int) else 1)
