"""Proof, disputes and objections as they stand on claims and rightsholders."""

import pytest

from registry.domain.dossiers import Rightsholder, Work
from registry.domain.events import (
    AssuranceLapsed,
    ClaimObjected,
    DisputeDecided,
    DisputeOpened,
    ObjectionAnswered,
)
from registry.domain.folding.access import the_rightsholder, the_work
from registry.domain.state import State
from tests.domain.asking import URL
from tests.model.histories import Log, of_work, parties


@pytest.fixture
def log() -> Log:
    return parties()


@pytest.fixture
def work(log: Log) -> str:
    return log.work("r1", URL)


def seen(log: Log, work: str) -> tuple[Work, Rightsholder]:
    state = State(log.entries)
    return the_work(state, work), the_rightsholder(state, "r1")


def dispute(log: Log, work: str, id: str) -> None:
    log.add(DisputeOpened(id, f"{work}c", of_work(work), "r1", ""))


def decide(log: Log, work: str, id: str, *, upheld: bool) -> None:
    log.add(DisputeDecided(id, f"{work}c", of_work(work), "r1", upheld, ("a", "b"), ""))


def test_proof_of_one_identifier_is_the_claims_and_of_a_prefix_the_rightsholders(
    log: Log, work: str
) -> None:
    one = log.grant("r1", f"{work}c", of_work(work), identifier=URL)
    many = log.grant("r1", f"{work}c", of_work(work), prefix="isrc:GBAYE")
    held, holder = seen(log, work)
    assert [grant.id for grant in held.claims[0].grants] == [one]
    assert [grant.id for grant in holder.grants] == [many]


@pytest.mark.parametrize("shape", [{"identifier": URL}, {"prefix": "isrc:GBAYE"}])
def test_a_lapse_takes_the_permission_of_the_grant_that_it_names_and_of_no_other(
    log: Log, work: str, shape: dict[str, str]
) -> None:
    ended = log.grant("r1", f"{work}c", of_work(work), **shape)  # type: ignore[arg-type]
    kept = log.grant("r1", f"{work}c", of_work(work), **shape)  # type: ignore[arg-type]
    log.add(AssuranceLapsed(ended, f"{work}c", of_work(work), "r1", ""))
    held, holder = seen(log, work)
    grants = {grant.id: grant.lapsed for grant in [*held.claims[0].grants, *holder.grants]}
    assert grants == {ended: True, kept: False}


def test_a_dispute_marks_what_was_gained_through_the_claim_before_and_after(
    log: Log, work: str
) -> None:
    log.grant("r1", f"{work}c", of_work(work), prefix="isrc:GBAYE")
    dispute(log, work, "q1")
    log.grant("r1", f"{work}c", of_work(work), prefix="isrc:US")
    dispute(log, work, "q2")
    held, holder = seen(log, work)
    assert held.claims[0].disputes == ["q1", "q2"]
    assert [grant.disputes for grant in holder.grants] == [["q1", "q2"]] * 2
    decide(log, work, "q1", upheld=False)
    decide(log, work, "q2", upheld=False)
    held, holder = seen(log, work)
    assert held.claims[0].disputes == []
    assert [grant.disputes for grant in holder.grants] == [[], []]
    assert not held.claims[0].ended


def test_a_dispute_upheld_ends_the_claim_and_all_that_was_gained_through_it(
    log: Log, work: str
) -> None:
    other = log.claim("r1", of_work(work))
    log.grant("r1", f"{work}c", of_work(work), prefix="isrc:GBAYE")
    kept = log.grant("r1", other, of_work(work), prefix="isrc:US")
    dispute(log, work, "q1")
    decide(log, work, "q1", upheld=True)
    log.grant("r1", f"{work}c", of_work(work), prefix="isrc:DE")  # too late: the claim has ended
    held, holder = seen(log, work)
    assert [claim.ended for claim in held.claims] == [True, False]
    assert [grant.id for grant in holder.grants] == [kept]


def test_what_lapses_after_its_claim_ended_is_gone_already(log: Log, work: str) -> None:
    grant = log.grant("r1", f"{work}c", of_work(work), prefix="isrc:GBAYE")
    dispute(log, work, "q1")
    decide(log, work, "q1", upheld=True)
    log.add(AssuranceLapsed(grant, f"{work}c", of_work(work), "r1", ""))
    assert seen(log, work)[1].grants == []


def test_objections_are_kept_with_their_time_until_they_are_answered(log: Log, work: str) -> None:
    by = log.claim("r2", of_work(work))
    log.add(ClaimObjected(f"{work}c", of_work(work), by, "r2"))
    held, _ = seen(log, work)
    assert [(each.by, each.at) for each in held.claims[0].objections] == [(by, log.now)]
    log.add(ObjectionAnswered(f"{work}c", of_work(work), ("a", "b"), ""))
    held, _ = seen(log, work)
    assert held.claims[0].objections == []


def test_to_lapse_twice_or_decide_twice_is_to_do_it_once(log: Log, work: str) -> None:
    grant = log.grant("r1", f"{work}c", of_work(work), identifier=URL)
    dispute(log, work, "q1")
    for _ in range(2):
        log.add(AssuranceLapsed(grant, f"{work}c", of_work(work), "r1", ""))
        decide(log, work, "q1", upheld=False)
        held, _ = seen(log, work)
        assert [each.lapsed for each in held.claims[0].grants] == [True]
        assert held.claims[0].disputes == []
