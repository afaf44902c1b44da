"""Partitioned tables: the counts of the parts, put together, are those of the whole."""

import unicodedata
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import Evaluation, PartitionedEvaluation, evaluate
from gini_notebook.errors import SchemaError, SettingError

dd = pytest.importorskip("dask.dataframe", reason="Dask is not installed")

VALUES = {"amountToPay": ["1.00:EUR", "1:EUR", "2.00:EUR"], "net": ["5.00:EUR", "5:EUR"], "bic": ["X"]}
NAMES = [f"d{number:03}" for number in range(60)]


def table(seed, share):
    random = np.random.default_rng(seed)
    parts = []
    for field, values in VALUES.items():
        kept = random.random(60) < share
        value = random.choice(values, 60)
        parts.append(pd.DataFrame({"document": NAMES, "group": "", "row": 0, "field": field, "value": value})[kept])
    for row in range(3):
        kept = random.random(60) < share
        value = random.choice(["Nut", "Bolt", "nut"], 60)
        cells = {"document": NAMES, "group": "lineItems", "row": row, "field": "description", "value": value}
        parts.append(pd.DataFrame(cells)[kept])
    return pd.concat(parts).sort_values("document", kind="stable").reset_index(drop=True)


TRUTH = table(1, 0.9)
FOUND = table(2, 0.8).assign(entity="amount", confidence=0.5)
FOUND = FOUND[FOUND["document"] > "d003"].reset_index(drop=True)
WHOLE = evaluate(FOUND, TRUTH, seed=4)


def partitioned(frame, edges=(0, 10, 11, 30, 60)):
    """Partition by document."""
    number = frame["document"].str[1:].astype(int)
    parts = [frame[(number >= low) & (number < high)] for low, high in pairwise(edges)]
    return dd.from_map(lambda part: part, parts, meta=frame.head(0))


@pytest.mark.parametrize("truth", [TRUTH, partitioned(TRUTH)], ids=["truth in memory", "truth partitioned alike"])
def test_D1_partitioned_tables_give_the_numbers_of_the_whole(truth):
    result = evaluate(partitioned(FOUND), truth, seed=4)
    assert isinstance(result, PartitionedEvaluation)
    for level in ("raw", "typed", "lenient"):
        pd.testing.assert_frame_equal(
            result.by_field(level, intervals="bootstrap", full=True),
            WHOLE.by_field(level, intervals="bootstrap", full=True),
        )
        pd.testing.assert_frame_equal(result.summary(level), WHOLE.summary(level))
    assert result.documents.equals(WHOLE.documents)
    assert result.check("micro.f1>=0.1") == WHOLE.check("micro.f1>=0.1")
    pd.testing.assert_frame_equal(result.mistakes(full=True), WHOLE.mistakes(full=True))
    pd.testing.assert_frame_equal(
        result.mistakes("net", outcome="missing", full=True), WHOLE.mistakes("net", outcome="missing", full=True)
    )
    assert result.costs({"wrong": 1}).equals(WHOLE.costs({"wrong": 1}))
    alike = ("rules", "left_out_fields", "unlabelled_fields", "documents_without_truth", "seed", "wrong")
    assert {name: result.provenance[name] for name in alike} == {name: WHOLE.provenance[name] for name in alike}
    assert repr(result).startswith("<PartitionedEvaluation of 60 documents in ")


def test_all_comparisons_can_be_brought_into_memory(tmp_path):
    result = evaluate(partitioned(FOUND), partitioned(TRUTH)).in_memory()
    assert isinstance(result, Evaluation)
    pd.testing.assert_frame_equal(result.comparisons, WHOLE.comparisons)
    assert Evaluation.load(result.save(tmp_path / "r.zip")) == result
    other = evaluate(partitioned(FOUND, (0, 30, 60)), partitioned(TRUTH, (0, 30, 60)))
    assert other.in_memory().comparisons.equals(result.comparisons)


def test_comparisons_are_a_dask_frame_with_the_columns_of_the_schema():
    comparisons = evaluate(partitioned(FOUND), TRUTH).comparisons
    assert list(comparisons.columns) == list(WHOLE.comparisons.columns)
    counts = comparisons["outcome"].value_counts().compute()
    assert counts.to_dict() == WHOLE.comparisons["outcome"].value_counts().to_dict()


def test_parquet_is_read_in_partitions(tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    partitioned(FOUND).to_parquet(tmp_path / "found")
    partitioned(TRUTH).to_parquet(tmp_path / "truth")
    result = evaluate(dd.read_parquet(tmp_path / "found"), dd.read_parquet(tmp_path / "truth"), seed=4)
    pd.testing.assert_frame_equal(result.by_field(full=True), WHOLE.by_field(full=True))


@pytest.mark.parametrize("pairing", [{"order": "strict"}, {"key": ["description"]}])
def test_settings_hold_for_every_partition(pairing):
    options = {"fields": ["description", "net"], "rules": {"net": "text"}, **pairing}
    result = evaluate(partitioned(FOUND), partitioned(TRUTH), **options)
    whole = evaluate(FOUND, TRUTH, **options)
    pd.testing.assert_frame_equal(result.by_field(full=True), whole.by_field(full=True))
    with pytest.raises(SettingError, match="There are rules for 'ibna', but no such fields"):
        evaluate(partitioned(FOUND), TRUTH, rules={"ibna": "iban"})
    with pytest.raises(SettingError, match=r"There are no header field\(s\) 'ibna'"):
        evaluate(partitioned(FOUND), TRUTH, required=["ibna"])


def test_names_of_documents_meet_in_partitions_whatever_their_unicode_form():
    found = FOUND.assign(document=FOUND["document"] + "ä").iloc[::1]
    truth = TRUTH.assign(document=[unicodedata.normalize("NFD", name + "ä") for name in TRUTH["document"]])
    parts = [found[found["document"] < "d030"], found[found["document"] >= "d030"]]
    result = evaluate(dd.from_map(lambda part: part, parts, meta=found.head(0)), truth, seed=4)
    assert result.by_field(full=True)["correct"].equals(WHOLE.by_field(full=True)["correct"])


def test_partitions_that_do_not_hold_documents_whole_are_refused():
    odd = dd.from_map(lambda part: part, [FOUND.iloc[::2], FOUND.iloc[1::2]], meta=FOUND.head(0))
    with pytest.raises(SchemaError, match=r"document\(s\) have rows in several partitions; first: 'd0"):
        evaluate(odd, TRUTH)
    with pytest.raises(SchemaError, match=r"document\(s\) have rows in several partitions"):
        evaluate(partitioned(FOUND, (0, 20, 60)), partitioned(TRUTH, (0, 30, 60)))
    with pytest.raises(SchemaError, match="The extractions have 2 partitions and the truth 3"):
        evaluate(partitioned(FOUND, (0, 20, 60)), partitioned(TRUTH, (0, 20, 30, 60)))
    with pytest.raises(SchemaError, match=r"The extractions table lacks the column\(s\) value"):
        evaluate(partitioned(FOUND.drop(columns="value")), TRUTH)


def test_M27_partitions_note_few_issuers_as_the_whole_does():
    sender = np.array([f"Sender {number % 3}" for number in range(60)])
    issuers = pd.DataFrame({"document": NAMES, "group": "", "row": 0, "field": "paymentRecipient", "value": sender})
    truth = pd.concat([TRUTH, issuers[5:]]).sort_values("document", kind="stable").reset_index(drop=True)
    whole = evaluate(FOUND, truth).interval_notes
    assert [(note.kind, note.count) for note in whole] == [("few_issuers", 2)]
    for given in (truth, partitioned(truth)):
        result = evaluate(partitioned(FOUND), given)
        assert result.interval_notes == whole
        assert "few_issuers" in [note.kind for note in result.notes]
        assert evaluate(partitioned(FOUND), given, cluster="paymentRecipient").interval_notes[0].kind == "few_clusters"
    assert evaluate(partitioned(FOUND), partitioned(TRUTH)).interval_notes == ()
