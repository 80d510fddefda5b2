"""Witnesses vouch for the newest head, or for one that is not too old; whatever is too little or false is an alarm."""

from pathlib import Path

import pytest

from registry.client.monitor.following import Kept, Log, follow
from registry.client.monitor.witnessing import LATE_SECONDS, Witnessed, check_witnesses
from registry.signing.keys import MemorySigner, generate
from registry.signing.note import add_cosignature, cosigner_vkey
from tests.client.monitor.copies import URL, CopiedLog, entry, run

NOW = 1_790_000_000
SIGNERS = {f"{name}.example": generate() for name in "abc"}
VKEYS = tuple(cosigner_vkey(name, key.public.raw) for name, key in SIGNERS.items())


@pytest.fixture
def log(tmp_path: Path) -> CopiedLog:
    return CopiedLog(tmp_path, entries=[entry(n) for n in range(30)]).write()


def cosigned(note: str, *names: str, at: int = NOW, key: MemorySigner | None = None) -> str:
    for name in names:
        signer = key or SIGNERS[name]
        note = add_cosignature(note, name, signer.public.raw, signer.sign, at)
    return note


def kept(log: CopiedLog) -> Kept:
    found: Kept = run(follow(Log(URL, (log.vkey,)), None), log.folder).kept
    return found


def check(log: CopiedLog, quorum: int, now: int = NOW) -> Witnessed:
    flow = check_witnesses(Log(URL, (log.vkey,)), VKEYS, quorum, kept(log), now)
    found: Witnessed = run(flow, log.folder)
    return found


def serve(log: CopiedLog, newest: str, witnessed: str | None = None) -> None:
    (log.folder / "checkpoint").write_text(newest)
    if witnessed is not None:
        (log.folder / "witnessed").write_text(witnessed)


def test_a_quorum_under_the_newest_head_is_enough(log: CopiedLog) -> None:
    serve(log, cosigned(log.note(30), "a.example", "b.example"))
    assert check(log, 2) == Witnessed(30, {"a.example": NOW, "b.example": NOW})
    assert check(log, 3).alarm is not None


def test_an_older_head_will_do_for_a_while(log: CopiedLog) -> None:
    serve(log, log.note(30), cosigned(log.note(20), "a.example", "b.example"))
    assert check(log, 2, NOW + LATE_SECONDS).alarm is None
    assert check(log, 2).size == 20
    late = check(log, 2, NOW + LATE_SECONDS + 1).alarm
    assert late is not None
    assert "20 entries of 30" in late.words
    assert check(log, 3).alarm is not None


def test_a_head_that_came_meanwhile_is_held_against_the_kept_one(log: CopiedLog) -> None:
    log.write(20)
    before = kept(log)
    log.write(30)
    serve(log, log.note(20), cosigned(log.note(30), "a.example"))
    flow = check_witnesses(Log(URL, (log.vkey,)), VKEYS, 1, before, NOW)
    assert run(flow, log.folder).size == 30


def test_what_witnesses_did_not_sign_is_an_alarm(log: CopiedLog, tmp_path: Path) -> None:
    serve(log, cosigned(log.note(30), "a.example", "x.example", key=SIGNERS["a.example"]))
    assert check(log, 1).cosigned_at == {"a.example": NOW}
    false = cosigned(log.note(30), "a.example").replace("30\n", "29\n", 1)
    serve(log, log.note(30), false)
    alarm = check(log, 1).alarm
    assert alarm is not None
    assert "does not hold" in alarm.words
    (tmp_path / "fork").mkdir()
    other = CopiedLog(
        tmp_path / "fork", signer=log.signer, entries=[entry(n, "o") for n in range(20)]
    )
    serve(log, log.note(30), cosigned(other.note(20), "a.example"))
    assert check(log, 1).alarm is not None
