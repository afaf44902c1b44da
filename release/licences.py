"""Write the bill of materials of the package: CycloneDX for programs, a table of licences for people.

Usage: python release/licences.py FOLDER

The bill holds what ``gini-notebook[all]`` needs, as it is installed here, and nothing of what only its development
needs.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PACKAGE, EXTRAS = "gini-notebook", ("all",)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|MPL|EPL|EUPL|CDDL)\b", re.IGNORECASE)


def needed(name: str, extras: tuple[str, ...]) -> dict[str, Distribution]:
    """Return the distributions that one needs, itself included, by normalized name."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, Distribution] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    waiting = [(name, extras)]
    while waiting:
        wanted, chosen = waiting.pop()
        key = canonicalize_name(wanted)
        if (key, chosen) in seen:
            continue
        seen.add((key, chosen))
        try:
            found[key] = distribution(wanted)
        except PackageNotFoundError:
            continue  # for another system, or an extra that is not installed
        for text in found[key].requires or ():
            requirement = Requirement(text)
            environments = [{"extra": extra} for extra in (*chosen, "")]
            if requirement.marker is None or any(map(requirement.marker.evaluate, environments)):
                waiting.append((requirement.name, tuple(sorted(requirement.extras))))
    return found


def licence(one: Distribution) -> str:
    """Return the licence as its metadata say it: the expression, else the classifiers, else the first line."""
    metadata = one.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    named = [
        entry.rpartition(" :: ")[2] for entry in metadata.get_all("Classifier") or () if entry.startswith("License")
    ]
    named = [entry for entry in named if entry != "OSI Approved"]
    text = (metadata.get("License") or "").strip()
    return " or ".join(named) or (text.splitlines()[0] if text else "not said")


def as_table(found: dict[str, Distribution]) -> str:
    """Return the licences as a table, those with a copyleft named first."""
    rows = [(one.name, one.version, licence(one)) for _, one in sorted(found.items())]
    copyleft = [f"{name} ({terms})" for name, _, terms in rows if COPYLEFT.search(terms)]
    lines = [
        "# Licences",
        "",
        f"{len(rows)} packages. With a copyleft: {', '.join(copyleft) or 'none'}.",
        "",
        "| package | version | licence |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def as_cyclonedx(found: dict[str, Distribution], target: Path) -> None:
    """Write the bill of the environment, and keep of it what the package needs."""
    command = ["cyclonedx-py", "environment", "--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON"]
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run([tool, *command[1:], sys.executable], check=True, capture_output=True, text=True)
    bill = json.loads(done.stdout)
    from packaging.utils import canonicalize_name

    kept = [one for one in bill["components"] if canonicalize_name(one["name"]) in found]
    references = {one["bom-ref"] for one in kept} | {bill["metadata"]["component"]["bom-ref"]}
    bill["components"] = kept
    bill["dependencies"] = [
        {**one, "dependsOn": [name for name in one.get("dependsOn", ()) if name in references]}
        for one in bill.get("dependencies", ())
        if one["ref"] in references
    ]
    target.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    found = needed(PACKAGE, EXTRAS)
    (folder / "licences.md").write_text(as_table(found), encoding="utf-8")
    as_cyclonedx(found, folder / "sbom.cdx.json")
    print(f"{len(found)} packages: {folder / 'sbom.cdx.json'}, {folder / 'licences.md'}")


if __name__ == "__main__":
    main()
