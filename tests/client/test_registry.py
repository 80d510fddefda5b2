"""`Registry` and `AsyncRegistry` against a real served registry, honest and otherwise: an answer or an error."""

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.client.published import PublishedKeys
from registry.client.question import Asset
from registry.client.registry import Registry
from registry.client.verify import verify_receipt_token
from registry.errors import (
    ConfigurationError,
    InvalidInput,
    RegistryError,
    TooLarge,
    Unauthenticated,
    Unavailable,
    VerificationFailed,
)
from registry.instants import HOUR_MS, rfc3339
from registry.services.register_platform import revoke_platform_key
from registry.signing.keys import FileSigner, generate
from tests.client.between import (
    ALLOWED,
    BROKEN,
    CONDITIONAL,
    DENIED,
    UNKNOWN,
    Headers,
    World,
    world,
)
from tests.registries import STEWARD

ALL = [ALLOWED, DENIED, CONDITIONAL, UNKNOWN, BROKEN]
USAGE = "generative-training"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("client")) as made:
        yield made


def decisions(registry: Registry) -> list[tuple[str | None, bool]]:
    return [(each.decision, each.proceed) for each in registry.ask(ALL, usage=USAGE)]


def test_a_policy_has_to_be_named() -> None:
    with pytest.raises(TypeError, match="policy"):
        Registry("https://r.example", generate())  # type: ignore[call-arg]
    with pytest.raises(InvalidInput, match="no default"):
        Registry("https://r.example", generate(), "default")


def test_it_is_light_and_knows_no_server() -> None:
    heavy = {
        "flask",
        "sqlalchemy",
        "marshmallow",
        "click",
        "rich",
        "granian",
        "httpx2",
        "asyncio",
        "pyarrow",
    }
    loaded = subprocess.run(
        [sys.executable, "-c", "import registry.client.gate, sys; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert not heavy & set(loaded)
    assert not [name for name in loaded if name.startswith(("registry.storage", "registry.api"))]


def test_each_policy_goes_on_with_what_it_accepts(here: World) -> None:
    said = [decision for decision, _ in decisions(here.client())]
    assert said == ["allow", "deny", "conditional", "unregistered", None]
    permission = [proceed for _, proceed in decisions(here.client("permission"))]
    no_objection = [proceed for _, proceed in decisions(here.client("no-objection"))]
    assert permission == [True, False, False, False, False]
    assert no_objection == [True, False, False, True, False]


def test_asyncio_is_told_the_same(here: World) -> None:
    async def ask() -> list[tuple[str | None, bool]]:
        async with here.async_client("no-objection") as registry:
            answers = await asyncio.gather(
                *(registry.ask([each], usage=USAGE) for each in ALL),
            )
        return [(each.decision, each.proceed) for part in answers for each in part]

    assert asyncio.run(ask()) == decisions(here.client("no-objection"))


def test_refs_come_back_with_their_assets(here: World) -> None:
    answers = here.client().ask([Asset((DENIED,), "row-1"), [ALLOWED, DENIED]], usage=USAGE)
    assert answers.results[0].asset.ref == "row-1"
    assert [each.decision for each in answers] == ["deny", "deny"]


def test_a_key_file_and_pinned_keys_are_read(here: World, tmp_path: Path) -> None:
    FileSigner.create(tmp_path / "key")
    keys = here.served.http.get(here.served.url + "/.well-known/did.json").content
    (tmp_path / "did.json").write_bytes(keys)
    stranger = Registry(here.served.url, tmp_path / "key", "permission", clock=here.served.clock)
    with stranger, pytest.raises(Unauthenticated):
        stranger.ask([ALLOWED], usage=USAGE)
    assert here.client(keys=tmp_path / "did.json").ask([ALLOWED], usage=USAGE).all_proceed()
    with pytest.raises(ConfigurationError, match="absent"):
        here.client(keys=tmp_path / "absent.json")
    with pytest.raises(ConfigurationError, match="https"):
        Registry("registry.example", generate(), "permission")


def test_no_items_no_usage_and_no_such_usage_are_errors(here: World) -> None:
    for items, usage in (([], USAGE), ([ALLOWED], "everything")):
        with pytest.raises(InvalidInput):
            here.client().ask(items, usage=usage)


def test_more_than_ten_thousand_are_asked_in_parts(here: World) -> None:
    items = [UNKNOWN] * 10_000 + [DENIED]
    sizes = [len(each) for each in here.client().ask_in_parts(items, usage=USAGE, evidence=False)]
    assert sizes == [10_000, 1]
    answers = here.client().ask(items, usage=USAGE, evidence=False)
    assert answers.results[-1].index == 10_000
    assert answers.results[-1].decision == "deny"


def test_an_answer_that_would_be_too_large_is_asked_for_in_halves(here: World) -> None:
    def refuse_many(
        path: str, status: int, headers: Headers, body: bytes
    ) -> tuple[int, Headers, bytes]:
        if status == 200 and path == "/v1/verify" and len(json.loads(body)["results"]) > 2:
            return 413, {"content-type": "application/problem+json"}, b'{"code":"too-large"}'
        return status, headers, body

    with here.altering(refuse_many):
        answers = here.client().ask(ALL, usage=USAGE)
    assert [each.index for each in answers] == [0, 1, 2, 3, 4]
    assert [each.decision for each in answers][:2] == ["allow", "deny"]


def test_receipts_are_the_registrys_own_words_about_this_question(here: World) -> None:
    answers = here.client().ask(ALL, usage=USAGE, receipts=True)
    (receipt,) = answers.receipts
    keys = PublishedKeys.read(
        here.served.http.get(here.served.url + "/.well-known/did.json").content
    )
    said = json.loads(verify_receipt_token(receipt.jws.encode(), keys))
    assert [each.get("decision") for each in said["results"]] == [e.decision for e in answers]
    assert (receipt.first, receipt.count) == (0, 5)
    with pytest.raises(VerificationFailed):
        verify_receipt_token(receipt.jws.encode()[:-4] + b"AAAA", keys)
    with pytest.raises(VerificationFailed):
        verify_receipt_token("ü".encode(), keys)


def test_what_was_permitted_once_is_no_permission_today(here: World) -> None:
    now = here.served.registry_time()
    answers = here.client().ask([ALLOWED], usage=USAGE, as_of=rfc3339(now))
    assert answers.results[0].permitted
    assert not answers.results[0].proceed
    assert answers.valid_until is None


def test_the_log_is_followed_and_its_own_signature_checked(here: World) -> None:
    registry = here.client(log_key=here.log_key)
    first = registry.ask([ALLOWED], usage=USAGE).head
    here.grow(3)
    second = registry.ask([ALLOWED], usage=USAGE).head
    assert second.size == first.size + 3
    assert any("/log/tile/" in path for path, _ in here.between.seen)
    other = here.client(log_key=here.log_key.replace("log+", "other+"))
    with pytest.raises(RegistryError):
        other.ask([ALLOWED], usage=USAGE)


def test_a_checkpoint_that_a_cache_keeps_is_waited_for_and_in_the_end_refused(here: World) -> None:
    old = here.served.http.get(here.served.url + "/log/checkpoint").content
    here.grow(1)
    stale = [1]

    def cached(path: str, status: int, headers: Headers, body: bytes) -> Any:
        if path == "/log/checkpoint" and stale[0]:
            stale[0] -= 1
            headers.pop("content-length", None)
            return status, headers, old
        return status, headers, body

    waited: list[float] = []
    with here.altering(cached):
        registry = here.client(log_key=here.log_key, retries=2, pause=waited.append)
        assert registry.ask([ALLOWED], usage=USAGE).all_proceed()
        assert len(waited) == 1
        stale[0] = 9
        with pytest.raises(VerificationFailed, match="signed no more"):
            here.client(log_key=here.log_key, retries=2).ask([ALLOWED], usage=USAGE)


def test_names_beyond_ascii_are_no_obstacle(here: World) -> None:
    work = here.served.work("isrc:GBAYE0601888", by="Björk")
    here.served.declare({"work": work["id"]}, by="Björk", generative_training="deny")
    for receipts in (False, True):
        answers = here.client().ask(["isrc:GBAYE0601888"], usage=USAGE, receipts=receipts)
        assert answers.results[0].members["evidence"][0]["rightsholder"]["name"] == "Björk"


def test_those_who_ask_at_the_same_time_are_shown_one_log(here: World) -> None:
    async def ask() -> None:
        async with here.async_client() as registry:
            await registry.ask([ALLOWED], usage=USAGE)
            here.grow(1)
            answers = await asyncio.gather(
                *(registry.ask([ALLOWED], usage=USAGE) for _ in range(4))
            )
            assert {each.head for each in answers} == {registry.trust.head}

    asyncio.run(ask())


def test_the_newest_head_is_kept_and_a_log_that_went_back_is_refused(
    here: World, tmp_path: Path
) -> None:
    file = tmp_path / "head"
    head = here.client(head_file=file).ask([ALLOWED], usage=USAGE).head
    assert json.loads(file.read_bytes())["size"] == head.size
    file.write_text(json.dumps({**head.members(), "size": head.size + 5}))
    with pytest.raises(VerificationFailed, match="went back"):
        here.client(head_file=file).ask([ALLOWED], usage=USAGE)


# -- answers that are not what they should be --


def swapped(body: bytes) -> bytes:
    members = json.loads(body)
    members["results"].reverse()
    return json.dumps(members).encode()


@pytest.mark.parametrize(
    "change",
    [
        swapped,
        lambda body: body[: len(body) // 2],
        lambda body: body + body,
        lambda body: body.replace(b'"permitted":false', b'"permitted":true'),
        lambda body: b"",
    ],
)
def test_a_body_that_was_changed_on_its_way_permits_nothing(
    here: World, change: Callable[[bytes], bytes]
) -> None:
    def alter(path: str, status: int, headers: Headers, body: bytes) -> Any:
        headers.pop("content-length", None)
        return status, headers, change(body) if path == "/v1/verify" else body

    with here.altering(alter), pytest.raises(VerificationFailed):
        here.client("no-objection").ask(ALL, usage=USAGE)


def test_a_connection_that_breaks_off_within_the_answer_permits_nothing(here: World) -> None:
    with here.altering(lambda *all: None), pytest.raises(Unavailable, match="2 attempts"):
        here.client("no-objection", retries=1).ask(ALL, usage=USAGE)


def test_a_compression_bomb_is_not_opened(here: World) -> None:
    bomb = gzip.compress(bytes(30_000_000))

    def alter(path: str, status: int, headers: Headers, body: bytes) -> Any:
        headers.pop("content-length", None)
        return 200, {**headers, "content-encoding": "gzip"}, bomb

    with here.altering(alter), pytest.raises(VerificationFailed, match="encoded"):
        here.client("no-objection").ask(ALL, usage=USAGE)


def test_an_endless_answer_is_not_read_to_its_end(here: World) -> None:
    def alter(path: str, status: int, headers: Headers, body: bytes) -> Any:
        headers.pop("content-length", None)
        return 200, headers, body + b" " * 25_000_000

    with here.altering(alter), pytest.raises(TooLarge):
        here.client("no-objection").ask(ALL, usage=USAGE)


@pytest.mark.parametrize("kept", ["another question's", "an old"])
def test_another_or_an_older_answer_permits_nothing(here: World, kept: str) -> None:
    stored: list[tuple[int, Headers, bytes]] = []

    def alter(path: str, status: int, headers: Headers, body: bytes) -> Any:
        stored.append((status, dict(headers), body))
        return stored[0]

    keys = here.served.http.get(here.served.url + "/.well-known/did.json").content
    registry = here.client("no-objection", keys=PublishedKeys.read(keys))
    with here.altering(alter):
        registry.ask([ALLOWED], usage=USAGE)
        with pytest.raises(VerificationFailed):
            registry.ask([ALLOWED if kept == "an old" else DENIED], usage=USAGE)


LIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "results in another order": lambda a: a["results"].reverse(),
    "one too few": lambda a: a["results"].pop(),
    "one twice": lambda a: a["results"].append(a["results"][0]),
    "another index": lambda a: a["results"][0].update(index=1),
    "permitted beside deny": lambda a: a["results"][1].update(permitted=True),
    "not opted out beside deny": lambda a: a["results"][1].update(opted_out=False),
    "another question's digest": lambda a: a.update(question_digest="sha-256=:AAAA:"),
    "another usage": lambda a: a.update(usage="search"),
    "another run": lambda a: a.update(run="other"),
    "no platform": lambda a: a.update(platform=None),
    "about the past": lambda a: a.update(as_of=a["answered_at"], valid_until=None),
    "good for ever": lambda a: a.update(valid_until=None),
    "no end": lambda a: a.pop("valid_until") and None,
    "an end that is none": lambda a: a.update(valid_until="tomorrow"),
    "an end that has passed": lambda a: a.update(valid_until="2026-01-01T00:00:00Z"),
    "answered yesterday": lambda a: a.update(answered_at="2026-01-01T00:00:00Z"),
    "no checkpoint": lambda a: a.pop("checkpoint") and None,
    "an empty log": lambda a: a["checkpoint"].update(size=0),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_contradicts_itself_or_the_question_is_refused_though_its_signature_holds(
    here: World, lie: str
) -> None:
    with here.lying(LIES[lie]), pytest.raises((VerificationFailed, InvalidInput)):
        here.client("no-objection").ask(ALL, usage=USAGE)


def test_an_answer_to_another_platform_is_refused(here: World) -> None:
    registry = here.client("no-objection", platform="01a20212-5f30-70ac-93b8-967730279525")
    with pytest.raises(VerificationFailed, match="platform"):
        registry.ask(ALL, usage=USAGE)


@pytest.mark.parametrize("size", [-1, +1])
def test_a_log_that_shrinks_or_grows_without_proof_is_refused(here: World, size: int) -> None:
    registry = here.client("no-objection")
    registry.ask([ALLOWED], usage=USAGE)

    def change(answer: dict[str, Any]) -> None:
        answer["checkpoint"]["size"] += size

    with here.lying(change), pytest.raises((VerificationFailed, Unavailable)):
        registry.ask([ALLOWED], usage=USAGE)


def test_a_fork_of_the_log_is_refused(here: World) -> None:
    registry = here.client("no-objection")
    registry.ask([ALLOWED], usage=USAGE)
    with (
        here.lying(lambda answer: answer["checkpoint"].update(root="A" * 43 + "=")),
        pytest.raises(VerificationFailed, match="two roots"),
    ):
        registry.ask([ALLOWED], usage=USAGE)


@pytest.mark.parametrize("off", [HOUR_MS, -HOUR_MS])
def test_a_clock_that_is_off_by_an_hour_is_named_and_permits_nothing(here: World, off: int) -> None:
    registry = here.client("no-objection", clock=lambda: here.served.clock() + off)
    with pytest.raises(Unauthenticated, match=r"expired|ahead"):
        registry.ask([ALLOWED], usage=USAGE)


def test_a_clock_that_is_slow_or_set_back_makes_no_answer_last_longer(here: World) -> None:
    answers = here.client(clock=lambda: here.served.clock() - 20_000).ask([ALLOWED], usage=USAGE)
    (result,), (validity,) = answers, answers.validities
    assert result.proceed
    assert answers.counts()
    lasts = validity.until - validity.answered_at
    later = replace(validity, elapsed=lambda: validity.asked_at + lasts / 1000)
    assert later.clock() < later.until
    assert not replace(result, validity=later).proceed


def test_an_answer_that_ends_on_its_way_is_refused(here: World) -> None:
    ended = rfc3339(here.served.clock())
    with (
        here.lying(lambda answer: answer.update(valid_until=ended)),
        pytest.raises(VerificationFailed, match="that has passed; ask again"),
    ):
        here.client("no-objection").ask(ALL, usage=USAGE)


def test_a_key_that_is_revoked_between_two_questions_ends_it(here: World) -> None:
    registry = here.client(asker="Q")
    assert registry.ask([ALLOWED], usage=USAGE).all_proceed()
    with here.served.registry.writing() as ledger:
        revoke_platform_key(ledger, here.served.keys["Q"].kid, STEWARD)
    with pytest.raises(Unauthenticated) as refused:
        registry.ask([ALLOWED], usage=USAGE)
    assert refused.value.code == "key-revoked"


def test_keys_that_were_not_pinned_are_fetched_again_when_an_answer_names_another(
    here: World,
) -> None:
    registry = here.client()
    registry.trust.keys = PublishedKeys({}, None)
    assert registry.ask([ALLOWED], usage=USAGE).all_proceed()
    pinned = here.client(keys=PublishedKeys({}, None))
    with pytest.raises(VerificationFailed, match="not among the 0"):
        pinned.ask([ALLOWED], usage=USAGE)


def test_every_attempt_has_a_nonce_of_its_own(here: World) -> None:
    left = [2]

    def alter(path: str, status: int, headers: Headers, body: bytes) -> Any:
        if path == "/v1/verify" and left[0]:
            left[0] -= 1
            return 503, {"retry-after": "1"}, b""
        return status, headers, body

    begun = len(here.between.seen)
    waited: list[float] = []
    with here.altering(alter):
        registry = here.client(retries=3, pause=waited.append)
        assert registry.ask([ALLOWED], usage=USAGE).all_proceed()
    inputs = {
        headers["signature_input"]
        for path, headers in here.between.seen[begun:]
        if path == "/v1/verify"
    }
    assert len(inputs) == 3
    assert all(each >= 1 for each in waited)
