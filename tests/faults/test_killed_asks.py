"""Processes that write down questions are killed: what was written stays, and no root is ever wrong."""

import signal
import subprocess
import sys
import textwrap
from contextlib import ExitStack

import pytest

from registry.client.asks import verify_ask
from registry.services.prove_ask import prove_ask
from registry.worker.asks import root_asks
from tests.asked import JOB, filed_proof, log_key
from tests.registries import HOUR, START, Desk

pytestmark = pytest.mark.faults

PROGRAM = textwrap.dedent(
    """
    import os, signal, sys
    from registry.storage.ask_writer import AskWriter, NotedAsk
    from registry.storage.engine import open_engine

    url, who, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
    digest = "sha-256=:" + "A" * 43 + "=:"
    writer = AskWriter(open_engine(url), delay=0.01)
    for number in range(400):
        ask = NotedAsk(who, at + number * 10_000, digest, digest, "search", dict, {})
        writer.note(ask)
        if number % 20 == 0:
            writer.catch_up()
            print(number + 1, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
)


def writer(url: str, who: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, url, who, str(START - START % HOUR)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_killed_at_any_moment_lose_only_what_was_not_written_and_no_root_is_wrong(
    desk: Desk,
) -> None:
    url = desk.registry.settings.database_url
    desk.clock.now = START - START % HOUR + HOUR + 60_000
    told = {}
    with ExitStack() as running:
        p, q = (running.enter_context(writer(url, who)) for who in ("p", "q"))
        assert q.stdout is not None
        for line in q.stdout:  # rooted while they write
            told["q"] = int(line)
            root_asks(desk.registry, JOB)
            if told["q"] > 150:
                q.kill()
                break
        told["q"] = max([told["q"], *map(int, q.stdout.read().split())])
        told["p"] = int(p.communicate()[0].split()[-1])
        assert p.wait() == q.wait() == -signal.SIGKILL
    desk.clock.now += 9 * HOUR
    root_asks(desk.registry, JOB)
    key = log_key(desk.registry)
    with desk.registry.reading() as uow:
        for who, at_least in told.items():
            rows = uow.asks.of(who, 0, 1_000)
            assert len(rows) >= at_least
            times = [row.leaf.at for row in rows]
            assert times == sorted(set(times))
            for row in rows[:: max(1, len(rows) // 20)]:
                verify_ask(filed_proof(prove_ask(uow, who, row.number)), key)
    assert desk.fsck().wrong is None
