"""The newest head of the log that a client knows, and the proof that a newer one continues it.

RFC 6962, section 2.1.2, over C2SP tlog-tiles: the proof is built from the log's own tiles, so the registry has to
offer nothing but its log. A log that went back, or forked, is caught here. No input or output: a flow asks for tiles.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident
from typing import Any

from registry.client.wire import Flow, Lost, Reply, Request, T
from registry.errors import InvalidInput, Unavailable, VerificationFailed
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.merkle import HASH_SIZE
from registry.tlog.proof import verify_consistency
from registry.tlog.tiles import TILE_WIDTH, Tile, TileReader, consistency_proof, tile_width

_MOST_TILE_BYTES = TILE_WIDTH * HASH_SIZE


@dataclass(frozen=True, slots=True)
class Head:
    """A log at one moment: its origin, how many entries it has, and their root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @staticmethod
    def of_answer(members: object) -> "Head":
        """The checkpoint that an answer names. Raises: VerificationFailed."""
        try:
            if not isinstance(members, dict) or type(members["size"]) is not int:
                raise VerificationFailed("the answer names no checkpoint")
            root = b64decode(members["root"], validate=True)
            found = Checkpoint(members["origin"], members["size"], root)
        except (KeyError, TypeError, ValueError, InvalidInput) as error:
            raise VerificationFailed(
                "the answer names no checkpoint that a log can have"
            ) from error
        return Head.of_checkpoint(found)

    @staticmethod
    def of_checkpoint(checkpoint: Checkpoint) -> "Head":
        """What a checkpoint says, its extensions apart."""
        return Head(checkpoint.origin, checkpoint.size, checkpoint.root)

    def members(self) -> dict[str, Any]:
        """As it stands in an answer."""
        return {
            "origin": self.origin,
            "size": self.size,
            "root": b64encode(self.root).decode("ascii"),
        }

    def check_after(self, older: "Head | None") -> None:
        """That this head can come after an older one, as far as sizes and roots alone can tell.

        Raises: VerificationFailed for another log, one that went back, or two roots of one size.
        """
        if older is None:
            return
        if self.origin != older.origin:
            raise VerificationFailed(
                f"the answer rests on the log {self.origin!r}, and those before on {older.origin!r}"
            )
        if self.size < older.size:
            raise VerificationFailed(
                f"the log went back: it has {self.size} entries now and had {older.size} before; no answer from it "
                "counts until the operator has said why"
            )
        if self.size == older.size and self.root != older.root:
            raise VerificationFailed(
                f"the log has two roots for the same {self.size} entries: somebody is shown another history"
            )


class _MissingTileError(LookupError):
    def __init__(self, level: int, index: int) -> None:
        super().__init__(level, index)
        self.place = level, index


class _Fetched:
    """The tiles that a flow has fetched so far."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}

    def read_tile(self, level: int, index: int) -> bytes:
        try:
            return self.tiles[level, index]
        except KeyError:
            raise _MissingTileError(level, index) from None


def continues(older: Head, newer: Head, log_url: str) -> Flow[None]:
    """Proves that the log of `newer` begins with the whole log of `older`, out of tiles under `log_url`.

    Raises: VerificationFailed where it does not, Unavailable where its tiles cannot be had.
    """
    newer.check_after(older)
    if older.size in (0, newer.size):
        return
    proof = yield from from_tiles(
        lambda tiles: consistency_proof(older.size, newer.size, tiles), newer.size, log_url
    )
    verify_consistency(older.size, older.root, newer.size, newer.root, proof)


def from_tiles(work: Callable[[TileReader], T], size: int, log_url: str) -> Flow[T]:
    """What `work` makes of the tiles of a log of `size` entries under `log_url`; only those that it reads are fetched.

    Raises: Unavailable where a tile cannot be had, and what `work` raises.
    """
    tiles = _Fetched()
    while True:
        try:
            return work(tiles)
        except _MissingTileError as missing:
            level, index = missing.place
            tile = Tile(level, index, tile_width(level, index, size))
            tiles.tiles[missing.place] = yield from _tile(tile, log_url)


def _tile(tile: Tile, log_url: str) -> Flow[bytes]:
    """A tile; where a partial one is gone, the full one begins with it (C2SP tlog-tiles, "Partial tiles")."""
    for path in dict.fromkeys((tile.path, Tile(tile.level, tile.index).path)):
        reply = yield Request("GET", f"{log_url}/{path}", most=_MOST_TILE_BYTES)
        if isinstance(reply, Reply) and reply.status == 200:
            return reply.body
    why = reply.why if isinstance(reply, Lost) else f"status {reply.status}" if reply else "nothing"
    raise Unavailable(
        f"the log's {tile.path} cannot be had ({why}), so nothing shows that the log only grew; nothing is permitted"
    )


def read_head(path: Path) -> Head | None:
    """The head that `write_head` kept; None where there is none yet. Raises: VerificationFailed for a broken file."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        members: Mapping[str, Any] = json.loads(text)
        return Head.of_answer(members)
    except (ValueError, VerificationFailed) as error:
        raise VerificationFailed(
            f"{path} holds no head of a log; if you move it away, the log's past before now cannot be held against it"
        ) from error


def write_head(path: Path, head: Head) -> None:
    """Keeps a head, whole and durable when this returns."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}.new")
    with fresh.open("wb") as file:
        file.write(json.dumps(head.members()).encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
