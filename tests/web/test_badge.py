"""The badge of a record: what it says today, on anybody's site."""

import re
from xml.etree import ElementTree

import pytest

from registry.services.settle_loosening import cancel_loosening
from tests.registries import DAY, STEWARD, Desk
from tests.web.conftest import Browser
from tests.web.test_record_pages import a_record

URL = "https://artist.com/x"
_SVG = "{http://www.w3.org/2000/svg}"


def the_badge(browser: Browser, id: str, **headers: str) -> ElementTree.Element:
    reply = browser.get(f"/records/{id}/badge.svg", **headers)
    assert reply.status_code == 200, reply.text
    assert reply.content_type == "image/svg+xml; charset=utf-8"
    return ElementTree.fromstring(reply.text)  # it is ours


def said(picture: ElementTree.Element) -> str:
    first = picture.find(f"{_SVG}text")
    assert first is not None
    assert first.text is not None
    return first.text


def test_the_badge_says_what_the_record_says_about_generative_training(
    browser: Browser, desk: Desk
) -> None:
    picture = the_badge(browser, a_record(desk))
    assert said(picture) == "No to generative AI training and more"
    title = picture.find(f"{_SVG}title")
    assert title is not None
    assert title.text == (
        "Ada: No to generative AI training and more. Consent record at registry.example"
    )


def test_the_badge_speaks_the_language_of_its_address(browser: Browser, desk: Desk) -> None:
    reply = browser.get(f"/records/{a_record(desk)}/badge.svg?lang=de")
    assert said(ElementTree.fromstring(reply.text)).startswith("Nein zu")


def test_a_record_that_is_over_says_so(browser: Browser, desk: Desk) -> None:
    work, claim = desk.work(URL)
    desk.prove(claim, URL)
    first = desk.declare(work, generative_training="allow").record.id
    desk.clock.forward(4 * DAY)
    assert said(the_badge(browser, first)) == "Yes to generative AI training"
    desk.declare(work, generative_training="deny")
    assert said(the_badge(browser, first)) == "Nothing of this record stands today"


def test_a_conditional_that_waits_is_shown_as_the_no_that_it_is(
    browser: Browser, desk: Desk
) -> None:
    work, _ = desk.work(URL)
    record = desk.declare(work, generative_training="conditional").record.id
    assert said(the_badge(browser, record)) == "No to generative AI training"
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, record, STEWARD)
    desk.clock.forward(4 * DAY)
    assert said(the_badge(browser, record)) == "No to generative AI training", "a stopped one too"
    page = browser.get(f"/records/{record}").text
    assert "was stopped; it goes on counting as a no" in page
    assert "takes effect" not in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "A & <b>C</b>", "x" * 200])
def test_a_hostile_name_stays_text(browser: Browser, desk: Desk, name: str) -> None:
    reply = browser.get(f"/records/{a_record(desk, name)}/badge.svg")
    assert "<script" not in reply.text
    assert "<b>" not in reply.text
    ElementTree.fromstring(reply.text)


def test_other_sites_may_show_it_and_caches_ask_again_soon(browser: Browser, desk: Desk) -> None:
    reply = browser.get(f"/records/{a_record(desk)}/badge.svg")
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert reply.headers["Cache-Control"] == "public, max-age=300"
    assert "style" not in reply.text, "an inline style would need a policy of its own"


def test_the_page_shows_the_badge_and_how_to_embed_it(browser: Browser, desk: Desk) -> None:
    id = a_record(desk)
    page = browser.page(f"/records/{id}")
    assert f'<img src="/records/{id}/badge.svg"' in page
    assert (
        f"/records/{id}/badge.svg&#34; width" in page or f'/records/{id}/badge.svg" width' in page
    )


def test_the_printed_page_leads_back_by_a_code(browser: Browser, desk: Desk) -> None:
    page = browser.page(f"/records/{a_record(desk)}")
    assert re.search(r'<svg[^>]*class="qr"', page)
