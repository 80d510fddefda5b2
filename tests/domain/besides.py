"""What may happen to a work of `r1` so that it is no plain case any more: acts on a log by hand."""

from registry.domain.events import ClaimObjected, DisputeOpened
from registry.domain.vocabulary import LinkKind
from tests.domain.asking import SONG
from tests.model.histories import Log, of_work


def links(log: Log, work: str) -> None:
    log.link("r1", work, LinkKind.EMBODIES, log.work("r2", SONG))


def dispute(log: Log, work: str) -> None:
    log.add(DisputeOpened("q", f"{work}c", of_work(work), "r1", ""))


def objection(log: Log, work: str) -> None:
    mine = log.claim("r2", of_work(work))
    log.add(ClaimObjected(f"{work}c", of_work(work), mine, "r2"))
