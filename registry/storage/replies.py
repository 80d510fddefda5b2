"""Replies kept under their Idempotency-Key, so that a retry gets the same bytes."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, tuple_

from registry.errors import IdempotencyConflict
from registry.storage.tables import idempotency


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
        row = self._connection.execute(
            select(idempotency).where(idempotency.c.owner == owner, idempotency.c.key == key)
        ).one_or_none()
        if row is None:
            return None
        if row.request_digest != request_digest:
            raise IdempotencyConflict(
                "this Idempotency-Key was used for another request; use a fresh key for a new one",
                field="Idempotency-Key",
            )
        return Reply(row.status, row.body)

    def keep(self, owner: str, key: str, request_digest: bytes, reply: Reply, at: int) -> None:
        self._connection.execute(
            insert(idempotency),
            {
                "owner": owner,
                "key": key,
                "request_digest": request_digest,
                "status": reply.status,
                "body": reply.body,
                "created_at": at,
            },
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
