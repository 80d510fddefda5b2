"""Hosts that carry other people's content, and what each host's own spellings mean.

The rules are data: `data/host_rules.json`, whose columns `docs/canonical-forms.md` explains, under a
version that every answer names. Source: `answers.md`, "Hosts with other people's content"; the rows
carry over facts that the platforms show in their own addresses.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from publicsuffixlist import PublicSuffixList

_NAMED = re.compile(r"\{[a-z]+\}|\*|[^{}*]+")
_ONE_LABEL = r"([a-z0-9_-]+)"
_BUCKET = r"([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)"  # the only names with dots in them


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One spelling of an asset's address made another; `source` is matched on host + path."""

    source: re.Pattern[str]
    target: str
    param: str | None
    value: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Profile:
    """The part of a host that is one user's: `/{user}/`, `/@{handle}/`, `{user}.host`."""

    pattern: str
    host: re.Pattern[str]
    segments: tuple[re.Pattern[str], ...]

    def matches(self, host: str, segments: tuple[str, ...], reserved: frozenset[str]) -> bool:
        """Whether host and path segments are this pattern filled in, neither more nor less."""
        match = self.host.fullmatch(host)
        if match is None or len(segments) != len(self.segments):
            return False
        if match.lastindex and match[1] in reserved:
            return False
        if segments and segments[0].lower() in reserved and not self.pattern_names_it(segments[0]):
            return False
        return all(p.fullmatch(s) for p, s in zip(self.segments, segments, strict=True))

    def pattern_names_it(self, segment: str) -> bool:
        """Whether the pattern spells this first segment out (`/user/{user}/`)."""
        return f"/{segment}/" in self.pattern


@dataclass(frozen=True, slots=True)
class HostRule:
    """One row of the table."""

    host: str
    kind: str
    under: bool
    profiles: tuple[Profile, ...]
    reserved: frozenset[str]
    case: str | frozenset[str]
    identity_query: frozenset[str] | None
    ignored_query: frozenset[str]
    exact_rewrites: tuple[Rewrite, ...]
    wide_rewrites: tuple[Rewrite, ...]
    owner_writes: frozenset[str]
    owner_texts: tuple[tuple[Profile, str], ...]

    def is_profile(self, host: str, segments: tuple[str, ...]) -> bool:
        """Whether this is exactly one user's part of the host."""
        return any(p.matches(host, segments, self.reserved) for p in self.profiles)

    def owner_text(self, host: str, segments: tuple[str, ...]) -> str:
        """The `<meta>` that shows what the owner of this profile wrote on its page; "" where none is known."""
        return next(
            (m for p, m in self.owner_texts if p.matches(host, segments, self.reserved)), ""
        )

    def patterns(self) -> str:
        """The profile patterns in words, for messages; empty if the host has none."""
        return ", ".join(p.pattern for p in self.profiles)


def _host_pattern(pattern: str) -> str:
    parts = {"*": r"[a-z0-9-]+", "{bucket}": _BUCKET}
    return "".join(
        parts.get(token) or (_ONE_LABEL if token[0] == "{" else re.escape(token))
        for token in _NAMED.findall(pattern)
    )


def _profile(row_host: str, pattern: str) -> Profile:
    host, _, path = pattern.partition("/")
    segments = tuple(
        "".join("[^/]+" if t[0] == "{" else re.escape(t) for t in _NAMED.findall(segment))
        for segment in path.split("/")
        if segment
    )
    return Profile(
        pattern if host else row_host + pattern,
        re.compile(_host_pattern(host or row_host)),
        tuple(re.compile(segment) for segment in segments),
    )


def _rewrite(row: dict[str, Any]) -> Rewrite:
    value = row.get("value")
    return Rewrite(
        re.compile(row["from"]), row["to"], row.get("param"), re.compile(value) if value else None
    )


def _reserved_labels(kind: str) -> frozenset[str]:
    # Sites and buckets may be called anything but www; on platforms such names are the platform's.
    return frozenset({"www"} if kind in {"site", "bucket"} else _TABLE["reserved_labels"])


def _rule(row: dict[str, Any]) -> HostRule:
    case = row.get("case", "fold")
    identity = row.get("identity_query")
    rewrites = row.get("rewrites", [])
    return HostRule(
        host=row["host"],
        kind=row["kind"],
        under=row.get("under", False),
        profiles=tuple(_profile(row["host"], p) for p in row["profiles"]),
        reserved=frozenset(row.get("reserved", ())) | _reserved_labels(row["kind"]),
        case=case if isinstance(case, str) else frozenset(case),
        identity_query=None if identity is None else frozenset(identity),
        ignored_query=frozenset(row.get("ignored_query", ())),
        exact_rewrites=tuple(_rewrite(r) for r in rewrites if r["form"] == "exact"),
        wide_rewrites=tuple(_rewrite(r) for r in rewrites),
        owner_writes=frozenset(row.get("owner_writes", ())),
        owner_texts=tuple(
            (_profile(row["host"], pattern), meta)
            for pattern, meta in row.get("owner_texts", {}).items()
        ),
    )


_TABLE = json.loads(files(__package__).joinpath("data/host_rules.json").read_text("utf-8"))
_RULES = tuple(_rule(row) for row in _TABLE["hosts"])

HOST_RULES_VERSION: str = _TABLE["version"]
TRACKING_PARAMETERS: frozenset[str] = frozenset(_TABLE["tracking"]["names"])
TRACKING_PREFIXES: tuple[str, ...] = tuple(_TABLE["tracking"]["prefixes"])
INDEX_NAMES: frozenset[str] = frozenset(_TABLE["index_names"])

EXACT_ALIASES: dict[str, str] = {
    alias: row["host"] for row in _TABLE["hosts"] for alias in row.get("aliases", ())
}
_WIDE_ALIASES: dict[str, str] = {
    alias: row["host"] for row in _TABLE["hosts"] for alias in row.get("wide_aliases", ())
}
_BY_HOST: dict[str, HostRule] = {rule.host: rule for rule in _RULES}
_BY_SUFFIX: dict[str, HostRule] = {rule.host: rule for rule in _RULES if rule.under}
_BY_ANY_NAME = {
    **_BY_HOST,
    **{alias: _BY_HOST[host] for alias, host in (EXACT_ALIASES | _WIDE_ALIASES).items()},
    **{
        name: _BY_HOST[row["host"]]
        for row in _TABLE["hosts"]
        for name in row.get("other_hosts", ())
    },
}
_PUBLIC_SUFFIXES = PublicSuffixList()


def all_rules() -> tuple[HostRule, ...]:
    """Every row, in the table's order."""
    return _RULES


@lru_cache(maxsize=16384)
def rule_for(host: str) -> HostRule | None:
    """The row that governs a canonical host (no port), by its names or as a host beneath it."""
    rule = _BY_ANY_NAME.get(host)
    while rule is None:
        _, dot, host = host.partition(".")
        if not dot:
            return None
        rule = _BY_SUFFIX.get(host)
    return rule


@lru_cache(maxsize=16384)
def wide_host(host: str) -> str:
    """The host without leading `www.` and `m.`, and as the platform's table names it.

    A prefix stays where what remains would have no dot, or would be a host that gives its users
    names beneath it (`m.github.io` is the user "m", not GitHub).
    """
    while True:
        joined = EXACT_ALIASES.get(host) or _WIDE_ALIASES.get(host)
        if joined is not None and joined != host:
            host = joined
        prefix, _, rest = host.partition(".")
        if prefix not in {"www", "m"} or "." not in rest:
            return host
        if rest in _BY_SUFFIX and host not in _BY_ANY_NAME:
            return host
        if EXACT_ALIASES.get(rest) == host:
            return rest  # the table's own name has the prefix: youtube.com → www.youtube.com
        host = rest


def public_suffix(host: str) -> str:
    """The longest public suffix of a host, private ones too; an unknown top level is one."""
    return _PUBLIC_SUFFIXES.publicsuffix(host) or host


def speaks_for(parent: str, host: str) -> bool:
    """Whether the owner of `parent`, a host above `host`, may be heard about what lies on `host`.

    Not across a row of the table: the owner of a platform or cloud does not speak for those who
    publish beneath it. `parent` and `host` are canonical, without port; `host` ends with `.parent`.
    """
    rule = rule_for(host)
    return rule is None or (rule.under and parent.endswith("." + rule.host))


def owns_subdomains(parent: str, host: str) -> bool:
    """`speaks_for`, and no public suffix stands between (`x.com`, `a.shared.x.com`)."""
    return speaks_for(parent, host) and len(public_suffix(host)) < len(parent)


def without_tracking(query: str, rule: HostRule | None) -> str:
    """A normal query without known tracking parameters, the row's own, and empty parts."""
    if not query:
        return query
    ignored = rule.ignored_query if rule is not None else frozenset()
    kept = []
    for part in query.split("&"):
        name = part.partition("=")[0].lower()
        if part and not (
            name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES) or name in ignored
        ):
            kept.append(part)
    return "&".join(kept)


def rewritten(
    rewrites: tuple[Rewrite, ...], host: str, path: str, query: str
) -> tuple[str, str, str]:
    """The first rewrite that fits, done; a target is `host/path`, or `host/path?query` whole."""
    for rewrite in rewrites:
        match = rewrite.source.fullmatch(host + path)
        if match is None:
            continue
        filled = rewrite.target
        if rewrite.param is not None:
            value = _param(query, rewrite.param)
            if value is None or rewrite.value is None or not rewrite.value.fullmatch(value):
                continue
            filled = filled.replace("{value}", value)
        for number, group in enumerate(match.groups(""), start=1):
            filled = filled.replace(f"{{{number}}}", group)
        head, mark, new_query = filled.partition("?")
        new_host, _, new_path = head.partition("/")
        return new_host, "/" + new_path, new_query if mark else query
    return host, path, query


def _param(query: str, name: str) -> str | None:
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key == name:
            return value
    return None
