"""A log that only grows raises no alarm; whatever is done to one is found, and called by its name: fifty seeds each."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from registry.client.monitor.findings import Kind
from registry.client.monitor.following import Begun, Kept, Log, Round, follow
from registry.signing.keys import generate
from registry.tlog.edge import Edge
from registry.tlog.merkle import leaf_hash
from tests.client.monitor.copies import URL, CopiedLog, entry, flip, run

SEEDS = range(50)
MOST = 330


@dataclass
class Scene:
    """A log that was followed up to `old` entries and has `size`; what follows is done to its files."""

    log: CopiedLog
    chance: random.Random
    old: int
    size: int
    kept: Kept
    anew: bool = False
    salt: str = ""

    def look(self) -> Round:
        known = Log(URL, (self.log.vkey,))
        found: Round = run(follow(known, self.kept, anew=self.anew), self.log.folder)
        return found

    def any_new(self) -> int:
        """The number of an entry that will be read."""
        return self.chance.randrange(0 if self.anew else self.old, self.size)

    def write(self) -> None:
        shutil.rmtree(self.log.folder)
        self.log.folder.mkdir()
        self.log.write(self.size)

    def rewrite(self, first: int) -> None:
        """Another history from an entry on, with everything as it has to be for that."""
        for number in range(first, self.size):
            self.log.entries[number] = entry(number, "other ")
        self.write()


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> list[Scene]:
    """One a seed, each as it should be."""
    entries = [entry(number) for number in range(MOST)]
    return [_scene(entries, tmp_path_factory.mktemp("log"), seed) for seed in SEEDS]


def _scene(entries: list[bytes], folder: Path, seed: int) -> Scene:
    chance = random.Random(seed)
    old = chance.randrange(1, MOST - 1)
    size = chance.randrange(old + 1, MOST + 1)
    log = CopiedLog(folder, entries=list(entries)).write(old)
    first: Round = run(follow(Log(URL, (log.vkey,)), None), folder)
    assert first.kept is not None
    assert not first.alarms
    return Scene(log.write(size), chance, old, size, first.kept, anew=bool(seed % 2))


def copied(it: Scene, folder: Path, name: str) -> Scene:
    shutil.copytree(it.log.folder, folder)
    log = replace(it.log, folder=folder, entries=list(it.log.entries))
    return replace(it, log=log, chance=random.Random(f"{name} {it.old}"))


def fork(it: Scene) -> None:
    it.rewrite(it.chance.randrange(it.old))


def fork_of_the_same_size(it: Scene) -> None:
    it.size = it.old
    it.rewrite(it.chance.randrange(it.old))


def rollback(it: Scene) -> None:
    it.size = it.chance.randrange(1, it.old) if it.old > 1 else 0
    it.write()


def altered(it: Scene) -> None:
    index = it.any_new()
    path = it.log.bundle(index, it.size)
    it.log.change_bundle(path, lambda entries: entries.__setitem__(index % 256, entry(index, "x")))


def altered_with_its_tile(it: Scene) -> None:
    index = it.any_new()
    other = entry(index, "x")
    path = it.log.bundle(index, it.size)
    it.log.change_bundle(path, lambda entries: entries.__setitem__(index % 256, other))
    tile = it.log.tile(0, index // 256, it.size)
    content = bytearray(tile.read_bytes())
    content[32 * (index % 256) : 32 * (index % 256) + 32] = leaf_hash(other)
    tile.write_bytes(content)


def reordered(it: Scene) -> None:
    index = it.any_new()
    path = it.log.bundle(index, it.size)

    def turn(entries: list[bytes]) -> None:
        place = index % 256
        other = place - 1 if place else (1 if len(entries) > 1 else 0)
        entries[place], entries[other] = entries[other], entries[place]
        if len(entries) == 1:
            entries[0] = entry(index, "x")

    it.log.change_bundle(path, turn)


def left_out(it: Scene) -> None:
    index = it.any_new()
    path = it.log.bundle(index, it.size)

    def leave_out(entries: list[bytes]) -> None:
        del entries[index % 256]
        entries[:] = entries or [entry(index, "x")]

    it.log.change_bundle(path, leave_out)


def cut_short(it: Scene) -> None:
    path = it.log.bundle(it.any_new(), it.size)
    content = path.read_bytes()
    path.write_bytes(content[: it.chance.randrange(len(content))])


def not_served(it: Scene) -> None:
    it.log.bundle(it.any_new(), it.size).unlink()


def backdated(it: Scene) -> None:
    index = max(3, it.any_new(), 0 if it.anew else it.old + 1)
    if index >= it.size:  # nothing comes after what was read: one more entry does
        it.size = index + 1
        it.log.entries.append(b"")
    it.log.entries[index] = entry(index, at=1_780_000_000_000)
    if it.anew:
        it.kept = replace(
            it.kept, checkpoint=replace(it.kept.checkpoint, size=0, root=Edge().root())
        )
    it.write()


def unreadable(it: Scene) -> None:
    index = it.any_new() if not it.anew else it.chance.randrange(it.old, it.size)
    it.log.entries[index] = it.log.entries[index].replace(b'"v":1', b'"v":2')
    it.write()


def damaged_tile(it: Scene) -> None:
    last = (it.size - 1) // 256
    first = 0 if it.anew else it.old // 256
    flip_in = it.chance.randrange(first, last + 1)
    flip(it.log.tile(0, flip_in, it.size), it.chance)


def missing_tile(it: Scene) -> None:
    it.log.tile(0, (it.size - 1) // 256, it.size).unlink()


def forged(it: Scene) -> None:
    (it.log.folder / "checkpoint").write_text(it.log.note(it.size, generate()))


def garbled(it: Scene) -> None:
    path = it.log.folder / "checkpoint"
    text = path.read_bytes()
    place = it.chance.randrange(len(text))
    path.write_bytes(text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :])


Deed = tuple[Callable[[Scene], None], set[Kind]]
DEEDS: list[Deed] = [
    (fork, {Kind.FORK}),
    (fork_of_the_same_size, {Kind.FORK}),
    (rollback, {Kind.ROLLBACK}),
    (altered, {Kind.ALTERED}),
    (altered_with_its_tile, {Kind.ALTERED, Kind.ROOT}),
    (reordered, {Kind.ALTERED}),
    (left_out, {Kind.MISSING, Kind.ALTERED}),
    (cut_short, {Kind.MISSING, Kind.ALTERED, Kind.UNREADABLE}),
    (not_served, {Kind.MISSING}),
    (backdated, {Kind.TIME}),
    (unreadable, {Kind.UNREADABLE}),
    (damaged_tile, {Kind.TILE}),
    (missing_tile, {Kind.TILE}),
    (forged, {Kind.FORGED}),
    (garbled, {Kind.FORGED, Kind.ANOTHER}),
]


def test_a_log_that_only_grows_raises_no_alarm(scenes: list[Scene]) -> None:
    for it in scenes:
        found = it.look()
        assert found.alarms == ()
        assert found.kept is not None
        assert found.kept.checkpoint.size == it.size
        assert found.read == (it.size if it.anew else it.size - it.old)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed[0].__name__)
def test_whatever_is_done_to_a_log_is_found(
    deed: Deed, scenes: list[Scene], tmp_path: Path
) -> None:
    do, kinds = deed
    for seed, whole in enumerate(scenes):
        it = copied(whole, tmp_path / str(seed), do.__name__)
        do(it)
        found = it.look()
        assert kinds & {each.kind for each in found.alarms}, f"seed {seed}: {found.alarms}"


def test_an_altered_entry_is_named_and_a_fork_is_shown_by_both_heads(
    scenes: list[Scene], tmp_path: Path
) -> None:
    it = copied(scenes[1], tmp_path / "a", "a")
    index = it.chance.randrange(it.size)
    path = it.log.bundle(index, it.size)
    it.log.change_bundle(path, lambda entries: entries.__setitem__(index % 256, entry(index, "x")))
    assert [each.index for each in it.look().alarms if each.kind is Kind.ALTERED] == [index]
    it = copied(scenes[0], tmp_path / "b", "b")
    fork(it)
    evidence = it.look().alarms[0].evidence
    assert set(evidence) == {"before", "now"}
    assert it.kept.note == evidence["before"] != evidence["now"]


def test_what_does_not_hold_is_not_kept(scenes: list[Scene], tmp_path: Path) -> None:
    for do in (fork, rollback, altered, forged, not_served):
        it = copied(scenes[2], tmp_path / do.__name__, "kept")
        do(it)
        assert it.look().kept is it.kept


def test_a_reading_that_was_broken_off_is_gone_on_with(tmp_path: Path) -> None:
    log = CopiedLog(tmp_path, entries=[entry(number) for number in range(64 * 256 + 300)]).write()
    reports: list[Begun] = []
    known = Log(URL, (log.vkey,))
    whole: Round = run(follow(known, None, report=reports.append), tmp_path)
    assert [each.edge.size for each in reports] == [64 * 256]
    rest: Round = run(follow(known, None, reports[0]), tmp_path)
    assert rest.read == 300
    assert whole.kept is not None
    assert rest.kept is not None
    assert rest.kept.edge.root() == whole.kept.edge.root()
    wrong = Begun(Edge(), 0)
    wrong.edge.append([bytes(32)] * 256)
    alarms: Round = run(follow(known, None, wrong), tmp_path)
    assert alarms.alarms[0].kind is Kind.ROOT
