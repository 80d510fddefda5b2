"""Fetching a snapshot over HTTP and asking it: whatever is wrong with it is an error, and never a no."""

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest

from registry.client.ask import fetch_keys
from registry.client.published import PublishedKeys
from registry.client.snapshot import MANIFEST, fetch_snapshot, open_snapshot
from registry.domain.vocabulary import Usage
from registry.errors import Unavailable, VerificationFailed
from registry.instants import HOUR_MS
from registry.screening.manifest import Manifest
from registry.screening.snapshot import Screened, Snapshot
from registry.services.make_snapshot import make_snapshot
from registry.signing.keys import KeyPurpose, generate
from registry.signing.note_key import vkey
from tests.registries import DAY
from tests.served import Served, served

OPEN, CLOSED, UNKNOWN = "isrc:GBAYE0601498", "isrc:USRC17607839", "isrc:GBAYE0601499"
GEN = Usage.GENERATIVE_TRAINING


class Platform:
    """A platform that trusts a served registry's keys, and keeps snapshots in a folder."""

    def __init__(self, world: Served, made: Manifest) -> None:
        self.world, self.made = world, made
        self.keys = fetch_keys(world.url, world.http)
        place, signers = world.registry.place, world.registry.signers()
        self.log_key = vkey(place.origin, signers[KeyPurpose.LOG].public.raw)

    def fetch(self, folder: Path, **changes: Any) -> Snapshot:
        given = {
            "url": self.world.url,
            "folder": folder,
            "usages": (GEN,),
            "keys": self.keys,
            "log_key": self.log_key,
            "client": self.world.http,
            "clock": self.world.clock,
        }
        return fetch_snapshot(**(given | changes))

    def open(self, folder: Path, **changes: Any) -> Snapshot:
        given = {"keys": self.keys, "log_key": self.log_key, "clock": self.world.clock}
        return open_snapshot(folder, (GEN,), **(given | changes))

    @property
    def name(self) -> str:
        return self.made.sets[GEN.value].filter.name


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("served")
    with served(folder, f"sqlite:///{folder}/registry.sqlite3") as world:
        work, claim = world.desk.work(OPEN)
        world.desk.prove(claim, OPEN)
        world.desk.declare(work, generative_training="allow")
        world.desk.work(CLOSED, by="R2")
        world.clock.forward(4 * DAY)
        yield Platform(world, make_snapshot(world.registry.snapshot_press()))


def test_a_fetched_snapshot_answers_and_can_be_opened_again_without_the_registry(
    platform: Platform, tmp_path: Path
) -> None:
    for snapshot in (platform.fetch(tmp_path), platform.open(tmp_path)):
        assert snapshot.screen((CLOSED,), GEN) is Screened.CANDIDATE
        assert snapshot.screen((OPEN,), GEN) is Screened.OPEN
        assert snapshot.screen((UNKNOWN,), GEN) is Screened.UNREGISTERED
        assert snapshot.screen((OPEN, CLOSED), GEN) is Screened.CANDIDATE
    assert len(list(tmp_path.iterdir())) == 3


def test_it_says_what_the_registry_says(platform: Platform, tmp_path: Path) -> None:
    snapshot = platform.fetch(tmp_path)
    for asked in ((CLOSED,), (OPEN,), (UNKNOWN,), (OPEN, CLOSED), ("isrc:x",)):
        answer = platform.world.desk.ask(*asked)
        assert snapshot.screen(asked, GEN).may_be_opted_out == answer.opted_out


def test_what_was_broken_off_goes_on_where_it_stopped(platform: Platform, tmp_path: Path) -> None:
    snapshots = platform.world.registry.snapshots
    whole = snapshots.file(platform.made.size, platform.name).read_bytes()
    (tmp_path / f"{platform.name}.part").write_bytes(whole[:100])
    asked: list[str | None] = []
    with httpx2.Client(
        event_hooks={"request": [lambda request: asked.append(request.headers.get("range"))]}
    ) as client:
        platform.fetch(tmp_path, client=client)
        assert "bytes=100-" in asked
        asked.clear()
        platform.fetch(tmp_path, client=client)
    assert len(asked) == 1, "only the manifest is asked for again"


def test_a_filter_that_was_cut_off_is_fetched_again(platform: Platform, tmp_path: Path) -> None:
    platform.fetch(tmp_path)
    path = tmp_path / platform.name
    path.write_bytes(path.read_bytes()[:-1])
    assert platform.fetch(tmp_path).screen((CLOSED,), GEN) is Screened.CANDIDATE


def test_a_part_of_something_else_is_thrown_away(platform: Platform, tmp_path: Path) -> None:
    part = tmp_path / f"{platform.name}.part"
    part.write_bytes(b"something else")
    with pytest.raises(VerificationFailed, match="changed"):
        platform.fetch(tmp_path)
    assert platform.fetch(tmp_path).screen((CLOSED,), GEN) is Screened.CANDIDATE


@pytest.mark.parametrize("at", [0, 70, -1])
def test_one_byte_changed_in_a_file_is_refused(platform: Platform, tmp_path: Path, at: int) -> None:
    platform.fetch(tmp_path)
    path = tmp_path / platform.name
    body = bytearray(path.read_bytes())
    body[at] ^= 1
    path.write_bytes(body)
    with pytest.raises(VerificationFailed, match="was changed"):
        platform.open(tmp_path)


def test_a_file_that_is_cut_off_or_gone_is_refused(platform: Platform, tmp_path: Path) -> None:
    platform.fetch(tmp_path)
    path = tmp_path / platform.name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(VerificationFailed, match="cut off"):
        platform.open(tmp_path)
    path.unlink()
    with pytest.raises(VerificationFailed, match="cannot be read"):
        platform.open(tmp_path)


def test_a_changed_manifest_is_refused(platform: Platform, tmp_path: Path) -> None:
    platform.fetch(tmp_path)
    path = tmp_path / MANIFEST
    token = path.read_text()
    for at in (5, len(token) // 2, len(token) - 5):
        path.write_text(token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :])
        with pytest.raises(VerificationFailed):
            platform.open(tmp_path)
    path.unlink()
    with pytest.raises(VerificationFailed, match="no manifest"):
        platform.open(tmp_path)


def test_another_log_another_key_and_a_time_that_is_over_are_refused(
    platform: Platform, tmp_path: Path
) -> None:
    platform.fetch(tmp_path)
    other = vkey("other.example/log", generate().public.raw)
    with pytest.raises(VerificationFailed):
        platform.open(tmp_path, log_key=other)
    with pytest.raises(VerificationFailed, match="among the 0"):
        platform.open(tmp_path, keys=PublishedKeys({}, platform.keys.issuer))
    later = platform.world.clock() + 6 * HOUR_MS
    with pytest.raises(VerificationFailed, match="fetch the newest"):
        platform.open(tmp_path, clock=lambda: later)
    with pytest.raises(VerificationFailed, match="set the clock"):
        platform.open(tmp_path, clock=lambda: platform.world.clock() - HOUR_MS)


def test_a_registry_that_is_away_or_has_none_is_no_snapshot(
    platform: Platform, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="away"):
        platform.fetch(tmp_path, url="http://127.0.0.1:9")
    size = platform.made.size
    gone = httpx2.MockTransport(partial(_without_files, platform, size))
    with httpx2.Client(transport=gone) as client, pytest.raises(Unavailable, match="begin again"):
        platform.fetch(tmp_path, client=client)
    nothing = httpx2.MockTransport(lambda request: httpx2.Response(404))
    with (
        httpx2.Client(transport=nothing) as client,
        pytest.raises(Unavailable, match="no snapshot"),
    ):
        platform.fetch(tmp_path, client=client)
    assert not (tmp_path / MANIFEST).exists()


def _without_files(platform: Platform, size: int, request: httpx2.Request) -> httpx2.Response:
    if request.url.path.endswith("/latest"):
        token = platform.world.registry.snapshots.manifest(size)
        return httpx2.Response(200, text=token)
    return httpx2.Response(404)


def test_it_can_be_asked_from_several_threads_at_once(platform: Platform, tmp_path: Path) -> None:
    snapshot = platform.fetch(tmp_path)
    said: list[Screened] = []

    def ask() -> None:
        said.extend(snapshot.screen((CLOSED,), GEN) for _ in range(200))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(said) == {Screened.CANDIDATE}
    assert len(said) == 800


class Followed:
    """A registry whose snapshots follow each other, and a platform that fetches some of them into one folder."""

    def __init__(self, world: Served, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.platform = Platform(world, self.made())
        self.asked: list[str] = []

    def made(self, *new: str) -> Manifest:
        for identifier in new:
            self.world.desk.work(identifier, by="R3")
        self.world.clock.forward(HOUR_MS // 2)
        return make_snapshot(self.world.registry.snapshot_press())

    def fetch(self) -> Snapshot:
        self.asked.clear()
        hooks = {"request": [lambda request: self.asked.append(request.url.path)]}
        with httpx2.Client(event_hooks=hooks) as client:
            return self.platform.fetch(self.folder, client=client)

    @property
    def kinds(self) -> list[str]:
        """What was fetched: the ends of the paths."""
        return [path.rpartition("/")[2].rpartition(".")[2] for path in self.asked]


LATER = [f"isrc:GBAYE06015{number:02d}" for number in range(4)]


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Followed]:
    monkeypatch.setattr("registry.client.snapshot.LARGEST_SHARE", 0.1)  # these filters are tiny
    with served(tmp_path / "r", f"sqlite:///{tmp_path}/registry.sqlite3") as world:
        world.desk.work(CLOSED, by="R2")
        yield Followed(world, tmp_path / "snapshot")


def test_what_changed_is_fetched_as_deltas_and_knows_what_a_new_filter_knows(
    followed: Followed,
) -> None:
    assert followed.fetch().deltas == 0
    assert "filter" in followed.kinds
    followed.made(LATER[0])
    snapshot = followed.fetch()
    assert sorted(set(followed.kinds)) == ["delta", "latest"]
    assert (snapshot.deltas, followed.fetch().deltas, followed.kinds) == (1, 1, ["latest"])
    followed.made()  # signed anew, and the same
    assert (followed.fetch().deltas, followed.kinds) == (1, ["latest"])
    followed.made(LATER[1])
    followed.made(LATER[2])
    for snapshot in (followed.fetch(), followed.platform.open(followed.folder)):
        assert snapshot.deltas == 3, "each of them was small"
        said = [snapshot.screen((each,), GEN) for each in (CLOSED, *LATER)]
        assert said == [Screened.CANDIDATE] * 4 + [Screened.UNREGISTERED]
    assert sorted(set(followed.kinds)) == ["delta", "latest", "manifest"]
    whole = followed.platform.fetch(followed.folder.with_name("other"))
    assert whole.manifest == snapshot.manifest
    assert whole.deltas == 0


def test_deltas_that_do_not_hold_say_nothing_and_filters_are_fetched_instead(
    followed: Followed,
) -> None:
    followed.fetch()
    followed.made(LATER[0])
    assert followed.fetch().deltas == 1
    good = followed.folder
    for number, (name, change) in enumerate(
        product(("*.delta", "manifest.[0-9]*.jws", "*.filter"), ("changed", "cut", "away"))
    ):
        followed.folder = good.with_name(f"copy-{number}")
        shutil.copytree(good, followed.folder)
        for path in followed.folder.glob(name):
            body = bytearray(path.read_bytes())
            body[40 if name.endswith(".jws") else -1] ^= 1
            path.write_bytes(body if change == "changed" else body[:-1])
            if change == "away":
                path.unlink()
        with pytest.raises(VerificationFailed):
            followed.platform.open(followed.folder)
        if (name, change) == ("*.filter", "changed"):
            continue  # as without deltas: what has its length and does not hold is an error that says so
        assert followed.fetch().screen((LATER[0],), GEN) is Screened.CANDIDATE
        assert "filter" in followed.kinds


def test_filters_are_fetched_where_deltas_are_not_small_beside_them(
    followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed.fetch()
    monkeypatch.setattr("registry.client.snapshot.LARGEST_SHARE", 4)
    followed.made(LATER[0])
    assert followed.fetch().deltas == 0
    assert "delta" not in followed.kinds


def test_deltas_of_a_registry_that_lost_an_earlier_manifest_are_not_needed(
    followed: Followed,
) -> None:
    followed.fetch()
    middle = followed.made(LATER[0])
    followed.made(LATER[1])
    followed.world.registry.snapshots.forget(middle.size)
    snapshot = followed.fetch()
    assert (snapshot.deltas, snapshot.screen((LATER[0],), GEN)) == (0, Screened.CANDIDATE)
