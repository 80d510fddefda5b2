"""The whole examination: everything is looked at, and what is away hides nothing else."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from registry.bootstrap import place_named
from registry.services.doctor import Patient, examine
from registry.services.finding import Grade
from registry.storage.engine import open_engine
from registry.storage.nonces import open_nonces
from tests.registries import Desk


def patient(desk: Desk) -> Patient:
    registry = desk.registry
    return Patient(
        settings=registry.settings,
        engine=registry.engine,
        nonces=registry.nonces,
        head_file=registry.head_file,
        key_files=registry.key_files,
        place_of=partial(place_named, registry.settings),
        now=desk.clock() + 1000,
    )


def test_a_sound_registry_has_nothing_wrong_but_what_the_machine_has(desk: Desk) -> None:
    found = examine(patient(desk))
    assert {each.about for each in found if each.grade is Grade.WRONG} <= {"durability"}
    assert {each.about for each in found} >= {
        "address",
        "disk of the data",
        "disk of the head file",
        "disk of the keys",
        "NTP",
        "store",
        "schema",
        "projection",
        "key records",
        "key answers",
        "key log",
        "key tokens",
        "log",
        "checkpoint",
        "head file",
        "clock",
        "jobs",
        "nonces",
    }


def test_settings_that_name_another_address_than_the_log_are_said(desk: Desk) -> None:
    whole = patient(desk)
    elsewhere = replace(
        whole.settings, public_url="http://127.0.0.1:8999", public_url_is_given=False
    )
    found = examine(replace(whole, settings=elsewhere, place_of=partial(place_named, elsewhere)))
    (said,) = [e for e in found if e.about == "address" and e.grade is Grade.WARNING]
    assert "http://127.0.0.1:8999" in said.said
    assert "REGISTRY_PUBLIC_URL" in (said.advice or "")
    assert "the log is named" not in " ".join(e.said for e in examine(whole))


def test_a_database_that_is_away_is_said_with_what_to_do_and_the_rest_is_still_looked_at(
    desk: Desk,
) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    away = open_engine(url)
    found = examine(replace(patient(desk), engine=away, nonces=open_nonces(url)))
    away.dispose()
    wrong = {each.about: each for each in found if each.grade is Grade.WRONG}
    assert set(wrong) == {"store", "nonces"}
    assert "see that the database runs" in (wrong["store"].advice or "")
    assert "disk of the head file" in {each.about for each in found}


def test_another_registrys_settings_are_found(desk: Desk) -> None:
    other = replace(desk.registry.settings, public_url="https://other.example")
    found = examine(replace(patient(desk), settings=other, place_of=partial(place_named, other)))
    assert any("this log is named registry.example/log" in each.said for each in found)


def test_nothing_is_made_by_looking(desk: Desk, tmp_path: Path) -> None:
    size = desk.fsck().events
    desk.registry.nonces.born_at()  # SQLite keeps files beside a store that is open
    before = sorted(tmp_path.rglob("*"))
    examine(patient(desk))
    assert sorted(tmp_path.rglob("*")) == before
    assert desk.fsck().events == size
