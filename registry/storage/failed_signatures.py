"""Requests that named a platform's key and whose signature was refused: for that platform's eyes, for a day.

A request says which key it was signed with, and anybody can say so: what stands here was sent by the platform, or by
somebody who knows its keyid.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from registry.domain.ids import new_id
from registry.storage.platform_tables import failed_signatures

MOST_KEPT: Final = 100
"""Of one platform; older ones make room."""

_F = failed_signatures.c


@dataclass(frozen=True, slots=True)
class FailedSignature:
    """`code` and `words` are the refusal's; `base` is the signature base that was computed here (None: none could be),
    `at` in ms."""

    platform: str
    at: int
    kid: str
    method: str
    code: str
    words: str
    base: str | None


class FailedSignatures:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, found: Sequence[FailedSignature]) -> None:
        """Writes them down, and lets the oldest of each platform go where there are too many."""
        self._connection.execute(
            insert(failed_signatures), [{"id": new_id(each.at), **asdict(each)} for each in found]
        )
        for platform in sorted({each.platform for each in found}):
            kept = (
                select(_F.id)
                .where(_F.platform == platform)
                .order_by(_F.id.desc())
                .limit(1)
                .offset(MOST_KEPT)
            )
            oldest = self._connection.execute(kept).scalar_one_or_none()
            if oldest is not None:
                self._connection.execute(
                    delete(failed_signatures).where(_F.platform == platform, _F.id <= oldest)
                )

    def of(self, platform: str, since: int) -> list[FailedSignature]:
        """A platform's since then (ms), newest first."""
        rows = self._connection.execute(
            select(failed_signatures)
            .where(_F.platform == platform, _F.at >= since)
            .order_by(_F.id.desc())
        )
        return [
            FailedSignature(r.platform, r.at, r.kid, r.method, r.code, r.words, r.base)
            for r in rows
        ]

    def forget(self, before: int) -> int:
        """Deletes what is older. Returns how many."""
        return self._connection.execute(delete(failed_signatures).where(_F.at < before)).rowcount
