"""A notice of one slot is one row for a person, and nobody reads or marks another's."""

from registry.domain.ids import new_id
from registry.storage.notices import Effect, Notice
from tests.registries import Desk


def notice(account: str, at: int, slot: str = "", **more: int) -> Notice:
    id = new_id(at)
    return Notice(id, account, "r", "who-asked", slot or id, None, {"a": "b"}, 1, at, **more)


def test_the_same_slot_is_one_row_a_person(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        assert uow.notices.add(notice("ada", 1, "2026-11"))
        assert not uow.notices.add(notice("ada", 2, "2026-11"))
        assert uow.notices.add(notice("ben", 2, "2026-11"))
        assert uow.notices.is_told("r", ["who-asked"], "2026-11")
        assert not uow.notices.is_told("r", ["nobody-asked"], "2026-11")
        assert not uow.notices.is_told("other", ["who-asked"], "2026-11")


def test_pages_go_back_in_time_and_what_is_read_is_ones_own(desk: Desk) -> None:
    made = [notice("ada", at) for at in range(1, 6)]
    with desk.registry.bookkeeping() as uow:
        for each in [*made, notice("ben", 9)]:
            uow.notices.add(each)
        first = uow.notices.of("ada", None, 3)
        assert [each.made_at for each in first] == [5, 4, 3]
        assert [each.made_at for each in uow.notices.of("ada", first[-1].id, 3)] == [2, 1]
        assert uow.notices.read("ben", 10, id=made[0].id) == 0
        assert uow.notices.read("ada", 10, id=made[0].id) == 1
        assert uow.notices.unread("ada") == 4
        assert uow.notices.read("ada", 10, upto=made[3].id) == 3
        assert [each.read_at for each in uow.notices.of("ada", None, 9)] == [None, 10, 10, 10, 10]
        assert uow.notices.unread("ben") == 1
        assert uow.notices.forget(3) == 2


def test_what_was_counted_up_is_unread_again(desk: Desk) -> None:
    one = notice("ada", 1, read_at=5)
    with desk.registry.bookkeeping() as uow:
        uow.notices.add(one)
        uow.notices.count_up(one.id, 3)
        found = uow.notices.newest("ada", "r", "who-asked", 0)
        assert found is not None
        assert (found.count, found.read_at) == (4, None)
        assert uow.notices.newest("ada", "r", "who-asked", 1) is None


def test_effects_are_taken_out_once_in_their_order(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.notices.expect([Effect("b", "r", "x", 2), Effect("a", "r", "x", 1)])
        uow.notices.expect([Effect("b", "r", "x", 9), Effect("c", "r", "x", 3)])
        uow.notices.expect_no_more("c")
        assert [each.loosening for each in uow.notices.take_effects(5, 1)] == ["a"]
        assert [each.loosening for each in uow.notices.take_effects(5, 9)] == ["b"]
        assert uow.notices.take_effects(5, 9) == []


def test_a_mail_is_unwanted_until_it_is_wanted_again(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        for _ in range(2):
            uow.notices.want("ada", "link-made", mail=False)
        assert uow.notices.unwanted("ada") == {"link-made"}
        uow.notices.want("ada", "link-made", mail=True)
        assert uow.notices.unwanted("ada") == set()
