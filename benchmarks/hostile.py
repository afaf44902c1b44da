"""Print a table of hostile files by entrances of the package: seconds, MiB by which the kernel grew, what it was told.

Usage: python benchmarks/hostile.py [--entrance NAME]… [--files PATTERN] [--sentences]

The files are made anew in a temporary folder; each entrance takes all of them in a process of its own.
"""

import argparse
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.hostile.entrances import ENTRANCES
from tests.hostile.matrix import MAKERS, MEBIBYTES, SECONDS, Line, complaints, made, taken_through


def cell(line: Line) -> str:
    """Show seconds and MiB; what is not as promised with an exclamation mark."""
    return f"{line[1]:.1f} s {max(line[3], 0):.0f}{'!' if complaints(line) else ''}"


def shown(entrance: str, paths: list[Path]) -> list[Line]:
    """Take the files through an entrance, and show at once what is not as promised: all of them take long."""
    lines = taken_through([(entrance, path) for path in paths])
    broken = [f"{line[0]} ({'; '.join(complaints(line))})" for line in lines if complaints(line)]
    print(f"{entrance}: {len(lines)} files, {len(broken)} not as promised {', '.join(broken)}", flush=True)
    return lines


def main() -> None:
    """Make the files, take them through the entrances, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entrance", action="append", choices=[*ENTRANCES])
    parser.add_argument("--files", default="*")
    parser.add_argument("--sentences", action="store_true")
    wishes = parser.parse_args()
    entrances = wishes.entrance or [*ENTRANCES]
    with tempfile.TemporaryDirectory() as folder:
        names = made(Path(folder), [name for name in MAKERS if fnmatch(name, wishes.files)])
        paths = [Path(folder, name) for name in names]
        columns = {entrance: shown(entrance, paths) for entrance in entrances}
    print(f"seconds (less than {SECONDS}) and MiB (less than {MEBIBYTES}) of the kernel; ! is not as promised")
    print("".join(text.ljust(26) for text in ("file", *entrances)))
    for name, *lines in zip(names, *columns.values(), strict=True):
        print("".join(text.ljust(26) for text in (name, *map(cell, lines))))
    lines = [(entrance, line) for entrance, column in columns.items() for line in column]
    broken = [(entrance, line) for entrance, line in lines if complaints(line)]
    for entrance, line in lines if wishes.sentences else broken:
        print(f"{entrance}: {line[0]}: {'; '.join(complaints(line))} {line[4][:300]}")
    print(f"{len(names)} files x {len(entrances)} entrances: {len(broken)} of {len(lines)} not as promised")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
