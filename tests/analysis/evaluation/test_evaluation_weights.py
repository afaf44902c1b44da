"""The weighted average, and what stands for 0/0 (M7, M8)."""

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import SettingError

SCORES = ["precision", "recall", "f1"]
ENDS = [f"{score}{end}" for score in SCORES for end in ("", "_low", "_high")]


def tables(documents=60):
    """Ten per cent wrong IBANs, half of the cities wrong, and line items; a BIC that the truth never has."""
    names = [f"d{number:02}" for number in range(documents)]
    parts, wanted = [], []
    for field, group, every in (("iban", "", 10), ("city", "", 2), ("baseGross", "lineItems", 3)):
        right = pd.DataFrame({"document": names, "group": group, "row": 0, "field": field, "value": "1.00:EUR"})
        wanted.append(right)
        parts.append(right.assign(value=["2.00:EUR" if at % every == 0 else "1.00:EUR" for at in range(documents)]))
    nothing = wanted[0].assign(field="bic", value=None)
    return pd.concat(parts), pd.concat([*wanted, nothing])


RESULT = evaluate(*tables())


def weighted(weights, **options):
    frame = RESULT.by_field(weights=weights, **options, full=True)
    return frame[frame["field"] == "weighted"].set_index("group")


def test_M7_slots_count_as_much_as_their_field_weighs():
    row = weighted({"iban": 9, "lineItems.baseGross": 3}).loc[""]
    # Of 60 documents 6 IBANs and 30 cities are wrong; a city weighs 1, as nothing else is said.
    assert row[SCORES].tolist() == pytest.approx([(9 * 54 + 30) / 600] * 3, abs=1e-12)
    assert row[["support", "correct", "found"]].isna().all()
    assert row["f1_low"] < row["f1"] < row["f1_high"]


def test_M7_equal_weights_give_micro_with_its_interval_and_change_no_other_row():
    plain = RESULT.by_field(intervals="bca", full=True)
    for weight in (1, 0.25):
        frame = RESULT.by_field(
            intervals="bca", weights=dict.fromkeys(["iban", "city", "bic", "baseGross"], weight), full=True
        )
        micro = frame[frame["field"] == "micro"]
        same = frame[frame["field"] == "weighted"]
        assert same[ENDS].to_numpy(dtype=float) == pytest.approx(micro[ENDS].to_numpy(dtype=float), abs=1e-12)
        pd.testing.assert_frame_equal(frame[frame["field"] != "weighted"].reset_index(drop=True), plain)
    assert list(plain["field"].unique()[-2:]) != ["weighted"]
    assert "weighted" not in plain["field"].tolist()


def test_M7_a_weight_of_nothing_leaves_a_field_out():
    row = weighted({"city": 0}).loc[""]
    iban = RESULT.by_field(full=True).set_index("field").loc["iban"]
    assert row[SCORES].tolist() == iban[SCORES].tolist()
    assert weighted({"baseGross": 0}).loc["lineItems", SCORES].isna().all()


def test_M8_nothing_by_nothing_is_undefined_unless_a_number_is_asked_for():
    for value in (0, 1):
        frame = RESULT.by_field(zero_division=value, full=True).set_index("field")
        assert frame.loc["bic", SCORES].tolist() == [value] * 3
        assert frame.loc["bic", ["f1_low", "f1_high"]].isna().all()
        plain = RESULT.by_field(full=True).set_index("field")
        assert plain.loc["bic", SCORES].isna().all()
        others = frame.index != "bic"
        pd.testing.assert_frame_equal(frame[others], plain[others])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": {"ibann": 2}}, "There is a weight for 'ibann', but no such field. There are: .*iban"),
        ({"weights": {"iban": -1}}, "The weight of 'iban' is -1; it must be a number, 0 or more"),
        ({"weights": {"iban": np.inf}}, "The weight of 'iban' is inf"),
        ({"weights": {"iban": True}}, "The weight of 'iban' is True"),
        ({"zero_division": 0.5}, "zero_division is 0.5; it must be 0, 1, or NaN"),
    ],
)
def test_weights_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SettingError, match=message):
        RESULT.by_field(**options, full=True)
