"""A follower of the real services' log, on both kinds of database, ends with what a fresh look shows."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, select

from registry.api.present_changes import present_changes
from registry.client.follow import Mirror
from registry.domain.dossiers import decode_dossier
from registry.domain.outlook import outlook
from registry.errors import Conflict, LogRefuses
from registry.services import list_changes as service
from registry.services.list_changes import Changes, list_changes
from registry.signing.content_digest import content_digest
from registry.storage.tables import dossiers, log_head
from tests.registries import DAY, Desk
from tests.service_histories import lived_in


def read(desk: Desk, first: int, limit: int = 1_000) -> Changes:
    with desk.registry.reading() as uow:
        return list_changes(uow, first, limit, desk.clock())


def follow(desk: Desk, mirror: Mirror, limit: int) -> None:
    """Reads to the end of the log, a few entries at a time."""
    more = True
    while more:
        first = 0 if mirror.cursor is None else mirror.cursor + 1
        members = present_changes(read(desk, first, limit), desk.registry.place)
        page: dict[str, Any] = json.loads(json.dumps(members))
        mirror.apply(page)
        more = page["more"]


def standing(desk: Desk) -> dict[str, dict[str, Any]]:
    """What holds now of every dossier in the store, read past the feed."""
    now = desk.clock()
    with desk.registry.reading() as uow:
        bodies = uow.connection.execute(select(dossiers.c.body)).scalars().all()
        head = uow.log.head()
    assert head is not None
    views = tuple(outlook(decode_dossier(body), max(now, head.head.at)) for body in bodies)
    mirror = Mirror()
    found = Changes(head, now, (), views, 0)
    mirror.apply(json.loads(json.dumps(present_changes(found, desk.registry.place))))
    return mirror.subjects(now)


@pytest.mark.parametrize("seed", [31, 32])
def test_a_follower_that_starts_empty_ends_with_the_registrys_state(desk: Desk, seed: int) -> None:
    life, mirror = lived_in(desk, seed, 25), Mirror()
    follow(desk, mirror, 7)
    assert mirror.subjects(desk.clock()) == standing(desk)
    life.live(25)
    follow(desk, mirror, 1_000)
    kinds = {each["kind"] for each in standing(desk).values()}
    assert kinds == {"work", "location", "rightsholder", "platform"}
    for _ in range(5):  # nothing more is said: what waits takes effect by time alone
        desk.clock.forward(3 * DAY)
        assert mirror.subjects(desk.clock()) == standing(desk)
    read(desk, mirror.cursor + 1 if mirror.cursor is not None else 0)


def test_each_change_is_its_entry_of_the_log(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    made = desk.declare(work, generative_training="deny")
    found = read(desk, 0)
    with desk.registry.reading() as uow:
        stored = list(uow.log.events())
    assert [each.index for each in found.changes] == list(range(len(stored)))
    assert found.following == len(stored) == found.head.head.size
    last = found.changes[-1]
    assert (last.entry.type, last.touched) == ("declaration.issued", (work,))
    (said,) = next(view for view in found.outlooks if view.id == work).spans[0].says
    assert said.digest == content_digest(made.record.jws.encode())


def test_a_page_of_much_ends_before_its_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lived_in(desk, 33, 10)
    monkeypatch.setattr(service, "MOST_PARTS", 5)
    found = read(desk, 0)
    assert found.more
    assert 0 < len(found.changes) < found.head.head.size
    mirror = Mirror()
    follow(desk, mirror, 1_000)
    assert mirror.subjects(desk.clock()) == standing(desk)


def test_whoever_has_read_more_than_there_is_is_told_so(desk: Desk) -> None:
    size = read(desk, 0).following
    assert read(desk, size).changes == ()
    with pytest.raises(Conflict, match="ask its operator") as refused:
        read(desk, size + 1)
    assert refused.value.code == "beyond-the-log"


def test_a_log_without_a_checkpoint_is_not_taken_for_an_empty_one(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(delete(log_head))
    with desk.registry.reading() as uow, pytest.raises(LogRefuses):
        list_changes(uow, 0, 1, 0)
