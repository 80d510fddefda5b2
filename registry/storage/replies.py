"""Replies kept under their Idempotency-Key, so that a retry gets the same bytes."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_

from registry.errors import IdempotencyConflict
from registry.storage.prebuilt import Prebuilt
from registry.storage.tables import idempotency

_FIND = Prebuilt(
    select(idempotency.c.request_digest, idempotency.c.status, idempotency.c.body).where(
        idempotency.c.owner == bindparam("of"), idempotency.c.key == bindparam("named")
    )
)
_KEEP = Prebuilt(insert(idempotency))


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes


class Replies:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, owner: str, key: str, request_digest: bytes) -> Reply | None:
        """The reply that was given before.

        Raises: IdempotencyConflict where the key was used for another request.
        """
        for first_digest, status, body in _FIND.rows(self._connection, {"of": owner, "named": key}):
            if first_digest != request_digest:
                raise IdempotencyConflict(
                    "this Idempotency-Key was used for another request; use a fresh key for a new one",
                    field="Idempotency-Key",
                )
            return Reply(status, body)
        return None

    def keep(self, owner: str, key: str, request_digest: bytes, reply: Reply, at: int) -> None:
        _KEEP.run(
            self._connection,
            [
                {
                    "owner": owner,
                    "key": key,
                    "request_digest": request_digest,
                    "status": reply.status,
                    "body": reply.body,
                    "created_at": at,
                }
            ],
        )

    def forget(self, before: int, limit: int) -> int:
        """Deletes replies that were given before this moment, the oldest first. Returns how many."""
        old = (
            select(idempotency.c.owner, idempotency.c.key)
            .where(idempotency.c.created_at < before)
            .order_by(idempotency.c.created_at)
            .limit(limit)
        )
        named = tuple_(idempotency.c.owner, idempotency.c.key)
        return self._connection.execute(delete(idempotency).where(named.in_(old))).rowcount
