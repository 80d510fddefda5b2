"""What answers are made from: one moment of the store, now or then, whole or not at all."""

import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import delete, make_url, update

from registry.bootstrap import open_registry
from registry.domain.dossiers import Platform, encode_dossier
from registry.domain.event_body import Sequenced
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import Question
from registry.domain.resolution import Answer, resolve
from registry.domain.state import State
from registry.domain.vocabulary import Decision, Usage
from registry.errors import Unavailable
from registry.services.answer import Inquiry, Item, answer_within
from registry.services.replay import sequenced
from registry.storage.engine import writing
from registry.storage.platform_keys import PlatformKey
from registry.storage.tables import cards, dossier_history, dossiers
from tests.conftest import FreshDatabase
from tests.registries import DAY, HOUR, START, Desk, open_desk, settings_for
from tests.service_histories import POOL, lived_in

ISRC = "isrc:GBAYE0601498"
ITEMS = [(text,) for text in POOL] + [POOL[:2], (POOL[0], POOL[5]), POOL[5:8], POOL]
ASKED = [(Usage.GENERATIVE_TRAINING, None), (Usage.GENERATIVE_TRAINING, "P"), (Usage.SEARCH, "Q")]


def all_events(desk: Desk) -> list[Sequenced]:
    with desk.registry.reading() as uow:
        return [sequenced(stored) for stored in uow.log.events()]


def by_the_rules(
    state: State, items: tuple[str, ...], usage: Usage, asker: str | None, t: int
) -> Answer:
    identifiers = tuple(parse_identifier(text) for text in items)
    return resolve(Question(identifiers, usage, asker, t), state)


def told(answer: Answer | None) -> tuple[object, ...]:
    assert answer is not None
    evidence = sorted(map(repr, answer.evidence))
    return answer.decision, answer.reasons, answer.disputed, evidence, answer.valid_until


@pytest.mark.parametrize("seed", [1, 2])
def test_an_answer_as_of_a_time_is_what_the_events_up_to_then_say(desk: Desk, seed: int) -> None:
    life = lived_in(desk, seed, 90)
    assert life.refused < 90
    events = all_events(desk)
    times = sorted({t + step for t in {e.at for e in events} for step in (-1, 0)} | {START - DAY})
    state, applied, seen = State(), 0, set()
    for t in times[:: max(1, len(times) // 45)] + times[-1:]:
        if t > desk.clock():
            continue
        while applied < len(events) and events[applied].at <= t:
            state.apply(events[applied])
            applied += 1
        for usage, name in ASKED:
            asker = desk.names[name] if name else None
            given = desk.ask_all(ITEMS, usage, asker=asker, as_of=t)
            assert given.size == applied
            for item, result in zip(ITEMS, given.results, strict=True):
                expected = by_the_rules(state, item, usage, asker, t)
                assert told(result.answer) == told(expected), (t, item, usage, name)
                seen.add(expected.decision)
    assert {Decision.ALLOW, Decision.DENY, Decision.UNSTATED, Decision.UNREGISTERED} <= seen


def test_an_answer_about_now_is_what_all_events_say_whatever_time_passes(desk: Desk) -> None:
    life, seen = lived_in(desk, 3, 0), set()
    for step in (0, 1, HOUR, DAY, DAY, DAY, DAY, 14 * DAY):
        state = State(all_events(desk))
        now = desk.clock.forward(step)
        for usage, name in ASKED:
            asker = desk.names[name] if name else None
            given = desk.ask_all(ITEMS, usage, asker=asker)
            for item, result in zip(ITEMS, given.results, strict=True):
                expected = by_the_rules(state, item, usage, asker, max(now, given.head.head.at))
                assert told(result.answer) == told(expected), (step, item, usage, name)
                seen.add(expected.decision)
        life.live(8)
    assert {Decision.ALLOW, Decision.DENY, Decision.UNREGISTERED} <= seen


def test_one_after_the_other_or_all_at_once_is_answered_the_same(desk: Desk) -> None:
    lived_in(desk, 4, 60)
    for as_of in (None, desk.clock() - DAY):
        together = desk.ask_all(ITEMS, as_of=as_of).results
        assert [told(each.answer) for each in together] == [
            told(desk.ask(*item, as_of=as_of).answer) for item in ITEMS
        ]


def test_a_work_whose_dossier_is_gone_is_never_called_unregistered(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    then = desk.clock.forward(HOUR)
    desk.clock.forward(HOUR)
    with writing(desk.registry.engine) as connection:
        connection.execute(delete(dossiers).where(dossiers.c.id == work))
    told_at_a_glance = desk.ask(ISRC).answer
    assert told_at_a_glance is not None
    assert told_at_a_glance.decision is Decision.UNSTATED
    with writing(desk.registry.engine) as connection:
        connection.execute(update(cards).values(card=None))
    for as_of in (None, then):
        with pytest.raises(LookupError, match="lacks a dossier"):
            desk.ask(ISRC, as_of=as_of)


def test_a_version_that_is_gone_is_never_taken_for_a_later_registration(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    times = [desk.clock.forward(HOUR) for _ in range(1)]
    for _ in range(2):
        desk.declare(work, generative_training="deny")
        times.append(desk.clock.forward(HOUR))
    desk.prove(claim, ISRC)
    desk.clock.forward(HOUR)
    with writing(desk.registry.engine) as connection:
        newest = dossier_history.c.id == work
        rows = connection.execute(dossier_history.select().where(newest)).all()
        last = max(row.since for row in rows)
        connection.execute(delete(dossier_history).where(newest, dossier_history.c.since == last))
    assert desk.ask(ISRC, as_of=times[1] - 1).opted_out
    with pytest.raises(LookupError, match="lacks a dossier"):
        desk.ask(ISRC, as_of=times[2] - 1)


def test_a_rightsholder_whose_dossier_is_gone_stops_the_answer(desk: Desk) -> None:
    desk.work(ISRC)
    with writing(desk.registry.engine) as connection:
        connection.execute(delete(dossiers).where(dossiers.c.kind == "rightsholder"))
    with pytest.raises(LookupError, match="lacks a dossier"):
        desk.ask(ISRC)


def test_a_lookup_sees_one_moment_although_others_write_meanwhile(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    identifiers = [parse_identifier(ISRC)]
    with desk.registry.lookups.transaction() as transaction:
        before = transaction.head()
        desk.declare(work, generative_training="deny")
        assert transaction.head() == before
        facts = transaction.facts(identifiers, None)
        question = Question(tuple(identifiers), Usage.GENERATIVE_TRAINING, None, desk.clock())
        assert resolve(question, facts).decision is Decision.UNSTATED
    assert desk.ask(ISRC).answer.decision is Decision.DENY  # type: ignore[union-attr]


def test_the_size_at_a_time_is_the_same_to_the_reader_and_to_the_log(desk: Desk) -> None:
    for n in range(3):
        desk.rightsholder(f"R{n}")
        desk.clock.forward(HOUR)
    for at in (-1, START - 1, START, START + 1, START + 3, START + 2 * HOUR, desk.clock()):
        with desk.registry.lookups.transaction() as transaction, desk.registry.reading() as uow:
            assert transaction.size_at(at) == uow.log.size_at(at)


def test_a_store_that_is_no_database_any_more_is_unavailable_and_works_again(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    url = fresh_database("sqlite")
    desk = open_desk(tmp_path, url)
    desk.work(ISRC)
    desk.registry.close()
    path = Path(make_url(url).database or "")
    away = path.with_suffix(".away")
    path.rename(away)
    path.mkdir()
    again = open_registry_again(tmp_path, url, desk)
    with pytest.raises(Unavailable, match="ask again"):
        again.ask(ISRC)
    path.rmdir()
    with pytest.raises(Unavailable):  # an empty database has no log: not an empty registry
        again.ask(ISRC)
    path.unlink()
    away.rename(path)
    fresh = open_registry_again(tmp_path, url, desk)
    assert fresh.ask(ISRC).answer is not None
    again.registry.close()
    fresh.registry.close()


def open_registry_again(folder: Path, url: str, desk: Desk) -> Desk:
    return Desk(open_registry(settings_for(folder, url), desk.clock), desk.clock)


def test_a_lookup_that_loses_its_connection_is_unavailable_and_the_next_one_works(
    tmp_path: Path, fresh_database: FreshDatabase, postgresql_server: object
) -> None:
    url = fresh_database("postgresql")
    desk = open_desk(tmp_path, url)
    desk.work(ISRC)
    desk.ask(ISRC)
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(Unavailable, match="ask again"):
        desk.ask(ISRC)
    assert desk.ask(ISRC).answer is not None
    desk.registry.close()


def test_a_thread_that_looked_up_and_is_gone_leaves_no_read_only_connection_to_writers(
    desk: Desk,
) -> None:
    desk.work(ISRC)
    for _ in range(3):
        thread = threading.Thread(target=desk.ask, args=(ISRC,))
        thread.start()
        thread.join()
    for n in range(3):
        desk.rightsholder(f"R{n}")


def test_more_threads_than_connections_in_the_pool_are_all_answered(desk: Desk) -> None:
    desk.work(ISRC)
    answered: list[bool] = []
    together = threading.Barrier(24)

    def ask() -> None:
        with desk.registry.lookups.transaction() as transaction:
            together.wait(60)
            answered.append(transaction.head() is not None)

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answered == [True] * 24
    desk.rightsholder("R2")


def test_a_changed_dossier_is_read_as_it_stands_at_each_transaction(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    with writing(desk.registry.engine) as connection:
        connection.execute(update(dossiers).where(dossiers.c.id == work).values(body=b"{"))
        connection.execute(update(cards).values(card=None))
    with pytest.raises(Exception, match=r"(?i)json|truncated|malformed"):
        desk.ask(ISRC)


def test_a_revoked_key_and_a_changed_platform_are_seen_by_the_very_next_transaction(
    desk: Desk,
) -> None:
    """Whoever is asked again and again is read once, for as long as nobody writes."""
    platform = desk.platform()
    with desk.registry.bookkeeping() as uow:
        uow.platform_keys.add(PlatformKey("kid", platform, {}, 1, None))

    def looked() -> tuple[int | None, str, int]:
        with desk.registry.lookups.transaction() as transaction:
            found, head = transaction.platform_of_key("kid"), transaction.head()
            dossier = transaction.facts((), platform).dossier("platform", platform)
        assert found is not None
        assert head is not None
        return found[2], dossier.name, head.head.size  # type: ignore[union-attr]

    before = looked()
    assert looked() == before
    with desk.registry.bookkeeping() as uow:
        uow.platform_keys.revoke("kid", 9)
    assert looked() == (9, *before[1:])
    desk.rightsholder("another event")
    assert looked()[2] == before[2] + 1
    renamed = encode_dossier(Platform(id=platform, name="Renamed", legal_entity="Ltd"))
    with writing(desk.registry.engine) as connection:
        connection.execute(update(dossiers).where(dossiers.c.id == platform).values(body=renamed))
    assert looked()[1] == "Renamed"


def test_a_usual_question_takes_a_round_for_its_keys_and_one_for_what_they_lead_to(
    desk: Desk,
) -> None:
    holder = desk.rightsholder()
    work, _ = desk.work(ISRC, "https://artist.example/music/1")
    desk.location("https://artist.example/music/")
    asked = (parse_identifier(ISRC),)
    with desk.registry.lookups.transaction() as transaction:
        read, count = transaction._read, []
        transaction._read = lambda *given: count.append(given) or read(*given)  # type: ignore[method-assign]
        facts = transaction.facts(asked, None)
    assert len(count) == 2
    assert {work, holder} <= facts.dossiers.keys()
    assert len(facts) == 3


def test_answering_changes_nothing_of_the_platform_that_is_kept_between_questions(
    desk: Desk,
) -> None:
    platform, (work, _) = desk.platform(), desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    with desk.registry.bookkeeping() as uow:
        uow.platform_keys.add(PlatformKey("kid", platform, {}, 1, None))
    asked = Inquiry(Usage.GENERATIVE_TRAINING, [Item((ISRC,))], platform)
    bodies = []
    for _ in range(2):
        with desk.registry.lookups.transaction() as transaction:
            transaction.platform_of_key("kid")
            answer_within(transaction, asked, now=desk.clock(), max_validity=HOUR)
            kept = transaction.facts((), platform).dossier("platform", platform)
            bodies.append(encode_dossier(kept))
    with desk.registry.reading() as uow:
        stored = uow.projection.dossier("platform", platform)
    assert bodies == [encode_dossier(stored)] * 2
