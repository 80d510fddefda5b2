"""Verifying an export beside bare signature verification: records a second of processor time, in the same run.

    python -m benchmarks.verify_export [--works N] [--rounds N] [--folder DIR]

The export is of the registry that `benchmarks.export` makes. Bare is the Ed25519 verification of each record's JWS and
nothing else: no parsing, no hashing. The verifier moreover hashes every file, grows the log's tree, makes the leaf of
every event (there are two for each record), reads each record, and works its rows out anew.
"""

import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.export import asked_for
from benchmarks.memory import peak_bytes
from registry.client.exports.verify import Trusted, verify_export
from registry.services.export_scope import Scope
from registry.services.make_export import ExportPress, make_export
from registry.signing import base64url
from registry.signing.keys import KeyPurpose, PublicKey
from registry.signing.note import vkey

TARGET = 0.6


def signatures(export: Path) -> list[tuple[bytes, bytes]]:
    """(what is signed, its signature) of every record."""
    found = []
    with (export / "data/log/events.jsonl").open("rb") as lines:
        for line in lines:
            event = json.loads(line)
            if event["type"] == "declaration.issued":
                text, _, signature = event["body"].rpartition(".")
                found.append((text.encode(), base64url.decode(signature)))
    return found


def bare(signed: Sequence[tuple[bytes, bytes]], key: PublicKey) -> float:
    """Seconds of processor time for the signatures alone."""
    before = time.process_time()
    for message, signature in signed:
        key.verify(message, signature)
    return time.process_time() - before


def peak_of(export: Path, log_key: str) -> int:
    """Peak memory in bytes of this process, in which nothing but an export is verified."""
    report = verify_export(export, Trusted((log_key,)))
    assert report.holds, report
    return peak_bytes()


def main(words: Sequence[str]) -> None:
    """Prints records a second of processor time, and the ratio."""
    registry, folder, rounds = asked_for(words, __doc__)
    signers = registry.signers()
    log_key = vkey(registry.place.origin, signers[KeyPurpose.LOG].public.raw)
    key = signers[KeyPurpose.RECORDS].public
    press = ExportPress(registry.reading, registry.released, registry.signers, registry.place)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        export = Path(scratch) / "export"
        make_export(press, export, Scope(), formats=("jsonl",))
        signed = signatures(export)
        alone, whole = [], []
        for _ in range(rounds):
            alone.append(bare(signed, key))
            before = time.process_time()
            report = verify_export(export, Trusted((log_key,)))
            whole.append(time.process_time() - before)
            assert report.holds, report
            assert report.records == len(signed)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            peak = pool.apply(peak_of, (export, log_key))
    count, ratio = len(signed), median(alone) / median(whole)
    print(f"{count:,} records, {report.events:,} events; median of {rounds}")
    print(f"  bare      {count / median(alone):>9,.0f} records a second of processor time")
    print(f"  verified  {count / median(whole):>9,.0f}  ratio {ratio:.2f} (target {TARGET})")
    print(f"  peak of memory, in a process of its own: {peak / 2**20:,.0f} MB")
    registry.close()


if __name__ == "__main__":
    main(sys.argv[1:])
