"""One word about one thing: once, only by who may; and what it would change is counted over many works."""

import pytest

from registry.domain.declaration import Wish
from registry.errors import Conflict, NotFound
from registry.services.actor import Actor
from registry.services.say_word import EVERYBODY, Word, say_one, subject_of, survey, the_saying
from registry.storage.accounts import Account
from registry.storage.members import Member, MemberRole
from registry.storage.sayings import Saying, SayingAct, SayingState
from tests.registries import HOUR, Desk
from tests.web.people import ON_SQLITE

pytestmark = ON_SQLITE
ADA = Account(
    "01a0c450-6c03-7000-8000-000000000001", "a@people.example", "a@people.example", "Ada", "en", 1
)
BEN = Account(
    "01a0c450-6c03-7000-8000-000000000002", "b@people.example", "b@people.example", "Ben", "en", 1
)
NO = Word(Wish(preset="no-generative-ai"))


def kept(desk: Desk, act: SayingAct = SayingAct.SAY, works: list[str] | None = None) -> Saying:
    """A draft of Ada's, about these works or the whole catalogue."""
    holder, now = desk.rightsholder(), desk.clock.forward(1)
    with desk.registry.bookkeeping() as uow:
        for who in (ADA, BEN):
            if uow.accounts.find(who.id) is None:
                uow.accounts.add(who)
            uow.members.put(Member(holder, who.id, MemberRole.EDITOR, now))
        choice = None if works is None else uow.choices.add(ADA.id, holder, works, None, now)
        only = works[0] if works and len(works) == 1 else None
        id = f"01a0c450-6c03-7000-8000-{now % 10**12:012d}"
        new = Saying(id, ADA.id, holder, choice, only, act, {}, SayingState.DRAFT, "account", "en", now)  # fmt: skip
        uow.sayings.add(new)
    return new


def test_a_draft_is_its_authors_alone_and_what_came_of_it_everybodys_who_acts(desk: Desk) -> None:
    saying = kept(desk)
    with desk.registry.writing() as ledger:
        with pytest.raises(NotFound):
            say_one(ledger, BEN, saying.id, NO, Actor(BEN.id, "account"))
        done = say_one(ledger, ADA, saying.id, NO, Actor(ADA.id, "account"))
        again = say_one(ledger, ADA, saying.id, NO, Actor(ADA.id, "account"))
        assert the_saying(ledger.uow, BEN, saying.id, MemberRole.VIEWER).outcome == done.outcome
    assert again.outcome == done.outcome is not None
    assert subject_of(done) is not None


def test_nothing_is_taken_back_where_nothing_stands(desk: Desk) -> None:
    saying = kept(desk, SayingAct.WITHDRAW)
    with desk.registry.writing() as ledger, pytest.raises(Conflict, match="nothing of yours"):
        say_one(ledger, ADA, saying.id, Word(), Actor(ADA.id, "account"))


def test_what_would_change_is_counted_work_by_work(desk: Desk) -> None:
    works = sorted(desk.work(f"isrc:GBAYE060140{n}")[0] for n in range(3))
    desk.declare(works[0], generative_training="deny", voice_likeness="deny")
    desk.declare(works[1], to=desk.platform(), generative_training="allow")
    now = desk.clock.forward(HOUR)
    saying = kept(desk, works=works)
    with desk.registry.reading() as uow:
        found = survey(uow, saying, NO, now, 72 * HOUR)
    assert (found.works, found.looked_at, found.idle, found.loosens) == (3, 3, 1, False)
    by_use = {
        each.usage.value: count
        for each, count in found.changes.items()
        if each.before != each.at_once
    }
    assert by_use == {"generative-training": 2, "voice-likeness": 2}
    assert found.grantees == (desk.platform(),)
    back = kept(desk, SayingAct.WITHDRAW, works)
    with desk.registry.reading() as uow:
        everything = survey(uow, back, Word(), now, 72 * HOUR)
        to_all = survey(uow, back, Word(of=EVERYBODY), now, 72 * HOUR)
        exception = survey(uow, back, Word(of=desk.platform()), now, 72 * HOUR)
    assert everything.changes == to_all.changes + exception.changes
    assert (to_all.loosens, exception.loosens) == (True, False)
