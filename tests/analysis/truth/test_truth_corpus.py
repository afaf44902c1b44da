"""Ground truth of real e-invoices, against a table somebody made of the same files."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from truth_samples import values

from gini_notebook.analysis.truth import read_truth, write_truth
from gini_notebook.analysis.truth.einvoice.accounts import is_bic, is_iban

FIELDS = ("amountToPay", "iban", "bic", "paymentRecipient", "paymentDueDate")


@pytest.fixture(scope="module")
def read(corpus):
    return read_truth(corpus / "documents")


@pytest.fixture(scope="module")
def kinds(corpus):
    with (corpus / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["gt_source"] for row in csv.DictReader(file)}


def is_placeholder(field, value) -> bool:
    return bool(value) and not {"iban": is_iban, "bic": is_bic}.get(field, bool)(value)


def agreement(ours, theirs, documents) -> float:
    """Return the share of values that agree, without placeholders, of which we say nothing and the table everything."""
    places = [(document, field) for document in documents for field in FIELDS]
    filled = [place for place in places if ours.get(place) or theirs.get(place)]
    placeholders = [place for place in filled if is_placeholder(place[1], theirs.get(place))]
    assert not any(place in ours for place in placeholders)
    filled = [place for place in filled if place not in placeholders]
    assert len(filled) > len(documents)
    return sum(ours.get(place) == theirs.get(place) for place in filled) / len(filled)


@pytest.mark.parametrize("kind", ["embedded-xml", "xml-self"])
def test_A4_einvoices_agree_with_the_truth_table_on_99_percent(corpus, read, kinds, kind):
    documents = [document for document, of in kinds.items() if of == kind]
    assert len(documents) > 50
    assert agreement(values(read), values(read_truth(corpus / "truth.csv")), documents) >= 0.99


def test_qr_codes_agree_with_the_truth_table(corpus, kinds):
    documents = [document for document, of in kinds.items() if of in ("epc-qr", "swiss-qr")]
    paths = [corpus / "documents" / document for document in documents]
    ours = values(read_truth(paths, qr_codes=True))
    theirs = values(read_truth(corpus / "truth.csv"))
    assert agreement(ours, theirs, documents) == 1


def test_line_items_agree_with_the_truth_records(corpus, read, kinds):
    ours = values(read, "lineItems")
    cells = 0
    for line in (corpus / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if kinds[record["file"]] not in ("embedded-xml", "xml-self"):
            continue
        rows = [row for row in record.get("lineItems", []) if row.get("netPrice") or row.get("quantity")]
        for number, row in enumerate(rows):
            for theirs, name in (("id", "position"), ("artNumber", "artNumber"), ("description", "description")):
                assert ours.get((record["file"], number, name), "") == row.get(theirs, "")
                cells += 1
    assert cells > 1500


def test_hostile_and_broken_files_are_reported_and_stop_nothing(corpus, read, kinds):
    problems = dict(read.attrs["problems"])
    assert "DOCTYPE" in problems["derived/xml_external_entity.xml"]
    assert not [document for document in problems if kinds[document] in ("embedded-xml", "xml-self")]


def test_threads_read_the_same(corpus, read):
    with ThreadPoolExecutor(2) as executor:
        assert read_truth(corpus / "documents", executor=executor).equals(read)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_written_and_read_back_it_is_the_same(read, tmp_path, ending):
    columns = ["document", "group", "row", "field", "value"]
    again = read_truth(write_truth(read, tmp_path / f"truth.{ending}"))
    assert again[columns].equals(read[columns])
