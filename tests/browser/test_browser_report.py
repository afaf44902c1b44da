"""The HTML report opened in Chromium from the disk: nothing is asked, nothing complains, nothing runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Watched

from gini_notebook.analysis.report import save_report
from tests.analysis.report.report_samples import PAYLOADS, hostile, sample

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_report(sample(), tmp_path_factory.mktemp("report") / "report.html")


@pytest.mark.parametrize(("name", "viewport"), [("wide", WIDE), ("narrow", NARROW)])
def test_the_report_opens_without_a_request_or_a_complaint(
    watch: Callable[..., Watched], report: Path, shots: Path, name: str, viewport: dict[str, int]
) -> None:
    watched = watch(viewport=viewport)
    page = watched.page
    page.goto(report.as_uri())
    page.wait_for_load_state("networkidle")
    assert watched.outside(report.as_uri()) == []
    assert watched.errors == []
    pictures = page.locator("img")
    assert pictures.count() == 4
    assert pictures.evaluate_all("images => images.every(image => image.complete && image.naturalWidth > 100)")
    # Only tables scroll sideways, the page does not.
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    page.screenshot(path=shots / f"report_{name}.png", full_page=True)


def test_details_open_by_key_and_links_lead_to_their_parts(watch: Callable[..., Watched], report: Path) -> None:
    page = watch(viewport=WIDE).page
    page.goto(report.as_uri())
    for link in page.locator("nav a").all():
        link.press("Enter")
        assert page.evaluate("location.hash && document.querySelector(location.hash) !== null")
    closed = page.locator("details:not([open])")
    before = closed.count()
    closed.first.locator("summary").press("Enter")
    assert closed.count() == before - 1


def test_T31_no_payload_runs_asks_or_becomes_an_element(
    watch: Callable[..., Watched], tmp_path: Path, shots: Path
) -> None:
    path = save_report(hostile(), tmp_path / "hostile.html", title=PAYLOADS[0])
    watched = watch(viewport=WIDE)
    page = watched.page
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    page.wait_for_timeout(300)
    assert watched.dialogs == []
    assert watched.outside(path.as_uri()) == []
    assert watched.errors == []
    assert page.locator("script, iframe, object, form, input, svg, video, base, #injected, [onerror]").count() == 0
    assert page.title() == PAYLOADS[0]
    text = page.locator("body").inner_text()
    assert [payload for payload in PAYLOADS if payload not in text] == []
    page.screenshot(path=shots / "report_hostile.png")


def test_T31_the_policy_would_stop_what_got_through(
    watch: Callable[..., Watched], report: Path, tmp_path: Path
) -> None:
    """The test above can fail: with a payload put in raw, the policy complains and still nothing runs."""
    raw = report.read_text(encoding="utf-8").replace(
        "<main>", "<main><img src=https://example.invalid/x.png><script>alert(1)</script>"
    )
    path = tmp_path / "raw.html"
    path.write_text(raw, encoding="utf-8")
    watched = watch(viewport=WIDE)
    watched.page.goto(path.as_uri())
    watched.page.wait_for_load_state("networkidle")
    assert watched.dialogs == []
    assert len([error for error in watched.errors if "Content Security Policy" in error]) == 2
