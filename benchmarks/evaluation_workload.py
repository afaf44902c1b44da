"""Seeded tables to measure with: header fields and line items with known shares of correct and wrong values."""

import numpy as np
import pandas as pd

COLUMNS = ["document", "group", "row", "field", "value"]
HEADER = {
    "amountToPay": "amount",
    "iban": "iban",
    "bic": "bic",
    "paymentRecipient": "name",
    "paymentReference": "reference",
    "paymentPurpose": "text",
    "paymentDueDate": "date",
    "invoiceDate": "date",
    "invoiceId": "reference",
    "docType": "word",
}
ITEMS = {
    "artNumber": "reference",
    "description": "text",
    "quantity": "number",
    "baseGross": "amount",
    "position": "word",
}
_WORDS = np.array(["Ahorn", "Birke", "Buche", "Eiche", "Erle", "Esche", "Fichte", "Kiefer", "Linde", "Ulme"])
_FORMS = np.array(["GmbH", "AG", "KG", "OHG", "e.V."])


def header(documents: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return extractions and truth: of ten fields 75 % are correct, 15 % wrong, 5 % missing and 5 % spurious."""
    random = np.random.default_rng(seed)
    names = np.array([f"batch/{number:06d}.pdf" for number in range(documents)], dtype=object)
    parts = [_column(random, names, field, kind) for field, kind in HEADER.items()]
    truth, found = (pd.concat([part[side] for part in parts], ignore_index=True) for side in (0, 1))
    return found, truth


def _column(random: np.random.Generator, names: np.ndarray, field: str, kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    count = len(names)
    truth = values(random, kind, count)
    fate = random.choice(4, size=count, p=[0.75, 0.15, 0.05, 0.05])
    found = np.where(fate == 1, spoiled(random, truth), truth)
    stated = np.where(fate == 3, None, truth)
    base = {"document": names, "group": "", "row": 0, "field": field}
    kept = fate != 2
    return pd.DataFrame({**base, "value": stated})[COLUMNS], pd.DataFrame({**base, "value": found})[COLUMNS][kept]


def values(random: np.random.Generator, kind: str, count: int) -> np.ndarray:
    """Draw values of a kind."""
    numbers = random.integers(0, 10**9, size=(3, count)).tolist()
    made = [_value(kind, *triple) for triple in zip(*numbers, strict=True)]
    return np.array([*made, None], dtype=object)[:-1]


def _value(kind: str, a: int, b: int, c: int) -> str:
    texts = {
        "amount": f"{a % 500_000}.{b % 100:02d}:EUR",
        "iban": f"DE{a % 90 + 10}{b:09d}{c:09d}",
        "bic": f"{'ABCDEFGH'[a % 8]}{'OPQRST'[b % 6]}NKDE{c % 90 + 10}XXX",
        "name": f"{_WORDS[a % 10]}{_WORDS[b % 10].lower()} {c % 500} {_FORMS[c % 5]}",
        "reference": f"RE-{a % 90000 + 10000}-{b % 900 + 100}",
        "text": f"Rechnung {a % 100000} vom {b % 28 + 1:02d}.{c % 12 + 1:02d}.2025 {_WORDS[a % 10]}",
        "date": f"{2015 + a % 11}-{b % 12 + 1:02d}-{c % 28 + 1:02d}",
        "number": f"{a % 99 + 1}",
        "word": ("Invoice", "Reminder", "Contract", "Remittance", "Other")[a % 5],
    }
    return texts[kind]


def spoiled(random: np.random.Generator, truth: np.ndarray) -> np.ndarray:
    """Change one character of each value."""
    places = random.random(len(truth))
    changed = []
    for value, share in zip(truth.tolist(), places.tolist(), strict=True):
        at = int(share * len(value))
        changed.append(value[:at] + ("7" if value[at] != "7" else "3") + value[at + 1 :])
    return np.array([*changed, None], dtype=object)[:-1]


def with_alternatives(truth: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Return a truth whose every fifth label has a second acceptable value: the same with one character changed."""
    random = np.random.default_rng(seed)
    some = truth[truth["value"].notna() & (random.random(len(truth)) < 0.2)]
    more = some.assign(value=spoiled(random, some["value"].to_numpy(dtype=object)), alternative=1)
    return pd.concat([truth.assign(alternative=0), more], ignore_index=True)


def items(documents: int, rows: int = 10, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return extractions and truth of line items: rows shuffled, 5 % dropped, 5 % invented, 15 % of cells wrong."""
    random = np.random.default_rng(seed)
    count = documents * rows
    names = np.array([f"batch/{number:06d}.pdf" for number in range(documents)], dtype=object).repeat(rows)
    number = np.tile(np.arange(rows), documents)
    shuffled = random.permuted(number.reshape(documents, rows), axis=1).ravel()
    dropped, invented = random.random(count) < 0.05, random.random(count) < 0.05
    truth, found = [], []
    for field, kind in ITEMS.items():
        stated, other = values(random, kind, count), values(random, kind, count)
        read = np.where(random.random(count) < 0.15, spoiled(random, stated), stated)
        base = {"group": "lineItems", "field": field}
        truth.append(pd.DataFrame({**base, "document": names, "row": number, "value": stated})[COLUMNS])
        found.append(pd.DataFrame({**base, "document": names, "row": shuffled, "value": read})[COLUMNS][~dropped])
        extra = pd.DataFrame({**base, "document": names, "row": rows + number, "value": other})[COLUMNS]
        found.append(extra[invented])
    return pd.concat(found, ignore_index=True), pd.concat(truth, ignore_index=True)
