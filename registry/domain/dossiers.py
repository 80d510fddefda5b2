"""What the registry knows of one work, location, rightsholder or platform: its events, folded.

A dossier is a projection of the log: `fold.py` is the only writer, `registry rebuild` makes all of them
anew. They are plain structures, so that the store keeps each as one row and reads it in microseconds,
and they hold enough to answer for any time t at the log prefix they were folded to.
"""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from registry.domain.events import Statement
from registry.domain.vocabulary import Assurance, LinkKind, Role, Usage, WorkKind

DossierKind = Literal["work", "location", "rightsholder", "platform"]


class Wait(msgspec.Struct, omit_defaults=True, gc=False):
    """A loosening that waits: proposed, perhaps confirmed, perhaps cancelled (times in ms)."""

    id: str
    confirmed_at: int | None = None
    cancelled_at: int | None = None

    def effect(self, takes_effect_at: int) -> int | None:
        """When it takes effect, or None for never (docs/answering.md, section 3)."""
        if self.confirmed_at is None:
            return None
        effect = max(takes_effect_at, self.confirmed_at)
        if self.cancelled_at is not None and self.cancelled_at < effect:
            return None
        return effect


class Removal(msgspec.Struct, omit_defaults=True, gc=False):
    """A proposal by one rightsholder to take an identifier or link away; `seq` is its place in the log."""

    wait: Wait
    by: str
    takes_effect_at: int
    seq: int

    def effect(self) -> int | None:
        return self.wait.effect(self.takes_effect_at)


class HeldIdentifier(msgspec.Struct, omit_defaults=True, gc=False):
    """`text` is the canonical (exact) spelling; `wide` the wide form where it is another; `seq` its place in
    the log."""

    text: str
    seq: int
    wide: str | None = None
    removals: list[Removal] = []


class Stander(msgspec.Struct, gc=False):
    """A rightsholder who made or confirmed a link, with the place in the log and the time (ms) of that."""

    rightsholder: str
    seq: int
    at: int


class HeldLink(msgspec.Struct, omit_defaults=True, gc=False):
    """A link of a work to another; `stands_by` are those who made or confirmed it, each once."""

    id: str
    kind: LinkKind
    to: str
    stands_by: list[Stander] = []
    removals: list[Removal] = []

    def is_stood_by(self, rightsholder: str, reach: int) -> bool:
        """Did this rightsholder make or confirm it, before this place in the log?"""
        return any(
            each.rightsholder == rightsholder and each.seq < reach for each in self.stands_by
        )


class Grant(msgspec.Struct, omit_defaults=True, gc=False):
    """Proof gained: on a claim for one `identifier`, on a rightsholder `prefix` or `location`.

    `disputes` are the open disputes against the claim through which a rightsholder's grant was gained.
    `lapsed`: it counts for nothing but denials any more. `seq`: the place in the log of what it rests on.
    """

    id: str
    seq: int
    claim: str
    level: Assurance
    identifier: str | None = None
    prefix: str | None = None
    location: str | None = None
    subdomains: bool = False
    disputes: list[str] = []
    lapsed: bool = False


OBJECTION_MS = 14 * 24 * 3_600_000
"""How long an unproven denial still counts after an attested claimant objected."""


class Objection(msgspec.Struct, omit_defaults=True, gc=False):
    """Claim `by` objected, at that time (ms) and place in the log."""

    by: str
    at: int
    seq: int


class HeldClaim(msgspec.Struct, omit_defaults=True, gc=False):
    """A claim with the proof for single identifiers, the open disputes and the unanswered objections; `seq`
    is its place in the log, `at` its time (ms)."""

    id: str
    seq: int
    at: int
    rightsholder: str
    role: Role
    inside: Literal["listed", "none", "mine"] | None = None
    sole: bool = False
    grants: list[Grant] = []
    disputes: list[str] = []
    ended: bool = False
    objections: list[Objection] = []


class HeldWithdrawal(msgspec.Struct, omit_defaults=True, gc=False):
    """The end of some categories of a declaration: usage → `takes_effect_at`, or None for at once."""

    wait: Wait
    at: int
    ends: dict[Usage, int | None]
    digest: str


class HeldDeclaration(msgspec.Struct, omit_defaults=True, gc=False):
    """A declaration where it stands; `digest` is `sha-256=:…:` of the signed record."""

    wait: Wait
    seq: int
    at: int
    digest: str
    rightsholder: str
    statements: list[Statement]
    grantee: str | None = None
    withdrawals: list[HeldWithdrawal] = []

    @property
    def id(self) -> str:
        return self.wait.id


class Work(msgspec.Struct, tag_field="dossier", tag="work", omit_defaults=True, gc=False):
    """A work, and all that was said of it."""

    id: str
    kind: WorkKind
    title: str
    identifiers: list[HeldIdentifier] = []
    claims: list[HeldClaim] = []
    links: list[HeldLink] = []
    declarations: list[HeldDeclaration] = []


class Location(msgspec.Struct, tag_field="dossier", tag="location", omit_defaults=True, gc=False):
    """`rank` orders locations from the most specific: path segments first, then host labels."""

    id: str
    url: str
    subdomains: bool
    whole_host: bool
    expression: str
    rank: list[int]
    claims: list[HeldClaim] = []
    declarations: list[HeldDeclaration] = []


class Rightsholder(
    msgspec.Struct, tag_field="dossier", tag="rightsholder", omit_defaults=True, gc=False
):
    """`declarations` are those on the whole catalogue; `grants` those that count for all its claims. `erased`: what
    named it is gone, and so is its name."""

    id: str
    name: str
    grants: list[Grant] = []
    declarations: list[HeldDeclaration] = []
    erased: bool = False


class Affiliation(msgspec.Struct, omit_defaults=True, gc=False):
    """A platform's belonging to `parent`, logged at the index `since`; once `ended`, it stays noted."""

    parent: str
    since: int
    ended: bool = False


class Platform(msgspec.Struct, tag_field="dossier", tag="platform", omit_defaults=True, gc=False):
    """Somebody who asks; `keys` are the thumbprints of those that hold."""

    id: str
    name: str
    legal_entity: str
    affiliations: list[Affiliation] = []
    keys: list[str] = []


Dossier = Work | Location | Rightsholder | Platform

KIND_OF: Final[Mapping[type, DossierKind]] = {
    Work: "work",
    Location: "location",
    Rightsholder: "rightsholder",
    Platform: "platform",
}


def find_wait(dossier: Work | Location | Rightsholder, loosening: str) -> Wait | None:
    """The declaration, withdrawal or removal with this id, as something that waits; None where it was
    forgotten, because what it would take away was added again."""
    waits = [declaration.wait for declaration in dossier.declarations]
    waits += [end.wait for declaration in dossier.declarations for end in declaration.withdrawals]
    if isinstance(dossier, Work):
        waits += [gone.wait for held in dossier.identifiers for gone in held.removals]
        waits += [gone.wait for link in dossier.links for gone in link.removals]
    return next((wait for wait in waits if wait.id == loosening), None)


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Dossier] = msgspec.json.Decoder(Dossier)


def encode_dossier(dossier: Dossier) -> bytes:
    """The dossier as the JSON that the store keeps; equal dossiers give equal bytes."""
    return _encoder.encode(dossier)


def decode_dossier(body: bytes) -> Dossier:
    """Reads `encode_dossier` back."""
    return _decoder.decode(body)
