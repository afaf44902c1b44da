"""Ground truth in JSON and JSON Lines, and corrected extractions of the service."""

import json
from pathlib import Path

import pytest
from truth_samples import values

from gini_notebook.analysis.truth import read_truth
from gini_notebook.errors import TruthError

EXTRACTIONS = {
    "extractions": {
        "amountToPay": {"entity": "amount", "value": "84.93:EUR", "candidates": "amounts", "box": {"page": 1}},
        "iban": {"entity": "iban", "value": ""},
    },
    "compoundExtractions": {
        "lineItems": [
            {"artNumber": {"entity": "text", "value": "77-1042"}, "quantity": {"entity": "numeric", "value": "1"}},
            {"artNumber": {"entity": "text", "value": "77-2210"}},
        ]
    },
    "candidates": {"amounts": [{"entity": "amount", "value": "1.00:EUR"}]},
}


def test_jsonl_states_and_line_items(tmp_path):
    records = [
        {"document": "a.pdf", "iban": "DE1", "bic": None, "x": "", "flag": True, "lineItems": [{"quantity": 2}, {}]},
        {"file": "b.pdf", "amountToPay": 12.30, "ibans": ["DE1", "DE2"], "candidates": {"a": []}},
    ]
    path = tmp_path / "truth.jsonl"
    path.write_text("\n".join(map(json.dumps, records)).replace("12.3,", "12.30,") + "\n\n", encoding="utf-8")
    table = read_truth(path)
    assert values(table) == {
        ("a.pdf", "iban"): "DE1",
        ("a.pdf", "bic"): None,
        ("a.pdf", "x"): None,
        ("a.pdf", "flag"): "true",
        ("b.pdf", "amountToPay"): "12.30",  # as written, not as a float
        ("b.pdf", "ibans"): "DE1",  # the first of two, either of which is right
    }
    assert values(table, "lineItems") == {("a.pdf", 0, "quantity"): "2"}
    several = table[table["field"] == "ibans"]
    assert several[["alternative", "value"]].values.tolist() == [[0, "DE1"], [1, "DE2"]]
    assert values(read_truth(path, declared_fields=["iban"]))["b.pdf", "iban"] is None


@pytest.mark.parametrize(
    "content",
    [
        [{"document": "a.pdf", "iban": "DE1"}],
        {"document": "a.pdf", "iban": "DE1"},
        {"a.pdf": {"iban": "DE1"}},
        {"document": "a.pdf", "extractions": {"iban": {"entity": "iban", "value": "DE1"}}},
        {"a.pdf": {"extractions": {"iban": {"entity": "iban", "value": "DE1"}}}},
    ],
)
def test_json_in_its_shapes(tmp_path, content):
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(content), encoding="utf-8-sig")
    assert values(read_truth(path)) == {("a.pdf", "iban"): "DE1"}


def test_corrected_extractions_as_file_and_folder(tmp_path):
    (tmp_path / "sub").mkdir()
    path = tmp_path / "sub" / "a.pdf.json"
    path.write_text(json.dumps(EXTRACTIONS), encoding="utf-8")
    (tmp_path / "settings.json").write_text('{"theme": "dark"}', encoding="utf-8")
    for source, document in ((path, "a.pdf"), (tmp_path, "sub/a.pdf")):
        table = read_truth(source)
        assert values(table) == {(document, "amountToPay"): "84.93:EUR", (document, "iban"): None}
        assert values(table, "lineItems") == {
            (document, 0, "artNumber"): "77-1042",
            (document, 0, "quantity"): "1",
            (document, 1, "artNumber"): "77-2210",
        }
        assert set(table["source"]) == {"extractions"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"line 1 of t\.jsonl is not valid JSON: .* in line 1, column 2"),
        ("[]", r"line 1 of t\.jsonl is not an object\. Needed is one object per document"),
        ('{"iban": "DE1"}', r"line 1 of t\.jsonl names no document; its keys are: 'iban'\. Add a key 'document'"),
        ('{"document": null}', "names no document"),
        ('{"document": "a", "x": {"y": 1}}', r"'x' in line 1 of t\.jsonl holds an object\. Needed is a text"),
        ('{"document": "a", "x": [[1]]}', r"'x' in line 1 of t\.jsonl holds a list"),
        ('{"document": "a", "x": NaN}', r"line 1 of t\.jsonl holds NaN, which is not JSON"),
        ('{"document": "a", "x": 1, "x": 2}', r"has the key 'x' twice in one object"),
        ('{"document": "a"}\n{"document": "a"}', r"'a' is in line 1 of t\.jsonl and again in line 2 of t\.jsonl"),
        ("[" * 100_000, "nested too deeply"),
        (r'{"document": "a", "x": "\ud83d"}', r"holds half of a surrogate pair \('\\ud83d'\)"),
        ('{"document": "a", "extractions": {}, "compoundExtractions": []}', "There is no ground truth"),
        (
            '{"document": "a", "extractions": {}, "compoundExtractions": [1]}',
            r"'compoundExtractions' in .* not an object",
        ),
        (
            '{"document": "a", "extractions": {}, "compoundExtractions": {"x": 1}}',
            r"'x' of the document 'a' is not a list",
        ),
    ],
)
def test_wrong_json_says_what_is_wrong_and_where(tmp_path, content, message):
    path = tmp_path / "t.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TruthError, match=message):
        read_truth(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [("5", "holds neither a list nor an object"), ('{"iban": "DE1"}', r"names no document; its keys are: 'iban'")],
)
def test_json_that_is_no_truth(tmp_path, content, message):
    path = tmp_path / "t.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TruthError, match=message):
        read_truth(path)


def test_T47_huge_integers_are_refused_with_the_remedy(tmp_path):
    path = tmp_path / "t.jsonl"
    for name in ("paymentReference", "amountToPay"):
        path.write_text(f'{{"document": "a", "{name}": ' + "9" * 5000 + "}", encoding="utf-8")
        with pytest.raises(TruthError, match=r"line 1 of t\.jsonl holds a number of more than 15 digits"):
            read_truth(path)
    path.write_text('{"document": "a", "paymentReference": 815}', encoding="utf-8")
    with pytest.raises(TruthError, match=r"paymentReference is a text of letters and digits.*put it into quotes"):
        read_truth(path)


def as_json(folder: Path, content: object) -> Path:
    path = folder / "truth.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


POSITIONS = {
    "a.pdf": {"Betrag": "12.50:EUR", "Positionen": [{"Bezeichnung": "Schraube", "Menge": 2, "Einzelpreis": "3.00"}]},
    "b.pdf": {"Betrag": "7.50:EUR", "Positionen": []},
}


def test_line_items_are_understood_by_the_words_that_tables_are(tmp_path):
    table = read_truth(as_json(tmp_path, POSITIONS))
    items = table[table["document"].eq("a.pdf") & table["group"].eq("lineItems")]
    assert dict(zip(items["field"], items["value"], strict=True)) == {
        "description": "Schraube",
        "quantity": "2",
        "Einzelpreis": "3.00",
    }
    assert set(table.loc[table["document"].eq("b.pdf") & table["group"].eq("lineItems"), "state"]) == {"empty"}
    notes = {note.kind: note for note in table.notes}
    assert {"Positionen → lineItems", "Menge → lineItems.quantity"} <= set(notes["columns_understood"].about)
    assert notes["columns_unknown"].about == ("Einzelpreis",)
    assert "with or without tax" in notes["columns_unknown"].detail


def test_two_words_for_one_column_of_line_items_stay_what_they_are(tmp_path):
    rows = [{"Menge": 2, "Anzahl": 3}]
    table = read_truth(as_json(tmp_path, [{"document": "a.pdf", "iban": "DE1", "lineItems": rows}]))
    assert set(table.loc[table["group"].eq("lineItems"), "field"]) == {"Menge", "Anzahl"}


@pytest.mark.parametrize("other", ["lineItems", "Rechnungspositionen"])
def test_of_two_lists_of_line_items_none_is_chosen(tmp_path, other):
    rows = [{"quantity": 2}]
    table = read_truth(as_json(tmp_path, [{"document": "a.pdf", "iban": "DE1", "Positionen": rows, other: rows}]))
    assert set(table["group"]) == {"", "Positionen", other}


def test_a_number_of_positions_is_no_list_of_them(tmp_path):
    table = read_truth(as_json(tmp_path, [{"document": "a.pdf", "iban": "DE1", "Positionen": 4}]))
    assert "lineItems" not in set(table["group"]) | set(table["field"])


def test_an_object_per_label_has_its_field_by_other_words_too(tmp_path):
    labels = [("Betrag", "12.50:EUR"), ("Fällig am", "2025-07-01"), ("Vermerk", "x")]
    table = read_truth(
        as_json(tmp_path, [{"document": "a.pdf", "field": field, "value": value} for field, value in labels])
    )
    assert set(table["field"]) == {"amountToPay", "paymentDueDate", "Vermerk"}
    assert {"Betrag → amountToPay", "Fällig am → paymentDueDate"} == set(
        next(note.about for note in table.notes if note.kind == "columns_understood")
    )
