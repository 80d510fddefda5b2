"""Proof of control of a location, in two steps with the look between them, so that no transaction is open while
strangers' servers answer: read what to look at; look (a process apart); write what was seen.

A look that proves gains the claim a `controlled` grant on its location, for as long as rechecks find it
(`recheck_claims.py`).
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final, Protocol

from registry.domain.control import (
    Challenge,
    Means,
    Way,
    challenge_of,
    proved_by_page,
    proved_by_records,
)
from registry.domain.dossiers import Grant, HeldClaim, Location, Work
from registry.domain.events import AssuranceGained, Subject
from registry.domain.ids import new_id
from registry.domain.locations import parse_location
from registry.domain.vocabulary import Assurance
from registry.errors import Conflict, Forbidden, InvalidInput, Unavailable
from registry.fetching.lines import Ask, Missed, ReadRecords, ReadText, Records, Reply, Text, Within
from registry.fetching.process import Fetcher
from registry.instants import DAY_MS, SECOND_MS, Clock, rfc3339
from registry.services.actor import Actor
from registry.services.find import the_claim, the_rightsholder
from registry.services.ledger import Ledger, Place
from registry.services.prove_digests import Hashed, conclude_digests, files_to_hash
from registry.storage.proofs import LookedUpGrant, ProofRow, ProofState, Sight
from registry.storage.unit_of_work import UnitOfWork

PROVE: Final = "prove"
RECHECK: Final = "recheck"
"""The kinds of jobs; their key is the claim."""

RECHECK_MS: Final = 7 * DAY_MS
"""How long after a look that proved the next one follows."""

ASK_AGAIN_MS: Final = 60 * SECOND_MS
"""How long somebody waits before they can ask for another look at the same claim."""


class Opens(Protocol):
    """What opens transactions: the registry."""

    @property
    def place(self) -> Place: ...
    @property
    def clock(self) -> Clock: ...
    def reading(self) -> AbstractContextManager[UnitOfWork]: ...
    def writing(self) -> AbstractContextManager[Ledger]: ...


class AskedTooSoon(Unavailable):
    """A look at this claim was asked for just now; `seconds` until the next can be asked for."""

    code = "too-many-requests"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"a look at this claim was asked for just now; ask for another in {seconds} s"
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a location saw, place by place, and the way that proved it (None: nothing did)."""

    sights: tuple[Sight, ...]
    way: Way | None


def challenge(uow: UnitOfWork, place: Place, claim_id: str) -> Challenge:
    """How to prove a claim on a location: every way, with the exact line.

    Raises: NotFound; InvalidInput for a claim on a work, Conflict for one that has ended.
    """
    _, on, claim = _standing(uow, claim_id)
    if isinstance(on, Work):
        raise InvalidInput(
            "this claim is on a work; prove a location, and the addresses of the work that lie under it are proved",
            field="claim",
        )
    return challenge_on(place, on, claim)


def challenge_on(place: Place, location: Location, claim: HeldClaim) -> Challenge:
    """The challenge of a claim on this location."""
    where = parse_location(location.url, subdomains=location.subdomains)
    return challenge_of(place.issuer, claim.id, where)


def ask_for_proof(ledger: Ledger, claim_id: str, rightsholder: str) -> ProofRow:
    """Asks for a look, to be done in the background. What is proved already is left as it is.

    Raises: NotFound, Forbidden, Conflict, AskedTooSoon; InvalidInput where there is nothing to look at.
    """
    _, on, claim = _standing(ledger.uow, claim_id)
    if claim.rightsholder != rightsholder:
        raise Forbidden("only who made a claim has it proved", field="claim")
    if isinstance(on, Work):
        files_to_hash(ledger.uow, claim_id, ledger.now)
    before = ledger.uow.proofs.of(claim_id)
    if isinstance(on, Location) and grants_seen(ledger.uow, claim):
        return before or ProofRow(claim_id, ProofState.PROVED, ledger.now)
    if before is not None and ledger.now - before.asked_at < ASK_AGAIN_MS:
        raise AskedTooSoon(-(-(ASK_AGAIN_MS - (ledger.now - before.asked_at)) // SECOND_MS))
    row = before or ProofRow(claim_id, ProofState.WAITING, ledger.now)
    row = replace(row, state=ProofState.WAITING, asked_at=ledger.now)
    ledger.uow.proofs.keep(row)
    ledger.uow.jobs.add(PROVE, claim_id, ledger.now)
    return row


def prove(registry: Opens, claim_id: str, fetcher: Fetcher, by: Actor) -> ProofRow:
    """Looks now, and writes what was seen. Safe to repeat.

    Raises: NotFound, Conflict, InvalidInput where there is nothing to look at; Unavailable where the store is away or
    nobody can look.
    """
    with registry.reading() as uow:
        _, on, claim = _standing(uow, claim_id)
        asked = None if isinstance(on, Work) else challenge_on(registry.place, on, claim)
        files = () if asked is not None else files_to_hash(uow, claim_id, registry.clock())
    if asked is None:
        hashed = [Hashed(file, fetcher.ask(file.ask)) for file in files]
        with registry.writing() as ledger:
            return _conclude_files(ledger, claim_id, hashed, by)
    seen = look(asked, fetcher)
    with registry.writing() as ledger:
        return conclude(ledger, claim_id, asked, seen, by)


def look(asked: Challenge, fetcher: Fetcher) -> Seen:
    """Looks at one place after the other until one proves the location. Raises: Unavailable."""
    sights = []
    for way in asked.ways:
        why = _judged(asked, way, fetcher.ask(_ask(way)))
        sights.append(Sight(way.place, why is None, why or "it proves the location"))
        if why is None:
            return Seen(tuple(sights), way)
    return Seen(tuple(sights), None)


def conclude(ledger: Ledger, claim_id: str, asked: Challenge, seen: Seen, by: Actor) -> ProofRow:
    """Writes what a look saw: the grant if it proved, else a failure. A grant that stands is not given again.

    Raises: NotFound; Conflict for a claim that has ended meanwhile.
    """
    subject, _, claim = _standing(ledger.uow, claim_id)
    standing = grants_seen(ledger.uow, claim)
    if seen.way is not None:
        if not standing:
            _gain(ledger, subject, claim, asked, seen.way, by)
        ledger.uow.jobs.add(RECHECK, claim_id, ledger.now + RECHECK_MS, now=ledger.now)
    found = seen.way is not None
    return _note(ledger, claim_id, seen.sights, found=found, stands=bool(standing))


def grants_seen(uow: UnitOfWork, claim: HeldClaim) -> list[Grant]:
    """The grants that looks gained for this claim, and that stand."""
    looked_up = {grant.id for grant in uow.proofs.grants_of(claim.id)}
    shared = the_rightsholder(uow, claim.rightsholder).grants
    return [each for each in [*claim.grants, *shared] if each.id in looked_up and not each.lapsed]


# -- parts --------------------------------------------------------------------------------------------------


def _standing(uow: UnitOfWork, claim_id: str) -> tuple[Subject, Work | Location, HeldClaim]:
    subject, on, claim = the_claim(uow, claim_id)
    if claim.ended:
        raise Conflict("this claim has ended; nothing can stand behind it", field="claim")
    return subject, on, claim


def _ask(way: Way) -> Ask:
    if way.means is Means.DNS:
        return ReadRecords(way.place)
    return ReadText(way.place, Within(way.hosts, way.path, way.below))


def _judged(asked: Challenge, way: Way, reply: Reply) -> str | None:
    """Why a reply proves nothing, or None."""
    if isinstance(reply, Missed):
        return reply.words
    if isinstance(reply, Records) and way.means is Means.DNS:
        return proved_by_records(asked, way, reply.texts)
    if isinstance(reply, Text) and way.means is not Means.DNS:
        return proved_by_page(asked, way, reply.media_type, reply.body, cut=reply.cut)
    raise Unavailable("the process that looks at other sites answered another question")


def _conclude_files(ledger: Ledger, claim_id: str, hashed: Sequence[Hashed], by: Actor) -> ProofRow:
    _, _, claim = _standing(ledger.uow, claim_id)
    gained, sights = conclude_digests(ledger, claim_id, hashed, by)
    if gained:
        ledger.uow.jobs.add(RECHECK, claim_id, ledger.now + RECHECK_MS, now=ledger.now)
    stands = bool(grants_seen(ledger.uow, claim))
    return _note(ledger, claim_id, sights, found=bool(gained), stands=stands)


def _gain(
    ledger: Ledger, subject: Subject, claim: HeldClaim, asked: Challenge, way: Way, by: Actor
) -> None:
    event = AssuranceGained(
        grant=new_id(ledger.now),
        claim=claim.id,
        subject=subject,
        rightsholder=claim.rightsholder,
        level=Assurance.CONTROLLED,
        reason=f"control was seen at {way.place} ({way.means.value}) on {rfc3339(ledger.now)}",
        location=asked.location.url,
        subdomains=asked.location.subdomains,
    )
    ledger.append(event, by, details={"claim": claim.id})
    ledger.uow.proofs.gained(LookedUpGrant(event.grant, claim.id, way.place, ledger.now))


def _note(
    ledger: Ledger, claim_id: str, sights: Sequence[Sight], *, found: bool, stands: bool
) -> ProofRow:
    """Notes a look. One that found nothing, while an earlier proof stands, is left to the rechecks to judge: asking
    often does not begin their count anew."""
    before = ledger.uow.proofs.of(claim_id)
    row = before or ProofRow(claim_id, ProofState.WAITING, ledger.now)
    row = replace(row, tried_at=ledger.now, seen=tuple(sights))
    if found:
        row = replace(row, state=ProofState.PROVED, failures=0, failing_since=None)
    else:
        row = replace(row, state=ProofState.PROVED if stands else ProofState.FAILED)
    ledger.uow.proofs.keep(row)
    return row
