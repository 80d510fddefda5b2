"""What a card says, who shares it, and which works have none."""

import hashlib
from collections.abc import Callable

import pytest

from registry.domain.cards import MOST_BYTES, cards_of, read_card, read_under_key
from registry.domain.dossiers import Work
from registry.domain.events import (
    IdentifierRemovalProposed,
)
from registry.domain.identifiers import parse_identifier
from registry.domain.state import State
from tests.domain.asking import ALLOW, DENY, GEN, ISRC, SONG, URL
from tests.domain.besides import dispute, links, objection
from tests.model.histories import Log, of_work, parties


def work_in(log: Log, id: str) -> Work:
    work = State(log.entries).dossier("work", id)
    assert isinstance(work, Work)
    return work


def card_in(log: Log, id: str) -> bytes | None:
    """The card of a work, the same under each of its keys."""
    rows = cards_of(work_in(log, id)).values()
    (card,) = {None if row is None else read_under_key(row)[0] for row in rows}
    return card


def test_works_of_one_holder_in_one_folder_have_one_card_whatever_else_they_are_called() -> None:
    log = parties()
    first = log.work("r1", "https://artist.com/a/one.mp3", ISRC)
    second = log.work("r1", "https://artist.com/a/two.mp3", SONG)
    elsewhere = log.work("r1", "https://artist.com/b/three.mp3")
    anothers = log.work("r2", "https://artist.com/a/four.mp3")
    card = card_in(log, first)
    assert card is not None
    assert card == card_in(log, second)
    assert len({card, card_in(log, elsewhere), card_in(log, anothers)}) == 3


def test_a_card_says_who_claims_with_which_proof_and_what_was_declared() -> None:
    log = parties()
    work = log.work("r1", URL, ISRC)
    log.claim("r2", of_work(work))
    log.grant("r1", f"{work}c", of_work(work), identifier=ISRC)
    log.declare("r1", of_work(work), {GEN: DENY})
    card = card_in(log, work)
    assert card is not None
    told, dossier = read_card(card), work_in(log, work)
    assert told.folders == ["artist.com/"]
    assert told.work.declarations == dossier.declarations
    assert [(each.rightsholder, each.grants) for each in told.work.claims] == [
        (each.rightsholder, each.grants) for each in dossier.claims
    ]


def test_it_stands_under_each_wide_key_with_the_identifiers_that_meet_there() -> None:
    log = parties()
    work = log.work("r1", "https://www.artist.com/X", "https://artist.com/X", ISRC)
    rows = cards_of(work_in(log, work))
    for text, beside in (
        (ISRC, ""),
        ("https://artist.com/x", "https://www.artist.com/X https://artist.com/X"),
    ):
        row = rows.pop(parse_identifier(text).wide_key)
        assert row is not None
        assert read_under_key(row)[1] == beside
    assert not rows


def test_an_identifier_that_is_its_own_wide_form_is_not_said_again() -> None:
    log = parties()
    work = log.work("r1", "https://artist.com/x")
    (row,) = cards_of(work_in(log, work)).values()
    assert row is not None
    assert row.endswith(b"\n")


def _removal(log: Log, work: str) -> None:
    log.add(IdentifierRemovalProposed("x", work, URL, "r1", log.now + 1))


def _yes(log: Log, work: str) -> None:
    log.declare("r1", of_work(work), {GEN: ALLOW})


def _no_to_somebody(log: Log, work: str) -> None:
    log.declare("r1", of_work(work), {GEN: DENY}, grantee="p1")


def _no_room(log: Log, work: str) -> None:
    for number in range(MOST_BYTES // 20):
        log.declare("r1", of_work(work), {GEN: DENY}, valid_until=log.now + number)


@pytest.mark.parametrize(
    "besides", [links, dispute, objection, _removal, _yes, _no_to_somebody, _no_room]
)
def test_what_is_not_plain_in_itself_has_none(besides: Callable[[Log, str], None]) -> None:
    log = parties()
    work = log.work("r1", URL)
    assert card_in(log, work) is not None
    besides(log, work)
    assert card_in(log, work) is None
    assert list(cards_of(work_in(log, work))) == [
        hashlib.sha256(f"url:{parse_identifier(URL).wide}".encode()).digest()
    ]
