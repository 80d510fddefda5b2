"""A process that declares on its own, for tests of several writers on one log."""

from pathlib import Path

from registry.bootstrap import open_registry
from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.services.declare import declare
from registry.tlog.checkpoint import Checkpoint
from tests.registries import STEWARD, settings_for


def declare_many(folder: str, url: str, rightsholder: str, work: str, count: int) -> list[int]:
    """The log index of each record, with a receipt whose checkpoint covers it."""
    registry = open_registry(settings_for(Path(folder), url))
    places = []
    for _ in range(count):
        with registry.writing() as ledger:
            wish = Wish(preset="no-ai")
            made = declare(ledger, rightsholder, Subject("work", work), wish, STEWARD)
            given = ledger.receipt(made.record.seq)
        assert Checkpoint.parse(given.checkpoint.partition("\n\n")[0] + "\n").size > given.index
        places.append(given.index)
    registry.close()
    return places


def prepare_one(folder: str, url: str) -> int:
    """The size of the log that this process found or made."""
    registry = open_registry(settings_for(Path(folder), url))
    registry.prepare()
    with registry.reading() as uow:
        head = uow.log.head()
    registry.close()
    return 0 if head is None else head.head.size
