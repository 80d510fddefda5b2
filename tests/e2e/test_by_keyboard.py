"""From the first page to the signed record by the keyboard alone: Tab, Enter, Space and letters; where one is, is seen.
In German, and in the dark."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accounts import PASSWORD, Town, town

pytestmark = pytest.mark.needs("chromium")
MOST_TABS = 60
AT = "document.activeElement"
SEEN = f"""(() => {{
  const place = {AT}.getBoundingClientRect();
  return {AT} !== document.body && getComputedStyle({AT}).outlineStyle !== "none"
    && place.width > 0 && place.bottom > 0 && place.top < innerHeight && place.right > 0 && place.left < innerWidth;
}})()"""
"""Where one is, is somewhere, in the window, and outlined."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("keyboard")) as place:
        yield place


def test_an_artist_says_no_without_a_mouse(place: Town, chromium: Browser) -> None:
    context = chromium.new_context(color_scheme="dark", locale="de-DE")
    page = context.new_page()
    page.goto(place.url)
    reach(page, f"{AT}.getAttribute('href') === '/begin'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/begin")
    write(page, "name", "Ada Lovelace Trio")
    tick(page, "part-wrote")
    page.keyboard.press("Enter")
    page.wait_for_url("**/begin/say")
    tick(page, "preset-no-ai")
    page.keyboard.press("Enter")
    page.wait_for_url("**/begin/works")
    write(page, "works", "T-034.524.680-1")
    press(page)
    page.wait_for_url(f"{place.url}/begin/check")
    reach(page, f"{AT}.getAttribute('href')?.startsWith('/account/sign-up')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/sign-up**")
    write(page, "email", "ada@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/mail-sent")
    page.goto(place.link_to("ada@example.org"))
    write(page, "name", "Ada")
    write(page, "password", PASSWORD)
    press(page)
    page.wait_for_url(f"{place.url}/begin/check")
    press(page)
    page.wait_for_url("**/begin/done/*")
    reach(page, f"{AT}.getAttribute('href')?.startsWith('/records/')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada Lovelace Trio sagt nein")
    context.close()


def reach(page: Page, there: str) -> None:
    """Goes on by the tabulator until this holds of where one is; every stop on the way can be seen."""
    page.emulate_media(reduced_motion="reduce")  # where one is, is there at once
    for _ in range(MOST_TABS):
        if page.evaluate(there):
            return
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN), page.evaluate(f"{AT}.outerHTML.slice(0, 200)")
    raise AssertionError(f"{there}: not reached by the tabulator on {page.url}")


def write(page: Page, field: str, text: str) -> None:
    reach(page, f"{AT}.id === '{field}'")
    page.keyboard.type(text)


def tick(page: Page, field: str) -> None:
    reach(page, f"{AT}.id === '{field}'")
    page.keyboard.press("Space")


def press(page: Page) -> None:
    """The form's main button: the next one that sends it and leaves nothing out."""
    reach(page, f"{AT}.type === 'submit' && !{AT}.classList.contains('quiet')")
    page.keyboard.press("Enter")
