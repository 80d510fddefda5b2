"""How the pieces of a log are named: tiles of 256 hashes, and bundles of 256 entries.

C2SP tlog-tiles, "Merkle Tree" and "Log entries". Every piece has exactly one path, relative to the
log's prefix, so that a plain file server or a cache can serve it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from registry.errors import InvalidInput
from registry.tlog.merkle import HASH_SIZE

TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_BYTES = TILE_WIDTH * HASH_SIZE
MAX_LEVEL = 63
MAX_SIZE = 2**63 - 1
ENTRIES = -1
"""The level of a bundle of entries: it stands below level 0, where the hashes begin."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/"
    r"(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of a tile, or, with level `ENTRIES`, of a bundle of entries.

    `width` is the number of hashes (entries) it holds, 1 to 256; fewer than 256 is a partial tile.
    Raises InvalidInput for a tile that cannot be.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not ENTRIES <= self.level <= MAX_LEVEL:
            raise InvalidInput(f"A tile's level is 0 to {MAX_LEVEL}, not {self.level}.")
        if not 0 <= self.index <= MAX_SIZE:
            raise InvalidInput(f"A tile's index is 0 to {MAX_SIZE}, not {self.index}.")
        if not 1 <= self.width <= TILE_WIDTH:
            raise InvalidInput(f"A tile holds 1 to {TILE_WIDTH} hashes, not {self.width}.")

    @property
    def path(self) -> str:
        """`tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`: index 1067 is x001/067."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"

    @staticmethod
    def parse(path: str) -> "Tile":
        """The tile that `path` names. Only the one canonical spelling is a name.

        Raises InvalidInput for anything else: leading zeroes, a `.p/256`, a wrong group of digits.
        """
        found = _PATH.fullmatch(path)
        if found is not None:
            level = ENTRIES if found["level"] == "entries" else int(found["level"])
            index = int(found["index"].replace("x", "").replace("/", ""))
            width = int(found["width"] or TILE_WIDTH)
            if level <= MAX_LEVEL and index <= MAX_SIZE and width <= TILE_WIDTH:
                tile = Tile(level, index, width)
                if tile.path == path:
                    return tile
        raise InvalidInput(
            f"{path[:100]!r} is not the path of a tile; one looks like tile/0/x001/067 (full), "
            "tile/0/x001/067.p/5 (partial) or tile/entries/x001/067."
        )


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes (entries, at level `ENTRIES`) that tile holds in a tree of `size`: 0..256."""
    filled = size >> (TILE_HEIGHT * max(level, 0))
    return min(TILE_WIDTH, max(0, filled - index * TILE_WIDTH))


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of hashes of the tree of `size`, level by level, partial ones included."""
    level = 0
    while filled := size >> (TILE_HEIGHT * level):
        for index in range(-(-filled // TILE_WIDTH)):
            yield Tile(level, index, tile_width(level, index, size))
        level += 1
