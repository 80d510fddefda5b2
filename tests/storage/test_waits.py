"""What waits as a list: it says at every moment what the dossiers say, whoever asks for whatever in whatever order."""

import random

import pytest
from sqlalchemy import select

from registry.domain.events import Subject
from registry.errors import RegistryError
from registry.services.declare import withdraw
from registry.services.rebuild import rebuild_projection
from registry.services.register_work import add_identifiers, propose_identifier_removal
from registry.services.settle_loosening import cancel_loosening, confirm_loosening, waiting_of
from registry.storage.tables import waits
from registry.storage.waits import place_of
from tests.registries import DAY, HOUR, STEWARD, TOKEN, Desk

ISRCS = [f"isrc:GBAYE06014{n:02d}" for n in range(3)]


def by_the_dossiers(desk: Desk, subjects: list[Subject]) -> list[tuple[str, int | None]]:
    """(id, when it takes effect) as the rules have it."""
    holder, found = desk.rightsholder(), []
    with desk.registry.reading() as uow:
        for each in subjects:
            kind = "rightsholder" if each.kind == "catalogue" else each.kind
            dossier = uow.projection.dossier(kind, each.id)  # type: ignore[arg-type]
            for waiting in waiting_of(dossier, desk.clock()):  # type: ignore[arg-type]
                if waiting.rightsholder == holder:
                    found.append((waiting.id, waiting.effect))
    return sorted(found)


def by_the_list(desk: Desk) -> list[tuple[str, int | None]]:
    with desk.registry.reading() as uow:
        listed = uow.projection.waits.of(desk.rightsholder(), desk.clock(), 1000)
        assert len(listed) == uow.projection.waits.count(desk.rightsholder(), desk.clock())
    return sorted((each.id, each.effect) for each in listed)


def a_step(desk: Desk, chance: random.Random, works: list[str], made: list[str]) -> None:
    holder, actor = desk.rightsholder(), chance.choice([STEWARD, TOKEN])
    subject = chance.choice([Subject("catalogue", holder), *(Subject("work", id) for id in works)])
    step = chance.choice(["declare", "withdraw", "confirm", "cancel", "remove", "again", "wait"])
    if step == "declare":
        word = chance.choice(["deny", "allow", "conditional"])
        made.append(desk.declare(subject, actor=actor, generative_training=word).record.id)
        return
    if step == "wait":
        desk.clock.forward(chance.choice([HOUR, DAY]))
        return
    with desk.registry.writing() as ledger:
        if step == "remove":
            proposal = propose_identifier_removal(ledger, holder, works[0], ISRCS[0], actor)
            made.append(proposal.loosening)
        elif step == "again":
            add_identifiers(ledger, holder, works[0], [ISRCS[0]], actor)
        elif made:
            id = chance.choice(made)
            if step == "withdraw":
                made.append(withdraw(ledger, holder, id, actor).record.id)
            elif step == "confirm":
                confirm_loosening(ledger, id, STEWARD)
            else:
                cancel_loosening(ledger, id, TOKEN, rightsholder=holder)


@pytest.mark.parametrize("seed", range(2))
def test_the_list_says_what_the_dossiers_say_and_is_made_anew_the_same(
    desk: Desk, seed: int
) -> None:
    chance = random.Random(seed)
    works = [desk.work(isrc, f"https://a.example/{isrc[-2:]}")[0] for isrc in ISRCS]
    subjects = [Subject("catalogue", desk.rightsholder()), *(Subject("work", id) for id in works)]
    made: list[str] = []
    for _ in range(30):
        try:
            a_step(desk, chance, works, made)
        except RegistryError:
            continue
        assert by_the_list(desk) == by_the_dossiers(desk, subjects)
    with desk.registry.bookkeeping() as uow:
        before = sorted(map(tuple, uow.connection.execute(select(waits))))
        rebuild_projection(uow)
        assert sorted(map(tuple, uow.connection.execute(select(waits)))) == before


def test_what_takes_effect_first_comes_first_and_pages_miss_nothing(desk: Desk) -> None:
    work = desk.work(ISRCS[0])[0]
    proposed = [desk.declare(work, actor=TOKEN, ai_training="allow").record.id for _ in range(2)]
    certain = []
    for _ in range(3):
        desk.clock.forward(HOUR)
        certain.append(desk.declare(work, ai_training="allow").record.id)
    holder, now = desk.rightsholder(), desk.clock()
    with desk.registry.reading() as uow:
        waits_ = uow.projection.waits
        first = waits_.of(holder, now, 2)
        rest = waits_.of(holder, now, 10, after=place_of(first[-1]))
        assert [each.id for each in [*first, *rest]] == [*certain, *sorted(proposed)]
        assert waits_.of("another", now, 10) == []
        assert waits_.count(holder, now + 4 * DAY) == 2, "what nobody confirmed waits on"
