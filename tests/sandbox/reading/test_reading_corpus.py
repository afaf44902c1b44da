"""Real documents: how much the engine reads, and that no file breaks it."""

import csv
import time
from decimal import Decimal
from pathlib import Path

import pytest

from gini_notebook.sandbox import reading

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("reading-corpus")]


@pytest.fixture(scope="module")
def manifest(corpus: Path) -> list[dict[str, str]]:
    with (corpus / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def read(corpus: Path, manifest: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """The values that were read of every native PDF."""
    values = {}
    for row in manifest:
        if row["kind"] == "pdf-native":
            try:
                extractions = reading.read(
                    (corpus / "documents" / row["file"]).read_bytes(), "application/pdf"
                ).extractions
            except (reading.Unreadable, reading.UnsupportedType):
                extractions = {"extractions": {}}
            values[row["file"]] = {label: one["value"] for label, one in extractions["extractions"].items()}
    return values


def same_amount(first: str, second: str) -> bool:
    (one, currency), (other, another) = first.split(":"), second.split(":")
    return Decimal(one) == Decimal(other) and currency == another


def recall(manifest: list[dict[str, str]], read: dict[str, dict[str, str]], field: str, visible: str) -> float:
    rows = [row for row in manifest if row["kind"] == "pdf-native" and row[visible] == "1" and row[field]]
    assert len(rows) > 30
    right = 0
    for row in rows:
        value = read[row["file"]].get(field, "")
        right += bool(value) and (
            same_amount(value, row[field]) if field == "amountToPay" else value == row[field].replace(" ", "")
        )
    return right / len(rows)


def test_recall_of_amount_to_pay_in_native_pdfs(
    manifest: list[dict[str, str]], read: dict[str, dict[str, str]]
) -> None:
    assert recall(manifest, read, "amountToPay", "t_amount") >= 0.85


def test_recall_of_iban_in_native_pdfs(manifest: list[dict[str, str]], read: dict[str, dict[str, str]]) -> None:
    assert recall(manifest, read, "iban", "t_iban") >= 0.97


def test_the_engines_differ(corpus: Path, manifest: list[dict[str, str]], read: dict[str, dict[str, str]]) -> None:
    rows = [row for row in manifest if row["kind"] == "pdf-native" and row["t_amount"] == "1"]
    simple = 0
    for row in rows:
        content = (corpus / "documents" / row["file"]).read_bytes()
        answer = reading.read(content, None, settings={"engine": "keywords-only"}).extractions["extractions"]
        simple += same_amount(answer.get("amountToPay", {"value": "0:X"})["value"], row["amountToPay"])
    baseline = sum(same_amount(read[row["file"]].get("amountToPay", "0:X"), row["amountToPay"]) for row in rows)
    assert simple < baseline


def test_every_file_is_read_or_refused_with_one_sentence(corpus: Path, manifest: list[dict[str, str]]) -> None:
    slow = []
    for row in manifest:
        content = (corpus / "documents" / row["file"]).read_bytes()
        begun, sentence = time.process_time(), "None."
        try:
            checked = reading.check(content, None)
            result = reading.read(content, checked.media_type, settings={"ocr": False})
            assert len(result.page_sizes) == min(checked.page_count, 10), row["file"]
        except (reading.Unreadable, reading.UnsupportedType) as problem:
            sentence = str(problem)
        assert sentence[0].isupper(), row["file"]
        assert sentence.endswith("."), row["file"]
        if time.process_time() - begun > 5:
            slow.append(row["file"])
    assert not slow
