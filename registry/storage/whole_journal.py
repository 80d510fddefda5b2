"""The journal read in order by the database's own driver, each act in its one form: the bytes of which its leaf in the
hour's tree is made, and its line in an export (docs/formats.md, "Acts").

For whoever reads many: roots, their check, exports. Pages read `storage.acts`.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from registry.errors import VerificationFailed

CHUNK: Final = 5_000
"""Acts in memory at once."""
_SELECT: Final = (
    "SELECT id, at, actor, authority, act, seq, details, way, session FROM audit_events "
    "WHERE id > {0} AND id < {0} ORDER BY id LIMIT {1}"
)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One act. `seq`: the event of the log that it is, if it is one; `form`: its bytes."""

    id: str
    seq: int | None
    form: bytes


class _Form(msgspec.Struct, gc=False):
    act: str
    actor: str
    at: int
    authority: str
    details: Any
    id: str
    seq: int | None
    session: str | None
    v: int
    way: str | None


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


def read_entries(connection: Connection, last: str, until: str) -> list[Entry]:
    """The acts with last < id < until, in order of id, a chunk at most. An id is longer than what it begins with, so
    `first_id` of a moment is a `last` as well.

    Raises: VerificationFailed for one whose details cannot be read; the driver's own errors.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_SELECT.format(mark, CHUNK), (last, until))
        return [_entry(*row) for row in cursor.fetchall()]
    finally:
        cursor.close()


def _entry(
    id: str,
    at: int,
    actor: str,
    authority: str,
    act: str,
    seq: int | None,
    details: str,
    way: str | None,
    session: str | None,
) -> Entry:
    try:
        told = _decode(details)
    except msgspec.DecodeError as error:
        raise VerificationFailed(f"act {id} has details that cannot be read ({error})") from error
    return Entry(id, seq, _encode(_Form(act, actor, at, authority, told, id, seq, session, 1, way)))
