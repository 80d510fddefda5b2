"""Links: said by either side, confirmed by the other, taken away only by who stands by them."""

import pytest

from registry.domain.vocabulary import Decision, LinkKind, Role, WorkKind
from registry.errors import Conflict, Forbidden, InvalidInput, NotFound
from registry.services.link_works import confirm_link, link_works, propose_link_removal
from tests.registries import DAY, TOKEN, Desk

ISRC, ISWC = "isrc:GBAYE0601498", "iswc:T0345246801"


def song_and_recording(desk: Desk) -> tuple[str, str]:
    song, _ = desk.work(ISWC, by="R2", kind=WorkKind.COMPOSITION, role=Role.COMPOSITION)
    return song, desk.work(ISRC)[0]


def test_either_side_may_link_and_by_word_it_restricts(desk: Desk) -> None:
    song, recording = song_and_recording(desk)
    desk.declare(song, by="R2", generative_training="deny")
    assert desk.ask(ISRC).answer.decision is Decision.UNSTATED  # type: ignore[union-attr]
    with desk.registry.writing() as ledger:
        link = link_works(ledger, desk.names["R2"], recording, LinkKind.EMBODIES, song, TOKEN)
        assert [each.rightsholder for each in link.stands_by] == [desk.names["R2"]]
    assert desk.ask(ISRC).answer.decision is Decision.DENY  # type: ignore[union-attr]


def test_a_link_ends_only_when_all_who_stand_by_it_took_it_away(desk: Desk) -> None:
    song, recording = song_and_recording(desk)
    desk.declare(song, by="R2", generative_training="deny")
    one, two = desk.names["R1"], desk.names["R2"]
    with desk.registry.writing() as ledger:
        link = link_works(ledger, one, recording, LinkKind.EMBODIES, song, TOKEN).id
        confirm_link(ledger, two, link, TOKEN)
        mine = propose_link_removal(ledger, one, link, TOKEN).loosening
    desk.confirm(mine)
    desk.clock.forward(4 * DAY)
    assert desk.ask(ISRC).answer.decision is Decision.DENY  # type: ignore[union-attr]
    with desk.registry.writing() as ledger:
        theirs = propose_link_removal(ledger, two, link, TOKEN).loosening
    desk.confirm(theirs)
    desk.clock.forward(4 * DAY)
    assert desk.ask(ISRC).answer.decision is Decision.UNSTATED  # type: ignore[union-attr]


def test_confirming_twice_changes_nothing(desk: Desk) -> None:
    song, recording = song_and_recording(desk)
    with desk.registry.writing() as ledger:
        link = link_works(ledger, desk.names["R1"], recording, LinkKind.EMBODIES, song, TOKEN)
        confirm_link(ledger, desk.names["R2"], link.id, TOKEN)
    before = desk.fsck().events
    with desk.registry.writing() as ledger:
        confirm_link(ledger, desk.names["R2"], link.id, TOKEN)
    assert desk.fsck().events == before


def test_strangers_and_nonsense_are_refused(desk: Desk) -> None:
    song, recording = song_and_recording(desk)
    stranger, one = desk.rightsholder("Stranger"), desk.names["R1"]
    kind = LinkKind.EMBODIES
    with desk.registry.writing() as ledger:
        with pytest.raises(Forbidden):
            link_works(ledger, stranger, recording, kind, song, TOKEN)
        with pytest.raises(InvalidInput) as raised:
            link_works(ledger, one, recording, kind, recording, TOKEN)
        assert raised.value.field == "to"
        link = link_works(ledger, one, recording, kind, song, TOKEN)
        with pytest.raises(Conflict):
            link_works(ledger, desk.names["R2"], recording, kind, song, TOKEN)
        with pytest.raises(Forbidden):
            confirm_link(ledger, stranger, link.id, TOKEN)
        with pytest.raises(Forbidden):
            propose_link_removal(ledger, desk.names["R2"], link.id, TOKEN)
        with pytest.raises(NotFound) as missing:
            confirm_link(ledger, one, recording, TOKEN)
        assert missing.value.field == "link"
