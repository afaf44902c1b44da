"""The words of a plan, in English and German, and how numbers stand in them."""

from collections.abc import Mapping
from dataclasses import dataclass

from gini_notebook._german import number_in_german
from gini_notebook.analysis.automation.sequence import CERTIFIED, NO_LABELS, NOT_SHOWN, NOT_TESTED, TOO_FEW
from gini_notebook.errors import SettingError

LANGUAGES = ("en", "de")

_PAIRS: Mapping[str, tuple[str, str]] = {
    "asked": (
        "Of the documents paid unseen, {target} shall be right in {fields}. There are {documents} documents; "
        "{labelled} of them have ground truth for all of these fields. The list of {rules} rules was fixed beforehand "
        "(hash {hash}).",
        "Von den ungesehen bezahlten Dokumenten sollen {target} richtig sein in {fields}. Es gibt {documents} "
        "Dokumente; zu {labelled} davon gibt es Sollwerte für alle diese Felder. Die Liste der {rules} Regeln wurde "
        "vorher festgelegt (Hash {hash}).",
    ),
    "question_asked": ("Asked:", "Gefragt:"),
    "question_how_many": ("How many could be paid unseen?", "Wie viele wären ungesehen zahlbar?"),
    "question_rule": ("Which rule is that?", "Welche Regel ist das?"),
    "question_how_sure": ("How sure is that?", "Wie sicher ist das?"),
    "question_not_for": ("For whom not?", "Für wen nicht?"),
    "question_tested": ("In which order are the rules tested?", "In welcher Reihenfolge werden die Regeln geprüft?"),
    "question_next": ("What to do next?", "Was ist als Nächstes zu tun?"),
    "question_mistakes": ("Which mistakes?", "Welche Fehler?"),
    "question_amounts": ("How much money?", "Wie viel Geld?"),
    "payable": (
        "{kept} of {documents} documents ({rate}) could be paid unseen: those that the rule '{rule}' lets through.",
        "{kept} von {documents} Dokumenten ({rate}) wären ungesehen zahlbar: die, die die Regel „{rule}“ durchlässt.",
    ),
    "none_yet": (
        "None yet: no rule is shown to have {target} right. The rule '{rule}' would let {kept} of {documents} "
        "documents ({rate}) through.",
        "Noch keine: Für keine Regel ist belegt, dass {target} richtig sind. Die Regel „{rule}“ ließe {kept} von "
        "{documents} Dokumenten ({rate}) durch.",
    ),
    "none_through": (
        "None: no rule lets any of the {labelled} documents with ground truth through; {documents} documents are to be "
        "looked at.",
        "Keine: Keine Regel lässt eines der {labelled} Dokumente mit Sollwerten durch; {documents} Dokumente sind "
        "anzusehen.",
    ),
    "look_at_all": (
        "None: none of the {documents} documents has ground truth for all of these fields; look at all of them.",
        "Keine: Keines der {documents} Dokumente hat Sollwerte für alle diese Felder; alle ansehen.",
    ),
    "unread": (
        "None: all {documents} documents failed to be read; somebody has to look at all of them.",
        "Keine: Alle {documents} Dokumente ließen sich nicht lesen; alle ansehen.",
    ),
    "too_small": (
        "None: of this kind there are too few ({documents}) to plan for {target}; look at all of them.",
        "Keine: Von dieser Art gibt es zu wenige ({documents}), um {target} zu planen; alle ansehen.",
    ),
    "nothing_known": ("Nothing is known of them.", "Über sie ist nichts bekannt."),
    "payable_in_all": (
        "{kept} of {documents} documents ({rate}): a rule is shown for {shown} of {parts} kinds of documents.",
        "{kept} von {documents} Dokumenten ({rate}): Für {shown} von {parts} Arten von Dokumenten ist eine Regel "
        "belegt.",
    ),
    "none_in_all": (
        "None yet: a rule is shown to have {target} right for none of the {parts} kinds of documents.",
        "Noch keine: Dass {target} richtig sind, ist für keine der {parts} Arten von Dokumenten belegt.",
    ),
    "begin_with": (
        "Begin with the kind that has most to gain: {kind}, where {kept} of {documents} documents could be paid unseen "
        "if '{rule}' is shown; how many labels that takes stands there.",
        "Mit der Art beginnen, bei der am meisten zu gewinnen ist: {kind}; {kept} von {documents} Dokumenten wären "
        "ungesehen zahlbar, wenn „{rule}“ belegt ist. Wie viele Sollwerte das braucht, steht dort.",
    ),
    "measured": (
        "With ground truth: {labelled} of them. Wrong: {wrong} ({share}), {bound}. Allowed: {allowed}.",
        "Mit Sollwerten: {labelled} davon. Falsch: {wrong} ({share}), {bound}. Erlaubt: {allowed}.",
    ),
    "picked": (
        ", counting in that it was picked from {rules} rules after a look at the mistakes",
        "; dass sie nach einem Blick auf die Fehler aus {rules} Regeln ausgesucht wurde, ist eingerechnet",
    ),
    "in_turn": ("For a rule tested in its turn: {why}", "Für eine Regel, die an der Reihe ist: {why}"),
    "bound_alone": (
        "the table's {high} is that of a rule tested in its turn, not picked",
        "die {high} der Tabelle gelten für eine Regel, die an der Reihe ist, nicht für eine ausgesuchte",
    ),
    "bound_by_issuer": (
        "the table's {high} counts issuers, not documents",
        "die {high} der Tabelle zählen Absender, nicht Dokumente",
    ),
    "checks": ("'{rule}': {checked}", "„{rule}“: {checked}"),
    "checked": (
        "every one of these fields was read{passes}{alarms}.",
        "jedes dieser Felder wurde gelesen{passes}{alarms}.",
    ),
    "passes": (", and: {checks}", ", und: {checks}"),
    "alarms": ("; nothing says the contrary of: {checks}", "; nichts spricht gegen: {checks}"),
    "check_readers_agree": ("a second reader read the same", "ein zweiter Leser las dasselbe"),
    "check_iban_valid": ("the IBAN has the right check digits", "die IBAN hat die richtigen Prüfziffern"),
    "check_bic_matches": ("the BIC is of the bank of the IBAN", "die BIC gehört zur Bank der IBAN"),
    "check_one_iban": ("there is no other valid IBAN", "es gibt keine andere gültige IBAN"),
    "check_amount_payable": ("the amount is positive and in EUR", "der Betrag ist positiv und in EUR"),
    "check_amount_supported": (
        "other amounts of the document bear the amount out",
        "andere Beträge des Dokuments stützen den Betrag",
    ),
    "check_payee_known": ("this name was paid at this account before", "dieser Name wurde auf diesem Konto bezahlt"),
    "check_to_be_paid": (
        "it is no credit note, and not paid already",
        "es ist keine Gutschrift und nicht schon bezahlt",
    ),
    "check_pages_read": ("all pages were read", "alle Seiten wurden gelesen"),
    "check_present": ("it was read", "es wurde gelesen"),
    "part": ("{by} {name}: ", "{by} {name}: "),
    "unknown": ("unknown", "unbekannt"),
    "bound_clusters": (
        "at most {high} with 95 % confidence, for documents of new issuers, too",
        "höchstens {high} mit 95 % Sicherheit, auch für Dokumente neuer Absender",
    ),
    "bound_these": (
        "at most {high} with 95 % confidence for documents of these issuers ({clusters})",
        "höchstens {high} mit 95 % Sicherheit für Dokumente dieser Absender ({clusters})",
    ),
    "bound_like": (
        "at most {high} with 95 % confidence for documents like these",
        "höchstens {high} mit 95 % Sicherheit für Dokumente wie diese",
    ),
    "line": (
        "{number}. {rule}: {kept} let through, {labelled} of them with ground truth, {wrong} of these "
        "wrong{high}{issuers}; {status}.",
        "{number}. {rule}: {kept} durchgelassen, {labelled} davon mit Sollwerten, {wrong} davon falsch{high}{issuers}; "
        "{status}.",
    ),
    "line_fails": ("{seen} wrong: fails", "{seen} falsch: scheitert"),
    "line_high": (", at most {high}", ", höchstens {high}"),
    "line_issuers": (
        ", by issuer at most {high} ({wrong} of {clusters} with a mistake)",
        ", nach Absendern höchstens {high} ({wrong} von {clusters} mit Fehler)",
    ),
    "reason_certified": ("{target} is shown on {there} {things}.", "{target} sind belegt, an {there} {things}."),
    "reason_too_few": (
        "{target} needs at least {fewest} {things} that the rule lets through, without a mistake; there are {there}.",
        "{target} brauchen mindestens {fewest} {things} ohne Fehler, die die Regel durchlässt; es gibt {there}.",
    ),
    "reason_fails": (
        "{seen} of {there} wrong, {allowed} allowed: as it is, it fails as soon as {fewest} {things} let it be tested.",
        "{seen} von {there} falsch, {allowed} erlaubt: So scheitert sie, sobald {fewest} {things} sie prüfbar machen.",
    ),
    "reason_fails_clusters": (
        "{seen} of {there} {things} with a mistake, {allowed} allowed: as it is, it fails as soon as {fewest} let it "
        "be tested.",
        "{seen} von {there} {things} mit Fehler, {allowed} erlaubt: So scheitert sie, sobald {fewest} sie prüfbar "
        "machen.",
    ),
    "reason_not_tested": (
        "Not tested, since a stricter rule failed; its {there} {things} say nothing by themselves.",
        "Nicht geprüft, da eine strengere Regel scheiterte; {there} {things} sagen für sich nichts.",
    ),
    "reason_not_shown": (
        "{target} cannot be shown: with {seen} wrong, {needed} {things} are needed; there are {there}.",
        "{target} lassen sich nicht belegen: Mit {seen} falschen braucht es {needed} {things}; es gibt {there}.",
    ),
    "reason_not_shown_clusters": (
        "{target} cannot be shown: with {seen} with a mistake, about {needed} {things} are needed; there are {there}.",
        "{target} lassen sich nicht belegen: Mit {seen} mit Fehler braucht es etwa {needed} {things}; es gibt {there}.",
    ),
    "things_documents": ("documents with ground truth", "Dokumente mit Sollwerten"),
    "on_documents": ("documents with ground truth", "Dokumenten mit Sollwerten"),
    "things_issuers": ("issuers", "Absender"),
    "on_issuers": ("issuers", "Absendern"),
    "issuers_unknown": (
        "New issuers: no statement, since nothing names issuers; {enough} would be needed for {target}. Name them with "
        "cluster= (in a shell --cluster).",
        "Neue Absender: keine Aussage, da nichts die Absender nennt; für {target} brauchte es {enough}. cluster= (in "
        "einer Shell --cluster) nennt sie.",
    ),
    "issuers_few": (
        "New issuers: no statement. {target} for issuers not seen needs {enough} issuers without a mistake ({fewer} "
        "for 95 %); there are {most}, told apart by {cluster}.",
        "Neue Absender: keine Aussage. {target} für ungesehene Absender brauchen {enough} Absender ohne Fehler "
        "({fewer} für 95 %); es gibt {most}, unterschieden nach {cluster}.",
    ),
    "issuers_decide": (
        "There are {most} issuers, enough for a statement on new ones: name them with cluster={cluster!r} (in a shell "
        "--cluster), and their bound decides.",
        "Es gibt {most} Absender, genug für eine Aussage über neue: Mit cluster={cluster!r} (in einer Shell --cluster) "
        "entscheidet deren Grenze.",
    ),
    "issuers_shown": (
        "New issuers are counted in: the bound is that of {most} issuers ({cluster}).",
        "Neue Absender sind eingerechnet: Die Grenze ist die von {most} Absendern ({cluster}).",
    ),
    "kinds": (
        "Kinds of documents without ground truth: no statement, look at all of them. Ground truth there is for: "
        "{kinds}.",
        "Arten von Dokumenten ohne Sollwerte: keine Aussage, alle ansehen. Sollwerte gibt es für: {kinds}.",
    ),
    "losses": (
        "{count} {mistakes} that some rule lets through; let through by: {rules}. A report lists them, and "
        "plan.mistakes(). Before you believe a bound, look at each beside its page: was the document read wrong, or is "
        "the ground truth wrong? Where 1 label in 100 is wrong, no rule reaches 99 %.",
        "{count} {mistakes}, die eine Regel durchlässt; durchgelassen von: {rules}. Ein Bericht nennt sie, und "
        "plan.mistakes(). Bevor Sie einer Grenze glauben, jeden neben seiner Seite ansehen: Ist das Dokument falsch "
        "gelesen, oder ist der Sollwert falsch? Wo 1 von 100 Sollwerten falsch ist, erreicht keine Regel 99 %.",
    ),
    "through": ("'{rule}' {count}", "„{rule}“ {count}"),
    "one_mistake": ("mistake", "Fehler"),
    "mistakes": ("mistakes", "Fehler"),
    "amounts": (
        "{count} wrong amounts: {over} too much and {under} too little in all, the largest in {document} ({largest}).",
        "{count} falsche Beträge: insgesamt {over} zu viel und {under} zu wenig, der größte in {document} ({largest}).",
    ),
    "one_amount": (
        "1 wrong amount: {over} too much and {under} too little, in {document}.",
        "1 falscher Betrag: {over} zu viel und {under} zu wenig, in {document}.",
    ),
    "nothing": ("nothing", "nichts"),
    "misdirected": (
        "In {count} documents account or payee is wrong: all of {total}, the amounts read there, could go to somebody "
        "else.",
        "In {count} Dokumenten ist Konto oder Empfänger falsch: Die ganzen dort gelesenen Beträge, {total}, könnten an "
        "jemand anderen gehen.",
    ),
    "one_misdirected": (
        "In 1 document account or payee is wrong: all of {total}, the amount read there, could go to somebody else.",
        "In 1 Dokument ist Konto oder Empfänger falsch: Der ganze dort gelesene Betrag, {total}, könnte an jemand "
        "anderen gehen.",
    ),
    "amounts_limit": (
        "So few say nothing of the loss to expect; a limit on the amount read bounds what is paid too much or to "
        "somebody else, not what is underpaid.",
        "So wenige sagen nichts über den zu erwartenden Verlust; eine Grenze für den gelesenen Betrag begrenzt, was zu "
        "viel oder an jemand anderen bezahlt wird, nicht, was zu wenig.",
    ),
    "note": ("Note: {text}", "Hinweis: {text}"),
    "next_label": (
        "Enter the ground truth of documents: none of the {documents} has it, so that no rule can be judged on them.",
        "Sollwerte erfassen: Keines der {documents} Dokumente hat welche, sodass sich an ihnen keine Regel beurteilen "
        "lässt.",
    ),
    "next_failed": (
        "Find out why they failed, and send them again; ground truth would not help.",
        "Herausfinden, warum sie sich nicht lesen ließen, und sie neu senden; Sollwerte würden nicht helfen.",
    ),
    "next_small": (
        "Nothing, unless more of this kind come: even the least takes {fewest} of them that a rule lets through.",
        "Nichts, wenn nicht mehr dieser Art kommen: Schon die einfachste Antwort braucht {fewest}, die eine Regel "
        "durchlässt.",
    ),
    "next_nothing": (
        "See which checks stop the {labelled} documents with ground truth: a second reader may be missing, or a field "
        "is never read.",
        "Nachsehen, welche Prüfungen die {labelled} Dokumente mit Sollwerten aufhalten: Vielleicht fehlt ein zweiter "
        "Leser, oder ein Feld wird nie gelesen.",
    ),
    "tested_order": (
        "As numbered, 1 to {rules}: the fewer documents with ground truth a rule lets through, the earlier its turn; "
        "no mistake decides that. Testing begins at the first with {fewest} {things} and ends at the first that fails.",
        "Wie nummeriert, 1 bis {rules}: Je weniger Dokumente mit Sollwerten eine Regel durchlässt, desto früher kommt "
        "sie an die Reihe; kein Fehler entscheidet darüber. Das Prüfen beginnt bei der ersten, für die es {fewest} "
        "{things} gibt, und endet bei der ersten, die scheitert.",
    ),
    "tested_none": (
        "Now none is tested, as none has {fewest} {things}.",
        "Jetzt wird keine geprüft, da es für keine {fewest} {things} gibt.",
    ),
    "tested_first": (
        "The first that would fail with as many mistakes as here is number {number}, '{rule}' ({wrong} of {there} "
        "wrong).",
        "Die erste, die bei so vielen Fehlern wie hier scheiterte, ist Nummer {number}, „{rule}“ ({wrong} von {there} "
        "falsch).",
    ),
    "tested_all": (
        "Now testing begins at number {begun}, and none fails.",
        "Jetzt beginnt das Prüfen bei Nummer {begun}, und keine scheitert.",
    ),
    "tested_until": (
        "Now testing begins at number {begun} and ends at number {number}, '{rule}', which fails; not tested after it: "
        "{left}.",
        "Jetzt beginnt das Prüfen bei Nummer {begun} und endet bei Nummer {number}, „{rule}“, die scheitert; danach "
        "nicht mehr geprüft: {left}.",
    ),
    "next_new": (
        "These documents have had their test and can show no rule any more. Name '{rule}' alone beforehand (rules=) "
        "and test it on new documents.",
        "Diese Dokumente sind geprüft und können keine Regel mehr belegen. „{rule}“ allein vorher festlegen (rules=) "
        "und an neuen Dokumenten prüfen.",
    ),
    "next_behind": (
        "More ground truth alone will not show '{rule}': its turn comes after '{other}' ({wrong} of {there} wrong), "
        "which would fail and end the testing. Name '{rule}' alone beforehand (rules=) and test it on documents that "
        "have no ground truth yet.",
        "Mehr Sollwerte allein belegen „{rule}“ nicht: Sie kommt nach „{other}“ ({wrong} von {there} falsch) an die "
        "Reihe, die scheitern und das Prüfen beenden würde. „{rule}“ allein vorher festlegen (rules=) und an "
        "Dokumenten prüfen, die noch keine Sollwerte haben.",
    ),
    "find_new": (
        "That takes {needed} such documents that '{rule}' lets through, with ground truth, {mistakes}.",
        "Das braucht {needed} solche Dokumente mit Sollwerten, die „{rule}“ durchlässt, {mistakes}.",
    ),
    "find_more": (
        "Enter the ground truth of more documents: '{rule}' needs {needed} that it lets through, {mistakes}",
        "Sollwerte zu weiteren Dokumenten erfassen: „{rule}“ braucht {needed}, die sie durchlässt, {mistakes}",
    ),
    "find_has": ("; it has {there}.", "; es gibt {there}."),
    "find_none_wrong": ("none of them wrong", "keines davon falsch"),
    "find_as_rare": ("if it errs as rarely as here", "wenn sie so selten irrt wie hier"),
    "find_here": (
        "Of the {unlabelled} documents here without ground truth it lets {here} through.",
        "Von den {unlabelled} Dokumenten hier ohne Sollwerte lässt sie {here} durch.",
    ),
    "find_none_here": ("All documents here have ground truth.", "Alle Dokumente hier haben Sollwerte."),
    "find_enough": ("These are enough.", "Diese reichen."),
    "find_beyond": (
        "{beyond} are still to be collected: in about {fewer} to {more} documents, as it lets {labelled} of "
        "those with ground truth through, but {all} of all here.",
        "{beyond} sind noch zu sammeln: unter etwa {fewer} bis {more} Dokumenten, denn von denen mit "
        "Sollwerten lässt sie {labelled} durch, von allen hier aber {all}.",
    ),
    "find_beyond_same": (
        "{beyond} are still to be collected: in about {more} documents, if it lets {all} of them through, as here.",
        "{beyond} sind noch zu sammeln: unter etwa {more} Dokumenten, wenn sie {all} davon durchlässt wie hier.",
    ),
    "find_issuers": (
        "Collect documents of new issuers: '{rule}' needs {issuers} more issuers that err as rarely as here, in about "
        "{more} more documents with ground truth, if it lets as many of them through as here.",
        "Dokumente neuer Absender sammeln: „{rule}“ braucht {issuers} weitere Absender, die so selten irren wie hier, "
        "unter etwa {more} weiteren Dokumenten mit Sollwerten, wenn sie davon so viele durchlässt wie hier.",
    ),
    "find_issuers_new": (
        "That takes {issuers} issuers that err as rarely as here, in about {more} documents with ground truth, if "
        "'{rule}' lets as many of them through as here.",
        "Das braucht {issuers} Absender, die so selten irren wie hier, unter etwa {more} Dokumenten mit Sollwerten, "
        "wenn „{rule}“ davon so viele durchlässt wie hier.",
    ),
    "next_other": (
        "If it goes on like this, more ground truth will not do: even '{rule}', which errs least, is wrong in {share} "
        "of {things}, and {allowed} are allowed. A second reader, another rule or a lower target is needed; a rule "
        "made after looking needs new documents.",
        "Wenn es so weitergeht, helfen mehr Sollwerte nicht: Selbst „{rule}“, die am seltensten irrt, ist falsch bei "
        "{share} der {things}, und {allowed} sind erlaubt. Es braucht einen zweiten Leser, eine andere Regel oder ein "
        "kleineres Ziel; eine Regel, die nach dem Hinsehen entsteht, braucht neue Dokumente.",
    ),
    "of_documents": ("documents", "Dokumente"),
    "of_issuers": ("issuers", "Absender"),
    "within_reach": (
        "Even if all were right, the {there} {things} that some rule lets through could show {most} % at most.",
        "Selbst wenn alle stimmten, könnten die {there} {things}, die eine Regel durchlässt, höchstens {most} % "
        "belegen.",
    ),
    "within_reach_of_one": (
        "1 document shows next to nothing, even if it is right.",
        "1 Dokument belegt so gut wie nichts, auch wenn es stimmt.",
    ),
    "next_keep": (
        "Keep the plan with its rules, and look at a random sample of what is paid unseen: only that tells whether it "
        "still holds (plan.save, plan.check; in a shell --out).",
        "Den Plan mit seinen Regeln aufheben und eine Zufallsstichprobe des ungesehen Bezahlten ansehen: Nur sie "
        "zeigt, ob er noch gilt (plan.save, plan.check; in einer Shell --out).",
    ),
    CERTIFIED: ("certified", "belegt"),
    NOT_SHOWN: ("not shown", "nicht belegt"),
    NOT_TESTED: ("not tested", "nicht geprüft"),
    TOO_FEW: ("too few", "zu wenige"),
    NO_LABELS: ("no labels", "ohne Sollwerte"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences and numbers in one language."""

    language: str = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            message = f"There is no plan in the language {self.language!r}; choose one of {', '.join(LANGUAGES)}."
            raise SettingError(message)

    def say(self, key: str, **facts: object) -> str:
        """Return a sentence; counts in it are grouped by thousands."""
        told = {name: self.count(fact) if isinstance(fact, int) else fact for name, fact in facts.items()}
        return _PAIRS[key][self.language == "de"].format(**told)

    def kind(self, name: str) -> str:
        """Name documents by their source classification."""
        from gini_notebook.analysis.report.texts import TEXTS  # loads the templates of reports

        return TEXTS[self.language].get(f"slice_{name}", name)

    def count(self, number: int) -> str:
        """Write a count, with thousands grouped."""
        return self.number(f"{number:,}")

    def percent(self, share: float) -> str:
        """Write a share in percent, with as many digits as it needs to be told from 0 and from 100."""
        return f"{self.number(f'{share * 100:.3g}')} %"

    def tenths(self, share: float) -> str:
        """Write a share as tables do: in percent with one digit behind the point."""
        return f"{self.number(f'{share * 100:.1f}')} %"

    def money(self, amount: float, currency: str) -> str:
        """Write an amount with its currency, if it has one."""
        return f"{self.number(f'{amount:,.2f}')} {currency}".rstrip()

    def number(self, text: str) -> str:
        """Put the signs of the language into a number."""
        return number_in_german(text) if self.language == "de" else text
