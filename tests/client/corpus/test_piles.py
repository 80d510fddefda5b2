"""Files of rows and their state: a chunk is there once or not at all."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from registry.client.answers import Receipt
from registry.client.corpus.piles import RECEIPTS, STATE, Piles
from registry.client.corpus.text_rows import TextChunk
from registry.client.corpus.verdicts import Pile, Run, Verdict
from registry.errors import ConfigurationError, Conflict, VerificationFailed

WHAT = {"usage": "search"}
ALLOW = Verdict(Pile.PERMITTED, "answer", "allow", (), 0, 0)
ONE = Run(ALLOW, 0, 1)
NONE = Verdict(Pile.UNREGISTERED, "snapshot", "unregistered")


def chunk(first: int, *rows: bytes) -> TextChunk:
    made = TextChunk(first, "", raw=list(rows))
    made.position = first + len(rows)
    return made


def test_rows_reasons_and_receipts_are_appended_and_counted(tmp_path: Path) -> None:
    piles = Piles(tmp_path / "out")
    with piles.locked():
        state = piles.begin(WHAT, "now", b"head\n")
        rows = chunk(0, b"a\n", b"b\n", b"c\n", b"d\n", b"e")
        unreadable = Verdict(Pile.UNREADABLE, "row", None, ("why",))
        runs = [Run(NONE, 0, 2), Run(ALLOW, 2, 1), Run(NONE, 3, 1), Run(unreadable, 4, 1)]
        piles.add(state, rows, runs, [Receipt(0, 1, b"{}", "jws")])
    assert piles.unfinished(Pile.UNREGISTERED).read_bytes() == b"head\na\nb\nd\n"
    assert piles.unfinished(Pile.UNREADABLE).read_bytes() == b"head\ne\n"
    assert json.loads(piles.why(Pile.UNREGISTERED).read_bytes()) == {
        "rows": [[1, 2], [4, 1]],
        "decision": "unregistered",
        "by": "snapshot",
    }
    assert json.loads(piles.why(Pile.PERMITTED).read_bytes())["receipt"] == 0
    assert json.loads((piles.folder / RECEIPTS).read_bytes())["number"] == 0
    assert (state.rows, state.receipts, state.next) == (5, 1, 5)
    assert state.piles == {"unregistered": 3, "permitted": 1, "unreadable": 1}


def test_what_was_written_after_the_last_state_is_cut_off(tmp_path: Path) -> None:
    piles = Piles(tmp_path / "out")
    with piles.locked():
        state = piles.begin(WHAT, "now", b"")
        piles.add(state, chunk(0, b"a\n"), [ONE], [])
    before = {path.name: path.read_bytes() for path in piles.folder.iterdir()}
    for path in piles.folder.iterdir():
        if path.name != STATE:
            path.write_bytes(path.read_bytes() + b"torn")
    with piles.locked():
        assert piles.begin(WHAT, "later", b"").started_at == "now"
    assert {path.name: path.read_bytes() for path in piles.folder.iterdir()} == before


def test_a_file_that_lost_rows_is_refused(tmp_path: Path) -> None:
    piles = Piles(tmp_path / "out")
    with piles.locked():
        state = piles.begin(WHAT, "now", b"")
        piles.add(state, chunk(0, b"a\n"), [ONE], [])
        piles.unfinished(Pile.PERMITTED).write_bytes(b"")
        with pytest.raises(VerificationFailed, match="was changed"):
            piles.begin(WHAT, "later", b"")


@pytest.mark.parametrize("name", ["permitted.part", "permitted.reasons.jsonl", RECEIPTS])
def test_a_file_that_was_changed_without_getting_shorter_is_refused(
    tmp_path: Path, name: str
) -> None:
    piles = Piles(tmp_path / "out")
    with piles.locked():
        state = piles.begin(WHAT, "now", b"head\n")
        piles.add(state, chunk(0, b"a\n"), [ONE], [Receipt(0, 1, b"{}", "jws")])
        assert Piles(tmp_path / "out").begin(WHAT, "later", b"head\n").rows == 1
        changed = bytearray((piles.folder / name).read_bytes())
        changed[-2] ^= 1
        (piles.folder / name).write_bytes(changed)
        with pytest.raises(VerificationFailed, match=f"{name} is not what was written"):
            Piles(tmp_path / "out").begin(WHAT, "later", b"head\n")


def test_the_digest_goes_on_after_an_interruption(tmp_path: Path) -> None:
    for first in range(3):
        piles = Piles(tmp_path)
        state = piles.begin(WHAT, "now", b"head\n")
        piles.add(state, chunk(first, b"%d\n" % first), [ONE], [])
    assert state.digests["permitted.part"] == sha256(b"head\n0\n1\n2\n").hexdigest()


@pytest.mark.parametrize(
    "there", ["{}", "[]", '{"format": "consent-registry-screening/0"}', "not JSON"]
)
def test_a_folder_with_something_else_is_refused(tmp_path: Path, there: str) -> None:
    (tmp_path / "other").write_text("x")
    with pytest.raises(ConfigurationError, match="new folder"):
        Piles(tmp_path).begin(WHAT, "now", b"")
    (tmp_path / STATE).write_text(there)
    with pytest.raises(ConfigurationError):
        Piles(tmp_path).begin(WHAT, "now", b"")


def test_a_folder_with_another_screening_is_refused_by_what_differs(tmp_path: Path) -> None:
    Piles(tmp_path).begin(WHAT, "now", b"")
    with pytest.raises(ConfigurationError) as refused:
        Piles(tmp_path).begin({"usage": "ai-input"}, "now", b"")
    assert refused.value.field == "usage"


def test_two_do_not_screen_into_one_folder(tmp_path: Path) -> None:
    with Piles(tmp_path).locked(), pytest.raises(Conflict), Piles(tmp_path).locked():
        pytest.fail("both are in")
