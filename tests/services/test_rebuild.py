"""Rebuilding gives, from the events alone, exactly the projection that was kept in step."""

from sqlalchemy import delete, select, update

from registry.services.rebuild import rebuild_projection, renew_projection
from registry.storage.projection import VERSION, version_of
from registry.storage.tables import PROJECTION, dossiers, projection_version
from tests.registries import Desk
from tests.service_histories import lived_in


def rows(desk: Desk) -> dict[str, set[tuple[object, ...]]]:
    with desk.registry.reading() as uow:
        return {
            t.name: {tuple(row) for row in uow.connection.execute(select(t))} for t in PROJECTION
        }


def test_a_rebuilt_projection_is_the_same_row_for_row(desk: Desk) -> None:
    lived_in(desk, 11, 50)
    before = rows(desk)
    assert all(before.values())
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(delete(dossiers))
    seen: list[tuple[int, int]] = []
    with desk.registry.bookkeeping() as uow:
        done = rebuild_projection(uow, lambda *progress: seen.append(progress))
    assert rows(desk) == before
    assert seen[-1] == (done, done)
    assert desk.fsck().wrong is None


def test_a_projection_of_another_form_is_made_anew_at_the_start(desk: Desk) -> None:
    lived_in(desk, 12, 30)
    before = rows(desk)
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(update(dossiers).values(body=b"of another form"))
        uow.connection.execute(update(projection_version).values(version=VERSION - 1))
    desk.registry.prepare()
    assert rows(desk) == before
    with desk.registry.bookkeeping() as uow:
        assert version_of(uow.connection) == VERSION
        assert not renew_projection(uow)
