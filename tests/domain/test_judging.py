"""Whether a statement speaks: every condition for an allow, by taking one away at a time."""

from collections.abc import Callable

import pytest

from registry.domain.events import DisputeOpened, LinkConfirmed
from registry.domain.vocabulary import AI_USAGES, SERVICE_USAGES, LinkKind, Role, Usage, WorkKind
from tests.domain.asking import (
    ALLOW,
    CONDITIONAL,
    DENY,
    GEN,
    ISRC,
    SEARCH,
    SONG,
    UPC,
    URL,
    VOICE,
    decided,
    prove,
)
from tests.model.histories import Log, catalogue, of_location, of_work, parties


@pytest.mark.parametrize("usage", list(Usage))
def test_a_word_denies_the_ai_categories_and_proof_all_of_them(usage: Usage) -> None:
    log = parties()
    work = log.work("r1", URL)
    log.declare("r1", of_work(work), {usage: DENY})
    by_word = decided(log, URL, usage=usage)
    assert by_word == ("deny" if usage in AI_USAGES else "unstated unproven")
    assert (usage in SERVICE_USAGES) != (by_word == "deny")
    prove(log, "r1", work, URL)
    assert decided(log, "http://www.artist.com/X", usage=usage) == "deny"


def test_a_whole_host_is_denied_with_proof_alone_and_a_folder_by_word() -> None:
    log = parties()
    host = log.location("r1", "https://artist.com/")
    log.declare("r1", of_location(host), {GEN: DENY})
    assert decided(log, URL) == "unstated unproven"
    folder = log.location("r2", "https://artist.com/a/")
    log.declare("r2", of_location(folder), {GEN: DENY})
    assert decided(log, "https://artist.com/a/y") == "deny"
    log.grant("r1", f"{host}c", of_location(host), location="https://artist.com/")
    assert decided(log, URL) == "deny"


def test_a_catalogue_heard_at_a_whole_host_alone_needs_proof_too() -> None:
    log = parties()
    log.location("r1", "https://artist.com/")
    log.declare("r1", catalogue("r1"), {GEN: DENY})
    assert decided(log, URL) == "unstated unproven"


@pytest.mark.parametrize("kind", [WorkKind.RECORDING, WorkKind.VIDEO, WorkKind.PERFORMANCE])
@pytest.mark.parametrize("inside", [None, "none", "mine", "listed"])
def test_what_usually_holds_others_rights_needs_a_word_on_what_is_inside(
    kind: WorkKind, inside: str | None
) -> None:
    log = parties()
    work = log.work("r1", URL, kind=kind, inside=inside)  # type: ignore[arg-type]
    prove(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: ALLOW})
    assert decided(log, URL) == ("allow" if inside else "unstated composition-unknown")


@pytest.mark.parametrize("kind", [WorkKind.COMPOSITION, WorkKind.IMAGE, WorkKind.TEXT])
def test_what_holds_nobody_elses_rights_needs_none(kind: WorkKind) -> None:
    log = parties()
    work = log.work("r1", URL, kind=kind, inside=None)
    prove(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: ALLOW})
    assert decided(log, URL) == "allow"


def test_a_voice_is_permitted_by_a_performer_alone() -> None:
    log = parties()
    work = log.work("r1", URL)
    prove(log, "r1", work, URL)
    log.declare("r1", of_work(work), {VOICE: ALLOW})
    assert decided(log, URL, usage=VOICE) == "unstated unproven"
    claim = log.claim("r1", of_work(work), role=Role.PERFORMANCE)
    assert decided(log, URL, usage=VOICE) == "unstated unproven"
    log.grant("r1", claim, of_work(work), identifier=URL)
    assert decided(log, URL, usage=VOICE) == "unstated added-later"
    log.declare("r1", of_work(work), {VOICE: ALLOW})
    assert decided(log, URL, usage=VOICE) == "allow"


def _a_location(log: Log, *, sole: bool, role: Role = Role.OTHER) -> str:
    place = log.location("r1", "https://artist.com/", sole=sole, role=role)
    log.grant("r1", f"{place}c", of_location(place), location="https://artist.com/")
    return place


@pytest.mark.parametrize("at_catalogue", [False, True])
@pytest.mark.parametrize(("sole", "expected"), [(True, "allow"), (False, "unstated unproven")])
def test_what_lies_at_a_location_is_permitted_where_all_there_is_theirs(
    sole: bool, expected: str, at_catalogue: bool
) -> None:
    log = parties()
    place = _a_location(log, sole=sole)
    subject = catalogue("r1") if at_catalogue else of_location(place)
    log.declare("r1", subject, {GEN: ALLOW, VOICE: ALLOW})
    assert decided(log, URL) == expected
    assert decided(log, URL, usage=VOICE) == "unstated unproven"


def test_a_voice_at_a_location_is_permitted_by_a_performer() -> None:
    log = parties()
    place = _a_location(log, sole=True, role=Role.PERFORMANCE)
    log.declare("r1", of_location(place), {VOICE: ALLOW})
    assert decided(log, URL, usage=VOICE) == "allow"


def _no_link(log: Log, track: str, album: str) -> None:
    """Nobody who made the release stands by the link."""


def _confirmed(log: Log, track: str, album: str) -> None:
    log.add(LinkConfirmed(f"{track}l0", track, "r1"))


def _disputed(log: Log, track: str, album: str) -> None:
    _confirmed(log, track, album)
    log.add(DisputeOpened("q", f"{album}c", of_work(album), "r1", ""))


@pytest.mark.parametrize(
    ("then", "proved", "expected"),
    [
        (_confirmed, True, "allow"),
        (_confirmed, False, "unstated unproven"),
        (_no_link, True, "unstated unproven"),
        (_disputed, True, "unstated disputed"),
    ],
)
def test_a_word_from_a_release_needs_proof_of_it_and_a_link_stood_by(
    then: Callable[[Log, str, str], None], proved: bool, expected: str
) -> None:
    log = parties()
    album = log.work("r1", UPC, kind=WorkKind.RELEASE)
    if proved:
        prove(log, "r1", album, UPC)
    track = log.work("r2", ISRC, links=[(LinkKind.PART_OF, album)])
    claim = log.claim("r1", of_work(track))
    log.grant("r1", claim, of_work(track), identifier=ISRC)
    prove(log, "r2", track, ISRC)
    log.declare("r2", of_work(track), {GEN: ALLOW})
    then(log, track, album)
    log.declare("r1", of_work(album), {GEN: ALLOW})
    assert decided(log, ISRC) == expected


@pytest.mark.parametrize("preference", [ALLOW, CONDITIONAL])
def test_what_is_disputed_is_not_permitted(preference: object) -> None:
    log = parties()
    work = log.work("r1", URL)
    prove(log, "r1", work, URL)
    log.declare("r1", of_work(work), {GEN: preference})  # type: ignore[dict-item]
    log.add(DisputeOpened("q", f"{work}c", of_work(work), "r1", ""))
    expected = "unstated disputed" if preference is ALLOW else "deny conditions-unverified"
    assert decided(log, URL) == expected


def test_one_claim_of_two_that_is_undisputed_is_enough() -> None:
    log = parties()
    work = log.work("r1", URL)
    log.add(DisputeOpened("q", f"{work}c", of_work(work), "r1", ""))
    second = log.claim("r1", of_work(work))
    log.grant("r1", second, of_work(work), identifier=URL)
    log.declare("r1", of_work(work), {GEN: ALLOW})
    assert decided(log, URL) == "allow"


def test_a_conditional_unproven_for_a_service_use_is_passed_over() -> None:
    log = parties()
    work = log.work("r1", SONG)
    log.declare("r1", of_work(work), {SEARCH: CONDITIONAL})
    assert decided(log, SONG, usage=SEARCH) == "unstated unproven"
