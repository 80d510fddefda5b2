"""What proves control of a location, and what an attacker finds does not."""

import hashlib
import re
from base64 import b32encode

import pytest

from registry.domain.control import (
    HOST_FILE,
    Challenge,
    Means,
    Way,
    challenge_of,
    proved_by_page,
    proved_by_records,
    token_of,
)
from registry.domain.hosts import all_rules
from registry.domain.locations import parse_location

ISSUER = "did:web:registry.example"
CLAIM = "01a20212-5f30-70ac-93b8-967730279525"


def challenge(url: str, *, claim: str = CLAIM, subdomains: bool = False) -> Challenge:
    return challenge_of(ISSUER, claim, parse_location(url, subdomains=subdomains))


def way(challenge: Challenge, means: Means) -> Way:
    (found,) = [each for each in challenge.ways if each.means is means]
    return found


def file(challenge: Challenge, means: Means, text: str, media_type: str = "text/plain") -> bool:
    body = text.encode()
    return proved_by_page(challenge, way(challenge, means), media_type, body, cut=False) is None


def page(challenge: Challenge, means: Means, text: str, media_type: str = "text/html") -> bool:
    return file(challenge, means, text, media_type)


HOST = challenge("https://artist.example/")
PART = challenge("https://music.example/ada/")
GITHUB_PAGES = challenge("https://ada.github.io/")
GITHUB = challenge("https://github.com/ada")


# -- the token --------------------------------------------------------------------------------------------


def test_anybody_can_recompute_the_token_from_public_things() -> None:
    text = f"consent-registry control of a location 1\n{ISSUER}\n{CLAIM}\nhttps://artist.example/\nalone\n"
    expected = b32encode(hashlib.sha256(text.encode()).digest()[:20]).decode().lower()
    assert HOST.token == "crp1-" + expected
    assert re.fullmatch(r"crp1-[a-z2-7]{32}", HOST.token)


def test_another_registry_claim_place_or_reach_has_another_token() -> None:
    place = parse_location("https://artist.example/")
    tokens = {
        HOST.token,
        token_of("did:web:other.example", CLAIM, place),
        token_of(ISSUER, CLAIM[:-1] + "6", place),
        token_of(ISSUER, CLAIM, parse_location("https://artist.example/a/")),
        token_of(ISSUER, CLAIM, parse_location("https://artist.example/", subdomains=True)),
    }
    assert len(tokens) == 5


# -- where ------------------------------------------------------------------------------------------------


def ways(challenge: Challenge) -> list[tuple[str, str, bool]]:
    return [(each.means.value, each.place, each.by_host) for each in challenge.ways]


def test_a_whole_host_is_proved_by_a_file_a_page_or_dns() -> None:
    assert ways(HOST) == [
        ("host-file", "https://artist.example/.well-known/consent-registry.txt", False),
        ("page", "https://artist.example/", False),
        ("dns", "_consent-registry.artist.example", False),
    ]
    assert [each.line for each in HOST.ways] == [
        HOST.token,
        f'<meta name="consent-registry" content="{HOST.token}">',
        HOST.token,
    ]


def test_a_part_of_a_host_is_proved_under_it_or_by_the_host_naming_it() -> None:
    assert ways(PART) == [
        ("prefix-file", "https://music.example/ada/consent-registry.txt", False),
        ("page", "https://music.example/ada/", False),
        ("host-file", "https://music.example/.well-known/consent-registry.txt", True),
        ("dns", "_consent-registry.music.example", True),
    ]
    assert way(PART, Means.DNS).line == f"{PART.token} https://music.example/ada/"


def test_subdomains_are_proved_in_dns_alone_because_a_web_server_speaks_for_its_own_host() -> None:
    assert ways(challenge("https://artist.example/", subdomains=True)) == [
        ("dns", "_consent-registry.artist.example", False)
    ]


def test_another_port_is_proved_in_dns_alone_and_an_address_on_the_web_alone() -> None:
    assert [m for m, _, _ in ways(challenge("https://artist.example:8443/"))] == ["dns"]
    assert [m for m, _, _ in ways(challenge("https://192.0.2.1/"))] == ["host-file", "page"]
    assert challenge("https://192.0.2.1:81/").ways == ()


def test_on_a_host_of_others_only_the_owners_own_places_count() -> None:
    assert ways(GITHUB) == [
        ("profile", "https://github.com/ada", False),
        ("host-file", "https://github.com/.well-known/consent-registry.txt", True),
        ("dns", "_consent-registry.github.com", True),
    ]
    assert ways(GITHUB_PAGES)[:2] == [
        ("host-file", "https://ada.github.io/.well-known/consent-registry.txt", False),
        ("page", "https://ada.github.io/", False),
    ]
    repository = challenge("https://github.com/ada/songs")
    assert not [means for means, _, by_host in ways(repository) if not by_host]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.host)
def test_on_every_host_of_the_table_what_the_host_says_has_to_name_the_profile(rule) -> None:
    for profile in rule.profiles:
        filled = re.sub(r"\{[a-z]+\}", "somebody", profile.pattern).replace("*", "eu-west-1")
        asked = challenge(filled)
        for each in asked.ways:
            if each.means in (Means.HOST_FILE, Means.DNS):
                assert each.named
                assert each.line == f"{asked.token} {asked.location.url}"
            if each.means is Means.PAGE:
                assert "head" in rule.owner_writes


# -- files ------------------------------------------------------------------------------------------------


def test_a_line_with_the_token_proves_a_whole_host() -> None:
    for text in (
        HOST.token,
        f"# mine\n\n{HOST.token}  # Ada\r\n",
        f"{HOST.token} https://artist.example/",
        f"{HOST.token} artist.example",
        f"\ufeff{PART.token}\n{HOST.token}\n",
    ):
        assert file(HOST, Means.HOST_FILE, text), text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# {token}",
        "token: {token}",
        "{token}x",
        "{TOKEN}",
        "{token} https://other.example/",
        "{token} https://artist.example/a/",
        "{token} https://artist.example/ x",
        "{token}\n<p>hello</p>",
        "you asked for /{token}\n{token}",
        "{other}",
    ],
)
def test_other_lines_do_not(text: str) -> None:
    other = challenge("https://artist.example/", claim=CLAIM[:-1] + "6").token
    filled = text.format(token=HOST.token, TOKEN=HOST.token.upper(), other=other)
    assert not file(HOST, Means.HOST_FILE, filled)


def test_only_plain_text_that_is_there_whole_is_read_as_a_file() -> None:
    for media_type in ("text/html", "application/octet-stream", ""):
        assert not file(HOST, Means.HOST_FILE, HOST.token, media_type)
    own = way(HOST, Means.HOST_FILE)
    why = proved_by_page(HOST, own, "text/plain", HOST.token.encode(), cut=True)
    assert why == "it is longer than 64 KiB"
    assert not file(HOST, Means.HOST_FILE, "\n" * 3000 + HOST.token)
    assert not file(HOST, Means.HOST_FILE, "\0\xff")


def test_for_a_part_of_a_host_and_for_a_profile_the_line_names_it() -> None:
    for asked, means in (
        (PART, Means.PREFIX_FILE),
        (PART, Means.HOST_FILE),
        (GITHUB_PAGES, Means.HOST_FILE),
        (GITHUB, Means.HOST_FILE),
    ):
        url = asked.location.url
        assert file(asked, means, f"{asked.token} {url}")
        assert file(asked, means, f"{asked.token} {url.removesuffix('/')}")
        assert not file(asked, means, asked.token)
        assert not file(asked, means, f"{asked.token} {url}x/")


# -- pages ------------------------------------------------------------------------------------------------


def test_a_page_proves_by_its_head_and_not_by_what_it_quotes() -> None:
    tag = way(HOST, Means.PAGE).line
    assert page(HOST, Means.PAGE, f"<head>{tag}</head>")
    assert page(HOST, Means.PAGE, tag, "application/xhtml+xml")
    assert not page(HOST, Means.PAGE, f"<body>{tag}</body>")
    assert not page(HOST, Means.PAGE, f"<head></head><p>Paste {tag} into your head</p>")
    assert not page(HOST, Means.PAGE, tag, "text/plain")
    assert not page(HOST, Means.PAGE, tag, "")
    assert not page(HOST, Means.PAGE, tag.replace(HOST.token, f"{HOST.token} {PART.token}"))


def test_a_page_that_was_cut_proves_by_the_head_that_came() -> None:
    tag = way(HOST, Means.PAGE).line.encode()
    assert proved_by_page(HOST, way(HOST, Means.PAGE), "text/html", tag + b"<p>", cut=True) is None


def profile(text: str, name: str = "description") -> str:
    return f'<head><meta name="{name}" content="{text}"></head>'


def test_a_profile_proves_by_the_text_that_its_owner_wrote() -> None:
    assert page(GITHUB, Means.PROFILE, profile(f"I sing. {GITHUB.token}. ada has 3 repositories"))
    assert page(GITHUB, Means.PROFILE, profile(GITHUB.token))


@pytest.mark.parametrize(
    "text",
    [
        profile("{token}", "og:title"),
        profile("{token}", "consent-registry"),
        profile("x{token}"),
        profile("{token}7"),
        "<head></head>" + profile("{token}"),
        "<head></head><div class=comment>{token}</div>",
        "<title>{token}</title>",
    ],
)
def test_a_profile_does_not_prove_by_what_visitors_write(text: str) -> None:
    assert not page(GITHUB, Means.PROFILE, text.format(token=GITHUB.token))


# -- dns --------------------------------------------------------------------------------------------------


def test_one_of_several_records_is_enough_and_others_do_no_harm() -> None:
    own = way(HOST, Means.DNS)
    assert proved_by_records(HOST, own, ("v=spf1 -all", HOST.token)) is None
    assert proved_by_records(HOST, own, ()) is not None
    assert proved_by_records(HOST, own, (HOST.token[:-1], f"x {HOST.token}")) is not None
    part = way(PART, Means.DNS)
    assert proved_by_records(PART, part, (PART.token,)) is not None
    assert proved_by_records(PART, part, (f"{PART.token} https://music.example/ada/",)) is None
    assert proved_by_records(PART, part, (f"{PART.token} https://music.example/",)) is not None


def test_a_redirect_may_lead_to_www_and_no_further() -> None:
    own = way(HOST, Means.HOST_FILE)
    assert (own.hosts, own.path, own.below) == (
        ("artist.example", "www.artist.example"),
        HOST_FILE,
        False,
    )
    assert way(challenge("https://www.artist.example/"), Means.PAGE).hosts == (
        "www.artist.example",
        "artist.example",
    )
    assert way(GITHUB, Means.PROFILE).hosts == ("github.com", "www.github.com")
    assert way(GITHUB, Means.PROFILE).path == "/ada/"
