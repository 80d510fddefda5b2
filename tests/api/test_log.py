"""The log as files: an auditor who fetches everything arrives at the checkpoint's root."""

import pytest

from registry.services.open_account import register_rightsholder
from tests.api.served import STEWARD, served


def test_every_tile_and_bundle_leads_to_the_checkpoints_root_also_past_a_full_tile(tmp_path):
    with served(tmp_path) as world:
        assert world.verify_log() == world.root()[0] < 256
        with world.registry.writing() as ledger:
            for n in range(300):
                register_rightsholder(ledger, f"Somebody {n}", STEWARD)
        assert world.verify_log() == world.root()[0] > 300
        full = world.http.get("/log/tile/0/000")
        assert len(full.content) == 256 * 32
        assert "immutable" in full.headers["cache-control"]
        assert "immutable" in world.http.get("/log/tile/entries/000").headers["cache-control"]
        earlier = world.http.get("/log/tile/0/000.p/7")
        assert earlier.content == full.content[: 7 * 32]
        assert "immutable" not in earlier.headers["cache-control"]
        assert "immutable" not in world.http.get("/log/checkpoint").headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "0/000",
        "0/000.p/255",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "0/001.p/1",
        "1/000.p/1",
        "00/000.p/1",
        "64/000",
        "entries/000",
        "entries/000.p/255",
        "-1/000.p/1",
        "0/0",
        "0/x000/000.p/1",
        "0/000.p/1/",
        "x",
        "0/000.p",
        "0/999",
    ],
)
def test_a_piece_that_the_checkpoint_does_not_cover_is_not_found(world, path):
    assert world.http.get(f"/log/tile/{path}").status_code == 404


def test_the_checkpoint_is_shown_only_once_it_is_in_the_second_place(world):
    world.work()
    size, root = world.root()
    released = world.registry.head_file.read()
    assert (released.size, released.root) == (size, root)
