"""Answers at a glance: which there are, and that each is what every rule comes to."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from registry.domain.case import open_in
from registry.domain.event_body import Sequenced
from registry.domain.events import WorkRegistered
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.resolution import by_every_rule
from registry.domain.sitting import Sitting
from registry.domain.state import State
from registry.domain.vocabulary import LinkKind, Usage
from registry.storage import at_hand, glances
from registry.storage.engine import writing
from registry.storage.tables import (
    log_head,
)
from tests.domain.asking import ALLOW, DENY, GEN, ISRC, SEARCH, SONG, URL
from tests.model.histories import (
    DAY,
    POOL,
    RIGHTSHOLDERS,
    Log,
    Maker,
    any_histories,
    borders,
    catalogue,
    of_location,
    of_work,
    parties,
    questions,
)
from tests.model.later_histories import later_histories
from tests.model.profiles import examples
from tests.storage.folded import HOUR, Store, opened


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with opened(tmp_path_factory.mktemp("glances")) as found:
        yield found


def parsed(*texts: str) -> tuple[Identifier, ...]:
    return tuple(parse_identifier(text) for text in texts)


def told(store: Store, log: Log, *asked: str, usage: Usage = GEN) -> str | None:
    """What is told at a glance, which is what every rule comes to."""
    store.fold(log.entries)
    (found,) = store.tell([parsed(*asked)], log.now, usage=usage)
    if found is None:
        return None
    sitting = Sitting(State(log.entries), usage, None, log.now)
    case = open_in(sitting, parsed(*asked))
    assert found == by_every_rule(case, max_validity_ms=HOUR, with_evidence=True)
    return " ".join([found.decision, *found.reasons])


@st.composite
def plain_histories(draw: Any) -> list[Sequenced]:
    """A log of works that lead to no other, and of nothing but no, now, later or no more; with proof, or without."""
    log = parties()
    maker = Maker(draw, log, RIGHTSHOLDERS)
    for first, second in zip(POOL[::2], POOL[1::2], strict=True):
        log.work(maker.pick(RIGHTSHOLDERS), *maker.pick(((first,), (second,), (first, second))))
    acts = ("location", "claim", "proof", "lapse", "denial", "denial", "denial", "withdrawal")
    for name in draw(st.lists(st.sampled_from(acts), min_size=2, max_size=10)):
        log.now += maker.pick((0, 1, HOUR, DAY))
        if name != "denial":
            getattr(maker, name)()
            continue
        by = maker.pick(RIGHTSHOLDERS)
        held = [subject for body, subject in maker.claims() if body.rightsholder == by]
        subject = maker.pick((catalogue(by), catalogue(by), *held))
        begins, ends = maker.pick(((None, None), (None, None), (HOUR, None), (None, DAY)))
        log.declare(
            by,
            subject,
            dict.fromkeys(maker.pick(((GEN,), (GEN, Usage.VOICE_LIKENESS))), DENY),
            valid_from=None if begins is None else log.now + begins,
            valid_until=None if ends is None else log.now + ends,
        )
    return log.entries


@given(
    st.one_of(plain_histories(), plain_histories(), any_histories(), later_histories()), st.data()
)
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(60))
def test_whatever_is_told_at_a_glance_is_what_every_rule_comes_to(
    store: Store, history: Any, data: st.DataObject
) -> None:
    """Of many items at once and of each alone; at first, and later from what was worked out before."""
    store.fold(history)
    state = State(history)
    asked = data.draw(questions(history))
    usage = data.draw(st.sampled_from((GEN, GEN, GEN, asked.usage)))
    items = [parsed(*asked.identifiers), *(parsed(text) for text in POOL), parsed(*POOL[:2])]
    later = sorted(moment for moment in borders(history) if moment > asked.at)[:2]
    for at in (asked.at, asked.at, *later, asked.at + 400 * DAY):
        sitting = Sitting(state, usage, asked.asker, at)
        together = store.tell(items, at, usage=usage)
        (alone,) = store.tell(items[:1], at, usage=usage)
        assert alone == together[0]
        for item, found in zip(items, together, strict=True):
            event("looked at" if found is None else f"at a glance: {found.decision}")
            if found is not None:
                case = open_in(sitting, item)
                assert found == by_every_rule(case, max_validity_ms=HOUR, with_evidence=True)


@given(
    st.one_of(plain_histories(), plain_histories(), any_histories(), later_histories()), st.data()
)
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(40))
def test_what_goes_over_a_write_is_what_every_rule_comes_to_after_it(
    store: Store, history: Any, data: st.DataObject
) -> None:
    """The history comes in parts, and everything is asked after each; all at the time at which it ends."""
    items = [*(parsed(text) for text in POOL), parsed(*POOL[:2]), parsed(*POOL[5:8])]
    usage = data.draw(st.sampled_from((GEN, GEN, Usage.VOICE_LIKENESS)))
    first = next(entry.seq for entry in history if isinstance(entry.event, WorkRegistered))
    cuts = data.draw(
        st.sets(st.integers(first + 1, max(first + 1, len(history) - 1)), max_size=5).map(sorted)
    )
    begin = 0
    for end in sorted({*cuts, len(history)}):
        part = history[begin:end]
        (store.grow if begin else store.fold)(part)
        begin = end
        sitting = Sitting(State(history[:end]), usage, None, history[-1].at)
        for item, found in zip(items, store.tell(items, sitting.at, usage=usage), strict=True):
            if found is not None:
                case = open_in(sitting, item)
                assert found == by_every_rule(case, max_validity_ms=HOUR, with_evidence=True)


def test_a_work_whoever_holds_it_and_whatever_lies_around_it(store: Store) -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    assert told(store, log, ISRC) == "unstated not-stated"
    log.location("r1", "https://artist.com/")
    log.claim("r2", of_work(work))
    log.declare("r2", catalogue("r2"), {GEN: DENY})
    assert told(store, log, ISRC) == "deny"
    assert told(store, log, "http://www.artist.com/x/") == "deny"
    place = log.location("r3", "https://artist.com/a/")
    log.declare("r3", of_location(place), {GEN: DENY})
    assert told(store, log, "https://artist.com/a/y") == "deny"
    assert told(store, log, "https://artist.com/a?y") == "deny"
    assert told(store, log, "https://artist.com/x?y") == "unregistered"
    assert told(store, log, ISRC) is None, "a location lies further down"
    assert told(store, log, SONG, "https://artist.com/a/b/c?d=e", ISRC) is None


def test_a_word_about_the_work_itself_and_what_is_nobodys(store: Store) -> None:
    log = parties()
    work = log.work("r1", "https://artist.com/a/y", ISRC)
    log.location("r1", "https://artist.com/a/")
    log.declare("r1", of_work(work), {GEN: DENY})
    for asked in (("https://artist.com/a/y",), (ISRC,), (ISRC, "https://artist.com/a/z")):
        assert told(store, log, *asked) == "deny"
    assert told(store, log, SONG, "https://elsewhere.example/") == "unregistered"
    assert told(store, log, "https://artist.com/a/z") == "unregistered"
    assert told(store, log, "https://artist.com/x") is None, "somewhere further down is a location"


def test_a_key_that_leads_to_two_works_is_looked_at(store: Store) -> None:
    log = parties()
    log.work("r1", ISRC)
    log.work("r2", ISRC, SONG)
    assert told(store, log, ISRC) is None
    assert told(store, log, SONG) == "unstated not-stated"


@pytest.mark.parametrize("what", ["link", "yes", "conditions", "service"])
def test_what_is_not_plain_is_looked_at(store: Store, what: str) -> None:
    log = parties()
    work = log.work("r1", ISRC)
    if what == "link":
        log.link("r1", work, LinkKind.EMBODIES, log.work("r2", SONG))
    elif what == "yes":
        log.declare("r1", of_work(work), {SEARCH: ALLOW})
    elif what == "conditions":
        log.declare("r1", catalogue("r1"), {GEN: ALLOW})
    assert told(store, log, ISRC, usage=SEARCH if what == "service" else GEN) is None


def test_nothing_is_told_at_a_glance_where_a_program_without_cards_wrote(store: Store) -> None:
    log = parties()
    work = log.work("r1", ISRC)
    assert told(store, log, ISRC) is not None
    log.declare("r1", of_work(work), {GEN: DENY})
    store.fold(log.entries)
    with writing(store.engine) as connection:
        connection.execute(update(log_head).values(cards_size=len(log.entries) - 1))
    assert store.tell([parsed(ISRC)], log.now) == [None]


def test_keys_that_begin_alike_are_never_taken_for_each_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had made identifiers whose digests begin with the same 8 bytes: here all do."""
    from registry.storage import card_rows

    monkeypatch.setattr(card_rows, "prefix_of", lambda key: 7)
    monkeypatch.setattr(glances, "prefix_of", lambda key: 7)
    log = parties()
    log.work("r1", ISRC)
    assert told(store, log, ISRC) == "unstated not-stated"
    assert told(store, log, SONG) == "unregistered"
    store.fold(log.entries)
    assert store.tell([parsed(ISRC), parsed(SONG)], log.now) == [None, None]
    log.work("r1", SONG)
    assert told(store, log, ISRC) is None
    assert told(store, log, SONG) is None


def test_what_is_kept_stays_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_DOSSIERS", "MOST_FOLDERS", "MOST_SITES", "MOST_VERDICTS"):
        monkeypatch.setattr(at_hand, name, 2)
    log = parties()
    items = []
    for number in range(12):
        url = f"https://artist{number}.example/a/b"
        holder = log.rightsholder(f"h{number}")
        log.work(holder, url)
        log.location(holder, f"https://artist{number}.example/a/")
        log.declare(holder, catalogue(holder), {GEN: DENY})
        items += [parsed(url), parsed(f"https://artist{number}.example/a/c")]
    store.fold(log.entries)
    for _ in range(2):
        assert [each and each.decision for each in store.tell(items, log.now)] == ["deny"] * 24
    with store.lookups.transaction() as transaction:
        shelf = transaction.shelf()
    assert shelf is not None
    assert len(shelf.verdicts(GEN)) <= 2
