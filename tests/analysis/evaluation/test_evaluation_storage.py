"""One file, exact round trip, no pickle, whole or not at all."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import SPEC_VERSION, Evaluation, evaluate
from gini_notebook.errors import FileProblem, SchemaError
from gini_notebook.schema import CANDIDATES, DOCUMENTS

TRUTH = pd.DataFrame(
    [
        ("a", "", 0, "amountToPay", "12.30:EUR"),
        ("a", "", 0, "paymentRecipient", "Müller\n<GmbH>"),
        ("ü/b", "", 0, "amountToPay", None),
        ("ü/b", "lineItems", 0, "description", "\ud800 \0 \U0001f9fe"),
    ],
    columns=["document", "group", "row", "field", "value"],
    dtype=object,
)


def rich():
    """An evaluation with everything that can be in one."""
    found = TRUTH.assign(confidence=[0.5, np.nan, 0.1, 0.2], page=[1, 2, 3, 4], left=0.1, candidates="amounts")
    found.loc[1, "value"] = "Muller"
    documents = DOCUMENTS.frame(
        [
            {"document": "a", "status": "completed", "bytes": 7, "uploaded_at": "2025-03-12T10:00:00.123456789Z"},
            {"document": "ü/b", "status": "failed", "error": "encrypted", "processing_s": 0.25},
        ]
    ).assign(flag=pd.array([True, None], dtype="boolean"), count=[1, 2], sure=[True, False])
    candidates = CANDIDATES.frame([{"document": "a", "list": "amounts", "rank": 1, "value": "12.3:EUR", "page": 1}])
    return evaluate(SimpleNamespace(extractions=found, documents=documents, candidates=candidates), TRUTH, seed=7)


def test_what_is_loaded_equals_what_was_saved_to_the_dtype(tmp_path):
    result = rich()
    path = result.save(tmp_path / "new folder" / "result.zip")
    loaded = Evaluation.load(path)
    assert loaded == result
    for name in ("comparisons", "documents", "candidates"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(result, name))
    assert loaded.by_field(full=True).equals(result.by_field(full=True))
    assert loaded.summary().equals(result.summary())
    assert loaded.settings["seed"] == 7
    plain = evaluate(TRUTH, TRUTH)
    assert Evaluation.load(plain.save(tmp_path / "plain.zip")) == plain
    assert plain != result
    assert plain != "plain"


def test_an_evaluation_without_anything_to_compare_makes_the_round_trip(tmp_path):
    truth = TRUTH.head(1)
    result = evaluate(truth.head(0), truth.assign(value=None))
    assert Evaluation.load(result.save(tmp_path / "r.zip")) == result


def test_the_same_evaluation_makes_the_same_bytes(tmp_path):
    one, other = rich(), rich()
    other = replace(other, provenance={**other.provenance, "made_at": one.provenance["made_at"]})
    assert one.save(tmp_path / "1.zip").read_bytes() == other.save(tmp_path / "2.zip").read_bytes()


def test_the_file_says_how_it_was_made_and_needs_no_pickle(tmp_path):
    path = rich().save(tmp_path / "r.zip")
    with zipfile.ZipFile(path) as archive:
        facts = json.loads(archive.read("contents.json"))["facts"]
        arrays = [archive.read(name) for name in archive.namelist() if name.endswith(".npy")]
    provenance = facts["provenance"]
    assert provenance["spec_version"] == SPEC_VERSION
    assert {"tool_version", "truth_hash", "extractions_hash", "rules", "seed", "wrong"} <= set(provenance)
    assert len(provenance["truth_hash"]) == 64
    assert not any(b"'|O'" in array[:128] for array in arrays)


def test_evaluations_are_frozen():
    result = rich()
    with pytest.raises(AttributeError, match="cannot assign to field 'comparisons'"):
        result.comparisons = None
    with pytest.raises(TypeError, match="does not support item assignment"):
        result.settings["seed"] = 8
    with pytest.raises(TypeError, match="unhashable"):
        hash(result)


def rewritten(path, change):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    contents = json.loads(parts["contents.json"])
    change(contents, parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in {**parts, "contents.json": json.dumps(contents)}.items():
            archive.writestr(name, part)
    return path


def other_format(contents, _):
    contents["format"] = "gini_notebook evaluation 99"


def other_edition(contents, _):
    contents["facts"]["provenance"]["spec_version"] = "99"


def no_provenance(contents, _):
    del contents["facts"]["provenance"]


def a_part_gone(_, parts):
    del parts["comparisons/0.0.npy"]


def a_part_cut(_, parts):
    parts["comparisons/0.0.npy"] = parts["comparisons/0.0.npy"][:40]


def a_pickle(_, parts):
    buffer = BytesIO()
    np.save(buffer, np.array([print], dtype=object), allow_pickle=True)
    parts["comparisons/0.0.npy"] = buffer.getvalue()


class Evil:
    def __reduce__(self):
        return Path.touch, (Evil.mark,)


def test_T48_a_pickle_in_an_evaluation_is_not_run(tmp_path):
    Evil.mark = tmp_path / "it-ran"

    def evil(_, parts):
        buffer = BytesIO()
        np.save(buffer, np.array([Evil()] * 4, dtype=object), allow_pickle=True)
        parts["comparisons/0.0.npy"] = buffer.getvalue()

    path = rewritten(rich().save(tmp_path / "r.zip"), evil)
    with pytest.raises(SchemaError, match="does not hold 4 numbers"):
        Evaluation.load(path)
    assert not Evil.mark.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (other_format, "holds 'gini_notebook evaluation 99', and this version reads 'gini_notebook evaluation 2'"),
        (other_edition, "was made with edition 99 of the metrics; evaluate again"),
        (no_provenance, "is not an evaluation that was saved"),
        (a_part_gone, "is not an evaluation that was saved"),
        (a_part_cut, "r.zip is damaged"),
        (a_pickle, "r.zip is damaged"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused(tmp_path, change, message):
    path = rewritten(rich().save(tmp_path / "r.zip"), change)
    with pytest.raises(SchemaError, match=message):
        Evaluation.load(path)


def test_what_is_no_archive_is_refused_and_what_is_not_there_is_not_found(tmp_path):
    (tmp_path / "r.zip").write_text("document,field,value")
    with pytest.raises(SchemaError, match="is not an evaluation that was saved"):
        Evaluation.load(tmp_path / "r.zip")
    with pytest.raises(FileProblem, match=r"none\.zip: No such file"):
        Evaluation.load(tmp_path / "none.zip")


def test_a_column_that_cannot_be_kept_is_named(tmp_path):
    result = rich()
    documents = result.documents.assign(odd=pd.Series([1j, 2j]))
    odd = Evaluation(result.comparisons, documents, None, result.settings, result.provenance)
    with pytest.raises(SchemaError, match="The column 'odd' has the dtype complex128, which cannot be kept"):
        odd.save(tmp_path / "r.zip")
    assert list(tmp_path.iterdir()) == []


CHILD = """
import sys, pandas as pd
from gini_notebook.analysis.evaluation import Evaluation
result = Evaluation.load(sys.argv[1])
print("ready", flush=True)
while True:
    result.save(sys.argv[2])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_R19_a_killed_save_leaves_the_old_file_or_the_new_one(tmp_path):
    names = [f"d{number}" for number in range(3_000)]
    truth = pd.DataFrame({"document": names, "field": "iban", "value": names})
    source, target = evaluate(truth, truth).save(tmp_path / "source.zip"), tmp_path / "out" / "target.zip"
    expected = source.read_bytes()
    for wait_s in np.linspace(0, 0.15, 4):
        with subprocess.Popen([sys.executable, "-c", CHILD, source, target], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            time.sleep(wait_s)
            os.kill(child.pid, signal.SIGKILL)
        assert not target.exists() or target.read_bytes() == expected
