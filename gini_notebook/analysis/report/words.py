"""The words of the sections of a report: English and German side by side."""

from collections.abc import Mapping

PAIRS: Mapping[str, tuple[str, str]] = {
    "skip": ("To the contents", "Zum Inhalt"),
    "sandbox_ribbon": ("Sandbox, not Gini’s service", "Sandbox, nicht Ginis Dienst"),
    "sandbox_short": ("sandbox, not Gini’s service", "Sandbox, nicht Ginis Dienst"),
    "sent": ("{count} documents sent", "{count} Dokumente gesendet"),
    "evaluated": ("{count} evaluated", "{count} ausgewertet"),
    "truth_called": ("truth: {name}", "Wahrheit: {name}"),
    "gates": ("Quality gates", "Bedingungen"),
    "passed": ("Passed", "Erfüllt"),
    "not_passed": ("Failed", "Nicht erfüllt"),
    "gate_is": ("is {value}", "ist {value}"),
    "at_least": ("at least {bound}", "mindestens {bound}"),
    "at_most": ("at most {bound}", "höchstens {bound}"),
    "more_than": ("more than {bound}", "mehr als {bound}"),
    "less_than": ("less than {bound}", "weniger als {bound}"),
    "exactly": ("exactly {bound}", "genau {bound}"),
    "lower_end": ("lower end of {what}", "unteres Ende von {what}"),
    "upper_end": ("upper end of {what}", "oberes Ende von {what}"),
    "read_first": ("Read this first", "Zuerst zu lesen"),
    "card_payable_rate": ("Payable as read", "Zahlbar wie gelesen"),
    "card_perfect_documents": ("Without any mistake", "Ohne jeden Fehler"),
    "card_micro_f1": ("F1, header fields", "F1, Kopffelder"),
    "card_lineItems_micro_f1": ("F1, line items", "F1, Positionen"),
    "card_coverage": ("Answered", "Beantwortet"),
    "base_payable_rate": ("{part} of {of} documents", "{part} von {of} Dokumenten"),
    "base_perfect_documents": ("{part} of {of} documents", "{part} von {of} Dokumenten"),
    "base_micro_f1": ("{of} values, micro", "{of} Werte, micro"),
    "base_lineItems_micro_f1": ("{of} cells, micro", "{of} Zellen, micro"),
    "base_coverage": ("{part} of {of} sent", "{part} von {of} gesendeten"),
    "base_weighted": ("{of} documents, weighted", "{of} Dokumente, gewichtet"),
    "interval_short": ("{sure} % interval {ends}", "{sure}-%-Intervall {ends}"),
    "fields_lead": (
        "Level: {level}. A wrong value counts {wrong}. Band: {sure} % interval.",
        "Vergleichsstufe: {level}. Ein falscher Wert zählt {wrong}. Band: {sure}-%-Intervall.",
    ),
    "values_column": ("Values", "Werte"),
    "mistakes_column": ("Mistakes", "Fehler"),
    "outcome_wrong": ("{count} wrong", "{count} falsch"),
    "outcome_missing": ("{count} missing", "{count} fehlend"),
    "outcome_spurious": ("{count} spurious", "{count} erfunden"),
    "no_mistake_word": ("none", "keine"),
    "of_values": ("of {count}", "von {count}"),
    "too_few": ("Fewer than 30 values: shown, not ranked", "Weniger als 30 Werte: gezeigt, ohne Rang"),
    "together": ("All together", "Alle zusammen"),
    "all_scores": ("Precision, recall and counts", "Präzision, Trefferquote und Anzahlen"),
    "legend": ("Legend", "Legende"),
    "patterns": ("Where documents go wrong", "Wo Dokumente Fehler haben"),
    "patterns_lead": (
        "Each row is a set of mistakes in the header fields, with the number of documents that have it.",
        "Jede Zeile ist eine Menge von Fehlern in den Kopffeldern, mit der Zahl der Dokumente, die sie haben.",
    ),
    "patterns_text": (
        "A row for each set of mistakes, a column for each field; the same stands in the table below.",
        "Eine Zeile je Menge von Fehlern, eine Spalte je Feld; dasselbe steht in der Tabelle darunter.",
    ),
    "patterns_more": (
        "The {shown} most frequent of {count} patterns; result.patterns() has all.",
        "Die {shown} häufigsten von {count} Mustern; alle hat result.patterns().",
    ),
    "pattern": ("Mistakes", "Fehler"),
    "no_mistake": ("no mistake", "ohne Fehler"),
    "documents": ("Documents", "Dokumente"),
    "documents_word": ("documents", "Dokumente"),
    "example": ("For example", "Zum Beispiel"),
    "mostly": ("Mostly", "Meist"),
    "same_as_table": ("The same as a table", "Dasselbe als Tabelle"),
    "all_of": ("all {kind}", "alle {kind}"),
    "some_of": ("{count} of {of} {kind}", "{count} von {of}: {kind}"),
    "column_media_type": ("media type", "Medientyp"),
    "column_source_classification": ("source", "Quelle"),
    "level_typed": ("typed", "nach Typ des Feldes"),
    "on_page": ("page", "Seite"),
    "right_or_absent": ("right, or not there", "richtig oder nicht da"),
    "causes_title": ("Why values are wrong", "Warum Werte falsch sind"),
    "causes_lead": (
        "Causes that a comparison of both values shows; missing values have none.",
        "Ursachen, die der Vergleich beider Werte zeigt; fehlende Werte haben keine.",
    ),
    "no_cause": ("no cause found", "keine Ursache gefunden"),
    "fields": ("Fields", "Felder"),
    "share": ("Share", "Anteil"),
    "examples_title": ("Mistakes, field by field", "Fehler, Feld für Feld"),
    "worst": ("Documents with most mistakes", "Dokumente mit den meisten Fehlern"),
    "worst_lead": (
        "Header fields decide, then cells of line items.",
        "Die Kopffelder entscheiden, dann Zellen von Positionen.",
    ),
    "worst_lead_costs": (
        "What their mistakes cost decides, then mistakes in header fields.",
        "Es entscheidet, was ihre Fehler kosten, dann die Fehler in Kopffeldern.",
    ),
    "costs": ("What mistakes cost", "Was Fehler kosten"),
    "costs_lead": (
        "In the currency in which the costs of one mistake were given. From the break-even precision on it is cheaper "
        "to take what was read than to key everything in.",
        "In der Währung, in der die Kosten eines Fehlers angegeben wurden. Ab der lohnenden Präzision ist es billiger, "
        "Gelesenes zu übernehmen, als alles abzutippen.",
    ),
    "cost": ("Cost", "Kosten"),
    "cost_per_1000_documents": ("Per 1,000 documents", "Je 1.000 Dokumente"),
    "break_even_precision": ("Break-even precision", "Lohnende Präzision"),
    "total": ("all together", "alle zusammen"),
    "worst_more": (
        "The first {shown} of {count} documents with a mistake; the workbook has all.",
        "Die ersten {shown} von {count} Dokumenten mit Fehlern; alle stehen in der Arbeitsmappe.",
    ),
    "in_header": ("In header fields", "In Kopffeldern"),
    "in_rows": ("In cells", "In Zellen"),
    "which": ("Which", "Welche"),
    "kind_of_document": ("Kind", "Art"),
    "slices": ("Parts of the documents", "Teile der Dokumente"),
    "slices_lead": (
        "The same scores for the documents with one value of a column; fewer than 30 values are not ranked.",
        "Dieselben Werte für die Dokumente mit einem Wert einer Spalte; unter 30 Werten ohne Rang.",
    ),
    "slice_holds_most": (
        "Most mistakes in the header fields, {mistakes} of {of_mistakes}, are in {kind}: {documents} of {of_documents} "
        "documents.",
        "Die meisten Fehler in den Kopffeldern, {mistakes} von {of_mistakes}, entfallen auf {kind}: {documents} von "
        "{of_documents} Dokumenten.",
    ),
    "by_column": ("By {column}", "Nach {column}"),
    "slice": ("Value", "Wert"),
    "slices_more": (
        "The {shown} largest of {count} values; result.by_slice() has all.",
        "Die {shown} größten von {count} Werten; alle hat result.by_slice().",
    ),
    "candidates": ("Not read, or not chosen", "Nicht gelesen oder nicht gewählt"),
    "candidates_lead": (
        "How often the right value is first, among the first three, or anywhere in the list of candidates. More values "
        "may be extracted rightly than are found there: what is computed or joined from parts of the page has no "
        "candidates.",
        "Wie oft der richtige Wert an erster Stelle, unter den ersten drei oder irgendwo in der Kandidatenliste steht. "
        "Richtig extrahiert sein können mehr, als dort zu finden sind: Was berechnet oder aus Teilen der Seite "
        "zusammengesetzt ist, hat keine Kandidaten.",
    ),
    "recall_1": ("First", "An erster Stelle"),
    "recall_3": ("Among three", "Unter dreien"),
    "recall_all": ("Anywhere", "Irgendwo"),
    "chosen": ("Extracted", "Extrahiert"),
    "automation": ("Which documents could be paid unseen", "Welche Dokumente ungesehen zahlbar wären"),
    "automation_lead": (
        "A rule lets a document through, which nobody then looks at, if it passes its checks. Rules are tested one "
        "after another, as numbered in the tables, until one fails; there each bound holds, with 95 % confidence, for "
        "its rule alone.",
        "Eine Regel lässt ein Dokument durch, das dann niemand mehr ansieht, wenn es ihre Prüfungen besteht. Regeln "
        "werden nacheinander geprüft, wie in den Tabellen nummeriert, bis eine scheitert; dort gilt jede Grenze mit "
        "95 % Sicherheit für ihre Regel allein.",
    ),
    "automation_amounts": (
        "Sums are made of values of documents, which are left out here; an HTML report with values in full has them.",
        "Summen bestehen aus Werten von Dokumenten, die hier weggelassen sind; ein HTML-Bericht mit ganzen Werten "
        "hat sie.",
    ),
    "automation_beyond": (
        "Arrow: at most, by issuer, beyond the end of the line; its number stands beside it.",
        "Pfeil: höchstens, nach Absendern, jenseits des Endes der Linie; die Zahl steht daneben.",
    ),
    "automation_checks": ("What each rule checks", "Was jede Regel prüft"),
    "checks": ("Lets a document through if", "Lässt ein Dokument durch, wenn"),
    "automation_mistakes": (
        "Mistakes that some rule lets through: {count}",
        "Fehler, die eine Regel durchlässt: {count}",
    ),
    "automation_more": (
        "The first {shown}, highest amounts first; plan.mistakes() has all.",
        "Die ersten {shown}, höchste Beträge zuerst; plan.mistakes() hat alle.",
    ),
    "strictest_rule": ("Strictest rule that lets it through", "Strengste Regel, die ihn durchlässt"),
    "automation_rules": ("Rule by rule: {slice}", "Regel für Regel: {slice}"),
    "question": ("Question", "Frage"),
    "answer": ("Answer", "Antwort"),
    "automation_glyph": (
        "Dot: wrong. Band: at most. Cross: at most, by issuer. Dashed: allowed, {allowed}.",
        "Punkt: falsch. Band: höchstens. Kreuz: höchstens, nach Absendern. Gestrichelt: erlaubt, {allowed}.",
    ),
    "automation_all": ("All documents", "Alle Dokumente"),
    "automation_reasons": ("Why", "Warum"),
    "kept": ("Let through", "Durchgelassen"),
    "kept_share": ("Share", "Anteil"),
    "wrong_of": ("Wrong", "Falsch"),
    "error_rate": ("Share wrong", "Anteil falsch"),
    "error_high": ("At most", "Höchstens"),
    "cluster_error_high": ("At most, by issuer", "Höchstens, nach Absendern"),
    "status": ("Target", "Ziel"),
    "part_of": ("{part} of {of}", "{part} von {of}"),
    "status_certified": ("shown", "belegt"),
    "status_not shown": ("not shown", "nicht belegt"),
    "status_not tested": ("not tested", "nicht geprüft"),
    "status_too few": ("too few", "zu wenige"),
    "status_fails": ("{wrong} wrong: fails", "{wrong} falsch: scheitert"),
    "rule_number": ("Turn", "Nr."),
    "status_no labels": ("no labels", "ohne Sollwerte"),
    "trend": ("How runs went before", "Frühere Läufe"),
    "trend_lead": (
        "Runs in the order of time. On each side chance alone leaves the limits in one of 400 runs; their unit is the "
        "document.",
        "Läufe in der Folge der Zeit. Der Zufall allein verlässt die Grenzen auf jeder Seite in einem von 400 Läufen; "
        "ihre Einheit ist das Dokument.",
    ),
    "trend_text": (
        "A dot per run with its interval, centre and limits; the same stands in the table below.",
        "Ein Punkt je Lauf mit seinem Intervall, Mitte und Grenzen; dasselbe steht in der Tabelle darunter.",
    ),
    "trend_nothing": ("The history has no run with a number.", "Die Historie hat keinen Lauf mit einer Zahl."),
    "trend_point": (
        "{metric}: {run} is outside of the limits.",
        "{metric}: {run} liegt außerhalb der Grenzen.",
    ),
    "trend_eight": (
        "{metric}: eight runs on one side of the centre, up to {run}.",
        "{metric}: acht Läufe auf einer Seite der Mitte, bis {run}.",
    ),
    "trend_steady": ("{metric}: nothing but chance in {count} runs.", "{metric}: nur Zufall in {count} Läufen."),
    "trend_last": ("{metric}: {value} in {run}, of {count} runs.", "{metric}: {value} in {run}, von {count} Läufen."),
    "trend_limits": (
        "Centre and limits: what the first {count} runs say, frozen; ✕ outside of the limits, ▲ the eighth on a side.",
        "Mitte und Grenzen: aus den ersten {count} Läufen, dann fest; ✕ außerhalb der Grenzen, ▲ der achte auf einer "
        "Seite.",
    ),
    "trend_limits_so_far": (
        "Centre and limits: what {count} runs say so far; ✕ outside of the limits, ▲ the eighth on one side.",
        "Mitte und Grenzen: aus bisher {count} Läufen; ✕ außerhalb der Grenzen, ▲ der achte auf einer Seite.",
    ),
    "trend_drift": (
        "{metric}: the moving average is outside of its limits at {run}: a slow drift.",
        "{metric}: Der gleitende Mittelwert liegt bei {run} außerhalb seiner Grenzen: eine langsame Drift.",
    ),
    "trend_ewma": (
        "Thin line: moving average (EWMA, the latest run counts 0.2); ◆ outside of its limits.",
        "Dünne Linie: gleitender Mittelwert (EWMA, der letzte Lauf zählt 0,2); ◆ außerhalb seiner Grenzen.",
    ),
    "trend_widened": (
        "Limits widened by {factor}: runs differ more than by chance (Laney).",
        "Grenzen um {factor} geweitet: Läufe unterscheiden sich mehr als zufällig (Laney).",
    ),
    "trend_same": (
        "The same documents each time: limits of sampling do not apply; compare runs in pairs.",
        "Jedes Mal dieselben Dokumente: Grenzen der Stichprobe gelten nicht; Läufe paarweise vergleichen.",
    ),
    "trend_few": (
        "Fewer than 8 comparable runs: too few for limits.",
        "Weniger als 8 vergleichbare Läufe: zu wenige für Grenzen.",
    ),
    "trend_broken": (
        "The line is broken before {run}: {reasons}.",
        "Die Linie ist vor {run} unterbrochen: {reasons}.",
    ),
    "trend_truth": (
        "{run} was compared with another ground truth than {before}.",
        "{run} wurde mit einer anderen Wahrheit verglichen als {before}.",
    ),
    "trend_more": (
        "The latest {shown} of {count} runs; the workbook has all.",
        "Die letzten {shown} von {count} Läufen; alle stehen in der Arbeitsmappe.",
    ),
    "date": ("Date", "Datum"),
    "interval_column": ("Interval", "Intervall"),
    "limits": ("Limits", "Grenzen"),
    "alarm": ("Stands out", "Auffällig"),
    "alarm_none": ("no", "nein"),
    "alarm_point": ("✕ outside of the limits", "✕ außerhalb der Grenzen"),
    "alarm_drift": ("◆ slow drift", "◆ langsame Drift"),
    "alarm_eight": ("▲ the eighth on one side", "▲ der achte auf einer Seite"),
    "ewma": ("Moving average", "Gleitender Mittelwert"),
    "spark": ("{first} → {last} ({count})", "{first} → {last} ({count})"),
    "spark_limits": ("limits {ends}", "Grenzen {ends}"),
    "spark_column": ("F1 of the latest runs (how many)", "F1 der letzten Läufe (wie viele)"),
    "history": ("Quality over runs", "Qualität im Verlauf der Läufe"),
    "history_runs": ("{count} runs", "{count} Läufe"),
    "history_days": ("{first} to {last}", "{first} bis {last}"),
    "history_latest": ("in {run}", "in {run}"),
    "history_fields": ("F1 of the fields", "F1 der Felder"),
    "history_fields_lead": (
        "The latest {most} runs that can be compared with the last one. Band: limits, whose unit is the document; "
        "without, there are fewer than 8 such runs, or the same documents each time.",
        "Die letzten {most} Läufe, die mit dem letzten vergleichbar sind. Band: Grenzen, deren Einheit das Dokument "
        "ist; ohne Band gibt es weniger als 8 solche Läufe oder jedes Mal dieselben Dokumente.",
    ),
    "history_changes": ("What changed between runs", "Was sich zwischen Läufen geändert hat"),
    "history_nothing": ("No run has a number.", "Kein Lauf hat eine Zahl."),
    "latest": ("Latest", "Zuletzt"),
    "privacy_history": (
        "This file holds numbers and names of runs and fields, and nothing of the documents.",
        "Diese Datei enthält Zahlen und Namen von Läufen und Feldern, nichts aus den Dokumenten.",
    ),
    "break": ("Line broken by", "Linie unterbrochen durch"),
    "line_items": ("Rows of line items", "Zeilen von Positionen"),
    "health": ("How the run went", "Wie der Lauf verlief"),
    "health_facts": ("The run in numbers", "Der Lauf in Zahlen"),
    "status_completed": ("Answered", "Beantwortet"),
    "status_failed": ("Failed", "Fehlgeschlagen"),
    "status_pending": ("Not finished", "Nicht abgeschlossen"),
    "status_unclear": ("Unclear whether uploaded", "Unklar, ob hochgeladen"),
    "retried": ("Tried more than once", "Mehrmals versucht"),
    "seconds_median": ("Seconds per document, median", "Sekunden je Dokument, Median"),
    "seconds_95": ("Seconds per document, 95 % within", "Sekunden je Dokument, 95 % innerhalb"),
    "per_minute": ("Documents per minute", "Dokumente je Minute"),
    "at_a_time": ("At a time, on average", "Gleichzeitig, im Mittel"),
    "began": ("First upload", "Erster Upload"),
    "ended": ("Last upload", "Letzter Upload"),
    "reasons": ("Why documents failed", "Warum Dokumente fehlschlugen"),
    "excerpts": ("Excerpts of pages", "Ausschnitte von Seiten"),
    "excerpts_lead": (
        "Where wrong and spurious values were read; a missing value has no place.",
        "Wo falsche und erfundene Werte gelesen wurden; ein fehlender Wert hat keinen Ort.",
    ),
    "excerpt_of": (
        "Excerpt of page {page} of {document}: {field}",
        "Ausschnitt der Seite {page} von {document}: {field}",
    ),
    "first_pages": ("Pages of documents with missing values", "Seiten von Dokumenten mit fehlenden Werten"),
    "first_pages_lead": (
        "The first page, as nobody knows where a missing value stands.",
        "Die erste Seite, da niemand weiß, wo ein fehlender Wert steht.",
    ),
    "first_page_of": ("Page 1 of {count} of {document}", "Seite 1 von {count} von {document}"),
    "privacy_first_pages": (
        "Pages of documents with missing values are shown as they are.",
        "Seiten von Dokumenten mit fehlenden Werten sind gezeigt, wie sie sind.",
    ),
    "no_excerpt": ("No excerpt:", "Kein Ausschnitt:"),
    "excerpts_too_many": ("{count} more are not drawn.", "{count} weitere sind nicht gezeichnet."),
    "excerpts_too_large": (
        "{count} are left out, as all together would be too large.",
        "{count} fehlen, da alle zusammen zu groß wären.",
    ),
    "excerpts_hidden": (
        "{count} are not drawn, as their values are masked in the tables.",
        "{count} sind nicht gezeichnet, da ihre Werte in den Tabellen maskiert sind.",
    ),
    "privacy_masked": (
        "Values are masked, but for amounts, numbers and dates. Names of documents are as they are.",
        "Werte sind maskiert, außer Beträgen, Zahlen und Daten. Namen von Dokumenten stehen unverändert da.",
    ),
    "privacy_none": (
        "This file contains no values of header fields or rows. Names of documents are as they are.",
        "Diese Datei enthält keine Werte von Kopffeldern oder Zeilen. Namen von Dokumenten stehen unverändert da.",
    ),
    "privacy_masked_pages": (
        "Excerpts of pages show what stands in the box of the value in question, and nothing else of the page.",
        "Ausschnitte von Seiten zeigen, was im Rechteck des fraglichen Wertes steht, und sonst nichts von der Seite.",
    ),
    "privacy_whole_pages": (
        "Excerpts of pages show everything that stands around the value.",
        "Ausschnitte von Seiten zeigen alles, was um den Wert herum steht.",
    ),
    "reason": ("Reason", "Grund"),
    "no_reason": ("no reason given", "kein Grund genannt"),
    "failed_more": (
        "… and {count} more: see the workbook (.xlsx).",
        "… und {count} weitere: siehe Arbeitsmappe (.xlsx).",
    ),
    "failed_count": ("{count} documents, {reasons} reasons", "{count} Dokumente, {reasons} Gründe"),
    "failed_lead": (
        "Each label of a failed document counts as missing; failed documents without truth are in no number but the "
        "share answered.",
        "Jeder Sollwert eines fehlgeschlagenen Dokuments zählt als fehlend; fehlgeschlagene Dokumente ohne Sollwerte "
        "sind in keiner Zahl als dem Anteil der beantworteten.",
    ),
    "machine_name": ("Name in programs", "Name in Programmen"),
    "metric_micro_f1": ("F1, all together", "F1, alle zusammen"),
    "metric_micro_precision": ("Precision, all together", "Präzision, alle zusammen"),
    "metric_micro_recall": ("Recall, all together", "Trefferquote, alle zusammen"),
    "metric_micro_accuracy": ("Correct of all that count", "Richtig von allem, was zählt"),
    "metric_macro_f1": ("F1, mean of the fields", "F1, Mittel der Felder"),
    "metric_macro_left_out": ("Fields left out of that mean", "Felder, die in diesem Mittel fehlen"),
    "metric_document_mean_f1": ("F1, mean of the documents", "F1, Mittel der Dokumente"),
    "metric_document_mean_anls": (
        "Similarity of the texts as written (ANLS), mean of the documents",
        "Ähnlichkeit der Texte, wie sie geschrieben sind (ANLS), Mittel der Dokumente",
    ),
    "metric_perfect_documents": ("Documents without any mistake", "Dokumente ohne jeden Fehler"),
    "metric_payable_rate": ("Documents that can be paid as read", "Dokumente, die wie gelesen zahlbar sind"),
    "metric_row_precision": ("Rows read that are in the truth", "Gelesene Zeilen, die es gibt"),
    "metric_row_recall": ("Rows of the truth that were found", "Gefundene Zeilen"),
    "metric_exact_rows": ("Rows without any mistake", "Zeilen ohne jeden Fehler"),
    "metric_exact_tables": ("Documents whose rows are all right", "Dokumente mit lauter richtigen Zeilen"),
    "metric_candidate_recall_1": ("Right value is the first candidate", "Richtiger Wert ist erster Kandidat"),
    "metric_candidate_recall_3": ("… among the first three", "… unter den ersten drei"),
    "metric_candidate_recall_all": ("… anywhere in the list", "… irgendwo in der Liste"),
    "metric_documents": ("Documents evaluated", "Ausgewertete Dokumente"),
    "metric_failed": ("Of these failed", "Davon fehlgeschlagen"),
    "metric_coverage": ("Answered, of all sent", "Beantwortet, von allen gesendeten"),
    "metric_of_group": ("{words} ({group})", "{words} ({group})"),
    "metric_answered": ("{words}, answered documents only", "{words}, nur beantwortete Dokumente"),
    "gate_unpaired": ("Documents without a partner", "Dokumente ohne Gegenstück"),
    "gate_fields_left_out": ("Columns of the truth left out", "Ausgelassene Spalten der Wahrheit"),
    "gate_truth_unread": ("Values of the truth not read", "Nicht gelesene Sollwerte"),
    "gate_truth_unclear": ("Labels nobody could tell", "Nicht erkennbare Sollwerte"),
    "gate_documents_failed": ("Documents that failed", "Fehlgeschlagene Dokumente"),
    "gate_unclear_uploads": ("Uploads of unknown outcome", "Uploads mit offenem Ausgang"),
    "gate_files_left_out": ("Files left out", "Ausgelassene Dateien"),
    "run": ("Run", "Lauf"),
    "truth_file": ("Ground truth", "Wahrheit"),
    "service": ("Who answered", "Wer antwortete"),
    "evaluated_at": ("Evaluated at", "Ausgewertet am"),
    "command": ("Command", "Befehl"),
    "tool": ("Tool", "Werkzeug"),
    "python": ("Python", "Python"),
    "edition": ("Edition of the metrics", "Ausgabe der Metriken"),
    "how_title": ("Names", "Namen"),
    "how_counted": ("How it was counted", "Wie gezählt wurde"),
    "rule_wrong_both": (
        "A wrong value counts against precision and recall.",
        "Ein falscher Wert zählt gegen Präzision und Trefferquote.",
    ),
    "rule_wrong_fp": (
        "A wrong value counts against precision only.",
        "Ein falscher Wert zählt nur gegen die Präzision.",
    ),
    "rule_remittance_either": (
        "A reference may stand among the words of the purpose.",
        "Eine Referenz darf unter den Wörtern des Verwendungszwecks stehen.",
    ),
    "rule_remittance_strict": (
        "Reference and purpose are compared each with itself, whole.",
        "Referenz und Verwendungszweck werden je mit sich selbst und ganz verglichen.",
    ),
    "rule_order_content": (
        "Rows are paired by what they say{key}.",
        "Zeilen werden nach ihrem Inhalt zugeordnet{key}.",
    ),
    "rule_order_strict": ("Rows are paired by their number{key}.", "Zeilen werden nach ihrer Nummer zugeordnet{key}."),
    "rule_key": (", where {names} agree", ", wo {names} übereinstimmen"),
    "rule_required": (
        "A document without any mistake has {names} right.",
        "Ein Dokument ohne jeden Fehler hat {names} richtig.",
    ),
    "rule_fields": ("Only these fields were evaluated: {names}.", "Nur diese Felder wurden ausgewertet: {names}."),
    "rule_currency": (
        "An amount that names no currency is in {names}.",
        "Ein Betrag ohne Währung ist in {names}.",
    ),
    "rule_weights": ("Documents are weighted by {names}.", "Dokumente sind nach {names} gewichtet."),
    "rule_min_confidence": (
        "Predictions with a confidence below {names} count as not made.",
        "Vorhersagen mit einer Konfidenz unter {names} gelten als nicht gemacht.",
    ),
    "rule_intervals": (
        "Intervals hold with {sure} % certainty; their unit is {unit}.",
        "Intervalle gelten mit {sure} % Sicherheit; ihre Einheit ist {unit}.",
    ),
    "unit_document": ("the document", "das Dokument"),
    "unit_cluster": ("all documents of one {name}", "alle Dokumente eines Wertes von {name}"),
    "details_settings": ("Hashes and settings", "Prüfsummen und Einstellungen"),
    "glossary": ("What the words mean", "Was die Wörter bedeuten"),
    "left_out": ("Nothing to say about: {names}.", "Nichts zu sagen ist über: {names}."),
    "baseline": ("Against the baseline", "Gegen die Vergleichsbasis"),
    "comparison": ("Comparison of two runs", "Vergleich zweier Läufe"),
    "first_run": ("first run", "erster Lauf"),
    "second_run": ("second run", "zweiter Lauf"),
    "against": ("{a} → {b}", "{a} → {b}"),
    "compared_documents": ("{count} documents of both", "{count} gemeinsame Dokumente"),
    "verdict_better": ("{b} is better than {a}", "{b} ist besser als {a}"),
    "verdict_worse": ("{b} is worse than {a}", "{b} ist schlechter als {a}"),
    "verdict_probably_better": (
        "{b} is probably better than {a}, with too few changed documents to bound it",
        "{b} ist wahrscheinlich besser als {a}, doch haben sich zu wenige Dokumente geändert, um es einzugrenzen",
    ),
    "verdict_probably_worse": (
        "{b} is probably worse than {a}, with too few changed documents to bound it",
        "{b} ist wahrscheinlich schlechter als {a}, doch haben sich zu wenige Dokumente geändert, um es einzugrenzen",
    ),
    "verdict_no_evidence": (
        "There is no evidence that {a} or {b} is better",
        "Nichts spricht dafür, dass {a} oder {b} besser ist",
    ),
    "verdict_difference": (
        "{said}: F1 of the header fields is {f1_a} and {f1_b}, a difference of {difference} ({sure} % interval "
        "{ends}).",
        "{said}: F1 der Kopffelder ist {f1_a} und {f1_b}, ein Unterschied von {difference} ({sure}-%-Intervall "
        "{ends}).",
    ),
    "verdict_error_rate": (
        "{said}: the truth has no value of the header fields; the share of slots without a mistake differs by "
        "{difference} ({sure} % interval {ends}).",
        "{said}: Die Wahrheit hat keine Werte der Kopffelder; der Anteil ohne Fehler unterscheidet sich um "
        "{difference} ({sure}-%-Intervall {ends}).",
    ),
    "verdict_detectable": (
        "A difference of {detectable} would probably have been seen.",
        "Ein Unterschied von {detectable} wäre wahrscheinlich aufgefallen.",
    ),
    "verdict_undetectable": (
        "So few documents would have shown no difference, however large.",
        "So wenige Dokumente hätten keinen noch so großen Unterschied gezeigt.",
    ),
    "verdict_changes": (
        "{fixed} values are right only in {b}, {broken} only in {a}.",
        "{fixed} Werte sind nur in {b} richtig, {broken} nur in {a}.",
    ),
    "verdict_nothing_compared": (
        "There is nothing to compare: no header field has a value in the truth or in the extractions.",
        "Es gibt nichts zu vergleichen: Kein Kopffeld hat einen Wert in der Wahrheit oder den Extraktionen.",
    ),
    "difference": ("Difference", "Unterschied"),
    "gate_margin": (
        "{what}: {b} no worse than {a} by more than {margin} of F1",
        "{what}: {b} um höchstens {margin} von F1 schlechter als {a}",
    ),
    "gate_difference": ("difference {value} ({ends})", "Unterschied {value} ({ends})"),
    "answer_no_worse": ("No worse", "Nicht schlechter"),
    "answer_worse": ("Worse", "Schlechter"),
    "answer_cannot_tell": ("Cannot tell", "Nicht zu sagen"),
    "detectable": ("Would have been seen", "Wäre aufgefallen"),
    "perfect_in": ("Without mistake in {run}", "Ohne Fehler in {run}"),
    "change": ("Change", "Änderung"),
    "outcome_in": ("Outcome in {run}", "Ausgang in {run}"),
    "difference_of": ("{value} ({ends})", "{value} ({ends})"),
    "card_change": ("{value} against {a} ({ends})", "{value} gegen {a} ({ends})"),
    "verdict_column": ("Evidence", "Befund"),
    "change_better": ("better", "besser"),
    "change_worse": ("worse", "schlechter"),
    "change_probably_better": ("probably better", "wahrscheinlich besser"),
    "change_probably_worse": ("probably worse", "wahrscheinlich schlechter"),
    "change_first_run_only": ("delivered by {a} only", "nur von {a} geliefert"),
    "change_second_run_only": ("delivered by {b} only", "nur von {b} geliefert"),
    "change_no_evidence": ("no evidence", "kein Befund"),
    "change_seen": (
        "no evidence; {detectable} would probably have been seen",
        "kein Befund; {detectable} wäre wahrscheinlich aufgefallen",
    ),
    "differences": ("Field by field", "Feld für Feld"),
    "differences_glyph": ("Hollow: {a}, filled: {b}.", "Hohl: {a}, gefüllt: {b}."),
    "differences_lead": (
        "The difference is {b} minus {a}, on the same documents. Only where the interval "
        "leaves out 0 and the test agrees is a field better or worse; “no evidence” does not say that they are equal.",
        "Der Unterschied ist {b} minus {a}, auf denselben Dokumenten. Nur wo das Intervall "
        "die 0 auslässt und der Test zustimmt, ist ein Feld besser oder schlechter; „kein Befund“ heißt nicht, dass "
        "sie gleich sind.",
    ),
    "fixed": ("Only in {b} right", "Nur in {b} richtig"),
    "broken": ("Only in {a} right", "Nur in {a} richtig"),
    "broken_title": ("Broken: right in {a}, not in {b}", "Kaputt: richtig in {a}, nicht in {b}"),
    "fixed_title": ("Fixed: right in {b}, not in {a}", "Repariert: richtig in {b}, nicht in {a}"),
    "changed_lead": (
        "{values} values of {documents} documents; {whole} documents had nothing wrong in their header fields before.",
        "{values} Werte auf {documents} Dokumenten; {whole} Dokumente hatten zuvor keinen Fehler in den Kopffeldern.",
    ),
    "changed_lead_fixed": (
        "{values} values of {documents} documents; {whole} documents have nothing wrong in their header fields now.",
        "{values} Werte auf {documents} Dokumenten; {whole} Dokumente haben nun keinen Fehler in den Kopffeldern.",
    ),
    "changed_more": (
        "The first {shown} of {count}; comparison.changes() has all.",
        "Die ersten {shown} von {count}; alle hat comparison.changes().",
    ),
    "one_run_only": ("In one run only", "Nur in einem Lauf"),
    "only_in": ("Documents of {run} only", "Dokumente nur von {run}"),
    "fields_of": ("Fields delivered by {run} only", "Felder nur von {run} geliefert"),
    "fields_left_out": ("Fields left out", "Ausgelassene Felder"),
    "what": ("What", "Was"),
    "which_ones": ("Which", "Welche"),
    "how_many": ("How many", "Wie viele"),
    "settings_differ": ("What differs in how they were made", "Was sich in der Entstehung unterscheidet"),
    "settings_same": ("Nothing differs.", "Nichts unterscheidet sich."),
    "notes_of": ("Notes of {run}", "Hinweise zu {run}"),
    "term_f1": ("F1", "F1"),
    "def_f1": (
        "Twice the right values, divided by all values of the truth and all extracted ones: 1 if nothing is wrong, "
        "missing or spurious.",
        "Das Doppelte der richtigen Werte, geteilt durch alle Werte der Wahrheit und alle extrahierten: 1, wenn nichts "
        "falsch ist, fehlt oder erfunden ist.",
    ),
    "term_precision": ("Precision", "Präzision"),
    "def_precision": (
        "Share of the extracted values that are right.",
        "Anteil der extrahierten Werte, die richtig sind.",
    ),
    "term_recall": ("Recall", "Trefferquote"),
    "def_recall": (
        "Share of the values in the truth that were extracted rightly.",
        "Anteil der Werte der Wahrheit, die richtig extrahiert wurden.",
    ),
    "term_outcomes": ("Wrong, missing, spurious", "Falsch, fehlend, erfunden"),
    "def_outcomes": (
        "Another value was extracted; none was, though there is one; one was, though there is none.",
        "Ein anderer Wert wurde extrahiert; keiner, obwohl es einen gibt; einer, obwohl es keinen gibt.",
    ),
    "term_micro": ("Micro, macro", "Micro, macro"),
    "def_micro": (
        "Micro: all values counted together. Macro: the mean of the fields.",
        "Micro: alle Werte zusammen gezählt. Macro: das Mittel der Felder.",
    ),
    "term_interval": ("Interval", "Intervall"),
    "def_interval": (
        "Where the number would lie for all documents of this kind, of which these are a sample.",
        "Wo die Zahl für alle Dokumente dieser Art läge, von denen diese eine Stichprobe sind.",
    ),
    "term_payable": ("Payable", "Zahlbar"),
    "def_payable": (
        "Of the documents with an amount and an account to pay to: nothing wrong, missing or spurious in amount, IBAN, "
        "recipient and reference, as far as they are labelled.",
        "Von den Dokumenten mit Betrag und Konto: nichts falsch, fehlend oder erfunden bei Betrag, IBAN, Empfänger und "
        "Referenz, soweit es Sollwerte gibt.",
    ),
    "term_perfect": ("Without any mistake", "Ohne jeden Fehler"),
    "def_perfect": (
        "Nothing wrong, missing or spurious in the header fields.",
        "Nichts falsch, fehlend oder erfunden in den Kopffeldern.",
    ),
    "term_answered": ("Answered", "Beantwortet"),
    "def_answered": (
        "The service delivered extractions; of all documents that were sent, also of those without truth.",
        "Der Dienst lieferte Extraktionen; von allen gesendeten Dokumenten, auch denen ohne Sollwerte.",
    ),
    "term_pattern": ("Pattern", "Muster"),
    "def_pattern": (
        "A set of mistakes that a document has in its header fields.",
        "Eine Menge von Fehlern, die ein Dokument in seinen Kopffeldern hat.",
    ),
}
TERMS = ("f1", "precision", "recall", "outcomes", "micro", "interval", "payable", "perfect", "answered", "pattern")
"""Entries of the glossary, in order: ``term_…`` and ``def_…``."""


def of(language: str) -> dict[str, str]:
    """Return the words of one language."""
    return {key: pair[language == "de"] for key, pair in PAIRS.items()}
