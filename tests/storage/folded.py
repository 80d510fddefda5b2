"""A store of the projection alone, into which histories are folded, for tests of what look-ups tell from it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert

from registry.domain.answer import Answer
from registry.domain.event_body import Sequenced
from registry.domain.identifiers import Identifier
from registry.domain.vocabulary import Usage
from registry.storage.engine import open_engine, writing
from registry.storage.glances import tell_at_a_glance
from registry.storage.lookups import Lookups
from registry.storage.projection import VERSION, Projection
from registry.storage.tables import (
    PROJECTION,
    checkpoints,
    log_head,
    metadata,
    projection_version,
)
from tests.domain.asking import GEN

HOUR = 3_600_000


@dataclass
class Store:
    """One store, into which one history after the other is folded, a few events a transaction."""

    engine: Engine
    lookups: Lookups
    built: int = 0

    def fold(self, history: Sequence[Sequenced]) -> None:
        """From nothing on, as `registry rebuild` does: what look-ups keep is of another making from now on."""
        self.built += 1
        with writing(self.engine) as connection:
            for table in (*PROJECTION, checkpoints, projection_version):
                connection.execute(delete(table))
            version = {"one": 1, "version": VERSION, "built": self.built}
            connection.execute(insert(projection_version), version)
            self._add(connection, history)

    def grow(self, history: Sequence[Sequenced]) -> None:
        """What follows on what is there, in a transaction of its own."""
        with writing(self.engine) as connection:
            self._add(connection, history)

    def _add(self, connection: Connection, history: Sequence[Sequenced]) -> None:
        projection = Projection(connection)
        for entry in history:
            projection.apply(entry)
            if entry.seq % 3 == 0:
                projection.flush()
        projection.flush()
        head = {"size": history[-1].seq + 1, "root": os.urandom(32), "at": 0, "note": ""}
        connection.execute(insert(checkpoints), head)
        connection.execute(delete(log_head))
        connection.execute(insert(log_head), {"one": 1, "cards_size": head["size"], **head})

    def tell(
        self, items: Sequence[tuple[Identifier, ...]], at: int, *, usage: Usage = GEN
    ) -> list[Answer | None]:
        with self.lookups.transaction() as transaction:
            return tell_at_a_glance(
                transaction, usage, items, at, max_validity_ms=HOUR, with_evidence=True
            )


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """An empty one in this folder."""
    engine = open_engine(f"sqlite:///{folder / 'store.sqlite'}", durable=False)
    metadata.create_all(engine, tables=[*PROJECTION, checkpoints, log_head, projection_version])
    lookups = Lookups(engine)
    yield Store(engine, lookups)
    lookups.close()
    engine.dispose()
