"""The journal read in its one form, which docs/formats.md shows: the form that every root is made of."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.domain.ids import first_id
from registry.errors import VerificationFailed
from registry.storage import whole_journal
from registry.storage.whole_journal import read_entries
from tests.registries import STEWARD, Desk

DOCS = Path(__file__).parents[2] / "docs/formats.md"
ADD = text(
    "INSERT INTO audit_events (id, at, actor, authority, act, seq, details, way, session) "
    "VALUES (:id, :at, :actor, :authority, :act, :seq, :details, :way, :session)"
)
BEGINNING, END = first_id(0), first_id((1 << 48) - 1)


def test_an_act_has_the_form_that_the_docs_show_however_its_details_were_spelt(desk: Desk) -> None:
    (line,) = [each for each in DOCS.read_text("utf-8").splitlines() if '{"act":"session' in each]
    act = json.loads(line)
    with desk.registry.bookkeeping() as uow:
        row = {**act, "details": json.dumps(act["details"], indent=1)}
        del row["v"]
        uow.connection.execute(ADD, row)
    with desk.registry.reading() as uow:
        found = read_entries(uow.connection, BEGINNING, END)
        (entry,) = [each for each in found if each.id == act["id"]]
    assert (entry.id, entry.seq, entry.form) == (act["id"], None, line.encode())


def test_all_are_read_in_order_part_by_part(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.declare(desk.work("isrc:GBAYE0601498")[0], search="deny")
    with desk.registry.reading() as uow:
        at_once = read_entries(uow.connection, BEGINNING, END)
        monkeypatch.setattr(whole_journal, "CHUNK", 2)
        parts = list(uow.acts.entries(0, (1 << 48) - 1))
    assert [each for part in parts for each in part] == at_once
    assert max(map(len, parts)) == 2
    assert [each.id for each in at_once] == sorted({each.id for each in at_once})


def test_details_that_cannot_be_read_are_named(desk: Desk) -> None:
    with desk.registry.bookkeeping() as uow:
        uow.journal.act(at=5, actor=STEWARD.id, authority="steward", act="x", seq=None, details={})
    with desk.registry.bookkeeping() as uow:
        uow.connection.execute(text("UPDATE audit_events SET details = '{' WHERE act = 'x'"))
    with desk.registry.reading() as uow, pytest.raises(VerificationFailed, match="cannot be read"):
        read_entries(uow.connection, BEGINNING, END)
