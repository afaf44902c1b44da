"""Evaluation on executors and of Parquet files: the counts of the parts, put together, are those of the whole."""

import os
import signal
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gini_notebook.analysis.evaluation import Evaluation, PartitionedEvaluation, evaluate, partitions
from gini_notebook.errors import ExecutorBroken, MissingLibrary, SchemaError, SettingError
from tests.clusters import losing_a_worker, processes, some_are_done

NAMES = [f"d{number:03}" for number in range(40)]
HEADER = {"amountToPay": ["1.00:EUR", "1:EUR", "2.00:EUR"], "iban": ["DE1", "DE2"], "note": ["X", "Y"]}
TEXTS = ["Nut", "Bolt", "nut", "Washer"]


def table(seed, share, rows=3):
    random = np.random.default_rng(seed)
    parts = []
    for field, values in HEADER.items():
        parts.append({"document": NAMES, "group": "", "row": 0, "field": field, "value": random.choice(values, 40)})
    for row in range(rows):
        cells = {"document": NAMES, "group": "lineItems", "row": row, "field": "description"}
        parts.append({**cells, "value": random.choice(TEXTS, 40)})
    whole = pd.concat([pd.DataFrame(part)[random.random(40) < share] for part in parts])
    return whole.sample(frac=1, random_state=seed).reset_index(drop=True)


TRUTH = table(1, 0.9)
FOUND = table(2, 0.8).assign(entity="text", confidence=0.5)
FOUND = FOUND[FOUND["document"] > "d003"].reset_index(drop=True)
WHOLE = evaluate(FOUND, TRUTH, seed=4)


@pytest.fixture(autouse=True)
def small_partitions(monkeypatch):
    monkeypatch.setattr(partitions, "ROWS", 60)


def assert_same(result, whole):
    assert isinstance(result, PartitionedEvaluation)
    for level in ("raw", "typed", "lenient"):
        pd.testing.assert_frame_equal(
            result.by_field(level, intervals="bootstrap", full=True),
            whole.by_field(level, intervals="bootstrap", full=True),
            check_exact=True,
        )
        pd.testing.assert_frame_equal(result.summary(level), whole.summary(level), check_exact=True)
    pd.testing.assert_frame_equal(result.documents, whole.documents)
    pd.testing.assert_frame_equal(result.mistakes(full=True), whole.mistakes(full=True))
    pd.testing.assert_frame_equal(result.candidate_recall(), whole.candidate_recall())
    of_this_one = {"extractions_hash", "truth_hash", "run", "truth_name", "made_at"}
    for name in set(whole.provenance) - of_this_one:
        assert result.provenance[name] == whole.provenance[name], name


@pytest.mark.parametrize("executor", [ThreadPoolExecutor, processes])
def test_D1_threads_and_processes_give_the_numbers_of_the_whole(executor):
    with executor(2) as running:
        result = evaluate(FOUND, TRUTH, seed=4, executor=running)
        assert len(result._partitions.pairs) > 3
        assert_same(result, WHOLE)
        loaded = result.in_memory()
    pd.testing.assert_frame_equal(loaded.comparisons, WHOLE.comparisons)
    assert result.provenance["truth_hash"] == WHOLE.provenance["truth_hash"]
    assert isinstance(loaded, Evaluation)


def test_what_is_computed_after_the_executor_was_closed_says_so():
    with ThreadPoolExecutor(1) as running:
        result = evaluate(FOUND, TRUTH, executor=running)
    assert result.summary().equals(evaluate(FOUND, TRUTH).summary())
    with pytest.raises(ExecutorBroken, match=r"broke off after 0 of \d+ partitions: RuntimeError: .*after shutdown"):
        result.mistakes(full=True)


cells = st.fixed_dictionaries(
    {
        "document": st.sampled_from(["a", "b", "ä", "a\u0308", "c/d", "e"]),
        "place": st.sampled_from([("", 0), ("lineItems", 0), ("lineItems", 1), ("lineItems", 2)]),
        "field": st.sampled_from(["iban", "amountToPay", "note"]),
        "value": st.sampled_from([None, "", "1.00:EUR", "1:EUR", "Nut", "nut"]),
        "entity": st.sampled_from(["text", "amount", None]),
        "candidates": st.sampled_from(["amounts", "names", "ibans", None]),
    }
)


def framed(rows):
    frame = pd.DataFrame(rows, columns=["document", "place", "field", "value", "entity", "candidates"])
    frame["group"], frame["row"] = frame["place"].str[0].astype(object), frame["place"].str[1].astype("Int64")
    return frame.drop(columns="place")


def outcome_of(call):
    try:
        return call()
    except (SchemaError, SettingError) as error:
        return type(error)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(cells, max_size=25),
    st.lists(
        cells,
        max_size=25,
        unique_by=lambda row: (unicodedata.normalize("NFC", row["document"]), row["place"], row["field"]),
    ),
    st.lists(st.tuples(st.sampled_from("abce"), st.sampled_from(["amounts", "names"]), st.integers(1, 3)), unique=True),
    st.integers(1, 8),
)
def test_D1_any_partitioning_of_any_tables_gives_the_numbers_of_the_whole(found, truth, listed, rows):
    candidates = pd.DataFrame(listed, columns=["document", "list", "rank"]).assign(value="Nut", entity="text")
    batch = SimpleNamespace(extractions=framed(found), candidates=candidates)
    batch.documents = pd.DataFrame({"document": sorted({row["document"] for row in found}), "status": "completed"})
    wanted = framed(truth)
    whole = outcome_of(lambda: evaluate(batch, wanted, seed=1))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as running:
        patch.setattr(partitions, "ROWS", rows)
        partitioned = outcome_of(lambda: evaluate(batch, wanted, seed=1, executor=running))
        if isinstance(whole, type):
            assert partitioned is whole
            return
        assert_same(partitioned, whole)
        pd.testing.assert_frame_equal(partitioned.in_memory().comparisons, whole.comparisons)


# Parquet


@pytest.fixture
def parquet(tmp_path):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")

    def write(frame, name, groups=30, **options):
        frame.to_parquet(tmp_path / name, row_group_size=groups, **options)
        return tmp_path / name

    return write


@pytest.mark.parametrize("order", ["shuffled", "sorted"])
def test_parquet_is_evaluated_row_group_by_row_group(parquet, order):
    found, truth = (
        (frame if order == "shuffled" else frame.sort_values("document", ignore_index=True)) for frame in (FOUND, TRUTH)
    )
    paths = parquet(found, "found.parquet"), parquet(truth, "truth.parquet", 50)
    assert_same(evaluate(*paths, seed=4), WHOLE)
    result = evaluate(str(paths[0]), truth, seed=4)
    assert_same(result, WHOLE)
    assert result.provenance["truth_hash"] == WHOLE.provenance["truth_hash"]
    with processes(1) as running:
        assert_same(evaluate(*paths, seed=4, executor=running), WHOLE)


def test_folders_and_lists_of_parquet_files_are_one_table(parquet, tmp_path, monkeypatch):
    (tmp_path / "found").mkdir()
    parts = [parquet(part, f"found/{at}.parquet") for at, part in enumerate((FOUND.iloc[:70], FOUND.iloc[70:]))]
    monkeypatch.chdir(tmp_path)
    assert_same(evaluate("found", TRUTH, seed=4), WHOLE)
    assert_same(evaluate(parts, TRUTH, seed=4), WHOLE)
    indexed = parquet(FOUND.set_index("document"), "indexed.parquet", index=True)
    assert_same(evaluate(indexed, TRUTH, seed=4), WHOLE)


def test_truth_of_documents_without_extractions_counts_as_missing(parquet):
    few = FOUND[FOUND["document"] < "d010"]
    whole = evaluate(few, TRUTH)
    assert_same(evaluate(parquet(few, "found.parquet"), parquet(TRUTH, "truth.parquet")), whole)
    assert_same(evaluate(parquet(few, "found.parquet"), TRUTH), whole)


@pytest.mark.parametrize(
    ("found", "truth", "message"),
    [
        (FOUND.drop(columns="value"), TRUTH, r"The extractions table lacks the column\(s\) value"),
        (FOUND, TRUTH.drop(columns="field"), r"The truth table lacks the column\(s\) field"),
        (FOUND.assign(document=None).astype({"document": "string"}), TRUTH, "have no 'document'; first: row 0"),
        (FOUND, pd.concat([TRUTH, TRUTH.head(1)]), "1 row.* of the truth table repeat a key"),
        (FOUND.assign(document="x" + FOUND["document"]), TRUTH, "No document of the truth is in the extractions"),
        (FOUND, TRUTH.head(0), "The truth table has no rows"),
    ],
)
def test_what_is_wrong_with_a_parquet_file_is_said(parquet, found, truth, message):
    with pytest.raises(SchemaError, match=message):
        evaluate(parquet(found, "found.parquet"), parquet(truth, "truth.parquet"))


def test_what_is_no_parquet_file_is_refused(tmp_path, parquet):
    (tmp_path / "found.csv").write_text("document,field,value\n")
    with pytest.raises(SchemaError, match=r"cannot be read as Parquet from '.*found.csv'.* or a batch"):
        evaluate(tmp_path / "found.csv", TRUTH)
    path = parquet(FOUND, "found.parquet")
    odd = parquet(FOUND.assign(value=range(len(FOUND))), "odd.parquet")
    with pytest.raises(SchemaError, match=r"The column 'value' of the extractions table holds '0' \(int\)"):
        evaluate([path, odd], TRUTH)
    path.write_bytes(path.read_bytes()[:4] + bytes(400) + path.read_bytes()[404:])
    with pytest.raises(SchemaError, match=r"The extractions table cannot be read from .*found.parquet"):
        evaluate(path, TRUTH)


def test_without_pyarrow_or_dask_it_says_what_to_install(monkeypatch, parquet):
    path = parquet(FOUND, "found.parquet")
    result = evaluate(path, TRUTH)
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(MissingLibrary, match=r'needs dask, which .*: pip install "gini-notebook\[scale\]"'):
        result.comparisons  # noqa: B018
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingLibrary, match=r'needs pyarrow, which .*: pip install "gini-notebook\[parquet\]"'):
        evaluate(path, TRUTH)


# Dask


def test_comparisons_of_partitions_are_a_dask_frame():
    pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    with ThreadPoolExecutor(1) as running:
        comparisons = evaluate(FOUND, TRUTH, executor=running).comparisons
    assert list(comparisons.columns) == list(WHOLE.comparisons.columns)
    assert len(comparisons.compute()) == len(WHOLE.comparisons)


def test_a_dask_frame_brings_its_own_scheduler():
    frames = pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    with (
        ThreadPoolExecutor(1) as running,
        pytest.raises(SettingError, match="by its own scheduler; leave out executor="),
    ):
        evaluate(frames.from_pandas(FOUND, npartitions=2), TRUTH, executor=running)


def test_a_process_pool_that_loses_a_worker_says_what_to_do():
    with processes(1) as running:
        os.kill(running.submit(os.getpid).result(), signal.SIGKILL)
        with pytest.raises(
            ExecutorBroken, match=r"ProcessPoolExecutor\) broke off after 0 of \d+ partitions: Broken.* or none to do"
        ):
            evaluate(FOUND, TRUTH, executor=running)


def test_a_cluster_that_loses_a_worker_midway_gives_the_same_numbers(parquet, tmp_path):
    found, truth = (parquet(frame, f"{at}.parquet", 8) for at, frame in enumerate((FOUND, TRUTH)))
    with losing_a_worker(tmp_path, some_are_done) as client:
        assert_same(evaluate(found, truth, seed=4, executor=client.get_executor()), WHOLE)
        in_memory = evaluate(FOUND, TRUTH, seed=4, executor=client.get_executor())
        pd.testing.assert_frame_equal(in_memory.summary(), WHOLE.summary(), check_exact=True)
