"""`registry migrate`, `rebuild` and `fsck`: the store brought up to date, made anew, verified."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from registry.cli.calm import as_json, safe
from registry.cli.desk import acting, at_the_desk, by_steward, is_up_to_date, refuse_placeholder
from registry.cli.screen import ACCENT, console, say, show_fields, show_json
from registry.services.fsck import fsck as check_everything
from registry.services.rebuild import rebuild_projection
from registry.storage.migrate import pending_migrations

Report = Callable[[str, int, int], None]


@click.command()
@as_json
def migrate(json_out: bool) -> None:
    """Prepares the store: migrations, first keys, the log's first entries. Safe to repeat."""
    with at_the_desk(prepared=False) as registry:
        refuse_placeholder(registry.settings)
        pending, ready = pending_migrations(registry.engine), is_up_to_date(registry)
        registry.prepare()
    if json_out:
        show_json({"applied": pending})
    elif ready:
        say("Everything is up to date.")
    else:
        say(f"Applied {len(pending)} migration(s); the projection is in this program's form.")


@click.command()
@by_steward
@as_json
def rebuild(steward: str | None, json_out: bool) -> None:
    """Makes the tables that lookups read anew from the events, in one transaction."""
    with at_the_desk() as registry, progress() as report, registry.bookkeeping() as uow:
        folded = rebuild_projection(uow, lambda done, total: report("events", done, total))
        by = acting(steward)
        uow.journal.act(
            at=registry.clock(),
            actor=by.id,
            authority=by.authority,
            act="projection.rebuilt",
            seq=None,
            details={"events": folded},
        )
    if json_out:
        show_json({"events": folded})
    else:
        say(f"Folded {folded} events anew.")


@click.command()
@as_json
@click.pass_context
def fsck(ctx: click.Context, json_out: bool) -> None:
    """Re-verifies the whole store against the log, and names the first row that is wrong."""
    safe("Nothing was changed.")
    with (
        at_the_desk() as registry,
        progress() as report,
        registry.reading() as uow,
    ):
        found = check_everything(
            uow, registry.signers(), registry.place, registry.head_file.read(), report
        )
    if json_out:
        show_json(
            {
                "events": found.events,
                "records": found.records,
                "checkpoints": found.checkpoints,
                "rows": found.rows,
                "erased": found.erased,
                "doubtful": found.doubtful,
                "wrong": found.wrong,
            }
        )
    else:
        show_fields(
            [
                ("events", found.events),
                ("records", found.records),
                ("checkpoints", found.checkpoints),
                ("projected rows", found.rows),
                *([("erased", f"{found.erased} events")] if found.erased else []),
                *([("doubtful", _doubtful(found.doubtful))] if found.doubtful else []),
                ("wrong", found.wrong or "nothing"),
            ]
        )
    if found.wrong is not None:
        click.echo(f"registry: {found.wrong.rstrip('.')}. Nothing was changed.", err=True)
        ctx.exit(1)


def _doubtful(count: int) -> str:
    return f"{count} records, signed since their key was reported as compromised"


@contextmanager
def progress() -> Iterator[Report]:
    """A bar on a terminal's error stream; nothing where that is piped."""
    screen = console(stderr=True)
    if not screen.is_terminal:
        yield _silent
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(complete_style=ACCENT, finished_style=ACCENT),
        TextColumn("{task.completed} of {task.total}"),
    )
    with Progress(*columns, console=screen, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield report


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""
