"""A small run made in place, for the pages of the gallery: 240 invoices, some of them scans that are read badly."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

import gini_notebook as gini

FIELDS = ("paymentRecipient", "paymentPurpose", "docType", "paymentState", "businessDocType", "instantPayment")
ISSUERS = tuple(f"Issuer {letter}" for letter in "ABCDEFGHIJ")
DOCUMENTS = 240


def evaluation(seed: int = 0, skill: float = 0.93, documents: int = DOCUMENTS) -> gini.Evaluation:
    """Evaluate invoices with header fields, line items, candidates and confidences."""
    random = np.random.default_rng(seed)
    scan = np.arange(documents) % 9 == 0
    issuer = np.array(ISSUERS)[np.arange(documents) * 7 % len(ISSUERS)]
    truth, read, candidates = [], [], []
    for number in range(documents):
        name = f"invoice_{number:03}.pdf"
        hard = scan[number] or issuer[number] == "Issuer D"
        for place, field in enumerate(FIELDS):
            if field == "instantPayment" and number % 20:
                continue
            right = f"{field} of {number}"
            truth.append((name, "", 0, field, right))
            sure = float(np.clip(random.beta(9, 1.2) - 0.35 * hard * random.random(), 0.01, 1))
            if random.random() < (0.45 if hard else skill - 0.02 * place):
                read.append((name, "", 0, field, right, sure, field))
            elif random.random() < 0.4:
                read.append((name, "", 0, field, f"{right[:-1]}?", sure * 0.8, field))
            rank = int(random.choice([1, 2, 3, 5], p=[0.8, 0.1, 0.06, 0.04]))
            listed = ["something else"] * (rank - 1) + [right]
            candidates += [(name, field, at, value) for at, value in enumerate(listed, 1)]
        for row in range(number % 4):
            for column in ("description", "artNumber", "quantity"):
                truth.append((name, "lineItems", row, column, f"{row + 1}"))
                if random.random() < 0.85:
                    read.append((name, "lineItems", row, column, f"{row + 1}", 0.9, None))
    columns = ["document", "group", "row", "field", "value"]
    batch = SimpleNamespace(
        extractions=pd.DataFrame(read, columns=[*columns, "confidence", "candidates"]),
        documents=documents_of(documents).assign(source=np.where(scan, "scan", "text"), issuer=issuer),
        candidates=pd.DataFrame(candidates, columns=["document", "list", "rank", "value"]),
    )
    return gini.evaluate(batch, pd.DataFrame(truth, columns=columns))


def documents_of(count: int = DOCUMENTS) -> pd.DataFrame:
    """Return the documents of a run: when each was uploaded, and how long it took."""
    random = np.random.default_rng(1)
    uploaded = pd.Timestamp("2026-11-29T16:00", tz="UTC") + pd.to_timedelta(np.arange(count) * 2.5, unit="s")
    scan = np.arange(count) % 9 == 0
    seconds = random.gamma(5, 1.1, count) * np.where(scan, 2.2, 1.0)
    failed = np.arange(count) % 31 == 30
    names = [f"invoice_{number:03}.pdf" for number in range(count)]
    table = pd.DataFrame({"document": names, "status": np.where(failed, "failed", "completed")})
    return table.assign(uploaded_at=uploaded, processing_s=np.where(failed, np.nan, seconds))


def monthly_runs() -> list[gini.Evaluation]:
    """Return 26 runs over other documents each, the last two of which read worse."""
    return [one_run(number, 0.93 if number < 24 else 0.78) for number in range(26)]


def one_run(number: int, skill: float) -> gini.Evaluation:
    """Return a run of 120 documents with an amount and an IBAN."""
    random = np.random.default_rng(100 + number)
    names = [f"run{number}_{place:03}.pdf" for place in range(120)]
    fields = {"amountToPay": "12.50:EUR", "iban": "DE89370400440532013000"}
    truth = pd.DataFrame([(name, field, value) for name in names for field, value in fields.items()])
    truth.columns = ["document", "field", "value"]
    wrong = np.repeat(random.random(120) > skill, 2)
    return gini.evaluate(truth.assign(value=truth["value"].mask(wrong, "0.01:EUR")), truth)


def two_readings(documents: int = 900) -> tuple[gini.Evaluation, SimpleNamespace, SimpleNamespace]:
    """Return what two readers found in the same invoices, and the evaluation of the first: they seldom fail alike."""
    random = np.random.default_rng(7)
    names = [f"invoice_{number:03}.pdf" for number in range(documents)]
    right = {
        "amountToPay": [f"{number + 10}.50:EUR" for number in range(documents)],
        "iban": ["DE89370400440532013000"] * documents,
        "paymentRecipient": [ISSUERS[number % len(ISSUERS)] for number in range(documents)],
    }
    runs = []
    for wrong_share in (0.05, 0.09):
        amounts = ["7.99:EUR" if random.random() < wrong_share else amount for amount in right["amountToPay"]]
        tables = [
            pd.DataFrame({"document": names, "group": "", "row": 0, "field": field, "value": values})
            for field, values in (right | {"amountToPay": amounts}).items()
        ]
        runs.append(
            SimpleNamespace(
                extractions=pd.concat(tables, ignore_index=True), documents=documents_of(documents), candidates=None
            )
        )
    truth = pd.concat([pd.DataFrame({"document": names, "field": field, "value": right[field]}) for field in right])
    return gini.evaluate(runs[0], truth), runs[0], runs[1]
