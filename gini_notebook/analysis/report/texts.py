"""The words of the report, in English and German."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import pandas as pd

from gini_notebook._german import number_in_german
from gini_notebook.analysis.report.words import of

UNDEFINED = {"en": "n/a", "de": "k. A."}
# A narrow space that does not break stands before the sign.
_PERCENT = "\N{NARROW NO-BREAK SPACE}%"


def missing(value: Any) -> bool:
    """Return whether there is no value."""
    return bool(pd.isna(value))


# A list of all documents that were not sent would bury what stands beside it.
MOST_ITEMS = 10


def plain(value: Any) -> str:
    """Write a value as it is; nothing for a missing one, and of a long list its length and beginning."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return ", ".join(items) if len(items) <= MOST_ITEMS else f"{len(items)}: {', '.join(items[:MOST_ITEMS])}, …"
    return "" if missing(value) else str(value)


@dataclass(frozen=True, slots=True)
class Format:
    """Writes numbers in one language."""

    language: str

    @property
    def undefined(self) -> str:
        """What stands for 0/0."""
        return UNDEFINED[self.language]

    def point(self, text: str) -> str:
        """Put the signs of the language into a number."""
        return number_in_german(text) if self.language == "de" else text

    def score(self, value: Any) -> str:
        """Write a score with three digits."""
        return self.undefined if missing(value) else self.point(f"{value:.3f}")

    def percent(self, value: Any) -> str:
        """Write a share as per cent."""
        return self.undefined if missing(value) else self.point(f"{100 * value:.1f}") + _PERCENT

    def count(self, value: int) -> str:
        """Write a count, with thousands grouped."""
        return self.point(f"{value:,}")

    def amount(self, value: Any) -> str:
        """Write an amount of money in a currency that nobody named."""
        return self.undefined if missing(value) else self.point(f"{value:,.2f}")

    def interval(self, low: Any, high: Any) -> str:
        """Write an interval of scores; nothing if it has no ends."""
        if missing(low) or missing(high):
            return ""
        return self.point(f"{low:.3f} – {high:.3f}")

    def percents(self, low: Any, high: Any) -> str:
        """Write an interval of shares as per cent; nothing if it has no ends."""
        if missing(low) or missing(high):
            return ""
        return self.point(f"{100 * low:.1f} – {100 * high:.1f}") + _PERCENT

    def number(self, value: Any) -> str:
        """Write a count without digits, anything else as a score."""
        if not missing(value) and float(value).is_integer() and abs(value) > 1:
            return f"{int(value)}"
        return self.score(value)

    def difference(self, value: Any) -> str:
        """Write by how much an amount is off, with its sign; nothing if it is no amount."""
        if missing(value):
            return ""
        grouped = f"{value:+,.2f}".replace("-", "−")
        return grouped.translate({ord(","): ".", ord("."): ","}) if self.language == "de" else grouped


class Worded(Protocol):
    """Who knows the words of a language and how it writes numbers."""

    @property
    def text(self) -> Mapping[str, str]:
        """The words."""

    @property
    def form(self) -> Format:
        """How numbers are written."""


TEXTS = {
    "en": {
        "title": "Extraction quality",
        "made_at": "Made at",
        "notes": "Notes",
        "from_sandbox": "The sandbox answered, which reads by plain rules: "
        "these are not the numbers of Gini's service.",
        "contents": "Contents",
        "micro_f1": "F1 of the header fields (micro)",
        "of_micro_f1": "{of} values in the truth",
        "lineItems_micro_f1": "F1 of the line items' cells (micro)",
        "of_lineItems_micro_f1": "{of} values in the truth",
        "perfect_documents": "Documents without any mistake in the header fields",
        "of_perfect_documents": "of {of} documents",
        "payable_rate": "Payable: amount, IBAN, recipient and reference right",
        "of_payable_rate": "of {of} documents with something to pay",
        "coverage": "Documents that were answered",
        "of_coverage": "of {of} documents sent",
        "interval": "{sure} % interval {low} to {high}",
        "by_field": "Field by field",
        "header_fields": "Header fields",
        "of_group": "Columns of {group}",
        "by_field_caption": "Level: {level}. A wrong value counts {wrong}. Small numbers: {sure} % interval. "
        "n/a: there is nothing to divide by.",
        "wrong_both": "against precision and recall",
        "wrong_fp": "against precision only",
        "field": "Field",
        "support": "In the truth",
        "predicted": "Extracted",
        "correct": "Correct",
        "wrong": "Wrong",
        "missing": "Missing",
        "spurious": "Spurious",
        "precision": "Precision",
        "recall": "Recall",
        "f1": "F1",
        "scores_title": "all together (micro): {micro}",
        "scores_axis": "F1 with {sure} % interval; n: values in the truth",
        "scores_text": "Bar chart of F1 per field: {scores}.",
        "outcomes_axis": "values",
        "outcomes_text": "Stacked bars: how many values of each field are correct, wrong, missing and spurious; "
        "the numbers stand in the table above.",
        "confidence": "Confidence",
        "confidence_lead": "Whether a confidence can be trusted. ECE: mean gap between confidence and share of right "
        "values. AUROC: how often a right value is surer than a wrong one; 0.5 is chance.",
        "confidence_confirmed": "Values with a confidence of {threshold} or more can be taken for right to {target}: "
        "chosen on one half of the documents and confirmed on the other, where {precision} of {kept} values were right "
        "(with {sure} % certainty at least {low}) and {coverage} of the values were kept.",
        "confidence_unconfirmed": "On one half of the documents, values with a confidence of {threshold} or more are "
        "right to {target}; on the other {precision} of {kept} were, too few to confirm it (with {sure} % certainty at "
        "least {low}).",
        "confidence_refuted": "No confidence can be taken for a precision of {target}: {threshold} promised it on one "
        "half of the documents, and on the other only {precision} of {kept} values were right.",
        "confidence_not_reachable": "From no confidence on are values right to {target}.",
        "confidence_not_enough_data": "There are too few values to say from which confidence on they are right to "
        "{target}.",
        "confidence_needed": "Even without a mistake, {target} needs {needed} documents with a value kept in each "
        "half.",
        "confidence_by_field": "Confidence by field",
        "reliability": "How often a confidence is right (header fields)",
        "without_confidence": "Without confidence",
        "ece": "ECE",
        "brier": "Brier score",
        "auroc": "AUROC",
        "confidence_range": "Confidence",
        "count_of_bin": "Values",
        "confidence_mean": "Mean confidence",
        "share_correct": "Share of right values",
        "numbers": "All numbers",
        "numbers_count": "{count} numbers",
        "number": "Number",
        "value": "Value",
        "low_high": "{sure} % interval",
        "count": "Of",
        "mistakes": "Mistakes",
        "mistakes_lead": "Values as delivered; what is off by the most money comes first. The whole table: "
        "result.mistakes(), or the report as .xlsx.",
        "mistakes_caption": "The first {shown} of {total}.",
        "mistakes_of": "Mistakes of {field}",
        "causes": "causes",
        "no_mistakes": "There are no mistakes.",
        "document": "Document",
        "row": "Row",
        "truth": "Truth",
        "extracted": "Extracted",
        "outcome": "Outcome",
        "cause": "Cause",
        "off_by": "Off by",
        "candidate": "Right value is candidate no.",
        "valid": "a valid IBAN",
        "page": "Page",
        "failed": "Failed documents",
        "failed_caption": "Every labelled field of a document that failed counts as missing. Failed documents without "
        "ground truth are listed, too, and are in no number.",
        "why": "Why",
        "request_id": "Request id",
        "provenance": "How this was made",
        "rules": "Rules per field",
        "rule": "Rule",
        "tau": "Similar enough from",
        "setting": "Setting",
        "privacy": "This file holds values from your documents. Treat it like the documents themselves.",
        "micro": "all together (micro)",
        "macro": "mean of the fields (macro)",
        "verdict_nothing": "The header fields together have fewer than {fewest} labels; see the tables.",
        "verdict_together": "{correct} of {values} values of the header fields are right.",
        "verdict_unranked": "{correct} of {values} values of the header fields are right; each field has fewer than "
        "{fewest}, so none is ranked.",
        "verdict_gates": "{passed} of {of} gates passed.",
        "verdict_payable": "{part} of {of} documents can be paid as read.",
        "verdict_unseen": "{part} of all {of} documents could be paid unseen: see “Which documents could be paid "
        "unseen”.",
        "verdict_unseen_none": "None is shown to be payable unseen yet: see “Which documents could be paid unseen”.",
        "verdict_concentration": "{documents} of {of_documents} documents hold {mistakes} of the {of_mistakes} "
        "mistakes in the header fields",
        "verdict_holds_most": "{mistakes} of the {of_mistakes} mistakes in the header fields are in {kind}: "
        "{documents} of {of_documents} documents",
        "verdict_all_of_them": "all of them {kind}",
        "verdict_some_of_them": "{count} of them {kind}",
        "verdict_gap": "F1 of {best} is {best_f1} ({best_values} values), of {worst} {worst_f1} ({worst_values} "
        "values)",
        "verdict_lowest": "Of the fields that can be ranked, {field} has the lowest F1: {f1}, with {correct} of "
        "{values} values right.",
        "slice_NATIVE": "documents with a text layer",
        "slice_SCANNED": "scans",
        "slice_SANDWICH": "scans with a text layer",
        "slice_TEXT": "plain texts",
        "slice_COMPOSITE": "documents of several files",
        "slice_of": "documents with {column} {value}",
        "slice_none": "documents without {column}",
    },
    "de": {
        "title": "Qualität der Extraktionen",
        "made_at": "Erstellt am",
        "notes": "Hinweise",
        "from_sandbox": "Geantwortet hat die Sandbox, die nach einfachen Regeln liest: "
        "Dies sind nicht die Zahlen von Ginis Dienst.",
        "contents": "Inhalt",
        "micro_f1": "F1 der Kopffelder (micro)",
        "of_micro_f1": "{of} Werte in der Wahrheit",
        "lineItems_micro_f1": "F1 der Zellen der Positionen (micro)",
        "of_lineItems_micro_f1": "{of} Werte in der Wahrheit",
        "perfect_documents": "Dokumente ohne Fehler in den Kopffeldern",
        "of_perfect_documents": "von {of} Dokumenten",
        "payable_rate": "Zahlbar: Betrag, IBAN, Empfänger und Referenz richtig",
        "of_payable_rate": "von {of} Dokumenten, auf denen etwas zu zahlen ist",
        "coverage": "Beantwortete Dokumente",
        "of_coverage": "von {of} gesendeten Dokumenten",
        "interval": "{sure}-%-Intervall {low} bis {high}",
        "by_field": "Feld für Feld",
        "header_fields": "Kopffelder",
        "of_group": "Spalten von {group}",
        "by_field_caption": "Vergleichsstufe: {level}. Ein falscher Wert zählt {wrong}. Kleine Zahlen: "
        "{sure}-%-Intervall. k. A.: Es gibt nichts, wodurch sich teilen ließe.",
        "wrong_both": "gegen Präzision und Trefferquote",
        "wrong_fp": "nur gegen die Präzision",
        "field": "Feld",
        "support": "In der Wahrheit",
        "predicted": "Extrahiert",
        "correct": "Richtig",
        "wrong": "Falsch",
        "missing": "Fehlt",
        "spurious": "Erfunden",
        "precision": "Präzision",
        "recall": "Trefferquote",
        "f1": "F1",
        "scores_title": "alle zusammen (micro): {micro}",
        "scores_axis": "F1 mit {sure}-%-Intervall; n: Werte in der Wahrheit",
        "scores_text": "Balkendiagramm: F1 je Feld: {scores}.",
        "outcomes_axis": "Werte",
        "outcomes_text": "Gestapelte Balken: wie viele Werte je Feld richtig, falsch, fehlend und erfunden sind; "
        "die Zahlen stehen in der Tabelle darüber.",
        "confidence": "Konfidenz",
        "confidence_lead": "Ob einer Konfidenz zu trauen ist. ECE: mittlerer Abstand zwischen Konfidenz und Anteil "
        "richtiger Werte. AUROC: wie oft ein richtiger Wert sicherer ist als ein falscher; 0,5 ist Zufall.",
        "confidence_confirmed": "Werte mit einer Konfidenz ab {threshold} sind zu {target} richtig: gewählt auf der "
        "einen Hälfte der Dokumente, bestätigt auf der anderen, auf der von {kept} Werten {precision} richtig waren "
        "(mit {sure} % Sicherheit mindestens {low}) und {coverage} der Werte behalten wurden.",
        "confidence_unconfirmed": "Auf der einen Hälfte der Dokumente sind Werte mit einer Konfidenz ab {threshold} zu "
        "{target} richtig; auf der anderen waren es von {kept} Werten {precision}, zu wenige, um es zu bestätigen (mit "
        "{sure} % Sicherheit mindestens {low}).",
        "confidence_refuted": "Keine Konfidenz steht für eine Präzision von {target}: Auf der einen Hälfte der "
        "Dokumente versprach {threshold} sie, auf der anderen waren von {kept} Werten nur {precision} richtig.",
        "confidence_not_reachable": "Ab keiner Konfidenz sind Werte zu {target} richtig.",
        "confidence_not_enough_data": "Es gibt zu wenige Werte, um zu sagen, ab welcher Konfidenz sie zu {target} "
        "richtig sind.",
        "confidence_needed": "Auch ohne Fehler braucht es für {target} in jeder Hälfte {needed} Dokumente mit einem "
        "behaltenen Wert.",
        "confidence_by_field": "Konfidenz je Feld",
        "reliability": "Wie oft eine Konfidenz recht hat (Kopffelder)",
        "without_confidence": "Ohne Konfidenz",
        "ece": "ECE",
        "brier": "Brier-Score",
        "auroc": "AUROC",
        "confidence_range": "Konfidenz",
        "count_of_bin": "Werte",
        "confidence_mean": "Mittlere Konfidenz",
        "share_correct": "Anteil richtiger Werte",
        "numbers": "Alle Zahlen",
        "numbers_count": "{count} Zahlen",
        "number": "Zahl",
        "value": "Wert",
        "low_high": "{sure}-%-Intervall",
        "count": "Von",
        "mistakes": "Fehler",
        "mistakes_lead": "Werte wie geliefert; voran steht, was um den größten Betrag abweicht. Die ganze Tabelle: "
        "result.mistakes() oder der Bericht als .xlsx.",
        "mistakes_caption": "Die ersten {shown} von {total}.",
        "mistakes_of": "Fehler bei {field}",
        "causes": "Ursachen",
        "no_mistakes": "Es gibt keine Fehler.",
        "document": "Dokument",
        "row": "Zeile",
        "truth": "Wahrheit",
        "extracted": "Extrahiert",
        "outcome": "Ausgang",
        "cause": "Ursache",
        "off_by": "Abweichung",
        "candidate": "Richtiger Wert ist Kandidat Nr.",
        "valid": "eine gültige IBAN",
        "page": "Seite",
        "failed": "Fehlgeschlagene Dokumente",
        "failed_caption": "Jedes gelabelte Feld eines fehlgeschlagenen Dokuments zählt als fehlend. Fehlgeschlagene "
        "Dokumente ohne Wahrheit stehen ebenfalls hier und sind in keiner Zahl.",
        "why": "Warum",
        "request_id": "Request-Id",
        "provenance": "Wie dies entstand",
        "rules": "Regeln je Feld",
        "rule": "Regel",
        "tau": "Ähnlich genug ab",
        "setting": "Einstellung",
        "privacy": "Diese Datei enthält Werte aus Ihren Dokumenten. Behandeln Sie sie wie die Dokumente selbst.",
        "micro": "alle zusammen (micro)",
        "macro": "Mittel der Felder (macro)",
        "verdict_nothing": "Die Kopffelder haben zusammen weniger als {fewest} Sollwerte; siehe die Tabellen.",
        "verdict_together": "{correct} von {values} Werten der Kopffelder sind richtig.",
        "verdict_unranked": "{correct} von {values} Werten der Kopffelder sind richtig; jedes Feld hat weniger als "
        "{fewest}, also keines einen Rang.",
        "verdict_gates": "{passed} von {of} Bedingungen erfüllt.",
        "verdict_payable": "{part} von {of} Dokumenten sind wie gelesen zahlbar.",
        "verdict_unseen": "{part} von allen {of} Dokumenten wären ungesehen zahlbar: siehe „Welche Dokumente ungesehen "
        "zahlbar wären“.",
        "verdict_unseen_none": "Dass eines ungesehen zahlbar wäre, ist noch nicht belegt: siehe „Welche Dokumente "
        "ungesehen zahlbar wären“.",
        "verdict_concentration": "auf {documents} von {of_documents} Dokumenten liegen {mistakes} der {of_mistakes} "
        "Fehler in den Kopffeldern",
        "verdict_holds_most": "{mistakes} der {of_mistakes} Fehler in den Kopffeldern entfallen auf {kind}: "
        "{documents} von {of_documents} Dokumenten",
        "verdict_all_of_them": "allesamt {kind}",
        "verdict_some_of_them": "davon {count} {kind}",
        "verdict_gap": "F1 für {best} ist {best_f1} ({best_values} Werte), für {worst} {worst_f1} ({worst_values} "
        "Werte)",
        "verdict_lowest": "Von den Feldern mit Rang hat {field} das niedrigste F1: {f1}, mit {correct} von {values} "
        "Werten richtig.",
        "slice_NATIVE": "Dokumente mit Textebene",
        "slice_SCANNED": "Scans",
        "slice_SANDWICH": "Scans mit Textebene",
        "slice_TEXT": "reine Texte",
        "slice_COMPOSITE": "Dokumente aus mehreren Dateien",
        "slice_of": "Dokumente mit {column} {value}",
        "slice_none": "Dokumente ohne {column}",
    },
}


TEXTS = {language: {**texts, **of(language)} for language, texts in TEXTS.items()}


@cache
def words(form: Format, confidence_level: float) -> Mapping[str, str]:
    """Return the words of a language that say how sure the intervals are."""
    sure = form.point(f"{confidence_level * 100:g}")
    return {name: text.replace("{sure}", sure) for name, text in TEXTS[form.language].items()}


_GROUPED = (
    *("micro_f1", "micro_precision", "micro_recall", "micro_accuracy", "macro_f1", "macro_left_out"),
    *("document_mean_f1", "document_mean_anls", "row_precision", "row_recall", "exact_rows", "exact_tables"),
)


def metric_words(metric: str, text: Mapping[str, str]) -> str:
    """Return what a number of the summary is, in words; its own name if it has none."""
    if f"metric_{metric}" in text:
        return text[f"metric_{metric}"]
    if metric.startswith("answered_"):
        return text["metric_answered"].format(words=metric_words(metric.removeprefix("answered_"), text))
    for name in _GROUPED:
        if metric.endswith(f"_{name}"):
            return text["metric_of_group"].format(words=text[f"metric_{name}"], group=metric.removesuffix(f"_{name}"))
    return metric
