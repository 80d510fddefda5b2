"""Questions that are packed, and answers to them: digests are of the bytes that travel; nothing gets in broken."""

import json
from typing import Any

import httpx2
import pytest

from registry.api.encodings import NAMES, decoded, encoded
from registry.signing.http_signature import request_signature, verify_response
from tests.api.served import Served

MANY = json.dumps(
    {
        "usage": "search",
        "items": [{"identifiers": [f"isrc:FRZ03{number:07d}"]} for number in range(500)],
    }
).encode()
MEGABYTE = 1024 * 1024


def sent(world: Served, body: bytes, **fields: str) -> tuple[int, dict[str, str], bytes]:
    """A signed question with these fields besides; what came back, as it travelled."""
    headers = {**world.signed("POST", "/v1/verify", body), **fields}
    with httpx2.stream(
        "POST", world.url + "/v1/verify", content=body, headers=headers, trust_env=False
    ) as response:
        raw = b"".join(response.iter_raw())
        found = {name.lower(): value for name, value in response.headers.items()}
        if response.status_code == 200:
            verify_response(
                status=200,
                headers=found,
                body=raw,
                request_method="POST",
                target_uri=world.url + "/v1/verify",
                request_signature=request_signature(headers),
                find_key=world.published().finder(),
                now=world.clock.now // 1000,
            )
        return response.status_code, found, raw


def results(body: bytes) -> list[Any]:
    found: list[Any] = json.loads(body)["results"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_packed_question_has_a_packed_answer_signed_as_it_travels(
    world: Served, name: str
) -> None:
    packed = encoded(MANY, name)
    status, fields, raw = sent(
        world, packed, **{"content-encoding": name, "accept-encoding": f"br, {name}"}
    )
    assert (status, fields["content-encoding"], fields["vary"]) == (200, name, "accept-encoding")
    plain = decoded(raw, name, 16 * MEGABYTE)
    assert len(raw) < len(plain) / 3
    assert len(results(plain)) == 500


def test_who_asks_plainly_is_answered_plainly_whatever_a_library_says_it_accepts(
    world: Served,
) -> None:
    status, fields, raw = sent(world, MANY, **{"accept-encoding": "gzip, deflate, zstd"})
    assert (status, "content-encoding" in fields) == (200, False)
    assert len(results(raw)) == 500


def test_a_packed_question_of_somebody_who_accepts_nothing_packed_is_answered_plainly(
    world: Served,
) -> None:
    packed = {"content-encoding": "gzip", "accept-encoding": "identity"}
    status, fields, raw = sent(world, encoded(MANY, "gzip"), **packed)
    assert (status, "content-encoding" in fields) == (200, False)
    assert len(results(raw)) == 500


def test_the_digest_of_a_packed_question_is_of_the_bytes_that_were_sent(world: Served) -> None:
    packed = encoded(MANY, "gzip")
    headers = world.signed("POST", "/v1/verify", packed)
    _, _, raw = sent(world, packed, **{"content-encoding": "gzip", "accept-encoding": "identity"})
    assert json.loads(raw)["question_digest"] == headers["content-digest"]


@pytest.mark.parametrize("name", NAMES)
def test_broken_doubled_and_exploding_bodies_are_refused_with_the_field(
    world: Served, name: str
) -> None:
    packed = encoded(MANY, name)
    for body, status in (
        (packed[:-1], 422),
        (packed + packed, 422),
        (MANY, 422),
        (encoded(b" " * (5 * MEGABYTE) + MANY, name), 413),
        (encoded(packed, name), 400),
    ):
        got, _, raw = sent(world, body, **{"content-encoding": name})
        assert got == status, raw
        assert json.loads(raw)["code"] in ("bad-encoding", "too-large", "malformed-json")


def test_another_encoding_is_refused_and_says_what_is_understood(world: Served) -> None:
    status, _, raw = sent(world, MANY, **{"content-encoding": "br"})
    assert status == 415
    assert "zstd or gzip" in json.loads(raw)["detail"]


def test_what_a_signature_did_not_cover_is_not_unpacked(world: Served) -> None:
    packed = encoded(MANY, "gzip")
    headers = {**world.signed("POST", "/v1/verify", MANY), "content-encoding": "gzip"}
    refused = world.http.post("/v1/verify", content=packed, headers=headers)
    assert refused.status_code == 401
