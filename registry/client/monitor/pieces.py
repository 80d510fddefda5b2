"""Fetching the pieces of a log, from wherever its files lie: checkpoint, tiles, bundles (C2SP tlog-tiles).

No input or output: flows ask for requests. What is not there is None; what cannot be reached raises Unavailable.
"""

from dataclasses import dataclass
from typing import Final

from registry.client.wire import Flow, Lost, Pause, Reply, Request
from registry.errors import Unavailable
from registry.tlog.merkle import HASH_SIZE
from registry.tlog.tile_path import ENTRIES, TILE_BYTES, TILE_WIDTH, Tile

MOST_NOTE_BYTES: Final = 64 * 1024
MOST_BUNDLE_BYTES: Final = 2 * 1024 * 1024
_PAUSES: Final = (0.5, 2.0)
"""Seconds before each further try where a piece did not come."""
_NOT_THERE: Final = (404, 410)


@dataclass(frozen=True, slots=True)
class Pieces:
    """The files under one address, without a trailing slash."""

    url: str

    def checkpoint(self) -> Flow[bytes]:
        """The newest checkpoint, a signed note. Raises: Unavailable."""
        found = yield from self.file("checkpoint", MOST_NOTE_BYTES)
        if found is None:
            raise Unavailable(
                f"there is no checkpoint at {self.url}/checkpoint; a registry's log is at its address and /log"
            )
        return found

    def tile(self, tile: Tile) -> Flow[bytes | None]:
        """A tile of hashes, or a bundle of entries; what is beyond its width may follow. None: it is not there.

        Where a partial one is gone, the full one begins with it. Raises: Unavailable.
        """
        most = MOST_BUNDLE_BYTES if tile.level == ENTRIES else TILE_BYTES
        for path in dict.fromkeys((tile.path, Tile(tile.level, tile.index).path)):
            found = yield from self.file(path, most)
            if found is not None:
                return found
        return None

    def hashes(self, level: int, index: int, width: int = TILE_WIDTH) -> Flow[bytes | None]:
        """The first `width` hashes of a tile. None: it is not there, or cut short. Raises: Unavailable."""
        found = yield from self.tile(Tile(level, index, width))
        if found is None or len(found) < width * HASH_SIZE:
            return None
        return found[: width * HASH_SIZE]

    def file(self, path: str, most: int) -> Flow[bytes | None]:
        """A file, of at most so many bytes. None: it is not there. Raises: Unavailable, TooLarge."""
        why = ""
        for pause in (0.0, *_PAUSES):
            if pause:
                yield Pause(pause)
            reply = yield Request("GET", f"{self.url}/{path}", most=most)
            if isinstance(reply, Reply) and reply.status == 200:
                return reply.body
            if isinstance(reply, Reply) and reply.status in _NOT_THERE:
                return None
            why = (
                reply.why if isinstance(reply, Lost) else f"status {reply.status}" if reply else ""
            )
        raise Unavailable(f"{self.url}/{path} cannot be had: {why}")
