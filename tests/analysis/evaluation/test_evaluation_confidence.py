"""Confidences, for extractions that come with one (M16)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.statistics import clopper_pearson, share_interval
from gini_notebook.errors import SchemaError, SettingError
from tests.analysis.evaluation.oracle import COUNTED, header_counts


def tables(documents=600, fields=("iban",), seed=0, decimals=6):
    """Predictions whose confidence is the probability that they are right."""
    random = np.random.default_rng(seed)
    names = [f"d{number:04}" for number in range(documents)]
    parts = []
    for field in fields:
        confidence = random.beta(4, 1, documents).round(decimals)
        value = np.where(random.random(documents) < confidence, "right", "wrong")
        parts.append(pd.DataFrame({"document": names, "field": field, "value": value, "confidence": confidence}))
    found = pd.concat(parts, ignore_index=True)
    return found, found[["document", "field"]].assign(value="right")


FOUND, TRUTH = tables()
RESULT = evaluate(FOUND, TRUTH)


def test_M16_below_the_threshold_a_prediction_is_as_if_it_had_not_been_made():
    found, truth = tables(80, ("iban", "bic"), decimals=2)
    truth.loc[truth.index % 5 == 0, "value"] = None
    found = pd.concat([found, found.iloc[[3, 7]].assign(confidence=0.3)])
    result = evaluate(found, truth)
    for threshold in (0.0, 0.5, 0.83, 1.1):
        expected = header_counts(found[found["confidence"] >= threshold], truth)[0]
        frame = result.at_confidence(threshold).by_field(full=True).set_index("field")
        for field, counts in expected.items():
            assert {name: frame.loc[field, name] for name in COUNTED} == {name: counts[name] for name in COUNTED}
    assert result.at_confidence(0.5).settings["min_confidence"] == 0.5
    assert result.at_confidence(0.0).comparisons.equals(result.comparisons)


def test_M16_invented_rows_and_unlabelled_values_vanish_and_missing_confidences_stay():
    columns = ["document", "group", "row", "field", "value", "confidence"]
    truth = pd.DataFrame(
        [
            ("a", "", 0, "iban", "DE1"),
            ("a", "lineItems", 0, "description", "Nut"),
            ("a", "lineItems", 0, "baseGross", None),
        ],
        columns=columns[:-1],
    )
    found = pd.DataFrame(
        [
            ("a", "", 0, "iban", "DE2", None),
            ("a", "", 0, "bic", "X", 0.1),
            ("a", "lineItems", 0, "description", "Nut", 0.9),
            ("a", "lineItems", 0, "baseGross", "1", 0.1),
            ("a", "lineItems", 1, "description", "Bolt", 0.1),
        ],
        columns=columns,
    )
    kept = evaluate(found, truth).at_confidence(0.5).comparisons
    assert kept[["field", "outcome"]].to_numpy().tolist() == [
        ["iban", "wrong"],
        ["baseGross", "absent"],
        ["description", "correct"],
    ]
    assert kept["similarity"].isna().tolist() == [False, True, False]


def test_reliability_bins_hold_equal_counts_and_never_split_a_confidence():
    bins = RESULT.reliability("iban")
    assert len(bins) == 10
    assert bins["count"].sum() == 600
    assert bins["count"].between(59, 61).all()
    assert ((bins["correct_low"] <= bins["correct"]) & (bins["correct"] <= bins["correct_high"])).all()
    inside = (bins["correct_low"] <= bins["confidence"]) & (bins["confidence"] <= bins["correct_high"])
    assert inside.sum() >= 8
    found, truth = tables(decimals=1)
    coarse = evaluate(found, truth).reliability()
    assert (coarse["confidence_low"].to_numpy()[1:] > coarse["confidence_high"].to_numpy()[:-1]).all()


def test_words_are_levels_in_their_order():
    words = pd.Categorical(["low", "high", "high", None], categories=["low", "medium", "high"], ordered=True)
    found = pd.DataFrame(
        {"document": ["a", "b", "c", "d"], "field": "iban", "value": ["x", "1", "1", "1"], "confidence": words}
    )
    result = evaluate(found, found.assign(value="1"))
    assert result.comparisons["confidence"].tolist()[:3] == [0, 2, 2]
    scores = result.confidence_scores().set_index("field").loc["iban"]
    assert scores["auroc"] == 1
    assert np.isnan(scores[["ece", "brier"]].astype(float)).all()
    assert scores["without_confidence"] == 1


def test_M16_a_confidence_on_an_edge_of_the_ece_is_of_the_bin_above():
    found, truth = tables(documents=3)
    found["confidence"], found["value"] = [0.65, 0.7, 1.0], ["wrong", "right", "right"]
    # Each has a bin of its own; with 0.7 below, its gap would take away from that of 0.65.
    scores = evaluate(found, truth).confidence_scores().set_index("field").loc["iban"]
    assert scores["ece"] == pytest.approx((0.65 + 0.3) / 3, abs=1e-12)


def test_scores_of_the_confidence_are_those_of_their_definitions():
    found, truth = tables(decimals=2)
    truth = pd.concat([truth, pd.DataFrame({"document": ["e1", "e2"], "field": "iban", "value": "right"})])
    scores = evaluate(found, truth).confidence_scores().set_index("field").loc["iban"]
    right = (found["value"] == "right").to_numpy()
    confidence = found["confidence"].to_numpy()
    wins = stats.mannwhitneyu(confidence[right], confidence[~right]).statistic
    assert scores["auroc"] == pytest.approx(wins / (right.sum() * (~right).sum()), abs=1e-12)
    assert scores["brier"] == pytest.approx(np.mean((confidence - right) ** 2), abs=1e-12)
    # Closed below, the last one above, too.
    gaps = np.histogram(confidence, bins=np.arange(11) / 10, weights=confidence - right)[0]
    assert scores["ece"] == pytest.approx(np.abs(gaps).sum() / 600, abs=1e-12)
    assert scores["predicted"] == 600


def test_average_precision_does_not_depend_on_the_order_of_rows_and_is_one_for_a_perfect_ranking():
    found, truth = tables(decimals=1)
    scores = evaluate(found, truth).confidence_scores()
    shuffled = evaluate(found.sample(frac=1, random_state=0), truth).confidence_scores()
    pd.testing.assert_frame_equal(scores, shuffled)
    perfect = evaluate(found.assign(confidence=(found["value"] == "right") * 0.5 + 0.25), truth).confidence_scores()
    share = (found["value"] == "right").mean()
    assert perfect["average_precision"].tolist() == pytest.approx([share] * 2, abs=1e-12)
    assert perfect["average_precision_uninterpolated"].tolist() == [1.0, 1.0]
    assert perfect["auroc"].tolist() == [1.0, 1.0]


def test_the_threshold_for_a_precision_is_chosen_on_one_half_and_measured_on_the_other():
    found, truth = tables(4_000)
    threshold = evaluate(found, truth, seed=2).at_precision(0.9)
    assert threshold.status in ("confirmed", "unconfirmed")
    order = np.random.default_rng(2).permutation(4_000)
    halves = [found.iloc[np.sort(part)] for part in (order[:2_000], order[2_000:])]

    def bound(half, at):
        kept = half[half["confidence"] >= at]
        low, _ = clopper_pearson((kept["value"] == "right").sum(), len(kept), level=0.95, one_sided=True)
        return float(low), len(kept)

    assert bound(halves[0], threshold.threshold)[0] >= 0.9
    smaller = halves[0]["confidence"][halves[0]["confidence"] < threshold.threshold]
    assert all(bound(halves[0], at)[0] < 0.9 for at in np.sort(smaller)[-50:])
    assert bound(halves[1], threshold.threshold) == (pytest.approx(threshold.precision_low), threshold.kept)
    kept = halves[1][halves[1]["confidence"] >= threshold.threshold]
    assert threshold.precision == (kept["value"] == "right").mean()
    assert threshold.coverage == threshold.automation_rate == len(kept) / 2_000
    assert threshold.automated_error_rate == pytest.approx(1 - threshold.precision)
    assert threshold.automated_error_high > threshold.automated_error_rate


def test_a_document_is_automated_when_all_its_required_fields_are_kept():
    found, truth = tables(1_000, ("iban", "bic"))
    result = evaluate(found, truth)
    threshold = result.at_precision(0.85)
    order = np.random.default_rng(0).permutation(1_000)
    held = found[found["document"].isin([f"d{number:04}" for number in order[500:]])]
    kept = held[held["confidence"] >= threshold.threshold]
    both = kept.groupby("document")["value"].agg(["size", lambda values: (values == "right").all()])
    both.columns = ["size", "right"]
    complete = both[both["size"] == 2]
    assert threshold.automation_rate == len(complete) / 500
    assert threshold.automated_error_rate == pytest.approx(1 - complete["right"].mean())
    one = result.at_precision(0.85, required=["iban"])
    assert one.automation_rate > threshold.automation_rate


def labelled_in_part(documents=400):
    fields, values = ["amountToPay", "iban"], ["10.00:EUR", "DE59200411550987654321"]
    rows = [(f"d{at}", field, value) for at in range(documents) for field, value in zip(fields, values, strict=True)]
    found = pd.DataFrame(rows, columns=["document", "field", "value"]).assign(confidence=0.99)
    everywhere = found["field"].eq("amountToPay") | found["document"].str[-1].isin(list("13579"))
    return found, found[everywhere].drop(columns="confidence"), fields


def test_M16_keeping_a_value_needs_no_label():
    found, truth, fields = labelled_in_part()
    result = evaluate(found, truth)
    threshold = result.at_precision(0.9, required=fields)
    assert threshold.automation_rate == 1.0
    half = np.random.default_rng(0).permutation(400)[200:]
    assert threshold.automated_labelled == sum(result.documents["document"].str[-1].isin(list("13579"))[half])
    assert f"in the {threshold.automated_labelled} automated documents with all labels." in threshold.reason
    assert threshold.automated_error_high == pytest.approx(1 - 0.05 ** (1 / threshold.automated_labelled))


def test_M16_documents_without_truth_are_in_neither_half_and_named_beside_the_rate():
    found, truth, fields = labelled_in_part()
    more = found.assign(document="more " + found["document"], confidence=0.1)
    alone, together = (
        evaluate(pd.concat(of), truth).at_precision(0.9, required=fields) for of in ([found], [found, more])
    )
    assert together == replace(alone, documents_without_truth=400)
    assert (together.automation_rate, together.held_documents) == (1.0, 200)
    assert "rate is of the 200 documents of that half; of the 400 without truth it speaks only if" in together.reason
    assert "without truth" not in alone.reason


def test_M16_errors_of_automated_documents_are_those_of_their_kept_required_fields():
    found, truth, fields = labelled_in_part()
    found.loc[found["document"].str[-1].isin(["1", "3"]) & found["field"].eq("iban"), "value"] = "DE1"
    found.loc[found["document"].str.endswith("3") & found["field"].eq("iban"), "confidence"] = 0.1
    threshold = evaluate(found, truth).at_precision(0.87, required=fields)
    ends = evaluate(found, truth).documents["document"].str[-1].to_numpy()
    held = ends[np.random.default_rng(0).permutation(400)[200:]]
    assert threshold.threshold == 0.99
    automated = held != "3"
    assert threshold.automation_rate == automated.mean()
    judged = automated & np.isin(held, list("13579"))
    assert threshold.automated_labelled == judged.sum()
    assert threshold.automated_error_rate == (held[judged] == "1").mean()


def test_M16_halves_are_halves_of_the_clusters():
    found, truth = tables(600)
    found["confidence"], found["value"] = 0.99, "right"
    sizes = [200, *[20] * 20]
    issuers = pd.Series(np.repeat(np.arange(21), sizes), index=found["document"], name="issuer").astype(str)
    threshold = evaluate(found, truth).at_precision(0.5, cluster=issuers)
    held = np.random.default_rng(0).permutation(21)[10:]
    assert threshold.kept == sum(sizes[at] for at in held)
    assert threshold.kept_documents == 11


def test_a_required_field_that_there_is_not_is_refused():
    with pytest.raises(SettingError, match="no header field 'ibann' that a document could need; there are: iban"):
        RESULT.at_precision(0.9, required=["ibann"])


def test_confidences_of_ones_own_are_those_that_came_with_the_table():
    plain = evaluate(FOUND.drop(columns="confidence"), TRUTH)
    own = plain.with_confidence(FOUND[["document", "field", "confidence"]].sample(frac=1, random_state=1))
    assert own.comparisons.equals(RESULT.comparisons)
    assert own.at_precision(0.85) == RESULT.at_precision(0.85)
    assert own.provenance["confidence"] == "given"
    some = plain.with_confidence(FOUND[["document", "field", "confidence"]].head(10))
    assert some.comparisons["confidence"].notna().sum() == 10


def test_confidences_of_rows_go_by_the_row_that_was_extracted():
    row = {"document": "a", "group": "lineItems", "field": "description"}
    truth = pd.DataFrame([{**row, "row": 0, "value": "Nut"}, {**row, "row": 1, "value": "Bolt"}])
    found = pd.DataFrame([{**row, "row": 0, "value": "Bolt"}, {**row, "row": 1, "value": "Nut"}])
    own = evaluate(found, truth).with_confidence(found.drop(columns="value").assign(confidence=[0.2, 0.9]))
    assert own.comparisons.set_index("truth")["confidence"].to_dict() == {"Nut": 0.9, "Bolt": 0.2}


def test_a_table_of_confidences_that_cannot_be_meant_is_refused():
    own = FOUND[["document", "field", "confidence"]]
    with pytest.raises(SchemaError, match="needs the columns document, field and confidence; there is: document"):
        RESULT.with_confidence(own.drop(columns="confidence"))
    with pytest.raises(SchemaError, match="there is: a list"):
        RESULT.with_confidence([0.9])
    with pytest.raises(SchemaError, match="names a value twice: d0000, iban"):
        RESULT.with_confidence(pd.concat([own, own]))
    with pytest.raises(SettingError, match=r"None of the extracted values is in .* for example, other, iban\."):
        RESULT.with_confidence(own.assign(document="other").head(1))


def test_a_threshold_is_not_claimed_without_evidence():
    assert RESULT.at_precision(0.999999).status == "not reachable"
    few = evaluate(FOUND.head(40), TRUTH.head(40))
    assert few.at_precision(0.5).status == "not enough data"
    assert np.isnan(few.at_precision(0.5).threshold)
    random = np.random.default_rng(3)
    flipped = FOUND.assign(confidence=np.where(FOUND["document"] < "d0300", 0.9, 0.5), value="right")
    in_fitting = np.zeros(600, dtype=bool)
    in_fitting[np.random.default_rng(0).permutation(600)[:300]] = True
    flipped.loc[~in_fitting & (random.random(600) < 0.5), "value"] = "wrong"
    assert evaluate(flipped, TRUTH).at_precision(0.95).status == "refuted"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: RESULT.reliability(bins=0), "bins is 0; it must be 1 or more"),
        (lambda: RESULT.reliability("bic"), "There is no field 'bic' in this evaluation"),
        (lambda: RESULT.at_precision(1), "The precision asked for is 1; it must be between 0 and 1"),
        (
            lambda: RESULT.at_precision(0.9, confidence_level=0.5),
            "confidence_level is 0.5; bounds of one side need more",
        ),
        (lambda: RESULT.at_precision("0.9"), "The precision asked for is '0.9'; it must be between 0 and 1"),
        (lambda: RESULT.at_precision(None), "The precision asked for is None"),
        (lambda: RESULT.at_confidence(float("nan")), "The threshold is nan; it must be a number on the scale"),
        (lambda: RESULT.at_confidence("0.5"), "The threshold is '0.5'; it must be a number"),
        (lambda: RESULT.at_confidence(True), "The threshold is True; it must be a number"),
        (lambda: evaluate(TRUTH, TRUTH).reliability(), "These extractions have no confidence"),
        (lambda: evaluate(TRUTH, TRUTH).at_confidence(0.5), "These extractions have no confidence"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, message):
    with pytest.raises(SettingError, match=message):
        call()


def test_G8_a_threshold_that_holds_on_all_is_refuted_in_the_slice_whose_confidence_lies():
    found, truth = tables(4_000, seed=5)
    random = np.random.default_rng(9)
    photo = np.arange(4_000) % 20 == 0
    found.loc[photo & (random.random(4_000) < 0.4), "value"] = "wrong"
    kinds = np.where(photo, "photo", "pdf").astype(object)
    kinds[:10] = "fax"
    documents = pd.DataFrame({"document": found["document"], "kind": kinds})
    result = evaluate(found, truth)
    table = result.confidence_by_slice("kind", documents, target=0.85).set_index("slice")
    assert table["status"].to_dict() == {"fax": "not enough data", "pdf": "confirmed", "photo": "refuted"}
    assert table["small"].to_dict() == {"fax": True, "pdf": False, "photo": False}
    assert table["threshold"].unique().tolist() == [result.at_precision(0.85).threshold]
    assert table.loc["photo", "ece_low"] > table.loc["pdf", "ece_high"]
    assert np.isnan(table.loc["fax", ["ece_low", "brier_low"]].astype(float)).all()
    whole = result.confidence_by_slice("all", documents.assign(all=1), target=0.85).iloc[0]
    scores = result.confidence_scores().set_index("field").loc["iban"]
    assert whole[["ece", "brier", "auroc"]].tolist() == pytest.approx(scores[["ece", "brier", "auroc"]].tolist())
    assert whole["brier_low"] < whole["brier"] < whole["brier_high"]
    threshold = result.at_precision(0.85)
    assert (whole["precision"], whole["kept"], whole["status"]) == (
        threshold.precision,
        threshold.kept,
        threshold.status,
    )


def test_G8_a_threshold_for_all_fields_is_refuted_in_the_field_whose_confidence_lies():
    fields = ("iban", "bic", "city")
    found, truth = tables(4_000, fields, seed=3)
    random = np.random.default_rng(1)
    lying = (found["field"] == "bic") & (random.random(len(found)) < 0.2)
    found.loc[lying, "value"] = "wrong"
    few = truth.iloc[:20].assign(field="paymentReference")
    never = truth.iloc[:50].assign(field="paymentPurpose")
    result = evaluate(pd.concat([found, few.assign(confidence=0.99)]), pd.concat([truth, few, never]))
    table = result.confidence_by_field(target=0.85).set_index("slice")
    assert table["status"].to_dict() == {
        "bic": "refuted",
        "city": "confirmed",
        "iban": "confirmed",
        "paymentPurpose": "not enough data",
        "paymentReference": "not enough data",
    }
    assert table["documents"].to_dict() == dict.fromkeys(fields, 4_000) | {"paymentPurpose": 50, "paymentReference": 20}
    assert table["small"].to_dict() == dict.fromkeys(table.index, False) | {"paymentReference": True}
    assert table["threshold"].unique().tolist() == [result.at_precision(0.85).threshold]
    assert table.loc["bic", "ece_low"] > table.loc["iban", "ece_high"]
    scores = result.confidence_scores().set_index("field").loc[table.index]
    shared = ["predicted", "without_confidence", "ece", "brier", "auroc"]
    pd.testing.assert_frame_equal(table[shared], scores[shared], check_names=False)
    alone = evaluate(found[found["field"] == "iban"], truth[truth["field"] == "iban"])
    whole, threshold = alone.confidence_by_field(target=0.85).iloc[0], alone.at_precision(0.85)
    assert whole[["status", "kept", "precision_low", "automation_rate"]].tolist() == [
        threshold.status,
        threshold.kept,
        threshold.precision_low,
        threshold.automation_rate,
    ]


def test_G8_reliability_has_bins_of_every_slice():
    kinds = pd.Series(["photo", "pdf", None]).repeat(200).to_list()
    documents = pd.DataFrame({"document": TRUTH["document"], "kind": pd.array(kinds, dtype="string")})
    table = RESULT.reliability(bins=5, column="kind", documents=documents)
    assert table["slice"].fillna("none").value_counts(sort=False).to_dict() == {"photo": 5, "pdf": 5, "none": 5}
    for kind, part in (("photo", slice(0, 200)), ("pdf", slice(200, 400))):
        alone = evaluate(FOUND.iloc[part], TRUTH.iloc[part]).reliability(bins=5)
        shown = table[table["slice"] == kind].drop(columns="slice").reset_index(drop=True)
        pd.testing.assert_frame_equal(shown, alone)
    unsure = evaluate(FOUND.assign(confidence=FOUND["confidence"].where(FOUND["document"] < "d0200")), TRUTH)
    assert unsure.reliability(column="kind", documents=documents)["slice"].unique().tolist() == ["photo"]
    with pytest.raises(SettingError, match="has no column 'scanner' to slice by"):
        RESULT.reliability(column="scanner")


def test_M18_all_right_is_no_proof_that_all_will_be():
    # Two fields of a document are right together, so that 299 documents, and not 150, prove 99 % (0.05 ** (1 / 299)).
    for documents, status in ((596, "not reachable"), (598, "confirmed")):
        _, truth = tables(documents, ("iban", "bic"))
        threshold = evaluate(truth.assign(confidence=0.9), truth).at_precision(0.99)
        assert threshold.status == status
    assert threshold.precision_low == pytest.approx(0.05 ** (1 / 299), abs=1e-9)


def half_of(documents, seed=0):
    """Which documents are of the half on which thresholds are chosen."""
    in_fitting = np.zeros(documents, dtype=bool)
    in_fitting[np.random.default_rng(seed).permutation(documents)[: documents // 2]] = True
    return in_fitting


@pytest.mark.parametrize(("wrong", "status"), [(0, "confirmed"), (24, "unconfirmed"), (60, "refuted")])
def test_M16_refuted_is_said_only_when_the_upper_bound_is_below_the_target(wrong, status):
    _, truth = tables(600, ("iban", "bic"))
    held = np.flatnonzero(~half_of(600))[:wrong]
    off = truth["document"].isin([f"d{number:04}" for number in held]) & (truth["field"] == "iban")
    found = truth.assign(value=np.where(off, "wrong", truth["value"]), confidence=0.9)
    threshold = evaluate(found, truth).at_precision(0.95)
    assert (threshold.status, threshold.kept_documents) == (status, 300)
    loss = np.zeros(300)
    loss[:wrong] = 1
    assert (threshold.precision_low, threshold.precision_high) == share_interval(loss, np.full(300, 2), level=0.9)
    assert {"confirmed": "at least", "unconfirmed": "too few to tell", "refuted": "at most"}[status] in threshold.reason


def test_M16_what_was_not_confirmed_says_how_many_documents_would_be_needed():
    _, truth = tables(200, ("iban", "bic"))
    threshold = evaluate(truth.assign(confidence=0.9), truth).at_precision(0.99)
    assert (threshold.status, threshold.documents_needed) == ("not reachable", 299)
    assert "0.99 needs 299 documents" in threshold.reason
    assert evaluate(truth.assign(confidence=0.9), truth).at_precision(0.99, confidence_level=0.6).documents_needed == 92


def test_M27_issuers_are_the_units_of_a_threshold():
    _, truth = tables(600, ("iban",))
    issuers = pd.Series([number % 40 for number in range(600)], [f"d{number:04}" for number in range(600)])
    result = evaluate(truth.assign(confidence=0.9), truth)
    assert result.at_precision(0.95).status == "confirmed"
    clustered = result.at_precision(0.95, cluster=issuers)
    assert (clustered.status, clustered.documents_needed) == ("not reachable", 59)
    sure = result.at_precision(0.8, cluster=issuers)
    assert (sure.status, sure.kept_documents, sure.kept) == ("confirmed", 20, 300)
    assert sure.automated_error_high == pytest.approx(1 - 0.05 ** (1 / 20))
    table = result.confidence_by_field(target=0.8, cluster=issuers)
    assert table["precision_low"].tolist() == [sure.precision_low]


@pytest.mark.parametrize(("kind", "most"), [("confirmed", 0.09), ("refuted", 0.09)])
def test_M16_confidence_without_information_is_seldom_confirmed_or_refuted_wrongly(kind, most):
    """Where all fields of a document fail together, and the precision is just below (above) the target."""
    rate = {"confirmed": 0.945, "refuted": 0.955}[kind]
    random = np.random.default_rng(8)
    _, truth = tables(160, ("iban", "bic"))
    said = 0
    for _ in range(60):
        bad = random.random(160) > rate
        off = truth["document"].map(dict(zip(truth["document"].unique(), bad, strict=True))).to_numpy()
        found = truth.assign(value=np.where(off, "wrong", truth["value"]), confidence=random.random(len(truth)))
        said += evaluate(found, truth).at_precision(0.95).status == kind
    assert said <= most * 60


def test_M23_candidate_ranks_that_start_at_0_are_refused():
    class Source:
        extractions = pd.DataFrame({"document": ["a"], "field": "iban", "value": "1", "candidates": "ibans"})
        candidates = pd.DataFrame({"document": "a", "list": "ibans", "rank": [0, 1], "value": ["1", "2"]})

    with pytest.raises(SchemaError, match="must number the candidates of each list from 1"):
        evaluate(Source(), Source.extractions[["document", "field", "value"]])


def test_M25_a_note_says_that_confidences_are_no_probabilities_and_that_a_threshold_is_above_all():
    found, truth = tables(40)
    percent = evaluate(found.assign(confidence=found["confidence"] * 100), truth)
    (scale,) = percent.interval_notes
    assert (scale.kind, scale.count) == ("confidence_scale", 40)
    assert scale in percent.notes
    assert evaluate(found, truth).interval_notes == ()
    (above,) = evaluate(found, truth).at_confidence(50).interval_notes
    assert (above.kind, above.count, above.detail) == ("threshold_above_all", 40, "50")
    assert evaluate(found, truth).at_confidence(0.0).interval_notes == ()


def test_M27_ece_and_brier_resample_clusters_where_they_are_named():
    random = np.random.default_rng(3)
    names, issuer = [f"d{number:03}" for number in range(300)], np.arange(300) % 30
    right = random.random(30)[issuer] < 0.6
    found = pd.DataFrame({"document": names, "field": "iban", "value": np.where(right, "1", "0"), "confidence": 0.6})
    result = evaluate(found, found[["document", "field"]].assign(value="1"))
    plain = result.confidence_by_field().iloc[0]
    clustered = result.confidence_by_field(cluster=pd.Series(issuer, names)).iloc[0]
    for score in ("ece", "brier"):
        assert clustered[score] == plain[score]
        widths = [row[f"{score}_high"] - row[f"{score}_low"] for row in (plain, clustered)]
        assert widths[1] > 1.5 * widths[0]
    one_each = result.confidence_by_field(cluster=pd.Series(names, names)).iloc[0]
    assert one_each[["ece_low", "ece_high"]].tolist() == plain[["ece_low", "ece_high"]].tolist()
    few = result.confidence_by_field(cluster=pd.Series(issuer % 10, names)).iloc[0]
    assert np.isnan(few[["ece_low", "brier_high"]].astype(float)).all()
