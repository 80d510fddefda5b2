"""The works of a catalogue, as they were read, into the registry: some hundred a transaction.

Each work: if the rightsholder has it already (`known_works`), what is lacking is added to it, else it is registered;
then it is linked; then the declaration that goes with the import is issued, unless it is the rightsholder's last word
on it already. So a work that is met twice is not changed by the second time.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from registry.catalogues.options import ROLE_OF, Options
from registry.catalogues.rows import Fault
from registry.domain.declaration import Wish, statements
from registry.domain.dossiers import Work
from registry.domain.events import Statement, Subject
from registry.domain.last_word import is_last_word
from registry.domain.vocabulary import CARRIES_OTHER_RIGHTS, LinkKind, WorkKind
from registry.errors import RegistryError
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.services.find import the_rightsholder
from registry.services.import_catalogue import actor_of, end, may_go_on
from registry.services.known_works import KnownWorks
from registry.services.ledger import Ledger
from registry.services.link_works import link_works
from registry.services.register_work import (
    MOST_IDENTIFIERS,
    MOST_LINKS,
    Inside,
    NewWork,
    add_identifiers,
    register_work,
)
from registry.storage.imports import OUTCOMES, Import, ImportState
from registry.storage.staged_works import StagedWork, StagedWorks
from registry.storage.unit_of_work import UnitOfWork

_NOT_ANY_MORE: Final = (
    "whoever started this import may not act for this rightsholder any more; start it again"
)
CHUNK: Final = 250
"""Works a transaction: a tenth of a second or two, in which no other writer gets a turn."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about a work. `there`: the work as the registry has it; `lacking`: identifiers to be added;
    `links`: kind and id of the other, to be made; `declares`: the declaration is to be issued."""

    there: Work | None
    lacking: tuple[str, ...]
    links: tuple[tuple[LinkKind, str], ...]
    declares: bool

    @property
    def outcome(self) -> str:
        if self.there is None:
            return "registered"
        return "extended" if self.lacking or self.links else "unchanged"


def register_chunk(ledger: Ledger, id: str, staged: StagedWorks) -> bool:
    """Registers the next works of an import, and notes how far it has come. False: there is nothing more to do.

    Raises: NotFound for a rightsholder who is gone.
    """
    uow = ledger.uow
    found = uow.imports.find(id)
    if found is None or found.state is not ImportState.REGISTERING:
        return False
    if not may_go_on(uow, found):
        end(uow, found, ImportState.FAILED, _NOT_ANY_MORE, ledger.now)
        return False
    works = staged.after(found.position, CHUNK)
    if not works:
        end(uow, found, ImportState.DONE, None, ledger.now)
        return False
    the_rightsholder(uow, found.rightsholder)
    known = KnownWorks(uow, found.rightsholder, works)
    wish = found.options.wish()
    wanted = () if wish is None else statements(wish, ledger.now)
    by = actor_of(found)
    counts: Counter[str] = Counter()
    rejected = found.rejected
    for work in works:
        plan = planned(known, work, found.rightsholder, wanted)
        fault = _too_much(plan, work) or _put(ledger, known, work, plan, found, by, wish)
        if fault is not None:
            rejected = staged.reject(work.rows, fault)
        else:
            counts[plan.outcome] += 1
            counts["declared"] += plan.declares
    moved = {name: getattr(found, name) + counts[name] for name in OUTCOMES}
    uow.imports.change(
        id, of=[ImportState.REGISTERING], position=works[-1].place, rejected=rejected, **moved
    )
    return True


def survey_chunk(uow: UnitOfWork, found: Import, works: list[StagedWork], now: int) -> Counter[str]:
    """What would become of these works: how many registered, extended, unchanged, declared on."""
    known = KnownWorks(uow, found.rightsholder, works)
    wish = found.options.wish()
    wanted = () if wish is None else statements(wish, now)
    counts: Counter[str] = Counter()
    for work in works:
        plan = planned(known, work, found.rightsholder, wanted)
        outcome = plan.outcome
        if outcome == "unchanged" and any(
            _is_to_come(known, key, found.options) for _, key in work.links
        ):
            outcome = "extended"
        counts[outcome] += 1
        counts["declared"] += plan.declares
    return counts


def _is_to_come(known: KnownWorks, key: str, options: Options) -> bool:
    """Will the work that a link leads to be registered by this import?"""
    kind = key.partition(" ")[0]
    own = kind != WorkKind.COMPOSITION or options.compositions == "mine"
    return own and not known.linked(key)


def planned(
    known: KnownWorks, work: StagedWork, rightsholder: str, wanted: tuple[Statement, ...]
) -> Plan:
    """What is to be done about a work so that the registry says what the catalogue says."""
    there = known.own(work.key)
    links = [
        (kind, other.id)
        for kind, key in work.links
        for other in known.linked(key)
        if there is None or other.id != there.id
    ]
    if there is None:
        return Plan(None, work.identifiers, tuple(dict.fromkeys(links)), bool(wanted))
    held = {each.text for each in there.identifiers if not each.removals}
    linked = {(each.kind, each.to) for each in there.links if not each.removals}
    return Plan(
        there,
        tuple(text for text in work.identifiers if text not in held),
        tuple(link for link in dict.fromkeys(links) if link not in linked),
        bool(wanted) and not is_last_word(wanted, there.declarations, rightsholder),
    )


def _too_much(plan: Plan, work: StagedWork) -> Fault | None:
    identifiers, links = len(plan.lacking), len(plan.links)
    if plan.there is not None:
        identifiers += len(plan.there.identifiers) if plan.lacking else 0
        links += len(plan.there.links) if plan.links else 0
    named = work.identifiers[0]
    if identifiers > MOST_IDENTIFIERS:
        words = f"{named} would have more than {MOST_IDENTIFIERS} identifiers; is it the number of one work?"
        return Fault("", "too-many-identifiers", words)
    if links > MOST_LINKS:
        words = f"{named} would have more than {MOST_LINKS} links to releases and compositions"
        return Fault("", "too-many-links", words)
    return None


def _put(
    ledger: Ledger,
    known: KnownWorks,
    work: StagedWork,
    plan: Plan,
    found: Import,
    by: Actor,
    wish: Wish | None,
) -> Fault | None:
    """Carries a plan out. A work that is refused leaves nothing behind: it is checked before its first event."""
    holder = found.rightsholder
    there = plan.there
    if there is None:
        try:
            there = register_work(ledger, holder, _new(work, plan, found.options), by)
        except RegistryError as error:
            return Fault(error.field or "", error.code, error.message)
        known.note(work.key, there)
    else:
        if plan.lacking:
            add_identifiers(ledger, holder, there.id, plan.lacking, by)
        for kind, other in plan.links:
            link_works(ledger, holder, there.id, kind, other, by)
    if plan.declares and wish is not None:
        declare(ledger, holder, Subject("work", there.id), wish, by)
    return None


def _new(work: StagedWork, plan: Plan, options: Options) -> NewWork:
    compositions = tuple(id for kind, id in plan.links if kind is LinkKind.EMBODIES)
    inside: Inside = compositions or None
    if inside is None and work.kind in CARRIES_OTHER_RIGHTS:
        inside = options.inside
    return NewWork(
        title=work.title,
        kind=work.kind,
        role=ROLE_OF[work.kind],
        identifiers=work.identifiers,
        embodies=inside,
        part_of=tuple(id for kind, id in plan.links if kind is LinkKind.PART_OF),
    )
