"""A platform joins in a real browser, without script: registered, its key added, its domain named. Axe
looks at its pages in test_every_page.py."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from registry.domain.ids import is_id
from registry.instants import DAY_MS
from registry.signing.keys import generate
from registry.storage.failed_signatures import FailedSignature
from registry.storage.platform_counts import Answered
from tests.e2e.accounts import Town, town

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("platforms")) as place:
        yield place


@pytest.fixture(scope="module")
def page(place: Town, chromium: Browser) -> Iterator[Page]:
    """A browser without script, signed in."""
    context = chromium.new_context(locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    place.sign_up(page, "ada@tunes.example", "Ada")
    yield page
    context.close()


@pytest.fixture(scope="module")
def platform(place: Town, page: Page) -> str:
    """The id of a platform that joined, with a key of each kind, and something to see on each of its pages."""
    page.goto(f"{place.url}/platforms")
    page.get_by_role("link", name="Register it, and handle its keys").click()
    page.get_by_role("link", name="Register a platform").click()
    page.get_by_label("Name of the platform").fill("Tunes of the Night")
    page.get_by_label("Legal entity").fill("Tunes of the Night Ltd")
    page.get_by_label("E-mail address for questions").fill("ops@tunes.example")
    page.get_by_role("button", name="Register it").click()
    page.wait_for_url(lambda url: is_id(url.rpartition("/")[2]))
    id = page.url.rpartition("/")[2]
    page.get_by_label("Domain", exact=True).fill("tunes.example")
    page.get_by_role("button", name="Use this domain").click()
    page.get_by_role("link", name="Its keys").click()
    for label in ("A key to be added", "A test key to be added"):
        page.get_by_label(label, exact=True).fill(json.dumps(dict(generate().public.jwk)))
        button = page.get_by_role("button", name="Add this key")
        button.nth(0 if label.startswith("A key") else 1).click()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(2)
    page.get_by_label("What it is for").fill("image loader")
    page.get_by_role("button", name="Make a plain key").click()
    expect(page.get_by_text("This is the key. It is shown this once")).to_be_visible()
    page.get_by_role("link", name="Its members").click()
    page.get_by_label("E-mail address").fill("ben@tunes.example")
    page.get_by_role("button", name="Invite them").click()
    now = place.clock.now
    base = '"@method": POST\n"@target-uri": https://registry.example/v1/verify\n"@signature-params": ()'
    with place.registry.bookkeeping() as uow:
        day = now - now % DAY_MS
        uow.platform_counts.add({Answered(id, day, "search", "deny"): 1234})
        uow.platform_counts.add({Answered(id, day, "ai-input", "error"): 1})
        uow.failed_signatures.add(
            [FailedSignature(id, now, "k" * 43, "POST", "signature-invalid", "It differs.", base)]
        )
    return id


def test_somebody_who_was_invited_acts_for_it(
    place: Town, platform: str, chromium: Browser
) -> None:
    context = chromium.new_context(locale="en-GB", java_script_enabled=False)
    guest = context.new_page()
    link = place.link_to("ben@tunes.example")
    place.sign_up(guest, "ben@elsewhere.example", "Ben")
    guest.goto(link)
    guest.get_by_role("button", name="Act for it").click()
    expect(guest.get_by_text("Viewer: looks, and changes nothing")).to_be_visible()
    assert guest.url == f"{place.url}/platform/{platform}"
    guest.goto(f"{place.url}/platform/{platform}/keys?lang=de")
    expect(guest.get_by_role("heading", name="Ihre Schlüssel", level=1)).to_be_visible()
    expect(guest.get_by_role("button", name="Widerrufen")).to_have_count(0)
    context.close()
