"""The public pages in a real browser: on a phone, by keyboard, without script, on paper. Axe looks at every page in
test_every_page.py."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ISRC, URL, World
from tests.house.tree import listed

pytestmark = pytest.mark.needs("chromium")

Visit = Callable[..., Page]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NAMES = [
    "home", "answer", "unproven", "no-record", "broken", "record", "withdrawal", "how", "log", "keys", "statistics",
    "missing", "not-settled", "docs", "problem",
]  # fmt: skip


def path_of(name: str, world: World) -> str:
    return {
        "home": "/",
        "answer": f"/lookup?id={URL}",
        "unproven": f"/lookup?id={ISRC}",
        "no-record": "/lookup?id=USRC17607839",
        "broken": "/lookup?id=isrc:USRC1760783",
        "record": f"/records/{world.record}",
        "withdrawal": f"/records/{world.withdrawal}",
        "how": "/how",
        "log": "/log",
        "keys": "/keys",
        "statistics": "/statistics",
        "missing": "/nope",
        "not-settled": f"/lookup?id={ISRC}&as_of={world.just_now}",
        "docs": "/docs",
        "problem": "/problems/not-found",
    }[name]


@pytest.mark.parametrize("name", ["home", "answer", "record", "log", "missing"])
def test_what_can_be_touched_is_large_enough_and_nothing_is_too_small_to_read(
    name: str, world: World, visit: Visit
) -> None:
    page = visit(path_of(name, world), width=360)
    small = page.evaluate(
        """() => [...document.querySelectorAll("nav a, button, textarea, summary, footer a")]
        .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44)
        .map((each) => each.outerHTML)"""
    )
    assert not small, listed(small)
    tiny = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
        .filter((each) => each.offsetParent && each.childNodes.length)
        .filter((each) => parseFloat(getComputedStyle(each).fontSize) < 15.9)
        .map((each) => each.outerHTML.slice(0, 120))"""
    )
    assert not tiny, listed(tiny)


def test_the_fonts_are_those_of_this_registry(visit: Visit) -> None:
    page = visit("/")
    loaded = page.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family))"
    )
    assert set(loaded) == {"Atkinson", "Newsreader"}


def test_the_policy_hinders_nothing_that_the_pages_need(world: World, visit: Visit) -> None:
    page = visit("/")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for name in NAMES:
        if name not in ("missing", "not-settled"):
            page.goto(world.url + path_of(name, world))
    assert not said, listed(said)


def test_a_work_is_looked_up_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(20):
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.type("GB-AYE-06-01498")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/lookup\?id=GB-AYE-06-01498$"))
    expect(page.locator("tbody tr")).to_have_count(9)
    for _ in range(40):
        page.keyboard.press("Tab")
        href = page.evaluate("document.activeElement.getAttribute('href')") or ""
        if href.startswith("/records/"):
            page.keyboard.press("Enter")
            break
    page.wait_for_url(re.compile("/records/"))
    assert "Ada Lovelace Trio" in page.inner_text("h1")


@pytest.mark.parametrize("width", [360, 1280])
def test_an_answer_and_the_sentence_beside_it_stand_on_one_line(visit: Visit, width: int) -> None:
    page = visit("/how", width=width)
    heights = page.evaluate(
        """() => [...document.querySelectorAll(".question .verdict")].map((verdict) => {
            const foot = (put) => {
                const mark = document.createElement("img");
                put(mark);
                const bottom = mark.getBoundingClientRect().bottom;
                mark.remove();
                return bottom;
            };
            return foot((mark) => verdict.lastChild.append(mark)) - foot((mark) => verdict.after(mark));
        })"""
    )
    assert len(heights) > 30
    assert {round(each) for each in heights} == {0}


def test_an_address_is_broken_at_a_slash_rather_than_at_its_hyphen(
    world: World, visit: Visit
) -> None:
    page = visit(f"/records/{world.record}", width=360)
    lines = page.locator(".names code").first.evaluate(
        "(code) => [...code.querySelectorAll('.piece')].map((piece) => piece.getClientRects().length)"
    )
    assert lines == [1]
    assert page.locator(".names code").first.inner_text().replace("\n", "") == URL


def test_a_printed_answer_has_no_heading_without_its_box(visit: Visit) -> None:
    page = visit(f"/lookup?id={ISRC}")
    page.emulate_media(media="print")
    assert not page.locator("text=Look up another work >> visible=true").count()
    assert page.locator("text=What this does not mean").is_visible()


def test_the_skip_link_leads_to_the_content(visit: Visit) -> None:
    page = visit("/how")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/how#main")


def test_everything_works_without_script(world: World, visit: Visit) -> None:
    page = visit("/", script=False)
    page.fill("textarea", f"{URL}\n{ISRC}")
    page.click("button")
    expect(page.locator("tbody tr")).to_have_count(9)
    page.click("text=Read and verify the signed record >> nth=0")
    expect(page.locator("h1")).to_contain_text("says no to")
    assert not page.locator(".checks").is_visible()
    assert "verify offline" in page.inner_text("noscript")


def test_german_is_offered_by_the_browser_and_by_a_link_that_is_remembered(
    world: World, visit: Visit
) -> None:
    assert "Darf man das nutzen?" in visit("/", locale="de-DE").inner_text("h1")
    page = visit(f"/records/{world.record}", script=False)
    page.click("footer >> text=Deutsch")
    expect(page.locator("h1")).to_contain_text("sagt nein zu")
    page.click("header >> text=Wie es antwortet")
    expect(page.locator("h1")).to_have_text("Wie Antworten entstehen")


@pytest.mark.parametrize("locale", ["de-DE", "es-MX", "fr-FR"])
def test_no_language_is_wider_than_a_phone_and_the_badge_keeps_to_its_card(
    world: World, visit: Visit, locale: str
) -> None:
    page = visit("/", width=360, locale=locale)
    for name in ("answer", "record", "withdrawal", "how", "log", "keys"):
        page.goto(world.url + path_of(name, world))
        assert page.evaluate("document.documentElement.lang") == locale[:2]
        assert not page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ), f"{name} is wider than 360 px"
    page.goto(f"{world.url}/records/{world.record}/badge.svg")
    ends = page.evaluate(
        "[...document.querySelectorAll('svg > text')].map((each) => each.getBBox()).map((box) => box.x + box.width)"
    )
    assert len(ends) == 2
    assert max(ends) <= 390, "the card is 400 wide"


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "es-MX", "fr-FR"])
def test_a_record_fits_on_one_sheet(world: World, visit: Visit, paper: str, locale: str) -> None:
    printed = visit(f"/records/{world.record}", locale=locale).pdf(format=paper)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_on_paper_stand_the_sentence_the_seal_and_the_address_but_no_navigation(
    world: World, visit: Visit
) -> None:
    page = visit(f"/records/{world.record}")
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert page.locator(".seal svg").is_visible()
    assert page.locator(f".address >> text={world.url}/records/{world.record}").is_visible()
    assert not page.locator("header nav").is_visible()
    assert not page.locator("footer nav").is_visible()
