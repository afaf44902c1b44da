"""What pictures say, in English and German, and how numbers are written in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Literal, get_args

from gini_notebook._german import cause_in_german, number_in_german
from gini_notebook.errors import SettingError

Language = Literal["en", "de"]
LANGUAGES = get_args(Language)
_THIN = "\u202f"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts and numbers of one language."""

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            message = f"There is no language {self.language!r} for pictures; choose one of {', '.join(LANGUAGES)}."
            raise SettingError(message)

    def say(self, key: str, **values: object) -> str:
        """Return a text with values put in; texts of documents are put in as they are."""
        return _TEXTS[key][LANGUAGES.index(self.language)].format_map(values)

    def cause(self, cause: str) -> str:
        """Return why a value is wrong, in words of the language."""
        return cause_in_german(cause) if self.language == "de" else cause

    def score(self, value: float, digits: int = 3) -> str:
        """Write a score; "n/a" where it is undefined."""
        return "n/a" if isnan(value) else self._point(f"{value:.{digits}f}")

    def signed(self, value: float, digits: int = 3) -> str:
        """Write a difference with its sign."""
        return "n/a" if isnan(value) else self._point(f"{value:+.{digits}f}".replace("-", "\u2212"))

    def metric(self, name: str) -> str:
        """Return what a number of a history is called."""
        return _METRICS.get(name, name) if self.language == "de" else name.replace("_", " ")

    def count(self, value: int) -> str:
        """Write a count."""
        return self._point(f"{int(value):,}")

    def percent(self, share: float, digits: int = 0) -> str:
        """Write a share as a percentage."""
        if isnan(share):
            return "n/a"
        return self._point(f"{share * 100:.{digits}f}") + (" %" if self.language == "en" else f"{_THIN}%")

    def short(self, value: float) -> str:
        """Write a number of a tick, with no more digits than it has."""
        return self._point(f"{value:g}" if abs(value) < 10_000 else f"{value:,.0f}")

    def _point(self, number: str) -> str:
        return number if self.language == "en" else number_in_german(number)


_METRICS = {
    "payable_rate": "Anteil zahlbarer Dokumente",
    "perfect_documents": "Anteil fehlerfreier Dokumente",
    "coverage": "Anteil beantworteter Dokumente",
    "micro_f1": "F1 der Kopffelder",
    "micro_precision": "Präzision der Kopffelder",
    "micro_recall": "Trefferquote der Kopffelder",
}
_TEXTS: Mapping[str, tuple[str, str]] = {
    "nothing": ("nothing to draw: {reason}", "nichts zu zeichnen: {reason}"),
    "more": ("… {count} more", "… {count} weitere"),
    "f1": ("F1", "F1"),
    "precision": ("precision", "Precision"),
    "recall": ("recall", "Recall"),
    "accuracy": ("accuracy", "Accuracy"),
    "correct": ("correct", "richtig"),
    "wrong": ("wrong", "falsch"),
    "missing": ("missing", "fehlt"),
    "spurious": ("spurious", "zu viel"),
    "n": ("n", "n"),
    "no_fields": ("no field has a value", "kein Feld hat einen Wert"),
    "scores_title": ("{metric} per field, {level} interval", "{metric} je Feld, {level}-Intervall"),
    "weakest": ("{field} is the weakest field: {metric} {score}", "{field} ist das schwächste Feld: {metric} {score}"),
    "average_header": (
        "Dashed: all header fields together, {score}.",
        "Gestrichelt: alle Kopffelder zusammen, {score}.",
    ),
    "average_group": ("Dashed: all columns of {group}, {score}.", "Gestrichelt: alle Spalten von {group}, {score}."),
    "band": ("Band: {level} interval; n: values in the truth.", "Band: {level}-Intervall; n: Werte der Wahrheit."),
    "few": (
        "Below the rule, hollow: unranked, as fewer than 30 values are too few to rank.",
        "Unter der Linie, hohl: ohne Rang, da weniger als 30 Werte zu wenige für eine Reihenfolge sind.",
    ),
    "few_all": (
        "All hollow: unranked, in the order of the fields; each has fewer than 30 values.",
        "Alle hohl: ohne Rang, in der Reihenfolge der Felder; jedes hat weniger als 30 Werte.",
    ),
    "few_hollow": ("Hollow: fewer than 30 values.", "Hohl: weniger als 30 Werte."),
    "target": ("Line: the gate, {value}.", "Linie: die Schranke, {value}."),
    "zoomed": ("The axis begins at {value}.", "Die Achse beginnt bei {value}."),
    "zoom_end": ("The axis ends at {value}.", "Die Achse endet bei {value}."),
    "documents": ("documents", "Dokumente"),
    "documents_n": ("{count} documents.", "{count} Dokumente."),
    "outcomes_title": ("What became of the values", "Was aus den Werten wurde"),
    "values": ("values", "Werte"),
    "patterns_title": ("Where documents go wrong together", "Wo Dokumente gemeinsam falsch sind"),
    "patterns_finding": (
        "{documents} of {all} documents with the same mistakes hold {count} of {total} mistakes",
        "{documents} von {all} Dokumenten mit gleichen Fehlern enthalten {count} von {total} Fehlern",
    ),
    "no_mistakes_at_all": ("No mistake in {count} documents", "Kein Fehler in {count} Dokumenten"),
    "no_documents": ("no documents", "keine Dokumente"),
    "no_mistake": ("no mistake", "kein Fehler"),
    "right": ("right or not there", "richtig oder nicht da"),
    "all_of": ("all {slice}", "alle {slice}"),
    "some_of": ("{count} of {all} {slice}", "{count} von {all} {slice}"),
    "no_slice": ("no value", "ohne Wert"),
    "other_fields": (
        "{count} fields with fewer mistakes are left out.",
        "{count} Felder mit weniger Fehlern fehlen.",
    ),
    "causes_title": ("Why values are wrong", "Warum Werte falsch sind"),
    "causes_finding": (
        "{share} of the wrong values have one cause: {cause}",
        "{share} der falschen Werte haben eine Ursache: {cause}",
    ),
    "no_wrong": ("no value is wrong", "kein Wert ist falsch"),
    "no_cause": ("no cause found", "keine Ursache gefunden"),
    "share": ("share", "Anteil"),
    "count": ("count", "Anzahl"),
    "slices_title": ("{metric} by {column}", "{metric} nach {column}"),
    "slices_low": ("{column} {slice} stands out: {metric} {score}", "{column} {slice} fällt auf: {metric} {score}"),
    "slices_none": ("No {column} stands out", "Kein {column} fällt auf"),
    "funnel_note": (
        "Lines: 95 % (inner) and 99.8 % of slices of that size around the average {score}, if chance alone made them "
        "differ.",
        "Linien: 95 % (innen) und 99,8 % der Teile dieser Größe um den Durchschnitt {score}, wenn nur der Zufall sie "
        "unterscheidet.",
    ),
    "funnel_wider": (
        "Widened by {factor}: slices differ more than by chance.",
        "Um {factor} geweitet: die Teile unterscheiden sich mehr als zufällig.",
    ),
    "in_slice": ("documents in the slice", "Dokumente im Teil"),
    "no_slices": ("no slice has a value", "kein Teil hat einen Wert"),
    "confidence_title": ("Wrong values among those kept", "Falsche Werte unter den behaltenen"),
    "confidence_finding": (
        "From {threshold} on, {kept} are kept and {wrong} of them are wrong",
        "Ab {threshold} werden {kept} behalten, davon sind {wrong} falsch",
    ),
    "no_confidence": (
        "these extractions have no confidence; the service delivers none",
        "diese Extraktionen haben keine Konfidenz; der Dienst liefert keine",
    ),
    "no_predictions": ("nothing was extracted", "nichts wurde extrahiert"),
    "kept_axis": ("share of the values kept", "Anteil der behaltenen Werte"),
    "wrong_axis": ("share wrong among them", "Anteil falscher darunter"),
    "threshold_chosen": (
        "Chosen for precision {target} on one half of the documents; on the other: {status}.",
        "Gewählt für Precision {target} auf einer Hälfte der Dokumente; auf der anderen: {status}.",
    ),
    "no_threshold": (
        "No threshold for precision {target}: {status}.",
        "Keine Schwelle für Precision {target}: {status}.",
    ),
    "confirmed": ("confirmed", "bestätigt"),
    "refuted": ("refuted", "widerlegt"),
    "unconfirmed": ("unconfirmed", "unbestätigt"),
    "not reachable": ("not reachable", "nicht erreichbar"),
    "not enough data": ("not enough data", "zu wenige Daten"),
    "bound_band": ("Band: {level} interval (documents).", "Band: {level}-Intervall (Dokumente)."),
    "reliability_title": ("Are confidences honest?", "Sind Konfidenzen ehrlich?"),
    "reliability_over": (
        "Confidences promise too much in {count} of {all} bins",
        "Konfidenzen versprechen in {count} von {all} Klassen zu viel",
    ),
    "reliability_under": (
        "Confidences promise too little in {count} of {all} bins",
        "Konfidenzen versprechen in {count} von {all} Klassen zu wenig",
    ),
    "reliability_fits": (
        "No bin contradicts its confidence",
        "Keine Klasse widerspricht ihrer Konfidenz",
    ),
    "confidence_axis": ("confidence", "Konfidenz"),
    "right_axis": ("share right", "Anteil richtig"),
    "reliability_note": (
        "Bins of about equal count ({low} to {high} values), 95 % interval of Wilson; diagonal: as promised.",
        "Klassen etwa gleicher Größe ({low} bis {high} Werte), 95-%-Intervall nach Wilson; Diagonale: wie versprochen.",
    ),
    "candidates_title": ("Not read, or not chosen", "Nicht gelesen oder nicht gewählt"),
    "no_candidates": ("no candidates are known", "keine Kandidaten bekannt"),
    "recall_1": ("first", "erster"),
    "recall_3": ("among 3", "unter 3"),
    "recall_all": ("anywhere", "irgendwo"),
    "candidates_note": (
        "Share of values that stand first, among the first three, or anywhere in their list of candidates; n: values. "
        "What is computed or put together can be right, and is no candidate.",
        "Anteil der Werte, die in ihrer Kandidatenliste an erster Stelle, unter den ersten drei oder irgendwo stehen; "
        "n: Werte. Berechnetes und Zusammengesetztes kann richtig sein, ohne Kandidat zu sein.",
    ),
    "line_items_title": ("{group}: rows found, and cells in them", "{group}: gefundene Zeilen und Zellen darin"),
    "rows": ("rows", "Zeilen"),
    "row_missed": ("{missed} of {all} rows are missed", "{missed} von {all} Zeilen fehlen"),
    "rows_note": (
        "Rows: correct is paired, missing is missed, spurious is invented. Written in: counts.",
        "Zeilen: richtig ist gepaart, fehlt ist übersehen, zu viel ist erfunden. Eingetragen: Anzahlen.",
    ),
    "no_rows": ("there is no compound {group}", "es gibt keine Gruppe {group}"),
    "comparison_none": ("No field differs by more than chance", "Kein Feld unterscheidet sich mehr als zufällig"),
    "comparison_some": (
        "{better} fields are better, {worse} are worse",
        "{better} Felder sind besser, {worse} schlechter",
    ),
    "comparison_head": ("F1, first ○ → second ●", "F1, erster ○ → zweiter ●"),
    "difference_head": ("difference, {level} interval", "Differenz, {level}-Intervall"),
    "one_run": ("Only in one run: {fields}.", "Nur in einem Lauf: {fields}."),
    "comparison_note": (
        "Coloured: the paired interval leaves out 0 and the test agrees. Grey: no evidence, which does not mean equal.",
        "Farbig: das gepaarte Intervall lässt 0 aus, und der Test stimmt zu. Grau: kein Beleg, was nicht gleich heißt.",
    ),
    "better": ("better", "besser"),
    "worse": ("worse", "schlechter"),
    "no evidence": ("no evidence", "kein Beleg"),
    "probably better": ("probably better", "wohl besser"),
    "probably worse": ("probably worse", "wohl schlechter"),
    "first run only": ("first run only", "nur im ersten Lauf"),
    "second run only": ("second run only", "nur im zweiten Lauf"),
    "no_pairs": ("no field was compared", "kein Feld wurde verglichen"),
    "changes_title": ("{fixed} values fixed, {broken} broken", "{fixed} Werte behoben, {broken} verdorben"),
    "no_changes": ("no value was fixed or broken", "kein Wert wurde behoben oder verdorben"),
    "broken": ("broken", "verdorben"),
    "fixed": ("fixed", "behoben"),
    "automation_axis": ("share of the documents paid unseen", "Anteil ungesehen bezahlter Dokumente"),
    "automation_none": ("For no rule the target is shown", "Für keine Regel ist das Ziel belegt"),
    "automation_some": (
        "With '{rule}', {kept} could be paid unseen: {target} right is shown",
        "Mit „{rule}“ wären {kept} ungesehen zahlbar: {target} richtig ist belegt",
    ),
    "automation_slices": (
        "{target} right is shown in {count} of {all} slices",
        "{target} richtig ist in {count} von {all} Teilen belegt",
    ),
    "automation_unlabelled": (
        "no rule keeps a document with all labels",
        "keine Regel lässt ein Dokument mit allen Sollwerten durch",
    ),
    "automation_unknown": ("unknown", "unbekannt"),
    "automation_shown": ("target shown", "Ziel belegt"),
    "automation_not_shown": ("not shown", "nicht belegt"),
    "automation_by_issuer": ("at most, by issuer", "höchstens, nach Absendern"),
    "automation_above": (
        "By issuer up to {high}: above this picture. Triangles at the top.",
        "Nach Absendern bis {high}: über dem Bild. Dreiecke am Rand.",
    ),
    "automation_note": (
        "Lines: at most, 95 % confidence, by document. Dashed: what {target} right allows. Each rule by itself.",
        "Linien: höchstens, 95 % sicher, nach Dokumenten. Gestrichelt: was {target} richtig erlaubt. "
        "Jede Regel für sich.",
    ),
    "times_title": (
        "Seconds until a result: half within {median}",
        "Sekunden bis zum Ergebnis: die Hälfte in {median}",
    ),
    "times_axis": ("seconds", "Sekunden"),
    "times_share": ("share of the documents", "Anteil der Dokumente"),
    "times_note": (
        "Median {median}, 95 % within {high}; {count} documents.",
        "Median {median}, 95 % innerhalb von {high}; {count} Dokumente.",
    ),
    "times_few": (
        "fewer than 5 documents have a time",
        "weniger als 5 Dokumente haben eine Zeit",
    ),
    "throughput_title": (
        "{count} documents in {duration}: {rate} a minute",
        "{count} Dokumente in {duration}: {rate} je Minute",
    ),
    "throughput_axis": ("minutes since the first upload", "Minuten seit dem ersten Hochladen"),
    "throughput_done": ("documents done", "fertige Dokumente"),
    "throughput_failed": ("Ticks below: {count} documents failed.", "Striche unten: {count} Dokumente gescheitert."),
    "throughput_none": ("no document has a time", "kein Dokument hat eine Zeit"),
    "slices_confidence_title": (
        "Precision at the threshold of all, by slice",
        "Precision an der Schwelle aller, nach Teil",
    ),
    "slices_confidence_note": (
        "Line to the left: one-sided {level} lower bound; line: the target {target}; n: values kept.",
        "Linie nach links: einseitige untere Schranke ({level}); Linie: das Ziel {target}; n: behaltene Werte.",
    ),
    "status": ("status", "Status"),
    "trend_title": ("{metric} over {count} runs", "{metric} über {count} Läufe"),
    "trend_alarm": ("{metric} of {run} is outside its limits", "{metric} von {run} liegt außerhalb der Grenzen"),
    "trend_eight": (
        "{metric}: eight runs on one side of the line, up to {run}",
        "{metric}: acht Läufe auf einer Seite der Linie, bis {run}",
    ),
    "trend_drift": (
        "{metric}: a slow drift, seen at {run}",
        "{metric}: eine langsame Drift, gesehen bei {run}",
    ),
    "trend_ewma": (
        "Thin line: moving average (EWMA, the latest run counts 0.2); ♦ outside its limits.",
        "Dünne Linie: gleitender Mittelwert (EWMA, der letzte Lauf zählt 0,2); ♦ außerhalb seiner Grenzen.",
    ),
    "trend_steady": (
        "{metric}: nothing but chance in {count} runs",
        "{metric}: nur Zufall in {count} Läufen",
    ),
    "no_runs": ("the history has no run with {metric}", "die Historie hat keinen Lauf mit {metric}"),
    "trend_few": (
        "Fewer than 8 comparable runs: too few for limits.",
        "Weniger als 8 vergleichbare Läufe: zu wenige für Grenzen.",
    ),
    "trend_limits": (
        "Line and limits: what the first {count} runs say, frozen; × outside the limits, ▲ the eighth on one side.",
        "Linie und Grenzen: aus den ersten {count} Läufen, dann fest; × außerhalb der Grenzen, ▲ der achte auf einer "
        "Seite.",
    ),
    "trend_limits_so_far": (
        "Line and limits: what {count} runs say so far; × outside the limits, ▲ the eighth on one side.",
        "Linie und Grenzen: aus bisher {count} Läufen; × außerhalb der Grenzen, ▲ der achte auf einer Seite.",
    ),
    "trend_same": (
        "The same documents each time: limits of sampling do not apply; compare runs in pairs.",
        "Jedes Mal dieselben Dokumente: Grenzen der Stichprobe gelten nicht; Läufe paarweise vergleichen.",
    ),
    "trend_breaks": ("Broken line: {reasons}.", "Linie unterbrochen: {reasons}."),
    "trend_spread": (
        "Limits widened by {factor}: runs differ more than by chance (Laney).",
        "Grenzen um {factor} geweitet: Läufe unterscheiden sich mehr als zufällig (Laney).",
    ),
}
