"""What somebody answered so far, as data: what is still missing, and what is to be registered once nothing is.

No request and no store in here. A draft keeps texts as they were typed, so that nothing is lost on the way.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

from registry.domain.declaration import Choice, Wish
from registry.domain.events import Conditions
from registry.domain.vocabulary import PRESETS, Preference, Role, Usage, WorkKind
from registry.services.begin import MOST_PLACES, MOST_WORKS, Beginning, NamedWork
from registry.web.begin.lines import PlaceLine, WorkLine, read_places, read_works

PARTS: Final = ("wrote", "perform", "recorded", "other")
OFFERED: Final = ("no-ai", "no-generative-ai", "ask-me-first")
EACH: Final = "each"
"""In place of a preset: chosen for each use."""
MOST_TEXT: Final = 100_000
"""Characters of a box, as they are kept."""
_RIGHTS: Final = {
    "recorded": Role.RECORDING,
    "perform": Role.PERFORMANCE,
    "wrote": Role.COMPOSITION,
    "other": Role.OTHER,
}
_KINDS: Final = (
    (("isrc",), WorkKind.RECORDING),
    (("upc", "grid"), WorkKind.RELEASE),
    (("iswc", "ismn"), WorkKind.COMPOSITION),
    (("isbn", "issn", "doi"), WorkKind.TEXT),
    (("isan",), WorkKind.VIDEO),
)


@dataclass(frozen=True, slots=True)
class Answers:
    """`uses`: usage → preference, where they were chosen one by one; `holder`: the id of one that is there already."""

    name: str = ""
    holder: str = ""
    parts: tuple[str, ...] = ()
    preset: str = ""
    uses: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
    credit: str = ""
    licence: str = ""
    price: str = ""
    places: str = ""
    works: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """From a draft; what an older or newer version kept besides is left out."""
        known = {name: kept[name] for name in cls.__slots__ if name in kept}
        return cls(**{**known, "parts": tuple(known.get("parts", ()))})

    def kept(self) -> dict[str, Any]:
        """As a draft keeps them."""
        return asdict(self)

    @property
    def conditions(self) -> Conditions:
        return Conditions(
            licence=self.licence or None,
            contact=self.contact or None,
            credit=self.credit or None,
            price=self.price or None,
        )

    def permits(self) -> bool:
        """Whether something in it loosens, so that whoever says it has to have proved just now who they are."""
        if self.preset == EACH:
            return any(each in ("allow", "conditional") for each in self.uses.values())
        return self.preset in PRESETS and PRESETS[self.preset][0] is not Preference.DENY

    def said(self) -> dict[str, str]:
        """usage → preference of all nine, in the vocabulary's order; "" where nothing is said."""
        if self.preset == EACH:
            return {usage.value: self.uses.get(usage.value, "") for usage in Usage}
        preference, usages = PRESETS.get(self.preset, (None, ()))
        return {
            usage.value: preference.value if preference and usage in usages else ""
            for usage in Usage
        }

    def wish(self) -> Wish:
        """The declaration."""
        if self.preset != EACH:
            asks = self.preset == "ask-me-first"
            return Wish(preset=self.preset, conditions=self.conditions if asks else None)
        chosen = {token: Preference(each) for token, each in self.uses.items() if each}
        return Wish(
            preferences={
                token: Choice(each, self.conditions if each is Preference.CONDITIONAL else None)
                for token, each in chosen.items()
            }
        )

    def work_lines(self) -> list[WorkLine]:
        return read_works(self.works)

    def place_lines(self) -> list[PlaceLine]:
        return read_places(self.places)

    def theirs_fault(self) -> str | None:
        """Why what they named cannot be registered as it is: a code of `said.FAULTS`, "lines" where single lines are at
        fault, or None."""
        works, places = self.work_lines(), self.place_lines()
        if len(works) > MOST_WORKS:
            return "too-many-works"
        if len(places) > MOST_PLACES:
            return "too-many-places"
        if any(line.fault for line in works) or any(place.fault for place in places):
            return "lines"
        return None if works or places else "nothing"

    def missing(self) -> str | None:
        """The first question that is not answered: "who", "say", "uses" or "works"."""
        if not (self.name or self.holder) or not self.parts:
            return "who"
        if self.preset not in (*OFFERED, EACH):
            return "say"
        if self.preset == "ask-me-first" and not self.contact:
            return "say"
        if self.preset == EACH and not any(self.uses.values()):
            return "uses"
        return "works" if self.theirs_fault() else None

    def beginning(self, holder: str | None) -> Beginning:
        """What is to be registered, for this rightsholder (None: a new one)."""
        return Beginning(
            holder=holder,
            name=self.name,
            works=tuple(self._named(line) for line in self.work_lines()),
            places=tuple(line.url for line in self.place_lines()),
            place_role=self._roles(WorkKind.RECORDING)[0],
            wish=self.wish(),
        )

    def kind_of(self, line: WorkLine) -> WorkKind:
        """What kind of work a line is about, by its identifiers; where these do not tell: a recording, or a composition
        for somebody who only writes."""
        schemes = {each.partition(":")[0] for each in line.identifiers}
        for telling, kind in _KINDS:
            if schemes & set(telling):
                return kind
        return WorkKind.COMPOSITION if self.parts == ("wrote",) else WorkKind.RECORDING

    def _named(self, line: WorkLine) -> NamedWork:
        kind = self.kind_of(line)
        return NamedWork(line.title, kind, self._roles(kind), line.identifiers)

    def _roles(self, kind: WorkKind) -> tuple[Role, ...]:
        """The rights that are claimed: each that they named, where the kind of work can hold it."""
        if kind is WorkKind.COMPOSITION and "wrote" in self.parts:
            return (Role.COMPOSITION,)
        if kind is WorkKind.TEXT:
            return (Role.OTHER,)
        return tuple(role for part, role in _RIGHTS.items() if part in self.parts) or (Role.OTHER,)
