"""A catalogue that was sent: kept with a first look at it, started, cancelled. What is done with it then is a job's
(registry.worker.imports), step by step (`read_catalogue`, `register_catalogue`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from registry.catalogues.options import Options
from registry.catalogues.rows import MOST_BYTES
from registry.domain.ids import is_id, new_id
from registry.errors import Conflict, InvalidInput, NotFound, TooLarge
from registry.services.act_for import may
from registry.services.actor import Actor
from registry.services.find import the_rightsholder
from registry.services.look_at_catalogue import Look, encode_look, look_at
from registry.services.note_act import note_act
from registry.services.notify import NoticeKind, notify
from registry.storage.accounts import Account
from registry.storage.import_files import ImportFiles
from registry.storage.imports import OPEN, OUTCOMES, RUNNING, Import, ImportState
from registry.storage.members import MemberRole
from registry.storage.unit_of_work import UnitOfWork

IMPORT: Final = "import"
"""The kind of job that runs an import; its key is the import's id."""
MOST_OPEN: Final = 10
"""Imports of one rightsholder that have not ended."""
_AT_REST: Final = (
    ImportState.UPLOADED,
    ImportState.READ,
    ImportState.CANCELLED,
    ImportState.FAILED,
)
_ANEW: Final[dict[str, object]] = dict.fromkeys(
    ("rows", "rejected", "works", "position", *OUTCOMES), 0
)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was written down and looked at, before anybody took note of it."""

    id: str
    size: int
    digest: bytes
    options: Options
    look: Look


def check_room(uow: UnitOfWork, rightsholder: str) -> None:
    """Before a file is read. Raises: TooLarge where too many imports have not ended."""
    if len(uow.imports.open_of(rightsholder)) >= MOST_OPEN:
        raise TooLarge(f"{MOST_OPEN} imports of yours have not ended; finish or cancel one first")


def receive(
    files: ImportFiles, read: Callable[[int], bytes], options: Options, now: int
) -> Received:
    """Writes a file down and looks at it, outside of any transaction: both take their time. Of what is refused nothing
    stays.

    Raises: TooLarge, InvalidInput for a file or mapping that cannot be read, InvalidDeclaration, Unavailable.
    """
    id = new_id(now)
    size, digest = files.receive(id, read, MOST_BYTES)
    try:
        look = look_at(files.source(id), options, now)
    except BaseException:
        files.forget(id)
        raise
    return Received(id, size, digest, options, look)


def look_again(files: ImportFiles, found: Import, options: Options, now: int) -> Look | None:
    """A fresh look where a file is to be taken otherwise than before, for `start`; None where it is not.

    Raises: NotFound where the file is gone, InvalidInput, InvalidDeclaration.
    """
    if options == found.options:
        return None
    return look_at(files.source(found.id), options, now)


def keep(
    uow: UnitOfWork, received: Received, rightsholder: str, name: str, by: Actor, now: int
) -> Import:
    """Takes note of a file that was received. Where the same file is there already and its import has not ended, that
    one is given back, and the file that came now is to be forgotten by whoever received it.

    Raises: NotFound, TooLarge where too many have not ended, InvalidInput for a name.
    """
    the_rightsholder(uow, rightsholder, field="rightsholder")
    name = _checked_name(name)
    wanted = (received.digest, received.options, name)
    for each in uow.imports.open_of(rightsholder):
        if (each.digest, each.options, each.name) == wanted:
            return each
    check_room(uow, rightsholder)
    new = Import(
        id=received.id,
        rightsholder=rightsholder,
        actor=by.id,
        authority=by.authority,
        name=name,
        form=received.look.form,
        digest=received.digest,
        size=received.size,
        options=received.options,
        looked=encode_look(received.look),
        state=ImportState.UPLOADED,
        dry=False,
        made_at=now,
    )
    uow.imports.add(new)
    note_act(uow, "import.sent", by, now, **{"import": new.id})
    return new


def own_import(uow: UnitOfWork, rightsholder: str, id: str) -> Import:
    """An import of this rightsholder. Raises: NotFound, also for another's."""
    found = uow.imports.find(id) if is_id(id) else None
    if found is None or found.rightsholder != rightsholder:
        raise NotFound(f"there is no import {id[:60]!r}", field="id")
    return found


def import_for(
    uow: UnitOfWork, account: Account, id: str, least: MemberRole = MemberRole.VIEWER
) -> Import:
    """An import of a rightsholder for whom this account acts.

    Raises: NotFound, also for another's, in the same words; Forbidden where its role is less than `least`.
    """
    found = uow.imports.find(id) if is_id(id) else None
    if found is None or uow.members.acting(found.rightsholder, account.id) is None:
        raise NotFound(f"there is no import {id[:60]!r}", field="id")
    may(uow, account, found.rightsholder, least)
    return found


def read_otherwise(
    uow: UnitOfWork,
    files: ImportFiles,
    found: Import,
    by: Actor,
    now: int,
    *,
    options: Options,
    look: Look,
) -> Import:
    """Keeps how an import is to be taken from now on; whatever was read of it is read anew when it is started.

    Raises: Conflict for one that runs or is done.
    """
    values = {**_ANEW, "options": options, "looked": encode_look(look), "dry": False}
    values |= {"state": ImportState.UPLOADED, "trouble": None, "ended_at": None}
    if not uow.imports.change(found.id, of=_AT_REST, **values):
        raise Conflict("this import runs or is done; nothing of it can be changed", field="id")
    files.unstage(found.id)
    note_act(uow, "import.changed", by, now, **{"import": found.id})
    return own_import(uow, found.rightsholder, found.id)


def start(
    uow: UnitOfWork,
    files: ImportFiles,
    found: Import,
    by: Actor,
    now: int,
    *,
    options: Options | None = None,
    look: Look | None = None,
    dry: bool = False,
) -> Import:
    """Has an import run: to the end, or (`dry`) until it is known what would be registered. With other options, which
    come with a look (`look_again`), it is read anew. One that runs already goes on as it is.

    Raises: Conflict for one that is done, runs with other options, or was changed since the look; NotFound where its
    file is gone.
    """
    options = found.options if options is None else options
    if found.state in RUNNING:
        if options != found.options:
            raise Conflict(
                "this import is running; cancel it before you start it otherwise", field="id"
            )
        uow.jobs.add(IMPORT, found.id, now)
        return found
    if found.state is ImportState.DONE:
        raise Conflict("this import is done; send the file again to import it again", field="id")
    files.source(found.id)
    values: dict[str, object] = {"trouble": None, "ended_at": None, "started_at": now, "dry": dry}
    if options != found.options:
        if look is None:
            raise Conflict("this import was changed meanwhile; look at it again", field="id")
        values |= {"options": options, "looked": encode_look(look)}
        files.unstage(found.id)
    staged = files.staged(found.id) is not None
    if not staged or dry:
        values |= {**_ANEW, "state": ImportState.READING}
    else:
        values |= {"state": ImportState.REGISTERING}
        if found.dry:
            values |= dict.fromkeys(OUTCOMES, 0)
    values |= {"actor": by.id, "authority": by.authority}
    uow.imports.change(found.id, of=list(ImportState), **values)
    uow.jobs.add(IMPORT, found.id, now)
    note_act(uow, "import.started", by, now, **{"import": found.id})
    return own_import(uow, found.rightsholder, found.id)


def cancel(uow: UnitOfWork, found: Import, by: Actor, now: int) -> Import:
    """Ends an import: what is registered by then stays. Raises: Conflict for one that has ended."""
    if not uow.imports.change(found.id, of=OPEN, state=ImportState.CANCELLED, ended_at=now):
        raise Conflict("this import has ended already", field="id")
    note_act(uow, "import.cancelled", by, now, **{"import": found.id})
    return own_import(uow, found.rightsholder, found.id)


def end(uow: UnitOfWork, found: Import, state: ImportState, trouble: str | None, now: int) -> None:
    """An import comes to its end, `trouble` says why before its time; whoever acts for its rightsholder is told."""
    ended = uow.imports.change(found.id, of=RUNNING, state=state, ended_at=now, trouble=trouble)
    if not ended or found.dry:
        return
    kind = NoticeKind.IMPORT_DONE if state is ImportState.DONE else NoticeKind.IMPORT_FAILED
    last = own_import(uow, found.rightsholder, found.id)
    words = {name: str(getattr(last, name)) for name in ("registered", "extended", "rejected")}
    words["name"] = found.name
    notify(uow, found.rightsholder, kind, now, about=found.id, count=1, **words)


def actor_of(found: Import) -> Actor:
    """Who started it."""
    return Actor(found.actor, cast(Any, found.authority))


def may_go_on(uow: UnitOfWork, found: Import) -> bool:
    """May whoever started it still act for the rightsholder: does the token stand, may the account's person edit?"""
    if found.authority == "token":
        tokens = uow.tokens.of(found.rightsholder)
        return any(token.id == found.actor and token.revoked_at is None for token in tokens)
    if found.authority in ("account", "fresh-account"):
        member = uow.members.acting(found.rightsholder, found.actor)
        return member is not None and member.role is not MemberRole.VIEWER
    return True


def _checked_name(name: str) -> str:
    name = name.strip() or "catalogue"
    if len(name) > 200 or not name.isprintable():
        raise InvalidInput("a file's name is one line of 1 to 200 characters", field="name")
    return name
