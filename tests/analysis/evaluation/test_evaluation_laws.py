"""Laws that hold for every pair of tables."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis.evaluation import evaluate

COLUMNS = ["document", "group", "row", "field", "value"]
TELLING = [
    "",
    " ",
    "12.30:EUR",
    "12.3:EUR",
    "12.30:USD",
    "DE1",
    "de 1",
    "COBADEFF",
    "COBADEFFXXX",
    "2025-03-12",
    "-",
    "0",
]
VALUES = st.one_of(st.none(), st.sampled_from(TELLING), st.text(max_size=6))
FIELDS = {
    "": ["amountToPay", "iban", "bic", "paymentRecipient", "paymentPurpose"],
    "lineItems": ["description", "quantity", "baseGross"],
}


@st.composite
def tables(draw, documents=("a", "b", "ç")):
    cells = draw(
        st.lists(
            st.tuples(
                st.sampled_from(documents),
                st.sampled_from([(group, field) for group, fields in FIELDS.items() for field in fields]),
                st.integers(0, 3),
                VALUES,
            ),
            min_size=1,
            max_size=24,
            unique_by=lambda cell: (cell[0], cell[1], cell[2] if cell[1][0] else 0),
        )
    )
    rows = [(name, group, row if group else 0, field, value) for name, (group, field), row, value in cells]
    return pd.DataFrame([(documents[0], "", 0, "docType", "x"), *rows], columns=COLUMNS, dtype=object)


# Unicode's default-ignorable characters (DerivedCoreProperties): a value of such alone is absent.
UNSEEN = {0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0, *range(0x180B, 0x1810)}
UNSEEN |= {*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)}
UNSEEN |= {*range(0xFFF0, 0xFFF9), *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000)}


def seen(value):
    return "".join(one for one in value if ord(one) not in UNSEEN).strip()


def stated(frame):
    return frame["value"].map(lambda value: isinstance(value, str) and bool(seen(value)))


def counted(result):
    return result.comparisons["outcome"].value_counts().to_dict()


@settings(max_examples=80, deadline=None)
@given(tables())
def test_D1_a_table_against_itself_is_all_correct(truth):
    truth = truth[stated(truth)]
    result = evaluate(truth, truth)
    assert counted(result) == {"correct": len(truth)}
    assert result.comparisons[["raw", "typed", "lenient"]].all(axis=None)
    assert (result.comparisons["similarity"] == 1).all()
    assert result.comparisons["cause"].isna().all()
    assert (result.by_field(full=True)[["precision", "recall", "f1"]] == 1).all(axis=None)
    numbers = result.summary().set_index("metric")["value"]
    assert numbers[["micro_f1", "macro_f1", "document_mean_f1", "perfect_documents"]].eq(1).all()
    assert result.mistakes(full=True).empty


@settings(max_examples=80, deadline=None)
@given(tables(), tables())
def test_D1_swapping_the_sides_swaps_missing_and_spurious(one, other):
    # But for amounts: one that names no currency labels the number alone in the truth, and lacks it in an extraction.
    one, other = (
        side.assign(value=side["value"].where(stated(side) & (side["field"] != "amountToPay"), None))
        for side in (one, other)
    )
    key = COLUMNS[:-1]
    header = [side[side["group"] == ""] for side in (one, other)]
    keys = pd.concat(header)[key].drop_duplicates()
    full = [keys.merge(side, on=key, how="left").astype(object).where(lambda x: x.notna(), None) for side in header]
    there, back = evaluate(full[1], full[0]), evaluate(full[0], full[1])
    swapped = {"missing": "spurious", "spurious": "missing"}
    mirrored = there.comparisons["outcome"].map(lambda name: swapped.get(name, name))
    assert mirrored.tolist() == back.comparisons["outcome"].tolist()
    assert there.comparisons["similarity"].equals(back.comparisons["similarity"])


@settings(max_examples=80, deadline=None)
@given(tables(), tables(("a", "b", "stranger")))
def test_D1_the_outcomes_partition_both_tables(truth, found):
    result = evaluate(found, truth)
    table = result.comparisons
    known = found[found["document"].isin(truth["document"])]
    assert table["truth"].notna().sum() == stated(truth).sum()
    assert table["extracted"].notna().sum() == stated(known).sum()
    assert not table.duplicated(COLUMNS[:-1]).any()
    in_truth, in_found = table["truth"].notna(), table["extracted"].notna()
    ignored = table["outcome"] == "ignored"
    expected = {
        "correct": in_truth & in_found & table["typed"],
        "wrong": in_truth & in_found & ~table["typed"],
        "missing": in_truth & ~in_found,
        "spurious": ~in_truth & in_found & ~ignored,
        "absent": ~in_truth & ~in_found & ~ignored,
    }
    for outcome, where in expected.items():
        assert ((table["outcome"] == outcome) == where).all()
    assert not (ignored & in_truth).any()
    assert (table["cause"].notna() == (table["outcome"] == "wrong")).all()
    assert (table["raw"] <= table["typed"]).all()
    assert (table["typed"] <= table["lenient"]).all()
    assert result.by_cause()["count"].sum() == (table["outcome"] == "wrong").sum()


@settings(max_examples=80, deadline=None)
@given(tables(), tables(), st.randoms(use_true_random=False))
def test_D1_the_order_of_rows_does_not_matter(truth, found, random):
    places = [list(range(len(side))) for side in (truth, found)]
    for side in places:
        random.shuffle(side)
    shuffled = evaluate(found.iloc[places[1]], truth.iloc[places[0]])
    result = evaluate(found, truth)
    assert shuffled == result
    assert shuffled.by_field(full=True).equals(result.by_field(full=True))
    assert shuffled.summary().equals(result.summary())


@settings(max_examples=80, deadline=None)
@given(tables(), tables())
def test_D1_parts_add_up_to_the_whole(truth, found):
    whole = evaluate(found, truth)
    parts = [
        evaluate(found[found["document"] == name], truth[truth["document"] == name]).comparisons
        for name in sorted(set(truth["document"]))
    ]
    together = pd.concat(parts, ignore_index=True)
    names = [*COLUMNS[:-1], "outcome", "raw", "typed", "lenient", "similarity"]
    assert together[names].equals(whole.comparisons[names])


@settings(max_examples=80, deadline=None)
@given(tables(), tables())
def test_D1_every_count_is_a_group_by_of_the_comparisons(truth, found):
    result = evaluate(found, truth)
    table = result.comparisons[result.comparisons["outcome"] != "ignored"]
    by_hand = table.groupby(["group", "field"])["outcome"].value_counts().to_dict()
    frame = result.by_field(full=True)
    fields = frame[~frame["field"].isin(["micro", "macro"])]
    from_frame = {
        (row["group"], row["field"], name): row[name]
        for row in fields.to_dict("records")
        for name in ("correct", "wrong", "missing", "spurious", "absent")
        if row[name]
    }
    assert from_frame == by_hand
    micro = frame[frame["field"] == "micro"].set_index("group")
    for group, part in table.groupby("group"):
        assert micro.loc[group, "support"] == part["truth"].notna().sum()
