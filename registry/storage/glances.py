"""Answers at a glance, read from the store: the cards behind the keys of a question, in one round, and now and then
what stands behind cards and folders that were not met before.

What was worked out is kept on the shelf of the state of the log for which it holds (`at_hand`). Nothing is told at a
glance while cards may be missing (`LookupTransaction.cards_hold`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from registry.domain.answer import Answer
from registry.domain.cards import CardedWork, read_card
from registry.domain.glance import (
    NOWHERE,
    Folder,
    FolderVerdict,
    Sight,
    WorkVerdict,
    judge_folder,
    judge_work,
    sight_of,
    tell_of_folder,
    tell_of_nobodys,
    tell_of_work,
)
from registry.domain.identifiers import Identifier
from registry.domain.sitting import Sitting
from registry.domain.vocabulary import SERVICE_USAGES, Usage
from registry.storage.at_hand import Shelf
from registry.storage.card_rows import prefix_of
from registry.storage.lookup_statements import CARDS
from registry.storage.lookups import LookupTransaction
from registry.storage.surroundings import Surroundings

_SEVERAL: Final = ("", None)


def tell_at_a_glance(
    transaction: LookupTransaction,
    usage: Usage,
    items: Sequence[Sequence[Identifier]],
    at: int,
    *,
    max_validity_ms: int,
    with_evidence: bool,
) -> list[Answer | None]:
    """The answer about each item, of the log's newest state at the time `at` (ms); None where the dossiers have to be
    looked at, or where there is nothing to look for.

    Raises: LookupError where a dossier that is referred to is missing, TooLarge.
    """
    shelf = transaction.shelf()
    if shelf is None or usage in SERVICE_USAGES or not transaction.cards_hold:
        return [None] * len(items)
    led = _cards(transaction, [asked.wide_key for item in items for asked in item])
    sights = [sight_of(item, led) if item else None for item in items]
    glance = _Glance(transaction, shelf, usage, at)
    glance.prepare([each for each in sights if each is not None and each is not NOWHERE])
    until = at + max_validity_ms
    nobodys = tell_of_nobodys(until)
    return [
        nobodys
        if sight is NOWHERE
        else None
        if sight is None
        else glance.tell(sight, until, with_evidence)
        for sight in sights
    ]


class _Glance:
    """One batch's: what its cards and folders come to, of one state of the log (its shelf), at one time."""

    __slots__ = ("_around", "_at", "_folders", "_shelf", "_transaction", "_usage", "_works")

    def __init__(self, transaction: LookupTransaction, shelf: Shelf, usage: Usage, at: int) -> None:
        self._transaction = transaction
        self._shelf = shelf
        self._usage = usage
        self._at = at
        self._works: dict[bytes, WorkVerdict] = {}
        self._folders: dict[str, FolderVerdict] = {}
        self._around: Surroundings | None = None

    def prepare(self, sights: Sequence[Sight]) -> None:
        """Finds what these need: on the shelf, or in the store."""
        known = self._shelf.verdicts(self._usage).works
        fresh: dict[bytes, CardedWork] = {}
        beside: dict[str, None] = {}
        for sight in sights:
            card = sight.card
            if sight.work is not None and card not in self._works and card not in fresh:
                verdict = known.get(card)
                if verdict is not None and verdict.holds_at(self._at):
                    self._works[card] = verdict
                else:
                    fresh[card] = read_card(card)
            for _, folder in sight.beside:
                beside[folder] = None
        if fresh or beside:
            around = self._around = Surroundings(self._transaction, self._shelf)
            around.find(
                (folder for carded in fresh.values() for folder in carded.folders),
                beside,
                (claim.rightsholder for each in fresh.values() for claim in each.work.claims),
            )
            self._judge(around, fresh, beside)

    def tell(self, sight: Sight, until: int, with_evidence: bool) -> Answer | None:
        """The answer to one that was prepared."""
        beside: Sequence[Folder] = ()
        if sight.beside:
            assert self._around is not None
            beside = [self._around.folders[folder] for _, folder in sight.beside]
        if sight.work is not None:
            return tell_of_work(sight, self._works[sight.card], beside, until, with_evidence)
        if not any(folder.deeper or folder.locations for folder in beside):
            return tell_of_nobodys(until)
        if len(beside) > 1 or beside[0].deeper:
            return None
        asked, name = sight.beside[0]
        return tell_of_folder(asked, self._folders[name], until, with_evidence)

    def _judge(
        self, around: Surroundings, works: Mapping[bytes, CardedWork], beside: Iterable[str]
    ) -> None:
        """Works out what is said of works with these cards, and of what lies in these folders."""
        shelf, usage, folders = self._shelf, self._usage, around.folders
        sitting = Sitting(around.facts, usage, None, self._at)
        for card, carded in works.items():
            places = [folders[name] for name in carded.folders]
            verdict = self._works[card] = judge_work(sitting, carded, places)
            if carded.work.declarations:
                continue  # it is this one work's alone
            if around.are_at_hand(
                verdict.holders, (one for each in places for one in each.locations)
            ):
                shelf.keep_work_verdict(usage, card, verdict)
        for name in beside:
            folder = folders[name]
            if folder.locations and not folder.deeper:
                said = shelf.verdicts(usage).folders.get(name)
                if said is None or not said.holds_at(self._at):
                    said = judge_folder(sitting, folder)
                    holders = [
                        claim.rightsholder for each in folder.locations for claim in each.claims
                    ]
                    if around.are_at_hand(holders, folder.locations):
                        shelf.keep_folder_verdict(usage, name, said)
                self._folders[name] = said


def _cards(
    transaction: LookupTransaction, keys: Iterable[bytes]
) -> dict[bytes, tuple[str, bytes | None]]:
    """Where wide keys of works lead: the id, and what was written there; nothing where one leads to several."""
    wanted: dict[int, bytes] = {}
    alike: list[bytes] = []
    for key in keys:
        if wanted.setdefault(prefix_of(key), key) != key:
            alike.append(key)
    found: dict[bytes, tuple[str, bytes | None]] = {}
    for prefix, key, id, card in transaction.rows(CARDS, list(wanted)) if wanted else ():
        asked = wanted[prefix]
        if id is None:
            found[asked] = _SEVERAL
        elif key == asked:
            found[key] = (id, card)
    for key in alike:  # whoever makes keys that begin alike has all of them looked at
        found[key] = found[wanted[prefix_of(key)]] = _SEVERAL
    return found
