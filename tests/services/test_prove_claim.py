"""Control of a location is proved by looking, through a real fetch process at real servers, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from registry.domain.events import Subject
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound, Unavailable
from registry.fetching.lines import Ask, Missed, Records, Reply
from registry.services.actor import REGISTRY
from registry.services.dispute_claim import decide_dispute, open_dispute
from registry.services.find import the_claim, the_rightsholder
from registry.services.prove_claim import (
    ASK_AGAIN_MS,
    PROVE,
    RECHECK,
    RECHECK_MS,
    AskedTooSoon,
    ask_for_proof,
    challenge,
    conclude,
    look,
    prove,
)
from registry.storage.proofs import ProofRow, ProofState
from tests.fetching.sites import Web, redirect, reply, served_web
from tests.registries import HOUR, STEWARD, Desk

SITE = "https://artist.example/"
FILE = "/.well-known/consent-registry.txt"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with served_web(tmp_path) as web:
        web.put("artist.example", "/", reply("<p>hello", "text/html"))
        yield web


@dataclass
class Told:
    """A fetcher that replies what it was told, and counts."""

    replies: list[Reply]
    asked: list[Ask] = field(default_factory=list)

    def ask(self, ask: Ask) -> Reply:
        self.asked.append(ask)
        return self.replies[min(len(self.asked), len(self.replies)) - 1]


def token(desk: Desk, claim: str) -> str:
    with desk.registry.reading() as uow:
        return challenge(uow, desk.registry.place, claim).token


def line(desk: Desk, claim: str, means: str) -> str:
    with desk.registry.reading() as uow:
        ways = challenge(uow, desk.registry.place, claim).ways
    return next(way.line for way in ways if way.means == means)


def proved(desk: Desk, web: Web, claim: str) -> ProofRow:
    with web.kept_fetcher() as fetcher:
        return prove(desk.registry, claim, fetcher, STEWARD)


def grants(desk: Desk, by: str = "R1") -> list[tuple[str | None, str, bool]]:
    with desk.registry.reading() as uow:
        found = the_rightsholder(uow, desk.rightsholder(by)).grants
        return [(each.location, each.level.value, each.subdomains) for each in found]


def test_a_file_on_the_host_proves_it_and_says_so_in_the_log(desk: Desk, web: Web) -> None:
    _, claim = desk.location(SITE)
    web.put("artist.example", FILE, reply(line(desk, claim, "host-file")))
    row = proved(desk, web, claim)
    assert row.state is ProofState.PROVED
    assert grants(desk) == [(SITE, "controlled", False)]
    with desk.registry.reading() as uow:
        head = uow.log.head()
        assert head is not None
        event = uow.log.event_at(head.head.size - 1)
        assert event is not None
        assert (
            f"control was seen at https://artist.example{FILE} (host-file) on 2026-".encode()
            in event.body
        )
        job = uow.jobs.of(RECHECK, claim)
        assert job is not None
        assert job.due == head.head.at + RECHECK_MS
    assert desk.fsck().wrong is None


def test_what_was_proved_permits_what_its_holder_allows(desk: Desk, web: Web) -> None:
    location, claim = desk.location(SITE)
    desk.declare(Subject("location", location), generative_training="allow")
    desk.clock.forward(desk.registry.settings.loosening_delay + HOUR)
    assert desk.ask("https://artist.example/song").answer.decision == "unstated"
    web.put("artist.example", FILE, reply(line(desk, claim, "host-file")))
    proved(desk, web, claim)
    assert desk.ask("https://artist.example/song").answer.decision == "allow"
    assert desk.ask("https://www.artist.example/song").answer.decision == "unstated"


@pytest.mark.parametrize(
    ("url", "subdomains", "means", "host", "path"),
    [
        (SITE, False, "page", "artist.example", "/"),
        ("https://music.example/ada/", False, "prefix-file", "music.example", "/ada/consent-registry.txt"),
        ("https://music.example/ada/", False, "page", "music.example", "/ada/"),
        ("https://music.example/ada/", False, "host-file", "music.example", FILE),
        ("https://ada.github.io/", False, "host-file", "ada.github.io", FILE),
        ("https://ada.github.io/", False, "page", "ada.github.io", "/"),
        ("https://github.com/ada/", False, "profile", "github.com", "/ada"),
    ],
)  # fmt: skip
def test_every_way_on_the_web_proves(
    desk: Desk, web: Web, url: str, subdomains: bool, means: str, host: str, path: str
) -> None:
    _, claim = desk.location(url, subdomains=subdomains)
    text = line(desk, claim, means)
    if means == "profile":
        text = f'<meta name="description" content="I sing. {text}. ada has 3 repositories">'
    page = means in ("page", "profile")
    web.put(host, path, reply(text, "text/html" if page else "text/plain"))
    assert proved(desk, web, claim).state is ProofState.PROVED
    assert grants(desk) == [(url, "controlled", subdomains)]


def test_a_record_in_dns_proves_a_host_with_its_subdomains(desk: Desk, web: Web) -> None:
    _, claim = desk.location(SITE, subdomains=True)
    web.put("artist.example", FILE, reply(token(desk, claim)))
    assert proved(desk, web, claim).state is ProofState.FAILED
    web.records("_consent-registry.artist.example", "v=spf1 -all", token(desk, claim))
    assert proved(desk, web, claim).state is ProofState.PROVED
    assert grants(desk) == [(SITE, "controlled", True)]


def test_what_was_looked_at_and_not_found_is_said_place_by_place(desk: Desk, web: Web) -> None:
    _, claim = desk.location(SITE)
    row = proved(desk, web, claim)
    assert (row.state, grants(desk)) == (ProofState.FAILED, [])
    assert [(each.place, each.proved, each.words) for each in row.seen] == [
        (f"https://artist.example{FILE}", False, f"https://artist.example{FILE} answered 404"),
        (SITE, False, 'the head of the page holds no <meta name="consent-registry"> with this token'),
        ("_consent-registry.artist.example", False, "DNS has no TXT record at _consent-registry.artist.example"),
    ]  # fmt: skip
    with desk.registry.reading() as uow:
        assert uow.proofs.of(claim) == row
        assert uow.jobs.of(RECHECK, claim) is None


def test_the_token_of_another_claim_proves_nothing(desk: Desk, web: Web) -> None:
    _, mine = desk.location(SITE, by="R1")
    _, theirs = desk.location(SITE, by="R2")
    web.put("artist.example", FILE, reply(token(desk, mine)))
    web.records("_consent-registry.artist.example", token(desk, mine))
    assert proved(desk, web, theirs).state is ProofState.FAILED
    assert grants(desk, "R2") == []
    assert proved(desk, web, mine).state is ProofState.PROVED


def test_places_that_strangers_reach_prove_nothing(desk: Desk, web: Web) -> None:
    _, claim = desk.location("https://github.com/ada/")
    tag = f'<meta name="consent-registry" content="{token(desk, claim)}">'
    named = f"{token(desk, claim)} https://github.com/ada/"
    web.put("github.com", "/ada", reply(f"{tag}<p>{named}", "text/html"))
    web.put("github.com", "/ada/consent-registry.txt", reply(named))
    web.put("github.com", "/ada/songs/consent-registry.txt", reply(named))
    web.put("github.com", FILE, reply(token(desk, claim)))
    assert proved(desk, web, claim).state is ProofState.FAILED
    assert grants(desk) == []


def test_a_redirect_to_another_site_that_holds_the_token_proves_nothing(
    desk: Desk, web: Web
) -> None:
    _, claim = desk.location(SITE)
    web.put("other.example", FILE, reply(token(desk, claim)))
    web.put("artist.example", FILE, redirect(f"https://other.example{FILE}"))
    web.put("artist.example", "/", redirect("https://other.example/"))
    row = proved(desk, web, claim)
    assert row.state is ProofState.FAILED
    assert "another place" in row.seen[0].words
    assert not any(each.startswith("other.example") for each in web.seen)


def test_a_redirect_to_www_is_the_same_site(desk: Desk, web: Web) -> None:
    _, claim = desk.location(SITE)
    web.put("www.artist.example", FILE, reply(token(desk, claim)))
    web.put("artist.example", FILE, redirect(f"https://www.artist.example{FILE}"))
    assert proved(desk, web, claim).state is ProofState.PROVED


def test_a_name_that_points_into_the_house_is_not_looked_at(desk: Desk, web: Web) -> None:
    _, claim = desk.location(SITE)
    web.put("artist.example", FILE, reply(token(desk, claim)))
    web.name("artist.example", ["127.0.0.1"])
    assert proved(desk, web, claim).state is ProofState.FAILED
    assert not web.reached_what_is_forbidden


def test_proving_twice_gives_one_grant(desk: Desk, web: Web) -> None:
    _, claim = desk.location(SITE)
    web.put("artist.example", FILE, reply(token(desk, claim)))
    first, second = proved(desk, web, claim), proved(desk, web, claim)
    assert first.state is second.state is ProofState.PROVED
    assert len(grants(desk)) == 1


def test_no_transaction_is_open_during_a_look(desk: Desk) -> None:
    _, claim = desk.location(SITE)

    class Writes:
        def ask(self, ask: Ask) -> Reply:
            desk.work("isrc:GBAYE0601498", by="R2")
            return Missed("absent", "nothing there")

    assert prove(desk.registry, claim, Writes(), REGISTRY).state is ProofState.FAILED


def test_a_claim_that_ends_during_a_look_gains_nothing(desk: Desk) -> None:
    _, claim = desk.location(SITE)
    with desk.registry.reading() as uow:
        asked = challenge(uow, desk.registry.place, claim)
    seen = look(
        asked, Told([Missed("absent", "x"), Missed("absent", "x"), Records((asked.token,))])
    )
    assert seen.way is not None
    with desk.registry.writing() as ledger:
        dispute = open_dispute(ledger, claim, STEWARD, "not theirs").dispute
        decide_dispute(
            ledger, dispute, stewards=("alice", "bob"), by=STEWARD, upheld=True, reason="seen"
        )
    with pytest.raises(Conflict), desk.registry.writing() as ledger:
        conclude(ledger, claim, asked, seen, REGISTRY)
    assert grants(desk) == []
    with pytest.raises(Conflict):
        prove(desk.registry, claim, Told([Missed("absent", "x")]), REGISTRY)


def test_a_fetcher_that_cannot_look_is_an_error_and_no_failure_of_the_claim(desk: Desk) -> None:
    _, claim = desk.location(SITE)
    for wrong in (Records((token(desk, claim),)), None):

        class Broken:
            def ask(self, ask: Ask, wrong: Reply | None = wrong) -> Reply:
                if wrong is None:
                    raise Unavailable("away")
                return wrong

        with pytest.raises(Unavailable):
            prove(desk.registry, claim, Broken(), REGISTRY)
    with desk.registry.reading() as uow:
        assert uow.proofs.of(claim) is None


# -- asking ---------------------------------------------------------------------------------------------


def ask(desk: Desk, claim: str, by: str = "R1") -> ProofRow:
    holder = desk.rightsholder(by)
    with desk.registry.writing() as ledger:
        return ask_for_proof(ledger, claim, holder)


def test_a_look_that_is_asked_for_is_a_job_and_not_asked_for_again_at_once(desk: Desk) -> None:
    _, claim = desk.location(SITE)
    assert ask(desk, claim).state is ProofState.WAITING
    with desk.registry.reading() as uow:
        job = uow.jobs.of(PROVE, claim)
    assert job is not None
    with pytest.raises(AskedTooSoon) as soon:
        ask(desk, claim)
    assert 0 < soon.value.seconds <= ASK_AGAIN_MS // 1000
    desk.clock.forward(ASK_AGAIN_MS + 1000)
    assert ask(desk, claim).state is ProofState.WAITING


def test_what_is_proved_is_not_looked_at_again_for_the_asking(desk: Desk, web: Web) -> None:
    _, claim = desk.location(SITE)
    web.put("artist.example", FILE, reply(token(desk, claim)))
    proved(desk, web, claim)
    assert ask(desk, claim).state is ProofState.PROVED
    with desk.registry.reading() as uow:
        assert uow.jobs.of(PROVE, claim) is None


def test_only_who_made_a_claim_has_it_proved(desk: Desk) -> None:
    _, claim = desk.location(SITE)
    with pytest.raises(Forbidden):
        ask(desk, claim, by="R2")
    with pytest.raises(NotFound):
        ask(desk, claim[:-1] + ("0" if claim[-1] != "0" else "1"))


def test_a_claim_on_a_work_has_no_challenge(desk: Desk) -> None:
    _, claim = desk.work("isrc:GBAYE0601498")
    with desk.registry.reading() as uow, pytest.raises(InvalidInput, match="prove a location"):
        challenge(uow, desk.registry.place, claim)
    with pytest.raises(InvalidInput, match="sha256"):
        ask(desk, claim)
    with desk.registry.reading() as uow:
        assert the_claim(uow, claim)[2].grants == []
