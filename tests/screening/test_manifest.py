"""The manifest of a snapshot: what was signed comes back, and everything else is refused with its reason."""

import json
from dataclasses import replace
from typing import Any

import pytest

from registry.errors import KeyRefused, VerificationFailed
from registry.instants import HOUR_MS
from registry.screening.manifest import (
    CLOCK_SKEW_MS,
    Manifest,
    decode_manifest,
    encode_manifest,
    own_versions,
    sign_manifest,
    verify_manifest,
)
from registry.signing.jws import sign_jws
from registry.signing.keys import PublicKey
from tests.screening.published_vectors import (
    ISSUER,
    KID,
    MADE_AT,
    SIGNER,
    STRANGER,
    VALID_UNTIL,
    log_key,
    manifest,
)

LOG_KEY = log_key()[0]
GOOD = manifest({})


def find_key(kid: str) -> PublicKey:
    if kid != KID:
        raise VerificationFailed(f"unknown {kid}")
    return SIGNER.public


def verify(token: str, now: int = MADE_AT, log: str = LOG_KEY) -> Manifest:
    return verify_manifest(token, find_key, log, now)


def signed(**changes: Any) -> str:
    return sign_manifest(replace(GOOD, **changes), SIGNER, KID)


def test_what_was_signed_comes_back_for_as_long_as_it_counts() -> None:
    for now in (MADE_AT - CLOCK_SKEW_MS, MADE_AT, VALID_UNTIL - 1):
        assert verify(signed(), now) == GOOD


def test_a_snapshot_that_is_over_is_refused_and_says_so_to_programs_too() -> None:
    with pytest.raises(VerificationFailed, match="counted until") as refused:
        verify(signed(), VALID_UNTIL)
    assert refused.value.code == "snapshot-expired"


def test_a_clock_that_is_an_hour_behind_is_noticed() -> None:
    with pytest.raises(VerificationFailed, match="set the clock"):
        verify(signed(), MADE_AT - HOUR_MS)


def test_a_snapshot_of_another_log_is_refused() -> None:
    with pytest.raises(VerificationFailed, match=r"of the log 'other\.example/log'"):
        verify(signed(origin="other.example/log"))
    with pytest.raises(VerificationFailed, match="another log, or of another size"):
        verify(signed(size=8))


def test_a_checkpoint_that_the_log_did_not_sign_is_refused() -> None:
    other = GOOD.checkpoint.replace("\n7\n", "\n8\n")
    with pytest.raises(VerificationFailed):
        verify(signed(checkpoint=other, size=8))


def test_a_snapshot_that_somebody_else_signed_is_refused() -> None:
    with pytest.raises(VerificationFailed):
        verify(sign_manifest(GOOD, STRANGER, KID))
    with pytest.raises(VerificationFailed, match="unknown"):
        verify(sign_manifest(GOOD, STRANGER, f"{ISSUER}#{STRANGER.kid}"))
    with pytest.raises(VerificationFailed):
        verify(sign_jws(encode_manifest(GOOD), typ="vc+jwt", kid=KID, signer=SIGNER))
    with pytest.raises(KeyRefused):
        verify(signed(), log="no key")


def test_one_letter_changed_anywhere_is_refused() -> None:
    token = signed()
    for at in range(0, len(token), 97):
        other = "A" if token[at] != "A" else "B"
        with pytest.raises(VerificationFailed):
            verify(token[:at] + other + token[at + 1 :])


@pytest.mark.parametrize("name", ["canonical_form", "host_rules", "vocabulary"])
def test_a_reader_that_would_compute_other_keys_is_told_to_update(name: str) -> None:
    newer = replace(own_versions(), **{name: "99"})
    with pytest.raises(VerificationFailed, match=f"{name} is of version 99.*update"):
        verify(signed(versions=newer))


def test_other_rules_and_another_unicode_are_the_registrys_own_affair() -> None:
    other = replace(own_versions(), rules="99", unicode="3.2.0")
    assert verify(signed(versions=other)).versions == other


def changed(**members: Any) -> bytes:
    return json.dumps(json.loads(encode_manifest(GOOD)) | members).encode()


def test_a_format_that_is_not_known_is_refused_before_anything_else_is_read() -> None:
    with pytest.raises(VerificationFailed, match=r"format '2'.*update"):
        decode_manifest(changed(format="2", size="x"))


@pytest.mark.parametrize(
    "members",
    [
        {"size": -1},
        {"size": True},
        {"made_at": "yesterday"},
        {"issuer": None},
        {"sets": {}},
        {"sets": None},
        {"lists": {"registered": {}}},
        {"versions": {}},
        {"previous": "7"},
    ],
)
def test_a_manifest_that_lacks_something_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(VerificationFailed, match="cannot be used"):
        decode_manifest(changed(**members))


@pytest.mark.parametrize(
    "name",
    ["../registered.0000000000000000.filter", "registered.filter", "/etc/passwd", "manifest.jws"],
)
def test_a_file_never_lies_outside_of_the_snapshots_folder(name: str) -> None:
    members = json.loads(encode_manifest(GOOD))
    members["sets"]["search"]["filter"]["name"] = name
    with pytest.raises(VerificationFailed, match="cannot be used"):
        decode_manifest(json.dumps(members).encode())


def test_sets_that_are_equal_share_a_file() -> None:
    files = GOOD.files()
    assert GOOD.sets["registered"].filter == GOOD.sets["ai-input"].filter
    assert GOOD.sets["registered"].filter != GOOD.sets["search"].filter
    assert len([name for name in files if name.endswith(".filter")]) == 2
    assert len([name for name in files if name.endswith(".keys")]) == 10
