"""The log's head and newest entries, and every key with what it is good for."""

from dataclasses import replace

from registry.app import create_app
from registry.client.verify import verify_checkpoint
from registry.services.keep_keys import rotate_key
from registry.signing.keys import KeyPurpose
from registry.storage.cosignatures import Tried
from registry.web.log_pages import NEWEST
from tests.registries import HOUR, STEWARD, Desk
from tests.services.test_publish_cosignatures import STRANGER, A, B, cosign
from tests.web.conftest import Browser


def test_the_head_on_the_page_verifies_with_the_key_on_the_page(
    browser: Browser, desk: Desk
) -> None:
    desk.work("isrc:GBAYE0601498")
    found = browser.data("/log")
    checkpoint = verify_checkpoint(found["checkpoint"], found["vkeys"][-1])
    assert (checkpoint.size, checkpoint.origin) == (found["size"], found["origin"])
    page = browser.page("/log")
    assert found["root"] in page
    assert found["vkeys"][-1].replace("+", "&#43;") in page or found["vkeys"][-1] in page


def test_the_newest_entries_are_types_and_times_and_nothing_else(
    browser: Browser, desk: Desk
) -> None:
    for number in range(NEWEST):
        desk.work(f"isrc:GBAYE06{number:05d}", by="Somebody")
    found = browser.data("/log")
    assert len(found["entries"]) == NEWEST
    assert found["entries"][0]["index"] == found["size"] - 1
    assert {"index", "type", "time"} == set(found["entries"][0])
    page = browser.page("/log")
    assert "work.registered" in page
    assert "Somebody" not in page
    assert "GBAYE06" not in page


def test_every_key_says_what_it_signs_and_whether_it_is_in_use(
    browser: Browser, desk: Desk
) -> None:
    keys = browser.data("/keys")["keys"]
    assert {each["state"] for each in keys} == {"in-use"}
    assert {"log", "records", "answers"} <= {each["purpose"] for each in keys}
    assert all((each["vkey"] is not None) == (each["purpose"] == "log") for each in keys)
    page = browser.page("/keys")
    assert all(each["kid"] in page for each in keys)
    assert "Signs consent records: in use" in page


def test_a_key_that_was_replaced_stays_listed(browser: Browser, desk: Desk) -> None:
    desk.clock.forward(HOUR)
    with desk.registry.writing() as ledger:
        rotate_key(ledger, desk.registry.key_files, KeyPurpose.RECORDS, STEWARD)
    desk.clock.forward(HOUR)
    of_records = [
        each["state"] for each in browser.data("/keys")["keys"] if each["purpose"] == "records"
    ]
    assert sorted(of_records) == ["in-use", "retired"]
    assert "retired; what it signed stays good" in browser.page("/keys")


def test_each_witness_is_shown_with_what_it_has_seen_and_since_when(desk: Desk) -> None:
    cosign(desk, B)
    desk.work("isrc:GBAYE0600001")
    head = cosign(desk, A)
    with desk.registry.bookkeeping() as uow:
        uow.cosignatures.note(Tried(STRANGER.vkey, 0, 1, desk.clock(), "private words"))
    settings = replace(
        desk.registry.settings, witnesses=(A, B, STRANGER), witness_quorum=2, metrics_token=None
    )
    app = create_app(settings, desk.clock)
    browser = Browser(app.test_client())
    found = browser.data("/log")
    assert [each["current"] for each in found["witnesses"]] == [True, False, False]
    assert [each["reached"] for each in found["witnesses"]] == [True, True, False]
    assert [each["at"] for each in found["witnesses"]] == 2 * ["1970-01-01T00:16:40.000Z"] + [None]
    assert (found["quorum"], found["witnessed_size"]) == (2, 0)
    assert found["checkpoint"] == browser.get("/log/checkpoint").text != head.note
    page = browser.page("/log")
    assert "the newest head" in page
    assert "did not sign when it was last asked" in page
    assert "private words" not in page
    described = browser.get("/.well-known/consent-registry").get_json()["log"]
    assert (described["witnesses"], described["quorum"]) == ([A.vkey, B.vkey, STRANGER.vkey], 2)
    metrics = browser.get("/metrics").text
    assert 'registry_witness_failures{witness="x.example"} 1.0' in metrics
    assert f'registry_witness_size{{witness="a.example"}} {float(head.head.size)}' in metrics
    assert "registry_witnessed_size 0.0" in metrics
    app.extensions["consent-registry"].registry.close()


def test_a_log_without_witnesses_says_so(browser: Browser) -> None:
    assert "No witness signs" in browser.page("/log")
    assert browser.data("/log")["witnesses"] == []
