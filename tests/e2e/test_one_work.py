"""One work in a real browser, on a phone and without script: what is told, a name added, a name taken away and kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.services.act_for import open_rightsholder
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.services.register_work import NewWork, register_work
from tests.e2e.accounts import PASSWORD, Town, town

pytestmark = pytest.mark.needs("chromium")
ISRC, UPC = "isrc:GBAYE0601498", "upc:0036000291452"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("work")) as place:
        yield place


def her_work(place: Town, address: str) -> str:
    """A work of whoever has this address, with a no to AI."""
    with place.registry.reading() as uow:
        account = uow.accounts.by_address(address)
    assert account is not None
    by = Actor(account.id, "account")
    with place.registry.writing() as ledger:
        holder = open_rightsholder(ledger, account, "Ada Lovelace Trio", by)
        new = NewWork("Night Train", WorkKind.RECORDING, Role.RECORDING, (ISRC,), embodies="mine")
        work = register_work(ledger, holder, new, by)
        declare(ledger, holder, Subject("work", work.id), Wish(preset="no-ai"), by)
    return work.id


def test_an_artist_lives_with_her_work_without_script_on_a_phone(
    place: Town, chromium: Browser, tmp_path: Path
) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", java_script_enabled=False
    )
    page = context.new_page()
    place.sign_up(page, "ada@example.org", "Ada")
    work = her_work(place, "ada@example.org")
    page.goto(f"{place.url}/works/{work}")
    expect(page.get_by_role("heading", name="Night Train")).to_be_visible()
    expect(page.get_by_role("row", name="Generative AI training")).to_contain_text("No")
    page.get_by_label("Add a name").fill("0 36000 29145 2")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text(UPC, exact=True).first).to_be_visible()
    place.clock.forward(6 * 60_000)  # the proof of who she is is old by now
    page.get_by_role("link", name=f"Take it away {UPC}").click()
    expect(page.get_by_text("it waits for 72 hours")).to_be_visible()
    page.get_by_role("button", name="Take this name away").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Take this name away").click()
    expect(page.get_by_text(f"The name {UPC} is taken away.")).to_be_visible()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text(UPC, exact=True).first).to_be_visible()
    expect(page.get_by_text(f"The name {UPC} is taken away.")).to_have_count(0)
    page.get_by_role("link", name="log entry").first.click()
    expect(page.get_by_role("heading", name="and those beside it")).to_be_visible()
    context.close()
