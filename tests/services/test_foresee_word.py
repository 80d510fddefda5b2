"""What was foreseen is what happens: over random histories, for each declaration and withdrawal, at once and at the end
of its wait."""

import random

import pytest

from registry.domain.declaration import Choice, Wish
from registry.domain.events import Conditions, Subject
from registry.domain.vocabulary import Preference, Usage
from registry.services.declare import declare, withdraw
from registry.services.foresee_word import (
    Foreseen,
    foresee_declaration,
    foresee_withdrawal,
    in_slot,
    withdrawable,
)
from registry.services.settle_loosening import cancel_loosening
from tests.registries import DAY, HOUR, STEWARD, TOKEN, Desk
from tests.web.people import ON_SQLITE

pytestmark = ON_SQLITE
DELAY = 72 * HOUR
SOME = (Usage.SEARCH, Usage.AI_TRAINING, Usage.AI_INPUT)


def on(desk: Desk, work: str):  # type: ignore[no-untyped-def]
    with desk.registry.reading() as uow:
        return uow.projection.dossier("work", work).declarations  # type: ignore[union-attr]


def a_wish(chance: random.Random, now: int) -> Wish:
    words = {usage: chance.choice(["", "deny", "allow", "conditional"]) for usage in SOME}
    words[chance.choice(SOME)] = chance.choice(["deny", "allow"])
    said = {
        usage.value: Choice(
            Preference(word), Conditions(contact="me") if word == "conditional" else None
        )
        for usage, word in words.items()
        if word
    }
    until = chance.choice([None, None, now + chance.choice([2, 5, 9]) * DAY])
    return Wish(preferences=said, valid_until=until)


def holds(desk: Desk, work: str, foreseen: tuple[Foreseen, ...], now: int, when: str) -> None:
    there = on(desk, work)
    for each in foreseen:
        found = in_slot(there, desk.rightsholder(), each.usage, each.grantee, now)
        assert found == getattr(each, when), (when, each)


@pytest.mark.parametrize("seed", range(2))
def test_what_was_foreseen_is_what_happens(desk: Desk, seed: int) -> None:
    chance, holder = random.Random(seed), desk.rightsholder()
    work, _ = desk.work("isrc:GBAYE0601498")
    platform = desk.platform()
    subject = Subject("work", work)
    for _ in range(25):
        now = desk.clock.forward(chance.choice([HOUR, DAY, 4 * DAY]))
        there, said = on(desk, work), withdrawable(on(desk, work), holder, now)
        fresh = chance.random() < 0.7
        by = STEWARD if fresh else TOKEN
        if said and chance.random() < 0.4:
            taken = chance.sample(said, chance.randint(1, len(said)))
            foreseen = foresee_withdrawal(there, holder, taken, now=now, delay=DELAY)
            with desk.registry.writing() as ledger:
                for held in taken:
                    withdraw(ledger, holder, held.id, by)
        else:
            wish, to = a_wish(chance, now), chance.choice([None, platform])
            foreseen = foresee_declaration(there, holder, wish, to, now=now, delay=DELAY)
            with desk.registry.writing() as ledger:
                declare(ledger, holder, subject, wish, by, grantee=to)
        holds(desk, work, foreseen, now, "at_once")
        if not any(each.waits for each in foreseen):
            assert all(each.at_once == each.in_the_end for each in foreseen)
        if fresh:
            waiting = tuple(each for each in foreseen if each.waits)
            holds(desk, work, waiting, now + DELAY, "in_the_end")


def test_only_what_goes_on_can_be_taken_back(desk: Desk) -> None:
    holder = desk.rightsholder()
    work, _ = desk.work("isrc:GBAYE0601498")
    over = desk.declare(work, ai_training="allow", valid_until=desk.clock() + HOUR).record.id
    older = desk.declare(work, ai_training="deny").record.id
    newer = desk.declare(work, ai_training="deny").record.id
    desk.clock.forward(2 * HOUR)
    found = [each.id for each in withdrawable(on(desk, work), holder, desk.clock())]
    assert found == [older, newer], "the older one would speak again"
    assert over not in found
    with desk.registry.writing() as ledger:
        withdraw(ledger, holder, newer, TOKEN)
    assert [each.id for each in withdrawable(on(desk, work), holder, desk.clock())] == [older]
    assert withdrawable(on(desk, work), desk.rightsholder("R2"), desk.clock()) == []


def test_an_ask_first_that_was_stopped_says_no_and_waits_for_nothing(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    asked = desk.declare(work, ai_training="conditional").record.id
    for pending in (True, False):
        desk.clock.forward(HOUR)
        found = in_slot(on(desk, work), desk.rightsholder(), Usage.AI_TRAINING, None, desk.clock())
        assert (found.preference, found.pending) == ("deny", pending)
        if pending:
            with desk.registry.writing() as ledger:
                cancel_loosening(ledger, asked, STEWARD)
