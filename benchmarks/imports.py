"""Rows per second and peak memory of importing a catalogue, beside registering and declaring the same works directly.

python -m benchmarks.imports [--rows N] [--rounds N] [--form csv|jsonl|xlsx] [--postgresql | --database-url URL]

Each round imports a fresh catalogue (reading, gathering, registering, linking, declaring) and does directly, in
transactions as large, what the services need for as many works; times are of this process's processor, figures medians.
Peak memory is that of a process of its own that imports one catalogue (`--alone`), of N rows and of a tenth of them.
"""

import argparse
import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import median

import openpyxl

from benchmarks.population import BY, isrc, settings_in
from benchmarks.stores import a_postgresql
from registry.bootstrap import Registry, open_registry
from registry.catalogues.options import Options
from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Role, WorkKind
from registry.garbage import spare_what_stays
from registry.services import import_catalogue
from registry.services.declare import declare
from registry.services.open_account import register_rightsholder
from registry.services.register_catalogue import CHUNK
from registry.services.register_work import NewWork, register_work
from registry.storage.imports import Import
from registry.worker.imports import run_import

NAMES = ("Title", "Artist", "ISRC", "UPC", "Album", "Link")
TRACKS = 10
"""On a release."""


def rows(first: int, count: int) -> Iterator[tuple[str, ...]]:
    """Rows of a label's catalogue: tracks, ten to an album."""
    for number in range(first, first + count):
        album = number // TRACKS
        digits = f"50{album:010d}"
        check = -(3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))) % 10
        yield (
            f"Track {number}",
            f"Artist {album % 97}",
            isrc(number).removeprefix("isrc:"),
            f"{digits}{check}",
            f"Album {album}",
            f"https://label.example/tracks/{number}",
        )


def write_catalogue(path: Path, form: str, first: int, count: int) -> None:
    """A catalogue of so many tracks."""
    if form == "xlsx":
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in (NAMES, *rows(first, count)):
            sheet.append(row)
        book.save(path)
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        if form == "jsonl":
            for row in rows(first, count):
                file.write(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n")
        else:
            csv.writer(file).writerows((NAMES, *rows(first, count)))


def import_file(registry: Registry, holder: str, path: Path) -> Import:
    """All of an import, in this process."""
    files = registry.import_files
    options = Options(preset="no-ai", inside="mine")
    received = import_catalogue.receive(
        files, io.BytesIO(path.read_bytes()).read, options, registry.clock()
    )
    with registry.bookkeeping() as uow:
        now = registry.clock()
        kept = import_catalogue.keep(uow, received, holder, path.name, BY, now)
        import_catalogue.start(uow, files, kept, BY, now)
        job = uow.jobs.of(import_catalogue.IMPORT, kept.id)
    assert job is not None
    run_import(registry, job)
    with registry.reading() as uow:
        done = uow.imports.find(kept.id)
    assert done is not None
    return done


def directly(registry: Registry, holder: str, first: int, count: int) -> None:
    """As many works by the services alone: registered, with their release, and declared on."""
    releases: dict[str, str] = {}
    pending = list(rows(first, count))
    for start in range(0, len(pending), CHUNK):
        with registry.writing() as ledger:
            for title, _, code, upc, album, link in pending[start : start + CHUNK]:
                if upc not in releases:
                    new = NewWork(album, WorkKind.RELEASE, Role.RECORDING, (f"upc:{upc}",), "mine")
                    releases[upc] = register_work(ledger, holder, new, BY).id
                    declare(ledger, holder, Subject("work", releases[upc]), Wish("no-ai"), BY)
                names = (f"isrc:{code}", link)
                part_of = (releases[upc],)
                new = NewWork(
                    title, WorkKind.RECORDING, Role.RECORDING, names, "mine", part_of=part_of
                )
                work = register_work(ledger, holder, new, BY)
                declare(ledger, holder, Subject("work", work.id), Wish("no-ai"), BY)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database-url")
    where.add_argument("--postgresql", action="store_true", help="in one of its own, without fsync")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--form", choices=["csv", "jsonl", "xlsx"], default="csv")
    parser.add_argument("--alone", action="store_true", help="import one and say what it took")
    options = parser.parse_args(arguments)
    store = a_postgresql() if options.postgresql else nullcontext(options.database_url)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder, store as url:
        registry = open_registry(settings_in(Path(folder), url, 8000))
        registry.prepare()
        with registry.writing() as ledger:
            holder = register_rightsholder(ledger, "A label", BY)
        spare_what_stays()  # as in the server
        path = Path(folder) / f"catalogue.{options.form}"
        if options.alone:
            _alone(registry, holder, path, options.form, options.rows)
        else:
            _measure(registry, holder, path, options)
        registry.close()


def _alone(registry: Registry, holder: str, path: Path, form: str, count: int) -> None:
    write_catalogue(path, form, 0, count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    done = import_file(registry, holder, path)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert done.state == "done", done
    print(
        f"{count:9,} rows of {form}: {count / cpu:7,.0f} a second of processor, {count / wall:7,.0f} by the clock; "
        f"peak memory {peak / 1024:,.0f} MiB ({before / 1024:,.0f} before), "
        f"{_anonymous() / 1024:,.0f} at the end without pages of files; {done.registered:,} works, "
        f"{done.declared:,} declarations"
    )


def _anonymous() -> int:
    """This process's own memory (KiB): without the pages of the store's file, which SQLite maps."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


def _measure(registry: Registry, holder: str, path: Path, options: argparse.Namespace) -> None:
    imported: list[float] = []
    direct: list[float] = []
    count = options.rows // (10 * options.rounds) // TRACKS * TRACKS
    for turn in range(options.rounds):
        first = 2 * turn * count
        write_catalogue(path, options.form, first, count)
        imported.append(_cpu(lambda: import_file(registry, holder, path)) / count)
        direct.append(_cpu(lambda: directly(registry, holder, first + count, count)) / count)
    ratio = median(direct) / median(imported)
    print(
        f"importing {options.form} on {registry.engine.dialect.name}: {1 / median(imported):,.0f} rows a second of "
        f"processor, {ratio:.2f} of registering, linking and declaring the same directly "
        f"(median of {options.rounds} rounds of {count:,} rows)"
    )
    for rows_alone in (options.rows // 10, options.rows):
        command = [sys.executable, "-m", "benchmarks.imports", "--alone", "--rows", str(rows_alone)]
        command += ["--form", options.form]
        subprocess.run(command, check=True)


def _cpu(run: Callable[[], object]) -> float:
    before = time.process_time()
    run()
    return time.process_time() - before


if __name__ == "__main__":
    main()
