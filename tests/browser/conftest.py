"""Fixtures of the browser tests: a Chromium that reaches nothing but this machine, and a JupyterLab of its own."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_server import LIGHT, LabServer, NotebookPage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = tuple(f"{scheme}://{host}:" for scheme in ("http", "ws") for host in ("127.0.0.1", "localhost"))
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    # Names of other machines do not resolve: what passes here needs no network.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and {"chromium", "lab"}.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@dataclass
class Watched:
    """A page and all that went on in it."""

    page: "Page"
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def outside(self, *allowed: str) -> list[str]:
        """Give the requests whose addresses do not start with one of these."""
        return [url for url in self.requests if not url.startswith((*allowed, "data:", "blob:"))]


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make browser)")
    program = os.environ.get("GINI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("there is no Chromium on the PATH; install it, or name it in GINI_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    pytest.importorskip("jupyterlab", reason="jupyterlab is not installed (make browser)")
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


@pytest.fixture
def watch(chromium: "Browser") -> Iterator[Callable[..., Watched]]:
    """Open pages, each in a profile of its own, and write down requests, errors and dialogs."""
    contexts = []

    def opened(**options: object) -> Watched:
        context = chromium.new_context(**options)
        contexts.append(context)
        watched = Watched(context.new_page())
        page = watched.page
        page.set_default_timeout(20_000)
        page.on("request", lambda request: watched.requests.append(request.url))
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on(
            "console",
            lambda message: watched.errors.append(message.text) if message.type in {"error", "warning"} else None,
        )
        page.on("dialog", lambda dialog: (watched.dialogs.append(dialog.message), dialog.dismiss()))
        return watched

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def notebook(
    lab: LabServer, watch: Callable[..., Watched], request: pytest.FixtureRequest
) -> Iterator[Callable[..., NotebookPage]]:
    """Open a notebook with these cells in JupyterLab. At the end, its page has asked nobody but this machine."""
    pages = []

    def opened(*cells: str, theme: str = LIGHT) -> NotebookPage:
        lab.theme(theme)
        path = lab.write(f"{request.node.name.partition('[')[0]}.ipynb", list(cells))
        pages.append(NotebookPage(watch(viewport={"width": 1280, "height": 900}), lab, path))
        return pages[-1]

    yield opened
    lab.end_kernels()
    for page in pages:
        assert any("/api/kernels" in url for url in page.watched.requests)
        assert page.watched.outside(*HERE) == []


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures for people go; no test compares them. ``GINI_SCREENSHOTS`` names a folder that stays."""
    folder = Path(os.environ.get("GINI_SCREENSHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
