"""The published opt-out client with 100,000 URLs: the registry beside a stub that answers from memory, same server.

    make partners
    python -m benchmarks.datadiligence [--urls N] [--works N] [--folder DIR]

One granian worker serves both. The client sends 10,000 URLs at a time, ten at once, and decodes what comes back; its
own time is in both figures. A tenth of the URLs are of registered works.
"""

import argparse
import json
import os
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.population import BY, populated, settings_in, url
from benchmarks.verify import a_platform, cpu_seconds, free_port, started
from registry.bootstrap import Registry
from registry.services.issue_query_key import issue_query_key
from tests.outside_programs import PROGRAMS

ROUNDS = 5
SCRIPT = Path(__file__).resolve().parent.parent / "tests" / "partners" / "datadiligence_client.py"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--urls", type=int, default=100_000)
    parser.add_argument("--works", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("var/benchmark"))
    options = parser.parse_args(arguments)
    settings = settings_in(options.folder, None, free_port())
    registry = populated(settings, options.works)
    key = _query_key(registry)
    urls = _some_urls(options.urls, options.works)
    seconds: dict[str, list[float]] = {"stub": [], "registry": []}
    cpu: dict[str, list[float]] = {"stub": [], "registry": []}
    with started(settings) as group:
        for _ in range(ROUNDS):
            for name, address in (
                ("stub", f"{settings.public_url}/stub"),
                ("registry", settings.public_url),
            ):
                before = cpu_seconds(group)
                seconds[name].append(_asked(address, key, urls))
                cpu[name].append(cpu_seconds(group) - before)
    registry.close()
    ratios = [a / b for a, b in zip(seconds["registry"], seconds["stub"], strict=True)]
    for name, found in seconds.items():
        print(
            f"{name:10} {median(found):6.2f} s, server {median(cpu[name]):6.2f} s of processor time"
        )
    print(f"registry ÷ stub, {options.urls:,} URLs: {median(ratios):.2f}")


def _query_key(registry: Registry) -> str:
    a_platform(registry)
    with registry.reading() as uow:
        platform = uow.platform_keys.platforms()[-1]
    with registry.writing() as ledger:
        return issue_query_key(ledger, platform, "benchmark", BY)[1]


def _some_urls(count: int, works: int) -> list[str]:
    chance = random.Random(11)
    return [
        url(chance.randrange(works))
        if chance.random() < 0.1
        else f"https://nobody{number % 997}.example/a/{number}.mp3"
        for number in range(count)
    ]


def _asked(address: str, key: str, urls: list[str]) -> float:
    """How long the client took (s). Raises: CalledProcessError with what it said."""
    done = subprocess.run(
        [PROGRAMS["datadiligence"].path(), str(SCRIPT), address, "filter_allowed"],
        input=json.dumps(urls),
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "SPAWNING_OPTS_KEY": key},
    )
    return float(json.loads(done.stdout)["filter_allowed"]["seconds"])


if __name__ == "__main__":
    main()
