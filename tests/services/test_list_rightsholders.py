"""Rightsholders are listed in the order in which they were registered, a page at a time."""

from pathlib import Path

from registry.bootstrap import open_registry
from registry.services.actor import Actor
from registry.services.list_rightsholders import list_rightsholders
from registry.services.open_account import register_rightsholder
from registry.settings import Settings


def test_pages_follow_each_other_and_hold_everybody_once(database_url: str, tmp_path: Path) -> None:
    settings = {"REGISTRY_VAR": str(tmp_path), "REGISTRY_DATABASE_URL": database_url}
    registry = open_registry(Settings.from_environ(settings))
    registry.prepare()
    made = []
    for name in "ABCDE":
        with registry.writing() as ledger:
            made.append(register_rightsholder(ledger, name, Actor("test", "steward")))
    seen: list[str] = []
    with registry.reading() as uow:
        while page := list_rightsholders(uow, after=seen[-1] if seen else "", limit=2):
            assert len(page) <= 2
            seen += [each.id for each in page]
    registry.close()
    assert seen == made
