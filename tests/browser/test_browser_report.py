"""The HTML report in Chromium, from the disk: nothing is asked, complains or runs, and all of it can be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import Watched
from lxml import html as lxml_html

from gini_notebook.analysis.comparison import compare
from gini_notebook.analysis.evaluation import evaluate
from gini_notebook.analysis.report import save_report
from gini_notebook.interactive.page_excerpts import PageExcerpts
from tests.analysis.evaluation.evaluation_samples import scans_and_others
from tests.analysis.report.report_samples import PAYLOADS, boxed, hostile, sample

WIDE, NARROW, NARROWEST = {"width": 1280, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 700}
GATES = ("payable_rate>=0.1", "amountToPay.f1_low>=0.9")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, invoices: Path) -> dict[str, Path]:
    """Small: every outcome and a compound. Scans: patterns, slices. German. Two runs, compared. Excerpts of pages."""
    folder = tmp_path_factory.mktemp("report")
    first, _ = scans_and_others(200)
    second, _ = scans_and_others(200, better=True)
    return {
        "small": save_report(sample(), folder / "small.html", fail_under=GATES),
        "scans": save_report(
            first, folder / "scans.html", title="A run with a_very_long_name_of_a_folder_that_goes_on"
        ),
        "german": save_report(sample(), folder / "german.html", language="de", fail_under=GATES),
        "excerpts": save_report(boxed(), folder / "excerpts.html", pages=PageExcerpts(invoices)),
        "compared": compare(first, second).save_report(folder / "compared.html"),
    }


@pytest.mark.parametrize("which", ["small", "scans", "german", "compared", "excerpts"])
@pytest.mark.parametrize(
    ("viewport", "options"),
    [
        (WIDE, {}),
        (WIDE, {"color_scheme": "dark"}),
        (NARROW, {}),
        (NARROWEST, {"color_scheme": "dark"}),
        (NARROW, {"forced_colors": "active"}),
    ],
    ids=["1280", "1280 dark", "390", "320 dark", "390 forced"],
)
def test_J2_a_report_opens_without_a_request_a_complaint_or_sideways_scrolling(
    watch: Callable[..., Watched],
    pages: dict[str, Path],
    shots: Path,
    which: str,
    viewport: dict[str, int],
    options: dict[str, Any],
) -> None:
    watched = watch(viewport=viewport, **options)
    page = watched.page
    page.goto(pages[which].as_uri())
    page.wait_for_load_state("networkidle")
    assert watched.outside(pages[which].as_uri()) == []
    assert watched.errors == []
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    if viewport["width"] < 720:
        # Here no table scrolls by itself either: rows are stacked.
        wide = "[...document.querySelectorAll('main *')].filter(one => one.scrollWidth > one.clientWidth + 1 &&"
        wide += " getComputedStyle(one).overflowX === 'auto').length"
        assert page.evaluate(wide) == 0
    name = "_".join([which, str(viewport["width"]), *options.values()])
    page.screenshot(path=shots / f"report_{name}.png", full_page=True)


@pytest.mark.parametrize("which", ["small", "scans", "german", "compared", "excerpts"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_J2_axe_finds_nothing_serious(
    watch: Callable[..., Watched], pages: dict[str, Path], which: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed (make browser)")
    page = watch(viewport=WIDE, color_scheme=scheme).page
    page.goto(pages[which].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}] == []


@pytest.mark.parametrize("which", ["small", "scans", "german", "compared", "excerpts"])
def test_J2_on_paper_nothing_is_left_out(
    watch: Callable[..., Watched], pages: dict[str, Path], shots: Path, which: str
) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    page = watch(viewport=WIDE, color_scheme="dark").page
    page.goto(pages[which].as_uri())
    printed = page.pdf(prefer_css_page_size=True, path=shots / f"report_{which}.pdf")
    document = pdfium.PdfDocument(printed)
    text = "".join("".join(sheet.get_textpage().get_text_range().split()) for sheet in document)
    assert document[0].get_size() == pytest.approx((595, 842), abs=1)
    parsed = lxml_html.document_fromstring(pages[which].read_text(encoding="utf-8"))
    cells = [one.text_content() for one in parsed.xpath("//td|//th|//summary|//caption|//dd|//li|//h1|//h2|//h3|//p")]
    # PDFs part words at the ends of lines as they like; what hides from eyes alone is not printed.
    hidden = {one.text_content() for one in parsed.xpath("//caption[@class='hidden']")}
    words = {word for cell in cells if cell not in hidden for word in cell.split()}
    flat = text.replace("\xad", "").replace("￾", "").replace("-", "")
    lost = {word for word in words if "".join(word.split()).replace("-", "") not in flat}
    assert lost == set()
    background = document[0].render(scale=1).to_pil().convert("L").getpixel((3, 3))
    assert background > 250  # light, whatever the screen is


def test_details_open_by_key_and_links_lead_to_their_parts(
    watch: Callable[..., Watched], pages: dict[str, Path]
) -> None:
    page = watch(viewport=WIDE).page
    page.goto(pages["small"].as_uri())
    assert page.locator("nav a").count() > 5
    for link in page.locator("nav a").all():
        link.press("Enter")
        assert page.evaluate("location.hash && document.querySelector(location.hash) !== null")
    closed = page.locator("details:not([open])")
    before = closed.count()
    closed.first.locator("summary").press("Enter")
    assert closed.count() == before - 1
    targets = page.evaluate(
        "[...document.querySelectorAll('a, summary')].map(one => one.getBoundingClientRect().height)"
    )
    assert min(height for height in targets if height) >= 24


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
    assert page.locator("script, iframe, object, form, input, video, base, image, #injected, [onerror]").count() == 0
    assert page.title() == PAYLOADS[0]
    text = page.locator("body").inner_text()
    assert [payload for payload in PAYLOADS if payload not in text] == []
    page.screenshot(path=shots / "report_hostile.png")


def test_T31_a_comparison_is_as_deaf(watch: Callable[..., Watched], tmp_path: Path) -> None:
    table = pd.DataFrame({"document": PAYLOADS, "field": "iban", "value": PAYLOADS})
    first, second = (evaluate(table.assign(value=value), table) for value in ("other", PAYLOADS))
    path = compare(first, second).save_report(tmp_path / "compared.html", title=PAYLOADS[1])
    watched = watch(viewport=WIDE)
    watched.page.goto(path.as_uri())
    watched.page.wait_for_load_state("networkidle")
    assert watched.dialogs == watched.errors == watched.outside(path.as_uri()) == []
    text = watched.page.locator("body").inner_text()
    assert [payload for payload in PAYLOADS if payload not in text] == []


def test_T31_the_policy_would_stop_what_got_through(
    watch: Callable[..., Watched], pages: dict[str, Path], tmp_path: Path
) -> None:
    """The test above can fail: with a payload put in raw, the policy complains and still nothing runs."""
    raw = (
        pages["small"]
        .read_text(encoding="utf-8")
        .replace("<header>", "<header><img src=https://example.invalid/x.png><script>alert(1)</script>")
    )
    path = tmp_path / "raw.html"
    path.write_text(raw, encoding="utf-8")
    watched = watch(viewport=WIDE)
    watched.page.goto(path.as_uri())
    watched.page.wait_for_load_state("networkidle")
    assert watched.dialogs == []
    assert len([error for error in watched.errors if "Content Security Policy" in error]) == 2
