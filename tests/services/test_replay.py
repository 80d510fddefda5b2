"""From stored bytes back to events, or said to be none; in the groups in which they were committed."""

import pytest

from registry.errors import VerificationFailed
from registry.services.replay import by_transaction, sequenced
from registry.storage.log_store import StoredEvent
from tests.registries import Desk
from tests.service_histories import lived_in


def test_every_stored_event_is_read_back_with_its_place(desk: Desk) -> None:
    lived_in(desk, 5, 30)
    with desk.registry.reading() as uow:
        stored = list(uow.log.events())
        groups = list(by_transaction(uow.log.events()))
    assert [sequenced(each).seq for each in stored] == list(range(len(stored)))
    assert [each for group in groups for each in group] == stored
    assert all(len({each.at for each in group}) == 1 for group in groups)
    assert len({group[0].at for group in groups}) == len(groups)


@pytest.mark.parametrize("type", ["rightsholder.registered", "declaration.issued"])
@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"3", b"null", b"\xff", b"a.b.c", b"a.e30.c", b"a.W10.c", b'{"type": "x"}'],
)
def test_bytes_that_are_no_event_are_named_with_their_place(type: str, body: bytes) -> None:
    with pytest.raises(VerificationFailed, match="event 7"):
        sequenced(StoredEvent(7, "id", type, 5, body))


def test_an_event_stored_under_another_type_is_refused(desk: Desk) -> None:
    desk.rightsholder()
    with desk.registry.reading() as uow:
        *_, last = uow.log.events()
    with pytest.raises(VerificationFailed, match="is stored as"):
        sequenced(StoredEvent(last.seq, last.id, "work.registered", last.at, last.body))
