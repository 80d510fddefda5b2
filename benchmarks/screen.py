"""Screening a corpus with a snapshot: rows a second beside reading and hashing the same rows, and peak memory.

    python -m benchmarks.screen [--rows N] [--registered N] [--folder DIR] [--rounds N] [--parquet] [--kinds sha256,url]

Nobody registered any of the rows, and the filter's few mistakes are not asked about, so what is measured is the client
alone: reading, keys, filter, sorting, files, fsync, fingerprints and report. Figures are processor seconds of this
process, median of rounds that alternate; only the ratio means anything on another machine.
"""

import argparse
import csv
import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.memory import peak_bytes
from registry.client.corpus.codecs import open_text
from registry.client.corpus.columns import parse_columns
from registry.client.corpus.screening import CHUNK_ROWS_WITH_SNAPSHOT, Order, screen
from registry.client.corpus.sieve import SnapshotSieve
from registry.client.corpus.source import Chunk, open_source
from registry.client.registry import Registry
from registry.domain.vocabulary import Usage
from registry.screening.filter_file import Filter, content_of, write_filter
from registry.screening.key_lists import sorted_keys
from registry.screening.manifest import (
    REGISTERED,
    FileEntry,
    Manifest,
    SetEntry,
    own_versions,
)
from registry.screening.snapshot import Snapshot
from registry.signing.keys import generate

KINDS = ("sha256", "isrc", "url")


def value(kind: str, number: int) -> str:
    """A value of a column of this kind, which nobody registered."""
    if kind == "sha256":
        return hashlib.sha256(b"%d" % number).hexdigest()
    if kind == "isrc":
        return f"QZ{number % 676:03d}{number:07d}"[:12]
    return f"https://music{number % 977}.example/artist/{number % 9973}/track-{number}.mp3"


def make_corpus(path: Path, kind: str, rows: int) -> None:
    """A file of so many rows, with a title beside the identifier."""
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([("title", pa.string()), (kind, pa.string())])
        with pq.ParquetWriter(path, schema) as writer:
            for first in range(0, rows, 100_000):
                numbers = range(first, min(first + 100_000, rows))
                titles = [f"song {number}" for number in numbers]
                values = [value(kind, number) for number in numbers]
                writer.write_table(pa.table({"title": titles, kind: values}, schema=schema))
        return
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["title", kind])
        writer.writerows([f"song {number}", value(kind, number)] for number in range(rows))


def snapshot_of(registered: int) -> Snapshot:
    """A snapshot of so many keys that are nobody's."""
    dice = random.Random(7)
    keys = sorted_keys(dice.getrandbits(64) for _ in range(registered))
    body = BytesIO()
    write_filter(keys, body)
    nowhere = FileEntry(f"registered.{'0' * 16}.filter", len(body.getvalue()), "0" * 64)
    entry = SetEntry(len(keys), content_of(keys).hex(), nowhere, None)
    manifest = Manifest(
        "", "", "bench/log", 1, 0, 1 << 60, own_versions(), {REGISTERED: entry}, {}, None
    )
    return Snapshot(manifest, {REGISTERED: Filter(body.getvalue())}, lambda: 1)


def read_and_hash(path: Path, kind: str) -> int:
    """The baseline: every row of the file is read, and its identifier hashed as a lookup key would be."""
    found = 0
    for values in _columns(path, kind):
        for text in values:
            hashlib.sha256(f"{kind}:{text}".encode()).digest()
            found += 1
    return found


def read(path: Path) -> int:
    """Every row of a Parquet file is read, with all columns, and nothing is done with it."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, page_checksum_verification=True)
    batches = file.iter_batches(CHUNK_ROWS_WITH_SNAPSHOT, use_threads=False)
    return sum(batch.num_rows for batch in batches)


def _columns(path: Path, kind: str) -> Any:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        for batch in pq.ParquetFile(path).iter_batches(CHUNK_ROWS_WITH_SNAPSHOT, use_threads=False):
            yield batch.column(kind).to_pylist()
        return
    with open_text(path, "") as text:
        lines = (line.decode() for line in text)
        yield [row[1] for row in csv.reader(lines)][1:]


class Certain(SnapshotSieve):
    """The sieve, whose few false candidates are not asked: there is no registry here to ask."""

    def doubtful(self, chunk: Chunk) -> Sequence[int]:
        super().doubtful(chunk)
        return ()


def screened(path: Path, kind: str, out: Path, snapshot: Snapshot) -> int:
    """One screening, from the first row to the report."""
    shutil.rmtree(out, ignore_errors=True)
    with Registry("http://127.0.0.1:1", generate(), "no-objection") as registry:
        order = Order(
            path,
            out,
            parse_columns(kind),
            Usage.IDENTIFICATION,
            sieve=Certain(snapshot),
            chunk_rows=CHUNK_ROWS_WITH_SNAPSHOT,
        )
        return int(screen(order, registry)["rows"])


def sieved(path: Path, kind: str, snapshot: Snapshot) -> int:
    """Reading and sieving alone, without writing the rows anywhere."""
    sieve, rows = SnapshotSieve(snapshot), 0
    source = open_source(path, parse_columns(kind), CHUNK_ROWS_WITH_SNAPSHOT)
    for chunk in source.chunks(None, 0):
        sieve.doubtful(chunk)
        rows += len(chunk)
    return rows


def seconds(run: Callable[[], object]) -> float:
    """Processor seconds of this process that it takes."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def measure(path: Path, kind: str, rows: int, snapshot: Snapshot, rounds: int) -> None:
    """Prints what one kind of corpus takes, beside the baseline of the same rounds."""
    out = path.with_name("out")
    only_read = {"read": lambda: read(path)} if path.suffix == ".parquet" else {}
    runs: dict[str, Callable[[], object]] = {
        **only_read,
        "read and hash": lambda: read_and_hash(path, kind),
        "read and sieve": lambda: sieved(path, kind, snapshot),
        "screen to files and a report": lambda: screened(path, kind, out, snapshot),
    }
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            found[name].append(seconds(run))
    plain = median(found["read and hash"])
    print(f"{rows:,} rows of {kind} in {path.suffix}")
    for name, taken in found.items():
        each = median(taken)
        print(f"  {name:32}{rows / each:12,.0f} rows a second {plain / each:8.3f}")


def print_memory(path: Path, kind: str, rows: int) -> None:
    """The peak of a fresh process that screens a corpus; it should be the same for a small and for a large one."""
    words = [sys.executable, "-m", "benchmarks.screen", "--memory-of", str(path), "--kinds", kind]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    print(f"  peak memory of a process that screens {rows:,} rows: {done.stdout.strip()} MB")


def main(words: Sequence[str] | None = None) -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--registered", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--parquet", action="store_true", help="no CSV")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--memory-of", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    kinds = given.kinds.split(",")
    if given.memory_of is not None:
        out = given.memory_of.with_suffix(".out")
        screened(given.memory_of, kinds[0], out, snapshot_of(1_000))
        print(peak_bytes() >> 20)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as scratch:
        snapshot = snapshot_of(given.registered)
        for suffix in (".parquet",) if given.parquet else (".csv", ".parquet"):
            for kind in kinds:
                whole = given.rows // (4 if kind == "url" else 1)
                for rows in (whole // 10, whole):
                    path = Path(scratch) / f"{kind}-{rows}{suffix}"
                    make_corpus(path, kind, rows)
                    if rows == whole:
                        measure(path, kind, rows, snapshot, given.rounds)
                    print_memory(path, kind, rows)
                    shutil.rmtree(path.with_suffix(".out"))
                    path.unlink()


if __name__ == "__main__":
    main()
