"""Names of companies and persons, and the words that stand around them."""

import re

LEGAL_FORM = re.compile(
    r"(?<![\w.])(?:g?GmbH|GMBH|Ges\.m\.b\.H\.|AG|OG|e\. ?U\.|KG|KGaA|OHG|GbR|UG|SE|e\. ?K\.|e\. ?V\.|eG|mbH"
    r"|PartG|Part(?:G|ner)mbB|Ltd\.?"
    r"|Limited|Inc\.?|LLC|LLP|PLC|plc|S\.?A\.?|SARL"
    r"|S\.?A\.?S\.?U?|S\.?à ?r\.?l\.?|B\.?V\.?|N\.?V\.?|S\.?r\.?l\.?|S\.?p\.?A\.?|Corp\.?|Foundation|Stiftung"
    r"|Genossenschaft|a\. ?G\.)(?!\w)"
)
PAYEE = re.compile(
    r"(?:zahlungsempfänger(?:in)?|begünstigter?|payee|beneficiary(?: name)?|bénéficiaire|beneficiario"
    r"|(?:checks? )?payable to)\s*[:.]*\s+",
    re.IGNORECASE,
)
ASSIGNED = re.compile(
    r"(?:ausschließlich|nur|schuldbefreiend\w*) an\s*:?\s+|(?:forderung\w*|ansprüche) .{0,20}an (?:die |den |das )?",
    re.I,
)
HOLDER = re.compile(
    r"(?:konto-?inhaber(?:in)?|kontoname|account (?:holder|name|owner)|titulaire(?: du compte)?|rekeninghouder"
    r"|ten name van"
    r"|t\.?n\.?v\.?|intestatario)\s*[:.]*\s+",
    re.IGNORECASE,
)
PAYEE_SECTION = re.compile(
    r"^\W*empfänger(?:in)?\b(?! ?iban).{0,20}$|zahlungsempfänger|begünstigter|\bpayee\b|beneficiary"
    r"|bénéficiaire|zahlbar an|payable à|payable to|pagabile a",
    re.IGNORECASE,
)
SELLER = re.compile(
    r"^\W*(?:verkäufer|lieferant|rechnungssteller|leistungserbringer|absender|aussteller|seller|supplier|vendor"
    r"|from\b|sold by|vendeur|fournisseur|émetteur"
    r"|verkoper|leverancier|fornitore|cedente)",
    re.IGNORECASE,
)
BUYER = re.compile(
    r"(?<!ver)käufer|rechnungs-?empfänger|leistungsempfänger|waren-?empfänger|lieferadresse|rechnungsadresse"
    r"|rechnung an|kunde\b|buyer|(?:bill|billed|ship|sold)(?:ed)? to"
    r"|delivery address|customer|client\b|klant|cliente|acheteur|livraison|zahlbar durch|payable (?:by|par)"
    r"|pagabile da|\bzahler|einzahler|auftraggeber|debitor",
    re.IGNORECASE,
)
BANK = re.compile(r"bank\b|sparkasse|volksbank|raiffeisen|\bbanque\b|\bbanca\b|kreditinstitut", re.IGNORECASE)
NAME_LABEL = re.compile(r"^\s*(?:name|nom|firma|naam|nome)\s*:?\s+", re.IGNORECASE)
BULLET = re.compile(r"[·•●|∙*■▪]")
SEPARATOR = re.compile(r"\s*[·•●|∙*■▪]\s*|\s+[–—-]+\s+|\s{3,}|, (?!Ltd|Inc|LLC|LLP|Corp|Co\b|S\.|SE\b)|; ")
PLACE = re.compile(r"(?:.*[ ,·•●|–-])?(?:[A-Z]{1,3}[- ])?\d{4,5}(?: [A-Z]{2})? +[A-ZÄÖÜÉ][\w'’.-]+")

_TITLE = re.compile(
    r"^(?:firma|fa\.|an|herrn?|frau|familie|name|nom|absender|kontoinhaber|rechnung|invoice|quittung|von|from"
    r"|to)\b\s*:?\s*(?=\S)|^\W+",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"\w\s\d{1,4}\s?[a-zA-Z]?$")
_NO_NAME = re.compile(
    r"\b(?:\w*betrag|\w*summe|rechnung|invoice|facture|factuur|fattura|datum|date|seite|page|nr|tel|telefon|fax"
    r"|e-?mail|www|iban|bic"
    r"|swift|ust|mwst|vat|steuer\w*|konto\w*"
    r"|straße|str|strasse|street|road|avenue|platz|postfach|betrag|summe|total|gmbh-gesetz|handelsregister"
    r"|amtsgericht|geschäftsführer\w*|sitz|hrb|blz"
    r"|\w*nummer|number|name|vorname|(?<!\w )firma$|zahlungsanweisung|zahlschein|\w*überweisung|empfangsschein"
    r"|zahlteil"
    r"|mahnung|gutschrift|angebot|quittung|kontoinhaber\w*|zahlweise|abgetreten|anschrift|adresse|address|gln"
    r"|pos|beschreibung|description|stylesheet|version|bitte"
    r"|sehr geehrte|vielen dank|überweis\w*|zahlbar|menge|preis|artikel|referenz|reference|référence|währung"
    r"|currency)\b|@|https?:",
    re.IGNORECASE,
)


def clean(text: str) -> str:
    """Take titles, labels and stray signs off a name."""
    name = text.strip(" \t,;:|·•●–-")
    return _TITLE.sub("", name).strip(" \t,;:|·•●–-") if len(name) > 2 else name


def is_name(text: str) -> bool:
    """Say whether a text can be the name of a company or person: few words, none that belong to other fields."""
    letters = sum(letter.isalpha() for letter in text)
    digits = sum(letter.isdigit() for letter in text)
    if letters < 3 or 3 * digits > letters or len(text.split()) > 10 or len(text) > 80 or _NO_NAME.search(text):
        return False
    if LEGAL_FORM.search(text):
        rest = re.sub(r"\b(?:CO|Co|KG)\b|[^\w]", "", LEGAL_FORM.sub("", text))
        return ":" not in text and len(rest) > 1
    heading = BULLET.search(text) or BUYER.search(text) or SELLER.match(text) or PAYEE_SECTION.search(text)
    return not (heading or ":" in text or _HOUSE.search(text))
