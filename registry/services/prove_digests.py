"""Proof of a digest: the registry takes the SHA-256 of bytes that it fetched itself from under a proved location.

It counts for that digest identifier of that claim, for as long as the location stays proved. Source: answers.md,
"assurance": `controlled` covers "digests that the registry itself took from bytes fetched there".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from registry.domain.dossiers import Grant, HeldClaim, Work
from registry.domain.events import AssuranceGained
from registry.domain.identifiers import Identifier
from registry.domain.ids import new_id
from registry.domain.locations import parse_location
from registry.domain.matching import known
from registry.domain.removals import identifiers_of
from registry.domain.vocabulary import Assurance
from registry.errors import InvalidInput
from registry.fetching.lines import Digest, Missed, Reply, TakeDigest, Within
from registry.instants import rfc3339
from registry.services.actor import Actor
from registry.services.find import the_claim, the_rightsholder
from registry.services.ledger import Ledger
from registry.storage.proofs import LookedUpGrant, Sight
from registry.storage.unit_of_work import UnitOfWork

MOST_FILES: Final = 8
"""How many addresses of a work are fetched in one look."""


@dataclass(frozen=True, slots=True)
class File:
    """An address of the work, and the grant on the location that it lies under; `log_place`: the higher of
    their places in the log, which a permission by the digest has to reach."""

    url: str
    rests_on: str
    ask: TakeDigest
    log_place: int


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file, and what came of fetching it."""

    file: File
    reply: Reply


def files_to_hash(uow: UnitOfWork, claim_id: str, now: int) -> tuple[File, ...]:
    """The files whose digests could prove something for this claim on a work.

    Raises: NotFound; InvalidInput where it has no unproved SHA-256, or no address under a proved location.
    """
    _, work, claim = the_claim(uow, claim_id)
    if not isinstance(work, Work):
        raise InvalidInput("this claim is on a location", field="claim")
    if not _unproved(work, claim, now):
        raise InvalidInput(
            "nothing of this work is proved by looking: its addresses are proved with the location they lie under, "
            "and it has no sha256 identifier that is not proved yet",
            field="claim",
        )
    files = tuple(_files(uow, work, claim, now))
    if not files:
        raise InvalidInput(
            "a digest is proved by a file under a location of yours that is proved: register such a location, prove "
            "it, and add the file's address to the work",
            field="claim",
        )
    return files[:MOST_FILES]


def conclude_digests(
    ledger: Ledger, claim_id: str, hashed: Sequence[Hashed], by: Actor
) -> tuple[list[AssuranceGained], list[Sight]]:
    """Writes what was seen: a grant for each digest of the work that a file has. Returns the grants and the sights.

    A file counts if the location it lies under is still proved. Raises: NotFound.
    """
    subject, work, claim = the_claim(ledger.uow, claim_id)
    if not isinstance(work, Work):
        raise InvalidInput("this claim is on a location", field="claim")
    still = {file.url: file for file in _files(ledger.uow, work, claim, ledger.now)}
    unproved = _unproved(work, claim, ledger.now)
    gained: list[AssuranceGained] = []
    sights: list[Sight] = []
    for each in hashed:
        url, reply = each.file.url, each.reply
        found, words = _found(reply)
        sights.append(Sight(url, found in unproved and url in still, words))
        if found not in unproved or url not in still or not isinstance(reply, Digest):
            continue
        unproved.discard(found)
        event = AssuranceGained(
            grant=new_id(ledger.now),
            claim=claim.id,
            subject=subject,
            rightsholder=claim.rightsholder,
            level=Assurance.CONTROLLED,
            reason=f"taken from {reply.size} bytes fetched from {url} on {rfc3339(ledger.now)}",
            identifier=found,
            log_place=still[url].log_place,
        )
        ledger.append(event, by, details={"claim": claim.id})
        grant = LookedUpGrant(event.grant, claim.id, url, ledger.now, still[url].rests_on)
        ledger.uow.proofs.gained(grant)
        gained.append(event)
    return gained, sights


def _found(reply: Reply) -> tuple[str, str]:
    """The digest identifier of what was fetched ("" for none), and what was seen, in words."""
    if isinstance(reply, Digest):
        return f"sha256:{reply.sha256}", f"{reply.size} bytes; sha256:{reply.sha256}"
    words = reply.words if isinstance(reply, Missed) else "it could not be hashed"
    return "", words


def _unproved(work: Work, claim: HeldClaim, now: int) -> set[str]:
    """The SHA-256 identifiers of the work that no grant of this claim proves yet."""
    proved = {grant.identifier for grant in claim.grants if not grant.lapsed}
    texts = {held.text for held in identifiers_of(work, now)}
    return {text for text in texts - proved if known(text).scheme == "sha256"}


def _files(uow: UnitOfWork, work: Work, claim: HeldClaim, now: int) -> Iterator[File]:
    holder = the_rightsholder(uow, claim.rightsholder)
    for held in identifiers_of(work, now):
        url = known(held.text)
        covering = [each for each in holder.grants if _covers(each, url)]
        grant = min(covering, key=lambda each: each.seq, default=None)
        if grant is not None and grant.location is not None:
            place, parts = urlsplit(grant.location), urlsplit(url.value)
            # A redirect stays under the location that is proved; below a subdomain, at the file's own host.
            within = Within((parts.hostname or "",), place.path, below=True)
            yield File(url.value, grant.id, TakeDigest(url.value, within), max(held.seq, grant.seq))


def _covers(grant: Grant, url: Identifier) -> bool:
    if grant.location is None or grant.lapsed or grant.disputes:
        return False
    return parse_location(grant.location, subdomains=grant.subdomains).covers_exactly(url)
