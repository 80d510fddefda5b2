"""The gate: no step without a fresh answer that the policy accepts, and a journal of all of it."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from registry.client.gate import GateClosed, gate, gated
from registry.client.journal import Journal
from registry.client.published import PublishedKeys
from registry.client.question import Asset
from registry.client.replay import Replay, replay
from registry.errors import InvalidInput, Unavailable, VerificationFailed
from registry.instants import HOUR_MS, parse_rfc3339
from tests.client.between import ALLOWED, BROKEN, DENIED, UNKNOWN, Headers, World, world

WHO: dict[str, Any] = {
    "usage": "generative-training",
    "purpose": "fine-tune 7",
    "team": "audio",
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("gate")) as made:
        yield made


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def keys(here: World) -> PublishedKeys:
    return PublishedKeys.read(
        here.served.http.get(here.served.url + "/.well-known/did.json").content
    )


def checked(here: World, book: Path) -> Replay:
    found = replay(book, keys(here))
    assert found.holds, found.problems
    return found


def body_of(receipt: bytes) -> bytes:
    """The answer in a receipt, a compact JWS."""
    return urlsafe_b64decode(receipt.split(b".")[1] + b"==")


def events(book: Path) -> list[str]:
    return [json.loads(line)["event"] for line in book.read_bytes().splitlines()]


def test_what_is_permitted_passes_and_the_journal_says_so(here: World, book: Path) -> None:
    with gate(here.client(), [ALLOWED, Asset((ALLOWED,), "r")], journal=book, **WHO) as passed:
        assert [each.ref for each in passed] == [None, "r"]
        assert events(book) == ["opened", "asked", "began"]
    assert events(book)[3:] == ["ended"]
    found = checked(here, book)
    assert found.acts["audio", "fine-tune 7", "ended"] == 1
    assert (found.questions, found.items, found.open) == (1, 2, {})


@pytest.mark.parametrize("items", [[DENIED], [UNKNOWN], [BROKEN], [ALLOWED, DENIED]])
def test_one_item_that_is_not_accepted_keeps_it_shut(
    here: World, book: Path, items: list[str]
) -> None:
    with (
        pytest.raises(GateClosed, match="was not run") as refused,
        gate(here.client(), items, journal=book, **WHO),
    ):
        pytest.fail("the step ran")
    assert refused.value.refused[-1].asset.identifiers == (items[-1],)
    assert events(book) == ["opened", "asked", "refused"]
    checked(here, book)


def test_only_the_accepted_ones_pass_where_that_was_said(here: World, book: Path) -> None:
    items = [DENIED, ALLOWED, UNKNOWN, BROKEN]
    with gate(here.client(), items, journal=book, only_accepted=True, **WHO) as passed:
        assert [each.identifiers for each in passed] == [(ALLOWED,)]
    with gate(
        here.client("no-objection"), items, journal=book, only_accepted=True, **WHO
    ) as passed:
        assert [each.identifiers for each in passed] == [(ALLOWED,), (UNKNOWN,)]
    with (
        pytest.raises(GateClosed),
        gate(here.client(), [DENIED], journal=book, only_accepted=True, **WHO),
    ):
        pytest.fail("the step ran")
    checked(here, book)


def test_a_step_that_fails_is_told_and_its_error_goes_on(here: World, book: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        gate(here.client(), [ALLOWED], journal=book, **WHO),
    ):
        raise ZeroDivisionError("secret")
    assert events(book)[-1] == "failed"
    assert b"secret" not in book.read_bytes()
    checked(here, book)


def test_without_an_answer_the_step_does_not_run(here: World, book: Path) -> None:
    with (
        here.altering(lambda *all: (503, {}, b"")),
        pytest.raises(Unavailable),
        gate(here.client("no-objection"), [UNKNOWN], journal=book, **WHO),
    ):
        pytest.fail("the step ran")
    assert events(book) == ["opened", "unanswered"]
    checked(here, book)


def test_without_a_journal_the_step_does_not_run(here: World, tmp_path: Path) -> None:
    with (
        pytest.raises(Unavailable, match="journal"),
        gate(here.client(), [ALLOWED], journal=tmp_path / "no" / "journal", **WHO),
    ):
        pytest.fail("the step ran")


@pytest.mark.parametrize("words", [{"team": ""}, {"purpose": " "}, {"team": "x" * 201}])
def test_a_team_and_a_purpose_have_to_be_named(
    here: World, book: Path, words: dict[str, str]
) -> None:
    with (
        pytest.raises(InvalidInput) as refused,
        gate(here.client(), [ALLOWED], journal=book, **{**WHO, **words}),
    ):
        pytest.fail("the step ran")
    assert refused.value.field in words


def test_of_nothing_at_all_nothing_is_permitted(here: World, book: Path) -> None:
    with (
        pytest.raises(InvalidInput, match="no items"),
        gate(here.client("no-objection"), [], journal=book, **WHO),
    ):
        pytest.fail("the step ran")
    assert events(book) == ["opened", "unanswered"]


def test_a_long_step_asks_again_and_stops_when_somebody_said_no(here: World, book: Path) -> None:
    fresh = "isrc:GBAYE0601777"
    shut = gate(here.client("no-objection"), [fresh], journal=book, **WHO)
    passed = shut.__enter__()
    passed.refresh()
    assert events(book)[-1] == "began"
    here.served.clock.forward(2 * HOUR_MS)
    passed.refresh()
    assert events(book)[-1] == "renewed"
    work = here.served.work(fresh)
    here.served.declare({"work": work["id"]}, generative_training="deny")
    passed.refresh()
    here.served.clock.forward(2 * HOUR_MS)
    with pytest.raises(GateClosed, match="stop the step") as refused:
        passed.refresh()
    assert shut.__exit__(GateClosed, refused.value, None) is not True
    assert events(book)[-2:] == ["refused", "failed"]
    checked(here, book)


def test_an_object_that_is_called_like_a_function_is_decorated(here: World, book: Path) -> None:
    class Trainer:
        def __call__(self, songs: list[str]) -> int:
            return len(songs)

    assert gated(here.client(), "songs", journal=book, **WHO)(Trainer())([ALLOWED]) == 1
    with pytest.raises(TypeError, match="no parameter"):
        gated(here.client(), "works", journal=book, **WHO)(Trainer())


def test_an_answer_that_ends_on_its_way_opens_no_gate(here: World, book: Path) -> None:
    def slow(path: str, status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        if path == "/v1/verify":
            here.served.clock.now = parse_rfc3339(json.loads(body_of(body))["valid_until"])
        return status, headers, body

    with (
        here.altering(slow),
        pytest.raises(VerificationFailed, match="ask again"),
        gate(here.client("no-objection"), [UNKNOWN], journal=book, **WHO),
    ):
        pytest.fail("the step ran")
    assert events(book) == ["opened", "unanswered"]
    checked(here, book)


def test_an_answer_that_ends_while_the_journal_is_written_opens_no_gate(
    here: World, book: Path
) -> None:
    def late() -> int:
        written = book.read_bytes() if book.exists() else b""
        if b'"asked"' in written:
            here.served.clock.forward(2 * HOUR_MS)
        return here.served.clock()

    with (
        pytest.raises(Unavailable, match="ended before the step"),
        gate(here.client(), [ALLOWED], journal=Journal(book, late), **WHO),
    ):
        pytest.fail("the step ran")
    assert events(book) == ["opened", "asked", "began", "failed"]


def test_a_manifest_is_read_and_its_digest_kept(here: World, book: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "items.jsonl"
    manifest.write_text(json.dumps({"identifiers": [ALLOWED], "ref": "7"}) + "\n")
    with gate(here.client(), manifest, journal=book, **WHO) as passed:
        assert passed.items == [Asset((ALLOWED,), "7")]
    assert json.loads(book.read_bytes().splitlines()[2])["source"].startswith("sha-256=:")
    twice = f'{{"identifiers": ["{DENIED}"], "identifiers": ["{ALLOWED}"]}}'
    text, keyed = f'{{"identifiers": "{ALLOWED}"}}', f'{{"identifiers": {{"{ALLOWED}": 1}}}}'
    for broken in (
        twice,
        text,
        keyed,
        '{"identifiers": []}',
        '{"identifiers": "a',
        "[]",
        '{"ids": ["a:1"]}',
    ):
        manifest.write_text(json.dumps({"identifiers": [ALLOWED]}) + "\n" + broken)
        with (
            pytest.raises(InvalidInput, match="line 2"),
            gate(here.client(), manifest, journal=book, **WHO),
        ):
            pytest.fail("the step ran")
    with (
        pytest.raises(InvalidInput, match="cannot be read"),
        gate(here.client(), tmp_path / "absent", journal=book, **WHO),
    ):
        pytest.fail("the step ran")


def test_a_decorated_function_runs_only_through_the_gate(here: World, book: Path) -> None:
    ran: list[object] = []

    @gated(here.client(), "songs", journal=book, **WHO)
    def train(songs: list[str], epochs: int = 1) -> int:
        ran.append(songs)
        return epochs

    assert train([ALLOWED], epochs=3) == 3
    with pytest.raises(GateClosed):
        train(songs=[ALLOWED, DENIED])
    assert ran == [[ALLOWED]]

    @gated(here.client(), "songs", journal=book, only_accepted=True, **WHO)
    def some(songs: list[Any]) -> Any:
        return [each.identifiers for each in songs]

    assert some([DENIED, ALLOWED]) == [(ALLOWED,)]
    assert some(iter([ALLOWED])) == [(ALLOWED,)]  # type: ignore[arg-type]
    checked(here, book)


def test_what_would_run_after_the_gate_has_closed_is_not_decorated(here: World) -> None:
    async def coroutine(songs: list[str]) -> None:
        await asyncio.sleep(0)

    def generator(songs: list[str]) -> Iterator[str]:
        yield from songs

    class Trainer:
        async def __call__(self, songs: list[str]) -> None:
            await asyncio.sleep(0)

    class Reader:
        def __call__(self, songs: list[str]) -> Iterator[str]:
            yield from songs

    later: list[Callable[..., Any]] = [coroutine, generator, Trainer(), Reader()]
    for function in (*later, *map(partial, later)):
        with pytest.raises(TypeError, match="with gate"):
            gated(here.client(), "songs", journal="j", **WHO)(function)
    with pytest.raises(TypeError, match="no parameter"):
        gated(here.client(), "works", journal="j", **WHO)(generator.__class__)


def test_an_altered_answer_opens_no_gate(here: World, book: Path) -> None:
    def alter(path: str, status: int, headers: Headers, body: bytes) -> tuple[int, Headers, bytes]:
        headers.pop("content-length", None)
        return status, headers, body + b" "

    with (
        here.altering(alter),
        pytest.raises(VerificationFailed),
        gate(here.client("no-objection"), [UNKNOWN], journal=book, **WHO),
    ):
        pytest.fail("the step ran")
    assert events(book) == ["opened", "unanswered"]
