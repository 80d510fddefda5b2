"""Rows are compared many at a time, and of several things that are wrong the first in the log is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from registry.client.exports.verify import Report
from tests.exported import Rewriter, exported, rebag, verified
from tests.registries import Desk, open_desk

WORKS = 40
ROWS = 4 * WORKS
"""More than are compared at once."""
USES = ("search", "ai_input", "generative_training", "ai_index")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("history")
    made = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    for number in range(WORKS):
        work, _ = made.work(f"isrc:GBAYE06{number:05d}", title=f'=Nr. {number}, "live"')
        made.declare(work, **dict.fromkeys(USES, "deny"))
    exported(made, folder / "export")
    yield made
    made.registry.close()


def change(export: Path, name: str, line: int, old: str, new: str) -> None:
    path = export / name
    lines = path.read_bytes().split(b"\n")
    assert old.encode() in lines[line]
    lines[line] = lines[line].replace(old.encode(), new.encode(), 1)
    path.write_bytes(b"\n".join(lines))


def judged(desk: Desk, export: Path) -> Report:
    rebag(export)
    return verified(desk, export)


def test_all_rows_are_held_against_their_records(desk: Desk, copy: Path) -> None:
    found = judged(desk, copy)
    assert (found.holds, found.records, found.rows) == (True, WORKS, ROWS), found


@pytest.mark.parametrize("row", [1, 2, 63, 64, 65, 100, ROWS])
def test_the_row_that_was_changed_is_named(desk: Desk, copy: Path, row: int) -> None:
    before = (copy / "data/records.csv").read_bytes()
    change(copy, "data/records.csv", row, '"deny"', '"allow"')
    found = judged(desk, copy)
    assert (found.code, found.where) == ("rows", f"data/records.csv row {row}")
    (copy / "data/records.csv").write_bytes(before)
    change(copy, "data/records.jsonl", row - 1, '"deny"', '"allow"')
    found = judged(desk, copy)
    assert (found.code, found.where) == ("rows", f"data/records.jsonl row {row}")


def test_of_two_tables_the_earlier_row_is_named(desk: Desk, copy: Path) -> None:
    change(copy, "data/records.jsonl", 29, '"deny"', '"allow"')
    change(copy, "data/records.csv", 7, '"deny"', '"allow"')
    assert judged(desk, copy).where == "data/records.csv row 7"
    change(copy, "data/records.jsonl", 6, '"deny"', '"allow"')
    assert judged(desk, copy).where == "data/records.jsonl row 7"


def test_a_row_left_out_or_put_in_is_named(desk: Desk, copy: Path) -> None:
    path = copy / "data/records.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:70], *lines[71:]]))
    assert judged(desk, copy).where == "data/records.jsonl row 71"
    path.write_bytes(b"".join([*lines, lines[-1]]))
    assert judged(desk, copy).where == f"data/records.jsonl row {ROWS + 1}"


def test_a_row_of_an_earlier_record_comes_before_a_later_event(desk: Desk, copy: Path) -> None:
    events = [
        json.loads(each) for each in (copy / "data/log/events.jsonl").read_bytes().splitlines()
    ]
    records = [each["index"] for each in events if each["type"] == "declaration.issued"]
    change(copy, "data/log/events.jsonl", records[5], '"body":"', '"body":"x')
    found = judged(desk, copy)
    assert (found.code, found.where, found.records) == ("event", f"event {records[5]}", 5)
    change(copy, "data/records.jsonl", 4 * 5, '"deny"', '"allow"')  # of the same record
    assert judged(desk, copy).where == f"event {records[5]}"
    change(copy, "data/records.jsonl", 4 * 5 - 1, '"deny"', '"allow"')  # of the one before
    assert judged(desk, copy).where == "data/records.jsonl row 20"


def forged(desk: Desk, export: Path, target: Path, *records: int) -> Path:
    """The export with another's signature on these records, in a log that has them so."""
    draft = Rewriter.of(desk, export)
    signed = [each for each in draft.events if each["type"] == "declaration.issued"]
    for number in records:
        other = signed[number - 1]["body"].rpartition(".")[2]
        signed[number]["body"] = f"{signed[number]['body'].rpartition('.')[0]}.{other}"
    draft.hash_anew()
    draft.sign_head()
    return draft.write(target)


@pytest.mark.parametrize("record", [1, 31, 32, 33, WORKS - 1])
def test_the_first_record_whose_signature_does_not_hold_is_named(
    desk: Desk, copy: Path, tmp_path: Path, record: int
) -> None:
    export = forged(desk, copy, tmp_path / "forged", record, WORKS - 1)
    found = judged(desk, export)
    assert (found.code, "does not hold" in str(found.wrong)) == ("record", True)
    lines = (export / "data/records.jsonl").read_bytes().splitlines()
    row = json.loads(lines[4 * record])
    assert found.where == f"record {row['record']} (event {row['index']})"
    change(export, "data/records.jsonl", 4 * record, '"deny"', '"allow"')  # of the same record
    assert judged(desk, export).where == found.where
    change(export, "data/records.jsonl", 4 * record - 1, '"deny"', '"allow"')  # the one before
    assert judged(desk, export).where == f"data/records.jsonl row {4 * record}"
