"""Signed look-ups beside a bare Flask JSON route, on the same server in the same run; batches; growth; PostgreSQL.

    python -m benchmarks.verify [--works N] [--small N] [--postgresql-works N] [--folder DIR] [--seconds S] [--rounds N]

The server is granian with one worker; the load comes from a process of its own, signed beforehand. The registries
on SQLite are made once (minutes for a million works) and kept in the folder; the one on PostgreSQL is made for the
run. 0 leaves a store out.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import load
from benchmarks.population import BY, isrc, populated, settings_in, url
from benchmarks.stages import print_stages
from benchmarks.stores import a_postgresql, gather_statistics
from registry.bootstrap import Registry
from registry.services.register_platform import add_platform_key, register_platform
from registry.settings import Settings
from registry.signing.keys import MemorySigner, generate

BATCH = 1_000


@dataclass(slots=True)
class Measured:
    """A registry under measurement: where it is served, who asks, and what was found, round by round."""

    name: str
    settings: Settings
    works: int
    registry: Registry
    signer: MemorySigner
    group: int
    """The server's process group."""
    cpu: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of the server's processor time a request, round by round."""
    rows: dict[str, list[load.Measured]] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return f"{self.settings.public_url}/v1/verify"

    def send(self, name: str, requests: Sequence[bytes], connections: int) -> None:
        """One round of one kind of load."""
        before = cpu_seconds(self.group)
        found = load.run(self.settings.port, requests, connections)
        spent = cpu_seconds(self.group) - before
        self.rows.setdefault(name, []).append(found)
        self.cpu.setdefault(name, []).append(spent / len(requests))

    def signed(self, questions: Sequence[Any], query: str = "") -> list[bytes]:
        return [load.signed_post(self.target + query, each, self.signer) for each in questions]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(settings: Settings) -> Iterator[int]:
    """granian, one worker, over the bare route and the registry. Gives its process group."""
    environ = {
        **os.environ,
        "REGISTRY_VAR": str(settings.var),
        "REGISTRY_DATABASE_URL": settings.database_url,
        "REGISTRY_PORT": str(settings.port),
    }
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(settings.port)]
    options += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    command = [sys.executable, "-m", "granian", *options, "benchmarks.server:app"]
    with (settings.var / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environ, start_new_session=True, stderr=log)
    try:
        _wait_for(f"{settings.public_url}/bare", server)
        yield server.pid
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up within a minute; see server.log in the folder")


@contextmanager
def served(name: str, folder: Path, database_url: str | None, works: int) -> Iterator[Measured]:
    """A registry with so many works, behind a server of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings_in(folder, database_url, free_port())
    print(f"{name}: a registry of {works:,} works in {folder}")
    registry = populated(settings, works)
    if database_url is not None:
        gather_statistics(database_url)
    with started(settings) as group:
        _wait_for_nonces(registry)
        yield Measured(name, settings, works, registry, a_platform(registry), group)
    registry.close()


def _wait_for_nonces(registry: Registry) -> None:
    """What was signed before a store of nonces was made, or right then, is refused."""
    ready = registry.nonces.born_at() + registry.settings.clock_skew + 1_000
    time.sleep(max(0, ready - registry.clock()) / 1_000)


def a_platform(registry: Registry) -> MemorySigner:
    """A platform with a fresh key."""
    signer = generate()
    with registry.writing() as ledger:
        platform = register_platform(ledger, "Benchmark", "Benchmark Ltd", BY)
        add_platform_key(ledger, platform, dict(signer.public.jwk), BY)
    return signer


def singles(chance: random.Random, works: int, count: int) -> list[Any]:
    """One asset each: nine in ten of a work, by ISRC, by URL or by both; one in ten of nobody's."""
    questions = []
    for _ in range(count):
        number = chance.randrange(works)
        kind = chance.randrange(10)
        identifiers = (
            [isrc(number)]
            if kind < 4
            else [url(number)]
            if kind < 7
            else [isrc(number), url(number)]
        )
        if kind == 9:
            identifiers = [f"isrc:FRZ03{chance.randrange(10**7):07d}"]
        questions.append({"usage": "generative-training", "items": [{"identifiers": identifiers}]})
    return questions


def batches(chance: random.Random, works: int, count: int, kind: str) -> list[Any]:
    """A thousand assets each, half of them registered; by ISRC, or by URLs with locations to look for."""
    questions = []
    for _ in range(count):
        items = []
        for _ in range(BATCH):
            number = chance.randrange(2 * works)
            known = number < works
            if kind == "identifiers":
                text = isrc(number) if known else f"isrc:FRZ03{number % 10**7:07d}"
            else:
                text = (
                    url(number) if known else f"https://nobody{number % 997}.example/a/{number}.mp3"
                )
            items.append({"identifiers": [text]})
        questions.append({"usage": "generative-training", "items": items})
    return questions


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=10_000, help="for growth; 0: none")
    parser.add_argument("--postgresql-works", type=int, default=100_000, help="0: none")
    parser.add_argument("--folder", type=Path, default=Path("var/benchmark"))
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        stores = [stack.enter_context(served("sqlite", options.folder, None, options.works))]
        if options.small:
            folder = options.folder / "small"
            stores.append(stack.enter_context(served("small", folder, None, options.small)))
        if options.postgresql_works:
            where = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = stack.enter_context(a_postgresql())
            stores.append(
                stack.enter_context(served("postgresql", where, url, options.postgresql_works))
            )
        measure(stores, options.seconds, options.rounds)
        for store in stores:
            print_rows(store)
        if options.small:
            print_growth(stores[0], stores[1])
        print_stages(
            stores[0].registry, stores[0].signer, singles(random.Random(5), options.works, 1_000)
        )


def measure(stores: Sequence[Measured], seconds: float, rounds: int) -> None:
    """Rounds alternate between the stores and kinds, so that a drift of the machine meets all of them."""
    chance = random.Random(7)
    for store in stores:
        load.run(store.settings.port, store.signed(singles(chance, store.works, 500)), 4)  # warm
    for _ in range(rounds):
        for store in stores:
            _one_round(store, chance, seconds)


def _one_round(store: Measured, chance: random.Random, seconds: float) -> None:
    bare = load.plain_get(f"{store.settings.public_url}/bare")
    works = store.works
    store.send("bare", [bare] * int(4_000 * seconds), 4)
    store.send("single", store.signed(singles(chance, works, int(700 * seconds))), 4)
    store.send("bare, one connection", [bare] * int(1_000 * seconds), 1)
    store.send(
        "single, one connection", store.signed(singles(chance, works, int(300 * seconds))), 1
    )
    if store.name == "small":
        return
    few = max(2, int(3 * seconds))
    for kind in ("identifiers", "urls"):
        store.send(f"batch of {kind}", store.signed(batches(chance, works, few, kind)), 1)
        lean = store.signed(batches(chance, works, few, kind), "?evidence=none")
        store.send(f"batch of {kind}, no evidence", lean, 1)


def print_rows(store: Measured) -> None:
    """Medians of the rounds. A ratio is the median of the rounds' own ratios to the bare route: of rates, and of the
    server's processor time, which says the same of a server that has a core for itself and says it still where
    others use the machine."""
    rounds = len(store.rows["bare"])
    print(f"\n{store.name}, {store.works:,} works: medians of {rounds} rounds; granian, one worker")
    print(
        f"{'':36} {'a second':>9} {'÷ bare':>6} {'µs CPU':>7} {'bare ÷':>6} {'median':>9} {'p99':>9}"
    )
    for name, found in store.rows.items():
        per = BATCH if name.startswith("batch") else 1
        bare = "bare, one connection" if name.endswith("one connection") else "bare"
        rate, cpu = median(each.rate for each in found), median(store.cpu[name])
        rates = [a.rate / b.rate for a, b in zip(found, store.rows[bare], strict=True)]
        pairs = zip(store.cpu[name], store.cpu[bare], strict=True)
        times = [b / a for a, b in pairs if a]  # the system counts in hundredths of a second
        shown = f"{median(rates):6.2f}" if per == 1 else f"{'items':>6}"
        middle, p99 = median(each.median for each in found), median(each.p99 for each in found)
        print(
            f"{name:36} {rate * per:9,.0f} {shown} {1e6 * cpu / per:7.1f} {median(times or [0]) * per:6.2f} "
            f"{middle:6.2f} ms {p99:6.2f} ms"
        )
        refused = sum(each.refused for each in found)
        if refused:
            print(f"{'':36} {refused} were refused: the figure means nothing")
    own, mapped = resident_mb(store.group)
    print(
        f"{'memory of the server':36} {own:9,.0f} MB of its own, {mapped:,.0f} MB of mapped files"
    )


def print_growth(large: Measured, small: Measured) -> None:
    """How much slower a single look-up is where there are many works: the median over the rounds."""
    name = "single, one connection"
    pairs = zip(large.rows[name], small.rows[name], strict=True)
    growth = median(a.median / b.median for a, b in pairs)
    print(f"\nlatency at {large.works:,} works ÷ at {small.works:,}: {growth:.2f}")


def _processes(group: int) -> Iterator[Path]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[2]) == group:
                yield stat.parent
        except OSError:
            continue  # it has ended


def cpu_seconds(group: int) -> float:
    """Processor time of a group of processes so far, in and for them."""
    ticks = 0
    for process in _processes(group):
        members = (process / "stat").read_text().rpartition(")")[2].split()
        ticks += int(members[11]) + int(members[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mb(group: int) -> tuple[float, float]:
    """Resident memory of the largest process of a group: its own, and pages of files that it has mapped, which
    the kernel takes back when it needs them (MB)."""
    most = (0.0, 0.0)
    for process in _processes(group):
        lines = (process / "status").read_text().splitlines()
        sizes = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines if "Rss" in line}
        most = max(most, (sizes.get("RssAnon:", 0.0), sizes.get("RssFile:", 0.0)))
    return most


if __name__ == "__main__":
    main()
