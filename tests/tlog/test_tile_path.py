"""Names of tiles and bundles, C2SP tlog-tiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.tlog.tiles import ENTRIES, MAX_SIZE, Tile, tile_width, tiles_of


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 67, 5), "tile/0/067.p/5"),
        (Tile(0, 1067, 5), "tile/0/x001/067.p/5"),
        # The specification's own example of an index.
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(ENTRIES, 1234067), "tile/entries/x001/x234/067"),
        (Tile(ENTRIES, 3, 1), "tile/entries/003.p/1"),
        (Tile(2, MAX_SIZE), "tile/2/x009/x223/x372/x036/x854/x775/807"),
    ],
)
def test_a_tile_and_its_path_name_each_other(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@given(
    st.builds(Tile, st.integers(ENTRIES, 63), st.integers(0, MAX_SIZE), st.integers(1, 256)),
)
def test_every_tile_is_read_back_from_its_path(tile: Tile) -> None:
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/x01/067",
        "tile/0/000.p/0",
        "tile/0/000.p/05",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000\n",
        "tile/0/00٣",
        "tile/entry/000",
        "tile/entries/../../secret",
        "tile/8/0/000",
        "tile/0/x010/x000/x000/x000/x000/x000/x000/000",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
    ],
)
def test_anything_but_the_one_spelling_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput, match="is not the path of a tile"):
        Tile.parse(path)


@pytest.mark.parametrize(
    "arguments", [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**63, 1), (0, 0, 0), (0, 0, 257)]
)
def test_a_tile_that_cannot_be_cannot_be_made(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInput):
        Tile(*arguments)


def test_a_log_of_seventy_thousand_has_the_tiles_that_the_specification_counts() -> None:
    tiles = list(tiles_of(70_000))
    full = [tile.level for tile in tiles if tile.width == 256]
    partial = {tile.level: tile.width for tile in tiles if tile.width < 256}
    assert (full.count(0), full.count(1), len(full)) == (273, 1, 274)
    assert partial == {0: 112, 1: 17, 2: 1}


def test_a_log_of_256_has_a_full_tile_and_a_tile_of_one_above_it() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@pytest.mark.parametrize(
    ("level", "index", "width"), [(0, 273, 112), (ENTRIES, 273, 112), (0, 274, 0), (1, 0, 256)]
)
def test_the_width_of_a_tile_follows_from_the_size_of_the_log(
    level: int, index: int, width: int
) -> None:
    assert tile_width(level, index, 70_000) == width
