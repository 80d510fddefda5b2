"""Declarations per second, signed and logged, one by one and in bulk, beside the store's plain durable commits.

python -m benchmarks.declare [--postgresql | --database-url URL] [--works N] [--rounds N] [--writers N]

One by one: by one writer, and by several threads at once, as a server process has them; each beside plain commits by as
many. The rounds of all are interleaved, and each figure is the median of its rounds; the processor time is this
process's alone. `--works`: so many works are in the registry before (they are filled in with the services).
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks.population import BY, DENY, isrc, populated, settings_in
from benchmarks.stores import a_postgresql
from registry.bootstrap import Registry
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.garbage import spare_what_stays
from registry.services.declare import declare
from registry.services.ledger import Receipt
from registry.services.open_account import register_rightsholder
from registry.services.register_work import NewWork, register_work
from registry.storage.engine import writing

BULK = 1_000
SINGLE = 100
"""How many are declared in a round: in one transaction, and in one each."""
SEVERAL = 320
"""How many by several writers at once, as many each."""
A_ROUND = SINGLE + SEVERAL + BULK


@dataclass(slots=True)
class Rounds:
    """Seconds each, of every round: by the clock, and of the processor."""

    name: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def time(self, run: Callable[[], None], count: int) -> None:
        """One more round, in which `count` are done."""
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        self.cpu.append((time.process_time() - cpu) / count)
        self.wall.append((time.perf_counter() - wall) / count)

    def line(self, plain: "Rounds") -> str:
        wall, cpu = median(self.wall), median(self.cpu)
        return (
            f"  {self.name:34}{1 / wall:9,.0f} a second {median(plain.wall) / wall:6.2f}"
            f"   {1e6 * cpu:7.0f} µs of processor {median(plain.cpu) / cpu:6.2f}"
        )


def plain_commits(registry: Registry, count: int) -> None:
    """The baseline: one small row a durable transaction."""
    for number in range(count):
        with writing(registry.engine) as connection:
            connection.execute(
                text("INSERT INTO plain (n, body) VALUES (:n, :body)"),
                {"n": number, "body": "x" * 600},
            )


def one_by_one(registry: Registry, holder: str, ids: Sequence[str]) -> None:
    """Each as the API does it, durable and with its receipt before the next."""
    for id in ids:
        _declared(registry, holder, id)


def _declared(registry: Registry, holder: str, id: str) -> Receipt:
    receipts: list[Receipt] = []
    with registry.writing_together() as ledger:
        made = declare(ledger, holder, Subject("work", id), DENY, BY)
        ledger.when_sealed(lambda: receipts.append(ledger.receipt(made.record.seq)))
    return receipts[0]


def at_once(writers: int, write: Callable[[int], None]) -> None:
    """Threads write, each with its number. Raises: what befell one of them."""
    with ThreadPoolExecutor(writers) as threads:
        for done in [threads.submit(write, number) for number in range(writers)]:
            done.result()


def in_bulk(registry: Registry, holder: str, ids: Sequence[str]) -> None:
    """All in one transaction; what it is about to need is read in one go."""
    with registry.writing() as ledger:
        ledger.uow.projection.load(ids)
        for id in ids:
            declare(ledger, holder, Subject("work", id), DENY, BY)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database-url")
    where.add_argument("--postgresql", action="store_true", help="in one of its own")
    parser.add_argument("--works", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--writers", type=int, default=8, help="as many as one server process lets in"
    )
    options = parser.parse_args(arguments)
    store = a_postgresql(durable=True) if options.postgresql else nullcontext(options.database_url)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, store as url:
        registry = populated(settings_in(Path(folder), url, 8000), options.works)
        measure(registry, options.rounds, options.works, options.writers)
        registry.close()


def measure(registry: Registry, rounds: int, works: int, writers: int) -> None:
    """Prints the figures; rounds alternate, so that a drift of the machine meets all of them."""
    with writing(registry.engine) as connection:
        connection.execute(text("CREATE TABLE plain (n INTEGER, body TEXT)"))
    holder, ids = _works_to_declare_on(registry, rounds)
    spare_what_stays()  # as in the server
    each = SEVERAL // writers
    plain, plain_at_once = Rounds("plain durable commits"), Rounds(f"the same by {writers} writers")
    single, together = Rounds("one by one, with receipt"), Rounds(f"the same by {writers} writers")
    bulk = Rounds(f"in bulk, {BULK:,} a transaction")
    for turn in range(rounds):
        share = ids[turn * A_ROUND :][:A_ROUND]
        parts = [share[SINGLE + number * each :][:each] for number in range(writers)]
        plain.time(partial(plain_commits, registry, SINGLE), SINGLE)
        single.time(partial(one_by_one, registry, holder, share[:SINGLE]), SINGLE)
        plain_at_once.time(
            partial(at_once, writers, lambda _: plain_commits(registry, each)), writers * each
        )
        together.time(
            partial(at_once, writers, lambda number: one_by_one(registry, holder, parts[number])),
            writers * each,
        )
        bulk.time(partial(in_bulk, registry, holder, share[-BULK:]), BULK)
    print(
        f"declarations, signed and logged, on {registry.engine.dialect.name}, with {works + len(ids):,} works "
        f"(median of {rounds} rounds; ratios to the plain commits by as many writers)"
    )
    for found, baseline in (
        (plain, plain),
        (single, plain),
        (plain_at_once, plain_at_once),
        (together, plain_at_once),
        (bulk, plain),
    ):
        print(found.line(baseline))


def _works_to_declare_on(registry: Registry, rounds: int) -> tuple[str, list[str]]:
    with registry.writing() as ledger:
        holder = register_rightsholder(ledger, "Benchmark", BY)
    ids: list[str] = []
    for turn in range(rounds):
        with registry.writing() as ledger:
            for number in range(turn * A_ROUND, (turn + 1) * A_ROUND):
                # past those that filled the registry
                name = isrc(9_000_000 + number)
                new = NewWork("A track", WorkKind.RECORDING, Role.RECORDING, (name,), "mine")
                ids.append(register_work(ledger, holder, new, BY).id)
    return holder, ids


if __name__ == "__main__":
    main()
