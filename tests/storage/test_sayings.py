"""What was begun to be said: found by its author, moved on only from the state it is in, and gone after its time."""

from dataclasses import replace

from registry.domain.ids import new_id
from registry.storage.sayings import Refusal, Saying, SayingAct, SayingState
from tests.registries import Desk

RUNNING = [SayingState.RUNNING]


def draft(at: int, choice: str | None = None, act: SayingAct = SayingAct.SAY) -> Saying:
    answers, state = {"until": "ü"}, SayingState.DRAFT
    return Saying(new_id(at), "ada", "r1", choice, None, act, answers, state, "account", "en", at)


def test_a_draft_is_found_by_what_it_is_about(desk: Desk) -> None:
    whole, chosen, back = draft(1), draft(2, "c"), draft(3, None, SayingAct.WITHDRAW)
    with desk.registry.bookkeeping() as uow:
        for each in (whole, chosen, back):
            uow.sayings.add(each)
        assert uow.sayings.find(chosen.id) == chosen
        assert uow.sayings.find("x") is None
        assert uow.sayings.draft_of("ada", "r1", None, SayingAct.SAY) == whole
        assert uow.sayings.draft_of("ada", "r1", "c", SayingAct.SAY) == chosen
        assert uow.sayings.draft_of("ada", "r1", None, SayingAct.WITHDRAW) == back
        for account, holder, choice in (
            ("ben", "r1", None),
            ("ada", "r2", None),
            ("ada", "r1", "d"),
        ):
            assert uow.sayings.draft_of(account, holder, choice, SayingAct.SAY) is None


def test_it_changes_only_from_the_state_that_it_is_in(desk: Desk) -> None:
    one = draft(1)
    with desk.registry.bookkeeping() as uow:
        uow.sayings.add(one)
        assert not uow.sayings.change(one.id, of=RUNNING, done=1)
        assert uow.sayings.change(one.id, of=[SayingState.DRAFT], state=SayingState.RUNNING)
        assert uow.sayings.change(one.id, of=RUNNING, position="w", done=2)
        (running,) = uow.sayings.running_of("r1")
        assert running == replace(one, state=SayingState.RUNNING, position="w", done=2)


def test_refusals_are_kept_once_and_go_with_it(desk: Desk) -> None:
    old, new = draft(1), replace(draft(2), state=SayingState.RUNNING)
    refusal = Refusal("w", "=1+1", "forbidden", "why")
    with desk.registry.bookkeeping() as uow:
        for each in (old, new):
            uow.sayings.add(each)
            uow.sayings.refuse(each.id, [refusal])
            uow.sayings.refuse(each.id, [refusal])
        assert list(uow.sayings.refusals(old.id)) == [refusal]
        assert uow.sayings.forget(10, 10) == 1, "what runs stays"
        assert list(uow.sayings.refusals(old.id)) == []
        assert list(uow.sayings.refusals(new.id)) == [refusal]
        uow.personal_data.remove("ada", "a@people.example")
        assert uow.sayings.find(new.id) is None
        uow.sayings.forget(10, 10)
        assert list(uow.sayings.refusals(new.id)) == [], "also with an account"
