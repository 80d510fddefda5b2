"""The box, and the answer that people read: nothing in it reads as more than the rules have said."""

import re

import pytest

from registry.web.pasted import SAMPLES
from tests.registries import DAY, Desk
from tests.web.conftest import Browser

URL, ISRC = "https://artist.com/x", "isrc:GBAYE0601498"
GLYPHS = re.compile(r'href="#glyph-([a-z]+)"')


def table(page: str) -> list[str]:
    """The signs in the table of nine."""
    return GLYPHS.findall(page.partition("<tbody>")[2].partition("</tbody>")[0])


def test_the_home_page_says_what_this_is_and_has_one_box(browser: Browser) -> None:
    page = browser.page("/")
    assert page.count("<form") == 1
    assert 'action="/lookup" method="get"' in page
    assert '<label for="id">' in page
    assert "No record is not consent." in page
    assert GLYPHS.findall(page) == ["deny", "conditional", "allow", "unstated", "unregistered"]
    assert "waits 72 hours" in page
    assert "an access token that whoever runs this registry gives you" in page


def test_nothing_found_is_no_permission(browser: Browser) -> None:
    page = browser.page("/lookup?id=USRC17607839")
    assert table(page) == ["unregistered"] * 9
    assert page.count("<td>Nobody has registered this here.") == 9
    assert "That is not a permission" in page
    assert "No record is not consent." in page


def test_each_use_has_its_sign_its_word_and_its_reason(browser: Browser, desk: Desk) -> None:
    work, claim = desk.work(URL, ISRC)
    desk.prove(claim, URL)
    desk.declare(work, search="allow", generative_training="deny", ai_input="conditional")
    desk.clock.forward(4 * DAY)
    page = browser.page(f"/lookup?id={URL}")
    assert table(page) == [
        "allow", "unstated", "unstated", "unstated", "unstated",
        "deny", "unstated", "conditional", "unstated",
    ]  # fmt: skip
    assert "What may be done with this" in page
    assert "has said nothing that counts about this use" in page
    by_isrc = browser.page("/lookup?id=GB-AYE-06-01498")
    assert table(by_isrc)[0] == "unstated"
    assert "nobody has proved that it is theirs to say" in by_isrc
    assert "None of the nine uses is permitted" in by_isrc


def test_the_answer_leads_to_its_record_and_shows_its_seal(browser: Browser, desk: Desk) -> None:
    declared = desk.declare(desk.work(ISRC)[0], generative_training="deny")
    page = browser.page(f"/lookup?id={ISRC}")
    assert f'href="/records/{declared.record.id}"' in page
    assert 'stroke-dasharray="' in page.partition('class="evidence"')[2]
    assert "their word alone" in page


def test_several_lines_are_names_of_one_work(browser: Browser, desk: Desk) -> None:
    desk.declare(desk.work(ISRC, by="R2")[0], by="R2", generative_training="deny")
    page = browser.page(f"/lookup?id=artist.com/other%0D%0A{ISRC}")
    assert table(page)[5] == "deny"
    assert page.count("Read as") == 2


def test_a_broken_identifier_is_named_and_found_nothing_is_not_said(browser: Browser) -> None:
    page = browser.page("/lookup?id=isrc:USRC1760783")
    assert "This could not be read" in page
    assert "No record here" not in page
    assert "<tbody>" not in page
    assert "isrc:USRC1760783</textarea>" in page
    for sample in SAMPLES.values():
        assert re.sub(r"[^/]*-[^/]*", f'<span class="piece">{sample}</span>', sample) in page
    assert re.search("Good until|Rests on|To find it again|A yes covers", page) is None


def test_what_could_be_read_has_no_samples_beside_it(browser: Browser) -> None:
    page = browser.page(f"/lookup?id=isrc:USRC1760783&id={ISRC}")
    assert "What can be read" not in page
    assert "Good until" in page
    assert "samples" not in browser.data(f"/lookup?id={ISRC}")


def test_a_word_that_is_passed_over_says_so_before_its_reason(browser: Browser, desk: Desk) -> None:
    desk.declare(desk.work(ISRC)[0], search="allow")
    desk.clock.forward(4 * DAY)
    page = browser.page(f"/lookup?id={ISRC}")
    (passed,) = re.findall(r'<span class="passed">(.*?)</li>', page)
    assert passed.startswith("<strong>Passed over:</strong>")
    assert "nobody has proved" in passed


def test_titles_names_and_identifiers_cannot_break_out(browser: Browser, desk: Desk) -> None:
    holder = "<script>alert(1)</script>"
    desk.declare(desk.work(ISRC, by=holder)[0], by=holder, generative_training="deny")
    page = browser.page(f"/lookup?id={ISRC}&id=%3Cimg%20src%3Dx%3E%E2%80%AEkcab")
    first = browser.page(f"/lookup?id=%E2%80%AEkcab&id={ISRC}")
    assert "\u202e" not in first
    assert "<script>" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in page


def test_nothing_pasted_leads_back_to_the_box(browser: Browser) -> None:
    for path in ("/lookup", "/lookup?id=", "/lookup?id=%0A%20"):
        reply = browser.get(path)
        assert (reply.status_code, reply.headers["Location"]) == (303, "/")


def test_answers_are_kept_by_nobody_and_count_the_lookups_left(browser: Browser) -> None:
    reply = browser.get(f"/lookup?id={ISRC}")
    assert reply.headers["Cache-Control"] == "no-store"
    assert "r=29" in reply.headers["RateLimit"]


def test_the_past_can_be_asked_about(browser: Browser, desk: Desk) -> None:
    desk.declare(desk.work(ISRC)[0], generative_training="deny")
    desk.clock.forward(DAY)
    page = browser.page(f"/lookup?id={ISRC}&as_of=2020-01-01T00:00:00Z")
    assert table(page) == ["unregistered"] * 9
    assert "As things stood" in page
    assert browser.get(f"/lookup?id={ISRC}&as_of=yesterday").status_code == 422


def test_an_answer_is_found_again_as_things_stood(browser: Browser, desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    page = browser.page(f"/lookup?id={ISRC}&lang=de")
    (again,) = re.findall(r'href="([^"]*as_of=[^"]*)"', page)
    assert "lang" not in again
    desk.clock.forward(DAY)
    desk.declare(work, search="deny", data_mining="deny")
    assert table(browser.page(again.replace("&amp;", "&"))) == table(page)
    assert table(browser.page(f"/lookup?id={ISRC}")) != table(page)


@pytest.mark.parametrize("wish", ["en", "de", "es", "fr"])
def test_the_same_answer_in_every_language(browser: Browser, desk: Desk, wish: str) -> None:
    desk.declare(desk.work(ISRC)[0], generative_training="deny")
    page = browser.page(f"/lookup?id={ISRC}", **{"Accept-Language": wish})
    assert table(page)[5] == "deny"
    said = {
        "en": "A rightsholder said no.",
        "de": "hat nein gesagt.",
        "es": "ha dicho que no.",
        "fr": "a dit non.",
    }
    assert said[wish] in page
