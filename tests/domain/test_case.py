"""Who asks, and who holds what of that which a question reached."""

from registry.domain.case import open_case
from registry.domain.events import DisputeDecided, DisputeOpened
from registry.domain.state import State
from tests.domain.asking import ISRC, SONG, URL, question
from tests.model.histories import of_work, parties


def test_a_case_knows_who_holds_what_and_who_asks() -> None:
    log = parties()
    work = log.work("r2", URL)
    log.claim("r1", of_work(work))
    case = open_case(question(log, URL, asker="p1"), State(log.entries))
    assert case.asker is not None
    assert case.asker.id == "p1"
    found = case.matches.works[work]
    assert case.holders(found.work) == ["r1", "r2"]
    case.set_aside = frozenset({f"{work}c"})
    assert case.holders(found.work) == ["r1"]
    assert case.claims(found.work, "r2") == []


def test_a_claim_that_has_ended_holds_nothing() -> None:
    log = parties()
    work = log.work("r1", URL)
    log.add(DisputeOpened("q", f"{work}c", of_work(work), "r1", ""))
    log.add(DisputeDecided("q", f"{work}c", of_work(work), "r1", True, ("a", "b"), ""))
    case = open_case(question(log, URL), State(log.entries))
    assert case.holders(case.matches.works[work].work) == []


def test_nobody_asks_or_somebody_unknown_who_belongs_to_nobody() -> None:
    state = State(parties().entries)
    assert open_case(question(parties(), URL), state).asker is None
    unknown = open_case(question(parties(), URL, asker="new"), state).asker
    assert unknown is not None
    assert (unknown.id, unknown.affiliations) == ("new", [])


def test_the_identifiers_that_met_a_work_by_themselves_are_known() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    case = open_case(question(log, SONG, ISRC, URL), State(log.entries))
    met = case.met_directly(case.matches.works[work])
    assert [str(each) for each in met] == [ISRC, URL]
