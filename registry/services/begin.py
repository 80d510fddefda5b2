"""A first word, in one transaction: who somebody is, what is theirs, and what may be done with all of it.

The works and places are registered (what is known already is added to), and one declaration is made on the
rightsholder's whole catalogue: one record, which also speaks for what they add later, as far as it restricts
(docs/answering.md, 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.domain.declaration import Wish
from registry.domain.dossiers import Location, Work
from registry.domain.events import Subject
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.domain.vocabulary import Role, WorkKind
from registry.services.act_for import may, open_rightsholder
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.services.find import standing, the_location, the_work
from registry.services.ledger import Ledger
from registry.services.register_work import (
    NewLocation,
    NewWork,
    add_identifiers,
    claim_subject,
    register_location,
    register_work,
)
from registry.storage.accounts import Account
from registry.storage.members import MemberRole

MOST_WORKS: Final = 100
MOST_PLACES: Final = 20


@dataclass(frozen=True, slots=True)
class NamedWork:
    """A work as it was named: `identifiers` in canonical spelling, one at least; `roles`: the rights claimed."""

    title: str
    kind: WorkKind
    roles: tuple[Role, ...]
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beginning:
    """Everything that was answered. `holder`: the rightsholder to act for; None opens one called `name`."""

    holder: str | None
    name: str
    works: tuple[NamedWork, ...]
    places: tuple[str, ...]
    place_role: Role
    wish: Wish


@dataclass(frozen=True, slots=True)
class Begun:
    """What was registered. `record`: the id of the declaration and its record; `seq`: its place in the log;
    `takes_effect_at`: ms, where something of it waits."""

    rightsholder: str
    record: str
    seq: int
    works: tuple[str, ...]
    locations: tuple[str, ...]
    takes_effect_at: int | None

    def members(self) -> dict[str, Any]:
        """As it is kept with the draft."""
        return {name: getattr(self, name) for name in self.__slots__}


def begin(
    ledger: Ledger, account: Account, said: Beginning, by: Actor, *, language: str = "en"
) -> Begun:
    """Registers and declares all of it.

    Raises: InvalidInput and InvalidDeclaration (field), NotFound or Forbidden where the account may not act for the
    rightsholder, Conflict, TooLarge.
    """
    if said.holder is None:
        holder = open_rightsholder(ledger, account, said.name, by)
    else:
        holder = may(ledger.uow, account, said.holder, MemberRole.EDITOR).rightsholder
    works = tuple(dict.fromkeys(_work(ledger, holder, each, by) for each in said.works))
    locations = tuple(
        dict.fromkeys(own_place(ledger, holder, url, said.place_role, by) for url in said.places)
    )
    made = declare(ledger, holder, Subject("catalogue", holder), said.wish, by, language=language)
    return Begun(holder, made.record.id, made.record.seq, works, locations, made.takes_effect_at)


def _work(ledger: Ledger, holder: str, named: NamedWork, by: Actor) -> str:
    """The id of the work: the rightsholder's own that has one of the identifiers, with what it lacks added; else a new
    one."""
    known = _own_work(ledger, holder, named)
    if known is None:
        new = NewWork(named.title, named.kind, named.roles[0], named.identifiers)
        known = register_work(ledger, holder, new, by)
    else:
        add_identifiers(ledger, holder, known.id, named.identifiers, by)
    _claim_all(ledger, holder, known, named.roles, by)
    return known.id


def _claim_all(ledger: Ledger, holder: str, work: Work, roles: Sequence[Role], by: Actor) -> None:
    there = {each.role for each in standing(work) if each.rightsholder == holder}
    for role in roles:
        if role not in there:
            claim_subject(ledger, holder, Subject("work", work.id), role, None, by)


def _own_work(ledger: Ledger, holder: str, named: NamedWork) -> Work | None:
    identifiers = [parse_identifier(text) for text in named.identifiers]
    met = ledger.uow.projection.meeting_each(each.wide_key for each in identifiers)
    for subject in (each for found in met.values() for each in found if each.kind == "work"):
        work = the_work(ledger.uow, subject.id)
        held = {each.text for each in work.identifiers if not each.removals}
        if work.kind == named.kind and held & set(named.identifiers) and _claims(work, holder):
            return work
    return None


def own_place(ledger: Ledger, holder: str, url: str, role: Role, by: Actor) -> str:
    """The id of the location: the rightsholder's own at this address, else a new one. Raises: InvalidLocation."""
    place = parse_location(url)
    for subject in ledger.uow.projection.meeting(place.key):
        if subject.kind == "location":
            location = the_location(ledger.uow, subject.id)
            if location.url == place.url and _claims(location, holder):
                return location.id
    return register_location(ledger, holder, NewLocation(url, role=role), by).id


def _claims(on: Work | Location, holder: str) -> bool:
    return any(each.rightsholder == holder for each in standing(on))
