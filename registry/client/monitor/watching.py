"""What is said about identifiers that somebody watches, and what of it is new since the last look.

The log names no work: its entries are blinded. So a watcher asks the registry, as anybody may (`/lookup`,
docs/pages.md), and holds the head that the reply rests on against the log that it follows. The words of the reply are
not signed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from registry.client.heads import Head
from registry.client.wire import Flow, Pause, Reply, Request, retry_after
from registry.errors import Unavailable, VerificationFailed

MOST_REPLY_BYTES: Final = 4 * 1024 * 1024
_TRIES: Final = 4
_WAIT_SECONDS: Final = 20.0
_LONGEST_WAIT_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about one identifier: use → decision, for whoever asks without a name; and each voice on which that
    rests (or that was passed over), in words. `head`: of the log that the reply rests on."""

    decisions: Mapping[str, str]
    voices: frozenset[str]
    head: Head

    def members(self) -> dict[str, Any]:
        """As JSON, to be kept."""
        return {"decisions": dict(self.decisions), "voices": sorted(self.voices)}


def look_up(site: str, identifier: str, now: int) -> Flow[Said]:
    """What the registry at `site` says about an identifier; `now` in seconds since 1970.

    Raises: Unavailable where it does not answer; VerificationFailed for what cannot be read.
    """
    url = f"{site}/lookup?{urlencode({'id': identifier, 'format': 'json'})}"
    for _ in range(_TRIES):
        reply = yield Request("GET", url, most=MOST_REPLY_BYTES)
        if isinstance(reply, Reply) and reply.status == 200:
            return _said(reply.body)
        if isinstance(reply, Reply) and reply.status not in (429, 502, 503, 504):
            raise Unavailable(f"{url} answered with status {reply.status}")
        asked = retry_after(reply.headers, now) if isinstance(reply, Reply) else None
        yield Pause(min(_WAIT_SECONDS if asked is None else asked, _LONGEST_WAIT_SECONDS))
    raise Unavailable(f"{url} does not answer")


def news(before: Mapping[str, Any] | None, said: Said) -> list[str]:
    """What is new since `before`, the members of an earlier look; nothing at the first."""
    if before is None:
        return []
    found = [f"now said: {voice}" for voice in sorted(said.voices - set(before["voices"]))]
    found += [f"no longer: {voice}" for voice in sorted(set(before["voices"]) - said.voices)]
    for usage, decision in said.decisions.items():
        was = before["decisions"].get(usage)
        if was != decision:
            found.append(f"{usage}: {was} → {decision}")
    return found


def _said(body: bytes) -> Said:
    try:
        members = json.loads(body)
        decisions = {each["usage"]: each["decision"] for each in members["answers"]}
        voices = frozenset(_voice(each) for each in members["evidence"])
        return Said(decisions, voices, Head.of_answer(members["checkpoint"]))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise VerificationFailed(f"the reply to a lookup cannot be read: {error}") from error


def _voice(each: Mapping[str, Any]) -> str:
    """One voice in words: who, with which assurance, through what, and what they say about which uses."""
    said = "; ".join(
        f"{', '.join(part['usages'])}: {part['preference'] or 'nothing'}"
        + ("" if part["speaks"] else f" (passed over: {part['reason']})")
        for part in each["says"]
    )
    record = f", record {each['record']}" if each["record"] else ""
    grantee = f", for {each['grantee']}" if each["grantee"] else ""
    return (
        f"{each['rightsholder']} ({each['assurance']}, {each['matched']}{record}{grantee}): {said}"
    )
