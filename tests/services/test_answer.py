"""Answering: each item in its place, what cannot be read named beside, and no failure read as absence."""

import pytest
from sqlalchemy import delete

from registry.domain.events import Subject
from registry.domain.vocabulary import Decision, Usage
from registry.errors import InvalidInput, NotFound, Unavailable
from registry.services.answer import MANY, Inquiry, Item, answer, question_digest
from registry.services.open_account import register_rightsholder
from registry.storage.engine import writing
from registry.storage.tables import dossiers, log_head
from tests.registries import DAY, HOUR, STEWARD, Desk

ISRC = "isrc:GBAYE0601498"
BROKEN = "isrc:USRC1760783"
NOBODY = "01990000-0000-7000-8000-000000000000"


def test_every_item_is_answered_in_its_place_also_when_it_is_asked_twice(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    items = [("isrc:USRC17607839",), (ISRC,), (BROKEN,), (ISRC,), ()]
    results = desk.ask_all(items).results
    decisions = [result.answer and result.answer.decision.value for result in results]
    assert decisions == ["unregistered", "deny", None, "deny", None]
    fields = [result.error and result.error.field for result in results]
    assert fields == [None, None, "items[2].identifiers[0]", None, "items[4].identifiers"]


def test_among_many_addresses_those_on_sites_of_nobody_keep_their_places(desk: Desk) -> None:
    desk.work("https://artist.example/song")
    place, _ = desk.location("https://label.example/", subdomains=True)
    desk.declare(Subject("location", place), generative_training="deny")
    nobodys = [(f"https://nobody{number}.example/song",) for number in range(MANY)]
    several = ("https://nobody1.example/song", "https://label.example/a")
    others = [
        ("https://artist.example/other",),
        ("https://sub.label.example/a",),
        (BROKEN,),
        several,
    ]
    items = [*nobodys[:3], *others, *nobodys[3:], ("http://www.artist.example/Song",)]
    for _ in range(2):
        results = desk.ask_all(items).results
        decisions = [each.answer and each.answer.decision.value for each in results]
        assert decisions[3:7] == ["unregistered", "unstated", None, "unstated"]
        assert {*decisions[:3], *decisions[7:-1]} == {"unregistered"}
        assert decisions[-1] == "unstated"
    assert results[5].error is not None
    assert results[5].error.field == "items[5].identifiers[0]"
    desk.work("https://nobody3.example/song")
    assert desk.ask_all(items).results[7].opted_out


@pytest.mark.parametrize("item", [(BROKEN, ISRC), (ISRC, BROKEN)])
def test_what_cannot_be_read_is_named_beside_what_the_others_say(
    desk: Desk, item: tuple[str, ...]
) -> None:
    work, claim = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    result = desk.ask(*item)
    assert result.error is not None
    assert result.answer is not None
    assert result.answer.decision is Decision.DENY


def test_beside_something_unreadable_nothing_is_permitted_and_nothing_is_unregistered(
    desk: Desk,
) -> None:
    work, claim = desk.work(ISRC)
    desk.prove(claim, ISRC)
    desk.declare(work, generative_training="allow")
    desk.clock.forward(4 * DAY)
    assert desk.ask(ISRC).permitted
    for other in (ISRC, "isrc:USRC17607839"):
        result = desk.ask(other, BROKEN)
        assert result.answer is not None
        assert result.answer.decision is Decision.UNSTATED
        assert result.answer.reasons == ("unreadable-identifier",)
        assert (result.permitted, result.opted_out) == (False, True)


def test_an_item_that_cannot_be_read_is_neither_permitted_nor_absent(desk: Desk) -> None:
    result = desk.ask(BROKEN)
    assert (result.answer, result.permitted, result.opted_out) == (None, False, True)


def test_the_future_cannot_be_asked(desk: Desk) -> None:
    desk.work(ISRC)
    with pytest.raises(InvalidInput) as raised:
        desk.ask(ISRC, as_of=desk.clock() + HOUR)
    assert raised.value.field == "as_of"


def test_before_the_first_event_nothing_was_registered(desk: Desk) -> None:
    desk.work(ISRC)
    given = desk.ask_all([(ISRC,)], as_of=-DAY)
    assert given.size == 0
    assert given.valid_until is None
    assert given.results[0].answer.decision is Decision.UNREGISTERED  # type: ignore[union-attr]


def test_an_asker_that_is_no_platform_is_told_so_now_and_then(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    for asker in (NOBODY, "no id"):
        for as_of in (None, desk.clock()):
            with pytest.raises(NotFound) as raised:
                desk.ask(ISRC, asker=asker, as_of=as_of)
            assert raised.value.field == "asker"


def test_an_asker_that_was_registered_later_was_named_by_nobody_then(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    then = desk.clock.forward(HOUR)
    desk.clock.forward(HOUR)
    platform = desk.platform()
    assert desk.ask(ISRC, asker=platform, as_of=then).answer.decision is Decision.DENY  # type: ignore[union-attr]


def test_a_platform_whose_dossier_is_lost_is_not_answered_as_if_nobody_had_named_it(
    desk: Desk,
) -> None:
    work, _ = desk.work(ISRC)
    platform = desk.platform()
    desk.declare(work, to=platform, generative_training="deny")
    with writing(desk.registry.engine) as connection:
        connection.execute(delete(dossiers).where(dossiers.c.id == platform))
    with pytest.raises(NotFound):
        desk.ask(ISRC, asker=platform)


def test_a_store_without_a_head_is_unavailable_not_empty(desk: Desk) -> None:
    with writing(desk.registry.engine) as connection:
        connection.execute(delete(log_head))
    with pytest.raises(Unavailable):
        desk.ask(ISRC)


def test_an_answer_is_valid_no_longer_than_until_the_next_change(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    soon = desk.clock() + 10 * 60_000
    desk.declare(work, generative_training="deny", valid_until=soon)
    assert desk.ask_all([(ISRC,)]).valid_until == soon
    other = desk.ask_all([("isrc:USRC17607839",)])
    assert other.valid_until == other.answered_at + desk.registry.settings.max_validity


def test_without_evidence_the_decision_is_the_same(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    inquiry = Inquiry(Usage.GENERATIVE_TRAINING, [Item([ISRC])], None, with_evidence=False)
    bare = answer(desk.registry.lookups, inquiry, now=desk.clock(), max_validity=HOUR).results[0]
    assert bare.answer is not None
    assert bare.answer.evidence == ()
    assert bare.answer.decision is Decision.DENY


def test_a_clock_behind_the_log_answers_with_the_logs_time(desk: Desk) -> None:
    work, _ = desk.work(ISRC)
    desk.declare(work, generative_training="deny")
    desk.clock.forward(-30_000)
    assert desk.ask(ISRC).answer.decision is Decision.DENY  # type: ignore[union-attr]


def test_another_body_has_another_digest() -> None:
    assert len(question_digest(b"{}")) == 32
    assert question_digest(b"{}") != question_digest(b"{} ")


def test_the_past_is_answered_only_where_it_is_settled(desk: Desk) -> None:
    """Up to the newest event, or more than ten seconds ago; else a write under way could change it."""
    desk.rightsholder()
    newest = desk.clock()
    assert desk.ask("isrc:GBAYE0601498", as_of=newest).answer is not None
    desk.clock.forward(60_000)
    with pytest.raises(InvalidInput) as refused:
        desk.ask("isrc:GBAYE0601498", as_of=desk.clock() - 9_999)
    assert (refused.value.code, refused.value.field) == ("not-settled", "as_of")
    assert desk.ask("isrc:GBAYE0601498", as_of=desk.clock() - 10_000).answer is not None
    with pytest.raises(InvalidInput, match="future"):
        desk.ask("isrc:GBAYE0601498", as_of=desk.clock() + 1)


def test_a_write_that_takes_longer_than_the_past_stays_open_is_not_acknowledged(desk: Desk) -> None:
    head = desk.registry.head_file.read()

    def slowly() -> None:
        with desk.registry.writing() as ledger:
            register_rightsholder(ledger, "Slow", STEWARD)
            desk.clock.forward(10_100)

    with pytest.raises(Unavailable, match="nothing was acknowledged"):
        slowly()
    assert desk.registry.head_file.read() == head
    assert desk.fsck().wrong is None
