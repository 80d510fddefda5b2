"""`registry backup`, `restore` and `move`: the whole store as files, back from them, and into another database."""

import base64
import socket
from functools import partial
from pathlib import Path

import click

from registry.bootstrap import Registry, place_named
from registry.cli.calm import as_json, safe
from registry.cli.desk import acting, at_the_desk, by_steward, check_is_there
from registry.cli.screen import say, show_fields, show_json
from registry.cli.store import progress
from registry.errors import Conflict, InvalidInput, RegistryError
from registry.instants import rfc3339
from registry.services.backup import check_backup, take_backup
from registry.services.fill_store import Filled
from registry.services.move import move_store
from registry.services.restore import restore_backup
from registry.settings import Settings, database_url
from registry.storage.backup_files import Manifest, copy_key_files
from registry.storage.engine import open_engine
from registry.storage.head_file import HeadFile
from registry.storage.sql_nonces import SqlNonces


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="Copy the key files, as they are, to this folder.",
)
@click.option("--verify", is_flag=True, help="Only re-read the backup that is in FOLDER.")
@as_json
def backup(folder: Path, keys: Path | None, verify: bool, json_out: bool) -> None:
    """Writes the whole store into the new folder FOLDER while the registry serves, and re-reads it."""
    if verify:
        if keys is not None:
            raise InvalidInput("--keys is for writing, not for --verify", field="--keys")
        with progress() as report:
            _show_backup(folder, check_backup(folder, report), [], json_out)
        return
    if keys is not None and _are_together(folder.resolve(), keys.resolve()):
        raise InvalidInput(
            "keep the keys apart: name a folder that is neither in the backup, nor around it, nor beside it",
            field="--keys",
        )
    safe("No backup was written.")
    settings = Settings.from_environ()
    check_is_there(settings)
    with at_the_desk(prepared=False) as registry:
        with progress() as report:
            made = take_backup(registry.reading, folder, registry.clock(), report)
        safe(f"The backup in {folder} is whole; the keys were not all copied.")
        copied = [] if keys is None else copy_key_files(settings.keys, keys)
    _show_backup(folder, made, copied, json_out)
    if keys is not None and settings.key_passphrase is None:
        click.echo(
            "registry: the key files are not encrypted (no passphrase is set): whoever reads the copies "
            "can sign as this registry.",
            err=True,
        )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--keys", type=click.Path(path_type=Path), help="Copy key files from this folder, too."
)
@by_steward
@as_json
def restore(folder: Path, keys: Path | None, steward: str | None, json_out: bool) -> None:
    """Fills the empty store that the settings name from the backup in FOLDER, and verifies it."""
    by = acting(steward)
    safe("The store was not changed.")
    settings = Settings.from_environ()
    with at_the_desk(prepared=False) as registry, progress() as report:
        filled = restore_backup(
            registry.engine,
            folder,
            place_of=partial(place_named, settings),
            files=registry.key_files,
            head_file=registry.head_file,
            now=registry.clock(),
            by=by,
            progress=report,
        )
        safe("The store is restored; the keys were not all copied.")
        copied = [] if keys is None else copy_key_files(keys, settings.keys)
        safe("The store is restored; the first start makes the store of nonces.")
        registry.nonces.prepare(registry.clock())
        unusable = _unusable_keys(registry)
    if json_out:
        show_json({**_members(filled), "keys": copied, "unusable_keys": unusable})
        return
    show_fields([*_fields(filled), ("key files", len(copied))])
    say()
    for words in unusable:
        say(f"A key cannot be used yet: {words}.")
    for line in _what_next(filled, settings):
        say(line)


@click.command()
@click.argument("target_url")
@by_steward
@as_json
def move(target_url: str, steward: str | None, json_out: bool) -> None:
    """Copies the store into the empty database at TARGET_URL, and verifies the copy. Stop the registry first."""
    by = acting(steward)
    safe("The store is as it was, and so is the other database.")
    with at_the_desk() as registry:
        _refuse_while_served(registry.settings)
        registry.close()  # the mover has to be the only one
        target = open_engine(database_url(target_url, "TARGET_URL"))
        try:
            with progress() as report:
                filled = move_store(
                    registry.engine,
                    target,
                    place_of=partial(place_named, registry.settings),
                    files=registry.key_files,
                    head_file=registry.head_file,
                    now=registry.clock(),
                    by=by,
                    progress=report,
                )
            if (
                target.dialect.name == "postgresql"
            ):  # where nonces are too, unless a setting says otherwise
                safe("The store is moved; the first start makes the store of nonces.")
                SqlNonces(target).prepare(registry.clock())
        finally:
            target.dispose()
    setting = target.url.set(drivername=target.dialect.name).render_as_string(hide_password=True)
    if json_out:
        show_json({**_members(filled), "set": {"REGISTRY_DATABASE_URL": setting}})
        return
    show_fields(_fields(filled))
    say()
    say(f"Now set REGISTRY_DATABASE_URL={setting} and start; leave REGISTRY_HEAD_FILE as it is.")
    say("The old store was left as it is. Do not start a registry on it again.")


def _show_backup(folder: Path, made: Manifest, copied: list[str], json_out: bool) -> None:
    settings = Settings.from_environ()
    released = HeadFile(settings.head_file).read()
    behind = None if released is None else max(0, released.size - made.log.size)
    if json_out:
        show_json(
            {
                "folder": str(folder),
                "made_at": made.made_at,
                "origin": made.log.origin,
                "size": made.log.size,
                "root": base64.b64encode(made.log.root).decode("ascii"),
                "revision": made.revision,
                "rows": made.rows,
                "bytes": sum(each.bytes for each in made.tables),
                "behind": behind,
                "keys": copied,
            }
        )
        return
    show_fields(
        [
            ("backup", folder),
            ("made", f"{made.made_at}, from {made.database}, schema {made.revision}"),
            ("origin", made.log.origin),
            ("log", f"{made.log.size} entries, signed {rfc3339(made.log.at)}"),
            (
                "released since",
                "unknown, no head file here" if behind is None else f"{behind} entries",
            ),
            ("rows", f"{made.rows}, {sum(each.bytes for each in made.tables)} bytes"),
            *([("key files", len(copied))] if copied else []),
            ("verified", "every file, and the log's root anew"),
        ]
    )


def _are_together(folder: Path, keys: Path) -> bool:
    """Would whoever finds one of these (absolute) folders have both?"""
    return (
        keys.is_relative_to(folder) or folder.is_relative_to(keys) or keys.parent == folder.parent
    )


def _unusable_keys(registry: Registry) -> list[str]:
    """What is wrong with the files of the keys that sign, in words."""
    found = []
    for purpose, kid in registry.signers().current.items():
        try:
            registry.key_files.load(purpose, kid)
        except RegistryError as error:
            found.append(error.message.rstrip("."))
    return found


def _refuse_while_served(settings: Settings) -> None:
    """A server connects to its store with its first request: until then only its address gives it away.

    Raises: Conflict.
    """
    wildcard = settings.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    host = "localhost" if wildcard else settings.host
    try:
        socket.create_connection((host, settings.port), timeout=1).close()
    except OSError:
        return
    raise Conflict(
        f"something listens at {host}:{settings.port}: stop the registry first (if it is none, say another "
        "REGISTRY_PORT)"
    )


def _members(filled: Filled) -> dict[str, object]:
    return {
        "rows": filled.rows,
        "events": filled.report.events,
        "records": filled.report.records,
        "size": filled.head.size,
        "root": base64.b64encode(filled.head.root).decode("ascii"),
        "released": None if filled.released is None else filled.released.size,
        "missing": filled.missing,
        "loaded_before": filled.before,
    }


def _fields(filled: Filled) -> list[tuple[str, object]]:
    return [
        ("rows", filled.rows),
        ("events", filled.report.events),
        ("records", filled.report.records),
        ("log", f"{filled.head.size} entries, signed {rfc3339(filled.head.at)}"),
        ("verified", "every event, signature, tile and projected row"),
        *([("loaded", "by an earlier run, and untouched since")] if filled.before else []),
    ]


def _what_next(filled: Filled, settings: Settings) -> list[str]:
    """Whether this is the newest that was ever released, in words."""
    if filled.released is None:
        return [
            f"There is no head file at {settings.head_file}: nothing here can tell whether a later",
            "checkpoint was released. Compare with one that somebody else kept before you start.",
        ]
    if filled.missing:
        return [
            f"This backup is OLDER than what was released: {filled.missing} entries are missing, for which",
            "others hold receipts. The registry answers nothing and signs nothing until a newer copy is",
            "restored into another empty store, or an operator decides: registry log accept",
        ]
    return ["Nothing that was released is missing. Start the registry."]
