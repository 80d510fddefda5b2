"""`registry import`: a whole catalogue from a file, with its progress; what was killed goes on when called again.

Exit codes: 0 every row was taken, 1 it could not be done, 2 it was called wrongly, 3 it was done, but some rows were
not taken, or there were none.
"""

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from registry.bootstrap import Registry
from registry.catalogues.columns import FIELDS
from registry.catalogues.formats import FORMS
from registry.catalogues.options import Options
from registry.cli.calm import as_json, safe
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json, show_rows
from registry.domain.events import Conditions
from registry.domain.vocabulary import PRESETS, WorkKind
from registry.errors import NotFound
from registry.instants import SECOND_MS
from registry.logs import open_log
from registry.services import import_catalogue
from registry.services.actor import Actor
from registry.services.look_at_catalogue import decode_look
from registry.services.read_catalogue import rejected_file
from registry.storage.imports import RUNNING, Import, ImportState
from registry.storage.staged_works import StagedWorks
from registry.worker.runner import Runner

_LOOK_SECONDS = 0.5
_LEASE_MS = 10 * SECOND_MS
"""So long whoever calls it again after a kill waits at most."""
NOT_ALL = 3
"""The exit code where not every row was taken."""
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--rightsholder", required=True, metavar="ID", help="Whose works they are.")
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    help="What is declared on every work; nothing unless given.",
)
@click.option("--contact", metavar="TEXT", help="With --preset ask-me-first: whom to ask.")
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="What a column holds, where it is not recognised; --map COLUMN= for one that is not to be read.",
)
@click.option(
    "--kind",
    type=click.Choice([each.value for each in WorkKind]),
    help="Of rows that do not tell theirs; recording unless given.",
)
@click.option(
    "--inside",
    type=click.Choice(["mine", "none"]),
    help="Of the rights inside works whose row names no composition.",
)
@click.option(
    "--compositions",
    type=click.Choice(["mine", "others"]),
    help="Whose the compositions are that recordings name; others unless given.",
)
@click.option("--dry-run", is_flag=True, help="Read every row, register nothing.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the rows that were not taken to this file.",
)
@by_steward
@as_json
def import_command(
    *,
    file: Path,
    rightsholder: str,
    preset: str | None,
    contact: str | None,
    mapped: tuple[str, ...],
    kind: str | None,
    inside: str | None,
    compositions: str | None,
    dry_run: bool,
    rejected: Path | None,
    steward: str | None,
    json_out: bool,
) -> None:
    """Imports the works in FILE: CSV, TSV, XLSX, JSON Lines or DDEX ERN 4.

    Importing a file twice changes nothing. One that was interrupted goes on where it was when it is imported again.
    """
    given = {"kind": kind, "inside": inside, "compositions": compositions, "preset": preset}
    options = _options(given, contact, _mapping(mapped))
    by = acting(steward)
    with at_the_desk() as registry:
        found = _begin(registry, file, rightsholder, options, by, dry=dry_run)
        safe(
            f"Import {found.id} goes on where it was when this is called again."
            if not dry_run
            else "Nothing was registered."
        )
        if not json_out:
            _show_columns(found)
        found = _run(registry, found.id, quiet=json_out or not sys.stderr.isatty())
        if rejected is not None:
            _write_rejected(registry, found, rejected)
        if dry_run and found.state is ImportState.READ:
            with registry.bookkeeping() as uow:
                import_catalogue.cancel(uow, found, by, registry.clock())
    _show(found, rejected, json_out)
    if found.state is ImportState.FAILED:
        click.get_current_context().exit(1)
    if found.rejected or not found.works:
        click.get_current_context().exit(NOT_ALL)


def _mapping(mapped: Sequence[str]) -> dict[str, str]:
    mapping = {}
    for each in mapped:
        column, found, field = each.rpartition("=")
        if not found or field not in (*FIELDS, ""):
            raise click.UsageError(
                f"--map {each}: write COLUMN=FIELD, with one of {', '.join(FIELDS)}"
            )
        mapping[column] = field
    return mapping


def _options(given: dict[str, str | None], contact: str | None, mapping: dict[str, str]) -> Options:
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if "kind" in said:
        said["kind"] = WorkKind(said["kind"])
    conditions = None if contact is None else Conditions(contact=contact)
    return Options(mapping=mapping, conditions=conditions, **said)


def _begin(
    registry: Registry, file: Path, rightsholder: str, options: Options, by: Actor, *, dry: bool
) -> Import:
    """The import of this file: a new one, or the one that was interrupted."""
    files = registry.import_files
    with file.open("rb") as stream:
        received = import_catalogue.receive(files, stream.read, options, registry.clock())
    kept = None
    try:
        with registry.bookkeeping() as uow:
            now = registry.clock()
            kept = import_catalogue.keep(uow, received, rightsholder, file.name, by, now)
            kept = import_catalogue.start(uow, files, kept, by, now, dry=dry)
    finally:
        if kept is None or kept.id != received.id:
            files.forget(received.id)
    return kept


def _run(registry: Registry, id: str, *, quiet: bool) -> Import:
    """Runs the import's job here, unless the background worker does, until it has ended."""
    with registry.reading() as uow:
        job = uow.jobs.of(import_catalogue.IMPORT, id)
    log = open_log(registry.settings.log_level, sys.stderr, registry.clock)
    runner = Runner(registry, log, lease=_LEASE_MS)

    def run() -> None:
        if job is not None:
            runner.run(job.id)

    while True:
        beside = threading.Thread(target=run, name="import", daemon=True)
        beside.start()
        runs = True
        while runs:
            beside.join(_LOOK_SECONDS)
            # asked before the look, so that the last look sees how it ended
            runs = beside.is_alive()
            found = _look(registry, id, quiet=quiet)
        if found.state not in RUNNING:
            if not quiet:
                click.echo(err=True)
            return found
        threading.Event().wait(_LOOK_SECONDS)


def _look(registry: Registry, id: str, *, quiet: bool) -> Import:
    with registry.reading() as uow:
        found = uow.imports.find(id)
    if found is None:
        raise NotFound(f"the import {id} is gone")
    if not quiet:
        done = f"{found.position:,} of {found.works:,} works" if found.works else ""
        click.echo(f"\r  {found.state.value}: {found.rows:,} rows  {done}", nl=False, err=True)
    return found


def _write_rejected(registry: Registry, found: Import, path: Path) -> None:
    files = registry.import_files
    staged = files.staged(found.id)
    if staged is None:
        return
    pieces = rejected_file(files.source(found.id), StagedWorks(staged), found.options)
    with path.open("wb") as file:
        file.writelines(pieces)


def _show_columns(found: Import) -> None:
    look = decode_look(found.looked)
    say(f"{found.name}: {FORMS[look.form]}")
    rows = [
        (each.name, each.field or "(not read)", each.why, "; ".join(each.examples[:2])[:60])
        for each in look.columns
    ]
    show_rows(("column", "holds", "known by", "examples"), rows, empty="No columns.")
    say()


def _show(found: Import, rejected: Path | None, json_out: bool) -> None:
    members = {
        "import": found.id,
        "state": found.state.value,
        "rows": found.rows,
        "rejected": found.rejected,
        "works": found.works,
        "registered": found.registered,
        "extended": found.extended,
        "unchanged": found.unchanged,
        "declared": found.declared,
        "trouble": found.trouble,
    }
    if json_out:
        show_json({**members, "dry_run": found.dry})
        return
    show_fields([(name, value) for name, value in members.items() if value is not None])
    if found.dry:
        say("Nothing was registered: this is what would be.")
    if found.state is not ImportState.FAILED and not found.works:
        say("No row was taken: nothing is registered or declared by this file.")
    if found.rejected and rejected is None:
        say("To see the rows that were not taken, and why:  --rejected FILE")
