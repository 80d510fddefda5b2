"""A snapshot at hand: what it says of a question, and when it says nothing at all."""

import io
from array import array
from dataclasses import replace

import pytest

from registry.domain.identifiers import parse_identifier
from registry.domain.vocabulary import Usage
from registry.errors import NotFound, VerificationFailed
from registry.instants import HOUR_MS
from registry.screening.key_lists import sorted_keys
from registry.screening.keys import keys_of
from registry.screening.manifest import REGISTERED, FileEntry, own_versions
from registry.screening.snapshot import Screened, Snapshot, check_file
from registry.services.gather_keys import Contents
from tests.registries import MovedClock
from tests.screening.sets import MADE_AT, Exactly, manifest_of, snapshot_of

OPEN, CLOSED, ALSO_OPEN = "isrc:GBAYE0601498", "isrc:USRC17607839", "iswc:T0345246801"
SONG = "https://artist.com/É"
GEN = Usage.GENERATIVE_TRAINING


def keys(*identifiers: str) -> "array[int]":
    return sorted_keys(keys_of(parse_identifier(each))[0] for each in identifiers)


CONTENTS = Contents(
    keys(OPEN, CLOSED, ALSO_OPEN, SONG),
    dict.fromkeys(Usage, sorted_keys([])) | {GEN: keys(OPEN, ALSO_OPEN)},
)
SNAPSHOT = snapshot_of(CONTENTS, GEN, Usage.SEARCH)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((CLOSED,), Screened.CANDIDATE),
        ((OPEN,), Screened.OPEN),
        (("ISRC:gb-aye-06-01498", OPEN), Screened.OPEN),
        ((OPEN, "isrc:GBAYE0601499"), Screened.OPEN),
        ((OPEN, ALSO_OPEN), Screened.CANDIDATE),
        ((OPEN, CLOSED), Screened.CANDIDATE),
        (("isrc:GBAYE0601499", "https://artist.com/b"), Screened.UNREGISTERED),
        (("isrc:GBAYE06014",), Screened.UNREADABLE),
        ((OPEN, "nothing"), Screened.UNREADABLE),
        ((), Screened.UNREADABLE),
        (("isrc:GBAYE0601499",) * 100, Screened.UNREGISTERED),
        (("isrc:GBAYE0601499",) * 101, Screened.UNREADABLE),
    ],
)
def test_what_a_snapshot_says(asked: tuple[str, ...], said: Screened) -> None:
    assert SNAPSHOT.screen(asked, GEN) is said


def test_another_category_has_a_set_of_its_own() -> None:
    assert SNAPSHOT.screen((OPEN,), Usage.SEARCH) is Screened.CANDIDATE


def test_each_policy_asks_about_what_it_could_be_wrong_about() -> None:
    no_objection = {each for each in Screened if each.may_be_opted_out}
    permission = {each for each in Screened if each.may_be_permitted}
    assert no_objection == {Screened.CANDIDATE, Screened.UNREADABLE}
    assert permission == {Screened.CANDIDATE, Screened.OPEN}


def test_a_category_that_is_not_at_hand_is_an_error_and_not_a_no() -> None:
    with pytest.raises(NotFound, match="ai-input"):
        SNAPSHOT.screen((CLOSED,), Usage.AI_INPUT)


def test_a_snapshot_that_ends_while_it_is_used_says_nothing_more() -> None:
    clock = MovedClock(MADE_AT)
    sets = {name: Exactly(CONTENTS.registered) for name in (REGISTERED, GEN.value)}
    manifest = manifest_of(dict.fromkeys(sets, CONTENTS.registered))
    snapshot = Snapshot(manifest, sets, clock)
    assert snapshot.screen(("isrc:GBAYE0601499",), GEN) is Screened.UNREGISTERED
    clock.forward(HOUR_MS)
    for asked in (("isrc:GBAYE0601499",), (CLOSED,)):
        with pytest.raises(VerificationFailed, match="fetch the newest"):
            snapshot.screen(asked, GEN)


def test_where_two_versions_of_unicode_may_differ_the_registry_is_asked() -> None:
    unlike = "https://elsewhere.example/Ünknown"
    assert SNAPSHOT.screen((unlike,), GEN) is Screened.UNREGISTERED
    older = snapshot_of(CONTENTS, GEN, versions=replace(own_versions(), unicode="3.2.0"))
    assert older.screen((unlike,), GEN) is Screened.CANDIDATE
    assert older.screen(("https://elsewhere.example/plain",), GEN) is Screened.UNREGISTERED


def test_a_set_that_the_manifest_does_not_name_is_refused() -> None:
    manifest = manifest_of({REGISTERED: CONTENTS.registered})
    with pytest.raises(VerificationFailed, match="not the one"):
        Snapshot(manifest, {REGISTERED: Exactly(keys(OPEN))}, lambda: MADE_AT)
    with pytest.raises(VerificationFailed, match="everything registered"):
        Snapshot(manifest, {}, lambda: MADE_AT)
    exactly = Exactly(CONTENTS.registered)
    with pytest.raises(VerificationFailed, match="'everything'"):
        Snapshot(manifest, {REGISTERED: exactly, "everything": exactly}, lambda: MADE_AT)


def test_a_file_of_another_length_or_content_is_refused() -> None:
    body = b"x" * (3 << 19)
    digest = "5d2b1e8a36f3c0a0c8d1a9b0ea3c0f5d" * 2
    with pytest.raises(VerificationFailed, match="cut off or changed"):
        check_file(io.BytesIO(body[:-1]), FileEntry("a", len(body), digest))
    with pytest.raises(VerificationFailed, match="was changed"):
        check_file(io.BytesIO(body), FileEntry("a", len(body), digest))
