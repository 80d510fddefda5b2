"""Signed look-ups beside a bare Flask JSON route, on the same server in the same run; batches; where the time goes.

    python -m benchmarks.verify [--works N] [--folder DIR] [--database-url URL] [--seconds S]

The server is granian with one worker; the load comes from a process of its own, signed beforehand. The registry
that is measured is made once (minutes for a million works) and kept in the folder.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.population import BY, isrc, populated, settings_in, url
from benchmarks.stages import print_stages
from registry.bootstrap import Registry
from registry.services.register_platform import add_platform_key, register_platform
from registry.settings import Settings
from registry.signing.keys import MemorySigner, generate

ROUNDS = 3
BATCH = 1_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(settings: Settings) -> subprocess.Popen[bytes]:
    """granian, one worker, over the bare route and the registry."""
    environ = {
        **os.environ,
        "REGISTRY_VAR": str(settings.var),
        "REGISTRY_DATABASE_URL": settings.database_url,
        "REGISTRY_PORT": str(settings.port),
    }
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
    ]
    command += [str(settings.port), "--workers", "1", "--blocking-threads", "4", "--no-ws"]
    command += ["--log-level", "warning", "benchmarks.server:app"]
    server = subprocess.Popen(command, env=environ, start_new_session=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{settings.public_url}/bare", timeout=1):
                return server
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not come up within a minute")


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
    parser.add_argument("--folder", type=Path, default=Path("var/benchmark"))
    parser.add_argument("--database-url")
    parser.add_argument("--seconds", type=float, default=4)
    options = parser.parse_args(arguments)
    port = free_port()
    settings = settings_in(options.folder, options.database_url, port)
    print(f"a registry of {options.works:,} works in {options.folder}")
    registry = populated(settings, options.works)
    signer = a_platform(registry)
    server = start_server(settings)
    try:
        measure(settings, signer, options.works, options.seconds)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    print_stages(registry, signer, singles(random.Random(5), options.works, 2_000))
    registry.close()


def measure(settings: Settings, signer: MemorySigner, works: int, seconds: float) -> None:
    """Prints rates and ratios; rounds alternate, so that a drift of the machine meets all of them."""
    chance = random.Random(7)
    target = f"{settings.public_url}/v1/verify"
    bare = load.plain_get(f"{settings.public_url}/bare")
    rows: dict[str, list[load.Measured]] = {}

    def one(name: str, requests: Sequence[bytes], connections: int) -> None:
        rows.setdefault(name, []).append(load.run(settings.port, requests, connections))

    def signed(questions: Sequence[Any], to: str = target) -> list[bytes]:
        return [load.signed_post(to, question, signer) for question in questions]

    load.run(settings.port, signed(singles(chance, works, 500)), 4)  # warm
    for _ in range(ROUNDS):
        one("bare", [bare] * int(4_000 * seconds), 4)
        one("single", signed(singles(chance, works, int(700 * seconds))), 4)
        one("bare, one connection", [bare] * int(1_000 * seconds), 1)
        one("single, one connection", signed(singles(chance, works, int(300 * seconds))), 1)
        for kind in ("identifiers", "urls"):
            few = max(2, int(3 * seconds))
            one(f"batch of {kind}", signed(batches(chance, works, few, kind)), 1)
            lean = f"{target}?evidence=none"
            one(f"batch of {kind}, no evidence", signed(batches(chance, works, few, kind), lean), 1)
    middle = {name: sorted(found, key=lambda each: each.rate)[1] for name, found in rows.items()}
    base = middle["bare"].rate
    print(
        f"\nmedian of {ROUNDS} rounds; granian, one worker, on {settings.database_url.split(':')[0]}"
    )
    print(f"{'':36} {'a second':>10} {'÷ bare':>7} {'median':>9} {'p99':>9}")
    for name, found in middle.items():
        per = BATCH if name.startswith("batch") else 1
        ratio = f"{found.rate / base:7.2f}" if per == 1 else f"{'items':>7}"
        print(
            f"{name:36} {found.rate * per:10,.0f} {ratio} {found.median:6.2f} ms {found.p99:6.2f} ms"
        )
        if found.refused:
            print(f"{'':36} {found.refused} were refused: the figure means nothing")


if __name__ == "__main__":
    main()
