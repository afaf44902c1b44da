"""The site opened from the disk, without a server or a network: nothing is asked of others, and search finds."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import Watched

import gini_notebook

SITE = Path(__file__).resolve().parents[2] / "build" / "docs"
LOOKED_AT = (
    "index",
    "tutorials/ten_minutes",
    "generated/api/Evaluation",
    "metrics",
    "generated/command_line",
    "explanation/privacy",
)


@pytest.fixture(scope="module")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.skip("the site is not built (make docs)")
    return SITE


def test_no_page_asks_anybody(watch: Callable[..., Watched], site: Path) -> None:
    watched = watch(viewport={"width": 1280, "height": 900})
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 80
    for page in pages:
        watched.page.goto(page.as_uri())
    assert watched.outside(site.as_uri()) == []


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("by_field", "generated/api/Evaluation"),
        ("proxy", "howto/proxy"),
        ("German Excel", "howto/german_excel"),
        ("DSGVO", "explanation/privacy"),
        ("resume", "howto/resume_and_clean_up"),
        ("fail-under", "howto/gate_in_ci"),
        ("interval", "intervals"),
        ("sandbox", "sandbox"),
        ("Voilà", "howto/voila"),
        ("ZUGFeRD", "howto/truth_from_e_invoices"),
        ("Dask", "howto/larger_than_memory"),
    ],
)
def test_search_finds(watch: Callable[..., Watched], site: Path, words: str, page: str) -> None:
    shown = watch(viewport={"width": 1280, "height": 900}).page
    shown.goto(f"{(site / 'search.html').as_uri()}?q={words}")
    shown.wait_for_function("document.querySelectorAll('#search-results li').length > 0")
    shown.wait_for_timeout(500)
    links = shown.eval_on_selector_all("#search-results li a", "all => all.map(one => one.href)")
    assert any(f"/{page}.html" in link for link in links), links[:10]


def test_every_public_name_has_a_page(site: Path) -> None:
    for name in gini_notebook.__all__:
        text = (site / "generated" / "api" / f"{name}.html").read_text("utf-8")
        assert f'id="gini_notebook.{name}"' in text or f'id="module-gini_notebook.{name}"' in text, name


def test_links_inside_lead_somewhere(site: Path) -> None:
    texts = {page: page.read_text("utf-8") for page in site.rglob("*.html")}
    anchors = {page: set(re.findall(r'\bid="([^"]+)"', text)) for page, text in texts.items()}
    broken = []
    for page, text in texts.items():
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = unquote(link).partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.is_file() or (anchor and target in anchors and anchor not in anchors[target]):
                broken.append(f"{page.relative_to(site)}: {link}")
    assert broken == []


@pytest.mark.parametrize("name", LOOKED_AT)
def test_pages_to_look_at(watch: Callable[..., Watched], site: Path, shots: Path, name: str) -> None:
    watched = watch(viewport={"width": 1280, "height": 900})
    watched.page.goto((site / f"{name}.html").as_uri())
    watched.page.wait_for_load_state("networkidle")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 1280
    watched.page.screenshot(path=shots / f"site_{name.replace('/', '_')}.png")
