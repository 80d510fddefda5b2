"""The log's head and newest entries, and every key with what it is good for."""

from registry.client.verify import verify_checkpoint
from registry.services.keep_keys import rotate_key
from registry.signing.keys import KeyPurpose
from registry.web.log_pages import NEWEST
from tests.registries import HOUR, STEWARD, Desk
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
