"""The report as XLSX, for people who sort and filter: a page to print, then a sheet per table."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from gini_notebook.analysis.report.columns import column, difference_columns, note_columns, run_columns
from gini_notebook.analysis.report.content import Content, page_of
from gini_notebook.analysis.report.headings import (
    HEADINGS,
    OUTCOMES,
    STATUSES,
    cause_name,
    in_words,
    is_count,
    metric_name,
    source_name,
)
from gini_notebook.analysis.report.sheets import Book, Column, Page, cell_text, values_of, without_zone
from gini_notebook.analysis.report.summary_sheet import summary_sheet
from gini_notebook.analysis.report.texts import UNDEFINED, plain
from gini_notebook.schema import dotted

if TYPE_CHECKING:
    from gini_notebook.analysis.evaluation import Evaluation

CONSTANT_MEMORY_FROM = 100_000
"""Mistakes from which on rows leave the memory as they are written, through a file that only the owner can read."""
PRINTED = 200
"""Rows of a long table that are printed; all of them are in the sheet."""

SHEETS: Mapping[str, tuple[str, str]] = {
    "summary": ("Summary", "Übersicht"),
    "notes": ("Notes", "Hinweise"),
    "fields": ("Fields", "Felder"),
    "line_items": ("Line items", "Positionen"),
    "mistakes": ("Mistakes", "Fehler"),
    "documents": ("Documents", "Dokumente"),
    "failed": ("Failed", "Fehlgeschlagen"),
    "patterns": ("Patterns", "Muster"),
    "slices": ("Slices", "Teilmengen"),
    "causes": ("Causes", "Ursachen"),
    "confidence": ("Confidence", "Konfidenz"),
    "costs": ("Costs", "Kosten"),
    "automation": ("Automation", "Automatisierung"),
    "baseline": ("Baseline", "Vergleich"),
    "history": ("History", "Verlauf"),
    "numbers": ("Numbers", "Zahlen"),
    "provenance": ("How made", "Herkunft"),
    "rules": ("Rules", "Regeln"),
}

_SCORES = ("f1", "precision", "recall")
_FIELD_COUNTS = ("support", "predicted", "correct", "wrong", "missing", "spurious")
# What is known of a document beside what every sheet says of it, in this order; other columns follow.
_OF_DOCUMENTS = {"pages": "count", "processing_s": "seconds", "source_classification": "text", "media_type": "text"}
# Where the plan's name of a column is that of another one.
_RENAMED = {"documents": "all_documents"}
_SAID = ("document", "status", "error", "request_id", "answered")


def as_workbook(content: Content) -> bytes:
    """Render the workbook; see :data:`SHEETS`."""
    large = len(content.mistake_rows) >= CONSTANT_MEMORY_FROM
    file = io.BytesIO()
    with opened(file, content.title, content.made_at, content.language, large=large) as book:
        _Writer(content, book).write()
    return file.getvalue()


@contextmanager
def opened(file: io.BytesIO, title: str, made_at: datetime, language: str, *, large: bool = False) -> Iterator[Book]:
    """Open a workbook, whose sheets have its title above them."""
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # Without either, parts of the file would lie in a folder of temporary files.
        **({"constant_memory": True} if large else {"in_memory": True}),
    }
    german = language == "de"
    page = Page(
        run=title,
        of="von" if german else "of",
        undefined=UNDEFINED[language],
        cut="{sheet}: die ersten {rows} von {total} Zeilen, mehr fasst ein Blatt nicht."
        if german
        else "{sheet}: the first {rows} of {total} rows, since a sheet holds no more.",
    )
    with xlsxwriter.Workbook(file, options) as workbook:
        workbook.set_properties({"title": cell_text(title), "created": without_zone(made_at)})
        yield Book(workbook, page)


class _Writer:
    """Writes the sheets of a report in their order."""

    def __init__(self, content: Content, book: Book) -> None:
        self.content, self.book, self.mistakes = content, book, content.mistake_rows
        self.result: Evaluation = content.result
        self.language = content.language

    def write(self) -> None:
        """Write all sheets that have something to say."""
        # It is the first sheet, and is written last: it says which others there are, and what they lack.
        first = self.book.sheet(self._sheet("summary"), portrait=True)
        self._notes()
        self._fields()
        self._mistakes()
        self._documents()
        self._failed()
        self._patterns()
        self._slices()
        self._causes()
        self._confidence()
        self._costs()
        self._automation()
        self._baseline()
        self._history()
        self._numbers()
        self._provenance()
        if self.content.wishes.raw:
            self._raw()
        names = [sheet.get_name() for sheet in self.book.workbook.worksheets()]
        summary_sheet(first, self.book, page_of(self.content), names[1:], self.content.checks)

    def _sheet(self, key: str) -> str:
        return SHEETS[key][self.language == "de"]

    def _name(self, column: str) -> str:
        return HEADINGS[column].name(self.language) if self.language == "de" and column in HEADINGS else column

    def _column(self, key: str, values: Any, kind: str = "text", **options: Any) -> Column:
        return column(key, values, self.language, kind, **options)

    def _notes(self) -> None:
        notes = self.content.notes
        if not notes:
            return
        columns = note_columns(notes, self.language)
        self.book.table(self._sheet("notes"), columns, bold=[note.level == "must" for note in notes])

    def _fields(self) -> None:
        scores = self.content.scores
        header = (scores["group"] == "").to_numpy(dtype=bool)
        self._field_sheet("fields", scores[header].reset_index(drop=True))
        if not header.all():
            self._field_sheet("line_items", scores[~header].reset_index(drop=True))

    def _field_sheet(self, name: str, scores: pd.DataFrame) -> None:
        text = self.content.text
        average = scores["average"].to_numpy(dtype=bool)
        names = [
            f"{row.group + ': ' if row.group else ''}{text[row.field]}" if row.average else dotted(row.group, row.field)
            for row in scores[["group", "field", "average"]].itertuples(index=False)
        ]
        columns, keys = [self._column("field", names)], [""]
        for score in _SCORES:
            columns.append(self._column(score, scores[score], "percent", bar=score == "f1"))
            columns += [self._column(end, scores[f"{score}_{end}"], "percent") for end in ("low", "high")]
            keys += [score, f"{score}_low", f"{score}_high"]
            if score == "f1":
                columns += [self._column(count, scores[count], "count") for count in _FIELD_COUNTS]
                keys += _FIELD_COUNTS
        for count in ("documents", "documents_with_mistake"):
            columns.append(self._column(count, scores[count], "count"))
            keys.append(count)
        marked = set(self._failing(scores, keys))
        self.book.table(self._sheet(name), columns, bold=average.tolist(), marked=marked)

    def _failing(self, scores: pd.DataFrame, keys: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Return the cells that a condition names and that do not meet it."""
        names = [dotted(*pair) for pair in zip(scores["group"], scores["field"], strict=True)]
        for gate in self.content.checks:
            score = gate.name.rpartition(".")[2]
            if not gate.passed and gate.field in names and score in keys:
                yield names.index(gate.field), keys.index(score)

    def _mistakes(self) -> None:
        found = self.mistakes
        fields, groups = found["field"].tolist(), found["group"].tolist()
        outcomes = found["outcome"].tolist()
        words = {name: heading.name(self.language).lower() for name, heading in OUTCOMES.items()}
        amounts = [name for name, rule in self.result.provenance["rules"].items() if rule["name"] == "amount"]
        names = list(map(dotted, groups, fields))
        is_amount = pd.Series(names, dtype=object).isin(amounts)
        columns = [
            self._column("document", found["document"]),
            self._column("field", names),
            self._column("row", (found["row"] + 1).where(found["group"] != ""), "count"),
            self._column("outcome", [words[name] for name in outcomes], "outcome", keys=outcomes),
            self._column("truth", found["truth"]),
            self._column("extracted", found["extracted"]),
            self._column("truth_amount", _amounts(found["truth_canonical"], is_amount), "amount"),
            self._column("extracted_amount", _amounts(found["extracted_canonical"], is_amount), "amount"),
            self._column("difference", found["difference"], "off"),
            self._column("cause", self._causes_of(found["cause"])),
            self._column("extracted_valid", self._valid(found)),
            self._column("page", found["page"], "count"),
        ]
        if "candidate_rank" in found:
            columns.append(self._column("candidate_rank", found["candidate_rank"], "count"))
        if "confidence" in found:
            columns.append(self._column("confidence", found["confidence"], "measure"))
        self.book.table(self._sheet("mistakes"), columns, print_rows=PRINTED)

    def _valid(self, found: pd.DataFrame) -> list[str | None]:
        yes = "ja" if self.language == "de" else "yes"
        valid = (found["extracted_valid"].fillna(False).astype(bool) & (found["outcome"] == "wrong")).tolist()
        return [yes if one else None for one in valid]

    def _documents(self) -> None:
        sent = self._sent()
        slips = self._slips().reindex(sent["document"])
        german = self.language == "de"
        yes, no = ("ja", "nein") if german else ("yes", "no")
        statuses = sent["status"].tolist()
        columns = [
            self._column("document", sent["document"]),
            self._column("status", [STATUSES[s].name(self.language) if s in STATUSES else plain(s) for s in statuses]),
            self._column("has_truth", [yes if one else no for one in sent["has_truth"].tolist()]),
            self._column(
                "mistakes",
                slips["mistakes"].where(~slips["mistakes"].isna() | ~sent["has_truth"].to_numpy(), 0),
                "count",
            ),
            self._column("pattern", slips["pattern"]),
            *self._costs_of(sent["document"]),
            self._column("error", sent["error"]),
            self._column("request_id", sent["request_id"]),
        ]
        others = [name for name in sent.columns if name not in (*_SAID, *_OF_DOCUMENTS, "has_truth")]
        columns += [
            self._column(name, self._sources_of(sent[name], name) if kind == "text" else sent[name], kind)
            for name, kind in _OF_DOCUMENTS.items()
            if name in sent
        ]
        columns += [self._column(str(name), sent[name], _kind(sent[name])) for name in others]
        self.book.table(self._sheet("documents"), columns, print_rows=PRINTED)

    def _costs_of(self, documents: pd.Series) -> list[Column]:
        costs = self.content.document_costs
        return (
            [] if costs is None else [self._column("cost", costs.reindex(documents).reset_index(drop=True), "amount")]
        )

    def _sent(self) -> pd.DataFrame:
        """Return all documents that were sent, those without ground truth last."""
        sent = self.result.sent
        return self.result.documents.assign(has_truth=True) if sent is None else sent

    def _slips(self) -> pd.DataFrame:
        """Return per document how many mistakes it has, and in which fields."""
        found = self.mistakes
        names = list(map(dotted, found["group"].tolist(), found["field"].tolist()))
        fields: dict[str, dict[str, None]] = {}
        for document, name in zip(found["document"].tolist(), names, strict=True):
            fields.setdefault(document, {})[name] = None
        counts = found["document"].value_counts()
        patterns = pd.Series({document: ", ".join(sorted(of)) for document, of in fields.items()}, dtype=object)
        return pd.DataFrame({"mistakes": counts.astype("Int64"), "pattern": patterns})

    def _failed(self) -> None:
        failed = self.content.failed
        if failed:
            keys = ("document", "error", "request_id")
            columns = [self._column(key, [row[key] for row in failed]) for key in keys]
            self.book.table(self._sheet("failed"), columns, print_rows=PRINTED)

    def _patterns(self) -> None:
        """Write which fields go wrong together, a row per pattern, a column per field."""
        found = self.result.patterns(next(iter(self.content.slices), None))
        if not found.attrs["patterns"]:
            return
        words = {name: heading.name(self.language).lower() for name, heading in OUTCOMES.items()}
        columns = [
            self._column("documents", found["documents"], "count"),
            self._column("share", found["share"], "percent"),
            self._column("mistakes", found["mistakes"], "count"),
            self._column("example", found["example"]),
        ]
        if found.attrs["by"] is not None:
            columns.append(self._column("slice", self._sources_of(found["slice"], str(found.attrs["by"]))))
            columns.append(self._column("slice_documents", found["slice_documents"], "count"))
        columns += [
            Column(name, [words.get(key) for key in keys], "outcome", keys=keys)
            for name in found.attrs["fields"]
            if any(keys := values_of(found[name]))
        ]
        self.book.table(self._sheet("patterns"), columns, print_rows=PRINTED)

    def _slices(self) -> None:
        """Write the scores of parts of the documents, those of each column below those of the one before."""
        parts = [
            frame.assign(column=self._name(column), slice=self._sources_of(frame["slice"], column))
            for column, frame in self.content.slices.items()
        ]
        if not parts:
            return
        found = pd.concat(parts, ignore_index=True)
        kinds = {"documents": "count", "support": "count", "f1": "percent", "f1_low": "percent", "f1_high": "percent"}
        kinds |= dict.fromkeys(("correct", "wrong", "missing", "spurious"), "count")
        columns = [self._column("column", found["column"]), self._column("slice", found["slice"])]
        columns += [self._column(key.removeprefix("f1_"), found[key], kind) for key, kind in kinds.items()]
        self.book.table(self._sheet("slices"), columns)

    def _causes_of(self, causes: pd.Series) -> list[str | None]:
        return [cause_name(cause, self.language) or None for cause in causes.tolist()]

    def _sources_of(self, values: pd.Series, column: str) -> list[Any]:
        return [source_name(value, column, self.language) for value in values_of(values)]

    def _causes(self) -> None:
        causes = self.result.by_cause()
        if len(causes):
            names = [dotted(*pair) for pair in zip(causes["group"], causes["field"], strict=True)]
            columns = [
                self._column("field", names),
                self._column("cause", self._causes_of(causes["cause"])),
                self._column("count", causes["count"], "count"),
                self._column("share", causes["share"], "percent"),
            ]
            self.book.table(self._sheet("causes"), columns)

    def _confidence(self) -> None:
        if self.content.confidence is None:
            return
        scores = self.result.confidence_scores()
        scores = scores[scores["predicted"] > 0]
        names = [
            self.content.text["micro"] if field == "micro" else dotted(group, field)
            for group, field in zip(scores["group"], scores["field"], strict=True)
        ]
        columns = [self._column("field", names)]
        columns += [self._column(key, scores[key], "count") for key in ("predicted", "without_confidence")]
        columns += [self._column(key, scores[key], "measure") for key in ("ece", "brier", "auroc")]
        self.book.table(self._sheet("confidence"), columns)

    def _costs(self) -> None:
        """Write what mistakes cost, by field."""
        found = self.content.costs
        if found is None:
            return
        total = (found["field"] == "total").tolist()
        names = [
            self.content.text["total"] if whole else dotted(group, field)
            for group, field, whole in zip(found["group"], found["field"], total, strict=True)
        ]
        kinds = dict.fromkeys(("wrong", "missing", "spurious"), "count")
        kinds |= dict.fromkeys(("cost", "cost_per_1000_documents", "low", "high"), "amount")
        kinds |= dict.fromkeys(("precision", "break_even_precision"), "percent")
        columns = [self._column("field", names)]
        columns += [self._column(key, found[key], kind) for key, kind in kinds.items()]
        self.book.table(self._sheet("costs"), columns, bold=total)

    def _automation(self) -> None:
        """Write what each rule keeps and what would slip through, per slice from strict to lax."""
        plan = self.content.wishes.automation
        if plan is None:
            return
        found, text = plan.table(language=self.language), self.content.text
        kinds = dict.fromkeys(("documents", "kept"), "count") | {"automation_rate": "percent"}
        kinds |= dict.fromkeys(("labelled", "wrong"), "count") | dict.fromkeys(("error_rate", "error_high"), "percent")
        kinds |= dict.fromkeys(("clusters", "clusters_with_mistake"), "count")
        kinds |= {"cluster_error_high": "percent", "needed": "count"}
        columns = [self._column("slice", found["slice"])] if plan.by is not None else []
        columns.append(self._column("rule", found["rule"]))
        columns += [self._column(_RENAMED.get(key, key), found[key], kind) for key, kind in kinds.items()]
        columns.append(self._column("automation_status", [text[f"status_{status}"] for status in found["status"]]))
        columns.append(self._column("reason", found["reason"]))
        self.book.table(self._sheet("automation"), columns, bold=(found["status"] == "certified").tolist())

    def _baseline(self) -> None:
        """Write the differences from the baseline, field by field."""
        comparison = self.content.baseline
        if comparison is None:
            return
        found = comparison.by_field(confidence_level=self.content.how["confidence_level"], full=True)
        averages = found["average"].to_numpy(dtype=bool).tolist()
        columns = difference_columns(found, self.language, self.content.text)
        self.book.table(self._sheet("baseline"), columns, bold=averages)

    def _history(self) -> None:
        """Write all runs of the history, with centre and limits."""
        past, text = self.content.wishes.history, self.content.text
        if past is None or past.table.empty:
            return
        found = past.table
        columns = run_columns(found, self.language, text)
        self.book.table(self._sheet("history"), columns, bold=(found["alarm"] != "").tolist(), print_rows=PRINTED)

    def _numbers(self) -> None:
        summary = self.content.summary
        metrics = summary["metric"].tolist()
        counted = [is_count(metric) for metric in metrics]
        value, low, high = (summary[key].to_numpy(dtype=float).tolist() for key in ("value", "low", "high"))
        shares = [[None if count else one for one, count in zip(of, counted, strict=True)] for of in (value, low, high)]
        columns = [
            self._column("metric", [metric_name(metric, self.language) for metric in metrics]),
            self._column("name", metrics),
            self._column("share", shares[0], "percent"),
            self._column("low", shares[1], "percent"),
            self._column("high", shares[2], "percent"),
            self._column("count", summary["value"].where(counted), "count"),
            self._column("of", summary["of"], "count"),
        ]
        self.book.table(self._sheet("numbers"), columns)

    def _provenance(self) -> None:
        said = in_words(self.result.provenance, self.language)
        self.book.table(
            self._sheet("provenance"),
            [self._column("setting", list(said)), self._column("value", list(said.values()))],
        )
        rules = self.content.rules
        if rules:
            keys = {"field": "field", "rule": "name", "tau": "tau"}
            columns = [self._column(key, [rule[source] for rule in rules]) for key, source in keys.items()]
            self.book.table(self._sheet("rules"), columns)

    def _raw(self) -> None:
        """Write the tables as they are, with the names of Python, for programs."""
        for name, frame in (
            ("data fields", self.content.scores),
            ("data mistakes", self.mistakes),
            ("data documents", self.result.documents),
        ):
            columns = [Column(str(key), values_of(frame[key]), "plain") for key in frame.columns]
            self.book.table(name, columns, print_rows=0)


def _amounts(canonical: "pd.Series[Any]", amounts: "pd.Series[Any]") -> "pd.Series[Any]":
    texts = canonical.astype(object).where(amounts.to_numpy(dtype=bool) & canonical.notna().to_numpy(), "").tolist()
    return pd.to_numeric(pd.Series([text.partition(":")[0] for text in texts], dtype=object), errors="coerce")


def _kind(column: "pd.Series[Any]") -> str:
    """Return how the values of a column that is not ours are shown."""
    if pd.api.types.is_bool_dtype(column):
        return "text"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "date"
    if pd.api.types.is_integer_dtype(column):
        return "count"
    return "plain" if pd.api.types.is_numeric_dtype(column) else "text"
