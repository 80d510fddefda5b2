"""What was told is taken out once, oldest first, and comes to what was put in."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from registry.storage.ask_tables import told_works
from registry.storage.platform_counts import Answered
from registry.storage.told_works import A_ROW
from registry.storage.unit_of_work import UnitOfWork
from tests.registries import Desk

DENIED = Answered("p", 1, "search", "deny")
ALLOWED = Answered("q", 2, "search", "allow")


def rows_in(uow: UnitOfWork) -> int:
    return int(uow.connection.execute(select(func.count()).select_from(told_works)).scalar_one())


def test_works_are_counted_as_often_as_they_were_told(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.told_works.add({DENIED: ["w", "v", "w"], ALLOWED: ["w"]})
        uow.told_works.add({DENIED: ["w"]})
    with desk.registry.bookkeeping() as uow:
        assert uow.told_works.take(100) == {
            ("w", 1, "p", "search", "deny"): 3,
            ("v", 1, "p", "search", "deny"): 1,
            ("w", 2, "q", "search", "allow"): 1,
        }
    with desk.registry.bookkeeping() as uow:
        assert uow.told_works.take(100) == {}


def test_many_works_lie_in_few_rows_and_the_oldest_are_taken_first(desk: Desk) -> None:
    many = [f"w{number}" for number in range(2 * A_ROW + 1)]
    with desk.registry.bookkeeping() as uow:
        uow.told_works.add({DENIED: many})
        uow.told_works.add({ALLOWED: ["last"]})
        assert rows_in(uow) == 4
        first = uow.told_works.take(A_ROW + 1)
        assert sorted(work for work, *_ in first) == sorted(many[: 2 * A_ROW])
        assert [work for work, *_ in uow.told_works.take(1)] == many[2 * A_ROW :]
        assert [work for work, *_ in uow.told_works.take(1)] == ["last"]
        assert uow.told_works.take(1) == {}


def test_what_was_taken_in_a_transaction_that_fails_is_still_there(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.told_works.add({DENIED: ["w"]})
    try:
        with desk.registry.bookkeeping() as uow:
            uow.told_works.take(1)
            raise RuntimeError
    except RuntimeError:
        pass
    with desk.registry.bookkeeping() as uow:
        assert len(uow.told_works.take(1)) == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(
        st.dictionaries(
            st.sampled_from([DENIED, ALLOWED]), st.lists(st.sampled_from("abc"), min_size=1)
        )
    ),
    most=st.integers(1, 5),
)
def test_taken_in_whatever_parts_it_comes_to_the_same(
    desk: Desk, told: list[dict[Answered, list[str]]], most: int
) -> None:
    put_in: dict[tuple[str, int, str, str, str], int] = {}
    taken: dict[tuple[str, int, str, str, str], int] = {}
    with desk.registry.bookkeeping() as uow:
        for each in told:
            uow.told_works.add(each)
            for alike, works in each.items():
                for work in works:
                    key = (work, alike.day, alike.platform, alike.usage, alike.decision)
                    put_in[key] = put_in.get(key, 0) + 1
        while part := uow.told_works.take(most):
            for key, count in part.items():
                taken[key] = taken.get(key, 0) + count
    assert taken == put_in
