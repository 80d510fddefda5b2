"""Disks that fill while artists write and platforms ask: writes are refused, nothing is lost, and room is enough."""

import time
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from tests.faults.history import History, broken
from tests.faults.processes import ROUNDS, Processes, processes, wait_until
from tests.faults.room import fill, lift_limit, limit_files, make_room, small_disk
from tests.faults.traffic import parties, traffic

pytestmark = pytest.mark.faults

FULL_SECONDS = 1.0


def filled_under_load(
    server: Processes,
    fills: Callable[[], None],
    makes_room: Callable[[], None],
    *,
    answered_meanwhile: Collection[str],
) -> History:
    """Fills it ROUNDS times until writes are refused, waits for answers of these kinds, makes room again, and checks
    everything. Returns the history."""
    registry = server.open()
    with traffic([server.url], parties(registry)) as load:
        history = load.history
        for _ in range(ROUNDS):
            load.goes_on("everybody is served before the disk is full")
            begun = time.monotonic()
            fills()
            took = wait_until(lambda: refused(history, "writer", begun) > 0, "a refusal")  # noqa: B023
            full = time.monotonic()
            time.sleep(FULL_SECONDS)
            for kind in answered_meanwhile:
                wait_until(lambda: answered(history, kind, full), f"{kind} answers")  # noqa: B023
            makes_room()
            print(f"\n  writes refused {took:.1f} s after it was full")
            print(f"  everybody served {load.goes_on():.1f} s after there was room")
    print(f"  {history.summary()}")
    assert broken(history, registry) == []
    assert {each.status for each in history.refusals} <= {503}
    registry.close()
    return history


def refused(history: History, who: str, since: float = 0.0) -> int:
    return sum(each.sent >= since and each.who.startswith(who) for each in list(history.refusals))


def answered(history: History, kind: str, since: float) -> bool:
    signed = kind == "signed"
    return any(
        each.sent > since and (each.asker is not None) == signed for each in list(history.answers)
    )


def test_a_full_disk_under_the_store_refuses_writes_and_answers_questions(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with (
        small_disk(disk),
        processes(tmp_path, f"sqlite:///{disk / 'registry.sqlite'}") as server,
    ):
        server.start("--no-worker")

        def fills() -> None:
            fill(disk)
            server.wait_until_it_says(503)

        history = filled_under_load(
            server, fills, lambda: make_room(disk), answered_meanwhile=("signed", "unsigned")
        )
        server.wait_until_it_says(200)
    assert not refused(history, "asker")


def test_where_no_file_may_grow_writes_are_refused_and_unsigned_questions_answered(
    tmp_path: Path,
) -> None:
    """A signed question needs its nonce kept, so it is refused too once that file has no room."""
    store = tmp_path / "registry.sqlite"
    with processes(tmp_path, f"sqlite:///{store}") as server:
        server.start("--no-worker")
        wal = store.with_name("registry.sqlite-wal")
        filled_under_load(
            server,
            lambda: limit_files(server.server_processes, wal.stat().st_size + 100_000),
            lambda: lift_limit(server.server_processes),
            answered_meanwhile=("unsigned",),
        )


def test_a_full_disk_under_the_head_file_refuses_everything_and_then_goes_on(
    tmp_path: Path,
) -> None:
    """What is in the store by then cannot be released, so nothing may be answered from it either."""
    with small_disk(tmp_path / "disk") as disk:
        store = f"sqlite:///{tmp_path / 'registry.sqlite'}"
        head = str(disk / "log-head")
        with processes(tmp_path, store, REGISTRY_HEAD_FILE=head) as server:
            server.start("--no-worker")
            history = filled_under_load(
                server, lambda: fill(disk), lambda: make_room(disk), answered_meanwhile=()
            )
    assert refused(history, "asker")
