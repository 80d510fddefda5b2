"""What somebody says, or takes back, about many works: by a job, some hundred works a transaction; and the stopping of
everything that waits. How far it has come is in `storage.sayings`.
"""

from collections import Counter
from dataclasses import replace
from typing import Any, Final, cast

import msgspec

from registry.domain.declaration import statements
from registry.domain.events import Subject
from registry.domain.ids import first_id
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.services import find
from registry.services.act_for import may
from registry.services.actor import Actor
from registry.services.ledger import Ledger
from registry.services.note_act import note_act
from registry.services.say_word import (
    CHOICE_GONE,
    Word,
    chosen,
    count_of,
    say_about,
    the_saying,
)
from registry.services.settle_loosening import cancel_loosening
from registry.storage.accounts import Account
from registry.storage.members import MemberRole
from registry.storage.sayings import Refusal, Saying, SayingAct, SayingState
from registry.storage.unit_of_work import UnitOfWork

SAY: Final = "say"
"""The kind of job that says it about many works; its key is the saying's id."""
CHUNK: Final = 200
"""Works a transaction: a tenth of a second or two, in which no other writer gets a turn."""
MOST_RUNNING: Final = 5
_COUNTED: Final = ("done", "unchanged", "refused", "waits")
_NOT_ANY_MORE: Final = "whoever began this may not act for this rightsholder any more"


def begin_many(
    uow: UnitOfWork, account: Account, id: str, word: Word, by: Actor, now: int
) -> Saying:
    """Has a job say it about each of the works. One that was begun goes on as it is.

    Raises: NotFound, Forbidden, InvalidDeclaration, Conflict where many run already.
    """
    saying = the_saying(uow, account, id, MemberRole.EDITOR)
    if saying.state is not SayingState.DRAFT:
        return saying
    if word.wish is not None:
        statements(word.wish, now)
    if word.grantee is not None:
        find.the_platform(uow, word.grantee, field="grantee")
    return _begun(uow, saying, word, count_of(uow, saying), by, now)


def stop_all(uow: UnitOfWork, account: Account, new: Saying, by: Actor) -> Saying:
    """Has a job cancel everything that waits for a rightsholder by now. Raises: NotFound, Forbidden, Conflict."""
    may(uow, account, new.rightsholder, MemberRole.EDITOR)
    head = uow.log.head()
    if (
        head is not None
    ):  # the log may be ahead of the clock: nothing that waits by then is left out
        new = replace(new, made_at=max(new.made_at, head.head.at))
    uow.sayings.add(new)
    count = uow.projection.waits.count(new.rightsholder, new.made_at)
    return _begun(uow, new, Word(), count, by, new.made_at)


def cancel_saying(uow: UnitOfWork, account: Account, id: str, by: Actor, now: int) -> Saying:
    """Ends one that runs: what is said by then stays said. Raises: NotFound, Forbidden, Conflict."""
    saying = the_saying(uow, account, id, MemberRole.EDITOR)
    ended = uow.sayings.change(
        id, of=[SayingState.RUNNING], state=SayingState.CANCELLED, ended_at=now
    )
    if not ended:
        raise Conflict("this does not run any more", field="id")
    note_act(uow, "saying.cancelled", by, now, saying=saying.id)
    return the_saying(uow, account, id, MemberRole.EDITOR)


def say_chunk(ledger: Ledger, id: str) -> bool:
    """Says it about the next works, and notes how far it has come. False: there is nothing more to do."""
    uow = ledger.uow
    saying = uow.sayings.find(id)
    if saying is None or saying.state is not SayingState.RUNNING:
        return False
    member = uow.members.acting(saying.rightsholder, saying.account)
    if member is None or member.role is MemberRole.VIEWER:
        return _end(ledger, saying, SayingState.FAILED, _NOT_ANY_MORE)
    by = Actor(saying.account, cast(Any, saying.authority))
    if saying.act is SayingAct.STOP:
        return _stop_chunk(ledger, saying, by)
    try:
        works = chosen(uow, saying, saying.position, CHUNK)
    except NotFound:
        return _end(ledger, saying, SayingState.FAILED, CHOICE_GONE)
    if not works:
        return _end(ledger, saying, SayingState.DONE, None)
    word = msgspec.json.decode(saying.word or "{}", type=Word)
    counts: Counter[str] = Counter()
    refusals = []
    uow.projection.load(works)
    for work in works:
        try:
            outcome, waits = say_about(ledger, saying, Subject("work", work), word, by)
        except (Conflict, Forbidden, InvalidInput, NotFound) as error:
            title = find.the_work(uow, work).title
            refusals.append(Refusal(work, title, error.code, error.message))
        else:
            counts["unchanged" if outcome is None else "done"] += 1
            counts["waits"] += waits
    uow.sayings.refuse(id, refusals)
    counts["refused"] = len(refusals)
    moved = {name: getattr(saying, name) + counts[name] for name in _COUNTED}
    uow.sayings.change(id, of=[SayingState.RUNNING], position=works[-1], **moved)
    return True


def _stop_chunk(ledger: Ledger, saying: Saying, by: Actor) -> bool:
    """Cancels the next of what waited when this was begun."""
    waits, after = ledger.uow.projection.waits, first_id(saying.made_at + 1)
    stopped = 0
    for each in waits.begun_before(saying.rightsholder, ledger.now, after, CHUNK):
        try:
            cancel_loosening(ledger, each.id, by, rightsholder=saying.rightsholder)
        except (Conflict, NotFound):
            continue  # it took effect in this very moment
        stopped += 1
    if not stopped:
        return _end(ledger, saying, SayingState.DONE, None)
    done = saying.done + stopped
    ledger.uow.sayings.change(saying.id, of=[SayingState.RUNNING], done=done)
    return True


def _begun(uow: UnitOfWork, saying: Saying, word: Word, works: int, by: Actor, now: int) -> Saying:
    if len(uow.sayings.running_of(saying.rightsholder)) >= MOST_RUNNING:
        raise Conflict(
            f"{MOST_RUNNING} changes of many works are under way; wait until one has ended",
            field="id",
            code="too-many-running",
        )
    values: dict[str, Any] = {
        "state": SayingState.RUNNING,
        "authority": by.authority,
        "word": msgspec.json.encode(word).decode(),
        "works": works,
        "started_at": now,
    }
    uow.sayings.change(saying.id, of=[SayingState.DRAFT], **values)
    uow.jobs.add(SAY, saying.id, now)
    note_act(uow, "saying.begun", by, now, saying=saying.id)
    return replace(saying, **values)


def _end(ledger: Ledger, saying: Saying, state: SayingState, trouble: str | None) -> bool:
    ledger.uow.sayings.change(
        saying.id, of=[SayingState.RUNNING], state=state, ended_at=ledger.now, trouble=trouble
    )
    return False
