"""Screening a corpus: every row in its pile, also when it was killed on the way."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.client.ask import fetch_keys
from registry.client.corpus.columns import parse_columns
from registry.client.corpus.screening import CHUNKS_AHEAD, Order, screen
from registry.client.corpus.source import Chunk
from registry.client.exports.asked import read_asked
from registry.client.verify import check_answers, verify_receipt_token
from registry.domain.vocabulary import Usage
from registry.errors import (
    ConfigurationError,
    InvalidInput,
    Unauthenticated,
    Unavailable,
    VerificationFailed,
)
from registry.instants import HOUR_MS, parse_rfc3339, rfc3339
from registry.services.register_platform import revoke_platform_key
from tests.client.between import (
    ALLOWED,
    BROKEN,
    CONDITIONAL,
    DENIED,
    UNKNOWN,
    Headers,
    World,
)
from tests.registries import STEWARD

ISRCS = [each.partition(":")[2] for each in (ALLOWED, DENIED, UNKNOWN, BROKEN, CONDITIONAL)]
PILES = {"permitted": 4, "opted-out": 8, "unregistered": 4, "unreadable": 4}
ROWS = [{"isrc": ISRCS[number % 5], "title": f"song {number}"} for number in range(20)]
KEPT = [f"{pile}{end}" for pile in PILES for end in (".jsonl", ".reasons.jsonl")]


class KilledError(Exception):
    """What a test does to a screening."""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def order(corpus: Path, out: Path, **more: Any) -> Order:
    usage, columns = Usage.GENERATIVE_TRAINING, parse_columns("isrc")
    return Order(corpus, out, columns, usage, **{"chunk_rows": 7, **more})


def contents(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in KEPT}


def test_every_row_is_in_the_file_of_its_pile_as_it_was(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    report = screen(order(corpus, tmp_path / "out"), here.client("no-objection"))
    assert report["piles"] == PILES
    assert (report["rows"], report["usable_rows"], report["questions"]) == (20, 8, 3)
    lines = corpus.read_bytes().splitlines(keepends=True)
    assert (tmp_path / "out" / "permitted.jsonl").read_bytes() == b"".join(lines[::5])
    again = b"".join((tmp_path / "out" / f"{pile}.jsonl").read_bytes() for pile in PILES)
    assert sorted(again.splitlines()) == sorted(corpus.read_bytes().splitlines())
    for file in report["files"].values():
        data = (tmp_path / "out" / file["name"]).read_bytes()
        assert file["sha256"] == sha256(data).hexdigest()
    assert report["platform"] == here.served.platform("P")
    assert report["checkpoint"]["origin"] == here.served.registry.place.origin


def test_each_asked_row_names_the_receipt_and_the_place_of_its_answer(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    screen(order(corpus, out), here.client())
    receipts = [json.loads(line) for line in (out / "receipts.jsonl").read_bytes().splitlines()]
    assert [each["number"] for each in receipts] == [0, 1, 2]
    for pile in PILES:
        for line in (out / f"{pile}.reasons.jsonl").read_bytes().splitlines():
            why = json.loads(line)
            question = json.loads(receipts[why["receipt"]]["question"])
            asked = question["items"][why["index"]]["identifiers"]
            ((row, count),) = why["rows"]
            assert (asked, count) == ([f"isrc:{ROWS[row - 1]['isrc']}"], 1)


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stops=st.lists(st.integers(0, 4), min_size=1, max_size=2),
    torn=st.binary(max_size=20),
    chunk_rows=st.sampled_from([6, 10]),
)
def test_what_was_killed_anywhere_and_resumed_is_what_ran_through(
    here: World, corpus: Path, tmp_path_factory: pytest.TempPathFactory,
    stops: list[int], torn: bytes, chunk_rows: int,
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("killed")
    through, killed = folder / "through", folder / "killed"
    wanted = screen(order(corpus, through, chunk_rows=chunk_rows), here.client())
    for stop in stops:
        left = [stop]

        def progress(rows: int, piles: dict[str, int], left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise KilledError

        try:
            screen(order(corpus, killed, chunk_rows=chunk_rows), here.client(), progress)
        except KilledError:
            for path in killed.glob("*.part"):
                path.write_bytes(path.read_bytes() + torn)
    report = screen(order(corpus, killed, chunk_rows=chunk_rows), here.client())
    assert contents(killed) == contents(through)
    assert report["piles"] == wanted["piles"]
    assert report["questions"] == wanted["questions"]
    assert not list(killed.glob("*.part"))


def test_a_screening_that_is_done_is_not_done_again(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    first = screen(order(corpus, tmp_path / "out"), here.client())
    asked = len(here.between.seen)
    assert screen(order(corpus, tmp_path / "out"), here.client()) == first
    assert len(here.between.seen) == asked


def test_another_question_or_another_corpus_needs_another_folder(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    screen(order(corpus, tmp_path / "out"), here.client())
    with pytest.raises(ConfigurationError) as refused:
        screen(order(corpus, tmp_path / "out"), here.client("no-objection"))
    assert refused.value.field == "policy"
    corpus.write_bytes(corpus.read_bytes() + b"{}\n")
    with pytest.raises(ConfigurationError) as refused:
        screen(order(corpus, tmp_path / "out"), here.client())
    assert refused.value.field == "input"


def stop_after(rows_done: int) -> Callable[[int, dict[str, int]], None]:
    def progress(rows: int, piles: dict[str, int]) -> None:
        if rows >= rows_done:
            raise KilledError

    return progress


def begun(here: World, corpus: Path, out: Path, **more: Any) -> Order:
    """A screening that was killed after its first chunk."""
    made = order(corpus, out, **more)
    with pytest.raises(KilledError):
        screen(made, here.client(), stop_after(7))
    return made


def test_another_platform_does_not_go_on_with_what_was_answered_to_the_first(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    made = begun(here, corpus, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="what one platform may use") as refused:
        screen(made, here.client(asker="Q"))
    assert refused.value.field == "keyid"
    with pytest.raises(ConfigurationError) as refused:
        screen(made, here.client(platform=here.served.platform("Q")))
    assert refused.value.field == "platform"
    assert screen(made, here.client())["piles"] == PILES
    with pytest.raises(ConfigurationError, match="what one platform may use"):
        screen(made, here.client(asker="Q"))


def test_a_key_that_became_another_platforms_does_not_go_on(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    made = begun(here, corpus, tmp_path / "out")
    state = tmp_path / "out" / "progress.json"
    moved = json.loads(state.read_bytes()) | {"platform": "somebody-before"}
    state.write_text(json.dumps(moved))
    with pytest.raises(VerificationFailed, match="not to somebody-before"):
        screen(made, here.client())


def test_another_log_is_not_asked_for_the_rest(here: World, corpus: Path, tmp_path: Path) -> None:
    made = begun(here, corpus, tmp_path / "out", sieve=Sieve(99), snapshot={"size": 1})
    other = replace(made, snapshot={"size": 1, "origin": "log.of.others.example"})
    with pytest.raises(ConfigurationError, match="several logs") as refused:
        screen(other, here.client())
    assert refused.value.field == "registry"


def test_a_log_that_went_back_while_it_lay_still_is_refused(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    made = begun(here, corpus, tmp_path / "out")
    state = tmp_path / "out" / "progress.json"
    members = json.loads(state.read_bytes())
    kept = members["checkpoint"]
    for size, root in ((kept["size"] + 1, kept["root"]), (kept["size"], "A" * 43 + "=")):
        members["checkpoint"] = {**kept, "size": size, "root": root}
        state.write_text(json.dumps(members))
        with pytest.raises(VerificationFailed, match=r"went back|two roots"):
            screen(made, here.client())
        knows = here.client()
        knows.ask([ALLOWED], usage="search")
        with pytest.raises((VerificationFailed, Unavailable)):
            screen(made, knows)


def test_what_is_over_when_it_goes_on_is_said_and_stands_in_the_report(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    made = begun(here, corpus, tmp_path / "out")
    first = json.loads((tmp_path / "out" / "progress.json").read_bytes())["valid_until"]
    assert parse_rfc3339(first) > here.served.clock()
    here.served.clock.forward(2 * HOUR_MS)
    report = screen(made, here.client(), warn=said.append)
    assert report["valid_until"] == first
    assert [f"right until {first} only" in each for each in said] == [True]
    assert "passed already" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_the_end_of_a_snapshot_counts_where_it_decided(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    soon = rfc3339(here.served.clock() + 1_000)
    for looks, until in ((Sieve(99), True), (Asks(99), False)):
        out = tmp_path / type(looks).__name__
        snapshot = {"size": 1, "valid_until": soon}
        report = screen(order(corpus, out, sieve=looks, snapshot=snapshot), here.client())
        assert (report["valid_until"] == soon) is until


@pytest.mark.parametrize("name", ["permitted.jsonl", "receipts.jsonl", "report.json"])
def test_a_finished_screening_whose_files_were_changed_is_refused(
    here: World, corpus: Path, tmp_path: Path, name: str
) -> None:
    made = order(corpus, tmp_path / "out")
    screen(made, here.client())
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))
    with pytest.raises(VerificationFailed, match=f"{name} is not what was written"):
        screen(made, here.client())
    path.unlink()
    with pytest.raises(VerificationFailed, match="cannot be read"):
        screen(made, here.client())


def test_files_changed_between_the_last_row_and_the_report_are_refused(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    made, changed = order(corpus, tmp_path / "out"), ISRCS[1].encode()
    corpus.write_bytes(corpus.read_bytes()[:-1])
    with pytest.raises(KilledError):
        screen(made, here.client(), stop_after(20))
    state = tmp_path / "out" / "progress.json"
    state.write_text(json.dumps(json.loads(state.read_bytes()) | {"read": True}))
    part = tmp_path / "out" / "permitted.part"
    whole = part.read_bytes()
    for path in (part, part.with_name("permitted.jsonl")):
        part.rename(path)
        path.write_bytes(whole.replace(ISRCS[0].encode(), changed))
        with pytest.raises(VerificationFailed, match="is not what was written"):
            screen(made, here.client())
    path.write_bytes(whole)
    assert screen(made, here.client())["piles"] == PILES


def stopped_and_resumed(here: World, corpus: Path, out: Path, alter: Any, error: type) -> None:
    """Stops at the second question, with nothing lost; goes on afterwards."""
    questions = [0]

    def second(path: str, status: int, headers: Headers, body: bytes) -> Any:
        questions[0] += path == "/v1/verify"
        if path == "/v1/verify" and questions[0] > 1:
            headers.pop("content-length", None)
            return alter(path, status, headers, body)
        return status, headers, body

    with here.altering(second), pytest.raises(error):
        screen(order(corpus, out), here.client("no-objection"))
    assert not (out / "report.json").exists()
    assert not list(out.glob("*.jsonl.gz")) + list(out.glob("unregistered.jsonl"))
    assert screen(order(corpus, out), here.client("no-objection"))["piles"] == PILES


@pytest.mark.parametrize(
    ("alter", "error"),
    [
        (lambda path, status, headers, body: (503, {}, b""), Unavailable),
        (lambda path, status, headers, body: None, Unavailable),
        (lambda path, status, headers, body: (status, headers, body[:-9]), VerificationFailed),
        (lambda path, status, headers, body: (status, headers, body * 2), VerificationFailed),
        (lambda path, status, headers, body: (401, {}, b'{"code":"key-revoked"}'), Unauthenticated),
    ],
)
def test_an_answer_that_fails_stops_it_and_it_goes_on_later(
    here: World, corpus: Path, tmp_path: Path, alter: Callable[..., Any], error: type
) -> None:
    stopped_and_resumed(here, corpus, tmp_path / "out", alter, error)


def test_a_key_that_is_revoked_on_the_way_stops_it(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    registry = here.client(asker="revoked on the way")

    def revoke(rows: int, piles: dict[str, int]) -> None:
        if rows == 2:
            with here.served.registry.writing() as ledger:
                kid = here.served.keys["revoked on the way"].kid
                revoke_platform_key(ledger, kid, STEWARD)

    with pytest.raises(Unauthenticated) as refused:
        screen(order(corpus, tmp_path / "out", chunk_rows=2), registry, revoke)
    assert refused.value.code == "key-revoked"


def test_a_corpus_that_is_cut_off_is_not_finished(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    corpus.write_bytes(corpus.read_bytes()[:-5])
    with pytest.raises(InvalidInput, match="cut off"):
        screen(order(corpus, tmp_path / "out"), here.client())
    assert not (tmp_path / "out" / "report.json").exists()


def test_a_corpus_that_changes_meanwhile_is_not_finished(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    def change(rows: int, piles: dict[str, int]) -> None:
        if rows == 7:
            corpus.write_bytes(corpus.read_bytes() + b"{}\n")

    with pytest.raises(InvalidInput, match="was changed"):
        screen(order(corpus, tmp_path / "out"), here.client(), change)
    assert not (tmp_path / "out" / "report.json").exists()


class Sieve:
    """A snapshot that knows what is registered, and that counts so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def doubtful(self, chunk: Chunk) -> Sequence[int]:
        self.looks -= 1
        if self.looks < 0:
            raise VerificationFailed("over", code="snapshot-expired")
        every = range(len(chunk))
        return [
            row for row, each in zip(every, chunk.named(every), strict=True) if each != [UNKNOWN]
        ]


class Asks(Sieve):
    """A snapshot that is sure of nothing."""

    def doubtful(self, chunk: Chunk) -> Sequence[int]:
        return range(len(chunk))


def test_a_snapshot_spares_questions_and_a_newer_one_goes_on_where_it_ran_out(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(VerificationFailed) as refused:
        screen(order(corpus, out, sieve=Sieve(2), snapshot={"size": 1}), here.client())
    assert refused.value.code == "snapshot-expired"
    report = screen(order(corpus, out, sieve=Sieve(99), snapshot={"size": 2}), here.client())
    assert report["piles"] == PILES
    assert report["snapshots"] == [{"size": 1}, {"size": 2}]
    assert report["decided_by"] == {"answer": 16, "snapshot": 4}


def test_several_questions_are_on_their_way_at_once_and_rows_stay_in_order(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    screen(order(corpus, tmp_path / "alone", chunk_rows=20), here.client())
    both = Barrier(2)

    def together(path: str, *reply: Any) -> Any:
        if path == "/v1/verify":
            both.wait(timeout=60)
        return reply

    with here.altering(together):
        screen(order(corpus, tmp_path / "out", chunk_rows=5), here.client())
    for pile in PILES:
        name = f"{pile}.jsonl"
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
    receipts = (tmp_path / "out" / "receipts.jsonl").read_bytes().splitlines()
    assert [json.loads(each)["number"] for each in receipts] == [0, 1, 2, 3]


def test_no_more_questions_are_under_way_than_may_be(
    here: World, corpus: Path, tmp_path: Path
) -> None:
    asked, done = [0], [0]
    ahead: list[int] = []

    def count(path: str, *reply: Any) -> Any:
        asked[0] += path == "/v1/verify"
        ahead.append(asked[0] - done[0])
        return reply

    def progress(rows: int, piles: dict[str, int]) -> None:
        done[0] = rows

    with here.altering(count):
        screen(order(corpus, tmp_path / "out", chunk_rows=1), here.client(), progress)
    assert asked == done == [20]
    assert max(ahead) <= CHUNKS_AHEAD + 2, "those that wait, the one being written, and the newest"


def test_receipts_of_packed_questions_can_be_checked_by_an_auditor(
    here: World, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(row) + "\n" for row in ROWS * 10))
    report = screen(order(corpus, tmp_path / "out", chunk_rows=200), here.client(packed=True))
    assert report["piles"] == {pile: 10 * count for pile, count in PILES.items()}
    receipts = tmp_path / "out" / "receipts.jsonl"
    assert "packed_question" in json.loads(receipts.read_bytes())
    (asked,) = read_asked(receipts)
    question, receipt = asked.proof
    keys = fetch_keys(here.served.url, here.served.http)
    answer = json.loads(verify_receipt_token(receipt, keys))
    check_answers(asked.question, question, answer)
    assert [each["identifiers"] for each in asked.question["items"][:2]] == [[ALLOWED], [DENIED]]


def test_parquet_comes_out_as_parquet(here: World, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason='no pyarrow; to have it: pip install ".[screening]"')
    import pyarrow.parquet as pq

    path = tmp_path / "corpus.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=6)
    assert screen(order(path, tmp_path / "out"), here.client())["piles"] == PILES
    denied = pq.read_table(tmp_path / "out" / "opted-out.parquet").to_pylist()
    assert denied == [row for row in ROWS if row["isrc"] in (ISRCS[1], ISRCS[4])]
