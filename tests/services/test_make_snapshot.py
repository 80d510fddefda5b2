"""Making snapshots: signed at a checkpoint, followed by the next, good for longer when nothing happens."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from registry.domain.events import Subject
from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Usage
from registry.errors import LogRefuses, Unavailable
from registry.instants import HOUR_MS
from registry.screening.key_lists import apply, decode_delta, holds, read_list, without
from registry.screening.keys import short_key
from registry.screening.manifest import REGISTERED, Manifest, verify_manifest
from registry.services.make_snapshot import LINGER_MS, make_snapshot, newest_manifest
from registry.signing.keys import KeyPurpose, PublicKey
from registry.signing.note_key import vkey
from tests.registries import DAY, Desk

# what is read of the store is tried on both kinds in test_gather_keys and test_whole_projection
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

OPEN, CLOSED = "isrc:GBAYE0601498", "isrc:USRC17607839"


def make(desk: Desk) -> Manifest:
    return make_snapshot(desk.registry.snapshot_press())


def verified(desk: Desk, size: int) -> Manifest:
    """The published manifest, verified as a reader would."""
    registry = desk.registry
    keyring, place = registry.signers().keyring, registry.place

    def find_key(kid: str) -> PublicKey:
        assert kid.startswith(f"{place.issuer}#")
        return keyring.find(kid.rpartition("#")[2], KeyPurpose.ANSWERS).public

    log_key = vkey(place.origin, registry.signers()[KeyPurpose.LOG].public.raw)
    return verify_manifest(registry.snapshots.manifest(size), find_key, log_key, desk.clock())


def lists_of(desk: Desk, manifest: Manifest) -> dict[str, Any]:
    files = desk.registry.snapshots
    return {
        name: read_list(files.file(manifest.size, entry.name).read_bytes())
        for name, entry in manifest.lists.items()
    }


def allowed(desk: Desk) -> None:
    work, claim = desk.work(OPEN)
    desk.prove(claim, OPEN)
    desk.declare(work, generative_training="allow")
    desk.clock.forward(4 * DAY)


def test_a_snapshot_is_signed_over_files_that_are_what_it_says(desk: Desk) -> None:
    allowed(desk)
    desk.work(CLOSED)
    made = make(desk)
    with desk.registry.reading() as uow:
        head = uow.log.head()
    assert head is not None
    assert (made.size, made.checkpoint) == (head.head.size, head.note)
    assert verified(desk, made.size) == made == newest_manifest(desk.registry.snapshots)
    for name, entry in made.files().items():
        body = desk.registry.snapshots.file(made.size, name).read_bytes()
        assert (len(body), hashlib.sha256(body).hexdigest()) == (entry.bytes, entry.sha256)
    key = short_key(parse_identifier(OPEN).wide_key)
    lists = lists_of(desk, made)
    assert holds(lists[REGISTERED], key)
    assert list(lists["generative-training"]) == [key]
    assert list(lists["search"]) == []
    assert made.sets["generative-training"].keys == 1


def test_whoever_follows_the_deltas_has_what_whoever_begins_anew_has(desk: Desk) -> None:
    allowed(desk)
    first = make(desk)
    sets = {name: read_list_of_set(desk, first, name) for name in first.sets}
    desk.work(CLOSED, "https://artist.com/x")
    work, claim = desk.work("iswc:T0345246801", by="R2")
    desk.prove(claim, "iswc:T0345246801")
    desk.declare(
        Subject("catalogue", desk.rightsholder()), generative_training="deny", to=desk.platform()
    )
    second = make(desk)
    assert second.previous == first.size
    for name, entry in second.sets.items():
        assert entry.delta is not None
        body = desk.registry.snapshots.file(second.size, entry.delta.name).read_bytes()
        assert apply(sets[name], decode_delta(body)) == read_list_of_set(desk, second, name)


def read_list_of_set(desk: Desk, manifest: Manifest, name: str) -> Any:
    lists = lists_of(desk, manifest)
    return lists[REGISTERED] if name == REGISTERED else without(lists[REGISTERED], lists[name])


def test_while_nothing_happens_the_same_snapshot_is_good_for_longer(desk: Desk) -> None:
    allowed(desk)
    make(desk)
    desk.work(CLOSED)
    first = make(desk)
    desk.clock.forward(HOUR_MS)
    again = make(desk)
    assert again == replace(
        first, made_at=first.made_at + HOUR_MS, valid_until=first.valid_until + HOUR_MS
    )
    assert verified(desk, again.size) == again


def test_time_alone_can_change_what_stands_open(desk: Desk) -> None:
    allowed(desk)
    work, _ = desk.work(CLOSED)
    desk.declare(
        Subject("catalogue", desk.rightsholder()),
        generative_training="deny",
        valid_from=desk.clock() + 10 * HOUR_MS,
    )
    first = make(desk)
    assert list(lists_of(desk, first)["generative-training"])
    desk.clock.forward(5 * HOUR_MS)
    second = make(desk)
    assert (second.size, second.previous) == (first.size, first.size)
    assert not list(lists_of(desk, second)["generative-training"])


def test_old_snapshots_are_forgotten_some_time_after_they_are_over(desk: Desk) -> None:
    first = make(desk)
    desk.clock.forward(first.valid_until - desk.clock())
    desk.work(CLOSED)
    second = make(desk)
    assert desk.registry.snapshots.sizes() == [first.size, second.size]
    desk.clock.forward(LINGER_MS)
    make(desk)
    assert desk.registry.snapshots.sizes() == [second.size]


def test_a_snapshot_before_that_was_damaged_is_not_followed(desk: Desk) -> None:
    first = make(desk)
    entry = first.lists[REGISTERED]
    desk.registry.snapshots.file(first.size, entry.name).write_bytes(b"damaged")
    desk.work(CLOSED)
    second = make(desk)
    assert second.previous is None
    assert all(each.delta is None for each in second.sets.values())


def test_nothing_is_published_of_a_log_that_was_set_back(desk: Desk) -> None:
    press = desk.registry.snapshot_press()

    def refuse(_head: Any) -> Any:
        raise LogRefuses("the store is behind")

    with pytest.raises(LogRefuses):
        make_snapshot(replace(press, release=refuse))
    assert desk.registry.snapshots.sizes() == []


def test_one_that_took_longer_to_make_than_it_counts_is_not_published(desk: Desk) -> None:
    press = desk.registry.snapshot_press()

    def take_long(_what: str, _done: int, _total: int) -> None:
        desk.clock.forward(press.validity)

    with pytest.raises(Unavailable, match="REGISTRY_SNAPSHOT_VALIDITY_SECONDS"):
        make_snapshot(press, take_long)
    assert desk.registry.snapshots.sizes() == []


def test_breaking_off_leaves_the_snapshot_before(desk: Desk) -> None:
    first = make(desk)
    desk.work(CLOSED)

    def interrupt(what: str, _done: int, _total: int) -> None:
        if what.startswith("filter"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_snapshot(desk.registry.snapshot_press(), interrupt)
    assert desk.registry.snapshots.sizes() == [first.size]
    assert make(desk).previous == first.size


def test_every_category_has_a_set(desk: Desk) -> None:
    assert set(make(desk).sets) == {REGISTERED, *Usage}
