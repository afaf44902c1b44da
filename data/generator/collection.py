"""The whole collection: every document with its truth, written to a folder."""

import hashlib
import json
from pathlib import Path

from generator import drawing, orders, truth


def write(folder: Path, seed: int) -> str:
    """Write documents, truth and checksums; say how many in one line."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    sums = {}
    for bill in orders.bills(seed):
        name = f"{bill.name}.pdf"
        content = drawing.pdf(bill)
        (folder / name).write_bytes(content)
        sums[name] = hashlib.sha256(content).hexdigest()
        records.append(truth.record(bill, name, "native"))
    truth.write_csv(folder / "truth.csv", truth.COLUMNS, records)
    truth.write_jsonl(folder / "truth.jsonl", records)
    (folder / "checksums.json").write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    return f"{len(sums)} documents in {folder}"
