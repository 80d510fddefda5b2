"""How a claim on a location is proved, and how its proof stands, as JSON."""

from typing import Any

from registry.api.present import moment, present_claim
from registry.domain.control import Challenge
from registry.domain.dossiers import Location, Rightsholder
from registry.instants import rfc3339
from registry.services.ledger import Place
from registry.services.prove_claim import challenge_on
from registry.storage.proofs import ProofRow
from registry.storage.unit_of_work import UnitOfWork


def present_location(
    location: Location, holder: Rightsholder, place: Place, uow: UnitOfWork | None = None
) -> dict[str, Any]:
    """A location as one of its claimants sees it; with `uow` each claim says too how its proof stands."""
    shown = []
    for claim in location.claims:
        if claim.rightsholder != holder.id or claim.ended:
            continue
        members = present_claim(claim, [location.url], holder)
        members["challenge"] = present_challenge(challenge_on(place, location, claim))
        if uow is not None:
            members["proof"] = present_proof(uow.proofs.of(claim.id))
        shown.append(members)
    return {
        "id": location.id,
        "url": location.url,
        "subdomains": location.subdomains,
        "claim": shown[0] if shown else None,
        "claims": shown,
    }


def present_challenge(challenge: Challenge) -> dict[str, Any]:
    """Every way to prove it, with the exact line to paste."""
    return {
        "token": challenge.token,
        "ways": [
            {
                "means": way.means.value,
                "place": way.place,
                "line": way.line,
                "by_host": way.by_host,
                "do": way.words(),
            }
            for way in challenge.ways
        ],
    }


def present_proof(row: ProofRow | None) -> dict[str, Any] | None:
    """How the proof stands, and what the last look saw; None where nobody asked for one."""
    if row is None:
        return None
    return {
        "state": row.state.value,
        "asked_at": rfc3339(row.asked_at),
        "looked_at": moment(row.tried_at),
        "seen": [
            {"place": each.place, "proved": each.proved, "words": each.words} for each in row.seen
        ],
    }
