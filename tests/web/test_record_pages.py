"""A record to read: its sentence, its seal, and all that is needed to verify it."""

import base64
import hashlib
import re

from registry.domain.seal import seal
from registry.services.erase import erase
from registry.web.static_files import FOR_EVER
from tests.registries import DAY, STEWARD, Desk
from tests.web.conftest import HTML, Browser

URL = "https://artist.com/x"


def a_record(desk: Desk, name: str = "Ada") -> str:
    work, claim = desk.work(URL, by=name)
    desk.prove(claim, URL)
    said = {"generative_training": "deny", "voice_likeness": "deny", "search": "allow"}
    return desk.declare(work, by=name, **said).record.id


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_the_record_is_one_sentence_at_the_top(browser: Browser, desk: Desk) -> None:
    page = browser.page(f"/records/{a_record(desk)}")
    (sentence,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert text_of(sentence) == (
        "Ada says no to generative AI training and imitation of voice and likeness, says yes to search, "
        "for A song; signed on 21 September 2026."
    )
    german = browser.page(f"/records/{a_record(desk, 'Bea')}", **{"Accept-Language": "de"})
    (sentence,) = re.findall(r"<h1[^>]*>(.*?)</h1>", german, re.DOTALL)
    assert "Bea sagt nein zu: Training generativer KI" in text_of(sentence)
    assert "signiert am 21. September 2026." in text_of(sentence)


def test_the_seal_is_that_of_the_signed_bytes(browser: Browser, desk: Desk) -> None:
    id = a_record(desk)
    digest = bytes.fromhex(browser.data(f"/records/{id}")["digest"])
    assert seal(digest) in browser.page(f"/records/{id}")
    picture = browser.client.get(f"/records/{id}/seal.svg")
    assert picture.content_type == "image/svg+xml; charset=utf-8"
    assert picture.text == seal(digest, title=f"Seal of the record {id}")
    assert picture.headers["Cache-Control"] == FOR_EVER
    assert f'<link rel="icon" href="/records/{id}/seal.svg"' in browser.page(f"/records/{id}")


def test_only_the_script_of_this_registry_may_run(browser: Browser, desk: Desk) -> None:
    reply = browser.get(f"/records/{a_record(desk)}")
    policy = reply.headers["Content-Security-Policy"]
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script[^>]*>", reply.text) == [
        re.search(r'<script type="module" src="/static/verify\.js\?v=[0-9a-f]{12}">', reply.text)[0]  # type: ignore[index]
    ]


def test_without_script_the_page_says_how_to_verify(browser: Browser, desk: Desk) -> None:
    id = a_record(desk)
    page = browser.page(f"/records/{id}")
    assert "<noscript>" in page
    assert f'href="/v1/records/{id}"' in page
    assert f'href="/v1/records/{id}/proof"' in page
    assert 'href="/keys"' in page
    assert '"type":"declaration.issued"' in page.partition('<ol class="offline">')[2]
    assert "docs/" not in page
    assert '<div class="checks" hidden' in page


def test_a_browser_at_the_address_of_the_record_is_led_to_its_page(
    browser: Browser, desk: Desk
) -> None:
    id = a_record(desk)
    led = browser.client.get(f"/v1/records/{id}", headers=HTML)
    assert (led.status_code, led.headers["Location"]) == (303, f"/records/{id}")
    assert "Accept" in led.headers["Vary"]
    assert browser.client.get(f"/v1/records/{id}").content_type == "application/vc+jwt"


def test_the_page_leads_to_the_answer_and_back(browser: Browser, desk: Desk) -> None:
    id = a_record(desk)
    (link,) = re.findall(r'href="(/lookup\?[^"]+)"', browser.page(f"/records/{id}"))
    assert f'href="/records/{id}"' in browser.page(link)


def test_a_record_of_which_not_all_stands_says_so_above_everything(
    browser: Browser, desk: Desk
) -> None:
    id = a_record(desk)
    assert "Not all of this stands today" in browser.page(f"/records/{id}")  # the yes still waits
    desk.clock.forward(4 * DAY)
    assert "of this stands today" not in browser.page(f"/records/{id}")
    a_later_one = {"generative_training": "deny", "voice_likeness": "deny", "search": "deny"}
    desk.declare(browser.data(f"/records/{id}")["about"]["id"], by="Ada", **a_later_one)
    assert "Nothing of this stands today" in browser.page(f"/records/{id}")


def test_what_others_wrote_cannot_break_out_of_the_page(browser: Browser, desk: Desk) -> None:
    page = browser.page(f"/records/{a_record(desk, '<b>Ada</b>')}")
    assert "<b>Ada" not in page
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page


def history_of(page: str) -> list[str]:
    (entries,) = re.findall(r'<ol class="history">(.*?)</ol>', page, re.DOTALL)
    return [text_of(each) for each in re.findall(r"<li.*?</li>", entries, re.DOTALL)]


def test_each_entry_of_the_history_says_in_words_what_was_said(
    browser: Browser, desk: Desk
) -> None:
    id = a_record(desk)
    work = browser.data(f"/records/{id}")["about"]["id"]
    six = (
        "data_mining",
        "ai_training",
        "generative_training",
        "voice_likeness",
        "ai_input",
        "ai_index",
    )
    desk.declare(work, by="Ada", **dict.fromkeys(six, "deny"), search="conditional")
    first, second = history_of(browser.page(f"/records/{id}"))
    assert first == (
        "21 September 2026, this record: no to generative AI training and imitation of voice and likeness, "
        "yes to search; nothing of it speaks after 24 September 2026"
    )
    assert second == "21 September 2026, a record: no to six uses, ask first for search"
    german = history_of(browser.page(f"/records/{id}", **{"Accept-Language": "de"}))
    assert german[1].endswith("eine Urkunde: nein zu sechs Nutzungen, erst fragen bei Suche")


def test_each_identifier_stands_by_itself_with_what_stood_behind_it(
    browser: Browser, desk: Desk
) -> None:
    work, claim = desk.work(URL, "isrc:GBAYE0601498", by="Ada")
    desk.prove(claim, URL)
    page = browser.page(f"/records/{desk.declare(work, by='Ada', search='deny').record.id}")
    known, behind = re.findall(r'<ul class="names">(.*?)</ul>', page)
    assert known.count("<li>") == behind.count("<li>") == 2
    assert "What stood behind it then" in page
    assert text_of(behind).endswith("isrc:GBAYE0601498 their word alone")
    assert "Proved then" not in page


def test_the_place_in_the_log_is_the_one_that_the_proof_names(browser: Browser, desk: Desk) -> None:
    id = a_record(desk)
    index = (
        browser.client.get(f"/v1/records/{id}/proof").text.splitlines()[1].removeprefix("index ")
    )
    assert f"entry number {index} (the first is 0)" in browser.page(f"/records/{id}")


def test_a_record_of_somebody_who_was_erased_is_gone_and_says_what_is_left(
    browser: Browser, desk: Desk
) -> None:
    id = a_record(desk, "Ada Erasmus")
    asked = f"/v1/verify?usage=generative-training&id={URL}&include=records"
    assert list(browser.data(asked)["records"]) == [f"https://registry.example/v1/records/{id}"]
    digest = hashlib.sha256(browser.client.get(f"/v1/records/{id}").data).digest()
    seen = browser.client.get(f"/records/{id}/seal.svg").data
    registry, who = desk.registry, desk.names["Ada Erasmus"]
    with registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    by = head.head.size
    files = registry.import_files
    assert erase(registry.writing, files, who, STEWARD, titles=True).cancelled == 1
    gone = browser.client.get(f"/v1/records/{id}")
    assert (gone.status_code, gone.json["code"]) == (410, "erased")
    assert gone.headers["Cache-Control"] == "no-store"
    left = gone.json["remains"]
    said = f"sha-256=:{base64.b64encode(digest).decode()}:"
    assert (left["erased_by"], left["digest"], left["event"]["declaration"]) == (by, said, id)
    page = browser.get(f"/records/{id}")
    assert page.status_code == 410
    assert "gone for good" in page.text
    assert "Generative AI training" in text_of(page.text)
    assert "Ada" not in page.text
    german = browser.get(f"/records/{id}", **{"Accept-Language": "de"}).text
    assert "Diese Urkunde nannte jemanden" in german
    for part in ("proof", "history"):
        assert browser.client.get(f"/v1/records/{id}/{part}").status_code == 200
    assert browser.client.get(f"/records/{id}/seal.svg").data == seen
    assert browser.client.get(f"/records/{id}/badge.svg").status_code == 410
    told = browser.data(asked)
    assert (told["records"], told["results"][0]["decision"]) == ({}, "deny")
    assert told["results"][0]["evidence"][0]["rightsholder"]["name"] == ""
    assert browser.get(f"/lookup?id={URL}").status_code == 200
