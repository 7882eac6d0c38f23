"""The page in a real browser: it fits a phone, sorts, filters and prints, and its policy stops nothing of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.doors.report.pages import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NAMES = ("demo", "large", "hostile", "empty")
WIDE, PHONE = 1280, 390


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "Chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages")
    for name in NAMES:
        (made / f"{name}.html").write_text(page(name), encoding="utf-8")
    return made


class Opened:
    """Opens pages and keeps what they complain about and ask for."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def page(self, name: str, *, width: int = WIDE, scheme: str = "light", script: bool = True) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
        )
        opened = context.new_page()
        opened.on("console", lambda message: self.complaints.append(message.text))
        opened.on("pageerror", lambda error: self.complaints.append(str(error)))
        opened.on("request", lambda request: self.requests.append(request.url))
        opened.goto((self._folder / f"{name}.html").as_uri())
        return opened


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Opened]:
    opener = Opened(browser, folder)
    yield opener
    assert opener.complaints == []
    assert [url for url in opener.requests if not url.startswith("file:")] == []
    for context in browser.contexts:
        context.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [320, PHONE, 768, WIDE])
def test_a_page_never_scrolls_sideways(opened: Opened, name: str, width: int) -> None:
    shown = opened.page(name, width=width)
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.evaluate("document.body.scrollWidth") <= width


def test_wide_tables_scroll_within_their_boxes(opened: Opened) -> None:
    shown = opened.page("large", width=PHONE)
    assert shown.evaluate("(b => b.scrollWidth > b.clientWidth)(document.querySelector('#offers .box'))")


def test_a_column_sorts_up_and_down(opened: Opened) -> None:
    shown = opened.page("large")
    head = shown.locator("#offers thead th", has_text="Worth")
    cells = "[...document.querySelectorAll('#offers tbody td:nth-child(6)')].map(c => +c.innerText.replaceAll(',', ''))"
    assert head.get_attribute("aria-sort") is None
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    rising = shown.evaluate(cells)
    assert rising == sorted(rising)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert shown.evaluate(cells) == sorted(rising, reverse=True)
    shown.locator("#offers thead th", has_text="Participant").get_by_role("button").focus()
    shown.keyboard.press("Enter")
    assert shown.locator("#offers thead th[aria-sort]").inner_text().startswith("Participant")


def test_negative_premia_sort_below_positive_ones(opened: Opened) -> None:
    shown = opened.page("demo")
    shown.locator("#premia thead th", has_text="Premium").first.get_by_role("button").click()
    told = shown.locator("#premia tbody td:nth-child(2)").all_inner_texts()
    assert (told[0], told[-1]) == ("\u2212100.00", "+60.00")


def test_offers_can_be_filtered_by_text_and_fate(opened: Opened) -> None:
    shown = opened.page("demo")
    offers = shown.locator("#offers")
    count = offers.get_by_role("status")
    assert count.inner_text() == "60 of 60 rows"
    offers.get_by_role("combobox").select_option("refused")
    assert count.inner_text() == "3 of 60 rows"
    assert offers.locator("tbody tr:visible").count() == 3
    offers.get_by_role("searchbox").fill("monsoon credit")
    assert count.inner_text() == "1 of 60 rows"
    assert offers.locator("tbody tr:visible th").inner_text() == "O-058"
    offers.get_by_role("combobox").select_option("")
    offers.get_by_role("searchbox").fill("no such thing")
    assert count.inner_text() == "0 of 60 rows"
    assert shown.locator("#desks tbody tr:visible").count() == 12


def test_without_script_everything_stands_there_and_no_field_that_does_nothing(opened: Opened) -> None:
    shown = opened.page("demo", script=False)
    assert shown.locator("#offers tbody tr:visible").count() == 60
    assert shown.locator("form:visible").count() == 0
    assert shown.locator("button").count() == 0


def test_hostile_texts_run_nothing(opened: Opened) -> None:
    shown = opened.page("hostile")
    dialogs: list[str] = []
    shown.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    shown.reload()
    assert dialogs == []
    assert shown.locator("[onload], [onerror]").count() == 0


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(251, 252, 247)"), ("dark", "rgb(17, 23, 20)")])
def test_the_page_follows_the_colour_scheme(opened: Opened, scheme: str, ground: str) -> None:
    shown = opened.page("demo", scheme=scheme)
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == ground


def test_paper_is_light_opened_and_without_fields(opened: Opened) -> None:
    shown = opened.page("demo", scheme="dark")
    shown.emulate_media(media="print")
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 252, 247)"
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown.locator("details:not([open])").count() == 0
    assert shown.locator("form:visible, nav:visible").count() == 0
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details:not([open])").count() > 0


def test_paper_ends_long_tables_and_says_so(opened: Opened) -> None:
    shown = opened.page("large")
    shown.emulate_media(media="print")
    assert shown.locator("#offers tbody tr:visible").count() == 100
    assert shown.locator("#offers .on-paper:visible").count() == 1


def test_texts_of_a_ring_keep_inside_its_drawing(opened: Opened) -> None:
    shown = opened.page("demo")
    outside = """[...document.querySelectorAll('.ring svg')].flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].map(text => text.getBoundingClientRect()).filter(box =>
            box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
            || box.bottom > frame.bottom + 1)
    }).length"""
    assert shown.evaluate(outside) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_that_is_cut_shows_that_it_scrolls(opened: Opened, scheme: str) -> None:
    """The shade lies behind the cells, so that nothing but the head and the row's name may hide it."""
    phone = opened.page("demo", width=PHONE, scheme=scheme)
    box = phone.locator("#offers .box")
    assert box.evaluate("each => each.scrollWidth > each.clientWidth")
    assert box.evaluate("each => getComputedStyle(each).backgroundAttachment") == "local, local, scroll, scroll"
    assert box.evaluate("each => getComputedStyle(each).backgroundImage").count("linear-gradient") == 4
    grounds = set(
        phone.locator("#offers td").evaluate_all("cells => cells.map(each => getComputedStyle(each).backgroundColor)")
    )
    assert all(re.fullmatch(r"rgba\(.*, 0(\.\d+)?\)", ground) for ground in grounds), grounds


@pytest.mark.parametrize("width", [320, PHONE, WIDE])
def test_a_command_in_a_sentence_stands_on_one_line(opened: Opened, width: int) -> None:
    phone = opened.page("demo", width=width)
    lines = "found => found.map(each => each.getClientRects().length)"
    assert set(phone.locator(".note code").evaluate_all(lines)) == {1}
