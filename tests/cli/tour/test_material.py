"""What the tour registers: read where it lies, linked in order."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from registry.bootstrap import open_registry
from registry.cli.tour.material import (
    CLAIMANTS,
    Listed,
    media,
    register_all,
    sha256_of,
    works,
)
from registry.errors import InvalidInput
from registry.services.actor import Actor
from registry.services.find import the_work
from registry.services.open_account import register_rightsholder
from registry.settings import Settings

STEWARD = Actor("test", "steward")


def registered(folder: Path, listed: list[Listed]) -> dict[str, tuple[str, list[str]]]:
    """Ref → work id, and the ids that it links to."""
    registry = open_registry(Settings.from_environ({"REGISTRY_VAR": str(folder)}))
    registry.prepare()
    try:
        with registry.writing() as ledger:
            holders = {name: register_rightsholder(ledger, name, STEWARD) for name in CLAIMANTS}
            done = register_all(ledger, listed, holders, STEWARD, lambda count: None)
        with registry.reading() as uow:
            return {
                ref: (each.work, [link.to for link in the_work(uow, each.work).links])
                for ref, each in done.items()
            }
    finally:
        registry.close()


def test_a_file_is_hashed_in_pieces_to_the_same_digest(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 1024)
    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_every_media_file_is_known_by_its_digest() -> None:
    found = list(media())
    assert len({each.ref for _, each in found}) == len(found) == 9
    for path, each in found:
        assert each.identifiers == (f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",)


def test_links_lead_to_what_they_name_in_whatever_order_works_come(tmp_path: Path) -> None:
    listed = works()
    done = registered(tmp_path, listed[::-1])
    assert len(done) == len(listed)
    for each in listed:
        assert sorted(done[each.ref][1]) == sorted(done[ref][0] for ref in each.needs)


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    first, second = works()[:2]
    circle = [replace(first, part_of=(second.ref,)), replace(second, part_of=(first.ref,))]
    with pytest.raises(InvalidInput, match="circle"):
        registered(tmp_path, circle)
