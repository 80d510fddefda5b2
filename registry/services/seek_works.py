"""Finding works among tens of thousands of one rightsholder's: by title or identifier, by what is said of them and what
stands behind them. What is said is what this rightsholder said about a work itself, else about their whole catalogue;
what a platform is told is another question (`answer`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from registry.domain.dossiers import Grant, Rightsholder, Work
from registry.domain.identifiers import parse_identifier
from registry.domain.matching import known
from registry.domain.proof import EVERYTHING, Proofs, covers
from registry.domain.repertoire import (
    NAMED,
    SILENCE,
    STANCES,
    said_in,
    said_with,
    stance_of,
    title_key,
)
from registry.domain.vocabulary import WorkKind
from registry.errors import InvalidInput
from registry.services.find import the_rightsholder, the_work
from registry.services.settle_loosening import Waiting, waiting_of
from registry.storage.repertoire import Behind, Listed, Order, Sought
from registry.storage.unit_of_work import UnitOfWork

LONGEST_TEXT: Final = 200
"""Characters of what is looked for in titles."""
MOST_MET: Final = 1_000
"""So many works behind an identifier are looked at."""
_ALL: Final = 1_000_000
_FEW: Final = 2_000
"""So many works are asked for by id."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which works. `text`: words of the title; `identifiers`: canonical, one of which (or the words) leads to the work;
    `stance`: what is said (`domain.repertoire.STANCES`). Empty: whichever."""

    text: str = ""
    identifiers: tuple[str, ...] = ()
    stance: str = ""
    kind: str = ""
    behind: str = ""
    waiting: bool = False

    @classmethod
    def of(cls, query: str) -> Self:
        """From the words that `query` gave. Raises: InvalidInput."""
        members = parse_qs(query)
        first = {name: values[0] for name, values in members.items()}
        return cls(
            text=first.get("text", ""),
            identifiers=tuple(members.get("identifiers", ())),
            stance=first.get("stance", ""),
            kind=first.get("kind", ""),
            behind=first.get("behind", ""),
            waiting="waiting" in first,
        ).checked()

    def query(self) -> str:
        """As a choice keeps it."""
        given = {name: value for name, value in asdict(self).items() if value}
        return urlencode(given, doseq=True)

    def checked(self) -> Self:
        """Itself. Raises: InvalidInput naming what does not exist: to leave it out would find more than was meant."""
        offered: Mapping[str, Iterable[str]] = {
            "stance": STANCES,
            "kind": WorkKind,
            "behind": Behind,
        }
        for name, known_words in offered.items():
            word = getattr(self, name)
            if word and word not in tuple(known_words):
                raise InvalidInput(
                    f"{name} is one of: {', '.join(known_words)}", field=name, code="bad-parameter"
                )
        if len(self.text) > LONGEST_TEXT:
            raise InvalidInput(
                f"look for at most {LONGEST_TEXT} characters", field="q", code="bad-parameter"
            )
        return self if title_key(self.text) else replace(self, text="")


@dataclass(frozen=True, slots=True)
class ListedWork:
    """One line. `own`: something is said about the work itself; `named`: about somebody by name, here or for the whole
    catalogue. `proved` of `identifiers` stand behind a yes. `said_at` (ms): when they last spoke about it itself.
    `waiting`: what of theirs would loosen something on it later."""

    work: Work
    stance: str
    said: str
    own: bool
    named: bool
    identifiers: int
    proved: int
    said_at: int | None
    waiting: tuple[Waiting, ...]

    @property
    def behind(self) -> Behind:
        return _behind(self.proved, self.identifiers)


class Search:
    """Among the works of one rightsholder at the time `at` (ms); of those that were `registered_by` then, where it is
    given. Raises: NotFound where there is no rightsholder of this id."""

    def __init__(
        self, uow: UnitOfWork, rightsholder: str, at: int, registered_by: int | None = None
    ) -> None:
        self._uow, self._at, self._registered_by = uow, at, registered_by
        self._holder: Rightsholder = the_rightsholder(uow, rightsholder, field="rightsholder")
        self.repertoire = uow.projection.repertoire
        self._outer = said_in(self._holder.declarations, rightsholder, at)
        self._grants = _Shared(Proofs(self._holder).shared(EVERYTHING))
        self._looked: dict[Filter, list[str]] = {}
        self._each = self.repertoire.count_each(rightsholder, at)

    def _sought(self, wanted: Filter) -> tuple[Sought, Behind | None]:
        """What the store looks for; and what stands behind, where that takes a look at each row: where grants count
        for all claims of the rightsholder."""
        behind = Behind(wanted.behind) if wanted.behind else None
        looks = behind is not None and bool(self._grants)
        met, words = self._met(wanted.identifiers), tuple(title_key(wanted.text).split())
        sought = Sought(
            self._holder.id,
            self._at,
            words=words,
            met=met,
            works=() if wanted.identifiers and not (met or words) else None,
            said=self._said(wanted.stance) if wanted.stance else None,
            kind=wanted.kind or None,
            behind=None if looks else behind,
            waiting=wanted.waiting,
            registered_by=self._registered_by,
        )
        return sought, behind if looks else None

    def page(
        self, wanted: Filter, order: Order, limit: int, after: str, before: str
    ) -> list[Listed]:
        """As `Repertoire.page`."""
        sought, behind = self._sought(wanted)
        if behind is None:
            return self.repertoire.page(sought, order, limit, after=after, before=before)
        found = self._found(wanted)
        if len(found) <= _FEW:
            sought = replace(sought, works=tuple(found))
            return self.repertoire.page(sought, order, limit, after=after, before=before)
        for at_once in (10 * limit, _ALL):
            part = self.repertoire.page(sought, order, at_once, after=after, before=before)
            rows = [row for row in part if self._is_behind(row, behind)]
            if len(rows) >= limit or len(part) < at_once:
                break
        return rows[-limit:] if before and not after else rows[:limit]

    def after(self, wanted: Filter, work: str) -> Iterator[Listed]:
        """In order of id."""
        sought, behind = self._sought(wanted)
        rows = self.repertoire.in_order_of_id(sought, work)
        return (row for row in rows if self._is_behind(row, behind))

    def count(self, wanted: Filter) -> int:
        """How many it finds."""
        if wanted == Filter() and self._registered_by is None:
            return sum(self._each.values())
        sought, behind = self._sought(wanted)
        if behind is None:
            return self.repertoire.count(sought)
        return len(self._found(wanted))

    def _found(self, wanted: Filter) -> list[str]:
        """The ids of all that it finds, where each row takes a look: once."""
        if wanted not in self._looked:
            self._looked[wanted] = [row.work for row in self.after(wanted, "")]
        return self._looked[wanted]

    def stances(self) -> dict[str, int]:
        """Stance → how many works there are of it, in the order of `STANCES`."""
        counted = Counter(dict.fromkeys(STANCES, 0))
        for (own, _), number in self._each.items():
            counted[self.stance(own)] += number
        return {each: number for each, number in counted.items() if number}

    def kinds(self) -> dict[str, int]:
        """Kind → how many works there are of it."""
        counted: Counter[str] = Counter()
        for (_, kind), number in self._each.items():
            counted[kind] += number
        return {kind.value: counted[kind.value] for kind in WorkKind if counted[kind.value]}

    def _said(self, stance: str) -> tuple[str, ...]:
        said = {said for said, _ in self._each}
        return tuple(sorted(own for own in said if self.stance(own) == stance))

    def stance(self, own: str) -> str:
        """What is said in all, in a word, where this is said of the work itself."""
        return stance_of(said_with(own, self._outer))

    def _met(self, identifiers: Sequence[str]) -> tuple[str, ...]:
        keys = [parse_identifier(each).wide_key for each in identifiers]
        met = self._uow.projection.meeting_each(keys)
        works = {each.id for found in met.values() for each in found if each.kind == "work"}
        return tuple(sorted(works)[:MOST_MET])

    def _proved(self, row: Listed) -> int:
        """How many identifiers are proved, by the work's own grants or by those for all claims."""
        return row.identifiers - row.bare + sum(map(self._grants.cover, row.bare_texts))

    def listed(self, row: Listed) -> ListedWork:
        """The line of this row."""
        said = said_with(row.said, self._outer)
        work = the_work(self._uow, row.work)
        return ListedWork(
            work=work,
            stance=stance_of(said),
            said=said,
            own=row.said != SILENCE,
            named=said.endswith(NAMED),
            identifiers=row.identifiers,
            proved=self._proved(row),
            said_at=row.said_at or None,
            waiting=tuple(
                each for each in waiting_of(work, self._at) if each.rightsholder == self._holder.id
            ),
        )

    def _is_behind(self, row: Listed, behind: Behind | None) -> bool:
        return behind is None or _behind(self._proved(row), row.identifiers) is behind


class _Shared:
    """Grants that count for all claims of a rightsholder, asked by canonical spelling: as `proof.covers` has it, but an
    address is read only where its host could be theirs."""

    def __init__(self, grants: Sequence[Grant]) -> None:
        self._prefixes = tuple(grant.prefix for grant in grants if grant.prefix is not None)
        self._places = [
            (urlsplit(grant.location).hostname or "", grant)
            for grant in grants
            if grant.location is not None
        ]

    def __bool__(self) -> bool:
        return bool(self._prefixes or self._places)

    def cover(self, text: str) -> bool:
        return text.startswith(self._prefixes) or any(
            host in text and covers(grant, known(text)) for host, grant in self._places
        )


def _behind(proved: int, identifiers: int) -> Behind:
    if proved == 0:
        return Behind.DECLARED
    return Behind.PROVED if proved == identifiers else Behind.PARTLY
