"""`registry erase`."""

from collections.abc import Callable

from registry.bootstrap import Registry
from registry.services.find import the_rightsholder
from tests.cli.conftest import Command, Held


def test_it_first_says_what_would_go_and_does_it_with_yes(
    command: Command, registry: Registry, hold: Callable[..., Held]
) -> None:
    held = hold()
    with registry.reading() as uow:
        name = the_rightsholder(uow, held.rightsholder).name
    assert "Nothing was changed" in command("erase", held.rightsholder).stdout
    seen = command.json("erase", held.rightsholder, "--titles")
    assert (seen["erased"], seen["events"], seen["titles"]) == (False, 2, 1)
    with registry.reading() as uow:
        assert the_rightsholder(uow, held.rightsholder).name == name
    done = command.json("erase", held.rightsholder, "--titles", "--yes", "--steward", "Bea")
    assert done == seen | {"erased": True}
    assert name not in command("rightsholders", "list").stdout
    assert command.json("fsck")["erased"] == 2
    assert command.json("erase", held.rightsholder, "--titles", "--yes")["events"] == 0


def test_whoever_is_not_there_cannot_be_erased(command: Command) -> None:
    assert "Nothing was erased" in command("erase", "nobody", "--yes", code=1).stderr
