"""Places in status lists: taken once, ended when said, written at the end of the transaction."""

import itertools

from registry.storage.statuses import SignedList
from tests.registries import Desk


def test_a_place_is_taken_from_the_moment_it_is_given(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        assert not uow.statuses.is_taken(1, 7)
        uow.statuses.add("record", 1, 7)
        assert uow.statuses.is_taken(1, 7)
        assert not uow.statuses.is_taken(2, 7)
    with desk.registry.reading() as uow:
        assert uow.statuses.is_taken(1, 7)
        assert uow.statuses.exists(1)
        assert not uow.statuses.exists(2)


def test_every_record_gets_a_place_of_its_own_until_the_list_is_full(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        before = [uow.statuses.take(f"before{n}", 1, 1_000) for n in range(500)]
    with desk.registry.bookkeeping() as uow:
        after = [uow.statuses.take(f"after{n}", 1, 1_000) for n in range(500)]
        other = uow.statuses.take("other", 2, 1)
    assert sorted(before + after) == list(range(1_000))
    assert other == 0


def test_places_are_drawn_at_random_and_not_in_order(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        places = [uow.statuses.take(f"record{n}", 1, 131_072) for n in range(300)]
    rising = sum(one < other for one, other in itertools.pairwise(places))
    assert 75 < rising < 225


def test_records_end_when_the_last_word_says_so(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        for n in range(3):
            uow.statuses.add(f"record{n}", 1, n)
        uow.statuses.set_ends([("record0", 50), ("record1", None), ("record2", 50)])
    with desk.registry.bookkeeping() as uow:
        uow.statuses.set_ends([("record2", 90), ("record1", 60)])
        uow.statuses.set_ends([("record1", None)])
    with desk.registry.reading() as uow:
        assert uow.statuses.ended(1, 49) == []
        assert uow.statuses.ended(1, 50) == [0]
        assert sorted(uow.statuses.ended(1, 90)) == [0, 2]
        assert uow.statuses.ended(2, 90) == []


def test_a_signed_list_takes_the_place_of_the_one_before(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        assert uow.statuses.signed(1) is None
        for made_at in (5, 9):
            uow.statuses.keep_signed(1, SignedList(made_at, b"list"))
        assert uow.statuses.signed(1) == SignedList(9, b"list")


def test_a_list_is_outdated_when_a_record_ended_since_it_was_signed_or_after_a_while(
    desk: Desk,
) -> None:
    with desk.registry.bookkeeping() as uow:
        for number in (1, 2, 3):
            uow.statuses.add(f"record{number}", number, 0)
        uow.statuses.set_ends([("record1", 50), ("record2", None), ("record3", 50)])
    with desk.registry.bookkeeping() as uow:
        for number in (1, 2):
            uow.statuses.keep_signed(number, SignedList(40, b"list"))
        assert uow.statuses.outdated(49, 0) == []
        assert uow.statuses.outdated(50, 0) == [1]
        uow.statuses.keep_signed(1, SignedList(50, b"list"))
        assert uow.statuses.outdated(1_000, 0) == []
        assert uow.statuses.outdated(1_000, 41) == [2]
