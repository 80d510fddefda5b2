"""An export beside the database's own copy-out: events a second of processor time, and peak memory, in the same run.

    python -m benchmarks.export [--works N] [--rounds N] [--folder DIR]

A registry on SQLite with N works, one declaration each, made once and kept in the folder. Two copies stand beside it:
every row of the events as the driver gives it, its bytes written as they are, with nothing escaped; and the same as
JSON by the database's own program, where `sqlite3` is installed. An export writes more: a line an event, a line a row,
a hash an event. It verifies what it reads: it hashes each event anew, takes its record apart into rows, hashes every
file, and has all of it on the disk. Each runs in a process of its own.
"""

import argparse
import json
import multiprocessing
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
DRIVER, OWN = "copy by driver", "sqlite3 -json"
_EVENTS = "SELECT seq, id, type, at, body FROM events ORDER BY seq"
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


@dataclass(frozen=True)
class Spent:
    """What a copy or an export took. `start`: seconds within it until pyarrow was there."""

    seconds: float
    lines: int
    bytes: int
    start: float = 0.0
    peak: int = 0


def copy_out(database: Path, target: Path) -> Spent:
    """Every event, by the driver."""
    before, lines = time.process_time(), 0
    connection = sqlite3.connect(database)
    with target.open("wb") as out:
        for seq, id, type, at, body in connection.execute(_EVENTS):
            out.write(f"{seq},{id},{type},{at},".encode() + body + b"\n")
            lines += 1
    connection.close()
    return Spent(time.process_time() - before, lines, target.stat().st_size)


def own_copy_out(program: str, database: Path, target: Path) -> Spent:
    """Every event, by the database's own program, as JSON."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with target.open("wb") as out:
        subprocess.run(
            [program, "-readonly", "-json", str(database), _EVENTS], stdout=out, check=True
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    with target.open("rb") as written:
        return Spent(seconds, sum(1 for _ in written), target.stat().st_size)


def one_export(folder: Path, target: Path, formats: tuple[Format, ...]) -> Spent:
    """An export in this process."""
    registry = open_registry(settings_in(folder, None, 8000))
    press = ExportPress(registry.reading, registry.released, registry.signers, registry.place)
    before = time.process_time()
    if "parquet" in formats:
        import pyarrow.parquet  # noqa: F401
    start = time.process_time() - before
    made = make_export(press, target, Scope(), formats=formats)
    spent = time.process_time() - before
    registry.close()
    written = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    lines = made.events + made.rows * len(formats) + (made.acts or 0)
    return Spent(spent, lines, written, start, peak_bytes())


def apart(work: Callable[..., Spent], *given: object) -> Spent:
    """What a function gives in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def rounds_of(registry: Registry, count: int) -> Iterator[dict[str, Spent]]:
    """The copies and every kind of export, in turn."""
    folder, program = registry.settings.var, shutil.which("sqlite3")
    database = Path(str(make_url(registry.settings.database_url).database))
    for _ in range(count):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            found = {DRIVER: apart(copy_out, database, Path(scratch) / "copy")}
            if program is not None:
                found[OWN] = apart(own_copy_out, program, database, Path(scratch) / "own")
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
    print(f"{events:,} events, half of them records; median of {rounds}")
    took = {name: median(each[name].seconds for each in found) for name in found[0]}
    for name, first in found[0].items():
        print(
            f"  {name:<14} {events / took[name]:>9,.0f} events a second of processor time; {first.lines:,} lines, "
            f"{first.bytes / 1e6:,.0f} MB"
        )
        if name in (DRIVER, OWN):
            continue
        for copy in (DRIVER, OWN):
            if copy in took:
                beside = found[0][copy]
                ratio = median(each[copy].seconds / each[name].seconds for each in found)
                print(
                    f"  {'':<14} ÷ {copy}: {ratio:.2f} (target {TARGET}); byte for byte "
                    f"{ratio * first.bytes / beside.bytes:.2f}"
                )
        peak = max(each[name].peak for each in found) / 2**20
        start = median(each[name].start for each in found)
        began = f"; {start:.2f} s of it until pyarrow was there" if start else ""
        print(f"  {'':<14} peak {peak:,.0f} MB (target {TARGET_MEGABYTES}){began}")
    registry.close()


if __name__ == "__main__":
    main(sys.argv[1:])
