"""What a platform's own questions were answered: items by day, usage and decision, month by month."""

from dataclasses import dataclass

from registry.instants import rfc3339
from registry.services.list_lookups import Month
from registry.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AskedOn:
    """Items of one day (`2026-11-22`, UTC) and usage that got this decision; `error`: they could not be read."""

    day: str
    usage: str
    decision: str
    count: int


def list_asked(uow: UnitOfWork, platform: str, month: Month) -> list[AskedOn]:
    """A month's, newest day first. Counted within about ten seconds of the answer; nothing of the sandbox is in it."""
    return [
        AskedOn(rfc3339(each.day)[:10], each.usage, each.decision, count)
        for each, count in uow.platform_counts.of(platform, month.since, month.until)
    ]
