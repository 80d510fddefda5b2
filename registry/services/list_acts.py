"""The journal as somebody may see it: acts by whom, about what, of which kind and when, within what they were given
access to. Looking is an act, too (`audit.looked`), once an hour and grant.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from registry.csv_text import csv_text
from registry.errors import InvalidInput
from registry.instants import HOUR_MS, parse_rfc3339, rfc3339
from registry.storage.acts import Act, Wanted
from registry.storage.audit_grants import AuditGrant
from registry.storage.unit_of_work import UnitOfWork

MOST_WORDS: Final = 100
COLUMNS: Final = ("id", "time", "act", "actor", "authority", "way", "session", "seq", "details")


def wanted_acts(asked: Mapping[str, str], grant: AuditGrant | None) -> Wanted:
    """What is asked for by `who`, `about`, `act`, `since` and `until` (RFC 3339, or a day), empty ones left out, within
    the scope of `grant` (None: a steward, who sees everything).

    Raises: InvalidInput naming the field.
    """
    words = {}
    for name in ("who", "about", "act"):
        text = asked.get(name, "").strip()
        if len(text) > MOST_WORDS or not text.isprintable():
            raise InvalidInput(
                f"write one line of at most {MOST_WORDS} characters",
                field=name,
                code="bad-parameter",
            )
        words[name] = text or None
    return Wanted(
        who=words["who"],
        about=words["about"],
        kind=words["act"],
        within=None if grant is None else grant.subject,
        since=_moment(asked, "since"),
        until=_moment(asked, "until"),
    )


def looked_within_the_hour(uow: UnitOfWork, grant: AuditGrant, now: int) -> bool:
    """Is it written down that somebody looked by this grant, within the hour?"""
    looks = Wanted(about=grant.id, kind="audit.looked", since=now - HOUR_MS)
    return bool(uow.acts.page(looks, limit=1).acts)


def note_look(uow: UnitOfWork, grant: AuditGrant) -> None:
    """Writes down that somebody looks by this grant."""
    uow.journal.note("audit.looked", grant.account, grant=grant.id, about=grant.subject)


def present_act(act: Act) -> dict[str, Any]:
    """An act as JSON has it."""
    return {
        "id": act.id,
        "time": rfc3339(act.at),
        "act": act.act,
        "actor": act.actor,
        "authority": act.authority,
        "way": act.way,
        "session": act.session,
        "seq": act.seq,
        "details": act.details,
    }


def acts_as_lines(acts: Iterable[Act]) -> bytes:
    """JSON Lines."""
    return b"".join(msgspec.json.encode(present_act(each)) + b"\n" for each in acts)


def acts_as_csv(acts: Iterable[Act]) -> str:
    """CSV (RFC 4180) in which no cell is a formula; `details` in JSON."""
    rows = (
        {**present_act(each), "details": msgspec.json.encode(each.details, order="sorted").decode()}
        for each in acts
    )
    return csv_text(COLUMNS, ([row[name] for name in COLUMNS] for row in rows))


def _moment(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name, "").strip()
    if not text:
        return None
    return parse_rfc3339(f"{text}T00:00:00Z" if len(text) == 10 else text, field=name)
