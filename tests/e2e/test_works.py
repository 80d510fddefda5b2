"""The list of works in a real browser: on a phone, without script, by keyboard alone, from a search to what is said."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from registry.domain.vocabulary import Role, WorkKind
from registry.services.act_for import open_rightsholder
from registry.services.actor import Actor
from registry.services.register_work import NewWork, register_work
from registry.services.sign_in import Device, begin_session
from registry.services.sign_up import new_account
from tests.e2e.accounts import Town, town
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.test_begin import problems
from tests.e2e.test_by_keyboard import AT, press, reach, write
from tests.registries import STEWARD

pytestmark = pytest.mark.needs("chromium")

TITLES = ("Night Train", "Daylight", "A title that is longer than a telephone is wide, remastered")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("works")) as place:
        yield place


@pytest.fixture
def page(chromium: Browser, place: Town) -> Iterator[Page]:
    """Ada's telephone, on which no script runs; three works are hers."""
    now = place.clock()
    with place.registry.writing() as ledger:
        ada = new_account(ledger.uow, "ada@example.org", "Ada", None, "en", now)
        holder = open_rightsholder(ledger, ada, "Ada", Actor(ada.id, "account"))
        for number, title in enumerate(TITLES):
            names = (f"https://ada.example/{number}", f"isrc:GBAYE060149{number}")
            new = NewWork(title, WorkKind.RECORDING, Role.RECORDING, names, embodies="mine")
            register_work(ledger, holder, new, STEWARD)
        secret = begin_session(ledger.uow, ada, Device("Firefox", "here"), now)
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", java_script_enabled=False
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "session", "value": secret, "url": place.url}])
    yield context.new_page()
    context.close()


def test_somebody_finds_a_work_ticks_it_and_goes_on_by_keyboard_alone(
    page: Page, place: Town, chromium: Browser
) -> None:
    page.goto(place.url)
    reach(page, f"{AT}.getAttribute('href') === '/works'")
    page.keyboard.press("Enter")
    page.wait_for_url("**/works")
    write(page, "q", "gb-aye-06-01490")
    page.keyboard.press("Enter")
    page.wait_for_url("**/works?*")
    expect(page.get_by_text("One work is found.")).to_be_visible()
    reach(page, f"{AT}.name === 'work'")
    page.keyboard.press("Space")
    assert page.get_by_role("checkbox", name="Choose Night Train").is_checked()
    press(page)
    page.wait_for_url("**/say/*")
    expect(page.get_by_role("main")).to_contain_text("Night Train")
    page.goto(f"{place.url}/works?sort=title&said=nothing")
    assert page.locator("ul.works h2").all_inner_texts() == sorted(TITLES)
    # axe waits for a timer, which never comes where no script may run: it looks from a window of its own
    context = chromium.new_context(
        storage_state=page.context.storage_state(),
        viewport={"width": 320, "height": 740},
        color_scheme="dark",
        locale="en-GB",
    )
    seen = context.new_page()
    seen.goto(page.url)
    assert problems(seen) == []
    context.close()
