"""What went wrong, field by field: the first mistakes of each, and their most frequent causes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gini_notebook.analysis.report.headings import cause_name
from gini_notebook.analysis.report.texts import Format, missing, plain
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    import pandas as pd

# A report is read by people; the whole table of mistakes is one call away (or in the workbook).
SHOWN_PER_FIELD = 40
CAUSES_NAMED = 3


@dataclass(frozen=True, slots=True)
class FieldMistakes:
    """What went wrong with one field."""

    field: str
    total: int
    outcomes: Mapping[str, int]
    causes: Mapping[str, int]
    rows: Sequence[Mapping[str, str]]

    def has(self, column: str) -> bool:
        """Return whether any row says something in this column."""
        return any(row[column] for row in self.rows)


def by_field(mistakes: "pd.DataFrame", fields: Sequence[tuple[str, str]], form: Format) -> list[FieldMistakes]:
    """Sort mistakes under their fields; fields in this order, mistakes in the order of the table."""
    found = dict(iter(mistakes.groupby(["group", "field"], sort=False)))
    return [_of_field(name, found[name], form) for name in fields if name in found]


def _of_field(name: tuple[str, str], rows: "pd.DataFrame", form: Format) -> FieldMistakes:
    # "one character: substitution 0→O" and its like count as one cause.
    causes = Counter(cause_name(cause.partition(":")[0], form.language) for cause in rows["cause"].dropna() if cause)
    return FieldMistakes(
        field=dotted(*name),
        total=len(rows),
        outcomes={str(outcome): int(count) for outcome, count in rows["outcome"].value_counts().items()},
        causes=dict(causes.most_common(CAUSES_NAMED)),
        rows=[_row(row, form) for row in rows.head(SHOWN_PER_FIELD).to_dict("records")],
    )


def _row(row: Mapping[str, Any], form: Format) -> dict[str, str]:
    shown = {name: plain(row[name]) for name in ("document", "truth", "extracted", "outcome", "page")}
    shown["cause"] = cause_name(row["cause"], form.language)
    shown["row"] = str(int(row["row"]) + 1) if row["group"] else ""
    shown["off_by"] = form.difference(row.get("difference"))
    shown["candidate"] = plain(row.get("candidate_rank"))
    valid = row.get("extracted_valid")
    shown["valid"] = "yes" if row["outcome"] == "wrong" and not missing(valid) and bool(valid) else ""
    return shown
