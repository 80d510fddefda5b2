"""The clock's keeper, disks, key files, the address: each thing that can be wrong is said, with what to do."""

from pathlib import Path

import pytest

from registry.instants import DAY_MS
from registry.services.doctor_machine import (
    FULL_BYTES,
    NEARLY_FULL_BYTES,
    clock_is_synchronised,
    look_at_address,
    look_at_clock,
    look_at_disks,
    look_at_examples,
    look_at_keys,
    look_at_second_place,
)
from registry.services.finding import Grade
from registry.services.keep_keys import rotate_key
from registry.services.signers import KeyFiles, Signers, open_signers
from registry.signing.keys import KeyPurpose
from tests.registries import STEWARD, Desk

GOOD, WARNING, WRONG = Grade.GOOD, Grade.WARNING, Grade.WRONG


def test_the_kernel_is_asked_and_answers_or_says_that_it_cannot_tell() -> None:
    assert clock_is_synchronised() in (True, False, None)


@pytest.mark.parametrize(
    ("kept", "grade", "words"),
    [
        (True, GOOD, "is synchronised"),
        (False, WARNING, "nothing keeps its clock right"),
        (None, WARNING, "does not tell"),
    ],
)
def test_the_clocks_keeper(kept: bool | None, grade: Grade, words: str) -> None:
    (found,) = look_at_clock(lambda: kept)
    assert found.grade is grade
    assert words in found.said


@pytest.mark.parametrize(
    ("free", "grade"),
    [(NEARLY_FULL_BYTES, GOOD), (NEARLY_FULL_BYTES - 1, WARNING), (FULL_BYTES - 1, WRONG)],
)
def test_room_on_a_disk(tmp_path: Path, free: int, grade: Grade) -> None:
    (found,) = look_at_disks({"disk": tmp_path / "file"}, lambda path: free)
    assert found.grade is grade


def test_a_folder_that_is_not_there_is_wrong(tmp_path: Path) -> None:
    (found,) = look_at_disks({"disk of the head file": tmp_path / "gone" / "log-head"})
    assert (found.about, found.grade) == ("disk of the head file", WRONG)


def test_real_room_is_read(tmp_path: Path) -> None:
    (found,) = look_at_disks({"disk": tmp_path})
    assert "GB free at" in found.said


@pytest.mark.parametrize(
    ("url", "given", "host", "grade"),
    [
        ("http://127.0.0.1:8000", False, "127.0.0.1", GOOD),
        ("http://[::1]:8000", True, "::1", GOOD),
        ("http://localhost:8000", True, "127.0.0.1", GOOD),
        ("http://127.0.0.1:8000", True, "0.0.0.0", WRONG),
        ("https://consent.example", True, "0.0.0.0", GOOD),
        ("https://consent.example/registry", True, "127.0.0.1", WARNING),
        ("http://consent.example", True, "127.0.0.1", WRONG),
        ("http://0.0.0.0:8000", False, "0.0.0.0", WRONG),
    ],
)
def test_the_address(url: str, given: bool, host: str, grade: Grade) -> None:
    (found,) = look_at_address(url, given=given, host=host, proxies_are_named=True)
    assert found.grade is grade
    assert (found.advice is None) == (grade is GOOD)


def test_https_means_a_proxy_and_one_that_is_not_named_is_said() -> None:
    def grades_of(url: str, named: bool) -> dict[str, Grade]:
        found = look_at_address(url, given=True, host="127.0.0.1", proxies_are_named=named)
        return {each.about: each.grade for each in found}

    assert grades_of("https://consent.example", False) == {"address": GOOD, "proxy": WARNING}
    assert grades_of("https://consent.example", True) == {"address": GOOD}
    assert grades_of("http://127.0.0.1:8000", False) == {"address": GOOD}


def test_a_head_file_on_the_disk_of_the_store_is_worth_a_look(tmp_path: Path) -> None:
    store, head, elsewhere = (
        tmp_path / "store",
        tmp_path / "head",
        Path("/dev/shm/log-head-of-a-test"),
    )
    assert list(look_at_second_place(store, head)) == []  # nothing there yet
    for path in (store, head):
        path.touch()
    (found,) = look_at_second_place(store, head)
    assert found.grade is WARNING
    if tmp_path.stat().st_dev == Path("/dev/shm").stat().st_dev:
        pytest.skip("this machine has one disk only")
    elsewhere.touch()
    try:
        (found,) = look_at_second_place(store, elsewhere)
    finally:
        elsewhere.unlink()
    assert found.grade is GOOD


def signers_of(desk: Desk, now: int) -> Signers:
    with desk.registry.reading() as uow:
        return open_signers(uow.keys.all(), desk.registry.key_files, now)


def grades(desk: Desk, files: KeyFiles, now: int, *, public: bool = False) -> dict[str, Grade]:
    found = look_at_keys(signers_of(desk, desk.clock()), files, now, public)
    return {each.about: each.grade for each in found}


def test_keys_that_are_there_and_open_are_good(desk: Desk) -> None:
    assert set(grades(desk, desk.registry.key_files, desk.clock()).values()) == {GOOD}


def test_a_missing_file_another_mode_and_another_passphrase_are_each_named(desk: Desk) -> None:
    files, now = desk.registry.key_files, desk.clock()
    by_purpose = {path.name.split("-")[0]: path for path in files.folder.glob("*.pem")}
    by_purpose["tokens"].unlink()
    by_purpose["log"].chmod(0o644)
    found = grades(desk, files, now)
    assert (found["key tokens"], found["key log"], found["key records"]) == (WRONG, WRONG, GOOD)
    locked = KeyFiles(files.folder, "a passphrase that they were not made with")
    assert grades(desk, locked, now)["key records"] is WRONG
    files.folder.chmod(0o755)
    assert grades(desk, files, now)["keys"] is WARNING


def test_old_keys_are_said_and_plain_files_only_where_others_are_served(desk: Desk) -> None:
    files, now = desk.registry.key_files, desk.clock()
    assert grades(desk, files, now + 401 * DAY_MS)["key log"] is WARNING
    assert grades(desk, files, now, public=True)["keys"] is WARNING


def test_a_key_that_was_rotated_is_judged_by_the_fresh_one(desk: Desk) -> None:
    with desk.registry.writing() as ledger:
        fresh = rotate_key(ledger, desk.registry.key_files, KeyPurpose.LOG, STEWARD)
    signers = signers_of(desk, desk.clock() + 10)
    said = {
        each.about: each.said
        for each in look_at_keys(signers, desk.registry.key_files, desk.clock(), False)
    }
    assert fresh.kid in said["key log"]


def test_what_stands_as_in_the_example_is_said_and_what_was_chosen_is_not() -> None:
    example = "postgresql+psycopg://registry:CHANGE-ME@database/registry"
    found = list(look_at_examples("https://consent.example", example, "CHANGE-ME"))
    assert [each.grade.value for each in found] == ["warning", "wrong", "warning"]
    assert [each.about for each in found] == ["address", "keys", "store"]
    for name in ("https://example.com", "https://registry.example.org"):
        assert [each.about for each in look_at_examples(name, "sqlite:///x", None)] == ["address"]
    chosen = "postgresql+psycopg://registry:chosen@database/registry"
    for name in ("https://consent.music", "https://notexample.com", "http://127.0.0.1:8000"):
        assert list(look_at_examples(name, chosen, "my own")) == []
