"""Submits each new checkpoint to the witnesses, in a thread of its own: a witness that is slow, dead or hostile holds
up nothing but its own next turn.

Every few seconds at most, the newest checkpoint goes to all witnesses at once, so that what they cosign is the same.
One that failed is passed over for longer each time. Several workers share one job, of which one at a time has the
lease.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from registry.bootstrap import Registry
from registry.client.cosigning import Cosignature, cosigned
from registry.client.lines import Line, client_options
from registry.errors import RegistryError
from registry.instants import SECOND_MS
from registry.storage.cosignatures import Cosigned, Tried
from registry.storage.jobs import Job, JobState
from registry.storage.log_store import SignedHead
from registry.tlog.tiles import consistency_proof
from registry.witness.known import KnownWitness
from registry.worker.kinds import Kind
from registry.worker.runner import Runner

COSIGN: Final = "cosign"
EVERY_MS: Final = 3 * SECOND_MS
LOOK_SECONDS: Final = 1.0
TIMEOUT_SECONDS: Final = 5.0
"""For each of the two requests that a witness may need."""
LONGEST_WAIT_MS: Final = 300 * SECOND_MS
_TRIES: Final = 1_000_000
"""The job has to begin anew whatever happened; how often a witness is tried is its own count."""

Submit = Callable[[KnownWitness, SignedHead, int], Cosignature]
"""Witness, checkpoint, what it has seen → its cosignature. Raises: RegistryError."""


@contextmanager
def cosigning(runner: Runner) -> Iterator["Cosigning | None"]:
    """Collects cosignatures until the end of the block; nothing where no witness is configured."""
    if not runner.registry.settings.witnesses:
        yield None
        return
    work = Cosigning(runner)
    thread = threading.Thread(target=work.look_on, name="cosigning")
    thread.start()
    try:
        yield work
    finally:
        work.ended.set()
        thread.join()
        work.close()


class Cosigning:
    """The thread, and the connections to witnesses. `runner` is the worker's: its registry, log, lease and chance."""

    def __init__(self, runner: Runner) -> None:
        def cosign(registry: Registry, job: Job, /) -> None:  # noqa: ARG001
            collect(registry, self.submit, self._threads)

        kinds = {COSIGN: Kind(cosign, tries=_TRIES)}
        self.ended = threading.Event()
        self._runner = replace(runner, kinds=kinds)
        count = max(1, len(runner.registry.settings.witnesses))
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="witness")
        self._lines: dict[str, Line] = {}
        self._closing: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._away = False

    def look_on(self) -> None:
        """Looks every second, until ended."""
        while not self.ended.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> bool:
        """Has the newest checkpoint submitted, if it is time. Never fails: where the store is away, it is not."""
        try:
            if not is_behind(self._runner.registry):
                return False
            ask_for_a_round(self._runner.registry)
            ran = any(self._runner.run(id) is not None for id in self._runner.due(1))
        except Exception as error:
            if not self._away:
                self._runner.log.error("no witness can be asked", error=error)
            self._away = True
            return False
        self._away = False
        return ran

    def submit(self, witness: KnownWitness, head: SignedHead, known: int) -> Cosignature:
        """The witness's cosignature over the checkpoint. Raises: as `registry.client.cosigning.cosigned`."""
        registry = self._runner.registry

        def proof_from(old: int) -> list[bytes]:
            with registry.reading() as uow:
                return consistency_proof(old, head.head.size, uow.log)

        now = registry.clock() // SECOND_MS
        flow = cosigned(witness, head.note, head.head.size, known, proof_from, now)
        return self._line(witness).run(flow)

    def close(self) -> None:
        """Waits for what is on its way, and ends the connections."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for close in self._closing:
            close()

    def _line(self, witness: KnownWitness) -> Line:
        import httpx2

        with self._lock:
            if witness.vkey not in self._lines:
                client = httpx2.Client(**client_options(witness.url, TIMEOUT_SECONDS))
                self._closing.append(client.close)
                self._lines[witness.vkey] = Line(client, TIMEOUT_SECONDS)
            return self._lines[witness.vkey]


def is_behind(registry: Registry) -> bool:
    """Is there a witness that has not cosigned the newest checkpoint, and whose turn it is? Raises: Unavailable."""
    found = _whose_turn(registry)
    return found is not None and bool(found[1])


def ask_for_a_round(registry: Registry) -> None:
    """Asks for a round, unless one is due soon, runs, or ended a moment ago. One that went wrong here (the store was
    away) does not wait as long as other jobs do. Raises: Unavailable."""
    now = registry.clock()
    with registry.reading() as uow:
        there = uow.jobs.of(COSIGN, "")
    if there is not None:
        soon = there.state is JobState.WAITING and there.due <= now + EVERY_MS
        if soon or there.state is JobState.RUNNING:
            return
        if there.finished_at is not None and 0 <= now - there.finished_at < EVERY_MS:
            return
    with registry.bookkeeping() as uow:
        uow.jobs.add(COSIGN, "", now)


def collect(registry: Registry, submit: Submit, threads: ThreadPoolExecutor) -> None:
    """One round: the newest checkpoint to every witness that has not cosigned it and whose turn it is.

    Raises: Unavailable, LogRefuses. What a witness does wrong is noted with it.
    """
    found = _whose_turn(registry)
    if found is None:
        return
    head, asked = found
    registry.released(head)  # nobody is shown a head that is not in the second place

    def ask(witness: KnownWitness, last: Tried | None) -> tuple[Cosigned | None, Tried]:
        return _asked(registry, submit, witness, head, last)

    outcomes = list(threads.map(ask, asked.keys(), asked.values()))
    settings = registry.settings
    with registry.bookkeeping() as uow:
        uow.cosignatures.keep([each for each, _ in outcomes if each is not None])
        for _, each in outcomes:
            uow.cosignatures.note(each)
        vkeys = [each.vkey for each in settings.witnesses]
        seen = uow.cosignatures.witnessed(vkeys, settings.witness_quorum, head.head.size)
        if seen is not None:
            uow.cosignatures.forget(seen[0])


def _asked(
    registry: Registry,
    submit: Submit,
    witness: KnownWitness,
    head: SignedHead,
    last: Tried | None,
) -> tuple[Cosigned | None, Tried]:
    known, failures = (0, 0) if last is None else (last.known, last.failures)
    size = head.head.size
    try:
        found = submit(witness, head, known)
    except RegistryError as error:
        # what it has seen is asked for anew: it may be what was wrong
        now = registry.clock()
        return None, Tried(witness.vkey, 0, failures + 1, now, error.message)
    kept = Cosigned(witness.vkey, size, head.head.root, found.line, found.at * SECOND_MS)
    return kept, Tried(witness.vkey, size, 0, registry.clock(), None)


def _whose_turn(registry: Registry) -> tuple[SignedHead, dict[KnownWitness, Tried | None]] | None:
    """The newest checkpoint, and who has not cosigned it and is to be asked now, each with how the last try went; None
    where nothing is logged."""
    with registry.reading() as uow:
        head, tried = uow.log.head(), uow.cosignatures.tried()
        if head is None:
            return None
        done = {each.vkey for each in uow.cosignatures.over(head.head.size, head.head.root)}
    now = registry.clock()
    return head, {
        each: tried.get(each.vkey)
        for each in registry.settings.witnesses
        if each.vkey not in done and _is_due(tried.get(each.vkey), now)
    }


def _is_due(last: Tried | None, now: int) -> bool:
    if last is None or not last.failures:
        return True
    wait = min(EVERY_MS << min(last.failures, 10), LONGEST_WAIT_MS)
    return now >= last.tried_at + wait or now < last.tried_at
