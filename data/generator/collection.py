"""The whole collection: every document with its truth, written to a folder."""

import csv
import hashlib
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from generator import broken, copies, drawing, orders, truth
from generator.orders.desk import hand

LIBRARIES = ("reportlab", "segno", "pillow", "pypdfium2", "pypdf", "lxml", "matplotlib", "numpy")
EXPECTED = ("document", "status", "http_status", "why")
# Ten that are small, of different kinds, and not all easy to read: the package has them with it.
EXAMPLES = (
    "club_garden_screen.gif",
    "club_sport_fax.tif",
    "craftsman_roof.pdf",
    "craftsman_two_pages.pdf",
    "english_american.pdf",
    "hotel_austria.pdf",
    "letter_einvoice.pdf",
    "reminder_second.pdf",
    "shop_invoice.pdf",
    "swiss_watches.pdf",
)
TABLES = ("truth.csv", "truth.jsonl", "expected.csv", "checksums.csv", "made_with.csv")


@dataclass(frozen=True, slots=True)
class Document:
    """One file with its truth, and what is expected of it where that is not plain success."""

    name: str
    content: bytes
    record: truth.Record | None
    expected: tuple[str, int, str] | None = None


def documents(seed: int) -> Iterator[Document]:
    """Make all documents, one after the other."""
    bills = {bill.name: bill for bill in orders.bills(seed)}
    for bill in bills.values():
        name = f"{bill.name}.pdf"
        yield Document(name, drawing.pdf(bill), truth.record(bill, name, "native"))
    for copy in copies.COPIES:
        bill = bills[copy.source]
        content = copies.make(copy, drawing.pdf(bill, embed=True), hand(seed, copy.name))
        yield Document(copy.name, content, truth.record(bill, copy.name, copy.quality))
    for made in (*broken.special(seed), *broken.refused(seed)):
        yield Document(made.name, made.content, made.record, (made.status, made.http_status, made.why))


def made_with() -> dict[str, str]:
    """Name the versions of everything that decides on the bytes of the documents."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, "zlib": zlib.ZLIB_RUNTIME_VERSION} | {name: version(name) for name in LIBRARIES}


def write(folder: Path, seed: int) -> str:
    """Write documents, truth, expectations and checksums to a folder; say how many in one line.

    Files of an earlier run are replaced, and those that are no longer made are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _names(folder)
    made = sorted(documents(seed), key=lambda document: document.name)
    for document in made:
        (folder / document.name).write_bytes(document.content)
    for name in before - {document.name for document in made}:
        (folder / name).unlink(missing_ok=True)
    _write_tables(folder, made)
    size = sum(len(document.content) for document in made)
    return f"{len(made)} documents, {size / 1e6:.1f} MB, in {folder}"


def write_examples(collection: Path, folder: Path) -> str:
    """Copy the examples of a collection that is written, with their truth; say how many in one line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in EXAMPLES:
        (folder / name).write_bytes((collection / name).read_bytes())
    lines = (collection / "truth.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["document"] in EXAMPLES]
    (folder / "truth.jsonl").write_text("".join(kept), encoding="utf-8", newline="\n")
    return f"{len(kept)} of them in {folder}"


def _names(folder: Path) -> set[str]:
    """The documents that an earlier run left here."""
    table = folder / "checksums.csv"
    if not table.exists():
        return set()
    with table.open(encoding="utf-8", newline="") as file:
        return {Path(row["document"]).name for row in csv.DictReader(file)}


def _write_tables(folder: Path, made: list[Document]) -> None:
    records = [document.record for document in made if document.record]
    truth.write_csv(folder / "truth.csv", truth.COLUMNS, records)
    truth.write_jsonl(folder / "truth.jsonl", records)
    special = [
        dict(zip(EXPECTED, (document.name, *document.expected), strict=True)) for document in made if document.expected
    ]
    truth.write_csv(folder / "expected.csv", EXPECTED, special)
    sums = [
        {"document": d.name, "bytes": len(d.content), "sha256": hashlib.sha256(d.content).hexdigest()} for d in made
    ]
    truth.write_csv(folder / "checksums.csv", ("document", "bytes", "sha256"), sums)
    versions = [{"library": name, "version": number} for name, number in made_with().items()]
    truth.write_csv(folder / "made_with.csv", ("library", "version"), versions)
