"""Several sources of ground truth: e-invoices beside documents, and layers, the later of which wins."""

import json

import pandas as pd
import pytest
from truth_samples import LINE_XML, cii, pdf, ubl, values

from gini_notebook.analysis.truth import read_truth
from gini_notebook.analysis.truth.labels import Label, Labels
from gini_notebook.analysis.truth.layers import put_over


def notes(table) -> dict[str, int]:
    return {note["kind"]: note["count"] for note in table.attrs["notes"]}


def numbers(table) -> dict[str, str]:
    return {document: value for (document, field), value in values(table).items() if field == "invoiceId"}


# --- e-invoices beside documents ------------------------------------------------------------------------------------


def test_GT10_an_einvoice_beside_a_document_is_its_truth(tmp_path):
    (tmp_path / "sub").mkdir()
    for name in ("RE-1.pdf", "sub/RE-2.PDF", "RE-3.pdf"):
        (tmp_path / name).write_bytes(pdf())
    (tmp_path / "scan.jpg").write_bytes(b"\xff\xd8\xff")
    for name in ("RE-1.xml", "sub/RE-2.XML", "RE-3.pdf.xml", "scan.xml", "alone.xml", "sub/RE-1.xml"):
        (tmp_path / name).write_bytes(cii(number=f"of {name}"))
    table = read_truth(tmp_path)
    assert numbers(table) == {
        "RE-1.pdf": "of RE-1.xml",
        "sub/RE-2.PDF": "of sub/RE-2.XML",
        "RE-3.pdf": "of RE-3.pdf.xml",
        "scan.jpg": "of scan.xml",
        "alone.xml": "of alone.xml",
        "sub/RE-1.xml": "of sub/RE-1.xml",
    }
    assert notes(table) == {"truth_sidecars": 4}
    assert table.attrs["summary"].endswith("labels of 6 documents.")


def test_an_einvoice_beside_two_pictures_is_a_document_of_its_own(tmp_path):
    for name in ("RE-1.png", "RE-1.jpg", "RE-2.png", "RE-2.pdf"):
        (tmp_path / name).write_bytes(pdf())
    for name in ("RE-1.xml", "RE-2.xml"):
        (tmp_path / name).write_bytes(cii())
    assert set(numbers(read_truth(tmp_path))) == {"RE-1.xml", "RE-2.pdf"}


def test_an_einvoice_that_is_named_by_itself_is_a_document_of_its_own(tmp_path):
    (tmp_path / "RE-1.pdf").write_bytes(pdf())
    (tmp_path / "RE-1.xml").write_bytes(cii())
    assert set(numbers(read_truth(tmp_path / "RE-1.xml"))) == {"RE-1.xml"}
    assert set(numbers(read_truth([tmp_path / "RE-1.xml"]))) == {"RE-1.xml"}
    assert set(numbers(read_truth([tmp_path / "RE-1.pdf", tmp_path / "RE-1.xml"]))) == {"RE-1.pdf"}


def test_a_broken_einvoice_beside_a_document_is_named_as_the_file_it_is(tmp_path):
    (tmp_path / "RE-1.pdf").write_bytes(pdf(factur_x__xml=cii()))
    (tmp_path / "RE-1.xml").write_bytes(b"<Invoice")
    table = read_truth(tmp_path)
    assert set(numbers(table)) == {"RE-1.pdf"}
    [(name, message)] = table.attrs["problems"]
    assert name == "RE-1.xml"
    assert "RE-1.xml is not well-formed" in message


# --- layers ---------------------------------------------------------------------------------------------------------


def recipients(table) -> dict[str, str]:
    return {document: value for (document, field), value in values(table).items() if field == "paymentRecipient"}


def test_GT10_a_table_behind_a_folder_corrects_it(tmp_path):
    folder = tmp_path / "invoices"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(pdf(factur_x__xml=cii(number="RE-1")))
    (folder / "b.xml").write_bytes(ubl())
    (tmp_path / "corrections.csv").write_text(
        "document,field,value\na.pdf,paymentRecipient,Muster AG\na.pdf,bic,\nc.pdf,iban,DE1\n"
    )
    table = read_truth([folder, tmp_path / "corrections.csv"])
    assert recipients(table) == {"a.pdf": "Muster AG", "b.xml": "Lieferant AG"}
    found = values(table)
    assert found["a.pdf", "bic"] is None
    assert found["a.pdf", "amountToPay"] == "119.50:EUR"
    assert found["c.pdf", "iban"] == "DE1"
    note = next(note for note in table.notes if note.kind == "truth_replaced")
    assert (note.count, note.detail) == (2, "corrections.csv")
    assert sorted(note.examples) == ["a.pdf: bic", "a.pdf: paymentRecipient"]
    # The other way round the folder has the last word.
    assert recipients(read_truth([tmp_path / "corrections.csv", folder]))["a.pdf"] == "Musterlieferant GmbH"


def test_a_correction_finds_its_document_by_a_name_that_is_written_otherwise(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.pdf").write_bytes(pdf(factur_x__xml=cii()))
    table = pd.DataFrame({"document": ["A.PDF"], "paymentRecipient": ["Muster AG"]})
    truth = read_truth([tmp_path, table])
    assert recipients(truth) == {"sub/a.pdf": "Muster AG"}
    assert notes(truth) == {"truth_replaced": 1, "documents_paired": 1}


def test_the_same_value_again_is_no_note(tmp_path):
    (tmp_path / "a.xml").write_bytes(cii())
    again = pd.DataFrame({"document": ["a.xml"], "paymentRecipient": ["Musterlieferant GmbH"]})
    assert notes(read_truth([tmp_path / "a.xml", again])) == {}
    assert notes(read_truth([tmp_path / "a.xml", again.assign(paymentRecipient="X")])) == {"truth_replaced": 1}


def test_truth_that_was_read_is_a_layer_like_others(tmp_path):
    (tmp_path / "a.xml").write_bytes(cii())
    (tmp_path / "b.xml").write_bytes(cii(number="RE-2"))
    truth = read_truth(tmp_path)
    assert read_truth([tmp_path, truth]).equals(truth)


def test_no_line_items_is_a_correction_too(tmp_path):
    (tmp_path / "a.xml").write_bytes(cii(lines=LINE_XML * 2))
    (tmp_path / "none.json").write_text('[{"document": "a.xml", "lineItems": []}]', encoding="utf-8")
    truth = read_truth([tmp_path / "a.xml", tmp_path / "none.json"])
    assert set(values(truth, "lineItems").values()) == {None}
    assert notes(truth)["truth_replaced"] == 10
    again = read_truth([tmp_path / "none.json", tmp_path / "a.xml"])
    assert len(values(again, "lineItems")) == 10
    assert None not in values(again, "lineItems").values()


def test_within_a_folder_the_einvoice_beside_comes_over_the_one_inside_and_corrections_over_both(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf(factur_x__xml=cii(number="inside")))
    (tmp_path / "a.xml").write_bytes(cii(number="beside"))
    table = read_truth(tmp_path)
    assert numbers(table) == {"a.pdf": "beside"}
    # Its number is the reference, too.
    assert notes(table) == {"truth_sidecars": 1, "truth_replaced": 2}
    corrected = {"extractions": {"invoiceId": {"entity": "text", "value": "corrected"}}}
    (tmp_path / "a.pdf.json").write_text(json.dumps(corrected), encoding="utf-8")
    table = read_truth(tmp_path)
    assert numbers(table) == {"a.pdf": "corrected"}
    assert [note["detail"] for note in table.attrs["notes"] if note["kind"] == "truth_replaced"] == [
        "corrected extractions",
        "e-invoices beside documents",
    ]


def test_GT10_a_table_in_a_folder_is_not_read_and_that_is_said(tmp_path):
    (tmp_path / "a.xml").write_bytes(cii())
    (tmp_path / "Sollwerte.csv").write_text("document,paymentRecipient\na.xml,Muster AG\n")
    table = read_truth(tmp_path)
    assert recipients(table) == {"a.xml": "Musterlieferant GmbH"}
    (note,) = table.notes
    assert (note.kind, note.examples) == ("tables_passed_over", ("Sollwerte.csv",))
    assert recipients(read_truth([tmp_path, tmp_path / "Sollwerte.csv"])) == {"a.xml": "Muster AG"}


def cells(*rows: dict[str, str | None], source: str = "table") -> Labels:
    result = Labels()
    for number, row in enumerate(rows):
        for field, value in row.items():
            result.add(Label("a", "lineItems", number, field, value, source))
    return result


def read(labels: Labels) -> dict[tuple[int, str], str | None]:
    return {(label.row, label.field): label.value for label in labels.labels}


def test_rows_that_are_given_in_full_replace_all_rows():
    base = cells({"quantity": "1", "artNumber": "A"}, {"quantity": "2", "artNumber": "B"})
    put_over(base, cells({"quantity": "1", "artNumber": "A"}), "later")
    assert read(base) == {(0, "quantity"): "1", (0, "artNumber"): "A"}
    (note,) = base.notes
    assert (note.kind, note.count) == ("truth_replaced", 2)
    assert note.examples == ("a: lineItems[1].quantity", "a: lineItems[1].artNumber")


def test_rows_that_are_given_in_part_correct_cells():
    base = cells({"quantity": "1", "artNumber": "A"}, {"quantity": "2", "artNumber": "B"})
    later = Labels()
    later.add(Label("a", "lineItems", 1, "quantity", "3", "table"))
    put_over(base, later, "later")
    assert read(base) == {(0, "quantity"): "1", (0, "artNumber"): "A", (1, "quantity"): "3", (1, "artNumber"): "B"}
    assert base.notes[0].count == 1


def test_other_documents_and_compounds_stay():
    base = cells({"quantity": "1"})
    base.add(Label("b", "lineItems", 0, "quantity", "7", "table"))
    base.add(Label("a", "taxes", 0, "rate", "19", "table"))
    put_over(base, cells({"quantity": "2"}), "later")
    assert sorted((label.document, label.group, label.value) for label in base.labels) == [
        ("a", "lineItems", "2"),
        ("a", "taxes", "19"),
        ("b", "lineItems", "7"),
    ]
    assert set(base.documents) == {"a", "b"}


@pytest.mark.parametrize("number", [1, 3])
def test_line_items_of_an_einvoice_are_replaced_by_those_of_a_later_one(tmp_path, number):
    (tmp_path / "a.pdf").write_bytes(pdf(factur_x__xml=cii(lines=LINE_XML * 2)))
    (tmp_path / "a.xml").write_bytes(cii(lines=LINE_XML * number))
    table = read_truth(tmp_path)
    assert {row for _, row, _ in values(table, "lineItems")} == set(range(number))
