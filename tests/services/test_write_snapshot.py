"""The files of a snapshot: equal sets share one, and deltas lead from the snapshot before to this one."""

from array import array
from pathlib import Path

import pytest

from registry.domain.vocabulary import Usage
from registry.screening.filter_file import Filter
from registry.screening.key_lists import apply, decode_delta, no_keys, read_list, sorted_keys
from registry.screening.manifest import REGISTERED, SetEntry
from registry.services.gather_keys import Contents
from registry.services.write_snapshot import Before, read_before, write_lists, write_sets
from registry.storage.snapshots import SnapshotFiles
from tests.screening.sets import manifest_of

GEN = Usage.GENERATIVE_TRAINING


def contents(registered: list[int], open_for_generation: list[int]) -> Contents:
    left_out = dict.fromkeys(Usage, no_keys()) | {GEN: sorted_keys(open_for_generation)}
    return Contents(sorted_keys(registered), left_out)


OLD = contents([1, 2, 3, 10], [2, 10])
NEW = contents([1, 2, 4, 10], [4, 10])


def sets_of(what: Contents) -> dict[str, "array[int]"]:
    return {REGISTERED: what.registered} | {usage.value: what.of(usage) for usage in Usage}


def write(folder: Path, what: Contents, before: Before | None) -> dict[str, SetEntry]:
    told: list[tuple[str, int, int]] = []
    entries = write_sets(folder, what, before, lambda *at: told.append(at))
    assert {name for name, _, _ in told} == {"filter registered", "filter generative-training"}
    return entries


def test_each_set_has_a_filter_of_exactly_its_keys(tmp_path: Path) -> None:
    entries = write(tmp_path, NEW, None)
    for name, keys in sets_of(NEW).items():
        made = Filter((tmp_path / entries[name].filter.name).read_bytes())
        assert [key for key in range(20) if key in made] == list(keys)
        assert (entries[name].keys, entries[name].content) == (len(keys), made.content.hex())
        assert entries[name].delta is None
    assert len(list(tmp_path.iterdir())) == 2, "eight categories share the filter of everything"


def test_a_delta_leads_from_each_set_to_the_next(tmp_path: Path) -> None:
    before = Before(manifest_of(sets_of(OLD)), OLD)
    entries = write(tmp_path, NEW, before)
    for name, keys in sets_of(NEW).items():
        entry = entries[name].delta
        assert entry is not None
        delta = decode_delta((tmp_path / entry.name).read_bytes())
        assert apply(sets_of(OLD)[name], delta) == keys


def test_a_list_holds_what_is_registered_and_what_is_left_out(tmp_path: Path) -> None:
    lists = write_lists(tmp_path, NEW)
    read = {n: read_list((tmp_path / entry.name).read_bytes()) for n, entry in lists.items()}
    assert read[REGISTERED] == NEW.registered
    assert read[GEN.value] == NEW.left_out[GEN]


@pytest.mark.parametrize("damage", ["none", "gone", "changed"])
def test_what_a_snapshot_before_was_about_is_read_only_whole(tmp_path: Path, damage: str) -> None:
    files = SnapshotFiles(tmp_path)
    with files.making() as folder:
        lists = write_lists(folder, OLD)
        files.publish(7, folder, "signed")
    manifest = manifest_of(sets_of(OLD), lists=lists, size=7)
    path = files.file(7, lists[GEN.value].name)
    if damage == "gone":
        path.unlink()
    elif damage == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    before = read_before(files, manifest)
    assert before == (Before(manifest, OLD) if damage == "none" else None)
