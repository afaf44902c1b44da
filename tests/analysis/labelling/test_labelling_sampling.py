"""Which documents to label next, and that what is counted with their weights is not biased."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.labelling import to_label
from gini_notebook.errors import SchemaError, SettingError
from gini_notebook.schema import TO_LABEL


def batch(plain: int = 60, doubtful: int = 20, incomplete: int = 15, failed: int = 5) -> SimpleNamespace:
    """Return a run with so many documents of each stratum, of ten issuers."""
    rows, candidates, documents = [], [], []
    kinds = ["plain"] * plain + ["doubtful"] * doubtful + ["incomplete"] * incomplete + ["failed"] * failed
    for at, kind in enumerate(kinds):
        name = f"{kind}/{at:03}.pdf"
        documents.append((name, "failed" if kind == "failed" else "completed"))
        if kind == "failed":
            continue
        rows.append((name, "", "paymentRecipient", f"Sender {at % 10}", None))
        rows.append((name, "", "iban", f"DE{at}", "ibans"))
        if kind != "incomplete":
            rows.append((name, "", "amountToPay", "1.00:EUR", "amounts"))
        candidates += [(name, "ibans", f"DE{at}"), (name, "amounts", "1.00:EUR")]
        candidates += [(name, "amounts", "2.00:EUR")] if kind == "doubtful" else []
    documents.append(("not yet.pdf", "pending"))
    return SimpleNamespace(
        extractions=pd.DataFrame(rows, columns=["document", "group", "field", "value", "candidates"]),
        candidates=pd.DataFrame(candidates, columns=["document", "list", "value"]),
        documents=pd.DataFrame(documents, columns=["document", "status"]),
    )


def test_doubtful_documents_are_drawn_more_often_and_say_why() -> None:
    chosen = to_label(batch(), 40)
    assert list(chosen.columns) == list(TO_LABEL.columns)
    assert chosen["order"].tolist() == list(range(1, 41))
    assert chosen["document"].is_unique
    assert (chosen["document"].str.split("/").str[0] == chosen["stratum"]).all()
    share = chosen.groupby("stratum")["probability"].first()
    assert share["incomplete"] > share["doubtful"] > share["plain"]
    assert share["failed"] > share["plain"]
    assert chosen.groupby("stratum")["weight"].sum().to_dict() == pytest.approx(chosen.attrs["strata"])
    assert chosen.set_index("stratum").loc["failed", "why"].iloc[0] == "the service gave up on it"


def test_the_draw_can_be_repeated_and_is_at_random() -> None:
    first, again, other = (to_label(batch(), 20, seed=seed)["document"].tolist() for seed in (1, 1, 2))
    assert first == again
    assert set(first) != set(other)


def test_each_document_is_drawn_as_often_as_its_probability_says() -> None:
    run, draws = batch(12, 6, 4, 2), 600
    drawn: dict[str, float] = {}
    for seed in range(draws):
        chosen = to_label(run, 10, seed=seed)
        for name, weight in zip(chosen["document"], chosen["weight"], strict=True):
            drawn[name] = drawn.get(name, 0) + weight / draws
    assert len(drawn) == 24
    assert np.array(list(drawn.values())) == pytest.approx(1, abs=0.25)


def test_issuers_get_their_share_of_a_stratum() -> None:
    chosen = to_label(batch(100, 0, 0, 0), 10, seed=3)
    assert sorted(int(name[6:9]) % 10 for name in chosen["document"]) == list(range(10))


def test_all_are_drawn_where_more_are_wanted_than_there_are() -> None:
    chosen = to_label(batch(3, 2, 1, 1), 50)
    assert len(chosen) == 7
    assert set(chosen["weight"]) == {1.0}


def test_few_are_drawn_from_many_strata() -> None:
    assert len(to_label(batch(), 3)) == 3


def test_what_is_labelled_already_is_left_out() -> None:
    run = batch(3, 2, 1, 1)
    truth = pd.DataFrame({"document": run.documents["document"].tolist()[:5]})
    assert set(to_label(run, 50, truth=truth)["stratum"]) == {"incomplete", "failed"}
    with pytest.raises(SettingError, match="all are labelled already"):
        to_label(run, 50, truth=run.documents)


def test_a_mere_table_will_do_and_nothing_else() -> None:
    assert set(to_label(batch().extractions, 5)["stratum"]) <= {"incomplete", "plain"}
    with pytest.raises(SchemaError, match="Cannot choose documents of a str"):
        to_label("runs/baseline")
    with pytest.raises(SettingError, match="n is 0; it must be a whole number above 0"):
        to_label(batch(), 0)
    for truth in ("truth.csv", pd.DataFrame({"iban": ["DE1"]})):
        with pytest.raises(SchemaError, match="truth= must be a table with the column document"):
            to_label(batch(), 5, truth=truth)


@pytest.mark.parametrize("n", range(1, 9))
def test_every_document_has_a_chance_however_few_are_drawn(n: int) -> None:
    run, draws = batch(6, 4, 3, 2), 400
    weights = dict.fromkeys(run.documents["document"], 0.0)
    for seed in range(draws):
        chosen = to_label(run, n, seed=seed)
        assert len(chosen) == n
        assert chosen["weight"].sum() == pytest.approx(15)
        for name, weight in zip(chosen["document"], chosen["weight"], strict=True):
            weights[name] += weight / draws
    drawn = [weight for name, weight in weights.items() if name != "not yet.pdf"]
    assert np.array(drawn) == pytest.approx(1, abs=0.6)
    kinds = {note.kind: note for note in chosen.notes}
    assert ("few_drawn" in kinds) == (n < 8)
    assert n == 8 or "From 8 on" in kinds["few_drawn"].text


def test_documents_without_a_chance_are_named_beside_the_table() -> None:
    run = batch(3, 2, 1, 1)
    (note,) = to_label(run, 50).notes
    assert note.level == "must"
    assert note.text.startswith("1 document has no chance to be drawn (1 not finished)")
    truth = pd.DataFrame({"document": [rf"C:\in\{name.rpartition('/')[2]}" for name in run.documents["document"][:5]]})
    chosen = to_label(run, 50, truth=truth)
    assert set(chosen["stratum"]) == {"incomplete", "failed"}
    kinds = {note.kind: note for note in chosen.notes}
    assert kinds["documents_paired"].count == 5
    assert "(1 not finished, 5 labelled already)" in kinds["documents_not_drawn"].text
    assert "1 nicht fertig, 5 schon mit Sollwerten" in kinds["documents_not_drawn"].sentence("de")
    assert kinds["documents_not_drawn"].text in repr(chosen)
