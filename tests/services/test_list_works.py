"""The list of somebody's works a page at a time, and the works that are chosen in it."""

from dataclasses import replace

import pytest

from registry.domain.events import Subject
from registry.domain.ids import new_id
from registry.domain.vocabulary import AI_USAGES
from registry.errors import Forbidden, InvalidInput, NotFound
from registry.services.dispute_claim import decide_dispute, open_dispute
from registry.services.list_works import (
    MOST_CHOSEN,
    Repertory,
    choose,
    choose_one,
    count_chosen,
    list_works,
    works_chosen,
)
from registry.services.seek_works import Filter
from registry.storage.accounts import Account
from registry.storage.choices import Choice
from registry.storage.members import Member, MemberRole
from registry.storage.repertoire import Order
from tests.registries import DAY, START, STEWARD, Desk

SITE = "https://artist.com"


def member(desk: Desk, name: str, role: MemberRole = MemberRole.OWNER, of: str = "R1") -> Account:
    """Somebody who acts for a rightsholder."""
    account = Account(
        new_id(START), f"{name}@x.example", f"{name}@x.example", name, "en", START, None
    )
    holder = desk.rightsholder(of)
    with desk.registry.bookkeeping() as uow:
        uow.accounts.add(account)
        uow.members.put(Member(holder, account.id, role, START))
    return account


def page(desk: Desk, wanted: Filter = Filter(), **more) -> Repertory:  # type: ignore[no-untyped-def]  # noqa: B008
    with desk.registry.reading() as uow:
        order = more.pop("order", Order.TITLE)
        return list_works(uow, desk.rightsholder(), wanted, order, desk.clock(), **more)


def works(desk: Desk, count: int) -> list[str]:
    return [desk.work(f"{SITE}/{number}", title=f"{number:04}")[0] for number in range(count)]


def kept(desk: Desk, ada: Account, *given: str, wanted: Filter | None = None) -> Choice:
    with desk.registry.bookkeeping() as uow:
        some = list(given) or None
        id = choose(uow, ada, desk.rightsholder(), some, wanted, desk.clock())
        found = uow.choices.find(id, ada.id)
    assert found is not None
    return found


def chosen(desk: Desk, choice: Choice, after: str = "", limit: int = 100) -> list[str]:
    with desk.registry.reading() as uow:
        return works_chosen(uow, choice, after, limit)


def test_pages_go_on_and_back_and_say_where_they_end(desk: Desk) -> None:
    made = works(desk, 5)
    first = page(desk, limit=2)
    assert [each.work.id for each in first.works] == made[:2]
    assert (first.is_first, first.is_last, first.found) == (True, False, 5)
    second = page(desk, limit=2, after=made[1])
    assert [each.work.id for each in second.works] == made[2:4]
    assert (second.is_first, second.is_last) == (False, False)
    last = page(desk, limit=2, after=made[3])
    assert [each.work.id for each in last.works] == made[4:]
    assert (last.is_first, last.is_last) == (False, True)
    back = page(desk, limit=2, before=made[2])
    assert back.works == first.works
    assert (back.is_first, back.is_last) == (True, False)
    stray = page(desk, limit=2, before=new_id(START))
    assert (stray.works, stray.is_first, stray.is_last) == (first.works, True, False)


def test_how_many_there_are_of_each_is_said_whatever_is_looked_for(desk: Desk) -> None:
    one, two, _ = works(desk, 3)
    desk.declare(one, ai_training="deny")
    desk.declare(two, to=desk.platform(), ai_training="deny")
    found = page(desk, Filter(stance="mixed"))
    assert ([each.work.id for each in found.works], found.found) == ([one], 1)
    assert found.stances == {"mixed": 1, "nothing": 2}
    assert found.kinds == {"recording": 3}


def test_chosen_works_come_in_order_of_id_and_go_on_from_each(desk: Desk) -> None:
    ada, made = member(desk, "ada"), works(desk, 4)
    choice = kept(desk, ada, made[3], made[0], made[2])
    wanted = sorted([made[3], made[0], made[2]])
    assert chosen(desk, choice) == wanted
    assert chosen(desk, choice, wanted[0], 1) == [wanted[1]]
    assert chosen(desk, choice, wanted[2]) == []
    with desk.registry.reading() as uow:
        assert count_chosen(uow, choice) == 3


def test_a_filter_is_applied_as_of_its_choice_to_the_works_as_they_are(desk: Desk) -> None:
    ada, made = member(desk, "ada"), works(desk, 3)
    desk.declare(made[0], ai_training="deny", valid_until=desk.clock() + DAY)
    choice = kept(desk, ada, wanted=Filter(stance="mixed"))
    assert choice.filter == "stance=mixed"
    assert chosen(desk, choice) == [made[0]]
    desk.clock.forward(2 * DAY)
    assert chosen(desk, choice) == [made[0]], "it is still the choice of that moment"
    everything = kept(desk, ada)
    desk.clock.forward(1)
    later, _ = desk.work(f"{SITE}/later")
    assert chosen(desk, everything) == sorted(made), "what came later was not chosen"
    assert later in chosen(desk, kept(desk, ada))
    assert everything.filter == ""
    with desk.registry.reading() as uow:
        assert count_chosen(uow, everything) == 3


def test_nobody_chooses_what_is_not_theirs(desk: Desk) -> None:
    (mine,) = works(desk, 1)
    theirs, _ = desk.work(f"{SITE}/0", by="R2")
    ada, vera = member(desk, "ada"), member(desk, "vera", MemberRole.VIEWER)
    eve = member(desk, "eve", of="R2")
    now = desk.clock()
    with desk.registry.bookkeeping() as uow:
        for given in ([theirs], [mine, theirs], [new_id(START)], ["'"]):
            with pytest.raises(NotFound):
                choose(uow, ada, desk.rightsholder(), given, None, now)
        with pytest.raises(NotFound):
            choose_one(uow, eve, desk.rightsholder(), mine, now)
        with pytest.raises(Forbidden):
            choose_one(uow, vera, desk.rightsholder(), mine, now)
        for given in ([], [new_id(START) for _ in range(MOST_CHOSEN + 1)]):
            with pytest.raises(InvalidInput):
                choose(uow, ada, desk.rightsholder(), given, None, now)
        assert choose_one(uow, ada, desk.rightsholder(), mine, now)


def test_whoever_acts_for_the_rightsholder_no_more_goes_on_with_nothing(desk: Desk) -> None:
    ada, (mine,) = member(desk, "ada"), works(desk, 1)
    choice = kept(desk, ada, mine)
    with desk.registry.bookkeeping() as uow:
        uow.members.remove(desk.rightsholder(), ada.id)
    with pytest.raises(NotFound):
        chosen(desk, choice)
    with pytest.raises(NotFound):
        chosen(desk, replace(choice, account=new_id(START)))


def test_a_work_whose_claim_has_ended_is_chosen_no_more(desk: Desk) -> None:
    ada, (mine,) = member(desk, "ada"), works(desk, 1)
    choice = kept(desk, ada, mine)
    claim = page(desk).works[0].work.claims[0].id
    with desk.registry.writing() as ledger:
        opened = open_dispute(ledger, claim, STEWARD, "not theirs")
        two = ("alice", "bob")
        decide_dispute(
            ledger, opened.dispute, upheld=True, stewards=two, by=STEWARD, reason="so it is"
        )
    assert chosen(desk, choice) == []
    assert page(desk).works == ()
    assert desk.fsck().wrong is None


def test_what_is_said_for_everything_is_said_of_each_work(desk: Desk) -> None:
    one, two = works(desk, 2)
    ai = dict.fromkeys((each.value.replace("-", "_") for each in AI_USAGES), "deny")
    desk.declare(Subject("catalogue", desk.rightsholder()), **ai)
    desk.declare(two, ai_input="allow")
    desk.clock.forward(4 * DAY)
    found = {each.work.id: each for each in page(desk).works}
    assert (found[one].stance, found[one].own) == ("no-ai", False)
    assert (found[two].stance, found[two].own) == ("mixed", True)
    assert [each.work.id for each in page(desk, Filter(stance="no-ai")).works] == [one]
