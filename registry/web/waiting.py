"""A loosening that waits, as pages show it (docs/answering.md, section 3): the same wherever it stands."""

from typing import Any

from registry.domain.dossiers import Location, Rightsholder, Work
from registry.instants import rfc3339
from registry.services.find import the_platform
from registry.services.settle_loosening import Waiting
from registry.storage.unit_of_work import UnitOfWork


def shown_waiting(
    uow: UnitOfWork, on: Work | Location | Rightsholder, each: Waiting
) -> dict[str, Any]:
    """`said`, `uses` or `name`: what it permits, what it takes back, or which name goes. `platform`: for whom alone."""
    said: dict[str, list[str]] = {}
    uses: list[str] = []
    grantee: str | None = None
    for held in on.declarations:
        if held.id == each.id:
            grantee = held.grantee
            for one in held.statements:
                if one.takes_effect_at is not None:
                    said.setdefault(one.preference.value, []).append(one.usage.value)
        for end in held.withdrawals:
            if end.wait.id == each.id:
                grantee = held.grantee
                uses = [usage.value for usage, at in end.ends.items() if at is not None]
    identifiers = on.identifiers if isinstance(on, Work) else ()
    name = next(
        (i.text for i in identifiers if any(r.wait.id == each.id for r in i.removals)), None
    )
    return {
        "id": each.id,
        "what": each.what,
        "said": said,
        "uses": uses,
        "name": name,
        "platform": None if grantee is None else the_platform(uow, grantee).name,
        "catalogue": isinstance(on, Rightsholder),
        "takes_effect_at": rfc3339(each.takes_effect_at),
        "confirmed": each.effect is not None,
    }
