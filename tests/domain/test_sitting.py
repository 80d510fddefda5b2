"""What the items of one question share: worked out once, and the same as if it were worked out for each."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.domain.changes import NEVER
from registry.domain.dossiers import Dossier, DossierKind, Location, Work
from registry.domain.events import DisputeDecided, DisputeOpened
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import resolve, resolve_in
from registry.domain.sitting import Sitting
from registry.domain.state import State
from tests.domain.asking import DENY, GEN, URL, opened
from tests.model.histories import (
    POOL,
    T0,
    any_histories,
    borders,
    catalogue,
    of_work,
    parties,
    questions,
)
from tests.model.later_histories import later_histories
from tests.model.profiles import examples


def test_nobody_asks_or_somebody_unknown_who_belongs_to_nobody() -> None:
    assert opened(parties(), URL).sitting.asker is None
    unknown = opened(parties(), URL, asker="new").sitting.asker
    assert unknown is not None
    assert (unknown.id, unknown.affiliations) == ("new", [])


def test_what_stands_in_a_catalogue_and_when_it_changes_is_looked_at_once() -> None:
    log = parties()
    place = log.location("r1", "https://artist.com/")
    work = log.work("r1", URL)
    log.declare("r1", catalogue("r1"), {GEN: DENY}, valid_until=T0 + 5)
    sitting = Sitting(State(log.entries), GEN, None, T0)
    declarations = sitting.rightsholder("r1").declarations
    first = sitting.in_force(None, declarations, "r1")
    assert [each.preference for each in first] == [DENY]
    assert sitting.in_force(None, declarations, "r1") is first
    assert sitting.in_force(None, declarations, "r2") == []
    found = sitting.facts.dossier("location", place), sitting.facts.dossier("work", work)
    for claimed in (*found, *found):
        assert isinstance(claimed, Location | Work)
        assert sitting.next_change(claimed) == T0 + 5


def test_the_catalogue_of_whoever_claims_nothing_any_more_changes_nothing() -> None:
    log = parties()
    work = log.work("r1", URL)
    log.declare("r1", catalogue("r1"), {GEN: DENY}, valid_until=T0 + 5)
    log.add(DisputeOpened("q", f"{work}c", of_work(work), "r1", ""))
    log.add(DisputeDecided("q", f"{work}c", of_work(work), "r1", True, ("a", "b"), ""))
    sitting = Sitting(State(log.entries), GEN, None, T0)
    found = sitting.facts.dossier("work", work)
    assert isinstance(found, Work)
    assert sitting.next_change(found) == NEVER


class Looked:
    """Facts that count how often a dossier was looked at."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.times = 0

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        self.times += 1
        return self.state.dossier(kind, id)

    def meeting(self, key: bytes) -> Any:
        return self.state.meeting(key)


def test_who_asks_is_looked_up_once_for_all_items() -> None:
    facts = Looked(State(parties().entries))
    sitting = Sitting(facts, GEN, "p1", T0)
    for text in POOL[:3]:
        resolve_in(sitting, (parse_identifier(text),), max_validity_ms=1, with_evidence=True)
    assert facts.times == 1


@given(st.one_of(any_histories(), later_histories()), st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=examples(100))
def test_an_item_of_many_is_answered_as_if_it_were_asked_about_alone(
    history: Any, data: st.DataObject
) -> None:
    state = State(history)
    asked = data.draw(questions(history))
    at = data.draw(st.sampled_from([asked.at, *borders(history)]))
    sitting = Sitting(state, asked.usage, asked.asker, at)
    for texts in [asked.identifiers, *([text] for text in POOL), asked.identifiers, POOL[:4]]:
        item: tuple[Identifier, ...] = tuple(parse_identifier(text) for text in texts)
        alone = resolve(Question(item, asked.usage, asked.asker, at), state, max_validity_ms=9)
        assert resolve_in(sitting, item, max_validity_ms=9, with_evidence=True) == alone
