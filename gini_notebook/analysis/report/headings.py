"""What columns and numbers are called where people read them, and what they mean, in English and German."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gini_notebook._german import cause_in_german, truth_rule_in_german
from gini_notebook.analysis.report.texts import missing, plain
from gini_notebook.schema import LINE_ITEMS


@dataclass(frozen=True, slots=True)
class Heading:
    """A name and what it means, in both languages; a meaning may be empty where the name says it all."""

    english: str
    german: str
    meaning_english: str = ""
    meaning_german: str = ""

    def name(self, language: str) -> str:
        """Return the name in ``"en"`` or ``"de"``."""
        return self.german if language == "de" else self.english

    def meaning(self, language: str) -> str:
        """Return what it means."""
        return self.meaning_german if language == "de" else self.meaning_english


HEADINGS: Mapping[str, Heading] = {
    "document": Heading("Document", "Dokument"),
    "group": Heading("Group", "Gruppe", "lineItems: rows of the invoice.", "lineItems: Positionen der Rechnung."),
    "field": Heading("Field", "Feld", "As the service calls it.", "Wie der Dienst es nennt."),
    "row": Heading(
        "Row", "Zeile", "Number of the row in the truth, from 1.", "Nummer der Zeile in der Wahrheit, ab 1."
    ),
    "outcome": Heading(
        "Outcome",
        "Ausgang",
        "Wrong: another value. Missing: not delivered. Spurious: delivered, and there is nothing.",
        "Falsch: ein anderer Wert. Fehlt: nicht geliefert. Erfunden: geliefert, obwohl nichts dort steht.",
    ),
    "truth": Heading("Truth", "Wahrheit", "As labelled.", "Wie gelabelt."),
    "extracted": Heading(
        "Extracted", "Extrahiert", "As the service delivered it.", "Wie der Dienst ihn geliefert hat."
    ),
    "truth_amount": Heading("Truth (number)", "Wahrheit (Zahl)", "The amount.", "Der Betrag."),
    "extracted_amount": Heading("Extracted (number)", "Extrahiert (Zahl)", "The amount.", "Der Betrag."),
    "difference": Heading(
        "Off by",
        "Abweichung",
        "Extracted minus truth, in the currency of the amount; a missing one is off by all of it.",
        "Extrahiert minus Wahrheit, in der Währung des Betrags; ein fehlender weicht um den ganzen ab.",
    ),
    "cause": Heading("Cause", "Ursache", "Why the value is wrong, if it can be told.", "Warum der Wert falsch ist."),
    "page": Heading("Page", "Seite"),
    "candidate_rank": Heading(
        "Right value is candidate no.",
        "Richtiger Wert ist Kandidat Nr.",
        "Where the right value stands among those the service considered.",
        "Wo der richtige Wert unter denen steht, die der Dienst erwogen hat.",
    ),
    "confidence": Heading("Confidence", "Konfidenz"),
    "extracted_valid": Heading(
        "Valid IBAN",
        "Gültige IBAN",
        "Whether the check digits of the extracted IBAN are right: a wrong one that is valid is the dangerous mistake.",
        "Ob die Prüfziffern der extrahierten IBAN stimmen: Falsch und gültig ist der gefährliche Fehler.",
    ),
    "support": Heading("Values", "Werte", "Values in the truth.", "Werte in der Wahrheit."),
    "predicted": Heading("Extracted", "Extrahiert", "Values delivered.", "Gelieferte Werte."),
    "correct": Heading("Correct", "Richtig"),
    "wrong": Heading("Wrong", "Falsch", "Another value was delivered.", "Ein anderer Wert wurde geliefert."),
    "missing": Heading("Missing", "Fehlt", "Nothing was delivered.", "Nichts wurde geliefert."),
    "spurious": Heading("Spurious", "Erfunden", "Delivered where there is nothing.", "Geliefert, wo nichts ist."),
    "precision": Heading(
        "Precision",
        "Präzision",
        "Share of the delivered values that is right.",
        "Anteil der gelieferten Werte, der richtig ist.",
    ),
    "recall": Heading(
        "Recall",
        "Trefferquote",
        "Share of the values in the truth that was found.",
        "Anteil der Werte der Wahrheit, der gefunden wurde.",
    ),
    "f1": Heading(
        "F1", "F1", "Harmonic mean of precision and recall.", "Harmonisches Mittel aus Präzision und Trefferquote."
    ),
    "low": Heading("from", "von", "Lower end of the interval.", "Unteres Ende des Intervalls."),
    "high": Heading("to", "bis", "Upper end of the interval.", "Oberes Ende des Intervalls."),
    "documents": Heading("Documents", "Dokumente", "Documents with such a value.", "Dokumente mit einem solchen Wert."),
    "documents_with_mistake": Heading(
        "… with a mistake",
        "… mit Fehler",
        "How many of them have a mistake here.",
        "Wie viele davon hier einen Fehler haben.",
    ),
    "status": Heading("Status", "Status"),
    "has_truth": Heading(
        "Ground truth",
        "Wahrheit",
        "Whether the document has ground truth: others are in no number.",
        "Ob es zu dem Dokument Wahrheit gibt: Andere sind in keiner Zahl.",
    ),
    "mistakes": Heading(
        "Mistakes",
        "Fehler",
        "Wrong, missing and spurious values of the document.",
        "Falsche, fehlende und erfundene Werte des Dokuments.",
    ),
    "pattern": Heading("Which", "Welche", "The fields with a mistake.", "Die Felder mit einem Fehler."),
    "error": Heading("Why it failed", "Warum fehlgeschlagen"),
    "request_id": Heading(
        "Request id", "Request-Id", "To be named when asking the service's support.", "Für Rückfragen beim Dienst."
    ),
    "pages": Heading("Pages", "Seiten"),
    "processing_s": Heading("Seconds", "Sekunden", "Processing time at the service.", "Verarbeitungszeit beim Dienst."),
    "media_type": Heading("Media type", "Medientyp"),
    "bytes": Heading("Bytes", "Bytes"),
    "sha256": Heading("SHA-256", "SHA-256", "Hash of the file.", "Hash der Datei."),
    "document_id": Heading("Id at the service", "Id beim Dienst"),
    "uploaded_at": Heading("Uploaded at (UTC)", "Hochgeladen am (UTC)"),
    "attempts": Heading("Attempts", "Versuche"),
    "polls": Heading("Status requests", "Statusabfragen"),
    "source_classification": Heading(
        "Source",
        "Quelle",
        "What the service takes the document for: scan, native …",
        "Wofür der Dienst das Dokument hält: Scan, nativ …",
    ),
    "level": Heading("Level", "Rang"),
    "note": Heading("Note", "Hinweis"),
    "advice": Heading("What to do", "Was zu tun ist"),
    "examples": Heading("Examples", "Beispiele"),
    "metric": Heading("Number", "Zahl"),
    "name": Heading("Name in Python and gates", "Name in Python und Bedingungen"),
    "value": Heading("Value", "Wert"),
    "of": Heading("Of", "Von", "What it is a share of.", "Wovon es ein Anteil ist."),
    "count": Heading("Count", "Anzahl"),
    "share": Heading("Share", "Anteil"),
    "column": Heading("Column", "Spalte", "Of the documents table.", "Der Tabelle der Dokumente."),
    "slice": Heading("Slice", "Teilmenge", "The documents that have this value.", "Die Dokumente mit diesem Wert."),
    "slice_documents": Heading("Documents of it", "Dokumente davon"),
    "example": Heading("Example", "Beispiel", "The first such document.", "Das erste solche Dokument."),
    "condition": Heading("Gate", "Bedingung"),
    "is": Heading("Is", "Ist"),
    "result": Heading("Result", "Ergebnis"),
    "setting": Heading("Setting", "Einstellung"),
    "rule": Heading("Rule", "Regel"),
    "tau": Heading("Similar enough from", "Ähnlich genug ab"),
    "without_confidence": Heading("Without confidence", "Ohne Konfidenz"),
    "ece": Heading(
        "ECE",
        "ECE",
        "Mean gap between confidence and share of right values.",
        "Mittlerer Abstand zwischen Konfidenz und Anteil richtiger Werte.",
    ),
    "brier": Heading("Brier score", "Brier-Score"),
    "auroc": Heading(
        "AUROC",
        "AUROC",
        "How often a right value is surer than a wrong one; 0.5 is chance.",
        "Wie oft ein richtiger Wert sicherer ist als ein falscher; 0,5 ist Zufall.",
    ),
    "cost": Heading("Cost", "Kosten", "In the currency of the costs.", "In der Währung der Kosten."),
    "cost_per_1000_documents": Heading("Per 1,000 documents", "Je 1.000 Dokumente"),
    "break_even_precision": Heading(
        "Break-even precision",
        "Lohnende Präzision",
        "From here on taking what was read is cheaper than keying everything in.",
        "Ab hier ist es billiger, Gelesenes zu übernehmen, als alles abzutippen.",
    ),
    "all_documents": Heading("Documents", "Dokumente"),
    "kept": Heading("Let through", "Durchgelassen", "Nobody would look at these.", "Diese sähe niemand an."),
    "automation_rate": Heading(
        "Automation rate",
        "Automatisierungsquote",
        "Let through, of all documents.",
        "Durchgelassen, von allen Dokumenten.",
    ),
    "labelled": Heading(
        "Labelled",
        "Mit Sollwerten",
        "Documents let through, with a label for each required field.",
        "Durchgelassene Dokumente mit einem Sollwert zu jedem verlangten Feld.",
    ),
    "error_rate": Heading("Share wrong", "Anteil falsch", "Of the labelled ones.", "Von denen mit Sollwerten."),
    "error_high": Heading(
        "At most",
        "Höchstens",
        "Upper bound of the share wrong, 95 %, by document: for documents like these.",
        "Obere Grenze des Anteils falscher, 95 %, nach Dokumenten: für Dokumente wie diese.",
    ),
    "clusters": Heading("Issuers", "Absender", "Among the labelled ones.", "Unter denen mit Sollwerten."),
    "clusters_with_mistake": Heading("… with a mistake", "… mit Fehler"),
    "cluster_error_high": Heading(
        "At most, by issuer",
        "Höchstens, nach Absendern",
        "The same bound by issuer: for documents of new issuers.",
        "Dieselbe Grenze nach Absendern: für Dokumente neuer Absender.",
    ),
    "needed": Heading(
        "Needed",
        "Nötig",
        "Labelled documents (issuers, where these decide) that would show the target with so many mistakes.",
        "Dokumente mit Sollwerten (oder Absender, wo diese entscheiden), die das Ziel mit so vielen Fehlern belegten.",
    ),
    "automation_status": Heading("Target", "Ziel"),
    "reason": Heading("Why", "Warum"),
    "run": Heading("Run", "Lauf"),
    "date": Heading("Date (UTC)", "Datum (UTC)"),
    "values": Heading("Of", "Von", "Of how many the number speaks.", "Von wie vielen die Zahl spricht."),
    "centre": Heading("Centre", "Mitte", "Of runs that can be compared.", "Der vergleichbaren Läufe."),
    "limit_low": Heading("Limit from", "Grenze von", "Lower limit of chance.", "Untere Grenze des Zufalls."),
    "limit_high": Heading("Limit to", "Grenze bis", "Upper limit of chance.", "Obere Grenze des Zufalls."),
    "ewma": Heading(
        "Moving average", "Gleitender Mittelwert", "The latest run counts 0.2.", "Der letzte Lauf zählt 0,2."
    ),
    "ewma_low": Heading("Its limit from", "Seine Grenze von"),
    "ewma_high": Heading("Its limit to", "Seine Grenze bis"),
    "comparable": Heading("Comparable", "Vergleichbar", "With the latest run.", "Mit dem letzten Lauf."),
    "alarm": Heading("Stands out", "Auffällig"),
    "break": Heading("Line broken by", "Linie unterbrochen durch"),
    "f1_a": Heading("F1 before", "F1 vorher"),
    "f1_b": Heading("F1 now", "F1 jetzt"),
    "f1_difference": Heading("Difference", "Unterschied", "Now minus before.", "Jetzt minus vorher."),
    "verdict": Heading(
        "Verdict",
        "Urteil",
        "No evidence is not equal: the documents cannot tell.",
        "„Kein Beleg“ heißt nicht gleich: Die Dokumente sagen es nicht.",
    ),
    "fixed": Heading(
        "Fixed", "Behoben", "Values only the new run has right.", "Werte, die nur der neue Lauf richtig hat."
    ),
    "broken": Heading(
        "Broken", "Verloren", "Values only the old run has right.", "Werte, die nur der alte Lauf richtig hat."
    ),
}

OUTCOMES: Mapping[str, Heading] = {name: HEADINGS[name] for name in ("correct", "wrong", "missing", "spurious")}

STATUSES: Mapping[str, Heading] = {
    "completed": Heading("answered", "beantwortet"),
    "failed": Heading("failed", "fehlgeschlagen"),
    "pending": Heading("not finished", "nicht fertig"),
    "unclear": Heading("unclear", "unklar"),
}

VERDICTS: Mapping[str, Heading] = {
    "better": Heading("better", "besser"),
    "worse": Heading("worse", "schlechter"),
    "probably better": Heading("probably better", "wahrscheinlich besser"),
    "probably worse": Heading("probably worse", "wahrscheinlich schlechter"),
    "first run only": Heading("first run only", "nur erster Lauf"),
    "second run only": Heading("second run only", "nur zweiter Lauf"),
    "no evidence": Heading("no evidence", "kein Beleg"),
}

_METRICS: Mapping[str, Heading] = {
    "micro_f1": Heading("F1 of {what}, all together (micro)", "F1 {what}, alle zusammen (micro)"),
    "micro_precision": Heading("Precision of {what} (micro)", "Präzision {what} (micro)"),
    "micro_recall": Heading("Recall of {what} (micro)", "Trefferquote {what} (micro)"),
    "micro_accuracy": Heading("Accuracy of {what} (micro)", "Genauigkeit {what} (micro)"),
    "macro_f1": Heading("F1 of {what}, mean of the fields (macro)", "F1 {what}, Mittel der Felder (macro)"),
    "macro_left_out": Heading(
        "Fields of {what} without a value, not in macro", "Felder {what} ohne Wert, nicht in macro"
    ),
    "document_mean_f1": Heading("F1 of {what}, mean of the documents", "F1 {what}, Mittel der Dokumente"),
    "document_mean_anls": Heading(
        "Similarity of texts as written (ANLS), {what}, mean of the documents",
        "Ähnlichkeit der Texte wie geschrieben (ANLS), {what}, Mittel der Dokumente",
    ),
    "row_precision": Heading("Rows delivered that exist", "Gelieferte Zeilen, die es gibt"),
    "row_recall": Heading("Rows that were found", "Gefundene Zeilen"),
    "exact_rows": Heading("Rows with every cell right", "Zeilen, in denen jede Zelle stimmt"),
    "exact_tables": Heading("Documents with every row right", "Dokumente, in denen jede Zeile stimmt"),
}

_WHOLE: Mapping[str, Heading] = {
    "perfect_documents": Heading(
        "Documents without any mistake in the header fields", "Dokumente ohne Fehler in den Kopffeldern"
    ),
    "payable_rate": Heading(
        "Payable: amount, IBAN, recipient and reference right", "Zahlbar: Betrag, IBAN, Empfänger und Referenz richtig"
    ),
    "documents": Heading("Documents with ground truth", "Dokumente mit Wahrheit"),
    "failed": Heading("Documents with ground truth that failed", "Dokumente mit Wahrheit, die fehlschlugen"),
    "coverage": Heading("Documents that were answered, of all sent", "Beantwortete Dokumente, von allen gesendeten"),
    "candidate_recall_1": Heading("Right value is the first candidate", "Richtiger Wert ist der erste Kandidat"),
    "candidate_recall_3": Heading("Right value is among three candidates", "Richtiger Wert ist unter drei Kandidaten"),
    "candidate_recall_all": Heading("Right value is among the candidates", "Richtiger Wert ist unter den Kandidaten"),
}

PROVENANCE: Mapping[str, Heading] = {
    "run": Heading("Run", "Lauf"),
    "truth_name": Heading("Ground truth", "Wahrheit"),
    "made_at": Heading("Evaluated at", "Ausgewertet am"),
    "command": Heading("Command", "Befehl"),
    "service": Heading("Answered by", "Geantwortet hat"),
    "tool_version": Heading("Version of gini-notebook", "Version von gini-notebook"),
    "python_version": Heading("Version of Python", "Version von Python"),
    "spec_version": Heading("Edition of the metrics", "Ausgabe der Metriken"),
    "wrong": Heading("A wrong value counts against", "Ein falscher Wert zählt gegen"),
    "seed": Heading("Seed of random draws", "Startwert der Zufallszahlen"),
    "documents_sent": Heading("Documents sent", "Gesendete Dokumente"),
    "documents_unclear": Heading("Uploads of unknown outcome", "Uploads mit unbekanntem Ausgang"),
    "documents_without_truth": Heading("Documents without ground truth", "Dokumente ohne Wahrheit"),
    "documents_not_sent": Heading("Labelled, and not sent", "Mit Wahrheit, nicht gesendet"),
    "never_delivered": Heading("Fields never delivered", "Nie gelieferte Felder"),
    "left_out_fields": Heading("Columns of the truth left out", "Ausgelassene Spalten der Wahrheit"),
    "unlabelled_fields": Heading("Fields nobody labelled", "Felder ohne Wahrheit"),
    "approximately_aligned": Heading("Rows paired approximately", "Zeilen näherungsweise gepaart"),
    "truth_hash": Heading("Hash of the ground truth", "Hash der Wahrheit"),
    "extractions_hash": Heading("Hash of the extractions", "Hash der Extraktionen"),
    "truth_rule": Heading("How empty cells are read", "Wie leere Zellen gelesen werden"),
}
"""What the provenance says, names first and hashes last; what is not named here stands between them by its own name."""

SETTINGS: Mapping[str, Heading] = {
    **PROVENANCE,
    "fields": Heading("Fields evaluated", "Ausgewertete Felder"),
    "currency_default": Heading("Currency of amounts without one", "Währung von Beträgen ohne Angabe"),
    "required": Heading("Fields of a perfect document", "Felder eines fehlerfreien Dokuments"),
    "key": Heading("Columns that rows are paired by", "Spalten, nach denen Zeilen gepaart werden"),
    "order": Heading("Rows are paired by", "Zeilen werden gepaart nach"),
    "remittance": Heading("Reference and purpose", "Referenz und Verwendungszweck"),
    "min_confidence": Heading("Least confidence", "Geringste Konfidenz"),
    "cluster": Heading("Unit of intervals", "Einheit der Intervalle"),
    "weights": Heading("Weights of documents", "Gewichte der Dokumente"),
    "unread_truth": Heading("Labels that were not read", "Nicht gelesene Sollwerte"),
    "api_version": Heading("Version of the API", "Version der API"),
}
"""What there is to set, beside the provenance."""


# What some of it is in German.
_VALUES: Mapping[str, Callable[[str], str]] = {
    "wrong": lambda value: {"both": "Präzision und Trefferquote", "fp": "nur die Präzision"}.get(value, value),
    "truth_rule": truth_rule_in_german,
    "order": lambda value: {"content": "Inhalt", "strict": "Nummer"}.get(value, value),
    "remittance": lambda value: {"either": "eine darf in der anderen stehen", "strict": "jede für sich"}.get(
        value, value
    ),
    "service": lambda value: {"sandbox": "Sandbox", "service": "Dienst"}.get(value, value),
    "cluster": lambda value: {"document": "Dokument"}.get(value, value),
}
_SOURCES = {
    "NATIVE": "mit Textebene",
    "SCANNED": "Scan",
    "SANDWICH": "Scan mit Textebene",
    "TEXT": "reiner Text",
    "COMPOSITE": "mehrere Dateien",
}


# These have sheets and sections of their own.
_ELSEWHERE = ("rules", "notes", "failed_without_truth")


def is_count(metric: str) -> bool:
    """Return whether a number of ``Evaluation.summary`` is a count and no share."""
    return metric in ("documents", "failed") or metric.endswith("macro_left_out")


def in_words(provenance: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return what the provenance says, in the order and the words of :data:`PROVENANCE`; nothing of what is empty."""
    known = list(PROVENANCE)
    said = {key: plain(value) for key, value in provenance.items() if key not in _ELSEWHERE}
    order = {key: (known.index(key) if key in known else len(known) - 3) for key in said}
    keys = sorted((key for key, value in said.items() if value), key=order.__getitem__)
    return {setting_name(key, language): setting_value(key, said[key], language) for key in keys}


def setting_name(key: str, language: str) -> str:
    """Return what a setting, or what is known of how something was made, is called; its own name where it has none."""
    return SETTINGS[key].name(language) if key in SETTINGS else key


def setting_value(key: str, value: Any, language: str) -> str:
    """Return what a setting is, as it is written in a language."""
    said = plain(value)
    return _VALUES[key](said) if said and language == "de" and key in _VALUES else said


def cause_name(cause: Any, language: str) -> str:
    """Return why a value is wrong; nothing if no cause is known."""
    return "" if missing(cause) else cause_in_german(str(cause)) if language == "de" else str(cause)


def column_name(column: str, language: str) -> str:
    """Return what a column of the documents table is called within a sentence; its own name where it has no other."""
    if column not in HEADINGS:
        return column
    name = HEADINGS[column].name(language)
    return name if language == "de" else name.lower()


def source_name(value: Any, column: str, language: str) -> Any:
    """Return a value of the documents table; in German, what the service takes a document for is said in words."""
    return _SOURCES.get(value, value) if language == "de" and column == "source_classification" else value


def metric_name(metric: str, language: str) -> str:
    """Return what a number of ``Evaluation.summary`` is called; its own name where it has no other.

    Examples
    --------
    >>> metric_name("lineItems_micro_f1", "en")
    'F1 of the line items, all together (micro)'
    >>> metric_name("answered_micro_f1", "de")
    'F1 der Kopffelder, alle zusammen (micro), nur beantwortete Dokumente'
    """
    if metric in _WHOLE:
        return _WHOLE[metric].name(language)
    answered = metric.startswith("answered_")
    bare = metric.removeprefix("answered_")
    kind = next((name for name in _METRICS if bare == name or bare.endswith(f"_{name}")), None)
    if kind is None:
        return metric
    group = bare.removesuffix(kind).rstrip("_")
    named = _METRICS[kind].name(language)
    said = named.format(what=group_name(group, language)) if "{what}" in named else f"{group}: {named}"
    if not answered:
        return said
    return said + (", nur beantwortete Dokumente" if language == "de" else ", answered documents only")


def group_name(group: str, language: str) -> str:
    """Return what the fields of a group are called within a name."""
    if group == LINE_ITEMS:
        return "der Positionen" if language == "de" else "the line items"
    if group:
        return f"von {group}" if language == "de" else group
    return "der Kopffelder" if language == "de" else "the header fields"
