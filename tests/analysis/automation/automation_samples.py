"""Runs of which it is known which checks pass and which values are right."""

import numpy as np
import pandas as pd

from gini_notebook.analysis.automation import automation, check_values
from gini_notebook.analysis.evaluation import evaluate

REQUIRED = ("amountToPay", "iban", "paymentRecipient")
IBAN = "DE89370400440532013000"


def sample(documents, *, disagreeing=(), wrong=(), labelled=None, sources=None, issuers=None):
    """Return evaluation and checks of documents by number: ``0000.pdf`` and so on.

    Parameters
    ----------
    documents
        How many.
    disagreeing
        Where the second reader read another recipient.
    wrong
        Where the recipient is not right.
    labelled
        Which documents have labels; all by default.
    sources
        Per document, its source classification.
    issuers
        Per document, who sent it: the recipient of the truth where it is right.
    """
    names = [f"{at:04}.pdf" for at in range(documents)]
    issuers = np.array(["Ahornhof GmbH"] * documents if issuers is None else issuers, dtype=object)
    values = {"amountToPay": [f"{at + 1}.00:EUR" for at in range(documents)], "iban": IBAN, "paymentRecipient": issuers}
    found = pd.concat([pd.DataFrame({"document": names, "field": field, "value": of}) for field, of in values.items()])
    found = found.reset_index(drop=True)
    second, truth = found.copy(), found.copy()
    recipients = found["field"].eq("paymentRecipient").to_numpy()
    numbers = found["document"].str[:4].astype(int).to_numpy()
    second.loc[recipients & np.isin(numbers, list(disagreeing)), "value"] = "Etwas anderes AG"
    truth.loc[recipients & np.isin(numbers, list(wrong)), "value"] = "Richtig SE"
    if labelled is not None:
        truth = truth[np.isin(numbers, list(labelled))]
    checks = check_values(found, second if len(disagreeing) else None)
    if sources is not None:
        by_name = dict(zip(names, sources, strict=True))
        checks["source_classification"] = checks["document"].map(by_name).astype("string[python]")
    return evaluate(found, truth), checks


def plan(documents, *, target=0.99, cluster=None, by=None, rules=None, **how):
    """Return the plan of such documents."""
    result, checks = sample(documents, **how)
    chosen = {} if rules is None else {"rules": rules}
    return automation(result, checks, required=REQUIRED, target=target, cluster=cluster, by=by, **chosen)


def row(planned, rule, of=None):
    """Return the row of a rule."""
    table = planned.table()
    table = table[table["rule"] == rule]
    return (table if of is None else table[table["slice"] == of]).iloc[0]
