"""What a record's page says follows from the signed bytes and from the events since."""

import hashlib

import pytest

from registry.domain.events import Subject
from registry.domain.vocabulary import Usage
from registry.errors import NotFound
from registry.services.declare import withdraw
from registry.services.settle_loosening import cancel_loosening
from registry.web.record import read, read_seal_digest
from tests.registries import DAY, HOUR, STEWARD, TOKEN, Desk

URL = "https://artist.com/x"


def shown(desk: Desk, id: str) -> dict:  # type: ignore[type-arg]
    with desk.registry.reading() as uow:
        head = uow.log.head()
        assert head is not None
        return read(uow, id, head, desk.clock(), desk.registry.place.public_url)


def states(desk: Desk, id: str) -> dict[str, str]:
    return {
        each["usage"]: each["state"] for each in shown(desk, id)["uses_stated"] if "state" in each
    }


def test_all_nine_uses_are_listed_with_what_was_said(desk: Desk) -> None:
    work, _ = desk.work(URL)
    declared = desk.declare(work, generative_training="deny", ai_input="conditional")
    page = shown(desk, declared.record.id)
    said = {each["usage"]: each["preference"] for each in page["uses_stated"]}
    assert list(said) == [usage.value for usage in Usage]
    assert {usage for usage, preference in said.items() if preference} == {
        "generative-training", "ai-input",
    }  # fmt: skip
    assert page["rightsholder"] == "R1"
    assert page["about"]["identifiers"] == [URL]
    assert page["digest"] == hashlib.sha256(declared.record.jws.encode()).hexdigest()


def test_what_stands_today_changes_with_time_and_with_later_words(desk: Desk) -> None:
    work, _ = desk.work(URL)
    first = desk.declare(work, generative_training="deny", search="allow", ai_input="conditional")
    assert states(desk, first.record.id) == {
        "generative-training": "stands", "search": "waits", "ai-input": "counts-as-no",
    }  # fmt: skip
    desk.clock.forward(4 * DAY)
    assert states(desk, first.record.id)["search"] == "stands"
    second = desk.declare(work, generative_training="deny")
    desk.clock.forward(HOUR)
    assert states(desk, first.record.id)["generative-training"] == "over"
    assert states(desk, second.record.id)["generative-training"] == "stands"
    history = shown(desk, first.record.id)["history"]
    assert [(each["id"], each["this"]) for each in history] == [
        (first.record.id, True), (second.record.id, False),
    ]  # fmt: skip


def test_what_was_stopped_is_not_announced_and_an_ask_first_goes_on_as_a_no(desk: Desk) -> None:
    work, _ = desk.work(URL)
    asked = desk.declare(work, search="allow", ai_input="conditional").record.id
    desk.clock.forward(HOUR)
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, asked, STEWARD)
    desk.clock.forward(4 * DAY)
    assert states(desk, asked) == {"search": "over", "ai-input": "stopped"}
    no = desk.declare(work, ai_index="deny").record.id
    desk.clock.forward(HOUR)
    with desk.registry.writing() as ledger:
        back = withdraw(ledger, desk.rightsholder(), no, STEWARD).record.id
    desk.clock.forward(HOUR)
    assert [each["stopped"] for each in shown(desk, back)["uses_stated"]] == [False]
    with desk.registry.writing() as ledger:
        cancel_loosening(ledger, back, STEWARD)
    assert [each["stopped"] for each in shown(desk, back)["uses_stated"]] == [True]


def test_a_loosening_that_nobody_confirmed_waits(desk: Desk) -> None:
    work, _ = desk.work(URL)
    proposed = desk.declare(work, actor=TOKEN, search="allow")
    desk.clock.forward(30 * DAY)
    assert states(desk, proposed.record.id) == {"search": "waits"}


def test_a_window_that_has_ended_is_over(desk: Desk) -> None:
    work, _ = desk.work(URL)
    until = desk.clock() + 2 * DAY
    declared = desk.declare(work, generative_training="deny", valid_until=until)
    desk.clock.forward(3 * DAY)
    assert states(desk, declared.record.id) == {"generative-training": "over"}


def test_a_withdrawal_has_its_own_page(desk: Desk) -> None:
    work, _ = desk.work(URL)
    declared = desk.declare(work, generative_training="deny")
    with desk.registry.writing() as ledger:
        withdrawn = withdraw(ledger, desk.rightsholder(), declared.record.id, STEWARD)
    page = shown(desk, withdrawn.record.id)
    assert (page["kind"], page["withdraws"]) == ("withdrawal", declared.record.id)
    assert [each["usage"] for each in page["uses_stated"]] == ["generative-training"]
    assert page["history"][0]["withdrawals"][0]["this"]


def test_a_whole_catalogue_and_one_platform_are_named(desk: Desk) -> None:
    platform, holder = desk.platform("Tunes"), desk.rightsholder()
    declared = desk.declare(Subject("catalogue", holder), to=platform, generative_training="deny")
    page = shown(desk, declared.record.id)
    assert (page["about"]["kind"], page["grantee"]) == ("catalogue", "Tunes")


def test_only_records_have_a_page_and_a_seal(desk: Desk) -> None:
    work, _ = desk.work(URL)
    with desk.registry.reading() as uow:
        for id in (work, "x", "01a20212-5f30-70ac-93b8-967730279525"):
            with pytest.raises(NotFound):
                read_seal_digest(uow, id)
