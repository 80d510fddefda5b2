"""A fetch process that knows servers on loopback: `python -m tests.fetching.loopback JSON URL`.

The real loop, the real limits and the real table of ranges, except that it is told (by this argument, which the
product's own entry does not have) which names there are, which loopback addresses count as public, where their ports
are, and how many seconds a look or a post may take: on a machine that stands still for a while, more than the usual.
"""

import json
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from registry.fetching import looking, posting
from registry.fetching.limits import MEMORY_BYTES, POSTS_MEMORY_BYTES, limit_this_process
from registry.fetching.looking import Reach
from registry.fetching.names import NameAbsent, NameUnreachable
from registry.fetching.posting import serve_posts
from registry.fetching.serving import serve
from registry.fetching.special_ranges import special_purpose


@dataclass
class ToldNames:
    """host → its answers, one a call (the last one stands); name → its texts. `null` is a name that gives no answer."""

    hosts: dict[str, Iterator[list[str] | None]]
    records: dict[str, list[str] | None]

    def addresses(self, host: str, seconds: float) -> tuple[str, ...]:
        if host not in self.hosts:
            raise NameAbsent(host)
        return self._known(next(self.hosts[host]))

    def texts(self, name: str, seconds: float) -> tuple[str, ...]:
        if name not in self.records:
            raise NameAbsent(name)
        return self._known(self.records[name])

    @staticmethod
    def _known(found: list[str] | None) -> tuple[str, ...]:
        if found is None:
            raise NameUnreachable
        return tuple(found)


def _answers(turns: list[list[str] | None]) -> Iterator[list[str] | None]:
    yield from turns
    while True:
        yield turns[-1]


def told_reach(told: dict[str, object], agent: str = "test") -> Reach:
    """The reach that this test was given as JSON."""
    hosts = {host: _answers(turns) for host, turns in told["hosts"].items()}  # type: ignore[attr-defined]
    public = frozenset(told["public"])  # type: ignore[call-overload]
    trust = ssl.create_default_context(cafile=told["authority"])  # type: ignore[arg-type]
    return Reach(
        agent=agent,
        names=ToldNames(hosts, told.get("records", {})),  # type: ignore[arg-type]
        special=lambda text: None if text in public else special_purpose(text),
        doors={int(port): door for port, door in told["doors"].items()},  # type: ignore[attr-defined]
        trust=trust,
    )


if __name__ == "__main__":
    posts = sys.argv[3:] == ["posts"]
    limit_this_process(POSTS_MEMORY_BYTES if posts else MEMORY_BYTES)
    told = json.loads(sys.argv[1])
    if "seconds" in told:
        posting.POST_SECONDS = looking.TEXT_SECONDS = told["seconds"]  # type: ignore[misc]
    reach = told_reach(told, f"consent-registry (+{sys.argv[2]})")
    (serve_posts if posts else serve)(sys.stdin.buffer, sys.stdout.buffer, reach)
