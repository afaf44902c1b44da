"""Which of the amounts on a page is the amount to pay."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.amounts import Amount
from gini_notebook.sandbox.reading.words import Page, Row

_WEIGHTS: tuple[tuple[float, re.Pattern[str]], ...] = tuple(
    (weight, re.compile(pattern, re.IGNORECASE))
    for weight, pattern in (
        (
            10.0,
            r"zu zahlend\w*|zu zahlen\b|zahlbetrag|zahlungsbetrag|zu überweisen|überweisungsbetrag|fällige\w* (?:betrag|zahlung)"
            r"|offene\w* (?:betrag|posten|forderung)|restbetrag|forderungsbetrag|nachzahlung|zu begleichen"
            r"|amount (?:due|payable|to pay)|(?:balance|total) due|total (?:payable|to pay)|please pay|due payable"
            r"|net à payer|(?:montant|total|reste)\b.{0,12} à (?:payer|régler)|montant dû|solde dû"
            r"|te betalen|te voldoen|verschuldigd|totale? (?:da|a) pagare|importo da pagare|netto a pagare",
        ),
        (
            7.0,
            r"rechnungs-?(?:betrag|summe|endbetrag|total)|gesamt-?(?:betrag|summe|preis|forderung)|end-?(?:betrag|summe|preis)"
            r"|brutto-?(?:betrag|summe)?\b|summe brutto|gesamt brutto|inkl\.? .{0,12}(?:mwst|ust|steuer)|incl\.? .{0,12}(?:vat|tax|btw)"
            r"|grand total|invoice (?:total|amount)|total (?:amount|ttc|incl\w*|invoice)|ttc\b|t\.t\.c|totaal(?:bedrag)?|totale fattura"
            r"|totale documento|factuurbedrag",
        ),
        (
            4.0,
            r"\bgesamt\b|\bsumme\b|\btotal\b|\btotale\b|\btotaal\b|\bbetrag\b|\bamount\b|\bmontant\b|\bimporto\b|\bbedrag\b",
        ),
        (
            -9.0,
            r"\bnetto(?!.{0,3} inkl)|nettobetrag|zwischensumme|teilsumme|(?<!inkl )(?<!inkl\. )\b(?:mwst|ust|mehrwert|umsatz)\w*|steuer"
            r"|\b(?:vat|tva|btw|iva|tax|gst)\b|sub-?\s?total|sous-total|subtotaal|\bht\b|\bh\.t\b|hors taxe|excl|exkl|ohne (?:ust|mwst)"
            r"|einzelpreis|stückpreis|unit price|skonto|abzug|abzügl|rabatt|nachlass|discount|remise|korting|sconto"
            r"|anzahlung|gezahlt|bezahlt|paid|acompte|guthaben|zuschl[aä]g|abschl[aä]g|warenwert|positionssumme|versand|porto|shipping"
            r"|basisbetrag|steuerbasis|stammkapital|grundkapital|kaution|alter saldo|vormonat|übertrag|rückgeld|gegeben|change\b",
        ),
    )
)
_INCLUSIVE = re.compile(r"ink\w*\.?|incl\w*\.?|einschl\w*\.?|brutto|ttc", re.IGNORECASE)


def weight_of(label: str) -> float:
    """Rate a label: high for "to pay", less for totals, below zero for net amounts, taxes, discounts and the like."""
    weight = 0.0
    for value, pattern in _WEIGHTS:
        if not pattern.search(label):
            continue
        if value > 0:
            weight = max(weight, value)
        elif not (_INCLUSIVE.search(label) and weight > 0):
            weight += value
    return weight


def rank(
    amounts: Sequence[Amount], pages: Sequence[Page], *, hint: Decimal | None = None, labels_only: bool = False
) -> list[tuple[float, Amount]]:
    """Order amounts by how likely each is the amount to pay, the best first.

    Parameters
    ----------
    amounts
        All amounts of the document in reading order.
    pages
        Its pages.
    hint
        The amount of a payment QR code on the same document.
    labels_only
        Leave out what sums, repetitions and the size of the amount say.
    """
    rows = {page.number: page.rows for page in pages}
    repeats = Counter(amount.value for amount in amounts)
    grosses = gross_values([amount.value for amount in amounts])
    largest = max((amount.value for amount in amounts), default=Decimal(0))
    ranked = []
    for order, amount in enumerate(amounts):
        score = _label_weight(amount, rows[amount.page]) + order / (10.0 * len(amounts))
        if not labels_only:
            score += 1.5 * (amount.value in grosses) + 0.5 * min(repeats[amount.value] - 1, 3)
            score += 1.5 * (amount.value == largest) + 0.5 * (amount.currency is not None)
            score += 20.0 * (hint is not None and amount.value == hint)
        ranked.append((score, amount))
    return sorted(ranked, key=lambda pair: -pair[0])


def _label_weight(amount: Amount, rows: Sequence[Row]) -> float:
    left = labels.left_of(amount.row, amount.start)
    return weight_of(left) if left else 0.8 * weight_of(labels.above(amount.area, rows, amount.row.index))


def gross_values(values: Sequence[Decimal]) -> set[Decimal]:
    """Give the values that are a sum of two others, as gross = net + tax."""
    distinct = sorted({value for value in values if value > 0})[:400]
    known = set(distinct)
    sums = set()
    for index, net in enumerate(distinct):
        for tax in distinct[:index]:
            if net + tax in known and tax * 2 < net:
                sums.add(net + tax)
    return sums
