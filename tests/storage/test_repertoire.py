"""The stored list of a rightsholder's works: in step with the dossiers, in every order, from any work on."""

import pytest

from registry.domain.events import Subject
from registry.domain.ids import new_id
from registry.storage.repertoire import Behind, Listed, Order, Sought
from tests.registries import DAY, Desk

SITE = "https://artist.com"


def rows(desk: Desk, order: Order = Order.NEWEST, limit: int = 10, **wanted) -> list[str]:  # type: ignore[no-untyped-def]
    with desk.registry.reading() as uow:
        place = {name: wanted.pop(name) for name in ("after", "before") if name in wanted}
        sought = Sought(desk.rightsholder(), wanted.pop("at", desk.clock()), **wanted)
        found = uow.projection.repertoire.page(sought, order, limit, **place)
    return [each.work for each in found]


def row(desk: Desk, work: str) -> Listed:
    with desk.registry.reading() as uow:
        sought = Sought(desk.rightsholder(), desk.clock(), works=(work,))
        (found,) = uow.projection.repertoire.in_order_of_id(sought)
    return found


def test_works_come_in_each_order_and_go_on_from_any_of_them_both_ways(desk: Desk) -> None:
    made = {
        title: desk.work(f"{SITE}/{number}", title=title)[0]
        for number, title in enumerate(["Beta", "alpha", "Ätna", "alpha"])
    }
    first = rows(desk, Order.TITLE)[:2]
    assert made["alpha"] in first
    by_title = rows(desk, Order.TITLE)
    assert by_title == [*first, made["Ätna"], made["Beta"]]
    newest = rows(desk)
    assert newest == sorted(newest, reverse=True)
    desk.declare(made["Beta"], ai_training="deny")
    assert rows(desk, Order.SAID_LAST)[0] == made["Beta"]
    for order in Order:
        whole = rows(desk, order)
        assert len(whole) == 4
        for place, work in enumerate(whole):
            assert rows(desk, order, after=work) == whole[place + 1 :]
            assert rows(desk, order, before=work) == whole[:place]
            assert rows(desk, order, before=work, limit=1) == whole[max(place - 1, 0) : place]


def test_a_work_that_is_not_in_the_list_is_no_place_in_it(desk: Desk) -> None:
    mine, _ = desk.work(f"{SITE}/x")
    theirs, _ = desk.work(f"{SITE}/x", by="R2")
    for place in (theirs, new_id(desk.clock()), "'"):
        assert rows(desk, after=place) == rows(desk, before=place) == [mine]


def test_what_is_looked_for_in_titles_is_no_pattern(desk: Desk) -> None:
    plain, _ = desk.work(f"{SITE}/x", title="100 suns")
    percent, _ = desk.work(f"{SITE}/y", title="100% of_it")
    assert rows(desk, words=("100", "s")) == [plain]
    assert rows(desk, words=("%",)) == rows(desk, words=("_",)) == [percent]
    assert rows(desk, words=("sun",), met=(percent,)) == [percent, plain]
    assert rows(desk, works=()) == []


def test_a_row_follows_what_is_said_proved_and_added(desk: Desk) -> None:
    work, claim = desk.work(f"{SITE}/x", "isrc:GBAYE0601498")
    assert (row(desk, work).identifiers, row(desk, work).bare) == (2, 2)
    assert rows(desk, behind=Behind.DECLARED) == [work]
    desk.prove(claim, f"{SITE}/x")
    assert row(desk, work).bare_texts == ("isrc:GBAYE0601498",)
    assert rows(desk, behind=Behind.PARTLY) == [work]
    desk.prove(claim, "isrc:GBAYE0601498")
    assert rows(desk, behind=Behind.PROVED) == [work]
    desk.declare(work, ai_training="deny")
    assert rows(desk, said=("----d-----",)) == [work]
    assert rows(desk, said=("----------",)) == []


def test_time_alone_ends_what_was_said_and_what_waits(desk: Desk) -> None:
    work, _ = desk.work(f"{SITE}/x")
    desk.declare(work, ai_training="allow")
    assert rows(desk, waiting=True) == [work]
    assert row(desk, work).said == "----------"
    desk.clock.forward(4 * DAY)
    assert row(desk, work).said == "----a-----"
    assert rows(desk, waiting=True) == []
    assert rows(desk, waiting=True, at=desk.clock() - 3 * DAY) == [work]


def test_a_dossier_in_many_versions_has_its_rows_once(desk: Desk) -> None:
    work, _ = desk.work(f"{SITE}/x")
    for _ in range(3):
        desk.declare(work, ai_training="deny", valid_until=desk.clock() + DAY)
        assert rows(desk) == [work]
    with desk.registry.reading() as uow:
        sought = Sought(desk.rightsholder(), desk.clock())
        assert uow.projection.repertoire.count(sought) == 1
        assert uow.projection.repertoire.count_each(desk.rightsholder(), desk.clock()) == {
            ("----d-----", "recording"): 1
        }
    assert desk.fsck().wrong is None


def test_what_is_said_about_everything_is_in_no_row(desk: Desk) -> None:
    work, _ = desk.work(f"{SITE}/x")
    desk.declare(Subject("catalogue", desk.rightsholder()), ai_training="deny")
    assert row(desk, work).said == "----------"


@pytest.mark.parametrize("order", Order)
def test_a_rightsholder_without_works_has_an_empty_list(desk: Desk, order: Order) -> None:
    desk.work(f"{SITE}/x", by="R2")
    assert rows(desk, order) == []
