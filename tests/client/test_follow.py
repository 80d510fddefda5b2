"""A follower that starts empty ends with the registry's state, and knows which answers on file are overtaken."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.api.present_changes import present_changes
from registry.client.follow import Basis, Mirror, News
from registry.domain.dossiers import Work
from registry.domain.event_body import Sequenced, event_type
from registry.domain.events import ClaimObjected
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.operator_events import PlatformAffiliated
from registry.domain.outlook import Outlook, outlook
from registry.domain.resolution import Answer, resolve
from registry.domain.state import State
from registry.domain.touched import touched
from registry.domain.vocabulary import LinkKind, Preference, Usage
from registry.errors import VerificationFailed
from registry.services.ledger import Place
from registry.services.list_changes import Change, Changes
from registry.storage.head_file import Head
from registry.storage.log_store import SignedHead
from registry.tlog.entry import LogEntry, blind
from tests.model.histories import (
    DAY,
    HOUR,
    POOL,
    Log,
    any_histories,
    borders,
    catalogue,
    of_location,
    of_work,
    parties,
    spellings,
)
from tests.model.later_histories import later_histories

PLACE = Place("https://registry.example", "did:web:registry.example", "registry.example/log", 0)


def page(state: State, entries: Sequence[Sequenced], now: int) -> dict[str, Any]:
    """The page that brings these entries of a log which `state` was folded from, as it travels."""
    views: dict[str, Outlook] = {}
    changes = []
    for entry in entries:
        things = touched(entry.event)
        views |= {id: outlook(state.dossier(kind, id), now) for kind, id in things}
        logged = LogEntry(event_type(entry.event), blind(str(entry.seq)), entry.digest, entry.at)
        changes.append(Change(entry.seq, logged, tuple(id for _, id in things)))
    following = entries[-1].seq + 1
    head = SignedHead(Head(following, bytes(32), now), "note")
    found = Changes(head, now, tuple(changes), tuple(views.values()), following)
    sent: dict[str, Any] = json.loads(json.dumps(present_changes(found, PLACE)))
    return sent


def whole(state: State, now: int) -> dict[str, dict[str, Any]]:
    """What holds at `now` of everything in a state, by what a fresh look at each dossier shows."""
    mirror = Mirror()
    for each in state.dossiers():
        found = Changes(SignedHead(Head(0, bytes(32), now), ""), now, (), (outlook(each, now),), 0)
        mirror.apply(json.loads(json.dumps(present_changes(found, PLACE))))
    return mirror.subjects(now)


def answer(state: State, question: tuple[tuple[str, ...], Usage, str | None], t: int) -> Answer:
    texts, usage, asker = question
    identifiers = tuple(parse_identifier(text) for text in texts)
    return resolve(Question(identifiers, usage, asker, t), state, max_validity_ms=HOUR)


def told(found: Answer) -> tuple[Any, ...]:
    return found.decision, found.reasons, found.disputed


@st.composite
def asked(draw: Any) -> tuple[tuple[str, ...], Usage, str | None]:
    chosen = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=2, unique=True))
    return (
        tuple(draw(st.sampled_from(spellings(one))) for one in chosen),
        draw(st.sampled_from((Usage.GENERATIVE_TRAINING, Usage.VOICE_LIKENESS, Usage.SEARCH))),
        draw(st.sampled_from((None, "p1", "p2"))),
    )


@given(data=st.data(), history=st.one_of(any_histories(), later_histories()))
@settings(max_examples=80)
def test_whatever_is_not_overtaken_is_still_the_answer(
    data: st.DataObject, history: list[Sequenced]
) -> None:
    """An answer is filed at some point of a log; page by page the rest is read, and time goes by."""
    cut = data.draw(st.integers(1, len(history)))
    questions = data.draw(st.lists(asked(), min_size=2, max_size=6))
    state, mirror = State(history[:cut]), Mirror()
    filed_at = history[cut - 1].at
    mirror.apply(page(state, history[:cut], filed_at))
    filed = [told(answer(state, question, filed_at)) for question in questions]
    bases = [mirror.basis(texts, asker, filed_at) for texts, _, asker in questions]
    news: list[News] = []
    for entry in history[cut:]:
        state.apply(entry)
        news.append(mirror.apply(page(state, [entry], entry.at)))
    last = history[-1].at
    later = [t for border in borders(history) for t in (border - 1, border, border + 1)]
    now = data.draw(st.sampled_from([last, *(t for t in later if t >= last)]))
    for question, before, basis in zip(questions, filed, bases, strict=True):
        if any(each.overtakes(basis) for each in news):
            continue
        if basis.until is not None and basis.until <= now:
            continue
        assert told(answer(state, question, now)) == before


@given(data=st.data(), history=any_histories())
@settings(max_examples=50)
def test_the_mirror_of_a_log_is_its_state_now_and_at_every_later_moment(
    data: st.DataObject, history: list[Sequenced]
) -> None:
    state, mirror = State(), Mirror()
    at = 0
    while at < len(history):
        size = data.draw(st.integers(1, len(history) - at))
        for entry in history[at : at + size]:
            state.apply(entry)
        mirror.apply(page(state, history[at : at + size], history[at + size - 1].at))
        at += size
    last = history[-1].at
    later = [t for border in borders(history) for t in (border - 1, border) if t >= last]
    for now in (last, *data.draw(st.lists(st.sampled_from([last, *later]), max_size=2))):
        assert mirror.subjects(now) == whole(state, now)


@dataclass
class Following:
    """A log that is followed entry by entry, and an answer about one thing on file."""

    log: Log
    state: State = field(default_factory=State)
    mirror: Mirror = field(default_factory=Mirror)
    basis: Basis = field(default_factory=lambda: Basis(frozenset(), frozenset(), None))

    def file(self, *identifiers: str, asker: str = "p1") -> None:
        self.read()
        self.basis = self.mirror.basis(identifiers, asker, self.log.now)

    def read(self) -> bool:
        """Reads what is new. Is the answer overtaken by it?"""
        first = 0 if self.mirror.cursor is None else self.mirror.cursor + 1
        for entry in self.log.entries[first:]:
            self.state.apply(entry)
        news = self.mirror.apply(page(self.state, self.log.entries[first:], self.log.now))
        return news.overtakes(self.basis)


@pytest.fixture
def following() -> Following:
    return Following(parties())


URL, ISRC, OTHER = "https://artist.com/a/y", "isrc:GBAYE0601498", "isrc:USRC17607839"


def test_a_word_on_the_song_inside_overtakes_an_answer_about_the_recording(
    following: Following,
) -> None:
    log = following.log
    song = log.work("r2", OTHER)
    log.work("r1", ISRC, links=[(LinkKind.EMBODIES, song)])
    following.file(ISRC)
    log.declare("r2", of_work(song), {Usage.SEARCH: Preference.DENY})
    assert following.read()
    log.work("r3", "iswc:T0345246801")
    assert not following.read()


def test_a_word_on_a_whole_catalogue_overtakes_answers_about_what_is_in_it(
    following: Following,
) -> None:
    log = following.log
    log.work("r1", ISRC)
    following.file(ISRC)
    log.declare("r2", catalogue("r2"), {Usage.SEARCH: Preference.DENY})
    assert not following.read()
    log.declare("r1", catalogue("r1"), {Usage.SEARCH: Preference.DENY})
    assert following.read()


def test_a_word_at_a_location_overtakes_an_answer_about_a_work_that_lies_under_it(
    following: Following,
) -> None:
    log = following.log
    log.work("r1", URL, ISRC)
    place = log.location("r2", "https://artist.com/a/")
    following.file(ISRC)
    log.declare("r2", of_location(place), {Usage.SEARCH: Preference.DENY})
    assert following.read()


def test_a_location_that_is_registered_later_overtakes_it_too(following: Following) -> None:
    following.log.work("r1", URL, ISRC)
    following.file(ISRC)
    following.log.location("r2", "https://artist.com/")
    assert following.read()


def test_a_work_that_is_registered_later_overtakes_unregistered(following: Following) -> None:
    following.file("https://www.artist.com/A/Y/")
    following.log.work("r1", ISRC)
    assert not following.read()
    following.log.work("r1", URL)
    assert following.read()


def test_whoever_joins_a_group_asks_for_everything_again(following: Following) -> None:
    following.log.work("r1", ISRC)
    following.file(ISRC, asker="p1")
    following.log.add(PlatformAffiliated("p2", "p3"))
    assert not following.read()
    following.log.add(PlatformAffiliated("p1", "p3"))
    assert following.read()


def test_an_objection_lets_an_answer_end_two_weeks_later(following: Following) -> None:
    log = following.log
    work = log.work("r1", ISRC)
    (mine,) = [claim.id for claim in the_work(following, work).claims]
    by = log.claim("r2", of_work(work))
    log.add(ClaimObjected(mine, of_work(work), by, "r2"))
    following.file(ISRC)
    assert following.basis.until == log.now + 14 * DAY


def the_work(following: Following, id: str) -> Work:
    found = State(following.log.entries).dossier("work", id)
    assert isinstance(found, Work)
    return found


def test_a_page_that_leaves_an_entry_out_is_refused() -> None:
    mirror = Mirror()
    empty = {"changes": [], "subjects": [], "next": -1}
    mirror.apply(empty)
    assert mirror.cursor is None
    entry = {"index": 1, "type": "key.added", "subjects": []}
    with pytest.raises(VerificationFailed, match="does not begin with entry 0"):
        mirror.apply({"changes": [entry], "subjects": [], "next": 1})
    with pytest.raises(VerificationFailed):
        mirror.apply({"changes": [{**entry, "index": 0}], "subjects": [], "next": 5})
    silent = {"index": 0, "type": "work.registered", "subjects": ["w"]}
    with pytest.raises(VerificationFailed, match="what holds of all that it touches"):
        mirror.apply({"changes": [silent], "subjects": [], "next": 0})
    assert mirror.cursor is None


def test_new_rule_tables_overtake_everything() -> None:
    news = Mirror().apply(
        {
            "changes": [{"index": 0, "type": "rule-tables.adopted", "subjects": []}],
            "subjects": [],
            "next": 0,
        }
    )
    assert news.overtakes(Basis(frozenset(), frozenset(), None))
    assert not News(frozenset("a"), frozenset(), False).overtakes(
        Basis(frozenset(), frozenset("b"), None)
    )
