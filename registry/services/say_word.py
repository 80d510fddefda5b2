"""What somebody says, or takes back, about one work or their whole catalogue, in one act; and beforehand, what it would
change. About many works it is said by a job (`say_for_many`).

Nothing here decides what loosens: that is `declare`'s and the log's. What a session alone says that loosens is
proposed; what somebody says who proved within minutes who they are is confirmed with that.
"""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import msgspec

from registry.domain.declaration import Wish, statements
from registry.domain.dossiers import HeldDeclaration, Location, Rightsholder, Work
from registry.domain.events import Subject
from registry.domain.last_word import is_last_word
from registry.domain.vocabulary import Preference, Usage
from registry.errors import Conflict, InvalidInput, NotFound
from registry.services import find
from registry.services.act_for import may
from registry.services.actor import Actor
from registry.services.declare import Declaration, declarable, declare, withdraw
from registry.services.foresee_word import (
    Foreseen,
    InForce,
    foresee_declaration,
    foresee_withdrawal,
    in_slot,
    withdrawable,
)
from registry.services.ledger import Ledger
from registry.services.list_works import count_chosen, works_chosen
from registry.storage.accounts import Account
from registry.storage.members import MemberRole
from registry.storage.sayings import Saying, SayingAct, SayingState
from registry.storage.unit_of_work import UnitOfWork

LOOKED_AT: Final = 500
"""Of many works, so many are looked at before it is said, for what would change."""
EVERYBODY: Final = "everybody"
CHOICE_GONE: Final = "what was chosen is not kept any more; choose the works again"


@dataclass(frozen=True, slots=True)
class Word:
    """What is said. `wish` and `grantee` (a platform's id) of a declaration; `of`: what is taken back: everything
    (None), what was said to EVERYBODY, or the exception for the platform of this id."""

    wish: Wish | None = None
    grantee: str | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """What would change. `looked_at` of `works` were looked at; `changes`: what, and for how many of them; `idle`: for
    so many it changes nothing, or there is nothing to take back; `grantees`: platforms with exceptions there."""

    works: int
    looked_at: int
    changes: Counter[Foreseen]
    idle: int
    grantees: tuple[str, ...]

    @property
    def loosens(self) -> bool:
        return any(each.waits for each in self.changes)


def the_saying(uow: UnitOfWork, account: Account, id: str, least: MemberRole) -> Saying:
    """One of a rightsholder's; as long as it is a draft, its author's alone.

    Raises: NotFound, also for another's; Forbidden where the role is less than `least`.
    """
    found = uow.sayings.find(id)
    if found is None or (found.state is SayingState.DRAFT and found.account != account.id):
        raise NotFound("there is nothing of yours under this address", field="id")
    may(uow, account, found.rightsholder, least)
    return found


def subject_of(saying: Saying) -> Subject | None:
    """The one thing that it is about; None for many works."""
    if saying.choice is None:
        return Subject("catalogue", saying.rightsholder)
    return None if saying.only is None else Subject("work", saying.only)


def survey(uow: UnitOfWork, saying: Saying, word: Word, now: int, delay: int) -> Survey:
    """What it would change, looked up by the rules. Times in ms.

    Raises: NotFound, Forbidden, InvalidDeclaration.
    """
    holder, on, works = saying.rightsholder, _looked_at(uow, saying), count_of(uow, saying)
    changes: Counter[Foreseen] = Counter()
    grantees: set[str] = set()
    idle = 0
    for each in on:
        said = withdrawable(each.declarations, holder, now)
        grantees |= {held.grantee for held in said if held.grantee is not None}
        if saying.act is SayingAct.SAY:
            wish = cast(Wish, word.wish)
            found = foresee_declaration(
                each.declarations, holder, wish, word.grantee, now=now, delay=delay
            )
        else:
            taken = [held for held in said if _is_meant(held, word)]
            found = foresee_withdrawal(each.declarations, holder, taken, now=now, delay=delay)
        changes.update(found)
        idle += not any(change.waits or change.before != change.at_once for change in found)
    return Survey(works, len(on), changes, idle, tuple(sorted(grantees)))


def spoken(
    uow: UnitOfWork, saying: Saying, grantee: str | None, now: int
) -> dict[Usage, Counter[InForce]]:
    """What is in force now (ms) for everybody, or for one platform, use by use, and on how many of the works that are
    looked at. Raises: NotFound, Forbidden."""
    on = _looked_at(uow, saying)
    holder = saying.rightsholder
    return {
        usage: Counter(in_slot(each.declarations, holder, usage, grantee, now) for each in on)
        for usage in Usage
    }


def _looked_at(uow: UnitOfWork, saying: Saying) -> list[Work | Location | Rightsholder]:
    subject = subject_of(saying)
    if subject is not None:
        return [declarable(uow, saying.rightsholder, subject)]
    ids = chosen(uow, saying, "", LOOKED_AT)
    uow.projection.load(ids)
    return [find.the_work(uow, id) for id in ids]


def count_of(uow: UnitOfWork, saying: Saying) -> int:
    """About how many works it is; 1 for a whole catalogue. Raises: NotFound where the choice is gone."""
    if subject_of(saying) is not None:
        return 1
    choice = uow.choices.find(saying.choice or "", saying.account)
    if choice is None:
        raise NotFound(CHOICE_GONE, field="choice", code="choice-gone")
    return count_chosen(uow, choice)


def say_one(ledger: Ledger, account: Account, id: str, word: Word, by: Actor) -> Saying:
    """Says it, about one work or the catalogue, once: the second time it is as it was.

    Raises: NotFound, Forbidden, InvalidDeclaration, Conflict where there is nothing to take back.
    """
    saying = the_saying(ledger.uow, account, id, MemberRole.EDITOR)
    if saying.state is not SayingState.DRAFT:
        return saying
    subject = subject_of(saying)
    if subject is None:
        raise InvalidInput("this is about several works", field="id")
    outcome, waits = say_about(ledger, saying, subject, word, by)
    if outcome is None:
        raise Conflict(
            "nothing of yours stands there that could be taken back",
            field="id",
            code="nothing-there",
        )
    return _ended(
        ledger.uow, saying, word, by, ledger.now, outcome=outcome, works=1, done=1, waits=int(waits)
    )


def note_signed(ledger: Ledger, account: Account, id: str, word: Word, made: Declaration) -> Saying:
    """Takes note that it was declared, signed by a passkey (`sign_declaration`).

    Raises: NotFound, Forbidden, Conflict where it was said before.
    """
    saying = the_saying(ledger.uow, account, id, MemberRole.EDITOR)
    if saying.state is not SayingState.DRAFT:
        raise Conflict("this is said already", field="id", code="said-already")
    by, waits = Actor(account.id, "fresh-account"), int(made.takes_effect_at is not None)
    record, now = made.record.id, ledger.now
    return _ended(ledger.uow, saying, word, by, now, outcome=record, works=1, done=1, waits=waits)


def say_about(
    ledger: Ledger, saying: Saying, subject: Subject, word: Word, by: Actor
) -> tuple[str | None, bool]:
    """The id of the record (of several the last), None where nothing was needed; and whether something of it waits."""
    holder = saying.rightsholder
    dossier = declarable(ledger.uow, holder, subject)
    if saying.act is SayingAct.SAY:
        wish = cast(Wish, word.wish)
        if saying.choice is not None and saying.only is None:
            wanted = statements(wish, ledger.now)
            denies = all(each.preference is Preference.DENY for each in wanted)
            # a yes that is said again reaches further, so only a no is left as it stands
            if denies and is_last_word(wanted, dossier.declarations, holder, word.grantee):
                return None, False
        made = declare(
            ledger, holder, subject, wish, by, grantee=word.grantee, language=saying.language
        )
        return made.record.id, made.takes_effect_at is not None
    ended = [
        withdraw(ledger, holder, held.id, by)
        for held in withdrawable(dossier.declarations, holder, ledger.now)
        if _is_meant(held, word)
    ]
    if not ended:
        return None, False
    return ended[-1].record.id, any(each.takes_effect_at is not None for each in ended)


def _is_meant(declaration: HeldDeclaration, word: Word) -> bool:
    """Is it among what is taken back?"""
    return word.of is None or (declaration.grantee or EVERYBODY) == word.of


def chosen(uow: UnitOfWork, saying: Saying, after: str, limit: int) -> list[str]:
    """The ids of the works that it is about, in order, after this one. Raises: NotFound where the choice is gone."""
    choice = uow.choices.find(saying.choice or "", saying.account)
    if choice is None:
        raise NotFound(CHOICE_GONE, field="choice", code="choice-gone")
    return works_chosen(uow, choice, after, limit)


def _ended(
    uow: UnitOfWork, saying: Saying, word: Word, by: Actor, now: int, **counted: Any
) -> Saying:
    values: dict[str, Any] = {
        "state": SayingState.DONE,
        "authority": by.authority,
        "word": msgspec.json.encode(word).decode(),
        "started_at": now,
        "ended_at": now,
        **counted,
    }
    uow.sayings.change(saying.id, of=[SayingState.DRAFT], **values)
    return replace(saying, **values)
