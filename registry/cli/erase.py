"""`registry erase`: takes out of everything what names a rightsholder, at their wish or by order of a court.

First it says what would go; with --yes it is done, and nobody can bring it back.
"""

import click

from registry.cli.calm import as_json, safe
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json
from registry.services.erase import Erased, look_at_erasure
from registry.services.erase import erase as erase_rightsholder
from registry.storage.overwriting import empty_write_ahead


@click.command()
@click.argument("rightsholder")
@click.option(
    "--titles", is_flag=True, help="The titles of works that nobody else ever claimed, too."
)
@click.option("--accounts", is_flag=True, help="The accounts that act for nobody else, too.")
@click.option("--yes", is_flag=True, help="Do it. Without this, only what would go is said.")
@by_steward
@as_json
def erase(
    *,
    rightsholder: str,
    titles: bool,
    accounts: bool,
    yes: bool,
    steward: str | None,
    json_out: bool,
) -> None:
    """Erases what names RIGHTSHOLDER, an id, for good. What was said stays, under that id alone."""
    safe("Nothing was erased.")
    with at_the_desk() as registry:
        if not yes:
            with registry.reading() as uow:
                told = look_at_erasure(uow, rightsholder, titles=titles, now=registry.clock())
        else:
            files, by = registry.import_files, acting(steward)
            told = erase_rightsholder(
                registry.writing, files, rightsholder, by, titles=titles, accounts=accounts
            )
            safe("It is erased; the write-ahead log may have the name still, run the same again.")
            empty_write_ahead(registry.engine)
    _show(told, done=yes, accounts=accounts, json_out=json_out)


def _show(told: Erased, *, done: bool, accounts: bool, json_out: bool) -> None:
    members = {
        "rightsholder": told.rightsholder,
        "erased": done,
        "events": told.bodies,
        "records": told.records,
        "titles": told.titles,
        "cancelled": told.cancelled,
        "accounts": len(told.accounts) if accounts else 0,
    }
    if json_out:
        show_json(members)
        return
    show_fields([(name, _plain(value)) for name, value in members.items()])
    say()
    if done:
        say(
            "What was said goes on counting, under the id alone. Copies that others hold, and backups made before,"
        )
        say(
            "still have the name: throw old backups away in their turn, and erase again after restoring one."
        )
    else:
        say("Nothing was changed. To do it, for good, say --yes.")


def _plain(value: object) -> object:
    return {True: "yes", False: "not yet"}[value] if isinstance(value, bool) else value
