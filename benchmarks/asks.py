"""What it costs to keep proof of asking: the same signed questions, answered with it and without it, in turn.

`python -m benchmarks.asks`. CPU time of the whole process, so the thread that writes is counted too. The baseline is
the same desk on the same store, to which nothing is noted.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.stages import _signed
from registry.api.answering import Asked, Desk
from registry.bootstrap import Registry, open_registry
from registry.domain.vocabulary import Role, WorkKind
from registry.garbage import spare_what_stays
from registry.services.actor import Actor
from registry.services.open_account import register_rightsholder
from registry.services.register_platform import add_platform_key, register_platform
from registry.services.register_work import NewWork, register_work
from registry.settings import Settings
from registry.signing.keys import MemorySigner, generate
from registry.storage.ask_writer import AskWriter, NotedAsk

STEWARD = Actor("bench", "steward")
ISRC = "isrc:GBAYE0600001"
_DIGEST = "sha-256=:" + "A" * 43 + "=:"


def main(argv: Sequence[str] | None = None) -> None:
    """Prints both, their difference in a request, and what noting alone takes."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--rounds", type=int, default=30)
    read.add_argument("--questions", type=int, default=200, help="in a round")
    read.add_argument("--items", type=int, default=1, help="in a question")
    given = read.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environ(
            {"REGISTRY_VAR": folder, "REGISTRY_RATE_PLATFORM": "1000000000"}
        )
        registry = open_registry(replace(settings, var=Path(folder)))
        registry.prepare()
        signer = _population(registry)
        item = {"identifiers": [ISRC]}
        body = msgspec.json.encode({"usage": "generative-training", "items": [item] * given.items})
        writers = {
            "with": AskWriter(registry.engine),
            "without": AskWriter(registry.engine, enabled=False),
        }
        spent: dict[str, list[float]] = {name: [] for name in writers}
        desk = Desk(registry)
        spare_what_stays()  # as a server does
        for round in range(given.rounds):
            for name in sorted(writers, reverse=bool(round % 2)):
                registry.asks = writers[name]
                spent[name].append(_round(registry, desk, signer, body, given.questions))
        ratios = [a / b for a, b in zip(spent["with"], spent["without"], strict=True)]
        print(f"CPU of a signed question of {given.items}, µs (median of {given.rounds} rounds)")
        for name, values in spent.items():
            print(f"  {name:10} {1e6 * median(values):10.1f}")
        print(f"  ratio      {median(ratios):10.3f}")
        print(f"noting alone, µs {_noting():10.2f}")
        registry.close()


def _population(registry: Registry) -> MemorySigner:
    signer = generate()
    with registry.writing() as ledger:
        holder = register_rightsholder(ledger, "Bench", STEWARD)
        new = NewWork("Song", WorkKind.RECORDING, Role.RECORDING, (ISRC,), embodies="mine")
        register_work(ledger, holder, new, STEWARD)
        platform = register_platform(ledger, "Bench", "Bench Ltd", STEWARD)
        add_platform_key(ledger, platform, signer.public.jwk, STEWARD)
    return signer


def _round(
    registry: Registry, desk: Desk, signer: MemorySigner, body: bytes, questions: int
) -> float:
    """CPU seconds a question, until all that was noted is written."""
    target = f"{registry.place.public_url}/v1/verify"
    asked = [Asked(_signed(target, body, signer), "", "127.0.0.1", False) for _ in range(questions)]
    began = time.process_time()
    for each in asked:
        desk.answer(each)
    registry.asks.catch_up()
    return (time.process_time() - began) / questions


def _noting(times: int = 20_000) -> float:
    """Microseconds that `note` and what it is given take the thread that answers."""
    found = []
    for _ in range(7):
        writer = AskWriter(None, delay=3600)  # type: ignore[arg-type]
        writer._is_looked_after = True  # nobody takes them
        began = time.thread_time()
        for at in range(times):
            writer.note(NotedAsk("p", at, _DIGEST, _DIGEST, "search", dict, {}))
        found.append((time.thread_time() - began) / times)
    return 1e6 * median(found)


if __name__ == "__main__":
    main()
