"""What a report of a comparison says: better or worse, what broke, what was fixed, what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook.analysis.report.disclosure import footer, rules_of, shown
from gini_notebook.analysis.report.headings import setting_name, setting_value
from gini_notebook.analysis.report.parts import (
    Card,
    Column,
    Page,
    Row,
    Score,
    Section,
    ShownGate,
    Table,
    plain_table,
    shown_notes,
)
from gini_notebook.analysis.report.texts import Format, missing, plain, words
from gini_notebook.notes import Note
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.comparison import Comparison
    from gini_notebook.analysis.report.disclosure import Values

# The whole table is one call away.
MOST_CHANGES = 200
_MORE, _LESS = ("better", "probably better"), ("worse", "probably worse")
_NOT_WORSE = "no worse"
_MADE = ("run", "truth_name", "service", "made_at", "command", "tool_version", "python_version", "truth_hash")


@dataclass(frozen=True)
class Compared:
    """A comparison, the words of a language, how sure intervals are, what is shown, and the loss that is tolerated."""

    comparison: "Comparison"
    form: Format
    confidence_level: float = 0.95
    values: "Values" = "full"
    no_worse_than: float | None = None

    @cached_property
    def names(self) -> dict[str, str]:
        """What the runs are called: by their names if these tell them apart."""
        text = words(self.form, self.confidence_level)
        known = [str(side.provenance["run"]) for side in (self.comparison.a, self.comparison.b)]
        if not all(known) or known[0] == known[1]:
            known = [text["first_run"], text["second_run"]]
        return {"a": known[0], "b": known[1]}

    @cached_property
    def text(self) -> Mapping[str, str]:
        """The words of the language."""
        return words(self.form, self.confidence_level)

    @cached_property
    def fields(self) -> pd.DataFrame:
        """The full table of differences."""
        return self.comparison.by_field(confidence_level=self.confidence_level, full=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The differences of the whole, by name of the number."""
        return self.comparison.summary(confidence_level=self.confidence_level).set_index("metric")

    @cached_property
    def margins(self) -> pd.DataFrame | None:
        """Whether the second run is no worse by more than is tolerated; None if nobody asked."""
        if self.no_worse_than is None:
            return None
        return self.comparison.no_worse_than(self.no_worse_than, confidence_level=self.confidence_level)

    @property
    def from_sandbox(self) -> bool:
        """Whether the sandbox answered one of the runs."""
        return any(side.provenance.get("service") == "sandbox" for side in (self.comparison.a, self.comparison.b))

    @property
    def notes(self) -> list[Note]:
        """What to know about the comparison; that the sandbox answered comes first."""
        return [*([Note("sandbox")] if self.from_sandbox else []), *self.comparison.notes]

    @cached_property
    def settings_rows(self) -> list[dict[str, str]]:
        """What differs in how both were made: name, and what either has."""
        sides = (self.comparison.a, self.comparison.b)
        facts = [{**dict(side.settings), **{name: side.provenance.get(name) for name in _MADE}} for side in sides]
        names = {**dict.fromkeys(_MADE), **dict.fromkeys(name for fact in facts for name in fact)}
        return [
            {"what": name, "a": plain(facts[0].get(name)), "b": plain(facts[1].get(name))}
            for name in names
            if plain(facts[0].get(name)) != plain(facts[1].get(name))
        ]

    def changed(self, change: str) -> pd.DataFrame:
        """Return the values that are right in one run only, as far as they may be shown."""
        rows = self.comparison.changes(change)
        rules = rules_of(rows, {**self.comparison.a.provenance["rules"], **self.comparison.b.provenance["rules"]})
        for side in ("truth", "extracted_a", "extracted_b"):
            told = [shown(*pair, self.values) for pair in zip(rows[side], rules, strict=True)]
            rows = rows.assign(**{side: told})
        return rows

    def say(self, key: str, **values: Any) -> str:
        """Return a sentence with the names of both runs."""
        return self.text[key].format(**self.names, **values)

    def difference(self, value: Any) -> str:
        """Write a difference with its sign."""
        if missing(value):
            return self.form.undefined
        return self.form.point(f"{value:+.3f}").replace("-", "−")

    def ends(self, low: Any, high: Any) -> str:
        """Write the ends of a difference; nothing if it has none."""
        return "" if missing(low) or missing(high) else f"{self.difference(low)} … {self.difference(high)}"


def comparison_page(told: Compared, *, title: str | None, made_at: datetime | None) -> Page:
    """Gather the report of a comparison."""
    text, comparison = told.text, told.comparison
    built = [
        (text["differences"], differences(told)),
        (told.say("broken_title"), changes(told, "broken")),
        (told.say("fixed_title"), changes(told, "fixed")),
        (text["one_run_only"], one_run_only(told)),
        (text["settings_differ"], settings(told)),
    ]
    documents = told.form.count(len(comparison.documents))
    return Page(
        language=told.form.language,
        text=text,
        kicker=text["comparison"],
        title=title or told.say("against"),
        made=[text["compared_documents"].format(count=documents)],
        made_at=made_at or datetime.now(UTC),
        sandbox=told.from_sandbox,
        verdict=verdict(told),
        gates=gates(told),
        notes=shown_notes(told.notes, told.form.language, examples=told.values == "full"),
        cards=cards(told),
        sections=[section for _, section in built if section is not None],
        silent=[name for name, section in built if section is None],
        privacy=[footer(told.values, text)],
    )


def gates(told: Compared) -> list[ShownGate]:
    """Say of the header fields and of each compound whether the second run is no worse than what is tolerated."""
    if told.margins is None:
        return []
    made = []
    for row in told.margins.to_dict("records"):
        what = told.text["of_group"].format(group=row["group"]) if row["group"] else told.text["header_fields"]
        key = str(row["answer"]).replace(" ", "_")
        made.append(
            ShownGate(
                passed=row["answer"] == _NOT_WORSE,
                words=told.say("gate_margin", what=what, margin=told.form.point(f"{row['margin']:g}")),
                value=told.text["gate_difference"].format(
                    value=told.difference(row["difference"]), ends=told.ends(row["low"], row["high"])
                ),
                answer=told.text[f"answer_{key}"],
            )
        )
    return sorted(made, key=lambda one: one.passed)


def verdict(told: Compared) -> list[str]:
    """Say whether the second run is better, and how many values changed."""
    fields = told.fields
    whole = fields[fields["average"] & (fields["field"] == "micro") & (fields["group"] == "")]
    if whole.empty or missing(whole.iloc[0]["f1_difference"]):
        return [told.text["verdict_nothing_compared"]]
    row = whole.iloc[0]
    kind = str(row["verdict"]).replace(" ", "_")
    said = told.say(f"verdict_{kind}")
    said = said[:1].upper() + said[1:] if told.names["a"] == told.text["first_run"] else said
    sentence = told.text["verdict_difference" if row["compared"] == "f1" else "verdict_error_rate"].format(
        said=said,
        f1_a=told.form.score(row["f1_a"]),
        f1_b=told.form.score(row["f1_b"]),
        difference=told.difference(row["f1_difference"]),
        ends=told.ends(row["f1_difference_low"], row["f1_difference_high"]),
    )
    seen = []
    if kind == "no_evidence" and missing(row["detectable"]):
        seen = [told.text["verdict_undetectable"]]
    elif kind == "no_evidence" and row["detectable"] > 0:
        seen = [told.text["verdict_detectable"].format(detectable=told.form.score(row["detectable"]))]
    counts = told.comparison.changes()["change"].value_counts()
    fixed, broken = (told.form.count(int(counts.get(name, 0))) for name in ("fixed", "broken"))
    return [sentence, *seen, told.say("verdict_changes", fixed=fixed, broken=broken)]


def cards(told: Compared) -> list[Card]:
    """Return the numbers of the whole: from which to which, and by how much with its interval."""
    made = []
    for metric, row in told.summary.iterrows():
        if missing(row["difference"]):
            continue
        group = str(metric).removesuffix("_micro_f1") if str(metric).endswith("_micro_f1") else ""
        name = told.text.get(f"card_{metric}", f"F1, {group}")
        value = f"{told.form.percent(row['a'])} → {told.form.percent(row['b'])}"
        ends = told.ends(row["low"], row["high"])
        base = told.difference(row["difference"])
        interval = told.text["interval_short"].format(ends=ends) if ends else ""
        made.append(Card(name, value, base, interval, Score(value)))
    return made


def change_of(told: Compared, metric: str) -> str:
    """Return by how much a number of the headline changed, in words; nothing if that is not known."""
    if metric not in told.summary.index or missing(told.summary.loc[metric, "difference"]):
        return ""
    row = told.summary.loc[metric]
    return told.say("card_change", value=told.difference(row["difference"]), ends=told.ends(row["low"], row["high"]))


def differences(told: Compared) -> Section:
    """Field by field: both scores, the difference with its interval, and what it is evidence of."""
    text, fields = told.text, told.fields
    ends = fields[["f1_difference_low", "f1_difference_high", "f1_difference"]].abs().max(axis=None)
    reach = 1.0 if missing(ends) or ends == 0 else float(ends)
    columns = [
        Column("field", text["field"], "name"),
        Column("a", told.names["a"], "number"),
        Column("b", told.names["b"], "number"),
        Column("scores", "0 … 1", "dumbbell"),
        Column("difference", text["difference"], "score"),
        Column("difference", f"± {told.form.score(reach)}", "difference"),
        Column("verdict", text["verdict_column"], "word"),
        Column("fixed", told.say("fixed"), "number"),
        Column("broken", told.say("broken"), "number"),
    ]
    tables = []
    for group, rows in fields.groupby("group", sort=False):
        title = text["of_group"].format(group=group) if group else text["header_fields"]
        listed = [Row(_cells(row, told, reach), "average" if row["average"] else "") for row in rows.to_dict("records")]
        tables.append(Table(title, columns, [("", listed)], headed=True))
    return Section(
        "differences",
        text["differences"],
        [told.say("differences_lead")],
        tables,
        drawn=[told.say("differences_glyph")],
    )


def _cells(row: Mapping[Any, Any], told: Compared, reach: float) -> dict[str, Any]:
    at, low, high = row["f1_difference"], row["f1_difference_low"], row["f1_difference_high"]
    places = (None if missing(value) else 0.5 + value / reach / 2 for value in (at, low, high))
    place, place_low, place_high = places
    decided = row["verdict"] in (*_MORE, *_LESS)
    counts = {name: "" if missing(row[name]) else told.form.count(int(row[name])) for name in ("fixed", "broken")}
    return {
        "field": told.text[row["field"]] if row["average"] else row["field"],
        "a": told.form.score(row["f1_a"]),
        "b": told.form.score(row["f1_b"]),
        "scores": [None if missing(row[name]) else float(row[name]) for name in ("f1_a", "f1_b")],
        "difference": Score(told.difference(at), told.ends(low, high), place, place_low, place_high, not decided),
        "verdict": _word(row, told),
        **counts,
    }


def _word(row: Mapping[Any, Any], told: Compared) -> tuple[str, str]:
    kind = str(row["verdict"])
    look = "better" if kind in _MORE else "worse" if kind in _LESS else "none"
    if kind == "no evidence" and not missing(row["detectable"]) and row["detectable"] > 0:
        return look, told.say("change_seen", detectable=told.form.score(row["detectable"]))
    return look, told.say(f"change_{kind.replace(' ', '_')}")


def changes(told: Compared, change: str) -> Section | None:
    """List the values that one run has right and the other has not, with truth and what both extracted."""
    rows = told.changed(change)
    if rows.empty:
        return None
    text = told.text
    whole = told.comparison.broken if change == "broken" else told.comparison.fixed
    lead = text["changed_lead" if change == "broken" else "changed_lead_fixed"].format(
        values=told.form.count(len(rows)),
        documents=told.form.count(rows["document"].nunique()),
        whole=told.form.count(len(whole)),
    )
    columns = [Column("document", text["document"]), Column("field", text["field"], "name")]
    columns += [Column("truth", text["truth"]), Column("a", told.names["a"]), Column("b", told.names["b"])]
    cells = [
        {
            "document": row["document"],
            "field": dotted(row["group"], row["field"]) + (f" [{int(row['row']) + 1}]" if row["group"] else ""),
            "truth": plain(row["truth"]) or "–",
            "a": _extracted(row, "a", text),
            "b": _extracted(row, "b", text),
        }
        for row in rows.head(MOST_CHANGES).to_dict("records")
    ]
    note = ""
    if len(rows) > MOST_CHANGES:
        note = text["changed_more"].format(shown=MOST_CHANGES, count=told.form.count(len(rows)))
    title = told.say(f"{change}_title")
    return Section(change, title, [lead], [plain_table(title, columns, cells, note=note)])


def _extracted(row: Mapping[Any, Any], side: str, text: Mapping[str, str]) -> str:
    outcome = str(row[f"outcome_{side}"])
    value = plain(row[f"extracted_{side}"]) or "–"
    return value if outcome in ("correct", "absent") else f"{value} ({text[outcome].lower()})"


def one_run_only(told: Compared) -> Section | None:
    """Name the documents and fields of one run only; no difference is about them."""
    text, fields = told.text, told.fields
    lists: list[tuple[str, Sequence[str]]] = []
    for side, run in told.names.items():
        lists.append((text["only_in"].format(run=run), getattr(told.comparison, f"only_{side}")))
        own = fields[(fields["delivered_by"] == side) & ~fields["average"]]
        names = [dotted(*pair) for pair in zip(own["group"], own["field"], strict=True)]
        lists.append((text["fields_of"].format(run=run), names))
    lists.append((text["fields_left_out"], told.comparison.left_out_fields))
    rows = [
        {"what": what, "count": told.form.count(len(names)), "which": plain(list(names))}
        for what, names in lists
        if names
    ]
    if not rows:
        return None
    columns = [Column("what", text["what"]), Column("count", text["how_many"], "number")]
    columns.append(Column("which", text["which_ones"]))
    return Section("one_run", text["one_run_only"], (), [plain_table(text["one_run_only"], columns, rows)])


def settings(told: Compared) -> Section:
    """Show what differs in how both were made, and the notes that either has."""
    text, sides = told.text, (told.comparison.a, told.comparison.b)
    language = told.form.language
    rows = [
        {
            "what": setting_name(row["what"], language),
            **{side: setting_value(row["what"], row[side], language) for side in ("a", "b")},
        }
        for row in told.settings_rows
    ]
    columns = [Column("what", text["setting"]), Column("a", told.names["a"]), Column("b", told.names["b"])]
    tables = [plain_table(text["settings_differ"], columns, rows)] if rows else []
    lead = [] if rows else [text["settings_same"]]
    for side, run in zip(sides, told.names.values(), strict=True):
        notes = [{"note": note.text} for note in shown_notes(side.notes, told.form.language, examples=False)]
        if notes:
            title = text["notes_of"].format(run=run)
            tables.append(plain_table(title, [Column("note", text["notes"])], notes, headed=True))
    return Section("settings", text["settings_differ"], lead, tables)
