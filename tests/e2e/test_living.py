"""Living with it, in a real browser: what an artist sees on her telephone, without script, and what platforms that sign
their questions are told before and after. By keyboard alone: from the first page to "stop".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from registry.domain.declaration import Choice, Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Preference, Role, WorkKind
from registry.services.act_for import open_rightsholder
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.services.register_work import NewWork, register_work
from registry.worker.notices import tell_effects
from registry.worker.sayings import run_saying
from tests.e2e.accounts import PASSWORD, Town, town
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.test_begin import press_on
from tests.e2e.test_by_keyboard import AT, reach
from tests.e2e.test_catalogue import work_off
from tests.registries import HOUR, Desk
from tests.served import Served

pytestmark = pytest.mark.needs("chromium")
TITLES = ("Night Train", "Night Boat", "Daylight")
PHONE = {"width": 360, "height": 740}
UPC = "upc:0036000291452"
TUNES, OTHERS = "Tunes of the Night", "Another platform"
CREDIT, CONTACT = "Ada Lovelace Trio", "https://ada.example/contact"


@dataclass(frozen=True)
class Studio:
    """A place where people sign up, and platforms that ask there by signed questions."""

    place: Town
    served: Served

    def sign_up(self, page: Page, who: str) -> dict[str, str]:
        """Somebody with three works that are proved, all under a no to AI. Returns each work's id by its title."""
        self.place.sign_up(page, f"{who}@example.org", who)
        registry = self.place.registry
        with registry.reading() as uow:
            account = uow.accounts.by_address(f"{who}@example.org")
        assert account is not None
        by, ids = Actor(account.id, "account"), {}
        with registry.writing() as ledger:
            holder = open_rightsholder(ledger, account, who, by)
            declare(ledger, holder, Subject("catalogue", holder), Wish(preset="no-ai"), by)
        for title in TITLES:
            new = NewWork(
                title, WorkKind.RECORDING, Role.RECORDING, (code(who, title),), embodies="mine"
            )
            with registry.writing() as ledger:
                work = register_work(ledger, holder, new, by)
            self.served.desk.prove(work.claims[0].id, code(who, title))
            ids[title] = work.id
        return ids

    def permits(self, work: str, who: str) -> None:
        """A yes that waits, said by this person who has just proved who they are."""
        registry = self.place.registry
        with registry.writing() as ledger:
            account = ledger.uow.accounts.by_address(f"{who}@example.org")
            assert account is not None
            (holder,) = ledger.uow.members.for_account(account.id)
            yes = Wish(preferences={"generative-training": Choice(Preference.ALLOW)})
            by = Actor(account.id, "fresh-account")
            declare(ledger, holder.rightsholder, Subject("work", work), yes, by)

    def told(self, identifier: str, asker: str = TUNES) -> str:
        """What a platform is told that asks whether it may train on it."""
        return str(self.answer(identifier, asker)["decision"])

    def answer(self, identifier: str, asker: str = TUNES) -> dict[str, Any]:
        return self.served.ask(identifier, asker=asker)

    def work_off(self) -> None:
        """What the background worker has to do for many works."""
        with self.place.registry.reading() as uow:
            jobs = uow.jobs.listed(kind="say", limit=100)
        for job in jobs:
            run_saying(self.place.registry, job)

    def time_passes(self) -> None:
        """All that waits and was not stopped counts, and people are told."""
        self.place.clock.forward(73 * HOUR)
        tell_effects(self.place.registry, None)  # type: ignore[arg-type]


def code(who: str, title: str) -> str:
    """The ISRC of a work."""
    return f"isrc:GB{who[:3].upper()}060000{TITLES.index(title)}"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    folder = tmp_path_factory.mktemp("living")
    with (
        town(folder, REGISTRY_RATE_ANONYMOUS="0") as place,
        httpx2.Client(timeout=30, trust_env=False) as http,
    ):
        yield Studio(place, Served(place.url, Desk(place.registry, place.clock), http))


@pytest.fixture
def telephone(chromium: Browser) -> Iterator[Page]:
    """Without script."""
    context = chromium.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=False)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def prove(page: Page) -> None:
    """Shows once more who one is."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it still you?")
    page.get_by_label("Password").fill(PASSWORD)
    press_on(page)


def test_an_artist_asks_to_be_asked_for_two_works_and_stops_one(
    studio: Studio, telephone: Page
) -> None:
    page, place = telephone, studio.place
    studio.sign_up(page, "ada")
    train, boat, day = (code("ada", title) for title in TITLES)
    assert [studio.told(each) for each in (train, boat, day)] == ["deny"] * 3
    place.clock.forward(6 * 60_000)  # the proof of who she is is old by now
    page.get_by_role("main").get_by_role("link", name="Your works", exact=True).click()
    page.get_by_label("Find a work").fill("NIGHT")
    press_on(page, "Show them")
    expect(page.get_by_text("2 works are found.")).to_be_visible()
    page.get_by_role("checkbox", name="Choose Night Train").check()
    page.get_by_role("checkbox", name="Choose Night Boat").check()
    press_on(page, "Change what is said about the ticked works")
    page.get_by_label("Ask me", exact=True).check()
    press_on(page)
    page.get_by_label("For everybody").check()
    press_on(page)
    press_on(page)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Where can you be asked?").fill(CONTACT)
    page.get_by_label("Credit line").fill(CREDIT)
    press_on(page)
    expect(page.get_by_role("heading", name="What waits")).to_be_visible()
    press_on(page, "Sign and publish what I say")
    prove(page)
    press_on(page, "Sign and publish what I say")
    expect(page.get_by_role("heading", level=1)).to_have_text("It is under way")
    studio.work_off()
    page.get_by_role("link", name="Look again now").click()
    expect(page.get_by_text("2 of 2 works are dealt with.")).to_be_visible()
    page.get_by_role("link", name="See what waits").click()
    expect(page.get_by_text("2 changes wait.")).to_be_visible()
    assert [studio.told(each) for each in (train, boat, day)] == ["deny"] * 3
    page.get_by_role("button", name="Stop it Night Train").click()
    expect(page.get_by_text("1 change waits.")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("Night Train")
    studio.time_passes()
    page.reload()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert [studio.told(each) for each in (train, boat, day)] == ["deny", "conditional", "deny"]
    asked = str(studio.answer(boat))
    assert CONTACT in asked
    assert CREDIT in asked
    she_reads_what_happened(page)


def she_reads_what_happened(page: Page) -> None:
    page.get_by_role("link", name="Inbox (4").click()
    newest = page.get_by_role("heading", level=2).first
    expect(newest).to_have_text("A change that allows more counts now: Night Boat")
    notices = page.get_by_role("heading", level=2).all_inner_texts()
    assert notices[:2] == [
        "A change that allows more counts now: Night Boat",
        "A change that would have allowed more was stopped: Night Train",
    ]
    page.get_by_role("listitem").filter(has_text=notices[0]).get_by_role("button").click()
    expect(page.get_by_text("3 notices are new.")).to_be_visible()
    press_on(page, "Mark all as read")
    expect(page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    expect(page.get_by_text("New", exact=True)).to_have_count(0)


def test_a_name_comes_and_goes_and_one_platform_may_for_a_while(
    studio: Studio, telephone: Page
) -> None:
    page, place = telephone, studio.place
    works = studio.sign_up(page, "ben")
    work, name = works["Daylight"], code("ben", "Daylight")
    studio.served.platform(TUNES)
    page.goto(f"{place.url}/works")
    page.get_by_role("link", name="Daylight").click()
    assert studio.told(UPC) == "unregistered"
    page.get_by_label("Add a name").fill("0 36000 29145 2")
    press_on(page, "Add it")
    expect(page.get_by_text(UPC, exact=True).first).to_be_visible()
    assert studio.told(UPC) == "deny"
    place.clock.forward(6 * 60_000)
    page.get_by_role("link", name=f"Take it away {UPC}").click()
    press_on(page, "Take this name away")
    prove(page)
    press_on(page, "Take this name away")
    expect(page.get_by_text(f"The name {UPC} is taken away.")).to_be_visible()
    assert studio.told(UPC) == "deny", "it waits"
    press_on(page, "Say that somebody may")
    say_yes_to_one(page)
    assert studio.told(name) == "deny", "it waits"
    studio.time_passes()
    assert studio.told(UPC) == "unregistered"
    assert (studio.told(name), studio.told(name, OTHERS)) == ("allow", "deny")
    page.goto(f"{place.url}/works/{work}")
    expect(page.get_by_role("row", name="Generative AI training")).to_contain_text("No")
    page.get_by_role("link", name=f"What {TUNES} is told").click()
    expect(page.get_by_role("row", name="Generative AI training")).to_contain_text("Yes")
    press_on(page, "Take it back")
    page.get_by_label(f"Only the exception for {TUNES}").check()
    press_on(page)
    expect(page.get_by_role("heading", name="What changes at once")).to_be_visible()
    press_on(page, "Take back what I said")
    expect(page.get_by_role("heading", level=1)).to_have_text("It is taken back, and signed")
    assert (studio.told(name), studio.told(name, OTHERS)) == ("deny", "deny")


def say_yes_to_one(page: Page) -> None:
    """From the first question to the end: one use, one platform, found in the directory."""
    page.get_by_label("Choose for each use").check()
    press_on(page)
    page.get_by_role("group", name="Generative AI training").get_by_label("Yes").check()
    press_on(page)
    page.get_by_label("Find a platform").fill("of the night")
    press_on(page, "Find it")
    page.get_by_label(f"Only for {TUNES}").check()
    press_on(page)
    press_on(page)
    expect(page.get_by_role("heading", name="What waits")).to_be_visible()
    press_on(page, "Sign and publish what I say")
    expect(page.get_by_role("heading", level=1)).to_have_text("It is said, and signed")


def test_a_catalogue_of_twenty_rows_comes_in_by_telephone(
    studio: Studio, telephone: Page, tmp_path: Path
) -> None:
    page, place = telephone, studio.place
    codes = [f"GBDEE06{row:05}" for row in range(20)]
    lines = ["Title,ISRC", *(f"Song {row},{each}" for row, each in enumerate(codes[:19]))]
    (tmp_path / "songs.csv").write_text("\n".join([*lines, "Mistyped,GB-DEE-06"]))
    place.sign_up(page, "dee@example.org", "Dee")
    assert studio.told(f"isrc:{codes[0]}") == "unregistered"
    page.goto(f"{place.url}/catalogue")
    page.get_by_label("The name, as it stands on the works").fill("Dee")
    press_on(page)
    page.get_by_label("The file").set_input_files(tmp_path / "songs.csv")
    press_on(page, "Send it and look")
    expect(page.get_by_role("heading", level=1)).to_have_text("What is in this file?")
    page.get_by_label("No AI").check()
    press_on(page, "Read every row and count")
    expect(page.get_by_role("heading", level=1)).to_have_text("The rows are being read")
    work_off(place, page)
    page.reload()
    assert studio.told(f"isrc:{codes[0]}") == "unregistered", "counted, and no more"
    press_on(page, "Register these 19 works")
    work_off(place, page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("The catalogue is registered")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this row (CSV)").click()
    assert "Mistyped" in download.value.path().read_text("utf-8-sig")
    page.goto(f"{place.url}/works")
    expect(page.get_by_text("19 works of Dee are registered here.")).to_be_visible()
    assert {studio.told(f"isrc:{each}") for each in codes[:19]} == {"deny"}
    assert studio.told(f"isrc:{codes[19]}") == "unregistered"


def test_by_keyboard_alone_from_the_first_page_to_stop(studio: Studio, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page, place = context.new_page(), studio.place
    works = studio.sign_up(page, "cleo")
    studio.permits(works["Daylight"], "cleo")
    page.goto(place.url)
    go(page, f"{AT}.getAttribute('href') === '/works'", "/works")
    go(page, f"{AT}.getAttribute('href')?.startsWith('/waiting')", "/waiting?*")
    expect(page.get_by_text("1 change waits.")).to_be_visible()
    go(page, f"{AT}.form?.action.endsWith('/cancel')", "/waiting")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    studio.time_passes()
    assert studio.told(code("cleo", "Daylight")) == "deny"
    context.close()


def go(page: Page, there: str, onto: str) -> None:
    """By the tabulator to where this holds, and by Enter to this page."""
    reach(page, there)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{onto}")
