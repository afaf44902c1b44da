"""A process that reads documents for the server, so that a hostile file can break nothing but itself.

It takes one JSON line per job from standard input and gives one per job on standard output. Content travels through
files in the sandbox's own folder. The process ends when its input ends.
"""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Job = Mapping[str, Any]


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

    parts = [(Path(part["path"]).read_bytes(), part["media_type"], part["turn"]) for part in job["parts"]]
    settings = job["settings"]
    if len(parts) == 1 and parts[0][1] == "application/json":
        result = reading.read_qr_payload(json.loads(parts[0][0]))
    elif len(parts) == 1 and not parts[0][2]:
        result = reading.read(parts[0][0], parts[0][1], settings=settings)
    else:
        result = reading.read_pages(parts, settings=settings)
    Path(job["extractions"]).write_text(json.dumps(result.extractions), "utf-8")
    Path(job["layout"]).write_text(json.dumps(result.layout), "utf-8")
    return {}


def image(job: Job) -> dict[str, Any]:
    """Draw a page."""
    from gini_notebook.sandbox import reading

    content = Path(job["path"]).read_bytes()
    picture = reading.page_image(content, job["media_type"], job["number"], job["width"])
    Path(job["image"]).write_bytes(picture)
    return {}


JOBS: dict[str, Callable[[Job], dict[str, Any]]] = {"check": check, "read": read, "image": image}


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
        return {"failed": "The document needs more memory than one document may use."}
    except Exception as problem:  # noqa: BLE001 - a file can break a parser in any way
        return {"failed": f"{type(problem).__name__}: {problem}"}


def limit_memory(limit_bytes: int) -> None:
    """Bound the address space, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))


def main() -> None:
    """Work until there is no more input; arguments are memory limit in bytes and time limit in seconds."""
    limit_memory(int(sys.argv[1]))
    alarm = getattr(signal, "alarm", lambda _: None)
    # Libraries that print must not garble the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        # Even a server that was killed leaves no worker behind that computes for ever.
        alarm(int(sys.argv[2]) + 5)
        answers.write(json.dumps(work(json.loads(line))) + "\n")
        answers.flush()
        alarm(0)


if __name__ == "__main__":
    main()
