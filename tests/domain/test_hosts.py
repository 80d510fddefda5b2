"""The table of hosts with other people's content is whole and says what it means."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from registry.domain.hosts import (
    HostRule,
    all_rules,
    owns_subdomains,
    public_suffix,
    rule_for,
    speaks_for,
    wide_host,
)
from registry.domain.locations import parse_location
from registry.errors import InvalidLocation

TABLE: dict[str, Any] = json.loads(
    files("registry").joinpath("domain/data/host_rules.json").read_text("utf-8")
)
COLUMNS = {
    *("host", "kind", "under", "profiles", "aliases", "wide_aliases", "other_hosts"),
    *("case", "identity_query", "ignored_query", "reserved", "rewrites"),
    *("owner_writes", "owner_texts"),
}


def test_the_table_has_rows_for_every_kind_of_platform() -> None:
    kinds = {row["kind"] for row in TABLE["hosts"]}
    assert kinds >= {"music", "video", "image", "text", "code", "social", "bucket", "cdn", "site"}
    assert len(TABLE["hosts"]) >= 60


@pytest.mark.parametrize("row", TABLE["hosts"], ids=lambda row: row["host"])
def test_a_row_has_known_columns_and_lower_case_names(row: dict[str, Any]) -> None:
    assert set(row) <= COLUMNS
    names = [row["host"], *row.get("aliases", []), *row.get("wide_aliases", [])]
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", name) for name in names)
    assert all(name == name.lower() for name in row.get("ignored_query", []))
    assert all(label == label.lower() for label in row.get("reserved", []))
    for rewrite in row.get("rewrites", []):
        assert rewrite["form"] in ("exact", "wide")
        assert ("param" in rewrite) == ("value" in rewrite)


def test_no_host_name_stands_in_two_rows() -> None:
    names = [
        name
        for row in TABLE["hosts"]
        for column in ("aliases", "wide_aliases", "other_hosts")
        for name in [*row.get(column, [])]
    ] + [row["host"] for row in TABLE["hosts"]]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.host)
def test_a_profile_pattern_filled_in_is_a_profile_and_the_bare_host_is_not(rule: HostRule) -> None:
    assert not rule.is_profile(rule.host, ())
    for profile in rule.profiles:
        filled = re.sub(r"\{[a-z]+\}", "somebody", profile.pattern).replace("*", "eu-west-1")
        host, _, path = filled.partition("/")
        segments = tuple(s for s in path.split("/") if s)
        assert rule_for(host) is rule
        assert rule.is_profile(host, segments)
        assert not rule.is_profile(host, (*segments, "x", "y", "z"))
        if segments and "/{" in profile.pattern and profile.pattern.count("/") == 2:
            for name in sorted(rule.reserved):
                assert not rule.is_profile(host, (name,))


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.host)
def test_a_profile_can_be_claimed_on_every_host_that_has_one_and_no_host_as_a_whole(
    rule: HostRule,
) -> None:
    for profile in rule.profiles:
        filled = re.sub(r"\{[a-z]+\}", "somebody", profile.pattern).replace("*", "eu-west-1")
        assert not parse_location(filled).whole_host
    for host in (rule.host, f"www.{rule.host}"):
        with pytest.raises(InvalidLocation) as refused:
            parse_location(host)
        assert refused.value.code in ("location-user-content", "location-public-suffix")


@pytest.mark.parametrize("row", TABLE["hosts"], ids=lambda row: row["host"])
def test_what_an_owner_writes_is_said_of_profiles_that_there_are(row: dict[str, Any]) -> None:
    assert set(row.get("owner_writes", ())) <= {"files", "head"}
    for pattern, meta in row.get("owner_texts", {}).items():
        assert pattern in row["profiles"]
        assert meta in ("description", "og:description")
    rule = rule_for(row["host"])
    assert rule is not None
    if rule.owner_writes:
        assert rule.profiles


def test_the_owners_text_is_known_for_a_profile_and_not_for_what_lies_below_it() -> None:
    rule = rule_for("github.com")
    assert rule is not None
    assert rule.owner_text("github.com", ("ada",)) == "description"
    assert rule.owner_text("github.com", ("ada", "songs")) == ""
    assert rule.owner_text("github.com", ("settings",)) == ""


def test_a_platforms_own_label_is_no_users_host() -> None:
    rule = rule_for("www.bandcamp.com")
    assert rule is not None
    assert rule.is_profile("artist.bandcamp.com", ())
    assert not rule.is_profile("daily.bandcamp.com", ())
    assert not rule.is_profile("www.bandcamp.com", ())


def test_www_and_m_go_except_where_they_are_a_user_or_nothing_would_remain() -> None:
    assert wide_host("www.artist.example") == "artist.example"
    assert wide_host("m.www.artist.example") == "artist.example"
    assert wide_host("www.example") == "www.example"
    assert wide_host("m.github.io") == "m.github.io"
    assert wide_host("www.artist.bandcamp.com") == "artist.bandcamp.com"
    assert wide_host("www.www.soundcloud.com") == "soundcloud.com"


def test_the_owner_of_a_parent_host_does_not_speak_across_a_platform_or_a_public_suffix() -> None:
    assert speaks_for("artist.example", "shop.artist.example")
    assert not speaks_for("apple.com", "music.apple.com")
    assert not speaks_for("bandcamp.com", "artist.bandcamp.com")
    assert not speaks_for("amazonaws.com", "songs.s3.amazonaws.com")
    assert owns_subdomains("artist.example", "shop.artist.example")
    assert public_suffix("x.dyndns.org") == "dyndns.org"
    assert not owns_subdomains("dyndns.org", "x.dyndns.org")
