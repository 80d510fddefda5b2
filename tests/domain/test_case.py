"""Who asks, and who holds what of that which a question reached."""

from registry.domain.events import DisputeDecided, DisputeOpened
from tests.domain.asking import ISRC, SONG, URL, opened
from tests.model.histories import of_work, parties


def test_a_case_knows_who_holds_what_and_who_asks() -> None:
    log = parties()
    work = log.work("r2", URL)
    log.claim("r1", of_work(work))
    case = opened(log, URL, asker="p1")
    assert case.sitting.asker is not None
    assert case.sitting.asker.id == "p1"
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
    case = opened(log, URL)
    assert case.holders(case.matches.works[work].work) == []


def test_the_identifiers_that_met_a_work_by_themselves_are_known() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    case = opened(log, SONG, ISRC, URL)
    met = case.met_directly(case.matches.works[work])
    assert [str(each) for each in met] == [ISRC, URL]
