"""Which of the amounts on a page is the amount to pay, by the words beside it, sums and repetitions."""

import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal

from gini_notebook.sandbox.reading import labels
from gini_notebook.sandbox.reading.amounts import Amount
from gini_notebook.sandbox.reading.line_items import table_rows
from gini_notebook.sandbox.reading.words import Page, Row


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_TO_PAY = _any_of(
    r"zu zahlend\w*|zu zahlen\b|zahlbetrag|zahlungsbetrag|zu überweisen|zu begleichen|zu entrichten",
    r"(?:überweisungs|abbuchungs|lastschrift|einzugs|auszahlungs|forderungs)betrag",
    r"fällige\w* (?:betrag|zahlung|gesamt)|offene\w* (?:betrag|posten|forderung|rest)|noch offen",
    r"restbetrag|restzahlung|nachzahlung|\bresidual\b|\boutstanding\b",
    r"überweis\w*\b.{0,40}\bvon$|überweisung von$|(?:please )?(?:transfer|pay|remit)\b.{0,20}$",
    r"amount (?:due|payable|to pay)|payment (?:now )?due(?! (?:date|by|on))",
    r"(?:balance|total) (?:now )?due|total (?:payable|to pay)|please pay|due payable",
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
    r"^\W*(?:payments?|zahlung(?:en)?)\b\W*$",
    r"payments? (?:received|made|on)\b|erhaltene\w* zahlung|zahlungseingang(?! bis)",
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


_BELOW = 0.8  # a heading above an amount says a little less than a word to its left,
_IN_TABLE = 0.3  # and the heading of a table of line items next to nothing
_MOST_VALUES = 400


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
        Look at the words to the left of an amount only; leave out headings, sums, repetitions and sizes.
    """
    rows = {page.number: page.rows for page in pages}
    order = [position / (10.0 * len(amounts)) for position in range(len(amounts))]  # totals stand at the end
    if labels_only:
        weights = [weight_of(labels.left_of(amount.row, amount.outer_start)) for amount in amounts]
        scores = [weight + late for weight, late in zip(weights, order, strict=True)]
    else:
        tables = {page.number: table_rows(page) for page in pages}
        weights = [_label_weight(amount, rows[amount.page], tables[amount.page]) for amount in amounts]
        evidence = _evidence(amounts, weights, hint)
        scores = [
            evidence[amount.value] + 0.1 * weight + late + 0.5 * (amount.currency is not None)
            for amount, weight, late in zip(amounts, weights, order, strict=True)
        ]
    return sorted(zip(scores, amounts, strict=True), key=lambda pair: -pair[0])


def _label_weight(amount: Amount, rows: Sequence[Row], tables: AbstractSet[int]) -> float:
    """Rate the words to the left, and where they say nothing the heading above."""
    weight = weight_of(labels.left_of(amount.row, amount.outer_start))
    if weight:
        return weight
    wide = amount.row.area_of(amount.outer_start, amount.end)
    for area in (amount.area, wide):
        heading = labels.heading(area, rows, amount.row.index)
        if heading is not None:
            return (_IN_TABLE if heading.index in tables else _BELOW) * weight_of(heading.text)
    return 0.0


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
        - 3.0 * (value == 0 and weight < TO_PAY)
        + 20.0 * (hint is not None and value == hint)
        for value, weight in best.items()
    }


def gross_values(values: Sequence[Decimal]) -> set[Decimal]:
    """Return the values that are a sum of two others, as gross = net + tax."""
    distinct = sorted({value for value in values if value > 0})[:_MOST_VALUES]
    known = set(distinct)
    sums = set()
    for index, net in enumerate(distinct):
        for tax in distinct[:index]:
            if net + tax in known and tax * 2 < net:
                sums.add(net + tax)
    return sums
