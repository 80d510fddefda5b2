"""A digest is proved by bytes that the registry fetches itself from under a proved location, on both databases."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.domain.dossiers import Work
from registry.domain.vocabulary import Assurance
from registry.errors import InvalidInput
from registry.fetching.lines import Missed
from registry.services.actor import REGISTRY
from registry.services.attest_claim import attest_claim, lapse_assurance
from registry.services.dispute_claim import open_dispute
from registry.services.find import the_claim
from registry.services.prove_claim import RECHECK, prove
from registry.services.prove_digests import MOST_FILES, Hashed, conclude_digests, files_to_hash
from registry.services.register_work import add_identifiers
from registry.storage.proofs import ProofRow, ProofState
from tests.fetching.sites import Web, redirect, reply, served_web
from tests.registries import STEWARD, Desk

SONG = b"la la la" * 10_000
DIGEST = "sha256:" + hashlib.sha256(SONG).hexdigest()
OTHER = "sha256:" + hashlib.sha256(b"other").hexdigest()
URL = "https://artist.example/music/song.flac"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with served_web(tmp_path) as web:
        web.put("artist.example", "/music/song.flac", reply(SONG, "audio/flac"))
        yield web


def location_proved(desk: Desk, url: str = "https://artist.example/music/", by: str = "R1") -> str:
    """A grant on a location, by a steward's hand."""
    _, claim = desk.location(url, by=by)
    with desk.registry.writing() as ledger:
        return attest_claim(
            ledger, claim, STEWARD, "seen", location=True, level=Assurance.CONTROLLED
        ).grant


def proved(desk: Desk, web: Web, claim: str) -> ProofRow:
    with web.kept_fetcher() as fetcher:
        return prove(desk.registry, claim, fetcher, REGISTRY)


def identifiers_granted(desk: Desk, claim: str) -> list[tuple[str | None, str]]:
    with desk.registry.reading() as uow:
        return [(each.identifier, each.level) for each in the_claim(uow, claim)[2].grants]


def test_the_digest_of_a_file_under_a_proved_location_is_proved_for_that_claim(
    desk: Desk, web: Web
) -> None:
    grant = location_proved(desk)
    _, claim = desk.work(DIGEST, OTHER, URL, "isrc:GBAYE0601498")
    row = proved(desk, web, claim)
    assert row.state is ProofState.PROVED
    assert identifiers_granted(desk, claim) == [(DIGEST, "controlled")]
    with desk.registry.reading() as uow:
        (gained,) = uow.proofs.grants_of(claim)
        assert (gained.rests_on, gained.place) == (grant, URL)
        assert uow.jobs.of(RECHECK, claim) is not None
    assert row.seen[0].words == f"{len(SONG)} bytes; {DIGEST}"
    assert desk.fsck().wrong is None


def test_what_the_digest_proves_is_placed_where_its_address_came_in(desk: Desk, web: Web) -> None:
    location_proved(desk)
    work, claim = desk.work(DIGEST)
    with desk.registry.writing() as ledger:
        add_identifiers(ledger, desk.rightsholder(), work, [URL], STEWARD)
    proved(desk, web, claim)
    with desk.registry.reading() as uow:
        _, dossier, held = the_claim(uow, claim)
        assert isinstance(dossier, Work)
        of_url = next(each.seq for each in dossier.identifiers if each.text == URL)
        assert held.seq < of_url == held.grants[0].seq


def test_another_file_proves_nothing_and_its_digest_is_told(desk: Desk, web: Web) -> None:
    location_proved(desk)
    _, claim = desk.work(OTHER, URL)
    row = proved(desk, web, claim)
    assert (row.state, identifiers_granted(desk, claim)) == (ProofState.FAILED, [])
    assert DIGEST in row.seen[0].words


def test_a_file_that_leads_out_of_the_proved_location_is_not_hashed(desk: Desk, web: Web) -> None:
    location_proved(desk)
    _, claim = desk.work(DIGEST, URL)
    for target in ("/uploads/song.flac", "https://other.example/music/song.flac"):
        web.put("other.example", "/music/song.flac", reply(SONG))
        web.put("artist.example", "/uploads/song.flac", reply(SONG))
        web.put("artist.example", "/music/song.flac", redirect(target))
        assert proved(desk, web, claim).state is ProofState.FAILED
    web.put("artist.example", "/music/moved.flac", reply(SONG))
    web.put("artist.example", "/music/song.flac", redirect("/music/moved.flac"))
    assert proved(desk, web, claim).state is ProofState.PROVED


def test_without_a_proved_location_of_ones_own_there_is_nothing_to_hash(desk: Desk) -> None:
    location_proved(desk, by="R2")
    _, claim = desk.work(DIGEST, URL)
    grant = location_proved(desk, "https://artist.example/other/")
    with (
        desk.registry.reading() as uow,
        pytest.raises(InvalidInput, match="register such a location"),
    ):
        files_to_hash(uow, claim, desk.clock.now)
    grant = location_proved(desk)
    with desk.registry.reading() as uow:
        assert [file.url for file in files_to_hash(uow, claim, desk.clock.now)] == [URL]
    with desk.registry.writing() as ledger:
        lapse_assurance(ledger, grant, STEWARD, "gone")
    with desk.registry.reading() as uow, pytest.raises(InvalidInput):
        files_to_hash(uow, claim, desk.clock.now)


def test_under_a_disputed_location_nothing_is_hashed(desk: Desk) -> None:
    _, place = desk.location("https://artist.example/music/")
    with desk.registry.writing() as ledger:
        attest_claim(ledger, place, STEWARD, "seen", location=True)
    _, claim = desk.work(DIGEST, URL)
    with desk.registry.writing() as ledger:
        open_dispute(ledger, place, STEWARD, "not theirs")
    with desk.registry.reading() as uow, pytest.raises(InvalidInput):
        files_to_hash(uow, claim, desk.clock.now)


def test_a_location_that_lapses_during_a_look_proves_no_digest(desk: Desk, web: Web) -> None:
    grant = location_proved(desk)
    _, claim = desk.work(DIGEST, URL)
    with desk.registry.reading() as uow, web.kept_fetcher() as fetcher:
        hashed = [
            Hashed(each, fetcher.ask(each.ask))
            for each in files_to_hash(uow, claim, desk.clock.now)
        ]
    with desk.registry.writing() as ledger:
        lapse_assurance(ledger, grant, STEWARD, "gone")
    with desk.registry.writing() as ledger:
        gained, sights = conclude_digests(ledger, claim, hashed, REGISTRY)
    assert gained == []
    assert [each.proved for each in sights] == [False]


def test_the_same_bytes_at_two_addresses_give_one_grant_and_few_files_are_fetched_at_once(
    desk: Desk,
) -> None:
    location_proved(desk)
    urls = [f"https://artist.example/music/{n}.flac" for n in range(MOST_FILES + 3)]
    _, claim = desk.work(DIGEST, *urls)
    with desk.registry.reading() as uow:
        files = files_to_hash(uow, claim, desk.clock.now)
    assert len(files) == MOST_FILES
    from registry.fetching.lines import Digest

    found = Digest(files[0].url, DIGEST.removeprefix("sha256:"), len(SONG))
    with desk.registry.writing() as ledger:
        hashed = [
            Hashed(files[0], found),
            Hashed(files[1], found),
            Hashed(files[2], Missed("absent", "gone")),
        ]
        gained, sights = conclude_digests(ledger, claim, hashed, REGISTRY)
    assert [each.identifier for each in gained] == [DIGEST]
    assert sights[2].words == "gone"
    with desk.registry.reading() as uow, pytest.raises(InvalidInput, match="not proved yet"):
        files_to_hash(uow, claim, desk.clock.now)
