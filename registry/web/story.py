"""A small history told in a few lines and folded in memory: what the examples on `/how` are computed from.

It makes the events that the services would log, with the same waiting time for whatever loosens, and nothing
else; the rules that answer are those of the registry.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.events import (
    AssuranceGained,
    ClaimBody,
    ClaimMade,
    Conditions,
    Declared,
    LinkConfirmed,
    LinkMade,
    LocationRegistered,
    RightsholderRegistered,
    Statement,
    Subject,
    WorkRegistered,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.domain.operator_events import PlatformRegistered
from registry.domain.state import State
from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage, WorkKind
from registry.instants import HOUR_MS

BEGIN = 1_793_600_000_000
WAIT = 72 * HOUR_MS
Inside = Literal["listed", "none", "mine"]


@dataclass
class Story:
    """A log that grows, one event a line. Two rightsholders and two platforms are known from the start."""

    now: int = BEGIN
    entries: list[Sequenced] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("R1", "R2"):
            self._add(RightsholderRegistered(rightsholder=name, name=name))
        for name in ("P", "Q"):
            self._add(PlatformRegistered(platform=name, name=name, legal_entity=f"{name} Ltd"))

    def state(self) -> State:
        """Everything that is known at the end of the story."""
        return State(self.entries)

    def pass_time(self, ms: int) -> None:
        """What follows happens so much later."""
        self.now += ms

    def work(
        self,
        *identifiers: str,
        by: str = "R1",
        proved: str | None = None,
        kind: WorkKind = WorkKind.RECORDING,
        role: Role = Role.RECORDING,
        inside: Inside | None = "mine",
        level: Assurance = Assurance.CONTROLLED,
    ) -> Subject:
        """A work, with its claim, and proof for one of its identifiers if so."""
        id = self._id("w")
        claim = ClaimBody(id=f"{id}c", rightsholder=by, role=role, inside=inside)
        texts = tuple(str(parse_identifier(each)) for each in identifiers)
        self._add(WorkRegistered(work=id, kind=kind, title=id, identifiers=texts, claim=claim))
        subject = Subject("work", id)
        if proved is not None:
            self._add(
                AssuranceGained(
                    grant=self._id("g"),
                    claim=claim.id,
                    subject=subject,
                    rightsholder=by,
                    level=level,
                    reason="shown",
                    identifier=str(parse_identifier(proved)),
                )
            )
        return subject

    def location(self, url: str) -> Subject:
        """A place that R1 says is theirs alone."""
        id = self._id("p")
        claim = ClaimBody(id=f"{id}c", rightsholder="R1", role=Role.OTHER, sole=True)
        self._add(
            LocationRegistered(
                location=id, url=parse_location(url).url, subdomains=False, claim=claim
            )
        )
        return Subject("location", id)

    def also_claimed(self, work: Subject, by: str) -> None:
        """Somebody else claims the work too."""
        claim = ClaimBody(id=self._id("c"), rightsholder=by, role=Role.RECORDING, inside="mine")
        self._add(ClaimMade(subject=work, claim=claim))

    def link(
        self, work: Subject, kind: LinkKind, to: Subject, confirmed_by: str | None = None
    ) -> None:
        """R1 links a work to another one that it uses."""
        id = self._id("l")
        self._add(LinkMade(link=id, work=work.id, kind=kind, to=to.id, rightsholder="R1"))
        if confirmed_by is not None:
            self._add(LinkConfirmed(link=id, work=work.id, rightsholder=confirmed_by))

    def says(
        self,
        about: Subject,
        preference: Preference,
        *,
        by: str = "R1",
        to: str | None = None,
        usage: Usage = Usage.GENERATIVE_TRAINING,
        window: tuple[int, int] | None = None,
    ) -> None:
        """A declaration, confirmed; what loosens takes effect 72 hours later."""
        begin, end = window or (self.now, None)
        statement = Statement(
            usage=usage,
            preference=preference,
            valid_from=begin,
            valid_until=end,
            takes_effect_at=None if preference is Preference.DENY else self.now + WAIT,
            conditions=(
                Conditions(contact="mailto:r1@artist.example")
                if preference is Preference.CONDITIONAL
                else None
            ),
        )
        self._add(
            Declared(
                declaration=self._id("d"),
                rightsholder=by,
                subject=about,
                statements=(statement,),
                grantee=to,
                confirmed=True,
            )
        )

    def _add(self, event: AnyEvent) -> None:
        seq = len(self.entries)
        digest = hashlib.sha256(seq.to_bytes(8, "big")).digest()
        self.entries.append(Sequenced(seq=seq, at=self.now, digest=digest, event=event))

    def _id(self, letter: str) -> str:
        return f"{letter}{len(self.entries)}"
