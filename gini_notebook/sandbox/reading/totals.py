"""Which of the amounts on a page is the amount to pay."""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.amounts import Amount
from gini_notebook.sandbox.reading.words import Page, Row


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_TO_PAY = _any_of(
    r"zu zahlend\w*|zu zahlen\b|zahlbetrag|zahlungsbetrag|zu überweisen|überweisungsbetrag|zu begleichen"
    r"|zu entrichten",
    r"fällige\w* (?:betrag|zahlung|gesamt)|offene\w* (?:betrag|posten|forderung|rest)|restbetrag|forderungsbetrag"
    r"|nachzahlung",
    r"amount (?:due|payable|to pay)|(?:balance|total) (?:now )?due|total (?:payable|to pay)|please pay|due payable",
    r"net [àa] payer|(?:montant|total|reste|solde)\b.{0,12} (?:à (?:payer|régler)|dû\b)",
    r"te betalen|te voldoen|verschuldigd",
    r"überweis\w*\b.{0,40}\bvon$|überweisung von$|(?:please )?(?:transfer|pay|remit)\b.{0,20}$",
    r"(?:totale?|netto|importo) (?:da|a) pagare",
)
_TOTAL = _any_of(
    r"(?:rechnungs|gutschrift|erstattungs)-?(?:betrag|summe|endbetrag|total)|gesamt-?(?:betrag|summe|preis"
    r"|forderung)|end-?(?:betrag|summe"
    r"|preis)",
    r"brutto-?(?:betrag|summe)?\b|(?:summe|gesamt|total) brutto|(?:ink|incl)\w*\.? .{0,12}(?:mwst|ust|steuer|vat"
    r"|tax|btw)",
    r"grand total|invoice (?:total|amount)|total (?:amount|ttc|incl\w*|invoice)|\bttc\b|\bt\.t\.c",
    r"totaal(?:bedrag)?|factuurbedrag|totale (?:fattura|documento)",
)
_SUM = _any_of(r"\b(?:gesamt|summe|total|totale|totaal|betrag|amount|montant|importo|bedrag)\b")
_OTHER = _any_of(
    r"\bnetto(?!.{0,3} inkl)|nettobetrag|zwischensumme|teilsumme|positionssumme|warenwert|sub-?\s?total"
    r"|sous-total|subtotaal",
    r"\b(?:mwst|ust|mehrwert|umsatz)\w*|steuer|\b(?:vat|tva|btw|iva|tax|gst)\b",
    r"\bht\b|\bh\.t\b|hors taxe|excl|exkl|ohne (?:ust|mwst)|basisbetrag",
    r"einzelpreis|stückpreis|unit price|skonto|abzug|abzügl|rabatt|nachlass|discount|remise|korting|sconto",
    r"anzahlung|gezahlt|bezahlt|\bpaid\b|acompte|déjà|guthaben|zuschl[aä]g|abschl[aä]ge|\babschlag\b|versand"
    r"|porto|shipping",
    r"stammkapital|grundkapital|\bcapital\b|kaution|alter saldo|vormonat|übertrag|rückgeld|gegeben|\bchange\b"
    r"|gutscheine?\b",
    r"mahngebühr|mahnkosten|verzugszinsen|bearbeitungsgebühr|indemnité",
)
_INCLUSIVE = _any_of(r"ink\w*\.?|incl\w*\.?|einschl\w*\.?|brutto|\bttc\b|enthält")
_POSITIVE = ((10.0, _TO_PAY), (7.0, _TOTAL), (4.0, _SUM))
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
    weights = [_label_weight(amount, rows[amount.page]) for amount in amounts]
    order = [position / (10.0 * len(amounts)) for position in range(len(amounts))]  # totals stand at the end
    if labels_only:
        scores = [weight + late for weight, late in zip(weights, order, strict=True)]
    else:
        evidence = _evidence(amounts, weights, hint)
        scores = [
            evidence[amount.value] + 0.1 * weight + late + 0.5 * (amount.currency is not None)
            for amount, weight, late in zip(amounts, weights, order, strict=True)
        ]
    return sorted(zip(scores, amounts, strict=True), key=lambda pair: -pair[0])


def _evidence(amounts: Sequence[Amount], weights: Sequence[float], hint: Decimal | None) -> dict[Decimal, float]:
    """Rate every value by all its places: the best label, how often it stands there, sums, its size."""
    repeats = Counter(amount.value for amount in amounts)
    grosses = gross_values([amount.value for amount in amounts])
    largest = max((abs(amount.value) for amount in amounts), default=Decimal(0))
    best: dict[Decimal, float] = {}
    for amount, weight in zip(amounts, weights, strict=True):
        best[amount.value] = max(best.get(amount.value, weight), weight)
    return {
        value: weight
        + 1.5 * (value in grosses)
        + 0.5 * min(repeats[value] - 1, 3)
        + 1.5 * (abs(value) == largest)
        - 3.0 * (value == 0 and weight < _POSITIVE[0][0])
        + 20.0 * (hint is not None and value == hint)
        for value, weight in best.items()
    }


def _label_weight(amount: Amount, rows: Sequence[Row]) -> float:
    weight = weight_of(labels.left_of(amount.row, amount.outer_start))
    area = amount.row.area_of(amount.outer_start, amount.end)
    return weight or 0.8 * weight_of(labels.above(area, rows, amount.row.index))


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
