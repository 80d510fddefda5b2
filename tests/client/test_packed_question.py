"""Questions as they travel and as they are filed: the same bytes come back, and bombs are not opened."""

import json
from collections.abc import Iterator

import pytest
import zstandard

from registry.client.packed_question import (
    SMALL_BYTES,
    filed,
    is_packed,
    opened,
    packed,
    question_in,
)
from registry.client.question import MOST_QUESTION_BYTES
from registry.domain.vocabulary import Usage
from registry.errors import VerificationFailed
from registry.signing.content_digest import content_digest
from tests.client.between import ALLOWED, DENIED, World, world


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("packed")) as made:
        yield made


LARGE = json.dumps({"items": ["isrc:GBAYE0601498"] * 500}).encode()


@pytest.mark.parametrize(
    "question", [b"{}", LARGE, b"x" * (SMALL_BYTES - 1), "ü".encode() * SMALL_BYTES]
)
def test_what_was_packed_is_opened_and_filed_as_it_travelled(question: bytes) -> None:
    travelled = packed(question)
    assert is_packed(travelled) is (len(question) >= SMALL_BYTES)
    assert opened(travelled) == question
    assert question_in(json.loads(json.dumps(filed(travelled)))) == travelled


def test_a_bomb_or_a_broken_frame_is_refused() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(MOST_QUESTION_BYTES + 1))
    unsaid = zstandard.ZstdCompressor(write_content_size=False).compress(
        bytes(2 * MOST_QUESTION_BYTES)
    )
    for frame in (bomb, unsaid, packed(LARGE)[:4], packed(LARGE)[:4] + b"\xff" * 40):
        with pytest.raises(VerificationFailed):
            opened(frame)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"question": "{}", "packed_question": ""},
        {"question": 7},
        {"packed_question": "?"},
        {"question": "\ud800"},
    ],
)
def test_what_has_not_one_question_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(VerificationFailed):
        question_in(members)


def test_a_packed_question_is_answered_as_it_would_be_otherwise_and_its_receipt_is_of_the_packed_bytes(
    here: World,
) -> None:
    items = [ALLOWED, DENIED] * 60
    plain = here.client().ask(items, usage=Usage.GENERATIVE_TRAINING)
    answers = here.client(packed=True).ask(items, usage=Usage.GENERATIVE_TRAINING, receipts=True)
    sent = [headers for path, headers in here.between.seen if path == "/v1/verify"]
    assert [each.get("content_encoding") for each in sent] == [None, "zstd"]
    assert [each.decision for each in answers] == [each.decision for each in plain]
    (receipt,) = answers.receipts
    assert is_packed(receipt.question)
    assert len(json.loads(opened(receipt.question))["items"]) == len(items)
    assert content_digest(receipt.question) != content_digest(opened(receipt.question))
