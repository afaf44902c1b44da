"""D6: hostile tables give a clear error or a right answer, never a wrong number."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.errors import SchemaError

BASE = [
    ("a.pdf", "", 0, "amountToPay", "12.30:EUR"),
    ("a.pdf", "", 0, "iban", "DE02120300000000202051"),
    ("a.pdf", "lineItems", 0, "description", "Nut"),
    ("a.pdf", "lineItems", 1, "description", "Bolt"),
    ("b.pdf", "", 0, "amountToPay", "7.00:EUR"),
    ("b.pdf", "", 0, "iban", None),
]
COLUMNS = ["document", "group", "row", "field", "value"]
TRUTH = pd.DataFrame(BASE, columns=COLUMNS).astype({"row": "int64"})
FOUND = TRUTH.assign(value=["12.3:EUR", "DE02120300000000202052", "Bolt", "Nut", None, "DE1"])
EXPECTED = {
    ("", "amountToPay", "correct"): 1,
    ("", "amountToPay", "missing"): 1,
    ("", "iban", "wrong"): 1,
    ("", "iban", "spurious"): 1,
    ("lineItems", "description", "correct"): 2,
}


def counted(result):
    return result.comparisons.groupby(["group", "field"])["outcome"].value_counts().to_dict()


def text_columns(frame, dtype):
    return frame.astype(dict.fromkeys(["document", "group", "field", "value"], dtype))


def arrow(frame):
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    dtype = pd.ArrowDtype(pyarrow.string())
    return text_columns(frame, dtype).astype({"row": pd.ArrowDtype(pyarrow.int32())})


def with_empty_containers(frame):
    values = frame["value"].astype(object).tolist()
    return frame.assign(value=pd.Series([[] if value is None else value for value in values], dtype=object))


def instead_of_nothing(frame, nothing):
    return frame["value"].astype(object).where(frame["value"].notna(), nothing)


def read_only(frame):
    values = frame["value"].to_numpy(dtype=object)
    values.flags.writeable = False
    return frame.assign(value=values)


SAME = {
    "object": lambda frame: text_columns(frame, object),
    "string[python]": lambda frame: text_columns(frame, "string[python]"),
    "str": lambda frame: text_columns(frame, "str") if pd.__version__ >= "3" else frame,
    "category": lambda frame: text_columns(frame, "category"),
    "category with unused ones": lambda frame: frame.assign(
        field=pd.Categorical(frame["field"], categories=["unused", *frame["field"].unique()])
    ),
    "arrow": arrow,
    "rows as floats": lambda frame: frame.astype({"row": "float64"}),
    "rows as text": lambda frame: frame.astype({"row": "str"}),
    "rows as Int64": lambda frame: frame.astype({"row": "Int64"}),
    "rows as unsigned bytes": lambda frame: frame.astype({"row": "uint8"}),
    "rows far apart": lambda frame: frame.assign(row=np.where(frame["group"] == "", 0, frame["row"] * 2_000_000_000)),
    "header rows without a number": lambda frame: frame.assign(row=frame["row"].where(frame["group"] != "")),
    "group of header fields missing": lambda frame: frame.assign(group=frame["group"].where(frame["group"] != "")),
    "group of header fields blank": lambda frame: frame.assign(group=frame["group"].replace("", " ")),
    "shuffled": lambda frame: frame.sample(frac=1, random_state=1),
    "index of equal labels": lambda frame: frame.set_index(pd.Index([7] * len(frame))),
    "index of two levels": lambda frame: frame.set_index(
        pd.MultiIndex.from_arrays([frame["document"], frame["field"]])
    ),
    "index named like a column": lambda frame: frame.set_index(pd.Index(range(len(frame)), name="document")),
    "more columns": lambda frame: frame.assign(note="x", **{"Unnamed: 0": 1}),
    "columns in another order": lambda frame: frame[COLUMNS[::-1]],
    "column index of dtype object": lambda frame: frame.set_axis(pd.Index(COLUMNS, dtype=object), axis=1),
    "empty texts for nothing": lambda frame: frame.assign(value=frame["value"].fillna("")),
    "blanks for nothing": lambda frame: frame.assign(value=frame["value"].fillna("\t \u00a0")),
    "NaN for nothing": lambda frame: frame.assign(
        value=frame["value"].astype(object).where(frame["value"].notna(), np.nan)
    ),
    "NA for nothing": lambda frame: frame.assign(
        value=frame["value"].astype(object).where(frame["value"].notna(), pd.NA)
    ),
    "empty lists for nothing": with_empty_containers,
    "read only": read_only,
    "a view of a larger table": lambda frame: pd.concat([frame, frame.assign(document="z")]).iloc[: len(frame)],
}


@pytest.mark.parametrize("side", ["truth", "extractions", "both"])
@pytest.mark.parametrize("form", SAME)
def test_D6_the_same_content_in_another_form_gives_the_same_numbers(form, side):
    truth = SAME[form](TRUTH) if side != "extractions" else TRUTH
    found = SAME[form](FOUND) if side != "truth" else FOUND
    before = truth.copy(deep=True), found.copy(deep=True)
    result = evaluate(found, truth)
    assert counted(result) == EXPECTED
    pd.testing.assert_frame_equal(truth, before[0])
    pd.testing.assert_frame_equal(found, before[1])


def replaced(column, place, value):
    def change(frame):
        values = frame[column].astype(object).tolist()
        values[place] = value
        return frame.assign(**{column: pd.Series(values, dtype=object)})

    return change


def typed(column, values):
    return lambda frame: frame.assign(**{column: values})


REFUSED = {
    "no document column": (
        lambda frame: frame.drop(columns="document"),
        r"lacks the column\(s\) document. It has: group",
    ),
    "no field and value": (lambda frame: frame[["document"]], r"lacks the column\(s\) field, value"),
    "no columns": (lambda frame: pd.DataFrame(), r"lacks the column\(s\) document, field, value. It has: none"),
    "column twice": (lambda frame: pd.concat([frame, frame[["value"]]], axis=1), "these columns more than once: value"),
    "columns of two levels": (lambda frame: pd.concat({"t": frame}, axis=1), r"lacks the column\(s\) document"),
    "document missing": (replaced("document", 1, None), r"1 row\(s\) of the .* table have no 'document'; first: row 1"),
    "document NaN": (replaced("document", 0, np.nan), "have no 'document'; first: row 0"),
    "document blank": (replaced("document", 2, " "), "have no 'document'; first: row 2"),
    "field missing": (replaced("field", 4, None), "have no 'field'; first: row 4"),
    "field empty": (replaced("field", 4, ""), "have no 'field'; first: row 4"),
    "value a float": (
        replaced("value", 0, 12.3),
        r"column 'value' .* holds '12.3' \(float\) in row 0, which is not text",
    ),
    "value an int": (replaced("value", 3, 815), r"holds '815' \(int\) in row 3"),
    "value a truth value": (replaced("value", 3, True), r"holds 'True' \(bool\) in row 3"),
    "value bytes": (replaced("value", 1, b"DE1"), r"\(bytes\) in row 1"),
    "value a date": (replaced("value", 1, datetime.date(2025, 3, 12)), r"holds '2025-03-12' \(date\) in row 1"),
    "value a Decimal": (replaced("value", 0, decimal.Decimal("12.30")), r"holds '12.30' \(Decimal\) in row 0"),
    "value a list": (replaced("value", 0, ["12.30:EUR"]), "A text column holds a list: .*12.30:EUR"),
    "value a dict": (replaced("value", 0, {"a": 1}), "A text column holds a dict"),
    "value an array": (replaced("value", 0, np.array([1, 2])), "A text column holds a ndarray"),
    "value a tuple": (replaced("value", 0, ("12.30", "EUR")), r"\(tuple\) in row 0, which is not text"),
    "values numbers": (
        typed("value", [1.5, 2, 3, 4, 5, 6]),
        "column 'value' of the .* table holds float64 instead of text",
    ),
    "values whole numbers": (typed("value", range(6)), "holds int64 instead of text"),
    "values Int64": (typed("value", pd.array(range(6), dtype="Int64")), "holds Int64 instead of text"),
    "values truth values": (typed("value", [True] * 6), "holds bool instead of text"),
    "values times": (typed("value", pd.date_range("2025-01-01", periods=6)), "holds datetime64.* instead of text"),
    "values categories of numbers": (typed("value", pd.Categorical(range(6))), "holds category instead of text"),
    "documents floats": (typed("document", [1.0] * 6), "column 'document' of the .* holds float64 instead of text"),
    "documents mixed": (replaced("document", 0, 1.5), r"column 'document' .* holds '1.5' \(float\) in row 0"),
    "documents truth values": (replaced("document", 0, True), r"holds 'True' \(bool\) in row 0"),
    "fields numbers": (typed("field", range(6)), "column 'field' of the .* holds int64 instead of text"),
    "groups numbers": (typed("group", range(6)), "column 'group' of the .* holds int64 instead of text"),
    "row of a compound missing": (lambda frame: frame.drop(columns="row"), "rows of a compound, but no column 'row'"),
    "row of a compound NaN": (
        replaced("row", 3, None),
        r"1 row\(s\) .* belong to a compound and have no 'row'; first: row 3",
    ),
    "row a fraction": (typed("row", [0, 0, 0.5, 1, 0, 0]), "holds 0.5 in row 2; count rows from 0"),
    "row negative": (typed("row", [0, 0, -1, 1, 0, 0]), "holds -1.0 in row 2; count rows from 0"),
    "row infinite": (typed("row", [0, 0, np.inf, 1, 0, 0]), "holds inf in row 2; count rows from 0"),
    "row far too large": (typed("row", [0, 0, 2**40, 1, 0, 0]), "in row 2; count rows from 0"),
    "row a word": (typed("row", ["0", "0", "first", "1", "0", "0"]), "column 'row' .* cannot be read as whole numbers"),
    "row truth values": (typed("row", [False, False, False, True, False, False]), "'row' .* holds truth values"),
    "row a time": (
        typed("row", pd.date_range("2025-01-01", periods=6)),
        "'row' of the .* count rows from 0",
    ),
    "cell twice": (lambda frame: pd.concat([frame, frame.iloc[[2]]]), r"1 row\(s\) .* repeat a key .* 'lineItems', 0"),
}


@pytest.mark.parametrize("side", ["truth", "extractions"])
@pytest.mark.parametrize("form", REFUSED)
def test_D6_a_table_that_cannot_be_understood_is_refused(form, side):
    change, message = REFUSED[form]
    truth, found = (change(TRUTH), FOUND) if side == "truth" else (TRUTH, change(FOUND))
    with pytest.raises(SchemaError, match=message) as caught:
        evaluate(found, truth)
    assert side in str(caught.value) or "A text column" in str(caught.value)


def test_D6_a_truth_that_says_two_things_is_refused_and_so_is_one_without_rows():
    with pytest.raises(SchemaError, match=r"truth table repeat a key .*'a.pdf', '', 0, 'iban'"):
        evaluate(FOUND, pd.concat([TRUTH, TRUTH.iloc[[1]].assign(value="DE9")]))
    with pytest.raises(SchemaError, match="The truth table has no rows"):
        evaluate(FOUND, TRUTH.head(0))
    with pytest.raises(SchemaError, match=r"Header fields of the truth table \(group ''\) have row 0"):
        evaluate(FOUND, TRUTH.assign(row=[0, 1, 0, 1, 0, 0]))


def test_D6_tables_without_a_common_document_are_refused_with_an_example_of_each():
    with pytest.raises(SchemaError, match=r"No document of the truth .* 'a\.pdf', the extractions 'in/xa\.pdf'"):
        evaluate(FOUND.assign(document="in/x" + FOUND["document"]), TRUTH)


def test_D6_an_empty_table_of_extractions_is_all_missing():
    for empty in (FOUND.head(0), pd.DataFrame(columns=COLUMNS), pd.DataFrame(columns=["document", "field", "value"])):
        assert set(evaluate(empty, TRUTH).comparisons["outcome"]) == {"missing", "absent"}


def test_D6_a_table_where_nothing_is_stated_is_all_missing():
    assert set(evaluate(FOUND.assign(value=np.nan), TRUTH).comparisons["outcome"]) == {"missing", "absent"}


def test_D6_words_that_look_like_nothing_are_values():
    truth = TRUTH[TRUTH["group"] == ""].assign(value=["nan", "None", "n/a", "-"])
    assert set(evaluate(truth, truth).comparisons["outcome"]) == {"correct"}


def test_D6_documents_named_by_numbers_meet_those_named_by_digits():
    truth = TRUTH.assign(document=[1, 1, 1, 1, 20, 20])
    found = FOUND.assign(document=["1", "1", "1", "1", "20", "20"])
    assert counted(evaluate(found, truth)) == EXPECTED
    assert counted(evaluate(truth.assign(value=FOUND["value"]), found.assign(value=TRUTH["value"]))) == EXPECTED
    mixed = found.assign(document=pd.Series([1, "1", 1, "1", 20, "20"], dtype=object))
    assert counted(evaluate(mixed, truth)) == EXPECTED


def test_D6_names_of_documents_meet_whatever_their_unicode_form():
    truth = TRUTH.assign(document=TRUTH["document"].str.replace("a", "Gru\u00df B\u00e4r"))
    found = FOUND.assign(document=FOUND["document"].str.replace("a", "Gru\u00df Ba\u0308r"))
    result = evaluate(found, truth)
    assert counted(result) == EXPECTED
    assert set(result.documents["document"]) == set(found["document"])
    assert result.provenance["truth_hash"] == evaluate(truth, truth).provenance["truth_hash"]
    with pytest.raises(SchemaError, match="truth table repeat a key"):
        evaluate(found, pd.concat([truth, TRUTH.assign(document=found["document"])]))


@pytest.mark.parametrize(
    "value",
    [
        "x" * 1_000_000,
        "\0",
        "\ud800",
        "\u202e1:EUR",
        "a\nb",
        "=1+1",
        "<b>",
        "12.30:EUR" * 5_000,
        "9" * 400 + ":EUR",
        "\U0001f9fe",
    ],
    ids=lambda value: f"{len(value)} characters from U+{ord(value[0]):04X}",
)
def test_D6_monstrous_values_are_compared_rightly(value):
    truth = TRUTH.assign(value=pd.Series([value] * 3 + [value + "y", None, None], dtype=object))
    result = evaluate(truth, truth)
    assert set(result.comparisons["outcome"]) == {"correct", "absent"}
    changed = truth.assign(value=truth["value"] + "z")
    other = evaluate(changed, truth)
    assert set(other.comparisons["outcome"]) <= {"wrong", "missing", "spurious", "absent"}
    assert (
        result.provenance["truth_hash"]
        != evaluate(truth, truth.assign(value=truth["value"] + "z")).provenance["truth_hash"]
    )


def test_D6_unknown_groups_are_compounds_like_any_other():
    truth = TRUTH.assign(group=TRUTH["group"].replace("lineItems", "Ünbekannt"))
    found = FOUND.assign(group=FOUND["group"].replace("lineItems", "Ünbekannt"))
    result = evaluate(found, truth)
    assert counted(result)["Ünbekannt", "description", "correct"] == 2
    other = evaluate(FOUND, truth)
    assert counted(other)["Ünbekannt", "description", "missing"] == 2
    assert counted(other)["lineItems", "description", "ignored"] == 2


def test_D6_a_field_per_row_is_refused_before_it_eats_the_memory():
    count = 20_000
    names = [f"d{number}" for number in range(count)]
    truth = pd.DataFrame({"document": names, "field": [f"f{number}" for number in range(count)], "value": "x"})
    with pytest.raises(SchemaError, match="There are 20,000 different fields in 20,000 documents, for example"):
        evaluate(truth, truth)


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("page", [1.5] + [1] * 5, "column 'page' of the extractions table holds numbers that are not whole"),
        ("page", [np.inf] + [1] * 5, "column 'page' of the extractions table holds numbers that are not whole"),
        ("page", ["first"] * 6, "column 'page' of the extractions table cannot be read as numbers"),
        ("left", ["x"] * 6, "column 'left' of the extractions table cannot be read as numbers"),
        ("confidence", ["high"] * 6, "'confidence' .* cannot be read as numbers: .*Levels in words must be an ordered"),
        ("confidence", [np.inf] * 6, "'confidence' .* holds infinite numbers"),
        ("entity", [1] * 6, "column 'entity' of the extractions table holds int64 instead of text"),
    ],
)
def test_D6_what_stands_beside_the_values_is_checked_too(column, values, message):
    with pytest.raises(SchemaError, match=message):
        evaluate(FOUND.assign(**{column: values}), TRUTH)


def test_D6_numbers_in_text_are_read_where_a_csv_file_gives_nothing_else():
    table = FOUND.assign(page="1", left="0.25", row=FOUND["row"].astype(str)).fillna({"value": ""})
    result = evaluate(table, TRUTH)
    assert counted(result) == EXPECTED
    assert result.comparisons["page"].dropna().eq(1).all()


def test_D6_a_truth_of_which_nothing_is_evaluated_is_refused():
    truth = TRUTH.assign(field="invoiceId", group="", row=0).drop_duplicates("document")
    with pytest.raises(
        SchemaError, match=r"No field is left to evaluate: .* no labels .*: invoiceId\. Name the columns"
    ):
        evaluate(FOUND.head(0), truth)
    assert set(evaluate(FOUND.head(0), truth, fields=["invoiceId"]).comparisons["outcome"]) == {"missing"}
