"""The pages in a real browser: Chromium, where the machine has one.

Each page is opened on a phone in light colors and on a desktop in dark ones. It has no error on the
console, no request that its policy refuses, and nothing wider than the screen. axe-core finds
nothing: contrast, labels, roles of elements (https://github.com/dequelabs/axe-core).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.databases import DatabasePool
from tests.support.page_server import CHROMIUM, browser, served
from tests.support.web_story import tell

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium here: apt install chromium, to test the pages in a browser",
)
PAGES = (
    "/",
    "/?q=engineer&location=London&status=all&sort=pay",
    "/?q=nothing-of-the-kind",
    "/?page=2",
    "/?status=wrong",
    "/roles/greenhouse:examplelabs:100",
    "/roles/greenhouse:examplelabs:2",
    "/roles/greenhouse:examplelabs:102",
    "/roles/greenhouse:examplelabs:100?as_of=3d",
    "/changes?since=30d",
    "/changes?kind=revised&field=description&since=30d",
    "/nothing",
    "/boards",
    "/boards/greenhouse:examplelabs",
    "/boards/greenhouse:nobody",
    "/rules",
    "/rules/research-engineer",
    "/rules/nothing",
    "/stats",
)
# pages of different kinds
UNLIKE = {"/", "/roles/greenhouse:examplelabs:100", "/changes?since=30d", "/stats", "/boards"}
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
Scheme = Literal["light", "dark"]


@dataclass
class Visit:
    """An open page, and what its console and its network said."""

    page: Page
    status: int = 0
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)  # requests to other hosts


class Served:
    """The site, opened in the browser."""

    def __init__(self, url: str, browser: Browser) -> None:
        self.url, self._browser = url, browser

    @contextmanager
    def open(
        self, address: str, size: str = "desktop", scheme: Scheme = "light", *, script: bool = True
    ) -> Iterator[Visit]:
        """Open an address of the site until the test is done with it."""
        width, height = SIZES[size]
        page = self._browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        visit = Visit(page)
        page.on(
            "console", lambda line: visit.errors.append(line.text) if line.type == "error" else None
        )
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.on("request", lambda asked: self._note(visit, asked.url))
        answer = page.goto(self.url + address, wait_until="load")
        visit.status = answer.status if answer else 0
        yield visit
        page.close()

    def _note(self, visit: Visit, url: str) -> None:
        if not url.startswith((self.url, "data:")):
            visit.elsewhere.append(url)


@pytest.fixture(scope="module")
def site(made: DatabasePool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'rolewatch.db'}"
    for engine in made.opened(url):
        story = tell(engine)
        with served(url, story.settings, story.now) as address, browser() as started:
            yield Served(address, started)


def _visits() -> Iterator[object]:
    """Yield each page on both screens. A visit takes seconds: every day a few on one of them."""
    for number, address in enumerate(PAGES):
        for place, screen in enumerate((("phone", "light"), ("desktop", "dark"))):
            is_daily = address in UNLIKE and number % 2 == place
            marks = () if is_daily else (pytest.mark.slow,)
            yield pytest.param(address, *screen, marks=marks)


@pytest.mark.parametrize(("address", "size", "scheme"), [*_visits()])
def test_a_page_is_accessible_fits_its_screen_and_asks_no_other_host(
    site: Served, address: str, size: str, scheme: Scheme
) -> None:
    with site.open(address, size, scheme) as visit:
        page = visit.page
        refused = [error for error in visit.errors if "status of 40" not in error]
        assert refused == []
        assert visit.elsewhere == []
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, "the page is wider than the screen"
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


@pytest.mark.parametrize(
    "address",
    [pytest.param(one, marks=() if one in UNLIKE else (pytest.mark.slow,)) for one in PAGES],
)
def test_a_page_needs_no_script(site: Served, address: str) -> None:
    with site.open(address, script=False) as visit:
        assert visit.page.locator("h1").count() == 1
        assert visit.page.locator("main").inner_text().strip()


def test_hostile_texts_are_inert(site: Served) -> None:
    with site.open("/?q=script") as visit:
        visit.page.on("dialog", lambda dialog: visit.errors.append(dialog.message))
        title = visit.page.get_by_role("link", name="alert(1)").first
        assert "<script>alert(1)</script>" in title.inner_text()
        title.click()
        visit.page.wait_for_load_state()
        assert visit.errors == []
        assert "{{ 7*7 }}" in visit.page.locator("h1").inner_text()


@pytest.mark.parametrize("address", ["/boards", "/boards/greenhouse:examplelabs"])
def test_a_color_of_the_coverage_stands_beside_its_word(site: Served, address: str) -> None:
    with site.open(address, "phone") as visit:
        lines = visit.page.evaluate(
            "[...document.querySelectorAll('.key i')].map(color => {"
            "  const after = document.createRange(); after.selectNode(color.nextSibling);"
            "  return after.getClientRects().length })"
        )
    assert lines == [1, 1, 1, 1]


def test_the_filters_are_a_form_and_the_address_their_state(site: Served) -> None:
    with site.open("/", script=False) as visit:
        page = visit.page
        page.get_by_label("Words in the title or employer").fill("research engineer")
        page.get_by_role("textbox", name="Place").fill("London")
        page.get_by_text("More filters").click()
        page.get_by_label("Workplace").select_option("hybrid")
        page.get_by_role("button", name="Search").click()
        page.wait_for_load_state()
        assert "q=research+engineer" in page.url
        assert "workplace=hybrid" in page.url
        assert (
            page.get_by_label("Words in the title or employer").input_value() == "research engineer"
        )
        assert page.get_by_label("Workplace").input_value() == "hybrid"
        again = page.url
        page.goto(again)
        assert page.locator("article.role").count() == 2


def test_the_keyboard_reaches_everything(site: Served) -> None:
    with site.open("/") as visit:
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "q"
        page.keyboard.type("counsel")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=counsel**")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline is not None


def test_a_list_leads_to_its_next_page_and_back(site: Served) -> None:
    with site.open("/") as visit:
        page = visit.page
        first = page.locator("article.role .title").all_inner_texts()
        page.get_by_role("link", name="Next").click()
        page.wait_for_url("**page=2")
        second = page.locator("article.role .title").all_inner_texts()
        assert second
        page.get_by_role("link", name="Previous").click()
        page.wait_for_load_state()
        assert page.locator("article.role .title").all_inner_texts() == first
