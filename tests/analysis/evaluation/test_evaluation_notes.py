"""Alternatives, labels that are unclear, amounts without a currency, names of documents, and the notes about them."""

import subprocess
import sys
import warnings
from types import SimpleNamespace

import pandas as pd
import pytest

from gini_notebook import Edit, Journal, read_truth
from gini_notebook.analysis.evaluation import Evaluation, evaluate
from gini_notebook.analysis.evaluation.noticed import notes_of_documents, notes_of_few_values
from gini_notebook.errors import SchemaError, TruthWarning
from gini_notebook.notes import Note
from tests.analysis.evaluation.evaluation_samples import header, items, outcomes


def truth(*rows: tuple[object, ...]) -> pd.DataFrame:
    columns = ["document", "group", "row", "field", "alternative", "value", "state"]
    return pd.DataFrame(rows, columns=columns)


def kinds(result: Evaluation) -> dict[str, int]:
    return {note.kind: note.count for note in result.notes}


ACCOUNTS = truth(
    ("a", "", 0, "iban", 0, "DE1", "value"),
    ("a", "", 0, "iban", 1, "DE2", "value"),
    ("b", "", 0, "iban", 0, "DE3", "value"),
)


@pytest.mark.parametrize(
    ("read", "outcome", "shown"), [("DE2", "correct", "DE2"), ("DE1", "correct", "DE1"), ("DE29", "wrong", "DE2")]
)
def test_M24_any_alternative_is_right_and_the_slot_counts_once(read, outcome, shown):
    result = evaluate(header(("a", "iban", read), ("b", "iban", "DE3")), ACCOUNTS)
    row = result.comparisons.set_index("document").loc["a"]
    assert (row["outcome"], row["truth"], row["alternatives"]) == (outcome, shown, 2)
    assert result.by_field().set_index("field").loc["iban", "support"] == 2


def test_M24_cells_of_rows_have_alternatives_too_and_the_hash_is_of_the_set():
    rows = truth(
        ("a", "lineItems", 0, "description", 0, "Tisch", "value"),
        ("a", "lineItems", 0, "description", 1, "Table", "value"),
        ("a", "lineItems", 1, "description", 0, "Stuhl", "value"),
        ("a", "lineItems", 1, "description", 1, "Table", "value"),
    )
    found = items("a", {"description": "Stuhl"}, {"description": "Table"})
    result = evaluate(found, rows)
    assert set(result.comparisons["outcome"]) == {"correct"}
    turned = rows.assign(alternative=1 - rows["alternative"]).sort_values(["row", "alternative"])
    assert evaluate(found, turned).provenance["truth_hash"] == result.provenance["truth_hash"]
    other = rows.assign(value=rows["value"].replace("Tisch", "Pult"))
    assert evaluate(found, other).provenance["truth_hash"] != result.provenance["truth_hash"]


def test_two_labels_of_one_place_are_refused_unless_they_are_alternatives():
    with pytest.raises(SchemaError, match=r"repeat a key"):
        evaluate(header(("a", "iban", "DE1")), ACCOUNTS.assign(alternative=0))
    with pytest.raises(SchemaError, match=r"The column 'alternative' of the truth table holds something else"):
        evaluate(header(("a", "iban", "DE1")), ACCOUNTS.assign(alternative=-1))
    with pytest.raises(SchemaError, match=r"The column 'state' of the truth table holds 'maybe'"):
        evaluate(header(("a", "iban", "DE1")), ACCOUNTS.assign(state="maybe"))


def test_M3_what_nobody_could_tell_is_in_no_count_and_counted():
    labels = truth(("a", "", 0, "iban", 0, "DE1", "value"), ("a", "", 0, "bic", 0, None, "unclear"))
    result = evaluate(header(("a", "iban", "DE1"), ("a", "bic", "X")), labels)
    assert outcomes(result)["a", "bic"] == "ignored"
    assert kinds(result)["truth_unclear"] == 1
    assert result.check("truth_unclear<=0")[0].passed is False


@pytest.mark.parametrize(
    ("read", "outcome"),
    [("119.00:EUR", "correct"), ("119:CHF", "correct"), ("120.00:EUR", "wrong"), ("119", "correct")],
)
def test_M12_an_amount_without_currency_labels_the_number_alone_and_that_is_said(read, outcome):
    result = evaluate(header(("a", "amountToPay", read)), header(("a", "amountToPay", "119")))
    assert outcomes(result)["a", "amountToPay"] == outcome
    (note,) = [note for note in result.notes if note.kind == "currency_not_stated"]
    assert (note.count, note.about) == (1, ("amountToPay",))
    declared = evaluate(header(("a", "amountToPay", read)), header(("a", "amountToPay", "119")), currency_default="EUR")
    assert "currency_not_stated" not in kinds(declared)


def test_M12_rows_of_amounts_without_currency_are_aligned_by_their_numbers():
    rows = items("a", {"baseGross": "5"}, {"baseGross": "7.00"})
    found = items("a", {"baseGross": "7.00:EUR"}, {"baseGross": "5.00:EUR"})
    assert set(evaluate(found, rows).comparisons["outcome"]) == {"correct"}


def test_M25_names_that_differ_in_case_or_ending_are_paired_and_said():
    found = header(("in/A.pdf", "iban", "DE9"), ("b.pdf", "iban", "DE1"))
    result = evaluate(found, header(("a.PDF", "iban", "DE1"), ("b", "iban", "DE1")))
    assert outcomes(result) == {("b.pdf", "iban"): "correct", ("in/A.pdf", "iban"): "wrong"}
    assert kinds(result)["documents_paired"] == 1
    assert result.check("unpaired<=0")[0].passed


def test_M25_one_warning_for_the_gravest_and_all_notes_in_the_displays(tmp_path):
    labels = header(("a", "amountToPay", "ca. 100"), ("a", "iban", "nan"))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        result = evaluate(header(("a", "amountToPay", "100:EUR"), ("a", "iban", "DE1")), labels)
    assert [warning.category for warning in seen] == [TruthWarning]
    assert "ca. 100" not in str(seen[0].message)
    # Two are both said: a line that hides one could name it.
    assert "1 value of iban in the ground truth looks like a missing value" in str(seen[0].message)
    assert "more in result.notes" not in str(seen[0].message)
    for shown in (repr(result), result._repr_html_()):
        assert "1 value of amountToPay in the ground truth cannot be read as amount" in shown
    assert Evaluation.load(result.save(tmp_path / "kept.zip")).notes == result.notes
    for ending in ("html", "md", "xml"):
        text = result.save_report(tmp_path / f"report.{ending}").read_text(encoding="utf-8")
        assert "cannot be read as amount" in text
        assert ending == "html" or "ca. 100" not in text.split("testcase")[0]
    numbers = [result.check(f"{name}<=0")[0].value for name in ("truth_unread", "documents_failed")]
    assert numbers[0] == 1
    assert numbers[1] != numbers[1]  # a bare table cannot tell


def test_M25_fields_on_few_values_are_named_and_so_are_rows_paired_one_after_the_other():
    many = [(f"d{number}", "iban", "DE1") for number in range(30)]
    result = evaluate(header(*many, ("d0", "bic", "X")), header(*many, ("d0", "bic", "Y"), ("d1", "bic", "Y")))
    (note,) = [note for note in result.notes if note.kind == "few_values"]
    assert (note.count, note.about, note.detail, note.level) == (1, ("bic",), "bic (2)", "info")
    assert note.text == "1 field rests on fewer than 30 values and is not ranked: bic (2)."
    seven = header(*(("a", f"f{n}", "x") for n in range(7)))
    assert notes_of_few_values(evaluate(seven, seven).document_counts())[0].detail.endswith(", f6 (1)")
    eight = header(*(("a", f"f{n}", "x") for n in range(8)))
    few = notes_of_few_values(evaluate(eight, eight).document_counts())
    assert few[0].detail.endswith("f5 (1) and 2 more")
    facts = {**result.provenance, "approximately_aligned": ["a.pdf"]}
    assert "aligned_greedily" in [note.kind for note in notes_of_documents(facts, 1, 0, {})]


def test_M25_uploads_of_unknown_outcome_are_said_once():
    extractions = header(("a", "iban", "DE1"))
    documents = pd.DataFrame({"document": ["a", "b", "c"], "status": ["completed", "unclear", "unclear"]})
    batch = SimpleNamespace(extractions=extractions, documents=documents, notes=(Note("unclear_uploads", 2),))
    result = evaluate(batch, truth(("a", "", 0, "iban", 0, "DE1", "value"), ("b", "", 0, "iban", 0, "DE2", "value")))
    assert kinds(result)["unclear_uploads"] == 2
    assert result.check("unclear_uploads<=0")[0].passed is False


def test_M25_a_document_that_is_paired_twice_is_counted_once(tmp_path):
    base = pd.DataFrame({"document": [f"RE-{number}" for number in range(6)], "iban": "DE1"})
    journal = Journal(tmp_path / "labels.jsonl")
    journal.append(Edit(document="RE-3.pdf", field="iban", state="value", value="DE2"))
    names = [f"RE-{number}.pdf" for number in range(6)]
    read = read_truth([base, journal.path], documents=names)
    assert [note.count for note in read.notes if note.kind == "documents_paired"] == [6]
    found = header(*((name, "iban", "DE1") for name in names))
    batch = SimpleNamespace(extractions=found, documents=pd.DataFrame({"document": names, "status": "completed"}))
    for result in (
        evaluate(found, read_truth([base, journal.path])),
        evaluate(batch, read_truth([base, journal.path])),
    ):
        assert kinds(result)["documents_paired"] == 6
    assert kinds(evaluate(found, read))["documents_paired"] == 6


def test_M25_a_column_left_out_is_grave_where_its_name_is_near_a_field_and_a_remark_else():
    for column, level in (("Betrga", "must"), ("Sachbearbeitung", "info")):
        read = read_truth(pd.DataFrame({"document": ["a"], "iban": ["DE1"], column: ["x"]}))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TruthWarning)
            result = evaluate(header(("a", "iban", "DE1")), read)
        assert [note.level for note in read.notes if note.kind == "columns_unknown"] == [level]
        assert [note.level for note in result.notes if note.kind == "fields_left_out"] == [level]
        assert result.check("fields_left_out<=0")[0].passed is False


@pytest.mark.parametrize("stored", ["truth in memory", "truth in a file", "dask"])
def test_M25_names_that_differ_in_case_ending_or_folder_are_paired_in_partitions_too(tmp_path, stored):
    names = [f"in/RE-{number:03}.PDF" for number in range(30)]
    wanted = truth(*((f"re-{number:03}", "", 0, "iban", 0, "DE1", "value") for number in range(30)))
    found = header(*((name, "iban", "DE1") for name in names)).sample(frac=1, random_state=1).reset_index(drop=True)
    whole = evaluate(found, wanted)
    if stored == "dask":
        frames = pytest.importorskip("dask.dataframe")
        parted = evaluate(frames.from_pandas(found, npartitions=3), wanted)
    else:
        found.to_parquet(tmp_path / "found.parquet", row_group_size=7)
        wanted.to_parquet(tmp_path / "truth.parquet", row_group_size=4)
        parted = evaluate(
            tmp_path / "found.parquet", wanted if stored == "truth in memory" else tmp_path / "truth.parquet"
        )
    assert kinds(parted)["documents_paired"] == kinds(whole)["documents_paired"] == 30
    assert parted.documents["document"].tolist() == whole.documents["document"].tolist() == names
    pd.testing.assert_frame_equal(parted.by_field(), whole.by_field())
    assert parted.in_memory().to_truth().digest == whole.to_truth().digest


DELIVERED = {"a": "1.50:EUR", "b": "23.00:EUR", "c": "1234.56:EUR", "d": "99.99:EUR", "e": "7.05:EUR"}


@pytest.mark.parametrize(
    ("of_truth", "detail"),
    [
        (lambda text: str(int(text.removesuffix(":EUR").replace(".", ""))), "factor: ÷100"),
        (lambda text: f"-{text}", "sign"),
        (lambda text: text.replace("EUR", "USD"), "currency: USD→EUR"),
    ],
)
def test_a_field_that_is_wrong_in_one_way_is_named_with_that_way(of_truth, detail):
    found = header(*((name, "amountToPay", text) for name, text in DELIVERED.items()))
    labels = header(*((name, "amountToPay", of_truth(text)) for name, text in DELIVERED.items()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TruthWarning)
        notes = [note for note in evaluate(found, labels).notes if note.kind == "mistakes_alike"]
    assert [(note.count, note.about, note.detail, note.level) for note in notes] == [
        (5, ("amountToPay",), detail, "must")
    ]
    assert all(
        text not in note.sentence(language)
        for note in notes
        for text in DELIVERED.values()
        for language in ("en", "de")
    )


def test_a_day_and_month_the_other_way_round_in_all_documents_is_named_too():
    days = [("a", "2025-03-04"), ("b", "2025-07-11"), ("c", "2025-01-12"), ("d", "2025-09-02")]
    found = header(*((name, "paymentDueDate", day) for name, day in days))
    labels = header(*((name, "paymentDueDate", f"{day[:4]}-{day[8:]}-{day[5:7]}") for name, day in days))
    assert kinds(evaluate(found, labels))["mistakes_alike"] == 4


@pytest.mark.parametrize("right", [2, 5])
def test_mistakes_of_one_kind_among_right_values_are_mistakes_and_no_note(right):
    found = header(*((name, "amountToPay", text) for name, text in DELIVERED.items()))
    of_truth = [text if place < right else f"-{text}" for place, text in enumerate(DELIVERED.values())]
    labels = header(*((name, "amountToPay", text) for name, text in zip(DELIVERED, of_truth, strict=True)))
    assert "mistakes_alike" not in kinds(evaluate(found, labels))


@pytest.mark.parametrize("entrance", ["tables", "batch", "executor"])
def test_a_warning_names_the_line_that_called_also_of_a_script(tmp_path, entrance):
    call = {
        "tables": "gini.evaluate(read, labels)",
        "batch": "gini.evaluate(SimpleNamespace(extractions=read, documents=sent), labels)",
        "executor": "gini.evaluate(read, labels, executor=ThreadPoolExecutor(1))",
    }[entrance]
    lines = [
        "import gini_notebook as gini, pandas as pd",
        "from concurrent.futures import ThreadPoolExecutor",
        "from types import SimpleNamespace",
        "read = pd.DataFrame({'document': ['a'], 'group': '', 'row': 0, 'field': 'amountToPay', 'value': '1.00:EUR'})",
        "sent = pd.DataFrame({'document': ['a'], 'status': 'completed'})",
        "labels = read.assign(value='ca. 1')",
        call,
    ]
    script = tmp_path / "script.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert f"{script}:7: TruthWarning: 1 value of amountToPay" in done.stderr
