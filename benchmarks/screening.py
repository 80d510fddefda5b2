"""Offline screening: what a filter takes and how fast it is built and asked, beside reading the same keys; and how many
rows a second a snapshot screens, beside hashing the same rows.

python -m benchmarks.screening [--keys N] [--rounds N] [--works N]
python -m benchmarks.screening --rows N [--parquet] [--rounds N] [--kinds sha256,url]

Each figure is the median of rounds that alternate, in processor time of this process. `--works`: a snapshot is made of
a registry with so many works, beside reading all of its rows. Peak memory is that of a fresh process that makes one.
`--rows`: corpora of so many rows instead, from the file to a report (`benchmarks.screen`).
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks import screen
from benchmarks.memory import peak_bytes
from benchmarks.population import isrc, populated, settings_in, url
from registry.bootstrap import Registry, open_registry
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Usage
from registry.screening.filter_file import Filter, content_of, write_filter
from registry.screening.key_lists import read_list, sorted_keys, write_list
from registry.screening.keys import keys_of
from registry.screening.manifest import (
    REGISTERED,
    SET_NAMES,
    FileEntry,
    Manifest,
    SetEntry,
    own_versions,
)
from registry.screening.snapshot import Snapshot
from registry.services.make_snapshot import make_snapshot
from registry.storage.whole_store import rows_of, shapes

GEN = Usage.GENERATIVE_TRAINING
ROWS = 20_000


class Rounds:
    """Seconds of processor of every round, for so many things each time."""

    def __init__(self, name: str, count: int, run: Callable[[], object]) -> None:
        self.name, self.count, self.run = name, count, run
        self.taken: list[float] = []

    def once(self) -> None:
        """One more round."""
        begun = time.process_time()
        self.run()
        self.taken.append((time.process_time() - begun) / self.count)

    @property
    def each(self) -> float:
        return median(self.taken)

    def line(self, plain: "Rounds") -> str:
        """The figure and its ratio to the baseline."""
        return (
            f"  {self.name:44}{1e6 * self.each:9.3f} µs each {1 / self.each:14,.0f} a second"
            f" {plain.each / self.each:9.4f}"
        )


def compared(title: str, plain: Rounds, *others: Rounds, rounds: int) -> None:
    """Runs all of them in turn, and prints them under their title; ratios are to the first."""
    for _ in range(rounds):
        for each in (plain, *others):
            each.once()
    print(title)
    for each in (plain, *others):
        print(each.line(plain))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--works", type=int, default=20_000)
    parser.add_argument("--make-in", help=argparse.SUPPRESS)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--parquet", action="store_true")
    parser.add_argument("--kinds", default="sha256,isrc,url")
    options = parser.parse_args(arguments)
    if options.rows:
        words = ["--rows", str(options.rows), "--rounds", str(options.rounds)]
        screen.main([*words, "--kinds", options.kinds, *(["--parquet"] * options.parquet)])
        return
    if options.make_in:
        make_and_tell_memory(Path(options.make_in))
        return
    filters(options.keys, options.rounds)
    rows(options.rounds)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        snapshots(Path(folder), options.works, options.rounds)


def filters(count: int, rounds: int) -> None:
    """A filter of so many keys: size, mistakes, building and asking."""
    keys = sorted_keys(_hash(f"key {number}") for number in range(count))
    out = io.BytesIO()
    write_filter(keys, out)
    whole = Filter(out.getvalue())
    listed = io.BytesIO()
    write_list(keys, listed)
    others = array("Q", (_hash(f"other {number}") for number in range(200_000)))
    missed = sum(key not in whole for key in keys)
    wrong = sum(key in whole for key in others)
    print(
        f"a filter of {count:,} keys: {8 * len(out.getvalue()) / count:.2f} bits a key, {missed} false negatives, "
        f"{wrong} false positives in {len(others):,}"
    )
    compared(
        "building and asking it, beside reading its keys from their list (ratios to that)",
        Rounds("read the keys", count, lambda: read_list(listed.getvalue())),
        Rounds("build", count, lambda: write_filter(keys, io.BytesIO())),
        Rounds("ask, one by one", len(others), lambda: sum(key in whole for key in others)),
        *_with_numpy(whole, others),
        rounds=rounds,
    )


def _with_numpy(whole: Filter, others: "array[int]") -> list[Rounds]:
    if find_spec("numpy") is None:
        return []
    import numpy as np

    asked = np.array(others, dtype=np.uint64)
    return [Rounds("ask, with numpy", len(others), lambda: whole.contains_many(asked))]


def rows(rounds: int) -> None:
    """Rows of one column against a snapshot of a million keys that none of them meets."""
    keys = sorted_keys(_hash(f"key {number}") for number in range(1_000_000))
    out = io.BytesIO()
    write_filter(keys, out)
    snapshot = _snapshot(keys, Filter(out.getvalue()))
    columns = {
        "digests": [f"sha256:{hashlib.sha256(str(n).encode()).hexdigest()}" for n in range(ROWS)],
        "ISRCs": [isrc(number) for number in range(ROWS)],
        "URLs": [url(number) for number in range(ROWS)],
    }
    turn = 0

    def fresh(column: list[str]) -> list[list[str]]:
        nonlocal turn
        turn += 1  # nothing may be remembered from the round before
        return [[_another(text, turn)] for text in column]

    for name, column in columns.items():
        compared(
            f"{name}: a row screened, beside hashing it (ratio to that)",
            Rounds("hash", ROWS, lambda: [hashlib.sha256(t.encode()).digest() for t in column]),
            Rounds("parse alone", ROWS, lambda: [parse_identifier(r[0]) for r in fresh(column)]),
            Rounds("parse and key", ROWS, lambda: [keys_of(parse_identifier(r[0])) for r in fresh(column)]),
            Rounds("screen, one by one", ROWS, lambda: [snapshot.screen(r, GEN) for r in fresh(column)]),
            rounds=rounds,
        )  # fmt: skip


def _another(text: str, turn: int) -> str:
    """The like of a row, as no round before had it."""
    if text.startswith("https:"):
        return text.replace("track-", f"track-{turn}-")
    digits = f"{turn % 1000:03d}"
    return text[:-3] + digits if text.startswith("sha256:") else text[:10] + digits[1:] + text[12:]


def _snapshot(keys: "array[int]", whole: Filter) -> Snapshot:
    nowhere = FileEntry(f"registered.{'0' * 16}.filter", 0, "0" * 64)
    entry = SetEntry(len(keys), content_of(keys).hex(), nowhere, None)
    manifest = Manifest(
        issuer="", checkpoint="", origin="", size=0, made_at=0, valid_until=1 << 62, versions=own_versions(),
        sets=dict.fromkeys(SET_NAMES, entry), lists={}, previous=None,
    )  # fmt: skip
    return Snapshot(manifest, {REGISTERED: whole, GEN.value: whole}, lambda: 1)


def snapshots(folder: Path, works: int, rounds: int) -> None:
    """A snapshot of a whole registry, beside reading all of its rows."""
    registry = populated(settings_in(folder, None, 8000), works)
    press = registry.snapshot_press()
    made = make_snapshot(press)
    total = made.sets[REGISTERED].keys
    compared(
        f"a snapshot of {works:,} works and {total:,} keys, beside reading every row of the store (ratio to that)",
        Rounds("read every row", total, lambda: _read_everything(registry)),
        Rounds("make a snapshot", total, lambda: make_snapshot(replace(press))),
        rounds=rounds,
    )
    sizes = sum(file.bytes for file in made.files().values())
    print(f"  its files: {sizes:,} bytes, {sizes / total:.1f} a key")
    registry.close()
    command = [sys.executable, "-m", "benchmarks.screening", "--make-in", str(folder)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def _read_everything(registry: Registry) -> int:
    with registry.reading() as uow:
        return sum(
            len(part) for shape in shapes(uow.connection) for part in rows_of(uow.connection, shape)
        )


def make_and_tell_memory(folder: Path) -> None:
    """In a process of its own: what making a snapshot adds to it."""
    registry = open_registry(settings_in(folder, None, 8000))
    before = peak_bytes()
    made = make_snapshot(registry.snapshot_press())
    print(
        f"  peak memory of a process that makes it: {peak_bytes() / 1e6:,.0f} MB, of which {before / 1e6:,.0f} MB "
        f"before it began, for {made.sets[REGISTERED].keys:,} keys"
    )
    registry.close()


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


if __name__ == "__main__":
    main()
