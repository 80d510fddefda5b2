"""A loosening that waits, as pages show it (docs/answering.md, section 3): the same wherever it stands."""

from typing import Any

from registry.domain.dossiers import Location, Rightsholder, Work
from registry.instants import rfc3339
from registry.services.settle_loosening import Waiting


def shown_waiting(on: Work | Location | Rightsholder, each: Waiting) -> dict[str, Any]:
    """`said`, `uses` or `name`: what it permits, what it takes back, or which name goes."""
    said: dict[str, list[str]] = {}
    uses: list[str] = []
    for held in on.declarations:
        if held.id == each.id:
            for one in held.statements:
                if one.takes_effect_at is not None:
                    said.setdefault(one.preference.value, []).append(one.usage.value)
        for end in held.withdrawals:
            if end.wait.id == each.id:
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
        "catalogue": isinstance(on, Rightsholder),
        "takes_effect_at": rfc3339(each.takes_effect_at),
        "confirmed": each.effect is not None,
    }
