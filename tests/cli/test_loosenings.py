"""`registry loosenings`: what waits is seen, confirmed, or cancelled."""

from collections.abc import Callable

import pytest

from registry.bootstrap import Registry
from registry.domain.declaration import Choice, Wish
from registry.domain.events import Subject
from registry.domain.vocabulary import Preference
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.storage.accounts import Account
from registry.storage.members import Member, MemberRole
from tests.cli.conftest import Command, Held

YES = Wish(preferences={"generative-training": Choice(Preference.ALLOW)})


@pytest.fixture
def propose(command: Command, hold: Callable[..., Held]) -> Callable[[], tuple[str, Held]]:
    """A token says yes to a work, which waits an hour, and to be confirmed."""
    command.env["REGISTRY_LOOSENING_DELAY_SECONDS"] = "3600"

    def make() -> tuple[str, Held]:
        held = hold()
        opened = command.open()
        with opened.writing() as ledger:
            subject = Subject("work", held.work)
            said = declare(ledger, held.rightsholder, subject, YES, Actor("t", "token"))
        opened.close()
        return said.record.id, held

    return make


def test_a_proposal_is_listed_confirmed_and_cancelled(
    command: Command, propose: Callable[[], tuple[str, Held]]
) -> None:
    id, held = propose()
    (listed,) = command.json("loosenings", "list")
    assert (listed["id"], listed["confirmed"]) == (id, False)
    assert command.json("loosenings", "confirm", id)["state"] == "confirmed"
    (listed,) = command.json("loosenings", "list", "--rightsholder", held.rightsholder)
    assert listed["confirmed"] is True
    assert command.json("loosenings", "cancel", id)["state"] == "cancelled"
    assert command("loosenings", "list").stdout == "Nothing waits.\n"


def test_where_people_act_for_the_rightsholder_it_takes_a_second_steward(
    command: Command, propose: Callable[[], tuple[str, Held]]
) -> None:
    id, held = propose()
    opened = command.open()
    with opened.bookkeeping() as uow:
        account = Account("ada", "ada@x.org", "ada@x.org", "Ada", "en", 1)
        uow.accounts.add(account)
        uow.members.put(Member(held.rightsholder, "ada", MemberRole.OWNER, opened.clock()))
    opened.close()
    proposal = command.json("loosenings", "confirm", id, "--steward", "jo")
    assert proposal["state"] == "proposed"
    assert command.json("loosenings", "list")[0]["confirmed"] is False
    command("proposals", "confirm", proposal["proposal"], "--steward", "Jo", code=1)
    command("proposals", "confirm", proposal["proposal"], "--steward", "kim")
    assert command.json("loosenings", "list")[0]["confirmed"] is True


def test_the_list_of_one_rightsholder_holds_nobody_elses(
    command: Command, propose: Callable[[], tuple[str, Held]]
) -> None:
    propose()
    other = command.json("rightsholders", "add", "Other")["rightsholder"]
    assert command.json("loosenings", "list", "--rightsholder", other) == []
    assert (
        "no rightsholder"
        in command("loosenings", "list", "--rightsholder", "nobody", code=1).stderr
    )


def test_what_does_not_wait_can_be_neither_confirmed_nor_cancelled(
    command: Command, registry: Registry
) -> None:
    assert "nothing called" in command("loosenings", "confirm", "x", code=1).stderr
    assert "nothing called" in command("loosenings", "cancel", "x", code=1).stderr
