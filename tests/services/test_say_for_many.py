"""Many works, some a transaction: killed anywhere it goes on and says nothing twice, and only for whom it may."""

from contextlib import suppress
from dataclasses import dataclass

import pytest

from registry.domain.declaration import Choice, Wish
from registry.domain.vocabulary import Preference
from registry.errors import Conflict, InvalidDeclaration, NotFound
from registry.services import say_for_many
from registry.services.actor import Actor
from registry.services.say_for_many import MOST_RUNNING, begin_many, say_chunk
from registry.services.say_word import Word
from registry.storage.accounts import Account
from registry.storage.members import Member, MemberRole
from registry.storage.sayings import Saying, SayingAct, SayingState
from registry.worker.sayings import run_saying
from tests.registries import Desk
from tests.web.people import ON_SQLITE

pytestmark = ON_SQLITE
NO_AI = Word(Wish(preset="no-ai"))
YES = Word(Wish(preferences={"ai-training": Choice(Preference.ALLOW)}))


@dataclass
class Label:
    """Somebody who acts for R1, which has works."""

    desk: Desk
    account: Account
    works: list[str]

    def saying(self, act: SayingAct = SayingAct.SAY) -> str:
        desk, now = self.desk, self.desk.clock.forward(1)
        with desk.registry.bookkeeping() as uow:
            holder = desk.rightsholder()
            choice = uow.choices.add(self.account.id, holder, self.works, None, now)
            id = choice[:-1] + ("0" if choice[-1] != "0" else "1")
            uow.sayings.add(
                Saying(id, self.account.id, holder, choice, None, act, {}, SayingState.DRAFT, "account", "en", now)
            )  # fmt: skip
        return id

    def begin(self, word: Word = NO_AI, act: SayingAct = SayingAct.SAY, fresh: bool = True) -> str:
        id, by = self.saying(act), Actor(self.account.id, "fresh-account" if fresh else "account")
        with self.desk.registry.bookkeeping() as uow:
            begin_many(uow, self.account, id, word, by, self.desk.clock())
        return id

    def run(self, id: str) -> Saying:
        with self.desk.registry.reading() as uow:
            job = uow.jobs.of("say", id)
        assert job is not None
        run_saying(self.desk.registry, job)
        return self.found(id)

    def found(self, id: str) -> Saying:
        with self.desk.registry.reading() as uow:
            found = uow.sayings.find(id)
        assert found is not None
        return found

    def declarations(self) -> list[int]:
        with self.desk.registry.reading() as uow:
            return [len(uow.projection.dossier("work", id).declarations) for id in self.works]  # type: ignore[union-attr]


@pytest.fixture
def label(desk: Desk) -> Label:
    account = Account(
        "01a0c450-6c03-7000-8000-000000000001",
        "a@people.example",
        "a@people.example",
        "Ada",
        "en",
        1,
    )
    works = sorted(desk.work(f"isrc:GBAYE06000{n:02d}")[0] for n in range(7))
    member = Member(desk.rightsholder(), account.id, MemberRole.EDITOR, desk.clock())
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(account)
        uow.members.put(member)
    return Label(desk, account, works)


class KilledError(BaseException):
    """What no code catches."""


@pytest.mark.parametrize("at", [0, 1, 3])
def test_killed_anywhere_it_goes_on_and_says_nothing_twice(
    label: Label, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(say_for_many, "CHUNK", 2)
    id, left = label.begin(YES), [at]
    about = say_for_many.say_about

    def killed(*given):  # type: ignore[no-untyped-def]
        left[0] -= 1
        if left[0] < 0:
            raise KilledError
        return about(*given)

    with monkeypatch.context() as patch:
        patch.setattr(say_for_many, "say_about", killed)
        with suppress(KilledError):
            label.run(id)
    done = label.run(id)
    assert (done.state, done.done, done.waits) == (SayingState.DONE, 7, 7)
    assert label.declarations() == [1] * 7
    assert label.run(id) == done


def test_a_no_that_stands_is_left_as_it_is_and_a_yes_is_said_again(label: Label) -> None:
    label.run(label.begin())
    again = label.run(label.begin())
    assert (again.done, again.unchanged) == (0, 7)
    for _ in range(2):
        assert label.run(label.begin(YES)).done == 7, "a yes that is said again reaches further"
    assert label.declarations() == [3] * 7


def test_it_is_all_taken_back_also_what_was_said_before_the_last_word(label: Label) -> None:
    label.run(label.begin())
    label.desk.clock.forward(1_000)
    label.run(label.begin(YES, fresh=False))
    back = label.run(label.begin(Word(), SayingAct.WITHDRAW))
    assert (back.done, back.waits) == (7, 7)
    label.desk.clock.forward(73 * 3_600_000)
    told = label.desk.ask("isrc:GBAYE0600003", usage="ai-training").answer
    assert told is not None
    assert told.decision == "unstated"
    assert label.run(label.begin(Word(), SayingAct.WITHDRAW)).unchanged == 7


def test_what_a_session_alone_began_is_only_proposed(label: Label) -> None:
    label.run(label.begin(YES, fresh=False))
    label.desk.clock.forward(200 * 3_600_000)
    with label.desk.registry.reading() as uow:
        waits = uow.projection.waits.of(label.desk.rightsholder(), label.desk.clock(), 100)
    assert [each.effect for each in waits] == [None] * 7


def test_who_may_act_no_more_says_nothing_more(label: Label, monkeypatch) -> None:
    monkeypatch.setattr(say_for_many, "CHUNK", 2)
    id = label.begin()
    with label.desk.registry.writing() as ledger:
        assert say_chunk(ledger, id)
        ledger.uow.members.remove(label.desk.rightsholder(), label.account.id)
    ended = label.run(id)
    assert (ended.state, ended.done) == (SayingState.FAILED, 2)
    assert ended.trouble is not None
    with pytest.raises(NotFound):
        label.begin()


def test_what_was_chosen_and_is_kept_no_more_ends_it(label: Label) -> None:
    id = label.begin()
    with label.desk.registry.bookkeeping() as uow:
        uow.choices.forget(label.desk.clock() + 1)
    ended = label.run(id)
    assert ended.state is SayingState.FAILED
    assert "choose the works again" in (ended.trouble or "")


def test_only_so_many_run_at_once_and_only_what_can_stand_begins(label: Label) -> None:
    for _ in range(MOST_RUNNING):
        label.begin()
    with pytest.raises(Conflict, match="under way"):
        label.begin()
    with pytest.raises(InvalidDeclaration):
        label.begin(Word(Wish(preset="ask-me-first")))
