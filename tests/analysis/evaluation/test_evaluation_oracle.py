"""The columnar numbers are those of the plain-Python oracle, on random tables."""

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from tests.analysis.evaluation.oracle import COUNTED, best_alignment, header_counts, scores, table

VALUES = {
    "amountToPay": ["12.30:EUR", "12.3:EUR", "12.30:USD", "-12.30:EUR", "123.00:EUR", "12.30", "zwölf", " ", None],
    "iban": ["DE02120300000000202051", "de02 1203 0000 0000 2020 51", "DE02120300000000202052", "", None],
    "bic": ["COBADEFF", "COBADEFFXXX", "cobadeffxxx", "BYLADEM1", None],
    "paymentRecipient": ["Müller GmbH", "MÜLLER  GMBH", "Mueller GmbH", "Muller GmbH", "Mu\u0308ller GmbH", None],
    "paymentReference": ["RE-0815", "re-0815", "RE 0815", "0815", "815", "7", None],
    "paymentPurpose": ["ReNr RE-0815, KdNr 7", "re 0815", "0815 RE", "815", "RE-08150", "KdNr 7 RE/0815", None],
    "paymentDueDate": ["2025-03-12", "2025-12-03", "12.03.2025", None],
    "note": ["a", "A", " a ", "b", None],
}
ITEM_VALUES = {
    "description": ["Nut", "nut", "Bolt", "Screw"],
    "quantity": ["1", "1.0", "2"],
    "baseGross": ["1.00:EUR", "1:EUR", "2.00:EUR"],
}


def draw(random, documents, share, repeats=0.0):
    records = []
    for document in documents:
        for field, values in VALUES.items():
            if random.random() > share:
                continue
            times = 1 + (random.random() < repeats)
            records += [(document, field, values[random.integers(len(values))]) for _ in range(times)]
    return pd.DataFrame(records, columns=["document", "field", "value"], dtype=object)


def counts_of(frame):
    return {
        row["field"]: {name: int(row[name]) for name in COUNTED}
        for row in frame.to_dict("records")
        if row["field"] not in ("micro", "macro")
    }


@pytest.mark.parametrize("seed", range(250))
def test_header_counts_and_scores_are_the_oracles(seed):
    random = np.random.default_rng(seed)
    documents = [f"d{number}" for number in range(int(random.integers(1, 6)))]
    truth = draw(random, documents, 0.8)
    found = draw(random, [*documents[: int(random.integers(1, 6))], "without truth"], 0.8, repeats=0.2)
    truth = pd.concat([truth, pd.DataFrame([("d0", "docType", "Invoice")], columns=truth.columns)])
    found = pd.concat([found, pd.DataFrame([("d0", "docType", "invoice")], columns=truth.columns)])
    result = evaluate(found.sample(frac=1, random_state=seed).sort_index(), truth.sample(frac=1, random_state=seed))
    for level in ("raw", "typed", "lenient"):
        by_field, by_document = header_counts(found, truth, level)
        left_out = set(result.provenance["left_out_fields"])
        expected = {
            field: {name: counts[name] for name in COUNTED}
            for field, counts in by_field.items()
            if field not in left_out
        }
        for wrong in ("both", "fp"):
            frame = result.by_field(level, wrong, full=True)
            assert counts_of(frame) == expected
            for row in frame.to_dict("records"):
                if row["field"] not in ("micro", "macro"):
                    got = [row["precision"], row["recall"], row["f1"]]
                    assert got == pytest.approx(list(scores(by_field[row["field"]], wrong)), abs=1e-15, nan_ok=True)
        if level == "typed" and not left_out:
            numbers = result.summary().set_index("metric")["value"]
            means = [scores(counts)[2] for counts in by_document.values()]
            means = [value for value in means if not np.isnan(value)]
            if means:
                assert numbers["document_mean_f1"] == pytest.approx(np.mean(means), abs=1e-12)
            perfect = [
                not (counts["wrong"] or counts["missing"] or counts["spurious"]) for counts in by_document.values()
            ]
            assert numbers["perfect_documents"] == pytest.approx(np.mean(perfect), abs=1e-12)


@pytest.mark.parametrize("seed", range(200))
def test_line_items_have_as_many_equal_cells_as_any_alignment_can_have(seed):
    random = np.random.default_rng(seed)

    def rows(document, count):
        return [
            (document, "lineItems", row, field, values[random.integers(len(values))])
            for row in range(count)
            for field, values in ITEM_VALUES.items()
            if field == "description" or random.random() < 0.8
        ]

    columns = ["document", "group", "row", "field", "value"]
    documents = [f"d{number}" for number in range(4)]
    truth = pd.DataFrame(
        [cell for name in documents for cell in rows(name, int(random.integers(1, 5)))], columns=columns
    )
    found = pd.DataFrame(
        [cell for name in documents for cell in rows(name, int(random.integers(0, 5)))], columns=columns
    )
    found = pd.concat([found, pd.DataFrame([("d0", "lineItems", 9, "description", "Nail")], columns=columns)])
    result = evaluate(found, truth)
    wanted, delivered = table(truth), table(found)
    best = sum(
        best_alignment(*([flat(cells) for cells in side[name].values()] for side in (wanted, delivered)))
        for name in documents
    )
    outcomes = result.comparisons["outcome"].value_counts().to_dict()
    assert outcomes.get("correct", 0) == best
    compared = result.comparisons[result.comparisons["outcome"] != "ignored"]
    assert compared["truth"].notna().sum() == len(truth)
    assert result.comparisons["extracted"].notna().sum() == len(found)
    paired = compared.groupby(["document", "row"])["row_extracted"].nunique()
    assert (paired <= 1).all()


def flat(cells):
    return {field: value for field, (value,) in cells.items()}
