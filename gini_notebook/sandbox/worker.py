"""A process that reads documents for the server, so that a hostile file can break nothing but itself.

It takes one JSON line per job from standard input and gives one per job on standard output. Content travels through
files in the sandbox's own folder. The process ends when its input ends.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gini_notebook.sandbox import system
from gini_notebook.sandbox.vocabulary import RETURN_REASONS

Job = Mapping[str, Any]
TOO_MUCH_MEMORY = "The document needs more memory than one document may use."
PDF, QR_MEDIA_TYPE = "application/pdf", "application/json"


def check(job: Job) -> dict[str, Any]:
    """Look whether a file can be taken, as quickly as an upload must be answered."""
    from gini_notebook.sandbox import reading

    checked = reading.check(Path(job["path"]).read_bytes(), job["media_type"])
    return {
        "media_type": checked.media_type,
        "page_count": checked.page_count,
        "source_classification": checked.source_classification,
    }


def read(job: Job) -> dict[str, Any]:
    """Read a document, or the parts of a composite, and write the results beside it."""
    from gini_notebook.sandbox import reading

    parts, settings = _parts(job), job["settings"]
    codes = [content for content, media_type, _ in parts if media_type == QR_MEDIA_TYPE]
    files = [part for part in parts if part[1] != QR_MEDIA_TYPE]
    result = reading.read_pages(files, settings=settings)
    extractions = result.extractions
    for code in codes:
        _merge(extractions, reading.read_qr_payload(json.loads(code), settings=settings).extractions)
    if "lineItems" in extractions.get("compoundExtractions", {}):
        extractions["returnReasons"] = [{"id": code, "de": de, "en": en} for code, de, en in RETURN_REASONS]
    Path(job["extractions"]).write_text(json.dumps(extractions, ensure_ascii=False), "utf-8")
    Path(job["layout"]).write_text(json.dumps(result.layout, ensure_ascii=False), "utf-8")
    return {}


def image(job: Job) -> dict[str, Any]:
    """Draw a page."""
    from gini_notebook.sandbox import reading

    content = Path(job["path"]).read_bytes()
    picture = reading.page_image(content, job["media_type"], job["number"], job["width"])
    Path(job["image"]).write_bytes(_turned(picture, job["turn"]) if job["turn"] else picture)
    return {}


def combine(job: Job) -> dict[str, Any]:
    """Put the parts of a composite together as one PDF."""
    import pypdfium2

    target = pypdfium2.PdfDocument.new()
    for content, media_type, turn in _parts(job):
        if media_type != QR_MEDIA_TYPE:
            source = pypdfium2.PdfDocument(content if media_type == PDF else _as_pdf(content, media_type))
            before = len(target)
            target.import_pages(source)
            for page in (target[index] for index in range(before, len(target))):
                page.set_rotation((page.get_rotation() + turn) % 360)
    output = io.BytesIO()
    target.save(output)
    Path(job["file"]).write_bytes(output.getvalue())
    return {}


def crash(_job: Job) -> dict[str, Any]:
    """Die, to show what comes of it."""
    os.abort()


def _parts(job: Job) -> list[tuple[bytes, str, int]]:
    return [(Path(part["path"]).read_bytes(), part["media_type"], part["turn"]) for part in job["parts"]]


def _as_pdf(content: bytes, media_type: str) -> bytes:
    from PIL import Image, ImageOps

    if not media_type.startswith("image/"):
        message = f"a part of type {media_type} has no pages"
        raise ValueError(message)
    output = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        ImageOps.exif_transpose(image).convert("RGB").save(output, "PDF", resolution=300.0)
    return output.getvalue()


def _turned(picture: bytes, turn: int) -> bytes:
    """Turn a JPEG clockwise."""
    from PIL import Image

    output = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.rotate(-turn, expand=True).save(output, "JPEG", quality=85)
    return output.getvalue()


def _merge(extractions: dict[str, Any], of_code: dict[str, Any]) -> None:
    """Add what a scanned code says; it is exact, so it wins over what was read on a page."""
    extractions["extractions"] |= of_code["extractions"]
    candidates = extractions["candidates"]
    for name, values in of_code["candidates"].items():
        candidates[name] = [*values, *candidates.get(name, [])]


JOBS: dict[str, Callable[[Job], dict[str, Any]]] = {
    "check": check,
    "read": read,
    "image": image,
    "combine": combine,
    "crash": crash,
}


def work(job: Job) -> dict[str, Any]:
    """Do one job; whatever goes wrong becomes an answer."""
    from gini_notebook.sandbox import reading

    try:
        return {"done": JOBS[job["job"]](job)}
    except reading.UnsupportedType as problem:
        return {"refused": str(problem), "status": 415}
    except reading.Unreadable as problem:
        return {"refused": str(problem), "status": 400}
    except MemoryError:
        return {"failed": TOO_MUCH_MEMORY}
    except Exception as problem:  # noqa: BLE001 - a file can break a parser in any way
        return {"failed": f"{type(problem).__name__}: {problem}"}


def main() -> None:
    """Work until there is no more input; arguments are memory limit in bytes (or 0) and time limit in seconds."""
    system.limit_memory(int(sys.argv[1]))
    # Libraries that print must not garble the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        # Even a server that was killed leaves no worker behind that computes for ever.
        system.end_process_after(int(sys.argv[2]) + 5)
        answers.write(json.dumps(work(json.loads(line))) + "\n")
        answers.flush()
        system.end_process_after(0)


if __name__ == "__main__":
    main()
