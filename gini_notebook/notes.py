"""Notes: whatever could make a number mean something else than its reader thinks.

A note is a value. It is made where something is noticed (a table read, two tables compared, a run ended), travels with
the result, and stands wherever the number stands: in displays, tables of the shell, reports and exports. Its text never
holds a value of a document; its examples do, so they are for the screen of whoever asked and obey masking elsewhere.

Every kind of note is described once, in :data:`KINDS`: how grave it is, what it says in English and German, and what to
do about it in Python (in both languages) and in the shell. Gates (:data:`GATES`) count notes by name, as ``unpaired<=0``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from gini_notebook import schema
from gini_notebook._german import detail_in_german, name_in_german
from gini_notebook._text import printable, shown_of

__all__ = [
    "EXAMPLES",
    "GATES",
    "KINDS",
    "Kind",
    "Language",
    "Level",
    "Note",
    "as_plain",
    "as_text",
    "counted",
    "frame",
    "from_plain",
    "merged",
    "ordered",
]

if TYPE_CHECKING:
    import pandas as pd

Level = Literal["must", "info"]
Language = Literal["en", "de"]

EXAMPLES = 3
"""How many examples a note keeps."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What all notes of one kind share.

    Attributes
    ----------
    level
        ``"must"``: numbers mean something else than they seem to until somebody looks; ``"info"``: good to know.
    english, german
        The sentence. ``{count}`` is the number, ``{count:one|many}`` a word in singular or plural, ``{about}`` the names
        it speaks of (fields, columns, sheets), ``{detail}`` what was understood.
    python, shell
        What to do about it; empty where there is nothing to do.
    german_advice
        What to do about it in Python, said in German, as reports say it.
    bare
        The level of a note without a detail, where that differs: a column left out is a remark of somebody's, unless
        its name is near that of a field; labels that are never delivered change no number if all say that nothing is
        there.
    """

    level: Level
    english: str
    german: str
    python: str = ""
    shell: str = ""
    german_advice: str = ""
    bare: Level | None = None


KINDS: Mapping[str, Kind] = {
    "sandbox": Kind(
        "must",
        "These numbers come from the sandbox on this machine, not from the service.",
        "Diese Zahlen stammen von der Sandbox auf diesem Rechner, nicht vom Dienst.",
        "Log in with the credentials of your company: gini.login().",
        "Run without --sandbox.",
        german_advice="Melden Sie sich mit den Zugangsdaten Ihrer Firma an: gini.login().",
    ),
    "scans_unread": Kind(
        "info",
        "The sandbox does not read scans ({detail}): of a scan it delivers what its QR code says, and the document type.",
        "Die Sandbox liest keine Scans ({detail}): Von einem Scan liefert sie, was sein QR-Code sagt, und den Dokumenttyp.",
        'Run pip install "gini-notebook[ocr]", and make the sandbox without ocr=False.',
        'Run pip install "gini-notebook[ocr]"; start a sandbox of its own (gini-notebook sandbox) without --no-ocr.',
        german_advice='Führen Sie pip install "gini-notebook[ocr]" aus, und starten Sie die Sandbox ohne ocr=False.',
    ),
    "truth_unread": Kind(
        "must",
        "{count} {count:value|values} of {about} in the ground truth cannot be read as {detail}; compared as plain text.",
        "{count} {count:Sollwert|Sollwerte} von {about} {count:ist|sind} nicht als {detail} lesbar; als Text verglichen.",
        "Empty cells that hold a remark; name the notation of a table with read_truth(locale=, date_order=), write edits and JSON as 12.34:EUR and 2026-01-31, or give the field a rule of its own with rules=.",
        "Empty cells that hold a remark; name the notation of a table with --locale or --date-order; write edits and JSON as 12.34:EUR and 2026-01-31.",
        german_advice="Leeren Sie Zellen, die eine Bemerkung enthalten; nennen Sie die Schreibweise einer Tabelle mit read_truth(locale=, date_order=), schreiben Sie Bearbeitungen und JSON als 12.34:EUR und 2026-01-31, oder geben Sie dem Feld eine eigene Regel mit rules=.",
    ),
    "mistakes_alike": Kind(
        "must",
        "{count} values of {about} are wrong in one and the same way ({detail}): the ground truth may be written otherwise than the service delivers.",
        "{count} Werte von {about} sind auf ein und dieselbe Weise falsch ({detail}): Die Wahrheit ist vielleicht anders geschrieben, als der Dienst liefert.",
        "Compare some in result.mistakes(); amounts in cents, for example, are divided by 100 before read_truth.",
        "Compare some of the mistakes; amounts in cents, for example, are divided by 100 in the table first.",
        german_advice="Vergleichen Sie einige in result.mistakes(); Beträge in Cent zum Beispiel sind vor read_truth durch 100 zu teilen.",
    ),
    "truth_replaced": Kind(
        "must",
        "{count} {count:value|values} of the ground truth replaced by a later source: {detail}.",
        "{count} {count:Sollwert|Sollwerte} durch eine spätere Quelle ersetzt: {detail}.",
        "The order of the list decides: read_truth([first, corrections]).",
        "The order decides: the source, then each --over.",
        german_advice="Die Reihenfolge der Liste entscheidet: read_truth([erste, Korrekturen]).",
    ),
    "codes_differ": Kind(
        "must",
        "{count} {count:document has|documents have} several payment QR codes that say different things; the first counts.",
        "{count} {count:Dokument hat|Dokumente haben} mehrere Zahlungs-QR-Codes mit verschiedenem Inhalt; der erste gilt.",
        "Label these documents in a table, and read it behind: read_truth([folder, table], qr_codes=True).",
        "Label these documents in a table, and name it with --over.",
        german_advice="Tragen Sie die Sollwerte dieser Dokumente in eine Tabelle ein, die danach gelesen wird: read_truth([Ordner, Tabelle], qr_codes=True).",
    ),
    "truth_placeholders": Kind(
        "info",
        "{count} {count:value|values} of {about} in e-invoices {count:has|have} not the form of one (placeholder, other account); unlabelled.",
        "{count} {count:Wert|Werte} von {about} in E-Rechnungen {count:hat|haben} nicht die Form (Platzhalter, anderes Konto); kein Sollwert.",
        "Label what the page says in a table, and read it behind: read_truth([folder, table]).",
        "Label what the page says in a table, and name it with --over.",
        german_advice="Tragen Sie in eine Tabelle ein, was auf der Seite steht, und lesen Sie sie danach: read_truth([Ordner, Tabelle]).",
    ),
    "tables_passed_over": Kind(
        "must",
        "{count} {count:table in the folder of the ground truth was|tables in the folder of the ground truth were} not read.",
        "{count} {count:Tabelle im Ordner der Sollwerte wurde|Tabellen im Ordner der Sollwerte wurden} nicht gelesen.",
        "Name it behind the folder: read_truth([folder, table]).",
        "Name it with --over.",
        german_advice="Nennen Sie sie hinter dem Ordner: read_truth([Ordner, Tabelle]).",
    ),
    "truth_sidecars": Kind(
        "info",
        "{count} {count:e-invoice is|e-invoices are} taken as ground truth of the document of the same name beside {count:it|them}.",
        "{count} {count:E-Rechnung gilt|E-Rechnungen gelten} als Sollwerte des gleichnamigen Dokuments daneben.",
    ),
    "spellings_contradict": Kind(
        "must",
        "{count} {count:name|names} of documents in the ground truth not paired: by another spelling the same document has other labels.",
        "{count} {count:Dokumentname|Dokumentnamen} der Sollwerte nicht zugeordnet: In anderer Schreibung hat dasselbe Dokument andere Sollwerte.",
        "Look at the examples: spell a document in one way everywhere, and keep one value for each field.",
        "Spell a document in one way everywhere, and keep one value for each field.",
        german_advice="Sehen Sie sich die Beispiele an: Schreiben Sie ein Dokument überall gleich, und behalten Sie je Feld einen Wert.",
    ),
    "documents_unpaired": Kind(
        "must",
        "{count} {count:document|documents} of the {detail} found no partner by name; no number counts them.",
        "{count} {count:Dokument|Dokumente} ({detail}) ohne Gegenstück gleichen Namens; in keiner Zahl enthalten.",
        "Compare the names in both tables; those that differ in case, folder or ending are paired only where one document fits.",
        "Compare the names in the truth with those of the run; case, folder or ending may differ where one document fits.",
        german_advice="Vergleichen Sie die Namen in beiden Tabellen; zugeordnet wird trotz anderer Schreibung, anderem Ordner oder anderer Endung nur, wo ein Dokument passt.",
    ),
    "fields_left_out": Kind(
        "must",
        "{count} {count:column|columns} of the ground truth left out, as neither the service nor the run knows the name: {about}{detail}.",
        "{count} {count:Spalte|Spalten} der Sollwerte ausgelassen, weil weder Dienst noch Lauf den Namen kennen: {about}{detail}.",
        "Rename with read_truth(columns={...}), or name the field with declared_fields=.",
        "Rename with --column OLD=NEW, or name the field with --declared-fields.",
        german_advice="Benennen Sie sie um mit read_truth(columns={...}), oder nennen Sie das Feld mit declared_fields=.",
        bare="info",
    ),
    "failed_without_truth": Kind(
        "must",
        "{count} {count:document|documents} failed and {count:has|have} no ground truth, so that {count:it is|they are} in no number but the share answered.",
        "{count} {count:Dokument ist|Dokumente sind} fehlgeschlagen und ohne Sollwerte, also in keiner Zahl als dem Anteil der beantworteten.",
        "Look at batch.documents: column error.",
        "gini-notebook status names the reasons.",
        german_advice="Die Gründe stehen in der Spalte error von batch.documents.",
    ),
    "truth_differs": Kind(
        "info",
        "The two results were made with different versions of the ground truth ({detail}); the labels they share are the same.",
        "Die zwei Ergebnisse entstanden mit verschiedenen Fassungen der Sollwerte ({detail}); gemeinsame Sollwerte sind gleich.",
        "Evaluate both runs against the same ground truth.",
        "Evaluate both runs against the same ground truth.",
        german_advice="Werten Sie beide Läufe gegen dieselben Sollwerte aus.",
    ),
    "tools_differ": Kind(
        "info",
        "The two results were made with different versions of this package ({detail}).",
        "Die zwei Ergebnisse entstanden mit verschiedenen Versionen dieses Pakets ({detail}).",
        "Evaluate both runs with the same version.",
        "Evaluate both runs with the same version.",
        german_advice="Werten Sie beide Läufe mit derselben Version aus.",
    ),
    "documents_failed": Kind(
        "info",
        "{count} {count:document|documents} failed; what the truth says of them counts as missing.",
        "{count} {count:Dokument ist|Dokumente sind} fehlgeschlagen; ihre Sollwerte zählen als fehlend.",
        "Look at batch.documents: column error.",
        "gini-notebook status names the reasons.",
        german_advice="Die Gründe stehen in der Spalte error von batch.documents.",
    ),
    "documents_not_sent": Kind(
        "info",
        "{count} {count:document|documents} of the ground truth {count:was|were} not sent and {count:counts|count} nowhere.",
        "{count} {count:Dokument|Dokumente} der Sollwerte {count:wurde|wurden} nicht gesendet und {count:zählt|zählen} nicht.",
    ),
    "documents_without_truth": Kind(
        "info",
        "{count} {count:document|documents} of the run {count:has|have} no ground truth and {count:counts|count} nowhere.",
        "{count} {count:Dokument|Dokumente} des Laufs ohne Sollwerte; {count:zählt|zählen} nicht.",
    ),
    "few_values": Kind(
        "info",
        "{count} {count:field rests|fields rest} on fewer than 30 values and {count:is|are} not ranked: {detail}.",
        "{count} {count:Feld beruht|Felder beruhen} auf weniger als 30 Werten und {count:hat|haben} keinen Rang: {detail}.",
        "Label more documents that have such a value: gini.to_label(batch, n) draws some.",
        "Label more documents that have such a value: gini-notebook to-label draws some.",
        german_advice="Geben Sie mehr Dokumenten mit einem solchen Wert Sollwerte: gini.to_label(batch, n) wählt welche aus.",
    ),
    "aligned_greedily": Kind(
        "info",
        "{count} {count:document has|documents have} so many rows that they were paired one after the other; another pairing may have fewer mistakes.",
        "{count} {count:Dokument hat|Dokumente haben} so viele Zeilen, dass sie nacheinander zugeordnet wurden; eine andere Zuordnung hat womöglich weniger Fehler.",
    ),
    "never_delivered": Kind(
        "must",
        "{about}: labelled, and in no document delivered; each label with a value{detail} counts as missing.",
        "{about}: mit Sollwert, aber in keinem Dokument geliefert; jeder Sollwert, der nicht leer ist{detail}, zählt als fehlend.",
        "If such a field shall not count, name those that do with evaluate(fields=[...]).",
        "If such a field shall not count, leave its column out with --column NAME=.",
        bare="info",
        german_advice="Soll ein solches Feld nicht zählen, nennen Sie die übrigen mit evaluate(fields=[...]).",
    ),
    "references_in_purpose": Kind(
        "info",
        "{count} {count:label|labels} of paymentReference compared with the delivered paymentPurpose, in which invoices have their reference.",
        "{count} {count:Sollwert|Sollwerte} von paymentReference mit dem gelieferten paymentPurpose verglichen, in dem die Referenz einer Rechnung steht.",
        'evaluate(remittance="strict") compares each field with itself.',
        "--remittance strict compares each field with itself.",
        german_advice='evaluate(remittance="strict") vergleicht jedes Feld mit sich selbst.',
    ),
    "truth_unclear": Kind(
        "info",
        "{count} {count:label says|labels say} that nobody could tell what is on the page; in no count.",
        "{count} {count:Sollwert|Sollwerte} als nicht erkennbar vermerkt; in keiner Zahl enthalten.",
    ),
    "unclear_uploads": Kind(
        "must",
        "{count} {count:upload has|uploads have} an unknown outcome; {count:its row|their rows} may change.",
        "Bei {count} {count:Upload|Uploads} ist offen, ob der Dienst {count:ihn|sie} annahm.",
        "Call gini.process again with the same folder: it looks for them.",
        "gini-notebook resume looks for them.",
        german_advice="Rufen Sie gini.process noch einmal mit demselben Ordner auf: Es sucht nach ihnen.",
    ),
    "files_left_out": Kind(
        "info",
        "{count} {count:file or folder is no document and was|files and folders are no documents and were} not sent: {detail}.",
        "{count} {count:Datei oder Ordner|Dateien und Ordner} nicht gesendet, da {count:kein Dokument|keine Dokumente}: {detail}.",
        "batch.left_out names each with its reason; process(..., e_invoices=True) sends e-invoices.",
        "gini-notebook status --json names each with its reason; run --e-invoices sends e-invoices.",
        german_advice="batch.left_out nennt jede Datei mit ihrem Grund; process(..., e_invoices=True) sendet E-Rechnungen.",
    ),
    "documents_repeated": Kind(
        "info",
        "{count} {count:document has|documents have} the bytes of an earlier one: read once, and counted each time.",
        "{count} {count:Dokument ist|Dokumente sind} Byte für Byte gleich einem früheren: einmal gelesen, jedes Mal gezählt.",
        "batch.duplicates names them.",
        german_advice="batch.duplicates nennt sie.",
    ),
    "documents_in_excess": Kind(
        "info",
        "{count} {count:document|documents} in excess at the service, made by uploads without an answer; in no number.",
        "{count} {count:überzähliges Dokument|überzählige Dokumente} beim Dienst, durch Uploads ohne Antwort; in keiner Zahl.",
        "batch.surplus names them.",
        "gini-notebook dedupe names them, and deletes them with --delete.",
        german_advice="batch.surplus nennt sie.",
    ),
    "confidence_scale": Kind(
        "info",
        "The confidences are no probabilities: they reach from {detail}, not from 0 to 1; calibration error and Brier score are undefined.",
        "Die Konfidenzen sind keine Wahrscheinlichkeiten: Sie reichen von {detail}, nicht von 0 bis 1; Kalibrierungsfehler und Brier-Wert sind nicht definiert.",
        "Divide them, for example by 100, before evaluating.",
        german_advice="Teilen Sie sie vor dem Auswerten, zum Beispiel durch 100.",
    ),
    "threshold_above_all": Kind(
        "must",
        "All {count} {count:prediction is|predictions are} below the threshold {detail}, and {count:counts|count} as if not delivered.",
        "Alle {count} {count:Vorhersage liegt|Vorhersagen liegen} unter der Schwelle {detail} und {count:gilt|gelten} als nicht geliefert.",
        "Choose a threshold on the scale of the confidences.",
        german_advice="Wählen Sie eine Schwelle auf der Skala der Konfidenzen.",
    ),
    "few_issuers": Kind(
        "info",
        "{count} {count:issuer sent|issuers sent} most of these documents, and documents of one issuer fail together: the intervals are too narrow.",
        "{count} {count:Absender stellt|Absender stellen} die meisten dieser Dokumente, und deren Fehler hängen zusammen: Die Intervalle sind zu eng.",
        "Evaluate with cluster='paymentRecipient', or with a column of the documents table that names the issuer.",
        "Add --cluster paymentRecipient.",
        german_advice="Werten Sie mit cluster='paymentRecipient' aus, oder mit einer Spalte der Tabelle der Dokumente, die den Absender nennt.",
    ),
    "second_reader_missing": Kind(
        "info",
        "There is no second reader: whether readers agree is checkable in none of {count} {count:document|documents}.",
        "Es gibt keinen zweiten Leser: Übereinstimmung ist in {count} {count:Dokument|Dokumenten} nicht prüfbar.",
        'Give another run, another service\'s table, or the sandbox: gini.checks(batch, second="sandbox").',
        "Add --second runs/other, or --second sandbox.",
        german_advice='Nennen Sie einen anderen Lauf, die Tabelle eines anderen Dienstes oder die Sandbox: gini.checks(batch, second="sandbox").',
    ),
    "second_reader_partial": Kind(
        "info",
        "The second reader lacks {count} {count:document|documents}: agreement is not checkable there.",
        "Dem zweiten Leser {count:fehlt|fehlen} {count} {count:Dokument|Dokumente}: Übereinstimmung dort nicht prüfbar.",
    ),
    "second_reader_shares_ocr": Kind(
        "must",
        "Both readers of {count} {count:document|documents} are the sandbox: they share one OCR, and agree on its errors.",
        "Beide Leser von {count} {count:Dokument|Dokumenten} sind die Sandbox: gleiche OCR, gleiche Lesefehler.",
        "Of scans, believe agreement only between readers with an OCR of their own.",
        "Of scans, believe agreement only between readers with an OCR of their own.",
        german_advice="Trauen Sie bei Scans nur der Übereinstimmung von Lesern mit je eigener OCR.",
    ),
    "edits_folded": Kind(
        "info",
        "{count} {count:label|labels} of the ground truth edited by a person ({detail}).",
        "{count} {count:Sollwert|Sollwerte} von Hand bearbeitet ({detail}).",
    ),
    "edits_of_another_base": Kind(
        "must",
        "{count} {count:edit was|edits were} made when the label was another one than {count:it is|they are} in what was read now.",
        "{count} {count:Bearbeitung betrifft einen Sollwert, der|Bearbeitungen betreffen Sollwerte, die} seither an der Quelle geändert {count:wurde|wurden}.",
        "Look at the examples: the edit counts; where the changed source is right, take the edit back.",
        "Look at the examples: the edit counts; where the changed source is right, take the edit back.",
        german_advice="Sehen Sie sich die Beispiele an: Die Bearbeitung gilt; wo die geänderte Quelle recht hat, nehmen Sie sie zurück.",
    ),
    "edits_of_unknown_fields": Kind(
        "must",
        "{count} {count:edit is|edits are} of fields that neither the service nor the rest of the ground truth has: {about}{detail}.",
        "{count} {count:Bearbeitung betrifft ein Feld|Bearbeitungen betreffen Felder}, die weder Dienst noch übrige Sollwerte haben: {about}{detail}.",
        "Take the edit back (journal.undo), and name the field as the service does.",
        "Take the edit back, and name the field as the service does.",
        german_advice="Nehmen Sie die Bearbeitung zurück (journal.undo), und nennen Sie das Feld wie der Dienst.",
    ),
    "edits_of_new_documents": Kind(
        "info",
        "{count} {count:document has|documents have} labels from edits alone: nothing else in the ground truth names {count:it|them}.",
        "{count} {count:Dokument hat|Dokumente haben} Sollwerte nur aus Bearbeitungen: Sonst nennt {count:es|sie} nichts in den Sollwerten.",
        "Look at the examples: a name that is misspelled labels no document of the run.",
        "Look at the names: one that is misspelled labels no document of the run.",
        german_advice="Sehen Sie sich die Beispiele an: Ein falsch geschriebener Name gibt keinem Dokument des Laufs Sollwerte.",
    ),
    "edits_torn": Kind(
        "must",
        "{count} {count:line|lines} of {detail} broken off while being written: {count:that edit is|those edits are} lost.",
        "{count} {count:Zeile|Zeilen} von {detail} beim Schreiben abgebrochen: Die Bearbeitung ist verloren.",
        "Look at the end of the file, and make the edit again.",
        "Look at the end of the file, and make the edit again.",
        german_advice="Sehen Sie sich das Ende der Datei an, und wiederholen Sie die Bearbeitung.",
    ),
    "labels_not_looked_for": Kind(
        "must",
        "{count} {count:label|labels} of the ground truth could not be looked for on a page, as no words of {count:its document|their documents} are known{detail}.",
        "{count} {count:Sollwert|Sollwerte} auf keiner Seite gesucht, weil vom Dokument keine Wörter bekannt sind{detail}.",
        "Name the folder with documents=; of scans, client= asks the service for the words (with the batch, which knows its documents).",
        "Name the folder with --documents; scans have no words of their own.",
        bare="info",
        german_advice="Nennen Sie den Ordner mit documents=; bei Scans erfragt client= die Wörter beim Dienst (mit dem Lauf, der seine Dokumente kennt).",
    ),
    "documents_not_drawn": Kind(
        "must",
        "{count} {count:document has|documents have} no chance to be drawn ({detail}): with these weights, scores are of the others only.",
        "{count} {count:Dokument kann|Dokumente können} nicht gezogen werden ({detail}): Mit diesen Gewichten gelten Kennzahlen nur für die übrigen.",
        "Finish the run first; of documents that are labelled already, evaluate those labels by themselves.",
        "Finish the run first; of documents that are labelled already, evaluate those labels by themselves.",
        german_advice="Beenden Sie zuerst den Lauf; werten Sie schon vorhandene Sollwerte für sich aus.",
    ),
    "few_drawn": Kind(
        "must",
        "{count} {count:document is|documents are} drawn, fewer than two of each kind: every document has a chance, but intervals cannot tell how the kinds differ. From {detail} on there are two of each.",
        "{count} {count:Dokument|Dokumente} gezogen, weniger als zwei je Art: Jedes Dokument hat eine Chance, doch Intervalle zeigen nicht, wie sich die Arten unterscheiden. Ab {detail} sind es je zwei.",
        "Draw at least so many: gini.to_label(batch, n).",
        "Draw at least so many: to-label --n.",
        german_advice="Ziehen Sie mindestens so viele: gini.to_label(batch, n).",
    ),
    "weights_without_truth": Kind(
        "must",
        "{count} {count:document has|documents have} a weight ({about}) and no ground truth: scores are not of all documents that the weights speak of.",
        "{count} {count:Dokument hat|Dokumente haben} ein Gewicht ({about}), aber keine Sollwerte: Die Kennzahlen gelten nicht für alle, von denen die Gewichte sprechen.",
        "Label them, too; of a document that failed, what its page says.",
        "Label them, too; of a document that failed, what its page says.",
        german_advice="Geben Sie auch ihnen Sollwerte; einem fehlgeschlagenen Dokument, was auf seiner Seite steht.",
    ),
    "documents_weighted": Kind(
        "info",
        "Scores and intervals weigh {count} {count:document|documents} by {about}; numbers of slots are those counted.",
        "Kennzahlen und Intervalle gewichten {count} {count:Dokument|Dokumente} nach {about}; Anzahlen sind ungewichtet.",
    ),
    "few_clusters": Kind(
        "info",
        "There are {count} {count:cluster|clusters} of {detail}: few, so that the intervals are wide on purpose.",
        "Es gibt nur {count} {count:Gruppe|Gruppen} von {detail}; die Intervalle sind deshalb mit Absicht weit.",
    ),
    "candidates_not_all": Kind(
        "info",
        "{about}: more values are right than stand in the lists of candidates, since what is computed or put together from parts of the page is none; recall of candidates is no upper limit there.",
        "{about}: Es sind mehr Werte richtig, als in den Kandidatenlisten stehen, denn Berechnetes und aus Teilen der Seite Zusammengesetztes ist kein Kandidat; der Anteil dort ist keine Obergrenze.",
    ),
    "cluster_unknown": Kind(
        "info",
        "{count} {count:document has|documents have} no {detail}: each is a cluster of its own, as if it failed alone.",
        "{count} {count:Dokument|Dokumente} ohne {detail}: jedes zählt als eigene Gruppe, als ob es für sich allein Fehler hätte.",
        "Fill the column in, or name another cluster.",
        german_advice="Füllen Sie die Spalte aus, oder nennen Sie eine andere.",
    ),
    "labelled_never": Kind(
        "info",
        "{about}: predicted {count} {count:time|times}, labelled never; in no count.",
        "{about}: {count}-mal geliefert, nie ein Sollwert; in keiner Zahl enthalten.",
        "Label the field, or say with declared_fields= that a missing value means that there is none.",
        "Label the field, or name it with --declared-fields.",
        german_advice="Geben Sie dem Feld Sollwerte, oder sagen Sie mit declared_fields=, dass ein fehlender Wert „nicht vorhanden“ heißt.",
    ),
    "missing_words": Kind(
        "must",
        "{count} {count:value|values} of {about} in the ground truth {count:looks|look} like a missing value, and {count:counts|count} as a value.",
        "{count} {count:Sollwert|Sollwerte} von {about} {count:sieht|sehen} wie ein fehlender aus und {count:zählt|zählen} als Wert.",
        "Leave such cells empty, or name the field with declared_fields= where nothing means that there is none.",
        "Leave such cells empty, or name the field with --declared-fields where nothing means that there is none.",
        german_advice="Lassen Sie solche Zellen leer, oder nennen Sie das Feld mit declared_fields=, wo leer „nicht vorhanden“ heißt.",
    ),
    "values_unknown": Kind(
        "must",
        "{count} {count:value|values} of {about} in the ground truth {count:is|are} none that the service gives, and {count:counts|count} as a mistake: it gives {detail}.",
        "{count} {count:Sollwert|Sollwerte} von {about} {count:ist keiner|sind keine}, den der Dienst liefert, und {count:zählt|zählen} als Fehler: Er liefert {detail}.",
        "Write the service's words, or leave the column out with read_truth(columns={...: None}).",
        "Write the service's words, or leave the column out with --column NAME=.",
        german_advice="Schreiben Sie die Wörter des Dienstes, oder lassen Sie die Spalte aus: read_truth(columns={...: None}).",
    ),
    "rows_hidden": Kind(
        "must",
        "{count} hidden {count:row|rows} of {about} not read: what a filter or an outline hides there is no label.",
        "{count} ausgeblendete {count:Zeile|Zeilen} von {about} nicht gelesen: Was ein Filter oder eine Gliederung dort ausblendet, ist kein Sollwert.",
        "Show the rows in the workbook (clear the filter) if they belong to the ground truth.",
        "Show the rows in the workbook (clear the filter) if they belong to the ground truth.",
        german_advice="Blenden Sie die Zeilen in der Mappe ein (Filter aufheben), wenn sie zu den Sollwerten gehören.",
    ),
    "declared_unknown": Kind(
        "must",
        "{count} declared {count:field is|fields are} unknown to the service and to the ground truth: {about}{detail}.",
        "{count} {count:deklariertes Feld kennt|deklarierte Felder kennen} weder Dienst noch Sollwerte: {about}{detail}.",
        "Look at the spelling in declared_fields=.",
        "Look at the spelling in --declared-fields.",
        german_advice="Prüfen Sie die Schreibung in declared_fields=.",
    ),
    "sheets_unread": Kind(
        "must",
        "{count} further {count:sheet|sheets} with a table not read: {about}.",
        "{count} {count:weiteres Blatt|weitere Blätter} mit einer Tabelle nicht gelesen: {about}.",
        "Name one with read_truth(sheet=).",
        "Name one with --sheet.",
        german_advice="Nennen Sie eines mit read_truth(sheet=).",
    ),
    "notation_understood": Kind(
        "info",
        "{count} {count:value|values} of {about} understood as {detail}.",
        "{count} {count:Wert|Werte} von {about} verstanden als: {detail}.",
        "If that is wrong, say what is right with read_truth(locale=, date_order=).",
        "If that is wrong, say what is right with --locale or --date-order.",
        german_advice="Ist das falsch, nennen Sie das Richtige mit read_truth(locale=, date_order=).",
    ),
    "currency_not_stated": Kind(
        "info",
        "{count} {count:amount|amounts} of {about} in the ground truth {count:names|name} no currency: the number alone is compared.",
        "{count} {count:Sollbetrag|Sollbeträge} von {about} ohne Währung (currency): Nur die Zahl wird verglichen.",
        'Name it with read_truth(currency="EUR").',
        "Name it with --currency EUR.",
        german_advice='Nennen Sie sie mit read_truth(currency="EUR").',
    ),
    "check_digits": Kind(
        "info",
        "{count} {count:value|values} of {about} in the ground truth {count:fails its|fail their} check digits.",
        "{count} {count:Sollwert|Sollwerte} von {about} mit falschen Prüfziffern.",
        "Look at the examples: a label with a typing error makes a right value wrong.",
        "Look at the examples: a label with a typing error makes a right value wrong.",
        german_advice="Sehen Sie sich die Beispiele an: Ein Sollwert mit Tippfehler macht einen richtigen Wert falsch.",
    ),
    "columns_understood": Kind(
        "info",
        "{count} {count:column|columns}{detail} understood by another name: {about}.",
        "{count} {count:Spalte|Spalten}{detail} unter anderem Namen verstanden: {about}.",
        "If that is wrong, name them with read_truth(columns={...}).",
        "If that is wrong, name them with --column OLD=NEW.",
        german_advice="Ist das falsch, nennen Sie die Namen mit read_truth(columns={...}).",
    ),
    "invoice_numbers_kept": Kind(
        "must",
        "{about} is read as invoiceId, and is in no number unless that is delivered: another column says what is quoted when paying.",
        "{about} gilt als invoiceId und zählt nur, wo dies geliefert wird: Eine andere Spalte nennt den Verwendungszweck.",
        'If it is what is quoted when paying, say so with read_truth(columns={...: "paymentReference"}).',
        "If it is what is quoted when paying, say so with --column OLD=paymentReference.",
        german_advice='Ist sie beim Bezahlen anzugeben, sagen Sie es mit read_truth(columns={...: "paymentReference"}).',
    ),
    "fields_abroad": Kind(
        "must",
        "{about} is a field of payments abroad (rows of crossBorderPayment), which no document has by itself; perhaps {detail} is meant.",
        "{about} ist ein Feld von Auslandszahlungen (Zeilen von crossBorderPayment), das kein Dokument selbst hat; gemeint ist vielleicht {detail}.",
        'Say so with read_truth(columns={...: "paymentRecipient"}), or name the group of each row in a long table.',
        "Say so with --column OLD=paymentRecipient, or name the group of each row in a long table.",
        german_advice='Sagen Sie es mit read_truth(columns={...: "paymentRecipient"}), oder nennen Sie die Gruppe jeder Zeile in einer langen Tabelle.',
    ),
    "rows_numbered": Kind(
        "info",
        "{about} only numbers the rows of each document (1, 2, …): in no number unless the service delivers it.",
        "{about} zählt nur die Zeilen jedes Dokuments (1, 2, …): in keiner Zahl enthalten, wenn der Dienst es nicht liefert.",
        "If it shall count as missing, name it in read_truth(declared_fields=).",
        "If it shall count as missing, name it in --declared-fields.",
        german_advice="Soll es als fehlend zählen, nennen Sie es in read_truth(declared_fields=).",
    ),
    "names_filled": Kind(
        "info",
        "{count} {count:row|rows} of {about} without a document {count:belongs|belong} to the one above.",
        "{count} {count:Zeile|Zeilen} von {about} ohne Dokument {count:gehört|gehören} zu dem darüber.",
        "Write the name in each row if that is wrong.",
        "Write the name in each row if that is wrong.",
        german_advice="Ist das falsch, schreiben Sie den Namen in jede Zeile.",
    ),
    "columns_hidden": Kind(
        "info",
        "{count} hidden {count:column|columns} of {detail} read, too: {about}.",
        "{count} ausgeblendete {count:Spalte|Spalten} von {detail} mitgelesen: {about}.",
        "Take what does not count out of the table.",
        "Take what does not count out of the table.",
        german_advice="Nehmen Sie aus der Tabelle, was nicht zählt.",
    ),
    "columns_nameless": Kind(
        "info",
        "{count} {count:column|columns} without a name not read: {about}.",
        "{count} {count:Spalte|Spalten} ohne Namen nicht gelesen: {about}.",
        "Write a name above it if it is one of values.",
        "Write a name above it if it is one of values.",
        german_advice="Schreiben Sie einen Namen darüber, wenn sie Werte enthält.",
    ),
    "columns_lacking": Kind(
        "must",
        "{count} {count:name|names} of columns= (--column) {count:stands|stand} above no column: {about}{detail}.",
        "{count} {count:Name|Namen} von columns= (--column) {count:steht|stehen} über keiner Spalte: {about}{detail}.",
        "Look at the spelling in columns={...}.",
        "Look at the spelling in --column OLD=NEW.",
        german_advice="Prüfen Sie die Schreibung in columns={...}.",
    ),
    "columns_unknown": Kind(
        "must",
        "{count} {count:column is|columns are} no field of the service: {about}{detail}.",
        "{count} {count:Spalte ist kein Feld|Spalten sind keine Felder} des Dienstes: {about}{detail}.",
        "Name it with read_truth(columns={...}) if it is one; None leaves it out.",
        "Name it with --column OLD=NEW if it is one; --column OLD= leaves it out.",
        german_advice="Nennen Sie das Feld mit read_truth(columns={...}), wenn es eines ist; None lässt die Spalte aus.",
        bare="info",
    ),
    "numbers_as_text": Kind(
        "info",
        "{count} {count:value|values} of {about} stored as a number: leading zeros would be lost.",
        "{count} {count:Wert|Werte} von {about} als Zahl gespeichert: Führende Nullen wären verloren.",
        "Format such columns as text.",
        "Format such columns as text.",
        german_advice="Formatieren Sie solche Spalten als Text.",
    ),
    "rows_passed_over": Kind(
        "info",
        "{count} {count:row|rows} of {about} passed over: {detail}.",
        "{count} {count:Zeile|Zeilen} von {about} übergangen: {detail}.",
    ),
    "sheets_passed_over": Kind(
        "info",
        "{count} {count:sheet|sheets} passed over ({detail}): {about}.",
        "{count} {count:Blatt|Blätter} übergangen ({detail}): {about}.",
    ),
    "merged_cells": Kind(
        "info",
        "{count} merged {count:cell|cells} of {about}: each row has its value.",
        "{count} verbundene {count:Zelle|Zellen} von {about}: Jede Zeile hat ihren Wert.",
    ),
    "formats_unseen": Kind(
        "info",
        "{about} is so large that hidden rows, merged cells and formats of numbers were not looked at.",
        "{about} ist so groß, dass ausgeblendete Zeilen, verbundene Zellen und Zahlenformate nicht beachtet wurden.",
    ),
    "encoding_understood": Kind(
        "info",
        "{about} is read as {detail}.",
        "{about} gelesen als {detail}.",
        "If letters are wrong, name another with read_truth(encoding=).",
        "If letters are wrong, name another with --encoding.",
        german_advice="Sind Buchstaben falsch, nennen Sie eine andere Kodierung mit read_truth(encoding=).",
    ),
    "names_levelled": Kind(
        "info",
        "{count} {count:name|names} of documents levelled: {detail}.",
        "{count} {count:Dokumentname|Dokumentnamen} bereinigt: {detail}.",
    ),
    "documents_paired": Kind(
        "info",
        "{count} {count:document|documents} paired though the names differ in {detail}.",
        "{count} {count:Dokument|Dokumente} trotz verschiedener Namen zugeordnet ({detail}).",
        "Look at the examples; with the same names in both tables nothing needs to be guessed.",
        "Use the same names in both tables, and nothing needs to be guessed.",
        german_advice="Sehen Sie sich die Beispiele an; bei gleichen Namen in beiden Tabellen ist nichts zu erraten.",
    ),
    "repeats": Kind(
        "info",
        "{count} {count:row repeats another|rows repeat others} word for word ({detail}).",
        "{count} {count:Zeile wiederholt|Zeilen wiederholen} eine andere wörtlich ({detail}).",
    ),
    "alternatives_found": Kind(
        "info",
        "{count} {count:value has|values have} alternatives in {about}: any of them is right, field by field.",
        "{count} {count:Sollwert hat|Sollwerte haben} Alternativen in {about}: Jede ist richtig, Feld für Feld.",
    ),
    "files_unread": Kind(
        "must",
        "{count} {count:file|files} of the ground truth cannot be read.",
        "{count} {count:Datei|Dateien} der Sollwerte nicht lesbar.",
        'truth.attrs["problems"] names each with its reason.',
        "gini-notebook truth names each with its reason.",
        german_advice='truth.attrs["problems"] nennt jede mit ihrem Grund.',
    ),
}
"""The kinds by name, gravest first; a note's ``kind`` is one of these names."""

GATES: Mapping[str, tuple[str, ...]] = {
    "unpaired": (
        "spellings_contradict",
        "documents_unpaired",
        "documents_not_sent",
        "documents_without_truth",
        "failed_without_truth",
    ),
    "fields_left_out": ("fields_left_out",),
    "truth_unread": ("truth_unread",),
    "truth_unclear": ("truth_unclear",),
    "documents_failed": ("documents_failed", "failed_without_truth"),
    "unclear_uploads": ("unclear_uploads",),
    "files_left_out": ("files_left_out",),
}
"""The names that a quality gate can count, and the kinds of notes behind each."""


class _Count(int):
    """A number that writes itself, or chooses between a word in singular and in plural."""

    def __format__(self, spec: str) -> str:
        one, bar, many = spec.partition("|")
        if not bar:
            return format(int(self), spec or ",")
        return one if self == 1 else many


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """One thing to know about a number.

    Attributes
    ----------
    kind
        A name in :data:`KINDS`.
    count
        How many values, documents, fields … it concerns.
    about
        The names of fields, columns or sheets it speaks of, never a value of a document.
    detail
        What was understood or done, as part of the sentence, never a value of a document.
    examples
        At most three values, in the order of documents. Reports mask them; logs, warnings, Markdown and JUnit leave
        them out.

    Examples
    --------
    >>> note = Note("truth_unread", 2, about=("dueDate",), detail="date", examples=("31.2.24", "soon"))
    >>> note.text
    '2 values of dueDate in the ground truth cannot be read as date; compared as plain text.'
    >>> print(note)
    ! 2 values of dueDate in the ground truth cannot be read as date; compared as plain text. Empty cells that ...
    >>> note.level
    'must'
    """

    kind: str
    count: int = 1
    about: tuple[str, ...] = ()
    detail: str = ""
    examples: tuple[str, ...] = ()
    _rows: "pd.DataFrame | None" = field(default=None, compare=False)

    @property
    def level(self) -> Level:
        """``"must"`` or ``"info"``."""
        kind = KINDS[self.kind]
        return kind.bare if kind.bare and not self.detail else kind.level

    @property
    def text(self) -> str:
        """The sentence in English, without any value of a document."""
        return self.sentence("en")

    @property
    def advice(self) -> str:
        """What to do about it in Python."""
        return KINDS[self.kind].python

    @property
    def shell_advice(self) -> str:
        """What to do about it in the shell."""
        return KINDS[self.kind].shell

    def sentence(self, language: Language) -> str:
        """Return the sentence in ``"en"`` or ``"de"``."""
        kind, detail, about = KINDS[self.kind], self.detail, self.about
        template, more = kind.english, "and {count} more"
        if language == "de":
            template, more, detail = kind.german, "und {count} weitere", detail_in_german(self.kind, detail)
            about = tuple(map(name_in_german, about))
        # The names are those of columns, sheets and reasons, which may be anybody's.
        text = template.format(count=_Count(self.count), about=_listed(about, more), detail=detail)
        # A name may end in a full stop itself: "Zahlungsempf."
        return printable(f"{text[:-1]}" if text.endswith("..") and not text.endswith("...") else text)

    def what_to_do(self, language: Language) -> str:
        """Return what to do about it in Python, in ``"en"`` or ``"de"``; empty where there is nothing to do."""
        return KINDS[self.kind].german_advice if language == "de" else self.advice

    def __str__(self) -> str:
        """Return a line as displays have it: ``!`` if it is grave, the sentence, and what to do about it."""
        return printable(f"{'!' if self.level == 'must' else '·'} {self.text} {self.advice}".rstrip())

    def __repr__(self) -> str:
        return f"<Note {self.kind} ({self.level}): {printable(f'{self.text} {self.advice}'.rstrip())}>"

    def rows(self) -> "pd.DataFrame":
        """Return the table behind the note; where none is kept, its examples in the column ``example``."""
        import pandas as pd

        if self._rows is not None:
            return self._rows.copy()
        return pd.DataFrame({"example": pd.array(list(self.examples), dtype=schema.TEXT)})


def as_plain(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Return notes as plain values, for the ``attrs`` of tables, for files and for programs."""
    return [
        {
            "kind": note.kind,
            "level": note.level,
            "count": note.count,
            "about": list(note.about),
            "detail": note.detail,
            "examples": list(note.examples),
            "text": note.text,
            "advice": note.advice,
        }
        for note in notes
    ]


def from_plain(values: Any) -> tuple[Note, ...]:
    """Return the notes of what :func:`as_plain` returned; what is something else is left out.

    Examples
    --------
    >>> from_plain(as_plain([Note("documents_failed", 2)]))
    (<Note documents_failed (info): 2 documents failed; what the truth says of them counts as missing. Look at ...>,)
    """
    found = []
    for value in values if isinstance(values, list | tuple) else ():
        if isinstance(value, Mapping) and value.get("kind") in KINDS:
            about, examples = (tuple(map(str, value.get(name, ()))) for name in ("about", "examples"))
            count, detail = int(value.get("count", 1)), str(value.get("detail", ""))
            found.append(Note(value["kind"], count, about, detail, examples[:EXAMPLES]))
    return tuple(found)


def _listed(names: tuple[str, ...], more: str, most: int = 6) -> str:
    shown = shown_of(len(names), most)
    return ", ".join(names[:shown]) + (f" {more.format(count=len(names) - shown)}" if len(names) > shown else "")


def ordered(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return the notes, gravest first, by kind and by what they speak of."""
    kinds = list(KINDS)
    return tuple(
        sorted(notes, key=lambda note: (note.level != "must", kinds.index(note.kind), note.about, note.detail))
    )


def merged(parts: Iterable[Iterable[Note]]) -> tuple[Note, ...]:
    """Return the notes of several partitions as those of the whole: counts added up, the first examples in order kept.

    Parameters
    ----------
    parts
        The notes of each partition, in the order of documents.
    """
    whole: dict[tuple[str, tuple[str, ...], str], Note] = {}
    for note in (note for part in parts for note in part):
        key = (note.kind, note.about, note.detail)
        whole[key] = _together(whole[key], note) if key in whole else note
    return ordered(whole.values())


def _together(first: Note, second: Note) -> Note:
    import pandas as pd

    tables = [note._rows for note in (first, second) if note._rows is not None]
    return replace(
        first,
        count=first.count + second.count,
        examples=tuple(sorted({*first.examples, *second.examples})[:EXAMPLES]),
        _rows=pd.concat(tables, ignore_index=True) if tables else None,
    )


def as_text(notes: Iterable[Note]) -> str:
    """Return the notes as lines of text, for displays without HTML: the gravest are marked with ``!`` and say what to do."""
    return "".join(f"{note if note.level == 'must' else f'· {note.text}'}\n" for note in ordered(notes))


def frame(notes: Iterable[Note]) -> "pd.DataFrame":
    """Return the notes as the table :data:`gini_notebook.schema.NOTES`, gravest first."""
    return schema.NOTES.frame(
        {
            "kind": note.kind,
            "level": note.level,
            "count": note.count,
            "text": note.text,
            "advice": note.advice,
            "examples": ", ".join(note.examples),
        }
        for note in ordered(notes)
    )


def counted(notes: Iterable[Note], gate: str) -> int:
    """Return how many documents, fields or values a gate's name counts; 0 without such a note."""
    return sum(note.count for note in notes if note.kind in GATES[gate])
