"""Witnesses at the doctor's: who signs is good, who does not is a warning with its last words."""

from registry.services.doctor_witnesses import look_at_witnesses
from registry.services.finding import Grade
from registry.storage.cosignatures import Tried
from tests.registries import Desk
from tests.services.test_publish_cosignatures import A, B, cosign


def test_each_witness_is_said_with_what_it_signed(desk: Desk) -> None:
    head = cosign(desk, A)
    with desk.registry.bookkeeping() as uow:
        uow.cosignatures.note(Tried(B.vkey, 0, 2, 1000, "the witness b.example is away"))
    with desk.registry.reading() as uow:
        both = list(look_at_witnesses(uow, (A, B), 2))
        one = list(look_at_witnesses(uow, (A,), 1))
        assert list(look_at_witnesses(uow, (), 0)) == []
    grades = [(each.about, each.grade) for each in both]
    assert grades == [
        ("witness a.example", Grade.GOOD),
        ("witness b.example", Grade.WARNING),
        ("witnesses", Grade.WARNING),
    ]
    assert f"{head.head.size} entries" in both[0].said
    assert "is away" in both[1].said
    assert [each.grade for each in one] == [Grade.GOOD]
