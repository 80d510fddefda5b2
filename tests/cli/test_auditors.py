"""`registry auditors`: access given to an account for a time, listed, and ended."""

from registry.bootstrap import Registry
from registry.storage.accounts import Account
from tests.cli.conftest import Command

VERA = Account("vera-1", "vera@example.org", "vera@example.org", "Vera", "en", 1)


def test_access_is_given_listed_and_ended_and_each_is_an_act(
    command: Command, registry: Registry
) -> None:
    with registry.bookkeeping() as uow:
        uow.accounts.add(VERA)
    holder = command.json("rightsholders", "add", "Ada")["rightsholder"]
    words = ("auditors", "add", VERA.address, "--rightsholder", holder, "--days", "7")
    grant = command.json(*words, "--steward", "carol")
    assert (grant["scope"], grant["subject"], grant["given_by"]) == (
        "rightsholder",
        holder,
        "carol",
    )
    (listed,) = command.json("auditors", "list")
    assert listed["counts"] is True
    assert VERA.address in command("auditors", "list").stdout
    command("auditors", "end", grant["grant"], "--steward", "dora")
    assert command.json("auditors", "list")[0]["counts"] is False
    command("auditors", "end", grant["grant"], code=1)
    acts = command.json("acts", "list", "--about", grant["grant"])["acts"]
    assert [(each["act"], each["actor"]) for each in acts] == [
        ("audit.ended", "dora"),
        ("audit.granted", "carol"),
    ]


def test_access_is_to_one_thing_that_is_there(command: Command, registry: Registry) -> None:
    with registry.bookkeeping() as uow:
        uow.accounts.add(VERA)
    assert "give one of" in command("auditors", "add", VERA.address, code=2).stderr
    both = ("--everything", "--platform", "x")
    assert "give one of" in command("auditors", "add", VERA.address, *both, code=2).stderr
    command("auditors", "add", VERA.address, "--platform", "x", code=1)
    command("auditors", "add", "nobody@example.org", "--everything", code=1)
    command("auditors", "add", VERA.address, "--everything", "--days", "1000", code=2)
