"""The projection: one version a transaction, the ones before kept, ids found where they belong."""

import pytest
from sqlalchemy import select

from registry.domain.dossiers import decode_dossier
from registry.storage.tables import dossier_history, dossiers
from tests.registries import Desk

ISRC = "isrc:GBAYE0601498"


def test_each_transaction_leaves_one_version_that_ends_where_the_next_begins(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    for _ in range(3):
        desk.declare(work, generative_training="deny")
    with desk.registry.reading() as uow:
        past = uow.connection.execute(
            select(dossier_history)
            .where(dossier_history.c.id == work)
            .order_by(dossier_history.c.since)
        ).all()
        now = uow.connection.execute(select(dossiers).where(dossiers.c.id == work)).one()
    begins = [row.since for row in past] + [now.since]
    assert [row.until for row in past] == begins[1:]
    declared = [len(decode_dossier(row.body).declarations) for row in [*past, now]]  # type: ignore[union-attr]
    assert declared == [0, 1, 2, 3]


def test_several_acts_of_one_transaction_leave_one_version(desk: Desk) -> None:
    from registry.services.attest_claim import attest_claim
    from tests.registries import STEWARD

    work, claim = desk.work(ISRC)
    with desk.registry.writing() as ledger:
        for _ in range(3):
            attest_claim(ledger, claim, STEWARD, "seen", identifier=ISRC)
    with desk.registry.reading() as uow:
        past = uow.connection.execute(
            select(dossier_history).where(dossier_history.c.id == work)
        ).all()
        assert len(past) == 1
        assert len(uow.projection.dossier("work", work).claims[0].grants) == 3  # type: ignore[union-attr]


def test_an_id_is_found_where_it_belongs_and_a_dossier_only_as_what_it_is(desk: Desk) -> None:
    work, claim = desk.work(ISRC)
    with desk.registry.reading() as uow:
        found = uow.projection.find(claim)
        assert found is not None
        assert (found.kind, found.id) == ("work", work)
        assert uow.projection.find("nothing") is None
        for kind in ("location", "rightsholder", "platform"):
            with pytest.raises(LookupError):
                uow.projection.dossier(kind, work)  # type: ignore[arg-type]


def test_what_a_rightsholder_claims_is_listed_page_by_page(desk: Desk) -> None:
    works = sorted(desk.work(f"isrc:GBAYE06014{n:02d}")[0] for n in range(7))
    holder = desk.rightsholder()
    with desk.registry.reading() as uow:
        first = uow.projection.held_by(holder, limit=4)
        rest = uow.projection.held_by(holder, after=first[-1].id)
        assert [each.id for each in (*first, *rest)] == works
        assert uow.projection.held_by("nobody") == []


def test_many_dossiers_are_loaded_at_once(desk: Desk) -> None:
    from registry.services.open_account import register_rightsholder
    from tests.registries import STEWARD

    with desk.registry.writing() as ledger:
        ids = [register_rightsholder(ledger, f"R{n}", STEWARD) for n in range(1100)]
    with desk.registry.reading() as uow:
        uow.projection.load([*ids, *ids, "nothing"])
        names = {uow.projection.dossier("rightsholder", id).name for id in ids}  # type: ignore[union-attr]
    assert len(names) == 1100


def test_the_versions_of_a_dossier_are_named_newest_first(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0600001")
    for _ in range(3):
        desk.declare(work, search="deny")
    with desk.registry.reading() as uow:
        newest = uow.log.head().head.size - 1  # type: ignore[union-attr]
        assert uow.projection.versions(work, 10) == [newest - each for each in range(4)]
        assert uow.projection.versions(work, 2) == [newest, newest - 1]
        assert uow.projection.versions("nothing", 2) == []
