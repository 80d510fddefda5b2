"""Looking again: what a look proved counts as long as it is still to be seen.

A week after a look that found it the next one follows; after one that did not, the next day. After three in a row
over two days the proof lapses: what it permitted stops, and what it denied stands. A digest that was taken under the
location lapses with it.
"""

from dataclasses import replace
from typing import Final

from registry.domain.dossiers import Location
from registry.domain.events import AssuranceLapsed
from registry.errors import NotFound
from registry.fetching.process import Fetcher
from registry.instants import DAY_MS, HOUR_MS, rfc3339
from registry.services.actor import Actor
from registry.services.find import the_claim, the_rightsholder
from registry.services.ledger import Ledger
from registry.services.notify import NoticeKind, notify
from registry.services.prove_claim import (
    RECHECK,
    RECHECK_MS,
    Opens,
    Seen,
    challenge_on,
    grants_seen,
    look,
)
from registry.services.tell_of_events import page_of, what
from registry.storage.proofs import LookedUpGrant, ProofRow, ProofState

AGAIN_MS: Final = DAY_MS
"""How long after a look that found nothing the next one follows."""
FAILURES: Final = 3
"""After so many in a row …"""
FAILING_MS: Final = 48 * HOUR_MS
"""… over at least so long, a proof lapses."""


def recheck(registry: Opens, claim_id: str, fetcher: Fetcher, by: Actor) -> ProofState:
    """Looks again at what proved a claim, and writes what follows. Safe to repeat.

    Raises: NotFound; Unavailable where the store is away or nobody can look (which is no failure of the claim's).
    """
    with registry.reading() as uow:
        _, on, claim = the_claim(uow, claim_id)
        looked_at = isinstance(on, Location) and not claim.ended and grants_seen(uow, claim)
        asked = challenge_on(registry.place, on, claim) if isinstance(on, Location) else None
    seen = look(asked, fetcher) if looked_at and asked is not None else None
    with registry.writing() as ledger:
        return settle(ledger, claim_id, seen, by)


def settle(ledger: Ledger, claim_id: str, seen: Seen | None, by: Actor) -> ProofState:
    """Writes what a look saw (None: there was nothing to look at), and asks for the next one.

    Raises: NotFound.
    """
    subject, on, claim = the_claim(ledger.uow, claim_id)
    before = ledger.uow.proofs.of(claim_id)
    row = before or ProofRow(claim_id, ProofState.PROVED, ledger.now)
    standing = [] if claim.ended else grants_seen(ledger.uow, claim)
    if isinstance(on, Location) and standing and seen is not None:
        row = _after_a_look(row, seen, ledger.now)
        if row.failures == 1:
            kind, name = NoticeKind.CLAIM_LAPSING, what(on)
            about = page_of(subject)
            notify(ledger.uow, claim.rightsholder, kind, ledger.now, about=about, what=name)
        if row.state is ProofState.LAPSED:
            since = rfc3339(row.failing_since or ledger.now)
            _lapse_all(
                ledger, claim_id, f"not to be seen in {row.failures} looks since {since}", by
            )
    _lapse_unsupported(ledger, claim_id, by)
    if not grants_seen(ledger.uow, the_claim(ledger.uow, claim_id)[2]) or claim.ended:
        row = replace(row, state=ProofState.LAPSED)
    if row.state is not ProofState.LAPSED:
        wait = AGAIN_MS if row.failures else RECHECK_MS
        ledger.uow.jobs.add(RECHECK, claim_id, ledger.now + wait, now=ledger.now)
    ledger.uow.proofs.keep(row)
    return row.state


def _after_a_look(row: ProofRow, seen: Seen, now: int) -> ProofRow:
    """How the proof stands after this look."""
    row = replace(row, tried_at=now, seen=seen.sights)
    if seen.way is not None:
        return replace(row, state=ProofState.PROVED, failures=0, failing_since=None)
    since = now if row.failing_since is None else row.failing_since
    row = replace(row, failures=row.failures + 1, failing_since=since)
    if row.failures >= FAILURES and now - since >= FAILING_MS:
        return replace(row, state=ProofState.LAPSED)
    return row


def _lapse_all(ledger: Ledger, claim_id: str, why: str, by: Actor) -> None:
    for grant in ledger.uow.proofs.grants_of(claim_id):
        _lapse(ledger, grant, why, by)


def _lapse_unsupported(ledger: Ledger, claim_id: str, by: Actor) -> None:
    """Digests lapse whose location is not proved any more: this claim's, and others' that rest on its grants."""
    proofs = ledger.uow.proofs
    own = proofs.grants_of(claim_id)
    for grant in [*own, *proofs.resting_on([each.id for each in own])]:
        if grant.rests_on is not None and not _stands(ledger, grant.claim, grant.rests_on):
            _lapse(ledger, grant, "the location where it was taken is not proved any more", by)


def _stands(ledger: Ledger, claim_id: str, grant_id: str) -> bool:
    """Whether the rightsholder of this claim has this location grant, and it has not lapsed."""
    _, _, claim = the_claim(ledger.uow, claim_id)
    grants = the_rightsholder(ledger.uow, claim.rightsholder).grants
    return any(each.id == grant_id and not each.lapsed for each in grants)


def _lapse(ledger: Ledger, grant: LookedUpGrant, why: str, by: Actor) -> None:
    """Logs the end of a grant that still stands: what it permitted stops, what it denied stands."""
    try:
        subject, _, claim = the_claim(ledger.uow, grant.claim)
    except NotFound:
        return
    if grant.id not in {each.id for each in grants_seen(ledger.uow, claim)}:
        return
    event = AssuranceLapsed(
        grant=grant.id,
        claim=grant.claim,
        subject=subject,
        rightsholder=claim.rightsholder,
        reason=f"{grant.place}: {why}",
    )
    ledger.append(event, by, details={"claim": grant.claim})
