"""The vectors that the package publishes: what they say is what the code does."""

import io
import json
from base64 import b64decode
from typing import Any

import pytest

from registry.domain.identifiers import parse_identifier
from registry.domain.locations import parse_location
from registry.domain.vocabulary import Usage
from registry.errors import VerificationFailed
from registry.instants import parse_rfc3339
from registry.screening.filter_file import Filter
from registry.screening.key_lists import apply, decode_delta, read_list, sorted_keys, without
from registry.screening.keys import below_key, keys_of, short_key
from registry.screening.manifest import REGISTERED, verify_manifest
from registry.screening.snapshot import Snapshot, check_file
from registry.signing.keys import PublicKey, public_key_from_jwk
from tests.screening import published_vectors

VECTORS = json.loads((published_vectors.FOLDER / "snapshots.json").read_text("utf-8"))
TRUSTED = VECTORS["trusted"]
FILES = {name: b64decode(body) for name, body in VECTORS["files"].items()}


def find_key(kid: str) -> PublicKey:
    if kid != TRUSTED["kid"]:
        raise VerificationFailed(f"unknown {kid}")
    return public_key_from_jwk(TRUSTED["jwk"], examples=True)


def hexes(keys: Any) -> list[str]:
    return [f"{key:016x}" for key in keys]


def test_the_file_is_what_the_code_makes_today() -> None:
    made = published_vectors.snapshots()
    assert {**made, "reference_filter": VECTORS["reference_filter"]} == VECTORS


@pytest.mark.parametrize("case", VECTORS["keys"], ids=lambda case: case["identifier"][:40])
def test_every_identifier_has_the_keys_that_are_given(case: dict[str, Any]) -> None:
    assert hexes(keys_of(parse_identifier(case["identifier"]))) == case["keys"]


def test_every_location_has_the_keys_that_are_given() -> None:
    for case in VECTORS["locations"]:
        place = parse_location(case["url"])
        assert hexes([short_key(place.key)]) == [case["key"]]
        if case["below_key"]:
            assert hexes([below_key(place.key)]) == [case["below_key"]]


def test_the_filter_in_shards_holds_the_keys_that_are_given() -> None:
    made = Filter(b64decode(VECTORS["shards"]["file"]))
    assert len(made.shards) == 4
    assert all(int(key, 16) in made for key in VECTORS["shards"]["keys"])
    assert not any(int(key, 16) ^ 1 in made for key in VECTORS["shards"]["keys"])


def test_the_delta_leads_from_the_one_set_to_the_other() -> None:
    case = VECTORS["delta"]
    before = sorted_keys(int(key, 16) for key in case["before"])
    assert hexes(apply(before, decode_delta(b64decode(case["file"])))) == case["after"]


def test_the_snapshot_says_of_each_question_what_is_given() -> None:
    now = parse_rfc3339(VECTORS["manifest"]["now"])
    token = VECTORS["manifest"]["token"]
    manifest = verify_manifest(token, find_key, TRUSTED["log_key"], now)
    assert set(manifest.files()) == set(FILES)
    for name, entry in manifest.files().items():
        check_file(io.BytesIO(FILES[name]), entry)
    names = (REGISTERED, "search", "generative-training")
    sets = {name: Filter(FILES[manifest.sets[name].filter.name]) for name in names}
    snapshot = Snapshot(manifest, sets, lambda: now)
    for case in VECTORS["questions"]:
        for usage in ("search", "generative-training"):
            assert snapshot.screen(case["identifiers"], Usage(usage)) == case[usage], case


def test_the_lists_hold_exactly_what_the_filters_were_made_of() -> None:
    token = VECTORS["manifest"]["token"]
    now = parse_rfc3339(VECTORS["manifest"]["now"])
    manifest = verify_manifest(token, find_key, TRUSTED["log_key"], now)
    lists = {name: read_list(FILES[entry.name]) for name, entry in manifest.lists.items()}
    for name, entry in manifest.sets.items():
        kept = lists[REGISTERED] if name == REGISTERED else without(lists[REGISTERED], lists[name])
        made = Filter(FILES[entry.filter.name])
        assert (made.keys, made.content.hex()) == (entry.keys, entry.content)
        assert len(kept) == entry.keys
        assert all(key in made for key in kept)


@pytest.mark.parametrize("case", VECTORS["refused_manifests"], ids=lambda case: case["name"])
def test_every_manifest_that_is_to_be_refused_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(VerificationFailed):
        verify_manifest(case["token"], find_key, TRUSTED["log_key"], parse_rfc3339(case["now"]))
