"""What the operator does, as events: rule tables, platforms and their keys, the registry's own keys.

They are logged like all else an answer depends on (`events.py`): who asks, who belongs to whom, by which
tables, and which key signed.
"""

import msgspec

from registry.domain.events import Event


class RuleTablesAdopted(Event, frozen=True, tag="rule-tables.adopted"):
    """From here on answers go by these versions of the vocabulary, canonical forms and host rules."""

    vocabulary: str
    canonical_form: str
    host_rules: str


class PlatformRegistered(Event, frozen=True, tag="platform.registered"):
    """Somebody who asks became known; `legal_entity` is who answers for it."""

    platform: str
    name: str
    legal_entity: str


class PlatformAffiliated(Event, frozen=True, tag="platform.affiliated"):
    """`platform` is an affiliate or agent of `parent`: what names the parent names it too."""

    platform: str
    parent: str


class PlatformAffiliationEnded(Event, frozen=True, tag="platform.affiliation-ended"):
    """`platform` belongs to `parent` no more: denials still reach it, permissions do not."""

    platform: str
    parent: str


class PlatformKeyAdded(Event, frozen=True, tag="platform.key-added"):
    """From here on what this key signed comes from the platform."""

    platform: str
    kid: str


class PlatformKeyRevoked(Event, frozen=True, tag="platform.key-revoked"):
    """What this key signs comes from nobody any more."""

    platform: str
    kid: str


class KeyAdded(Event, frozen=True, tag="key.added"):
    """The registry has a new key of its own; the log is where others learn of it."""

    kid: str
    purpose: str
    algorithm: str
    jwk: dict[str, str]
    not_before: int


class KeyRetired(Event, frozen=True, tag="key.retired"):
    """The registry signs no more with this key; what it signed stays good."""

    kid: str
    purpose: str


class KeyCompromised(Event, frozen=True, tag="key.compromised"):
    """Since that moment (ms) this key may have been in other hands."""

    kid: str
    purpose: str
    since: int


class AsksRooted(Event, frozen=True, tag="asks.rooted"):
    """What platforms asked within an hour: how many questions (late ones of earlier hours among them), and the root of
    the tree over them (hex). Hours without a question are passed over: the next one begins where the last one ended."""

    since: int = msgspec.field(name="from")
    until: int
    count: int
    root: str


class ActsRooted(Event, frozen=True, tag="acts.rooted"):
    """The journal of who did what, from one moment up to another (ms): how many acts, and the root of the tree over
    them (hex). Each begins where the one before it ended."""

    since: int = msgspec.field(name="from")
    until: int
    count: int
    root: str
