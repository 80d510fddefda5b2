"""A choice of works is found by whoever made it, for as long as it is kept."""

from registry.domain.ids import new_id
from registry.storage.choices import Choice
from tests.registries import START, Desk


def test_a_choice_is_found_by_whoever_made_it_and_by_nobody_else(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        some = uow.choices.add("ada", "r", ["b", "a", "b"], None, START)
        all_of = uow.choices.add("ada", "r", None, "text=x", START)
        assert uow.choices.find(some, "ada") == Choice(some, "ada", "r", ("a", "b"), None, START)
        assert uow.choices.find(all_of, "ada") == Choice(all_of, "ada", "r", None, "text=x", START)
        assert uow.choices.find(some, "eve") is None
        assert uow.choices.find(new_id(START), "ada") is None
        assert uow.choices.find("'--", "ada") is None


def test_old_choices_are_forgotten(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        old = uow.choices.add("ada", "r", ["a"], None, START)
        new = uow.choices.add("ada", "r", ["a"], None, START + 1)
        assert uow.choices.forget(START + 1) == 1
        assert uow.choices.find(old, "ada") is None
        assert uow.choices.find(new, "ada") is not None


def test_choices_are_a_persons_data_and_go_with_the_account(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        mine = uow.choices.add("ada", "r", ["a"], None, START)
        assert [each["id"] for each in uow.personal_data.of("ada")["choices"]] == [mine]
        uow.personal_data.remove("ada", "ada@people.example")
        assert uow.choices.find(mine, "ada") is None
