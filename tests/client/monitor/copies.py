"""Logs of real entries as files in a folder, and a network in which nothing is but that folder."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from registry.client.wire import Flow, Pause, Reply, Request
from registry.signing.keys import MemorySigner, generate
from registry.signing.note import sign_note, vkey
from registry.tlog.bundle import decode_bundle, encode_bundle
from registry.tlog.checkpoint import Checkpoint
from registry.tlog.entry import LogEntry, blind
from registry.tlog.merkle import leaf_hash
from registry.tlog.tile_path import ENTRIES, TILE_WIDTH, Tile, tile_width, tiles_of
from registry.tlog.tiles import append_leaves, root_hash
from tests.tlog.reference import TilesInMemory

URL = "https://log.example/log"
START = 1_790_000_000_000


def entry(number: int, salt: str = "", at: int | None = None) -> bytes:
    return LogEntry(
        type="declaration.issued" if number % 3 else "work.registered",
        id=blind(f"{salt}{number}"),
        digest=leaf_hash(f"{salt}{number}".encode()),
        at=START + 1000 * (number // 2) if at is None else at,
    ).encode()


@dataclass
class CopiedLog:
    """A log in a folder, as any file server has it."""

    folder: Path
    origin: str = "log.example/log"
    signer: MemorySigner = field(default_factory=generate)
    entries: list[bytes] = field(default_factory=list)

    @property
    def vkey(self) -> str:
        return vkey(self.origin, self.signer.public.raw)

    def note(self, size: int, signer: MemorySigner | None = None) -> str:
        tiles = self._tiles(size)
        body = Checkpoint(self.origin, size, root_hash(size, tiles)).body()
        key = signer or self.signer
        return sign_note(body, self.origin, key.public.raw, key.sign)

    def write(self, size: int | None = None) -> "CopiedLog":
        """Every file of the log of this size; partial tiles of other sizes stay."""
        size = len(self.entries) if size is None else size
        tiles = self._tiles(size)
        for tile in tiles_of(size):
            content = tiles.read_tile(tile.level, tile.index)[: 32 * tile.width]
            self._put(tile, content)
        for index in range(-(-size // TILE_WIDTH)):
            width = tile_width(ENTRIES, index, size)
            first = index * TILE_WIDTH
            bundle = encode_bundle(self.entries[first : first + width])
            self._put(Tile(ENTRIES, index, width), bundle)
        (self.folder / "checkpoint").write_text(self.note(size))
        return self

    def bundle(self, index: int, size: int) -> Path:
        """The file with an entry of the log of this size."""
        number = index // TILE_WIDTH
        return self.folder / Tile(ENTRIES, number, tile_width(ENTRIES, number, size)).path

    def tile(self, level: int, index: int, size: int) -> Path:
        """A tile's file in the log of this size."""
        return self.folder / Tile(level, index, tile_width(level, index, size)).path

    def change_bundle(self, path: Path, change: Callable[[list[bytes]], None]) -> None:
        entries = decode_bundle(path.read_bytes())
        change(entries)
        path.write_bytes(encode_bundle(entries))

    def _tiles(self, size: int) -> TilesInMemory:
        store = TilesInMemory()
        leaves = [leaf_hash(each) for each in self.entries[:size]]
        store.tiles.update(append_leaves(0, leaves, store))
        return store

    def _put(self, tile: Tile, content: bytes) -> None:
        path = self.folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def flip(path: Path, chance: random.Random) -> None:
    """One bit of a file is another."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def run(flow: Flow[Any], folder: Path, url: str = URL) -> Any:
    """Runs a flow in which `url` is the folder, and everything else is not there."""
    try:
        step = next(flow)
        while True:
            if isinstance(step, Pause):
                step = flow.send(None)
                continue
            step = flow.send(_reply(step, folder, url))
    except StopIteration as done:
        return done.value


def _reply(request: Request, folder: Path, url: str) -> Reply:
    path = folder / request.url.removeprefix(f"{url}/")
    if not request.url.startswith(url) or not path.is_file():
        return Reply(404, {}, b"")
    content = path.read_bytes()
    assert len(content) <= request.most
    return Reply(200, {}, content)


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def file_server(folder: Path) -> Iterator[str]:
    """A plain file server over a folder; gives its address."""
    handler = partial(_Silent, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(0.02))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
