"""Following a registry: what `/v1/changes` gave, page by page, and which answers on file it overtakes.

A mirror never permits: it knows what was said and when that changes, and not what is proved. It tells its owner which
answers to ask for again. docs/formats.md, "Changes", has the members and the rule that is followed here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.domain.identifiers import parse_identifier
from registry.domain.locations import covering_keys
from registry.errors import InvalidInput, VerificationFailed
from registry.instants import parse_rfc3339

RULE_TABLES: Final = "rule-tables.adopted"
_PARTS: Final = ("keys", "covering", "links", "says")


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer rests on: lookup keys (hexadecimal) that would lead to something, and the ids of what they and
    the rest led to. It holds `until` (ms; None: as long as nothing is said)."""

    keys: frozenset[str]
    ids: frozenset[str]
    until: int | None


@dataclass(frozen=True, slots=True)
class News:
    """What a page brought: the ids that it touches, every key by which these are met, now or later. `everything`: the
    rules themselves have changed."""

    ids: frozenset[str]
    keys: frozenset[str]
    everything: bool

    def overtakes(self, basis: Basis) -> bool:
        """May an answer that rests on this be another one now?"""
        return self.everything or not (
            self.ids.isdisjoint(basis.ids) and self.keys.isdisjoint(basis.keys)
        )


class Mirror:
    """Everything that a registry's changes told. `cursor` goes into `after` of the next call; None: from the start."""

    def __init__(self) -> None:
        self.cursor: int | None = None
        self._subjects: dict[str, Mapping[str, Any]] = {}
        self._led: dict[str, set[str]] = {}

    def apply(self, page: Mapping[str, Any]) -> News:
        """Takes in a verified page.

        Raises: VerificationFailed where it does not follow on what was read, or leaves out what it touches.
        """
        first = 0 if self.cursor is None else self.cursor + 1
        indexes = [change["index"] for change in page["changes"]]
        if indexes != list(range(first, first + len(indexes))) or page["next"] != (
            first + len(indexes) - 1
        ):
            raise VerificationFailed(
                f"the page does not begin with entry {first}, or leaves entries out"
            )
        touched = frozenset(id for change in page["changes"] for id in change["subjects"])
        if not touched <= {subject["id"] for subject in page["subjects"]}:
            raise VerificationFailed("the page does not say what holds of all that it touches")
        for subject in page["subjects"]:
            self._keep(subject)
        self.cursor = page["next"] if page["next"] >= 0 else None
        met = frozenset(
            key for id in touched for span in self._subjects[id]["spans"] for key in span["keys"]
        )
        tables = any(change["type"] == RULE_TABLES for change in page["changes"])
        return News(touched, met, tables)

    def subjects(self, at: int) -> dict[str, dict[str, Any]]:
        """id → what holds of it at this moment (ms), not before that of the last page."""
        return {id: _now(subject, at) for id, subject in self._subjects.items()}

    def basis(self, identifiers: Iterable[str], platform: str | None, at: int) -> Basis:
        """What the answer to a question rests on that a platform asks at this moment (ms).

        Raises: InvalidIdentifier for what cannot be parsed.
        """
        keys: set[str] = set()
        for one in map(parse_identifier, identifiers):
            keys.add(one.wide_key.hex())
            if one.scheme == "url":
                keys.update(key.hex() for key, _ in covering_keys(one.wide))
        ids: set[str] = set() if platform is None else {platform}
        following = [id for key in keys for id in self._led.get(key, ())]
        while following:
            id = following.pop()
            if id in ids or id not in self._subjects:
                continue
            ids.add(id)
            subject = _now(self._subjects[id], at)
            keys.update(subject["covering"])
            following += [link["to"] for link in subject["links"]]
            following += [holder["rightsholder"] for holder in subject["holders"]]
            following += [led for key in subject["covering"] for led in self._led.get(key, ())]
        later = [moment for id in ids for moment in self._moments(id) if moment > at]
        return Basis(frozenset(keys), frozenset(ids), min(later, default=None))

    def _keep(self, subject: Mapping[str, Any]) -> None:
        id = subject["id"]
        for led in self._keys_of(id):
            self._led[led].discard(id)
        self._subjects[id] = subject
        for key in self._keys_of(id):
            self._led.setdefault(key, set()).add(id)

    def _keys_of(self, id: str) -> Iterator[str]:
        for span in self._subjects.get(id, {"spans": ()})["spans"]:
            yield from span["keys"]

    def _moments(self, id: str) -> Iterator[int]:
        subject = self._subjects.get(id)
        if subject is None:
            return
        for span in subject["spans"]:
            if span["from"] is not None:
                yield _ms(span["from"])
        for holder in subject["holders"]:
            yield from map(_ms, holder["set_aside_from"])


def _now(subject: Mapping[str, Any], at: int) -> dict[str, Any]:
    """What holds at this moment: the subject with the last span that has begun, in place of its spans."""
    begun = [span for span in subject["spans"] if span["from"] is None or _ms(span["from"]) <= at]
    span = begun[-1] if begun else dict.fromkeys(_PARTS, ())
    return {
        **{name: value for name, value in subject.items() if name != "spans"},
        **{name: span[name] for name in _PARTS},
    }


def _ms(text: str) -> int:
    try:
        return parse_rfc3339(text)
    except InvalidInput as error:
        raise VerificationFailed(error.message) from error
