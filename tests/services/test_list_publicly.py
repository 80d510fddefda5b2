"""What the public page of a rightsholder lists: what they say now, for everybody; nothing unless they chose it."""

import pytest

from registry.domain.events import Subject
from registry.errors import NotFound
from registry.services import list_publicly
from registry.services.declare import withdraw
from registry.services.list_publicly import Public, read_public
from tests.registries import DAY, STEWARD, Desk

URL = "https://artist.com/x"


def listed(desk: Desk, name: str = "Ada") -> str:
    """The id of somebody who is there already, and whose records may be found from now on."""
    id = desk.names[name]
    with desk.registry.bookkeeping() as uow:
        uow.listings.put(id, desk.clock())
    return id


def public(desk: Desk, id: str, **more: object) -> Public:
    with desk.registry.reading() as uow:
        return read_public(uow, id, desk.clock(), **more)  # type: ignore[arg-type]


def test_nobody_is_listed_who_did_not_choose_it_and_the_refusal_tells_nothing(desk: Desk) -> None:
    desk.work(URL, by="Ada")
    id = desk.names["Ada"]
    nobody = f"{id[:-1]}{'0' if id[-1] != '0' else '1'}"
    words = []
    for each in (id, nobody):
        with pytest.raises(NotFound) as refused:
            public(desk, each)
        words.append(refused.value.message.replace(each, "ID"))
    assert words[0] == words[1]
    with pytest.raises(NotFound):
        public(desk, "../x")


def test_each_work_stands_with_the_newest_record_that_speaks_and_the_last_said_first(
    desk: Desk,
) -> None:
    one, _ = desk.work("isrc:GBAYE0601498", by="Ada")
    two, _ = desk.work("isrc:GBAYE0601499", by="Ada")
    desk.declare(one, by="Ada", generative_training="deny")
    other = desk.declare(two, by="Ada", generative_training="deny")
    desk.clock.forward(1_000)
    newest = desk.declare(one, by="Ada", voice_likeness="deny")
    found = public(desk, listed(desk))
    assert [(work.id, word.record) for work, word in found.works] == [
        (one, newest.record.id),
        (two, other.record.id),
    ]
    assert [(usage, said) for usage, said in found.works[0][1].said] == [
        ("generative-training", "deny"),
        ("voice-likeness", "deny"),
    ]
    assert found.catalogue is None


def test_what_ended_what_waits_and_what_was_said_to_one_platform_alone_is_not_listed(
    desk: Desk,
) -> None:
    kept, _ = desk.work("isrc:GBAYE0601498", by="Ada")
    waits, _ = desk.work("isrc:GBAYE0601499", by="Ada")
    over, _ = desk.work("isrc:GBAYE0601500", by="Ada")
    to_one, _ = desk.work("isrc:GBAYE0601501", by="Ada")
    desk.declare(kept, by="Ada", generative_training="deny")
    desk.declare(waits, by="Ada", generative_training="allow")
    said = desk.declare(over, by="Ada", search="allow")
    platform = desk.platform("Tunes")
    desk.declare(to_one, by="Ada", to=platform, search="deny")
    desk.clock.forward(4 * DAY)
    with desk.registry.writing() as ledger:
        withdraw(ledger, desk.names["Ada"], said.record.id, STEWARD)
    found = public(desk, listed(desk))
    assert {work.id for work, _ in found.works} == {kept, waits}
    words = {work.id: word.said for work, word in found.works}
    assert words[waits] == (("generative-training", "allow"),), "it counts by now"


def test_pages_go_on_from_work_to_work_and_hold_each_once(desk: Desk) -> None:
    works = [desk.work(f"isrc:GBAYE06014{number}", by="Ada")[0] for number in range(90, 97)]
    for work in works:
        desk.declare(work, by="Ada", generative_training="deny")
        desk.clock.forward(10)
    id, seen, after = listed(desk), [], ""
    for size in (3, 3, 1):
        page = public(desk, id, after=after, limit=3)
        assert len(page.works) == size
        seen += [work.id for work, _ in page.works]
        after = page.next or ""
    assert page.next is None
    assert seen == works[::-1]
    assert public(desk, id, after="x" * 100, limit=3).works[0][0].id == works[-1]


def test_places_stand_on_the_first_page_up_to_a_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        place, _ = desk.location(f"https://artist.com/{number}/", by="Ada")
        desk.declare(Subject("location", place), by="Ada", generative_training="deny")
    found = public(desk, listed(desk))
    assert [place.url for place, _ in found.places] == [
        f"https://artist.com/{n}/" for n in range(3)
    ]
    assert not found.more_places
    monkeypatch.setattr(list_publicly, "MOST_PLACES", 2)
    found = public(desk, desk.names["Ada"])
    assert (len(found.places), found.more_places) == (2, True)
