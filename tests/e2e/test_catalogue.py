"""A label's assistant with a catalogue, in a real browser: without script on a phone, and by keyboard in the dark; for
everybody (WCAG 2.2 AA by axe) where something is wrong and while it runs; test_every_page.py looks at the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from registry.services import import_catalogue
from registry.services.register_catalogue import register_chunk
from registry.services.sign_in import Device, begin_session
from registry.storage.staged_works import StagedWorks
from registry.web.catalogue import run_page
from registry.worker.imports import run_import
from tests.e2e.accounts import Town, town
from tests.e2e.axe import problems
from tests.e2e.conftest import PATIENCE_MS
from tests.e2e.test_begin import press_on
from tests.e2e.test_by_keyboard import AT, reach, tick
from tests.house.tree import listed

pytestmark = pytest.mark.needs("chromium")

LINES = ["Title;Performer;ISRC;UPC;Remarks"]
LINES += [f"Song {n};Ada;GB-AYE-06-{n:05};5099749534728;in the long version" for n in range(300)]
LINES += ["No code;Ada;;;", "Mistyped;Ada;GB-AYE-06;;"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("catalogue")) as place:
        yield place


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lists") / "spring list.csv"
    path.write_bytes("\r\n".join(LINES).encode())
    return path


def looked_at(page: Page) -> list[str]:
    return problems(page, str(page.title()))


def id_of(page: Page) -> str:
    return page.url.rpartition("/")[2].partition("?")[0]


def work_off(place: Town, page: Page) -> None:
    """The worker's turn with the import whose page is open."""
    with place.registry.reading() as uow:
        job = uow.jobs.of(import_catalogue.IMPORT, id_of(page))
    assert job is not None
    run_import(place.registry, job)


def sign_in(place: Town, context: BrowserContext, address: str) -> None:
    """A session of somebody who has an account."""
    now = place.clock.forward(1_000)
    with place.registry.bookkeeping() as uow:
        account = uow.accounts.by_address(address)
        assert account is not None
        secret = begin_session(uow, account, Device("a browser", "a network"), now)
    context.add_cookies([{"name": "session", "value": secret, "url": place.url}])


def test_without_script_on_a_phone_from_the_file_to_registered_works(
    place: Town, chromium: Browser, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_page, "AGAIN_SECONDS", 1)
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    page = context.new_page()
    place.sign_up(page, "ada@label.example", "Ada")
    page.route("**/*.js*", lambda route: route.abort())  # axe itself needs a browser with scripts
    page.goto(f"{place.url}/catalogue")
    page.get_by_label("The name, as it stands on the works").fill("A small label")
    press_on(page)
    page.get_by_label("The file").set_input_files(file)
    press_on(page, "Send it and look")
    expect(page.get_by_role("heading", level=1)).to_have_text("What is in this file?")
    page.get_by_label("Remarks").select_option(label="version, such as “live” or “remix”")
    press_on(page, "Look again")
    expect(page.get_by_text("Song 0 (in the long version)")).to_be_visible()
    press_on(page, "Read every row and count")
    expect(page.get_by_role("alert")).to_contain_text("Choose one of these.")
    found = looked_at(page)
    page.get_by_label("No AI").check()
    press_on(page, "Read every row and count")
    expect(page.get_by_role("heading", level=1)).to_have_text("The rows are being read")
    work_off(place, page)
    page.wait_for_selector("text=Register these 301 works", timeout=PATIENCE_MS)  # by itself
    press_on(page, "Register these 301 works")
    staged = place.registry.import_files.staged(id_of(page))
    assert staged is not None
    with place.registry.writing() as ledger:
        register_chunk(ledger, id_of(page), StagedWorks(staged))
    page.get_by_role("link", name="Do not load it by itself").click()
    expect(page.get_by_text("250 of 301 works are in the registry.")).to_be_visible()
    found += looked_at(page)
    press_on(page, "Stop it")
    expect(page.get_by_role("heading", level=1)).to_have_text("Stopped")
    press_on(page, "Go on from there")
    work_off(place, page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("The catalogue is registered")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download these 2 rows (CSV)").click()
    rejected = download.value.path().read_text("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in rejected] == ["rejected: row", "302", "303"]
    page.get_by_role("link", name="Send another file").click()
    expect(page.get_by_text("2 rows not taken")).to_be_visible()
    assert not found, listed(found)
    context.close()


def test_by_keyboard_in_the_dark_the_same_file_changes_nothing(
    place: Town, chromium: Browser, file: Path
) -> None:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark", locale="de-DE"
    )
    page = context.new_page()
    sign_in(place, context, "ada@label.example")
    page.goto(f"{place.url}/catalogue")
    reach(page, f"{AT}.id === 'file'")
    page.locator("#file").set_input_files(file)  # the dialog is the browser's
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Was steht in dieser Datei?")
    expect(page.get_by_text("Genau diese Datei wurde am")).to_be_visible()
    reach(page, f"{AT}.id === 'column-4'")
    page.keyboard.type("Version")
    tick(page, "preset-no-ai")
    reach(page, f"{AT}.value === 'try'")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Die Zeilen werden gelesen")
    work_off(place, page)
    page.reload()
    expect(page.get_by_text("Alles in dieser Datei ist schon da.")).to_be_visible()
    context.close()
