"""Pieces of a log: a full tile stands for a partial one, what is gone is None, and what fails is tried again."""

import pytest

from registry.client.monitor.pieces import Pieces
from registry.client.wire import Lost, Pause, Reply, Request
from registry.errors import Unavailable
from registry.tlog.tile_path import Tile

PIECES = Pieces("https://log.example/log")


def asked(flow, says):  # type: ignore[no-untyped-def]
    """What the flow returns, and every path that it asked for; `says` maps paths to replies."""
    paths, step = [], next(flow)
    try:
        while True:
            if isinstance(step, Pause):
                step = flow.send(None)
                continue
            assert isinstance(step, Request)
            paths.append(step.url.removeprefix(f"{PIECES.url}/"))
            step = flow.send(says(paths[-1]))
    except StopIteration as done:
        return done.value, paths


def only(path: str, body: bytes):  # type: ignore[no-untyped-def]
    return lambda asked: Reply(200, {}, body) if asked == path else Reply(404, {}, b"")


def test_the_full_tile_is_taken_where_the_partial_one_is_gone() -> None:
    found, paths = asked(PIECES.hashes(0, 3, 2), only("tile/0/003", bytes(256 * 32)))
    assert found == bytes(64)
    assert paths == ["tile/0/003.p/2", "tile/0/003"]


def test_what_is_not_there_or_cut_short_is_none() -> None:
    assert asked(PIECES.tile(Tile(1, 0)), only("", b"")) == (None, ["tile/1/000"])
    assert asked(PIECES.hashes(0, 3, 2), only("tile/0/003.p/2", bytes(63)))[0] is None
    with pytest.raises(Unavailable, match="at its address and /log"):
        asked(PIECES.checkpoint(), only("", b""))


def test_what_fails_is_tried_again_and_then_said() -> None:
    replies = [Lost("ConnectError"), Reply(503, {}, b""), Reply(200, {}, b"note")]
    found, paths = asked(PIECES.checkpoint(), lambda path: replies.pop(0))
    assert (found, len(paths)) == (b"note", 3)
    with pytest.raises(Unavailable, match="status 500"):
        asked(PIECES.checkpoint(), lambda path: Reply(500, {}, b""))
