"""`registry export`: narrowed, as of then, gone on with; who made it is in the journal."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from registry.bootstrap import Registry
from registry.domain.declaration import Wish
from registry.domain.events import Subject
from registry.services.actor import Actor
from registry.services.declare import declare
from registry.storage.tables import audit_events
from tests.cli.conftest import Command, Held


def test_an_export_is_made_and_narrowed_and_who_made_it_is_noted(
    command: Command, registry: Registry, hold: Callable[..., Held], tmp_path: Path
) -> None:
    held = hold()
    with registry.writing() as ledger:
        declare(
            ledger,
            held.rightsholder,
            Subject("work", held.work),
            Wish(preset="no-ai"),
            Actor("t", "token"),
        )
    everything = command.json("export", "--out", str(tmp_path / "all"), "--steward", "Ada")
    assert (everything["rows"], everything["events"]) == (6, everything["size"])
    narrowed = command.json(
        *("export", "--out", str(tmp_path / "some.zip"), "--rightsholder", held.rightsholder),
        *("--category", "ai-input", "--category", "ai-index", "--format", "csv,parquet"),
        *("--since", "2020-01-01T00:00:00Z", "--at", everything["time"]),
    )
    assert (narrowed["rows"], narrowed["size"]) == (2, everything["size"])
    assert (everything["acts"], narrowed["acts"]) == (0, 0), "no hour is over yet"
    without = command.json("export", "--out", str(tmp_path / "without"), "--without-acts")
    assert (without["acts"], without["rows"]) == (None, everything["rows"])
    shown = command("export", "--out", str(tmp_path / "early"), "--at", "5").output
    assert "5 entries" in shown
    with registry.reading() as uow:
        acts = uow.connection.execute(
            select(audit_events.c.actor).where(audit_events.c.act == "export.made")
        ).scalars()
        assert "Ada" in list(acts)


def test_what_cannot_be_exported_is_said(command: Command, tmp_path: Path) -> None:
    out = ("export", "--out", str(tmp_path / "x"))
    assert "no format of rows" in command(*out, "--format", "xlsx", code=1).stderr
    assert "not a moment" in command(*out, "--since", "monday", code=1).stderr
    assert "no checkpoint was ever signed" in command(*out, "--at", "99", code=1).stderr
    assert command(*out, "--category", "training", code=2)
    nobody = "00000000-0000-7000-8000-000000000000"
    for whose in ("--rightsholder", "--platform"):
        assert f"({whose})" in command(*out, whose, nobody, code=1).stderr
    assert "no scheme" in command(*out, "--scheme", "isrcc", code=1).stderr
    (tmp_path / "x").mkdir()
    assert "exists already" in command(*out, code=1).stderr
