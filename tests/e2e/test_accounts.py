"""Accounts in a real browser: by passkey with Chromium's virtual authenticator; without script by password and code.
Axe looks at every page in test_every_page.py."""

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.accounts import PASSWORD, Town, town

pytestmark = pytest.mark.needs("chromium")
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("accounts")) as place:
        yield place


def test_somebody_signs_up_and_in_with_a_passkey_alone(place: Town, chromium: Browser) -> None:
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    device = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})[
        "authenticatorId"
    ]
    place.ask_to_sign_up(page, "ada@example.org")
    page.get_by_label("What shall we call you?").fill("Ada")
    page.get_by_role("button", name="Go on with a passkey instead").click()
    page.wait_for_url(f"{place.url}/account/passkeys")
    page.get_by_label("What do you call this device?").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("rowheader", name="My phone")).to_be_visible()

    page.goto(f"{place.url}/account")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{place.url}/account/sessions")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{place.url}/account/sessions")

    place.clock.forward(6 * 60_000)
    page.goto(f"{place.url}/account/passkeys")
    page.get_by_role("button", name="Show my passkey").click()
    page.wait_for_url(f"{place.url}/account/passkeys")
    expect(page.get_by_role("heading", name="Your passkeys")).to_be_visible()
    page.get_by_role("button", name="Remove this passkey").click()
    expect(page.get_by_role("rowheader", name="My phone")).to_have_count(0)

    page.goto(f"{place.url}/account")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{place.url}/account/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("does not hold here")).to_be_visible()
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()
    context.close()


def test_without_script_a_password_and_a_code_do_everything(place: Town, chromium: Browser) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 700}
    )
    page = context.new_page()
    place.sign_up(page, "ben@example.org", "Ben")
    page.goto(f"{place.url}/account/codes")
    secret = page.locator("li p code").inner_text().replace(" ", "")
    code = pyotp.TOTP(secret).at(place.clock() // 1000)
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Ask for a code from now on").click()
    expect(page.locator("ol.codes code")).to_have_count(10)
    recovery = page.locator("ol.codes code").all_inner_texts()
    assert len(set(recovery)) == 10
    page.goto(f"{place.url}/account")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{place.url}/account/details")
    assert page.get_by_role("button", name="passkey").count() == 0
    page.get_by_label("E-mail address").fill("ben@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code", exact=True).fill(recovery[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{place.url}/account/details")
    context.close()
