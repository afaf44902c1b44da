"""Words beside an amount that say whether it is the one to pay (German, English, French, Dutch, Italian)."""

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_TO_PAY = _any_of(
    r"zu zahlend\w*|zu zahlen\b|zahlbetrag|zahlungsbetrag|zu überweisen|zu begleichen|zu entrichten",
    r"(?:überweisungs|abbuchungs|lastschrift|einzugs|auszahlungs|forderungs)betrag",
    r"fällige\w* (?:betrag|zahlung|gesamt)|offene\w* (?:betrag|posten|forderung|rest)|noch offen",
    r"restbetrag|restzahlung|nachzahlung",
    r"überweis\w*\b.{0,40}\bvon$|überweisung von$|(?:please )?(?:transfer|pay|remit)\b.{0,20}$",
    r"amount (?:due|payable|to pay)|(?:balance|total) (?:now )?due|total (?:payable|to pay)|please pay|due payable",
    r"net [àa] payer|(?:montant|total|reste|solde)\b.{0,12} (?:à (?:payer|régler)|dû\b)",
    r"te betalen|te voldoen|verschuldigd",
    r"(?:totale?|netto|importo) (?:da|a) pagare",
)
_TOTAL = _any_of(
    r"(?:rechnungs|gutschrift|erstattungs)-?(?:betrag|summe|endbetrag|total)",
    r"gesamt-?(?:betrag|summe|forderung|kosten)|end-?(?:betrag|summe)",
    r"brutto-?(?:betrag|summe)?\b|(?:summe|gesamt|total) brutto",
    r"(?:ink|incl)\w*\.? .{0,12}(?:mwst|ust|steuer|vat|tax|btw)",
    r"grand total|invoice (?:total|amount)|total (?:amount|ttc|incl\w*|invoice)|\bttc\b|\bt\.t\.c",
    r"totaal(?:bedrag)?|factuurbedrag|totale (?:fattura|documento)",
)
_SUM = _any_of(
    r"\b(?:gesamt(?:preis|beitrag|prämie|miete)?|endpreis|summe|betrag)\b",
    r"\b(?:total|totale|totaal|amount|montant|importo|bedrag)\b",
)
_OTHER = _any_of(
    r"\bnetto\b(?!.{0,3} inkl)(?! (?:a|da) pagare)|netto(?:betrag|summe|wert)|zwischensumme|teilsumme|positionssumme",
    r"warenwert|sub-?\s?total|sous-total|subtotaal",
    r"\b(?:mwst|ust|mehrwert|umsatz)\w*|steuer|\b(?:vat|tva|btw|iva|tax|gst)\b",
    r"\bht\b|\bh\.t\b|hors taxe|excl|exkl|ohne (?:ust|mwst)|basisbetrag|imponibile",
    r"einzelpreis|stückpreis|unit price|skonto|abzug|abzügl|rabatt|nachlass|discount|remise|korting|sconto",
    r"anzahlung|gezahlt|bezahlt|\bpaid\b|acompte|déjà|guthaben|zuschl[aä]g|abschl[aä]ge|\babschlag\b",
    r"versand|porto|shipping|kaution|alter saldo|vormonat|übertrag|rückgeld|gegeben|\bchange\b|gutscheine?\b",
    r"stammkapital|grundkapital|\bcapital\b",
    r"mahngebühr|mahnkosten|verzugszinsen|bearbeitungsgebühr|indemnité",
)
_INCLUSIVE = _any_of(r"ink\w*\.?|incl\w*\.?|einschl\w*\.?|brutto|\bttc\b|enthält")

TO_PAY = 10.0
_POSITIVE = ((TO_PAY, _TO_PAY), (7.0, _TOTAL), (4.0, _SUM))
_NEGATIVE = -9.0


def weight_of(label: str) -> float:
    """Rate a label: high for "to pay", less for totals, below zero for net amounts, taxes, discounts and the like.

    Examples
    --------
    >>> weight_of("Rechnungsbetrag") > weight_of("Summe") > 0 > weight_of("Summe netto")
    True
    """
    weight = next((value for value, pattern in _POSITIVE if pattern.search(label)), 0.0)
    if _OTHER.search(label) and not (weight > 0 and _INCLUSIVE.search(label)):
        weight += _NEGATIVE
    return weight
