"""Each question is in exactly one root, each hour has one root, and each root is in the log once."""

import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from registry.bootstrap import Registry
from registry.client.asks import verify_ask
from registry.errors import VerificationFailed
from registry.services.compare_asks import logged_roots
from registry.services.prove_ask import prove_ask
from registry.services.rebuild import rebuild_projection
from registry.services.root_asks import close_hour, log_root, tree_of
from registry.storage.asks import Asked
from registry.storage.tables import ask_roots, ask_tiles, asks
from registry.worker.asks import root_asks
from tests.asked import JOB, filed_proof, log_key
from tests.prepared import PreparedStore, copied_desk
from tests.registries import HOUR, START, Desk

BEGIN = START - START % HOUR


def ask_of(platform: str, at: int, name: str = "") -> Asked:
    text = f"{platform} {at} {name}".encode()
    return Asked(
        platform, at, hashlib.sha256(b"q" + text).digest(), hashlib.sha256(b"a" + text).digest()
    )


def written(registry: Registry, found: list[Asked]) -> None:
    with registry.bookkeeping() as uow:
        uow.asks.add(found)


def hours(desk: Desk) -> list[tuple[int, int, int | None]]:
    """(from, until, count) of every root in the log, in hours since the first."""
    with desk.registry.reading() as uow:
        return [
            ((r.since - BEGIN) // HOUR, (r.until - BEGIN) // HOUR, r.count)
            for r in logged_roots(uow)
        ]


def check_every_proof(desk: Desk) -> Counter[int]:
    """Each question that was written is under exactly one root. Gives the questions by hour."""
    key = log_key(desk.registry)
    found: Counter[int] = Counter()
    with desk.registry.reading() as uow:
        rows = [
            tuple(row) for row in uow.connection.execute(select(asks.c.number, asks.c.platform))
        ]
        for number, platform in rows:
            proof = prove_ask(uow, platform, number)
            proved = verify_ask(filed_proof(proof), key)
            assert proved.question == proof.row.leaf.question
            found[proof.hour.until] += 1
        for root in uow.asks.roots():
            assert root.count == found[root.until]
    return found


def test_an_hour_is_closed_a_minute_after_its_end_and_once(desk: Desk) -> None:
    desk.clock.now = BEGIN + HOUR
    written(desk.registry, [ask_of("p", BEGIN + 5), ask_of("p", BEGIN + 6)])
    desk.clock.now = BEGIN + HOUR + 59_999
    root_asks(desk.registry, JOB)
    assert hours(desk) == []
    desk.clock.now += 1
    root_asks(desk.registry, JOB)
    root_asks(desk.registry, JOB)
    assert hours(desk) == [(0, 1, 2)]
    assert desk.fsck().wrong is None


def test_after_days_of_standstill_every_hour_with_questions_gets_its_root_and_none_is_left_out(
    desk: Desk,
) -> None:
    written(desk.registry, [ask_of("p", BEGIN + at * HOUR) for at in (0, 0, 1, 30, 70)])
    desk.clock.now = BEGIN + 100 * HOUR
    root_asks(desk.registry, JOB)
    assert hours(desk) == [(0, 1, 2), (1, 2, 1), (2, 31, 1), (31, 71, 1)]
    check_every_proof(desk)
    assert desk.fsck().wrong is None


def test_what_comes_late_belongs_to_the_first_hour_that_is_still_open(desk: Desk) -> None:
    written(desk.registry, [ask_of("p", BEGIN)])
    desk.clock.now = BEGIN + HOUR + 60_000
    root_asks(desk.registry, JOB)
    written(desk.registry, [ask_of("p", BEGIN + 1), ask_of("p", desk.clock.now)])
    desk.clock.now += HOUR
    root_asks(desk.registry, JOB)
    assert hours(desk) == [(0, 1, 1), (1, 2, 2)]
    check_every_proof(desk)


def test_what_comes_while_an_hour_is_being_rooted_is_not_in_it(desk: Desk) -> None:
    written(desk.registry, [ask_of("p", BEGIN)])
    desk.clock.now = BEGIN + HOUR + 60_000
    with desk.registry.bookkeeping() as uow:
        hour = close_hour(uow, desk.clock())
    assert hour is not None
    written(desk.registry, [ask_of("p", BEGIN + 1)])  # of a process that was slow
    with desk.registry.reading() as uow:
        tree = tree_of(uow, hour.until)
    written(desk.registry, [ask_of("p", BEGIN + 2)])
    with desk.registry.writing() as ledger:
        assert log_root(ledger, hour, tree)
    desk.clock.now += HOUR
    root_asks(desk.registry, JOB)
    assert hours(desk) == [(0, 1, 1), (1, 2, 2)]
    check_every_proof(desk)


def test_killed_between_its_steps_the_next_run_goes_on_with_the_same_hour(desk: Desk) -> None:
    written(desk.registry, [ask_of("p", BEGIN), ask_of("p", BEGIN + HOUR)])
    desk.clock.now = BEGIN + 2 * HOUR + 60_000
    with desk.registry.bookkeeping() as uow:
        first = close_hour(uow, desk.clock())
    with desk.registry.bookkeeping() as uow:
        again = close_hour(uow, desk.clock())
    assert again == first is not None
    assert desk.fsck().wrong is None
    root_asks(desk.registry, JOB)
    assert hours(desk) == [(0, 1, 1), (1, 2, 1)]


def test_of_two_that_root_the_same_hour_one_logs_it(desk: Desk) -> None:
    written(desk.registry, [ask_of("p", BEGIN)])
    desk.clock.now = BEGIN + HOUR + 60_000
    with desk.registry.bookkeeping() as uow:
        hour = close_hour(uow, desk.clock())
    assert hour is not None
    with desk.registry.reading() as uow:
        tree = tree_of(uow, hour.until)
    told = []
    for _ in range(2):
        with desk.registry.writing() as ledger:
            told.append(log_root(ledger, hour, tree))
    assert told == [True, False]
    assert hours(desk) == [(0, 1, 1)]


def test_a_big_hour_has_a_proof_for_every_place_out_of_its_kept_tiles(desk: Desk) -> None:
    written(desk.registry, [ask_of("p", BEGIN + n) for n in range(600)])
    desk.clock.now = BEGIN + HOUR + 60_000
    root_asks(desk.registry, JOB)
    with desk.registry.reading() as uow:
        levels = uow.connection.execute(select(ask_tiles.c.level).distinct()).scalars().all()
        for number in (1, 256, 257, 512, 513, 600):
            verify_ask(filed_proof(prove_ask(uow, "p", number)), log_key(desk.registry))
    assert levels == [1]
    assert desk.fsck().wrong is None


def test_writers_side_by_side_leave_no_gap_and_nothing_twice(desk: Desk) -> None:
    def write(name: str) -> None:
        for round in range(5):
            written(
                desk.registry, [ask_of(name, BEGIN + (round + n) * HOUR // 3) for n in range(3)]
            )

    threads = [threading.Thread(target=write, args=(f"p{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    desk.clock.now = BEGIN + HOUR + 60_000
    root_asks(desk.registry, JOB)
    for thread in threads:
        thread.join()
    desk.clock.now = BEGIN + 9 * HOUR
    root_asks(desk.registry, JOB)
    assert sum(check_every_proof(desk).values()) == 60
    assert desk.fsck().wrong is None


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=st.lists(
        st.tuples(
            st.lists(st.integers(0, 6 * HOUR - 1), min_size=1, max_size=5), st.integers(0, 2 * HOUR)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_questions_in_any_batches_are_each_under_exactly_one_root(
    prepared_store: Callable[[str], PreparedStore],
    tmp_path: Path,
    batches: list[tuple[list[int], int]],
) -> None:
    folder = tmp_path / os.urandom(6).hex()
    folder.mkdir()
    desk = copied_desk(prepared_store("sqlite"), folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    desk.clock.now = BEGIN
    for times, passed in batches:
        written(desk.registry, [ask_of("p", BEGIN + at, str(n)) for n, at in enumerate(times)])
        desk.clock.now += passed
        root_asks(desk.registry, JOB)
    desk.clock.now = BEGIN + 40 * HOUR
    root_asks(desk.registry, JOB)
    assert sum(check_every_proof(desk).values()) == sum(len(times) for times, _ in batches)
    told = hours(desk)
    assert all(one[1] == next_one[0] for one, next_one in pairwise(told))
    assert desk.fsck().wrong is None
    desk.registry.close()


def rooted(desk: Desk, count: int = 3) -> None:
    written(desk.registry, [ask_of("p", BEGIN + n) for n in range(count)])
    desk.clock.now = BEGIN + HOUR + 60_000
    root_asks(desk.registry, JOB)
    assert desk.fsck().wrong is None


def test_fsck_notices_a_question_that_was_changed(desk: Desk) -> None:
    rooted(desk)
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(update(asks).where(asks.c.number == 2).values(platform="q"))
    wrong = desk.fsck().wrong
    assert wrong is not None
    assert "a row was changed" in wrong
    with desk.registry.reading() as uow:
        changed = filed_proof(prove_ask(uow, "q", 2))
    with pytest.raises(VerificationFailed):
        verify_ask(changed, log_key(desk.registry))


def test_fsck_notices_a_question_that_was_removed_and_an_hour_that_lost_all(desk: Desk) -> None:
    rooted(desk)
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(delete(asks).where(asks.c.number == 2))
    assert "has 2 questions, but 3 were logged" in (desk.fsck().wrong or "")
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(delete(asks))
    assert "has 0 questions" in (desk.fsck().wrong or "")


def test_fsck_notices_a_tile_that_was_changed(desk: Desk) -> None:
    rooted(desk, 300)
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(update(ask_tiles).values(hashes=b"\x00" * 32))
    assert "tile 1/0" in (desk.fsck().wrong or "")


def test_the_list_of_roots_is_made_anew_from_the_log(desk: Desk) -> None:
    rooted(desk)
    with desk.registry.bookkeeping() as uow:
        before = list(uow.asks.roots())
        uow.connection.execute(delete(ask_roots))
    assert "registry rebuild" in (desk.fsck().wrong or "")
    with desk.registry.bookkeeping() as uow:
        rebuild_projection(uow)
        assert list(uow.asks.roots()) == before
    assert desk.fsck().wrong is None


def test_an_hour_that_is_forgotten_keeps_its_root_and_numbers_go_on(desk: Desk) -> None:
    rooted(desk)
    written(desk.registry, [ask_of("p", BEGIN + 2 * HOUR)])
    with desk.registry.bookkeeping() as uow:
        assert uow.asks.forget(BEGIN + 9 * HOUR, desk.clock()) == 3
        assert uow.asks.forget(BEGIN + 9 * HOUR, desk.clock()) is None
        rebuild_projection(uow)
    assert desk.fsck().wrong is None
    desk.clock.now = BEGIN + 9 * HOUR
    root_asks(desk.registry, JOB)
    with desk.registry.bookkeeping() as uow:
        assert uow.asks.forget(BEGIN + 9 * HOUR, desk.clock()) is None  # the newest row stays
        uow.asks.add([ask_of("p", BEGIN + 9 * HOUR)])
        assert uow.connection.execute(select(func.max(asks.c.number))).scalar_one() == 5


def test_the_event_says_how_many_and_which_hour_and_no_platform(desk: Desk) -> None:
    rooted(desk)
    with desk.registry.reading() as uow:
        head = uow.log.head()
        assert head is not None
        stored = uow.log.event_at(head.head.size - 1)
    assert stored is not None
    members = json.loads(stored.body)
    assert members.keys() == {"type", "from", "until", "count", "root", "salt"}
    assert (members["type"], members["count"]) == ("asks.rooted", 3)
    assert (members["from"], members["until"]) == (BEGIN, BEGIN + HOUR)
