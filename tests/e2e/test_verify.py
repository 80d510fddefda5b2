"""The script that verifies a record in the visitor's browser: yes to a good one, no to whatever was changed."""

import base64
import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.e2e.conftest import World

pytestmark = pytest.mark.needs("chromium")

CHECKS = ["key", "signature", "digest", "page", "entry", "checkpoint"]
Change = Callable[[str], str]


@pytest.fixture
def page(world: World, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{world.url}/records/{world.record}")
    yield page
    context.close()


def verified(page: Page) -> dict[str, str]:
    """What each check found, after the button was pressed."""
    page.click(".checks button")
    page.wait_for_selector(".outcome[data-result]")
    return {
        name: page.get_attribute(f"[data-check={name}]", "data-result") or "nothing"
        for name in CHECKS
    }


def tampered(page: Page, path: str, change: Change) -> None:
    """Somebody on the way changes what this address gives."""

    def answer(route: Route) -> None:
        reply = route.fetch()
        route.fulfill(response=reply, body=change(reply.text()))

    page.route(re.compile(re.escape(path) + "$"), answer)


def other_payload(change: Callable[[dict], None]) -> Change:  # type: ignore[type-arg]
    def changed(jws: str) -> str:
        head, payload, signature = jws.split(".")
        members = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        change(members)
        again = base64.urlsafe_b64encode(json.dumps(members, separators=(",", ":")).encode())
        return ".".join([head, again.decode().rstrip("="), signature])

    return changed


def test_a_good_record_holds_line_by_line(page: Page) -> None:
    assert set(verified(page).values()) == {"yes"}
    assert page.inner_text(".outcome") == "All that could be checked here holds."
    assert "not checked" in page.inner_text(".checks")


def test_a_withdrawal_holds_too(world: World, page: Page) -> None:
    page.goto(f"{world.url}/records/{world.withdrawal}")
    assert set(verified(page).values()) == {"yes"}


@pytest.mark.parametrize("place", [60, 400, -5])
def test_one_changed_character_is_found(world: World, page: Page, place: int) -> None:
    def change(jws: str) -> str:
        at = place % len(jws)
        return jws[:at] + ("A" if jws[at] != "A" else "B") + jws[at + 1 :]

    tampered(page, f"/v1/records/{world.record}", change)
    found = verified(page)
    assert found["signature"] == found["digest"] == found["entry"] == "no"
    assert "Do not rely on this record" in page.inner_text(".outcome")


def test_a_no_turned_into_a_yes_is_found(world: World, page: Page) -> None:
    def permit(members: dict) -> None:  # type: ignore[type-arg]
        for each in members["credentialSubject"]["preferences"]:
            each["preference"] = "allow"

    tampered(page, f"/v1/records/{world.record}", other_payload(permit))
    found = verified(page)
    assert (found["signature"], found["page"]) == ("no", "no")


def test_a_page_that_shows_something_else_than_was_signed_is_found(page: Page) -> None:
    page.evaluate(
        """() => document.querySelector('[data-usage="generative-training"] use')
        .setAttribute("href", "#glyph-allow")"""
    )
    found = verified(page)
    assert found["page"] == "no"
    assert found["signature"] == "yes"


def test_a_seal_of_another_record_is_found(page: Page) -> None:
    page.evaluate(
        """() => {
            const edge = document.querySelector(".record > .seal [stroke-dasharray]");
            edge.setAttribute("stroke-dasharray", edge.getAttribute("stroke-dasharray").split(" ").reverse().join(" "));
        }"""
    )
    found = verified(page)
    assert (found["digest"], found["signature"]) == ("no", "yes")


def test_a_proof_of_another_place_is_found(world: World, page: Page) -> None:
    tampered(
        page,
        f"/v1/records/{world.record}/proof",
        lambda text: re.sub(r"index (\d+)", lambda m: f"index {int(m[1]) - 1}", text),
    )
    found = verified(page)
    assert (found["entry"], found["checkpoint"]) == ("no", "yes")


def test_a_head_that_was_not_signed_is_found(world: World, page: Page) -> None:
    def forge(text: str) -> str:
        lines = text.split("\n")
        last = lines[-2] if lines[-1] == "" else lines[-1]
        name, signature = last.rsplit(" ", 1)
        raw = bytearray(base64.b64decode(signature))
        raw[-1] ^= 1
        return text.replace(signature, base64.b64encode(bytes(raw)).decode())

    tampered(page, f"/v1/records/{world.record}/proof", forge)
    found = verified(page)
    assert (found["entry"], found["checkpoint"]) == ("yes", "no")


def test_a_key_that_was_compromised_before_the_record_is_found(page: Page) -> None:
    def revoke(text: str) -> str:
        members = json.loads(text)
        for method in members["verificationMethod"]:
            method["revoked"] = "2020-01-01T00:00:00Z"
        return json.dumps(members)

    tampered(page, "/.well-known/did.json", revoke)
    found = verified(page)
    assert (found["key"], found["signature"]) == ("no", "no")


def test_a_registry_that_is_away_proves_nothing(world: World, page: Page) -> None:
    page.route(re.compile("/proof$"), lambda route: route.abort())
    assert set(verified(page).values()) == {"unable"}
    assert page.inner_text(".outcome") == "Not everything could be checked in this browser."
