"""What people say and what stands behind it, as events: the truth from which all else is derived.

What the operator does is in `operator_events.py`; how an event is stored, in `event_body.py`. Times are
integer milliseconds since the epoch, UTC; ids are UUIDv7 strings. An event names every dossier that it
touches, so that folding needs no look-up (`fold.py`).
"""

from typing import Literal

import msgspec

from registry.domain.vocabulary import Assurance, LinkKind, Preference, Role, Usage, WorkKind


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """What a claim or declaration is about: a work (also a release), a location, or a whole catalogue.

    For a catalogue `id` is the rightsholder's.
    """

    kind: Literal["work", "location", "catalogue"]
    id: str


class Conditions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a `conditional` asks for; all optional, each a line for people except `licence` (a URL)."""

    licence: str | None = None
    contact: str | None = None
    credit: str | None = None
    price: str | None = None


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One category of one declaration.

    `valid_from` ≤ t < `valid_until` (None: open) is its window. `takes_effect_at` is set where the
    statement loosens: it then speaks from that time on, once confirmed and unless cancelled before.
    `reach`: how far into the log it permits, where that is less than up to itself.
    """

    usage: Usage
    preference: Preference
    valid_from: int
    valid_until: int | None = None
    takes_effect_at: int | None = None
    conditions: Conditions | None = None
    reach: int | None = None


class Event(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="type"
):
    """Base of all events; `type` is the tag written with each."""


class RightsholderRegistered(Event, frozen=True, tag="rightsholder.registered"):
    """A person or organisation that asserts rights became known."""

    rightsholder: str
    name: str


class RightsholderErased(Event, frozen=True, tag="rightsholder.erased"):
    """What named this rightsholder is gone from `bodies` earlier events. `remains`: SHA-256 (hex) over what is left of
    them, so that it cannot be changed later. `titles`: those of works that nobody else claims went too."""

    rightsholder: str
    bodies: int
    remains: str
    titles: bool = False


class ClaimBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rightsholder's assertion over a work or location.

    `inside` (works): None = the other rights inside are not stated; "listed" = the links that came with
    it name them all; "none" = there are none; "mine" = all are the claimant's. `sole` (locations):
    the claimant states that everything under it is theirs.
    """

    id: str
    rightsholder: str
    role: Role
    inside: Literal["listed", "none", "mine"] | None = None
    sole: bool = False


class LinkBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link to another work, stated together with the work that uses it."""

    id: str
    kind: LinkKind
    to: str


class WorkRegistered(Event, frozen=True, tag="work.registered"):
    """A work with its first identifiers, its first claim, and the links which that claimant states."""

    work: str
    kind: WorkKind
    title: str
    identifiers: tuple[str, ...]
    claim: ClaimBody
    links: tuple[LinkBody, ...] = ()


class LocationRegistered(Event, frozen=True, tag="location.registered"):
    """A host or URL prefix with its first claim; `url` is the canonical location, ending in "/"."""

    location: str
    url: str
    subdomains: bool
    claim: ClaimBody


class ClaimMade(Event, frozen=True, tag="claim.made"):
    """One more claim on a work or location that is registered already: a co-owner, another role."""

    subject: Subject
    claim: ClaimBody


class IdentifierAdded(Event, frozen=True, tag="identifier.added"):
    """One more identifier of a work; adding again what a removal waits for makes it stand."""

    work: str
    identifier: str
    rightsholder: str


class IdentifierRemovalProposed(Event, frozen=True, tag="identifier.removal-proposed"):
    """Somebody who claims the work wants an identifier gone: it waits, as all that loosens."""

    loosening: str
    work: str
    identifier: str
    rightsholder: str
    takes_effect_at: int


class LinkMade(Event, frozen=True, tag="link.made"):
    """`rightsholder` stands by the link by making it. `work` is the using side."""

    link: str
    work: str
    kind: LinkKind
    to: str
    rightsholder: str


class LinkConfirmed(Event, frozen=True, tag="link.confirmed"):
    """Somebody else, such as the composer, stands by a link too."""

    link: str
    work: str
    rightsholder: str


class LinkRemovalProposed(Event, frozen=True, tag="link.removal-proposed"):
    """Somebody who stands by a link wants it gone: it waits, as all that loosens."""

    loosening: str
    link: str
    work: str
    rightsholder: str
    takes_effect_at: int


class AssuranceGained(Event, frozen=True, tag="assurance.gained"):
    """Proof for a claim. Exactly one of: `identifier` (that one, for that claim), `prefix`
    ("isrc:GBAYE": every identifier that starts so, for all claims of that rightsholder), or
    `location` (its canonical URL: every URL exactly under it, for all claims of that rightsholder). `log_place`:
    the highest place in the log of what it was looked at through, an address and the location that covers it."""

    grant: str
    claim: str
    subject: Subject
    rightsholder: str
    level: Assurance
    reason: str
    identifier: str | None = None
    prefix: str | None = None
    location: str | None = None
    subdomains: bool = False
    log_place: int | None = None


class AssuranceLapsed(Event, frozen=True, tag="assurance.lapsed"):
    """A proof does not hold any more: `grant` permits nothing from now on. What it denied stays denied."""

    grant: str
    claim: str
    subject: Subject
    rightsholder: str
    reason: str


class Declared(Event, frozen=True, tag="declaration.issued"):
    """The human act. `confirmed`: made with a fresh sign-in, so its loosening needs no further word."""

    declaration: str
    rightsholder: str
    subject: Subject
    statements: tuple[Statement, ...]
    grantee: str | None = None
    confirmed: bool = False


class StatementEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The end of one category of a declaration; `takes_effect_at` is set where ending it loosens."""

    usage: Usage
    takes_effect_at: int | None = None


class Withdrawn(Event, frozen=True, tag="withdrawal.issued"):
    """Some categories of a declaration come to their end."""

    withdrawal: str
    declaration: str
    rightsholder: str
    subject: Subject
    ends: tuple[StatementEnd, ...]
    confirmed: bool = False


class LooseningConfirmed(Event, frozen=True, tag="loosening.confirmed"):
    """`loosening` is the id of a declaration, withdrawal or removal that waits; `subject` is its dossier."""

    loosening: str
    subject: Subject
    authority: str


class LooseningCancelled(Event, frozen=True, tag="loosening.cancelled"):
    """What waited, confirmed or not, never takes effect."""

    loosening: str
    subject: Subject
    authority: str


class DisputeOpened(Event, frozen=True, tag="dispute.opened"):
    """Somebody disputes `claim`; `rightsholder` is the one who holds that claim."""

    dispute: str
    claim: str
    subject: Subject
    rightsholder: str
    reason: str


class DisputeDecided(Event, frozen=True, tag="dispute.decided"):
    """`upheld`: the dispute was right, the disputed claim ends now. Otherwise the claim stands again."""

    dispute: str
    claim: str
    subject: Subject
    rightsholder: str
    upheld: bool
    stewards: tuple[str, ...]
    reason: str


class ClaimObjected(Event, frozen=True, tag="claim.objected"):
    """The holder of claim `by` (of rightsholder `objector`) objects to somebody's unproven `claim`."""

    claim: str
    subject: Subject
    by: str
    objector: str


class ObjectionAnswered(Event, frozen=True, tag="claim.objection-answered"):
    """Stewards uphold the claim that was objected to: it counts on."""

    claim: str
    subject: Subject
    stewards: tuple[str, ...]
    reason: str
