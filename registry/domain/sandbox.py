"""The sandbox: a handful of works that exist for test keys alone, so that a platform sees each of the five decisions
before anything is real. The registry's own rules answer about them; nothing of it is in the log.

The addresses are under a name that nobody can have (`.example`, RFC 6761); the digests are of a text that says so.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Final

from registry.domain.dossiers import Dossier, DossierKind
from registry.domain.event_body import AnyEvent, Sequenced
from registry.domain.events import (
    AssuranceGained,
    ClaimBody,
    ClaimMade,
    Conditions,
    Declared,
    RightsholderRegistered,
    Statement,
    Subject,
    WorkRegistered,
)
from registry.domain.identifiers import Identifier, parse_identifier
from registry.domain.state import State
from registry.domain.vocabulary import (
    Assurance,
    Decision,
    Preference,
    Role,
    Usage,
    WorkKind,
)

HOST: Final = "sandbox.example"
NAME: Final = "Sandbox (nobody)"


def sandbox_identifiers(decision: Decision) -> tuple[str, str]:
    """The address and the digest that get this decision, for every usage category."""
    text = f"consent-registry sandbox: {decision.value}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"https://{HOST}/{decision.value}", f"sha256:{digest}"


@cache
def known_to_the_sandbox() -> frozenset[str]:
    """Every identifier, in canonical form, that the sandbox answers about."""
    return frozenset(
        str(parse_identifier(each))
        for decision in Decision
        for each in sandbox_identifiers(decision)
    )


class SandboxFacts:
    """`matching.Facts` of the sandbox."""

    def __init__(self) -> None:
        self._state = _state()

    def dossier(self, kind: DossierKind, id: str) -> Dossier:
        """Raises: LookupError."""
        return self._state.dossier(kind, id)

    def meeting(self, key: bytes) -> Iterable[Subject]:
        """Works to which this key leads."""
        return self._state.meeting(key)

    def has(self, _id: str) -> bool:
        """Whoever asks was found before; the sandbox knows nobody by name."""
        return True


@cache
def _state() -> State:
    """The works, said about at the beginning of time, so that they were so whenever it is asked about."""
    events: list[AnyEvent] = [RightsholderRegistered(rightsholder="sandbox", name=NAME)]
    for decision in Decision:
        if decision is not Decision.UNREGISTERED:
            events += _work(decision)
    entries = []
    for seq, event in enumerate(events):
        digest = hashlib.sha256(seq.to_bytes(8, "big")).digest()
        entries.append(Sequenced(seq=seq, at=0, digest=digest, event=event))
    return State(entries)


def _work(decision: Decision) -> list[AnyEvent]:
    id = f"sandbox-{decision.value}"
    subject = Subject("work", id)
    texts = tuple(str(parse_identifier(each)) for each in sandbox_identifiers(decision))
    # the second one for the voice, of which only a performer speaks
    recording, performance = (
        ClaimBody(id=f"{id}-{role}", rightsholder="sandbox", role=role, inside="mine", sole=True)
        for role in (Role.RECORDING, Role.PERFORMANCE)
    )
    registered: list[AnyEvent] = [
        WorkRegistered(
            work=id, kind=WorkKind.RECORDING, title=id, identifiers=texts, claim=recording
        ),
        ClaimMade(subject=subject, claim=performance),
    ]
    proved: list[AnyEvent] = [
        AssuranceGained(
            grant=f"{claim.id}-{number}",
            claim=claim.id,
            subject=subject,
            rightsholder="sandbox",
            level=Assurance.CONTROLLED,
            reason="the sandbox says so",
            identifier=text,
        )
        for claim in (recording, performance)
        for number, text in enumerate(texts)
    ]
    if decision is Decision.UNSTATED:
        return [*registered, *proved]
    return [*registered, *proved, _declared(id, subject, Preference(decision.value))]


def _declared(id: str, subject: Subject, preference: Preference) -> Declared:
    asks = preference is Preference.CONDITIONAL
    conditions = Conditions(contact=f"mailto:nobody@{HOST}") if asks else None
    return Declared(
        declaration=f"{id}-declaration",
        rightsholder="sandbox",
        subject=subject,
        statements=tuple(
            Statement(
                usage=usage,
                preference=preference,
                valid_from=0,
                valid_until=None,
                takes_effect_at=None if preference is Preference.DENY else 0,
                conditions=conditions,
            )
            for usage in Usage
        ),
        grantee=None,
        confirmed=True,
    )


def is_known(identifiers: Iterable[Identifier]) -> bool:
    """Does the sandbox answer about every one of these?"""
    return all(str(each) in known_to_the_sandbox() for each in identifiers)
