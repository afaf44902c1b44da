"""What the package says in the middle of a sentence, in German: causes of mistakes, and details of notes.

Both are made where something is noticed, in English, and are kept so in results and files; whoever writes a German
sentence asks here. What is not ours (names of columns, sheets and files) stays as it is.
"""

import re
from collections.abc import Callable, Mapping

__all__ = [
    "breaks_in_german",
    "cause_in_german",
    "detail_in_german",
    "name_in_german",
    "number_in_german",
    "truth_rule_in_german",
]

_SIGNS = str.maketrans(",.", ".,")

_CAUSES = {
    "unparsed": "nicht lesbar",
    "currency": "Währung",
    "currency_missing": "Währung fehlt",
    "sign": "Vorzeichen",
    "factor": "Faktor",
    "minor unit": "Nachkommastellen",
    "one character": "ein Zeichen",
    "truncated": "abgeschnitten",
    "extended": "mit Zusatz",
    "case or blank": "Groß- und Kleinschreibung oder Leerzeichen",
    "umlaut": "Umlaut",
    "another field": "anderes Feld",
    "another row": "andere Zeile",
    "swapped day and month": "Tag und Monat vertauscht",
    "other": "sonstige",
}
# What stands first behind the colon of a cause; the rest are characters and names.
_CAUSE_WORDS = {
    "both": "beide",
    "truth": "Wahrheit",
    "extracted": "Extrahiert",
    "deletion": "fehlt",
    "insertion": "eingefügt",
    "substitution": "ersetzt",
    "transposition": "vertauscht",
}

_NOTATIONS = {
    "": "",
    "German ": " in deutscher Schreibweise",
    "Swiss ": " in Schweizer Schreibweise",
    "English ": " in englischer Schreibweise",
    "several notations of ": " in mehreren Schreibweisen",
}
_DETAILS = {
    "first run": "erster Lauf",
    "second run": "zweiter Lauf",
    "ground truth": "Wahrheit",
    "first ground truth": "erste Wahrheit",
    "second ground truth": "zweite Wahrheit",
    "extractions": "Extraktionen",
    "OCR is not installed": "OCR ist nicht installiert",
    "OCR is switched off": "OCR ist abgeschaltet",
    "amount": "Betrag",
    "number": "Zahl",
    "numeric": "Zahl",
    "integer": "ganze Zahl",
    "date": "Datum",
    "currency": "Währung",
    "timeperiod": "Zeitraum",
    "bool": "wahr oder falsch",
    "true or false": "wahr oder falsch",
    "account numbers behind a word": "Kontonummern hinter einem Wort",
    "amounts with the currency of the cell's format": "Beträge mit der Währung des Zellformats",
    "amounts in another notation than the rest of their column": "Beträge in anderer Schreibweise als der Rest der "
    "Spalte",
    "numbers in another notation than the rest of their column": "Zahlen in anderer Schreibweise als der Rest der "
    "Spalte",
    "percentages": "Prozente",
    "percentages as they stand there (0.02 is 0.02 %, not 2 %)": "Prozente, wie sie dastehen "
    "(0,02 ist 0,02 %, nicht 2 %)",
    "dates, without the time of day": "Datum ohne Uhrzeit",
    "dates counted in days by a spreadsheet": "Datum, als Tage gezählt von einer Tabellenkalkulation",
    "dates with the month first": "Datum mit dem Monat voran",
    "dates with the day first": "Datum mit dem Tag voran",
    ": not one was looked for": ": keiner wurde gesucht",
    "hidden": "ausgeblendet",
    "sums": "Summen",
    "lines": "Trennlinien",
    "remarks below the table": "Bemerkungen unter der Tabelle",
    "above the header of the table": "über der Kopfzeile der Tabelle",
    "the names of the columns once more": "noch einmal die Namen der Spalten",
    "no table of documents": "keine Tabelle von Dokumenten",
    "blanks, backslashes or ./": "Leerzeichen, umgekehrte Schrägstriche oder ./",
    "e-invoices beside documents": "E-Rechnungen neben Dokumenten",
    "corrected extractions": "korrigierte Extraktionen",
    "a table with cells in single quotes": "Tabelle mit Zellen in einfachen Anführungszeichen",
    "Windows-1252, as it is not UTF-8": "Windows-1252, da es kein UTF-8 ist",
    **{f"{of}numbers": f"Zahlen{how}" for of, how in _NOTATIONS.items()},
    **{f"{of}amounts": f"Beträge{how}" for of, how in _NOTATIONS.items()},
    **{f"{of}amounts with a currency": f"Beträge{how}, mit Währung" for of, how in _NOTATIONS.items()},
}
# Why files were not sent: each behind its number.
_REASONS = {
    "hidden": "versteckt",
    "link loop": "Verweis im Kreis",
    "link to nothing": "Verweis ins Leere",
    "searched already by another path": "auf anderem Weg schon durchsucht",
    "empty folder": "leerer Ordner",
    "cannot be read": "nicht lesbar",
    "folder matched by a pattern, which takes files": "Ordner, wo ein Muster Dateien meint",
    "not a regular file": "keine gewöhnliche Datei",
    "picture of a kind that the service does not read": "Bild einer Art, die der Dienst nicht liest",
    "e-invoice, sent only on request": "E-Rechnung, nur auf Wunsch gesendet",
    "e-invoice beside a PDF, sent only on request": "E-Rechnung neben einem PDF, nur auf Wunsch gesendet",
    "unknown kind": "unbekannte Art",
}
# Why runs before and after cannot be compared.
_BREAKS = {
    "another edition of the metrics": "andere Ausgabe der Metriken",
    "other rules or settings": "andere Regeln oder Einstellungen",
    "another service": "ein anderer Dienst",
    "another version of the API": "eine andere Version der API",
    "another unit of the intervals": "eine andere Einheit der Intervalle",
    "documents weighted otherwise": "Dokumente anders gewichtet",
    "other labels of the same documents": "andere Sollwerte derselben Dokumente",
    "other documents than each time before": "andere Dokumente als bisher jedes Mal",
}
# What is said of a page that is drawn, or is not; names stand before and behind.
_OF_PAGES = (
    ("has no excerpt: the box lies beside the page.", "hat keinen Ausschnitt: Das Rechteck liegt neben der Seite."),
    (
        "has no excerpt: the box is too large for one value.",
        "hat keinen Ausschnitt: Das Rechteck ist zu groß für einen Wert.",
    ),
    ("cannot be drawn: it is no PDF and no picture that can be read.", "ist weder PDF noch lesbares Bild."),
    ("cannot be drawn:", "lässt sich nicht zeichnen:"),
    ("is not among the documents given with documents=.", "ist nicht unter den Dokumenten von documents=."),
    ("cannot be read in", "ist nicht lesbar in"),
    ("No such file or directory", "keine solche Datei"),
    (
        "Boxes on pictures are placed by a guess of their resolution; client= asks the service.",
        "Rechtecke auf Bildern sind nach geschätzter Auflösung gesetzt.",
    ),
)
_NO_PAGE = re.compile(r" has no page (\d+); it has (\d+)\.")
_TRUTH_RULE = {
    "A missing key or an empty cell is unlabelled; null and a row without a value are empty": "Ein fehlender Schlüssel "
    "und eine leere Zelle bedeuten: kein Sollwert; null und eine Zeile ohne Wert bedeuten: nicht vorhanden",
    ", and so are the declared fields where they lack: ": "; ebenso deklarierte Felder, wo sie fehlen: ",
}
_REASON = re.compile(rf"(?<=\d )({'|'.join(sorted(map(re.escape, _REASONS), key=len, reverse=True))})(?=, \d|$)")
_NEAR = re.compile(r"(?<=\S) is near (?=\w+(?:; |\)$))")
# Why a column of the ground truth was not taken for what it seems to be.
_DOUBTS = (
    (
        re.compile(r"(?<=: )with or without tax\? baseGross is the price of one unit with it(?=; |\)$)"),
        "mit oder ohne Steuer? baseGross ist der Preis je Einheit mit Steuer",
    ),
    (
        re.compile(r"(?<=: )differs between rows of one document, so it is not (\w+)(?=; |\)$)"),
        r"verschieden in Zeilen eines Dokuments, also nicht \1",
    ),
)
# In what names of documents differ: one of these, or several.
_DIFFERENCES = {
    "blanks or their Unicode form": "Leerzeichen oder Unicode-Form",
    "case": "Groß- und Kleinschreibung",
    "the folder": "Ordner",
    "the ending": "Endung",
    "and": "und",
}
_DIFFERENCE = re.compile("|".join(_DIFFERENCES))
_NOT_DRAWN = {"not finished": "nicht fertig", "labelled already": "schon mit Sollwerten"}
_TAKEN_AWAY = re.compile(r"^(\d+) of them taken away$")
_NOT_DRAWN_WORD = re.compile("|".join(_NOT_DRAWN))
_RANGE = re.compile(r"^(-?[\d.e+-]+) to (-?[\d.e+-]+)$")
_MORE = re.compile(r" and (\d+) more$")
_SHEET = re.compile(r"^sheet ('.*') of (.+)$", re.DOTALL)
_NEAREST = re.compile(r" \(nearest: (.*)\)$", re.DOTALL)
_COLUMN = re.compile(r"^column ([A-Z]{1,3})$")
_CAUSE_WORD = re.compile(rf"^({'|'.join(_CAUSE_WORDS)})(?= |$)")


def breaks_in_german(reasons: str) -> str:
    """Write in German why a line of runs is broken; marks stay as somebody wrote them."""
    return "; ".join(_BREAKS.get(reason, reason) for reason in reasons.split("; "))


def told_of_pages_in_german(text: str) -> str:
    """Write in German why a page is not shown, or what is uncertain about it."""
    for english, german in _OF_PAGES:
        text = text.replace(english, german)
    return _NO_PAGE.sub(r" hat keine Seite \1; es hat \2.", text)


def cause_in_german(cause: str) -> str:
    """Return why a value is wrong, which is one of the causes or one of them with details, in German.

    Examples
    --------
    >>> cause_in_german("one character: substitution 4→5"), cause_in_german("another field: net")
    ('ein Zeichen: ersetzt 4→5', 'anderes Feld: net')
    """
    name, colon, rest = cause.partition(": ")
    if name not in _CAUSES:
        return cause
    if name in ("unparsed", "currency_missing", "one character"):
        rest = _CAUSE_WORD.sub(lambda found: _CAUSE_WORDS[found[1]], rest)
    return f"{_CAUSES[name]}{colon}{rest}"


def name_in_german(name: str) -> str:
    """Return a name that a note speaks of, or an example; what is ours in it (sheet, column, nearest) in German."""
    named = _COLUMN.sub(r"Spalte \1", _SHEET.sub(r"Blatt \1 von \2", name))
    return _NEAREST.sub(r" (am nächsten: \1)", named)


def truth_rule_in_german(rule: str) -> str:
    """Return how empty cells of the ground truth are read, in German."""
    for english, german in _TRUTH_RULE.items():
        rule = rule.replace(english, german)
    return rule


def detail_in_german(kind: str, detail: str) -> str:
    """Return the detail of a note of this kind in German; what is not ours stays as it is.

    Examples
    --------
    >>> detail_in_german("files_left_out", "2 hidden, 1 link loop"), detail_in_german("confidence_scale", "0.5 to 100")
    ('2 versteckt, 1 Verweis im Kreis', '0,5 bis 100')
    >>> detail_in_german("documents_unpaired", "Rechnungen.csv")
    'Rechnungen.csv'
    """
    if kind in _OF_KIND:
        return _OF_KIND[kind](detail)
    return _DETAILS.get(detail) or name_in_german(detail)


def _comma(number: str) -> str:
    return number.replace(".", ",")


def _near(detail: str) -> str:
    for phrase, german in _DOUBTS:
        detail = phrase.sub(german, detail)
    return _NEAR.sub(" ähnelt ", detail)


_OF_KIND: Mapping[str, Callable[[str], str]] = {
    "mistakes_alike": cause_in_german,
    "files_left_out": lambda detail: _REASON.sub(lambda found: _REASONS[found[1]], detail),
    "few_values": lambda detail: _MORE.sub(r" und \1 weitere", detail),
    "confidence_scale": lambda detail: _RANGE.sub(lambda found: f"{_comma(found[1])} bis {_comma(found[2])}", detail),
    "threshold_above_all": _comma,
    "documents_not_drawn": lambda detail: _NOT_DRAWN_WORD.sub(lambda found: _NOT_DRAWN[found[0]], detail),
    "columns_understood": lambda detail: detail and f" von {name_in_german(detail.removeprefix(' of '))}",
    "documents_paired": lambda detail: _DIFFERENCE.sub(lambda found: _DIFFERENCES[found[0]], detail),
    "edits_folded": lambda detail: _TAKEN_AWAY.sub(r"davon \1 entfernt", detail),
    **dict.fromkeys(
        ("fields_left_out", "columns_lacking", "columns_unknown", "declared_unknown", "edits_of_unknown_fields"), _near
    ),
    # Names of columns, of files and of versions, which may be words of ours by chance.
    **dict.fromkeys(("few_clusters", "cluster_unknown", "edits_torn", "truth_differs", "tools_differ"), str),
}


def number_in_german(text: str) -> str:
    """Return a number, or several, with a decimal comma and points between thousands.

    Examples
    --------
    >>> number_in_german("1,234.5")
    '1.234,5'
    """
    return text.translate(_SIGNS)
