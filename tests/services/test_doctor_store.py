"""The store's engine, schema, log and jobs, sound and broken, on both databases."""

from pathlib import Path

from sqlalchemy import text

from registry.services.doctor_store import (
    STUCK_MS,
    look_at_engine,
    look_at_jobs,
    look_at_log,
    look_at_schema,
)
from registry.services.finding import Finding, Grade
from registry.storage.engine import open_engine, writing
from registry.storage.head_file import Head
from registry.storage.migrate import upgrade
from tests.registries import Desk

GOOD, WARNING, WRONG = Grade.GOOD, Grade.WARNING, Grade.WRONG


def log_of(desk: Desk, released: Head | None, now: int | None = None) -> dict[str, Finding]:
    registry = desk.registry
    with registry.reading() as uow:
        found = look_at_log(
            uow, registry.signers(), registry.place, released, now or desk.clock() + 1000
        )
        return {each.about: each for each in found}


def head_of(desk: Desk) -> Head:
    with desk.registry.reading() as uow:
        signed = uow.log.head()
    assert signed is not None
    return signed.head


def test_a_sound_store_is_good_throughout(desk: Desk) -> None:
    engine = desk.registry.engine
    found = [*look_at_engine(engine), *look_at_schema(engine)]
    found += log_of(desk, head_of(desk)).values()
    by_about = {each.about: each.grade for each in found}
    # the tests' own PostgreSQL may run without fsync, and then the doctor is right
    assert {about for about, grade in by_about.items() if grade is not GOOD} <= {"durability"}
    assert set(by_about) >= {"store", "durability", "schema", "projection", "log", "checkpoint"}


def test_a_server_that_does_not_wait_for_the_disk_is_wrong(desk: Desk) -> None:
    engine = desk.registry.engine
    if engine.dialect.name == "sqlite":
        engine = open_engine(str(engine.url), durable=False)
    else:
        engine = open_engine(
            engine.url.update_query_dict({"options": "-c synchronous_commit=off"}).render_as_string(
                hide_password=False
            )
        )
    (found,) = [each for each in look_at_engine(engine) if each.about == "durability"]
    assert found.grade is WRONG
    assert "off" in found.said or "synchronous=0" in found.said
    engine.dispose()


def test_sqlite_on_a_network_disk_is_wrong(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/b {tmp_path.resolve()} nfs4 rw 0 0\n")
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")
    found = list(look_at_engine(engine, mounts))
    assert [each.said for each in found if each.grade is WRONG] == [
        "the file is on a network disk (nfs4), where SQLite's locks do not hold"
    ]
    engine.dispose()


def test_pending_and_unknown_migrations_and_an_old_projection_are_wrong(database_url: str) -> None:
    engine = open_engine(database_url)
    with writing(engine) as connection:
        upgrade(connection, "0001")
    (found,) = look_at_schema(engine)
    assert (found.grade, found.advice) == (WRONG, "back up, then run: registry migrate")
    with writing(engine) as connection:
        upgrade(connection)
    form = [each.grade for each in look_at_schema(engine) if each.about == "projection"]
    assert form == [WRONG]
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    (found,) = look_at_schema(engine)
    assert "9999, which this version does not know" in found.said
    engine.dispose()


def test_a_store_behind_its_head_file_is_wrong_and_one_ahead_is_worth_a_look(desk: Desk) -> None:
    before = head_of(desk)
    desk.rightsholder()
    head = head_of(desk)
    assert log_of(desk, before)["head file"].grade is WARNING
    assert log_of(desk, None)["head file"].grade is WARNING
    assert log_of(desk, Head(head.size + 1, head.root, head.at))["head file"].grade is WRONG
    assert log_of(desk, Head(head.size, b"\x01" * 32, head.at))["head file"].grade is WRONG


def test_a_changed_tile_is_found_under_the_newest_checkpoint(desk: Desk) -> None:
    with writing(desk.registry.engine) as connection:
        connection.execute(
            text("UPDATE log_tiles SET hashes = :zero WHERE level = 0"),
            {"zero": bytes(32 * head_of(desk).size)},
        )
    assert log_of(desk, None)["checkpoint"].grade is WRONG


def test_a_clock_behind_the_log_is_said_and_far_behind_is_wrong(desk: Desk) -> None:
    at = head_of(desk).at
    grades = [log_of(desk, None, now)["clock"].grade for now in (at, at - 1, at - 60_001)]
    assert grades == [GOOD, WARNING, WRONG]


def test_a_log_that_has_not_begun_is_wrong(desk: Desk) -> None:
    with writing(desk.registry.engine) as connection:
        connection.execute(text("DELETE FROM log_head"))
    assert log_of(desk, None)["log"].grade is WRONG


def test_jobs_that_nobody_runs_are_said(desk: Desk) -> None:
    now = desk.clock()
    with desk.registry.bookkeeping() as uow:
        uow.jobs.add("status-lists", "", now)
    with desk.registry.reading() as uow:
        (soon,) = look_at_jobs(uow, now + 1)
        (late,) = look_at_jobs(uow, now + STUCK_MS + 1)
    assert (soon.grade, late.grade) == (GOOD, WARNING)
    assert "the oldest since 0 days and 1 hours" in late.said


def test_a_job_that_failed_for_good_is_said(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.jobs.add("status-lists", "", 1)
        job = uow.jobs.take(uow.jobs.due(2, ["status-lists"], 1)[0], 2, 3)
        assert job is not None
        uow.jobs.fail(job, 3, "it went wrong")
    with desk.registry.reading() as uow:
        assert [each.grade for each in look_at_jobs(uow, 4)] == [GOOD, WARNING]
