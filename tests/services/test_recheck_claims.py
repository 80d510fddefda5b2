"""What was proved by looking is looked at again; what is not to be seen any more lapses, and its denials stand."""

import pytest

from registry.domain.events import Subject
from registry.errors import Unavailable
from registry.fetching.lines import Ask, Reply
from registry.services.actor import REGISTRY
from registry.services.attest_claim import lapse_assurance
from registry.services.dispute_claim import decide_dispute, open_dispute
from registry.services.find import the_claim, the_rightsholder
from registry.services.prove_claim import RECHECK, challenge, prove
from registry.services.recheck_claims import AGAIN_MS, FAILING_MS, recheck
from registry.storage.jobs import Job
from registry.storage.proofs import ProofState
from tests.fetching.sites import Web, reply
from tests.inboxes import mails, person, told
from tests.registries import DAY, HOUR, STEWARD, Desk
from tests.services.test_prove_digests import DIGEST, SONG

SITE = "https://artist.example/"
FILE = "/.well-known/consent-registry.txt"


def proved(desk: Desk, web: Web) -> str:
    """A claim on SITE that a look proved."""
    location, claim = desk.location(SITE)
    desk.declare(Subject("location", location), search="deny", generative_training="allow")
    with desk.registry.reading() as uow:
        token = challenge(uow, desk.registry.place, claim).token
    web.put("artist.example", FILE, reply(token))
    web.put("artist.example", "/song", reply(SONG))
    with web.kept_fetcher() as fetcher:
        assert prove(desk.registry, claim, fetcher, REGISTRY).state is ProofState.PROVED
    return claim


def again(desk: Desk, web: Web, claim: str) -> ProofState:
    with web.kept_fetcher() as fetcher:
        return recheck(desk.registry, claim, fetcher, REGISTRY)


def grants(desk: Desk) -> list[tuple[str, bool]]:
    with desk.registry.reading() as uow:
        return [(g.id, g.lapsed) for g in the_rightsholder(uow, desk.rightsholder()).grants]


def job(desk: Desk, claim: str) -> Job | None:
    with desk.registry.reading() as uow:
        return uow.jobs.of(RECHECK, claim)


def test_what_is_still_there_stands_and_is_looked_at_again_in_a_week(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    desk.clock.forward(7 * DAY)
    assert again(desk, web, claim) is ProofState.PROVED
    assert [lapsed for _, lapsed in grants(desk)] == [False]


def test_three_failures_over_two_days_let_it_lapse_and_not_sooner(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    web.take_down("artist.example", FILE)
    for hours in (0, 1, 1, 1):
        desk.clock.forward(hours * HOUR)
        assert again(desk, web, claim) is ProofState.PROVED
    desk.clock.forward(FAILING_MS - 3 * HOUR + 1000)
    assert again(desk, web, claim) is ProofState.LAPSED
    assert [lapsed for _, lapsed in grants(desk)] == [True]
    assert desk.fsck().wrong is None


def test_the_first_failure_is_told_and_then_that_it_lapsed(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    ada = person(desk, "Ada", "R1")
    web.take_down("artist.example", FILE)
    for _ in range(2):
        again(desk, web, claim)
        assert told(desk, ada) == [("claim-lapsing", 1)]
    desk.clock.forward(FAILING_MS + 1_000)
    assert again(desk, web, claim) is ProofState.LAPSED
    assert told(desk, ada) == [("claim-lapsed", 1), ("claim-lapsing", 1)]
    assert mails(desk, ada)[0].words["what"] == SITE


def test_after_a_failure_the_next_look_is_the_next_day(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    with desk.registry.bookkeeping() as uow:
        taken = uow.jobs.take(_id(desk, claim), desk.clock.forward(8 * DAY), desk.clock.now + HOUR)
    assert taken is not None
    web.take_down("artist.example", FILE)
    again(desk, web, claim)
    with desk.registry.bookkeeping() as uow:
        assert uow.jobs.done(taken, desk.clock.now)
    due = job(desk, claim)
    assert due is not None
    assert desk.clock.now < due.due <= desk.clock.now + AGAIN_MS + 1000


def _id(desk: Desk, claim: str) -> str:
    found = job(desk, claim)
    assert found is not None
    return found.id


def test_one_good_look_begins_the_count_anew(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    page = web.pages["artist.example" + FILE]
    for _ in range(3):
        web.take_down("artist.example", FILE)
        again(desk, web, claim)
        desk.clock.forward(DAY + HOUR)
        again(desk, web, claim)
        desk.clock.forward(DAY + HOUR)
        web.put("artist.example", FILE, page)
        assert again(desk, web, claim) is ProofState.PROVED
    assert [lapsed for _, lapsed in grants(desk)] == [False]


def test_asking_for_looks_that_fail_does_not_begin_the_count_anew(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    web.take_down("artist.example", FILE)
    for _ in range(2):
        again(desk, web, claim)
        with web.kept_fetcher() as fetcher:
            assert prove(desk.registry, claim, fetcher, REGISTRY).state is ProofState.PROVED
        desk.clock.forward(DAY + HOUR)
    assert again(desk, web, claim) is ProofState.LAPSED


def test_a_lapse_takes_what_was_permitted_and_leaves_what_was_denied(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    desk.clock.forward(desk.registry.settings.loosening_delay + HOUR)
    song = "https://artist.example/song"
    assert desk.ask(song).answer.decision == "allow"
    assert desk.ask(song, usage="search").answer.decision == "deny"
    web.take_down("artist.example", FILE)
    for _ in range(3):
        again(desk, web, claim)
        desk.clock.forward(DAY + HOUR)
    assert desk.ask(song).answer.decision == "unstated"
    assert desk.ask(song, usage="search").answer.decision == "deny"


def test_what_lapsed_can_be_proved_again(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    page = web.pages["artist.example" + FILE]
    web.take_down("artist.example", FILE)
    for _ in range(3):
        again(desk, web, claim)
        desk.clock.forward(DAY + HOUR)
    web.put("artist.example", FILE, page)
    with web.kept_fetcher() as fetcher:
        assert prove(desk.registry, claim, fetcher, REGISTRY).state is ProofState.PROVED
    assert sorted(lapsed for _, lapsed in grants(desk)) == [False, True]
    assert again(desk, web, claim) is ProofState.PROVED


def test_a_registry_that_cannot_look_takes_nothing_away(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)

    class Away:
        def ask(self, ask: Ask) -> Reply:
            raise Unavailable("away")

    for _ in range(5):
        with pytest.raises(Unavailable):
            recheck(desk.registry, claim, Away(), REGISTRY)
        desk.clock.forward(DAY + HOUR)
    assert [lapsed for _, lapsed in grants(desk)] == [False]


def test_a_digest_lapses_with_the_location_where_it_was_taken(desk: Desk, web: Web) -> None:
    place = proved(desk, web)
    _, claim = desk.work(DIGEST, "https://artist.example/song")
    with web.kept_fetcher() as fetcher:
        prove(desk.registry, claim, fetcher, REGISTRY)
    desk.clock.forward(DAY + HOUR)
    assert again(desk, web, claim) is ProofState.PROVED
    web.take_down("artist.example", FILE)
    for _ in range(3):
        again(desk, web, place)
        desk.clock.forward(DAY + HOUR)
    with desk.registry.reading() as uow:
        assert [each.lapsed for each in the_claim(uow, claim)[2].grants] == [True]
    assert again(desk, web, claim) is ProofState.LAPSED


def test_a_digest_lapses_too_when_a_steward_took_the_location_back(desk: Desk, web: Web) -> None:
    place = proved(desk, web)
    _, claim = desk.work(DIGEST, "https://artist.example/song")
    with web.kept_fetcher() as fetcher:
        prove(desk.registry, claim, fetcher, REGISTRY)
    with desk.registry.writing() as ledger:
        lapse_assurance(ledger, grants(desk)[0][0], STEWARD, "a mistake")
    assert again(desk, web, place) is ProofState.LAPSED
    with desk.registry.reading() as uow:
        assert [each.lapsed for each in the_claim(uow, claim)[2].grants] == [True]


def test_a_claim_that_has_ended_is_not_looked_at(desk: Desk, web: Web) -> None:
    claim = proved(desk, web)
    with desk.registry.writing() as ledger:
        dispute = open_dispute(ledger, claim, STEWARD, "not theirs").dispute
        decide_dispute(
            ledger, dispute, upheld=True, stewards=("alice", "bob"), by=STEWARD, reason="seen"
        )
    before = len(web.seen)
    assert again(desk, web, claim) is ProofState.LAPSED
    assert len(web.seen) == before
