"""The monitor at a real registry, over HTTP: it holds, it tells what is new, and it remembers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.client.monitor.findings import Kind
from registry.client.monitor.following import Log
from registry.client.monitor.keeping import Keeping
from registry.client.monitor.monitor import LOOK_AGAIN_MS, Monitor, Watch
from registry.errors import InvalidInput, KeyRefused, Unavailable
from registry.signing.keys import KeyPurpose, generate
from registry.signing.note import cosigner_vkey, vkey
from tests.client.monitor.copies import CopiedLog, entry, file_server
from tests.served import Served, served

ISRC = "isrc:GBAYE0601498"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, f"sqlite:///{tmp_path}/registry.sqlite") as world:
        yield world


def key(world: Served) -> str:
    registry = world.registry
    return vkey(registry.place.origin, registry.signers()[KeyPurpose.LOG].public.raw)


def watch(world: Served, *identifiers: str) -> Watch:
    log = Log(f"{world.url}/log", (key(world),))
    return Watch(log, identifiers=identifiers, site=world.url)


def test_it_follows_and_tells_what_is_new_about_an_identifier(
    world: Served, tmp_path: Path
) -> None:
    keeping = Keeping(tmp_path / "state")
    with Monitor(watch(world, ISRC), keeping, world.clock) as monitor:
        first = monitor.look()
        assert (first.alarms, first.news, first.trouble) == ((), (), ())
        assert first.round.read > 0
        assert monitor.look().round.read == 0
        work = world.work(ISRC)
        world.declare({"work": work["id"]}, ai_training="deny")
        second = monitor.look()
        assert any("ai-training" in words and "deny" in words for _, words in second.news)
        assert second.alarms == ()
    with Monitor(watch(world, ISRC), keeping, world.clock) as monitor:
        again = monitor.look()
        assert (again.round.read, again.news, again.alarms) == (0, (), ())


def test_what_takes_effect_by_time_is_seen_without_an_entry(world: Served) -> None:
    work = world.work(ISRC)
    until = "2026-09-21T16:00:00Z"
    world.declare({"work": work["id"]}, ai_training="deny", valid_until=until)
    with Monitor(watch(world, ISRC), None, world.clock) as monitor:
        assert monitor.look().news == ()
        world.clock.forward(3 * LOOK_AGAIN_MS)
        assert [words for _, words in monitor.look().news if "→" in words]


def test_a_registry_that_answers_from_another_log_than_it_serves_is_found(
    world: Served, tmp_path: Path
) -> None:
    world.work(ISRC)
    registry = world.registry
    released = registry.head_file.read()
    assert released is not None
    folder = tmp_path / "copy"
    folder.mkdir()
    signer = registry.signers()[KeyPurpose.LOG]
    entries = [entry(number) for number in range(released.size)]
    copy = CopiedLog(folder, registry.place.origin, signer, entries).write()  # type: ignore[arg-type]
    with file_server(folder) as url:
        known = Watch(Log(url, (copy.vkey,)), identifiers=(ISRC,), site=world.url)
        with Monitor(known, None, world.clock) as monitor:
            assert [each.kind for each in monitor.look().alarms] == [Kind.FORK]


def test_a_registry_that_is_away_is_trouble_and_the_log_still_counts(world: Served) -> None:
    known = Watch(watch(world).log, identifiers=(ISRC,), site="http://127.0.0.1:1")
    with Monitor(known, None, world.clock, lambda seconds: None) as monitor:
        look = monitor.look()
    assert look.round.read > 0
    assert len(look.trouble) == 1
    nowhere = Watch(Log("http://127.0.0.1:1", (key(world),)))
    with (
        Monitor(nowhere, None, world.clock, lambda seconds: None) as monitor,
        pytest.raises(Unavailable),
    ):
        monitor.look()


def test_without_its_witnesses_a_log_is_not_taken_at_its_word(world: Served) -> None:
    stranger = cosigner_vkey("w.example", generate().public.raw)
    known = Watch(watch(world).log, (stranger,), 1)
    with Monitor(known, None, world.clock) as monitor:
        assert [each.kind for each in monitor.look().alarms] == [Kind.UNWITNESSED]


def test_keys_that_do_not_fit_are_refused_at_once(world: Served) -> None:
    other = vkey("other.example/log", generate().public.raw)
    for vkeys, error in (
        ((), InvalidInput),
        ((key(world), other), InvalidInput),
        (("?",), KeyRefused),
    ):
        with pytest.raises(error):
            Monitor(Watch(Log("https://x.example", vkeys)))
    with pytest.raises(InvalidInput):
        Monitor(Watch(watch(world).log, (), 1))
