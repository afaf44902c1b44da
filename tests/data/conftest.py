"""What the tests of the sample documents share: the generator on the path, the tables, the text of a page."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "data"))

Rows = list[dict[str, str]]


def rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def truth(invoices: Path) -> Rows:
    return rows(invoices / "truth.csv")


@pytest.fixture(scope="session")
def records(invoices: Path) -> list[dict[str, Any]]:
    lines = (invoices / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def expected(invoices: Path) -> Rows:
    return rows(invoices / "expected.csv")


@pytest.fixture(scope="session")
def checksums(invoices: Path) -> dict[str, str]:
    return {row["document"]: row["sha256"] for row in rows(invoices / "checksums.csv")}


@pytest.fixture(scope="session")
def texts(invoices: Path, truth: Rows) -> dict[str, str]:
    """The text of all pages of every native document, blanks and line ends collapsed to one blank."""
    found = {}
    for row in truth:
        if row["quality"] != "native":
            continue
        document = pypdfium2.PdfDocument(invoices / row["document"])
        pages = [page.get_textpage().get_text_range() for page in document]
        document.close()
        found[row["document"]] = " ".join(" ".join(pages).split())
    return found
