"""Mails as a mail program shows them: their HTML part in a real browser, for everybody (WCAG 2.2 AA by axe)."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from registry.mail.letter import Written
from registry.mail.letters import write
from registry.mail.sending import compose
from tests.e2e.axe import problems

pytestmark = pytest.mark.needs("chromium")
REGISTRY = "https://registry.example"
LINK = f"{REGISTRY}/account/sign-up/link?secret={'x' * 43}"
WHO = {"rightsholder": "Ada Lovelace Trio", "link": LINK}
MONTH = {
    **WHO,
    **{"month": "2026-10", "number": "1,234", "before": "987"},
    "platforms": json.dumps(
        [
            {"name": "Tunes", "decision": "deny", "number": "1,200"},
            {"name": "שיר לילה <b>Ltd</b> " + "x" * 80, "decision": "allow", "number": "34"},
        ]
    ),
    "works": json.dumps([{"name": "Night Train", "number": "1,234"}]),
}
LETTERS = {
    "sign-up": {"link": LINK},
    "members-changed": WHO,
    "who-asked": MONTH,
}
"""A way in, a notice, and the one of the month."""


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


def html_of(written: Written, language: str) -> str:
    mail = compose("id", written, language, "ada@people.example", "registry@registry.example", 1)
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("name", LETTERS)
def test_axe_finds_nothing_in_a_mail_and_it_is_no_wider_than_a_phone(
    window: Page, name: str
) -> None:
    for language in ("en", "de"):
        written = write(name, language, LETTERS[name], REGISTRY)
        window.set_content(html_of(written, language))
        assert window.locator("h1").inner_text() == written.subject
        assert not problems(window, f"{name} in {language}")
