"""`registry rightsholders`: those who assert rights; for now registered by the operator's hand."""

import click

from registry.cli.calm import CalmGroup, as_json
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json, show_rows
from registry.services.list_rightsholders import list_rightsholders
from registry.services.open_account import register_rightsholder


@click.group(cls=CalmGroup)
def rightsholders() -> None:
    """Rightsholders: artists, bands, labels, publishers, estates."""


@rightsholders.command("add")
@click.argument("name")
@by_steward
@as_json
def add(name: str, steward: str | None, json_out: bool) -> None:
    """Registers the rightsholder NAME and prints its id."""
    with at_the_desk() as registry, registry.writing() as ledger:
        id = register_rightsholder(ledger, name, acting(steward))
    if json_out:
        show_json({"rightsholder": id, "name": name.strip()})
        return
    show_fields([("rightsholder", id), ("name", name.strip())])
    say()
    say(f"To let a program act for it:  registry tokens add --rightsholder {id}")


@rightsholders.command("list")
@click.option("--after", default="", metavar="ID", help="Begin after this id, for the next page.")
@click.option(
    "--limit", default=1000, type=click.IntRange(1, 10_000), show_default=True, help="How many."
)
@as_json
def list_all(after: str, limit: int, json_out: bool) -> None:
    """Lists rightsholders in the order in which they were registered."""
    with at_the_desk() as registry, registry.reading() as uow:
        found = [(each.id, each.name) for each in list_rightsholders(uow, after=after, limit=limit)]
    if json_out:
        show_json([{"id": id, "name": name} for id, name in found])
    else:
        show_rows(("id", "name"), found, empty="No rightsholder is registered here yet.")
