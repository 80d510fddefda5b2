"""A column of URLs held against a set of keys: the plain ones, which are most, level by level of their paths.

Plain is an http or https URL with a host that no row of the table of hosts knows, without port, user, fragment, escape
or dot segment. Its wide form is its small letters without what `wide_host` takes off, and the wide form of its query
(docs/canonical-forms.md). What a host or a query becomes comes from the domain itself; a folder that several rows share
is hashed once. Needs numpy and pyarrow.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from registry.client.corpus.columnar import Contains, digests_of, keys_in
from registry.domain.hosts import INDEX_NAMES, rule_for, wide_host, without_tracking
from registry.domain.identifiers import parse_identifier
from registry.domain.locations import (
    MAX_HOST_LABELS,
    MAX_PATH_SEGMENTS,
    covering_expressions,
)
from registry.domain.wide_form import widen
from registry.errors import InvalidIdentifier

_FIRST: Final = r"[a-z0-9_~!$&'()*+,;=:@-]"
_PLAIN: Final = (
    r"^https?://(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*"
    rf"(?:/{_FIRST}[a-z0-9._~!$&'()*+,;=:@-]*)*/*$"
)
"""Of small letters, up to the query (RE2). No segment is empty or begins with a dot, but for slashes at the end."""
_QUERY: Final = r"^[A-Za-z0-9._~!$&()*+,;=:@/?-]*$"
"""What every parser leaves as it is: no apostrophe, which is escaped in a query."""
_LONGEST: Final = 2_000
_BEFORE_PATH: Final = 3  # "https:", "", and the host
_DOI: Final = re.compile(r"(^|\.)doi\.org$")
_INDEX_NAMES: Final = pa.array(sorted(INDEX_NAMES))


@dataclass(frozen=True, slots=True)
class Host:
    """What URLs on a host are looked up by: what begins its wide forms, and the hosts by which a location is found,
    each with a word on whether it is a parent."""

    wide: str
    sites: tuple[tuple[str, bool], ...]


@lru_cache(maxsize=16_384)
def plain_host(host: str) -> Host | None:
    """What a host of small letters expands to; None where URLs on it have more rules than these. A corpus has the same
    hosts again and again."""
    labels = host.count(".") + 1
    if "--" in host or labels > MAX_HOST_LABELS or _DOI.search(host):
        return None
    try:
        root = parse_identifier(f"https://{host}/")
    except InvalidIdentifier:
        return None
    wide = wide_host(host)
    if rule_for(host) is not None or rule_for(wide) is not None:
        return None
    if (root.value, root.wide) != (f"https://{host}/", f"https://{wide}/"):
        return None
    sites = [(each.removesuffix("/"), parent) for each, parent in covering_expressions(root)]
    return Host(wide, tuple(sites))


def sieve_urls(array: Any, known: Any, met: Any, contains: Contains) -> None:
    """Notes for each row of an array of text whether it is a plain URL (`known`), and then whether any of its keys is
    in the set (`met`)."""
    address, query = _parted(array)
    low = pc.ascii_lower(address)
    plain = pc.match_substring_regex(low, _PLAIN).fill_null(False)
    plain = pc.and_(plain, pc.match_substring_regex(query, _QUERY).fill_null(True))
    short = pc.less_equal(pc.binary_length(array), _LONGEST).fill_null(False)
    rows = np.flatnonzero(pc.and_(plain, short).to_numpy(zero_copy_only=False))
    if not len(rows):
        return
    wanted = pa.array(rows)
    low = pc.ascii_rtrim(low.take(wanted).cast(pa.string()), "/")
    split = _Split(rows, pc.split_pattern(low, "/"), _wide_queries(query.take(wanted)))
    split.keep(split.depths <= MAX_PATH_SEGMENTS)
    split.keep(~split.ends_in_index_name())
    hosts = split.expand_hosts(plain_host)
    known[split.rows] = True
    met[split.rows[_sieve_levels(split, hosts, contains)]] = True


def _parted(array: Any) -> tuple[Any, Any]:
    """Each URL up to its first question mark, and what follows that; null where nothing does."""
    if not pc.any(pc.match_substring(array, "?")).as_py():
        return array, pa.nulls(len(array), pa.string())
    parts = pc.split_pattern(array, "?", max_splits=1)
    begins = parts.offsets.to_numpy()[:-1].astype(np.int64)
    counts = np.diff(parts.offsets.to_numpy())
    first, second = (
        parts.values.take(pa.array(begins + place, mask=counts <= place)) for place in (0, 1)
    )
    return first, second


def _wide_queries(queries: Any) -> Any:
    """What each query adds to the wide form: nothing, or a question mark and what is left of it."""
    found = queries.dictionary_encode()
    left = [
        widen("any.example", "", "/", without_tracking(each, None))[2]
        for each in found.dictionary.to_pylist()
    ]
    return (
        pa.array([f"?{each}" if each else "" for each in left], pa.string())
        .take(found.indices)
        .fill_null("")
    )


class _Split:
    """URLs by their segments. `rows`: where they stand; `depths`: how many segments each path has; `hosts`: which of
    the different hosts each is on; `queries`: what follows the path in the wide form."""

    def __init__(self, rows: Any, parts: Any, queries: Any) -> None:
        self.rows, self.queries = rows, queries
        self._pieces = parts.values
        self._begins = parts.offsets.to_numpy()[:-1].astype(np.int64)
        self.depths = np.diff(parts.offsets.to_numpy()).astype(np.int64) - _BEFORE_PATH
        self.hosts = np.zeros(len(rows), np.int64)

    def keep(self, which: Any) -> None:
        """Only these rows, by an array of bool."""
        if not which.all():
            self.rows, self._begins = self.rows[which], self._begins[which]
            self.depths, self.hosts = self.depths[which], self.hosts[which]
            self.queries = self.queries.filter(pa.array(which))

    def segments(self, which: Any, number: int) -> Any:
        """The segments with this number, from 1, of these rows; 0 is the host."""
        return self._pieces.take(pa.array(self._begins[which] + _BEFORE_PATH - 1 + number))

    def ends_in_index_name(self) -> Any:
        """Which paths end in the name of an index page."""
        last = self._pieces.take(pa.array(self._begins + _BEFORE_PATH - 1 + self.depths))
        named = pc.is_in(last, value_set=_INDEX_NAMES.cast(last.type))
        return named.to_numpy(zero_copy_only=False) & (self.depths > 0)

    def expand_hosts(self, expand: Any) -> list[Host]:
        """What each of the different hosts expands to; rows on one that is not plain are let go."""
        found = self.segments(slice(None), 0).dictionary_encode()
        expanded = [expand(host) for host in found.dictionary.to_pylist()]
        good = np.array([each is not None for each in expanded], bool)
        numbers = np.cumsum(good) - 1
        codes = found.indices.to_numpy()
        self.hosts = numbers[codes]
        self.keep(good[codes])
        return [each for each in expanded if each is not None]


def _sieve_levels(split: _Split, hosts: list[Host], contains: Contains) -> Any:
    """For each URL: is any of its keys in the set?

    Level by level: 0 is the host alone. Rows that end at a level are looked up by themselves, and those that go on by
    the folder, each once.
    """
    met = np.zeros(len(split.rows), bool)
    if not len(met):
        return met
    names = _Names(hosts)
    inside = np.arange(len(met))
    paths = pa.array([""]).take(pa.array(np.zeros(len(met), np.int64)))
    for level in range(int(split.depths.max()) + 1):
        ending = split.depths[inside] == level
        last, last_paths = inside[ending], paths.filter(pa.array(ending))
        whole = last_paths if level else pc.binary_join_element_wise(last_paths, "", "/")
        found = names.met(split.hosts[last], last_paths, contains)
        queries = split.queries.take(pa.array(last))
        named = _hashed("url:https://", names.wide, split.hosts[last], whole, queries)
        found |= contains(keys_in(named))
        met[last[found]] = True
        inside, paths = inside[~ending], paths.filter(pa.array(~ending))
        if not len(inside):
            break
        first, codes = _folders(split.hosts[inside], names, paths)
        met[
            inside[
                names.met(split.hosts[inside[first]], paths.take(pa.array(first)), contains)[codes]
            ]
        ] = True
        paths = pc.binary_join_element_wise(paths, split.segments(inside, level + 1), "/")
    return met


def _folders(hosts: Any, names: "_Names", paths: Any) -> tuple[Any, Any]:
    """The different folders: where each stands first, and which of them each row is in."""
    found = pc.binary_join_element_wise(
        names.taken(names.wide, hosts), paths, ""
    ).dictionary_encode()
    codes = found.indices.to_numpy()
    first = np.empty(len(found.dictionary), np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first, codes


class _Names:
    """The names of the different hosts, as arrays to be taken from."""

    def __init__(self, hosts: list[Host]) -> None:
        self.wide = pa.array([each.wide for each in hosts])
        most = max(len(each.sites) for each in hosts)
        self._sites = []
        for place in range(most):
            those = [each.sites[place] if place < len(each.sites) else None for each in hosts]
            self._sites.append(
                (
                    pa.array(["" if each is None else each[0] for each in those]),
                    np.array([each is not None for each in those], bool),
                    np.array([each is not None and each[1] for each in those], bool),
                )
            )

    def taken(self, names: Any, hosts: Any) -> Any:
        """The name of each of these hosts."""
        return names.take(pa.array(hosts))

    def met(self, hosts: Any, paths: Any, contains: Contains) -> Any:
        """For each host and path beneath it: is there a location of just this expression in the set?"""
        met = np.zeros(len(hosts), bool)
        for names, there, from_parent in self._sites:
            which = np.flatnonzero(there[hosts])
            those, beneath = hosts[which], paths
            if len(which) < len(hosts):
                beneath = paths.take(pa.array(which))
            digests = _hashed("location:", names, those, beneath, "/")
            keys = np.where(from_parent[those], keys_in(digests, 1), keys_in(digests, 0))
            met[which[contains(keys)]] = True
        return met


def _hashed(before: str, names: Any, hosts: Any, paths: Any, after: Any) -> bytes:
    """The digests of `before`, the host's name, the path and `after` (one text, or one each), for each."""
    whole = pc.binary_join_element_wise(before, names.take(pa.array(hosts)), paths, after, "")
    return digests_of(whole.cast(pa.binary()).to_numpy(zero_copy_only=False))
