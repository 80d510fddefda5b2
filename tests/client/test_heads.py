"""The log only grows: proved from its own tiles, or the answer does not count."""

import hashlib
from pathlib import Path

import pytest

from registry.client.heads import Head, continues, read_head, write_head
from registry.client.wire import Lost, Reply, Request
from registry.errors import Unavailable, VerificationFailed
from registry.tlog.merkle import leaf_hash
from registry.tlog.tiles import Tile, append_leaves, root_hash

ORIGIN = "registry.example/log"


class Tiles:
    """A log of so many entries, the last of them of another kind; `full_only` as a file server keeps it."""

    def __init__(self, size: int, *, last: bytes = b"", full_only: bool = False) -> None:
        leaves = [leaf_hash(str(number).encode()) for number in range(size - 1)]
        leaves.append(leaf_hash(last or str(size - 1).encode()))
        self.tiles = append_leaves(0, leaves, self)
        self.size, self.full_only = size, full_only
        self.asked: list[str] = []

    def read_tile(self, level: int, index: int) -> bytes:
        return self.tiles[level, index]

    def head(self, size: int | None = None) -> Head:
        size = self.size if size is None else size
        return Head(ORIGIN, size, root_hash(size, self))

    def prove(self, older: Head, newer: Head) -> None:
        """Runs the flow against these tiles."""
        flow = continues(older, newer, "https://registry.example/log")
        try:
            step = next(flow)
            while True:
                assert isinstance(step, Request)
                self.asked.append(step.url)
                step = flow.send(self.reply(step.url.partition("/log/")[2]))
        except StopIteration:
            return

    def reply(self, path: str) -> Reply:
        tile = Tile.parse(path)
        body = self.tiles.get((tile.level, tile.index), b"")[: 32 * tile.width]
        if len(body) < 32 * tile.width or (self.full_only and tile.width < 256):
            return Reply(404, {}, b"")
        return Reply(200, {}, body)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (255, 256), (256, 257), (300, 70_001)])
def test_a_log_that_grew_is_proved_with_a_few_tiles(old: int, new: int) -> None:
    tiles = Tiles(new)
    tiles.prove(tiles.head(old), tiles.head())
    assert 1 <= len(tiles.asked) <= 8


def test_where_nothing_grew_nothing_is_fetched() -> None:
    tiles = Tiles(5)
    tiles.prove(tiles.head(), tiles.head())
    tiles.prove(Head(ORIGIN, 0, hashlib.sha256(b"").digest()), tiles.head())
    assert not tiles.asked


def test_a_log_that_went_back_or_forked_or_is_another_is_refused() -> None:
    tiles, other = Tiles(9), Tiles(9, last=b"other")
    with pytest.raises(VerificationFailed, match="went back"):
        tiles.head(8).check_after(tiles.head())
    with pytest.raises(VerificationFailed, match="two roots"):
        other.head().check_after(tiles.head())
    with pytest.raises(VerificationFailed, match="before on"):
        Head("elsewhere/log", 20, bytes(32)).check_after(tiles.head())


def test_a_log_that_was_rewritten_before_the_known_head_is_refused() -> None:
    known = Tiles(9, last=b"what was said").head()
    rewritten = Tiles(20)
    with pytest.raises(VerificationFailed, match="does not continue"):
        rewritten.prove(known, rewritten.head())


def test_a_head_that_is_not_the_tiles_is_refused() -> None:
    tiles = Tiles(20)
    with pytest.raises(VerificationFailed):
        tiles.prove(tiles.head(9), Head(ORIGIN, 20, bytes(32)))


def test_where_a_partial_tile_is_gone_the_full_one_serves() -> None:
    tiles = Tiles(512, full_only=True)
    tiles.prove(tiles.head(100), tiles.head(300))
    assert [url.rpartition("/log/")[2] for url in tiles.asked][:2] == [
        "tile/0/001.p/44",
        "tile/0/001",
    ]


@pytest.mark.parametrize("gone", [Reply(404, {}, b""), Lost("away")])
def test_without_its_tiles_nothing_shows_that_the_log_grew(gone: Reply | Lost) -> None:
    tiles = Tiles(20)
    tiles.reply = lambda path: gone  # type: ignore[method-assign,assignment,return-value]
    with pytest.raises(Unavailable, match="nothing is permitted"):
        tiles.prove(tiles.head(9), tiles.head())


@pytest.mark.parametrize(
    "members",
    [
        None,
        [],
        {},
        {"origin": "o", "size": -1, "root": "A" * 43 + "="},
        {"origin": "o", "size": True, "root": "A" * 43 + "="},
        {"origin": "o", "size": "7", "root": "A" * 43 + "="},
        {"origin": "o", "size": 7, "root": "AAAA"},
        {"origin": "", "size": 7, "root": "A" * 43 + "="},
        {"origin": 5, "size": 7, "root": "A" * 43 + "="},
    ],
)
def test_an_answer_without_a_checkpoint_that_can_be_is_refused(members: object) -> None:
    with pytest.raises(VerificationFailed):
        Head.of_answer(members)


def test_a_head_is_kept_from_one_process_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "head"
    assert read_head(path) is None
    head = Tiles(9).head()
    write_head(path, head)
    assert read_head(path) == head
    assert [each.name for each in tmp_path.iterdir()] == ["head"]
    path.write_text("{")
    with pytest.raises(VerificationFailed, match="no head of a log"):
        read_head(path)
