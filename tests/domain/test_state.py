"""The registry in memory: what leads to what, and that a log is folded the same however it comes."""

import pytest
from hypothesis import given, settings

from registry.domain.dossiers import decode_dossier, encode_dossier
from registry.domain.event_body import Sequenced
from registry.domain.events import IdentifierAdded, Subject
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import location_key
from registry.domain.state import State
from tests.domain.asking import ISRC, URL
from tests.model.histories import any_histories, of_location, of_work, parties
from tests.model.profiles import examples


def test_the_wide_key_of_each_identifier_leads_to_its_work() -> None:
    log = parties()
    work = log.work("r1", URL)
    log.add(IdentifierAdded(work=work, identifier=ISRC, rightsholder="r1"))
    state = State(log.entries)
    for spelling in (URL, "http://www.artist.com/X/", ISRC):
        assert list(state.meeting(parse_identifier(spelling).wide_key)) == [of_work(work)]
    assert list(state.meeting(parse_identifier("https://artist.com/y").wide_key)) == []


def test_what_was_never_met_leaves_no_trace() -> None:
    state = State()
    key = parse_identifier(URL).wide_key
    assert list(state.meeting(key)) == list(state.meeting(key)) == []


def test_the_key_of_its_expression_leads_to_a_location() -> None:
    log = parties()
    place = log.location("r1", "https://www.artist.com/a")
    assert list(State(log.entries).meeting(location_key("artist.com/a/"))) == [of_location(place)]


def test_works_that_share_an_identifier_are_all_met_each_once() -> None:
    log = parties()
    works = [log.work(by, URL, "https://www.artist.com/x") for by in ("r1", "r2")]
    met = list(State(log.entries).meeting(parse_identifier(URL).wide_key))
    assert met == [of_work(work) for work in works]


def test_claims_links_grants_and_declarations_are_found_by_their_ids() -> None:
    log = parties()
    work = log.work("r1", URL)
    grant = log.grant("r1", f"{work}c", of_work(work), identifier=URL)
    declaration = log.declare("r1", of_work(work), {})
    claim = log.claim("r2", of_work(work))
    state = State(log.entries)
    for id in (f"{work}c", grant, declaration, claim):
        assert state.handles[id] == of_work(work)


def test_what_a_rightsholder_claims_is_noted_once() -> None:
    log = parties()
    work = log.work("r1", URL)
    place = log.location("r1", "https://artist.com/")
    log.claim("r1", of_work(work))
    assert State(log.entries).holdings["r1"] == [of_work(work), of_location(place)]


def test_a_dossier_is_asked_for_by_its_kind() -> None:
    log = parties()
    work = log.work("r1", URL)
    state = State(log.entries)
    assert state.dossier("work", work).id == work
    for kind, id in (("location", work), ("work", "w"), ("platform", "r1")):
        with pytest.raises(LookupError, match=f"no {kind} {id}"):
            state.dossier(kind, id)  # type: ignore[arg-type]


class Stored(State):
    """Keeps dossiers as the store does: as bytes, read anew each time."""

    def dossier(self, kind: str, id: str):  # type: ignore[no-untyped-def, override]
        return decode_dossier(encode_dossier(super().dossier(kind, id)))  # type: ignore[arg-type]


@given(any_histories())
@settings(max_examples=examples(60), deadline=None)
def test_folding_changes_only_what_it_keeps(history: list[Sequenced]) -> None:
    plain, stored = State(history), Stored(history)
    assert list(plain.dossiers()) == list(stored.dossiers())
    assert (plain.handles, plain.holdings) == (stored.handles, stored.holdings)


@given(any_histories())
@settings(max_examples=examples(30), deadline=None)
def test_a_log_folded_in_two_goes_is_the_log_folded_in_one(history: list[Sequenced]) -> None:
    half = len(history) // 2
    state = State(history[:half])
    for entry in history[half:]:
        state.apply(entry)
    assert list(state.dossiers()) == list(State(history).dossiers())


def test_subjects_are_values() -> None:
    assert {Subject("work", "w"), Subject("work", "w")} == {Subject("work", "w")}
