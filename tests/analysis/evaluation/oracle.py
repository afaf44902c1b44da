"""The numbers in plain Python, one document after the other, written from the specification and from nothing else."""

import itertools
import math
import re
from collections import Counter, defaultdict

from gini_notebook.analysis import rules

BARE = re.compile(r"-?\d+(\.\d+)?")
REMITTANCE = ("paymentReference", "paymentPurpose")
COUNTED = ("correct", "wrong", "missing", "spurious", "absent")


def table(frame):
    """Nest a table: document -> (group, row) -> field -> values, a list because a field may be predicted twice."""
    nested = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for record in frame.to_dict("records"):
        value = record["value"]
        stated = value if isinstance(value, str) and value.strip() else None
        group, row = record.get("group") or "", int(record.get("row") or 0)
        nested[record["document"]][group, row][record["field"]].append(stated)
    return nested


def same(field, stated, predicted, level):
    """Does a predicted value equal the one that the truth states?"""
    if stated == predicted:
        return True
    if level == "raw":
        return False
    rule = rules.for_field(field)
    if field in REMITTANCE and has_words(stated, predicted, rule):
        return True
    (first,), (second,) = rule.canonical_many([stated])[0], rule.canonical_many([predicted])[0]
    if rule.name == "amount" and BARE.fullmatch(first) and ":" in second:
        # An amount of the truth that names no currency labels the number alone.
        (first,) = rule.canonical_many([f"{first}:{second[-3:]}"])[0]
    if bool(rule.equal_many([first], [second])[0]):
        return True
    return level == "lenient" and bool(rule.lenient_many([first], [second])[0])


def has_words(stated, predicted, rule):
    """Do the words of a reference stand in what was delivered, whole and in order?"""
    wanted, text = (re.findall(r"[^\W_]+", rule.canonical(value)) for value in (stated, predicted))
    if len("".join(wanted)) < 3:
        return False
    place = 0
    for word in wanted:
        if word not in text[place:]:
            return False
        place = text.index(word, place) + 1
    return True


def header_counts(extractions, truth, level="typed"):
    """Count the outcomes of header fields: field -> Counter; and per document: document -> Counter."""
    found, wanted = table(extractions), table(truth)
    by_field, by_document = defaultdict(Counter), defaultdict(Counter)
    for document, rows in wanted.items():
        for field, states in rows[("", 0)].items():
            (stated,) = states
            predicted = [value for value in found[document][("", 0)][field] if value is not None]
            if field == "paymentReference" and stated is not None and not predicted and level != "raw":
                predicted = [value for value in found[document][("", 0)]["paymentPurpose"] if value is not None][:1]
            outcome = judge(field, stated, predicted[0] if predicted else None, level)
            for name in [outcome] + ["spurious"] * (len(predicted) - 1):
                by_field[field][name] += 1
                by_document[document][name] += 1
    return by_field, by_document


def judge(field, stated, predicted, level):
    if stated is None:
        return "absent" if predicted is None else "spurious"
    if predicted is None:
        return "missing"
    return "correct" if same(field, stated, predicted, level) else "wrong"


def scores(counts, wrong="both"):
    """Precision, recall, F1 by the counting rule."""
    correct, off, missing, spurious = (counts[name] for name in COUNTED[:4])
    true, false = correct, off + spurious
    lost = missing + (off if wrong == "both" else 0)
    return (
        true / (true + false) if true + false else math.nan,
        true / (true + lost) if true + lost else math.nan,
        2 * true / (2 * true + false + lost) if 2 * true + false + lost else math.nan,
    )


def best_alignment(wanted, found):
    """Give the largest number of typed-equal cells over all one-to-one pairings of rows (lists of field -> value)."""
    equal = [
        [sum(field in b and same(field, a[field], b[field], "typed") for field in a) for b in found] for a in wanted
    ]
    if len(wanted) > len(found):
        equal = [list(row) for row in zip(*equal, strict=True)]
    fewer, more = sorted((len(wanted), len(found)))
    return max(
        (sum(equal[i][j] for i, j in enumerate(order)) for order in itertools.permutations(range(more), fewer)),
        default=0,
    )
