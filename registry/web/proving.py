"""How somebody proves what is theirs, as pages say it: the lines to place, what was seen there, and for each kind of
identifier the next step that a person can take. The lines themselves come from `domain.control`.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from registry.domain.dossiers import HeldClaim, Location
from registry.instants import rfc3339
from registry.services.prove_claim import challenge_on
from registry.storage.unit_of_work import UnitOfWork
from registry.web.wired import the_registry

STEPS: Final[Mapping[str, LazyString]] = {
    "url": _l("Prove the site or profile that it lies under: then your word about everything there is proved."),
    "isrc": _l(
        "Ask your distributor or label whether it vouches for its ISRCs here, or ask whoever runs this "
        "registry."
    ),
    "iswc": _l(
        "Ask your collecting society whether it vouches for its members here, or ask whoever runs this "
        "registry."
    ),
    "upc": _l(
        "Ask your distributor or label whether it vouches for its releases here, or ask whoever runs this "
        "registry."
    ),
    "sha256": _l("Put the file on a site of yours, and prove the site: the file is read there and compared."),
    "": _l("Ask whoever gave this code to vouch for you here, or ask whoever runs this registry."),
}  # fmt: skip
"""Scheme → what a person can do next to prove that it is theirs."""

MEANS: Final[Mapping[str, LazyString]] = {
    "host-file": _l("Put a text file with this line at %(place)s"),
    "prefix-file": _l("Put a text file with this line at %(place)s"),
    "dns": _l("Add a TXT record with this line for %(place)s"),
    "page": _l("Write this line into the page %(place)s"),
    "profile": _l("Write this line into your profile, which shows at %(place)s"),
}


def next_step(identifier: str) -> str:
    """What proves an identifier (canonical), in one sentence."""
    scheme = "url" if identifier.startswith("https://") else identifier.partition(":")[0]
    return str(STEPS.get("sha256" if scheme in ("sha512", "blake3") else scheme, STEPS[""]))


def place_to_prove(uow: UnitOfWork, location: Location, claim: HeldClaim) -> dict[str, Any]:
    """A site or profile, every way to prove this claim on it, and how its proof stands."""
    challenge = challenge_on(the_registry().place, location, claim)
    proof = uow.proofs.of(claim.id)
    looked_at = None if proof is None else proof.tried_at
    return {
        "url": location.url,
        "claim": claim.id,
        "whole_host": challenge.location.whole_host,
        "ways": [
            {
                "means": way.means.value,
                "place": way.place,
                "line": way.line,
                "by_host": way.by_host,
            }
            for way in challenge.ways
        ],
        "state": "" if proof is None else proof.state.value,
        "failing": proof is not None and proof.failures > 0,
        "looked_at": None if looked_at is None else rfc3339(looked_at),
        "seen": [
            {"place": each.place, "proved": each.proved, "words": each.words}
            for each in (() if proof is None else proof.seen)
        ],
    }
