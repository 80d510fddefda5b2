"""What a snapshot is about: whatever could be answered with anything but yes is in the sets, on every history."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.dossiers import Dossier, Location, Work
from registry.domain.event_body import Sequenced
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.locations import location_key
from registry.domain.matching import Question
from registry.domain.resolution import resolve
from registry.domain.state import State
from registry.domain.vocabulary import Decision, Usage
from registry.errors import TooLarge, Unavailable
from registry.instants import HOUR_MS
from registry.screening.key_lists import holds
from registry.screening.keys import below_key, keys_of, short_key
from registry.screening.snapshot import Screened
from registry.services.gather_keys import Gathered, gather_keys
from registry.services.replay import sequenced
from registry.storage.head_file import Head
from registry.storage.log_store import SignedHead
from registry.storage.whole_projection import whole_projection
from tests.model.histories import PLATFORMS, any_histories, parties, questions
from tests.model.profiles import examples
from tests.registries import Desk
from tests.screening.histories import CODES, nearly_open_histories, proven
from tests.screening.sets import screened
from tests.service_histories import lived_in

VALIDITY = 6 * HOUR_MS
NOT_OPTED_OUT = (Decision.ALLOW, Decision.UNREGISTERED)
GEN = Usage.GENERATIVE_TRAINING


class StateAsStore:
    """A log prefix that was folded in memory, read as the store would be."""

    def __init__(self, state: State, at: int) -> None:
        self._state = state
        self._head = SignedHead(Head(1, bytes(32), at), "")

    def head(self) -> SignedHead:
        return self._head

    def count(self) -> tuple[int, int]:
        return 0, 0

    def lookup_keys(self) -> Iterator[list[bytes]]:
        yield sorted(self._state._index)

    def dossiers(self, *kinds: str) -> Iterator[tuple[int, list[Dossier]]]:
        found = self._state.dossiers()
        yield 0, [each for each in found if type(each).__name__.lower() in kinds]

    def facts(self, _identifier: Identifier) -> State:
        return self._state


def gathered_from(state: State, at: int, validity: int = VALIDITY) -> Gathered:
    store: Any = StateAsStore(state, at)
    return gather_keys(store, at, validity, lambda *_: None)


@given(st.data())
@settings(max_examples=examples(80))
def test_what_the_registry_does_not_allow_is_a_candidate_at_any_time_at_which_the_snapshot_counts(
    data: st.DataObject,
) -> None:
    history = data.draw(any_histories())
    asked = data.draw(questions(history))
    earlier = data.draw(st.sampled_from((0, 1, HOUR_MS, VALIDITY - 1)))
    made_at = max(history[-1].at, asked.at - earlier)
    state = State(history)
    identifiers = tuple({i.value: i for i in map(parse_identifier, asked.identifiers)}.values())
    answer = resolve(Question(identifiers, asked.usage, asked.asker, asked.at), state)

    said = screened(gathered_from(state, made_at).contents, identifiers, asked.usage)

    if answer.decision not in NOT_OPTED_OUT:
        assert said.may_be_opted_out
    if answer.decision is Decision.ALLOW:
        assert said.may_be_permitted
    if said is Screened.UNREGISTERED:
        assert answer.decision is Decision.UNREGISTERED


@given(any_histories())
@settings(max_examples=examples(40))
def test_whatever_is_registered_is_in_the_set_of_everything_registered(
    history: list[Sequenced],
) -> None:
    state = State(history)
    registered = gathered_from(state, history[-1].at).contents.registered
    with_subdomains = {
        each.expression
        for each in state.dossiers()
        if isinstance(each, Location) and each.subdomains
    }
    for dossier in state.dossiers():
        if isinstance(dossier, Work):
            for held in dossier.identifiers:
                assert holds(registered, keys_of(parse_identifier(held.text))[0])
        if isinstance(dossier, Location):
            key = location_key(dossier.expression)
            assert holds(registered, short_key(key))
            assert holds(registered, below_key(key)) == (dossier.expression in with_subdomains)


@given(nearly_open_histories(), st.sampled_from((0, HOUR_MS)))
@settings(max_examples=examples(80))
def test_nor_where_all_but_one_thing_speaks_for_a_yes_whoever_asks_and_whenever(
    history: list[Sequenced], waited: int
) -> None:
    state, made_at = State(history), history[-1].at + waited
    gathered = gathered_from(state, made_at)
    stranger = parse_identifier("https://nowhere.example/at/all")
    codes = [parse_identifier(code) for code in CODES]
    for identifiers in (*((code, stranger) for code in codes), *combinations(codes, 2)):
        if screened(gathered.contents, identifiers, GEN).may_be_opted_out:
            continue
        for asker in (None, *PLATFORMS):
            for t in (made_at, made_at + 1, made_at + HOUR_MS, gathered.until - 1):
                answer = resolve(Question(identifiers, GEN, asker, t), state)
                assert answer.decision in NOT_OPTED_OUT


@pytest.mark.parametrize("seed", [3, 11])
def test_the_store_says_the_same_as_the_log_in_memory(desk: Desk, seed: int) -> None:
    lived_in(desk, seed, 4)
    desk.location("https://label.net/", subdomains=True)
    with whole_projection(desk.registry.engine) as store:
        gathered = gather_keys(store, desk.clock(), VALIDITY, lambda *_: None)
    with desk.registry.reading() as uow:
        state = State(map(sequenced, uow.log.events()))
    again = gathered_from(state, gathered.at)
    assert gathered.contents == again.contents
    assert len(gathered.contents.registered) > 3


def test_a_key_that_stands_for_two_lookup_keys_is_never_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = parties()
    proven(log, "r1", CODES[0])
    log.work("r2", CODES[1])
    assert list(gathered_from(State(log.entries), log.now).contents.left_out[GEN])
    # as if the two began with the same 64 bits
    monkeypatch.setattr("registry.services.gather_keys.short_key", lambda _key: 7)
    gathered = gathered_from(State(log.entries), log.now)
    assert list(gathered.contents.registered) == [7]
    assert not list(gathered.contents.left_out[GEN])


def test_a_work_with_too_much_behind_it_stays_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(_self: StateAsStore, _identifier: Identifier) -> State:
        raise TooLarge("too much")

    log = parties()
    proven(log, "r1", CODES[0])
    monkeypatch.setattr(StateAsStore, "facts", too_large)
    assert not list(gathered_from(State(log.entries), log.now).contents.left_out[GEN])


def test_a_store_without_a_log_has_no_snapshot() -> None:
    store: Any = StateAsStore(State(), 0)
    store.head = lambda: None
    with pytest.raises(Unavailable, match="no log"):
        gather_keys(store, 0, VALIDITY, lambda *_: None)
