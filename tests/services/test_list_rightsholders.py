"""Every rightsholder once, page by page, in the order in which they came."""

from registry.services.list_rightsholders import list_rightsholders
from tests.registries import Desk


def test_all_are_listed_once_in_their_order(desk: Desk) -> None:
    for n in range(5):
        desk.clock.forward(1)
        desk.rightsholder(f"R{n}")
    desk.platform()
    with desk.registry.reading() as uow:
        first = list_rightsholders(uow, limit=2)
        rest = list_rightsholders(uow, after=first[-1].id)
    assert [each.name for each in (*first, *rest)] == [f"R{n}" for n in range(5)]
