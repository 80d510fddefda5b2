"""What look-ups say to the driver: constant texts, few of them (docs/adr/0005).

In a template `{}` stands for what a column is compared with: on SQLite a list of marks, of which there are a
few or one of few other numbers, on PostgreSQL one array.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

MOST_MARKS: Final = 4096
FEW: Final = 8
"""So many keys at most are those of a small question, for which SQLite has a statement ready, and whose rightsholders
come in the same round on PostgreSQL, where a round costs more than a row. (A batch would read the same ones again and
again.)"""

_HEAD = "h.size, h.root, h.at, h.note, h.cards_size, v.built"
HEAD: Final = f"SELECT {_HEAD} FROM log_head h LEFT JOIN projection_version v ON 1 = 1"  # noqa: S608
_SIGNER = (
    f"SELECT k.platform, k.jwk, k.revoked_at, d.body, {_HEAD} FROM platform_keys k "  # noqa: S608
    "LEFT JOIN dossiers d ON d.id = k.platform LEFT JOIN log_head h ON 1 = 1 "
    "LEFT JOIN projection_version v ON 1 = 1 WHERE k.kid = "
)
ROOT_AT: Final = {
    mark: "SELECT root FROM checkpoints WHERE size = " + mark  # noqa: S608
    for mark in ("?", "%s")
}
MOST_CHANGED: Final = 256
CHANGED_SINCE: Final = {
    mark: f"SELECT id, kind FROM dossiers WHERE kind IN ('rightsholder', 'location') AND since >= {mark} "  # noqa: S608
    f"LIMIT {MOST_CHANGED + 1}"
    for mark in ("?", "%s")
}
SIGNER_OF: Final = {mark: _SIGNER + mark for mark in ("?", "%s")}
TEST_KEY: Final = "SELECT platform, jwk, revoked_at FROM test_keys WHERE kid = "
QUERY_KEY: Final = "SELECT platform, revoked_at FROM query_keys WHERE digest = "
NOW: Final = "SELECT d.body FROM dossiers d WHERE d.id {}"
THEN: Final = (
    "SELECT d.body FROM dossiers d WHERE d.since < {n} AND d.id {} "
    "UNION ALL SELECT h.body FROM dossier_history h "
    "WHERE h.since < {n} AND h.until >= {n} AND h.id {}"
)
THEN_ON_POSTGRESQL: Final = THEN.replace("{n}", "%s").replace("{}", "= ANY(%s)")
KEYS: Final = "SELECT k.key, k.id, k.kind FROM subject_keys k WHERE k.key {}"
CARDS: Final = "SELECT c.prefix, c.key, c.id, c.card FROM cards c WHERE c.prefix {}"
ABOVE: Final = "SELECT a.key, NULL, NULL, NULL, NULL FROM above_locations a WHERE a.key {}"
VERSIONS: Final = (
    "SELECT d.id, d.since FROM dossiers d WHERE d.id {} "
    "UNION ALL SELECT h.id, h.since FROM dossier_history h WHERE h.id {}"
)


class Round(NamedTuple):
    """The parts of one round of reading: (key, id, kind, dossier, the dossier of the first rightsholder whom that
    names) of works by their keys, of locations by theirs, and (no key) of anything by its id."""

    works: str
    places: str
    dossiers: str


_HOLDER = b'"rightsholder":"'
_FIRST_HOLDER = (
    f"encode(substring(d.body from position('\\x{_HOLDER.hex()}'::bytea in d.body) + {len(_HOLDER)} for 36),"
    " 'escape')"
)
"""On PostgreSQL: the id of the first rightsholder that a dossier names. Whom else it names, or whom this does not find,
the next round reads."""


def _round(postgresql: bool, with_holders: bool) -> Round:
    """The index of locations is small, so its pages are at hand where those of all keys are not. SQLite would not
    choose it by itself."""
    body = "NULL"
    joined = "LEFT JOIN dossiers d ON d.id = k.id"
    if with_holders:
        body = "r.body"
        joined += f" LEFT JOIN dossiers r ON r.id = {_FIRST_HOLDER}"
    small = "" if postgresql else "INDEXED BY ix_subject_keys_locations"
    return Round(
        f"SELECT k.key, k.id, k.kind, d.body, {body} FROM subject_keys k {joined} WHERE k.key {{}}",  # noqa: S608
        f"SELECT k.key, k.id, k.kind, d.body, {body} FROM subject_keys k {small} {joined} "  # noqa: S608
        "WHERE k.kind = 'location' AND k.key {}",
        "SELECT NULL, d.id, d.kind, d.body, NULL FROM dossiers d WHERE d.id {}",
    )


ON_SQLITE: Final = _round(False, False)
ON_POSTGRESQL: Final = {with_holders: _round(True, with_holders) for with_holders in (False, True)}
"""By "with rightsholders?"."""


SMALL_ROUNDS: Final = {
    (works, places): " UNION ALL ".join(
        template.replace("{}", f"IN ({','.join('?' * width)})")
        for template, width in zip(ON_SQLITE, (works, places), strict=False)
        if width
    )
    for works in range(FEW + 1)
    for places in range(FEW + 1 - works)
}
"""On SQLite: by how many keys of works and how many of locations."""


def padded(values: Sequence[Any]) -> list[Any]:
    """As many as are few, or of few other numbers, so that few texts are ever prepared: the last one again and
    again."""
    count = len(values)
    if count <= FEW:
        return list(values)
    width = 4 * FEW
    while width < count:
        width *= 4
    return [*values, *[values[-1]] * (width - count)]


@cache
def with_arrays(templates: tuple[str, ...]) -> str:
    """These parts as one statement, on PostgreSQL."""
    return " UNION ALL ".join(templates).replace("{}", "= ANY(%s)")


@cache
def with_marks(templates: tuple[str, ...], widths: tuple[int, ...]) -> str:
    """These parts as one statement, on SQLite; each is given so many values."""
    return " UNION ALL ".join(
        template.replace("{}", f"IN ({','.join('?' * width)})")
        for template, width in zip(templates, widths, strict=True)
    )
