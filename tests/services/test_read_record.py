"""Records as others read them: byte for byte, proved, with what came before and after."""

import pytest

from registry.errors import NotFound
from registry.services.declare import withdraw
from registry.services.ledger import entry_of
from registry.services.read_record import prove_record, read_record, record_history
from registry.tlog.merkle import leaf_hash
from registry.tlog.proof import verify_inclusion
from tests.registries import STEWARD, Desk


def test_a_record_is_proved_under_the_newest_checkpoint_however_old_it_is(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    made = desk.declare(work, generative_training="deny")
    for n in range(5):
        desk.rightsholder(f"R{n + 2}")
    with desk.registry.reading() as uow:
        stored, proof, head = (
            read_record(uow, made.record.id), prove_record(uow, made.record.id), uow.log.head(),
        )  # fmt: skip
    assert stored.body.decode() == made.record.jws
    assert head is not None
    assert proof.checkpoint == head.note
    leaf = leaf_hash(entry_of(stored).encode())
    verify_inclusion(leaf, proof.index, head.head.size, proof.proof, head.head.root)


def test_the_history_of_a_record_is_its_slot_oldest_first(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    platform = desk.platform()
    first = desk.declare(work, generative_training="deny", search="deny")
    named = desk.declare(work, to=platform, generative_training="deny")
    second = desk.declare(work, generative_training="deny")
    with desk.registry.writing() as ledger:
        ended = withdraw(ledger, desk.rightsholder(), first.record.id, STEWARD)
    with desk.registry.reading() as uow:
        for id in (first.record.id, second.record.id, ended.record.id):
            stored, chain = record_history(uow, id)
            assert stored.id == id
            assert [link.declaration.id for link in chain] == [first.record.id, second.record.id]
            assert chain[0].ends_at == ended.takes_effect_at
            assert chain[1].ends_at is None
        _, alone = record_history(uow, named.record.id)
        assert [link.declaration.id for link in alone] == [named.record.id]


def test_an_event_that_is_no_record_is_no_record(desk: Desk) -> None:
    work, _ = desk.work("isrc:GBAYE0601498")
    with desk.registry.reading() as uow:
        other = uow.log.event_at(0)
        assert other is not None
        for id in (other.id, work, "no id"):
            with pytest.raises(NotFound) as raised:
                record_history(uow, id)
            assert raised.value.field == "id"
