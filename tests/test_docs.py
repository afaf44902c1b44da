"""The pages of docs/ say what there is: numbers of promises and metrics, tests, modules."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = {"R": "promises.md", "T": "promises.md", "M": "metrics.md"}
COUNTS = {"R": 35, "T": 62, "M": 27}


def sections(page: str) -> dict[str, str]:
    """Return the text below each heading that begins with a number."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.findall(r"^#{2,3} ([RTM]\d+) [^\n]+\n(.*?)(?=^#|\Z)", text, re.DOTALL | re.MULTILINE)
    assert len(found) == len(dict(found)), "a number has two headings"
    return dict(found)


def all_sections() -> dict[str, str]:
    return sections("promises.md") | sections("metrics.md")


def existing_tests() -> dict[str, Path]:
    """Return every test function and its file."""
    return {
        name: path
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }


def numbers(name: str) -> set[str]:
    """Return the promises a test bears in its name: ``test_R5_T01_x`` shows R5 and T1."""
    leading = re.match(r"test_((?:[A-Z]\d+_)+)", name)
    parts = leading[1].split("_") if leading else []
    return {f"{part[0]}{int(part[1:])}" for part in parts if part and part[0] in PAGES}


@pytest.mark.parametrize("kind", PAGES)
def test_every_number_has_its_heading(kind: str) -> None:
    there = [number for number in sections(PAGES[kind]) if number[0] == kind]
    assert sorted(there, key=lambda number: int(number[1:])) == [f"{kind}{n}" for n in range(1, COUNTS[kind] + 1)]


def test_numbers_in_names_of_tests_lead_to_a_page() -> None:
    unknown = {name: numbers(name) - all_sections().keys() for name in existing_tests()}
    assert {name: missing for name, missing in unknown.items() if missing} == {}


def test_numbers_in_the_code_lead_to_a_page() -> None:
    there = all_sections().keys()
    for path in sorted((ROOT / "gini_notebook").rglob("*.py")):
        named = set(re.findall(r"\b([RTM]\d{1,2}) of the (?:metrics|promises)", path.read_text(encoding="utf-8")))
        assert named <= there, path


def test_each_promise_says_who_shows_it_or_that_it_is_not_kept() -> None:
    told = re.compile(r"Shown\s+by|Not\s+yet\s+kept|leaving it out|Kept by")
    assert [number for number, text in all_sections().items() if not told.search(text)] == []


@pytest.mark.parametrize("page", sorted(set(PAGES.values())))
def test_every_module_a_page_names_exists(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = set(
        re.findall(r"`((?:service|analysis|interactive|sandbox|_guarded)(?:\.\w+)*|_files|notes|schema)`", text)
    )
    assert named
    paths = {name: ROOT / "gini_notebook" / name.replace(".", "/") for name in named}
    assert [name for name, path in paths.items() if not (path.is_dir() or path.with_suffix(".py").exists())] == []


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_every_test_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", (DOCS / page).read_text(encoding="utf-8")))
    assert named <= existing_tests().keys()


def test_a_link_to_a_file_leads_to_one_that_lies_in_the_repository() -> None:
    """Pages that ``make docs`` makes are no files where the repository is read; within the site a role leads there."""
    dead = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"))
        if "generated" not in page.relative_to(ROOT).parts
        for link in re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8"))
        if "://" not in link and not link.startswith("mailto:") and not (page.parent / link).exists()
    ]
    assert dead == []
