"""The acts in an export: all that have a root, or those of the scope and nobody else's; the same bytes each time."""

import json
import os
import signal
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bagit import Bag
from frictionless import Package, Resource
from frictionless import Schema as TableSchema
from sqlalchemy import text

from registry.bootstrap import open_registry
from registry.errors import Conflict, VerificationFailed
from registry.instants import rfc3339
from registry.services import export_acts as writing
from registry.services.erase import erase
from registry.services.export_scope import scope_of
from registry.services.list_acts import present_act
from registry.services.make_export import ExportPress, make_export
from registry.storage import whole_journal
from registry.storage.acts import Wanted
from tests.acted import Acted, acted, rooted
from tests.conftest import FreshDatabase
from tests.exported import exported, press_of, verified
from tests.registries import STEWARD, Desk, open_desk, settings_for


def acts_of(export: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (export / "data/acts.jsonl").read_bytes().splitlines()]


def rooted_acts(desk: Desk, wanted: Wanted) -> list[dict[str, Any]]:
    """What somebody who may see so much is shown, as far as there are roots; the oldest first."""
    with desk.registry.reading() as uow:
        until = uow.acts.rooted_until()
        shown = [each for each in uow.acts.page(wanted, limit=5_000).acts if each.at < until]
    return [present_act(each) for each in reversed(shown)]


def same(acts: Sequence[dict[str, Any]], shown: Sequence[dict[str, Any]]) -> bool:
    names = ("id", "act", "actor", "authority", "way", "session", "seq", "details")
    return [[a[n] for n in names] for a in acts] == [[b[n] for n in names] for b in shown]


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def root_over(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it stands there."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha256(b"\x01" + root_over(hashes[:half]) + root_over(hashes[half:])).digest()


def test_an_export_has_every_act_that_has_a_root_and_from_them_come_the_roots(
    desk: Desk, tmp_path: Path
) -> None:
    acted(desk)
    made = exported(desk, tmp_path / "export")
    found = verified(desk, tmp_path / "export")
    acts = acts_of(tmp_path / "export")
    assert found.holds, found
    assert found.acts == made.acts == len(acts) > 10
    assert same(acts, rooted_acts(desk, Wanted()))
    lines = (tmp_path / "export/data/acts.jsonl").read_bytes().splitlines()
    hashes = [sha256(b"\0" + line).digest() for line in lines]
    assert (tmp_path / "export/data/log/act-leaves.bin").read_bytes() == b"".join(hashes)
    events = (tmp_path / "export/data/log/events.jsonl").read_text().splitlines()
    bodies = [json.loads(each)["body"] for each in events if '"acts.rooted"' in each]
    for body in map(json.loads, bodies):
        count = body["count"]
        assert root_over(hashes[:count]).hex() == body["root"]
        hashes = hashes[count:]
    assert (len(bodies), hashes) == (3, [])


def test_a_scope_has_what_its_auditor_sees_and_nothing_of_anybody_elses(
    desk: Desk, tmp_path: Path
) -> None:
    people = acted(desk)
    for name, scope, whose in (
        ("holder", {"rightsholder": [people.first]}, people.first),
        ("platform", {"platform": [people.platform]}, people.platform),
    ):
        made = exported(desk, tmp_path / name, **scope)
        acts = acts_of(tmp_path / name)
        found = verified(desk, tmp_path / name, replay=True)
        assert found.holds, found
        assert found.acts == made.acts == len(acts) > 0
        assert same(acts, rooted_acts(desk, Wanted(within=whose)))
        everything = b"".join(bytes_of(tmp_path / name / "data").values())
        assert b"member.added" not in everything, "of the other rightsholder's members"
        assert not (tmp_path / name / "data/log/act-leaves.bin").exists()
    both = {"rightsholder": [people.first], "platform": [people.platform]}
    exported(desk, tmp_path / "both", **both)
    (act,) = acts_of(tmp_path / "both")
    assert act["act"] == "declaration.issued"
    events = (tmp_path / "both/data/log/events.jsonl").read_text()
    assert events.count('"acts.rooted"') == 1, "only the root over what is in it"


def test_a_scope_of_statements_has_the_acts_by_which_its_records_were_made(
    desk: Desk, tmp_path: Path
) -> None:
    acted(desk)
    for scope in ({"category": ["ai-input"]}, {"scheme": ["isrc"], "decision": ["deny"]}):
        made = exported(desk, tmp_path / f"{len(scope)}", **scope)
        rows = (tmp_path / f"{len(scope)}/data/records.jsonl").read_bytes().splitlines()
        acts = acts_of(tmp_path / f"{len(scope)}")
        assert [each["seq"] for each in acts] == sorted({json.loads(row)["index"] for row in rows})
        assert verified(desk, tmp_path / f"{len(scope)}").acts == made.acts == len(acts)


def test_times_narrow_the_acts_too(desk: Desk, tmp_path: Path) -> None:
    people = acted(desk)
    exported(desk, tmp_path / "all", rightsholder=[people.first])
    whole = acts_of(tmp_path / "all")
    since = next(each for each in whole if each["seq"] is not None and "declar" in each["act"])
    time = rfc3339(since["at"])
    exported(desk, tmp_path / "late", rightsholder=[people.first], since=time)
    exported(desk, tmp_path / "early", rightsholder=[people.first], until=time)
    late, early = acts_of(tmp_path / "late"), acts_of(tmp_path / "early")
    assert early + late == whole
    assert min(each["at"] for each in late) == since["at"]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("acted")
    desk = open_desk(folder, f"sqlite:///{folder / 'registry.sqlite3'}")
    yield desk, acted(desk)
    desk.registry.close()


def test_the_same_export_has_the_same_acts_whatever_came_later(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    desk = open_desk(tmp_path, fresh_database("sqlite"))
    people = acted(desk)
    narrow = {"rightsholder": [people.first]}
    first = exported(desk, tmp_path / "first")
    exported(desk, tmp_path / "some", **narrow)
    rooted(desk)
    registry = desk.registry
    erase(registry.writing, registry.import_files, people.second, STEWARD, titles=False)
    rooted(desk)
    exported(desk, tmp_path / "again", at=str(first.size))
    exported(desk, tmp_path / "some-again", at=str(first.size), **narrow)
    for name in ("data/acts.jsonl", "data/log/act-leaves.bin"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "first" / name).read_bytes()
    for name in ("data/acts.jsonl", "data/log/act-proofs.jsonl"):
        kept = (tmp_path / "some" / name).read_bytes()
        assert (tmp_path / "some-again" / name).read_bytes() == kept
    newer = exported(desk, tmp_path / "newer")
    assert newer.acts is not None
    assert newer.acts > (first.acts or 0)
    assert verified(desk, tmp_path / "newer", heads=[tmp_path / "first"]).holds
    desk.registry.close()


@pytest.mark.parametrize("scoped", [False, True])
def test_an_export_that_was_killed_among_its_acts_ends_the_same(
    lived: tuple[Desk, Acted], tmp_path: Path, scoped: bool
) -> None:
    desk, people = lived
    scope = {"rightsholder": [people.first]} if scoped else {}
    exported(desk, tmp_path / "whole", **scope)
    for after in (1, 2):
        target = tmp_path / f"killed-{after}"
        killed_among_acts(desk, target, after, **scope)
        left = tmp_path / f"killed-{after}.unfinished"
        with (left / "data/acts.jsonl").open("ab") as torn:
            torn.write(b'{"act": "half of')
        exported(desk, target, **scope)
        assert bytes_of(target) == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize("scoped", [False, True])
def test_how_many_acts_are_read_at_once_makes_no_difference(
    lived: tuple[Desk, Acted], tmp_path: Path, scoped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, people = lived
    scope = {"rightsholder": [people.first]} if scoped else {}
    exported(desk, tmp_path / "at-once", **scope)
    monkeypatch.setattr(whole_journal, "CHUNK", 2)
    exported(desk, tmp_path / "by-twos", **scope)
    assert bytes_of(tmp_path / "by-twos") == bytes_of(tmp_path / "at-once")


def killed_among_acts(desk: Desk, target: Path, after: int, **scope: Any) -> None:
    """A process that exports and kills itself when so many hours were marked."""
    child = os.fork()
    if child == 0:
        writing._STEP = 1  # type: ignore[misc]
        marks = 0

        def report(what: str, _done: int, _total: int) -> None:
            nonlocal marks
            marks += what == "acts"
            if marks == after:
                os.kill(os.getpid(), signal.SIGKILL)

        settings = settings_for(target.parent, desk.registry.settings.database_url)
        registry = open_registry(settings, desk.clock)
        place = desk.registry.place
        press = ExportPress(registry.reading, registry.released, desk.registry.signers, place)
        make_export(press, target, scope_of(scope), report=report)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


def test_a_journal_that_is_not_as_the_log_says_is_not_exported(
    tmp_path: Path, fresh_database: FreshDatabase
) -> None:
    desk = open_desk(tmp_path, fresh_database("sqlite"))
    people = acted(desk)
    with desk.registry.bookkeeping() as uow:
        changed = text("UPDATE audit_events SET actor = 'm' WHERE act = 'member.added'")
        assert uow.connection.execute(changed).rowcount == 1
    for scope in ({}, {"rightsholder": [people.first]}):
        with pytest.raises(VerificationFailed, match="registry acts check"):
            exported(desk, tmp_path / f"{len(scope)}", **scope)
    press = press_of(desk)
    without = tmp_path / "without"
    with pytest.raises(Conflict, match="another scope"):
        make_export(press, tmp_path / "0", scope_of({}), acts=False)
    assert make_export(press, without, scope_of({}), acts=False).acts is None
    found = verified(desk, without)
    assert (found.holds, found.acts) == (True, None)
    assert not (without / "data/acts.jsonl").exists()
    assert "Who did what is not in it" in (without / "README.md").read_text()
    desk.registry.close()


def test_other_peoples_tools_accept_it_and_its_schema_fits(
    lived: tuple[Desk, Acted], tmp_path: Path
) -> None:
    desk, people = lived
    exported(desk, tmp_path / "export", rightsholder=[people.first])
    assert Bag(str(tmp_path / "export")).validate()
    assert Package(str(tmp_path / "export/datapackage.json")).validate().valid
    package = msgspec.json.decode((tmp_path / "export/datapackage.json").read_bytes())
    (acts,) = [each for each in package["resources"] if each["path"] == "data/acts.jsonl"]
    table = Resource(
        data=acts_of(tmp_path / "export"), schema=TableSchema.from_descriptor(acts["schema"])
    )
    report = table.validate()
    assert report.valid, report.flatten(["message"])
    assert [each["name"] for each in acts["schema"]["fields"]] == list(
        acts_of(tmp_path / "export")[0]
    )
