"""Rows say what the records say, and no cell of them runs in a spreadsheet."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.events import Subject
from registry.services.export_rows import COLUMNS, LISTS, Row, as_csv, cells_of, scheme_of
from tests.conftest import FreshDatabase
from tests.exported import exported, verified
from tests.registries import DAY, Desk, open_desk


def row_with(**members: Any) -> Row:
    empty: dict[str, Any] = dict.fromkeys(COLUMNS, "") | {name: [] for name in LISTS}
    return Row(**(empty | {"conditions": None} | members))


def rows_in(export: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (export / "data/records.jsonl").read_text().splitlines()]


def cells_in(export: Path) -> list[list[str]]:
    with (export / "data/records.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_each_statement_and_each_end_is_a_row(desk: Desk, tmp_path: Path) -> None:
    work, _ = desk.work("isrc:GBAYE0601498", "https://r1.example/x")
    platform = desk.platform()
    made = desk.declare(work, to=platform, generative_training="conditional", search="deny")
    desk.declare(Subject("catalogue", desk.rightsholder()), ai_input="deny")
    place, _ = desk.location("https://r1.example/a/")
    desk.declare(Subject("location", place), ai_input="deny", valid_until=desk.clock() + DAY)
    exported(desk, tmp_path / "export")
    rows = rows_in(tmp_path / "export")
    assert {(r["act"], r["subject_kind"], r["category"], r["decision"]) for r in rows} == {
        ("declared", "work", "search", "deny"),
        ("declared", "work", "generative-training", "conditional"),
        ("declared", "catalogue", "ai-input", "deny"),
        ("declared", "location", "ai-input", "deny"),
    }
    assert [row["record"] for row in rows[:2]] == [made.record.id] * 2
    assert [row["index"] for row in rows] == sorted(row["index"] for row in rows)  # type: ignore[type-var]
    first = next(row for row in rows if row["decision"] == "conditional")
    assert first["identifiers"] == ["isrc:GBAYE0601498", "https://r1.example/x"]
    assert first["schemes"] == ["isrc", "url"]
    assert (first["platform"], first["platform_name"]) == (platform, "P")
    assert first["conditions"] == {"contact": "mailto:r@example.org"}
    assert first["takes_effect_at"] is not None
    assert rows[-1]["title"] == "https://r1.example/a/"
    assert rows[-1]["valid_until"] is not None
    header, *cells = cells_in(tmp_path / "export")
    assert header == list(COLUMNS)
    assert [row[COLUMNS.index("record")] for row in cells] == [row["record"] for row in rows]


def test_no_formula_survives_into_csv(tmp_path: Path, fresh_database: FreshDatabase) -> None:
    desk = open_desk(tmp_path, fresh_database("sqlite"))
    names = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1+1",
        '=HYPERLINK("http://x","y")',
        '"=1',
        "'=1",
        "a",
    ]
    for number, name in enumerate(names):
        desk.declare(desk.work(f"isrc:GBAYE060149{number}", by=name)[0], by=name, search="deny")
    exported(desk, tmp_path / "export")
    _, *rows = cells_in(tmp_path / "export")
    for name, row in zip(names, rows, strict=True):
        assert row[COLUMNS.index("rightsholder_name")] in (name, f"'{name}")
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert verified(desk, tmp_path / "export").holds
    desk.registry.close()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_cell_that_would_run_gets_an_apostrophe(start: str) -> None:
    row = row_with(title=f"{start}1", identifiers=[f"{start}x"])
    assert f'"\'{start}1"' in as_csv([row]).decode()
    assert f'"\'{start}x"' in as_csv([row]).decode()


def test_a_cell_keeps_lines_and_quotes_and_is_one_cell() -> None:
    row = row_with(title='a "b"\r\nc, d', schemes=["x", "y"])
    (read,) = csv.reader(io.StringIO(as_csv([row]).decode(), newline=""))
    assert read[COLUMNS.index("title")] == 'a "b"\r\nc, d'
    assert read[COLUMNS.index("schemes")] == "x y"


CELLS = st.text(alphabet="a=+-@\t\r\n\",'＝ é", max_size=4)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(CELLS, st.lists(CELLS, max_size=2), st.none() | CELLS), max_size=3))
def test_csv_is_as_the_standard_library_writes_it(
    cells: list[tuple[str, list[str], str | None]],
) -> None:
    rows = [
        row_with(record=record, identifiers=identifiers, platform_name=name)
        for record, identifiers, name in cells
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        texts = [" ".join(v) if isinstance(v, list) else v or "" for v in cells_of(row)]
        writer.writerow([f"'{text}" if text[:1] in (*"=+-@\t\r＝",) else text for text in texts])
    assert as_csv(rows).decode() == out.getvalue()


def test_conditions_are_text_in_tables_with_their_members_in_order_of_name() -> None:
    row = row_with(conditions={"price": "1 €", "contact": "a"})
    assert cells_of(row)[COLUMNS.index("conditions")] == '{"contact":"a","price":"1 €"}'


def test_an_address_has_the_scheme_url() -> None:
    assert scheme_of("https://a.example/x") == "url"
    assert scheme_of("isrc:GBAYE0601498") == "isrc"
