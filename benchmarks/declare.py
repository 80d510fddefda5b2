"""Declarations per second, signed and logged, one by one and in bulk, beside the store's plain durable commits.

python -m benchmarks.declare [--database-url URL] [--count N]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import text

from benchmarks.population import BY, DENY, isrc, settings_in
from registry.bootstrap import Registry, open_registry
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.services.declare import declare
from registry.services.open_account import register_rightsholder
from registry.services.register_work import NewWork, register_work
from registry.storage.engine import writing

BULK = 1_000


def plain_commits(registry: Registry, count: int) -> None:
    """The baseline: one small row a durable transaction."""
    for number in range(count):
        with writing(registry.engine) as connection:
            connection.execute(
                text("INSERT INTO plain (n, body) VALUES (:n, :body)"),
                {"n": number, "body": "x" * 600},
            )


def per_second(run: Callable[[], None], count: int) -> float:
    started = time.perf_counter()
    run()
    return count / (time.perf_counter() - started)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database-url")
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        registry = open_registry(settings_in(Path(folder), options.database_url, 8000))
        registry.prepare()
        measure(registry, options.count)
        registry.close()


def measure(registry: Registry, count: int) -> None:
    """Prints the figures; rounds alternate, so that a drift of the machine meets all of them."""
    with writing(registry.engine) as connection:
        connection.execute(text("CREATE TABLE plain (n INTEGER, body TEXT)"))
    with registry.writing() as ledger:
        holder = register_rightsholder(ledger, "Benchmark", BY)
    works: list[str] = []
    for start in range(0, 3 * BULK, BULK):
        with registry.writing() as ledger:
            for number in range(start, start + BULK):
                new = NewWork(
                    "A track", WorkKind.RECORDING, Role.RECORDING, (isrc(number),), "mine"
                )
                works.append(register_work(ledger, holder, new, BY).id)

    def one_by_one(ids: Sequence[str]) -> None:
        for id in ids:
            with registry.writing() as ledger:
                made = declare(ledger, holder, Subject("work", id), DENY, BY)
                ledger.receipt(made.record.seq)

    def in_bulk(ids: Sequence[str]) -> None:
        with registry.writing() as ledger:
            for id in ids:
                declare(ledger, holder, Subject("work", id), DENY, BY)

    plain, single, bulk = [], [], []
    for turn in range(3):
        share = works[turn * BULK : (turn + 1) * BULK]
        plain.append(per_second(partial(plain_commits, registry, count), count))
        single.append(per_second(partial(one_by_one, share[:count]), count))
        bulk.append(per_second(partial(in_bulk, share), len(share)))
    middle = {
        name: sorted(values)[1] for name, values in (("p", plain), ("s", single), ("b", bulk))
    }
    print(
        f"declarations, signed and logged, on {registry.engine.dialect.name} (median of 3 rounds)"
    )
    print(f"  plain durable commits          {middle['p']:9,.0f} a second   1.00")
    print(
        f"  one by one, with receipt       {middle['s']:9,.0f} a second   {middle['s'] / middle['p']:.2f}"
    )
    print(
        f"  in bulk, {BULK:,} a transaction  {middle['b']:9,.0f} a second   {middle['b'] / middle['p']:.2f}"
    )


if __name__ == "__main__":
    main()
