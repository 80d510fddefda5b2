"""Looks in the background: asked for over a job, done by a real fetch process, tried again when they cannot be done."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from registry.errors import Unavailable
from registry.fetching.lines import Ask, Reply
from registry.fetching.process import FetchProcess
from registry.services.dispute_claim import decide_dispute, open_dispute
from registry.services.find import the_rightsholder
from registry.services.prove_claim import PROVE, RECHECK, RECHECK_MS, ask_for_proof, challenge
from registry.services.recheck_claims import AGAIN_MS
from registry.storage.jobs import Job, JobState
from registry.storage.proofs import ProofRow, ProofState
from registry.worker.kinds import KINDS
from registry.worker.proofs import Fetching, prove_claim, recheck_claim
from tests.fetching.sites import Web, reply
from tests.registries import DAY, STEWARD, Desk

SITE = "https://artist.example/"
FILE = "/.well-known/consent-registry.txt"


def asked_for(desk: Desk) -> str:
    _, claim = desk.location(SITE)
    with desk.registry.writing() as ledger:
        ask_for_proof(ledger, claim, desk.rightsholder())
    return claim


def taken(desk: Desk, kind: str, claim: str) -> Job:
    with desk.registry.bookkeeping() as uow:
        found = uow.jobs.of(kind, claim)
        assert found is not None
        job = uow.jobs.take(found.id, max(desk.clock.now, found.due), found.due + DAY)
        assert job is not None
        return job


def settled(desk: Desk, job: Job) -> Job:
    with desk.registry.bookkeeping() as uow:
        uow.jobs.done(job, desk.clock.now)
        return uow.jobs.find(job.id)


def looking(web: Web) -> Fetching:
    return lambda url: FetchProcess(url, web.command())


def state(desk: Desk, claim: str) -> ProofRow:
    with desk.registry.reading() as uow:
        row = uow.proofs.of(claim)
    assert row is not None
    return row


def put_up(desk: Desk, web: Web, claim: str) -> None:
    with desk.registry.reading() as uow:
        web.put("artist.example", FILE, reply(challenge(uow, desk.registry.place, claim).token))


def test_a_claim_is_proved_in_the_background_and_looked_at_again(desk: Desk, web: Web) -> None:
    claim = asked_for(desk)
    put_up(desk, web, claim)
    job = taken(desk, PROVE, claim)
    prove_claim(desk.registry, job, fetching=looking(web))
    prove_claim(
        desk.registry, job, fetching=looking(web)
    )  # as after a kill before the end was written
    assert settled(desk, job).state is JobState.DONE
    assert state(desk, claim).state is ProofState.PROVED
    with desk.registry.reading() as uow:
        assert len(the_rightsholder(uow, desk.rightsholder()).grants) == 1

    desk.clock.forward(RECHECK_MS + 1000)
    again = taken(desk, RECHECK, claim)
    recheck_claim(desk.registry, again, fetching=looking(web))
    waiting = settled(desk, again)
    assert waiting.state is JobState.WAITING
    assert desk.clock.now + RECHECK_MS <= waiting.due <= desk.clock.now + RECHECK_MS + 1000


def test_what_is_not_found_is_looked_at_again_the_next_day_until_it_lapses(
    desk: Desk, web: Web
) -> None:
    claim = asked_for(desk)
    put_up(desk, web, claim)
    prove_claim(desk.registry, taken(desk, PROVE, claim), fetching=looking(web))
    web.take_down("artist.example", FILE)
    desk.clock.forward(RECHECK_MS + 1000)
    for failures in (1, 2):
        job = taken(desk, RECHECK, claim)
        recheck_claim(desk.registry, job, fetching=looking(web))
        assert state(desk, claim).failures == failures
        waiting = settled(desk, job)
        assert desk.clock.now < waiting.due <= desk.clock.now + AGAIN_MS + 1000
        desk.clock.forward(DAY + 1000)
    job = taken(desk, RECHECK, claim)
    recheck_claim(desk.registry, job, fetching=looking(web))
    assert state(desk, claim).state is ProofState.LAPSED
    assert settled(desk, job).state is JobState.DONE


def test_a_claim_that_ended_before_it_was_looked_at_is_noted_as_not_proved(
    desk: Desk, web: Web
) -> None:
    claim = asked_for(desk)
    with desk.registry.writing() as ledger:
        dispute = open_dispute(ledger, claim, STEWARD, "not theirs").dispute
        decide_dispute(
            ledger, dispute, upheld=True, stewards=("alice", "bob"), by=STEWARD, reason="seen"
        )
    prove_claim(desk.registry, taken(desk, PROVE, claim), fetching=looking(web))
    assert state(desk, claim).state is ProofState.FAILED
    assert web.seen == []


class Away:
    def ask(self, ask: Ask) -> Reply:
        raise Unavailable("away")


@contextmanager
def away(url: str) -> Iterator[Away]:
    yield Away()


def test_when_nobody_can_look_the_job_goes_wrong_and_the_claim_does_not(
    desk: Desk, web: Web
) -> None:
    claim = asked_for(desk)
    job = taken(desk, PROVE, claim)
    with pytest.raises(Unavailable):
        prove_claim(desk.registry, job, fetching=away)
    assert state(desk, claim).state is ProofState.WAITING
    put_up(desk, web, claim)
    prove_claim(desk.registry, job, fetching=looking(web))
    again = taken(desk, RECHECK, claim)
    with pytest.raises(Unavailable):
        recheck_claim(desk.registry, again, fetching=away)
    assert state(desk, claim).state is ProofState.PROVED
    with desk.registry.bookkeeping() as uow:
        uow.jobs.fail(again, desk.clock.now, "away")
        failed = uow.jobs.find(again.id)
    assert failed.next_due is not None  # it begins anew the next day, however often it went wrong


def test_a_job_about_nothing_ends(desk: Desk, web: Web) -> None:
    claim = asked_for(desk)
    job = taken(desk, PROVE, claim)
    lost = Job(**{name: getattr(job, name) for name in job.__slots__} | {"key": "nobody"})
    prove_claim(desk.registry, lost, fetching=looking(web))
    recheck_claim(desk.registry, lost, fetching=looking(web))


def test_both_kinds_are_known_to_whoever_runs_jobs() -> None:
    assert KINDS[PROVE].run is prove_claim
    assert KINDS[RECHECK].run is recheck_claim
