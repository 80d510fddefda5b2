"""Only so many wait at once, and of one platform half of them."""

from contextlib import ExitStack

from registry.api.waiting_room import WaitingRoom


def test_there_are_so_many_places_and_each_is_free_again_afterwards() -> None:
    room = WaitingRoom(4)
    with ExitStack() as inside:
        taken = [inside.enter_context(room.place(who)) for who in "ppqqr"]
        assert taken == [True, True, True, True, False]
    with room.place("r") as again:
        assert again


def test_one_platform_gets_half_of_them() -> None:
    room = WaitingRoom(5)
    with room.place("p"), room.place("p"), room.place("p") as third, room.place("q") as other:
        assert (third, other) == (False, True)


def test_where_one_may_wait_it_may_be_anybody_and_where_none_may_nobody() -> None:
    with WaitingRoom(1).place("p") as taken:
        assert taken
    with WaitingRoom(0).place("p") as taken:
        assert not taken
