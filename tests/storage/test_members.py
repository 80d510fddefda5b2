"""Who acts for whom, in which role."""

from registry.storage.members import Member, MemberRole
from tests.registries import Desk


def test_members_come_change_their_role_and_go(desk: Desk) -> None:
    ada, ben = Member("r", "a", MemberRole.OWNER, 1), Member("r", "b", MemberRole.VIEWER, 2)
    with desk.registry.bookkeeping() as uow:
        uow.members.put(ada)
        uow.members.put(ben)
        uow.members.put(Member("q", "b", MemberRole.OWNER, 3))
        assert uow.members.of("r") == [ada, ben]
        assert uow.members.find("r", "b") == ben
        assert uow.members.find("q", "a") is None
        assert [each.rightsholder for each in uow.members.for_account("b")] == ["r", "q"]
        assert uow.members.owners("r") == 1
        uow.members.put(Member("r", "b", MemberRole.OWNER, 99))
        assert uow.members.find("r", "b") == Member("r", "b", MemberRole.OWNER, 2)
        assert uow.members.owners("r") == 2
        assert uow.members.remove("r", "a")
        assert not uow.members.remove("r", "a")
