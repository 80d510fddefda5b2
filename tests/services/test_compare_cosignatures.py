"""fsck holds what witnesses signed against the checkpoints under which it is published."""

import pytest
from sqlalchemy import text

from registry.services.compare_cosignatures import compare_cosignatures
from registry.storage.cosignatures import Cosigned
from tests.registries import Desk
from tests.services.test_publish_cosignatures import A, B, cosign


def test_whole_ones_hold_and_those_of_a_lost_history_are_passed_over(desk: Desk) -> None:
    cosign(desk, A, B)
    with desk.registry.bookkeeping() as uow:
        uow.cosignatures.keep([Cosigned(A.vkey, 1_000_000, bytes(32), "— x\n", 1)])
    assert desk.fsck().wrong is None
    with desk.registry.reading() as uow:
        assert compare_cosignatures(uow) == 2


@pytest.mark.parametrize(
    "change", ["line = replace(line, 'A', 'B')", "vkey = replace(vkey, 'b', 'c')"]
)
def test_one_that_was_changed_is_named(desk: Desk, change: str) -> None:
    cosign(desk, A, B)
    with desk.registry.bookkeeping() as uow:
        statement = f"UPDATE cosignatures SET {change} WHERE vkey LIKE 'b.%'"
        uow.connection.execute(text(statement))
    wrong = desk.fsck().wrong
    assert wrong is not None
