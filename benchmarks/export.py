"""An export beside the database's own copy-out: events a second of processor time, and peak memory, in the same run.

    python -m benchmarks.export [--works N] [--rounds N] [--folder DIR]

A registry on SQLite with N works, one declaration each, made once and kept in the folder. The copy-out is every row of
the events, read by the driver and written as it is. An export verifies what it reads: it hashes each event anew, takes
its record apart into rows, and hashes every file. Each export runs in a process of its own, for its peak of memory.
"""

import argparse
import json
import multiprocessing
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from sqlalchemy.engine import make_url

from benchmarks.memory import peak_bytes
from benchmarks.population import BY, DENY, isrc, settings_in, url
from registry.bootstrap import Registry, open_registry
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.services.declare import declare
from registry.services.export_scope import Scope
from registry.services.make_export import ExportPress, make_export
from registry.services.open_account import register_rightsholder
from registry.services.register_work import NewWork, register_work
from registry.services.write_export import Format

TARGET = 0.3
TARGET_MEGABYTES = 200
KINDS: dict[str, tuple[Format, ...]] = {
    "JSON Lines": ("jsonl",),
    "CSV": ("csv",),
    "Parquet": ("parquet",),
    "all three": ("jsonl", "csv", "parquet"),
}


def declared(folder: Path, works: int) -> Registry:
    """A registry with at least so many works, each with a declaration; made once."""
    registry = open_registry(settings_in(folder, None, 8000))
    registry.prepare()
    note = folder / "declared.json"
    have = json.loads(note.read_text()) if note.exists() else 0
    for first in range(have, works, 500):
        with registry.writing() as ledger:
            holder = register_rightsholder(ledger, f"Artist {first // 500}", BY)
            for number in range(first, min(first + 500, works)):
                names = isrc(number), url(number)
                new = NewWork(
                    f"Track {number}", WorkKind.RECORDING, Role.RECORDING, names, embodies="mine"
                )
                work = register_work(ledger, holder, new, BY)
                declare(ledger, holder, Subject("work", work.id), DENY, BY)
        note.write_text(str(min(first + 500, works)))
    return registry


def copy_out(database: Path, target: Path) -> float:
    """Seconds of processor time to copy every event out."""
    before = time.process_time()
    connection = sqlite3.connect(database)
    with target.open("wb") as out:
        for seq, id, type, at, body in connection.execute(
            "SELECT seq, id, type, at, body FROM events ORDER BY seq"
        ):
            out.write(f"{seq},{id},{type},{at},".encode() + body + b"\n")
    connection.close()
    return time.process_time() - before


def one_export(folder: Path, target: Path, formats: tuple[Format, ...]) -> tuple[float, int]:
    """(seconds of processor time, peak memory in bytes) of an export in this process."""
    registry = open_registry(settings_in(folder, None, 8000))
    press = ExportPress(registry.reading, registry.released, registry.signers, registry.place)
    before = time.process_time()
    make_export(press, target, Scope(), formats=formats)
    spent = time.process_time() - before
    registry.close()
    return spent, peak_bytes()


def apart(work: Callable[..., tuple[float, int]], *given: object) -> tuple[float, int]:
    """What a function gives in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def rounds_of(registry: Registry, count: int) -> Iterator[dict[str, tuple[float, int]]]:
    """Copy-out and every kind of export, in turn."""
    folder = registry.settings.var
    database = Path(str(make_url(registry.settings.database_url).database))
    for _ in range(count):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            found = {"copy-out": (copy_out(database, Path(scratch) / "copy"), 0)}
            for name, formats in KINDS.items():
                target = Path(scratch) / "export"
                found[name] = apart(one_export, folder, target, formats)
                shutil.rmtree(target)
            yield found


def asked_for(words: Sequence[str], about: str | None) -> tuple[Registry, Path, int]:
    """(the registry to measure, its folder, how many rounds), from the command line of a benchmark of exports."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--works", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("var/benchmark/declared"))
    options = parser.parse_args(words)
    options.folder.mkdir(parents=True, exist_ok=True)
    return declared(options.folder, options.works), options.folder, options.rounds


def main(words: Sequence[str]) -> None:
    """Prints a line a kind: events a second of processor time, the ratio to copy-out, peak memory."""
    registry, _, rounds = asked_for(words, __doc__)
    with registry.reading() as uow:
        head = uow.log.head()
        assert head is not None
        events = head.head.size
    found = list(rounds_of(registry, rounds))
    copied = median(each["copy-out"][0] for each in found)
    print(f"{events:,} events, half of them records; median of {rounds}")
    print(f"  copy-out     {events / copied:>10,.0f} events a second of processor time")
    for name in KINDS:
        spent = median(each[name][0] for each in found)
        peak = max(each[name][1] for each in found) / 2**20
        print(
            f"  {name:<12} {events / spent:>10,.0f}  ratio {copied / spent:.2f} (target {TARGET})"
            f"  peak {peak:,.0f} MB (target {TARGET_MEGABYTES})"
        )
    registry.close()


if __name__ == "__main__":
    main(sys.argv[1:])
