"""What one work's page shows, as data: names and what stands behind each, others, links, records, what waits.

For one of its claimants. What a platform is told comes from the answering service alone, like the answer of a look-up.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from registry.bootstrap import Registry
from registry.domain.dossiers import HeldClaim, HeldDeclaration, Location, Rightsholder, Work
from registry.domain.identifiers import parse_identifier
from registry.domain.lifetimes import ends_at
from registry.domain.locations import covering_keys, parse_location
from registry.domain.matching import known
from registry.domain.proof import Proofs
from registry.domain.removals import identifiers_of, links_of
from registry.domain.standing import in_force
from registry.domain.vocabulary import Assurance, LinkKind, Usage
from registry.errors import InvalidInput, InvalidLocation
from registry.instants import rfc3339
from registry.services import find
from registry.services.foresee import foresee
from registry.services.prove_digests import files_to_hash
from registry.services.settle_loosening import waiting_of
from registry.services.weigh_identifiers import Weighed, weigh
from registry.storage.unit_of_work import UnitOfWork
from registry.web.lookup import look_up
from registry.web.proving import next_step, place_to_prove
from registry.web.waiting import shown_waiting

MOST_ASKERS: Final = 20
MOST_DEPTH: Final = 4
"""A profile lies so many steps below its host at most."""
_STRENGTH: Final = list(Assurance)


def told(registry: Registry, work: Work, asker: str | None, now: int) -> dict[str, Any] | None:
    """What whoever asks by all its names is told now (like the page of a look-up), and what of it will change by
    itself; None for a work that no name leads to any more.

    Raises: Unavailable where the store is away.
    """
    texts = [held.text for held in identifiers_of(work, now)]
    if not texts:
        return None
    answered = look_up(registry, texts, None, asker)
    with registry.lookups.transaction() as transaction:
        changes = foresee(transaction, [parse_identifier(text) for text in texts], asker, now)
    return {
        **{name: answered[name] for name in ("answered_at", "answers", "evidence")},
        "changes": [
            {
                "at": rfc3339(each.at),
                "answers": [
                    {
                        "usage": usage.value,
                        "decision": answer.decision.value,
                        "reasons": list(answer.reasons),
                    }
                    for usage, answer in each.answers.items()
                ],
            }
            for each in changes
        ],
    }


def askers(uow: UnitOfWork, work: Work, holder: Rightsholder) -> list[dict[str, Any]]:
    """The platforms to which this rightsholder said something by name, about the work or all that is theirs."""
    said = [each for each in work.declarations if each.rightsholder == holder.id]
    named = [each.grantee for each in (*said, *holder.declarations) if each.grantee is not None]
    ids = list(dict.fromkeys(named))[:MOST_ASKERS]
    uow.projection.load(ids)
    return [{"id": id, "name": find.the_platform(uow, id).name} for id in ids]


def names_of(uow: UnitOfWork, work: Work, holder: Rightsholder, now: int) -> dict[str, Any]:
    """`names`: each identifier with what it is worth and the next step; `places`: the sites and profiles of theirs
    under which addresses of the work lie, with the lines that prove them; `file_claim`: the claim for which files can
    be looked at."""
    claims = [each for each in find.standing(work) if each.rightsholder == holder.id]
    weighed = weigh(work, holder, now)
    places = _places(uow, weighed, holder)
    file_claim = _claim_with_files(uow, claims, now)
    return {
        "names": [_name(each, places, file_claim) for each in weighed],
        "places": list({each["claim"]: each for each in places.values()}.values()),
        "file_claim": file_claim,
        "file_proof": _proof_state(uow, file_claim),
    }


def name_token(text: str) -> str:
    """An identifier in an address: the beginning of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _name(
    weighed: Weighed, places: Mapping[str, Mapping[str, Any]], file_claim: str | None
) -> dict[str, Any]:
    place = places.get(weighed.text)
    is_file = weighed.text.startswith("sha256:") and file_claim is not None
    removal = weighed.removal
    return {
        "text": weighed.text,
        "token": name_token(weighed.text),
        "assurance": weighed.level.value,
        "worth": weighed.worth,
        "until": None if weighed.until is None else rfc3339(weighed.until),
        "place": None if place is None else place["claim"],
        "site": None if place or weighed.worth == "proved" else _site_of(weighed.text),
        "file": is_file and weighed.worth != "proved",
        "next_step": None if weighed.worth == "proved" or place else next_step(weighed.text),
        "removal": None
        if removal is None
        else {
            "id": removal.wait.id,
            "takes_effect_at": rfc3339(removal.takes_effect_at),
            "confirmed": removal.effect() is not None,
        },
    }


def _site_of(text: str) -> str | None:
    """The site or profile that an address lies under, as it could be registered; None where there is none."""
    if not text.startswith("https://"):
        return None
    parts = text.removeprefix("https://").partition("?")[0].split("/")
    for depth in range(1, min(len(parts), MOST_DEPTH) + 1):
        try:
            place = parse_location(f"https://{'/'.join(parts[:depth])}/")
        except InvalidLocation:
            continue
        return place.url if place.covers_exactly(known(text)) else None
    return None


def _places(
    uow: UnitOfWork, weighed: Iterable[Weighed], holder: Rightsholder
) -> dict[str, dict[str, Any]]:
    """Address → the narrowest place of theirs that it lies under exactly."""
    urls = {each.text: known(each.text) for each in weighed if each.text.startswith("https://")}
    keys = {text: [key for key, _ in covering_keys(url.wide)] for text, url in urls.items()}
    met = uow.projection.meeting_each(key for found in keys.values() for key in found)
    uow.projection.load(each.id for found in met.values() for each in found)
    found: dict[str, dict[str, Any]] = {}
    for text, wanted in keys.items():
        for subject in (each for key in wanted for each in met.get(key, ())):
            if subject.kind != "location" or text in found:
                continue
            location = find.the_location(uow, subject.id)
            claim = next((c for c in find.standing(location) if c.rightsholder == holder.id), None)
            if claim is not None and _covers(location, text):
                found[text] = place_to_prove(uow, location, claim)
    return found


def _covers(location: Location, text: str) -> bool:
    return parse_location(location.url, subdomains=location.subdomains).covers_exactly(known(text))


def _claim_with_files(uow: UnitOfWork, claims: Iterable[HeldClaim], now: int) -> str | None:
    """The claim for which there are files to be looked at, if any."""
    for claim in claims:
        try:
            files_to_hash(uow, claim.id, now)
        except InvalidInput:
            continue
        return claim.id
    return None


def _proof_state(uow: UnitOfWork, claim: str | None) -> str:
    row = None if claim is None else uow.proofs.of(claim)
    return "" if row is None else row.state.value


def others(uow: UnitOfWork, work: Work, holder: Rightsholder) -> list[dict[str, Any]]:
    """Who else says that the work is theirs, and what stands behind it."""
    found = []
    for claim in find.standing(work):
        if claim.rightsholder == holder.id:
            continue
        other = find.the_rightsholder(uow, claim.rightsholder)
        levels = [Proofs(other).assurance(claim, known(held.text)) for held in work.identifiers]
        found.append(
            {
                "name": other.name,
                "right": claim.role.value,
                "since": rfc3339(claim.at),
                "assurance": max(levels, key=_STRENGTH.index, default=Assurance.DECLARED).value,
                "disputed": bool(claim.disputes),
            }
        )
    return found


def links(uow: UnitOfWork, work: Work, holder: Rightsholder, now: int) -> list[dict[str, Any]]:
    """What it is part of and what is inside it, with names; `agreed`: both sides stand by it."""
    standing = links_of(work, now, *LinkKind)
    uow.projection.load(each.to for each in standing)
    found = []
    for link in standing:
        other = find.the_work(uow, link.to)
        by = {each.rightsholder for each in link.stands_by}
        theirs = {claim.rightsholder for claim in find.standing(other)}
        found.append(
            {
                "id": link.id,
                "kind": link.kind.value,
                "work": other.id,
                "title": other.title,
                "kind_of_work": other.kind.value,
                "yours": holder.id in theirs,
                "agreed": bool(by & theirs),
            }
        )
    return found


def records(work: Work, holder: Rightsholder, now: int) -> list[dict[str, Any]]:
    """What this rightsholder said about the work, and about all that is theirs, newest first."""
    mine = [each for each in work.declarations if each.rightsholder == holder.id]
    found = [_record(each, work.declarations, False, now) for each in mine]
    found += [_record(each, holder.declarations, True, now) for each in holder.declarations]
    return sorted(found, key=lambda each: str(each["id"]), reverse=True)


def _record(
    held: HeldDeclaration, all_: list[HeldDeclaration], catalogue: bool, now: int
) -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    for statement in held.statements:
        said.setdefault(statement.preference.value, []).append(statement.usage.value)
    end = ends_at(held, all_)
    return {
        "id": held.id,
        "signed_at": rfc3339(held.at),
        "catalogue": catalogue,
        "grantee": held.grantee,
        "said": said,
        "speaks": _speaks(held, all_, now),
        "ends_at": None if end is None else rfc3339(end),
    }


def _speaks(held: HeldDeclaration, all_: list[HeldDeclaration], now: int) -> bool:
    return any(
        standing.declaration.id == held.id
        for usage in Usage
        for standing in in_force(all_, held.rightsholder, usage, now)
    )


def waiting(uow: UnitOfWork, work: Work, holder: Rightsholder, now: int) -> list[dict[str, Any]]:
    """The loosenings of this rightsholder that wait, on the work and on all that is theirs."""
    return [
        shown_waiting(uow, on, each)
        for on in (work, holder)
        for each in waiting_of(on, now)
        if each.rightsholder == holder.id
    ]
