"""`registry log`: the log's head, and an operator's decision to go on from an older one."""

import base64
from collections.abc import Iterable
from pathlib import Path

import click

from registry.cli.calm import CalmGroup, as_json, safe
from registry.cli.desk import acting, at_the_desk, by_steward
from registry.cli.screen import say, show_fields, show_json
from registry.cli.store import progress
from registry.errors import Conflict, InvalidInput, NotFound
from registry.instants import rfc3339
from registry.services.publish_log import Publisher, publish_log
from registry.signing.keys import KeyPurpose, public_key_from_jwk
from registry.signing.note import vkey
from registry.storage.head_file import Head
from registry.storage.key_table import StoredKey
from registry.storage.log_copy import LogCopy


@click.group(cls=CalmGroup)
def log() -> None:
    """The transparency log."""


@log.command("show")
@as_json
def show(json_out: bool) -> None:
    """Shows the log's head in the store, the last one released, and the key to verify it with."""
    with at_the_desk() as registry, registry.reading() as uow:
        stored, released = uow.log.head(), registry.head_file.read()
        key = _verifier_key(registry.place.origin, uow.keys.all())
    members = {
        "origin": registry.place.origin,
        "key": key,
        "stored": _members(None if stored is None else stored.head),
        "released": _members(released),
        "checkpoint": None if stored is None else stored.note,
    }
    if json_out:
        show_json(members)
        return
    show_fields(
        [
            ("origin", registry.place.origin),
            ("key", key),
            ("in the store", _sentence(None if stored is None else stored.head)),
            ("released", _sentence(released)),
        ]
    )


@log.command("accept")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it goes into the journal.")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@by_steward
@as_json
def accept(reason: str, yes: bool, steward: str | None, json_out: bool) -> None:
    """Goes on from the head in the store although a later one was released (a restored backup).

    Whoever holds a later checkpoint will see that the log was cut: this cannot be undone.
    """
    by = acting(steward)
    if not reason.strip():
        raise InvalidInput("say why: the reason goes into the journal", field="--reason")
    with at_the_desk() as registry:
        with registry.reading() as uow:
            stored = uow.log.head()
        released = registry.head_file.read()
        if stored is None:
            raise NotFound("the store has no log to go on from; restore one first")
        if stored.head == released:
            raise Conflict("the head in the store is the one that was released; nothing to decide")
        if not yes:
            say(f"in the store  {_sentence(stored.head)}")
            say(f"released      {_sentence(released)}")
            say("Whoever holds a checkpoint that is lost now will see a log that was cut.")
            click.confirm("Go on from the head in the store?", abort=True)
        with registry.bookkeeping() as books:
            if books.log.head() != stored:
                raise Conflict("the head in the store moved meanwhile; look again")
            # The journal first: a decision that is not on record has not been made.
            books.journal.act(
                at=registry.clock(),
                actor=by.id,
                authority=by.authority,
                act="log.head-accepted",
                seq=None,
                details={
                    "reason": reason.strip(),
                    "from": _members(released),
                    "to": _members(stored.head),
                },
            )
        registry.head_file.overwrite(stored.head)
    if json_out:
        show_json({"accepted": _members(stored.head), "instead_of": _members(released)})
    else:
        show_fields([("accepted", _sentence(stored.head)), ("instead of", _sentence(released))])


@log.command("publish")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@as_json
def publish(folder: Path, json_out: bool) -> None:
    """Brings a copy of the log in FOLDER up to date, as files for any file server. Can be broken off at any time."""
    safe("What was published before stays as it was.")
    with at_the_desk() as registry, progress() as report:
        settings = registry.settings
        publisher = Publisher(
            registry.reading,
            registry.released,
            registry.signers(),
            registry.place,
            settings.witnesses,
            settings.witness_quorum,
        )
        done = publish_log(publisher, LogCopy(folder), report)
    if json_out:
        show_json(
            {"origin": done.origin, "size": done.size, "added": done.added, "files": done.files}
        )
        return
    show_fields(
        [
            ("log", f"{done.origin}, {done.size} entries"),
            ("added", f"{done.added} entries, {done.files} files written"),
            ("folder", folder),
        ]
    )


def _verifier_key(origin: str, stored: Iterable[StoredKey]) -> str | None:
    """The newest log key's, from its public half: an operator may look because the private one is gone."""
    keys = [key for key in stored if key.purpose == KeyPurpose.LOG.value]
    if not keys:
        return None
    newest = max(keys, key=lambda key: (key.not_after is None, key.not_before))
    return vkey(origin, public_key_from_jwk(newest.jwk).raw)


def _members(head: Head | None) -> dict[str, int | str] | None:
    if head is None:
        return None
    root = base64.b64encode(head.root).decode("ascii")
    return {"size": head.size, "root": root, "at": rfc3339(head.at)}


def _sentence(head: Head | None) -> str:
    if head is None:
        return "nothing"
    root = base64.b64encode(head.root).decode("ascii")
    return f"{head.size} entries, root {root}, signed {rfc3339(head.at)}"
