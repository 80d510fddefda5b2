"""A declaration signed in a real browser by Chromium's virtual authenticator, and verified there: yes to the good one,
no to whatever was changed, swapped or replayed."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from registry.services.read_record import read_record
from registry.signing.declarant import DECLARANT_SIGNATURE, verify_declarant
from registry.signing.public_key import public_key_from_jwk
from registry.web.record import credential_of
from tests.e2e.accounts import Town, town
from tests.e2e.axe import problems
from tests.e2e.test_accounts import AUTHENTICATOR
from tests.e2e.test_verify import tampered
from tests.house.tree import listed
from tests.signing.published_declarants import declarants

pytestmark = pytest.mark.needs("chromium")


@dataclass
class Studio:
    """Ada's browser with a passkey, her rightsholder's page, and a record that she signed."""

    place: Town
    page: Page
    cdp: CDPSession
    device: str
    path: str
    record: str

    def credential(self, id: str | None = None) -> dict[str, Any]:
        with self.place.registry.reading() as uow:
            return credential_of(read_record(uow, id or self.record))


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Studio]:
    with town(tmp_path_factory.mktemp("signed"), REGISTRY_RATE_ANONYMOUS="0") as place:
        context: BrowserContext = chromium.new_context(
            locale="en-GB", viewport={"width": 360, "height": 800}
        )
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        device = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        place.sign_up(page, "ada@example.org", "Ada")
        page.goto(f"{place.url}/account/passkeys")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("button", name="Remove this passkey")).to_be_visible()
        page.goto(f"{place.url}/account/rightsholders")
        page.get_by_role("textbox").fill("Ada Lovelace Trio")
        page.locator("form.form button").click()
        page.get_by_role("link", name="Change what is said about the whole catalogue").click()
        path = page.url.removeprefix(place.url)
        to_check(page, page.url)
        record = signed(page)
        yield Studio(place, page, cdp, device["authenticatorId"], path, record)
        context.close()


def to_check(page: Page, url: str, preset: str = "No AI") -> None:
    """Answers the questions, up to the page where all is checked."""
    page.goto(url)
    page.get_by_label(preset, exact=True).check()
    page.locator("form.form button").click()
    page.wait_for_url("**/whom")
    page.locator("form.form button").click()
    page.wait_for_url("**/check")


def signed(page: Page) -> str:
    """Signs what is checked. Returns the id of the record."""
    page.get_by_role("button", name="Sign with my passkey").click()
    page.wait_for_url("**/done")
    page.get_by_role("link", name="Open the record").click()
    page.wait_for_url("**/records/*")
    return page.url.rpartition("/")[2]


def verified(studio: Studio, id: str | None = None) -> dict[str, str | None]:
    """What each check of the record's page found."""
    page = studio.page
    page.goto(f"{studio.place.url}/records/{id or studio.record}")
    page.click(".checks button")
    page.wait_for_selector(".outcome[data-result]")
    checks = page.locator("[data-check]").all()
    return {
        str(each.get_attribute("data-check")): each.get_attribute("data-result") for each in checks
    }


def test_what_she_signed_holds_in_the_browser_and_offline(studio: Studio) -> None:
    found = verified(studio)
    assert set(found.values()) == {"yes"}
    assert "declarant" in found
    credential = studio.credential()
    key = verify_declarant(credential)
    assert key is not None
    (text,) = studio.page.locator("article.record .facts", has_text=key.kid).all()
    assert "a passkey of their own" in text.inner_text()
    assert credential["credentialSubject"]["confirmed"] is True


def test_a_device_that_does_not_know_its_owner_signs_nothing(studio: Studio) -> None:
    page, verify = studio.page, {"authenticatorId": studio.device, "isUserVerified": False}
    studio.cdp.send("WebAuthn.setUserVerified", verify)
    to_check(page, f"{studio.place.url}{studio.path}")
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("No passkey was used, and nothing was declared")).to_be_visible()
    assert '"type":"ConsentDeclaration"' in (page.locator("[data-text]").text_content() or "")
    studio.cdp.send("WebAuthn.setUserVerified", verify | {"isUserVerified": True})


def test_a_text_other_than_the_one_that_is_signed_is_not_signed(studio: Studio) -> None:
    page = studio.page

    def another(route: Any) -> None:
        reply = route.fetch()
        members = reply.json()
        members["text"] = members["text"].replace("deny", "allow")
        route.fulfill(response=reply, body=json.dumps(members))

    to_check(page, f"{studio.place.url}{studio.path}")
    page.route("**/check/options", another)
    page.get_by_role("button", name="Sign with my passkey").click()
    expect(page.get_by_text("something else than what was shown")).to_be_visible()
    page.unroute("**/check/options")


def other_signature(change: Callable[[dict[str, Any]], None]) -> Callable[[str], str]:
    def changed(jws: str) -> str:
        head, payload, signature = jws.split(".")
        members = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        (own,) = [each for each in members["evidence"] if each["type"] == DECLARANT_SIGNATURE]
        change(own)
        again = base64.urlsafe_b64encode(json.dumps(members, separators=(",", ":")).encode())
        return ".".join([head, again.decode().rstrip("="), signature])

    return changed


@pytest.mark.parametrize("name", ["authenticatorData", "clientDataJSON", "signature"])
def test_a_forged_assertion_is_found_in_the_browser(studio: Studio, name: str) -> None:
    def forge(own: dict[str, Any]) -> None:
        own[name] = own[name][:40] + ("A" if own[name][40] != "A" else "B") + own[name][41:]

    tampered(studio.page, f"/v1/records/{studio.record}", other_signature(forge))
    assert verified(studio)["declarant"] == "no"
    studio.page.unroute_all()


def test_one_replayed_from_another_record_is_found_in_the_browser(studio: Studio) -> None:
    page = studio.page
    to_check(page, f"{studio.place.url}{studio.path}", "No generative training")
    second = signed(page)
    (mine,) = [e for e in studio.credential()["evidence"] if e["type"] == DECLARANT_SIGNATURE]
    tampered(page, f"/v1/records/{second}", other_signature(lambda own: own.update(mine)))
    assert verified(studio, second)["declarant"] == "no"
    page.unroute_all()
    assert verified(studio, second)["declarant"] == "yes"


def with_payload(credential: dict[str, Any]) -> Callable[[str], str]:
    text = json.dumps(credential, ensure_ascii=False, separators=(",", ":")).encode()
    payload = base64.urlsafe_b64encode(text).decode().rstrip("=")
    return lambda jws: ".".join([jws.split(".")[0], payload, jws.split(".")[2]])


def test_the_browser_judges_the_published_vectors_as_the_client_does(studio: Studio) -> None:
    page, found = studio.page, {}
    vectors = declarants()
    page.goto(f"{studio.place.url}/records/{studio.record}")
    for case in [*vectors["records"], *vectors["refused"]]:
        key = public_key_from_jwk(case["credential"]["evidence"][-1]["publicKey"], examples=True)
        page.evaluate(
            """kid => {
                document.querySelector("[data-record]").dataset.declarant = kid;
                delete document.querySelector(".outcome").dataset.result;
            }""",
            key.kid,
        )
        tampered(page, f"/v1/records/{studio.record}", with_payload(case["credential"]))
        page.click(".checks button")
        page.wait_for_selector(".outcome[data-result]")
        found[case["name"]] = page.get_attribute("[data-check=declarant]", "data-result")
        page.unroute_all()
    assert found == {
        **{case["name"]: "yes" for case in vectors["records"]},
        **{case["name"]: "no" for case in vectors["refused"]},
    }


def test_without_script_it_is_declared_all_the_same_and_says_so(
    studio: Studio, chromium: Browser
) -> None:
    state = studio.page.context.storage_state()
    context = chromium.new_context(java_script_enabled=False, storage_state=state, locale="de-DE")
    page = context.new_page()
    to_check(page, f"{studio.place.url}{studio.path}", "Keine KI")
    expect(page.get_by_role("button", name="Passkey")).to_have_count(0)
    page.get_by_role("button", name="signieren und veröffentlichen").click()
    page.wait_for_url("**/done")
    page.get_by_role("link", name="Die Urkunde öffnen").click()
    page.wait_for_url("**/records/*")
    expect(page.get_by_text("dem Register allein")).to_be_visible()
    context.close()


def test_axe_finds_nothing_on_the_signed_record(studio: Studio) -> None:
    studio.page.goto(f"{studio.place.url}/records/{studio.record}")
    found = problems(studio.page, "the record")
    assert not found, listed(found)
